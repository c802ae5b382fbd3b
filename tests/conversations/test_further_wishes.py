"""An anonymous report takes in what corrects it, and no accident; a wish behind a report is of that report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.second_thoughts import corrects_what_was_told, thinks_again
from tests.conversations.test_day_after import ANONYMOUS, HOURS, NAMED
from tests.conversations.texting import Line
from tests.people import a_worker
from verify_service.ground.crypto import unseal

NAME = "Sulistiawati Dewi"


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db, name=NAME)
    return Line(db)


def by_name(line: Line) -> list[str]:
    return [words for identity, _, words in line.reports() if identity != "anonymous"]


def unnamed(line: Line) -> list[str]:
    return [words for identity, _, words in line.reports() if identity == "anonymous"]


def kept_of_the_phone(line: Line) -> list[str]:
    rows = line.db.execute("SELECT body FROM inbound_message WHERE body IS NOT NULL").fetchall()
    return [unseal(bytes(body), "inbound_message.body") for (body,) in rows]


# --- what corrects it ---

CORRECTIONS = [
    "maaf maksudnya RT 5 bukan RT 3", "eh bukan 50rb, 30rb", "bukan pak RT tapi bu kader", "ralat, kejadiannya selasa",
    "bukan cuma saya yg kena", "eh salah, mintanya 30 ribu", "maksudnya bu RW", "eh bukan kemarin, minggu lalu",
]  # fmt: skip


@pytest.mark.parametrize("text", CORRECTIONS)
@pytest.mark.parametrize("question", ["never", "before", "answered", "behind"])
def test_what_corrects_an_anonymous_report_is_in_it_and_nowhere_else(db: Any, question: str, text: str) -> None:
    worker, line = a_worker(db, name=NAME), Line(db)
    if question in ("before", "answered"):
        line.asked(worker.worker)
    if question == "answered":
        line.writes("udah")
    line.writes(*ANONYMOUS)
    if question == "behind":
        line.now += dt.timedelta(minutes=2)
        line.asked(worker.worker)
    said = line.said()
    line.together(text, pause=90)
    assert text in unnamed(line)[0]
    assert text not in kept_of_the_phone(line)
    assert line.said() == said


def test_a_second_thought_of_an_answer_corrects_nothing_that_was_told() -> None:
    for text in ("eh belum", "tadi salah, saya belum", "maaf salah ketik", "eh udah deng", "salah pak harusnya belum",
                 "eh kartunya ada ternyata", "eh 1", "ternyata belum terdaftar", "maksudnya sudah"):  # fmt: skip
        assert not corrects_what_was_told(text), text
    for text in CORRECTIONS:
        assert corrects_what_was_told(text) or not thinks_again(text), text


# --- an accident or a death behind it ---


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("SAYA KECELAKAAN PAK TOLONG", "accident"), ("suami saya ketabrak motor tadi", "accident"),
     ("tangan saya kejepit mesin giling", "accident"), ("suami saya meninggal tadi pagi pak", "death"),
     ("bapak saya wafat semalam", "death")],
)  # fmt: skip
@pytest.mark.parametrize("question", [False, True])
def test_an_accident_behind_an_anonymous_report_is_its_own(db: Any, question: bool, text: str, urgency: str) -> None:
    worker, line = a_worker(db, name=NAME), Line(db)
    if question:
        line.asked(worker.worker)
    line.writes(*ANONYMOUS)
    line.together(text, pause=200)
    assert by_name(line) == [text]
    assert text not in unnamed(line)[0]
    kept = db.execute("SELECT urgency, phone_id IS NOT NULL FROM grievance WHERE identity = 'normal'").fetchall()
    assert kept == [(urgency, True)]
    line.together("sekarang di RS Ananda pak, kejadiannya jam 7", pause=120)
    assert "Ananda" in by_name(line)[0]


@pytest.mark.parametrize(
    "text",
    ["suami saya meninggal pak RT malah minta uang lagi", "pas kecelakaan dia minta 500rb buat ngurus",
     "orangnya sampe bikin saya jatuh dari motor", "klaim almarhum dipersulit sama kader itu",
     "suami kecelakaan aja masih dimintain duit"],
)  # fmt: skip
def test_what_is_told_of_the_same_people_stays_in_it(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=200)
    assert by_name(line) == []
    assert text in unnamed(line)[0]


def test_a_wish_beside_the_accident_is_kept(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.together("suami saya kecelakaan tapi jangan sebut nama saya", pause=200)
    assert by_name(line) == []


# --- a wish behind a report by name ---

WISHES = [
    "jangan sebut nama saya ya pak", "tolong nama saya dirahasiakan", "anonim aja pak", "rahasiain ya bu",
    "jgn kasih tau siapa2 ya pak saya takut", "nama sy jgn dibawa2", "jangan bilang dari saya ya pak",
]  # fmt: skip


@pytest.mark.parametrize("text", WISHES)
@pytest.mark.parametrize("pause", [45, 240])
def test_a_wish_makes_the_report_just_made_a_secret(line: Line, pause: int, text: str) -> None:
    line.writes(*NAMED)
    line.together(text, pause=pause)
    ((identity, _, words),) = line.reports()
    assert identity == "secret"
    assert words.endswith(text)


@pytest.mark.parametrize("text", ["jgn kasih tau siapa2 ya pak saya takut", "tolong nama saya dirahasiakan"])
@pytest.mark.parametrize("first", [NAMED, ("LAPOR bu kader nagih 20rb tiap ngambil kartu",)])
@pytest.mark.parametrize("pause", [900, 3 * HOURS])
def test_hours_later_it_is_of_that_report_too(line: Line, pause: int, first: tuple[str, ...], text: str) -> None:
    line.writes(*first)
    line.together(text, pause=pause)
    assert [identity for identity, _, _ in line.reports()] == ["secret"]


def test_what_an_officer_has_taken_up_stays_with_him(line: Line) -> None:
    line.writes(*NAMED)
    line.db.execute("UPDATE grievance SET state = 'in_progress'")
    line.together("jangan sebut nama saya ya pak", pause=240)
    ((identity, _, words),) = line.reports()
    assert identity == "normal"
    assert "jangan sebut nama" in words


@pytest.mark.parametrize(
    "text", ["jgn kasih tau siapa2 ya pak saya takut", "jangan bilang siapa siapa pak, saya takut"]
)
def test_a_wish_alone_is_no_report(line: Line, text: str) -> None:
    line.writes(text)
    assert line.reports() == []
    line.together("kader minta duit 50rb tiap bulan", pause=300)
    assert [identity for identity, _, _ in line.reports()] == ["anonymous"]


def test_who_calls_it_off_has_told_nothing(line: Line) -> None:
    line.writes("jgn kasih tau siapa2 ya pak saya takut")
    line.together("ga jadi pak", pause=200)
    assert line.reports() == []


# --- one's own new number ---


@pytest.mark.parametrize(
    "text",
    ["ganti nomor hp saya jadi 081299998888", "nomor hp saya ganti 081299998888", "hp saya yang baru 081299998888",
     "nomer baru saya 0812-9999-8888"],
)  # fmt: skip
def test_a_new_number_of_ones_own_is_not_in_it(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=200)
    assert not any("9999" in words for words in unnamed(line))


def test_another_s_number_is(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.together("nomor hp kadernya 081299998888", pause=200)
    assert "081299998888" in unnamed(line)[0]
