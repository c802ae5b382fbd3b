"""What carries the texts and calls of invented people to the service."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from verify_service.demo.network import Http, Network, NetworkFault, Service


class Carrier(Protocol):
    """The network of all phones, each named by its number (E.164). NetworkFault: it reached nobody.

    `now` is the moment of the simulation, for a carrier that has no clock of its own.
    """

    def text(self, number: str, words: str, now: dt.datetime) -> None: ...

    def dial(self, number: str, now: dt.datetime) -> str: ...

    def press(self, number: str, keys: str, now: dt.datetime) -> str: ...

    def hang_up(self, number: str, now: dt.datetime) -> None: ...


class OverHttp:
    """As a provider does it: over one kept connection to the webhooks of a running server."""

    def __init__(self, service: Service) -> None:
        self._service, self._line = service, Http(service.url)
        self._networks: dict[str, Network] = {}

    def _of(self, number: str) -> Network:
        return self._networks.setdefault(number, Network(self._service, number, self._line))

    def text(self, number: str, words: str, now: dt.datetime) -> None:
        self._of(number).send(words)

    def dial(self, number: str, now: dt.datetime) -> str:
        return self._of(number).dial().screen

    def press(self, number: str, keys: str, now: dt.datetime) -> str:
        network = self._of(number)
        if not network.talking:
            raise NetworkFault("The session has ended.")
        return network.answer(keys).screen

    def hang_up(self, number: str, now: dt.datetime) -> None:
        self._of(number).drop()
