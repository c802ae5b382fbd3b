"""Phones that race: each hop may come twice at once to both web processes, late, stale or not at all; sessions drop,
are taken up by the next one, run beside another, and are overtaken by it while an answer is under way.

Each phone is a person with plans (see errands) who reads every screen, and a network that is unkind by a seed.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.soak.errands import (
    LANGUAGE,
    LAST,
    MAY_BE_SECRET,
    MENU,
    NOTICE,
    PERHAPS,
    REACHED_BY_ITSELF,
    RESUME,
    SAVED,
    SURE,
    UNSAID,
    Deed,
    Errand,
    Person,
    Plan,
    Step,
    begin,
    read_number,
)

BUSY = "layanan sedang sibuk"
PATIENCE = 20.0  # seconds a network waits for an answer here: how long one takes is for the benchmarks to say
_TRIES = 30
_MEETING = 1.0  # seconds somebody waits for another phone that is about to do the same
_OFFERED = 5  # so many of a phone's newest talks are looked at for one to take up
_DROPS, _TWINS, _LATE, _STALE, _LOST = 0.07, 0.16, 0.10, 0.08, 0.06


@dataclass(frozen=True)
class Hop:
    """One call of a network, as it may be made any number of times."""

    path: str
    form: dict[str, str]


@dataclass
class Log:
    """What happened, on all phones."""

    deeds: list[Deed] = field(default_factory=list)
    receipts: list[tuple[str, str]] = field(default_factory=list)  # session, number
    public: list[str] = field(default_factory=list)  # numbers that others were told
    counts: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)
    _meetings: dict[tuple[Any, ...], asyncio.Event] = field(default_factory=dict)

    async def meet(self, what: tuple[Any, ...]) -> None:
        """Wait a little for somebody who is about to do the same."""
        if (other := self._meetings.pop(what, None)) is not None:
            self.counts["meetings"] += 1
            other.set()
            return
        mine = self._meetings[what] = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(mine.wait(), _MEETING)
        if self._meetings.get(what) is mine:
            del self._meetings[what]


class Network:
    """What carries hops to either web process."""

    def __init__(self, addresses: Sequence[str], secret: str, log: Log) -> None:
        self.addresses, self.secret, self.log = addresses, secret, log

    async def ask(self, hop: Hop, chance: random.Random) -> str:
        """Make this call until a screen comes, and return it; a service that is busy is asked again."""
        for _ in range(_TRIES):
            screen = await self._once(hop, chance)
            if screen is not None:
                return screen
            await asyncio.sleep(chance.uniform(0.1, 0.5))
        raise Lost(f"no screen came after {_TRIES} tries")

    async def throw(self, hop: Hop, chance: random.Random) -> None:
        """Make it, and hang up before the answer."""
        self.log.counts["hops"] += 1
        _, writer = await self._call(hop, chance)
        writer.close()

    async def _once(self, hop: Hop, chance: random.Random) -> str | None:
        self.log.counts["hops"] += 1
        try:
            reader, writer = await self._call(hop, chance)
            raw = await asyncio.wait_for(reader.read(), PATIENCE)
            writer.close()
        except (OSError, TimeoutError):
            self.log.counts["unanswered"] += 1
            return None
        head, _, body = raw.decode().partition("\r\n\r\n")
        status, *headers = head.split("\r\n")
        if " 200 " not in f"{status} ":
            self.log.counts["refused"] += 1
            return None
        if BUSY in body:
            self.log.counts["busy"] += 1
            return None
        action = next((line.split(":")[1].strip() for line in headers if line.lower().startswith("x-ussd-action")), "")
        return body if not action else {"continue": "CON ", "end": "END "}[action] + body

    async def _call(self, hop: Hop, chance: random.Random) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = chance.choice(self.addresses).partition(":")
        body = urlencode(hop.form).encode()
        head = (
            f"POST /webhooks/{hop.path.format(secret=self.secret)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode() + body)
        await writer.drain()
        return reader, writer


class Lost(Exception):
    """A phone was shown what nobody can be shown there; it gives up."""


class LetGo(Exception):
    """The phone answers for nobody any more, and stays silent: what it left unfinished was about somebody else."""


@dataclass
class Talk:
    """An errand under way, and the step that is said next; whichever session it goes on in."""

    plan: Plan
    errand: Errand
    step: Step | None
    begun: bool = False

    def go_on(self, seen: str) -> None:
        """Read the screen and make up one's mind."""
        self.begun = True
        try:
            self.step = self.errand.send(seen)
        except StopIteration:
            self.step = None


@dataclass
class Session:
    """One USSD session; `doubt`: nobody knows whether its last answer was heard."""

    name: str
    answers: list[str] = field(default_factory=list)
    shown: str | None = ""
    talk: Talk | None = None
    over: bool = False
    doubt: bool = False
    touched: float = 0.0

    @property
    def may_be_taken_up(self) -> bool:
        return self.talk is not None and not any(words in (self.shown or "") for words in REACHED_BY_ITSELF)

    def under_way(self) -> tuple[Talk, Step]:
        """The talk of this session, and what is said next in it, or was said without being heard for certain."""
        if self.talk is None or self.talk.step is None:
            raise Lost("nothing is under way where something has to be")
        return self.talk, self.talk.step


class Phone:
    """One phone, its person, and its unkind network."""

    def __init__(
        self, person: Person, plans: list[Plan], network: Network, chance: random.Random, *, carrier: bool
    ) -> None:
        self.person, self.plans, self.network, self.chance, self.carrier = person, plans, network, chance, carrier
        self.log = network.log
        self.sessions: list[Session] = []
        self.offered: list[Session] = []  # what the newest dial may have offered to take up

    async def live(self, give_up: Callable[[], bool]) -> None:
        """Call for everything that was planned."""
        try:
            while self.plans and not give_up():
                plan = self.plans.pop(0)
                beside = self.plans[0] if self.plans and not self.plans[0].alone and not plan.alone else None
                if beside is not None and self.chance.random() < 0.35:
                    self.plans.pop(0)
                    await self._two_at_once(plan, beside)
                else:
                    session = await self._at_the_menu()
                    session.talk = self._talk(plan)
                    await self._hold(session)
            if not give_up():
                await self._at_the_menu()
        except LetGo:
            return
        except Lost as lost:
            self.log.mistakes.append(f"{self.person.number}: {lost}")
        finally:
            self.log.public += self.person.notebook[:1]

    def _talk(self, plan: Plan) -> Talk:
        errand = begin(self.person, plan, self.log.public, self.chance)
        return Talk(plan, errand, next(errand))

    # --- what a person does ---

    async def _hold(self, session: Session) -> None:
        """Talk until all is said, unless the line drops."""
        while session.talk is not None and session.talk.step is not None:
            if session.talk.begun and self.chance.random() < _DROPS:
                if self.chance.random() < 0.4 and not session.talk.step.stays:
                    await self._overtaken(session)
                else:
                    await self._drop(session)
                return
            if not await self._say(session, may_hang_up=True):
                return

    async def _two_at_once(self, plan: Plan, beside: Plan) -> None:
        """Two sessions of one phone, in turns and at the same moment."""
        one = await self._at_the_menu()
        other = await self._dial()
        one.talk = self._talk(plan)
        if RESUME in (other.shown or ""):  # an older talk is offered there: leave that one alone
            self.plans.insert(0, beside)
            await self._hold(one)
            return
        other.talk = self._talk(beside)
        self.log.counts["interleaved"] += 1
        while one.talk and one.talk.step and other.talk and other.talk.step:
            if self.chance.random() < 0.4:
                await asyncio.gather(self._say(one), self._say(other))
                live = [session for session in (one, other) if session.talk and session.talk.step]
                if len(live) == 2:  # so that one of them is the newest for certain
                    await self._say(self.chance.choice(live))
            else:
                await self._say(self.chance.choice((one, other)))
        await self._hold(one)
        await self._hold(other)

    async def _at_the_menu(self) -> Session:
        """Dial until the menu is there, and finish or let go what was cut off before."""
        while True:
            session = await self._dial()
            for words, then in ((LANGUAGE, NOTICE), (NOTICE, MENU)):
                if words in (session.shown or ""):
                    await self._answer(session, Step("1", (then,), stays=True))
                    self.person.known = then == MENU
            if RESUME not in (session.shown or ""):
                return session
            if self.chance.random() < 0.1:
                await self._drop(session)
                continue
            if self.chance.random() < 0.3:
                await self._answer(session, Step("2", (MENU,), stays=True))
                self._let_go(self.offered[0])
                return session
            await self._take_up(session)
            if session.talk is None:
                return session
            await self._hold(session)

    def _let_go(self, old: Session) -> None:
        """A talk was begun anew: what was said last in it may have been heard; the whole may be told again."""
        old.over = True
        if old.doubt:
            old.shown = None
        if old.talk and self.chance.random() < 0.5 and not old.talk.plan.alone:
            self.plans.insert(0, old.talk.plan)

    async def _take_up(self, session: Session) -> None:
        """Go on where the other session stopped: its screen tells what of it was heard."""
        session.answers.append("1")
        seen = await self._screen(session)
        self._shown(session, seen)
        old = self.offered[0]
        old.over = True
        (talk, step), doubt = old.under_way(), old.doubt
        if seen == old.shown:
            if doubt:
                _settle(step, UNSAID)
            session.talk = talk
        elif doubt and any(words in seen for words in step.then):
            _settle(step, SURE)
            talk.go_on(seen)
            session.talk, old.shown = talk, None
        elif doubt and step.may_be_last and MENU in seen:  # its last answer had been under way
            _settle(step, SURE)
            old.shown = None
        else:
            raise Lost(f"taking up {old.shown!r} (in doubt: {doubt and step.answer!r}) showed {seen!r}")

    async def _overtaken(self, old: Session) -> None:
        """Dial anew, and answer there while the answer in the old session is still under way."""
        session = await self._dial()
        if not self.offered and old.over:  # told in confidence: a redial shows nothing of it
            return
        if RESUME not in (session.shown or "") or self.offered[0] is not old:
            raise Lost(f"a talk at {old.shown!r} was not offered, but {session.shown!r}")
        self.log.counts["overtaken"] += 1
        talk, step = old.under_way()
        go_on = self.chance.random() < 0.7
        before = old.shown
        self._give(old, step)
        session.answers.append("1" if go_on else "2")
        here, there = await asyncio.gather(self._asked(session), self._asked(old))
        self._shown(session, here)
        old.over, old.shown, heard = True, there, there != before
        _settle(step, SURE if heard else UNSAID)
        if heard:
            self._check(there, step, before)
        ended = there.startswith("END ")
        expected = MENU if not go_on or ended else there
        if expected not in here:
            raise Lost(f"overtaken at {before!r}: one session shows {there!r}, the other {here!r}")
        if heard:
            talk.go_on(there)
        if go_on and not ended:
            session.talk = talk
            await self._hold(session)

    # --- what goes over the line ---

    async def _dial(self) -> Session:
        if self.person.let_go:
            raise LetGo
        session = Session(uuid.UUID(int=self.chance.getrandbits(128)).hex)
        offered = self._to_be_offered()
        seen = await self._screen(session)
        self.sessions.append(session)
        self._shown(session, seen)
        self.offered = offered
        if offered and RESUME not in seen and any(words in (offered[0].shown or "") for words in MAY_BE_SECRET):
            # Of a report told in confidence a redial shows nothing, so that nobody knows what was heard of it.
            offered[0].over, offered[0].shown = True, None
            offered = self.offered = []
        if offered and RESUME not in seen and offered[0].doubt and offered[0].under_way()[1].may_be_last:
            _settle(offered[0].under_way()[1], SURE)  # what was said last had been heard, and all was said
            offered[0].over, offered[0].shown = True, None
            offered = []
        menu = (MENU,) if self.person.known else (LANGUAGE, NOTICE, MENU)
        if not any(words in seen for words in ((RESUME,) if offered else menu)):
            raise Lost(f"dialled with {offered and offered[0].shown!r} unfinished, and was shown {seen!r}")
        return session

    def _to_be_offered(self) -> list[Session]:
        """The newest talk that was cut off on the way."""
        waiting = sorted((one for one in self.sessions if not one.over), key=lambda one: -one.touched)[:_OFFERED]
        return [one for one in waiting if one.may_be_taken_up][:1]

    async def _say(self, session: Session, *, may_hang_up: bool = False) -> bool:
        """Say what comes next; False when nobody knows whether it was heard."""
        talk, step = session.under_way()
        may_leave = may_hang_up and self._may_leave(session)
        if not await self._answer(session, step, may_leave=may_leave):
            session.doubt = True
            return False
        talk.go_on(session.shown or "")
        if session.over:
            session.talk = None
        return True

    def _may_leave(self, session: Session) -> bool:
        """Whether what was heard can be found out afterwards, by what the next call offers."""
        talk, step = session.under_way()
        if step.stays or not talk.begun or not session.may_be_taken_up:
            return False
        others = [one for one in self.sessions if not one.over and one is not session]
        if any(one.touched > session.touched for one in others) or len(others) > _OFFERED - 2:
            return False
        return not step.may_be_last or not any(one.may_be_taken_up for one in others)

    async def _answer(self, session: Session, step: Step, *, may_leave: bool = False) -> bool:
        if step.meeting is not None:
            await self.log.meet(step.meeting)
        self._give(session, step)
        seen = await self._carried(session, may_leave=may_leave)
        if seen is None:
            return False
        _settle(step, SURE)
        self._check(seen, step, session.shown)
        self._shown(session, seen)
        return True

    def _give(self, session: Session, step: Step) -> None:
        session.answers.append(step.answer)
        for deed in step.deeds:
            if not deed.session:
                self.log.deeds.append(deed)
            deed.session, deed.place, deed.state = session.name, len(session.answers), PERHAPS

    def _check(self, seen: str, step: Step, before: str | None) -> None:
        shown = next((words for words in step.then if words in seen), None)
        if shown is None:
            raise Lost(f"{step.answer!r} to {before!r} led to {seen!r} instead of {step.then}")
        if seen.startswith("END ") is not (shown in LAST):
            raise Lost(f"the talk ends, or does not, with {seen!r}")

    def _shown(self, session: Session, seen: str) -> None:
        if SAVED in seen:
            self.log.receipts.append((session.name, read_number(seen)))
        session.shown, session.over, session.touched = seen, seen.startswith("END "), time.monotonic()

    async def _carried(self, session: Session, *, may_leave: bool = False) -> str | None:
        """The last answer of a session, as the network brings it; None when it was left before a screen came."""
        hop, luck = self._hop(session), self.chance.random()
        if luck < _LOST:
            self.log.counts["lost"] += 1
            if self.chance.random() < 0.7:
                await self.network.throw(hop, self.chance)
            if may_leave and self.chance.random() < 0.6:
                return None
        calls = [hop]
        if luck > 1 - _TWINS:
            self.log.counts["repeats"] += (more := self.chance.randint(1, 2))
            calls += [hop] * more
        elif luck > 1 - _TWINS - _STALE and len(session.answers) > self._first_again():
            self.log.counts["stale"] += 1
            calls.append(self._hop(session, self.chance.randrange(self._first_again(), len(session.answers))))
        seen, *others = await asyncio.gather(*(self.network.ask(call, self.chance) for call in calls))
        for call, other in zip(calls[1:], others, strict=True):
            if other != seen and (call is hop or other != session.shown):
                raise Lost(f"one hop showed {seen!r}, its {'repeat' if call is hop else 'elder'} {other!r}")
        if self.chance.random() < _LATE:
            await self._late(session, seen)
        return seen

    def _first_again(self) -> int:
        """The first hop that may come again: a carrier that begins again a session that is over has given its id to
        another call."""
        return 1 if self.carrier else 0

    async def _late(self, session: Session, seen: str) -> None:
        """Something comes again long after: a hop of this session, or of one that is over, or an answer to that."""
        self.log.counts["repeats"] += 1
        past = [one for one in self.sessions if one.over and one.shown is not None and one is not session]
        past = [one for one in past if one.answers or not self.carrier]
        if past and self.chance.random() < 0.5:
            old = self.chance.choice(past)
            hop = self._hop(old, self.chance.randint(self._first_again(), len(old.answers)))
            if self.chance.random() < 0.3:
                hop = self._hop(Session(old.name, [*old.answers, "1"]))
            expected = old.shown
        else:
            first = min(self._first_again(), len(session.answers))
            hop, expected = self._hop(session, self.chance.randint(first, len(session.answers))), seen
        again = await self.network.ask(hop, self.chance)
        if again != expected:
            raise Lost(f"a late hop showed {again!r} instead of {expected!r}")

    async def _drop(self, session: Session) -> None:
        """The line is cut; now and then the network says so."""
        self.log.counts["drops"] += 1
        if self.chance.random() < 0.3:
            await self.network.throw(self._end_of(session), self.chance)

    def _end_of(self, session: Session) -> Hop:
        if self.carrier:
            form = {"session": session.name, "msisdn": self.person.number.removeprefix("+"), "type": "end"}
            return Hop("ussd/{secret}", form)
        form = {"sessionId": session.name, "phoneNumber": self.person.number, "status": "Incomplete"}
        return Hop("africastalking/{secret}/ussd-events", form)

    async def _screen(self, session: Session) -> str:
        """The same, of an answer that nobody leaves before it is heard."""
        seen = await self._carried(session)
        assert seen is not None
        return seen

    async def _asked(self, session: Session) -> str:
        return await self.network.ask(self._hop(session), self.chance)

    def _hop(self, session: Session, place: int | None = None) -> Hop:
        """The hop after so many answers, by default all of them."""
        place = len(session.answers) if place is None else place
        if not self.carrier:
            text = "*".join(session.answers[:place])
            form = {"sessionId": session.name, "phoneNumber": self.person.number, "text": text}
            return Hop("africastalking/{secret}/ussd", form)
        form = {
            "session": session.name,
            "msisdn": self.person.number.removeprefix("+"),
            "type": "continue" if place else "begin",
            "input": session.answers[place - 1] if place else "*123*456#",
            "sequence": str(place + 1),
        }
        return Hop("ussd/{secret}", form)


def _settle(step: Step, state: str) -> None:
    for deed in step.deeds:
        deed.state = state
