"""What the words of a report suggest: for an officer to weigh."""

from __future__ import annotations

import pytest

from verify_service.grievances.related import Suggestion, suggestion


@pytest.mark.parametrize(
    ("words", "category", "urgency"),
    [
        ("saya kecelakaan tadi pagi kaki patah", "claim", "accident"),
        ("suami saya sudah meninggal kemarin", "claim", "death"),
        ("pak rt minta uang 50 ribu", "asked_money", ""),
        ("kartu saya belum datang", "card", ""),
        ("nama saya salah di data", "wrong_data", ""),
        ("klaim ditolak terus", "claim", ""),
        ("diminta uang padahal baru kecelakaan", "claim", "accident"),
    ],
)
def test_words_suggest_a_category(words: str, category: str, urgency: str) -> None:
    assert suggestion(words) == Suggestion(category, urgency)


@pytest.mark.parametrize("words", ["", "   ", "selamat pagi", "🙂", "tidak ada masalah"])
def test_words_that_say_nothing_suggest_nothing(words: str) -> None:
    assert suggestion(words) is None
