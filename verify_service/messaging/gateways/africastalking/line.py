"""The wire to Africa's Talking: the SDK's own service on a transport that keeps what the SDK loses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from africastalking.SMS import SMSService

from verify_service.messaging.gateways.wire import (
    WHOLE_CALL,
    Timeout,
    is_loopback,
    read_body,
    session,
    wished,
    within,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said: HTTP status, body, and the seconds for which it wants no further call."""

    status: int
    body: bytes = field(repr=False)
    wait: float = 0.0


class Connection(SMSService):  # type: ignore[misc]  # the SDK has no types
    """One SDK service with a connection of its own, used for a few calls and closed.

    The SDK drops the HTTP status of a refusal, hands an answer over as text when its content type has a charset, obeys
    HTTP_PROXY, opens a connection per call, follows redirects with the API key in hand and calls back from bare
    threads. All of it sits in `_make_request`, which every call goes through; here that returns the response itself.
    """

    def __init__(self, username: str, api_key: str, base_url: str = "", whole_call: float = WHOLE_CALL) -> None:
        super().__init__(username, api_key)
        if base_url:
            self._baseUrl = base_url  # the SDK has no option for it
        self._whole_call = whole_call
        self.left = False  # whether any of the last call has left
        self._session = session()
        self._session.headers["Accept-Encoding"] = "identity"

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def _make_request(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        data: Any,
        params: Any,
        callback: object = None,
        timeout: Timeout = (3.05, 9.05),
    ) -> Answer:
        """Its answer, within the time of a whole call. Raises requests' exceptions before one, BrokenAnswer in one."""
        if callback is not None:
            raise TypeError("no callbacks: the SDK would run them in a thread that nobody waits for")
        with within(self._whole_call) as call:
            try:
                response = self._session.request(
                    method,
                    url,
                    headers=headers,
                    data=data,
                    params=params,
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    body = read_body(response, call)
            finally:
                self.left = call.left
        return Answer(response.status_code, body, wished(response))

    def who_am_i(self, timeout: Timeout) -> Answer:
        """Ask for the account itself, which sends nothing (the SDK has this in another of its services)."""
        asked = {"username": self._username}
        return self._make_request(self._baseUrl + "/user", "GET", self._headers, None, asked, timeout=timeout)


def checked_base_url(given: str) -> str:
    """The provider's address as the SDK wants it (with /version1), "" for the SDK's own.

    Raises ValueError for one that would carry the API key in clear; only the machine itself may do without TLS.
    """
    if not given.strip():
        return ""
    url = given.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("VERIFY_AT_BASE_URL: write https://host, without user, query or fragment")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("VERIFY_AT_BASE_URL: https, or http to this machine only (the API key travels with it)")
    return url if url.endswith("/version1") else url + "/version1"
