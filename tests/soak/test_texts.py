"""The short form of the race of texts; the faults it has to notice are put in by `make soak`."""

from __future__ import annotations

import subprocess

import pytest

from tests import warm_processes


@pytest.mark.timeout(150)
def test_a_text_answers_only_what_its_writer_can_have_read() -> None:
    done = _texts("--phones", "25", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 doubled, 0 borrowed, 0 misheard" in done.stdout


def _texts(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it has its own servers and environment."""
    return warm_processes.run(["-m", "tests.soak.texts", "--rounds", "1", *arguments], timeout=140)
