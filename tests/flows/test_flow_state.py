"""A talk as a person lives it: dialling, mistyping, going back, being cut off, answering by SMS."""

import string
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.caller import Caller
from flows.conversation import Ask, Conversation, Menu, Outcome, Pick, Screen, Turn, replay
from flows.flow_state import FLOWS, FlowState, SecretKept, answer, current
from flows.linking import link
from flows.outcomes import Back, ChoseLanguage, ChosePerson, FindWorker, Finished, Goodbye, GoTo, MorePeople, WorkerSays
from flows.reading import option
from tests.flows.city import CALLERS, STANDING, UNKNOWN, WORDINGS, covered

NIK, CODE = "3275010101900001", "123456"
MANY = CALLERS["many on one phone"]


def dial(flow: str, caller: Caller, *texts: str, words: bool = False) -> tuple[FlowState, Screen | Outcome]:
    """What is shown after dialling, or writing, these one after the other."""
    talk, said = current(FlowState(flow, caller))
    for text in texts:
        talk, said = answer(talk, text, WORDINGS if words else None)
    return talk, said


def shown(said: Screen | Outcome) -> str:
    """The screen on the phone."""
    assert isinstance(said, Menu | Ask | Pick)
    return said.screen


def test_a_talk_begins_with_its_first_question() -> None:
    talk, said = current(FlowState("main", UNKNOWN))
    assert shown(said) == "a3.main"
    assert talk == FlowState("main", UNKNOWN)


@pytest.mark.parametrize("text", [
    "1", " 1 ", "1.", "1)", "１", "١", "1\n", "1 .", "01", "０１", "1#", "1 #", "#1", "*1", "1*", "*1#", "**1##", "(1)",
    "1;",
])  # fmt: skip
def test_a_digit_is_read_however_it_is_typed(text: str) -> None:
    assert dial("main", UNKNOWN, text)[1] == GoTo("cover")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "7",
        "11",
        "1*2",
        "-1x",
        "1,5",
        "\x00",
        "satu",
        "08123456789",
        "+1",
        "001",
        "00",
        "98",
        "10",
        "011",
        "1#1",
        "1#2",
        "1*1",
        "#",
        "*",
        "*#",
        "0x1",
        "07",
        "1.2",
        "1/2",
        "1-2",
        "*123*456#",
        "\u00b9",
        "\u2460",
    ],
)
def test_what_is_not_offered_is_a_wrong_answer(text: str) -> None:
    talk, said = dial("main", UNKNOWN, text)
    assert shown(said) == "a3.main"
    assert talk.wrong == 1


def test_two_wrong_answers_show_the_screen_with_a_hint_and_the_third_ends_politely() -> None:
    for count in (1, 2):
        talk, said = dial("card", covered("active"), *["x"] * count)
        assert (talk.wrong, shown(said)) == (count, "b9.card")
        text = WORDINGS.say(said, "id", hinted=talk.wrong > 0, standing=STANDING)  # type: ignore[arg-type]
        assert text.startswith("Pilih angka yang tertera.\n")
    talk, said = dial("card", covered("active"), "x", "x", "x")
    assert said == Goodbye("a10.help_end")
    assert STANDING["hotline"] in WORDINGS.ending("a10.help_end", "id", standing=STANDING)
    assert talk.wrong == 0  # so that a resumed talk has its three answers again


def test_a_good_answer_forgets_the_wrong_ones() -> None:
    talk, said = dial("link", UNKNOWN, "x", "x", NIK)
    assert (talk.wrong, shown(said)) == (0, "b2.ask_code")
    assert shown(dial("link", UNKNOWN, "x", "x", NIK, "x", "x")[1]) == "b2.ask_code"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("327501010190000", "b3.nik_invalid"),
        ("Budi", "b3.nik_invalid"),
        ("0001234567890", "b20.health_card"),
        ("0001 2345 67890", "b20.health_card"),
        ("12345678901", "b21.member_number"),
        ("32750101019000011", "b3.nik_invalid"),
        ("3275O10101900001", "b3.nik_invalid"),
    ],
)
def test_a_wrong_nik_is_answered_with_what_it_looks_like(typed: str, hint: str) -> None:
    talk, said = dial("link", UNKNOWN, typed)
    assert isinstance(said, Ask)
    assert (shown(said), said.hint, talk.wrong) == ("b1.ask_nik", hint, 1)
    text = WORDINGS.say(said, "id", hinted=True, standing=STANDING)
    assert text == f"{WORDINGS.languages['id'][hint].text}\n0 Kembali"


@pytest.mark.parametrize(
    "typed",
    [
        NIK,
        " 3275 0101 0190 0001 ",
        "32.75.01.01.01.90.00.01",
        "3275-0101-0190-0001",
        "３２７５０１０１０１９００００１",
    ],
)
def test_a_nik_is_read_with_blanks_dots_and_dashes(typed: str) -> None:
    assert dial("link", UNKNOWN, typed)[0].turns == (Turn("b1.ask_nik", NIK),)


def test_a_code_becomes_a_look_up_and_is_never_kept() -> None:
    talk, said = dial("link", UNKNOWN, NIK, CODE)
    assert said == FindWorker(NIK, CODE)
    assert CODE not in str(talk.to_dict())


@pytest.mark.parametrize("typed", [("12345",), ("1234567",), ("12345x", "777"), ("9" * 50,), ("kode",)])
def test_a_wrong_code_is_never_kept_either(typed: tuple[str, ...]) -> None:
    talk, said = dial("link", UNKNOWN, NIK, *typed)
    assert isinstance(said, Ask)
    assert said.hint == "b22.code_invalid"
    assert all(text not in str(talk.to_dict()["turns"]) for text in typed)
    assert talk.turns == (Turn("b1.ask_nik", NIK),)


def careless(caller: Caller) -> Conversation:
    """A flow that goes on asking after a secret."""
    pin = yield Ask("f1.pin", secret=True, shape="code")
    yield Menu("b9.card", ("yes", "no", "unsure"))
    return FindWorker("", pin)


def test_a_flow_that_would_have_a_secret_kept_is_refused() -> None:
    with pytest.raises(SecretKept, match=r"careless: f1\.pin is secret but is followed by b9\.card"):
        answer(FlowState("careless", UNKNOWN), "123456", flows={"careless": careless})


def test_nought_drops_the_last_answer() -> None:
    talk, said = dial("link", UNKNOWN, NIK, "0")
    assert shown(said) == "b1.ask_nik"
    assert talk.turns == ()


def test_nought_on_the_first_screen_leaves_the_flow() -> None:
    assert dial("cover", covered("active"), "0")[1] == Back()
    assert dial("link", UNKNOWN, NIK, "0", "0")[1] == Back()


def test_nought_where_no_way_back_is_shown_is_a_wrong_answer() -> None:
    assert dial("card", covered("active"), "0")[0].wrong == 1


def test_going_back_forgives_wrong_answers() -> None:
    assert dial("link", UNKNOWN, NIK, "x", "x", "0")[0].wrong == 0


def test_a_list_is_turned_page_by_page_and_back() -> None:
    talk, said = dial("who", MANY, "9")
    assert (talk.page, shown(said)) == (1, "b17.who_answers")
    assert isinstance(said, Pick)
    first_of_page = said.pages()[1][0][0]
    assert answer(talk, "1")[1] == ChosePerson(int(first_of_page))
    assert dial("who", MANY, "9", "0")[0].page == 0
    assert dial("who", MANY, "9", "0", "0")[1] == Back()


def test_nine_on_the_last_page_asks_for_those_not_yet_looked_up() -> None:
    pages = len(dial("who", MANY)[1].pages())  # type: ignore[union-attr]
    assert dial("who", MANY, *["9"] * pages)[1] == MorePeople(2)
    last = replace(MANY, more_people=False)
    assert dial("who", last, *["9"] * pages)[0].wrong == 1


def test_a_wrong_answer_leaves_the_page_open() -> None:
    talk, _ = dial("who", MANY, "9", "x")
    assert (talk.page, talk.wrong) == (1, 1)


def test_the_phone_shows_the_page_that_the_digits_mean() -> None:
    talk, said = dial("who", MANY, "9")
    assert isinstance(said, Pick)
    text = WORDINGS.say(said, "su", page=talk.page, standing=STANDING)
    assert f"1 {said.pages()[1][0][1]}" in text
    assert text.endswith("8 Teu aya di dieu\n9 Deui\n0 Balik")


@pytest.mark.parametrize(
    ("flow", "caller", "text", "outcome"),
    [
        ("cover", covered("active"), "YA", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), " benar ", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "Benar, ini saya", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "BENAR INI SAYA!", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "1 benar", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "leres ieu abdi", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "Correct, this is me", WorkerSays("confirms", then="card")),
        ("cover", covered("active"), "bukan", WorkerSays("not_me", then="not_me")),
        ("cover", covered("active"), "sanes abdi", WorkerSays("not_me", then="not_me")),
        ("cover", covered("active"), "kembali", Back()),
        ("cover", covered("active"), "BALIK", Back()),
        ("cover", covered("active"), "back", Back()),
        ("card", covered("active"), "Sudah", WorkerSays("card", "yes", then="still_working")),
        ("card", covered("active"), "teu acan", WorkerSays("card", "no", then="still_working")),
        ("card", covered("active"), "not  sure", WorkerSays("card", "unsure", then="still_working")),
        ("still_working", covered("active"), "sumuhun", WorkerSays("still_working", then="asked_money")),
        ("still_working", covered("active"), "Pindah", WorkerSays("moved", then="asked_money")),
        ("asked_money", covered("active"), "ya", WorkerSays("asked_money", "yes", then="finish")),
        ("asked_money", covered("active"), "henteu", WorkerSays("asked_money", "no", then="finish")),
        ("language", UNKNOWN, "english", ChoseLanguage("en")),
        ("who", CALLERS["several on one phone"], "none of these", GoTo("link")),
    ],
)
def test_an_options_word_is_as_good_as_its_digit(flow: str, caller: Caller, text: str, outcome: Outcome) -> None:
    assert dial(flow, caller, text, words=True)[1] == outcome


@pytest.mark.parametrize(
    ("flow", "text"), [("card", "mungkin"), ("card", ""), ("card", "sudah belum"), ("main", "data")]
)
def test_a_word_that_means_no_single_option_is_a_wrong_answer(flow: str, text: str) -> None:
    assert dial(flow, covered("active"), text, words=True)[0].wrong == 1


def test_a_word_that_begins_two_options_is_not_guessed() -> None:
    urgent = Menu("c2.urgent", ("accident", "death", "no"))
    assert option(WORDINGS, urgent, "ya") is None
    assert option(WORDINGS, urgent, "ya kematian") == "death"
    assert option(WORDINGS, urgent, "tidak") == "no"


def test_every_option_is_understood_by_its_own_word_in_every_language() -> None:
    for key, form in WORDINGS.screens.items():
        if form.channel == "word":  # said by us, never by them
            continue
        screen = Menu(key, tuple(form.options))
        for language, words in WORDINGS.languages.items():
            for meaning, label in words[key].options.items():
                assert option(WORDINGS, screen, label.upper(), language) == meaning


def test_the_talk_goes_on_at_the_first_question_that_changed() -> None:
    nik = Turn("b1.ask_nik", NIK)
    talk, said = current(FlowState("link", UNKNOWN, (nik, Turn("b2.gone", "x")), wrong=2))
    assert shown(said) == "b2.ask_code"
    assert (talk.turns, talk.wrong) == ((nik,), 0)


@pytest.mark.parametrize(
    "turn",
    [
        Turn("b1.renamed", NIK),
        Turn("b1.ask_nik", NIK[:-1]),
        Turn("b1.ask_nik", NIK, about="another"),
        Turn("b1.ask_nik", ""),
    ],
)
def test_an_answer_that_no_longer_holds_is_asked_again(turn: Turn) -> None:
    talk, said = current(FlowState("link", UNKNOWN, (turn,)))
    assert (shown(said), talk.turns) == ("b1.ask_nik", ())


def test_a_person_no_longer_on_the_phone_is_asked_for_again() -> None:
    gone = Turn("b17.who_answers", "99")
    assert shown(current(FlowState("who", CALLERS["several on one phone"], (gone,)))[1]) == "b17.who_answers"


def test_a_flow_that_a_release_took_away_leads_to_the_main_menu() -> None:
    assert shown(current(FlowState("lottery", UNKNOWN, (Turn("z1.win", "yes"),)))[1]) == "a3.main"
    assert answer(FlowState("lottery", UNKNOWN), "1")[1] == GoTo("cover")


def test_an_answer_to_a_flow_without_a_question_changes_nothing() -> None:
    talk = FlowState("finish", covered("active"))
    assert answer(talk, "1") == (talk, Finished())


def test_a_replay_gives_the_screen_and_the_turns_that_hold() -> None:
    assert replay(link(UNKNOWN), [Turn("b1.ask_nik", NIK), Turn("b2.ask_code", CODE)])[0] == FindWorker(NIK, CODE)
    said, held = replay(link(UNKNOWN), [Turn("b1.ask_nik", "x")])
    assert (shown(said), held) == ("b1.ask_nik", [])


def test_a_free_answer_is_cleaned_and_cut() -> None:
    ask = Ask("c7.text")
    assert ask.read(" Kartu\x00 saya\r\nhilang\ud800 ") == "Kartu saya  hilang"
    assert ask.read(" \x00\u200b ") is None
    assert len(ask.read("a" * 20_000) or "") == 4000


TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(), max_size=2000),
    st.text(alphabet="0123456789 .-*#", max_size=40),
    st.sampled_from(["0", "1", "2", "3", "8", "9", NIK, CODE, "ya", "tidak", "kembali", "lagi"]),
)


@settings(max_examples=300)
@given(
    flow=st.sampled_from(sorted(FLOWS)),
    caller=st.sampled_from(list(CALLERS.values())),
    texts=st.lists(TEXTS, max_size=6),
)
@example(flow="link", caller=UNKNOWN, texts=["\x00"])
@example(flow="link", caller=UNKNOWN, texts=["9" * 100_000])
@example(flow="who", caller=MANY, texts=["9", "😀", "9", "9", "9", "9", "0"])
@example(flow="main", caller=UNKNOWN, texts=["\ud800", "²", "½", "一"])
@example(flow="main", caller=UNKNOWN, texts=["{brand}" * 3, "%s", "a" * 16_384])
def test_nothing_that_a_person_sends_breaks_a_talk(flow: str, caller: Caller, texts: list[str]) -> None:
    for wordings in (None, WORDINGS):
        talk, said = current(FlowState(flow, caller))
        for text in texts:
            talk, said = answer(talk, text, wordings)
            assert 0 <= talk.wrong < 3
            assert FlowState.from_dict(talk.to_dict()) == talk
            if isinstance(said, Outcome):
                break
            assert current(talk)[0] == talk
            if WORDINGS.screens[said.screen].channel == "sms":
                continue
            shown_text = WORDINGS.say(said, caller.language, hinted=talk.wrong > 0, page=talk.page, standing=STANDING)
            assert len(shown_text) <= 156


@given(st.text(alphabet=string.digits, min_size=6, max_size=6))
def test_no_code_ever_stays_in_a_talk(code: str) -> None:
    _, said = dial("link", UNKNOWN, NIK, code)
    talk, _ = dial("link", UNKNOWN, NIK, code)
    assert said == FindWorker(NIK, code)
    assert [turn.screen for turn in talk.turns] == ["b1.ask_nik"]
