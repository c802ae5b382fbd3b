"""`verify understand` on a terminal and in a pipe, whatever the lines are made of."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from verify_service.cli import main


def understood(*arguments: str, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(main, ["understand", *arguments], input=stdin)
    assert result.exit_code == 0, result.output
    return result


def entries(stdin: bytes) -> Any:
    return json.loads(understood("--json", stdin=stdin).stdout_bytes)


def test_a_text_is_read_in_one_line_for_people() -> None:
    assert understood("sdh pak").stdout == "yes       0.97  sdh pak\n"
    assert "(ask back)" in understood("iya makasih").stdout
    assert understood("jangan", "sms", "lagi").stdout.startswith("stop ")
    assert understood("").stdout.startswith("other ")


def test_each_line_of_a_pipe_is_read_for_people_too() -> None:
    meanings = [line.split()[0] for line in understood(stdin=b"ya\nbelum\n\nkartu hilang").stdout.splitlines()]
    assert meanings == ["yes", "no", "other", "grievance"]


def test_one_list_has_an_entry_for_each_line() -> None:
    read = entries("Sudah terdaftar 👍\nSTOP\n\nblm\r\ngatau".encode())
    assert [entry["text"] for entry in read] == ["Sudah terdaftar 👍", "STOP", "", "blm", "gatau"]
    assert [entry["meaning"] for entry in read] == ["yes", "stop", "other", "no", "unsure"]
    assert all(set(entry) == {"text", "meaning", "confidence", "asks_back", "also"} for entry in read)
    assert all(0 <= entry["confidence"] <= 1 for entry in read)
    assert not any(entry["asks_back"] for entry in read[:2])


def test_what_is_said_beside_a_stop_or_a_grievance_is_told_too() -> None:
    read = entries(b"Sudah terdaftar, jangan sms terus\nBlm pak, katanya mau didaftarkan tapi ga ada kabar")
    assert [(entry["meaning"], entry["also"]) for entry in read] == [("stop", ["yes"]), ("grievance", ["no"])]


@pytest.mark.parametrize(
    ("stdin", "texts"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"\n\n", ["", ""]),
        (b"ya", ["ya"]),
        (b"ya\r\n", ["ya"]),
        (b"ya\r", ["ya"]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\x0bb\x0cc\x1cd\n", ["a\x0bb\x0cc\x1cd"]),
        ("a\u2028b\u0085c\n".encode(), ["a\u2028b\u0085c"]),
        (b"\xff\xfe\n\x00\nya\x00", ["\ufffd\ufffd", "\x00", "ya\x00"]),
        (b"\xed\xa0\x80\n", ["\ufffd\ufffd\ufffd"]),
        ("\ufeffya\n".encode(), ["\ufeffya"]),
    ],
)
def test_only_a_line_feed_ends_a_line(stdin: bytes, texts: list[str]) -> None:
    assert [entry["text"] for entry in entries(stdin)] == texts


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_there_is_an_entry_for_each_line(stdin: bytes) -> None:
    assert len(entries(stdin)) == stdin.count(b"\n") + (stdin != b"" and not stdin.endswith(b"\n"))


def test_a_very_long_line_is_read_at_both_ends() -> None:
    read = entries(b"sudah " * 200_000 + b"\n" + b"panjang sekali " * 100_000 + b"tolong stop sms\n")
    assert len(read) == 2
    assert read[1]["meaning"] == "stop"


def test_it_starts_without_a_database_driver_and_without_settings() -> None:
    code = (
        "import sys; from verify_service.cli import main; main(['understand', 'iya pak'], standalone_mode=False);"
        "print(sorted({'sqlalchemy', 'psycopg', 'flask', 'pydantic', 'redis'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={"LC_ALL": "C"}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "yes       0.97  iya pak\n[]\n"
