"""Letters as they come out of the printer: a sheet for each, with the codes, the same every time."""

from __future__ import annotations

import time

from tests.pdf import pages_of, words_of
from verify_service.registry.letters import Letter, printed

TO = ("Siti <b>Aminah</b> #set", "Jl. Mawar 3", "RT 003 RW 011, Bintara")
INVITATION = Letter(TO, "4821 7731", "12345", "870001", "5577 1122")
ACTIVATION = Letter(("Pak Joko", "Ketua RT 003 RW 011"), "9911 2233")


def test_a_letter_says_who_it_is_for_and_carries_its_codes() -> None:
    file = printed([INVITATION, ACTIVATION])
    words = words_of(file)
    assert pages_of(file) == 2
    for part in ("Siti<b>Aminah</b>#set", "48217731", "55771122", "Kodepekerja:12345", "NIKakhir870001", "99112233"):
        assert part in words, part


def test_the_same_letters_are_the_same_bytes() -> None:
    assert printed([INVITATION] * 3) == printed([INVITATION] * 3)


def test_a_hundred_letters_take_less_than_a_second() -> None:
    printed([INVITATION])
    began = time.process_time()
    file = printed([INVITATION] * 100)
    assert (pages_of(file), time.process_time() - began < 1.0) == (100, True)
