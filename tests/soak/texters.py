"""Phones that text, and call now and then: each is a person who reads what came, and a network that copies, cuts, and
is late by a seed.

What is kept of them is what went over the doors: what was posted and when, what the gateway was handed and when.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from tests.standins.kannel import Handed

READ = 1.0  # seconds, as the programme file of this run says: from a text's handing over until somebody can answer it
PART = 2.0  # seconds within which texts of a phone are parts of one, by the same file
_MORE = 0.5  # a reader here takes a little longer, so that it is never a close thing
_TRIES = 40


class Silence(Exception):
    """No reply came that one waited for."""


@dataclass(frozen=True)
class Post:
    """One text as a gateway brought it: the gateway's id of it, when that began and when it was acknowledged."""

    id: str
    words: str
    began: float
    acknowledged: float


@dataclass
class Utterance:
    """What somebody meant as one text: its words, and the posts that it came in (parts, then copies of them)."""

    words: str
    at: float
    kind: str = ""  # "poison": the tables refuse whatever becomes of it; "call": told by a call, in no post
    parts: int = 1
    posts: list[Post] = field(default_factory=list)

    @property
    def heard(self) -> float:
        """When it was acknowledged, all parts of it."""
        return max((post.acknowledged for post in self.posts[: self.parts]), default=self.at)


@dataclass(frozen=True)
class Worker:
    """Somebody a phone answers for."""

    id: int
    enrolment: int
    name: str

    @property
    def called(self) -> str:
        return self.name.split()[0]


@dataclass
class Stage:
    """Something that happens to all: it begins when everybody who wants to see it is there, and lasts until they have
    done what they do in it."""

    name: str
    awaited: int = 0
    there: int = 0
    done: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Network:
    """Brings texts to the service by two gateways, of which the second's clock may be wrong."""

    def __init__(self, address: str, secret: str) -> None:
        self.host, _, port = address.partition(":")
        self.port, self.secret = int(port), secret
        self.counts: Counter[str] = Counter()
        self.clock = "right"  # of the second gateway
        self._lines = asyncio.Semaphore(40)

    async def bring(self, gateway: str, post_id: str, number: str, words: str, written: float) -> tuple[float, float]:
        """Bring it until it is acknowledged: when it was first begun, and when it was."""
        began = 0.0
        for _ in range(_TRIES):
            with suppress(OSError, TimeoutError):
                async with self._lines:
                    began = began or time.time()
                    self.counts["posts"] += 1
                    if await self._once(gateway, post_id, number, words, written) == 200:
                        return began, time.time()
            await asyncio.sleep(0.2)
        raise Silence("a text was never acknowledged")

    async def hop(self, session: str, number: str, typed: str) -> str:
        """Bring one hop of a call, with all that was typed in it, until a screen comes back."""
        told = {"sessionId": session, "phoneNumber": number, "serviceCode": "*123*456#", "text": typed}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = self._post(f"/webhooks/africastalking/{self.secret}/ussd", headers, urlencode(told).encode())
        for _ in range(_TRIES):
            with suppress(OSError, TimeoutError):
                async with self._lines:
                    status, screen = await self._exchange(request)
                    if status == 200:
                        return screen
            await asyncio.sleep(0.2)
        raise Silence("a hop was never answered")

    async def _once(self, gateway: str, post_id: str, number: str, words: str, written: float) -> int:
        status, _ = await self._exchange(self._request(gateway, post_id, number, words, written))
        return status

    async def _exchange(self, request: bytes) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(request)
            raw = await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()
        head, _, body = raw.partition(b"\r\n\r\n")
        return (int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0), body.decode()

    def _request(self, gateway: str, post_id: str, number: str, words: str, written: float) -> bytes:
        path = f"/webhooks/{gateway}/{self.secret}/sms"
        if gateway == "kannel":
            facts = {"From": number, "To": "28282", "Time": _shown(written), "Coding": "0"}
            headers = {f"X-Kannel-{name}": value for name, value in facts.items()}
            headers["Content-Type"] = "text/plain; charset=utf-8"
            path, body = f"{path}?id={quote(post_id)}", words.encode()
        else:
            told = {"id": post_id, "from": number, "to": "28282", "text": words, "date": self._clock(written)}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(told).encode()
        return self._post(path, headers, body)

    def _post(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        headers |= {"Host": self.host, "Content-Length": str(len(body)), "Connection": "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body

    def _clock(self, moment: float) -> str:
        if self.clock == "1970":
            return _shown(0)
        return _shown(moment + CLOCKS[self.clock])


CLOCKS = {"right": 0.0, "3 minutes behind": -180.0, "an hour behind": -3600.0, "10 minutes ahead": 600.0, "1970": 0.0}


def _shown(moment: float) -> str:
    return f"{dt.datetime.fromtimestamp(moment, dt.UTC):%Y-%m-%d %H:%M:%S}"


@dataclass
class World:
    """What all phones share."""

    network: Network
    ask: Callable[[str], Awaitable[None]]  # an officer asks the worker of this number by text
    later: float  # seconds after which a network brings a text a second time
    patience: float = 60.0  # seconds somebody waits for a reply: how long one takes is for the benchmarks to say
    stages: dict[str, Stage] = field(default_factory=dict)

    def stage(self, name: str) -> Stage:
        return self.stages.setdefault(name, Stage(name))


@dataclass
class Phone:
    """One phone, with what it sent and got; `situation` names what it goes through."""

    number: str
    workers: Sequence[Worker]
    gateway: str
    situation: str
    world: World
    chance: random.Random
    said: list[Utterance] = field(default_factory=list)
    got: list[Handed] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    _seen: int = 0
    _coming: list[asyncio.Task[None]] = field(default_factory=list)
    _visited: set[str] = field(default_factory=set)

    async def live(self, script: Callable[[Phone], Awaitable[None]], stages: Sequence[str]) -> None:
        """Go through the situation; what one waits for in vain is a mistake of the service."""
        try:
            await script(self)
            if self._coming:
                await asyncio.gather(*self._coming)
        except Silence as nothing:
            self.mistakes.append(str(nothing))
        finally:
            for name in set(stages) - self._visited:
                stage = self.world.stage(name)
                stage.there, stage.done = stage.there + 1, stage.done + 1

    @asynccontextmanager
    async def during(self, name: str) -> AsyncIterator[None]:
        """Be there when it happens to all."""
        stage = self.world.stage(name)
        self._visited.add(name)
        stage.there += 1
        await stage.begun.wait()
        try:
            yield
        finally:
            stage.done += 1

    async def over(self, name: str) -> None:
        """Wait until it has passed."""
        await self.world.stage(name).over.wait()

    # --- sending ---

    async def text(self, *parts: str, copied: float | None = None, kind: str = "", gateway: str = "") -> Utterance:
        """Send one text, cut into these parts by the network; `copied`: brought once more after so many seconds."""
        meant = Utterance(" ".join(parts), time.time(), kind, len(parts))
        self.said.append(meant)
        for part in parts:
            await self._bring(meant, part, meant.at, gateway)
        if copied is not None:
            for part in parts:
                self._coming.append(asyncio.create_task(self._again(meant, part, copied, gateway)))
            if copied < 1:  # nobody reads a reply so soon, and a slow machine must not make it so
                await asyncio.gather(*self._coming)
        return meant

    async def _again(self, meant: Utterance, part: str, after: float, gateway: str) -> None:
        await asyncio.sleep(after)
        await self._bring(meant, part, meant.at, gateway)

    async def _bring(self, meant: Utterance, words: str, written: float, gateway: str) -> None:
        post_id = f"{meant.kind or 'text'}-{self.chance.getrandbits(64):016x}"
        began, acknowledged = await self.world.network.bring(
            gateway or self.gateway, post_id, self.number, words, written
        )
        meant.posts.append(Post(post_id, words, began, acknowledged))

    # --- calling ---

    async def tells_by_call(self, keys: Mapping[str, str], words: str) -> None:
        """Call and answer each screen by a phrase that is on it, until the report of these words is taken."""
        session, typed = f"call-{self.chance.getrandbits(64):016x}", ""
        screen = await self.world.network.hop(session, self.number, typed)
        while not screen.startswith("END "):
            key = next((key for phrase, key in keys.items() if phrase in screen), None)
            if key is None:
                raise Silence(f"a call showed {screen[:60]!r}")
            typed = f"{typed}*{key}" if typed else key
            await asyncio.sleep(0.3)
            screen = await self.world.network.hop(session, self.number, typed)
        if words not in keys.values() or "diterima" not in screen:
            raise Silence(f"a call ended with {screen[:60]!r}")
        self.said.append(Utterance(words, time.time(), "call"))

    # --- reading ---

    async def reads(self, *phrases: str) -> str:
        """Wait for a text with one of these phrases in it, and take the time to read it."""
        until = time.monotonic() + self.world.patience
        while time.monotonic() < until:
            for place, text in enumerate(self.got[self._seen :], start=self._seen):
                if any(phrase.casefold() in text.words.casefold() for phrase in phrases):
                    self._seen = place + 1
                    await asyncio.sleep(max(0.0, text.at + READ + _MORE - time.time()))
                    return text.words
            await asyncio.sleep(0.05)
        raise Silence(f"{phrases[0]!r} never came; the last was {self.got[-1].words[:60] if self.got else 'nothing'!r}")

    async def asked(self) -> str:
        """Be asked by the programme, and read it."""
        await self.world.ask(self.number)
        return await self.reads("apakah Anda sudah terdaftar")
