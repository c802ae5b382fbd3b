"""The service in this process, and on a port of this machine for whoever comes over a real network."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import make_server

from verify_service.app import create_app
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings

_apps: list[tuple[Any, Any, Flask]] = []  # made with these settings and this programme
before_calls: list[Callable[[], object]] = []


class _Client(FlaskClient):
    def open(self, *args: Any, **how: Any) -> Any:
        for tell in before_calls:
            tell()
        return super().open(*args, **how)


def new_client() -> FlaskClient:
    """Another handset or browser, with cookies of its own. The application is made once, and its pages are compiled
    once for all processes."""
    return _app().test_client()


def _app() -> Flask:
    if not _apps or (_apps[-1][0], _apps[-1][1]) != (settings(), programme()):
        _apps[:] = [(settings(), programme(), create_app())]
        _apps[-1][2].test_client_class = _Client
        compiled = Path(os.environ["VERIFY_DATA_DIR"]) / "compiled pages"
        compiled.mkdir(parents=True, exist_ok=True)
        _apps[-1][2].jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    app = _apps[-1][2]
    app.extensions.pop("shared_figures", None)  # of the test before
    return app


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """The service at its address, for as long as the block lasts."""
    server = make_server("127.0.0.1", port, _app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)  # looks for its end so often
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
