"""Whatever becomes of texts, senders and reports, in any order: nobody is bothered twice or against their will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import empty, examples
from tests.messaging.texts import queued, taken
from tests.people import NOW, a_phone, a_worker, link
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.ground.programme import programme
from verify_service.messaging.consent import stop_phone, welcome_back
from verify_service.messaging.deliveries import RANK
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import (
    Capabilities,
    DeliveryReport,
    DeliveryStatus,
    OptOut,
    Outgoing,
    SendOutcome,
    Sent,
)
from verify_service.messaging.inbox import store_delivery_report, store_opt_out
from verify_service.messaging.outbox import TERMS, OutboxState, Purpose
from verify_service.messaging.sending import LEASE, Claimed, hand_over, record
from verify_service.messaging.window import is_open

A, R, L, U = SendOutcome.ACCEPTED, SendOutcome.REFUSED_FOR_GOOD, SendOutcome.TRY_LATER, SendOutcome.UNKNOWN
N = SendOutcome.NOT_HANDED_OVER
PHONES = ("+6281234567890", "+6281234567891", "+6281234567892")
# The only ways from one state to another. A text whose fate was unknown may turn out to have been accepted; one that
# ended without having been handed over may be revived by hand.
MOVES = {
    OutboxState.WAITING: frozenset(
        {OutboxState.SENDING, OutboxState.CANCELLED, OutboxState.STALE, OutboxState.ACCEPTED}
    ),
    OutboxState.SENDING: frozenset(
        {OutboxState.WAITING, OutboxState.ACCEPTED, OutboxState.REFUSED, OutboxState.UNKNOWN}
    ),
    OutboxState.UNKNOWN: frozenset({OutboxState.ACCEPTED}),
    OutboxState.ACCEPTED: frozenset(),
    OutboxState.REFUSED: frozenset(),
    OutboxState.FAILED: frozenset({OutboxState.WAITING}),
    OutboxState.CANCELLED: frozenset(),
    OutboxState.STALE: frozenset({OutboxState.WAITING}),
}

FATES = ("accepted", "accepted", "accepted without id", "an id again", "an id again", "later", "away", "refused",
         "opted out", "unknown", "unknown with id", "a fault")  # fmt: skip
COLUMNS = ("state", "delivery", "attempts", "errors", "unknowns", "lease_until", "reason")
JUMPS = (-3, 0.5, 2.5, 5, 11, 11, 11 * 60, 11 * 60, 8 * 24 * 60)  # minutes; clocks are put back too


@dataclass
class HandOver:
    """One text given to the gateway once, and what the sender came to know of it."""

    at: dt.datetime
    fate: str = ""  # as recorded; "" while it is not, or never will be


@dataclass
class Whims:
    """A provider that does what it is told for the next call, and remembers all it was given."""

    fates: Sequence[str] = FATES[:1]
    ids: list[str] = field(default_factory=list)
    given: list[Outgoing] = field(default_factory=list)
    name: str = "whims"
    many_words: bool = True

    @property
    def capabilities(self) -> Capabilities:
        return replace(Console.capabilities, max_batch=3, many_words=self.many_words)

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        self.given = list(batch)
        if self.fates[0] == "a fault":
            raise ZeroDivisionError
        return [self._one(text, self.fates[place % len(self.fates)]) for place, text in enumerate(batch)]

    def _one(self, text: Outgoing, fate: str) -> Sent:
        if fate in ("accepted", "unknown with id"):
            self.ids.append(f"id-{len(self.ids)}")
        outcome = {"accepted": A, "accepted without id": A, "an id again": A, "later": L, "refused": R, "opted out": R}
        outcome["away"] = N
        provider_id = self.ids[-1] if self.ids and fate in ("accepted", "unknown with id", "an id again") else None
        return Sent(text.our_id, outcome.get(fate, U), provider_id, reason=fate, opted_out=fate == "opted out")

    def verify(self, *_: Any) -> bool:
        return False

    def parse(self, *_: Any) -> list[Any]:
        return []

    ack: Any = None


class Outbox(RuleBasedStateMachine):
    """Three phones, two workers, senders that come and die, a provider with whims, and a clock that jumps."""

    db: Any

    @initialize(
        many_words=st.booleans(),
        first=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(list(Purpose))), min_size=2, max_size=6),
    )
    def begin(self, many_words: bool, first: list[tuple[int, Purpose]]) -> None:
        empty()
        self.now = self.latest = NOW
        self.gateway = Whims(many_words=many_words)
        self.phones = [a_phone(self.db, number) for number in PHONES]
        self.worker = a_worker(self.db, phone=PHONES[0]).worker
        link(self.db, PHONES[1], self.worker)
        self.open: list[tuple[tuple[Claimed, ...], list[Sent]]] = []  # handed over, not yet recorded
        self.handed: dict[int, list[HandOver]] = {}
        self.causes: dict[str, int] = {}
        self.before: dict[int, Any] = {}
        for cause, (place, purpose) in enumerate(first):
            self.a_text_is_queued(place, purpose, cause, "Satu.", about=cause % 2 == 0)

    # What happens

    @rule(
        place=st.integers(0, 2),
        purpose=st.sampled_from(list(Purpose)),
        cause=st.integers(0, 12),
        words=st.sampled_from(["Satu.", "Dua."]),
        about=st.booleans(),
    )
    def a_text_is_queued(self, place: int, purpose: Purpose, cause: int, words: str, about: bool) -> None:
        known = f"cause:{cause}" in self.causes
        queued_id = queued(
            self.phones[place],
            purpose=purpose,
            cause=f"cause:{cause}",
            body=words,
            now=self.now,
            worker_id=self.worker if about and place < 2 else None,
        )
        assert queued_id is None or not known, "one cause, two texts"
        self.causes.setdefault(f"cause:{cause}", self.phones[place])

    @rule(
        fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=3),
        early=st.sampled_from([None, None, DeliveryStatus.SENT, DeliveryStatus.DELIVERED]),
        then=st.sampled_from(["records", "records", "records", "is slow", "dies"]),
    )
    def a_sender_hands_over_and(self, fates: list[str], early: DeliveryStatus | None, then: str) -> None:
        self.gateway.fates, self.gateway.given = fates, []
        claimed = taken(self.gateway, now=self.now)
        self._nothing_moved_back()
        self._may_all_go(claimed)
        results = hand_over(self.gateway, claimed)
        assert [text.our_id for text in self.gateway.given] == [one.text.our_id for one in claimed]
        if early is not None and self.gateway.ids:
            self.a_report_comes(-1, early, listed=False)
        if claimed and then != "dies":
            self.open.append((claimed, results))
        if claimed and then == "records":
            self._nothing_moved_back()
            self.a_sender_records(len(self.open) - 1)

    @rule()
    def a_sender_dies_before_it_hands_over(self) -> None:
        for one in taken(self.gateway, now=self.now):
            self.handed.setdefault(one.text.our_id, []).append(HandOver(self.latest))

    @precondition(lambda self: self.open)
    @rule(place=st.integers(0, 5))
    def a_sender_records(self, place: int) -> None:
        claimed, results = self.open.pop(place % len(self.open))
        with transaction() as session:
            record(session, self.gateway.name, claimed, results, now=self.now)
        for one, sent in zip(claimed, results, strict=True):
            hand_overs = self.handed[one.text.our_id]
            if len(hand_overs) == one.attempt and hand_overs[-1].fate == "":
                late = self.latest >= hand_overs[-1].at + LEASE and self.before[one.text.our_id]["state"] != "sending"
                if not late or sent.outcome is A:
                    hand_overs[-1].fate = sent.outcome.value

    @rule(place=st.integers(0, 2))
    def stop(self, place: int) -> None:
        with transaction() as session:
            stop_phone(session, self.phones[place], self.now)

    @rule(place=st.integers(0, 2))
    def start(self, place: int) -> None:
        with transaction() as session:
            welcome_back(session, self.phones[place], self.now)

    @rule(place=st.integers(0, 2))
    def the_operator_says_no_more_texts(self, place: int) -> None:
        with transaction() as session:
            store_opt_out(session, self.gateway.name, OptOut("BEKASI", Phone(PHONES[place])), now=self.now)

    @rule(place=st.integers(0, 1))
    def a_phone_is_let_go_of_the_worker(self, place: int) -> None:
        self.db.execute("UPDATE phone_link SET unlinked_at = %s WHERE phone_id = %s", [self.now, self.phones[place]])

    @precondition(lambda self: self.gateway.ids)
    @rule(
        place=st.integers(0, 30),
        status=st.sampled_from(list(DeliveryStatus)),
        listed=st.sampled_from([False, False, False, False, True]),
    )
    def a_report_comes(self, place: int, status: DeliveryStatus, listed: bool) -> None:
        provider_id = self.gateway.ids[place % len(self.gateway.ids)]
        reason = "UserInBlackList" if listed else ""
        report = DeliveryReport(provider_id, status, status.value + reason, reason, None)
        with transaction() as session:
            store_delivery_report(session, self.gateway.name, report, now=self.now)

    @rule(minutes=st.sampled_from(JUMPS))
    def time_passes(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)
        self.latest = max(self.latest, self.now)

    # What always holds

    def _may_all_go(self, claimed: tuple[Claimed, ...]) -> None:
        """Each text about to be handed over may be: by its phone's wishes, by the hour, and by what happened before."""
        for one in claimed:
            purpose, phone_id, worker_id, refused, stopped = self.db.execute(
                """SELECT purpose, phone_id, worker_id, refused_at, stopped_at FROM outbox
                   JOIN phone ON phone.id = phone_id WHERE outbox.id = %s""",
                [one.text.our_id],
            ).fetchone()
            terms = TERMS[Purpose(purpose)]
            assert refused is None, "handed over to a phone on the no-texts list"
            assert stopped is None or not terms.stoppable, "handed over after STOP"
            assert not terms.ours or is_open(self.now, programme().send_window, programme().zone), "outside the window"
            assert one.text.phone.e164 == PHONES[self.phones.index(phone_id)]
            assert worker_id is None or self._linked(phone_id), "handed over to a phone let go of"
            self._not_too_often(one, terms.repeatable)
        if not self.gateway.many_words:
            assert len({one.text.text for one in claimed}) <= 1

    def _not_too_often(self, one: Claimed, repeatable: bool) -> None:
        earlier = self.handed.setdefault(one.text.our_id, [])
        assert one.attempt == len(earlier) + 1
        perhaps_sent = [was for was in earlier if was.fate in ("", "unknown")]
        assert all(was.fate in ("", "unknown", "try_later", "not_handed_over") for was in earlier), (
            "handed over after an end"
        )
        assert len(perhaps_sent) <= (1 if repeatable else 0), "repeated too often"
        assert all(was.fate or self.latest >= was.at + LEASE for was in earlier), "two senders with one text"
        earlier.append(HandOver(self.latest))

    def _linked(self, phone_id: int) -> bool:
        live = "SELECT EXISTS (SELECT 1 FROM phone_link WHERE phone_id = %s AND unlinked_at IS NULL)"
        return bool(self.db.execute(live, [phone_id]).fetchone()[0])

    @invariant()
    def _nothing_moved_back(self) -> None:
        found = self.db.execute(f"SELECT id, {', '.join(COLUMNS)} FROM outbox").fetchall()
        after = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in found}
        for outbox_id, row in after.items():
            was = self.before.get(outbox_id)
            if was is not None:
                _moved_forward(was, row)
            assert row["state"] != "failed", "given up, though nobody refused it"
            assert row["unknowns"] <= 2
            assert (row["lease_until"] is not None) is (row["state"] == "sending")
            assert row["reason"] or row["state"] in ("waiting", "sending", "accepted")
        assert self.before.keys() <= after.keys()
        assert len(after) == len(self.causes)
        self.before = after

    @invariant()
    def no_report_is_lost(self) -> None:
        for provider_id, delivery, heard in self.db.execute(
            """SELECT outbox.provider_id, delivery, array_agg(status) FROM outbox
               JOIN delivery_notice USING (gateway, provider_id) WHERE status <> 'unknown'
               GROUP BY outbox.id, outbox.provider_id, delivery"""
        ).fetchall():
            assert delivery is not None, provider_id
            assert RANK.index(delivery) >= max(RANK.index(status) for status in heard)

    def teardown(self) -> None:
        """Left alone with a provider that works, everything comes to an end."""
        if not hasattr(self, "gateway"):
            return
        self.gateway.fates = ["accepted"]
        for _ in range(8):
            days = (self.latest - NOW) // dt.timedelta(days=1) + 1
            self.now = self.latest = NOW + dt.timedelta(days=days)  # at ten in the morning
            while claimed := taken(self.gateway, now=self.now):
                self._nothing_moved_back()
                self._may_all_go(claimed)
                self.open.append((claimed, hand_over(self.gateway, claimed)))
                self.a_sender_records(len(self.open) - 1)
                self._nothing_moved_back()
            self._nothing_moved_back()
        (left,) = self.db.execute("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')").fetchone()
        assert left == 0


def _moved_forward(was: Any, row: Any) -> None:
    if was["state"] != row["state"]:
        assert OutboxState(row["state"]) in MOVES[OutboxState(was["state"])], (was["state"], row["state"])
    if was["delivery"] is not None:
        assert RANK.index(row["delivery"]) >= RANK.index(was["delivery"]), "delivery fell back"
    for counted in ("attempts", "errors", "unknowns"):
        assert row[counted] >= was[counted]


def test_the_ways_between_states_are_all_there() -> None:
    assert set(MOVES) == set(OutboxState)
    ends = {state for state, ways in MOVES.items() if not ways}
    assert ends == {OutboxState.ACCEPTED, OutboxState.REFUSED, OutboxState.CANCELLED}
    assert {state for state, ways in MOVES.items() if ways == {OutboxState.WAITING}} == {
        OutboxState.FAILED,
        OutboxState.STALE,
    }


@pytest.mark.long
def test_whatever_happens_nobody_is_bothered_twice_or_against_their_will(db: Any, office_hours: None) -> None:
    Outbox.db = db
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            max_examples=examples(60),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
