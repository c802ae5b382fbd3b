"""The command line as an operator and a script use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from flows.references import worker_code
from tests.conftest import forget_everything
from tests.pdf import words_of
from tests.people import a_worker
from verify_service.cli import _COMMANDS, main
from verify_service.installation import DATA

SAMPLE = DATA / "sample"


def verify(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def document(*arguments: str) -> Any:
    """The one JSON document on standard output."""
    result = verify(*arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def test_the_sample_goes_in_and_verdicts_come_out(db: Any) -> None:
    report = document("import", "roster", str(SAMPLE / "roster_clean.csv"), "--paid-from", "2026-01", "--json")
    assert (report["rows"], report["accepted"], report["rejected"]) == (2000, 2000, 0)
    assert (
        document("import", "payments", str(SAMPLE / "payments_2026-03.csv"), "--period", "2026-03", "--json")["rows"]
        == 1974
    )
    assert (
        document("import", "insurer", str(SAMPLE / "insurer_2026-03.csv"), "--period", "2026-03", "--json")["rows"]
        == 1891
    )
    verdicts = document("verdicts", "--json")
    assert len(verdicts) == 2000
    assert set(verdicts[0]) >= {"enrolment", "row", "period", "case", "verdict", "owner", "rupiah"}
    assert set(verdicts[0]["case"]) == {"list", "insurer", "worker", "rt_head", "duplicate"}
    assert {row["period"] for row in verdicts} == {"2026-03"}
    missing = [row for row in verdicts if row["verdict"] == "missing_at_insurer"]
    assert all(row["rupiah"] == 16_800 and row["case"]["insurer"] == "not_found" for row in missing)
    again = document("reconcile", "--all", "--json")
    assert again["enrolments"] == 2000
    assert document("verdicts", "--json") == verdicts


def test_the_months_of_everybody_and_of_one_worker(db: Any) -> None:
    assert verify("months").exit_code == 1
    document("import", "roster", str(SAMPLE / "roster_clean.csv"), "--paid-from", "2026-01", "--json")
    for month in ("01", "02", "03"):
        for kind in ("payments", "insurer"):
            document("import", kind, str(SAMPLE / f"{kind}_2026-{month}.csv"), "--period", f"2026-{month}", "--json")
    whole = document("months", "--json")
    assert (whole["newest"], len(whole["workers"])) == ("2026-03", 2000)
    march = whole["months"][2]
    assert (march["workers"], march["paid"], march["rupiah"]) == (2000, 1974, 1974 * 16_800)
    assert sum(march[fact] for fact in ("active", "unpaid", "inactive", "not_found", "unclear", "no_file")) == 2000
    gaps = [one for one in whole["workers"] if one["gap"]]
    assert sum(whole["gaps"].values()) == len(gaps) == sum(place["gap"] for place in whole["by_kelurahan"])
    assert {one["worker"] for one in whole["lapses"]} == {one["worker"] for one in gaps}
    assert all(one["told_how"] for one in whole["lapses"])
    one = document("months", "--worker", whole["workers"][0]["worker"], "--json")
    assert one["workers"] == whole["workers"][:1]
    assert [len(held["months"]) for held in document("months", "--period", "2026-02", "--json")["workers"][:2]] == [
        1,
        1,
    ]
    said = verify("months").output
    assert "The newest month that the insurer reported is 2026-03" in said
    assert f"Months in a row without a premium: one {whole['gaps']['1']:,}" in said
    assert "Death benefit in full from: " in verify("months", "--worker", whole["workers"][0]["worker"]).output
    assert verify("months", "--period", "2026-04").exit_code == 1
    assert verify("months", "--worker", "12345").exit_code == 2


@pytest.mark.parametrize("file", ["roster_part1.xlsx", "roster_part2.csv"])
def test_a_report_counts_every_row(db: Any, file: str) -> None:
    report = document("import", "roster", str(SAMPLE / file), "--accept-valid", "--json")
    assert report["rows"] == report["accepted"] + report["rejected"] == 1030
    assert report["flagged"] <= report["accepted"]
    faulty = {problem["row"] for problem in report["problems"]}
    assert len(faulty) >= report["rejected"]
    assert all(set(problem) >= {"row", "column", "code", "found", "expected"} for problem in report["problems"])


def test_a_dry_run_writes_nothing(db: Any) -> None:
    document("import", "roster", str(SAMPLE / "roster_clean.csv"), "--dry-run", "--json")
    for table in ("worker", "enrolment", "file_import", "phone", "stale_enrolment", "audit"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_a_refused_file_is_explained_and_leaves_nothing(db: Any, tmp_path: Path) -> None:
    file = tmp_path / "photo.xlsx"
    file.write_bytes(b"\xff\xd8\xff\xe0 a photograph")
    result = verify("import", "roster", str(file))
    assert result.exit_code == 1
    assert "photo.xlsx" in result.stderr
    assert "Traceback" not in result.output
    assert db.execute("SELECT count(*) FROM file_import").fetchone() == (0,)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "insurer", "no-such-file.csv", "--period", "2026-03"),
        ("import", "insurer", str(SAMPLE / "insurer_2026-03.csv"), "--period", "March"),
        ("import", "insurer", str(SAMPLE / "insurer_2026-03.csv")),
        ("officer", "add", "a@b.example", "--role", "king"),
        ("nonsense",),
    ],
)
def test_bad_usage_ends_with_2(db: Any, arguments: tuple[str, ...]) -> None:
    assert verify(*arguments).exit_code == 2


def test_the_table_is_printed_without_any_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERIFY_DATABASE_URL", "VERIFY_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    rows = document("verdicts", "--table", "--json")
    assert len(rows) == 5760


def test_letters_carry_the_code_that_links_a_phone(db: Any, tmp_path: Path) -> None:
    someone = a_worker(db, name="Siti <b>Aminah</b>")
    out = tmp_path / "letters.pdf"
    assert verify("letters", "--out", str(out)).exit_code == 0
    words = words_of(out.read_bytes())
    assert someone.code.replace(" ", "") in words
    assert f"Kodepekerja:{worker_code(someone.worker)}" in words
    assert someone.nik not in words
    assert "Siti<b>Aminah</b>" in words
    assert out.stat().st_mode & 0o077 == 0
    assert db.execute("SELECT action FROM audit").fetchall() == [("letters printed",)]


def test_letters_of_a_kelurahan_nobody_knows_are_refused(db: Any, tmp_path: Path) -> None:
    result = verify("letters", "--kelurahan", "Jatiluhurr", "--out", str(tmp_path / "x.html"))
    assert result.exit_code == 1
    assert "Jatiluhur" in result.stderr


def test_letters_that_cannot_be_written_were_not_printed(db: Any) -> None:
    a_worker(db)
    result = verify("letters", "--out", "/nonexistent/letters.pdf")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert db.execute("SELECT count(*) FROM audit").fetchone() == (0,)


def test_commands_that_share_a_fresh_directory_wait_for_one_another(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    environment = {name: value for name, value in os.environ.items() if not name.startswith("VERIFY_")}
    command = [sys.executable, "-m", "verify_service.cli", "verdicts", "--json", "--data-dir", str(tmp_path)]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.strip(), err) == (0, "[]", "")


def test_an_officer_is_added_once(db: Any) -> None:
    made = verify("officer", "add", "Budi@Bekasi.example", "--role", "officer")
    assert made.exit_code == 0
    assert "/console/welcome/" in made.stdout
    again = verify("officer", "add", "budi@bekasi.example", "--role", "officer")
    assert again.exit_code == 1
    assert "already" in again.stderr


def test_a_missing_setting_is_named(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERIFY_INDEX_KEY")
    forget_everything()
    result = verify("verdicts")
    monkeypatch.undo()
    forget_everything()
    assert result.exit_code == 1
    assert "VERIFY_INDEX_KEY: is not set" in result.stderr


def test_every_command_the_program_lists_can_be_called() -> None:
    listed = main.list_commands(click.Context(main))
    assert "texts" in listed
    for command in listed:
        assert verify(command, "--help").exit_code == 0, command


def test_a_list_with_rejected_rows_goes_in_whole_or_not_at_all(db: Any) -> None:
    refused = verify("import", "roster", str(SAMPLE / "roster_part1.xlsx"), "--json")
    report = json.loads(refused.stdout)
    assert (refused.exit_code, report["refused"], report["created"], report["version"]) == (1, True, 0, None)
    assert report["rows"] == report["accepted"] + report["rejected"]
    assert "--accept-valid" in report["notes"][-1]
    assert "Nothing was stored." in verify("import", "roster", str(SAMPLE / "roster_part1.xlsx")).stdout
    assert db.execute("SELECT count(*) FROM file_import").fetchone() == (0,)
    taken = document("import", "roster", str(SAMPLE / "roster_part1.xlsx"), "--accept-valid", "--json")
    assert (taken["refused"], taken["created"]) == (False, taken["accepted"])
    kept = db.execute("SELECT count(*) FROM import_line WHERE rejected AND line IS NOT NULL").fetchone()
    assert kept == (report["rejected"],)


def test_the_list_is_shown_with_its_versions_their_differences_and_taken_back(db: Any) -> None:
    clean, part = str(SAMPLE / "roster_clean.csv"), str(SAMPLE / "roster_part2.csv")
    document("import", "roster", clean, "--json")
    before = document("roster", "show", "--json")
    document("import", "roster", part, "--accept-valid", "--json")
    assert [version["version"] for version in document("roster", "versions", "--json")] == [1, 2]
    assert verify("roster", "versions").stdout.count("\n") == 2
    difference = document("roster", "diff", "1", "2", "--json")
    assert set(difference) == {"before", "now", "same", "added", "missing", "changed"}
    assert "added" in verify("roster", "diff", "1", "2").stdout
    assert verify("roster", "diff", "1", "7").exit_code == 1
    assert len(document("roster", "show", "--json")) > len(before)
    assert document("roster", "undo", "2", "--json")["removed"] > 0
    assert document("roster", "show", "--json") == before
    assert document("roster", "show", "--as-of", "2020-01-31", "--json") == []
    assert verify("roster", "show").stdout.endswith("2,000 workers\n")
    assert verify("roster", "undo", "2").output.startswith("Error: Version 2 was undone on ")
    assert verify("roster", "show", "--as-of", "yesterday").exit_code == 2
    assert document("verdicts", "--as-of", "2026-01-01", "--json") == []


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with() -> None:
    told = verify("--help").stdout
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert _COMMANDS[name][1] == command.get_short_help_str(200)
        assert name in told


def test_a_list_that_cannot_be_paid_is_told_with_its_sum(db: Any, little_money: None) -> None:
    asked = ("import", "roster", str(SAMPLE / "roster_clean.csv"), "--paid-from", "2026-01")
    dry = json.loads(verify(*asked, "--dry-run", "--json").stdout)
    assert dry["over_ceiling"] == 2_000 * 12 * 16_800 - 300_000_000
    assert db.execute("SELECT count(*) FROM enrolment").fetchone() == (0,)
    told = verify(*asked).stdout
    assert "Premiums of 2026 come to Rp 403,200,000, which is Rp 103,200,000 more than the ceiling" in told
    assert "The money ends in 2026-09; for a whole year it pays 1,488 workers" in told
    ((row, version),) = re.findall(r"the first beyond is row ([\d,]+) of version (\d+)", told)
    before = db.execute("SELECT count(*) FROM enrolment WHERE row < %s", [int(row.replace(",", ""))]).fetchone()
    assert (before, int(version)) == ((1_488,), db.execute("SELECT max(id) FROM file_import").fetchone()[0])


def test_a_list_that_can_be_paid_brings_no_warning(db: Any) -> None:
    report = document("import", "roster", str(SAMPLE / "roster_clean.csv"), "--paid-from", "2026-01", "--json")
    assert report["over_ceiling"] == 0
    assert not any("WARNING" in note for note in report["notes"])
