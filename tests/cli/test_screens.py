"""`verify screens`: what reviewers of the words read and sign, without any server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flows import outcomes as said
from flows.conversation import Outcome
from flows.flow_state import FLOWS
from flows.outcomes import Effect
from tests.cli.test_commands import document, verify
from tests.flows.city import LANGUAGES, WORDINGS
from verify_service.amendments.screen_review import AFTER

KEYS = {key for key, form in WORDINGS.screens.items() if form.channel != "word"}
NO_SERVER = {"VERIFY_DATABASE_URL", "VERIFY_REDIS_URL", "VERIFY_DATA_DIR"}


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NO_SERVER:
        monkeypatch.delenv(name, raising=False)


def test_every_screen_is_drawn_in_every_language_with_its_length() -> None:
    printed = verify("screens").output
    assert {line.split(" (")[0] for line in printed.splitlines() if re.match(r"\w+\.\w+ \(", line)} == KEYS
    assert re.search(r"id: \d+, text \d+ +su: \d+, text \d+ +en: \d+, text \d+", printed)
    assert "1 cover -> b1.ask_nik" in printed


def test_one_language_alone_and_one_that_nobody_speaks() -> None:
    printed = verify("screens", "--language", "su").output
    assert "Pariksa" in printed
    assert "Cek perlindungan" not in printed
    assert verify("screens", "--language", "jv").exit_code == 2


def test_the_document_has_all_of_it() -> None:
    screens = {screen["key"]: screen for screen in document("screens", "--json")}
    assert screens.keys() == KEYS
    for screen in screens.values():
        assert set(screen["shown"]) == set(LANGUAGES)
        for shown in screen["shown"].values():
            assert shown["septets"] <= 160
            assert 0 < shown["text_septets"] <= 160
            assert shown["text"].startswith("SIGAP Bekasi")
    assert screens["a3.main"]["leads"]["report"] == ["c2.urgent"]
    assert screens["b11.asked_money"]["leads"]["yes"] != screens["b11.asked_money"]["leads"]["no"]


def test_the_page_holds_every_screen_in_three_languages_and_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = verify("screens", "--html", str(tmp_path / "screens.html"))
    assert done.exit_code == 0, done.output
    page = (tmp_path / "screens.html").read_text(encoding="utf-8")
    assert {key for key in KEYS if f'<section id="{key}">' in page} == KEYS
    assert not re.search(r"https?:|src=|<script|<link|@import|url\(", page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert page.count("<figure>") == len(KEYS) * len(LANGUAGES)
    assert re.search(r"Read and agreed: words [0-9a-f]{12}", page)
    assert all(f"<p>{line}:</p>" in page for line in ("Name", "Date", "Signature"))
    assert "Terima kasih" in page
    assert "Hatur nuhun" in page


def test_every_answer_leads_to_screens_and_nothing_but_a_drop_is_left_in_words() -> None:
    leads = {
        (screen["key"], given, to)
        for screen in document("screens", "--json")
        for given, following in screen["leads"].items()
        for to in following
    }
    assert {one for one in leads if one[2] not in KEYS} == {("a7.resume", "continue", "After a dropped session")}


def test_what_follows_an_outcome_names_flows_and_screens_there_are() -> None:
    assert {to for following in AFTER.values() for to in following} <= FLOWS.keys() | KEYS
    outcomes = {kind for kind in vars(said).values() if isinstance(kind, type) and issubclass(kind, Outcome)}
    say_it_themselves = {Outcome, Effect, said.GoTo, said.Goodbye, said.WorkerSays, said.ContinueTalk}
    assert outcomes - AFTER.keys() == say_it_themselves


def test_the_lint_names_what_is_left() -> None:
    clean = verify("screens", "--lint")
    assert clean.exit_code == 0, clean.output
    assert json.loads(verify("screens", "--lint", "--json").stdout) == {"findings": [], "unused": []}


def test_a_text_that_a_filter_would_drop_is_named_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify_service.cli.screens.exceptions", lambda _: ())
    refused = verify("screens", "--lint")
    assert refused.exit_code == 1
    assert "id g19.antiscam: word: pin" in refused.output
