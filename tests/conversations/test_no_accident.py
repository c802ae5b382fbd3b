"""What denies an accident, nearly was one or is long ago is nothing urgent; an option said in words is its answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.texting import Line
from tests.people import a_worker


def urgent(line: Line) -> list[Any]:
    return [kind for (kind,) in line.db.execute("SELECT urgency FROM grievance ORDER BY id").fetchall()]


def asked(db: Any) -> Line:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


NONE = [
    "ga ada kecelakaan", "tidak ada kecelakaan pak", "bukan kecelakaan", "ga ada yg meninggal",
    "alhamdulillah ga ada yg kecelakaan", "belum pernah kecelakaan", "tidak ada kecelakaan atau kematian",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NONE, "nyaris kecelakaan tadi", "dulu bapak kecelakaan taun 2019",
                                  "kerja saya aman, ga ada kecelakaan", "jangan sampai kecelakaan ya"])  # fmt: skip
@pytest.mark.parametrize("question", [False, True])
def test_an_accident_that_was_none_is_no_report(db: Any, question: bool, text: str) -> None:
    line = asked(db) if question else Line(db)
    if not question:
        a_worker(db)
    line.writes(text)
    assert line.reports() == []
    assert line.said() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("ga ada kecelakaan, udah terdaftar", "confirms"), ("belum terdaftar, ga ada yang meninggal kok", "denies")],
)
def test_the_answer_beside_it_counts(db: Any, text: str, said: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == [said]
    assert line.reports() == []


@pytest.mark.parametrize("text", NONE)
def test_at_the_screen_that_asks_for_one_it_is_the_no(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", text)
    assert line.sent()[-1] == "c1.category"
    line.writes("7", "3", "1", "kartu saya hilang di pasar")
    assert urgent(line) == [None]


def test_at_the_next_screen_it_is_none_either(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "bukan kecelakaan pak")
    assert line.reports() == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("suami udah ga ada kecelakaan motor kemarin", "accident"),
     ("ga sampai meninggal tapi kecelakaan parah", "accident"),
     ("tidak, suami saya kecelakaan", "accident"), ("lapor dulu ya pak suami saya kecelakaan", "accident"),
     ("bukan kecelakaan motor, kejepit mesin", "accident"), ("bapak meninggal, dulu pas kecelakaan", "death"),
     ("belum ada yang nolong suami saya kecelakaan", "accident"), ("saya jatuh dari motor tadi", "accident"),
     ("bapak ga ada, meninggal", "death"), ("bapak ga ada meninggal tadi", "death"),
     ("suami saya ga ada kecelakaan motor", "accident"),
     ("pernah terdaftar pak sekarang suami kecelakaan", "accident")],
)  # fmt: skip
def test_an_accident_beside_other_words_is_urgent(db: Any, text: str, kind: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(text)
    assert urgent(line) == [kind]


# --- an option said in words ---


@pytest.mark.parametrize(
    "text",
    ["jangan hubungi saya", "ga usah dihubungi", "ga usah dihubungi pak", "jangan hubungi", "tidak usah ditelpon ya"],
)
def test_who_does_not_want_to_be_called_about_a_report_still_gets_our_texts(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "7", "3", "1", "kartu saya hilang di pasar", text)
    assert not line.stopped()
    assert db.execute("SELECT contact FROM grievance").fetchall() == [("none",)]


AT_MONEY = ("CEK", "1", "1", "1")


@pytest.mark.parametrize(
    "text",
    ["iya tapi jangan bilang siapa siapa", "ya, rahasiakan nama saya", "iya, jangan sebut nama saya", "rahasia ya pak",
     "jangan bilang siapa siapa ya", "iya rahasia", "ada, tapi jangan kasih tau RT"],
)  # fmt: skip
def test_a_yes_that_is_to_be_kept_secret_is_one(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(*AT_MONEY, text)
    assert ("asked_money", "yes") in db.execute("SELECT statement, detail FROM evidence").fetchall()
    assert [identity for identity, _, _ in line.reports()] == ["secret"]


@pytest.mark.parametrize("text", ["jangan tanya2 itu", "ga usah tanya itu pak", "ga mau jawab", "tidak berani bilang"])
def test_who_does_not_answer_that_declines(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(*AT_MONEY, text)
    assert not line.stopped()
    assert ("asked_money", "declined") in db.execute("SELECT statement, detail FROM evidence").fetchall()


@pytest.mark.parametrize(
    "text", ["STOP", "jangan hubungi saya lagi", "jangan sms lagi", "stop sms", "jangan tanya saya lagi"]
)
@pytest.mark.parametrize("steps", [("LAPOR", "3", "7", "3", "1", "kartu saya hilang di pasar"), AT_MONEY])
def test_a_stop_is_one_at_these_screens_too(db: Any, steps: tuple[str, ...], text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(*steps, text)
    assert line.stopped()
