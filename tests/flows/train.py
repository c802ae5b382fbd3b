"""Makes the weights that replies are read with, from the labelled replies: `python -m tests.flows.train`.

Three readers learn from the same clues: a linear one, which is sure of what it saw, and two small networks, which see
what goes together. What they find is averaged. Everything is seeded: the same replies make the same weights. Reading
needs no numpy. With --held-out each author is read by weights that learned from others, which tells how an author
reads that nobody saw: the fair ones one by one, those who mislead in groups.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from flows import spelling
from flows.clues import BUCKETS, clues
from flows.understanding import Understood, understood_by
from flows.weights import ANSWERS, EMBEDDED, HIDDEN, MEANINGS, NETWORKS, unpack
from tests.flows.replies import ALL, FAIR, HEAD, SETS, Reply, counted, fingerprint, of

WEIGHTS = Path(__file__).parents[2] / "flows" / "reply.weights"
SEED = 1
_LEVELS, _NETWORK_LEVELS = 63, 20  # a clue's weights are rounded to so many on either side of nought
_GROUPS = 4  # of authors who mislead, held out together
_RARE = 2  # texts in which a clue has to stand
_LINEAR = {"epochs": 30, "strength": 15.0}
_NETWORK = {"epochs": 12, "batch": 64, "rate": 0.01, "dropped": 0.2, "silenced": 0.3}


class Rows:
    """Texts as clues, each with its weight, and what they mean."""

    def __init__(self, labelled: Sequence[Reply]) -> None:
        self.columns, self.values = zip(*(_row(reply.text) for reply in labelled), strict=True)
        self.meaning = np.array([MEANINGS.index(reply.meaning) for reply in labelled])
        self.answer = np.array([_answer(reply) for reply in labelled])

    def take(self, chosen: np.ndarray) -> Rows:
        """Some of the rows."""
        part = object.__new__(Rows)
        part.columns, part.values = [self.columns[n] for n in chosen], [self.values[n] for n in chosen]
        part.meaning, part.answer = self.meaning[chosen], self.answer[chosen]
        return part

    def __len__(self) -> int:
        return len(self.columns)


def _row(text: str) -> tuple[np.ndarray, np.ndarray]:
    letters, words = clues(spelling.read(text))
    values: dict[int, float] = {}
    for group in (letters, words):
        for number in group:
            values[number] = values.get(number, 0.0) + len(group) ** -0.5
    return np.fromiter(values, np.int64), np.fromiter(values.values(), np.float32)


def _answer(reply: Reply) -> int:
    """What is answered, whatever stands before it; -1 where an older label does not say."""
    said = [meaning for meaning in (reply.meaning, *reply.also) if meaning in ANSWERS]
    return ANSWERS.index(said[0]) if said else ANSWERS.index("none")


def _without_rare(rows: Rows) -> None:
    """Leave out what stands in one text alone: it tells of that text and of no other."""
    counted = np.bincount(np.concatenate(rows.columns), minlength=BUCKETS)
    kept = [counted[columns] >= _RARE for columns in rows.columns]
    rows.columns = [columns[keep] for columns, keep in zip(rows.columns, kept, strict=True)]
    rows.values = [values[keep] for values, keep in zip(rows.values, kept, strict=True)]


def linear(rows: Rows, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of a regularised softmax, by steps that shrink."""
    order = np.random.default_rng(SEED)
    known = np.flatnonzero(labels >= 0)
    weights, bias = np.zeros((BUCKETS, classes), np.float32), np.zeros(classes, np.float32)
    decay = 1 / (_LINEAR["strength"] * len(known))
    scale, step = 1.0, 0
    for _ in range(int(_LINEAR["epochs"])):
        for n in order.permutation(known):
            columns, values = rows.columns[n], rows.values[n]
            rate = 1.0 / (1 + decay * step)
            error = _softmax(values @ weights[columns] * scale + bias)
            error[labels[n]] -= 1
            scale *= 1 - rate * decay
            weights[columns] -= np.outer(values, error) * (rate / scale)
            bias -= 0.05 * rate * error
            step += 1
    return weights * scale, bias


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def network(rows: Rows, seed: int) -> list[np.ndarray]:
    """A layer of embedded clues and a hidden one, by Adam."""
    chance = np.random.default_rng(seed)
    parts = [
        chance.normal(0, 0.1, (BUCKETS, EMBEDDED)).astype(np.float32),
        chance.normal(0, EMBEDDED**-0.5, (EMBEDDED, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        chance.normal(0, HIDDEN**-0.5, (HIDDEN, len(MEANINGS))).astype(np.float32),
        np.zeros(len(MEANINGS), np.float32),
    ]
    firsts, seconds = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    size, epochs, step = int(_NETWORK["batch"]), int(_NETWORK["epochs"]), 0
    for epoch in range(epochs):
        order = chance.permutation(len(rows))
        for start in range(0, len(rows), size):
            step += 1
            rate = _NETWORK["rate"] * (1 - epoch / epochs)
            slopes = _slopes(rows, order[start : start + size], parts, chance)
            for part, slope, first, second in zip(parts, slopes, firsts, seconds, strict=True):
                first += 0.1 * (slope - first)
                second += 0.001 * (slope * slope - second)
                part -= rate / (1 - 0.9**step) * first / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return parts


def _slopes(rows: Rows, batch: np.ndarray, parts: list[np.ndarray], chance: np.random.Generator) -> list[np.ndarray]:
    """What each part adds to the error on a batch, some clues and some cells left out by chance."""
    embedded, inner, inner_bias, outer, outer_bias = parts
    columns = np.concatenate([rows.columns[n] for n in batch])
    values = np.concatenate([rows.values[n] for n in batch])
    owner = np.repeat(np.arange(len(batch)), [len(rows.columns[n]) for n in batch])
    values = values * (chance.random(len(values)) >= _NETWORK["dropped"]) / (1 - _NETWORK["dropped"])
    gathered = embedded[columns] * values[:, None]
    text = np.stack([np.bincount(owner, gathered[:, d], len(batch)) for d in range(EMBEDDED)], axis=1)
    kept = 1 - _NETWORK["silenced"]
    mask = (chance.random(text.shape) < kept) / kept
    heard = text * mask
    raw = heard @ inner + inner_bias
    cells = (chance.random(raw.shape) < kept) / kept * (raw > 0)
    hidden = raw * cells
    error = _softmax(hidden @ outer + outer_bias)
    error -= 0.02 / len(MEANINGS)
    error[np.arange(len(batch)), rows.meaning[batch]] -= 0.98
    error /= len(batch)
    back = (error @ outer.T) * cells
    into = (back @ inner.T) * mask
    spread = into[owner] * values[:, None]
    slope = np.stack([np.bincount(columns, spread[:, d], BUCKETS) for d in range(EMBEDDED)], axis=1)
    return [slope.astype(np.float32), heard.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]


def trained(rows: Rows) -> bytes:
    """The weights that these rows make, as a file."""
    _without_rare(rows)
    seen = np.unique(np.concatenate(rows.columns))
    meant, meant_bias = linear(rows, rows.meaning, len(MEANINGS))
    answered, answered_bias = linear(rows, rows.answer, len(ANSWERS))
    networks = [network(rows, SEED + number) for number in range(NETWORKS)]
    unseen = np.ones(BUCKETS, bool)
    unseen[seen] = False
    for parts in networks:
        parts[0][unseen] = 0
    return _packed([meant, answered], meant_bias, answered_bias, networks)


def _packed(
    columns: list[np.ndarray], meant_bias: np.ndarray, answered_bias: np.ndarray, networks: list[list[np.ndarray]]
) -> bytes:
    """Everything in a file: a byte for each number of the table."""
    table = np.concatenate([*columns, *(parts[0] for parts in networks)], axis=1)
    levels = np.full(table.shape[1], _NETWORK_LEVELS)
    levels[: sum(part.shape[1] for part in columns)] = _LEVELS
    scales = np.abs(table).max(axis=0) / levels
    head: dict[str, object] = {
        "data": fingerprint(),
        "scales": _short(scales),
        "meant": _short(meant_bias),
        "answered": _short(answered_bias),
        "inner": [[_short(cell) for cell in np.vstack(parts[1:3]).T] for parts in networks],
        "outer": [[_short(cell) for cell in np.vstack(parts[3:5]).T] for parts in networks],
    }
    content = json.dumps(head, sort_keys=True).encode() + b"\n" + np.rint(table / scales).astype(np.int8).tobytes()
    return zlib.compress(content, 9)


def _short(numbers: np.ndarray) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]


def held_out() -> Iterator[tuple[Sequence[str], Sequence[Understood]]]:
    """Authors, and how their replies are read by what was learned from all the others."""
    misleading = sorted(SETS.keys() - {"house", *FAIR})
    held = [(author,) for author in FAIR] + [tuple(misleading[group::_GROUPS]) for group in range(_GROUPS)]
    with ProcessPoolExecutor() as several:
        yield from zip(held, several.map(_unseen, held), strict=True)


def _unseen(held: Sequence[str]) -> list[Understood]:
    """How the replies of these authors are read by what was learned from the others; `house` saw their errors."""
    learned = unpack(trained(Rows(of(SETS.keys() - {"house", *held}))))
    return [understood_by(learned, reply.text) for reply in of(held)]


def main() -> None:
    """Write the weights; with --held-out print how each author is read by what was learned from the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", action="store_true")
    if not parser.parse_args().held_out:
        WEIGHTS.write_bytes(trained(Rows(ALL)))
        return
    print(HEAD)
    kinds: dict[str, list[tuple[Reply, Understood]]] = {"fair": [], "others": []}
    for held, understood in held_out():
        read = list(zip(of(held), understood, strict=True))
        kinds["fair" if held[0] in FAIR else "others"] += read
        for author in held:
            print(counted(read[: len(SETS[author])]).line(author), flush=True)
            del read[: len(SETS[author])]
    for kind, pairs in kinds.items():
        print(counted(pairs).line(kind))


if __name__ == "__main__":
    main()
