"""The page Today: what it says in words, and to whom."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask.testing import FlaskClient

from tests.officers import an_officer, sign_in
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.labels.today_words import JOBS
from verify_service.operations import job_runs
from verify_service.operations.job_runs import Run


def test_a_failed_job_stands_first_with_what_to_do(client: FlaskClient, db: Any) -> None:
    an_officer(role="admin")
    sign_in(client)
    db.execute("UPDATE officer SET language = 'en'")
    with transaction() as session:
        for job in queue.JOBS:
            job_runs.write(session, Run(job.name, dt.datetime.now(dt.UTC), 0.1))
    assert "Nothing has to be acted on" in client.get("/console/today").get_data(as_text=True)
    with transaction() as session:
        job_runs.write(session, Run(queue.SEAL.name, dt.datetime.now(dt.UTC), 1.5, "OperationalError"))
    page = client.get("/console/today").get_data(as_text=True)
    assert "To act on now: 1." in page
    first = re.search(r'<tr data-line="(\w+)" data-standing="(\w+)">(.*?)</tr>', page, re.DOTALL)
    assert first is not None
    assert first.groups()[:2] == ("job", "act")
    for words in ("Seal the record", "OperationalError", "Read the worker"):
        assert words in first[3]


def test_an_officer_of_a_kelurahan_has_no_such_page(client: FlaskClient, db: Any) -> None:
    an_officer(role="kelurahan", area="32.75.01.1001")
    sign_in(client)
    assert client.get("/console/today").status_code == 403
    assert "/console/today" not in client.get("/console/").get_data(as_text=True)


def test_every_job_has_a_name() -> None:
    assert {job.name.split(".")[1] for job in queue.JOBS} <= set(JOBS)
