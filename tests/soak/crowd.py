"""People who dial and text while everything dies around them, and remember what the service acknowledged.

Each looks at the screen, as a person does, and answers by a plan drawn beforehand. An answer whose reply never came is
neither told nor untold: it may count once or not at all.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

BUSY = "layanan sedang sibuk"
PATIENCE = 6.0  # seconds a network waits for an answer


@dataclass
class Said:
    """One answer with an effect: where it was given, what it must have left, and whether it was acknowledged."""

    session: str  # of a call; of a text the provider's id
    place: int  # how many answers before it in that session, itself counted; 0 for a text
    enrolment: int
    statement: str
    acknowledged: bool = False


@dataclass
class Log:
    """Everything that was said, by everybody."""

    said: list[Said] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # acknowledged: provider id -> words
    hops: int = 0
    mistakes: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, said: Said) -> Said:
        with self.lock:
            self.said.append(said)
        return said


class Network:
    """What carries requests to either web process, and repeats them when no answer comes."""

    def __init__(self, addresses: tuple[str, str], secret: str, chance: random.Random, log: Log) -> None:
        self.addresses, self.secret, self.chance, self.log = addresses, secret, chance, log
        self._lines: dict[str, http.client.HTTPConnection] = {}

    def post(self, kind: str, form: dict[str, str]) -> tuple[int, str] | None:
        """One try at one of the two; None when it broke or took too long."""
        address = self.chance.choice(self.addresses)
        line = self._lines.get(address) or http.client.HTTPConnection(address, timeout=PATIENCE)
        self._lines[address] = line
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            line.request("POST", f"/webhooks/africastalking/{self.secret}/{kind}", urlencode(form), headers)
            answer = line.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException):
            line.close()
            self._lines.pop(address, None)
            return None
        self.log.hops += 1
        return answer.status, body


# What is on the screen (words of the Indonesian catalogue), and the part of the plan that answers it.
_SCREENS = (
    ("Tadi terputus", "resume"),
    ("menelepon sebagai", "role"),
    ("Cek perlindungan saya", "main"),
    ("AKTIF menurut data", "status"),
    ("Apakah kartu peserta", "card"),
    ("masih bekerja dan tinggal", "work"),
    ("meminta uang dari Anda", "money"),
    ("Data apa yang salah", "field"),
    ("Konfirmasi warga", "rt menu"),
    ("6 angka PIN", "pin"),
    ("di RT ini?", "resident"),
    ("masih bekerja?", "works"),
    ("Kapan kira-kira", "when"),
    ("1 Simpan", "review"),
    ("Tersimpan. Sisa", "saved"),
    ("keluarga sendiri", "family"),
)
_EFFECTS = {  # answer -> what it leaves
    "status": {"1": "confirms", "2": "wrong_data"},
    "card": dict.fromkeys("123", "card"),
    "work": {"1": "still_working", "2": "moved", "3": "not_working", "4": "now_employed"},
    "money": dict.fromkeys("123", "asked_money"),
    "field": dict.fromkeys("123456", "wrong_field"),
}


@dataclass
class Caller:
    """Somebody with a phone and something to say; `residents` for the head of an RT (name -> enrolment, answer)."""

    number: str
    enrolment: int = 0
    plan: dict[str, str] = field(default_factory=dict)
    residents: dict[str, tuple[int, str]] = field(default_factory=dict)

    def call(self, network: Network, give_up: Callable[[], bool]) -> None:
        """Dial until everything is said."""
        while not give_up():
            if self._one_session(network, give_up):
                return
            time.sleep(network.chance.uniform(0.05, 0.3))

    def _one_session(self, network: Network, give_up: Callable[[], bool]) -> bool:
        session, transcript, place = f"ATUid_{uuid.UUID(int=network.chance.getrandbits(128)).hex}", "", 0
        seen: list[tuple[str, str]] = []
        pending: Said | None = None
        while True:
            screen = self._hop(network, session, transcript, give_up)
            if screen is None:
                return False  # hung up: redials, and finds out what was kept
            if pending is not None:
                pending.acknowledged, pending = True, None
            seen.append((transcript, screen))
            self._noise(network, session, seen)
            if screen.startswith("END "):
                return BUSY not in screen
            kind = next((kind for words, kind in _SCREENS if words in screen), "")
            if not kind:
                network.log.mistakes.append(f"a screen nobody expected: {screen[:60]!r}")
                return True
            answer = self._answer(kind, screen)
            place += 1
            pending = self._remember(network, session, place, kind, answer, screen)
            transcript = f"{transcript}*{answer}" if transcript else answer

    def _hop(self, network: Network, session: str, transcript: str, give_up: Callable[[], bool]) -> str | None:
        """Send it until a screen comes, as networks and people do; None when they give it up."""
        form = {
            "sessionId": session,
            "phoneNumber": self.number,
            "networkCode": "51010",
            "serviceCode": "*123*456#",
            "text": transcript,
        }
        while not give_up():
            answer = network.post("ussd", form)
            if answer is not None and answer[0] == 200 and BUSY not in answer[1]:
                return answer[1]
            if network.chance.random() < 0.25:
                return None
            time.sleep(network.chance.uniform(0.1, 0.6))
        return None

    def _noise(self, network: Network, session: str, seen: list[tuple[str, str]]) -> None:
        """Hops come twice, and late: the last screen comes back, and nothing counts again."""
        if network.chance.random() > 0.2:
            return
        transcript, _ = network.chance.choice(seen[-3:])
        form = {"sessionId": session, "phoneNumber": self.number, "text": transcript}
        again = network.post("ussd", form)
        if again is not None and again[0] == 200 and BUSY not in again[1] and again[1] != seen[-1][1]:
            network.log.mistakes.append(f"a repeated hop showed {again[1][:50]!r} instead of {seen[-1][1][:50]!r}")

    def _answer(self, kind: str, screen: str) -> str:
        if kind == "resident":
            return next((says for name, (_, says) in self.residents.items() if name in screen), "4")
        if kind == "rt menu":
            return "0" if "(0 sisa)" in screen else "1"
        return self.plan.get(kind, "0" if kind == "when" else "1")

    def _remember(self, network: Network, session: str, place: int, kind: str, answer: str, screen: str) -> Said | None:
        statement, enrolment = _EFFECTS.get(kind, {}).get(answer, ""), self.enrolment
        for name, (resident, says) in self.residents.items():
            if name in screen and (kind == "review" or (kind == "resident" and says == "5")):
                statement, enrolment = RT_SAYS[says], resident
        return network.log.add(Said(session, place, enrolment, statement)) if statement else None


RT_SAYS = {"1": "resident", "2": "moved", "3": "deceased", "4": "unknown", "5": "own_family"}
SMS_SAYS = {"YA": "confirms", "TIDAK": "denies", "tidak tahu": "does_not_know", "2": "denies", "1": "confirms"}


@dataclass
class Texter:
    """Somebody who answers our question by SMS; `words` are sent in order, each once it was taken."""

    number: str
    enrolment: int
    words: tuple[str, ...]

    def text(self, network: Network, later: list[dict[str, str]], give_up: Callable[[], bool]) -> None:
        """Send each text until it is acknowledged, as the provider does; some come again later, out of order."""
        for words in self.words:
            form = a_text(self.number, words, network.chance)
            said = None
            if words in SMS_SAYS:
                said = network.log.add(Said(form["id"], 0, self.enrolment, SMS_SAYS[words]))
            while not give_up():
                answer = network.post("sms", form)
                if answer is not None and answer[0] == 200:
                    with network.log.lock:
                        network.log.texts[form["id"]] = words
                        if network.chance.random() < 0.3:
                            later.append(form)
                    if said is not None:
                        said.acknowledged = True
                    break
                time.sleep(network.chance.uniform(0.1, 0.6))


def a_text(number: str, words: str, chance: random.Random) -> dict[str, str]:
    """A text as the provider posts it."""
    return {
        "id": uuid.UUID(int=chance.getrandbits(128)).hex,
        "from": number,
        "to": "28282",
        "text": words,
        "date": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
        "linkId": "",
        "networkCode": "51010",
        "cost": "IDR 0",
    }


def repeat_texts(network: Network, later: list[dict[str, str]], over: Callable[[], bool]) -> None:
    """Deliver texts again in any order, long after they were taken."""
    while not over():
        time.sleep(0.05)
        with network.log.lock:
            form = later.pop(network.chance.randrange(len(later))) if later else None
        if form is not None:
            with suppress(OSError):
                network.post("sms", form)


def plans(chance: random.Random) -> Iterator[dict[str, str]]:
    """What workers answer, drawn at random."""
    while True:
        yield {
            "status": chance.choice("1112"),
            "card": chance.choice("123"),
            "work": chance.choice("11111234"),
            "money": chance.choice("1123"),
            "field": chance.choice("123456"),
        }
