"""What a small flow can come to. The service applies it, and starts the next small flow."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from flows.caller import Draft
from flows.conversation import Outcome

Statement: TypeAlias = Literal[
    # the worker's side of the case
    "confirms",
    "wrong_data",
    "not_me",
    "moved",
    "not_working",
    "now_employed",
    "does_not_know",
    "denies",
    # beside the case
    "wrong_field",
    "card",
    "still_working",
    "asked_money",
    "asks_officer",
    "wants_news",
    "asks_self_pay",
]


RtStatement: TypeAlias = Literal[
    "resident", "moved", "deceased", "unknown", "not_working", "now_employed", "own_family"
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
    """The language this phone is spoken to in: one of those that the city speaks."""

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
class WorkerSays(Effect):
    """One statement of the worker, stored as evidence before anything else is asked; `then` is the next flow."""

    statement: Statement
    detail: str = ""
    then: str = ""


@dataclass(frozen=True)
class Finished(Effect):
    """All questions are answered: the service makes the receipt number and shows the flow "saved"."""


@dataclass(frozen=True)
class OpenDesk(Outcome):
    """Somebody calls as head of an RT: look up what there is to do."""


@dataclass(frozen=True)
class ChosePost(Outcome):
    """The head of several RT says as head of which one he calls."""

    head: int


@dataclass(frozen=True)
class ReadRules(Effect):
    """The RT head has read that answers are kept and checked, and that nobody may ask for money."""


@dataclass(frozen=True)
class ActivateRt(Effect):
    """The code of the activation letter; a wrong one counts as a try."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class NewPin(Effect):
    """The PIN an RT head wants; it counts once it was typed twice."""

    pin: str = field(repr=False)


@dataclass(frozen=True)
class RepeatPin(Effect):
    """The same PIN again."""

    pin: str = field(repr=False)


@dataclass(frozen=True)
class CheckPin(Effect):
    """The RT head's PIN, before a name is shown; a wrong one counts as a try."""

    pin: str = field(repr=False)


@dataclass(frozen=True)
class NextResident(Outcome):
    """The next resident without the head's word; those up to `after` were put off in this talk."""

    after: int = 0


@dataclass(frozen=True)
class ResidentsPage(Outcome):
    """A page of all residents on the list of this RT, answered for or not."""

    page: int


@dataclass(frozen=True)
class ChoseResident(Outcome):
    """The RT head has something to say of this enrolment."""

    enrolment: int


@dataclass(frozen=True)
class CorrectLast(Outcome):
    """The RT head takes back what he said last, while that is allowed."""


@dataclass(frozen=True)
class Attest(Effect):
    """What the RT head says of one resident, stored before the next name is shown; `detail` is a month or a doubt."""

    enrolment: int
    says: RtStatement
    detail: str = ""


ReportMark: TypeAlias = Literal["still", "solved", "supervisor"]


@dataclass(frozen=True)
class FileGrievance(Effect):
    """A problem as reported; `urgency` is "accident" or "death", `about` whose conduct it is: "rt_rw" or "officer"."""

    category: str
    words: str = field(repr=False)
    about: str = ""
    urgency: str = ""
    identity: str = "secret"


@dataclass(frozen=True)
class SetContact(Effect):
    """How the reporter may be reached: "call", "sms" or "none"."""

    contact: str


@dataclass(frozen=True)
class OpenGrievances(Outcome):
    """Look up the reports of this phone that may be listed on it."""


@dataclass(frozen=True)
class ChoseGrievance(Outcome):
    """One of the reports of this phone."""

    number: str


@dataclass(frozen=True)
class FindGrievance(Effect):
    """Look up a report by its six characters; a number that leads nowhere counts as a try."""

    number: str


@dataclass(frozen=True)
class GrievanceSays(Effect):
    """What the reporter says of the report this talk is about."""

    mark: ReportMark


@dataclass(frozen=True)
class TellMore(Effect):
    """What the reporter answers to what an officer asked."""

    words: str = field(repr=False)


@dataclass(frozen=True)
class OpenBenefits(Outcome):
    """Look up whether the question on what the cover is for is due."""


@dataclass(frozen=True)
class Learned(Effect):
    """The answer to who covers an accident at work."""

    answer: str


@dataclass(frozen=True)
class OpenProposal(Outcome):
    """Somebody wants to propose themselves ("self") or another ("neighbour"): look up the areas."""

    proposer: str


@dataclass(frozen=True)
class ChoseKecamatan(Outcome):
    """Where the person proposed lives: look up the kelurahan of it."""

    draft: Draft


@dataclass(frozen=True)
class Propose(Effect):
    """Somebody is proposed; an RT head's area is that of his office, so that he leaves it empty."""

    proposer: str
    nik: str = field(repr=False)
    name: str = field(repr=False)
    job: str
    member: str
    help_needed: str = ""
    kelurahan: str = ""
    rt: str = ""
    rw: str = ""


@dataclass(frozen=True)
class StopReminders(Effect):
    """No more invitations, reminders and questions."""


@dataclass(frozen=True)
class AskForData(Effect):
    """A request about one's own data: "see", "correct" or "delete"."""

    wish: str


@dataclass(frozen=True)
class ProposeResident(Outcome):
    """The RT head wants to propose somebody who was missed."""


@dataclass(frozen=True)
class HelpResident(Outcome):
    """The RT head lends his phone to a resident without one: a page of all residents."""

    page: int = 0


@dataclass(frozen=True)
class ChoseHelped(Outcome):
    """The resident who is beside him."""

    enrolment: int


@dataclass(frozen=True)
class CheckHelpCode(Effect):
    """The one-time code from that resident's own card; a wrong one counts as a try."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class AssistedSays(Effect):
    """What a resident says on the phone of the RT head: recorded as assisted, outranked by any answer of their own."""

    enrolment: int
    statement: Statement
    detail: str = ""


@dataclass(frozen=True)
class ShowRules(Effect):
    """The RT head wants to read the rules in force; which version he was shown is logged."""
