"""Who is calling, and what this talk may know of them: looked up once, handed to the flows as one frozen value."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.caller import Caller, Cover, CoverState, Person, Post, RtDesk
from verify_service.ground.crypto import nik_end
from verify_service.ground.pipeline import Asked, Command, columns_of, types_of
from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD, NIKS_OF_ONE, Phone, PhoneLink
from verify_service.ground.working_days import short_date
from verify_service.registry.names import mask_name
from verify_service.registry.residents import Office, offices_of
from verify_service.verification.months import add_months

PEOPLE_ON_A_PAGE = 8  # a Caller holds at most one page of any list


# The row of a number, its hop counted and the row locked: two hops of one phone are heard one after the other. Also
# whether its owner heads an RT. The count is kept where Valkey cannot lose it.
COUNTED = Command(
    f"""
UPDATE phone SET hop_minute = :minute, hops = CASE WHEN hop_minute = :minute THEN hops + 1 ELSE 1 END
WHERE number_index = :number
RETURNING {columns_of(Phone)},
          EXISTS (SELECT 1 FROM rt_head WHERE rt_head.phone_id = phone.id AND rt_head.until IS NULL
                    AND NOT rt_head.announced)
""",  # noqa: S608  # constants of our own
    returns=(*types_of(Phone), bool),
)

# The workers a number answers for, one page of them or a certain one, each with the cover of the newest insurer file.
PEOPLE = Command(
    f"""
SELECT worker.id, worker.name, worker.nik, person_key.wrapped,
       newest.period, insured.status, insured.member_since, paid.period
FROM phone JOIN phone_link ON phone_link.phone_id = phone.id AND phone_link.unlinked_at IS NULL
JOIN worker ON worker.id = phone_link.worker_id AND worker.same_as IS NULL
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
CROSS JOIN (SELECT {NEWEST_PERIOD} AS period) AS newest
LEFT JOIN LATERAL (
    SELECT status, member_since FROM insurer_record
    WHERE period = newest.period AND nik_index = ANY({NIKS_OF_ONE})
    ORDER BY status = 'active' DESC LIMIT 1) AS insured ON true
LEFT JOIN LATERAL (
    SELECT file.period FROM file_import file
    JOIN insurer_record active ON active.period = file.period AND active.nik_index = ANY({NIKS_OF_ONE})
    WHERE file.kind = 'insurer' AND file.undone_at IS NULL AND active.status = 'active'
    ORDER BY file.period DESC LIMIT 1) AS paid ON true
WHERE phone.number_index = :number AND (CAST(:worker AS bigint) IS NULL OR worker.id = :worker)
ORDER BY worker.id OFFSET :first LIMIT :most
""",  # noqa: S608  # constants of our own
    returns=(int, str, bytes, bytes, dt.date, str, dt.date, dt.date),
)


@dataclass(frozen=True)
class Linked:
    """A worker a phone answers for, and what the insurer says: `paid` is the newest month in which he was active."""

    worker: int
    name: str
    nik: bytes
    key: bytes | None
    newest: dt.date | None
    status: str | None
    since: dt.date | None
    paid: dt.date | None

    @property
    def person(self) -> Person:
        return Person(worker=self.worker, name=mask_name(self.name), nik4=nik_end(self.key, self.nik))


def counted(number: bytes, *, now: dt.datetime) -> Asked:
    """The command that counts a hop of a number (its blind index)."""
    return COUNTED(number=number, minute=now.replace(second=0, microsecond=0))


def people(number: bytes, *, page: int = 0, worker_id: int | None = None) -> Asked:
    """The command that finds whom a number (its blind index) answers for: a page of them, or a certain one."""
    first = 0 if worker_id is not None else page * PEOPLE_ON_A_PAGE
    return PEOPLE(number=number, worker=worker_id, first=first, most=PEOPLE_ON_A_PAGE + 1)


def who_calls(
    session: Session, phone: Phone, *, now: dt.datetime, worker_id: int | None = None, page: int = 0
) -> Caller:
    """What a talk with this phone may know: the people it answers for, and the cover of the one who is answering."""

    def look_up(asked: Asked) -> list[Linked]:
        return [Linked(*row) for row in PEOPLE.through(session, **asked[1])]

    linked = look_up(people(phone.number_index, page=page))
    chosen = next((one for one in linked if one.worker == worker_id), None)
    if chosen is None and worker_id is not None:
        chosen = next(iter(look_up(people(phone.number_index, worker_id=worker_id))), None)
    return caller_of(phone, linked, offices_of(session, phone.id), now=now, chosen=chosen, page=page)


def caller_of(
    phone: Phone,
    linked: Sequence[Linked],
    offices: list[Office],
    *,
    now: dt.datetime,
    chosen: Linked | None = None,
    page: int = 0,
) -> Caller:
    """The same from what was looked up already: one page of the people, and one more where there are more."""
    if chosen is None and len(linked) == 1 and page == 0:
        chosen = linked[0]
    return Caller(
        language=phone.language,
        noticed=phone.noticed_at is not None,
        languages=programme().languages,
        person=None if chosen is None else chosen.person,
        people=tuple(one.person for one in linked[:PEOPLE_ON_A_PAGE]),
        more_people=len(linked) > PEOPLE_ON_A_PAGE,
        people_page=page,
        rt_head=_desk_of(offices),
        cover=None if chosen is None else _cover_of(chosen, today=now.astimezone(programme().zone).date()),
    )


def _desk_of(offices: list[Office]) -> RtDesk | None:
    """What a talk may know of an RT head before he says that he calls as one; None on any other phone."""
    posts = tuple(map(post_of, offices))
    return RtDesk(posts) if posts else None


def post_of(office: Office) -> Post:
    return Post(office.head, office.name, office.kelurahan, office.of_rw)


def answers_for(session: Session, phone: Phone, worker_id: int) -> bool:
    """Whether this phone is still linked to this worker."""
    live = select(PhoneLink.id).where(
        PhoneLink.phone_id == phone.id, PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None)
    )
    return session.scalar(live) is not None


def _cover_of(linked: Linked, *, today: dt.date) -> Cover:
    """The cover of this worker by the newest insurer file; later months are not reported yet and say nothing."""
    if linked.newest is None:
        return Cover(state="no_file", asof="", until="", full_death_from="")
    return Cover(
        state="no_file" if linked.status == "unclear" else cast("CoverState", linked.status or "not_found"),
        asof=short_date(_month_end(linked.newest)),
        until=short_date(_month_end(linked.paid)) if linked.paid else "-",
        full_death_from=_full_death_from(linked, today),
    )


def _full_death_from(linked: Linked, today: dt.date) -> str:
    """From when a death that is not work-related pays in full, while that day is ahead; "" unless confirmed."""
    since = linked.since
    if not programme().jkm_waiting_confirmed or since is None or linked.status != "active":
        return ""
    full_from = add_months(since, programme().cover_on(since).death_months)
    return short_date(full_from) if full_from > today else ""


def _month_end(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
