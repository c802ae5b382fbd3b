"""An anonymous report of minutes ago takes in nothing that leads back to its phone: no answer of ours, no name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conversations.test_day_after import ANONYMOUS, HOURS
from tests.conversations.test_second_thoughts import a_solved_question, with_a_report
from tests.conversations.texting import Line
from tests.people import a_worker
from verify_service.grievances.notify import tell
from verify_service.grievances.opening import Spoken
from verify_service.grievances.states import GrievanceState, Step
from verify_service.grievances.steps import take
from verify_service.ground.crypto import seal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance

NAME = "Sulistiawati Dewi"


def reported(db: Any, *, question: str) -> tuple[Line, int]:
    """A phone that just told something anonymously; our question came before, behind, or not at all."""
    worker, line = a_worker(db, name=NAME), Line(db)
    if question == "before":
        line.asked(worker.worker)
    line.writes(*ANONYMOUS)
    if question == "behind":
        line.now += dt.timedelta(minutes=3)
        line.asked(worker.worker)
    return line, len(line.reports())


@pytest.mark.parametrize("question", ["before", "behind"])
@pytest.mark.parametrize(
    ("text", "meant"),
    [("Dewi udah", ""), ("saya Dewi, udah terdaftar", "confirms"), ("udah pak", "confirms"), ("belum", "denies")],
)  # fmt: skip
def test_an_answer_with_a_name_goes_to_the_question(db: Any, question: str, text: str, meant: str) -> None:
    line, before = reported(db, question=question)
    line.together(text, pause=180)
    assert line.said() == ([meant] if meant else [])
    told = " ".join(words for _, _, words, *_ in line.reports())
    assert text not in told
    assert len(line.reports()) == before


@pytest.mark.parametrize("text", ["2", "2 pak", "1"])
def test_a_digit_goes_to_the_newer_question(db: Any, text: str) -> None:
    line, _ = reported(db, question="behind")
    line.together(text, pause=180)
    assert text not in " ".join(words for _, _, words, *_ in line.reports())


@pytest.mark.parametrize("text", ["nama saya Dewi", "Sulistiawati Dewi", "ini Dewi bu", "Dewi udah"])
@pytest.mark.parametrize("question", ["before", "behind", "never"])
def test_a_name_of_this_phone_is_in_no_anonymous_report(db: Any, question: str, text: str) -> None:
    line, _ = reported(db, question=question)
    line.together(text, pause=180)
    assert "Dewi" not in " ".join(words for _, _, words, *_ in line.reports())


def test_a_second_thought_of_the_answer_is_no_part_of_it(db: Any) -> None:
    worker, line = a_worker(db, name=NAME), Line(db)
    line.asked(worker.worker)
    line.writes("udah")
    line.together(ANONYMOUS[0], pause=120)
    line.writes(*ANONYMOUS[1:])
    line.together("eh belum", pause=180)
    line.together("tadi salah, saya belum", pause=60)
    assert "salah" not in " ".join(words for _, _, words, *_ in line.reports())
    assert "eh belum" not in " ".join(words for _, _, words, *_ in line.reports())


def an_officer_wrote(line: Line, *, asks: bool, words: str) -> None:
    """An officer asks about the named report of this phone, or answers it, and the text is handed over."""
    with transaction() as session:
        report = session.query(Grievance).filter(Grievance.identity == "normal").one()
        report.state = GrievanceState.IN_PROGRESS
        if asks:
            take(session, report, Step.ASK, Spoken("officer:1", "console", line.now, words), reason="document")
        else:
            report.state, report.answer = GrievanceState.ANSWERED, seal(words, "grievance.answer")
        screen = "g6.case_need_info" if asks else "g7.case_done"
        shown = {"date": "30/11/26"} if asks else {}
        tell(session, report, screen, shown, cause="x", now=line.now, answer=words)
    line.handed_over()
    line.now += dt.timedelta(minutes=2)


@pytest.mark.parametrize(
    ("asks", "text"),
    [(True, "udah ke kelurahan kemarin"), (True, "disuruh balik lagi minggu depan"),
     (False, "belum ada di kelurahan pak")],
)  # fmt: skip
def test_a_reply_to_an_officer_behind_it_is_of_his_report(db: Any, asks: bool, text: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    line.writes(*ANONYMOUS)
    line.now += dt.timedelta(minutes=2)
    an_officer_wrote(line, asks=asks, words="Udah pernah ke kelurahan?")
    line.writes(text)
    by_name = [words for identity, _, words in line.reports() if identity == "normal"]
    unnamed = [words for identity, _, words in line.reports() if identity == "anonymous"]
    assert text in by_name[0]
    assert text not in unnamed[0]


def test_his_question_of_before_takes_his_own_words(db: Any) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Udah pernah ke kelurahan?")
    line.writes(*ANONYMOUS)
    line.together("udah ke kelurahan kemarin", pause=120)
    assert "kemarin" in next(words for identity, _, words in line.reports() if identity == "normal")
    line.together("yang minta pak Udin", pause=120)  # of the anonymous one, for all we know
    assert "Udin" in next(words for identity, _, words in line.reports() if identity == "anonymous")


def test_his_answer_of_before_takes_its_own_words(db: Any) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=False, words="Kartu bisa diambil di kelurahan.")
    line.writes(*ANONYMOUS)
    line.together("belum ada di kelurahan pak", pause=180)
    assert "belum ada di kelurahan" in next(words for identity, _, words in line.reports() if identity == "normal")


def test_a_complaint_behind_it_is_never_filed_under_the_phone(db: Any) -> None:
    line, before = reported(db, question="behind")
    line.together("kartu saya belum dapet", pause=180)
    assert len(line.reports()) == before
    assert all(identity == "anonymous" for identity, _, _ in line.reports())


# --- a report's number and a few words ---


@pytest.mark.parametrize("text", ["belum beres", "kartunya udah sampe", "saya juga dimintain", "udah pernah"])
def test_words_beside_a_number_are_kept(db: Any, text: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    line.writes(f"{number} {text}")
    assert text in line.reports()[0][2]


@pytest.mark.parametrize("text", ["status", "gimana laporan saya", "tolong cek pak"])
def test_who_only_asks_after_it_adds_nothing(db: Any, text: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    line.writes(f"{number} {text}")
    assert text not in line.reports()[0][2]


# --- the same words at two doors ---

CARD = "kartu baru saya ga bisa dipake di klinik"
MENU = ("LAPOR", "3", "7", "3", "1", CARD, "2")


@pytest.mark.parametrize("pause", [180, 12 * 60, 3 * HOURS])
@pytest.mark.parametrize("first", ["words", "menu", "lapor"])
def test_the_same_words_by_text_and_by_menu_are_one_report(db: Any, first: str, pause: int) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    ways: dict[str, tuple[str, ...]] = {"words": (CARD,), "menu": MENU, "lapor": (f"lapor {CARD}",)}
    line.writes(*ways[first])
    assert len(line.reports()) == 1
    again = ways["menu"] if first != "menu" else ways["lapor"]
    line.together(again[0], pause=pause)
    line.writes(*again[1:])
    assert len(line.reports()) == 1


# --- its maker's name, NIK and number in its own words ---


@pytest.mark.parametrize(
    "words",
    ["pak RT minta 50rb, saya Sulistiawati Dewi warga rt 3", "saya Dewi, pak RT minta 30rb",
     "pak RT minta 50rb, hubungi 0812-3456-7890", "pak RT minta 50rb. NIK saya 3275 0115 0190 0001"],
)  # fmt: skip
def test_its_first_words_do_not_name_who_made_it(db: Any, words: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    line.writes(*ANONYMOUS[:-1], words)
    kept = line.reports()[0][2]
    assert "pak RT minta" in kept
    assert "***" in kept
    for told in ("Dewi", "Sulistiawati", "0812", "3275"):
        assert told not in kept


def test_whom_it_is_about_is_named(db: Any) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    line.writes(*ANONYMOUS[:-1], "pak RT namanya Udin Samsudin minta 50rb tanggal 12")
    assert "Udin Samsudin minta 50rb tanggal 12" in line.reports()[0][2]


# --- a report that lapsed takes nothing in ---


@pytest.mark.parametrize(
    "text", ["kartu saya masih belum jadi", "kelurahan tutup terus pak", "nama saya juga salah di kartu"]
)
def test_what_comes_behind_a_lapsed_report_is_read_by_somebody(db: Any, text: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    a_solved_question(line)
    db.execute("UPDATE grievance SET state = 'closed_auto', closed_at = now(), closed_how = 'lapse'")
    before = len(line.reports())
    line.together(text, pause=24 * HOURS)
    states = [state for (state,) in db.execute("SELECT state FROM grievance ORDER BY id").fetchall()]
    told = states[0] == "reopened" or len(states) > before
    assert told or line.handled()[-1] == "triage", (states, line.handled())


# --- what fits something else better ---


@pytest.mark.parametrize(
    ("text", "said"),
    [("belum pak makanya saya lapor", "denies"), ("belum, makanya lapor", "denies"),
     ("udah pak tapi gara2 RT lama", "confirms")],
)  # fmt: skip
def test_a_reason_behind_an_answer_takes_it_from_no_question(db: Any, text: str, said: str) -> None:
    line, before = reported(db, question="behind")
    line.together(text, pause=120)
    assert line.said() == [said]
    assert len(line.reports()) == before
    assert "belum" not in line.reports()[0][2]


def test_makanya_saya_lapor_is_a_no_without_any_report(db: Any) -> None:
    worker, line = a_worker(db, name=NAME), Line(db)
    line.asked(worker.worker)
    line.writes("belum pak makanya saya lapor")
    assert line.said() == ["denies"]


def test_a_bare_word_is_to_the_officer_who_asked(db: Any) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    with_a_report(line)
    an_officer_wrote(line, asks=True, words="Udah pernah ke kelurahan?")
    line.writes(*ANONYMOUS)
    line.together("udah", pause=180)
    by_name = next(words for identity, _, words in line.reports() if identity == "normal")
    assert by_name.endswith("udah")
    assert all("udah" not in words for identity, _, words in line.reports() if identity == "anonymous")


@pytest.mark.parametrize("text", ["kartunya udah saya ambil", "belum pak, kartunya ga ada", "kartu belum datang juga"])
def test_words_of_the_report_that_is_asked_about_are_of_it(db: Any, text: str) -> None:
    a_worker(db, name=NAME)
    line = Line(db)
    a_solved_question(line)
    line.writes(*ANONYMOUS)
    line.together(text, pause=180)
    by_name = [words for identity, _, words in line.reports() if identity != "anonymous"]
    unnamed = [words for identity, _, words in line.reports() if identity == "anonymous"]
    assert text in by_name[0]
    assert text not in unnamed[0]


@pytest.mark.parametrize("text", ["udah terdaftar kok", "udah terdaftar"])
@pytest.mark.parametrize("unnamed", [False, True])
def test_that_one_is_listed_is_nobodys_report(db: Any, unnamed: bool, text: str) -> None:
    worker, line = a_worker(db, name=NAME), Line(db)
    line.asked(worker.worker)
    line.writes(*(ANONYMOUS[:-1] if unnamed else ("LAPOR", "3", "7", "3", "1")))
    line.writes(text)
    assert line.said() == ["confirms"]
    assert line.reports() == []
