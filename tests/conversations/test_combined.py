"""Two things in one text, or two texts in one moment: STOP beside a stranger's word, a report beside an open menu."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.texting import NUMBER, Line
from tests.people import a_worker, link


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db)
    return Line(db)


def a_question(db: Any) -> Line:
    """A phone that was asked about its worker, Sulistiawati Dewi."""
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


def shared(db: Any) -> Line:
    """Asked about Rika Amelia on a phone that is Umaya's as well."""
    asked = a_worker(db, name="Rika Amelia")
    other = a_worker(db, nik="3275011501900002", name="Umaya Sari", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.asked(asked.worker)
    return line


def linked(line: Line) -> int:
    (links,) = line.db.execute("SELECT count(*) FROM phone_link WHERE unlinked_at IS NULL").fetchone()
    return int(links)


# --- a report whose words come before the screens of its talk could be read ---


@pytest.mark.parametrize("begins", [("LAPOR",), ("LAPOR", "1"), ("LAPOR", "3"), ("LAPOR", "3", "6")])
def test_an_accident_is_filed_at_once_however_early_it_is_told(line: Line, begins: tuple[str, ...]) -> None:
    line.together(*begins, "tolong suami saya kecelakaan di tol")
    assert line.db.execute("SELECT urgency FROM grievance").fetchall() == [("accident",)]


@pytest.mark.parametrize("begins", [("LAPOR",), ("LAPOR", "3"), ("LAPOR", "3", "6")])
@pytest.mark.parametrize("words", ["kartu saya belum datang sudah tiga bulan", "petugas minta uang lima puluh ribu"])
def test_words_that_come_before_the_screen_are_filed_in_confidence(
    line: Line, begins: tuple[str, ...], words: str
) -> None:
    line.together(*begins, words)
    assert line.reports() == [("secret", True, words)]


def test_words_that_tell_nothing_and_come_too_early_are_an_officers_to_read(line: Line) -> None:
    line.together("LAPOR", "3", "pak gimana ya caranya tolong")
    assert line.handled()[-1] == "triage"


# --- STOP behind LAPOR, and among the words of a report ---


@pytest.mark.parametrize(
    "text",
    ["LAPOR RT minta uang terus, mohon stop", "LAPOR tolong pungutan liar ini stop",
     "LAPOR Stop! mandor potong upah tiap hari", "LAPOR kenapa iuran di kelurahan di stop"],
)  # fmt: skip
def test_what_is_reported_behind_lapor_is_a_report_and_no_stop(line: Line, text: str) -> None:
    line.writes(text)
    assert len(line.reports()) == 1
    assert not line.stopped()


@pytest.mark.parametrize("text", ["LAPOR kartu saya belum datang. STOP SMS", "LAPOR RT minta uang, jangan sms lagi"])
def test_a_stop_of_our_texts_behind_lapor_is_both(line: Line, text: str) -> None:
    line.writes(text)
    assert len(line.reports()) == 1
    assert line.stopped()


@pytest.mark.parametrize("words", ["Pungli di pasar tiap minggu. Stop!", "Stop, pungli di pasar tiap minggu"])
def test_stop_among_the_words_asked_for_is_part_of_them(line: Line, words: str) -> None:
    line.writes("LAPOR", "3", "6", "3", "2", words)
    assert not line.stopped()
    line.writes("2")
    assert [said for _, _, said in line.reports()] == [words]


@pytest.mark.parametrize("words", ["ya", "tidak", "belum", "bukan saya"])
def test_an_option_of_the_open_question_is_no_report(db: Any, words: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("LAPOR", "3", "6", "3", "2", words)
    assert len(line.said()) == 1
    assert db.execute("SELECT count(*) FROM grievance WHERE words IS NOT NULL").fetchone() == (0,)


# --- who speaks ---


@pytest.mark.parametrize("text", ["Sulistiawati sudah, Ahmad belum", "Sulistiawati belum, Ahmad sudah terdaftar"])
def test_two_people_with_two_answers_are_asked_for_by_name(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"


@pytest.mark.parametrize(
    "text",
    ["bukan Rika, ini Umaya", "ini bukan Rika tapi Umaya, sudah terdaftar", "ini Umaya bukan Rika",
     "saya Umaya, Rika sedang di pasar, sudah terdaftar kok", "ini Umaya, Rika belum terdaftar pak",
     "saya Umaya sudah, Rika belum tahu"],
)  # fmt: skip
def test_another_worker_of_the_phone_neither_answers_nor_lets_go_of_the_asked_one(db: Any, text: str) -> None:
    line = shared(db)
    line.writes(text)
    assert (line.said(), linked(line)) == ([], 2)
    assert line.sent()[-1] == "s12.own_word"


def test_who_says_who_she_is_not_still_lets_go(db: Any) -> None:
    line = shared(db)
    line.writes("ini bukan Rika, salah sambung")
    assert line.said() == ["not_me"]


# --- STOP beside somebody else's word ---


@pytest.mark.parametrize(
    "text",
    ["salah sambung pak STOP SMS", "nomor ini sudah ganti orang jangan sms lagi", "salah nomor. jangan sms lagi",
     "ini bukan Sulistiawati jangan sms lagi ya", "bukan saya, jangan sms lagi", "bukan saya stop sms",
     "bukan saya. jangan kirim sms lagi ya", "bukan saya, stop"],
)  # fmt: skip
def test_a_stranger_who_wants_no_more_texts_is_heard_in_both(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped(), linked(line)) == (["not_me"], True, 0)


@pytest.mark.parametrize(
    "text",
    ["saya istrinya, jangan sms lagi", "saya istrinya stop sms", "ini bu RT tolong stop sms", "ini istrinya, stop"],
)
def test_a_relation_who_wants_no_more_texts_is_asked_nothing(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped()) == ([], True)
    assert line.sent()[1:] == ["g18.stopped"]


@pytest.mark.parametrize("text", ["hmm gimana ini. STOP", "siapa ini, stop", "apa ya ini\nSTOP"])
def test_a_stop_beside_something_unclear_is_not_answered_with_a_question(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.stopped()
    assert line.sent()[1:] == ["g18.stopped"]


@pytest.mark.parametrize(
    "text", ["dulu ojek, berhenti", "sudah tidak jualan, berhenti", "Narik becak sudah tua. Berhenti"]
)
def test_who_stopped_working_is_no_stop(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize(
    ("text", "said"),
    [("sudah terdaftar stop sms", "confirms"), ("belum terdaftar stop sms", "denies"), ("tidak. stop", "denies")],
)
def test_an_answer_beside_a_stop_of_our_texts_counts(db: Any, text: str, said: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped()) == ([said], True)


@pytest.mark.parametrize("text", ["2 stop", "2, stop", "stop. 2", "stop 2"])
def test_a_digit_that_was_offered_counts_beside_a_stop(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes("apa ya")
    assert line.sent()[-1] == "s9.unclear"
    line.writes(text)
    assert (line.said(), line.stopped()) == (["denies"], True)


@pytest.mark.parametrize("text", ["saya tidak pernah stop sms", "kenapa stop sms", "jangan stop smsnya"])
def test_what_only_speaks_of_our_texts_stops_nothing_for_sure(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert not line.stopped()


# --- a correction is no second part ---


@pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])
@pytest.mark.parametrize(
    ("texts", "stands"),
    [(("ya", "belum, pak RT minta uang dulu"), "denies"), (("tidak", "eh sudah, tapi kartu belum datang"), "confirms"),
     (("ya", "tidak"), "denies"), (("sudah", "eh belum pak"), "denies")],
)  # fmt: skip
def test_who_answers_and_thinks_again_within_seconds_is_heard_twice(
    db: Any, texts: tuple[str, ...], stands: str, between: bool
) -> None:
    line = a_question(db)
    line.together(*texts, apart=2, handled_between=between)
    assert line.said()[-1] == stands


@pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])
@pytest.mark.parametrize("texts", [("tidak", "terdaftar bu"), ("saya tidak", "terdaftar"), ("belum", "terdaftar pak")])
def test_a_sentence_that_was_cut_is_still_one(db: Any, texts: tuple[str, ...], between: bool) -> None:
    line = a_question(db)
    line.together(*texts, apart=2, handled_between=between)
    assert set(line.said()) == {"denies"}
