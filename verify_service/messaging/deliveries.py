"""What the provider says became of a text. Reports come early, late, twice, in any order, untrue or never.

So they only ever move a text forward, whatever their order, and nothing but display depends on them: "delivered" is no
proof that anybody read it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import DeliveryNotice, OutboxMessage
from verify_service.messaging.gateways.contract import DeliveryStatus
from verify_service.messaging.outbox import OutboxState

# The further right, the more is known for certain: a text that arrived did so, whoever gave it up before.
RANK: Final = (
    DeliveryStatus.SENT,
    DeliveryStatus.BUFFERED,
    DeliveryStatus.ABSENT,
    DeliveryStatus.EXPIRED,
    DeliveryStatus.FAILED,
    DeliveryStatus.REJECTED,
    DeliveryStatus.DELIVERED,
)
_TAKEN: Final = frozenset(RANK) - {DeliveryStatus.REJECTED}  # only a text that the provider had can get so far
_DOUBTFUL: Final = frozenset({OutboxState.WAITING.value, OutboxState.SENDING.value, OutboxState.UNKNOWN.value})
_STRIPES: Final = 64
_HOLD = text("SELECT pg_advisory_xact_lock(hashtext('deliveries'), stripe) FROM unnest(CAST(:stripes AS int[])) stripe")


def hold(session: Session, gateway: str, provider_ids: Iterable[str]) -> None:
    """Let nobody else record or report on these ids until the end of the transaction.

    A report and the answer of our own send call may come in the same moment: each would miss the other's row. Striped
    and sorted, so that a large batch takes few locks and two batches cannot wait for each other.
    """
    stripes = {zlib.crc32(f"{gateway}\0{provider_id}".encode()) % _STRIPES for provider_id in provider_ids}
    if stripes:
        session.execute(_HOLD, {"stripes": sorted(stripes)})


def further(known: str | None, heard: str) -> str | None:
    """The later of two delivery states; a word that we have not seen changes nothing."""
    if heard not in RANK:
        return known
    return heard if known is None or RANK.index(DeliveryStatus(heard)) > RANK.index(DeliveryStatus(known)) else known


def apply_status(row: OutboxMessage, status: str) -> None:
    """Move a text of ours forward by one report; one whose fate was unknown turns out to have been taken."""
    row.delivery = further(row.delivery, status)
    if status in _TAKEN and row.state in _DOUBTFUL:
        row.state, row.reason, row.lease_until = OutboxState.ACCEPTED.value, None, None


def apply_report(session: Session, gateway: str, provider_id: str, status: str) -> None:
    """Apply a report to the text that has this id at the provider, if we know it yet."""
    known = select(OutboxMessage).where(OutboxMessage.gateway == gateway, OutboxMessage.provider_id == provider_id)
    row = session.scalar(known.with_for_update(key_share=True).execution_options(populate_existing=True))
    if row is not None:
        apply_status(row, status)


def phone_reported_on(session: Session, gateway: str, provider_id: str) -> int | None:
    """The phone that a text with this id went to."""
    return session.scalar(
        select(OutboxMessage.phone_id).where(OutboxMessage.gateway == gateway, OutboxMessage.provider_id == provider_id)
    )


def parked(session: Session, gateway: str, provider_ids: Iterable[str]) -> dict[str, list[DeliveryNotice]]:
    """The reports that came before we knew these ids, by id."""
    found = select(DeliveryNotice).where(
        DeliveryNotice.gateway == gateway, DeliveryNotice.provider_id.in_(list(provider_ids))
    )
    by_id: dict[str, list[DeliveryNotice]] = {}
    for notice in session.scalars(found):
        by_id.setdefault(notice.provider_id or "", []).append(notice)
    return by_id
