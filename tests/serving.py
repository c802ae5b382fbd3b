"""The service on a port of this machine, for whoever comes over a real network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from verify_service.app import create_app


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """The service at its address, for as long as the block lasts."""
    server = make_server("127.0.0.1", port, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
