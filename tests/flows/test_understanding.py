"""What replies mean: counted over those that workers might write, and held over whatever else anybody may type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import command
from flows.understanding import understand
from flows.weights import weights
from tests.conftest import examples
from tests.flows.city import WORDINGS
from tests.flows.replies import ALL, BLIND, FAIR, MEANINGS, Reply, figures, fingerprint, of
from tests.flows.test_reading import STOP, each

SAID = st.sampled_from(ALL)


def meaning(text: str) -> str:
    return understand(text).meaning


def test_the_replies_that_were_learned_from_are_read_as_they_were_meant_and_none_is_surely_the_worst() -> None:
    all_read = figures(ALL, understand)  # seconds of work: not where tests are only collected, and once
    # No reply is surely a yes that was none, and no STOP is surely something else.
    assert (all_read.false_yes, all_read.missed_stop, all_read.false_stop) == (0, 0, 0)
    assert all_read.right >= 0.9 * all_read.replies
    assert all_read.wrong <= 0.002 * all_read.replies
    assert all_read.also_found >= 0.85 * all_read.also
    assert all_read.also_wrong <= 0.01 * all_read.replies


def test_what_fair_authors_wrote_is_hardly_ever_asked_back() -> None:
    counted = figures(of(FAIR), understand)
    assert counted.right >= 0.96 * counted.replies
    assert counted.also_found >= 0.85 * counted.also


def test_the_weights_were_made_from_these_replies() -> None:
    assert weights().data == fingerprint(), "make them again: python -m tests.flows.train"


def test_every_label_is_one_of_the_six_and_what_stands_beside_it_comes_later() -> None:
    for reply in ALL:
        assert reply.meaning in MEANINGS, reply
        assert all(MEANINGS.index(also) > MEANINGS.index(reply.meaning) for also in reply.also), reply


def test_a_stop_that_is_a_command_is_a_stop_here() -> None:
    assert [text for text in each(STOP) if meaning(text) != "stop"] == []


def test_the_words_of_the_catalogue_mean_what_they_say_there() -> None:
    for language in WORDINGS.languages.values():
        for option in ("yes", "no", "unsure"):
            words = language["s1.registered"]
            for text in (words.options[option], *words.also.get(option, ())):
                # As an option it counts; "oke ya" is also how a talk is ended, so here it is asked back.
                assert meaning(text) == ("other" if text == "ok ya" else option), text


def test_strangers_of_whom_nothing_was_learned_are_read_right_at_once() -> None:
    read = figures([reply for labelled in BLIND.values() for reply in labelled], understand)
    assert read.right >= 0.93 * read.replies
    assert read.wrong <= 0.015 * read.replies
    assert (read.false_yes, read.missed_stop, read.false_stop) == (0, 0, 0)
    for labelled in BLIND.values():
        assert figures(labelled, understand).right >= 0.9 * len(labelled)


TRAPS = {
    "saya berhenti kerja": "other", "jangan berhenti": "other", "stop kontak rusak": "other", "ya ampun": "other",
    "tidak mau sms lagi": "stop", "ya nanti saya cek": "unsure", "sudah meninggal": "grievance", "ya?": "other",
    "sudah pindah": "other", "sudah tidak kerja": "other", "iya tidak tahu": "unsure", "belum tahu": "unsure",
    "tidak": "no", "tidak tahu": "unsure", "sudah bayar calo": "grievance", "diminta uang": "grievance",
    "kapan dapat kartu": "grievance", "siapa ini": "other", "apa ini?": "other", "sudah tp kartu belum": "grievance",
    "belum terdaftar": "no", "tidak belum": "no", "bukan tidak": "unsure", "ga pernah": "no",
    "stop pungli": "grievance", "makasih ya": "other", "sudah dapat kerja": "other", "mhn info": "other",
}  # fmt: skip


def test_a_trap_is_seen() -> None:
    assert {text: meaning(text) for text in TRAPS} == TRAPS


@pytest.mark.parametrize(
    "text",
    [
        "Ya sudah", "sdh pak yanto", "sdh bu haji", "Ya. Suparman", "udah neng", "Balas YA", "satu", "sudah de",
        "Sudah, semoga sehat selalu ya pak", "sudah terdaftar, blm pernah dipake alhamdulillah",
        "sdh pak di kelurahan jatiasih", "Sudah didaftarkan koperasi",
    ],
)  # fmt: skip
def test_names_places_and_good_wishes_beside_a_yes_are_not_asked_back(text: str) -> None:
    assert (meaning(text), understand(text).sure) == ("yes", True)


@pytest.mark.parametrize("text", ["sudah laku", "ya, terima kasih", "sudah, tinggal tunggu kartu", "siap ya", "sudah?"])
def test_what_only_resembles_a_yes_is_none_for_sure(text: str) -> None:
    understood = understand(text)
    assert understood.meaning != "yes" or not understood.sure


@pytest.mark.parametrize(
    "text", ["stop. ini nomor baru beli", "Sudah terdaftar. Stop", "udah dijawab kemarin. stop ya"]
)
def test_a_stop_in_a_clause_of_its_own_is_sure(text: str) -> None:
    assert (meaning(text), understand(text).sure) == ("stop", True)


# --- whatever anybody may type ---


@given(st.text(max_size=300))
def test_any_text_has_a_meaning(text: str) -> None:
    understood = understand(text)
    assert understood.meaning in MEANINGS
    assert 0 <= understood.confidence <= 1


@given(st.lists(st.sampled_from([reply.text for reply in ALL]), max_size=4).map(" ".join))
def test_whatever_is_a_stop_as_a_command_is_a_stop(text: str) -> None:
    assert command(text) != "stop" or meaning(text) == "stop"


@given(st.one_of(st.text(max_size=60), SAID.map(lambda reply: reply.text)))
def test_a_question_is_never_a_yes(text: str) -> None:
    assert meaning(text + "?") != "yes"
    assert meaning(text + " ?") != "yes"


@given(SAID, st.data())
def test_what_cannot_be_seen_changes_nothing(reply: Reply, data: st.DataObject) -> None:
    text = reply.text
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(text)))
        text = (
            text[:place] + data.draw(st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad\x00\ufe0f\u202e")) + text[place:]
        )
    assert meaning(text) == meaning(reply.text)


@given(SAID)
def test_case_and_width_change_nothing(reply: Reply) -> None:
    meant = meaning(reply.text)
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in reply.text)
    for text in (reply.text.upper(), reply.text.lower(), reply.text.title(), wide):
        assert meaning(text) == meant, text


@given(
    SAID, st.sampled_from(["pak", "bu", "kak", "mas", "makasih", "terima kasih", "hatur nuhun", "matur nuwun", "🙏"])
)
def test_a_courtesy_behind_it_changes_nothing(reply: Reply, courtesy: str) -> None:
    if reply.kind not in ("random", "greeting"):
        assert meaning(f"{reply.text} {courtesy}") == meaning(reply.text)


@given(SAID, st.integers(1, 6))
def test_a_thumb_that_stays_on_the_last_letter_changes_nothing(reply: Reply, times: int) -> None:
    if reply.text[-1:].isalpha() and reply.text.isascii():
        assert meaning(reply.text + reply.text[-1] * times) == meaning(reply.text)


def exhaustively() -> list[Reply]:
    """In the long form all replies are tried, not the first few."""
    return ALL[: examples(300)]


@pytest.mark.long
def test_every_reply_may_come_in_capitals_and_with_thanks() -> None:
    for reply in exhaustively():
        assert meaning(reply.text.upper()) == meaning(reply.text), reply
        assert meaning(reply.text + "?") != "yes", reply
