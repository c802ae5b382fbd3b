"""People who dial and text while everything dies around them, and remember what the service acknowledged.

Each looks at the screen, as a person does, and answers by a plan drawn beforehand. An answer whose reply never came is
neither told nor untold: it may count once or not at all, and whoever gave it dials again until all is said.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

BUSY = "layanan sedang sibuk"
PATIENCE = 6.0  # seconds a network waits for an answer
PIN, WRONG_PIN = "385016", "385061"
MOST_PINS = 5

Meant = tuple[int, str, str]  # enrolment, statement, detail


@dataclass
class Said:
    """One answer with an effect: where it was given, what it must have left, and whether it was acknowledged."""

    session: str  # of a call; of a text the provider's id
    place: int  # how many answers before it in that session, itself counted; 0 for a text
    meant: Meant
    acknowledged: bool = False


@dataclass
class Text:
    """One text somebody sent, and what has to become of it: answer, digit (where none was offered), report, stop, or
    stop again (no reply)."""

    number: str
    words: str
    becomes: str


@dataclass
class Log:
    """Everything that was said, by everybody."""

    said: list[Said] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)  # acknowledged: provider id -> text
    reported: dict[int, list[tuple[str, bool]]] = field(default_factory=dict)  # our id -> status, acknowledged
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

    def deliver(self, kind: str, form: dict[str, str], give_up: Callable[[], bool]) -> bool:
        """Post it until it is acknowledged, as the provider does."""
        while not give_up():
            answer = self.post(kind, form)
            if answer is not None and answer[0] == 200:
                return True
            time.sleep(self.chance.uniform(0.1, 0.6))
        return False


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
    ("Laporan dibuat", "noted"),
    ("Laporan rahasia dibuat", "noted"),
    ("saat bekerja dijamin oleh?", "knowledge"),
    ("saat bekerja dijamin BPJS", "learned"),
    ("Konfirmasi warga", "rt menu"),
    ("6 angka PIN", "pin"),
    ("di RT ini?", "resident"),
    ("masih bekerja?", "works"),
    ("Kapan kira-kira", "when"),
    ("1 Simpan", "review"),
    ("Tersimpan. Sisa", "saved"),
    ("keluarga sendiri", "family"),
)
_CARD = {"1": "yes", "2": "no", "3": "unsure"}
_WORK = {"1": "still_working", "2": "moved", "3": "not_working", "4": "now_employed"}
_MONEY = {"1": "no", "2": "yes", "3": "declined"}
_FIELD = dict(zip("123456", ("name", "nik", "address", "job", "phone", "birth_date"), strict=True))
_EFFECTS: dict[str, Callable[[str], tuple[str, str]]] = {  # what an answer leaves: statement, detail
    "status": lambda digit: ({"1": "confirms", "2": "wrong_data"}[digit], ""),
    "card": lambda digit: ("card", _CARD[digit]),
    "work": lambda digit: (_WORK[digit], ""),
    "money": lambda digit: ("asked_money", _MONEY[digit]),
    "field": lambda digit: ("wrong_field", _FIELD[digit]),
}
_LIVES = {"2": "moved", "3": "deceased", "4": "unknown", "5": "own_family"}
_WORKS = {
    "1": ("resident", ""),
    "2": ("not_working", ""),
    "3": ("now_employed", ""),
    "4": ("resident", "unsure of work"),
}
WHEN = {"0": "", "032025": "202503"}  # as dialled, as kept


@dataclass(frozen=True)
class Resident:
    """One of those an RT head speaks of, and what he says: the digits for where he lives, works, and since when."""

    enrolment: int
    lives: str
    works: str
    when: str

    @property
    def meant(self) -> Meant:
        if self.lives == "1":
            return (self.enrolment, *_WORKS[self.works])
        return self.enrolment, _LIVES[self.lives], WHEN[self.when] if self.lives in "23" else ""


@dataclass
class Caller:
    """Somebody with a phone and something to say; `residents` by name for the head of an RT, who has a PIN.

    `ends`: words of the only screen that may be his last. `pins`: how often he types a wrong PIN before the right one.
    """

    number: str
    ends: str
    enrolment: int = 0
    plan: dict[str, str] = field(default_factory=dict)
    residents: dict[str, Resident] = field(default_factory=dict)
    head: int = 0
    pins: int = 0
    typed: int = 0
    lost: set[int] = field(default_factory=lambda: {0})  # tries that may be gone, as far as he can know
    ended: bool = False

    @property
    def locks_himself_out(self) -> bool:
        return self.pins >= MOST_PINS

    def planned(self) -> set[Meant]:
        """What must be in evidence when all is said."""
        if self.head:
            return set() if self.locks_himself_out else {resident.meant for resident in self.residents.values()}
        kinds = ["status", *(["field"] if self.plan["status"] == "2" else []), "card", "work", "money"]
        return {(self.enrolment, *_EFFECTS[kind](self.plan[kind])) for kind in kinds}

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
        doubtful = True  # whether he may leave this hop without an answer
        while True:
            screen = self._hop(network, session, transcript, give_up, doubtful)
            if screen is None:
                return False  # hung up: redials, and finds out what was kept
            if pending is not None:
                pending.acknowledged, pending = True, None
            seen.append((transcript, screen))
            self._noise(network, session, seen)
            kind = next((kind for words, kind in _SCREENS if words in screen), "")
            if screen.startswith("END ") or not kind:
                self.ended = screen.startswith("END ") and self.ends in screen
                if not self.ended:
                    network.log.mistakes.append(f"a screen nobody expected: {screen[:80]!r}")
                return True
            answer = self._answer(network, kind, screen)
            # Left alone, a wrong PIN may count or not, and no number of tries could be called wrong.
            doubtful = answer != WRONG_PIN
            place += 1
            pending = self._remember(network, session, place, kind, answer, screen)
            transcript = f"{transcript}*{answer}" if transcript else answer

    def _hop(
        self, network: Network, session: str, transcript: str, give_up: Callable[[], bool], doubtful: bool
    ) -> str | None:
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
            if doubtful and network.chance.random() < 0.25:
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

    def _answer(self, network: Network, kind: str, screen: str) -> str:
        if kind == "pin":
            return self._pin(network, screen)
        if kind in ("resident", "works", "review"):
            about = next((resident for name, resident in self.residents.items() if name in screen), None)
            if about is None:
                network.log.mistakes.append(f"an RT head was asked about a stranger: {screen[:60]!r}")
                return "9"
            return {"resident": about.lives, "works": about.works, "review": "1"}[kind]
        return self.plan.get(kind, "1")

    def _pin(self, network: Network, screen: str) -> str:
        """Wrong ones first; as many tries are gone as he typed wrong PINs, however often a hop came."""
        left = re.search(r"Sisa (\d) kali", screen)
        lost = MOST_PINS - int(left[1]) if left else 0
        if lost not in self.lost:
            network.log.mistakes.append(f"wrong PINs count as {lost} instead of {self.lost}")
        if self.typed < self.pins:
            self.typed += 1
            self.lost = {lost + 1}
            return WRONG_PIN
        self.lost.add(0)
        return PIN

    def _remember(self, network: Network, session: str, place: int, kind: str, answer: str, screen: str) -> Said | None:
        meant = (self.enrolment, *_EFFECTS[kind](answer)) if kind in _EFFECTS else None
        for name, resident in self.residents.items():
            if name in screen and (kind == "review" or (kind == "resident" and resident.lives == "5")):
                meant = resident.meant
        return network.log.add(Said(session, place, meant)) if meant else None


# Words of a text, and what they say to our question.
SMS_SAYS = {"YA": "confirms", "TIDAK": "denies", "tidak tahu": "does_not_know", "belum terdaftar": "denies"}


@dataclass
class Texter:
    """Somebody we ask by SMS. He does in order: wait (until the question has come), opt-out, or send a text.

    `steps`: what the words have to become, and the words.
    """

    number: str
    enrolment: int
    steps: tuple[tuple[str, str], ...]
    question: int = 0  # its outbox row, once asked
    done: bool = False

    def does(self, what: str) -> bool:
        return any(step == what for step, _ in self.steps)

    def planned(self) -> list[Meant]:
        """What must be in evidence, in this order, when all is said."""
        return [(self.enrolment, SMS_SAYS[words], "") for step, words in self.steps if step == "answer"]

    def text(
        self,
        network: Network,
        later: list[tuple[str, dict[str, str]]],
        arrives: Callable[[Texter, Callable[[], bool]], bool],
        give_up: Callable[[], bool],
    ) -> None:
        """Go through the steps; some of what is sent comes again later, out of order."""
        for step, words in self.steps:
            if step == "wait":
                if not arrives(self, give_up):
                    return
                continue
            if step == "opt-out":
                kind, form = "opt-outs", {"senderId": "SIGAP", "phoneNumber": self.number}
            else:
                kind, form = "sms", a_text(self.number, words, network.chance)
            said = None
            if step == "answer":
                said = network.log.add(Said(form["id"], 0, (self.enrolment, SMS_SAYS[words], "")))
            if not network.deliver(kind, form, give_up):
                return
            with network.log.lock:
                if kind == "sms":
                    network.log.texts[form["id"]] = Text(self.number, words, step)
                if network.chance.random() < 0.3:
                    later.append((kind, form))
            if said is not None:
                said.acknowledged = True
        self.done = True


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


def repeat_what_came(network: Network, later: list[tuple[str, dict[str, str]]], over: Callable[[], bool]) -> None:
    """Deliver texts and opt-outs again in any order, long after they were taken."""
    while not over():
        time.sleep(0.05)
        with network.log.lock:
            again = later.pop(network.chance.randrange(len(later))) if later else None
        if again is not None:
            with suppress(OSError):
                network.post(*again)


# What the provider says became of a text, the least certain first; a text that arrived did so, whoever gave it up.
STATUSES = ("Sent", "Buffered", "AbsentSubscriber", "Expired", "Failed", "Rejected", "Success")
KEPT_AS = dict(zip(STATUSES, ("sent", "buffered", "absent", "expired", "failed", "rejected", "delivered"), strict=True))


def report_deliveries(network: Network, sent: Callable[[], list[int]], over: Callable[[], bool]) -> None:
    """Say of half the texts handed over what became of them: in any order, some of it twice."""
    known: set[int] = set()
    waiting: list[tuple[int, str]] = []
    while True:
        ended = over()
        for our_id in sent():
            if our_id not in known and network.chance.random() < 0.5:
                waiting += [
                    (our_id, status) for status in network.chance.choices(STATUSES, k=network.chance.randint(1, 4))
                ]
            known.add(our_id)
        if ended and not waiting:
            return
        if waiting:
            our_id, status = waiting.pop(network.chance.randrange(len(waiting)))
            answer = network.post("delivery-reports", {"id": f"console-{our_id}", "status": status})
            taken = answer is not None and answer[0] == 200
            network.log.reported.setdefault(our_id, []).append((status, taken))
            if not taken or network.chance.random() < 0.2:
                waiting.append((our_id, status))
        time.sleep(0.02 if waiting else 0.2)
