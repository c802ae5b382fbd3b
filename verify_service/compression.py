"""Text goes out compressed: a file once and for all, a page only where no other site can have asked for it.

The length of a compressed page tells something of what stands on it, to somebody who watches the network and can make
a browser ask for it again and again with words of his choice (BREACH). So a page for a browser with a cookie is
compressed only when the browser says that its own user or a page of ours asked; its length varies by chance, and the
token of its forms is masked anew.
"""

from __future__ import annotations

import gzip
import io
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

from verify_service import languages

_TEXT: Final = frozenset(
    {
        "text/html",
        "text/css",
        "text/csv",
        "text/plain",
        "text/javascript",
        "application/json",
        "application/javascript",
        "image/svg+xml",
    }
)
_WORTH_IT: Final = 600  # bytes; less fits into one packet as it is
_FROM_HERE: Final = ("same-origin", "none")  # a page of ours, or typed by whoever sits there
_BY_CHANCE: Final = 100  # bytes at most that a page is longer than it must be


def compress(app: Flask) -> None:
    """Have this application's text answers compressed where the browser takes gzip."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype not in _TEXT or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    file = request.endpoint == "static"
    if not request.accept_encodings["gzip"] or response.status_code in (204, 206, 304):
        return response
    if response.is_streamed and not file:
        return response
    if file:
        path = Path(__file__).parent / "static" / str((request.view_args or {}).get("filename", ""))
        if not path.is_file():
            return response
        _close_file(response)
        _carry(response, _file(path, path.stat().st_mtime_ns))
    elif _nobody_else_asked():
        plain = response.get_data()
        if len(plain) >= _WORTH_IT:
            _carry(response, _page(plain))
    return response


def _nobody_else_asked() -> bool:
    """A browser without a cookie carries no secret; another says who made it ask (old ones do not)."""
    if not set(request.cookies) - {languages.COOKIE}:
        return True
    return request.headers.get("Sec-Fetch-Site") in _FROM_HERE


def _close_file(response: Response) -> None:
    """What was opened to be sent is sent from memory instead."""
    opened = response.response
    if hasattr(opened, "close"):
        opened.close()
    response.direct_passthrough = False


def _carry(response: Response, packed: bytes) -> None:
    tag, _ = response.get_etag()
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same content, in other bytes


@lru_cache(maxsize=64)
def _file(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _page(plain: bytes) -> bytes:
    packed = io.BytesIO()
    name = "x" * secrets.randbelow(_BY_CHANCE)  # the header of gzip has room for a name that nobody reads
    with gzip.GzipFile(name, "wb", 6, packed, mtime=0) as file:
        file.write(plain)
    return packed.getvalue()
