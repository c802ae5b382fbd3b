"""Logs: JSON lines on standard error, without anybody's data."""

from __future__ import annotations

import logging
import sys

import structlog


def configure() -> None:
    """One line per event. What is logged is chosen at the place that logs: route templates, ids, codes and counts."""
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s", stream=sys.stderr, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
