"""Python processes without the second or two that Python needs to load them: forked from one that has it all loaded.

The tests start some eighty workers, clocks and web servers. `start` gives what `subprocess.Popen` does: a process with
its own number, settings and streams, a child of whoever asks, which can be killed and waited for. What is about how a
process begins, and what a person starts, still begins as it does in the service.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

_ROOT = Path(__file__).parents[1]
_LOADED = (
    "granian.cli", "verify_service.app", "jobs.worker", "jobs.clock", "jobs.uploads",
    "tests.soak.crash", "tests.soak.race", "tests.soak.texts", "tests.soak.working",
)  # fmt: skip
_MOST = 1_000_000  # bytes of what is asked: the environment, most of all
_PDEATHSIG, _CHILD_SUBREAPER = 1, 36  # of prctl(2)

_turn = threading.Lock()  # one process at a time is forked
_origin: list[tuple[socket.socket, subprocess.Popen[bytes] | int]] = []  # what all are forked from, and how to ask it
_forked: list[str] = []  # what this process was told to run, if it was forked


class Process(subprocess.Popen[Any]):
    """`python -m` with these arguments, forked; `dies`: the signal that it is sent when this process dies."""

    def __init__(self, arguments: Sequence[str], *, dies: signal.Signals | None = None, **how: Any) -> None:
        self._dies = dies
        super().__init__([sys.executable, *arguments], **how)

    def _execute_child(self, args: Any, executable: Any, preexec_fn: Any, close_fds: Any, pass_fds: Any, cwd: Any,
                       env: Any, startupinfo: Any, creationflags: Any, shell: Any, *rest: Any) -> None:  # fmt: skip
        pipes = rest[:6]
        streams = [own if given == -1 else given for own, given in enumerate((pipes[0], pipes[3], pipes[5]))]
        told = {
            "run": list(args)[1:],
            "cwd": os.fspath(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "owner": os.getpid(),
            "dies": self._dies,
        }
        with _turn:
            [(asks, _)] = _origin
            _adopt(True)
            try:
                socket.send_fds(asks, [json.dumps(told).encode()], streams)
                self.pid = int(asks.recv(100))
            finally:
                _adopt(False)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def _adopt(yes: bool) -> None:
    """Whether what loses its parent becomes a child of this process."""
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, int(yes), 0, 0, 0)


def start(arguments: Sequence[str], *, dies: signal.Signals | None = None, **how: Any) -> subprocess.Popen[Any]:
    """Start `python` with these arguments (`-m` and a module first), and whatever else `subprocess.Popen` is told."""
    begin()
    return Process(arguments, dies=dies, **how)


def ended(process: subprocess.Popen[Any]) -> None:
    """Wait for its end. Told once more it ends at once; and nothing is left that would work on the next test's rows."""
    for _ in range(2):
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.terminate()
        else:
            return
    process.kill()
    process.wait()


def run(arguments: Sequence[str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run it to its end, and keep what it says."""
    with start(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def begin() -> None:
    """Have something to fork from: at no price where this process was forked itself, while it has no second thread."""
    if not _origin:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
        with theirs:
            _origin.append((ours, _fork(ours, theirs) if _forked else _load(theirs)))


def was_forked() -> bool:
    """Whether this process was forked: then it has loaded what others can be forked from, at no price."""
    return bool(_forked)


def end() -> None:
    """End what all are forked from."""
    while _origin:
        asks, origin = _origin.pop()
        asks.close()
        if isinstance(origin, int):
            os.waitpid(origin, 0)
        else:
            origin.wait()


def _load(theirs: socket.socket) -> subprocess.Popen[bytes]:
    found = os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "tests.warm_processes", str(theirs.fileno())]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=found, cwd=_ROOT, pass_fds=[theirs.fileno()]
    )


def _fork(ours: socket.socket, theirs: socket.socket) -> int:
    """From this process itself, while it has no second thread."""
    assert threading.active_count() == 1
    child = os.fork()
    if not child:
        ours.close()
        _serve(theirs)
        _run()
    return child


def _serve(asks: socket.socket) -> None:
    """Fork for whoever asks until he is gone. Returns in what was forked."""
    gc.freeze()
    while True:
        asked, files, *_ = socket.recv_fds(asks, _MOST, 3)
        if not asked:
            os._exit(0)
        tells, told = os.pipe()
        between = os.fork()  # ends at once: what it leaves is adopted by whoever asked
        if between:
            for file in (*files, told):
                os.close(file)
            os.waitpid(between, 0)
            asks.send(os.read(tells, 100))
            os.close(tells)
            continue
        child = os.fork()
        if child:
            os.write(told, str(child).encode())
            os._exit(0)
        asks.close()
        os.close(tells)
        os.close(told)
        _become(json.loads(asked), files)
        return


def _become(told: dict[str, Any], files: list[int]) -> None:
    """Be a child of whoever asked, with the streams and the settings that it was given."""
    while os.getppid() != told["owner"]:
        if os.getppid() == 1:
            os._exit(1)
        time.sleep(0.0005)
    if told["dies"] is not None:  # as `verify_service.demo.children.dying_with_owner`
        os.setsid()
        ctypes.CDLL(None).prctl(_PDEATHSIG, int(told["dies"]), 0, 0, 0)
        if os.getppid() != told["owner"]:
            os._exit(1)
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["cwd"])
    _forked[:] = told["run"]


def _run() -> NoReturn:
    """Run what this process was told, to its end, as `python` would."""
    gc.enable()
    _origin.clear()
    _, module, *sys.argv[1:] = _forked
    sys.path[0] = str(Path.cwd())
    code: object = 0
    try:
        if "." in module:
            del sys.modules[module]  # it is run, not imported
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as left:
        code = left.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Load all, then fork for whoever asks."""
    sys.modules["tests.warm_processes"] = sys.modules["__main__"]  # there is one, whoever imports it
    for module in _LOADED:
        import_module(module)
    _serve(socket.socket(fileno=int(sys.argv[1])))
    _run()


if __name__ == "__main__":
    main()
