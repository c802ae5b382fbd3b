"""The pages say what is there: each file, name, command, variable, figure's name and link in them is looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from verify_service.cli import main
from verify_service.ground.programme import Programme
from verify_service.ground.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES = [page for page in PAGES if page.name != "CHANGELOG.md"]  # tells what was, under the names of its day
OPERATIONS = ROOT / "docs" / "operations.md"
BESIDE = (ROOT, ROOT / "verify_service")  # a walk leaves out the first folder

_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_ENDS = (".py", ".toml", ".md", ".html", ".csv", ".po", ".mo", ".yaml", ".conf", ".js", ".css", ".tsv", ".txt")
_INVENTED = re.compile(
    r"(?<![A-Za-z])(?!README|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE|LABELS|SOURCE|LC_)[A-Z]{4,}(?![A-Za-z_])"
)  # the reader's to fill
_MADE = (".verify", ".venv", ".bench", "DIR")  # when the service runs


def _ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=_ids)


def inline(page: Path) -> list[str]:
    """What stands between backticks, outside blocks."""
    return _CODE.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def lines_of_code(page: Path) -> list[str]:
    """Every line of a block, and what stands between backticks."""
    written = page.read_text(encoding="utf-8")
    return [*inline(page), *(line for block in _FENCE.findall(written) for line in block.splitlines())]


def named_files(page: Path) -> Iterator[tuple[str, str]]:
    """Each (path, name in it or "") between backticks: `jobs/send.py`, `jobs/send.py:send`."""
    for code in inline(page):
        path, _, name = code.partition(":")
        known = path.endswith(_ENDS) or "/" in path
        if known and _PATH.fullmatch(path) and path.split("/")[0] not in _MADE:
            yield path, name


def found(path: str) -> list[Path]:
    """The files or folders meant."""
    return [file for beside in BESIDE for file in beside.glob(path.rstrip("/"))]


@every_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    for path, _ in named_files(page):
        invented = _INVENTED.search(path)
        there = path[: invented.start()].rpartition("/")[0] if invented else path
        assert not there or found(there), f"{page.name} names {path}"


@every_page
def test_every_name_behind_a_file_is_in_it(page: Path) -> None:
    for path, name in named_files(page):
        if not name or _INVENTED.search(path):
            continue
        content = found(path)[0].read_text(encoding="utf-8")
        for part in name.split("."):
            assert re.search(rf"(?:def|class) {part}\b|^ *{part}\b ?[:=]", content, re.MULTILINE), f"{path}:{name}"


def commands(page: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each (as written, its words, its options) of `verify ...` in code."""
    for line in lines_of_code(page):
        for said in re.findall(r"(?:^|[\s/])verify ([a-z][a-z0-9-]*\b(?! *=).*)", line):
            told = re.split(r"\s{2,}|#|\||;|&&", said)[0]
            words = [word for word in told.split() if not word.startswith("-")]
            yield told, words, re.findall(r"--[a-z][a-z0-9-]*", told)


@every_page
def test_every_command_that_is_named_can_be_given(page: Path) -> None:
    for told, words, options in commands(page):
        command: click.Command = main
        for word in words:
            if not isinstance(command, click.Group):
                break
            deeper = command.get_command(click.Context(command), word)
            assert deeper is not None, f"{page.name}: verify {told}"
            command = deeper
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options) <= known | {"--help"}, f"{page.name}: verify {told}"


@every_page
def test_every_target_of_make_that_is_named_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for line in lines_of_code(page) for target in re.findall(r"(?:^|\s)make ([a-z]+)\b", line)}
    assert named <= targets


SETTINGS = {f"VERIFY_{name.upper()}" for name in Settings.model_fields}


def read_by_hand(*where: str) -> set[str]:
    """The variables that code and makefile name themselves."""
    files = [file for pattern in where for file in ROOT.glob(pattern)]
    return {name for file in files for name in re.findall(r"VERIFY_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8"))}


@every_page
def test_every_variable_that_is_named_is_read(page: Path) -> None:
    named = set(re.findall(r"VERIFY_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= SETTINGS | read_by_hand("verify_service/**/*.py", "Makefile")


def test_every_variable_is_explained_to_operators() -> None:
    told = set(re.findall(r"VERIFY_[A-Z_]*[A-Z]\b", OPERATIONS.read_text(encoding="utf-8")))
    assert SETTINGS | read_by_hand("verify_service/**/*.py") <= told


def test_every_table_of_the_programme_file_is_explained_to_operators() -> None:
    said = inline(OPERATIONS)
    assert [key for key in Programme.model_fields if key not in said and f"[{key}]" not in said] == []


def test_every_figure_that_operators_watch_is_counted() -> None:
    counted = "".join(
        (ROOT / "verify_service" / name).read_text(encoding="utf-8") for name in ("telemetry.py", "logs.py")
    )
    names = set(re.findall(r"\bverify_(?!service)[a-z_]+\b", OPERATIONS.read_text(encoding="utf-8")))
    unknown = [name for name in names if f'"{re.sub("_(total|bucket|count|sum)$", "", name)}"' not in counted]
    assert unknown == []


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} -> {target}"
        assert not anchor or anchor in anchors(file), f"{page.name} -> {target}"


def anchors(page: Path) -> set[str]:
    """How the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_is_listed_and_has_its_four_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for page in pages:
        parts = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "What would change our mind"], page.name
        assert f"decisions/{page.name}" in listed, page.name
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]


def test_the_version_has_its_section_in_the_changes_the_newest_on_top() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    sections = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sections[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", sections[1])
