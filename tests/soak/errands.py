"""What people call for in the race: what each says on which screen, and what must come of it.

A model of its own, written from what the screens say: it shares no line with the conversations it is held against.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from flows.references import ALPHABET, check_letter

# Words of the Indonesian catalogue by which a screen is known.
MENU, RESUME, LANGUAGE, NOTICE = "Cek perlindungan saya", "Tadi terputus", "Pilih bahasa", "Data Anda "
MAY_BE_SECRET = ("Batas jawab: ", "Ketik nomor laporan")  # where a report stands, or is about to be shown
ACTIVE, IS_YOU, WHO = "Benar, ini saya", "apakah ini Anda", "Anda siapa"
ASK_NIK, ASK_CODE = "16 angka NIK di KTP", "6 angka dari surat"
UNPAID, INACTIVE, PAY = "belum tercatat", "TIDAK AKTIF", "Bayar sendiri"
WHICH_WRONG, CARD, WORK, MONEY = "Data apa yang salah", "kartu peserta", "masih bekerja dan", "meminta uang dari"
NOTED, NOTED_SECRET = "Laporan dibuat", "Laporan rahasia dibuat"
URGENT, ACCIDENT, DEATH, URGENT_WORDS = "Apakah baru ada", "Sebut peserta BPJS", "urut berduka", "siapa, di mana"
CATEGORY, ABOUT, ABOUT_RT, IDENTITY = "Masalah apa", "perbuatan seseorang", "tidak diteruskan", "Bagaimana identitas"
ANONYMOUS_NOTE, WORDS, CONTACT = "Anonim: nama", "Tulis singkat masalahnya", "boleh menghubungi"
LISTED, ASK_NUMBER, UNKNOWN = "Laporan yang mana", "Ketik nomor laporan", "Nomor itu tidak ditemukan"
OPEN, OVER, PROPOSED = "Sudah beres", "1 Masih bermasalah\n2 Minta atasan", "Kabar paling lambat"
TOPICS, QUIZ, RIGHT, CORRECTED = "Apa yang Anda dapat", "Satu pertanyaan", "Benar. Kecelakaan", "Yang benar"
WHOM, AGREED, NIK, NAME = "Mengusulkan siapa", "orang itu setuju", "16 angka NIK. Harus", "nama lengkap"
JOB, KECAMATAN, KELURAHAN, RT_RW = "Pekerjaan utama", "kecamatan mana", "Kelurahan mana", "Ketik RT dan RW"
MEMBER, HELP = "Apakah sudah punya", "Boleh dilewati"
SETTINGS, SEE, DELETE, CORRECT = "Ganti bahasa", "berhak tahu", "Setelah dihapus", "untuk memperbaiki data"
# The last ones of a talk.
SAVED, NOT_ME, THANKS = "Jawaban tersimpan, nomor", "akan dilepas dari", "Program ini gratis"
RECEIPT, ANONYMOUS_RECEIPT, URGENT_RECEIPT = "Laporan diterima", "Laporan anonim diterima", "mendesak diterima"
STILL, SOLVED, ADDED, SUPERVISOR = "tetap terbuka", "ditutup sebagai sudah", "masuk ke laporan", "Atasan diminta"
PLACED, ON_THE_LIST, STOPPED, ASKED = (
    "Usulan tersimpan",
    "sudah ada di daftar program",
    "dihentikan",
    "Permintaan diter",
)
LAST = frozenset(
    {SAVED, NOT_ME, THANKS, RECEIPT, ANONYMOUS_RECEIPT, URGENT_RECEIPT, STILL, SOLVED, ADDED, SUPERVISOR}
    | {PLACED, ON_THE_LIST, STOPPED, ASKED}
)
REACHED_BY_ITSELF = (MENU, RESUME, LANGUAGE, NOTICE)  # where nothing is lost by a drop

_NUMBER = re.compile(r"BKS-[2-9A-Y]{6}")
_LINE = re.compile(r"^(\d) (.+)$", re.MULTILINE)

SURE, PERHAPS, UNSAID = "sure", "perhaps", "unsaid"


@dataclass
class Deed:
    """Something a person did that must be there afterwards: exactly once when sure, at most once when perhaps."""

    kind: str  # evidence | report | mark | proposal | learned | stopped | number try | code try
    phone: str
    facts: dict[str, Any]
    state: str = UNSAID
    session: str = ""
    place: int = 0  # how many answers of its session before it, itself counted
    number: str = ""  # the one that was on the screen afterwards


@dataclass(frozen=True)
class Step:
    """An answer, the screens that may follow it, and what it does; `stays` until it has been heard."""

    answer: str
    then: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    stays: bool = False

    @property
    def meeting(self) -> tuple[Any, ...] | None:
        """What another phone may be about to do as well, so that both do it at the same moment."""
        for deed in self.deeds:
            if deed.kind == "proposal":
                return "nik", deed.facts["nik"]
            if deed.kind == "report" and deed.facts["origin"] in ("cover", "money", "wrong_data"):
                return deed.facts["origin"], min(deed.facts["worker"]), deed.facts["field"]
        return None

    @property
    def may_be_last(self) -> bool:
        return any(screen in LAST for screen in self.then)


Errand = Generator[Step, str, None]


@dataclass(frozen=True)
class Insured:
    """A worker as those know him who have his letter in hand."""

    worker: int
    enrolment: int
    nik: str
    code: str
    state: str  # of the cover: active | unpaid | inactive | not_found


@dataclass
class Person:
    """Whoever holds a phone: for whom it answers (None: perhaps), and the numbers in the notebook."""

    number: str
    workers: list[Insured]
    known: bool = True  # has chosen a language and read the notice
    linked: bool | None = True
    notebook: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)  # numbers this phone was shown as its own
    listable: int = 0  # reports that it must be shown
    solved: list[str] = field(default_factory=list)
    let_go: bool = False  # it said that it is not the worker's

    def whose(self) -> set[int | None]:
        """The worker a report of this phone is about, before anybody said who is speaking."""
        if len(self.workers) != 1 or self.linked is False:
            return {None}
        return {self.workers[0].worker} | ({None} if self.linked is None else set())

    def did(self, kind: str, **facts: Any) -> Deed:
        return Deed(kind, self.number, facts)

    def reported(self, category: str, origin: str, identity: str, **more: Any) -> Deed:
        facts = {"urgency": "", "about": "", "field": "", "words": "", "worker": self.whose()} | more
        return self.did("report", category=category, origin=origin, identity=identity, **facts)


@dataclass(frozen=True)
class Plan:
    """One thing to call for, every answer drawn beforehand, so that it can be begun again in the same words."""

    kind: str
    said: dict[str, Any]

    @property
    def alone(self) -> bool:
        """Whether it changes for whom the phone answers, so that no other talk may be under way."""
        return self.kind == "link" or self.said.get("status") == "not_me"


def begin(person: Person, plan: Plan, public: list[str], chance: random.Random) -> Errand:
    """The errand, from the main menu on; `public` are numbers that anybody may have found."""
    if plan.kind == "follow":
        return follow(person, plan.said, public, chance)
    return _ERRANDS[plan.kind](person, plan.said)


def read_number(screen: str) -> str:
    """The number on a screen; "" when there is none."""
    found = _NUMBER.search(screen)
    return found[0] if found else ""


def _choices(screen: str) -> dict[str, str]:
    return {digit: label.strip() for digit, label in _LINE.findall(screen)}


def _noted(person: Person, deed: Deed, screen: str) -> None:
    deed.number = read_number(screen)
    if deed.number:
        person.notebook.append(deed.number)


# --- the cover ---

_STATUS = {"unpaid": UNPAID, "not_found": UNPAID, "inactive": INACTIVE}
_CARD = {"1": "yes", "2": "no", "3": "unsure"}
_WORK = {"1": "still_working", "2": "moved", "3": "not_working", "4": "now_employed"}
_MONEY = {"1": "no", "2": "yes", "3": "declined"}
_FIELD = dict(zip("123456", ("name", "nik", "address", "job", "phone", "birth_date"), strict=True))


def cover(person: Person, said: dict[str, Any]) -> Errand:
    """Somebody looks at the cover of one worker, says whether it is right, and answers the questions."""
    worker: Insured = said["worker"]
    opening = ACTIVE if worker.state == "active" else IS_YOU
    first = {True: (WHO if len(person.workers) > 1 else opening,), False: (ASK_NIK,), None: (ASK_NIK, opening)}
    seen = yield Step("1", first[person.linked])
    if WHO in seen:
        mine = next(digit for digit, label in _choices(seen).items() if label.endswith(worker.nik[-4:]))
        seen = yield Step(mine, (opening,))
    if ASK_NIK in seen:
        yield Step(worker.nik, (ASK_CODE,))
        person.linked = None
        yield Step(worker.code, (opening,), (person.did("code try"),))
        person.linked = True
    if said["status"] == "not_me":
        let_go = (_says(person, worker, "not_me"), _opened(person, worker, "wrong_data", "not_me", "secret"))
        yield Step("3" if opening == ACTIVE else "2", (NOT_ME,), let_go, stays=True)
        person.let_go = True
        return
    if opening == IS_YOU:
        yield from _bad_news(person, worker, said)
    elif said["status"] == "wrong_data":
        yield Step("2", (WHICH_WRONG,), (_says(person, worker, "wrong_data"),))
        yield from _wrong_field(person, worker, said)
    else:
        yield Step("1", (CARD,), (_says(person, worker, "confirms"),))
    yield from _questions(person, worker, said)


def _says(person: Person, worker: Insured, statement: str, detail: str = "") -> Deed:
    return person.did("evidence", enrolment=worker.enrolment, statement=statement, detail=detail)


def _opened(person: Person, worker: Insured, category: str, origin: str, identity: str, what: str = "") -> Deed:
    return person.reported(category, origin, identity, field=what, worker={worker.worker})


def _bad_news(person: Person, worker: Insured, said: dict[str, Any]) -> Errand:
    yield Step("1", (_STATUS[worker.state],), (_says(person, worker, "confirms"),))
    if said["officer"]:
        report = _opened(person, worker, "not_active", "cover", "normal")
        seen = yield Step("1", (NOTED,), (_says(person, worker, "asks_officer"), report))
        _noted(person, report, seen)
        yield Step("1", (CARD,))
    elif worker.state == "inactive":
        yield Step("2", (PAY,), (_says(person, worker, "asks_self_pay"),))
        yield Step("1", (CARD,))
    else:
        yield Step("2", (CARD,), (_says(person, worker, "wants_news"),))


def _wrong_field(person: Person, worker: Insured, said: dict[str, Any]) -> Errand:
    field = _FIELD[said["field"]]
    report = _opened(person, worker, "wrong_data", "wrong_data", "normal", field)
    seen = yield Step(said["field"], (NOTED,), (_says(person, worker, "wrong_field", field), report))
    _noted(person, report, seen)
    yield Step("1", (CARD,))


def _questions(person: Person, worker: Insured, said: dict[str, Any]) -> Errand:
    yield Step(said["card"], (WORK,), (_says(person, worker, "card", _CARD[said["card"]]),))
    yield Step(said["work"], (MONEY,), (_says(person, worker, _WORK[said["work"]]),))
    asked = _says(person, worker, "asked_money", _MONEY[said["money"]])
    if said["money"] == "2":
        report = _opened(person, worker, "asked_money", "money", "secret", "yes")
        seen = yield Step("2", (NOTED_SECRET,), (asked, report))
        _noted(person, report, seen)
        yield Step("1", (SAVED,))
    else:
        yield Step(said["money"], (SAVED,), (asked,))


# --- reports ---

# Digit -> category, and whether somebody's conduct may be behind it.
CATEGORIES = {
    "1": ("not_active", False),
    "2": ("wrong_data", False),
    "3": ("asked_money", True),
    "4": ("claim", False),
    "6": ("wrong_person", True),
    "7": ("other", True),
}
RESTRICTED = {"asked_money", "wrong_person", "rt_conduct", "conduct"}
_ABOUT = {"1": ("rt_rw", "rt_conduct"), "2": ("officer", "conduct"), "3": ("", "")}
_IDENTITY = {"1": "normal", "2": "secret", "3": "anonymous"}


def report(person: Person, said: dict[str, Any]) -> Errand:
    """A problem, told by name, in confidence or anonymously."""
    yield Step("2", (URGENT,))
    yield Step("3", (CATEGORY,))
    category, of_somebody = CATEGORIES[said["category"]]
    about, conduct = _ABOUT[said["about"]] if of_somebody else ("", "")
    yield Step(said["category"], (ABOUT if of_somebody else IDENTITY,))
    if of_somebody:
        yield Step(said["about"], (ABOUT_RT if about == "rt_rw" else IDENTITY,))
    if about == "rt_rw":
        yield Step("1", (IDENTITY,))
    identity = _IDENTITY[said["identity"]]
    yield Step(said["identity"], (ANONYMOUS_NOTE if identity == "anonymous" else WORDS,))
    filed = person.reported(conduct or category, "report", identity, about=about, words=said["words"])
    if identity == "anonymous":
        filed.facts["worker"] = {None}
        yield Step("1", (WORDS,))
        seen = yield Step(said["words"], (ANONYMOUS_RECEIPT,), (filed,))
    else:
        yield Step(said["words"], (CONTACT,), (filed,))
        seen = yield Step(said["contact"], (RECEIPT,))
        person.listable += identity == "normal" and filed.facts["category"] not in RESTRICTED
    _noted(person, filed, seen)


def urgent(person: Person, said: dict[str, Any]) -> Errand:
    """An accident or a death: advice first, then words, and no form."""
    yield Step("2", (URGENT,))
    yield Step(said["urgency"], (ACCIDENT if said["urgency"] == "1" else DEATH,))
    yield Step("1", (URGENT_WORDS,))
    urgency = "accident" if said["urgency"] == "1" else "death"
    filed = person.reported("claim", "report", "normal", urgency=urgency, words=said["words"])
    seen = yield Step(said["words"], (URGENT_RECEIPT,), (filed,))
    person.listable += 1
    _noted(person, filed, seen)


def follow(person: Person, said: dict[str, Any], public: list[str], chance: random.Random) -> Errand:
    """What became of a report or a proposal: one of this phone's, or any number somebody was told."""
    seen = yield Step("3", (LISTED,) if person.listable else (LISTED, ASK_NUMBER))
    if LISTED in seen:
        shown = [label for label in _choices(seen).values() if _NUMBER.fullmatch(label)]
        person.lists += shown
        if said["from list"]:
            seen = yield Step("1", (OPEN, OVER))
            yield from _marked(person, said, shown[0], seen)
            return
        yield Step("8", (ASK_NUMBER,))
    if said["mistyped"]:
        body = "".join(chance.choices(ALPHABET, k=5))
        yield Step(f"bks {body}{check_letter(body)}", (UNKNOWN,), (person.did("number try"),))
        yield Step("1", (ASK_NUMBER,))
    own = person.notebook if person.notebook and chance.random() < 0.7 else public
    known = {"newest": person.notebook[-1:], "solved": person.solved[-1:]}.get(said["which"]) or own
    if not known:
        yield Step("0", (MENU,), stays=True)
        yield Step("0", (THANKS,), stays=True)
        return
    number = chance.choice(known)
    seen = yield Step(number.removeprefix("BKS-") if said["from list"] else number, (OPEN, OVER, PROPOSED))
    yield from _marked(person, said, number, seen)


def _marked(person: Person, said: dict[str, Any], number: str, seen: str) -> Errand:
    if PROPOSED in seen:
        yield Step("1", (THANKS,))
        return
    mark = said["mark"] if OPEN in seen or said["mark"] != "solved" else "still"
    digit = {"still": "1", "solved": "2", "supervisor": "3" if OPEN in seen else "2"}[mark]
    ends = {"still": (STILL, ADDED), "solved": (SOLVED, ADDED), "supervisor": (SUPERVISOR,)}[mark]
    yield Step(digit, ends, (person.did("mark", number=number, mark=mark),))
    if mark == "solved":
        person.solved.append(number)


# --- the rest ---


def propose(person: Person, said: dict[str, Any]) -> Errand:
    """Somebody who was missed; this phone's own worker is on the list, and that may be told."""
    yield Step("5", (WHOM,))
    if said["neighbour"]:
        yield Step("2", (AGREED,))
    yield Step("1", (NIK,))
    yield Step(said["nik"], (NAME,))
    yield Step(said["name"], (JOB,))
    yield Step(said["job"], (KECAMATAN,))
    seen = yield Step(said["area"], (KELURAHAN,))
    kelurahan = _choices(seen)["1"]
    yield Step("1", (RT_RW,))
    yield Step(said["rt_rw"], (MEMBER,))
    yield Step(said["member"], (HELP,))
    facts = {key: said[key] for key in ("nik", "name", "neighbour", "rt_rw")} | {"kelurahan": kelurahan}
    theirs = any(worker.nik == said["nik"] for worker in person.workers)
    # Whose phone has let go of the worker, or is about to answer for one, may be told either.
    if theirs and person.linked:
        yield Step("6", (ON_THE_LIST,))
        return
    placed = person.did("proposal", **facts)
    seen = yield Step("6", (PLACED,), (placed,))
    _noted(person, placed, seen)


def benefits(person: Person, said: dict[str, Any]) -> Errand:
    """What the cover pays, and the question whether the words were understood."""
    yield Step("4", (TOPICS,))
    seen = yield Step(said["topic"], _PAGES[said["topic"]][0])
    for page in _PAGES[said["topic"]][1:]:
        seen = yield Step("1", page)
    seen = yield Step("1", (QUIZ, TOPICS))
    if QUIZ in seen:
        answer = {"1": "kesehatan", "2": "ketenagakerjaan", "3": "unsure"}[said["answer"]]
        learned = person.did("learned", answer=answer)
        yield Step(said["answer"], (RIGHT if said["answer"] == "2" else CORRECTED,), (learned,))
        yield Step("1", (TOPICS,))
    yield Step("0", (MENU,), stays=True)
    yield Step("0", (THANKS,), stays=True)


_PAGES = {
    "1": (("JKK: kecelakaan",), ("Tidak bisa bekerja",), ("Meninggal karena kerja",)),
    "3": (("BPJS Kesehatan: ",),),
    "5": (("TIDAK termasuk",),),
}


def settings(person: Person, said: dict[str, Any]) -> Errand:
    """Reminders are stopped, or data are asked for, put right, or to be deleted."""
    yield Step("6", (SETTINGS,))
    wish = said["wish"]
    if wish == "stop":
        yield Step("2", (STOPPED,), (person.did("stopped"),))
        return
    asks = {"see": ("3", SEE), "correct": ("4", CORRECT), "delete": ("5", DELETE)}[wish]
    seen = yield Step(asks[0], (asks[1], WHICH_WRONG) if wish == "correct" else (asks[1],))
    if WHICH_WRONG in seen:
        yield from _wrong_field(person, person.workers[0], said)
        yield from _questions(person, person.workers[0], said)
        return
    report = person.reported("data", "data", "normal", field=wish)
    seen = yield Step("1", (ASKED,), (report,))
    person.listable += 1
    _noted(person, report, seen)


_ERRANDS: dict[str, Callable[[Person, dict[str, Any]], Errand]] = {
    "cover": cover,
    "link": cover,
    "report": report,
    "urgent": urgent,
    "propose": propose,
    "benefits": benefits,
    "settings": settings,
}
