"""Replies to the one question as workers write them, each with its meaning; `python -m tests.flows.replies` counts.

They were written before the rules that read them. A third is unseen: nobody looks at how it fares while rules change,
so that its figure tells how a text reads that nobody thought of. A hash of the letters says which third: "ya" and "YA!"
are always on the same side.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

MEANINGS = ("stop", "grievance", "yes", "no", "unsure", "other")
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|([tnr\\]))")
_SHORT = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


@dataclass(frozen=True)
class Reply:
    """A text, what it means, and what kind of writing it is."""

    text: str
    meaning: str
    kind: str

    @property
    def unseen(self) -> bool:
        """Whether it belongs to the third that no rule was fitted to."""
        letters = "".join(filter(str.isalnum, self.text.casefold())) or self.text
        return hashlib.sha256(letters.encode("utf-8", "surrogatepass")).digest()[0] % 3 == 0


def replies(name: str = "replies.tsv") -> list[Reply]:
    """Every reply of a file; control and invisible characters are written \\uXXXX there."""
    rows = (files("tests.flows") / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")[1:]
    return [Reply(_unescaped(text), meaning, kind) for text, meaning, kind in (row.split("\t") for row in rows)]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SHORT[found[3]] if found[3] else chr(int(found[1] or found[2], 16)), text)


SEEN = [reply for reply in replies() if not reply.unseen]
UNSEEN = [reply for reply in replies() if reply.unseen]
# "later" was written to mislead, after the first figure; "last" after what it showed was mended. Each was read once
# before any rule changed for it: 79.9 % and 92.8 % (the two batches of "later"), 94.3 % ("last"). They are seen since.
SETS = {"seen": SEEN, "unseen": UNSEEN, "later": replies("replies_later.tsv"), "last": replies("replies_last.tsv")}


@dataclass(frozen=True)
class Figures:
    """How well a set of replies was read."""

    read: Counter[tuple[str, str]]  # (meant, read as)

    @property
    def accuracy(self) -> float:
        return sum(count for (meant, got), count in self.read.items() if meant == got) / self.read.total()

    @property
    def false_yes(self) -> int:
        return sum(count for (meant, got), count in self.read.items() if got == "yes" != meant)

    @property
    def missed_stop(self) -> int:
        return sum(count for (meant, got), count in self.read.items() if meant == "stop" != got)


def figures(labelled: Sequence[Reply], read: Callable[[str], str]) -> Figures:
    """What this reader makes of these replies."""
    return Figures(Counter((reply.meaning, read(reply.text)) for reply in labelled))


def as_table(title: str, counted: Figures) -> Iterator[str]:
    """The figures in lines for people: a row for what was meant, a column for what was read."""
    yield (
        f"{title}: {counted.read.total()} replies, accuracy {counted.accuracy:.1%}, "
        f"false yes {counted.false_yes}, missed stop {counted.missed_stop}"
    )
    yield f"{'meant':>12} " + "".join(f"{got:>11}" for got in MEANINGS)
    for meant in MEANINGS:
        yield f"{meant:>12} " + "".join(f"{counted.read[meant, got]:>11}" for got in MEANINGS)


def main() -> None:
    """Print how each part is read; unseen replies that are read wrongly are not shown, on purpose."""
    from flows.understanding import understand

    for title, labelled in SETS.items():
        print("\n".join(as_table(title, figures(labelled, lambda text: understand(text).meaning))), end="\n\n")


if __name__ == "__main__":
    main()
