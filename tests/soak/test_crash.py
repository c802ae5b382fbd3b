"""The short form of the crash run; the faults it has to notice are put in by `make soak`."""

from __future__ import annotations

import subprocess

import pytest

from tests import warm_processes


@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost_or_counted_twice_whatever_dies() -> None:
    # Each of the eleven that can be killed, once.
    done = _crash_run("--people", "100", "--kills", "11", "--seed", "7", "--round")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 twice, 0 that nobody gave" in done.stdout
    assert "a round of 30 people, each asked once and counted once" in done.stdout


def _crash_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it has its own servers and environment."""
    return warm_processes.run(["-m", "tests.soak.crash", *arguments], timeout=230)
