"""What the lines of `operations/one_look.py` are called, how they stand in words, and what to do about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext, lazy_gettext

from verify_service.languages import day, moment, number, rupiah
from verify_service.operations.one_look import Standing, TodayLine

STANDS: Final = {
    Standing.WELL: ("✓", lazy_gettext("well")),
    Standing.LOOK: ("!", lazy_gettext("worth a look")),
    Standing.ACT: ("✕", lazy_gettext("act now")),
}
JOBS: Final = {
    "messages": lazy_gettext("Read incoming texts"),
    "reconcile": lazy_gettext("Bring verdicts up to date"),
    "retention": lazy_gettext("Let go of what is too old"),
    "send": lazy_gettext("Hand texts to the gateway"),
    "warn": lazy_gettext("Warn of cover that lapses"),
    "fetch": lazy_gettext("Fetch texts that were missed"),
    "signals": lazy_gettext("Look for answers given by others"),
    "rounds": lazy_gettext("Carry rounds on"),
    "seal": lazy_gettext("Seal the record"),
    "mail_heads": lazy_gettext("Mail the signed head"),
    "account_mail": lazy_gettext("Mail holders of accounts"),
    "digest": lazy_gettext("Mail officers what waits for them"),
    "publish": lazy_gettext("Publish the public figures"),
    "inclusion": lazy_gettext("Look for groups that lag"),
    "escalate": lazy_gettext("Watch deadlines of cases"),
    "uploads": lazy_gettext("Read uploaded files"),
    "breaches": lazy_gettext("Tell people of a breach"),
    "asks": lazy_gettext("Ask the people of a group"),
}
NAMES: Final = {
    "inbound": lazy_gettext("Incoming texts not yet read"),
    "verdicts": lazy_gettext("Verdicts to be brought up to date"),
    "unread": lazy_gettext("Texts that an officer has to read"),
    "orphaned": lazy_gettext("Cases that nobody has any more"),
    "gateway": lazy_gettext("Gateway"),
    "outbox": lazy_gettext("Texts waiting to leave"),
    "clocks": lazy_gettext("Clock of the gateway"),
    "given_up": lazy_gettext("Texts ended without having been sent"),
    "spent": lazy_gettext("Spent on texts this month"),
    "publication": lazy_gettext("Public figures"),
    "record": lazy_gettext("Sealed record"),
    "rights": lazy_gettext("Requests of people about their data"),
    "breach": lazy_gettext("Breaches of people's data"),
    "queue": lazy_gettext("Queue"),
    "database": lazy_gettext("Database"),
    "disk": lazy_gettext("Disk"),
    "backup": lazy_gettext("Backup"),
}
_TO_DO: Final = {
    ("job", "failed"): lazy_gettext("Read the worker's log at that time; the job runs again by itself."),
    ("job", "late"): lazy_gettext("Look whether worker and clock run (Procfile: worker, clock), and start them."),
    ("inbound", ""): lazy_gettext("Look whether worker and clock run (Procfile: worker, clock), and start them."),
    ("verdicts", ""): lazy_gettext("Look whether a worker runs; after a large import this takes some minutes."),
    ("orphaned", ""): lazy_gettext("Have a supervisor hand them to somebody: the tab “Left behind” of the cases."),
    ("unread", ""): lazy_gettext("Have an officer go through the texts to read."),
    ("gateway", "away"): lazy_gettext("Call the provider. Nothing is lost: texts wait, and leave once it is back."),
    ("outbox", ""): lazy_gettext("Look at the send window and at the gateway; texts too old are not sent any more."),
    ("clocks", "wrong"): lazy_gettext("Tell the provider. Answers are ordered by our own clock meanwhile."),
    ("given_up", ""): lazy_gettext("Decide on the page about sending whether they are still worth reading."),
    ("spent", "over"): lazy_gettext("The month's budget for texts is used up: ask nobody more, or raise it."),
    ("publication", "refused"): lazy_gettext("Run `verify publish --dry-run`; last week's figures stand on."),
    ("publication", "none"): lazy_gettext("They come in the night after the insurer's first month is in."),
    ("publication", "late"): lazy_gettext("Look whether worker and clock run at night; or run `verify publish`."),
    ("record", "nobody"): lazy_gettext(
        "Name those who are to hold the city to account in [record] heads_to of the programme file."
    ),
    ("record", "not_mailed"): lazy_gettext("Check VERIFY_MAIL_URL, and the worker's log for 'head not mailed'."),
    ("rights", "overdue"): lazy_gettext("Settle them now on the page of rights; the law gave three times 24 hours."),
    ("rights", "soon"): lazy_gettext("Settle them today on the page of rights, before the time of the law is over."),
    ("breach", "overdue"): lazy_gettext("Tell the authority and the people now, on the page of breaches."),
    ("breach", "open"): lazy_gettext("See on the page of breaches what is still to be done."),
    ("queue", "away"): lazy_gettext("Start Valkey. Nothing is lost: rows wait, and are looked at once it is back."),
    ("disk", "full"): lazy_gettext("Make room, or nothing can be stored any more: old backups and logs first."),
    ("backup", "unknown"): lazy_gettext("Set VERIFY_BACKUP_DIR to the folder that backups are put in."),
    ("backup", "none"): lazy_gettext("Make one now (docs/operations.md, Backups), and have it made each night."),
    ("backup", "old"): lazy_gettext("Look why last night's was not made, and make one now."),
}

# Where one looks on: a page, what it shows, and what the link is called.
LINKS: Final[Mapping[str, tuple[str, Mapping[str, str], Any]]] = {
    "outbox": ("console.messages", {"group": "waiting"}, lazy_gettext("See them")),
    "given_up": ("console.messages", {"group": "failed"}, lazy_gettext("See them")),
    "unread": ("console.texts", {}, lazy_gettext("Read them")),
    "gateway": ("console.sending", {}, lazy_gettext("How sending stands")),
    "spent": ("console.messages", {"group": "sent"}, lazy_gettext("See what was sent")),
}


def title(line: TodayLine) -> str:
    """What the line is about."""
    if line.name == "job":
        return str(JOBS.get(line.values["job"], line.values["job"]))
    return str(NAMES[line.name])


def said(line: TodayLine) -> str:
    """How it stands, with its numbers."""
    return _SAID[line.name](line, line.values)


def to_do(line: TodayLine) -> str:
    """What to do about it; "" where there is nothing."""
    return "" if line.standing is Standing.WELL else str(_TO_DO.get((line.name, line.why), ""))


def _job(line: TodayLine, held: Mapping[str, Any]) -> str:
    if held["at"] is None:
        return str(gettext("has not run yet"))
    ran = gettext("ran %(at)s, %(seconds)s s", at=moment(held["at"]), seconds=f"{held['seconds']:.1f}")
    if line.why == "failed":
        return str(gettext("failed %(at)s: %(error)s", at=moment(held["failed_at"]), error=held["failed"]))
    return str(gettext("%(ran)s, and is due since", ran=ran) if line.why == "late" else ran)


def _counted(line: TodayLine, held: Mapping[str, Any]) -> str:
    if not held["count"]:
        return str(gettext("none"))
    if held.get("since") is None:
        return number(held["count"])
    return str(
        gettext("%(count)s, the oldest since %(since)s", count=number(held["count"]), since=moment(held["since"]))
    )


def _gateway(line: TodayLine, held: Mapping[str, Any]) -> str:
    name = gettext("The gateway of the demonstration") if held["gateway"] == "console" else held["gateway"]
    if line.why == "away":
        return str(gettext("%(name)s is away since %(since)s", name=name, since=moment(held["since"])))
    return str(gettext("%(name)s takes texts", name=name))


def _spent(line: TodayLine, held: Mapping[str, Any]) -> str:
    said = _spent_so_far(held)
    if held.get("left") is None:
        return said
    if held["left"] < 0:
        over = gettext("over the budget by %(rupiah)s", rupiah=rupiah(-held["left"]))
        return f"{said}; {over}"
    left = gettext("left of the budget: %(rupiah)s", rupiah=rupiah(held["left"]))
    return f"{said}; {left}"


def _spent_so_far(held: Mapping[str, Any]) -> str:
    return str(
        gettext(
            "%(rupiah)s, %(parts)s parts; last month %(before)s",
            rupiah=rupiah(held["rupiah"]),
            parts=number(held["parts"]),
            before=rupiah(held["before"]),
        )
    )


def _publication(line: TodayLine, held: Mapping[str, Any]) -> str:
    if line.why == "refused":
        return str(gettext("those of the week of %(week)s were not printed", week=day(held["week"])))
    return str(gettext("printed %(at)s", at=moment(held["at"])) if held["at"] else gettext("nothing printed yet"))


def _record(line: TodayLine, held: Mapping[str, Any]) -> str:
    signed = gettext("signed %(at)s", at=moment(held["at"])) if held["at"] else gettext("nothing sealed yet")
    mailed = gettext("mailed %(at)s", at=moment(held["mailed"])) if held["mailed"] else gettext("mailed to nobody yet")
    return f"{signed}; {mailed}"


def _by_law(line: TodayLine, held: Mapping[str, Any]) -> str:
    if not held["open"]:
        return str(gettext("none"))
    due = moment(held["next_due"]) if held["next_due"] else "–"
    return str(
        gettext(
            "%(open)s open, %(overdue)s past their time, the next due %(due)s",
            open=number(held["open"]),
            overdue=number(held["overdue"]),
            due=due,
        )
    )


def _size(count: int) -> str:
    return f"{number(count // 1_000_000)} MB" if count < 10_000_000_000 else f"{number(count // 1_000_000_000)} GB"


def _backup(line: TodayLine, held: Mapping[str, Any]) -> str:
    at: dt.datetime | None = held["at"]
    return str(gettext("newest of %(at)s", at=moment(at)) if at else gettext("not known"))


_SAID: Final[Mapping[str, Callable[[TodayLine, Mapping[str, Any]], str]]] = {
    "job": _job,
    "inbound": _counted,
    "verdicts": _counted,
    "unread": _counted,
    "orphaned": _counted,
    "outbox": _counted,
    "given_up": _counted,
    "gateway": _gateway,
    "clocks": lambda line, held: str(held["gateways"] or gettext("right")),
    "spent": _spent,
    "publication": _publication,
    "record": _record,
    "rights": _by_law,
    "breach": _by_law,
    "queue": lambda line, held: str(gettext("Valkey does not answer") if line.why else gettext("Valkey answers")),
    "database": lambda line, held: _size(held["bytes"]),
    "disk": lambda line, held: str(
        gettext("%(percent)s %% free, %(size)s", percent=held["percent"], size=_size(held["bytes"]))
    ),
    "backup": _backup,
}
