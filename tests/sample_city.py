"""The sample city in a test, with an officer of every kind, and a walk through all that its pages link to."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from tests.conftest import EXAMPLES
from tests.officers import PASSWORD
from verify_service.conversations.news import reconcile_and_tell
from verify_service.demo import city, played_round, sample_grievances
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import Reconciled, drain

OF_EACH_KIND = 2 if EXAMPLES else 1  # pages that differ in their row alone; `make soak` opens more
_PLACE = re.compile(r"32[.]75[.\d]*|\d+")
_FILE = re.compile(r"[.](csv|xlsx|json|pdf|md|toml|svg|txt|zip|ics)\b")


def load(folder: Path, *, round_too: bool = True) -> None:
    """Its list, payments, insurer's month, reports and verdicts; a round that was drawn; officers of every kind."""
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        city.load(session, folder, roster=None, now=now, say=lambda _: None)
        sample_grievances.staff(session, PASSWORD)
        sample_grievances.load(session, now=now, say=lambda _: None)

    def one_batch() -> Reconciled:
        with transaction() as session:
            return reconcile_and_tell(session, now=now)

    drain(one_batch)
    if round_too:
        with transaction() as session:
            played_round.begin(session, now=now)


def kind_of(address: str) -> str:
    """The address without the numbers and words that tell one page of a kind from another."""
    path, _, query = address.partition("?")
    return _PLACE.sub("N", path) + "".join(sorted(f"&{part.partition('=')[0]}" for part in query.split("&") if query))


def links(page: str, address: str) -> Iterator[str]:
    """Where a page leads, within the service."""
    for found in re.findall(r'\shref="([^"#]+)', page):
        led_to = html.unescape(found)
        led_to = address.partition("?")[0] + led_to if led_to.startswith("?") else led_to
        if led_to.startswith("/") and not led_to.startswith("/static"):
            yield led_to


def walk(client: FlaskClient, *starts: str, files: bool = False) -> Iterator[tuple[str, str, str]]:
    """Each page that can be reached from there by links, some of each kind: address, media type, content."""
    waiting, seen = deque(starts), Counter[str]()
    known = set(starts)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            assert answer.status_code in (302, 303), (address, answer.status_code)
            continue
        if answer.mimetype != "text/html":
            yield address, answer.mimetype, answer.get_data(as_text=True) if answer.mimetype == "text/csv" else ""
            continue
        page = answer.get_data(as_text=True)
        yield address, answer.mimetype, page
        for led_to in links(page, address):
            kind = kind_of(led_to)
            if led_to in known or seen[kind] >= OF_EACH_KIND or (not files and _FILE.search(led_to)):
                continue
            seen[kind] += 1
            known.add(led_to)
            waiting.append(led_to)
