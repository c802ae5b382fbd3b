"""All answers from a restored copy, written by another process: the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from tests.reports.small_city import MIDDLE, SmallCity
from tests.verification.test_reconciliation import reconcile
from verify_service.cli import main
from verify_service.demo.embedded import postgres_bin


@pytest.fixture
def restored(db: Any, owner_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A dump of a small city, restored as another database: the environment that leads there."""
    city = SmallCity(db, 5)
    city.fill()
    reconcile()
    city.answers()
    name = f"restored_{db.info.dbname}"
    dump = tmp_path / "verify.dump"
    subprocess.run([postgres_bin() / "pg_dump", "--format=custom", "--file", dump, owner_url], check=True)
    db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        there = owner_url.replace(f"/{db.info.dbname}", f"/{name}")
        subprocess.run([postgres_bin() / "pg_restore", "--dbname", there, dump], check=True)
        application = os.environ["VERIFY_DATABASE_URL"].replace(f"/{db.info.dbname}", f"/{name}")
        yield {"VERIFY_DATABASE_URL": application, "VERIFY_OWNER_DATABASE_URL": there}
    finally:
        db.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_restored_copy_gives_the_same_bytes_in_another_process(
    db: Any, restored: dict[str, str], tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    asked = ["report", "all", "--as-of", MIDDLE.isoformat(), "--out"]
    db.execute("UPDATE worker SET name = name || ' X'")  # what no answer tells of
    copy = subprocess.Popen(
        [sys.executable, "-m", "verify_service.cli", *asked, str(there)],
        env=os.environ | restored,
        stderr=subprocess.DEVNULL,
    )
    assert CliRunner().invoke(main, [*asked, str(here)]).exit_code == 0
    assert copy.wait(60) == 0
    assert len(files(here)) > 40
    assert files(here) == files(there)
    with psycopg.connect(restored["VERIFY_OWNER_DATABASE_URL"]) as other:
        assert other.execute("SELECT count(*) FROM worker WHERE name LIKE '% X'").fetchone() == (0,)
