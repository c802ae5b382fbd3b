"""What one talk may know of the person on the phone: looked up once, frozen, stored encrypted between two hops."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

VERSION = 5

CoverState: TypeAlias = Literal["active", "unpaid", "inactive", "not_found", "no_file"]


class StaleCaller(ValueError):
    """The stored caller has another form than this release reads: look the person up again."""


@dataclass(frozen=True)
class Person:
    """One worker this phone answers for: enrolled worker's id, masked name, last four digits of the NIK."""

    worker: int
    name: str
    nik4: str


@dataclass(frozen=True)
class Cover:
    """What the insurer's newest file says of one worker; dates are dd/mm/yy, or "" where there is none.

    `full_death_from` is "" unless the programme has the waiting rule of the death benefit (JKM) confirmed and it is
    still running for this worker.
    """

    state: CoverState
    asof: str = ""
    until: str = ""
    full_death_from: str = ""


@dataclass(frozen=True)
class Post:
    """One RT whose head has this number: the office's id, the RT and RW as "003/011", the kelurahan.

    With `of_rw` it is an RW ("011"), whose head answers where an RT has none.
    """

    head: int
    rt: str
    kelurahan: str
    of_rw: bool = False


@dataclass(frozen=True)
class Resident:
    """A worker on the list who is said to live in the RT: enrolment, name, work, place in the list, and which RT."""

    enrolment: int
    name: str
    job: str
    place: int
    rt: str = ""


@dataclass(frozen=True)
class Decree:
    """The decree in force: its number without the words around it, and its date as dd/mm/yy."""

    number: str
    date: str


@dataclass(frozen=True)
class RtDesk:
    """What a talk with the head of an RT may know; never what a resident answered, nor whether.

    `posts` are the RT this number heads and `post` the one this talk is about. `left` of `residents` still wait for
    the head's word. `resident` is the one asked about now, `listed` one page of all; `wish` is what waits behind the
    PIN. `passed` is the last resident put off for later. `month` is the present one as YYYYMM. `decree` is looked up
    only to be read.
    """

    posts: tuple[Post, ...]
    post: Post | None = None
    activated: bool = False
    rules_read: bool = False
    locked: bool = False
    tries_left: int | None = None  # None while nothing wrong was typed
    left: int = 0
    residents: int = 0
    resident: Resident | None = None
    passed: int = 0
    correctable: int = 0  # the enrolment answered for last, while that may be corrected; else 0
    listed: tuple[Resident, ...] = ()
    more_listed: bool = False
    page: int = 0
    wish: Literal["", "next", "list", "correct", "resume", "propose", "help"] = ""
    month: str = ""
    decree: Decree | None = None
    code_issue: int = 0  # of the one-time code that was given here; another talk may have used it since


@dataclass(frozen=True)
class GrievanceStatus:
    """A report or a proposal, as far as its number opens it: never its words, nor who made it.

    `due` is dd/mm/yy; `days` how many working days an answer takes at most; `over` says that it is closed; `secret`
    that it was told in confidence. `answer` is what the city answered, `asked` what an officer asks the reporter, cut
    into what one screen shows.
    """

    number: str
    state: str = "received"
    due: str = ""
    days: str = ""
    over: bool = False
    secret: bool = False
    proposal: bool = False
    answer: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A proposal half made: who is proposed by whom, and where they live as far as it was said."""

    proposer: str
    nik: str = ""
    name: str = ""
    job: str = ""
    kecamatan: str = ""


@dataclass(frozen=True)
class Concern:
    """What a talk is about beside the cover: a report, a proposal, or what the cover pays.

    `reports` are numbers of this phone's that may be listed; `areas` one list of kecamatan or kelurahan as (code,
    name); `quiz` says that the question on what the cover is for is due; `then` is the flow that goes on after it.
    """

    report: GrievanceStatus | None = None
    reports: tuple[str, ...] = ()
    draft: Draft | None = None
    areas: tuple[tuple[str, str], ...] = ()
    quiz: bool = False
    then: str = ""


@dataclass(frozen=True)
class Caller:
    """The person on the phone: language chosen, notice accepted, for whom the phone answers, and the cover we hold.

    `languages` are those that the city speaks; `people` is one page of those this phone answers for; `person` the one
    this talk is about; `rt_head` what there is to know for the head of an RT in office, None on every other phone.
    """

    language: str | None
    noticed: bool
    languages: tuple[str, ...] = ()
    person: Person | None = None
    people: tuple[Person, ...] = ()
    more_people: bool = False
    people_page: int = 0
    cover: Cover | None = None
    receipt: str = ""
    rt_head: RtDesk | None = None
    concern: Concern | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it, with the version of its form."""
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Caller":
        """Read what `to_dict` wrote; raises StaleCaller for another version or form."""
        if stored.get("version") != VERSION:
            raise StaleCaller(f"caller of version {stored.get('version')!r}, this release reads {VERSION}")
        try:
            facts = {key: value for key, value in stored.items() if key != "version"}
            facts["languages"] = tuple(facts["languages"])
            facts["people"] = tuple(Person(**person) for person in facts["people"])
            facts["person"] = None if facts["person"] is None else Person(**facts["person"])
            facts["cover"] = None if facts["cover"] is None else _cover(facts["cover"])
            facts["rt_head"] = None if facts["rt_head"] is None else _desk(facts["rt_head"])
            facts["concern"] = None if facts["concern"] is None else _concern(facts["concern"])
            return cls(**facts)
        except (KeyError, TypeError) as odd:
            raise StaleCaller(f"caller of another form: {odd}") from odd


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; every hop stores a caller, and `asdict` copies each of its letters."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is tuple:
        return [_plain(one) for one in value]
    return {name: _plain(one) for name, one in vars(value).items()}


def _cover(stored: Mapping[str, Any]) -> Cover:
    """The cover as stored; a state this release does not know is another form."""
    if stored["state"] not in get_args(CoverState):
        raise TypeError(f"cover state {stored['state']!r}")
    return Cover(**cast(dict[str, Any], stored))


def _concern(stored: Mapping[str, Any]) -> Concern:
    """What a talk is about beside the cover, as stored."""
    facts = dict(stored)
    facts["report"] = None if facts["report"] is None else _report(facts["report"])
    facts["draft"] = None if facts["draft"] is None else Draft(**facts["draft"])
    facts["reports"] = tuple(facts["reports"])
    facts["areas"] = tuple((code, name) for code, name in facts["areas"])
    return Concern(**facts)


def _report(stored: Mapping[str, Any]) -> GrievanceStatus:
    """A report as stored."""
    facts = dict(stored)
    return GrievanceStatus(**{**facts, "answer": tuple(facts["answer"]), "asked": tuple(facts["asked"])})


def _desk(stored: Mapping[str, Any]) -> RtDesk:
    """The desk of an RT head as stored."""
    facts = dict(stored)
    facts["posts"] = tuple(Post(**post) for post in facts["posts"])
    facts["post"] = None if facts["post"] is None else Post(**facts["post"])
    facts["resident"] = None if facts["resident"] is None else Resident(**facts["resident"])
    facts["listed"] = tuple(Resident(**resident) for resident in facts["listed"])
    facts["decree"] = None if facts["decree"] is None else Decree(**facts["decree"])
    return RtDesk(**facts)
