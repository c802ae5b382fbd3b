"""What a small flow can come to. The service applies it, and starts the next small flow."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from flows.conversation import Outcome

Statement: TypeAlias = Literal[
    # the worker's side of the case
    "confirms",
    "wrong_data",
    "not_me",
    "moved",
    "not_working",
    "now_employed",
    # beside the case
    "wrong_field",
    "card",
    "still_working",
    "asked_money",
    "asks_officer",
    "wants_news",
    "asks_self_pay",
]


@dataclass(frozen=True)
class Effect(Outcome):
    """An outcome that is stored: a dropped session may not repeat it, a replay stops before it."""

    effect: ClassVar[bool] = True


@dataclass(frozen=True)
class GoTo(Outcome):
    """The talk goes on with another small flow."""

    flow: str


@dataclass(frozen=True)
class Goodbye(Outcome):
    """The talk ends with this screen."""

    screen: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Back(Outcome):
    """The person went back from the first screen: the service shows the main menu."""


@dataclass(frozen=True)
class ChosePerson(Outcome):
    """The talk is about this worker, one of those the phone answers for."""

    worker: int


@dataclass(frozen=True)
class MorePeople(Outcome):
    """The worker wanted is not on this page of those the phone answers for; `page` is the next one."""

    page: int


@dataclass(frozen=True)
class ContinueTalk(Outcome):
    """After a dropped session: go on where the talk was."""


@dataclass(frozen=True)
class StartAgain(Outcome):
    """After a dropped session: forget the talk and show the main menu."""


@dataclass(frozen=True)
class ChoseLanguage(Effect):
    """The language this phone is spoken to in: "id", "su" or "en"."""

    language: str


@dataclass(frozen=True)
class AcceptedNotice(Effect):
    """The person has read what the data is used for (law 27/2022 on personal data, article 21) and went on."""


@dataclass(frozen=True)
class FindWorker(Effect):
    """Look up the worker with this NIK (16 digits) and activation code (6 digits); a try is counted."""

    nik: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class Said(Effect):
    """One statement of the worker, stored as evidence before anything else is asked; `then` is the next flow."""

    statement: Statement
    detail: str = ""
    then: str = ""


@dataclass(frozen=True)
class Finished(Effect):
    """All questions are answered: the service makes the receipt number and shows the flow "saved"."""
