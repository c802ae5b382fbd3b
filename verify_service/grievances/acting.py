"""Who acts, when, and in which transaction: what every step of an officer needs, held once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.grievances.opening import Spoken
from verify_service.grievances.visibility import Viewer
from verify_service.ground.working_days import city_day


@dataclass(frozen=True)
class Acting:
    """An officer at work: the transaction in which he acts, what his account may see, and the moment, taken once."""

    session: Session
    viewer: Viewer
    now: dt.datetime

    @property
    def by(self) -> str:
        """Who acts, as the trail names people."""
        return f"officer:{self.viewer.id}"

    @property
    def today(self) -> dt.date:
        """The day it is in the city."""
        return city_day(self.now)

    def spoken(self, words: str = "", *, channel: str = "console", inbound: str = "") -> Spoken:
        """What he says or does, as a thread keeps it."""
        return Spoken(self.by, channel, self.now, words, inbound)

    def record(self, action: str, on: str, **detail: str | int | bool | None) -> None:
        """Write into the trail what was done; what the session holds is written first, in its order."""
        self.session.flush()
        audit.record(self.session, now=self.now, actor=self.by, action=action, on=on, **detail)
