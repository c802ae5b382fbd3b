"""Forms are read by a few threads at a time: who sends half of one keeps no phone waiting.

The server reads a body only when it is asked to, holds a thread for it as long as the caller likes, and cannot be told
to stop. The proxy in front reads by a deadline and hands on what is whole (docs/nginx.conf); this holds where none
stands there. What a page may be sent is small: a larger body is refused by its length, or comes from an administrator.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AT_ONCE: Final = 4  # of the eight threads of a process; the others answer phones
_APART: Final = "/webhooks/"  # their secret is checked before anything is read


class FewAtATime:
    """Hands a form on once it is whole; whoever comes while others are still sending theirs is told to come back."""

    def __init__(self, behind: WSGIApplication, largest: int) -> None:
        self._behind = behind
        self._largest = largest
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        small = length.isascii() and length.isdecimal() and 0 < int(length) <= self._largest
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if environ["PATH_INFO"].startswith(_APART) or not (small or chunked):
            return self._behind(environ, start_response)
        if not self._free.acquire(blocking=False):
            return _answer(start_response, "503 Service Unavailable", ("Retry-After", "10"))
        try:
            body = environ["wsgi.input"].read(int(length) if small else self._largest + 1)
        finally:
            self._free.release()
        if small and len(body) < int(length):
            return _answer(start_response, "400 Bad Request", ("Connection", "close"))  # broken off
        if len(body) > self._largest:
            return _answer(start_response, "413 Content Too Large", ("Connection", "close"))
        return self._behind({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}, start_response)


def _answer(start_response: StartResponse, status: str, header: tuple[str, str]) -> list[bytes]:
    words = (status + "\n").encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(words))), ("Cache-Control", "no-store")]
    start_response(status, [*headers, header])
    return [words]
