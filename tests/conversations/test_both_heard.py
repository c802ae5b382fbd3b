"""What stands beside an answer, behind it, or comes days later is heard as well: nothing of it is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conversations.test_second_thoughts import an_officer, with_a_report
from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset
from tests.people import a_worker, link
from tests.serving import new_client

HOURS = 3600


def details(line: Line) -> list[tuple[str, str]]:
    return [tuple(row) for row in line.db.execute("SELECT statement, detail FROM evidence ORDER BY id").fetchall()]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("sudah tapi rusak", ("card", "yes")), ("belum, RT minta 50rb", ("card", "no")),
     ("sudah pak, tapi nama di kartu saya salah", ("card", "yes"))],
)  # fmt: skip
def test_a_complaint_beside_the_answer_of_a_screen_is_filed_and_the_talk_goes_on(
    db: Any, text: str, kept: tuple[str, str]
) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("CEK", "1", text)
    assert kept in details(line)
    assert [words for _, _, words in line.reports()] == [text]
    line.writes("1", "1")
    assert ("asked_money", "no") in details(line)


def test_a_no_about_money_beside_a_complaint_of_the_card_is_both(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("CEK", "1", "1", "1", "tidak, tapi kartu saya salah nama")
    assert ("asked_money", "no") in details(line)
    assert len(line.reports()) == 1


def test_money_offered_beside_a_no_reaches_an_officer(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("belum, ada yg nawarin Budi 100rb biar cepet")
    assert line.said() == ["denies"]
    assert [identity for identity, _, _ in line.reports()] == ["secret"]


# --- behind it ---


@pytest.mark.parametrize("first", ["belum", "tidak", "saya belum"])
@pytest.mark.parametrize("pause", [12, 40])
@pytest.mark.parametrize("rest", ["terdaftar", "terdaftar pak"])
def test_the_rest_of_a_no_is_no_yes(db: Any, first: str, pause: float, rest: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(first)
    line.together(rest, pause=pause)
    assert line.said() == ["denies"]
    assert line.sent()[-1] == "s9.unclear"
    line.writes("1")
    assert line.said() == ["denies", "confirms"]


@pytest.mark.parametrize(
    ("first", "rest"),
    [("ga", "ada yang belum"), ("belum", "lama ini udah dapet"), ("saya belum", "pernah telat bayar")],
)
def test_a_no_that_the_second_part_may_undo_is_asked_back(db: Any, first: str, rest: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(first)
    line.together(rest, pause=2)
    assert line.said() == ["denies"]
    assert line.sent()[-1] == "s9.unclear"


# --- days later ---


@pytest.mark.parametrize("hours", [2, 30, 100])
@pytest.mark.parametrize("text", ["belum", "belum pak", "belum beres"])
def test_a_bare_no_to_an_answer_opens_it_again_days_later_too(db: Any, hours: int, text: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer(line, asks=False)
    line.together(text, pause=hours * HOURS)
    assert db.execute("SELECT state FROM grievance").fetchall() == [("reopened",)]


@pytest.mark.parametrize("text", ["RT", "rt", "bantuan", "data"])
def test_a_keyword_that_replies_to_an_officer_is_in_his_report(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer(line, asks=True)
    line.writes(text)
    assert text in line.reports()[0][2].split(" / ")
    assert db.execute("SELECT state FROM grievance").fetchone() != ("waiting_citizen",)


@pytest.mark.parametrize(
    ("text", "screen"), [("CEK", "b1.person"), ("LAPOR", "c2.urgent"), ("STATUS", "c19.which_report")]
)
def test_the_keywords_that_nobody_answers_with_are_obeyed(db: Any, text: str, screen: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer(line, asks=True)
    before = line.sent()
    line.writes(text)
    assert len(line.sent()) > len(before)
    assert text not in line.reports()[0][2].split(" / ")


@pytest.mark.parametrize("hours", [3, 5])
def test_the_same_report_hours_later_gets_a_reply(db: Any, hours: int) -> None:
    a_worker(db)
    line = Line(db)
    text = "LAPOR kartu saya belum datang tiga bulan"
    line.writes(text)
    sent = len(line.sent())
    line.together(text, pause=hours * HOURS)
    assert len(line.sent()) == sent + 1
    assert len(line.reports()) == 1


def test_who_says_by_call_that_it_is_not_him_frees_the_phone_for_another(db: Any) -> None:
    asked = a_worker(db, name="Ade Rahayu")
    other = a_worker(db, nik="3275011501900002", name="Tono Umar", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    line.asked(asked.worker)
    phone = Handset(new_client(), NUMBER)
    phone.dial()
    phone.send("1")
    for _ in range(3):
        if "Bukan saya" in phone.screen or "not me" in phone.screen:
            break
        phone.send("1")
    phone.send(next(line[0] for line in phone.screen.splitlines() if "Bukan saya" in line))
    assert "not_me" in line.said()
    line.asked(other.worker)
    line.writes("belum")
    assert line.said()[-1] == "denies"
