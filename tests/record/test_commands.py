"""`verify audit` as an auditor uses it, and the independent verifier as the page has it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import document, verify
from tests.conftest import forget_everything
from tests.record.log import BEGUN, write

PAGE = (Path(__file__).parents[2] / "docs" / "record.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def _record(record: Any) -> None:
    """Each of these on a record of its own."""


@pytest.fixture
def checker(tmp_path: Path) -> Path:
    """The independent verifier: the text of the page, and nothing of ours."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    script = tmp_path / "check_proof.py"
    script.write_text(found[1], "utf-8")
    return script


def checked(script: Path, proof: Path, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", script, proof, key], capture_output=True, text=True, cwd=script.parent, check=False
    )


def test_a_sealed_record_is_verified_and_an_edit_is_named(db: Any) -> None:
    write(db, 30)
    assert document("audit", "seal", "--json")["added"] == 30
    assert verify("audit", "seal").output == "Nothing new to seal.\n"
    sound = verify("audit", "verify")
    assert sound.exit_code == 0, sound.output
    assert sound.output.startswith("30 entries sealed, 1 heads, root ")
    assert sound.output.endswith("0 wait.\nNothing was altered.\n")
    told = document("audit", "verify", "--json")
    assert (told["sound"], told["size"], told["entries"], told["findings"]) == (True, 30, [], [])

    db.execute("UPDATE audit SET actor = 'officer:99' WHERE id = 7")
    db.execute("DELETE FROM evidence WHERE id = 3")
    done = verify("audit", "verify", "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert (told["sound"], told["entries"]) == (False, ["audit:7", "evidence:3"])
    assert [finding["altered"] for finding in told["findings"]] == ["edited", "deleted"]
    shown = verify("audit", "verify")
    assert shown.exit_code == 1
    assert "EDITED: audit:7: not what was sealed (places 6 to 6)" in shown.output
    assert "Something was altered." in shown.output


def test_a_proof_stands_before_the_independent_verifier(db: Any, tmp_path: Path, checker: Path) -> None:
    key = verify("audit", "key").output.strip()
    for rows in (1, 6, 40):
        write(db, rows, BEGUN.replace(minute=rows))
        verify("audit", "seal")
    proof = tmp_path / "proof.json"
    for entry in ("audit:1", "audit:5", "evidence:1", "evidence:15", "audit:32"):
        proof.write_text(json.dumps(document("audit", "prove", entry, "--json")), "utf-8")
        done = checked(checker, proof, key)
        assert done.returncode == 0, done.stderr
        assert "is entry" in done.stdout

    sound = json.loads(proof.read_text("utf-8"))
    older = json.loads(verify("audit", "prove", "audit:1", "--json").output)["older_checkpoint"]
    for forged in (
        {"entry": sound["entry"].replace("officer", "0fficer")},
        {"leaf_index": sound["leaf_index"] - 1},
        {"leaf_index": 10**6},
        {"inclusion_proof": sound["inclusion_proof"][:-1]},
        {"inclusion_proof": [*sound["inclusion_proof"], "00" * 32]},
        {"consistency_proof": sound["consistency_proof"][::-1]},
        {"consistency_proof": []},
        {"checkpoint": sound["checkpoint"].replace("\n47\n", "\n48\n")},
        {"checkpoint": older, "older_checkpoint": sound["checkpoint"]},
    ):
        proof.write_text(json.dumps(sound | forged), "utf-8")
        done = checked(checker, proof, key)
        assert (done.returncode, done.stderr[:15]) == (1, "does not hold: "), forged
    proof.write_text(json.dumps(sound), "utf-8")
    assert checked(checker, proof, key[:-1] + "A=").returncode == 1
    assert verify("audit", "prove", "audit:32").exit_code == 0


def test_a_proof_can_start_from_a_head_of_ones_own(db: Any, tmp_path: Path, checker: Path) -> None:
    write(db, 5)
    verify("audit", "seal")
    write(db, 6, BEGUN.replace(minute=9))
    mine = tmp_path / "mail.txt"
    mine.write_text(f"Yth. Ombudsman,\n\n{document('audit', 'seal', '--json')['checkpoint']}\nSalam\n", "utf-8")
    write(db, 7, BEGUN.replace(minute=19))
    verify("audit", "seal")
    proof = tmp_path / "proof.json"
    proof.write_text(verify("audit", "prove", "audit:1", "--since", str(mine), "--json").output, "utf-8")
    done = checked(checker, proof, verify("audit", "key").output.strip())
    assert done.stdout.endswith("is entry 0 of 18, and the record continues its head of 11.\n"), done.stderr
    for wrong in ("audit:99", "audit", "worker:1", "audit:x"):
        refused = verify("audit", "prove", wrong)
        assert refused.exit_code == 1, wrong
    db.execute("UPDATE audit SET action = 'nothing' WHERE id = 1")
    refused = verify("audit", "prove", "audit:1")
    assert (refused.exit_code, "run verify audit verify" in refused.output) == (1, True)


def test_what_was_sealed_anew_is_found_by_heads_in_other_hands(db: Any, tmp_path: Path, record: Path) -> None:
    for nth in range(4):
        write(db, 300, BEGUN.replace(minute=10 * nth))
        verify("audit", "seal")
    copy = tmp_path / "copy"
    assert verify("audit", "export", "--out", str(copy)).exit_code == 0
    heads = tmp_path / "heads.txt"
    heads.write_bytes((record / "record.heads").read_bytes())
    assert heads.read_text("utf-8") == (copy / "heads").read_text("utf-8")
    for kept in (heads, copy, copy / "checkpoint"):
        assert verify("audit", "verify", "--heads", str(kept)).exit_code == 0
    assert sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()) == [
        "checkpoint", "heads", "key",
        "tile/0/000", "tile/0/001", "tile/0/002", "tile/0/003", "tile/0/004.p/176", "tile/1/000.p/4",
    ]  # fmt: skip

    db.execute("UPDATE audit SET actor = 'officer:99' WHERE id = 450")  # of the third seal
    for table in ("record_leaves", "record_head"):
        db.execute(f"DELETE FROM {table}")
    for upto in (300, 600, 900, 1200):  # by somebody who has the key, and takes care to have the same sizes
        _seal_upto(db, upto)
    assert verify("audit", "verify").exit_code == 0, "it agrees with itself"
    told = json.loads(verify("audit", "verify", "--heads", str(heads), "--json").output)
    (finding,) = told["findings"]
    assert (finding["altered"], finding["first"], finding["last"]) == ("resealed", 600, 899)
    assert "audit:450" in told["entries"]
    told = json.loads(verify("audit", "verify", "--heads", str(copy), "--json").output)
    exact = [finding for finding in told["findings"] if finding["entries"] == ["audit:450"]]
    assert [finding["first"] for finding in exact] == [649]
    alone = json.loads(verify("audit", "verify", "--heads", str(copy / "checkpoint"), "--json").output)
    assert [finding["altered"] for finding in alone["findings"]] == ["resealed"]


def _seal_upto(db: Any, upto: int) -> None:
    """Seal a part alone: what comes later is out of the way meanwhile."""
    batch = upto // 300
    db.execute("SET session_replication_role = replica")
    for table, rows in (("audit", 200 * batch), ("evidence", 100 * batch)):
        db.execute(f"CREATE TEMP TABLE later_{table} AS SELECT * FROM {table} WHERE id > {rows}")
        db.execute(f"DELETE FROM {table} WHERE id > {rows}")
    verify("audit", "seal")
    for table in ("audit", "evidence"):
        db.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE later_{table}; DROP TABLE later_{table}")
    db.execute("RESET session_replication_role")


def test_heads_of_another_record_are_refused(db: Any, tmp_path: Path, record: Path) -> None:
    write(db, 6)
    verify("audit", "seal")
    other = tmp_path / "other.txt"
    head = (record / "record.heads").read_text("utf-8")
    for text, reason in (
        (head.replace("bekasikota", "elsewhere"), "not signed by a key that is known here"),
        ("nothing", "holds no head"),
    ):
        other.write_text(text, "utf-8")
        refused = verify("audit", "verify", "--heads", str(other))
        assert (refused.exit_code, reason in refused.output) == (1, True), refused.output
    assert verify("audit", "verify", "--key", "abc").exit_code == 2
    empty = verify("audit", "export", "--out", str(tmp_path / "x"))
    assert empty.exit_code == 0


def test_an_auditor_without_the_signing_key_verifies_by_the_one_he_pinned(db: Any, record: Path) -> None:
    write(db, 6)
    verify("audit", "seal")
    pinned = verify("audit", "key").output.strip()
    (record / "record.key").unlink()
    assert verify("audit", "verify", "--key", pinned).exit_code == 0
    alone = verify("audit", "verify")
    assert alone.exit_code == 1
    assert "not signed by a key that is known here" in alone.output
    assert not (record / "record.key").exists(), "to verify makes no key"


def test_a_key_that_signed_before_still_counts(db: Any, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(db, 6)
    verify("audit", "seal")
    monkeypatch.setenv("VERIFY_RECORD_OLD_KEYS", verify("audit", "key").output.strip())
    monkeypatch.setenv("VERIFY_RECORD_KEY", base64.b64encode(bytes(range(32))).decode())
    forget_everything()
    write(db, 6, BEGUN.replace(minute=30))
    assert verify("audit", "seal").exit_code == 0
    told = document("audit", "verify", "--json")
    assert (told["sound"], told["heads"]) == (True, 2)
    monkeypatch.setenv("VERIFY_RECORD_OLD_KEYS", "abc")
    forget_everything()
    refused = verify("audit", "verify")
    assert (refused.exit_code, "VERIFY_RECORD_OLD_KEYS" in refused.output) == (1, True)


def test_the_clocks_job_seals_and_keeps_the_head(db: Any, record: Path) -> None:
    from jobs.seal import seal

    write(db, 6)
    seal()
    write(db, 6, BEGUN.replace(minute=30))
    seal()
    assert (record / "record.heads").read_text("utf-8").count("bekasikota.go.id/record\n") == 2
    assert (record / "record.key").stat().st_mode & 0o777 == 0o600
    db.execute("DELETE FROM record_head WHERE size = 12")
    seal()  # says so in the log, and signs nothing
    assert db.execute("SELECT count(*) FROM record_head").fetchone() == (1,)
