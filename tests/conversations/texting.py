"""A phone that texts through the real store and handling, with its own clock: what people do, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from functools import partial
from itertools import count
from typing import Any

from jobs.messages import one_batch
from verify_service.conversations.asking import ask
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone as Number
from verify_service.ground.tables import Phone, Worker
from verify_service.messaging.gateways.contract import InboundSms
from verify_service.messaging.inbox import store_message

NUMBER = "+6281234567890"
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)  # in Jakarta
_ids = count(1)


class Line:
    """A phone that texts and is texted to, and its own clock."""

    def __init__(self, db: Any, number: str = NUMBER, lag: dt.timedelta | None = dt.timedelta()) -> None:
        self.db, self.number, self.lag = db, number, lag
        self.now = NOON

    def _later(self, do: Callable[..., None], *how: Hashable) -> None:
        """Once somebody looks; `how` is as it stands now, and may change meanwhile."""
        memory = getattr(self.db, "memory", None)
        if memory is None:
            do(*how)
        else:
            memory.later((do.__name__, self.number, *how), partial(do, *how))

    def asked(self, worker: int) -> None:
        """The programme asks about this worker, and the question is handed over."""
        self.now += dt.timedelta(seconds=30)
        self._later(self._is_asked, worker, self.now)

    def _is_asked(self, worker: int, now: dt.datetime) -> None:
        with transaction() as session:
            phone = session.query(Phone).order_by(Phone.id).first()
            assert phone is not None
            assert ask(session, phone, session.get_one(Worker, worker), now=now) is None
        self._is_handed_over(now)

    def together(self, *texts: str, apart: float = 0.2, handled_between: bool = False, pause: float = 60) -> None:
        """Texts that reach us one right behind the other, after the person has read what was sent before."""
        self.now += dt.timedelta(seconds=pause)
        self._later(self._are_brought, texts, apart, handled_between, self.now, self.lag)
        self.now += dt.timedelta(seconds=apart * len(texts))

    def _are_brought(
        self, texts: tuple[str, ...], apart: float, between: bool, now: dt.datetime, lag: dt.timedelta | None
    ) -> None:
        for place, text in enumerate(texts):
            self._is_brought(text, now + dt.timedelta(seconds=apart * place), lag)
            if between:
                one_batch()
        for _ in range(2):
            if self.waiting():
                one_batch()
        self._is_handed_over(now + dt.timedelta(seconds=apart * len(texts)))

    def writes(self, *texts: str) -> None:
        """Texts with time to read what comes back."""
        for text in texts:
            self.together(text)

    def comes(self, text: str, at: dt.datetime) -> None:
        self._later(self._is_brought, text, at, self.lag)

    def _is_brought(self, text: str, at: dt.datetime, lag: dt.timedelta | None) -> None:
        sms = InboundSms(
            f"misheard-{next(_ids)}",
            Number(self.number),
            self.number,
            "28282",
            text,
            None if lag is None else (at - lag).replace(microsecond=0),
            "",
        )
        with transaction() as session:
            store_message(session, "africastalking", sms, b"", now=at)

    def waiting(self) -> bool:
        """Whether a text waits to be handled; most are at once, and a batch of none does nothing."""
        found = self.db.execute("SELECT EXISTS (SELECT FROM inbound_message WHERE handled_at IS NULL)").fetchone()
        return bool(found[0])

    def handed_over(self) -> None:
        self._later(self._is_handed_over, self.now)

    def _is_handed_over(self, now: dt.datetime) -> None:
        self.db.execute(
            "UPDATE outbox SET state = 'accepted', handed_at = %(now)s, sent_at = %(now)s WHERE state = 'waiting'",
            {"now": now},
        )

    def said(self) -> list[str]:
        return [kind for (kind,) in self.db.execute("SELECT statement FROM evidence ORDER BY id").fetchall()]

    def handled(self) -> list[str | None]:
        return [kind for (kind,) in self.db.execute("SELECT handled_as FROM inbound_message ORDER BY id").fetchall()]

    def sent(self) -> list[str]:
        return [screen for (screen,) in self.db.execute("SELECT screen FROM outbox ORDER BY id").fetchall()]

    def stopped(self) -> bool:
        return bool(self.db.execute("SELECT stopped_at IS NOT NULL FROM phone ORDER BY id LIMIT 1").fetchone()[0])

    def reports(self) -> list[tuple[str, bool, str]]:
        """Identity, whether a phone stands beside it, and all its words."""
        rows = self.db.execute(
            "SELECT id, identity, phone_id IS NOT NULL, words FROM grievance ORDER BY opened_at, id"
        ).fetchall()
        return [(identity, named, " / ".join(self._words(report, words))) for report, identity, named, words in rows]

    def _words(self, report: int, words: bytes | None) -> list[str]:
        later = self.db.execute(
            "SELECT words FROM grievance_event WHERE grievance_id = %s AND words IS NOT NULL ORDER BY seq", [report]
        ).fetchall()
        return [
            *([unseal(bytes(words), "grievance.words")] if words is not None else []),
            *(unseal(bytes(more), "grievance_event.words") for (more,) in later),
        ]

    def quarantined(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM inbound_message WHERE quarantined IS NOT NULL").fetchone()[0])
