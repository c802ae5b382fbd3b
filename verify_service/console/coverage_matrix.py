"""The coverage matrix in the browser: what the sources say of a month, named, owned, priced, and who is in each."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any, Final

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from verify_service.console.blueprint import acting, blueprint, page_session
from verify_service.ground.database import snapshot
from verify_service.labels.codes import OWNERS, owner_name, reason_text, verdict_name
from verify_service.labels.facts import fact_name
from verify_service.verification import coverage_matrix as matrices
from verify_service.verification.decision import Owner
from verify_service.verification.evidence import newest_period

ON_A_PAGE: Final = 50
_WORDS: Final[dict[str, Any]] = {
    "verdict_name": verdict_name,
    "owner_name": owner_name,
    "reason_text": reason_text,
    "fact_name": fact_name,
}


@blueprint.get("/matrix")
def coverage() -> str:
    """One month: rupiah by owner, and every combination that occurs, the most money first."""
    owner = next((one for one in Owner if one == request.args.get("owner")), None)
    with page_session() as session:
        snapshot(session)
        months = matrices.months_with_verdicts(session)
        held = matrices.coverage(session, _month(session))
    chosen = [one for one in held.combinations if owner is None or one.owner is owner]
    pages = max(1, -(-len(chosen) // ON_A_PAGE))
    page = min(max(1, request.args.get("page", default=1, type=int) or 1), pages)
    return render_template(
        "console/coverage.html",
        matrix=held,
        months=months,
        owner=owner,
        owners=OWNERS,
        rows=chosen[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        total=len(chosen),
        page=page,
        pages=pages,
        asked=_asked,
        **_WORDS,
    )


@blueprint.get("/matrix/people")
def coverage_people() -> str:
    """Who is in a combination, of the account's place; names masked."""
    case = matrices.read_case(request.args)
    page = min(max(1, request.args.get("page", default=1, type=int) or 1), 1_000_000)
    with acting() as who:
        snapshot(who.session)
        held = matrices.coverage(who.session, _month(who.session))
        one = matrices.find(held, case, request.args.get("verdict", "")) if case is not None else None
        if one is None or held.period is None:
            abort(404)
        people = matrices.people(who, held.period, one, page)
    return render_template(
        "console/coverage_people.html",
        matrix=held,
        one=one,
        people=people,
        asked=_asked(held.period, one),
        **_WORDS,
    )


def _asked(period: dt.date, one: matrices.Combination) -> dict[str, str]:
    """What an address names a combination by: codes of what sources say, nobody's data."""
    return {**{source: str(said) for source, said in asdict(one.case).items()}} | {
        "verdict": one.verdict,
        "month": f"{period:%Y-%m}",
    }


def _month(session: Session) -> dt.date | None:
    """The month that the address asks for; the newest reported one where it asks for none, or for what is none."""
    try:
        return dt.datetime.strptime(request.args.get("month", ""), "%Y-%m").date()  # noqa: DTZ007  # no zone
    except ValueError:
        return newest_period(session)
