"""Our own house: what was done and by whom, how data and complainants are protected, who was shown the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import text

from verify_service.reports.definition import Column, Report, by_statement, says

_AUDIT = text(
    """
SELECT to_char(date_trunc('month', at AT TIME ZONE :zone), 'YYYY-MM'), action, count(*), count(DISTINCT actor),
       min(id), max(id)
FROM audit WHERE at <= :at GROUP BY 1, 2 ORDER BY 1, 2
"""
)
AUDIT_LOG = Report(
    "audit-log",
    says("Who did what, and can it be altered afterwards?"),
    says("What was done, by month: each action, how often, by how many, and the numbers of its entries."),
    (
        Column("month", says("month"), says("when")),
        Column("action", says("text"), says("what was done")),
        Column("entries", says("entries"), says("how often")),
        Column("actors", says("actors"), says("by how many different officers, phones, keys or parts of the service")),
        Column("first", says("number"), says("the first entry")),
        Column("last", says("number"), says("the last one")),
    ),
    ("audit",),
    by_statement(_AUDIT),
)

# Each kind by the names of its entries, in full: what is not named here is in the audit log alone.
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "identity looked at": (
        "identity looked at", "identity opened", "person searched", "list searched", "person looked at",
        "number shown in clear",
    ),
    "list or letters taken out": (
        "accepted proposals exported", "reports exported", "reports handed over with identities", "work list exported",
        "work list written", "letters printed", "visit list printed",
    ),
    "data let go of by the days of the rules": ("old reports emptied", "payment evidence dropped"),
    "rights that people asked for": (
        "person asked", "request settled", "person exported", "person corrected", "person erased", "listed anew",
        "hold set", "hold ended",
    ),
    "breaches and who was told": (
        "breach written down", "breach measures", "breach: authority told", "breach: people are told",
        "breach: texts queued", "breach: others told", "breach closed",
    ),
    "sign-in refused": ("sign-in refused",),
    "access changed": (
        "officer added", "officer disabled", "officer enabled", "officer's scope changed", "password changed",
        "password reset", "second factor on", "second factor off", "recovery codes made", "recovery code used",
        "sessions ended", "api key made", "api key closed",
    ),
}  # fmt: skip
_PROTECTION = text(
    """
SELECT kind.what, count(*), count(DISTINCT audit.actor), min(audit.at), max(audit.at)
FROM unnest(CAST(:whats AS text[]), CAST(:actions AS text[])) AS kind (what, action)
JOIN audit ON audit.action = kind.action
WHERE audit.at <= :at GROUP BY kind.what ORDER BY kind.what
"""
)
_PAIRS: Final = [(what, action) for what, actions in _KINDS.items() for action in actions]
DATA_PROTECTION = Report(
    "data-protection",
    says("Is personal data protected?"),
    says("How often an identity was looked at, a list was taken out, data were let go of, and access was changed."),
    (
        Column("what", says("text"), says("what was done")),
        Column("times", says("entries"), says("how often")),
        Column("actors", says("actors"), says("by how many")),
        Column("first_at", says("moment, UTC"), says("the first time")),
        Column("last_at", says("moment, UTC"), says("the last time")),
    ),
    ("audit",),
    by_statement(_PROTECTION, whats=[what for what, _ in _PAIRS], actions=[action for _, action in _PAIRS]),
)

_COMPLAINANTS = text(
    """
SELECT held.promise, held.reports, held.broken FROM (
    SELECT 1 AS place, 'an anonymous report names no phone and no worker' AS promise,
           count(*) AS reports, count(*) FILTER (WHERE phone_id IS NOT NULL OR worker_id IS NOT NULL) AS broken
    FROM grievance WHERE identity = 'anonymous' AND opened_at <= :at
    UNION ALL
    SELECT 2, 'an anonymous report keeps no hour of its opening', count(*),
           count(*) FILTER (WHERE (opened_at AT TIME ZONE :zone)::time <> '00:00' AND
                                  (opened_at AT TIME ZONE 'UTC')::time <> '00:00')
    FROM grievance WHERE identity = 'anonymous' AND opened_at <= :at
    UNION ALL
    SELECT 3, 'a report about a unit is not handled by that unit', count(*),
           count(*) FILTER (WHERE grievance.unit = grievance.about_unit OR officer.unit = grievance.about_unit)
    FROM grievance LEFT JOIN officer ON officer.id = grievance.assignee_id
    WHERE grievance.about_unit IS NOT NULL AND grievance.opened_at <= :at
    UNION ALL
    SELECT 4, 'a report about somebody''s conduct is restricted', count(*), count(*) FILTER (WHERE NOT restricted)
    FROM grievance WHERE about IS NOT NULL AND opened_at <= :at) AS held
ORDER BY held.place
"""
)
COMPLAINANT_PROTECTION = Report(
    "complainant-protection",
    says("Is the complainant protected?"),
    says(
        "Each promise to people who complain, how many reports it holds for, and how many break it: 0 where it is kept."
    ),
    (
        Column("promise", says("text"), says("what is promised")),
        Column("reports", says("reports"), says("reports that it holds for")),
        Column("broken", says("reports"), says("of these: against the promise")),
    ),
    ("grievance", "officer"),
    by_statement(_COMPLAINANTS),
)

# Of a PIN no earlier state is kept, so the days of reading the rules are those that stand today.
_RULES = text(
    """
SELECT area.kecamatan, area.kelurahan, count(*), count(head.phone_id),
       count(*) FILTER (WHERE today.rules_at <= :at), count(*) FILTER (WHERE head.activated_at <= :at),
       (min(today.rules_at) FILTER (WHERE today.rules_at <= :at) AT TIME ZONE :zone)::date,
       (max(today.rules_at) FILTER (WHERE today.rules_at <= :at) AT TIME ZONE :zone)::date
FROM rt_head head JOIN area ON area.kelurahan_code = head.kelurahan_code
LEFT JOIN public.rt_head today ON today.id = head.id
WHERE (head.since IS NULL OR head.since <= :today) AND (head.until IS NULL OR head.until > :today)
GROUP BY area.kecamatan, area.kelurahan ORDER BY 1, 2
"""
)
RULES_SHOWN = Report(
    "rules-shown",
    says("Were the rules clear down to RT and RW?"),
    says("For each kelurahan the heads in office, and how many of them read and accepted the rules on their phone."),
    (
        Column("kecamatan", says("text"), says("district")),
        Column("kelurahan", says("text"), says("village")),
        Column("heads", says("heads"), says("heads of RT and RW in office")),
        Column("with_phone", says("heads"), says("of these: with a phone on the list")),
        Column("rules_read", says("heads"), says("of these: said that they understand the rules")),
        Column("activated", says("heads"), says("of these: chose a PIN")),
        Column("first_on", says("day"), says("when the first of them read the rules")),
        Column("last_on", says("day"), says("when the last did")),
    ),
    ("rt_head", "area"),
    by_statement(_RULES),
    chart=("kelurahan", "rules_read"),
)
