"""A case for somebody who calls or comes: filed once, with the receipt that a phone would have got."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.console.desk import PHONE, Desk, a_case, at_the_desk, number_of
from tests.people import a_worker
from verify_service.ground.crypto import unseal

FORM = {
    "channel": "call",
    "identity": "normal",
    "category": "card",
    "words": "Kartu saya <b>belum</b> datang",
    "phone": "0812-3456-7890",
    "name": "Ibu Sri",
    "contact": "sms",
}


def form_of(desk: Desk) -> dict[str, str]:
    """The form as it was opened, with its own token."""
    found = re.search(r'name="once" value="([^"]+)"', desk.see("/console/cases/new"))
    assert found
    return {"once": found[1]}


def file(desk: Desk, **changed: str) -> Any:
    return desk.post("/console/cases/new", {**FORM, **form_of(desk), **changed})


def shown(page: str) -> str:
    """The number that is read out."""
    found = re.search(r'id="number">([^<]+)<', page)
    assert found, "no number on the page"
    return found[1]


def test_the_number_is_shown_large_and_the_receipt_goes_to_the_phone(db: Any) -> None:
    officer = at_the_desk()
    page = file(officer).get_data(as_text=True)
    number = shown(page)
    row = db.execute("SELECT id, number, channel, state, contact, category, identity FROM grievance").fetchone()
    assert row[1:] == (number, "call", "received", "sms", "card", "normal")
    ((body, cause),) = db.execute("SELECT body, cause FROM outbox").fetchall()
    assert f"laporan {number} diterima" in unseal(body, "outbox.body")
    assert cause == f"report:{row[0]}:received"
    assert "Ibu Sri" not in page
    case = officer.open(row[0])
    assert "&lt;b&gt;belum" in case
    assert "I*** S***" in case, "the name a caller gave is masked like any other"
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'case written down'").fetchone() == (1,)


def test_what_a_visitor_tells_of_an_rt_head_stays_hidden_from_his_kelurahan(db: Any) -> None:
    officer = at_the_desk(cleared=True)
    file(officer, category="rt_conduct", kelurahan="32.75.01.1001")
    (case,) = db.execute("SELECT id FROM grievance").fetchone()
    officer.step(case, "verify", category="rt_conduct")
    officer.step(case, "file", category="card", restricted="")
    assert db.execute("SELECT category, about FROM grievance").fetchone() == ("card", "rt_rw")
    there = at_the_desk(role="kelurahan", unit="kelurahan", area="32.75.01.1001")
    assert there.status(f"/console/cases/{case}") == 404


@pytest.mark.parametrize("identity", ["normal", "secret", "anonymous"])
@pytest.mark.parametrize("token", [True, False])
def test_the_next_caller_on_a_page_gone_back_to_is_another_case(db: Any, identity: str, token: bool) -> None:
    officer = at_the_desk()
    form = form_of(officer) if token else {"once": ""}
    first = file(officer, identity=identity, **form)
    second = file(officer, **form, identity=identity, words="Anak saya jatuh", phone="081299990001", name="Pak Udin")
    assert shown(first.get_data(as_text=True)) != shown(second.get_data(as_text=True))
    words = {unseal(words, "grievance.words") for (words,) in db.execute("SELECT words FROM grievance").fetchall()}
    assert words == {FORM["words"], "Anak saya jatuh"}


@pytest.mark.parametrize("identity", ["normal", "secret", "anonymous"])
def test_a_double_click_files_once_and_shows_the_same_number(db: Any, identity: str) -> None:
    officer = at_the_desk()
    form = {**FORM, **form_of(officer), "identity": identity}
    first, second = (officer.post("/console/cases/new", form).get_data(as_text=True) for _ in range(2))
    assert shown(first) == shown(second)
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)


def test_told_in_confidence_the_text_says_only_that_there_is_news(db: Any) -> None:
    page = file(at_the_desk(), identity="secret").get_data(as_text=True)
    ((body,),) = db.execute("SELECT body FROM outbox").fetchall()
    assert "ada kabar untuk Anda" in unseal(body, "outbox.body")
    assert shown(page) not in unseal(body, "outbox.body")


def test_an_anonymous_case_keeps_nothing_of_who_told_it_or_when_or_to_whom(db: Any) -> None:
    officer = at_the_desk()
    someone = a_worker(db, phone=None)
    form = {"identity": "anonymous", "nik": someone.nik, "kelurahan": "32.75.01.1001"}
    file(officer, **form)
    row = db.execute(
        "SELECT phone_id, worker_id, kelurahan_code, reporter, contact, opened_at FROM grievance"
    ).fetchone()
    assert row[:5] == (None, None, None, None, None)
    assert (row[5].astimezone().minute, row[5].second) == (0, 0)
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM phone").fetchone() == (0,)
    trail = db.execute("SELECT at, actor, object FROM audit WHERE action IN ('report opened', 'form filed')").fetchall()
    assert {actor for _, actor, _ in trail} == {"anonymous"}
    assert {at for at, _, _ in trail} == {row[5]}
    assert not db.execute("SELECT 1 FROM audit WHERE action IN ('person searched', 'case written down')").fetchall()


def test_who_wants_no_contact_gets_no_text(db: Any) -> None:
    file(at_the_desk(), contact="none")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_a_worker_is_found_by_nik_and_says_where_it_is(db: Any) -> None:
    someone = a_worker(db, phone=None)
    officer = at_the_desk()
    file(officer, nik=f"{someone.nik[:6]} {someone.nik[6:]}", phone="", channel="counter")
    row = db.execute("SELECT worker_id, kelurahan_code, rt, channel FROM grievance").fetchone()
    assert row == (someone.worker, "32.75.01.1001", "003", "counter")
    assert db.execute("SELECT object FROM audit WHERE action = 'person searched'").fetchall() == [
        (f"worker:{someone.worker}",)
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"phone": "12345"}, "bukan nomor HP Indonesia"),
        ({"nik": "123"}, "NIK terdiri dari 16 angka"),
        ({"nik": "3275011501900009"}, "Tidak ada di daftar"),
        ({"words": "  "}, "Tulis apa yang terjadi"),
        ({"category": ""}, "Pilih salah satu"),
        ({"identity": "loud"}, "Pilih salah satu"),
        ({"kelurahan": "99"}, "Pilih salah satu"),
        ({"channel": "dove"}, "Pilih salah satu"),
    ],
)
def test_what_is_wrong_is_marked_and_what_was_typed_is_still_there(db: Any, changed: dict[str, str], says: str) -> None:
    answer = file(at_the_desk(), **changed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert says in page
    assert "Ibu Sri" in page
    if "words" not in changed:
        assert "Kartu saya &lt;b&gt;belum" in page
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (0,)


def test_an_open_case_of_the_same_phone_is_shown_first(db: Any) -> None:
    known, secret = a_case(db, phone=PHONE), a_case(db, phone=PHONE, identity="secret")
    officer = at_the_desk()
    page = file(officer).get_data(as_text=True)
    assert number_of(db, known) in page
    assert number_of(db, secret) not in page
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (2,)
    assert shown(file(officer, anyway="1").get_data(as_text=True))


def test_a_kelurahan_writes_down_what_it_will_not_see_again(db: Any) -> None:
    kelurahan = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    page = file(kelurahan, category="rt_conduct", identity="secret", kelurahan="32.75.01.1001").get_data(as_text=True)
    assert shown(page)
    assert "Buka kasus" not in page
    assert "Kayuringin" not in kelurahan.see("/console/cases/new"), "another kelurahan's"


def test_who_only_reads_files_nothing(db: Any) -> None:
    for role in ("auditor", "admin"):
        assert at_the_desk(role).status("/console/cases/new") == 403


def test_a_kelurahan_finds_its_own_people_by_nik_and_nobody_elses(db: Any) -> None:
    """The finding: an account of one kelurahan asked of every NIK of the city whether it is on the list."""
    a_worker(db, phone=None, kelurahan="32.75.02.1001")
    theirs = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    answer = file(theirs, nik="3275011501900001", phone="", channel="counter", kelurahan="32.75.01.1001")
    assert (answer.status_code, "Tidak ada di daftar" in answer.get_data(as_text=True)) == (422, True)
    a_worker(db, phone=None, nik="3275011501900002", row=3)
    found = file(theirs, nik="3275011501900002", phone="", channel="counter", kelurahan="32.75.01.1001")
    assert found.status_code == 200


def test_people_are_looked_up_so_often_a_day_and_no_more(db: Any) -> None:
    someone = a_worker(db, phone=None)
    officer = at_the_desk()
    db.execute("INSERT INTO look_up VALUES (%s, (now() AT TIME ZONE 'Asia/Jakarta')::date, 199, 0)", [officer.id])
    assert file(officer, nik=someone.nik, phone="", channel="counter").status_code == 200
    last = file(officer, nik=someone.nik, phone="", channel="counter")
    assert (last.status_code, "sebanyak yang diizinkan" in last.get_data(as_text=True)) == (422, True)
    searched = officer.post("/console/decisions/removals/find", {"wanted": someone.nik}).get_data(as_text=True)
    assert "sebanyak yang diizinkan" in searched
    assert "Sulistiawati" not in searched
    db.execute("UPDATE look_up SET asked = 10, missed = 40")
    assert file(officer, nik=someone.nik, phone="", channel="counter").status_code == 422
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'look-up refused'").fetchone() == (3,)
    db.execute("UPDATE look_up SET day = day - 1")
    assert file(officer, nik=someone.nik, phone="", channel="counter").status_code == 200
