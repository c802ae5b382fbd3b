"""Finding a person: by a name as it is heard, a NIK, a KPJ, a phone, a code, a kelurahan. What is found is masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from rapidfuzz import fuzz
from sqlalchemy import text

from flows.references import read_worker_code, worker_code
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import blind_index, letter_code, nik_end
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.registry.letters import INVITATION
from verify_service.registry.names import likeness, masked_name, name_key, sound
from verify_service.registry.traits import heard, skeleton

SHOWN: Final = 25
_WEIGHED: Final = 400  # names that are heard alike, held against each other; of a commoner one a place is asked for
_IN_A_PLACE: Final = 60_000  # lines of a kelurahan that are gone through one by one
_ISSUES: Final = 4  # letters of one person, the newest of which is valid
_LEAST: Final = 60.0  # of 100: less alike is another name
_CLOSE: Final = 78.0  # where whole names are gone through, spelt otherwise than they are heard
_KPJ: Final = re.compile(r"[0-9A-Z]{7}[0-9]{4}")
_LETTER: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Wanted:
    """What was typed: a name, a number or a code; and a kelurahan, if one was chosen."""

    typed: str
    kelurahan: str | None = None


@dataclass(frozen=True)
class Hit:
    """One person found, masked, with what tells them from others of the name."""

    worker: int
    name: str
    nik_last4: str
    code: str
    birth_year: int | None
    kelurahan: str | None
    rw: str | None
    rt: str | None
    erased: bool


@dataclass(frozen=True)
class Hits:
    """Who was found; `more` where there are others, `by` what was understood, `tell` what would find them sooner."""

    rows: tuple[Hit, ...]
    by: str
    more: bool = False
    tell: str = ""


# To compile a plan takes longer than such a search.
_SHORT: Final = text("SELECT set_config('jit', 'off', true)")


def find(acting: Acting, wanted: Wanted) -> Hits:
    """Look for somebody in the account's place; that was looked for, by what and how many were found is kept."""
    acting.session.execute(_SHORT)
    hits = _find(acting, wanted)
    acting.record("person searched", "roster", by=hits.by, found=len(hits.rows))
    return hits


def _find(acting: Acting, wanted: Wanted) -> Hits:
    typed = " ".join(wanted.typed.split())
    plain = re.sub(r"[\s.\-]", "", typed).upper()
    if not typed:
        return _of_a_place(acting, wanted) if wanted.kelurahan else Hits((), "nothing", tell="nothing")
    if plain.isascii() and plain.isdecimal() and len(plain) == 16:
        return _exactly(acting, wanted, "nik", _BY_NIK, {"index": blind_index(plain, "nik")})
    number = read_phone(typed)
    if isinstance(number, Number):
        found = _exactly(acting, wanted, "phone", _BY_PHONE, {"index": blind_index(number.e164, "phone")})
        if found.rows or not _KPJ.fullmatch(plain):
            return found  # a KPJ of 2008 looks like a phone
    if _KPJ.fullmatch(plain):
        return _exactly(acting, wanted, "kpj", _BY_KPJ, {"index": blind_index(plain, "kpj")})
    worker = read_worker_code(plain)
    if worker is not None:
        found = _exactly(acting, wanted, "code", _BY_ID, {"worker": worker})
        if not _LETTER.fullmatch(plain) or (found.rows and not wanted.kelurahan):
            return found
        return _by_letter(acting, wanted, plain, found)  # one in ten codes of letters reads as a worker's too
    if _LETTER.fullmatch(plain):
        return _by_letter(acting, wanted, plain)
    if plain.isdecimal():
        return Hits((), "number", tell="number")
    return _by_name(acting, wanted, typed)


# The newest line of a person within the account's place; who has none there is not shown.
_LINE = """
JOIN LATERAL (
    SELECT enrolment.kelurahan_code, rw, rt, area.kelurahan FROM enrolment LEFT JOIN area USING (kelurahan_code)
    WHERE enrolment.worker_id = worker.id
      AND (NOT :bound OR enrolment.kelurahan_code = :area OR starts_with(enrolment.kelurahan_code, :area || '.'))
      AND (CAST(:kelurahan AS text) IS NULL OR enrolment.kelurahan_code = :kelurahan)
    ORDER BY enrolment.id DESC LIMIT 1) line ON true"""
_COLUMNS = """worker.id, worker.name, worker.name_key, worker.nik, worker.birth_year, worker.erased_at,
       worker.letter_issue, line.kelurahan, line.rw, line.rt"""


def _query(found: str, order: str = "worker.id") -> Any:
    return text(f"SELECT {_COLUMNS} FROM ({found}) worker {_LINE} ORDER BY {order} LIMIT :most")  # noqa: S608  # ours


# A person who was decided to be one with another is found by the numbers of either.
_BY_NIK = _query("SELECT * FROM worker WHERE nik_index = :index")
_BY_KPJ = _query("SELECT * FROM worker WHERE kpj_index = :index")
_BY_ID = _query("SELECT * FROM worker WHERE id = :worker")
_BY_PHONE = _query(
    """SELECT DISTINCT worker.* FROM phone JOIN phone_link link ON link.phone_id = phone.id AND link.unlinked_at IS NULL
       JOIN worker ON worker.id = link.worker_id WHERE phone.number_index = :index"""
)
_BY_SOUND = text(
    f"""
WITH heard AS MATERIALIZED (
    SELECT * FROM worker WHERE name_sounds(name_key) @> CAST(:sounds AS text[]) AND erased_at IS NULL
      AND (CAST(:kelurahan AS text) IS NULL OR id IN (SELECT worker_id FROM enrolment
                                                      WHERE kelurahan_code = :kelurahan)) LIMIT :weighed)
SELECT {_COLUMNS} FROM heard worker {_LINE} LIMIT :most"""  # noqa: S608  # constants of our own
)
# Of a place all lines, which one index holds together.
_WORKERS_HERE = text(
    """
SELECT DISTINCT worker_id FROM enrolment WHERE kelurahan_code = :kelurahan
  AND (NOT :bound OR kelurahan_code = :area OR starts_with(kelurahan_code, :area || '.')) LIMIT :scanned"""
)
_NAMES_HERE = text(
    """
SELECT DISTINCT worker.id, worker.name_key
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id AND worker.erased_at IS NULL
WHERE enrolment.kelurahan_code = :kelurahan AND worker.name_key ~ :begins
  AND (NOT :bound OR kelurahan_code = :area OR starts_with(kelurahan_code, :area || '.')) LIMIT :scanned"""
)
_FIRST_HERE = text(
    f"""
SELECT {_COLUMNS} FROM (
    SELECT worker_id, min(concat(rw, '/', rt)) AS place FROM enrolment WHERE kelurahan_code = :kelurahan
      AND (NOT :bound OR kelurahan_code = :area OR starts_with(kelurahan_code, :area || '.'))
    GROUP BY worker_id ORDER BY place, worker_id LIMIT :most) first
JOIN worker ON worker.id = first.worker_id {_LINE} ORDER BY line.rw, line.rt, worker.id"""  # noqa: S608  # ours
)
_THESE = _query("SELECT * FROM worker WHERE id = ANY(CAST(:workers AS bigint[]))")
_KEYS = text(
    """SELECT worker.id, person_key.wrapped FROM worker JOIN person_key USING (nik_index)
       WHERE worker.id = ANY(CAST(:workers AS bigint[]))"""
)


def _asked(viewer: Viewer, wanted: Wanted, **more: object) -> dict[str, object]:
    place = {"bound": viewer.bound, "area": viewer.area or "", "kelurahan": wanted.kelurahan or None}
    return {"most": SHOWN + 1} | place | more


def _exactly(acting: Acting, wanted: Wanted, by: str, question: Any, values: dict[str, object]) -> Hits:
    rows = acting.session.execute(question, _asked(acting.viewer, wanted, **values)).all()
    return _hits(acting, rows, by)


def _of_a_place(acting: Acting, wanted: Wanted) -> Hits:
    """The first of a kelurahan, RT by RT: a name narrows them."""
    rows = acting.session.execute(_FIRST_HERE, _asked(acting.viewer, wanted)).all()
    return _hits(acting, rows, "kelurahan", tell="name" if len(rows) > SHOWN else "")


def _by_letter(acting: Acting, wanted: Wanted, code: str, known: Hits | None = None) -> Hits:
    """The code of an invitation is made anew of each person and compared: so it needs the kelurahan."""
    if not wanted.kelurahan:
        return Hits((), "letter", tell="kelurahan")
    here = acting.session.scalars(_WORKERS_HERE, _asked(acting.viewer, wanted, scanned=_IN_A_PLACE)).all()
    for issue in range(1, _ISSUES + 1):  # nearly everybody has the first; of few a newer one was printed
        found = [worker for worker in here if letter_code(INVITATION, worker, issue) == code]
        rows = [row for row in _these(acting, wanted, found) if row.letter_issue == issue]
        if rows:
            letters = _hits(acting, rows, "letter")
            return replace(letters, rows=(*(known.rows if known else ()), *letters.rows))
    return known or Hits((), "letter")


def _by_name(acting: Acting, wanted: Wanted, typed: str) -> Hits:
    key = name_key(typed)
    words = key.split()
    if not words:
        return Hits((), "name", tell="nothing")
    sounds, _ = heard(key)
    rows = _heard(acting, wanted, sounds)
    if wanted.kelurahan and not rows:
        return _hits(acting, _spelt_alike(acting, wanted, words), "name")
    many = len(rows) >= _WEIGHED
    if not rows and len(words) > 1:  # one word is spelt beyond hearing: the others find them
        rows = [row for left in range(len(sounds)) for row in _heard(acting, wanted, _without(sounds, left))]
    near = _ranked(key, rows, _LEAST)
    return _hits(acting, near, "name", tell="kelurahan" if not wanted.kelurahan and (many or len(near) > SHOWN) else "")


def _without(sounds: Sequence[str], left: int) -> list[str]:
    return [sound for place, sound in enumerate(sounds) if place != left]


def _heard(acting: Acting, wanted: Wanted, sounds: Sequence[str]) -> list[Any]:
    if not sounds:
        return []
    # Of a place they are looked for among all who bear the name.
    weighed = None if acting.viewer.bound or wanted.kelurahan else _WEIGHED
    asked = _asked(acting.viewer, wanted, sounds=list(sounds), weighed=weighed)
    return list(acting.session.execute(_BY_SOUND, asked | {"most": _WEIGHED}))


def _ranked(key: str, rows: Iterable[Any], least: float) -> list[Any]:
    """The likest first; each person once."""
    weighed = {row.id: (_alike(key, row.name_key), row) for row in rows}
    kept = [(alike, row) for alike, row in weighed.values() if alike >= least]
    return [row for _, row in sorted(kept, key=lambda one: (-one[0], one[1].id))]


def _alike(key: str, held: str) -> float:
    """How alike a name as typed is to one of the list; of a part of a name, how much of it is there."""
    whole = likeness(key, held)
    part = fuzz.token_set_ratio(" ".join(map(skeleton, key.split())), " ".join(map(skeleton, held.split())))
    return max(whole, part - 10)


def _spelt_alike(acting: Acting, wanted: Wanted, words: Sequence[str]) -> list[Any]:
    """Names of the kelurahan whose words are spelt or heard alike, the likest first.

    A slip is hardly ever the first letter: only words that begin as one of those typed are held against them.
    """
    letters = {letter for word in words for letter in (word[0], (sound(word) or word)[0])}
    begins = "".join(sorted({other for letter in letters for other in _LIKE.get(letter, letter)}))
    heard_words = [sound(word) or word for word in words]
    near = sorted(
        (-alike, one.id)
        for one in _names_here(acting, wanted, f"(^| )[{begins}]")
        if (alike := _words_alike(heard_words, sound(one.name_key).split())) >= _CLOSE
    )
    return _these(acting, wanted, [worker for _, worker in near[: SHOWN + 1]])


# First letters that stand for each other in spellings old and new.
_LIKE: Final = {letter: group for group in ("DJYI", "CTKSZ", "UO", "FPV") for letter in group}


def _names_here(acting: Acting, wanted: Wanted, begins: str) -> list[Any]:
    asked = _asked(acting.viewer, wanted, scanned=_IN_A_PLACE, begins=begins)
    return list(acting.session.execute(_NAMES_HERE, asked))


def _words_alike(words: Sequence[str], held: Sequence[str]) -> float:
    """How alike the worst of the words is to the one of the name that it is likest to."""
    return min(max((fuzz.ratio(word, other, score_cutoff=_CLOSE) for other in held), default=0.0) for word in words)


def _these(acting: Acting, wanted: Wanted, workers: Sequence[int]) -> list[Any]:
    rows = acting.session.execute(_THESE, _asked(acting.viewer, wanted, workers=list(workers))).all()
    order = {worker: place for place, worker in enumerate(workers)}
    return sorted(rows, key=lambda row: order[row.id])


def _hits(acting: Acting, rows: Sequence[Any], by: str, *, tell: str = "") -> Hits:
    shown = rows[:SHOWN]
    keys = {row.id: row.wrapped for row in acting.session.execute(_KEYS, {"workers": [row.id for row in shown]})}
    return Hits(tuple(_hit(row, keys.get(row.id)) for row in shown), by, len(rows) > SHOWN, tell)


def _hit(row: Any, wrapped: bytes | None) -> Hit:
    return Hit(
        worker=row.id,
        name=masked_name(row.name) if row.erased_at is None else "",
        nik_last4=nik_end(wrapped, row.nik),
        code=worker_code(row.id),
        birth_year=row.birth_year,
        kelurahan=row.kelurahan,
        rw=row.rw,
        rt=row.rt,
        erased=row.erased_at is not None,
    )
