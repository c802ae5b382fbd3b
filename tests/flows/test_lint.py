"""Texts that an operator's filter would drop are known before they are sent."""

from dataclasses import replace

import pytest

from flows.lint import Excepted, Finding, Rule, exceptions, findings, unexcused
from flows.rehearsal import VALUES
from flows.wording import from_tables
from tests.flows.city import LANGUAGES, WORDINGS, table
from verify_service.ground.programme import DEFAULT, read_programme

REAL = {**VALUES, **read_programme(DEFAULT).standing}
EXCEPTED = exceptions(table("lint"))


def test_every_text_passes_or_is_excepted_with_a_reason_and_no_exception_is_left_over() -> None:
    left, unused = unexcused(findings(WORDINGS, REAL), EXCEPTED, REAL)
    assert left == [], "reword it, or except it in flows/texts/lint.toml"
    assert unused == []
    assert all(len(one.reason) > 20 for one in EXCEPTED)


def test_no_text_that_we_begin_has_a_blocked_word_but_the_warning_of_fraud() -> None:
    begun = [one for one in findings(WORDINGS, REAL) if one.screen[0] in "gs" and one.rule == "word"]
    assert {(one.screen, one.found) for one in begun} == {("g19.antiscam", "pin")}


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        ("{brand}: Nomor Anda tercatat.", "word", "nomor"),
        ("{brand}: kode verifikasi Anda", "word", "kode verifikasi"),
        ("{brand}: lihat bekasikota.go.id", "address", "go.id"),
        ("{brand}: lihat https://x.test/a", "address", "https://x.test/a"),
        ("{brand}: bayar 16800", "digits", "16800"),
        ("{brand}: [gratis]", "character", "["),
        ("Terima kasih dari {brand}", "brand", "the text does not begin with it"),
    ],
)
def test_what_a_filter_looks_for_is_found(text: str, rule: Rule, found: str) -> None:
    spoilt = {language: {**table(language), "s4.not_me": {"text": text}} for language in LANGUAGES}
    seen = set(findings(from_tables(table("screens"), spoilt), REAL)) - set(findings(WORDINGS, REAL))
    assert Finding("s4.not_me", "id", rule, found) in seen


@pytest.mark.parametrize("harmless", ["dananya", "pinang", "selamatan", "12/11/26", "*123#"])
def test_words_that_only_contain_one_pass(harmless: str) -> None:
    spoilt = {language: {**table(language), "s4.not_me": {"text": f"{{brand}}: {harmless}"}} for language in LANGUAGES}
    assert not [one for one in findings(from_tables(table("screens"), spoilt), REAL) if one.screen == "s4.not_me"]


def test_an_exception_that_nothing_needs_is_named() -> None:
    superfluous = Excepted("word", "dana", "because")
    _, unused = unexcused(findings(WORDINGS, REAL), [*EXCEPTED, superfluous], REAL)
    assert unused == [superfluous]
    elsewhere = [replace(one, screens=("z*",)) for one in EXCEPTED]
    assert unexcused(findings(WORDINGS, REAL), elsewhere, REAL)[1] == elsewhere
