"""What every gateway can be asked, whoever sells it: raw requests become events, messages become outcomes."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol, Self, runtime_checkable

from verify_service.ground.phones import Phone
from verify_service.ground.settings import Settings


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook call as it came; `kind` is the last part of its path."""

    kind: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: bytes = field(default=b"", repr=False)  # what stands behind the ? of the address


@dataclass(frozen=True, slots=True)
class UssdHop:
    """A person dialled or pressed something.

    Providers give either the whole transcript of the session (`text`) or only the `last_input`; the other is None.
    `first` is None when the provider does not say. `sequence` counts the hops of a session, "" where nobody does. The
    raw body is never kept: it repeats every secret typed so far.
    """

    session: str
    phone: Phone | None
    text: str | None = field(default=None, repr=False)
    last_input: str | None = field(default=None, repr=False)
    first: bool | None = None
    sequence: str = ""


@dataclass(frozen=True, slots=True)
class UssdEnd:
    """The provider says a session is over; `status` and `cost` are its own words, "" or None where it says nothing."""

    session: str
    status: str
    cost: str
    duration_ms: int | None
    hops: int | None


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


def blacklisted(failure_reason: str | None) -> bool:
    """Whether a text failed because its receiver wants none; in whatever case and spacing."""
    return re.sub(r"[\s_-]+", "", failure_reason or "").casefold() == "userinblacklist"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery report. It may be missing, early, repeated or untrue: nothing that matters is decided on one."""

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
    """A text to send; `our_id` is the outbox row."""

    our_id: int
    phone: Phone
    text: str = field(repr=False)


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

    `two_way`: people can answer its texts; without that, nobody is asked a question by SMS. `max_batch`: texts in one
    call. `many_words`: texts of different words go in one call. `simulated`: nothing leaves this machine, and a text
    can be read the moment it is handed over.
    """

    two_way: bool
    max_batch: int
    many_words: bool
    simulated: bool = False


class Gateway(Protocol):
    """One provider that texts are handed to. What it brings us comes in by its webhooks, which exist whoever sends.

    Nothing here raises for what a provider or a person may do; faults of ours may.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        """As the settings name it. Raises ValueError naming the variable that is wrong."""
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
