"""What a cell should have held is said in Indonesian, and every sentence of ours is one that a reader says."""

from __future__ import annotations

from pathlib import Path

import verify_service
from tests.serving import new_client
from verify_service.labels.expected_words import _SAID, expected_words

ROOT = Path(verify_service.__file__).parent


def test_a_cell_is_explained_in_indonesian_and_what_holds_values_as_it_was_said() -> None:
    with new_client().application.test_request_context("/"):
        assert expected_words("a NIK of 16 digits") == ("NIK 16 angka", "")
        assert expected_words("at most 90 characters; the rest was cut") == (
            "at most 90 characters; the rest was cut",
            "en",
        )


def test_every_sentence_is_said_by_a_reader() -> None:
    files = [*(ROOT / "registry").glob("*.py"), ROOT / "ground" / "phones.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    of_rt_and_rw = {one for one in _SAID if one.startswith("the number of the R")}  # made of the field's name
    assert {one for one in _SAID - of_rt_and_rw if one not in code} == set()
