"""Who the golden talks are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.people import Someone, a_file, a_phone, a_worker, link

NUMBER = "+6281234567890"


@dataclass(frozen=True)
class Scene:
    """Who calls from which number, and what is on their letter."""

    number: str
    nik: str = ""
    code: str = ""

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


def _rt_head(db: Any, language: str) -> Scene:
    someone = a_worker(db, language=language)
    db.execute(
        """INSERT INTO rt_head (import_id, kelurahan_code, rw, rt, name, phone_id)
           SELECT %s, '32.75.01.1001', '011', '003', 'Sulistiawati Dewi', id FROM phone""",
        [a_file(db, "rt_heads")],
    )
    return Scene(NUMBER, *_letter(someone))


BY_NAME: dict[str, Callable[[Any, str], Scene]] = {
    "a worker": _known(),
    "a worker whose premium is not recorded": _known(insurer="unpaid"),
    "a worker whose cover lapsed": _known(insurer="inactive"),
    "a worker the insurer does not know": _known(insurer=None),
    "a worker calling for the first time": _first_time,
    "a phone nobody knows": _unlinked,
    "a family phone": _family,
    "a phone of thirteen": _crowd,
    "an RT head": _rt_head,
}
