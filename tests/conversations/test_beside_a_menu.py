"""What is none of a menu's options is heard for what it is: an objection, a reply to an officer, a no to his answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conversations.test_beside_an_anonymous import an_officer_wrote
from tests.conversations.test_objections import state, told
from tests.conversations.test_second_thoughts import a_solved_question, with_a_report
from tests.conversations.texting import Line
from tests.people import a_worker

HOURS = 3600

# --- a notice, a menu, and then an objection ---


@pytest.mark.parametrize(
    "text",
    ["saya keberatan pak, saya masih tinggal di bekasi", "kok saya dicoret pak, saya ga pindah", "jangan dihapus pak",
     "saya masih ngojek di bekasi"],
)  # fmt: skip
@pytest.mark.parametrize("menu", [("CEK",), ("MANFAAT",), ("CEK", "1"), ("LAPOR",), ("MENU",), ("STATUS",)])
def test_an_objection_is_heard_at_any_menu(db: Any, menu: tuple[str, ...], text: str) -> None:
    worker, line = a_worker(db), Line(db)
    told(line, worker)
    line.writes(*menu)
    line.together(text, pause=300)
    assert state(line) == "objected"
    assert any(text in words for _, _, words in line.reports())


@pytest.mark.parametrize("steps", [("CEK", "1", "1", "1", "tidak"), ("CEK", "1", "belum", "ya", "tidak ada")])
def test_what_a_menu_asks_is_answered_there(db: Any, steps: tuple[str, ...]) -> None:
    worker, line = a_worker(db), Line(db)
    told(line, worker)
    line.writes(*steps)
    assert line.said()[0] == "confirms"
    assert state(line) == "noticed"


@pytest.mark.parametrize("text", ["masih kerja", "masih bekerja pak"])
def test_still_at_work_is_the_answer_where_that_is_asked(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    told(line, worker)
    line.writes("CEK", "1", "1", text)
    assert state(line) == "noticed"
    assert "still_working" in line.said()


@pytest.mark.parametrize("text", ["ga ada masalah pak", "tidak masalah"])
def test_no_problem_opens_nothing(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(text)
    assert db.execute("SELECT state FROM grievance").fetchone() != ("reopened",)


# --- an officer's question, a menu, and then the reply ---


@pytest.mark.parametrize("text", ["masih pak", "tidak pernah", "udah ke kelurahan kemarin", "jalan melati nomor lima"])
@pytest.mark.parametrize("menu", [("CEK", "0"), ("CEK",), ("MANFAAT",)])
def test_a_reply_to_an_officer_is_heard_at_any_menu(db: Any, menu: tuple[str, ...], text: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Apakah alamat masih sama?")
    line.writes(*menu)
    line.together(text, pause=600)
    assert text in line.reports()[0][2]
    assert line.db.execute("SELECT state FROM grievance").fetchone() != ("waiting_citizen",)


def test_a_digit_is_the_menu_s(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Nomor rumah berapa?")
    line.writes("CEK", "0")
    line.together("5", pause=600)
    assert line.sent()[-1] == "e1.who"


# --- an officer's question, and a reply days later ---


@pytest.mark.parametrize("text", ["sudah", "belum pernah", "3", "besok pagi pak", "bener", "pernah", "nanti sore"])
@pytest.mark.parametrize("hours", [25, 50, 100])
@pytest.mark.parametrize("asked", [False, True])
def test_a_reply_of_days_later_is_of_the_report_that_waits_for_it(db: Any, asked: bool, hours: int, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    if asked:
        line.asked(worker.worker)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Kapan ke kelurahan?")
    line.together(text, pause=hours * HOURS)
    assert line.said() == []
    assert line.reports()[0][2].endswith(text)


def test_what_names_the_list_is_the_questions(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Kapan ke kelurahan?")
    line.together("saya sudah terdaftar bpjs", pause=30 * HOURS)
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("text", ["iya sama", "sama pak", "masih sama"])
def test_the_same_is_a_reply_too(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Apakah alamat masih sama?")
    line.writes(text)
    assert line.reports()[0][2].endswith(text)


# --- a no to an officer's answer, in other words ---


@pytest.mark.parametrize(
    "text",
    ["masih bermasalah", "MASIH BERMASALAH", "masih bermasalah pak", "belom ada", "masih belum jg", "dereng wonten pak",
     "teu acan aya pa", "belum bener pak", "belum ada perubahan", "ga ada perubahan pak", "masih kaya kemarin pak"],
)  # fmt: skip
@pytest.mark.parametrize("asked", [False, True])
def test_a_no_in_other_words_opens_it_again(db: Any, asked: bool, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    if asked:
        line.asked(worker.worker)
    with_a_report(line)
    an_officer_wrote(line, asks=False, words="Kartu sudah bisa diambil di kelurahan.")
    line.together(text, pause=3 * HOURS)
    assert line.said() == []
    assert db.execute("SELECT state FROM grievance").fetchone() == ("reopened",)
    assert text in line.reports()[0][2]


@pytest.mark.parametrize(
    "text", ["sudah ga bermasalah", "ga ada masalah lagi pak", "masih lama ga pak", "masih di jalan"]
)
def test_what_is_no_no_opens_nothing(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=False, words="Kartu sudah bisa diambil di kelurahan.")
    line.together(text, pause=3 * HOURS)
    assert db.execute("SELECT state FROM grievance").fetchone() != ("reopened",)


@pytest.mark.parametrize("text", ["3", "2", "3 pak", "eh 3"])
def test_a_digit_takes_solved_back_within_minutes(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("1")
    line.together(text, pause=90)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("reopened",)


def test_hours_later_a_digit_takes_nothing_back(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("1")
    line.now += dt.timedelta(hours=5)
    line.writes("3")
    assert db.execute("SELECT state FROM grievance").fetchone() == ("closed_confirmed",)


def test_a_digit_of_a_newer_menu_takes_nothing_back(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("1", "MENU", "3")
    assert db.execute("SELECT state FROM grievance").fetchone() == ("closed_confirmed",)
