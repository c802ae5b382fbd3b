"""The script in the documentation: an outsider comes to the headline figures from the downloads alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.publication.test_publishing import a_list, printed, publish
from tests.serving import serving

PAGE = (Path(__file__).parents[2] / "docs" / "publication.md").read_text("utf-8")


def run(address: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "headline.py"
    file.write_text(script, "utf-8")
    return subprocess.run([sys.executable, "-I", str(file), address], capture_output=True, text=True, timeout=60)


def test_an_outsider_comes_to_the_headline_figures(db: Any, tmp_path: Path) -> None:
    a_list(db, people=60, answered=30)
    publish()
    with serving() as address:
        done = run(address, tmp_path)
    assert done.returncode == 0, done.stderr
    exact = printed(db)["exact"]
    assert f"listed {exact['city/all/all']}, " in done.stdout
    assert f"confirmed {exact['city/all/confirmed']}, " in done.stdout
    assert "left 2000000000" in done.stdout


def test_it_says_where_a_table_was_altered(db: Any, tmp_path: Path) -> None:
    a_list(db, people=60, answered=30)
    publish()
    db.execute(
        """UPDATE publication SET printed = jsonb_set(printed, '{counts,age:unknown/all/confirmed}',
           to_jsonb((printed #>> '{counts,age:unknown/all/confirmed}')::int + 5))"""
    )
    with serving() as address:
        done = run(address, tmp_path)
    assert done.returncode == 1
    assert "age, all does not add up" in done.stderr
