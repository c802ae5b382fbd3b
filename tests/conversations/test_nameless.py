"""Whoever reports anonymously stays unnamed, whatever the phone texts in the minutes around it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.messages import one_batch
from tests.conversations.texting import Line
from tests.people import a_worker

WORDS = "pak lurah minta uang lima puluh ribu ke pedagang pasar"
AGREED = ("LAPOR", "3", "6", "3", "3", "1")
ANONYMOUS = (*AGREED, WORDS)


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db)
    return Line(db)


def told_of_the_phone(line: Line) -> list[str]:
    """What officers could read under the phone: reports beside which it stands, and texts that were not emptied."""
    named = [words for _, phone, words in line.reports() if phone]
    kept = line.db.execute("SELECT handled_as FROM inbound_message WHERE body IS NOT NULL").fetchall()
    return [*named, *(how for (how,) in kept if how in ("triage", "early", "copy", "unclear", "thread", "report"))]


@pytest.mark.parametrize("texts", [(*AGREED,), ()], ids=["in a talk", "by keyword"])
@pytest.mark.parametrize("copies", [2, 3])
def test_copies_of_the_words_are_emptied_with_them_even_before_they_were_read(
    line: Line, texts: tuple[str, ...], copies: int
) -> None:
    words = WORDS if texts else f"LAPOR anonim {WORDS}"
    line.writes(*texts)
    line.together(*[words] * copies)
    assert [identity for identity, _, _ in line.reports()] == ["anonymous"]
    assert told_of_the_phone(line) == []
    assert line.db.execute("SELECT count(body) FROM inbound_message WHERE handled_as = 'copy'").fetchone() == (0,)


def test_copies_of_a_confidential_report_are_emptied_too(line: Line) -> None:
    line.writes("LAPOR", "3", "6", "3", "2")
    line.together(WORDS, WORDS)
    line.writes("3")
    assert line.db.execute("SELECT count(body) FROM inbound_message").fetchone() == (0,)


@pytest.mark.parametrize("more", [WORDS, f"LAPOR {WORDS}"])
def test_three_unreadable_answers_do_not_make_the_agreement_forgotten(line: Line, more: str) -> None:
    line.writes(*AGREED, "1", "1", "2", more)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_an_answer_with_a_grievance_counts_and_its_words_go_to_the_anonymous_report(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    line.asked(worker.worker)
    line.writes("belum, pak lurah minta uang ke pedagang")
    assert line.said() == ["denies"]
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert told_of_the_phone(line) == []


@pytest.mark.parametrize("text", ["stop dong pak lurah minta uang lagi", "pak lurah itu suruh stop jualan lagi"])
def test_words_around_stop_stay_nobodys_too(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=6)
    assert told_of_the_phone(line) == []
    assert len(line.reports()) == 1


@pytest.mark.parametrize(
    "text",
    ["saya istrinya, pak lurah minta uang lagi kemarin", "ini bu RT, pak lurah minta uang lagi kemarin",
     "bukan saya, pak lurah minta uang lagi ke pedagang"],
)  # fmt: skip
def test_whoever_goes_on_with_an_open_question_is_not_named(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    line.asked(worker.worker)
    line.writes(text)
    assert told_of_the_phone(line) == []
    assert all(not phone for _, phone, _ in line.reports())


@pytest.mark.parametrize("between", [("STOP",), ("CEK",), ("1", "1", "2")], ids=["STOP", "CEK", "unreadable"])
@pytest.mark.parametrize(
    "text",
    ["mandor itu kasar sama kuli di gudang", "mandor itu kasar, suruh stop terus", "saya istrinya, mandor itu kasar"],
)
def test_words_that_nobody_can_class_are_nobodys_after_it_was_agreed(
    line: Line, between: tuple[str, ...], text: str
) -> None:
    line.writes(*AGREED, *between, text)
    assert told_of_the_phone(line) == []
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_the_choice_alone_is_enough_where_the_note_was_not_answered_yet(line: Line) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "STOP", WORDS)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_lapor_that_ends_with_stop_is_an_anonymous_report(line: Line) -> None:
    line.writes("LAPOR anonim mandor potong upah tiap hari, tolong stop")
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert not line.stopped()
    assert told_of_the_phone(line) == []


def test_how_it_was_handled_does_not_tell(line: Line) -> None:
    line.writes("tolong jangan sebut nama saya, pak lurah minta uang ke pedagang")
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert "report" not in line.handled()


def test_a_copy_that_comes_a_day_later_tells_nothing(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.comes(WORDS, at=line.now + dt.timedelta(hours=23))
    one_batch()
    assert told_of_the_phone(line) == []
    assert len(line.reports()) == 1
