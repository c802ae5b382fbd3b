"""Replies to the one question as people write them, each with its meaning; `python -m tests.flows.replies` counts.

A file of `replies/` is what one author wrote, without knowing how replies are read; `replies/LABELS.md` says what each
label means. `house` alone was written after looking at errors. The reader has learned from all of them: how it reads an
author it never saw is told by `python -m tests.flows.train --held-out`. Fair authors wrote what a day's replies are
like, most of them plain; the others wrote to mislead. Figures of the two are never put together. Nothing was learned
from the files of `blind/`: how they are read is how a stranger is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.understanding import Understood

MEANINGS = ("stop", "grievance", "yes", "no", "unsure", "other")
_FOLDER = files("tests.flows") / "replies"
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|([tnr\\]))")
_SHORT = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


@dataclass(frozen=True)
class Reply:
    """A text, what it means, what it means besides, and what kind of writing it is where somebody said so."""

    text: str
    meaning: str
    also: tuple[str, ...] = ()
    kind: str = ""


def authors() -> list[str]:
    """The names of the files, each by one author."""
    return sorted(path.name.removesuffix(".tsv") for path in _FOLDER.iterdir() if path.name.endswith(".tsv"))


def replies(author: str, folder: Traversable = _FOLDER) -> list[Reply]:
    """Every reply of an author; control and invisible characters are written \\uXXXX in the file."""
    rows = (folder / f"{author}.tsv").read_text(encoding="utf-8").removesuffix("\n").split("\n")[1:]
    return [_reply(*row.split("\t")) for row in rows]


def _reply(text: str, meaning: str, also: str = "", kind: str = "") -> Reply:
    return Reply(_unescaped(text), meaning, tuple(filter(None, also.split(","))), kind)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SHORT[found[3]] if found[3] else chr(int(found[1] or found[2], 16)), text)


def fingerprint() -> str:
    """A hash of all that there is to learn from: weights belong to one state of it."""
    content = hashlib.sha256()
    for author in authors():
        content.update((_FOLDER / f"{author}.tsv").read_bytes())
    return content.hexdigest()


SETS = {author: replies(author) for author in authors()}
ALL = [reply for labelled in SETS.values() for reply in labelled]
# Batches that nothing was learned from: each was read once, after the reader was done.
BLIND = {author: replies(author, files("tests.flows") / "blind") for author in ("c1", "c2", "c3", "c4", "c5")}
FAIR = tuple(author for author in SETS if re.fullmatch(r"[bft]\d", author))


def of(chosen: Iterable[str]) -> list[Reply]:
    """The replies of some authors."""
    return [reply for author in sorted(chosen) for reply in SETS[author]]


@dataclass(frozen=True)
class Figures:
    """How well some replies were read; "sure" is what is acted on without asking back."""

    replies: int
    right: int  # sure, and as it was meant
    asked: int  # not sure
    wrong: int  # sure, and something else
    false_yes: int
    missed_stop: int  # a stop surely read as something else
    false_stop: int
    also: int  # meanings besides the first that were there
    also_found: int
    also_wrong: int

    def line(self, title: str) -> str:
        """The figures in a line for people."""
        share = max(self.replies, 1)
        return (
            f"{title:>8} {self.replies:>6} {self.right / share:>7.1%} {self.asked / share:>7.1%} "
            f"{self.wrong / share:>7.1%} {self.false_yes:>10} {self.missed_stop:>12} {self.false_stop:>11} "
            f"{self.also_found:>5}/{self.also:<4} {self.also_wrong:>6}"
        )


HEAD = (
    f"{'':>8} {'texts':>6} {'right':>7} {'asked':>7} {'wrong':>7} {'false yes':>10} {'missed stop':>12}"
    f" {'false stop':>11} {'also':>10} {'wrong':>6}"
)


def figures(labelled: Sequence[Reply], read: Callable[[str], Understood]) -> Figures:
    """What this reader makes of these replies."""
    return counted([(reply, read(reply.text)) for reply in labelled])


def counted(pairs: Sequence[tuple[Reply, Understood]]) -> Figures:
    """How well these replies were read, each with what it was taken for."""
    sure = [(reply, was) for reply, was in pairs if was.sure]
    wrong = [(reply, was) for reply, was in sure if was.meaning != reply.meaning]
    return Figures(
        replies=len(pairs),
        right=len(sure) - len(wrong),
        asked=len(pairs) - len(sure),
        wrong=len(wrong),
        false_yes=sum(was.meaning == "yes" for _, was in wrong),
        missed_stop=sum(reply.meaning == "stop" for reply, _ in wrong),
        false_stop=sum(was.meaning == "stop" for _, was in wrong),
        also=sum(len(reply.also) for reply, _ in pairs),
        also_found=sum(len(set(was.also) & set(reply.also)) for reply, was in pairs),
        also_wrong=sum(len(set(was.also) - {*reply.also, reply.meaning}) for reply, was in pairs),
    )


def table(read: Callable[[str], Understood]) -> Iterator[str]:
    """The figures of each author, of the fair ones and of those who mislead, in lines for people."""
    yield HEAD
    for author, labelled in SETS.items():
        yield figures(labelled, read).line(author)
    yield figures(of(FAIR), read).line("fair")
    for author, labelled in BLIND.items():
        yield figures(labelled, read).line(author)
    yield figures([reply for labelled in BLIND.values() for reply in labelled], read).line("blind")
    yield figures(of(SETS.keys() - set(FAIR)), read).line("others")


def main() -> None:
    """Print how the texts that the reader has learned from are read."""
    from flows.understanding import understand

    print("\n".join(table(understand)))


if __name__ == "__main__":
    main()
