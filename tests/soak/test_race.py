"""The short form of the race; the fault it has to notice is put in by `make soak`."""

from __future__ import annotations

import subprocess

import pytest

from tests import warm_processes


@pytest.mark.timeout(120)
def test_whatever_phones_repeat_drop_and_interleave_what_is_kept_is_what_the_oracle_was_told() -> None:
    done = _race("--phones", "12", "--talks", "3", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 twice" in done.stdout


def _race(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it has its own servers and environment."""
    return warm_processes.run(["-m", "tests.soak.race", *arguments], timeout=110)
