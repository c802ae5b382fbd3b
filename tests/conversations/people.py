"""Who the golden talks are about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flows.references import check_letter
from tests.people import Someone, a_phone, a_worker, an_rt_head, link
from verify_service.ground.crypto import letter_code

NUMBER = "+6281234567890"
_NUMBER = re.compile(r"BKS-[2-9A-Y]{6}")


@dataclass(frozen=True)
class Scene:
    """Who calls from which number, and what is on their letter."""

    number: str
    nik: str = ""
    code: str = ""
    pin: str = "385016"
    help_code: str = ""

    def words(self, seen: list[str]) -> dict[str, str]:
        """What a talk may name: codes, and the number last read on the screen."""
        numbers = [number for screen in seen for number in _NUMBER.findall(screen)]
        return {
            "nik": self.nik,
            "code": self.code,
            "wrong_code": self.wrong_code if self.code else "",
            "pin": self.pin,
            "help": self.help_code,
            "number": numbers[-1] if numbers else "",
            "unknown": f"22222{check_letter('22222')}",
        }

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"


def _known(**facts: Any) -> Callable[[Any, str], Scene]:
    def make(db: Any, language: str) -> Scene:
        return Scene(NUMBER, *_letter(a_worker(db, language=language, **facts)))

    return make


def _letter(someone: Someone) -> tuple[str, str]:
    return someone.nik, someone.code


def _first_time(db: Any, language: str) -> Scene:
    return Scene(NUMBER, *_letter(a_worker(db, language=None, noticed=False)))


def _unlinked(db: Any, language: str) -> Scene:
    a_phone(db, "+6281299990001", language=language)
    return Scene("+6281299990001", *_letter(a_worker(db, phone=None)))


def _family(db: Any, language: str) -> Scene:
    first = a_worker(db, language=language)
    for place, name in enumerate(("Kairav Haryanto", "Nadine Yulianti"), start=2):
        other = a_worker(db, nik=f"327501150190000{place}", name=name, phone=None, row=place)
        link(db, NUMBER, other.worker, language=language)
    return Scene(NUMBER, *_letter(first))


def _crowd(db: Any, language: str) -> Scene:
    first = a_worker(db, language=language)
    for place in range(2, 14):
        other = a_worker(db, nik=f"32750115019000{place:02}", name=f"Warga Nomor {place}", phone=None, row=place)
        link(db, NUMBER, other.worker, language=language)
    return Scene(NUMBER, *_letter(first))


def _head_on_the_list(db: Any, language: str) -> Scene:
    someone = a_worker(db, language=language)
    an_rt_head(db, NUMBER, language=language)
    return Scene(NUMBER, *_letter(someone))


def _head(*, active: bool, residents: int = 3, posts: int = 1) -> Callable[[Any, str], Scene]:
    def make(db: Any, language: str) -> Scene:
        a_worker(db, nik="3275011501900099", name="Orang RT Lain", phone=None, rt="009", row=99)
        help_code = ""
        for place, name in enumerate(("Kairav Haryanto", "Nadine Yulianti", "Sulistiawati Dewi")[:residents], start=2):
            one = a_worker(db, nik=f"327501150190000{place}", name=name, phone=None, row=place, occupation="01")
            help_code = help_code or letter_code("help", one.worker, 1)
        head = an_rt_head(db, NUMBER, language=language, pin="385016" if active else None)
        if posts == 2:
            an_rt_head(db, NUMBER, rt="009", language=language, pin="385016" if active else None)
        return Scene(NUMBER, code=letter_code("activation", head, 1), help_code=help_code)

    return make


def _rw_head(*, active: bool) -> Callable[[Any, str], Scene]:
    """RT 003 and 005 of his RW have no head, RT 004 has one; in each lives somebody."""

    def make(db: Any, language: str) -> Scene:
        for place, (name, rt) in enumerate(
            (("Kairav Haryanto", "003"), ("Orang RT Lain", "004"), ("Nadine Yulianti", "005")), start=2
        ):
            a_worker(db, nik=f"327501150190000{place}", name=name, phone=None, rt=rt, row=place)
        an_rt_head(db, "+6281299990004", rt="004", pin="385016")
        head = an_rt_head(db, NUMBER, rt="", language=language, pin="385016" if active else None)
        return Scene(NUMBER, code=letter_code("activation", head, 1))

    return make


BY_NAME: dict[str, Callable[[Any, str], Scene]] = {
    "a worker": _known(),
    "a worker whose premium is not recorded": _known(insurer="unpaid"),
    "a worker whose cover lapsed": _known(insurer="inactive"),
    "a worker the insurer does not know": _known(insurer=None),
    "a worker calling for the first time": _first_time,
    "a phone nobody knows": _unlinked,
    "a family phone": _family,
    "a phone of thirteen": _crowd,
    "an RT head": _head_on_the_list,
    "an RT head with his letter": _head(active=False),
    "an RT head at work": _head(active=True),
    "an RT head without residents": _head(active=True, residents=0),
    "an RW head at work": _rw_head(active=True),
    "an RW head with his letter": _rw_head(active=False),
    "the head of two RT": _head(active=True, posts=2),
}


def reported(db: Any) -> list[str]:
    """What was reported, proposed and learned, as a talk's last lines say it; never words or numbers."""
    reports = db.execute(
        """SELECT concat_ws(', ', category, urgency, identity, about, CASE WHEN restricted THEN 'restricted' END,
                            contact, origin, field, state, CASE WHEN phone_id IS NULL THEN 'no phone' END)
           FROM grievance ORDER BY id"""
    ).fetchall()
    events = db.execute(
        "SELECT kind || ', ' || by FROM grievance_event WHERE kind <> 'received' ORDER BY id"
    ).fetchall()
    proposals = db.execute(
        """SELECT concat_ws(', ', proposer, job, kelurahan_code, rt || '/' || rw, member,
                            CASE WHEN on_roster THEN 'on the roster' END)
           FROM proposal ORDER BY id"""
    ).fetchall()
    learned = db.execute(
        "SELECT answer || CASE WHEN again THEN ', again' ELSE '' END FROM knowledge_answer ORDER BY id"
    ).fetchall()
    assisted = db.execute("SELECT statement FROM evidence WHERE assisted ORDER BY id").fetchall()
    texts = db.execute("SELECT screen || ', ' || state FROM outbox ORDER BY id").fetchall()
    kinds = {
        "report": reports,
        "then": events,
        "proposal": proposals,
        "learned": learned,
        "with help": assisted,
        "text": texts,
    }
    return [f"= {kind} {one}" for kind, rows in kinds.items() for (one,) in rows]
