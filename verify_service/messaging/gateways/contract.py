"""What every gateway can be asked, whoever sells it: raw requests become events, messages become outcomes."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from verify_service.ground.phones import Phone

Kind = Literal["ussd", "ussd-events", "sms", "delivery-reports", "opt-outs"]
KINDS: tuple[Kind, ...] = ("ussd", "ussd-events", "sms", "delivery-reports", "opt-outs")


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook call as it came; `kind` is the last part of its path, `peer` the address it came from."""

    kind: str
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    peer: str = ""
    secret: str = field(default="", repr=False)  # the part of the path that only the provider knows
    query: bytes = field(default=b"", repr=False)  # what stands behind the ? of the address


@dataclass(frozen=True, slots=True)
class Reply:
    """The exact answer a provider expects."""

    status: int
    body: str = field(default="", repr=False)
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UssdHop:
    """A person dialled or pressed something.

    Providers give either the whole transcript of the session (`text`) or only the `last_input`; the other is None.
    `first` is None when the provider does not say. `sequence` counts the hops of a session, "" where nobody does. The
    raw body is never kept: it repeats every secret typed so far.
    """

    session: str
    phone: Phone | None
    service_code: str
    network: str
    text: str | None = field(default=None, repr=False)
    last_input: str | None = field(default=None, repr=False)
    first: bool | None = None
    sequence: str = ""


@dataclass(frozen=True, slots=True)
class UssdEnd:
    """The provider says a session is over; `status` and `cost` are its own words, "" or None where it says nothing."""

    session: str
    phone: Phone | None
    status: str
    cost: str
    duration_ms: int | None
    hops: int | None
    error: str


@dataclass(frozen=True, slots=True)
class InboundSms:
    """A text somebody sent us; `problem` says in a few words why it cannot be used, "" when it can.

    `sent_at` is the provider's time (UTC), None when unreadable. `sender` is None for senders that are no phone.
    """

    provider_id: str
    sender: Phone | None
    sender_raw: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    sent_at: dt.datetime | None
    cost: str
    network: str
    problem: str


class DeliveryStatus(StrEnum):
    """What became of a text, in words common to all providers."""

    SENT = "sent"  # handed on towards the operator
    BUFFERED = "buffered"  # waiting for the phone
    ABSENT = "absent"  # the phone is off or away; may still come
    DELIVERED = "delivered"
    EXPIRED = "expired"
    FAILED = "failed"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # a word we have not seen; kept beside it

    @property
    def final(self) -> bool:
        """Whether the provider says nothing more after it."""
        return self in _FINAL


_FINAL = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.EXPIRED, DeliveryStatus.FAILED, DeliveryStatus.REJECTED})


def blacklisted(failure_reason: str | None) -> bool:
    """Whether a text failed because its receiver wants none; in whatever case and spacing."""
    return re.sub(r"[\s_-]+", "", failure_reason or "").casefold() == "userinblacklist"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery report. It may be missing, early, repeated or untrue: see the gateway's `dlr_trust`."""

    provider_id: str
    status: DeliveryStatus
    raw_status: str
    failure_reason: str
    phone: Phone | None

    @property
    def opted_out(self) -> bool:
        """Whether it failed because the person asked the provider for no more texts."""
        return blacklisted(self.failure_reason)


@dataclass(frozen=True, slots=True)
class OptOut:
    """A person asked the provider for no more texts from `sender_id`; None when the number was unreadable."""

    sender_id: str
    phone: Phone | None


Event = UssdHop | UssdEnd | InboundSms | DeliveryReport | OptOut


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text to send; `our_id` is the outbox row, `sender` the registered name or number (None: the account's own)."""

    our_id: int
    phone: Phone
    text: str = field(repr=False)
    sender: str | None = None


class SendOutcome(StrEnum):
    """What we know after handing a text to the gateway. `unknown` is a state of its own: perhaps it was sent."""

    ACCEPTED = "accepted"
    REFUSED_FOR_GOOD = "refused_for_good"
    TRY_LATER = "try_later"  # said of this very text
    NOT_HANDED_OVER = "not_handed_over"  # the gateway was not there, or took nothing: no fault of the text
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the gateway said of one text: exactly one per text given, in the order given.

    `cost` is the provider's text ("IDR 350.0000"), `reason` a short word or code without anybody's data. `opted_out`:
    the person is on the provider's no-texts list. `whole_call`: said of the call and not of this text, so that the next
    call would hear the same. `wait`: seconds for which the provider wants no further call, 0 when it does not say.
    """

    our_id: int
    outcome: SendOutcome
    provider_id: str | None = None
    cost: str = ""
    parts: int | None = None
    reason: str = ""
    opted_out: bool = False
    whole_call: bool = False
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """Texts waiting at the provider, oldest first; `problem` says why there are none, "" when it answered."""

    messages: tuple[InboundSms, ...] = field(default=(), repr=False)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do, so that rooms above need not know its name.

    `number_form`: how numbers go on the wire ("+62", "62" or "0"). `dlr_trust`: how far a delivery report may be
    believed; nothing that matters is decided on a weak one. `many_words`: texts of different words go in one call.
    """

    ussd: bool
    two_way: bool
    ucs2: bool
    max_parts: int
    max_batch: int
    many_words: bool
    dlr_trust: Literal["none", "weak", "good"]
    needs_sender_registration: bool
    number_form: Literal["+62", "62", "0"]


class Gateway(Protocol):
    """One provider. Nothing here raises for what a provider or a person may do; faults of ours may."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def verify(self, raw: RawRequest, secrets: Sequence[str]) -> bool:
        """Whether the request may come from the provider; two secrets are valid while one is rotated out."""
        ...

    def parse(self, raw: RawRequest) -> list[Event]:
        """The events in a request: none, one, or many where the provider batches."""
        ...

    def ack(self, kind: str, *, stored: bool = True, screen: str = "") -> Reply:
        """The answer the provider expects once the events are stored; `screen` (CON or END first) for a USSD hop."""
        ...

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        """Hand texts to the provider, outside any transaction; one Sent per Outgoing, in order."""
        ...

    def knock(self, seconds: float) -> bool:
        """Ask for an answer that costs nothing and sends nothing: whether one came within so many seconds."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """A gateway whose own inbox can be read, so that callbacks lost while we were away are made good."""

    def fetch(self, after_id: int = 0) -> Fetched:
        """Texts that came in after that whole number of the provider's, outside any transaction."""
        ...


def secret_is_known(given: str, secrets: Iterable[str]) -> bool:
    """Whether `given` is one of ours, in time that does not tell which letters were right."""
    matches = [hmac.compare_digest(given.encode(), secret.encode()) for secret in secrets if secret]
    return any(matches)
