"""People and values that stand for everybody's, to show what a screen looks like and where each answer leads. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from flows.caller import (
    Caller,
    Concern,
    Cover,
    CoverState,
    Decree,
    Draft,
    GrievanceStatus,
    Person,
    Post,
    Resident,
    RtDesk,
)

VALUES: Mapping[str, str] = {
    "name": "Sulistiaw***",
    "nik4": "0001",
    "asof": "31/10/26",
    "until": "31/10/26",
    "start": "01/02/27",
    "date": "14/12/26",
    "case": "BKS-7K2M9N",
    "days": "14",
    "resident": "Kairav Haryanto",
    "kel": "Bekasijaya",
    "rt": "003/011",
    "n": "12",
    "i": "3",
    "job": "Ojek online",
    "status": "Diterima",
    "answer": "Sudah pindah",
    "part": "Iuran bulan Juni sudah dibayar dan tercatat.",
    "decree": "500.15.1/Kep.655-Disnaker/X/2025",
    "reason": "KTP bukan Kota Bekasi",
}

_SULIS, _TONO = Person(41, "Sulistiaw***", "0001"), Person(42, "Hartono", "0002")
_UNKNOWN = Caller(language="id", noticed=True)
_KNOWN = replace(_UNKNOWN, person=_SULIS, people=(_SULIS,))
_POST = Post(7, "003/011", "Bekasijaya")
_RESIDENT = Resident(51, "Kairav Haryanto", "Ojek online", 3)
_RW_POST = Post(9, "011", "Bekasijaya", of_rw=True)
_DESK = RtDesk((_POST,), _POST, activated=True, rules_read=True, left=2, residents=12, month="202611")
_RW_DESK = replace(_DESK, posts=(_RW_POST,), post=_RW_POST)
_REPORT = GrievanceStatus("BKS-7K2M9N", due="14/12/26", days="14")
_AREAS = (("32.75.01", "Bekasi Timur"), ("32.75.02", "Bekasi Barat"))

_DESKS = (
    RtDesk((_POST,)),
    RtDesk((_POST, Post(8, "004/011", "Bekasijaya"))),
    replace(_DESK, activated=False, rules_read=False),
    replace(_DESK, activated=False),
    replace(_DESK, activated=False, tries_left=4),
    replace(_DESK, tries_left=3),
    replace(_DESK, locked=True),
    _DESK,
    replace(_DESK, correctable=51),
    replace(_DESK, left=0),
    replace(_DESK, resident=_RESIDENT),
    replace(_DESK, resident=_RESIDENT, tries_left=2, wish="help"),
    replace(_DESK, listed=(_RESIDENT,), more_listed=True),
    replace(_DESK, listed=(_RESIDENT,), wish="help"),
    RtDesk((_RW_POST,)),
    replace(_RW_DESK, tries_left=3),
    replace(_RW_DESK, correctable=51),
    replace(_RW_DESK, left=0),
    replace(_RW_DESK, resident=replace(_RESIDENT, rt="004")),
    replace(_DESK, decree=Decree(VALUES["decree"], "31/10/25")),
)
_CONCERNS = (
    Concern(report=_REPORT),
    Concern(report=replace(_REPORT, secret=True), then="still_working"),
    Concern(report=replace(_REPORT, state="closed_auto", over=True)),
    Concern(report=replace(_REPORT, state="answered")),
    Concern(report=replace(_REPORT, proposal=True)),
    Concern(reports=("BKS-7K2M9N", "BKS-8M3N4P")),
    Concern(quiz=True),
    Concern(then="saved"),
    Concern(draft=Draft("self", "3275010101900001", "Tono", "driver", "32.75.01"), areas=_AREAS),
)

# Everybody a flow may speak to differently.
CALLERS: tuple[Caller, ...] = (
    Caller(language=None, noticed=False),
    _UNKNOWN,
    _KNOWN,
    *(replace(_KNOWN, cover=Cover(state, "31/10/26", "31/10/26")) for state in get_args(CoverState)),
    replace(_KNOWN, cover=Cover("active", "31/10/26", "31/10/26", "01/02/27")),
    replace(_KNOWN, cover=Cover("active", "31/10/26", "31/10/26"), receipt="BKS-7K2M9N"),
    replace(_UNKNOWN, people=(_SULIS, _TONO), more_people=True),
    *(replace(_KNOWN, rt_head=desk) for desk in _DESKS),
    *(replace(_KNOWN, concern=concern) for concern in _CONCERNS),
)
