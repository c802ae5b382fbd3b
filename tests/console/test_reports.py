"""Reports on the console: the urgent first, their words read with a trail, and not by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import Handset
from tests.officers import an_officer, sign_in
from tests.people import a_worker

NUMBER = "+6281234567890"


def tell(client: FlaskClient, *answers: str) -> None:
    phone = Handset(client, NUMBER)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    for answer in answers:
        phone.send(answer)


@pytest.fixture
def told(client: FlaskClient, db: Any) -> FlaskClient:
    """Three reports: in confidence about the RT, by name about the card, and an accident."""
    a_worker(db)
    tell(client, "2", "3", "3", "1", "1", "2", "Pak RT minta <b>uang</b>", "2")
    tell(client, "2", "3", "1", "1", "Kartu belum datang", "3")
    tell(client, "2", "1", "1", "Budi jatuh pagi ini")
    return client


def test_the_list_has_the_accident_first_and_no_words(told: FlaskClient, db: Any) -> None:
    an_officer(cleared=True)
    sign_in(told)
    page = told.get("/console/reports").get_data(as_text=True)
    assert page.index("Mendesak") < page.index("Belum aktif") < page.index("Perilaku pengurus RT")
    assert "Budi" not in page
    assert NUMBER not in page


def test_a_report_is_read_as_text_and_written_down(told: FlaskClient, db: Any) -> None:
    an_officer(cleared=True)
    sign_in(told)
    page = told.get("/console/reports/1").get_data(as_text=True)
    assert "&lt;b&gt;uang" in page
    assert NUMBER in page
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'report read'").fetchone() == (1,)
    assert NUMBER not in told.get("/console/reports/2").get_data(as_text=True)  # wants no contact


def test_a_kelurahan_sees_nothing_of_conduct_or_told_in_confidence(told: FlaskClient, db: Any) -> None:
    an_officer(role="kelurahan", unit="kelurahan", area="32.75.01.1001")
    sign_in(told)
    page = told.get("/console/reports").get_data(as_text=True)
    assert "Perilaku pengurus RT" not in page
    assert "Belum aktif" in page
    assert told.get("/console/reports/1").status_code == 404
