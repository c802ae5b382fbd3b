"""Africa's Talking: the development and demo provider, and the shape that a local aggregator will have.

Its documents name no Indonesian network, so a pilot in Bekasi needs another gateway beside this one.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Final, Self

import requests

from verify_service.ground.settings import Settings
from verify_service.messaging.gateways.africastalking.answers import all_the_same, read_answer
from verify_service.messaging.gateways.africastalking.line import Connection, checked_base_url
from verify_service.messaging.gateways.africastalking.webhooks import NAME, read_sms
from verify_service.messaging.gateways.contract import (
    Capabilities,
    Fetched,
    InboundSms,
    Outgoing,
    SendOutcome,
    Sent,
)
from verify_service.messaging.gateways.form import Form
from verify_service.messaging.gateways.wire import WHOLE_CALL, BrokenAnswer, Timeout, unsendable

BATCH_SECONDS: Final = 60.0  # then the rest waits: a batch that outlives its lease counts as perhaps sent


class AfricasTalking:
    """The gateway. Holds no connection between calls, so it is safe across threads and forks."""

    name: ClassVar = NAME
    capabilities: ClassVar = Capabilities(two_way=True, max_batch=100, many_words=False)

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        """As VERIFY_AT_* say."""
        return cls(chosen.at_username, chosen.at_api_key.get_secret_value(), chosen.at_base_url)

    def __init__(
        self,
        username: str,
        api_key: str,
        base_url: str = "",
        *,
        timeout: Timeout = (3.05, 9.05),
        whole_call: float = WHOLE_CALL,
        max_batch: int = 100,
    ) -> None:
        """Timeout: seconds to connect and seconds of silence; `whole_call`: seconds for all of a call together.

        Raises ValueError naming a wrong setting.
        """
        if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", username) is None:
            raise ValueError("VERIFY_AT_USERNAME: the account's user name, `sandbox` for the sandbox")
        if re.fullmatch(r"[!-~]{1,256}", api_key) is None:
            raise ValueError("VERIFY_AT_API_KEY: the account's API key, without blanks or line breaks")
        self._account = (username, api_key, checked_base_url(base_url))
        self._timeout, self._whole_call = timeout, whole_call
        self._max_batch = max_batch

    def __repr__(self) -> str:
        return f"AfricasTalking({self._account[0]!r})"

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        """Hand texts over, those with the same words in one call; one Sent each, in the order given.

        There is no idempotency key: whatever broke after the request left is `unknown`, and it is for the sender to
        decide, by kind of text, whether twice is better than never.
        """
        results = {id(text): refusal for text in batch if (refusal := unsendable(text)) is not None}
        good = [text for text in batch if id(text) not in results]
        if good:
            until, away = time.monotonic() + BATCH_SECONDS, False
            with self._line() as line:
                for group in _groups(good, self._max_batch):
                    said = _not_tried(group, away=away) if away else self._send_group(line, group, until)
                    away = away or all(sent.whole_call and sent.outcome in _AWAY for sent in said)
                    results.update(zip(map(id, group), said, strict=True))
        return [results[id(text)] for text in batch]

    def _line(self) -> Connection:
        return Connection(*self._account, whole_call=self._whole_call)

    def _send_group(self, line: Connection, group: list[Outgoing], until: float) -> list[Sent]:
        if time.monotonic() > until:
            return _not_tried(group, away=False)
        numbers = [text.phone.e164 for text in group]
        try:
            said = line.send(group[0].text, numbers, timeout=self._timeout)
        except requests.RequestException:
            if not line.left:
                return all_the_same(group, SendOutcome.NOT_HANDED_OVER, "no connection")
            return all_the_same(group, SendOutcome.UNKNOWN, "no answer")
        except BrokenAnswer:
            return all_the_same(group, SendOutcome.UNKNOWN, "the answer broke off")
        if said.status in (400, 413, 414, 422) and len(group) > 1:
            # The whole call was refused for what is perhaps one number: its neighbours get another chance.
            middle = len(group) // 2
            return self._send_group(line, group[:middle], until) + self._send_group(line, group[middle:], until)
        return [replace(sent, wait=max(sent.wait, said.wait)) for sent in read_answer(said.status, said.body, group)]

    def knock(self, seconds: float) -> bool:
        """Ask for our own account: whoever answers that, even with a refusal, is there."""
        try:
            with Connection(*self._account, whole_call=seconds) as line:
                said = line.who_am_i(self._timeout)
        except (requests.RequestException, BrokenAnswer):
            return False
        return said.status < 500 and said.status != 429

    def fetch(self, after_id: int = 0) -> Fetched:
        """Texts that the provider took in after that id of its own, to heal callbacks lost while we were down.

        Ids here are whole numbers and those of the callbacks are not, so the same text may have two: compare sender,
        words and time before believing that one is new.
        """
        try:
            with self._line() as line:
                said = line.fetch_messages(after_id, timeout=self._timeout)
        except (requests.RequestException, BrokenAnswer) as error:
            return Fetched(problem=f"no answer ({type(error).__name__})")
        if said.status != 200:
            return Fetched(problem=f"HTTP {said.status}")
        try:
            found = json.loads(said.body)["SMSMessageData"]["Messages"]
        except (ValueError, RecursionError, KeyError, TypeError):
            return Fetched(problem="unreadable answer")
        if not isinstance(found, list):
            return Fetched(problem="unreadable answer")
        return Fetched(tuple(_fetched(entry) for entry in found if isinstance(entry, dict)))


_AWAY: Final = (SendOutcome.NOT_HANDED_OVER, SendOutcome.UNKNOWN)


def _not_tried(group: Sequence[Outgoing], *, away: bool) -> list[Sent]:
    """Behind a call that met nobody, or when the time of the batch was over, which says nothing of the provider."""
    return [Sent(text.our_id, SendOutcome.NOT_HANDED_OVER, reason="not tried", whole_call=away) for text in group]


def _fetched(entry: dict[str, object]) -> InboundSms:
    """A fetched text, read exactly as if it had been called back."""
    return read_sms(Form({name: _field(value) for name, value in entry.items() if isinstance(value, str | int)}))


def _field(value: str | int) -> str:
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    return value.encode("utf-8", "replace").decode().replace("\x00", "")


def _groups(texts: Iterable[Outgoing], most: int) -> Iterator[list[Outgoing]]:
    """Texts of the same words, at most `most` together and never one number twice (families share one)."""
    groups: dict[str, list[list[Outgoing]]] = {}
    for text in texts:
        open_groups = groups.setdefault(text.text, [])
        for group in open_groups:
            if len(group) < most and all(other.phone != text.phone for other in group):
                group.append(text)
                break
        else:
            open_groups.append([text])
    for open_groups in groups.values():
        yield from open_groups
