"""A word behind a newer text of ours, or behind a call that dropped, is no answer to the older question."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

import pytest

from tests.conversations.test_another_day import CALLS, calls
from tests.conversations.test_day_after import HOURS, inbox
from tests.conversations.texting import Line
from tests.handset import Handset
from tests.people import a_worker
from verify_service.ground.database import transaction
from verify_service.ground.tables import Phone
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose

NAME, CASE = {"name": "Sulisti***"}, {"case": "BKS-7K2M9Q"}
TEXTS: dict[str, dict[str, str]] = {
    "g10.cover_gap": NAME | {"until": "30/09/26"},
    "g4.card_ready": {"kel": "Margahayu", "date": "24/11/26"},
    "g15.rt_answer_notice": NAME | {"answer": "Sudah pindah", "date": "10/12/26"},
    "g2.remind": NAME | {"date": "10/12/26"},
    "g1.invite": NAME,
    "g14.rt_task": {"rt": "003", "kel": "Margahayu", "n": "2", "date": "10/12/26"},
    "g19.antiscam": {},
    "g24.proposal_question": CASE,
    "g13.proposal_no": CASE | {"reason": "Usia di luar syarat"},
}
_causes = count(1)


def told(line: Line, screen: str) -> None:
    """A text of ours that asks nothing is handed over."""
    with transaction() as session:
        phone = session.query(Phone).order_by(Phone.id).first()
        assert phone is not None
        purpose = Purpose.WARNING
        write(session, phone, screen, TEXTS[screen], purpose=purpose, cause=f"test:{next(_causes)}", now=line.now)
    line.handed_over()
    line.now += dt.timedelta(minutes=2)


def asked_and_told(db: Any, screen: str) -> Line:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.now += dt.timedelta(hours=3)
    told(line, screen)
    return line


@pytest.mark.parametrize("text", ["udah", "belum", "belum pak", "udah pak makasih"])
@pytest.mark.parametrize("screen", TEXTS)
def test_a_bare_word_behind_it_is_asked_back(db: Any, screen: str, text: str) -> None:
    line = asked_and_told(db, screen)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s9.unclear"
    line.writes("1")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    ("screen", "text"),
    [("g10.cover_gap", "blm bayar, minggu depan ya"), ("g10.cover_gap", "teu acan mayar pak, teu gaduh artos"),
     ("g10.cover_gap", "udah saya bayar pak kemarin"), ("g10.cover_gap", "belum saya bayar"),
     ("g2.remind", "belum sempet"), ("g1.invite", "belum sempat ngecek pak"), ("g4.card_ready", "belum saya ambil pak"),
     ("g15.rt_answer_notice", "belum pindah"), ("g15.rt_answer_notice", "salah"),
     ("g14.rt_task", "udah saya data semua"), ("g15.rt_answer_notice", "itu salah pak"),
     ("g15.rt_answer_notice", "saya tidak pindah")],
)  # fmt: skip
def test_what_is_said_of_it_is_no_answer(db: Any, screen: str, text: str) -> None:
    line = asked_and_told(db, screen)
    line.writes(text)
    assert line.said() == []
    if screen in ("g10.cover_gap", "g15.rt_answer_notice"):
        assert inbox(line) == ["triage"] or text in " ".join(words for _, _, words in line.reports())


@pytest.mark.parametrize(
    ("text", "said"),
    [("saya belum terdaftar pak", "denies"), ("sudah terdaftar", "confirms"), ("bukan saya", "not_me"),
     ("udah dapet kartunya dari tahun lalu", "confirms"), ("saya belum pernah didaftarkan siapa siapa", "denies")],
)  # fmt: skip
@pytest.mark.parametrize("screen", ["g10.cover_gap", "g2.remind"])
def test_what_can_only_be_the_answer_is(db: Any, screen: str, text: str, said: str) -> None:
    line = asked_and_told(db, screen)
    line.writes(text)
    assert line.said() == [said]


@pytest.mark.parametrize("text", ["YA", "TIDAK"])
def test_a_reminder_takes_no_word_of_the_question_away(db: Any, text: str) -> None:
    line = asked_and_told(db, "g2.remind")
    line.writes(text)
    assert line.said() == ["confirms" if text == "YA" else "denies"]


def test_a_question_behind_it_is_answered_as_ever(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    with transaction() as session:
        phone = session.query(Phone).one()
        write(session, phone, "g10.cover_gap", TEXTS["g10.cover_gap"], purpose=Purpose.WARNING, cause="x", now=line.now)
    line.handed_over()
    line.asked(worker.worker)
    line.writes("belum")
    assert line.said() == ["denies"]


def test_two_days_later_a_word_is_to_the_question(db: Any) -> None:
    line = asked_and_told(db, "g4.card_ready")
    line.together("belum", pause=50 * HOURS)
    assert line.said() == ["denies"]


# --- a call that dropped ---


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    ("keys", "text"),
    [("11", "belum"), ("11", "udah pak"), ("1111", "tidak"), ("2", "tidak"), ("237", "tidak"), ("111", "ya")],
)
def test_a_word_behind_a_dropped_call_is_asked_back(db: Any, kind: type[Handset], keys: str, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    line.asked(worker.worker)
    calls(line, kind, *keys)
    before = line.said()
    line.now = dt.datetime.now(dt.UTC)
    line.together(text, pause=60)
    assert line.said() == before
    assert line.sent()[-1] == "s9.unclear"


@pytest.mark.parametrize("text", ["saya belum terdaftar", "belum terdaftar pak"])
def test_what_names_the_list_is_answered_behind_it(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    line.asked(worker.worker)
    calls(line, Handset, "2")
    line.now = dt.datetime.now(dt.UTC)
    line.together(text, pause=60)
    assert line.said() == ["denies"]


def test_a_call_that_was_only_begun_asked_nothing(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)
    line.asked(worker.worker)
    calls(line, Handset)
    line.now = dt.datetime.now(dt.UTC)
    line.together("belum", pause=60)
    assert line.said() == ["denies"]
