"""Invitation and activation letters: paper is the only channel that carries a code to a person we cannot yet reach."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import typst
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

_HERE: Final = Path(__file__).parent
_SMALL: Final = (
    "Kode lama tidak berlaku lagi bila surat baru terbit. Data Bapak/Ibu dipakai hanya untuk cek perlindungan kerja dan"
    " menangani laporan (UU 27/2022)."
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


def letters_pdf(session: Session, *, kelurahan: str | None, now: dt.datetime, actor: str) -> tuple[bytes, int]:
    """All letters as one PDF, one letter to a sheet, ordered by kelurahan, RW and RT; the same bytes each time.

    Returns the file and how many letters are in it. Writing them is recorded: whoever has the file has the codes.
    """
    code = kelurahan_code(session, kelurahan) if kelurahan else None
    letters = [*_invitations(session, code), *_activations(session, code)]
    audit.record(
        session, now=now, actor=actor, action="letters printed", on=f"area:{code or 'all'}", letters=len(letters)
    )
    return printed(letters), len(letters)


def activation_letter(session: Session, head_id: int, *, now: dt.datetime, actor: str) -> bytes:
    """The newest activation letter of one RT head, as a PDF; printing it is recorded."""
    head = session.get_one(RtHead, head_id)
    area = session.get_one(Area, head.kelurahan_code)
    audit.record(session, now=now, actor=actor, action="letters printed", on=f"rt_head:{head.id}", letters=1)
    return printed([_activation(head, area)])


def printed(letters: list[Letter]) -> bytes:
    """These letters as a PDF. It carries no date, so that what is printed twice is the same."""
    held = {
        "title": f"{programme().brand}: surat undangan dan aktivasi",
        "programme": programme().name,
        "city": programme().city,
        "small": _SMALL,
        "letters": [said(letter) for letter in letters],
    }
    return bytes(
        typst.compile(
            str(_HERE / "letters.typ"),
            font_paths=[str(_HERE.parent / "data" / "fonts")],
            ignore_system_fonts=True,
            timestamp=0,
            sys_inputs={"held": json.dumps(held, ensure_ascii=False, sort_keys=True)},
        )
    )


def said(letter: Letter) -> dict[str, Any]:
    """What a letter says, part by part; a part that is a code stands in a frame of its own."""
    what = _invitation_says(letter) if letter.worker else _activation_says(letter)
    free = (
        "Program ini tidak dipungut biaya. Jangan beri uang, PIN atau kode dalam kotak kepada siapa pun, juga petugas."
        f" Tanya: {programme().hotline}."
    )
    parts = [{"code": part in (letter.code, letter.help_code), "says": part} for part in (*what, free)]
    title = "Undangan cek perlindungan kerja" if letter.worker else f"Aktivasi menu {letter.office}"
    return {"to": list(letter.to), "title": title, "parts": parts}


def _invitation_says(letter: Letter) -> tuple[str, ...]:
    return (
        f"Nama Bapak/Ibu (NIK akhir {letter.nik_last4}) ada di daftar BPJS Ketenagakerjaan yang dibayar"
        f" {programme().city}. Telepon {programme().ussd_code} dari HP apa saja, pilih 1, lalu ketik NIK dan kode"
        " ini:",
        letter.code,
        f"Kode pekerja: {letter.worker}. Kode ini bukan rahasia: sebutkan untuk menunjuk siapa yang dimaksud, bila satu"
        " HP dipakai beberapa orang.",
        "Tidak punya HP? Datang ke Ketua RT dengan surat ini. Bapak/Ibu menjawab di HP-nya dengan kode sekali pakai"
        " ini, dan hanya bila Bapak/Ibu sendiri hadir:",
        letter.help_code,
    )


def _activation_says(letter: Letter) -> tuple[str, ...]:
    return (
        f"Telepon {programme().ussd_code} dari nomor HP yang terdaftar di kelurahan, pilih {letter.office}, lalu ketik"
        " kode ini dan buat PIN sendiri:",
        letter.code,
    )


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
