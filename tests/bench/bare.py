"""What the hop is measured against: the least a Flask route can do, and the least that keeps what it was told."""

from __future__ import annotations

import os
import threading
from typing import Any

import psycopg
from flask import Flask, request

application = Flask("bare")
_own = threading.local()


@application.post("/bare")
def bare() -> str:
    """Read the form, answer a screen."""
    return f"CON hello {request.form['text'][:0]}"


@application.post("/insert")
def insert() -> str:
    """The same, and one row that survives a power cut: a connection per thread, nothing between it and the driver."""
    form = request.form
    _connection().execute(
        "INSERT INTO bench_hop (session, phone, body) VALUES (%s, %s, %s)",
        (form["sessionId"], form["phoneNumber"], form["text"]),
    )
    return "CON hello"


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True, prepare_threshold=0)
    connection: psycopg.Connection[Any] = _own.connection
    return connection
