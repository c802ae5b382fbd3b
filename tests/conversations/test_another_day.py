"""What another day of fresh eyes found: kin whose state was the worker's, and old talks that took what was none of
theirs."""

from __future__ import annotations

from typing import Any

import pytest

from flows.speaker import speaker
from tests.conversations.test_day_after import asked, inbox

# --- a relative's state ---

OF_KIN = [
    "kalo istri belum", "laki saya mah belum", "mertua udah dapet", "om saya belum bu", "adek ipar blm dapet",
    "pun biang teu acan", "kalo bapak belum", "pun bojo teu acan", "garwo dereng", "kalo bini kaga", "emak belum",
    "kalo suami belum", "istri sy blm dpt", "bini gue udah", "kalo bapak saya belum", "anak saya belum",
    "pun lanceuk tos", "rayi dereng", "nyokap belom dapet", "tapi kalo mantu saya udah", "bojoku durung",
    "si ade udah", "teu acan pun biang", "belum istri saya", "belum kalo bini mah", "mas saya belum pak",
    "my wife not yet",
]  # fmt: skip


@pytest.mark.parametrize("text", OF_KIN)
@pytest.mark.parametrize("first", ["", "YA"])
def test_what_is_said_of_kin_is_no_answer_of_the_worker_s(db: Any, text: str, first: str) -> None:
    line = asked(db)
    line.writes(*([first] if first else []), text)
    assert line.said() == (["confirms"] if first else [])
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.writes("TIDAK")
    assert line.said()[-1] == "denies"


@pytest.mark.parametrize("text", ["bapak belum", "ibu belum", "om belum", "ibu saya belum", "bapak saya belum"])
def test_a_father_or_the_officer_nobody_can_tell(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"


@pytest.mark.parametrize(
    "text",
    ["belum pak", "belum bu", "belum mas", "belum om", "belum bos", "om, saya belum", "ibu, saya belum", "mas belum",
     "pak saya belum", "mas saya belum", "belum bapak", "kak belum dapet", "eh belum kak", "bu, belum dapet kartu"],
)  # fmt: skip
def test_who_is_spoken_to_is_no_kin(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["denies"]


def test_a_name_that_is_a_word_for_kin_is_the_worker() -> None:
    assert speaker("Putri belum", "Putri Lestari") == "self"
    assert speaker("Rama sudah terdaftar", "Rama Wijaya") == "self"
    assert speaker("putri belum", "Sulistiawati Dewi") == "relation"


@pytest.mark.parametrize("text", ["ya bapak sudah", "ya bpk sudah", "bini belum, saya sudah", "saya laki-laki, sudah"])
def test_beside_kin_the_own_word_is_heard(text: str) -> None:
    assert speaker(text, "Sulistiawati Dewi") == "self"


@pytest.mark.parametrize("text", ["ga papa", "gak papa pak", "sudah ada mak", "anak saya dua, saya sudah"])
def test_nobody_is_spoken_of(text: str) -> None:
    assert speaker(text, "Sulistiawati Dewi") == "self"
