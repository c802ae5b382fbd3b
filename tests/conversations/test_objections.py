"""A no to the notice that one is to be taken off the list is an objection: by name, whatever the phone just told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from tests.conversations.test_day_after import ANONYMOUS
from tests.conversations.texting import Line
from tests.officers import an_officer
from tests.people import Someone, a_worker
from verify_service.grievances.acting import Acting
from verify_service.grievances.assignment import viewer_of
from verify_service.ground.database import transaction
from verify_service.ground.tables import Enrolment, Officer, Removal
from verify_service.proposals.review import Opinion
from verify_service.removals import review
from verify_service.removals.window import link_objections

HOUR = 3600


def told(line: Line, someone: Someone) -> None:
    """Two officers agree that the worker is to be taken off, and the notice is handed over."""
    line.now += dt.timedelta(minutes=2)
    for who, role in (("satu", "officer"), ("dua", "supervisor")):
        an_officer(f"{who}@bekasi.example", role, name=who)
    with transaction() as session:
        acting = _acting(session, "satu", line.now)
        enrolment = session.get_one(Enrolment, someone.enrolment)
        month = review.months_for(session, enrolment, now=line.now)[0]
        opened = review.open_removal(acting, review.NewRemoval(enrolment.id, "moved", month, (), "pindah menurut RT"))
        assert isinstance(opened, Removal)
    with transaction() as session:
        removal = session.scalars(select(Removal)).one()
        opinion = Opinion(removal.id, removal.version, "", "ok")
        assert review.agree(_acting(session, "dua", line.now), opinion) is None
    line.handed_over()
    line.now += dt.timedelta(minutes=2)


def _acting(session: Any, who: str, now: dt.datetime) -> Acting:
    officer = session.scalars(select(Officer).where(Officer.email == f"{who}@bekasi.example")).one()
    return Acting(session, viewer_of(officer), now)


def state(line: Line) -> str:
    with transaction() as session:
        link_objections(session, line.now)
    (held,) = line.db.execute("SELECT state FROM removal").fetchone()
    return str(held)


@pytest.mark.parametrize("text", ["tidak", "belum", "tidak pak", "eh tidak", "ga", "lho belum bu"])
@pytest.mark.parametrize("asked", ["never", "before", "answered before"])
def test_a_bare_no_to_the_notice_is_an_objection(db: Any, asked: str, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    if asked != "never":
        line.asked(worker.worker)
    if asked == "answered before":
        line.writes("udah")
    told(line, worker)
    line.writes(text)
    assert "denies" not in line.said()
    assert state(line) == "objected"


def test_a_no_to_a_newer_question_answers_that(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    told(line, worker)
    line.asked(worker.worker)
    line.writes("belum")
    assert line.said() == ["denies"]
    assert state(line) == "noticed"


@pytest.mark.parametrize(
    "text",
    ["saya keberatan masih kerja di bekasi", "keberatan pak, saya ga pindah", "saya masih tinggal di sini"],
)
@pytest.mark.parametrize("behind", [True, False])
def test_an_objection_beside_an_anonymous_report_is_no_part_of_it(db: Any, behind: bool, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    if behind:
        told(line, worker)
    line.writes(*ANONYMOUS)
    if not behind:
        told(line, worker)
    line.together(text, pause=180)
    assert state(line) == "objected"
    assert all(text not in words for identity, _, words in line.reports() if identity == "anonymous")


@pytest.mark.parametrize("pause", [60, HOUR // 2, 3 * HOUR])
@pytest.mark.parametrize(
    "text", ["lapor saya masih kerja kok dibilang pindah", "saya masih kerja di bekasi ga pindah pak"]
)
def test_the_same_words_behind_the_notice_are_no_copy(db: Any, pause: int, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(text)
    line.now += dt.timedelta(seconds=pause)
    told(line, worker)
    sent = len(line.sent())
    line.writes(text)
    assert len(line.sent()) > sent
    assert state(line) == "objected" or line.handled()[-1] == "triage"  # which keeps him on the list as well


def test_who_agrees_or_sends_stop_has_not_objected(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    told(line, worker)
    line.writes("iya", "STOP")
    assert line.stopped()
    assert state(line) == "noticed"
