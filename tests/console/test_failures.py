"""A page that cannot be shown says what is true, to whoever asked, in the frame that he knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.officers import an_officer, form_token, sign_in
from tests.serving import new_client

NIK = "3275011505850001"


@pytest.fixture
def officer(db: Any) -> FlaskClient:
    """Somebody of a kelurahan, signed in, who reads English."""
    who = an_officer(role="kelurahan", unit="kelurahan", area="32.75.01.1001")
    db.execute("UPDATE officer SET language = 'en' WHERE id = %s", [who])
    client = new_client()
    sign_in(client)
    return client


@pytest.fixture
def no_tasks(owner_url: str, db: Any) -> Iterator[None]:
    """A fault of ours: the application may not read a table that a page needs."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE task RENAME TO task_gone")
        yield
        owner.execute("ALTER TABLE task_gone RENAME TO task")


def _in_the_frame(page: str) -> bool:
    return all(part in page for part in ('lang="en"', "Ibu Petugas", "Kelurahan", 'id="menu"', "Sign out"))


def test_an_unknown_page_keeps_header_language_and_role(officer: FlaskClient) -> None:
    answer = officer.get("/console/nowhere")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, _in_the_frame(page)) == (404, True)
    assert "There is no such page, or it is not open to your account." in page
    assert 'href="/console/"' in page


def test_a_page_of_another_role_is_called_that(officer: FlaskClient) -> None:
    answer = officer.get("/console/today")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, _in_the_frame(page)) == (403, True)
    assert "belongs to another role or another area" in page
    assert "look at this, but not change" not in page


def test_a_step_that_is_not_ones_own_says_that_nothing_was_changed(officer: FlaskClient) -> None:
    token = form_token(officer.get("/console/account").get_data(as_text=True))
    answer = officer.post("/console/officers", data={"csrf_token": token, "email": "x@y.example"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, _in_the_frame(page)) == (403, True)
    assert "Nothing was changed" in page


def test_a_fault_of_ours_keeps_the_frame_and_tells_nothing_of_anybody(officer: FlaskClient, no_tasks: None) -> None:
    answer = officer.get(f"/console/tasks?q={NIK}")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, _in_the_frame(page)) == (500, True)
    assert "look whether it is there before you send it again" in page
    assert "Time of the fault" in page
    for secret in (NIK, "Traceback", "task_gone", "psycopg", "SELECT"):
        assert secret not in page


def test_who_is_not_signed_in_gets_the_public_frame(client: FlaskClient) -> None:
    for path in ("/nowhere", "/console/nowhere"):
        page = client.get(path).get_data(as_text=True)
        assert ("Halaman tidak ditemukan" in page, 'id="menu"' in page, 'class="navbar' in page) == (True, False, True)
