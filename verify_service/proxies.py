"""Who really asks: headers of a proxy count from our own proxies alone; anybody else is whom the connection says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.http import parse_list_header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PREFIX")


class BehindProxies:
    """Reads what proxies of ours say of the caller, and takes such words away where a stranger says them."""

    def __init__(self, behind: WSGIApplication, trusted: Iterable[Network]) -> None:
        self._behind = behind
        self._trusted = tuple(trusted)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said = {name: environ.pop(name, "") for name in _FORWARDED}
        environ.pop("HTTP_FORWARDED", None)
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            if (caller := self._caller(said["HTTP_X_FORWARDED_FOR"])) is not None:
                environ["REMOTE_ADDR"] = caller
            if (scheme := _last(said["HTTP_X_FORWARDED_PROTO"])) in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            if host := _last(said["HTTP_X_FORWARDED_HOST"]):
                environ["HTTP_HOST"] = host
        return self._behind(environ, start_response)

    def _caller(self, chain: str) -> str | None:
        """The last of the chain who is no proxy of ours: what stands before him he may have written himself."""
        for address in reversed(parse_list_header(chain)):
            if not self._is_ours(address):
                return str(address) if _read(address) is not None else None
        return None

    def _is_ours(self, address: str) -> bool:
        read = _read(address)
        return read is not None and any(read in network for network in self._trusted)


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        read = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    return read.ipv4_mapped or read if isinstance(read, ipaddress.IPv6Address) else read


def _last(listed: str) -> str:
    parts = parse_list_header(listed)
    return parts[-1].strip() if parts else ""
