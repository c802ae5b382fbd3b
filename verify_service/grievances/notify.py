"""Telling the citizen what became of a report; neutral where the phone may be in somebody else's hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import gsm
from flows.conversation import Value, one_line
from verify_service.grievances.opening import ANONYMOUS
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, Phone
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose, queue_text

ANSWER_SEPTETS: Final = 306  # two parts of an SMS: what fits an answer, and still fits a phone's screen in four pages
# By identity: of what was told in confidence the receipt does not say that it is a report.
RECEIPT_SCREENS: Final = {"normal": "g5.case_ack", "secret": "g23.number"}
ANSWER_SCREEN: Final = "answer"  # words of an officer, not of the catalogue


def sensitive(report: Grievance) -> bool:
    """Whether a text about it must not say that it is about a report: told in confidence, or about somebody."""
    return report.identity != "normal" or report.restricted


def tell(
    session: Session,
    report: Grievance,
    screen: str,
    values: Mapping[str, Value],
    *,
    cause: str,
    now: dt.datetime,
    answer: str = "",
) -> None:
    """Text the reporter, once for each cause, with the words of an answer if there are any.

    Nobody is told of an anonymous report: there is no number beside it. Who wants no contact gets none. About a
    sensitive one there is only "news under the number that you keep", whose words anybody may read.
    """
    for told in _told(session, report):
        phone = session.get(Phone, told.phone_id) if told.phone_id else None
        if phone is None or told.identity == ANONYMOUS or told.contact == "none":
            continue
        once = f"report:{told.id}:{cause}"
        if sensitive(told) or sensitive(report):
            write(session, phone, "g21.case_news", {}, purpose=Purpose.CASE, cause=once, now=now)
            continue
        if answer:
            queue_text(
                session,
                phone_id=phone.id,
                screen=ANSWER_SCREEN,
                body=as_text(told.number, answer),
                purpose=Purpose.CASE,
                cause=f"{once}:words",
                now=now,
            )
        write(session, phone, screen, {"case": told.number, **values}, purpose=Purpose.CASE, cause=once, now=now)


def as_text(number: str, answer: str) -> str:
    """The text that brings an answer, in the GSM basic table."""
    return f"{programme().brand} {number}: {one_line(answer)}"


def size_of(answer: str, number: str) -> tuple[int, int]:
    """How many septets the text of an answer has, and how many parts it is sent (and paid) in."""
    septets = gsm.septets(as_text(number, answer))
    return septets, 1 if septets <= 160 else -(-septets // 153)


def _told(session: Session, report: Grievance) -> list[Grievance]:
    """Whoever reported it: itself, and those that were merged into it."""
    merged = session.scalars(select(Grievance).where(Grievance.merged_into_id == report.id)).all()
    return [report, *merged]
