"""Every screen and every SMS, in every language, at the widest values: it fits a phone, and it is honest."""

import csv
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conversation import HEAD_SEPTETS, LABEL_WIDTH, TAIL_SEPTETS, Ask, Menu, Pick, Screen
from flows.gsm import BASIC, septets
from flows.wording import WordingError, from_tables
from tests.flows.city import LANGUAGES, STANDING, WIDEST, WIDEST_STANDING, WORDINGS, table

FREE = re.compile(r"gratis|haratis|\bfree\b", re.IGNORECASE)
# The programme itself costs the worker nothing, whoever pays for the call: saying so protects against fees.
PROGRAMME_IS_FREE = {"a6.end", "d7.claim", "e1.who", "f2.rules", "g4.card_ready", "g19.antiscam", "g20.family"}


def of_channel(*channels: str) -> list[str]:
    """The screens of these channels."""
    return [key for key, form in WORDINGS.screens.items() if form.channel in channels]


def widest(key: str) -> Iterator[Screen]:
    """The screen as a flow would yield it, with the widest values."""
    form = WORDINGS.screens[key]
    if form.kind == "ask":
        yield Ask(key, WIDEST, back=form.back)
    elif form.kind == "pick":
        none = next(iter(form.options), "")
        for width, count in ((LABEL_WIDTH + 5, 30), (1, 30), (17, 10), (1, 0)):
            choices = tuple((str(n), "W" * width) for n in range(count))
            yield Pick(key, choices, WIDEST, none=none, back=form.back, more="more")
    else:
        yield Menu(key, tuple(form.options), WIDEST, back=form.back)


@pytest.mark.parametrize("key", of_channel("ussd"))
def test_a_screen_fits_every_phone_at_the_widest_values(key: str) -> None:
    for language, hinted, free in product(LANGUAGES, (False, True), (False, True)):
        for screen in widest(key):
            pages = len(screen.pages()) if isinstance(screen, Pick) else 1
            for page in range(pages):
                said = WORDINGS.say(screen, language, hinted=hinted, page=page, standing=WIDEST_STANDING, free=free)
                assert septets(f"CON {said}") <= 160, said
                assert set(said) <= BASIC, said
                assert "{" not in said


@pytest.mark.parametrize("key", of_channel("ussd"))
def test_every_option_is_on_the_screen_with_its_digit(key: str) -> None:
    for language, hinted in product(LANGUAGES, (False, True)):
        form, words = WORDINGS.screens[key], WORDINGS.languages[language][key]
        for screen in widest(key):
            lines = WORDINGS.say(screen, language, hinted=hinted, standing=WIDEST_STANDING, free=True).split("\n")
            for option, digit in form.options.items():
                labels = (words.options[option], words.short_options.get(option, words.options[option]))
                shown = [f"{digit} {label}".replace("{n}", WIDEST["n"]) for label in labels]
                assert any(line in lines for line in shown)
            if form.back:
                assert lines[-1] == f"0 {WORDINGS.common[language].back}"
            if hinted:
                assert lines[0] in (WORDINGS.common[language].hint_pick, WORDINGS.common[language].hint_ask)


@pytest.mark.parametrize("key", of_channel("ussd"))
def test_a_screen_is_one_sms_at_the_widest_values(key: str) -> None:
    form = WORDINGS.screens[key]
    for language, hinted, free, screen in product(LANGUAGES, (False, True), (False, True), widest(key)):
        words = WORDINGS.languages[language][key]
        for page in range(len(screen.pages()) if isinstance(screen, Pick) else 1):
            said = WORDINGS.text(screen, language, hinted=hinted, page=page, standing=WIDEST_STANDING, free=free)
            assert septets(said) <= 160, said
            assert set(said) <= BASIC
            assert said.startswith(WIDEST["brand"])
            for option, digit in form.options.items():
                labels = [some.get(option) for some in (words.options, words.short_options, words.sms_options)]
                shown = [f"{digit} {label}".replace("{n}", WIDEST["n"]) for label in labels if label]
                assert any(line in said.split("\n") for line in shown), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_text_of_a_talk_says_how_to_answer(language: str) -> None:
    screen, reply = Menu("b9.card", ("yes", "no", "unsure")), WORDINGS.common[language].reply
    said = [WORDINGS.text(screen, language, first=first, standing=STANDING).split("\n") for first in (True, False)]
    assert said[0][1:] == [reply, *said[1][1:]]
    assert reply not in WORDINGS.text(Ask("e10.name"), language, first=True, standing=STANDING)


@pytest.mark.parametrize("key", of_channel("ussd_end"))
def test_a_last_screen_is_one_sms_at_the_widest_values(key: str) -> None:
    for language, free in product(LANGUAGES, (False, True)):
        said = WORDINGS.text_ending(key, language, WIDEST, standing=WIDEST_STANDING, free=free)
        assert septets(said) <= 160
        assert set(said) <= BASIC
        assert said.startswith(WIDEST["brand"])


@pytest.mark.parametrize("key", of_channel("ussd_end"))
def test_a_last_screen_fits_every_phone_at_the_widest_values(key: str) -> None:
    for language, free in product(LANGUAGES, (False, True)):
        said = WORDINGS.ending(key, language, WIDEST, standing=WIDEST_STANDING, free=free)
        assert septets(f"END {said}") <= 160
        assert set(said) <= BASIC


@pytest.mark.parametrize("key", of_channel("sms"))
def test_an_sms_costs_one_part_at_the_widest_values(key: str) -> None:
    for language, free in product(LANGUAGES, (False, True)):
        said = WORDINGS.sms(key, language, WIDEST, standing=WIDEST_STANDING, free=free)
        assert septets(said) <= 160
        assert set(said) <= BASIC
        assert said.startswith(WIDEST["brand"])


@pytest.mark.parametrize("key", sorted(WORDINGS.screens.keys() - PROGRAMME_IS_FREE))
def test_the_call_is_called_free_only_where_the_operators_charge_nothing(key: str) -> None:
    for language in LANGUAGES:
        words = WORDINGS.languages[language][key]
        assert not FREE.search(" ".join((words.text, words.short, *words.options.values())))
        assert not words.text_if_free or FREE.search(words.text_if_free)


def test_a_free_service_says_so_where_it_is_confirmed() -> None:
    main = Menu("a3.main", tuple(WORDINGS.screens["a3.main"].options))
    for language in LANGUAGES:
        assert FREE.search(WORDINGS.say(main, language, standing=STANDING, free=True))
        assert not FREE.search(WORDINGS.say(main, language, standing=STANDING, free=False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_and_tail_of_a_list_are_no_wider_than_the_paging_counts_on(language: str) -> None:
    common = WORDINGS.common[language]
    assert len(common.hint_pick) <= HEAD_SEPTETS
    assert max(len(f"\n9 {common.more}"), len(f"\n0 {common.back}")) <= len("\n9 Kembali ")
    for key, form in WORDINGS.screens.items():
        if form.kind == "pick":
            words = WORDINGS.languages[language][key]
            assert len(words.text) <= HEAD_SEPTETS
            assert all(len(f"\n8 {label}") <= TAIL_SEPTETS for label in words.options.values())


@given(labels=st.lists(st.text(max_size=60), max_size=40), none=st.booleans(), back=st.booleans(), more=st.booleans())
def test_the_pages_of_a_list_together_are_the_list(labels: list[str], none: bool, back: bool, more: bool) -> None:
    choices = tuple((f"k{n}", label) for n, label in enumerate(labels))
    pick = Pick("b17.who_answers", choices, none="none" if none else "", back=back, more="more" if more else "")
    pages = pick.pages()
    assert [key for page in pages for key, _ in page] == [key for key, _ in choices]
    for number, page in enumerate(pages):
        assert page or not labels
        for language in LANGUAGES:
            for hinted in (False, True):
                said = WORDINGS.say(pick, language, page=number, hinted=hinted, standing=STANDING)
                assert septets(f"CON {said}") <= 160
                assert set(said) <= BASIC
                for place, (_, label) in enumerate(page, start=1):
                    assert f"{place} {label}" in said.split("\n")


def test_several_names_go_on_one_page() -> None:
    choices = tuple((str(n), f"Sulistiaw*** {n:04}") for n in range(4))
    assert len(Pick("b17.who_answers", choices, none="none", back=True).pages()[0]) >= 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Têtê\r\nBudi", "Tete Budi"),
        ("{hotline}[1]", "(hotline)(1"),
        ("Bu\x00di\u202e 😀", "Budi"),
        ("Raden Mas Suryo", "Raden Mas Su"),
    ],
)
def test_a_value_is_folded_put_on_one_line_and_cut(value: str, shown: str) -> None:
    screen = Menu("b15.is_this_you", ("yes", "no"), {"name": value, "nik4": "0001"}, back=True)
    said = WORDINGS.say(screen, "en", standing=STANDING)
    assert said.split("\n")[0] == f"{shown}, NIK ending 0001: is this you?".replace("(hotline)(1,", "(hotline)(1),")


@given(st.text())
def test_no_value_breaks_a_screen(value: str) -> None:
    screen = Menu("b15.is_this_you", ("yes", "no"), {"name": value, "nik4": value}, back=True)
    said = WORDINGS.say(screen, "id", standing=dict.fromkeys(STANDING, value))
    assert septets(f"CON {said}") <= 160
    assert said.count("\n") == 3


def test_somebody_who_chose_no_language_is_spoken_to_in_the_first() -> None:
    ends = [WORDINGS.ending("a6.end", language, standing=STANDING) for language in (None, "id", "xx")]
    assert len(set(ends)) == 1
    assert ends[0].startswith("Terima kasih")


def test_an_sms_names_the_digit_that_the_main_menu_has() -> None:
    sms = WORDINGS.sms("g6.case_need_info", "en", WIDEST, standing=STANDING)
    assert f"menu {WORDINGS.screens['a3.main'].options['my_report']} " in sms
    for language in LANGUAGES:
        for key in of_channel("sms"):
            words = WORDINGS.languages[language][key]
            assert not re.search(r"menu \d", words.text + words.text_if_free)


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(WordingError, match=r"b8\.waiting needs a value for \{start\}"):
        WORDINGS.say(Menu("b8.waiting", ("next",)), "id", standing=STANDING)


def test_a_programme_whose_hotline_would_be_cut_is_told() -> None:
    assert WORDINGS.too_wide(STANDING) == ()
    assert WORDINGS.too_wide({**STANDING, "hotline": "(021) 8000 1234"}) == ("hotline",)


def column(path: str, name: str) -> set[str]:
    """One column of a file of the sample city."""
    text = (files("verify_service") / "data" / path).read_text(encoding="utf-8")
    return {row[name] for row in csv.DictReader(text.splitlines())}


@pytest.mark.parametrize(
    ("placeholder", "path", "name"),
    [("kel", "bekasi_areas.csv", "kelurahan"), ("job", "sample/roster_clean.csv", "PEKERJAAN")],
)
def test_no_real_value_is_wider_than_declared(placeholder: str, path: str, name: str) -> None:
    longest = max(column(path, name), key=len)
    assert len(longest) <= WORDINGS.widths[placeholder], longest


def test_five_wrong_pins_lock_an_rt_head_in_every_language() -> None:
    for language in LANGUAGES:
        assert " 5 " in WORDINGS.ending("f11.locked", language, standing=STANDING)


def without(name: str, key: str) -> dict[str, object]:
    """A file of words that lacks one screen."""
    return {screen: words for screen, words in table(name).items() if screen != key}


@pytest.mark.parametrize(
    ("spoilt", "mistake"),
    [
        (without("id", "a6.end"), "id: a6.end has no words"),
        ({**table("id"), "z9.new": {"text": "?"}}, "id: z9.new has words but no form"),
        ({**table("id"), "a6.end": {"text": "{nama}"}}, r"id: a6.end uses \{nama\}"),
        ({**table("id"), "b9.card": {"text": "Kartu?", "options": {"yes": "Ya"}}}, "id: b9.card has options"),
        ({**table("id"), "a6.end": {"text": "x", "shrt": "y"}}, "another form"),
        (without("id", "common"), "another form"),
    ],
)
def test_a_catalogue_with_a_mistake_is_refused_with_the_place(spoilt: dict[str, object], mistake: str) -> None:
    with pytest.raises(WordingError, match=mistake):
        from_tables(table("screens"), {"id": spoilt})
