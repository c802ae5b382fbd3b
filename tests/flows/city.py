"""The words as they are shipped, and the callers that the tests speak as."""

import tomllib
from dataclasses import replace
from importlib.resources import files

from flows.caller import Caller, Concern, Cover, Decree, Draft, GrievanceStatus, Person, Post, Resident, RtDesk
from flows.wording import Wordings, from_tables

TEXTS = files("flows") / "texts"
LANGUAGES = ("id", "su", "en")


def table(name: str) -> dict[str, object]:
    """One file of words."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


def shipped() -> Wordings:
    """The catalogue as it is shipped."""
    return from_tables(table("screens"), {language: table(language) for language in LANGUAGES})


WORDINGS = shipped()
STANDING = {
    "brand": "SIGAP Bekasi",
    "hotline": "1500444",
    "ussd": "*123*456#",
    "premium": "16.800",
    "wage": "1",
    "jkm": "42",
    "jkm_early": "10",
    "jkk_death": "70",
    "scholarship": "174",
    "scholarship_years": "3",
    "age_from": "18",
    "age_to": "65",
    "check_days": "3",
}
WIDEST = {name: "W" * width for name, width in WORDINGS.widths.items()}
WIDEST_STANDING = {name: WIDEST[name] for name in STANDING}

SULIS = Person(41, "Sulistiaw***", "0001")
TONO = Person(42, "Hartono", "0002")
UNKNOWN = Caller(language="id", noticed=True, languages=("id", "su", "en"))
KNOWN = Caller(language="id", noticed=True, languages=("id", "su", "en"), person=SULIS, people=(SULIS,))


def covered(state: str, *, until: str = "31/03/26", asof: str = "05/04/26", waiting: str = "") -> Caller:
    """A worker on the phone for whom the insurer says this."""
    return replace(KNOWN, cover=Cover(state, asof, until, waiting))  # type: ignore[arg-type]


POST = Post(7, "003/011", "Kaliabang Tengah")
NEIGHBOUR = Resident(51, "Sulistiawati Dewi", "ojek online", 2)
DESK = RtDesk((POST,), POST, activated=True, rules_read=True, left=2, residents=3, month="202611")
DESKS = {
    "an RT head": RtDesk((POST,)),
    "a head of two RT": RtDesk((POST, Post(8, "004/011", "Kaliabang Tengah"))),
    "a head with the rules unread": replace(DESK, activated=False, rules_read=False),
    "a head without a PIN": replace(DESK, activated=False),
    "a head who mistyped": replace(DESK, activated=False, tries_left=4),
    "a head who mistyped the PIN": replace(DESK, tries_left=1),
    "a head locked out": replace(DESK, locked=True),
    "a head at the menu": DESK,
    "a head who may correct": replace(DESK, correctable=51),
    "a head with nobody left": replace(DESK, left=0),
    "a head with a resident": replace(DESK, resident=NEIGHBOUR, passed=50),
    "a head who helps": replace(DESK, resident=NEIGHBOUR, tries_left=1, wish="help"),
    "a head who reads the rules": replace(DESK, decree=Decree("500.15.1/Kep.655", "31/10/25")),
    "a head with a list to help from": replace(DESK, listed=(NEIGHBOUR,), more_listed=True, wish="help"),
    "a head with a list": replace(DESK, listed=(NEIGHBOUR,), more_listed=True),
}

RW_POST = Post(9, "011", "Kaliabang Tengah", of_rw=True)
RW_DESK = replace(DESK, posts=(RW_POST,), post=RW_POST)
DESKS |= {
    "an RW head": RtDesk((RW_POST,)),
    "an RW head with his letter": replace(RW_DESK, activated=False, rules_read=False),
    "an RW head at the menu": RW_DESK,
    "an RW head who may correct": replace(RW_DESK, correctable=51),
    "an RW head with nobody left": replace(RW_DESK, left=0),
    "an RW head with a resident": replace(RW_DESK, resident=replace(NEIGHBOUR, rt="004"), passed=50),
}

AREAS = (("32.75.01.1001", "Bekasijaya"), ("32.75.01.1002", "Margahayu"))
REPORT = GrievanceStatus("BKS-7K2M9Q", due="14/12/26", days="14")
CONCERNS = {
    "a reporter": Concern(report=REPORT),
    "a reporter in confidence": Concern(report=replace(REPORT, secret=True), then="still_working"),
    "a reporter of a closed report": Concern(report=replace(REPORT, state="closed_auto", over=True)),
    "a reporter who was answered": Concern(report=replace(REPORT, state="answered")),
    "a reporter who reads an answer": Concern(report=replace(REPORT, state="answered", answer=("Sudah", "dibayar"))),
    "a reporter who is asked": Concern(report=replace(REPORT, state="waiting_citizen", asked=("Bulan apa?",))),
    "a proposer with a number": Concern(report=replace(REPORT, proposal=True)),
    "somebody with two reports": Concern(reports=("BKS-7K2M9Q", "BKS-8M3N4P")),
    "a reader to be asked": Concern(quiz=True),
    "a reader asked on the way": Concern(then="saved"),
    "a proposer": Concern(draft=Draft("self"), areas=AREAS),
    "a proposer half way": Concern(
        draft=Draft("neighbour", "3275010101900001", "Tono", "driver", "32.75.01"), areas=AREAS
    ),
}

STATES = ("active", "unpaid", "inactive", "not_found", "no_file")
CALLERS = {
    "a new phone": Caller(language=None, noticed=False, languages=("id", "su", "en")),
    "a phone not linked": UNKNOWN,
    **{name: replace(KNOWN, rt_head=desk) for name, desk in DESKS.items()},
    **{name: replace(UNKNOWN, concern=concern) for name, concern in CONCERNS.items()},
    "several on one phone": replace(UNKNOWN, people=(SULIS, TONO)),
    "many on one phone": replace(
        UNKNOWN,
        people=tuple(Person(n, "W" * 12, f"{n:04}") for n in range(1, 13)),
        more_people=True,
        people_page=1,
    ),
    "not looked up yet": KNOWN,
    "newly covered": covered("active", waiting="01/05/26"),
    "never paid": covered("inactive", until=""),
    "with a receipt": replace(covered("active"), receipt="BKS-7K2M9Q"),
    **{state: covered(state) for state in STATES},
}
