"""A phone that an officer mistyped: the right one gets the number of the case, the wrong one nothing more."""

from __future__ import annotations

from sqlalchemy import select

from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal, open_case, record
from verify_service.grievances.notify import RECEIPT_SCREENS, sensitive
from verify_service.grievances.opening import ANONYMOUS, TYPED, note
from verify_service.grievances.visibility import Viewer
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.ground.tables import Grievance, OutboxMessage, Phone
from verify_service.ground.working_days import working_days_between
from verify_service.messaging.compose import write
from verify_service.messaging.consent import phone_of
from verify_service.messaging.outbox import Purpose, take_back


def can_correct(viewer: Viewer, report: Grievance) -> bool:
    """Whether this report has a number that an officer typed; one that wrote or called itself is nobody's slip."""
    return viewer.reads_words and report.identity != ANONYMOUS and report.channel in TYPED


def correct_phone(acting: Acting, case: int, version: int, typed: str, words: str) -> Refusal | None:
    """Put another number in the place of the one that was mistyped; what waits for the wrong one is not sent."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not can_correct(acting.viewer, report):
        return Refusal.STEP
    read = read_phone(typed)
    if not isinstance(read, Number) or not words.strip():
        return Refusal.INPUT
    right = phone_of(acting.session, read, now=acting.now)
    if right == report.phone_id:
        return Refusal.INPUT
    if report.phone_id is not None:
        _withhold(acting, report)
    report.phone_id = right
    report.version += 1
    note(acting.session, report, "phone_corrected", acting.spoken(words.strip()))
    record(acting, report, "phone of a report corrected")
    _receipt(acting, report)
    return None


def _withhold(acting: Acting, report: Grievance) -> None:
    """What waits to be sent about it to the wrong phone."""
    waiting = select(OutboxMessage.cause).where(
        OutboxMessage.phone_id == report.phone_id,
        OutboxMessage.state == "waiting",
        OutboxMessage.cause.startswith(f"report:{report.id}:", autoescape=True),
    )
    take_back(acting.session, acting.session.scalars(waiting).all(), "phone corrected")


def _receipt(acting: Acting, report: Grievance) -> None:
    """The number of the case, to whom it should have gone; of what was told in confidence only that there is news."""
    if report.contact == "none" or report.closed_at is not None:
        return
    phone = acting.session.get_one(Phone, report.phone_id)
    screen, days = RECEIPT_SCREENS["normal"], max(working_days_between(acting.today, report.due_on), 1)
    values = {"case": report.number, "days": str(days)}
    if sensitive(report):
        screen, values = "g21.case_news", {}
    cause = f"report:{report.id}:received:{report.version}"
    write(acting.session, phone, screen, values, purpose=Purpose.CASE, cause=cause, now=acting.now)
