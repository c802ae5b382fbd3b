"""What every gateway that is spoken to over HTTP has to mind: answers that break off or never end, requests that never
left, and texts that no phone could show."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from flows.gsm import parts as sms_parts
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome, Sent

Timeout = tuple[float, float]  # seconds to connect, seconds of silence while reading

WHOLE_CALL: Final = 10.0  # seconds from looking up the address to the last byte of the answer
LONGEST_WISH: Final = 60.0  # seconds for which we leave a provider alone that asks us to
MOST_PARTS: Final = 4  # of one text: what a person reads to its end
LARGEST_ANSWER: Final = 1024 * 1024  # bytes; a hundred recipients are some 15 KiB
_SENDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&-]{0,10}|\+?[0-9]{3,15}")


class BrokenAnswer(Exception):
    """An answer began but its body broke off, crawled or had no end; what was asked may have been done."""


class Call:
    """One request: until when it has to be over, and whether any of it has left.

    Whatever went wrong before a byte of it left (address, connection, certificate), nothing was handed over; whatever
    went wrong after, nobody knows.
    """

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.left = False
        self.over = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    @property
    def remaining(self) -> float:
        """Seconds; a little more than none, since none means for ever to a socket."""
        return max(self.until - time.monotonic(), 0.001)

    def hold(self, connection: socket.socket) -> None:
        """This connection is the call's from now on. Ours is a second handle of it: TLS swallows the first."""
        handle = socket.fromfd(connection.fileno(), connection.family, connection.type)
        with self._lock:
            before, self._handle = self._handle, handle
            if self.over:
                _shut(handle)
        if before is not None:
            before.close()

    def cut(self) -> None:
        """Time is up: whoever reads or writes wakes."""
        with self._lock:
            self.over = True
            if self._handle is not None:
                _shut(self._handle)

    def done(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        handle.shutdown(socket.SHUT_RDWR)


_of_this_thread = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[Call]:
    """A call that is over after so many seconds, whatever the other side does.

    The timeouts of requests begin anew with every byte: a peer that drips holds a sender for hours. A socket knows no
    total, so a timer shuts the connection, which wakes the thread that waits at it. The timer ends with the call: no
    thread is left behind.
    """
    call = Call(seconds)
    timer = threading.Timer(seconds, call.cut)
    timer.daemon = True
    _of_this_thread.call = call
    timer.start()
    try:
        yield call
    finally:
        timer.cancel()
        timer.join()
        call.done()
        _of_this_thread.call = None


def session() -> requests.Session:
    """A session whose calls keep to `within`, with no proxy and no .netrc from the environment."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made


class _InTime(HTTPConnection):
    """A connection that is made, written and read within its call, and says when the first byte leaves."""

    def _new_conn(self) -> socket.socket:
        made = self._connected(_of_this_thread.call)
        _of_this_thread.call.hold(made)
        return made

    def _connected(self, call: Call) -> socket.socket:
        """A connection to the first address that takes one; all of them together have the time of one."""
        patience = self.timeout if isinstance(self.timeout, int | float) else call.remaining
        until = time.monotonic() + min(patience, call.remaining)
        fault: OSError | None = None
        for address in self._addresses(until):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return create_connection((address, self.port or 80), left, None, self.socket_options)
            except TimeoutError:
                break
            except OSError as refused:
                fault = refused
        if fault is not None:
            raise NewConnectionError(self, f"no connection: {type(fault).__name__}") from fault
        raise ConnectTimeoutError(self, "no connection in time")

    def _addresses(self, until: float) -> list[str]:
        try:
            return addresses_of(self.host, until - time.monotonic())
        except TimeoutError:
            raise ConnectTimeoutError(self, "no address in time") from None
        except OSError as unknown:
            raise NameResolutionError(self.host, self, socket.gaierror(str(unknown))) from unknown

    def send(self, data: Any) -> None:
        """Write; from the first byte on nobody knows what was done with it."""
        if self.sock is None:
            self.connect()
        _of_this_thread.call.hold(self.sock)
        _of_this_thread.call.left = True
        super().send(data)


class _InTimeTls(_InTime, HTTPSConnection):
    """The same, over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _InTime


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _InTimeTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *how: Any, **more: Any) -> None:
        super().init_poolmanager(*how, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _LookUp(threading.Thread):
    """A name being looked up. The resolver cannot be told to stop; it gives up by itself (some seconds a server)."""

    def __init__(self, host: str) -> None:
        super().__init__(name="look up", daemon=True)
        self._host = host
        self.found: list[str] = []
        self.fault: OSError | None = None

    def run(self) -> None:
        try:
            self.found = _looked_up(self._host)
        except OSError as unknown:
            self.fault = unknown
        except UnicodeError:  # no possible name
            self.fault = OSError("no possible name")


_looking_up: dict[str, _LookUp] = {}
_looking_up_lock = threading.Lock()


def addresses_of(host: str, seconds: float) -> list[str]:
    """The addresses of a host. Raises TimeoutError when the resolver is not back in time, OSError when there is none.

    Whoever asks for a host that is being looked up waits for that one: of a resolver that hangs there is one thread for
    each host, and it ends.
    """
    host = host.strip("[]")
    with suppress(OSError, UnicodeError):
        return _looked_up(host, socket.AI_NUMERICHOST)
    with _looking_up_lock:
        look_up = _looking_up.get(host)
        if look_up is None or not look_up.is_alive():
            look_up = _looking_up[host] = _LookUp(host)
            look_up.start()
    look_up.join(max(seconds, 0))
    if look_up.is_alive():
        raise TimeoutError
    if look_up.fault is not None:
        raise look_up.fault
    return look_up.found


def _looked_up(host: str, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def read_body(response: requests.Response, call: Call) -> bytes:
    """The whole body, within a size and the time of its call: one without a length looks whole when it is cut."""
    body = bytearray()
    try:
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise BrokenAnswer
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BrokenAnswer from error
    if call.over:
        raise BrokenAnswer
    return bytes(body)


def wished(response: requests.Response) -> float:
    """Seconds for which the provider asks to be left alone (Retry-After), at most a minute; 0 when it does not say.

    A date there is not read: its clock and ours may differ by more than the wish.
    """
    given = response.headers.get("Retry-After", "").strip()
    return min(float(given), LONGEST_WISH) if re.fullmatch(r"[0-9]{1,6}", given) else 0.0


def answers(response: requests.Response) -> bool:
    """Whether somebody is there who would look at a text: refused for what we did not say is an answer as well."""
    return response.status_code < 500 and response.status_code != 429


def is_loopback(host: str) -> bool:
    """Whether that is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_sender(name: str) -> bool:
    """Whether operators take it as a sender: up to eleven letters, or a number."""
    return _SENDER.fullmatch(name) is not None


def unsendable(text: Outgoing) -> Sent | None:
    """Why a text is not even tried; None for one that may go. Providers check less, and take what nobody can read."""
    reason = ""
    if not text.text.strip():
        reason = "empty text"
    elif "\x00" in text.text or not _encodable(text.text):
        reason = "text with characters no phone has"
    elif sms_parts(text.text) > MOST_PARTS:
        reason = "text too long"
    return Sent(text.our_id, SendOutcome.REFUSED_FOR_GOOD, reason=reason) if reason else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
