"""Who the golden talks are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.people import Someone, a_phone, a_worker, an_rt_head, link
from verify_service.ground.crypto import letter_code

NUMBER = "+6281234567890"


@dataclass(frozen=True)
class Scene:
    """Who calls from which number, and what is on their letter."""

    number: str
    nik: str = ""
    code: str = ""
    pin: str = "385016"

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
        for place, name in enumerate(("Kairav Haryanto", "Nadine Yulianti", "Sulistiawati Dewi")[:residents], start=2):
            a_worker(db, nik=f"327501150190000{place}", name=name, phone=None, row=place, occupation="01")
        head = an_rt_head(db, NUMBER, language=language, pin="385016" if active else None)
        if posts == 2:
            an_rt_head(db, NUMBER, rt="009", language=language, pin="385016" if active else None)
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
    "the head of two RT": _head(active=True, posts=2),
}
