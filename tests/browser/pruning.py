"""What the pages use of the design system: `python -m tests.browser.pruning` makes the pruned file from the whole one.

A class counts as used when it stands in a template or in a script of ours. A rule stays when every class it needs is
used; a variable, a keyframe or a property stays when something that stays names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "verify_service"
WHOLE: Final = Path(__file__).parent / "vendor" / "tabler-1.6.1" / "tabler.min.css"
PRUNED: Final = PAGES / "static" / "vendor" / "tabler-1.6.1" / "tabler.pruned.css"
COMMAND: Final = "python -m tests.browser.pruning"
_ATTRIBUTE: Final = re.compile(r'\sclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', re.S)
_BY_SCRIPT: Final = re.compile(r"""(?:classList\.\w+\(|className\s*=)\s*["'`]([^"'`]+)""")
_APART: Final = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|url\([^)"\']*\)|'  # a quote or an address is read over whole
_CLASS: Final = re.compile(r"\.((?:[A-Za-z_-]|\\.)(?:[\w-]|\\.)*)")
_NAMED: Final = re.compile(r"var\(\s*(--[\w-]+)")


@dataclass
class Block:
    """One rule (`selector{declarations}`), or an at-rule with blocks inside."""

    head: str
    body: str = ""
    inside: list[Block] = field(default_factory=list)

    def text(self) -> str:
        return f"{self.head}{{{self.body}{''.join(block.text() for block in self.inside)}}}"


def used_classes() -> set[str]:
    """Each word in a `class` attribute of a template or put there by a script; a word of Jinja's own does no harm."""
    found: set[str] = set()
    for path in (PAGES / "templates").rglob("*.html"):
        for said in _ATTRIBUTE.findall(path.read_text(encoding="utf-8")):
            found.update(re.findall(r"[\w-]+", said))
    for path in (PAGES / "static" / "js").glob("*.js"):
        for said in _BY_SCRIPT.findall(path.read_text(encoding="utf-8")):
            found.update(re.findall(r"[\w-]+", said))
    return found


def classes_of(css: str) -> set[str]:
    """Every class that a style sheet has a rule for."""
    return {name.replace("\\", "") for block in _rules(blocks(css)) for name in _CLASS.findall(block.head)}


def pruned() -> str:
    """The part of the design system that the pages use, with its licence in front."""
    whole = WHOLE.read_text(encoding="utf-8")
    notice = whole[whole.index("/*!") : whole.index("*/") + 2]
    used, ours = used_classes(), _ours()
    kept = _without_classes(blocks(whole), used, ours)
    while True:
        text = "".join(block.text() for block in kept)
        named = set(_NAMED.findall(text + ours))
        fewer = _without_names(kept, named, text)
        if "".join(block.text() for block in fewer) == text:
            break
        kept = fewer
    lines = "\n".join(block.text() for block in kept)
    made = f"/* Pruned to what the pages use, by {COMMAND}. Change nothing here. */"
    return f'@charset "UTF-8";\n{notice}\n{made}\n{lines}\n'


def blocks(css: str) -> list[Block]:
    """The blocks of a style sheet without comments."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r'@charset "[^"]*";', "", css)
    found, place = [], 0
    while (opened := _find(css, "{", place)) >= 0:
        closed = _closing(css, opened)
        head, body = css[place:opened].strip(), css[opened + 1 : closed].strip()
        nested = head.startswith(("@media", "@supports", "@layer", "@container"))
        found.append(Block(head, "", blocks(body)) if nested else Block(head, body))
        place = closed + 1
    return found


def _ours() -> str:
    """Our own styles, scripts and templates, for the variables they name."""
    paths = [*(PAGES / "static").glob("*s/*.*s"), *(PAGES / "templates").rglob("*.html")]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def _rules(all_blocks: list[Block]) -> Iterator[Block]:
    for block in all_blocks:
        yield from _rules(block.inside)
        if not block.head.startswith("@"):
            yield block


def _find(css: str, sign: str, place: int) -> int:
    """Where this sign stands next outside of quotes and addresses; -1 where it does not."""
    for match in re.compile(_APART + re.escape(sign)).finditer(css, place):
        if match.group() == sign:
            return match.start()
    return -1


def _closing(css: str, opened: int) -> int:
    depth = 0
    for match in re.compile(_APART + "[{}]").finditer(css, opened):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.start()
    raise ValueError("a block is not closed")


def _selectors(head: str) -> list[str]:
    """The parts of a selector list; a comma inside of brackets parts nothing."""
    parts, depth, current = [], 0, ""
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [*parts, current]


def _needs(selector: str) -> set[str]:
    """The classes without which a selector meets nothing; what stands in round brackets may be otherwise."""
    while (bare := re.sub(r"\([^()]*\)", "", selector)) != selector:
        selector = bare
    return {name.replace("\\", "") for name in _CLASS.findall(selector)}


def _meets(selector: str, used: set[str], ours: str) -> bool:
    attributes = re.findall(r"\[(data-[\w-]+)", re.sub(r":not\([^()]*\)", "", selector))
    return _needs(selector) <= used and all(name in ours for name in attributes)


def _without_classes(all_blocks: list[Block], used: set[str], ours: str) -> list[Block]:
    kept = []
    for block in all_blocks:
        if block.inside:
            inside = _without_classes(block.inside, used, ours)
            if inside:
                kept.append(Block(block.head, "", inside))
        elif block.head.startswith("@"):
            kept.append(block)
        else:
            meeting = [one for one in _selectors(block.head) if _meets(one, used, ours)]
            if meeting and block.body:
                kept.append(Block(",".join(meeting), block.body))
    return kept


def _without_names(all_blocks: list[Block], named: set[str], text: str) -> list[Block]:
    kept = []
    for block in all_blocks:
        if block.inside:
            inside = _without_names(block.inside, named, text)
            if inside:
                kept.append(Block(block.head, "", inside))
        elif block.head.startswith("@property"):
            if block.head.split()[-1] in named:
                kept.append(block)
        elif block.head.startswith("@"):
            name = block.head.split()[-1]
            if not block.head.startswith("@keyframes") or re.search(rf"animation[\w-]*:[^;}}]*\b{name}\b", text):
                kept.append(block)
        else:
            body = ";".join(one for one in _declarations(block.body) if _stays(one, named))
            if body:
                kept.append(Block(block.head, body))
    return kept


def _declarations(body: str) -> list[str]:
    """The declarations of a rule; a semicolon in an address or in quotes parts nothing."""
    found, place = [], 0
    while (end := _find(body, ";", place)) >= 0:
        found.append(body[place:end])
        place = end + 1
    return [one for one in (*found, body[place:]) if one.strip()]


def _stays(declaration: str, named: set[str]) -> bool:
    name = declaration.partition(":")[0].strip()
    return not name.startswith("--") or name in named


if __name__ == "__main__":
    PRUNED.write_text(pruned(), encoding="utf-8")
    print(f"{PRUNED.relative_to(ROOT)}: {PRUNED.stat().st_size:,} of {WHOLE.stat().st_size:,} bytes")
