"""What reasons, criteria and steps of decisions are called on pages. The codes are the programme file's."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from verify_service.proposals.criteria import Criterion, Finding
from verify_service.proposals.review import DecisionRefusal

REASONS = {
    "criteria_met": lazy_gettext("All criteria are met"),
    "already_covered": lazy_gettext("On the list or covered already"),
    "has_employer": lazy_gettext("Has an employer, who must pay"),
    "not_working": lazy_gettext("Works no more"),
    "age": lazy_gettext("Too young or too old"),
    "lives_elsewhere": lazy_gettext("Lives outside the city"),
    "not_found": lazy_gettext("Could not be found"),
    "twice": lazy_gettext("Is there twice"),
    "nik_unclear": lazy_gettext("The NIK is not clear"),
    "work_unclear": lazy_gettext("The work is not clear"),
    "address_unclear": lazy_gettext("The address is not clear"),
    "deceased": lazy_gettext("Has died"),
    "moved": lazy_gettext("Has moved out of the city"),
    "now_employed": lazy_gettext("Is an employee now"),
    "other_payer": lazy_gettext("Somebody else pays already"),
    "not_so": lazy_gettext("It is not so"),
    "not_proved": lazy_gettext("It cannot be shown"),
    "changed": lazy_gettext("It was so and has changed"),
    "phone": lazy_gettext("from the worker's phone"),
    "call": lazy_gettext("by a call"),
    "letter": lazy_gettext("by a letter"),
    "visit": lazy_gettext("by a visit"),
    "counter": lazy_gettext("at the counter"),
}
PROPOSERS = {
    "self": lazy_gettext("himself or herself"),
    "neighbour": lazy_gettext("somebody else, with consent"),
    "rt_head": lazy_gettext("the RT head"),
}
JOBS = {
    "driver": lazy_gettext("Driver, ojek"),
    "trader": lazy_gettext("Street trader"),
    "waste_picker": lazy_gettext("Waste picker"),
    "domestic": lazy_gettext("Domestic worker"),
    "day_labour": lazy_gettext("Day labourer"),
    "farm": lazy_gettext("Farm worker"),
    "home_business": lazy_gettext("Business at home"),
    "other": lazy_gettext("Other work"),
}
MEMBERS = {
    "no": lazy_gettext("not covered, they say"),
    "employer": lazy_gettext("covered by an employer, they say"),
    "self": lazy_gettext("pays it themselves, they say"),
    "unsure": lazy_gettext("not sure whether covered"),
}
HELP = {
    "see": lazy_gettext("seeing"),
    "hear": lazy_gettext("hearing"),
    "walk": lazy_gettext("walking"),
    "read": lazy_gettext("reading"),
}
CRITERIA = {
    "age": lazy_gettext("Age"),
    "nik_prefix": lazy_gettext("NIK of this city"),
    "not_listed": lazy_gettext("Not on the list yet"),
    "not_proposed": lazy_gettext("Proposed once only"),
    "not_covered": lazy_gettext("Not covered elsewhere"),
    "lives_there": lazy_gettext("Lives in the city"),
    "informal": lazy_gettext("Informal work"),
    "needs_help": lazy_gettext("Needs help"),
    "rt_head": lazy_gettext("Word of the RT head"),
}
SOURCES = {
    "nik": lazy_gettext("from the NIK"),
    "roster": lazy_gettext("the list, looked up now"),
    "waiting_list": lazy_gettext("the waiting list, looked up now"),
    "insurer": lazy_gettext("the insurer's newest file"),
    "proposer": lazy_gettext("as the proposer says"),
    "rt_head": lazy_gettext("as the RT head says"),
}
FINDINGS = {
    Finding.MET: ("✓", lazy_gettext("met")),
    Finding.NOT_MET: ("✕", lazy_gettext("not met")),
    Finding.DOUBT: ("!", lazy_gettext("to be checked")),
    Finding.UNKNOWN: ("?", lazy_gettext("nobody has said")),
}
PRIORITY = {
    "help_needed": lazy_gettext("needs help because of a disability or an illness"),
    "rt_head": lazy_gettext("proposed by the RT head"),
    "dangerous_job": lazy_gettext("works in a dangerous job"),
    "age_50": lazy_gettext("is 50 or older"),
}
STEPS = {
    "first accept": lazy_gettext("First reader: accept"),
    "first refuse": lazy_gettext("First reader: refuse"),
    "second agree": lazy_gettext("Second reader agrees"),
    "second disagree": lazy_gettext("Second reader disagrees"),
    "question ask": lazy_gettext("Asked the proposer"),
    "answer heard": lazy_gettext("What the proposer answered"),
    "second withdraw": lazy_gettext("Taken back"),
    "notice told": lazy_gettext("The worker was told"),
    "objection objects": lazy_gettext("The worker objects"),
    "objection keep": lazy_gettext("Objection accepted: stays on the list"),
    "objection uphold": lazy_gettext("Objection not accepted"),
    "appeal objects": lazy_gettext("The worker appeals"),
    "appeal keep": lazy_gettext("Appeal accepted: stays on the list"),
    "appeal uphold": lazy_gettext("Appeal not accepted"),
    "open opened": lazy_gettext("Removal proposed"),
    "end removed": lazy_gettext("Taken off the list"),
}
REFUSED = {
    DecisionRefusal.UNKNOWN: lazy_gettext("It is not there."),
    DecisionRefusal.CHANGED: lazy_gettext(
        "Somebody else was quicker. Read what was said meanwhile; what you wrote is still in the form."
    ),
    DecisionRefusal.STEP: lazy_gettext("That cannot be done as it stands now. The page shows what can."),
    DecisionRefusal.REASON: lazy_gettext("Choose a reason from the list."),
    DecisionRefusal.NOTE: lazy_gettext("Write a note of 2,000 characters at most that says why."),
    DecisionRefusal.ROLE: lazy_gettext("Your account cannot decide this; ask a colleague of the city's office."),
    DecisionRefusal.OWN: lazy_gettext("You had a part in this already. A different officer has to decide it."),
    DecisionRefusal.WAITING: lazy_gettext(
        "Your account was made or reset within the last day. It decides nothing before that day is over."
    ),
    DecisionRefusal.ONE_HAND: lazy_gettext(
        "One person made or reset both accounts, or one of you the other's: you are not two people here. "
        "Ask somebody else."
    ),
    DecisionRefusal.NOT_CITY: lazy_gettext("The second reader has to be of the city's office."),
    DecisionRefusal.MONTH: lazy_gettext("Choose a month from the list: one that has not begun and was not paid."),
    DecisionRefusal.TWICE: lazy_gettext(
        "A removal of this person is open already; look for it in the list of removals."
    ),
    DecisionRefusal.DEATH: lazy_gettext(
        "Have the death confirmed first, by a call or a certificate; see the deaths reported."
    ),
    DecisionRefusal.CHECKED: lazy_gettext(
        "A death of this person is being checked. Settle that first; nobody is written to now."
    ),
    DecisionRefusal.SUPERVISOR: lazy_gettext("An appeal is decided by a supervisor who had no part in it."),
    DecisionRefusal.FULL: lazy_gettext(
        "There is no place left this year. Refuse it, or leave it waiting until places become free."
    ),
}


def reason_name(code: str) -> str:
    """A reason in plain words; its code where another city added one."""
    return str(REASONS.get(code, code.replace("_", " ")))


def criterion_text(criterion: Criterion) -> str:
    """What was found about one criterion, in a sentence."""
    return str(_FOUND[criterion.name](criterion.says, criterion.finding))


def _age(says: Any, finding: Finding) -> str:
    if not says:
        return str(gettext("The NIK cannot be read."))
    return str(gettext("%(age)s years old", age=says["age"]))


def _prefix(says: Any, finding: Finding) -> str:
    if finding is Finding.MET:
        return str(gettext("First registered in this city."))
    return str(
        gettext("First registered elsewhere (%(prefix)s): a soft sign, people move.", prefix=says.get("prefix", "?"))
    )


def _listed(says: Any, finding: Finding) -> str:
    if finding is Finding.NOT_MET:
        return str(gettext("This NIK is on the list."))
    if "removed" in says:
        return str(gettext("This NIK was on the list and was taken off it."))
    if "alike" in says:
        return str(gettext("Somebody of nearly this name is listed in the same RT, with another NIK."))
    return str(gettext("Neither this NIK nor this name in the RT."))


def _proposed(says: Any, finding: Finding) -> str:
    told = []
    if "same" in says:
        told.append(gettext("The same NIK: %(numbers)s.", numbers=says["same"]))
    if "alike" in says:
        told.append(gettext("Nearly the same name in this kelurahan: %(numbers)s.", numbers=says["alike"]))
    return " ".join(map(str, told)) or str(gettext("No other proposal of this NIK or name."))


def _covered(says: Any, finding: Finding) -> str:
    return str(MEMBERS.get(says["says"], says["says"]))


def _lives(says: Any, finding: Finding) -> str:
    return str(says.get("place") or gettext("No kelurahan of this city was named."))


def _informal(says: Any, finding: Finding) -> str:
    return str(JOBS.get(says["job"], says["job"]))


def _help(says: Any, finding: Finding) -> str:
    if finding is Finding.UNKNOWN:
        return str(gettext("None was asked for."))
    return str(gettext("Help with %(what)s", what=HELP.get(says.get("help", ""), "…")))


def _head(says: Any, finding: Finding) -> str:
    if finding is Finding.MET:
        return str(gettext("The RT head proposes this person."))
    if "vacant" in says:
        return str(gettext("This RT has no head: ask the kelurahan."))
    return str(gettext("Not asked yet: call the RT head."))


_FOUND = {
    "age": _age,
    "nik_prefix": _prefix,
    "not_listed": _listed,
    "not_proposed": _proposed,
    "not_covered": _covered,
    "lives_there": _lives,
    "informal": _informal,
    "needs_help": _help,
    "rt_head": _head,
}
