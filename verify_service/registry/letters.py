"""Invitation and activation letters: paper is the only channel that carries a code to a person we cannot yet reach."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service import audit
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Enrolment, RtHead, Worker
from verify_service.registry.areas import kelurahan_code

INVITATION, ACTIVATION, HELP = "invitation", "activation", "help"

_STYLE = """
@page { size: A4; margin: 20mm }
body { font: 12pt/1.45 Georgia, serif; color: #000; margin: 0 auto; max-width: 170mm }
article { break-after: page; padding-block: 8mm }
header { border-bottom: 2px solid #000; margin-block-end: 8mm; font-weight: bold }
.to { margin-block: 6mm }
.code { border: 2px solid #000; display: inline-block; font: bold 24pt/1 monospace; letter-spacing: .2em; padding: 4mm }
small { font-size: 10pt }
"""


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


def _page(letters: list[str]) -> str:
    title = html.escape(f"{programme().brand}: surat undangan dan aktivasi")
    head = f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{title}</title>'
    return f"{head}<style>{_STYLE}</style></head><body>{''.join(letters)}</body></html>\n"


def _invitations(session: Session, kelurahan: str | None) -> Iterator[str]:
    wanted = (
        select(Worker, Enrolment, Area)
        .join(Enrolment, Enrolment.worker_id == Worker.id)
        .outerjoin(Area, Area.kelurahan_code == Enrolment.kelurahan_code)
        .ext(distinct_on(Area.kelurahan, Enrolment.rw, Enrolment.rt, Worker.id))
        .order_by(Area.kelurahan, Enrolment.rw, Enrolment.rt, Worker.id, Enrolment.id)
    )
    if kelurahan is not None:
        wanted = wanted.where(Enrolment.kelurahan_code == kelurahan)
    for worker, enrolment, area in session.execute(wanted):
        address = unseal(worker.address, "worker.address") if worker.address else ""
        where = f"RT {enrolment.rt or '-'} RW {enrolment.rw or '-'}, {area.kelurahan if area else '-'}"
        yield _letter(
            to=(worker.name, address, where),
            subject="Undangan cek perlindungan kerja",
            body=(
                f"Nama Bapak/Ibu (NIK akhir {worker.nik_last4}) ada di daftar BPJS Ketenagakerjaan yang dibayar"
                f" {programme().city}. Telepon {programme().ussd_code} dari HP apa saja, pilih 1, lalu ketik NIK dan"
                " kode ini:"
            ),
            worker=worker_code(worker.id),
            code=letter_code(INVITATION, worker.id, worker.letter_issue),
            help_code=letter_code(HELP, worker.id, worker.help_issue),
        )


def _activations(session: Session, kelurahan: str | None) -> Iterator[str]:
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


def _activation(head: RtHead, area: Area) -> str:
    return _letter(
        to=(head.name, f"Ketua RT {head.rt} RW {head.rw}", area.kelurahan),
        subject="Aktivasi menu Ketua RT",
        body=(
            f"Telepon {programme().ussd_code} dari nomor HP yang terdaftar di kelurahan, pilih Ketua RT, lalu ketik"
            " kode ini dan buat PIN sendiri:"
        ),
        code=letter_code(ACTIVATION, head.id, head.letter_issue),
    )


def _letter(
    *, to: tuple[str, str, str], subject: str, body: str, code: str, worker: str = "", help_code: str = ""
) -> str:
    named = (
        f"<p>Kode pekerja: <b>{worker}</b>. Kode ini bukan rahasia: sebutkan untuk menunjuk siapa yang dimaksud,"
        " bila satu HP dipakai beberapa orang.</p>"
        if worker
        else ""
    )
    helped = (
        "<p>Tidak punya HP? Datang ke Ketua RT dengan surat ini. Bapak/Ibu menjawab di HP-nya dengan kode sekali pakai"
        f' ini, dan hanya bila Bapak/Ibu sendiri hadir:</p><p class="code">{help_code}</p>'
        if help_code
        else ""
    )
    lines = "<br>".join(html.escape(line) for line in to if line)
    return (
        f"<article><header>{html.escape(programme().name)}<br>{html.escape(programme().city)}</header>"
        f'<p class="to">Kepada Yth.<br>{lines}</p><p><b>{html.escape(subject)}</b></p><p>{html.escape(body)}</p>'
        f'<p class="code">{code}</p>{named}{helped}<p>Program ini tidak dipungut biaya. Jangan beri uang,'
        f" PIN atau kode dalam kotak kepada siapa pun, juga petugas. Tanya: {html.escape(programme().hotline)}.</p>"
        "<small>Kode lama tidak berlaku lagi bila surat baru terbit. Data Bapak/Ibu dipakai hanya untuk cek"
        " perlindungan kerja dan menangani laporan (UU 27/2022).</small></article>"
    )
