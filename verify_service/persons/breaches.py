"""The register of breaches: what happened, whose data, when the authority and the people were told, and by whom.

Told are the people by text (g17), whatever they said STOP to: the law has it told, and STOP ends invitations and
questions. Whom no text reaches is told by letter or in public; the register says how many they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from flows.catalogue import WordingError
from flows.references import read_worker_code
from verify_service import audit
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Breach, BreachPerson, Phone, Worker
from verify_service.ground.working_days import short_date
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose

DECIDES: Final = frozenset({Role.ADMIN})
DATA: Final = ("name", "nik", "phone", "address", "kk", "birth", "cover", "report")
SCOPES: Final = ("all", "kelurahan", "people")
SCREEN: Final = "g17.breach"
WORDS_LENGTH: Final = 2000
MOST_CODES: Final = 5000
# As the text names them; where they do not fit, and in a language without them, it says "personal data".
_NAMED: Final = {
    "id": ("nama", "NIK", "telepon", "alamat", "KK", "tgl lahir", "iuran", "laporan"),
    "su": ("nami", "NIK", "telepon", "alamat", "KK", "tgl lahir", "iuran", "laporan"),
    "en": ("name", "NIK", "phone", "address", "KK", "birth date", "cover", "report"),
}
_PERSONAL: Final = {"id": "data pribadi", "su": "data pribadi", "en": "personal data"}
_FITS: Final = 24  # letters of the reason, beside the longest hotline and number


class BreachRefused(StrEnum):
    """Why a step was not taken."""

    ROLE = "role"
    INPUT = "input"
    WHEN = "when"
    CODES = "codes"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    STEP = "step"
    MEASURES = "measures"


@dataclass(frozen=True)
class NewBreach:
    """What is known when it is noticed; `codes` names the people where these are neither all nor a kelurahan."""

    noticed_at: dt.datetime
    happened_on: dt.date
    data: Sequence[str]
    what: str
    measures: str
    people: int
    scope: str
    kelurahan_code: str | None = None
    codes: str = ""


def number_of(breach: Breach) -> str:
    """The number that people are given to ask by."""
    return f"{programme().reference_prefix}-PDP{breach.id}"


def open_breach(acting: Acting, new: NewBreach) -> Breach | BreachRefused:
    """Write down that people's data came into other hands; the clock runs from when it was noticed."""
    if acting.viewer.role not in DECIDES:
        return BreachRefused.ROLE
    if not 10 <= len(new.what.strip()) <= WORDS_LENGTH or len(new.measures.strip()) > WORDS_LENGTH or new.people < 0:
        return BreachRefused.INPUT
    if not new.data or set(new.data) - set(DATA) or new.scope not in SCOPES:
        return BreachRefused.INPUT
    if new.noticed_at > acting.now or new.happened_on > acting.today:
        return BreachRefused.WHEN
    if new.scope == "kelurahan" and acting.session.get(Area, new.kelurahan_code or "") is None:
        return BreachRefused.INPUT
    workers = _named_people(acting, new) if new.scope == "people" else []
    if workers is None:
        return BreachRefused.CODES
    made = Breach(
        noticed_at=new.noticed_at,
        happened_on=new.happened_on,
        due_at=new.noticed_at + dt.timedelta(hours=programme().rights.hours),
        data=",".join(code for code in DATA if code in new.data),
        what=seal(new.what.strip(), "breach.what"),
        measures=seal(new.measures.strip(), "breach.measures") if new.measures.strip() else None,
        people=new.people or len(workers),
        scope=new.scope,
        kelurahan_code=new.kelurahan_code if new.scope == "kelurahan" else None,
        state="open",
        made_by=acting.by,
    )
    acting.session.add(made)
    acting.session.flush()
    acting.session.add_all(BreachPerson(breach_id=made.id, worker_id=worker) for worker in workers)
    acting.record("breach written down", f"breach:{made.id}", scope=made.scope, people=made.people)
    return made


def _named_people(acting: Acting, new: NewBreach) -> list[int] | None:
    """The workers of these codes; None where one of them is none, or there are none or too many."""
    typed = new.codes.replace(",", " ").split()
    read = [read_worker_code(one) for one in typed]
    wanted = {worker for worker in read if worker is not None}
    if not typed or len(typed) > MOST_CODES or None in read:
        return None
    found = set(acting.session.scalars(select(Worker.id).where(Worker.id.in_(wanted))))
    return sorted(found) if found == wanted else None


def find_breach(session: Session, number: int, *, lock: bool = False) -> Breach | None:
    """One breach of the register."""
    wanted = select(Breach).where(Breach.id == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def _held(acting: Acting, number: int, version: int) -> Breach | BreachRefused:
    if acting.viewer.role not in DECIDES:
        return BreachRefused.ROLE
    held = find_breach(acting.session, number, lock=True)
    if held is None:
        return BreachRefused.UNKNOWN
    if held.version != version:
        return BreachRefused.CHANGED
    if held.closed_at is not None:
        return BreachRefused.STEP
    return held


def _done(acting: Acting, held: Breach, action: str) -> None:
    held.version += 1
    acting.record(action, f"breach:{held.id}")


def say_measures(acting: Acting, number: int, version: int, measures: str) -> BreachRefused | None:
    """What was done about it: the text to people says that the hole is closed, so this comes before."""
    if not 10 <= len(measures.strip()) <= WORDS_LENGTH:
        return BreachRefused.INPUT
    held = _held(acting, number, version)
    if isinstance(held, BreachRefused):
        return held
    held.measures = seal(measures.strip(), "breach.measures")
    _done(acting, held, "breach measures")
    return None


def authority_told(acting: Acting, number: int, version: int, reference: str) -> BreachRefused | None:
    """The authority was told in writing; the number of the letter is kept."""
    if not 3 <= len(reference.strip()) <= 200:
        return BreachRefused.INPUT
    held = _held(acting, number, version)
    if isinstance(held, BreachRefused):
        return held
    held.authority_at, held.authority_by = acting.now, acting.by
    held.authority_reference = seal(reference.strip(), "breach.authority_reference")
    _done(acting, held, "breach: authority told")
    return None


def tell_people(acting: Acting, number: int, version: int) -> BreachRefused | None:
    """Have everybody concerned told by text; a worker queues them some hundred at a time, within the send window."""
    held = _held(acting, number, version)
    if isinstance(held, BreachRefused):
        return held
    if held.telling_at is not None:
        return BreachRefused.STEP
    if held.measures is None:
        return BreachRefused.MEASURES
    held.telling_at, held.telling_by = acting.now, acting.by
    _done(acting, held, "breach: people are told")
    return None


def others_told(acting: Acting, number: int, version: int) -> BreachRefused | None:
    """Whom no text reaches was told by letter, by the RT head or in public."""
    held = _held(acting, number, version)
    if isinstance(held, BreachRefused):
        return held
    if held.told_at is None:
        return BreachRefused.STEP
    held.others_at, held.others_by = acting.now, acting.by
    _done(acting, held, "breach: others told")
    return None


def lacks(held: Breach) -> tuple[str, ...]:
    """What is still to be done before it can be closed."""
    return tuple(
        name
        for name, missing in {
            "measures": held.measures is None,
            "authority": held.authority_at is None,
            "people": held.telling_at is None,
            "queued": held.telling_at is not None and held.told_at is None,
            "others": held.told_at is not None and held.without_phone > 0 and held.others_at is None,
        }.items()
        if missing
    )


def close(acting: Acting, number: int, version: int) -> BreachRefused | None:
    """Everybody was told and the hole is closed: the line of the register is complete."""
    held = _held(acting, number, version)
    if isinstance(held, BreachRefused):
        return held
    if lacks(held):
        return BreachRefused.STEP
    held.state, held.closed_at, held.closed_by = "closed", acting.now, acting.by
    _done(acting, held, "breach closed")
    return None


# --- the texts ---

AT_ONCE: Final = 300  # people gone through in one transaction
_CLOCK: Final = "clock"
_SCOPES: Final = {
    "all": "SELECT worker.id FROM worker WHERE worker.id > :after",
    "kelurahan": """SELECT worker.id FROM worker WHERE worker.id > :after AND EXISTS (
                        SELECT 1 FROM enrolment WHERE worker_id = worker.id AND kelurahan_code = :kelurahan)""",
    "people": "SELECT worker_id AS id FROM breach_person WHERE breach_id = :breach AND worker_id > :after",
}
_PHONES: Final = """
SELECT theirs.id AS worker, link.phone_id AS phone
FROM ({scope} ORDER BY 1 LIMIT :most) theirs
LEFT JOIN LATERAL (
    SELECT phone_id FROM phone_link JOIN phone ON phone.id = phone_link.phone_id AND phone.refused_at IS NULL
    WHERE phone_link.worker_id = theirs.id AND phone_link.unlinked_at IS NULL) link ON true
ORDER BY theirs.id, link.phone_id
"""


def tell_some(session: Session, *, now: dt.datetime) -> bool:
    """Queue the texts of the next people of a breach; whether there was one to go on with.

    How far it is stands in the breach's own row, so that a worker who is killed leaves nobody untold and nobody told
    twice; a phone that several people share gets one.
    """
    held = session.scalar(
        select(Breach)
        .where(Breach.telling_at.is_not(None), Breach.told_at.is_(None))
        .order_by(Breach.telling_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if held is None:
        return False
    asked = {"after": held.told_to, "breach": held.id, "kelurahan": held.kelurahan_code, "most": AT_ONCE}
    rows = session.execute(text(_PHONES.format(scope=_SCOPES[held.scope])), asked).all()
    reached: dict[int, bool] = {}
    for worker, phone in rows:
        told = phone is not None and _told(session, held, worker, phone, now)
        reached[worker] = reached.get(worker, False) or told
    held.without_phone += sum(not told for told in reached.values())
    held.told_to = max(reached, default=held.told_to)
    if len(reached) < AT_ONCE:
        held.told_at, held.state, held.version = now, "told", held.version + 1
        session.flush()
        audit.record(
            session,
            now=now,
            actor=_CLOCK,
            action="breach: texts queued",
            on=f"breach:{held.id}",
            texts=held.texts,
            without_phone=held.without_phone,
        )
    return True


def _told(session: Session, held: Breach, worker: int, phone_id: int, now: dt.datetime) -> bool:
    """Whether this phone gets, or got, the text of this breach."""
    cause = f"breach:{held.id}:{phone_id}"
    before = session.scalar(text("SELECT state <> 'cancelled' FROM outbox WHERE cause = :cause"), {"cause": cause})
    if before is not None:
        return bool(before)
    phone = session.get_one(Phone, phone_id)
    values = {"date": short_date(held.happened_on), "case": number_of(held)}
    language = phone.language or programme().languages[0]
    for reason in (_reason(held, language), _PERSONAL.get(language, _PERSONAL["id"])):
        try:
            queued = write(
                session,
                phone,
                SCREEN,
                {**values, "reason": reason},
                purpose=Purpose.WARNING,
                cause=cause,
                now=now,
                worker_id=worker,
            )
        except WordingError:
            continue  # the hotline of this city leaves no room for it
        held.texts += queued is not None
        return queued is not None
    return False


def _reason(held: Breach, language: str) -> str:
    """Which data, in the language of the phone, where they fit the text."""
    named = dict(zip(DATA, _NAMED.get(language, _NAMED["id"]), strict=True))
    said = ", ".join(named[code] for code in held.data.split(","))
    return said if len(said) <= _FITS else _PERSONAL.get(language, _PERSONAL["id"])


# --- the register ---


@dataclass(frozen=True)
class BreachCounts:
    """How many are open, and how many of them are past the moment by which people and authority are to be told."""

    open: int
    overdue: int
    next_due: dt.datetime | None


def breaches(session: Session) -> list[Breach]:
    """The whole register, what is open first."""
    return list(session.scalars(select(Breach).order_by(Breach.closed_at.is_not(None), Breach.due_at.desc())))


def counts(session: Session, *, now: dt.datetime) -> BreachCounts:
    """How the register stands. Told in time is what counts: a breach that only waits to be closed is not overdue."""
    untold = (Breach.authority_at.is_(None)) | (Breach.told_at.is_(None))
    row = session.execute(
        select(
            func.count(),
            func.count().filter(untold, Breach.due_at < now),
            func.min(Breach.due_at).filter(untold),
        ).where(Breach.closed_at.is_(None))
    ).one()
    return BreachCounts(*row)
