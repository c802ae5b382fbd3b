"""`verify publish`: the public figures by hand."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from tests.people import a_worker
from tests.publication.test_publishing import a_list
from verify_service.cli import main


def test_a_dry_run_tells_and_prints_nothing_and_the_real_one_prints_once(db: Any) -> None:
    a_list(db)
    told = CliRunner().invoke(main, ["publish", "--dry-run", "--json"])
    assert told.exit_code == 0, told.output
    reckoned = json.loads(told.stdout)
    assert (reckoned["refused"], reckoned["printed"]) == (None, False)
    assert 0 < reckoned["small"] < reckoned["counts"]
    assert db.execute("SELECT count(*) FROM publication").fetchone() == (0,)
    assert "Printed." in CliRunner().invoke(main, ["publish"]).stdout
    assert "not printed twice" in CliRunner().invoke(main, ["publish"]).stdout
    assert db.execute("SELECT count(*) FROM publication").fetchone() == (1,)


def test_without_a_month_of_the_insurer_it_says_what_to_do(db: Any) -> None:
    refused = CliRunner().invoke(main, ["publish"])
    assert refused.exit_code == 1
    assert "verify import insurer" in refused.output
    a_worker(db)
    assert CliRunner().invoke(main, ["publish"]).exit_code == 0
