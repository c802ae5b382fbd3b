"""`verify person`: the same as the pages, for whoever has a shell."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.references import worker_code
from tests.console.desk import at_the_desk
from tests.console.test_person_pages import post
from tests.registry.test_loading import ANI, BUDI, roster, written
from verify_service.cli import main

NIK = "3275014107800001"


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["person", *arguments], input=typed)


def told(*arguments: str, typed: str = "") -> Any:
    done = run(*arguments, "--json", typed=typed)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def code(db: Any, tmp_path: Path) -> str:
    roster(written(tmp_path, ANI, BUDI))
    (worker,) = db.execute("SELECT id FROM worker WHERE name = 'Ani Lestari'").fetchone()
    return worker_code(worker)


def asked(kind: str, code: str) -> str:
    return str(told("ask", kind, code, "--asker", "self", "--identity", "ktp")["request"])


def test_a_person_is_found_by_what_is_typed_and_shown_masked(code: str) -> None:
    (hit,) = told("find", typed="Ani Lastari\n")
    assert (hit["code"], hit["name"], hit["nik_last4"]) == (code, "A*** L***", "0001")
    assert [hit["code"] for hit in told("find", typed=f"{NIK}\n")] == [code]
    shown = told("show", code)
    assert shown["phones"][0]["number"] == "0812****890"
    assert NIK not in json.dumps(shown)
    assert run("show", code).exit_code == 0
    assert "Nobody." in run("find", typed="Zainuddin Maulana\n").stdout


def test_a_request_is_exported_and_is_done_with_that(code: str, tmp_path: Path) -> None:
    request = asked("export", code)
    out = tmp_path / "data.zip"
    assert run("export", request, "--out", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o077 == 0
    document = json.loads(zipfile.ZipFile(out).read("data.json"))
    assert document["sections"][0]["rows"][0]["nik"] == NIK
    again = run("export", request, "--out", str(out))
    assert (again.exit_code, "as the request stands now" in again.output) == (1, True)
    (one,) = told("requests", "--settled")
    assert (one["kind"], one["state"], one["reason"]) == ("export", "done", "handed_over")


def test_a_value_is_put_right_and_one_that_cannot_be_read_is_told(db: Any, code: str) -> None:
    request = asked("correct", code)
    wrong = run("correct", request, "birth_date", "--basis", "ktp", typed="1 Juli\n")
    assert (wrong.exit_code, "cannot be read" in wrong.output) == (1, True)
    assert run("correct", request, "name", "--basis", "ktp", typed="Ani Lestariwati\n").exit_code == 0
    assert db.execute("SELECT count(*) FROM worker WHERE name = 'Ani Lestariwati'").fetchone() == (1,)


def test_the_command_line_proposes_and_an_administrator_confirms_or_the_other_way_round(db: Any, code: str) -> None:
    request = asked("erase", code)
    assert run("erase", request, "--reason", "left", "--note", "KTP dilihat").exit_code == 0
    alone = run("erase", request, "--confirm")
    assert (alone.exit_code, "A second administrator" in alone.output) == (1, True)
    assert post(at_the_desk("admin"), f"/console/people/requests/{request}", do="confirm").status_code == 303
    assert db.execute("SELECT count(*) FROM worker WHERE erased_at IS NOT NULL").fetchone() == (1,)
    late = run("ask", "export", code, "--asker", "self", "--identity", "ktp")
    assert (late.exit_code, "were erased" in late.output) == (1, True)
    assert told("show", code)["name"] == ""


def test_a_request_is_refused_with_a_reason(code: str) -> None:
    request = asked("object", code)
    assert run("refuse", request, "--reason", "identity", "--note", "bukan orangnya").exit_code == 0
    assert told("requests") == []
    assert run("refuse", "999", "--reason", "law", "--note", "tidak ada").exit_code == 1
