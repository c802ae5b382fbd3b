"""Invented reports of some weeks, and a waiting list, so that the desk is as it would be on a working day."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from flows.proposal import JOBS
from verify_service.accounts.officers import Position, ready_officer
from verify_service.grievances import actions
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Triage
from verify_service.grievances.assignment import viewer_of
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.grievances.thread import add_words
from verify_service.ground.programme import programme
from verify_service.ground.tables import Enrolment, Grievance, Officer, PhoneLink, Worker
from verify_service.proposals.waiting_list import NewProposal, place
from verify_service.registry.person_keys import opened

DESK: Final = "petugas@demo.example"
_STAFF: Final[Sequence[tuple[str, str, dict[str, Any]]]] = (
    (DESK, "Ibu Ratna (pengaduan)", {"role": "officer", "cleared": True}),
    ("disnaker@demo.example", "Pak Yudi (Disnaker)", {"role": "officer", "unit": "disnaker"}),
    ("dinsos@demo.example", "Ibu Wulan (Dinsos)", {"role": "officer", "unit": "dinsos"}),
    ("kepala.disnaker@demo.example", "Pak Hendra (Disnaker)", {"role": "supervisor", "unit": "disnaker"}),
    ("kelurahan@demo.example", "Kelurahan Bekasijaya", {"role": "kelurahan", "unit": "kelurahan"}),
    ("admin@demo.example", "Admin program", {"role": "admin"}),
    ("auditor@demo.example", "Auditor", {"role": "auditor"}),
)


@dataclass(frozen=True)
class _Told:
    """A report as it might be told: by whom it may be known, and what came of it."""

    category: str
    words: str
    identity: str = "normal"
    about: str = ""
    urgency: str = ""
    channel: str = "ussd"


_TOLD: Final = (
    _Told("claim", "Suami saya jatuh dari motor tadi pagi, kakinya patah", urgency="accident"),
    _Told("not_active", "Sudah didaftarkan tiga bulan tapi di rumah sakit katanya belum aktif"),
    _Told("not_active", "Kartu belum datang dari bulan lalu", channel="sms"),
    _Told("wrong_data", "Nama di kartu Sulis padahal KTP Sulistiawati"),
    _Told("wrong_data", "NIK saya salah satu angka di belakang"),
    _Told("rt_conduct", "Pak RT minta dua puluh ribu buat pendaftaran", "secret", "rt_rw"),
    _Told("asked_money", "Ada yang datang minta uang transport katanya dari program", "secret"),
    _Told("claim", "Klaim ditolak karena iuran bulan Juni tidak ada, padahal dibayar kota"),
    _Told("wrong_person", "Tetangga saya punya toko besar tapi terdaftar", "anonymous"),
    _Told("other", "Kalau pindah kontrakan apa masih terdaftar?", channel="sms"),
    _Told("not_active", "Istri saya pemulung, katanya terdaftar, cek tidak ada"),
    _Told("claim", "Santunan kematian bapak belum cair dua bulan"),
    _Told("conduct", "Petugas loket membentak ibu saya", "secret", "officer"),
    _Told("other", "Apakah saya boleh bayar sendiri kalau dikeluarkan?"),
    _Told("data", "Minta data saya yang disimpan"),
    _Told("not_active", "Sopir angkot, dicek di rumah sakit tidak terdaftar"),
    _Told("wrong_person", "Anak Pak RW terdaftar padahal kerja di pabrik", "anonymous"),
    _Told("wrong_data", "Alamat saya RT 4 bukan RT 3", channel="sms"),
)
_ANSWERS: Final = {
    "claim": ("helped_claim", "Iuran sudah tercatat. Bawa surat ini ke loket BPJS, petugas kami menemani."),
    "not_active": ("paid", "Iuran Anda sudah dibayar dan kepesertaan aktif. Kartu ada di kelurahan."),
    "wrong_data": ("corrected", "Data Anda sudah diperbaiki dan dikirim ke BPJS Ketenagakerjaan."),
    "other": ("explained", "Anda tetap terdaftar selama tinggal di Kota Bekasi. Kabari bila pindah."),
    "data": ("explained", "Data Anda dapat diambil di loket Disnaker dengan KTP."),
}


def staff(session: Session, password: str) -> list[dict[str, str]]:
    """The officers of the demo, all with its one password; those that are there already are left alone."""
    place = session.scalar(select(func.min(Enrolment.kelurahan_code)))
    told = []
    for email, name, facts in _STAFF:
        area = {"area": place} if facts["role"] == "kelurahan" and place else {}
        if facts["role"] == "kelurahan" and not area:
            continue
        if session.scalar(select(Officer.id).where(Officer.email == email)) is None:
            facts = {**facts, **area}
            role = facts.pop("role")
            ready_officer(session, email, password, name, Position(role, **facts))
        told.append({"email": email, "password": password, "name": name, "role": _role(session, email)})
    return told


def _role(session: Session, email: str) -> str:
    return session.scalars(select(Officer.role).where(Officer.email == email)).one()


def load(session: Session, *, now: dt.datetime, say: Callable[[str], None], times: int = 3) -> None:
    """Some weeks of reports with what officers did about them; nothing where there are reports already."""
    if session.scalar(select(func.count()).select_from(Grievance)):
        return
    chance = random.Random(2026)  # noqa: S311  # an invented city, the same each time
    desk = session.scalars(select(Officer).where(Officer.email == DESK)).one()
    linked = session.execute(
        select(PhoneLink.phone_id, PhoneLink.worker_id).where(PhoneLink.unlinked_at.is_(None)).order_by(PhoneLink.id)
    ).all()
    if not linked:
        return
    told = [(chance.uniform(0, 38), report) for report in _TOLD * times]
    told[0] = (0.05, _TOLD[0])  # an accident this morning
    for days, report in sorted(told, key=lambda one: -one[0]):
        phone, worker = linked[chance.randrange(len(linked) // 2, len(linked))]
        came = now - dt.timedelta(days=days)
        case = _tell(session, report, phone, worker, came, chance)
        _work_on(Acting(session, viewer_of(desk), came + (now - came) / 4), case, report, chance, now)
    proposed = _propose(session, linked, chance, now)
    session.execute(
        text("""UPDATE outbox SET state = 'accepted', gateway = 'console', sent_at = created_at, delivery = 'delivered'
                WHERE cause LIKE 'report:%' AND state = 'waiting'""")
    )
    say(f"  {len(told)} reports of the last weeks, {proposed} proposals")


_NAMES: Final = ("Asep Hidayat", "Siti Rohmah", "Ujang Suryana", "Neneng Kartika", "Dadang Hermawan", "Yani Maryani")


def _propose(session: Session, linked: Sequence[Any], chance: random.Random, now: dt.datetime) -> int:
    """Some who were missed: by themselves, by a neighbour, twice by two neighbours, and one who is listed already."""
    places = session.scalars(select(Enrolment.kelurahan_code).distinct().order_by(Enrolment.kelurahan_code)).all()
    niks = [f"327501{10 + n:02}01{60 + 3 * n:02}{n + 1:04}" for n in range(12)]
    niks[7] = niks[3]
    niks[9] = opened(session, session.scalars(select(Worker).order_by(Worker.id).limit(1)).one(), "nik")
    for number, nik in enumerate(niks):
        new = NewProposal(
            proposer="self" if number % 3 else "neighbour",
            nik=nik,
            name=_NAMES[number % len(_NAMES)],
            job=JOBS[number % len(JOBS)],
            member="no" if number != 5 else "employer",
            help_needed="hear" if number in (2, 8) else "",
            kelurahan_code=places[number % len(places)],
            rw="004",
            rt="002",
            phone_id=linked[number].phone_id,
            channel="ussd",
            inbound=f"demo:proposal:{number}",
        )
        place(session, new, now=now - dt.timedelta(days=chance.uniform(0, 12)))
    return len(niks)


def _tell(
    session: Session, told: _Told, phone: int, worker: int, came: dt.datetime, chance: random.Random
) -> Grievance:
    anonymous = told.identity == "anonymous"
    report = NewGrievance(
        told.category,
        "report",
        told.channel,
        f"demo:{chance.random()}",
        words=told.words,
        identity=told.identity,
        about=told.about,
        urgency=told.urgency,
        language=chance.choice((programme().languages[0], *programme().languages[:2])),
        phone_id=None if anonymous else phone,
        worker_id=None if anonymous else worker,
    )
    opened = open_grievance(session, report, now=came)
    case = session.get_one(Grievance, opened.id)
    case.contact = chance.choice(("call", "sms", "sms"))
    return case


def _work_on(acting: Acting, case: Grievance, told: _Told, chance: random.Random, now: dt.datetime) -> None:
    """What an officer did by now: nothing of some, and an answer to others."""
    age = (now - case.opened_at).days
    if age < 2 or chance.random() < 0.15:
        return
    triage = Triage(case.category, case.urgency or "")
    actions.verify(acting, case.id, case.version, triage)
    acting.session.refresh(case)
    done = chance.random()
    words = _ANSWERS.get(case.category)
    if done < 0.25 and case.identity != "anonymous":
        actions.ask(acting, case.id, case.version, "detail", "Bulan apa saja? Foto kartu bila ada.")
        if done < 0.12:
            add_words(
                acting.session,
                case.id,
                "Bulan Juni dan Juli",
                by="reporter",
                channel="sms",
                inbound=f"demo:{case.id}",
                now=acting.now + dt.timedelta(hours=20),
            )
    elif done < 0.6 and words and age > 6:
        later = replace(acting, now=acting.now + dt.timedelta(days=1))
        actions.answer(later, case.id, case.version, *words)
    elif done < 0.8:
        actions.comment(acting, case.id, "Sudah ditelepon, warga diminta membawa KTP.", called=True)
