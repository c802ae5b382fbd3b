"""What the kernel is asked for a child process: to stop with its parent, and to be no root."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def enter_user_namespace() -> None:
    """A preexec_fn: the child runs as an ordinary user to whom root's files belong; OSError where that is not let."""
    if _libc().unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")


def user_namespaces_work() -> bool:
    """Whether this machine lets a child enter a user namespace."""
    command = [sys.executable, "-S", "-c", "import os; raise SystemExit(os.geteuid() == 0)"]
    try:
        return subprocess.run(command, preexec_fn=enter_user_namespace, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def die_with_parent() -> None:
    """This process is told to stop when its parent dies: for workers that a web server starts by itself."""
    _libc().prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def dying_with_owner(how: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A preexec_fn: the child is told to stop when this process dies. Start such children from the main thread."""
    owner = os.getpid()

    def arrange() -> None:
        os.setsid()  # Ctrl-C reaches the owner alone, who stops things in order
        _libc().prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != owner:  # died meanwhile
            os._exit(1)

    return arrange
