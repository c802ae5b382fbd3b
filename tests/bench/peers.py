"""Other people's work, installed when the bench runs and kept in .bench: pinned, apart from ours, left out if it fails.

The files they run are beside this one, in contestants/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.servers import ROOT

FILES = Path(__file__).with_name("contestants")
CACHE = ROOT / ".bench"
_NPM = ("express@5.3.0", "ussd-menu-builder@1.2.0", "redis@6.3.1")
_PYPI = ("mobilex==0.0.5", "redis==4.6.0", "starlette==1.10.0", "uvicorn==0.54.0")
_PATIENCE = 180  # seconds for an installation

Started = tuple[list[str], dict[str, str]]  # command and environment


class NotHere(Exception):
    """This peer cannot be installed on this machine; the message says why."""


def menu_builder(valkey: str, port: int) -> Started:
    """npm's ussd-menu-builder behind express: one process, sessions in Valkey."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHere("ussd-menu-builder (node and npm are not installed)")
    folder = CACHE / "npm"

    def install() -> list[list[str]]:
        (folder / "package.json").write_text('{"name": "bench", "private": true}\n')
        return [[npm, "install", "--no-audit", "--no-fund", "--save-exact", *_NPM]]

    _installed("ussd-menu-builder", folder, " ".join(_NPM), install)
    shutil.copy(FILES / "menu.js", folder)
    return [node, str(folder / "menu.js")], {**_store(valkey), "BENCH_PORT": str(port), "NODE_ENV": "production"}


def mobilex(valkey: str, port: int) -> Started:
    """PyPI's mobilex behind starlette and uvicorn: one process, sessions in Valkey."""
    folder = CACHE / "pypi"
    python = folder / "bin" / "python"

    def install() -> list[list[str]]:
        return [
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PYPI],
        ]

    _installed("mobilex", folder, " ".join(_PYPI), install)
    options = f"--host 127.0.0.1 --port {port} --no-access-log --log-level warning"
    return [str(python), "-m", "uvicorn", *options.split(), "screens:application"], _store(valkey)


def _store(valkey: str) -> dict[str, str]:
    return {"BENCH_VALKEY_SOCKET": valkey.removeprefix("unix://").partition("?")[0]}


def _installed(name: str, folder: Path, versions: str, commands: Callable[[], list[list[str]]]) -> None:
    """Run the commands unless these versions are there; NotHere when they fail."""
    stamp = folder / "installed"
    if stamp.is_file() and stamp.read_text() == versions:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"installing {name} into {folder.relative_to(ROOT)} ...", flush=True)
    for command in commands():
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, env=os.environ, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as away:
            raise NotHere(f"{name} (its installation failed: {type(away).__name__})") from None
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
            raise NotHere(f"{name} (its installation failed: {last[0][:120]})")
    stamp.write_text(versions)
