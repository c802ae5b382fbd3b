"""`verify officer` as an administrator uses it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.cli.test_commands import document, verify
from tests.officers import EMAIL, PASSWORD, an_officer, choose_by_link, sign_in
from tests.serving import new_client

NEW = "siti@bekasi.example"
PLACE = "32.75.01.1001"
OTHER = "sepeda hujan cangkir biru"


@pytest.fixture
def client(db: Any) -> FlaskClient:
    """A browser without cookies, over a clean database."""
    return new_client()


def listed(email: str) -> dict[str, Any]:
    return next(one for one in document("officer", "list", "--json") if one["email"] == email)


def test_an_account_is_made_for_a_place(db: Any) -> None:
    document("officer", "add", NEW, "--role", "kelurahan", "--area", PLACE, "--json")
    one = listed(NEW)
    assert (one["role"], one["unit"], one["area"], one["cleared"]) == ("kelurahan", "kelurahan", PLACE, False)
    assert one["must_change_password"]
    assert not one["second_factor"]


def test_the_link_is_printed_where_no_mail_can_bring_it(client: FlaskClient) -> None:
    made = document("officer", "add", NEW, "--role", "officer", "--json")
    assert set(made) == {"id", "email", "link"}
    choose_by_link(client, urlsplit(made["link"]).path, PASSWORD)
    sign_in(client, NEW)
    assert client.get("/console/").status_code == 200


def test_nobody_gives_an_account_its_password(db: Any) -> None:
    assert verify("officer", "add", NEW, "--role", "officer", "--password-stdin", stdin=f"{PASSWORD}\n").exit_code == 2


def test_what_is_done_at_the_command_line_names_its_person_and_all_who_have_to_know_are_told(
    client: FlaskClient, db: Any
) -> None:
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    an_officer("audit@bekasi.example", "auditor", name="Pak Auditor")
    an_officer(name="Ibu Petugas")
    verify("officer", "scope", EMAIL, "--role", "supervisor", "--cleared", "--as", "joko")
    for told in ("admin@bekasi.example", "audit@bekasi.example", EMAIL):
        browser = new_client()
        sign_in(browser, told)
        page = browser.get("/console/notices").get_data(as_text=True)
        assert "Ibu Petugas" in page, told
        assert "(joko)" in page, told
        assert 'data-figure="notices">1<' in page
    assert verify("officer", "disable", EMAIL, "--as", "two words").exit_code == 2
    verify("officer", "disable", EMAIL)
    actors = {row[0] for row in db.execute("SELECT actor FROM audit WHERE actor LIKE 'command line:%'")}
    assert "command line:joko" in actors
    assert len(actors) == 2, "without a name it is the user of the system"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--role", "officer", "--unit", "circus"), "There is no unit"),
        (("--role", "officer", "--area", "99"), "no kecamatan or kelurahan"),
        (("--role", "kelurahan"), "needs its area"),
        (("--role", "auditor", "--cleared"), "can be cleared"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(db: Any, more: tuple[str, ...], said: str) -> None:
    answer = verify("officer", "add", NEW, *more)
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert db.execute("SELECT count(*) FROM officer").fetchone() == (0,)


def test_a_closed_account_is_out_until_it_is_opened_again(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    verify("officer", "disable", EMAIL)
    assert client.get("/console/").status_code == 302
    assert sign_in(client).status_code == 401
    assert listed(EMAIL)["disabled"]
    verify("officer", "enable", EMAIL.upper())
    assert sign_in(client).status_code == 303
    trail = db.execute("SELECT action FROM audit WHERE actor LIKE 'command line:%' ORDER BY id").fetchall()
    assert trail == [("officer disabled",), ("officer enabled",)]


def test_a_forgotten_password_is_exchanged_by_a_link(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    link = document("officer", "reset-password", EMAIL, "--json")["link"]
    assert client.get("/console/").status_code == 302
    assert sign_in(client).status_code == 401
    choose_by_link(client, urlsplit(link).path, OTHER)
    assert sign_in(client, password=OTHER).status_code == 303
    assert link.rpartition("/")[2] not in str(db.execute("SELECT detail FROM audit").fetchall())


def test_a_lost_phone_is_taken_off(client: FlaskClient, db: Any) -> None:
    an_officer()
    db.execute("UPDATE officer SET totp_secret = 'x', totp_at = now()")
    assert sign_in(client).headers["Location"] == "/console/login/code"
    assert verify("officer", "reset-2fa", EMAIL).exit_code == 0
    assert sign_in(client).headers["Location"] == "/console/"


def test_what_an_account_sees_changes_with_the_next_page(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    assert client.get("/console/texts").status_code == 200
    told = verify("officer", "scope", EMAIL, "--role", "kelurahan", "--unit", "kelurahan", "--area", PLACE)
    assert told.stdout == f"{EMAIL} is kelurahan of kelurahan, {PLACE}.\n"
    assert client.get("/console/texts").status_code == 403
    back = verify("officer", "scope", EMAIL, "--role", "supervisor", "--unit", "grievance", "--area", "", "--cleared")
    assert back.stdout == f"{EMAIL} is supervisor of grievance, the whole city, cleared.\n"


@pytest.mark.parametrize("command", ["disable", "enable", "reset-password", "reset-2fa", "scope", "vouch", "send-link"])
def test_an_account_nobody_knows_is_said(db: Any, command: str) -> None:
    answer = verify("officer", command, "nobody@bekasi.example")
    assert answer.exit_code == 1
    assert "no officer with this e-mail address" in answer.stderr
