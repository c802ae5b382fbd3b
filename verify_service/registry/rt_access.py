"""Letting a head of an RT or RW in anew: with a new letter, which voids the code and the PIN before it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import RtHead
from verify_service.tasks import close_task


def reset_pin(session: Session, head: int, *, now: dt.datetime, by: str) -> bool:
    """He makes a new PIN with the code of the next letter; until then nothing opens, nor does a talk go on.

    `by` is who has him before the eyes: officer:ID, or command line. Prints no letter. False where no such head is in
    office or announced.
    """
    again = (
        update(RtHead)
        .where(RtHead.id == head, RtHead.until.is_(None))
        .values(letter_issue=RtHead.letter_issue + 1, pin_hash=None, activated_at=None, pin_tries=0, locked_at=None)
        .returning(RtHead.id)
    )
    if session.scalar(again) is None:
        return False
    close_task(session, "rt_head_locked", f"rt_head:{head}", how="done", by=by, now=now)
    audit.record(session, now=now, actor=by, action="RT head let in again", on=f"rt_head:{head}")
    return True
