"""What a worker's text says to the one question: yes, no, unsure, a grievance, STOP, or something else.

Two errors are worse than all others: a yes that was none, and a STOP not heard. What must never be missed is told by
rules; the rest is weighed by what was learned from thousands of replies. Whoever is not understood for SURE is asked
back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows import spelling
from flows.accidents import without_what_was_none
from flows.clues import said, typed
from flows.complaints import kinds
from flows.lexicon import KNOWN, word_set
from flows.machines import is_from_a_machine
from flows.other_things import is_of_something_else
from flows.reading import command
from flows.spelling import Written
from flows.weights import ANSWERS, MEANINGS, Meaning, Weights, weights

SURE = 0.8  # below it nobody acts on a meaning: the worker is asked back, once
# How likely a meaning has to be to count as sure: found by authors who were held out (`tests.flows.train --held-out`).
_ENOUGH: dict[Meaning, float] = {
    "stop": 0.7, "grievance": 0.78, "yes": 0.78, "no": 0.6, "unsure": 0.65, "other": 0.6,
}  # fmt: skip
_ENOUGH_BESIDE: dict[Meaning, float] = {"yes": 0.75, "no": 0.7, "unsure": 0.6}
_PERHAPS_STOP = 0.05  # a likelihood of STOP with which nothing else is sure; where one of its own words stands, less
_HARDLY_STOP = 0.01
_SOME_STOP = 0.1  # with which a STOP in a clause by itself is one
_CLAUSE = re.compile(r"[.,!;\n]+")
# Without one of these nobody asks for no more texts: "kirim lagi sms nya" asks for one.
_REFUSING = word_set(
    "stop berhenti hentikan jangan tidak bukan ogah capek ganggu berisik spam hapus dihapus blokir cukup langganan"
    " keluar batal matikan nonaktif nonaktifkan coret dicoret usah lapor"
) | {"unreg", "unsub", "cancel", "quit", "end", "off", "enough", "udahan", "sudahi", "risih", "bosan"}
_NOT_TO_STOP = re.compile(r"\b(?:jangan|tidak|belum|bukan) (?:di )?(?:stop|berhenti|hentikan|hapus|dihapus|dicoret)\b")
_REFUSED = word_set("ditolak tolak gagal dicabut dicoret keterima lolos disetujui rejected refused")
# A yes is sure only where a word affirms it, and where nothing else is said that may undo it, unless it is very likely.
_AFFIRMING = word_set(
    "ya sudah ada punya terdaftar betul masih dapat terima aktif ikut daftar didata pegang masuk pasti peserta kebagian"
    " jadi bayar kartu"
)
_UNDOING = word_set(
    "belum tidak bukan jangan katanya tunggu kalau semoga apa siapa kenapa mana kapan sembako bantuan pkh uang gaji"
)
_SURE_THOUGH_UNDONE = 0.97
_DOUBTFUL = word_set("suami istri anak bapak ibu saudara tetangga tapi cuma kerja mau")
_SURE_THOUGH_DOUBTFUL = 0.9
_NO_DOUBT = re.compile(r"\bbelum dipakai\b|\bsemoga sehat\b|\bjangan (?:sampai|dipungut)\b")
# In few words each is of the cover, or of the courtesies and names behind it: "sudah laku" is of something else.
_FEW = 3
_HALF_A_WORD = 2  # letters: "um" of "belum", where they are no word of the lexicon
_SURE_THOUGH_STRANGE = 0.95
_OF_THE_COVER = word_set(
    "ya betul sudah pasti saya juga sendiri masih memang sekali banget semua dan halo salam maaf terimakasih ok"
    " siap sip alhamdulillah baik aman jempol banyak lah sekarang terdaftar daftar didata terima dapat punya ada"
    " ikut masuk aktif peserta pegang bpjs ketenagakerjaan kartu nama data sigap program layanan lama dulu dari"
    " sejak tahun bulan lalu kemarin sampai hari pas tanggal # baru minggu rt rw kelurahan kota bekasi pemkot oleh"
    " lewat di ke tadi jadi sama yang itu walikota camat dinas koperasi komunitas kader paguyuban gojek grab gratis"
    " semoga sehat selalu insyaallah balas jawab"
)
# "BPJS yang mana ya?" only asks; whoever says one of the others as well tells something of himself.
_ASKING = frozenset({"?", "apa", "mana"})
_OF_ONESELF = word_set("ada punya saya sudah belum tidak bukan tahu lupa ingat kurang bingung kayaknya mungkin katanya")
_COMPLAINTS = frozenset({"money", "card", "data", "claim", "harm", "death"})  # "hapus nama saya" is none
_EVER = word_set("pernah pak bu mas mbak kak bang ya sih kok")
# The way we ask back.
_DIGITS: dict[str, Meaning] = {"1": "yes", "2": "no", "3": "unsure", "satu": "yes", "dua": "no", "tiga": "unsure"}
_BARE: dict[str, Meaning] = {"ya": "yes", "sudah": "yes", "tidak": "no", "belum": "no"}  # the words we ask for


@dataclass(frozen=True)
class Understood:
    """What a text means, how sure that is, from 0 to 1, and what else it surely says."""

    meaning: Meaning
    confidence: float
    also: tuple[Meaning, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it may be acted on without asking back."""
        return self.confidence >= SURE

    @property
    def asks_back(self) -> bool:
        """Whether the worker is to be asked what he means."""
        return not self.sure


@lru_cache(maxsize=64)  # one text is asked about several times while it is heard
def understand(text: str) -> Understood:
    """What a text says to "are you registered and covered?"; STOP goes first, then a grievance."""
    return understood_by(weights(), text)


def understood_by(learned: Weights, text: str) -> Understood:
    """What a text says, as these weights have it."""
    if command(text) == "stop" or command(spelling.plain(text)) == "stop":
        return Understood("stop", 0.99)
    told, text = text, without_what_was_none(text)
    written = spelling.read(text)
    tokens = typed(written)
    if told != text and len(tokens) <= 1:  # "iya ga ada kecelakaan"
        return Understood("other", 0.0)
    if set(tokens) <= _EVER and "pernah" in tokens:  # ever, or never?
        return Understood("other", 0.0)
    if len(tokens) == 1 and len(tokens[0]) == _HALF_A_WORD and tokens[0].isalpha() and tokens[0] not in KNOWN:
        return Understood("other", 0.0)
    if len(tokens) == 1 and (asked_for := _DIGITS.get(tokens[0]) or _BARE.get(" ".join(said(written)))):
        return Understood(asked_for, SURE - 0.1 if _only_thanks(written) else 0.97)
    meanings, answers = learned.read(written)
    likely = dict(zip(MEANINGS, meanings, strict=True))
    if likely["stop"] >= _SOME_STOP and _says_stop(text, written) and not is_from_a_machine(text):
        return Understood("stop", 0.9, _beside("stop", answers, written.words))
    if said(written)[-1:] == ["?"] or not _REFUSED.isdisjoint(
        written.words
    ):  # neither a question confirms nor a refusal
        likely["yes"] = 0.0
        answers = [0.0 if answer == "yes" else how for answer, how in zip(ANSWERS, answers, strict=True)]
    meaning = max(likely, key=lambda one: likely[one])
    confidence = _confidence(meaning, likely[meaning])
    unsound = meaning != "other" and (is_from_a_machine(text) or _may_be_none(meaning, written))
    if unsound or _may_be_worse(meaning, likely, written):
        confidence = min(confidence, SURE - 0.01)
    return Understood(meaning, round(confidence, 2), _beside(meaning, answers, written.words))


def _says_stop(text: str, written: Written) -> bool:
    """Whether the first or the last clause is a STOP by itself: "Sudah terdaftar. Stop", not "Stop! Jangan pungli"."""
    clauses = [clause for clause in _CLAUSE.split(spelling.plain(text)) if clause.strip()]
    if len(clauses) < 2:
        return False
    complains = bool(kinds(" ".join(written.words))) and "sms" not in written.words
    return command(clauses[-1]) == "stop" or (command(clauses[0]) == "stop" and not complains)


def _may_be_worse(meaning: Meaning, likely: dict[Meaning, float], written: Written) -> bool:
    """Whether a STOP may be missed or be none, or a yes may be none: then the worker is asked, however likely it is."""
    if meaning == "yes":
        return likely["stop"] > _PERHAPS_STOP or _may_be_no_yes(likely["yes"], written)
    if meaning == "stop":
        return _NOT_TO_STOP.search(" ".join(written.words)) is not None or _REFUSING.isdisjoint(written.words)
    if meaning == "unsure" and not _ASKING.isdisjoint(written.words) and _OF_ONESELF.isdisjoint(written.words):
        return True
    return likely["stop"] > (_HARDLY_STOP if "stop" in written.words else _PERHAPS_STOP)


_PART_OF = re.compile(r"\bsalah #")  # "salah satu udah": of two people, or of two cards
_SEVERAL_DIGITS = re.compile(r"#(?: , #)*")
_AGAINST: dict[str, str] = {"1": "no", "2": "yes"}


def _may_be_none(meaning: Meaning, written: Written) -> bool:
    """Whether it is an answer of something else, of one among several, or by digits that say two things."""
    if meaning not in ("yes", "no", "unsure"):
        return False
    heard, tokens = " ".join(said(written)), typed(written)
    several = (
        _SEVERAL_DIGITS.fullmatch(heard) is not None
        and len([one for one in tokens if one.isalnum() and one not in KNOWN]) > 1
    )
    if several or _PART_OF.search(heard) or is_of_something_else(written, meaning):
        return True
    if meaning == "unsure" and heard.startswith("tidak lupa"):
        return True
    return len(tokens) == 2 and _AGAINST.get(tokens[0]) == meaning


def _may_be_no_yes(likely: float, written: Written) -> bool:
    """Whether what reads as a yes may be none, for what stands beside it."""
    heard = said(written)
    if _AFFIRMING.isdisjoint(heard):
        return True
    beside = set(_NO_DOUBT.sub("", " ".join(heard)).split())
    undone = bool(beside & (_UNDOING | {"?"}) or kinds(" ".join(heard))) and likely < _SURE_THOUGH_UNDONE
    doubtful = bool(beside & _DOUBTFUL) and likely < _SURE_THOUGH_DOUBTFUL
    strange = _is_strange(heard) and likely < _SURE_THOUGH_STRANGE
    return undone or doubtful or strange


def _is_strange(heard: list[str]) -> bool:
    """Whether it is of few words, and its first clause tells of more than the cover."""
    clauses = [clause.split() for clause in " ".join(heard).split(",")]
    first = next((clause for clause in clauses if clause), [])
    return sum(map(len, clauses)) <= _FEW and not _OF_THE_COVER.issuperset(first)


def _only_thanks(written: Written) -> bool:
    """Whether it is "iya makasih", which is said to be polite and confirms nothing."""
    return "terimakasih" in written.words and said(written) == ["ya"]


def _confidence(meaning: Meaning, likely: float) -> float:
    """A likelihood on the scale where SURE is enough for any meaning."""
    enough = _ENOUGH[meaning]
    if likely < enough:
        return min(SURE * likely / enough, SURE - 0.01)
    return SURE + (1 - SURE) * (likely - enough) / (1 - enough)


def _beside(meaning: Meaning, answers: Sequence[float], words: Sequence[str]) -> tuple[Meaning, ...]:
    """What a STOP or a grievance surely says as well: a complaint before an answer."""
    if meaning not in ("stop", "grievance"):
        return ()
    likely: dict[str, float] = dict(zip(ANSWERS, answers, strict=True))
    beside = tuple(answer for answer, enough in _ENOUGH_BESIDE.items() if likely[answer] >= enough)
    complains = meaning == "stop" and not _COMPLAINTS.isdisjoint(kinds(" ".join(words)))
    return ("grievance", *beside) if complains else beside
