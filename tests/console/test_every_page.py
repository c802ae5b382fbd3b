"""Every page that needs no row opens for whoever may read it: on an empty installation, without a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.desk import at_the_desk
from verify_service.accounts.officers import Role
from verify_service.console.rules import RULES, Scope


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_on_an_empty_installation(db: Any, role: Role) -> None:
    where = {"unit": "kelurahan", "area": "32.75.01.1001"} if role is Role.KELURAHAN else {}
    desk = at_the_desk(role.value, **where)
    opened = 0
    for page in desk.client.application.url_map.iter_rules():
        rule = RULES.get(page.endpoint)
        if rule is None or page.arguments or "GET" not in (page.methods or ()) or rule.scope is Scope.OPEN:
            continue
        of_the_city = rule.scope in (Scope.CITY, Scope.TEAM)
        allowed = rule.lets(role, reading=True) and not (role is Role.KELURAHAN and of_the_city)
        answer = desk.client.get(page.rule)
        wanted = (200, 303, 304, 400, 404) if allowed else (403,)
        assert answer.status_code in wanted, (page.rule, answer.status_code)
        opened += answer.status_code == 200
    assert opened >= 10
