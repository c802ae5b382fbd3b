"""The decision table: what each combination of sources amounts to, who must act, and whether money is at risk.

A case says what each source says of one enrolment and one month. Its verdict is the first rule that fits; the rules are
data, read from the top, and cover every combination. The set-based job joins the enumerated table, so there is one
definition and no second opinion in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Listed(StrEnum):
    """What the city's list and payments say."""

    PAID = "paid"
    LISTED_NOT_PAID = "listed_not_paid"
    REMOVED = "removed"
    NOT_LISTED = "not_listed"


class Insurer(StrEnum):
    """What the insurer's file of that month says."""

    ACTIVE = "active"
    UNPAID = "unpaid"
    INACTIVE = "inactive"
    NOT_FOUND = "not_found"
    NO_FILE = "no_file"


class WorkerSays(StrEnum):
    """What the worker last said."""

    CONFIRMS = "confirms"
    WRONG_DATA = "wrong_data"
    NOT_ME = "not_me"
    DOES_NOT_KNOW = "does_not_know"
    DENIES = "denies"
    MOVED = "moved"
    NOT_WORKING = "not_working"
    NOW_EMPLOYED = "now_employed"
    NO_ANSWER = "no_answer"


class RtHeadSays(StrEnum):
    """What the head of the worker's RT last said."""

    RESIDENT = "resident"
    MOVED = "moved"
    DECEASED = "deceased"
    UNKNOWN = "unknown"
    NOT_WORKING = "not_working"
    NOW_EMPLOYED = "now_employed"
    OWN_FAMILY = "own_family"
    NO_ANSWER = "no_answer"


class Duplicate(StrEnum):
    """Whether this person is paid for more than once."""

    NONE = "none"
    SAME_NIK = "same_nik"
    OTHER_PAYER = "other_payer"
    BOTH = "both"


class Owner(StrEnum):
    """Who must do the next thing. `worker` and `nobody` open no discrepancy."""

    PROGRAMME = "programme"  # the programme's office (Disnaker)
    INSURER = "insurer"  # BPJS Ketenagakerjaan, asked by the programme
    KELURAHAN = "kelurahan"
    OFFICER = "officer"  # grievance officer
    WORKER = "worker"
    NOBODY = "nobody"

    @property
    def acts(self) -> bool:
        return self not in (Owner.WORKER, Owner.NOBODY)


@dataclass(frozen=True)
class Case:
    """One enrolment and month, as each source tells it."""

    list: Listed
    insurer: Insurer
    worker: WorkerSays
    rt_head: RtHeadSays
    duplicate: Duplicate


@dataclass(frozen=True)
class Rule:
    """A named verdict and the cases it fits; an empty set means any."""

    name: str
    reason: str
    owner: Owner
    at_risk: bool = False  # that month's premium may have been paid for nothing
    list: frozenset[Listed] = frozenset()
    insurer: frozenset[Insurer] = frozenset()
    worker: frozenset[WorkerSays] = frozenset()
    rt_head: frozenset[RtHeadSays] = frozenset()
    duplicate: frozenset[Duplicate] = frozenset()

    def fits(self, case: Case) -> bool:
        return (
            (not self.list or case.list in self.list)
            and (not self.insurer or case.insurer in self.insurer)
            and (not self.worker or case.worker in self.worker)
            and (not self.rt_head or case.rt_head in self.rt_head)
            and (not self.duplicate or case.duplicate in self.duplicate)
        )


PAID, NOT_PAID, REMOVED, NOT_LISTED = ({value} for value in Listed)
ACTIVE, UNPAID, INACTIVE, NOT_FOUND, NO_FILE = ({value} for value in Insurer)
_W, _R, _D, _O = WorkerSays, RtHeadSays, Duplicate, Owner
_SAYS_IT_IS_ME = {_W.CONFIRMS, _W.WRONG_DATA}
_UNAWARE = {_W.DENIES, _W.DOES_NOT_KNOW}


def _rule(
    name: str,
    owner: Owner,
    reason: str,
    *,
    risk: bool = False,
    list: set[Listed] | None = None,
    insurer: set[Insurer] | None = None,
    worker: set[WorkerSays] | None = None,
    rt: set[RtHeadSays] | None = None,
    duplicate: set[Duplicate] | None = None,
) -> Rule:
    return Rule(
        name,
        reason,
        owner,
        risk,
        frozenset(list or ()),
        frozenset(insurer or ()),
        frozenset(worker or ()),
        frozenset(rt or ()),
        frozenset(duplicate or ()),
    )


# Read from the top; the first that fits holds. A death goes before everything, since a family may be owed a benefit.
# Then what the money shows (paid for, and the insurer does not cover), then who the person is, then what they know.
RULES: tuple[Rule, ...] = (
    _rule(
        "reported_deceased",
        _O.KELURAHAN,
        "The RT head says this person has died: check the same day, tell nobody before it is confirmed",
        risk=True,
        rt={_R.DECEASED},
    ),
    # Not on the list.
    _rule(
        "proposal",
        _O.OFFICER,
        "Not on the list, and says he should be: a proposal to decide, never a registration",
        list=NOT_LISTED,
        worker={*_SAYS_IT_IS_ME, _W.DENIES},
    ),
    _rule(
        "covered_elsewhere",
        _O.NOBODY,
        "Not on the list, covered at the insurer by somebody else",
        list=NOT_LISTED,
        insurer=ACTIVE,
    ),
    _rule("not_listed", _O.NOBODY, "Not on the list, and nobody says he should be", list=NOT_LISTED),
    # Removed by a decision.
    _rule(
        "removal_questioned",
        _O.OFFICER,
        "Removed, and says the removal is wrong or the data are: treat as an objection",
        list=REMOVED,
        worker={*_SAYS_IT_IS_ME, *_UNAWARE},
    ),
    _rule(
        "removed_still_active",
        _O.PROGRAMME,
        "Removed, yet the insurer still counts him as active: who pays?",
        list=REMOVED,
        insurer=ACTIVE,
    ),
    _rule("removed", _O.NOBODY, "Removed by a decision, nothing further to do", list=REMOVED),
    # Paid for, and not covered: the finding the programme exists to make.
    _rule(
        "missing_at_insurer",
        _O.INSURER,
        "Paid for, and unknown to the insurer",
        risk=True,
        list=PAID,
        insurer=NOT_FOUND,
    ),
    _rule(
        "lapsed_at_insurer",
        _O.INSURER,
        "Paid for, and no longer a member: paying again counts as a new registration",
        risk=True,
        list=PAID,
        insurer=INACTIVE,
    ),
    _rule(
        "payment_not_recorded",
        _O.INSURER,
        "Paid for, and the insurer has not recorded the premium: three such months end the cover",
        risk=True,
        list=PAID,
        insurer=UNPAID,
    ),
    # Paid for twice.
    _rule(
        "duplicate_and_other_payer",
        _O.PROGRAMME,
        "On the list twice, and somebody else pays as well",
        risk=True,
        duplicate={_D.BOTH},
    ),
    _rule("duplicate_entry", _O.PROGRAMME, "On the list twice with one NIK", risk=True, duplicate={_D.SAME_NIK}),
    _rule(
        "other_payer",
        _O.PROGRAMME,
        "Somebody else (province, employer, the worker) pays the same membership",
        risk=True,
        duplicate={_D.OTHER_PAYER},
    ),
    # On the list and not paid for: no money lost, a worker without cover.
    _rule(
        "not_paid_not_covered",
        _O.PROGRAMME,
        "On the list, and nobody has paid: the worker has no cover this month",
        list=NOT_PAID,
        insurer={Insurer.UNPAID, Insurer.INACTIVE, Insurer.NOT_FOUND},
    ),
    # Who and where the person is. His own word goes before the RT head's; a contradiction is for the kelurahan.
    _rule(
        "wrong_person_on_phone",
        _O.KELURAHAN,
        "The phone on the list belongs to somebody else, and the RT head does not know the person either",
        risk=True,
        worker={_W.NOT_ME},
        rt={_R.UNKNOWN, _R.MOVED},
    ),
    _rule(
        "phone_not_theirs",
        _O.KELURAHAN,
        "The phone on the list belongs to somebody else: find the worker and a number",
        risk=True,
        worker={_W.NOT_ME},
    ),
    _rule("moved_away", _O.KELURAHAN, "Says he has moved out of the city", risk=True, worker={_W.MOVED}),
    _rule(
        "now_employed",
        _O.PROGRAMME,
        "Says he is now an employee: the employer must insure him",
        risk=True,
        worker={_W.NOW_EMPLOYED},
    ),
    _rule("not_working", _O.PROGRAMME, "Says he no longer works", risk=True, worker={_W.NOT_WORKING}),
    _rule(
        "unaware",
        _O.OFFICER,
        "Covered, and does not know it: explain, since nobody claims a cover they do not know of",
        insurer=ACTIVE,
        worker=_UNAWARE,
    ),
    _rule(
        "waiting_and_unaware",
        _O.OFFICER,
        "Does not know of the cover, and the insurer's file of this month is not in yet",
        worker=_UNAWARE,
    ),
    _rule(
        "residence_disputed",
        _O.KELURAHAN,
        "Says the cover is his, and the RT head says he has moved or does not know him: visit",
        worker=_SAYS_IT_IS_ME,
        rt={_R.MOVED, _R.UNKNOWN},
    ),
    _rule(
        "work_disputed",
        _O.KELURAHAN,
        "Says the cover is his, and the RT head says he no longer works or is employed: visit",
        worker=_SAYS_IT_IS_ME,
        rt={_R.NOT_WORKING, _R.NOW_EMPLOYED},
    ),
    _rule("data_to_correct", _O.OFFICER, "Covered, and some data are wrong", worker={_W.WRONG_DATA}),
    _rule(
        "reported_moved",
        _O.KELURAHAN,
        "The RT head says he has moved; he himself has not answered",
        risk=True,
        rt={_R.MOVED},
    ),
    _rule(
        "unknown_to_rt_head",
        _O.KELURAHAN,
        "The RT head does not know him; he himself has not answered",
        risk=True,
        rt={_R.UNKNOWN},
    ),
    _rule(
        "reported_employed",
        _O.PROGRAMME,
        "The RT head says he is now an employee; he himself has not answered",
        risk=True,
        rt={_R.NOW_EMPLOYED},
    ),
    _rule(
        "reported_not_working",
        _O.PROGRAMME,
        "The RT head says he no longer works; he himself has not answered",
        risk=True,
        rt={_R.NOT_WORKING},
    ),
    # Nothing is wrong; how much is known?
    _rule(
        "awaiting_insurer_confirmed",
        _O.NOBODY,
        "Confirmed by the worker; the insurer's file of this month is not in yet",
        insurer=NO_FILE,
        worker={_W.CONFIRMS},
    ),
    _rule("awaiting_insurer", _O.NOBODY, "The insurer's file of this month is not in yet", insurer=NO_FILE),
    _rule(
        "covered_without_payment",
        _O.PROGRAMME,
        "Active at the insurer in a month the city did not pay: paid ahead, or by whom?",
        list=NOT_PAID,
        insurer=ACTIVE,
    ),
    _rule(
        "confirmed_twice",
        _O.NOBODY,
        "Paid, active, confirmed by the worker and known to the RT head",
        worker={_W.CONFIRMS},
        rt={_R.RESIDENT},
    ),
    _rule("confirmed", _O.NOBODY, "Paid, active, confirmed by the worker", worker={_W.CONFIRMS}),
    _rule(
        "known_to_rt_head",
        _O.WORKER,
        "Paid, active, known to the RT head; the worker has not answered",
        rt={_R.RESIDENT},
    ),
    _rule(
        "own_family_of_rt_head",
        _O.KELURAHAN,
        "The RT head's own family, and no word from the worker: somebody else must confirm",
        rt={_R.OWN_FAMILY},
    ),
    _rule("unconfirmed", _O.WORKER, "Paid and active; nobody has confirmed it yet"),
)


@dataclass(frozen=True)
class Decision:
    """A case's verdict: its name, why, who acts next, whether that month's premium is at risk."""

    verdict: str
    reason: str
    owner: Owner
    at_risk: bool

    def rupiah(self, premium: int) -> int:
        """Rupiah at risk that month."""
        return premium if self.at_risk else 0


def decide(case: Case) -> Decision:
    """The verdict of a case. Pure: the same case has the same verdict on every machine and day."""
    rule = next(rule for rule in RULES if rule.fits(case))
    at_risk = rule.at_risk and case.list is Listed.PAID  # what was not paid cannot be lost
    return Decision(rule.name, rule.reason, rule.owner, at_risk)


def every_case() -> Iterator[Case]:
    """All combinations, in a fixed order."""
    for combination in product(Listed, Insurer, WorkerSays, RtHeadSays, Duplicate):
        yield Case(*combination)


def decision_table() -> list[tuple[Case, Decision]]:
    """The whole table, to be reviewed as data and joined by the set-based job."""
    return [(case, decide(case)) for case in every_case()]
