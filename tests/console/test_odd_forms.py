"""Forms that no page sends: refused, never a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.desk import a_case, at_the_desk

HUGE = "9" * 30
ENDLESS = "9" * 6000


@pytest.mark.parametrize("number", [HUGE, ENDLESS, "-1", "١٢", "1\0", "1e3", ""])
def test_numbers_that_no_page_sends_are_refused(db: Any, number: str) -> None:
    officer = at_the_desk(role="supervisor")
    case = a_case(db, state="in_progress", assignee_id=officer.id)
    page = officer.open(case)
    for path, form in (
        ("/console/cases/bulk", {"case": number}),
        ("/console/cases/bulk", {"case": str(case), "what": "hand_over", "to": number}),
        ("/console/cases/filters", {"forget": number, "name": "x"}),
        ("/console/notices", {"notice": number}),
        (f"/console/cases/{case}", {"step": "hand_over", "to": number, "version": "1"}),
        (f"/console/cases/{case}", {"step": "merge", "into": number, "version": number, "seen": number}),
        (f"/console/cases/{case}", {"step": "answer", "version": number, "seen": number}),
        ("/console/cases/new", {"channel": number, "kelurahan": number, "once": number, "nik": number}),
        ("/console/decisions/removals/new", {"enrolment": number, "evidence": number, "month": number}),
        ("/console/decisions/removals/find", {"q": number}),
        ("/console/cases/search", {"q": number}),
    ):
        answer = officer.post(path, form, page=page)
        assert answer.status_code < 500, (path, form)
    for path in (
        f"/console/cases?page={number}&assignee={number}&place={number}&tab={number}",
        f"/console/dashboard?weeks={number}",
        f"/console/texts?page={number}",
        f"/console/texts/{number}",
        f"/console/decisions?page={number}&number={number}",
        f"/console/decisions/removals?page={number}&number={number}",
        f"/console/decisions/removals/new?enrolment={number}",
        f"/console/tasks?page={number}",
        f"/console/exports/reports.csv?since={number}&category={number}",
        f"/console/officers/{number}",
        f"/console/?page={number}",
    ):
        assert officer.client.get(path.replace("\0", "%00")).status_code < 500, path
    admin = at_the_desk(role="admin")
    assert admin.client.get(f"/console/sign-ins?before={number}".replace("\0", "%00")).status_code < 500
