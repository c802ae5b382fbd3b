"""What operators may know of each request: the route's template, the answer and the time; never a path or a person."""

from __future__ import annotations

import datetime as dt
import hmac
import os
import time
import traceback
from collections.abc import Iterator
from functools import lru_cache

import structlog
from flask import Flask, Response, abort, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.settings import settings
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import AGES, SendingHealth, standing

REQUESTS = Counter("verify_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("verify_request_seconds", "Time to answer", ["route"])
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_UNLOGGED = ("static", "console.live", "simulator.inbox", "health.live", "health.ready")  # one a second each

_PATIENCE = 2.0  # seconds for the database: what this process has counted is worth telling without it
_SLOW = 1.0  # seconds: an answer that took longer is worth a line of its own

log = structlog.get_logger("verify_service.web")


def watch(app: Flask) -> None:
    """Log and count each answer, and serve the counts."""

    @app.before_request
    def _start() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        method = request.method if request.method in _METHODS else "other"
        answered(method, route(), response.status_code, seconds, quiet=request.endpoint in _UNLOGGED)
        return response

    @app.get("/metrics")
    def metrics() -> Response:
        """Prometheus' text format; outside the demo only for whoever shows the token."""
        _check_token()
        told = generate_latest(_registry()) + generate_latest(_sending())
        return Response(told, content_type=CONTENT_TYPE_LATEST)


def answered(method: str, template: str, status: int, seconds: float, *, quiet: bool = False) -> None:
    """Count an answer, and log it unless it is of those that come every second."""
    count, times = _counters(method, template, status)
    count.inc()
    times.observe(seconds)
    if not quiet:
        log.info("answered", method=method, route=template, status=status, ms=round(seconds * 1000, 1))


class Often:
    """Answers of one route that come by the hundred: all are counted, a line a second says how many there were.

    A slow one has its own. A line for each would be a tenth of what a hop costs, and each says the same.
    """

    def __init__(self, method: str, template: str, status: int) -> None:
        self._what = (method, template, status)
        self._untold = 0
        self._told = 0.0

    def answered(self, seconds: float) -> None:
        self._untold += 1
        now = time.monotonic()
        quiet = seconds < _SLOW and now - self._told < 1.0
        answered(*self._what, seconds, quiet=True)
        if not quiet:
            method, template, status = self._what
            untold, self._untold, self._told = self._untold, 0, now
            ms = round(seconds * 1000, 1)
            log.info("answered", method=method, route=template, status=status, ms=ms, answers=untold)


@lru_cache(maxsize=512)
def _counters(method: str, template: str, status: int) -> tuple[Counter, Histogram]:
    """The counter and the histogram of these; looking them up costs more than counting."""
    return REQUESTS.labels(method, template, status), SECONDS.labels(template)


def route() -> str:
    """The template of the route, such as /webhooks/africastalking/<secret>/ussd; "unmatched" when there is none."""
    return request.url_rule.rule if request.url_rule is not None else "unmatched"


def _check_token() -> None:
    if settings().demo:
        return
    token = settings().metrics_token
    shown = request.headers.get("Authorization", "")
    if token is None or not hmac.compare_digest(shown.encode(), f"Bearer {token.get_secret_value()}".encode()):
        abort(404)  # nobody needs to know that there are figures here


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # several web processes share a directory of counts
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _Sending:
    """How sending stands, read from the tables when it is asked for: the processes that send serve no page."""

    def collect(self) -> Iterator[Metric]:
        now = dt.datetime.now(dt.UTC)
        try:
            with transaction(seconds=_PATIENCE) as session:
                stands = standing(session, gateway().name, now=now)
        except Unavailable:
            return
        yield from _figures(stands, now)


def _figures(stands: SendingHealth, now: dt.datetime) -> Iterator[Metric]:
    up = GaugeMetricFamily("verify_gateway_up", "1 while the gateway takes texts", labels=["gateway"])
    up.add_metric([stands.gateway], 0 if stands.away else 1)
    yield up
    since = GaugeMetricFamily("verify_gateway_away_seconds", "Since the gateway went away", labels=["gateway"])
    since.add_metric([stands.gateway], (now - stands.away.since).total_seconds() if stands.away else 0)
    yield since
    opened = CounterMetricFamily("verify_gateway_opened", "Times the gateway went away", labels=["gateway"])
    opened.add_metric([stands.gateway], stands.opened)
    yield opened
    waiting = GaugeMetricFamily("verify_texts_waiting", "Texts that might have gone by now, by age", labels=["age"])
    for (age, _), number in zip(AGES, stands.ages, strict=True):
        waiting.add_metric([age], number)
    yield waiting
    oldest = GaugeMetricFamily("verify_texts_oldest_seconds", "How long the oldest of them waits")
    oldest.add_metric([], (now - stands.oldest).total_seconds() if stands.oldest else 0)
    yield oldest


def _sending() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Sending())
    return registry


def log_fault(error: BaseException, template: str | None = None) -> None:
    """An unexpected fault: its kind and where, not its message, which may quote what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    log.error(
        "fault",
        route=template or route(),
        kind=type(error).__name__,
        where=[f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    )
