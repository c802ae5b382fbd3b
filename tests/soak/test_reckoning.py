"""Rows made by hand, of which the reckonings have to say what is wrong: lost, doubled, borrowed, made up.

The long runs put each fault into the service itself; here the same is shown without a service.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.soak import race_reckoning, reckoning
from tests.soak.crowd import Caller, Log, Network, Said, Text, Texter
from tests.soak.errands import PERHAPS, SURE, Deed, Person
from tests.soak.population import People
from tests.soak.race_reckoning import Reckoning
from tests.soak.racers import Log as RaceLog
from tests.soak.reckoning import Verdict
from tests.soak.sabotaged import NOTICED_AS, POLITE
from tests.soak.situations import SITUATIONS
from tests.soak.texters import Phone, Post, Utterance, Worker
from tests.soak.texts_reckoning import KINDS, Reckoned, Tables, reckon
from tests.standins.kannel import Handed

NUMBER, CALLER = "+6281234567890", "+6281234567891"
SARI, BUDI = Worker(1, 11, "Sari Suhartono"), Worker(2, 12, "Budi Suhartono")
QUESTION = "Halo {}, apakah Anda sudah terdaftar? Balas YA, TIDAK atau TIDAK TAHU"


# The race of texts


def wrote(phone: Phone, words: str, at: float, *ids: str) -> None:
    """A text of this phone, brought under these ids."""
    posts = [Post(post, words, at, at + 0.1) for post in ids]
    phone.said.append(Utterance(words, at, posts=posts))


def got(phone: Phone, words: str, at: float) -> None:
    phone.got.append(Handed(at, phone.number, len(phone.got) + 1, words))


def a_phone(situation: str, *workers: Worker) -> Phone:
    assert situation in SITUATIONS
    return Phone(NUMBER, workers, "kannel", situation, None, random.Random(1))  # type: ignore[arg-type]  # it meets no world


def left(phone: Phone, *evidence: tuple[str, str, str, str], reports: Sequence[Any] = ()) -> Tables:
    """Every text handled, and this evidence of them."""
    texts = {post.id: (NUMBER, "answer", False, post.words) for said in phone.said for post in said.posts}
    return Tables(evidence, reports, texts, frozenset(), 0)


def wrong(reckoned: Reckoned) -> dict[str, int]:
    return {kind: reckoned.total(kind) for kind in KINDS if reckoned.total(kind)}


@pytest.fixture
def asked() -> Phone:
    """Whoever was asked said yes; the network brought it twice."""
    phone = a_phone("question", SARI)
    got(phone, QUESTION.format("Sari"), 100)
    wrote(phone, "YA", 110, "one", "copy")
    return phone


YES = ("one", "confirms", "", "11")


def test_an_answer_that_counts_once_is_right(asked: Phone) -> None:
    assert reckon([asked], left(asked, YES)).faults == []


@pytest.mark.parametrize(
    ("evidence", "what"),
    [
        ((), {"lost": 1}),
        ((YES, ("copy", "confirms", "", "11")), {"doubled": 1}),
        ((YES, YES), {"doubled": 1}),
        ((("one", "denies", "", "11"),), {"lost": 1, "misheard": 1}),
        ((("one", "confirms", "", "12"),), {"lost": 1, "misheard": 1}),
    ],
)
def test_an_answer_lost_doubled_or_misheard_is_said(asked: Phone, evidence: Any, what: dict[str, int]) -> None:
    reckoned = reckon([asked], left(asked, *evidence))
    assert wrong(reckoned) == what
    assert len(reckoned.faults) == sum(what.values())


def test_a_digit_does_not_answer_what_nobody_can_have_read() -> None:
    phone = a_phone("two digits at once", SARI)
    wrote(phone, "CEK", 90, "begin")
    got(phone, "Iuran Anda dibayar. 1 Benar, ini saya", 100)
    wrote(phone, "1", 110, "first")
    wrote(phone, "2", 110.2, "second")
    got(phone, "Apakah kartu peserta sudah ada? 1 Sudah 2 Belum", 113)
    first = ("first", "confirms", "", "11")
    assert reckon([phone], left(phone, first)).faults == []
    assert wrong(reckon([phone], left(phone, first, ("second", "card", "no", "11")))) == {"misheard": 1}


def test_another_worker_s_word_is_not_the_asked_one_s() -> None:
    phone = a_phone("shared phone", SARI, BUDI)
    got(phone, QUESTION.format("Sari"), 100)
    wrote(phone, "ini Budi, belum terdaftar", 110, "other")
    assert reckon([phone], left(phone)).faults == []
    assert wrong(reckon([phone], left(phone, ("other", "denies", "", "11")))) == {"borrowed": 1}


def test_a_text_of_ours_that_comes_twice_and_one_that_never_came_are_said(asked: Phone) -> None:
    asked.got.append(asked.got[0])
    asked.mistakes.append("'jawaban Anda tercatat' never came")
    assert wrong(reckon([asked], left(asked, YES))) == {"doubled": 1, "lost": 1}


def test_a_text_that_is_not_stored_or_waits_for_ever_is_said(asked: Phone) -> None:
    tables = left(asked, YES)
    assert wrong(reckon([asked], replace(tables, texts={}))) == {"lost": 1}
    assert reckon([asked], replace(tables, left=1)).faults == ["lost: 1 texts wait for ever"]


def test_an_anonymous_report_that_leads_to_its_phone_is_said() -> None:
    phone = a_phone("anonymous, and more", SARI)
    told = "Pak RT minta uang blok 67890"
    wrote(phone, "LAPOR", 90, "begin")
    got(phone, "Bagaimana identitas Anda? 3 Anonim", 100)
    wrote(phone, "3", 110, "identity")
    got(phone, "Tulis singkat masalahnya", 112)
    wrote(phone, told, 120, "words")
    emptied = left(phone, reports=[("", "anonymous", told, ())])
    emptied = replace(emptied, texts={post: (*row[:3], "") for post, row in emptied.texts.items()})
    assert reckon([phone], emptied).faults == []
    assert wrong(reckon([phone], replace(emptied, reports=[(NUMBER, "anonymous", told, ())]))) == {"borrowed": 1}
    assert wrong(reckon([phone], left(phone, reports=emptied.reports))) == {"borrowed": 1}  # words under the number


# The crash run and the race: what they look up, made by hand


class Rows:
    """A house in which these rows are found, and no others."""

    handed: Any = None

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        self.rows = rows

    def look(self, query: str, values: Any = None) -> list[Any]:
        found = next((rows for words, rows in self.rows.items() if words in query), None)
        return found if found is not None else [(0,)] if query.startswith("SELECT count") else []

    def all(self, *, last: bool = False) -> dict[int, Any]:
        return {}


def crash(evidence: list[Any], *, planned: bool = True) -> Verdict:
    """A caller who was told that two answers are kept, and a texter who was told nothing."""
    rows = Rows({reckoning._EVIDENCE: evidence})
    rows.handed = rows
    log = Log([Said("S1", 4, (11, "card", "yes"), True), Said("S1", 5, (11, "moved", ""), True)])
    log.said.append(Said("S1", 6, (11, "asked_money", "no"), False))
    log.said.append(Said("S1", 3, (11, "confirms", ""), True))
    caller = Caller(CALLER, "tersimpan", 11, {"status": "1", "card": "1", "work": "2", "money": "1"}, ended=True)
    verdict = Verdict()
    reckoning.reckon(rows, People([caller] if planned else [], []), log, verdict)  # type: ignore[arg-type]  # rows by hand, no house
    return verdict


KEPT = [
    ("S1", 3, 11, "confirms", "", "worker"),
    ("S1", 4, 11, "card", "yes", "worker"),
    ("S1", 5, 11, "moved", "", "worker"),
    ("S1", 6, 11, "asked_money", "no", "worker"),
]


def test_the_crash_run_s_reckoning_finds_nothing_wrong_where_nothing_is() -> None:
    verdict = crash(KEPT)
    assert verdict.faults == []
    assert [verdict.facts[what] for what in ("lost", "twice", "unsaid")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("evidence", "counts", "said"),
    [
        (KEPT[1:], (1, 0, 0), NOTICED_AS["async-commit"]),
        ([*KEPT, KEPT[1]], (0, 1, 0), "counted 2 times"),
        ([*KEPT, ("S9", 1, 11, "denies", "", "worker")], (0, 0, 1), "evidence that nobody gave"),
        ([], (3, 0, 0), "3 answers count, but the plans come to 4"),
        (KEPT[:3], (0, 0, 0), f"{CALLER} meant "),  # its reply never came: not lost, but he dials until all is said
    ],
)
def test_the_crash_run_s_reckoning_says_what_is_lost_twice_or_made_up(
    evidence: list[Any], counts: tuple[int, int, int], said: str
) -> None:
    verdict = crash(evidence)
    assert tuple(verdict.facts[what] for what in ("lost", "twice", "unsaid")) == counts
    assert any(said in fault for fault in verdict.faults), verdict.faults


class Thankful(Network):
    """A service that thanks whoever calls, and does nothing."""

    def __init__(self) -> None:
        super().__init__(("", ""), "", random.Random(1), Log())

    def post(self, kind: str, form: dict[str, str]) -> tuple[int, str]:
        return 200, POLITE


def test_a_service_that_does_nothing_is_noticed_by_whoever_calls_it() -> None:
    network, caller = Thankful(), Caller(CALLER, "tersimpan", 11, {"status": "1"})
    caller.call(network, lambda: False)
    assert not caller.ended
    verdict = Verdict()
    verdict.blame(network.log.mistakes)
    assert any(NOTICED_AS["end-to-all"] in fault for fault in verdict.faults), verdict.faults


def test_a_text_that_was_acknowledged_and_is_not_stored_is_said() -> None:
    rows, log, verdict = Rows({}), Log(), Verdict()
    log.texts["id"] = Text(NUMBER, "YA", "answer")
    reckoning._texts_and_replies(rows, log, verdict)  # type: ignore[arg-type]  # rows by hand
    assert "1 of 1 acknowledged texts are not stored, 0 are" in verdict.faults
    texter = Texter(NUMBER, 12, (("answer", "YA"),))
    verdict = Verdict(facts={"acknowledged": 0, "silent": 0})
    reckoning._plans([], People([], [texter]), verdict)
    assert any(NUMBER in fault for fault in verdict.faults)


def race(found: list[Any], *states: str) -> Reckoning:
    """A phone that said once that it has its card, in each of these states; what is kept of it."""
    facts = {"enrolment": 11, "statement": "card", "detail": "yes"}
    log = RaceLog()
    log.deeds += [Deed("evidence", NUMBER, facts, state, "S1", 4) for state in states]
    rows = Rows({race_reckoning._EVIDENCE: found})
    made = Reckoning(rows, [Person(NUMBER, [])], log, Verdict())  # type: ignore[arg-type]  # rows by hand
    made.all()
    return made


CARD = ("S1", 4, 11, "card", "yes")


@pytest.mark.parametrize(
    ("found", "states", "lost", "twice"),
    [
        ([CARD], [SURE], 0, 0),
        ([CARD], [PERHAPS], 0, 0),
        ([], [PERHAPS], 0, 0),
        ([], [SURE], 1, 0),
        ([CARD, CARD], [SURE], 0, 1),
        ([CARD, CARD], [PERHAPS], 0, 1),
        ([CARD], [], 0, 1),
    ],
)
def test_the_race_s_reckoning_counts_each_deed_once(found: Any, states: Any, lost: int, twice: int) -> None:
    reckoned = race(found, *states)
    assert (reckoned.lost, reckoned.twice) == (lost, twice)
    assert len(reckoned.verdict.faults) == lost + twice
