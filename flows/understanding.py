"""What a worker's text says to the one question: yes, no, unsure, a grievance, STOP, or something else.

Two errors are worse than all others: a yes that was none, and a STOP not heard. So a yes is only what is accounted for
word by word, and whoever is not understood for SURE is asked back.
"""

import re
from dataclasses import dataclass
from typing import Literal

from flows import spelling
from flows.answering import answer
from flows.complaints import complains
from flows.reading import command
from flows.stopping import wants_no_texts

Meaning = Literal["yes", "no", "unsure", "grievance", "stop", "other"]
SURE = 0.8  # below it nobody acts on a meaning: the worker is asked back, once


@dataclass(frozen=True)
class Understood:
    """What a text means, and how sure that is, from 0 to 1."""

    meaning: Meaning
    confidence: float
    also: tuple[Meaning, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it may be acted on without asking back."""
        return self.confidence >= SURE


def understand(text: str) -> Understood:
    """What a text says to "are you registered and covered?"; STOP goes first, then a grievance."""
    if command(text) == "stop" or command(spelling.plain(text)) == "stop":
        return Understood("stop", 0.99)
    written = spelling.read(text)
    said = _without_thanks(" ".join(written.words))
    if stops := wants_no_texts(said):
        return Understood("stop", _weighed(stops, written))
    if grieves := complains(said):
        return Understood("grievance", _weighed(grieves, written))
    meaning, confidence = answer(said, written)
    return Understood(meaning, _weighed(confidence, written))


def _without_thanks(said: str) -> str:
    """The words without the thanks and the address behind them, unless there is nothing else."""
    return re.sub(r"(?<=[\w?#])(?: ,| terimakasih)+$", "", said)


def _weighed(confidence: float, written: spelling.Written) -> float:
    """Less for each word that was guessed, and for the part of the text that nobody knows."""
    words = [word for word in written.words if word not in (",", "?")]
    strange = sum(word in written.unknown for word in words) / max(len(words), 1)
    return round(confidence * 0.95 ** min(written.slips, 4) * (1 - strange / 2), 2)
