"""What has to have become of each text, by what went over the doors alone; held against the tables at the end.

One principle: a text answers only what its writer can have read. The rest follows: of what was read the newest that has
such an answer, a digit only where one was offered, a copy nothing, parts what they say together, another's name not the
asked one's word, STOP at once, and words that answer nothing are kept where somebody reads them.

Nothing of the service is used here. What its texts ask, and what people here write, is known as a person knows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.soak.texters import READ, Phone, Utterance

Effect = tuple[str, ...]

_CLOSE = 0.4  # seconds around which nobody can tell what was read
_STILL_COMING = 3.0  # seconds after STOP in which what had left already may still arrive
_QUICK = 4.0  # seconds within which somebody has a reply, while a worker is at another's text
_EACH = 6


@dataclass(frozen=True)
class Asked:
    """A text of ours that asks: a phrase it is known by, what its digits mean, and what words mean."""

    name: str
    phrase: str
    digits: Mapping[str, Effect] = field(default_factory=dict)
    words: Mapping[str, Effect] = field(default_factory=dict)
    programme: bool = False  # the programme's question, not a talk
    free: bool = False  # whatever is written is the answer


def _evidence(statement: str, detail: str = "") -> Effect:
    return "evidence", statement, detail


_NOTHING: Effect = ("nothing",)
_YES_NO = {
    "ya": _evidence("confirms"),
    "tidak": _evidence("denies"),
    "belum": _evidence("denies"),
    "tidak tahu": _evidence("does_not_know"),
    "saya belum pernah didaftarkan bu": _evidence("denies"),
    "saya tidak terdaftar bu": _evidence("denies"),
}
_BARE = frozenset({"ya", "tidak", "belum"})
_ONE_TWO_THREE = {"1": _YES_NO["ya"], "2": _YES_NO["tidak"], "3": _YES_NO["tidak tahu"]}
_WORKS = _evidence("still_working")
_CARD = [_evidence("card", said) for said in ("yes", "no", "unsure")]
ASKED = (
    Asked("question", "apakah anda sudah terdaftar", words=_YES_NO, programme=True),
    Asked("question in digits", "balas 1 jika sudah", digits=_ONE_TWO_THREE, words=_YES_NO, programme=True),
    Asked("own word", "yang kami tanya", words=_YES_NO, programme=True),
    Asked("cover", "iuran", {"1": _evidence("confirms")}, {"benar, ini saya": _evidence("confirms")}),
    Asked(
        "card",
        "kartu peserta",
        dict(zip("123", _CARD, strict=True)),
        dict(zip(("sudah", "belum", "tidak tahu"), _CARD, strict=True)),
    ),
    Asked("work", "masih bekerja", {"1": _WORKS, "2": _evidence("moved")}, {"ya": _WORKS}),
    Asked("money", "meminta uang dari anda", {"1": _evidence("asked_money", "no")}),
    Asked("urgent", "kecelakaan kerja atau kematian", {"3": _NOTHING}),
    Asked("category", "masalah apa", {"7": _NOTHING}),
    Asked("about", "perbuatan seseorang", {"3": _NOTHING}),
    Asked("identity", "bagaimana identitas", {"1": ("identity", "normal"), "2": ("identity", "secret"),
                                              "3": ("identity", "anonymous")}),
    Asked("no name", "anonim: nama", {"1": _NOTHING}),
    Asked("words", "tulis singkat", free=True),
    Asked("contact", "boleh menghubungi", {"2": _NOTHING}),
)  # fmt: skip
_BEGINS_A_TALK = frozenset({"cek", "lapor"})
_ASKS_HELP = "bantuan"
_GRIEVES = ("sudah terdaftar tapi saya dimintai", "orangnya datang lagi minta uang", "petugas minta uang")
_SAYS_WHO, _DENIES_BY_NAME = "ini ", "belum terdaftar"
_OF_ANOTHER, _WISH = ("ini buat ibu saya", "ini istrinya", "kalo saya", "kalo istri"), "lapor anonim pak"
_A_SHORT_COMPLAINT = "kartu hilang"


@dataclass(frozen=True)
class Prompt:
    """One text of ours that asked something, as the phone got it."""

    asked: Asked
    at: float
    words: str


@dataclass
class Due:
    """What has to come of one text: effects in the tables, each once, or only that its words are kept."""

    said: Utterance
    effects: list[Effect] = field(default_factory=list)
    answers: str = ""  # what it was taken for
    others_word: bool = False


class Oracle:
    """Goes through what one phone sent, in the order it was written, and says what each text must come to."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.prompts = [Prompt(*found) for text in phone.got if (found := _asks(text.words, text.at))]
        self.dead_until = 0.0  # prompts of talks that came before it are answered or left
        self.stopped_at = float("inf")
        self.identity = ""
        self.reports: list[str] = []  # words of those that this phone made, the newest last
        self.anonymous = False  # whether the newest of them is
        self.wished = False  # whether it asked not to be named, and told nothing yet
        self.doubtful = False

    def all(self) -> list[Due]:
        # STOP overtakes: whatever was written before it counts all the same.
        self.stopped_at = min((said.at for said in self.phone.said if said.words == "STOP"), default=float("inf"))
        return [self._due(said) for said in self.phone.said]

    def _due(self, said: Utterance) -> Due:
        due, words = Due(said), said.words.casefold()
        if said.kind == "poison":
            due.effects.append(("set aside",))
        elif said.kind == "call":
            self.dead_until = said.at
            self._report(due, "normal", said.words)
        elif words == "stop":
            due.effects.append(("stopped",))
            self.dead_until = said.at
        elif words in _BEGINS_A_TALK or words == _WISH:
            self.dead_until = said.at
            self.identity, self.wished = "", words == _WISH
            due.answers = "a wish" if self.wished else ""
        elif words.startswith("lapor ") and self.anonymous:
            self._add(due, said.words[6:])  # a report of its own would name who made the one before
        elif words.startswith("lapor "):
            self.dead_until = said.at
            self._report(due, "secret", said.words[6:])
        elif words != _ASKS_HELP:
            self._answer(due, words)
        return due

    def _answer(self, due: Due, words: str) -> None:
        prompt = self._answered(due.said, words)
        if prompt is not None and prompt.asked.free:
            self.dead_until = due.said.at
            self._report(due, self.identity, due.said.words)
        elif prompt is not None:
            due.answers = prompt.asked.name
            if not prompt.asked.programme:
                self.dead_until = due.said.at
            self._meant(due, {**prompt.asked.digits, **prompt.asked.words}[words])
        elif words.startswith(_OF_ANOTHER):
            due.others_word = True
        elif words.startswith(_SAYS_WHO):
            self._by_name(due, words)
        elif any(words.startswith(beginning) for beginning in _GRIEVES):
            if words.startswith("sudah") and any(one.asked.programme for one in self._read(due.said)):
                due.effects.append((*_YES_NO["ya"], self._whom(due.said)))  # a yes beside a complaint is one
            self._add(due, due.said.words) if self.reports else self._report(due, "secret", due.said.words)
        elif len(words.split()) > 2 and self.wished:
            self.wished = False
            self._report(due, "anonymous", due.said.words)
        elif (len(words.split()) > 2 or words == _A_SHORT_COMPLAINT) and self.reports:
            self._add(due, due.said.words)

    def _read(self, said: Utterance) -> list[Prompt]:
        return [prompt for prompt in self.prompts if prompt.at + READ <= said.at]

    def _answered(self, said: Utterance, words: str) -> Prompt | None:
        """The newest prompt that can have been read and has this answer."""
        digit = words.isdecimal()
        for prompt in reversed(self.prompts):
            if abs(prompt.at + READ - said.at) < _CLOSE or said.at < prompt.at + READ < said.heard:
                self.doubtful |= said.heard - said.at > _CLOSE
                self.doubtful |= abs(prompt.at + READ - said.at) < _CLOSE
            if prompt.at + READ > said.at:
                continue
            if prompt.asked.programme:
                if said.at <= self.stopped_at and words in (prompt.asked.digits if digit else prompt.asked.words):
                    return prompt
                continue
            dead = prompt.at <= self.dead_until
            if digit or prompt.asked.free or words in prompt.asked.words:
                fits = prompt.asked.free or words in (prompt.asked.digits if digit else prompt.asked.words)
                if not dead and fits:
                    return prompt
                if digit:
                    return None  # it was for a prompt that is answered already
            elif not dead and words in _BARE:
                return None  # asked again at this prompt, which has no such answer
        return None

    def _meant(self, due: Due, meant: Effect) -> None:
        if meant[0] == "evidence":
            due.effects.append((*meant, self._whom(due.said)))
        elif meant[0] == "identity":
            self.identity = meant[1]

    def _whom(self, said: Utterance) -> str:
        """The worker it is about: of several, whose name the question had."""
        named = [prompt.words for prompt in self.prompts if prompt.asked.name == "question" and prompt.at <= said.at]
        for worker in self.phone.workers:
            if len(self.phone.workers) == 1 or (named and worker.called in named[-1]):
                return str(worker.enrolment)
        return "nobody"

    def _by_name(self, due: Due, words: str) -> None:
        """Only the asked one's own word counts."""
        asked = self._whom(due.said)
        own = next((worker for worker in self.phone.workers if str(worker.enrolment) == asked), None)
        if own is None or own.called.casefold() not in words:
            due.others_word = True
            return
        due.effects.append((*_YES_NO["tidak" if _DENIES_BY_NAME in words else "ya"], asked))

    def _report(self, due: Due, identity: str, words: str) -> None:
        self.reports.append(words)
        self.anonymous = identity == "anonymous"
        due.effects.append(("report", identity, words))

    def _add(self, due: Due, words: str) -> None:
        due.effects.append(("added", self.reports[-1], words))


def _asks(words: str, at: float) -> tuple[Asked, float, str] | None:
    folded = words.casefold()
    found = next((asked for asked in ASKED if asked.phrase in folded), None)
    return (found, at, words) if found else None


# --- the tables ---


@dataclass(frozen=True)
class Tables:
    """What is left, opened: by gateway's id of a text, by number of a phone, by words."""

    evidence: Sequence[tuple[str, str, str, str]]  # the text it was said in, statement, detail, enrolment
    reports: Sequence[tuple[str, str, str, tuple[str, ...]]]  # number or "", identity, words, what was added
    texts: Mapping[str, tuple[str, str, bool, str]]  # id -> number, what became of it, whether set aside, its words
    stopped: frozenset[str]
    left: int  # texts that wait still


@dataclass
class Counts:
    """What was found wrong with the phones of one situation."""

    phones: int = 0
    texts: int = 0
    doubtful: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


@dataclass
class Reckoned:
    """The whole: counts by situation, and what is to be told."""

    situations: dict[str, Counts] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    effects: int = 0

    def total(self, what: str) -> int:
        return sum(counts.wrong[what] for counts in self.situations.values())


KINDS = ("lost", "doubled", "borrowed", "misheard")


def reckon(phones: Sequence[Phone], tables: Tables) -> Reckoned:
    """Hold every phone's texts against the tables."""
    found = _Found(phones, tables)
    reckoned = Reckoned()
    told: Counter[str] = Counter()
    for phone in phones:
        counts = reckoned.situations.setdefault(phone.situation, Counts())
        counts.phones += 1
        counts.texts += sum(len(said.posts) for said in phone.said)
        oracle = Oracle(phone)
        dues = oracle.all()
        if oracle.doubtful:
            counts.doubtful += 1
            continue
        reckoned.effects += sum(len(due.effects) for due in dues)
        for kind, what in [*_silent(phone), *found.wrong(phone, dues), *_over_the_door(phone)]:
            counts.wrong[kind] += 1
            told[kind] += 1
            if told[kind] <= _EACH:
                reckoned.faults.append(f"{kind}, {phone.situation} ({phone.number}): {what}")
    for kind in KINDS:
        if told[kind] > _EACH:
            reckoned.faults.append(f"... and {told[kind] - _EACH} more {kind}")
    strange = [words for number, _, words, _ in tables.reports if not number and words not in found.expected_words]
    reckoned.faults += [f"misheard: an anonymous report that nobody made: {words!r}" for words in strange[:_EACH]]
    if tables.left:
        reckoned.faults.append(f"lost: {tables.left} texts wait for ever")
    return reckoned


class _Found:
    """What is in the tables, by the texts that it came from."""

    def __init__(self, phones: Sequence[Phone], tables: Tables) -> None:
        self.tables = tables
        self.evidence: dict[str, list[Effect]] = defaultdict(list)
        for post, statement, detail, enrolment in tables.evidence:
            self.evidence[post].append(("evidence", statement, detail, enrolment))
        self.reports: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = defaultdict(list)
        owners = {_joined(words): phone.number for phone in phones for words in _words_of(phone)}
        self.expected_words = {words for phone in phones for words in _words_of(phone)}
        for report in tables.reports:
            self.reports[report[0] or owners.get(_joined(report[2]), "")].append(report)

    def wrong(self, phone: Phone, dues: Sequence[Due]) -> Iterable[tuple[str, str]]:
        for due in dues:
            yield from self._evidence(due)
            yield from self._kept(phone, due)
        yield from self._reports(phone, dues)
        stopped = any(("stopped",) in due.effects for due in dues)
        if stopped != (phone.number in self.tables.stopped):
            yield ("lost", "STOP was not heard") if stopped else ("misheard", "stopped, and never said so")

    def _evidence(self, due: Due) -> Iterable[tuple[str, str]]:
        expected = Counter(effect for effect in due.effects if effect[0] == "evidence")
        held = Counter(effect for post in due.said.posts for effect in self.evidence[post.id])
        yield from _compared(due, expected, held)

    def _reports(self, phone: Phone, dues: Sequence[Due]) -> Iterable[tuple[str, str]]:
        """Reports and what was added to them; parts may stand in one or one behind the other."""
        wanted = Counter(effect for due in dues for effect in due.effects if effect[0] in ("report", "added"))
        held: Counter[Effect] = Counter()
        cut = {due.said.words: [post.words for post in due.said.posts] for due in dues if len(due.said.posts) > 1}
        for number, identity, words, added in self.reports[phone.number]:
            if identity == "anonymous" and number:
                yield "borrowed", f"an anonymous report leads to its phone: {words!r}"
            if identity == "anonymous" and (kept := self._kept_under(phone, (words, *added))):
                yield "borrowed", f"words of an anonymous report stay under its phone: {kept!r}"
            whole, rest = _rejoined(words, added, cut)
            held["report", identity, whole] += 1
            for more in rest:
                held["added", whole, more] += 1
        for effect in wanted - held:
            yield "lost", f"{effect}"
        for effect in held - wanted:
            yield ("doubled" if effect in wanted else "misheard"), f"{effect}"

    def _kept_under(self, phone: Phone, told: Sequence[str]) -> str:
        """A text of this phone that an officer could still read and that is in a report of nobody's; "" for none."""
        rows = (self.tables.texts.get(post.id) for said in phone.said for post in said.posts)
        kept = (_joined(row[3]) for row in rows if row is not None)
        return next((words for words in kept if words and any(words in _joined(place) for place in told)), "")

    def _kept(self, phone: Phone, due: Due) -> Iterable[tuple[str, str]]:
        """Acknowledged words are in a report, under it, or still in the text where an officer reads them."""
        rows = [self.tables.texts.get(post.id) for post in due.said.posts]
        if None in rows:
            yield "lost", f"acknowledged and not stored: {due.said.words!r}"
            return
        aside = [row for row in rows if row and row[2]]
        if bool(aside) != (("set aside",) in due.effects):
            yield "lost", f"{due.said.words!r} was {'' if aside else 'not '}set aside"
        if len(due.said.words.split()) < 3 or due.answers:  # an option's own words are in what they came to
            return
        here = {row[3] for row in rows if row}
        told = [part for _, _, words, added in self.reports[phone.number] for part in (words, *added)]
        # A report takes the words without the LAPOR before them.
        for words in {post.words.removeprefix("LAPOR ") for post in due.said.posts}:
            if not any(_joined(words) in _joined(place) for place in (*here, *told)):
                yield "lost", f"acknowledged words are nowhere: {words!r}"


def _rejoined(words: str, added: Sequence[str], cut: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """A report whose words came in parts, as if they had come in one."""
    rest = list(added)
    for whole, parts in cut.items():
        missing = whole.removeprefix(words).strip()
        if whole != words and whole.startswith(words) and missing in rest and missing in parts:
            rest.remove(missing)
            return whole, rest
    return words, rest


def _compared(due: Due, expected: Counter[Effect], held: Counter[Effect]) -> Iterable[tuple[str, str]]:
    for effect in expected - held:
        yield "lost", f"{due.said.words!r} must say {effect}"
    for effect in held - expected:
        kind = "doubled" if effect in expected else "borrowed" if due.others_word else "misheard"
        yield kind, f"{due.said.words!r} said {effect}{', and answers ' + due.answers if due.answers else ''}"


def _silent(phone: Phone) -> Iterable[tuple[str, str]]:
    yield from (("lost", f"a reply: {mistake}") for mistake in phone.mistakes)


def _over_the_door(phone: Phone) -> Iterable[tuple[str, str]]:
    """Each text of ours comes once; whoever sent STOP is asked nothing more; nobody waits for somebody else's text."""
    for our_id, times in Counter(text.our_id for text in phone.got).items():
        if times > 1:
            words = next(text.words for text in phone.got if text.our_id == our_id)
            yield "doubled", f"handed over {times} times: {words[:50]!r}"
    for stop in (said for said in phone.said if said.words == "STOP"):
        for prompt in (Prompt(*found) for text in phone.got if (found := _asks(text.words, text.at))):
            if prompt.asked.programme and prompt.at > stop.heard + _STILL_COMING:
                yield "misheard", f"asked ({prompt.asked.name}) {prompt.at - stop.heard:.0f} s after STOP"
    for said in phone.said:
        came = min((text.at for text in phone.got if text.at > said.at), default=float("inf"))
        if said.kind == "quick" and came > said.heard + _QUICK:
            yield "lost", f"{came - said.heard:.0f} s without a reply behind somebody else's text"


def _words_of(phone: Phone) -> Iterable[str]:
    """All that could be the words of a report of this phone."""
    for said in phone.said:
        yield said.words.removeprefix("LAPOR ")
        for post in said.posts:
            yield post.words.removeprefix("LAPOR ")


def _joined(words: str) -> str:
    return " ".join(words.split())
