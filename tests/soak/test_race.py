"""The short form of the race; the fault it has to notice is put in by `make soak`."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.timeout(120)
def test_whatever_phones_repeat_drop_and_interleave_what_is_kept_is_what_the_oracle_was_told() -> None:
    done = _race("--phones", "12", "--talks", "3", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 twice" in done.stdout


def _race(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it has its own servers and environment."""
    command = [sys.executable, "-m", "tests.soak.race", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
