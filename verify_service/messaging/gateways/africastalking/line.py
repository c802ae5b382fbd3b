"""The wire to Africa's Talking: the SDK's own service on a transport that keeps what the SDK loses."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from africastalking.SMS import SMSService

from verify_service.messaging.gateways.wire import Timeout, is_loopback, read_body


class Line(SMSService):  # type: ignore[misc]  # the SDK has no types
    """One SDK service with a connection of its own, used for a few calls and closed.

    The SDK drops the HTTP status of a refusal, hands an answer over as text when its content type has a charset, obeys
    HTTP_PROXY, opens a connection per call, follows redirects with the API key in hand and calls back from bare
    threads. All of it sits in `_make_request`, which every call goes through; here that returns the response itself.
    """

    def __init__(self, username: str, api_key: str, base_url: str = "") -> None:
        super().__init__(username, api_key)
        if base_url:
            self._baseUrl = base_url  # the SDK has no option for it
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc from the environment
        self._session.headers["Accept-Encoding"] = "identity"

    def __enter__(self) -> Line:
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
    ) -> tuple[int, bytes]:
        """HTTP status and body. Raises requests' exceptions before an answer, BrokenAnswer within one."""
        if callback is not None:
            raise TypeError("no callbacks: the SDK would run them in a thread that nobody waits for")
        response = self._session.request(
            method, url, headers=headers, data=data, params=params, timeout=timeout, allow_redirects=False, stream=True
        )
        with response:
            return response.status_code, read_body(response, deadline=time.monotonic() + timeout[1])


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
