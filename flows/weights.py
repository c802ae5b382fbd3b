"""What was learned from labelled replies, packed into a file: `python -m tests.flows.train` makes it."""

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul
from typing import Literal

from flows.clues import BUCKETS, clues
from flows.spelling import Written

Meaning = Literal["yes", "no", "unsure", "grievance", "stop", "other"]
MEANINGS: tuple[Meaning, ...] = ("stop", "grievance", "yes", "no", "unsure", "other")
ANSWERS = ("yes", "no", "unsure", "none")
NETWORKS, EMBEDDED, HIDDEN = 2, 16, 48
_WIDTH = len(MEANINGS) + len(ANSWERS) + NETWORKS * EMBEDDED


@dataclass(frozen=True)
class Weights:
    """For each clue a row of small whole numbers: for the meanings, for the answers, and its place in each network."""

    data: str  # the hash of the replies they were learned from
    scales: Sequence[float]  # of each column of the table
    meant: Sequence[float]
    answered: Sequence[float]
    inner: Sequence[Sequence[Sequence[float]]]  # for each network, for each hidden cell its weights, the bias last
    outer: Sequence[Sequence[Sequence[float]]]  # for each network, for each meaning its weights, the bias last
    table: memoryview

    def read(self, written: Written) -> tuple[list[float], list[float]]:
        """How likely each meaning is, and each answer, whatever stands before it."""
        totals = [0.0] * _WIDTH
        for group in clues(written):
            rows = [self.table[number * _WIDTH : (number + 1) * _WIDTH] for number in group]
            share = len(group) ** -0.5 if group else 0.0
            totals = [
                total + share * sum(column) for total, column in zip(totals, zip(*rows, strict=True), strict=True)
            ]
        totals = [total * scale for total, scale in zip(totals, self.scales, strict=True)]
        first, second = len(MEANINGS), len(MEANINGS) + len(ANSWERS)
        linear = _likely([total + bias for total, bias in zip(totals[:first], self.meant, strict=True)])
        answers = _likely([total + bias for total, bias in zip(totals[first:second], self.answered, strict=True)])
        readers = [linear]
        for network, (inner, outer) in enumerate(zip(self.inner, self.outer, strict=True)):
            start = second + network * EMBEDDED
            hidden = [max(0.0, _weighed(cell, totals[start : start + EMBEDDED])) for cell in inner]
            readers.append(_likely([_weighed(cell, hidden) for cell in outer]))
        return [sum(found) / len(readers) for found in zip(*readers, strict=True)], answers


def _weighed(weights: Sequence[float], values: Sequence[float]) -> float:
    total: float = sum(map(mul, weights, values))  # the bias, last, meets no value
    return total + weights[-1]


def _likely(values: Sequence[float]) -> list[float]:
    most = max(values)
    raised = [math.exp(value - most) for value in values]
    total = sum(raised)
    return [value / total for value in raised]


def unpack(content: bytes) -> Weights:
    """The weights in a file of this content."""
    head, _, table = zlib.decompress(content).partition(b"\n")
    if len(table) != BUCKETS * _WIDTH:
        raise ValueError("the weights fit other clues: make them again with `python -m tests.flows.train`")
    return Weights(**json.loads(head), table=memoryview(table).cast("b"))


@cache
def weights() -> Weights:
    """The weights that replies are read with, loaded when the first one comes."""
    return unpack((files("flows") / "reply.weights").read_bytes())
