"""What verdicts and owners are called on pages. Why each verdict is what it is stands in the decision table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from verify_service.accounts.officers import Role
from verify_service.verification.decision import Owner
from verify_service.verification.signals import Signal

VERDICTS = {
    "reported_deceased": lazy_gettext("Reported deceased"),
    "proposal": lazy_gettext("Proposal"),
    "covered_elsewhere": lazy_gettext("Covered elsewhere"),
    "not_listed": lazy_gettext("Not listed"),
    "removal_questioned": lazy_gettext("Removal questioned"),
    "removed_still_active": lazy_gettext("Removed, still active"),
    "removed": lazy_gettext("Removed"),
    "missing_at_insurer": lazy_gettext("Missing at the insurer"),
    "lapsed_at_insurer": lazy_gettext("Lapsed at the insurer"),
    "payment_not_recorded": lazy_gettext("Payment not recorded"),
    "duplicate_and_other_payer": lazy_gettext("Listed twice, and another payer"),
    "duplicate_entry": lazy_gettext("Listed twice"),
    "other_payer": lazy_gettext("Another payer"),
    "not_paid_not_covered": lazy_gettext("Not paid, not covered"),
    "wrong_person_on_phone": lazy_gettext("Wrong person on the phone"),
    "phone_not_theirs": lazy_gettext("Phone is somebody else's"),
    "moved_away": lazy_gettext("Moved away"),
    "now_employed": lazy_gettext("Now employed"),
    "not_working": lazy_gettext("No longer working"),
    "unaware": lazy_gettext("Covered, unaware"),
    "waiting_and_unaware": lazy_gettext("Unaware, awaiting insurer"),
    "residence_disputed": lazy_gettext("Residence disputed"),
    "work_disputed": lazy_gettext("Work disputed"),
    "data_to_correct": lazy_gettext("Data to correct"),
    "reported_moved": lazy_gettext("Reported moved"),
    "unknown_to_rt_head": lazy_gettext("Unknown to the RT head"),
    "reported_employed": lazy_gettext("Reported employed"),
    "reported_not_working": lazy_gettext("Reported not working"),
    "awaiting_insurer_confirmed": lazy_gettext("Confirmed, awaiting insurer"),
    "awaiting_insurer": lazy_gettext("Awaiting insurer"),
    "covered_without_payment": lazy_gettext("Covered without payment"),
    "confirmed_twice": lazy_gettext("Confirmed by worker and RT head"),
    "confirmed": lazy_gettext("Confirmed by worker"),
    "known_to_rt_head": lazy_gettext("Known to the RT head"),
    "own_family_of_rt_head": lazy_gettext("RT head's own family"),
    "unconfirmed": lazy_gettext("Not confirmed yet"),
}

OWNERS = {
    Owner.PROGRAMME: lazy_gettext("Programme office"),
    Owner.INSURER: lazy_gettext("BPJS Ketenagakerjaan"),
    Owner.KELURAHAN: lazy_gettext("Kelurahan"),
    Owner.OFFICER: lazy_gettext("Grievance officer"),
    Owner.WORKER: lazy_gettext("The worker"),
    Owner.NOBODY: lazy_gettext("Nobody"),
}


ROLES = {
    Role.OFFICER: lazy_gettext("Grievance officer"),
    Role.SUPERVISOR: lazy_gettext("Supervisor"),
    Role.KELURAHAN: lazy_gettext("Kelurahan"),
    Role.ADMIN: lazy_gettext("Administrator"),
    Role.AUDITOR: lazy_gettext("Auditor, reads only"),
}

# What was noticed and how much of it; that it is no proof stands on the task's page.
SIGNALS = {
    Signal.MANY_WORKERS: lazy_gettext("One phone answered for %(workers)s workers within a day"),
    Signal.RHYTHM: lazy_gettext(
        "%(workers)s answers for different workers came from one phone, %(seconds)s seconds apart"
    ),
    Signal.RT_PHONE: lazy_gettext("An RT head's phone answered for %(workers)s workers of the RT as if they had"),
    Signal.RT_CONFIRMS_ALL: lazy_gettext("An RT head helped %(workers)s residents to answer, and every one confirmed"),
    Signal.RT_QUICK: lazy_gettext(
        "An RT head confirmed %(workers)s residents in a row within %(seconds)s seconds each"
    ),
    Signal.RT_RHYTHM: lazy_gettext(
        "An RT head spoke of %(workers)s residents in a row at one rhythm, every %(seconds)s seconds"
    ),
}


def signal_text(detail: Mapping[str, Any]) -> str:
    """What was noticed about a phone (the detail of a task), with its counts."""
    return str(SIGNALS[Signal(detail["signal"])]) % detail


def verdict_name(verdict: str) -> str:
    """A verdict in plain words; its code where it has no words yet."""
    return str(VERDICTS.get(verdict, verdict.replace("_", " ")))


def owner_name(owner: str) -> str:
    """Who must act, in plain words."""
    return str(OWNERS[Owner(owner)])


def reason_text(reason: str) -> str:
    """A rule's reason, as the decision table words it, in the page's language."""
    return str(gettext(reason))


IDENTITIES = {
    "normal": lazy_gettext("by name"),
    "secret": lazy_gettext("in confidence"),
    "anonymous": lazy_gettext("anonymous"),
}
STEPS = {
    "received": lazy_gettext("Received"),
    "added": lazy_gettext("The reporter added"),
    "still": lazy_gettext("Still a problem, says the reporter"),
    "solved": lazy_gettext("Solved, says the reporter"),
    "supervisor": lazy_gettext("A supervisor was asked for"),
    "repeated": lazy_gettext("Told once more"),
    "verify": lazy_gettext("Verified"),
    "category": lazy_gettext("Filed under another category"),
    "assign": lazy_gettext("Given to an officer"),
    "handed_on": lazy_gettext("Whoever had it left or changed; it went on"),
    "phone_corrected": lazy_gettext("The phone number was corrected"),
    "unmerged": lazy_gettext("The merge was taken back"),
    "split_off": lazy_gettext("A merged case was taken out again"),
    "start": lazy_gettext("Taken"),
    "ask": lazy_gettext("The citizen was asked"),
    "heard": lazy_gettext("The citizen answered"),
    "silent": lazy_gettext("No answer came in time: the clock goes on"),
    "answer": lazy_gettext("Answered"),
    "confirm": lazy_gettext("Closed: solved"),
    "lapse": lazy_gettext("Closed: nothing more heard"),
    "reopen": lazy_gettext("Opened again"),
    "escalate": lazy_gettext("Passed up to a supervisor"),
    "refer": lazy_gettext("Referred to another body"),
    "reject": lazy_gettext("Rejected"),
    "merge": lazy_gettext("Merged into another case"),
    "merged_in": lazy_gettext("Another case was merged into this one"),
    "external_number": lazy_gettext("Its number elsewhere was kept"),
    "note": lazy_gettext("Note"),
    "call": lazy_gettext("Called"),
    "identity": lazy_gettext("Identity opened"),
}


def identity_name(identity: str) -> str:
    """Who may know who reports."""
    return str(IDENTITIES[identity])


def report_step(kind: str) -> str:
    """What was said or done about a report."""
    return str(STEPS.get(kind, kind))
