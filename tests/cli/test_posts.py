"""`verify rt-heads` as the office uses it: who is in office, where nobody speaks, a head who needs a new letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.test_commands import document, verify
from tests.pdf import words_of
from tests.people import a_worker, an_rt_head
from verify_service.cli.whoever import whoever
from verify_service.ground.crypto import letter_code

HEAD = "+6281300000001"


def test_posts_are_shown_and_counted(db: Any) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", rt="044", phone=None, row=3)
    an_rt_head(db, HEAD, pin="385016")
    db.execute("UPDATE rt_head SET created_at = now() - interval '2 days'")
    (one,) = document("rt-heads", "coverage", "--kelurahan", "Bekasijaya", "--json")
    assert (one["posts"], one["workers"], one["without_rt"]) == (2, 2, 0)
    assert (one["head"], one["vacant"]) == ({"posts": 1, "workers": 1}, {"posts": 1, "workers": 1})
    told = verify("rt-heads", "coverage").output
    assert told == "Bekasijaya: 2 RT (2 workers): a head who can speak 1 (1); vacant 1 (1)\n"
    (head,) = document("rt-heads", "show", "--json")
    assert (head["rt"], head["rw"], head["name"], head["activated"]) == ("003", "011", "Pak RT", True)
    assert HEAD[3:] not in verify("rt-heads", "show").output
    assert document("rt-heads", "show", "--as-of", "2026-01-01", "--json") == []
    assert verify("rt-heads", "coverage", "--kelurahan", "Entah").exit_code == 1


def test_a_forgotten_pin_is_reset_with_a_new_letter(db: Any, tmp_path: Path) -> None:
    head = an_rt_head(db, HEAD, rt="", pin="385016")
    out = tmp_path / "letter.pdf"
    done = verify("rt-heads", "reset-pin", str(head), "--out", str(out))
    assert done.exit_code == 0, done.output
    letter = words_of(out.read_bytes())
    assert letter_code("activation", head, 2).replace(" ", "") in letter
    assert "KetuaRW011" in letter
    assert db.execute("SELECT pin_hash, activated_at FROM rt_head").fetchone() == (None, None)
    assert ("RT head let in again", whoever()) in db.execute("SELECT action, actor FROM audit").fetchall()
    nobody = verify("rt-heads", "reset-pin", "999", "--out", str(out))
    assert nobody.exit_code == 1
    assert "rt-heads show" in nobody.output
