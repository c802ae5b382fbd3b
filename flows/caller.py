"""What one talk may know of the person on the phone: looked up once, frozen, stored encrypted between two hops."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, cast, get_args

VERSION = 1

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
class Caller:
    """The person on the phone: language chosen, notice accepted, for whom the phone answers, and the cover we hold.

    `people` is one page of those this phone answers for; `person` the one this talk is about; `rt_head` whether the
    number is that of a head of an RT in office.
    """

    language: str | None
    noticed: bool
    person: Person | None = None
    people: tuple[Person, ...] = ()
    more_people: bool = False
    people_page: int = 0
    cover: Cover | None = None
    receipt: str = ""
    rt_head: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it, with the version of its form."""
        return {"version": VERSION, **asdict(self), "people": [asdict(person) for person in self.people]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Caller":
        """Read what `to_dict` wrote; raises StaleCaller for another version or form."""
        if stored.get("version") != VERSION:
            raise StaleCaller(f"caller of version {stored.get('version')!r}, this release reads {VERSION}")
        try:
            facts = {key: value for key, value in stored.items() if key != "version"}
            facts["people"] = tuple(Person(**person) for person in facts["people"])
            facts["person"] = None if facts["person"] is None else Person(**facts["person"])
            facts["cover"] = None if facts["cover"] is None else _cover(facts["cover"])
            return cls(**facts)
        except (KeyError, TypeError) as odd:
            raise StaleCaller(f"caller of another form: {odd}") from odd


def _cover(stored: Mapping[str, Any]) -> Cover:
    """The cover as stored; a state this release does not know is another form."""
    if stored["state"] not in get_args(CoverState):
        raise TypeError(f"cover state {stored['state']!r}")
    return Cover(**cast(dict[str, Any], stored))
