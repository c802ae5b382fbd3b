"""Invitation and activation letters: paper is the only channel that carries a code to a person we cannot yet reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service import audit
from verify_service.ground.crypto import letter_code, person
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Enrolment, PersonKey, RtHead, Worker
from verify_service.registry.areas import kelurahan_code

INVITATION, ACTIVATION, HELP = "invitation", "activation", "help"

_TEMPLATES = Environment(
    loader=PackageLoader("verify_service"), autoescape=True, trim_blocks=True, keep_trailing_newline=True
)


@dataclass(frozen=True)
class Letter:
    """What one letter says of whom; without a `worker` it is that of a head of an RT or RW. Codes are in no log."""

    to: tuple[str, ...]
    code: str = field(repr=False)
    worker: str = ""
    nik_last4: str = ""
    help_code: str = field(default="", repr=False)
    office: str = "Ketua RT"


def letters_html(session: Session, *, kelurahan: str | None, now: dt.datetime, actor: str) -> tuple[str, int]:
    """All letters as one printable page of HTML, one letter to a sheet, ordered by kelurahan, RW and RT.

    Returns the page and how many letters are in it. Writing them is recorded: whoever has the page has the codes.
    """
    code = kelurahan_code(session, kelurahan) if kelurahan else None
    letters = [*_invitations(session, code), *_activations(session, code)]
    audit.record(
        session, now=now, actor=actor, action="letters printed", on=f"area:{code or 'all'}", letters=len(letters)
    )
    return _page(letters), len(letters)


def activation_letter(session: Session, head_id: int, *, now: dt.datetime, actor: str) -> str:
    """The newest activation letter of one RT head; printing it is recorded."""
    head = session.get_one(RtHead, head_id)
    area = session.get_one(Area, head.kelurahan_code)
    audit.record(session, now=now, actor=actor, action="letters printed", on=f"rt_head:{head.id}", letters=1)
    return _page([_activation(head, area)])


def _page(letters: list[Letter]) -> str:
    return _TEMPLATES.get_template("letters.html").render(programme=programme(), letters=letters)


def _invitations(session: Session, kelurahan: str | None) -> Iterator[Letter]:
    wanted = (
        select(Worker, Enrolment, Area, PersonKey.wrapped)
        .join(Enrolment, Enrolment.worker_id == Worker.id)
        .outerjoin(Area, Area.kelurahan_code == Enrolment.kelurahan_code)
        .outerjoin(PersonKey, PersonKey.nik_index == Worker.nik_index)
        .ext(distinct_on(Area.kelurahan, Enrolment.rw, Enrolment.rt, Worker.id))
        .order_by(Area.kelurahan, Enrolment.rw, Enrolment.rt, Worker.id, Enrolment.id)
    )
    wanted = wanted.where(Worker.erased_at.is_(None))
    if kelurahan is not None:
        wanted = wanted.where(Enrolment.kelurahan_code == kelurahan)
    for worker, enrolment, area, wrapped in session.execute(wanted):
        of_person = person(wrapped) if wrapped else None
        address = of_person.open(worker.address, "worker.address") if of_person and worker.address else ""
        where = f"RT {enrolment.rt or '-'} RW {enrolment.rw or '-'}, {area.kelurahan if area else '-'}"
        yield Letter(
            to=tuple(filter(None, (worker.name, address, where))),
            code=letter_code(INVITATION, worker.id, worker.letter_issue),
            worker=worker_code(worker.id),
            nik_last4=of_person.open(worker.nik, "worker.nik")[-4:] if of_person else "",
            help_code=letter_code(HELP, worker.id, worker.help_issue),
        )


def _activations(session: Session, kelurahan: str | None) -> Iterator[Letter]:
    wanted = (
        select(RtHead, Area)
        .join(Area, Area.kelurahan_code == RtHead.kelurahan_code)
        .where(RtHead.until.is_(None))
        .order_by(Area.kelurahan, RtHead.rw, RtHead.rt)
    )
    if kelurahan is not None:
        wanted = wanted.where(RtHead.kelurahan_code == kelurahan)
    for head, area in session.execute(wanted):
        yield _activation(head, area)


def _activation(head: RtHead, area: Area) -> Letter:
    """Of one who was announced it is valid before the day: with it he begins on that day."""
    post = f"Ketua RT {head.rt} RW {head.rw}" if head.rt else f"Ketua RW {head.rw}"
    return Letter(
        to=tuple(filter(None, (head.name, post, area.kelurahan))),
        code=letter_code(ACTIVATION, head.id, head.letter_issue),
        office="Ketua RT" if head.rt else "Ketua RW",
    )
