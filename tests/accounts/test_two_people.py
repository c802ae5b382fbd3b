"""One person is one reader, however many accounts he makes, resets or opens."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from jobs.account_mail import send_account_mail
from tests.cli.test_commands import document, verify
from tests.conftest import forget_everything
from tests.console.desk import Desk, at_the_desk
from tests.console.test_amendment_pages import RULES, proposed, say
from tests.console.test_officers import PAGE, another_admin, confirm, make, send
from tests.console.test_removals import begin, state, step
from tests.officers import EMAIL, PASSWORD, an_officer, choose_by_link, link_in, sign_in
from tests.people import a_worker
from tests.serving import new_client
from tests.standins.mail import MailServer, mail_server
from verify_service.accounts.managing import vouch
from verify_service.accounts.officers import OfficerRefused
from verify_service.accounts.one_time_links import holder_of
from verify_service.ground.database import transaction
from verify_service.ground.tables import Officer

RULE = f"{RULES}/sla.urgent"
DAY_OVER = "UPDATE officer SET decides_from = now() - interval '1 minute' WHERE id = %s"
OTHER = "sepeda hujan cangkir biru"
NO_TWO = "tidak dihitung dua orang"


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    sign_in(client, "admin@bekasi.example")
    return client


def desk(email: str, number: int = 0) -> Desk:
    browser = new_client()
    sign_in(browser, email, environ_base={"REMOTE_ADDR": "10.9.0.1"})
    return Desk(browser, number, email)


def own(db: Any, admin: FlaskClient, email: str, **form: str) -> int:
    """An account that the administrator made with an address of his own, after its day of waiting."""
    choose_by_link(new_client(), link_in(make(admin, email=email, name=email, **form)), PASSWORD)
    (number,) = db.execute("SELECT id FROM officer WHERE email = %s", [email]).fetchone()
    db.execute(DAY_OVER, [number])
    return int(number)


def test_an_administrator_confirms_nothing_with_accounts_he_made(admin: FlaskClient, db: Any) -> None:
    """The finding: make a supervisor, read the password off the page, and be two people within a minute."""
    made = own(db, admin, "palsu@bekasi.example", role="supervisor")
    assert db.execute("SELECT role FROM officer WHERE id = %s", [made]).fetchone() == ("officer",)
    confirm(another_admin(), made)
    mine = Desk(admin, 0, "Bu Admin")
    assert proposed(mine, RULE, value="1").status_code == 303
    answer = say(desk("palsu@bekasi.example"), RULE, do="confirm")
    assert (answer.status_code, NO_TWO in answer.get_data(as_text=True)) == (422, True)
    assert db.execute("SELECT state FROM amendment").fetchone() == ("proposed",)


def test_two_accounts_that_one_person_made_are_not_two_readers(admin: FlaskClient, db: Any) -> None:
    for email in ("satu@bekasi.example", "dua@bekasi.example"):
        own(db, admin, email, role="officer")
    someone = a_worker(db)
    begin(desk("satu@bekasi.example").client, someone)
    second = desk("dua@bekasi.example").client
    assert step(second, "agree") != 303
    assert state(db) == "proposed"
    (number,) = db.execute("SELECT id FROM officer WHERE email = 'dua@bekasi.example'").fetchone()
    assert send(admin, f"{PAGE}/{number}", do="vouch").status_code == 422, "its maker is no second person"
    assert send(another_admin(), f"{PAGE}/{number}", do="vouch").status_code == 303
    assert step(second, "agree") == 303
    assert state(db) == "noticed"


def test_a_second_administrator_whom_the_first_one_made_is_none(admin: FlaskClient, db: Any) -> None:
    made = own(db, admin, "boneka@bekasi.example", role="admin")
    confirm(another_admin(), made)
    victim = an_officer()
    send(admin, f"{PAGE}/{victim}", do="password")
    puppet = desk("boneka@bekasi.example").client
    answer = confirm(puppet, victim)
    assert (answer.status_code, NO_TWO in answer.get_data(as_text=True)) == (422, True)
    assert sign_in(new_client()).status_code == 303


def test_a_new_account_decides_nothing_for_a_day(client: FlaskClient, db: Any) -> None:
    first, second = at_the_desk("supervisor"), at_the_desk("supervisor")
    proposed(first, RULE, value="1")
    db.execute("UPDATE officer SET decides_from = now() + interval '23 hours' WHERE id = %s", [second.id])
    answer = say(second, RULE, do="confirm")
    assert (answer.status_code, "belum bisa memutuskan" in answer.get_data(as_text=True)) == (422, True)
    db.execute(DAY_OVER, [second.id])
    assert say(second, RULE, do="confirm").status_code == 303


def test_a_day_begins_with_a_reset_with_the_link_and_with_being_opened_again(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    waits = "SELECT decides_from > now() + interval '23 hours' FROM officer WHERE id = %s"
    assert db.execute(waits, [number]).fetchone() == (False,)
    send(admin, f"{PAGE}/{number}", do="close")
    send(admin, f"{PAGE}/{number}", do="open")
    assert db.execute(waits, [number]).fetchone() == (True,)
    db.execute(DAY_OVER, [number])
    link = document("officer", "reset-password", EMAIL, "--json")["link"]
    assert db.execute(waits, [number]).fetchone() == (True,)
    db.execute(DAY_OVER, [number])
    choose_by_link(new_client(), "/" + link.split("/", 3)[3], OTHER)
    assert db.execute(waits, [number]).fetchone() == (True,)


def test_a_proposal_at_the_command_line_is_not_confirmed_by_the_same_person(client: FlaskClient, db: Any) -> None:
    an_officer("budi@bekasi.example", "supervisor", name="Pak Budi")
    an_officer("siti@bekasi.example", "supervisor", name="Bu Siti")
    verify("rules", "propose", "sla.urgent", "1", "--reason", "musim hujan", "--as", "budi")
    assert say(desk("budi@bekasi.example"), RULE, do="confirm").status_code == 422
    assert say(desk("siti@bekasi.example"), RULE, do="confirm").status_code == 303


def test_whoever_made_it_at_the_command_line_does_not_vouch_for_it(db: Any) -> None:
    document("officer", "add", "budi@bekasi.example", "--role", "admin", "--as", "joko", "--json")
    assert verify("officer", "vouch", "budi@bekasi.example", "--as", "joko").exit_code == 1
    assert verify("officer", "vouch", "budi@bekasi.example", "--as", "wati").exit_code == 0
    with transaction() as session, pytest.raises(OfficerRefused):
        vouch(session, session.get_one(Officer, 1), by="officer:1", now=dt.datetime.now(dt.UTC))


@pytest.fixture
def mail(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("VERIFY_MAIL_URL", server.url)
        monkeypatch.setenv("VERIFY_PUBLIC_URL", "https://sigap.bekasi.example")
        forget_everything()
        yield server
    monkeypatch.undo()
    forget_everything()


def test_the_link_goes_to_the_holder_and_past_the_administrator(mail: MailServer, db: Any) -> None:
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    admin = new_client()
    sign_in(admin, "admin@bekasi.example")
    page = make(admin, email="siti@bekasi.example").get_data(as_text=True)
    assert "Tautan sedang dikirim ke siti@bekasi.example" in page
    assert "/console/welcome/" not in page
    send_account_mail()
    send_account_mail()
    ((to, held),) = mail.held
    (link,) = re.findall(r"https://sigap\.bekasi\.example(/console/welcome/\S+)", held.get_content())
    assert to == ["siti@bekasi.example"]
    assert choose_by_link(new_client(), link, OTHER).status_code == 303
    assert sign_in(new_client(), "siti@bekasi.example", OTHER).status_code == 303
    assert db.execute("SELECT token FROM account_mail").fetchone() == (None,), "nothing of it is kept"


def test_the_holder_hears_what_is_asked_and_done_by_mail_and_in_the_console(mail: MailServer, db: Any) -> None:
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    number = an_officer()
    admin = new_client()
    sign_in(admin, "admin@bekasi.example")
    send(admin, f"{PAGE}/{number}", do="scope", role="supervisor", unit="grievance")
    send_account_mail()
    ((to, held),) = mail.held
    assert (to, "Bu Admin" in held.get_content(), "supervisor" in held.get_content()) == ([EMAIL], False, False)
    theirs = desk(EMAIL).see("/console/notices")
    assert "Peran atau izin baru diminta" in theirs
    assert "Bu Admin" in theirs


def test_a_mail_that_the_server_does_not_take_is_tried_again(mail: MailServer, db: Any) -> None:
    verify("officer", "add", EMAIL, "--role", "officer")
    mail.refuses = "451 later"
    send_account_mail()
    mail.refuses = ""
    send_account_mail()
    assert mail.held == [], "not at once"
    db.execute("UPDATE account_mail SET try_at = now()")
    send_account_mail()
    assert len(mail.held) == 1


def test_a_link_is_over_after_three_days_and_once_a_newer_one_is_made(client: FlaskClient, db: Any) -> None:
    first = document("officer", "add", EMAIL, "--role", "officer", "--json")["link"]
    second = document("officer", "send-link", EMAIL, "--json")["link"]
    with transaction() as session:
        tokens = [link.rpartition("/")[2] for link in (first, second)]
        assert [holder_of(session, token) is not None for token in tokens] == [False, True]
    db.execute("UPDATE one_time_link SET until = now() - interval '1 second'")
    page = client.get("/" + second.split("/", 3)[3])
    assert (page.status_code, "sudah tidak berlaku" in page.get_data(as_text=True)) == (410, True)


@pytest.mark.parametrize(("new", "again", "said"), [("singkat", None, "terlalu pendek"), (OTHER, "lain", "tidak sama")])
def test_a_password_that_will_not_do_leaves_the_link_as_it_is(
    client: FlaskClient, db: Any, new: str, again: str | None, said: str
) -> None:
    link = "/" + document("officer", "add", EMAIL, "--role", "officer", "--json")["link"].split("/", 3)[3]
    answer = choose_by_link(client, link, new, again)
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)
    assert choose_by_link(client, link, OTHER).status_code == 303
