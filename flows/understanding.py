"""What a worker's text says to the one question: yes, no, unsure, a grievance, STOP, or something else.

Two errors are worse than all others: a yes that was none, and a STOP not heard. What must never be missed is told by
rules; the rest is weighed by what was learned from thousands of replies. Whoever is not understood for SURE is asked
back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flows import spelling
from flows.clues import said, typed
from flows.complaints import kinds
from flows.lexicon import word_set
from flows.reading import command
from flows.spelling import Written
from flows.weights import ANSWERS, MEANINGS, Meaning, Weights, weights

SURE = 0.8  # below it nobody acts on a meaning: the worker is asked back, once
# How likely a meaning has to be to count as sure: found by authors who were held out (`tests.flows.train --held-out`).
_ENOUGH: dict[Meaning, float] = {
    "stop": 0.82, "grievance": 0.87, "yes": 0.94, "no": 0.87, "unsure": 0.78, "other": 0.87,
}  # fmt: skip
_ENOUGH_BESIDE = 0.8
_PERHAPS_STOP = 0.05  # a likelihood of STOP with which nothing else is sure; where one of its own words stands, less
_HARDLY_STOP = 0.01
# In few words a yes is sure only where each is of the cover, or says nothing else: "sudah laku" is of something else.
_FEW = 3
_OF_THE_COVER = word_set(
    "ya betul sudah pasti saya juga sendiri masih memang sekali banget semua dan halo salam maaf terimakasih ok"
    " siap sip alhamdulillah baik aman jempol banyak lah sekarang terdaftar daftar didata terima dapat punya ada"
    " ikut masuk aktif peserta pegang bpjs ketenagakerjaan kartu nama data sigap program layanan lama dulu dari"
    " sejak tahun bulan lalu kemarin sampai hari pas tanggal # baru minggu rt rw kelurahan kota bekasi pemkot oleh"
    " lewat di ke tadi jadi sama yang itu"
)
_NOT_TO_STOP = re.compile(r"\b(?:jangan|tidak|belum|bukan) (?:di )?(?:stop|berhenti|hentikan|hapus|dihapus|dicoret)\b")
_DENYING = frozenset({"belum", "tidak", "bukan"})
_SURE_THOUGH_DENYING = 0.99
_COMPLAINTS = frozenset({"money", "card", "data", "claim", "harm", "death"})  # "hapus nama saya" is none
_DIGITS: dict[str, Meaning] = {"1": "yes", "2": "no", "3": "unsure"}  # the way we ask back
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


def understand(text: str) -> Understood:
    """What a text says to "are you registered and covered?"; STOP goes first, then a grievance."""
    return understood_by(weights(), text)


def understood_by(learned: Weights, text: str) -> Understood:
    """What a text says, as these weights have it."""
    if command(text) == "stop" or command(spelling.plain(text)) == "stop":
        return Understood("stop", 0.99)
    written = spelling.read(text)
    tokens = typed(written)
    if len(tokens) == 1 and (asked_for := _DIGITS.get(tokens[0]) or _BARE.get(" ".join(said(written)))):
        return Understood(asked_for, SURE - 0.1 if _only_thanks(written) else 0.97)
    meanings, answers = learned.read(written)
    likely = dict(zip(MEANINGS, meanings, strict=True))
    if said(written)[-1:] == ["?"]:  # a question confirms nothing
        likely["yes"] = 0.0
    meaning = max(likely, key=lambda one: likely[one])
    confidence = _confidence(meaning, likely[meaning])
    if _may_be_worse(meaning, likely, written):
        confidence = min(confidence, SURE - 0.01)
    return Understood(meaning, round(confidence, 2), _beside(meaning, answers, written.words))


def _may_be_worse(meaning: Meaning, likely: dict[Meaning, float], written: Written) -> bool:
    """Whether a STOP may be missed or be none, or a yes may be none: then the worker is asked, however likely it is."""
    if meaning == "yes":
        denied = not _DENYING.isdisjoint(written.words) and likely["yes"] < _SURE_THOUGH_DENYING
        words = set(said(written)) - {","}
        strange = len(words) <= _FEW and not words <= _OF_THE_COVER
        return denied or strange or likely["stop"] > _PERHAPS_STOP
    if meaning == "stop":
        return _NOT_TO_STOP.search(" ".join(written.words)) is not None
    return likely["stop"] > (_HARDLY_STOP if "stop" in written.words else _PERHAPS_STOP)


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
    answered: tuple[Meaning, ...] = ("yes", "no", "unsure")
    beside = tuple(answer for answer in answered if likely[answer] >= _ENOUGH_BESIDE)
    complains = meaning == "stop" and not _COMPLAINTS.isdisjoint(kinds(" ".join(words)))
    return ("grievance", *beside) if complains else beside
