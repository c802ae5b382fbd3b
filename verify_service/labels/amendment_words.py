"""What amendments are called on pages: rules by name, what is wrong with a value, why a step was not taken."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext, lazy_gettext

from verify_service.amendments.amending import AmendmentState, Refusal
from verify_service.amendments.checking import Fault
from verify_service.amendments.programme_values import Form, ProgrammeValue, values
from verify_service.grievances.canned_answers import ANY
from verify_service.ground.amended import Kind
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.grievances import DECISIONS, WAITING_FOR
from verify_service.languages import day

TABLES: Final = {
    "": lazy_gettext("Numbers that citizens use"),
    "premium": lazy_gettext("Premium and ceiling"),
    "eligibility": lazy_gettext("Who can be on the list"),
    "benefits": lazy_gettext("What the cover pays"),
    "warnings": lazy_gettext("Warning that cover ends"),
    "send_window": lazy_gettext("Calendar and hours of sending"),
    "sessions": lazy_gettext("Calls"),
    "texting": lazy_gettext("Texts"),
    "rt_heads": lazy_gettext("Heads of RT"),
    "sla": lazy_gettext("Time to answer"),
    "reports": lazy_gettext("Limits for one phone"),
    "signals": lazy_gettext("Answers given for others"),
    "decisions": lazy_gettext("Proposals and removals"),
    "decisions.priority": lazy_gettext("Points of the waiting list"),
    "open311": lazy_gettext("Other systems of the city"),
    "publication": lazy_gettext("Public figures"),
}
VALUES: Final = {
    "hotline": lazy_gettext("Number of the call centre"),
    "ussd_code": lazy_gettext("Code to dial (USSD)"),
    "ussd_zero_rated": lazy_gettext("The call is free with every operator"),
    "jkm_waiting_confirmed": lazy_gettext("The insurer has confirmed the three-month rule in writing"),
    "premium.ceiling": lazy_gettext("Most that the city pays in a year (rupiah)"),
    "premium.changes": lazy_gettext("New premiums a worker and month, each with its first day"),
    "eligibility.nik_prefixes": lazy_gettext("First digits of a NIK of this city"),
    "eligibility.age_from": lazy_gettext("Youngest age"),
    "eligibility.age_to": lazy_gettext("Oldest age"),
    "benefits.reported_wage": lazy_gettext("Wage reported to the insurer (rupiah a month)"),
    "benefits.jkm_full": lazy_gettext("Death benefit after the waiting months (rupiah)"),
    "benefits.jkm_before_waiting": lazy_gettext("Death benefit within the waiting months (rupiah)"),
    "benefits.jkk_death": lazy_gettext("Death by a work accident (rupiah)"),
    "benefits.scholarship_max": lazy_gettext("Scholarships for two children, at most (rupiah)"),
    "benefits.scholarship_jkm_years": lazy_gettext("Paid years until a death opens the scholarship"),
    "warnings.days_before": lazy_gettext("Days before the cover ends at which a worker is told"),
    "warnings.task_days": lazy_gettext("Days to tell whoever has no phone"),
    "send_window.from": lazy_gettext("Texts that we start go out from"),
    "send_window.to": lazy_gettext("until"),
    "send_window.closed_on": lazy_gettext("Joint leave and further closed days"),
    "send_window.weekdays": lazy_gettext("Weekdays on which texts go out (1 is Monday)"),
    "sessions.resume_minutes": lazy_gettext("Minutes in which a dropped call can be continued"),
    "sessions.hops_per_minute": lazy_gettext("Screens a minute for one phone"),
    "sessions.link_tries_per_day": lazy_gettext("Tries a day to find oneself by number"),
    "texting.question_days": lazy_gettext("Days in which an answer is in time"),
    "texting.correct_minutes": lazy_gettext("Minutes in which a second answer corrects the first"),
    "texting.same_text_most": lazy_gettext("Identical texts to one phone, at most"),
    "texting.same_text_minutes": lazy_gettext("within so many minutes"),
    "texting.talk_hours": lazy_gettext("Hours of silence that end a talk by text"),
    "texting.stale_days": lazy_gettext("Days after which a waiting text is not sent any more"),
    "texting.read_seconds": lazy_gettext("Seconds from sending a text until it can have been read"),
    "texting.parts_seconds": lazy_gettext("Seconds within which texts are parts of one"),
    "texting.continue_minutes": lazy_gettext("Minutes in which further words belong to a report"),
    "texting.pause_minutes": lazy_gettext("Minutes that our question waits while somebody texts"),
    "texting.part_cost": lazy_gettext("Price of one part of a text (rupiah)"),
    "texting.rest_days": lazy_gettext("Days in which nobody is asked the question again"),
    "texting.texts_per_minute": lazy_gettext("Texts a minute that the gateway takes"),
    "texting.month_budget": lazy_gettext("Budget of a month for texts (rupiah; 0: none)"),
    "rt_heads.pin_tries": lazy_gettext("Wrong PINs that lock an RT head out"),
    "rt_heads.correct_minutes": lazy_gettext("Minutes in which a head may correct himself"),
    "rt_heads.ask_again_days": lazy_gettext("Days after which a head is asked again"),
    "rt_heads.inactive_days": lazy_gettext("Days without activation until the RW head stands in"),
    "rt_heads.warn_days": lazy_gettext("Days before a term ends at which the kelurahan is told"),
    "sla.verification": lazy_gettext("Working days until a case is looked at"),
    "sla.urgent": lazy_gettext("Urgent: working days until the answer"),
    "sla.information": lazy_gettext("Information: working days until the answer"),
    "sla.ordinary": lazy_gettext("Ordinary: working days until the answer"),
    "sla.field": lazy_gettext("With a look on the spot: working days until the answer"),
    "sla.data_days": lazy_gettext("Own data: days of the calendar until the answer"),
    "sla.at_risk_percent": lazy_gettext("Share of the time after which a case is close to its day (per cent)"),
    "sla.rung_days": lazy_gettext("Working days overdue until the next rung hears of it"),
    "sla.waiting_days": lazy_gettext("Working days that a case waits for its citizen"),
    "sla.questions_most": lazy_gettext("Times that a case may wait for its citizen"),
    "sla.follow_up_days": lazy_gettext("Days after the answer until it is asked whether it is solved"),
    "sla.close_days": lazy_gettext("Days without objection until an answer closes the case"),
    "reports.number_tries_per_day": lazy_gettext("Tries of a case number a day"),
    "reports.proposals_per_day": lazy_gettext("Proposals a phone and day"),
    "reports.proposals_per_day_rt_head": lazy_gettext("Proposals an RT head and day"),
    "reports.knowledge_again_days": lazy_gettext("Days until what somebody knows is asked again"),
    "signals.window_days": lazy_gettext("Days that are looked back"),
    "signals.due_days": lazy_gettext("Days to look into what was noticed"),
    "signals.many_workers": lazy_gettext("Workers from one phone that are noticed"),
    "signals.many_hours": lazy_gettext("within so many hours"),
    "signals.rhythm_answers": lazy_gettext("Answers in an even rhythm that are noticed"),
    "signals.rhythm_seconds": lazy_gettext("Longest usual gap between them (seconds)"),
    "signals.rhythm_spread": lazy_gettext("Share by which gaps may differ"),
    "signals.burst_seconds": lazy_gettext("or all of them within so many seconds"),
    "signals.rt_answers": lazy_gettext("Answers of an RT head in a row that are noticed"),
    "signals.rt_quick_seconds": lazy_gettext("Seconds that a head needs to read a name"),
    "decisions.quota": lazy_gettext("Places for proposals this year (0: what the ceiling leaves)"),
    "decisions.objection_days": lazy_gettext("Working days to object to a removal"),
    "decisions.answer_days": lazy_gettext("Working days to answer an objection"),
    "decisions.priority.help_needed": lazy_gettext("Points: needs help because of a disability or an illness"),
    "decisions.priority.rt_head": lazy_gettext("Points: proposed by the RT head"),
    "decisions.priority.dangerous_job": lazy_gettext("Points: dangerous work"),
    "decisions.priority.age_50": lazy_gettext("Points: 50 or older"),
    "decrees": lazy_gettext("Decrees that the programme rests on, each with its day"),
    "open311.calls_per_hour": lazy_gettext("Calls an hour of each other system"),
    "publication.weekday": lazy_gettext("Weekday on which public figures are counted (1 is Monday)"),
    "publication.hour": lazy_gettext("Hour from which they are counted"),
}
OF_A_CATEGORY: Final = {
    "unit": lazy_gettext("Unit that owns it"),
    "escalate_to": lazy_gettext("Who hears of it at the end of the ladder"),
    "sla": lazy_gettext("Class of time"),
    "name": lazy_gettext("Name for officers and other systems"),
    "description": lazy_gettext("Description"),
}
STATES: Final = {
    AmendmentState.PROPOSED: lazy_gettext("waits for a second person"),
    AmendmentState.CONFIRMED: lazy_gettext("confirmed"),
    AmendmentState.REFUSED: lazy_gettext("refused"),
    AmendmentState.WITHDRAWN: lazy_gettext("withdrawn"),
}
WHY_NOT: Final = {
    Refusal.UNKNOWN: lazy_gettext("There is nothing of that name to be changed."),
    Refusal.OPEN: lazy_gettext(
        "Somebody else's proposal about the same waits for its second person. "
        "Yours was not stored; what you typed is kept below."
    ),
    Refusal.MOVED: lazy_gettext(
        "It was changed since you opened this page. Look at what stands now; what you typed is kept below."
    ),
    Refusal.SAME: lazy_gettext("That is what stands already."),
    Refusal.NO_REASON: lazy_gettext("Write the reason."),
    Refusal.DAY: lazy_gettext("Choose a day from today to two years ahead."),
    Refusal.OWN: lazy_gettext("Nobody confirms or refuses his own proposal: ask a second administrator or supervisor."),
    Refusal.WAITING: lazy_gettext(
        "Your account was made or reset within the last day. It decides nothing before that day is over."
    ),
    Refusal.ONE_HAND: lazy_gettext(
        "One person made or reset both accounts, or one of you the other's: you are not two people here. "
        "Ask somebody else."
    ),
    Refusal.NOT_OWN: lazy_gettext("Only the one who proposed it can withdraw it."),
    Refusal.OVER: lazy_gettext("It was decided already: look again."),
    Refusal.FAULTY: lazy_gettext("It cannot stand like that:"),
}
FORM_HINTS: Final = {
    Form.DAYS: lazy_gettext("One day a line: 2026-12-24"),
    Form.NAMES: lazy_gettext("One a line"),
    Form.WEEKDAYS: lazy_gettext("Numbers from 1 (Monday) to 7 (Sunday), with blanks"),
    Form.AMOUNTS: lazy_gettext("One a line, first day and rupiah: 2027-01-01 17500"),
    Form.DECREES: lazy_gettext("One a line, day and number: 2026-11-02 500.15/Kep.1/2026"),
    Form.TIME: lazy_gettext("Hour and minute: 08:00"),
    Form.NUMBER: lazy_gettext("A whole number"),
    Form.FRACTION: lazy_gettext("A number"),
}
DONE: Final = {
    "propose": lazy_gettext("Proposed. It waits for a second person."),
    "confirm": lazy_gettext("Confirmed. It is in force from its day on."),
    "refuse": lazy_gettext("Refused. What stood stays."),
    "withdraw": lazy_gettext("Withdrawn. What stood stays."),
}
CHAPTERS: Final = {
    "a": lazy_gettext("The beginning, settings and the end"),
    "b": lazy_gettext("The worker and the cover"),
    "c": lazy_gettext("Reports"),
    "d": lazy_gettext("What the cover pays"),
    "e": lazy_gettext("Proposals"),
    "f": lazy_gettext("The head of an RT"),
    "g": lazy_gettext("Texts that we send"),
    "s": lazy_gettext("Questions and answers by text"),
}
_FLOWS: Final = {
    "main": lazy_gettext("the main menu"),
    "saved": lazy_gettext("thanks, it is noted"),
    "noted": lazy_gettext("it is noted, and a report filed"),
}
_CHOICES: Final = {
    "urgent": lazy_gettext("urgent"),
    "information": lazy_gettext("information"),
    "ordinary": lazy_gettext("ordinary"),
    "field": lazy_gettext("with a look on the spot"),
    "data_days": lazy_gettext("own data"),
    "true": lazy_gettext("yes"),
    "false": lazy_gettext("no"),
}
_NO_NUMBER: Final = lazy_gettext("“%(found)s” is no number.")
_NO_LETTER: Final = lazy_gettext("A basic phone has no such letter: %(found)s")
_DROPPED: Final = lazy_gettext("Operators drop texts with “%(found)s” without telling anybody: say it otherwise.")
_FAULTS: Final = {
    "number": _NO_NUMBER,
    "fraction": _NO_NUMBER,
    "least": lazy_gettext("%(found)s is too small: %(expected)s at least."),
    "more_than": lazy_gettext("%(found)s is too small: it must be more than %(expected)s."),
    "most": lazy_gettext("%(found)s is too large: %(expected)s at most."),
    "day": lazy_gettext("“%(found)s” does not begin with a day: write it as 2026-12-24."),
    "dated": lazy_gettext("“%(found)s” lacks what stands behind the day."),
    "time": lazy_gettext("“%(found)s” is no time of day: write it as 08:00."),
    "weekdays": lazy_gettext("“%(found)s” is no weekday: 1 is Monday, 7 is Sunday."),
    "amounts": lazy_gettext("“%(found)s” is no amount in whole rupiah."),
    "choice": lazy_gettext("“%(found)s” is none of the list."),
    "too_wide": lazy_gettext("“%(found)s” is too long for a phone's screens."),
    "language": lazy_gettext("This language is missing."),
    "empty": lazy_gettext("What is said now may not become empty (%(found)s)."),
    "long_screen": lazy_gettext(
        "Too long for a phone's screen: %(found)s letters at the widest, %(expected)s at most."
    ),
    "long_text": lazy_gettext("Too long for one SMS: %(found)s letters at the widest, %(expected)s at most."),
    "long_word": lazy_gettext("“%(found)s” is too long: %(expected)s letters at most."),
    "long_answer": lazy_gettext("Too long for two SMS: %(found)s letters, %(expected)s at most."),
    "letters": _NO_LETTER,
    "filter_character": _NO_LETTER,
    "placeholder": lazy_gettext("{%(found)s} stands for nothing here."),
    "filter_word": _DROPPED,
    "filter_address": _DROPPED,
    "filter_digits": _DROPPED,
    "filter_brand": lazy_gettext("A text of ours must begin with the name of the programme."),
    "form": lazy_gettext("The placeholders or options are not those of this screen: %(found)s"),
    "programme": lazy_gettext("It does not fit the other rules: %(found)s"),
}
_SCREEN_PARTS: Final = {
    "text": lazy_gettext("Text"),
    "text_if_free": lazy_gettext("Text where the call is free"),
    "short": lazy_gettext("Short text, where the other does not fit"),
    "sms": lazy_gettext("Text for an SMS, where neither fits"),
    "options": lazy_gettext("Options"),
    "short_options": lazy_gettext("Short options"),
    "sms_options": lazy_gettext("Options in an SMS"),
}


def table_name(table: str) -> str:
    """What a table of rules is called; a kind of report by its own name."""
    if table.startswith("categories."):
        return category_name(table.partition(".")[2])
    return str(TABLES[table])


def value_name(path: str) -> str:
    """What a rule is called."""
    if path.startswith("categories."):
        _, category, name = path.split(".")
        return f"{category_name(category)}: {OF_A_CATEGORY[name]}"
    return str(VALUES[path])


def value_in_words(value: ProgrammeValue, held: Any) -> str:
    """A value as people read it."""
    match value.form:
        case Form.FLAG | Form.CHOICE:
            return choice_name(value, value.typed(held))
        case Form.NUMBER if isinstance(held, int):
            return f"{held:,}".replace(",", ".")
    return value.typed(held).replace("\n", ", ") or "–"


def choice_name(value: ProgrammeValue, code: str) -> str:
    """One of the few that a value may be: a unit by its own name."""
    return programme().units[code] if value.path.endswith(".unit") else str(_CHOICES[code])


def thing_name(kind: Kind, key: str) -> str:
    """What an amendment is about."""
    if kind is Kind.RULE:
        return value_name(key) if key in values() else key
    if kind is Kind.WORDS:
        return str(gettext("Screen %(key)s", key=key))
    category, _, code = key.partition(".")
    return f"{answers_of(category)}: {answer_name(code)}"


def answers_of(category: str) -> str:
    """Which cases an answer is for."""
    return str(gettext("Any case")) if category == ANY else category_name(category)


def answer_name(code: str) -> str:
    """What a prepared answer says, by the decision or the question that it goes with."""
    named = str(DECISIONS.get(code) or WAITING_FOR.get(code) or code)
    return named[:1].upper() + named[1:]


def flow_name(name: str) -> str:
    """What follows that is no screen of its own: a further part of the talk."""
    return str(_FLOWS.get(name) or gettext("a further part of the talk"))


def screen_part(name: str) -> str:
    """What a part of a screen's entry is called."""
    return str(_SCREEN_PARTS[name])


def fault_in_words(fault: Fault) -> str:
    """What is wrong with a value, and what is expected."""
    said = _fault(fault)
    where = fault.where.upper()
    return f"{where}: {said}" if where else said


def _fault(fault: Fault) -> str:
    words = _FAULTS.get(fault.code, WHY_NOT[Refusal.UNKNOWN])
    return str(words) % {"found": fault.found, "expected": fault.expected}


def from_day(value: Any) -> str:
    """From which day on it is in force."""
    return str(gettext("from %(day)s", day=day(value)))
