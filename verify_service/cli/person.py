"""`verify person`: find somebody, show what is kept, and what the person asks of it; the pages do the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from flows.references import worker_code
from verify_service.cli.months import Code
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.demo.embedded import write_private
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.tables import PersonRequest
from verify_service.persons import rights
from verify_service.persons.correcting import BASES, Correction
from verify_service.persons.correcting import correct as put_right
from verify_service.persons.desk import at_the_command_line
from verify_service.persons.erasing import REASONS, Erased, confirm, propose
from verify_service.persons.export import as_file, everything
from verify_service.persons.finding import Wanted
from verify_service.persons.finding import find as looked_for
from verify_service.persons.group import Group, seen_person
from verify_service.persons.portrait import portrait
from verify_service.persons.rights import ASKERS, IDENTITIES, KINDS, Asked, RightRefused, Step
from verify_service.registry.areas import NoSuchKelurahan, kelurahan_code
from verify_service.registry.corrections import CORRECTABLE

_WHY = {
    RightRefused.UNKNOWN: "There is no such request; `verify person requests` lists them.",
    RightRefused.CHANGED: "Somebody else was quicker; look at how it stands now: `verify person requests`.",
    RightRefused.STEP: "That cannot be done as the request stands now: `verify person requests`.",
    RightRefused.INPUT: "Something is missing or wrong; see --help.",
    RightRefused.NOTE: "Say why with --note, in five letters or more.",
    RightRefused.TWICE: "A request of this kind is open already for the person: `verify person requests`.",
    RightRefused.ERASED: "The data of this person were erased.",
    RightRefused.SECOND: "A second administrator confirms it, in the console.",
    RightRefused.HELD: "Not now: it was forbidden to erase this person (a court, an inspection, a claim, an audit).",
    RightRefused.OPEN: "Not now: a case, a proposal or a removal about this person is open. Settle it first.",
    RightRefused.SAME: "That is what is kept already.",
    RightRefused.UNREADABLE: "That cannot be read as the field (birth_date: 1980-07-01; sex: L or P; kk: 16 digits).",
}


def _refuse(why: RightRefused) -> click.ClickException:
    return click.ClickException(_WHY.get(why, str(why)))


@click.group()
def person() -> None:
    """A person: find, show, export, correct, erase; and the register of requests with its clock."""


@person.command("find")
@click.option("--kelurahan", default=None, help="Only there.")
@json_option
@with_servers
def find(kelurahan: str | None, as_json: bool) -> None:
    """Look for the name, NIK, KPJ, phone or code that is typed; it stands in no history of the shell."""
    typed = click.prompt("Name, NIK, KPJ, phone or code", default="", show_default=False, err=True)
    try:
        with transaction() as session:
            who = at_the_command_line(session, dt.datetime.now(dt.UTC))
            code = kelurahan_code(session, kelurahan) if kelurahan else None
            hits = looked_for(who, Wanted(typed, code))
    except NoSuchKelurahan as unknown:
        raise click.ClickException(str(unknown)) from None
    if as_json:
        print_json([{**vars(hit), "worker": worker_code(hit.worker)} for hit in hits.rows])
        return
    for hit in hits.rows:
        place = f"{hit.kelurahan or '-'} RT {hit.rt or '-'}/RW {hit.rw or '-'}"
        click.echo(f"{hit.code}  {hit.name or '(erased)'}, {hit.birth_year or '-'}, NIK ...{hit.nik_last4}, {place}")
    if hits.more or not hits.rows:
        click.echo("There are more: write more of the name, or name the --kelurahan." if hits.more else "Nobody.")


@person.command("show")
@click.argument("code", type=Code())
@json_option
@with_servers
def show(code: int, as_json: bool) -> None:
    """What is kept of the worker with CODE, masked; that it was looked at is kept."""
    with transaction() as session:
        who = at_the_command_line(session, dt.datetime.now(dt.UTC))
        shown = portrait(who, _known(who, code))
        told = _shown(shown)
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        if isinstance(value, list):
            click.echo(f"{name}: {len(value)}")
            for one in value:
                click.echo("  " + ", ".join(f"{key} {said}" for key, said in one.items() if said not in (None, "")))
        else:
            click.echo(f"{name}: {value}")


def _shown(shown: Any) -> dict[str, Any]:
    return {
        "code": shown.listings[0].code,
        "name": shown.listings[0].name,
        "erased_at": _plain(shown.group.chief.erased_at),
        "listings": [_rows(one, "code", "nik_last4", "kpj_last4", "birth_year", "sex") for one in shown.listings],
        "lines": [_rows(one, "kelurahan", "rw", "rt", "paid_from", "months", "removed_from") for one in shown.lines],
        "months": [
            {
                "period": f"{one.month.period:%Y-%m}",
                "planned": one.month.planned,
                "payment": one.month.payment,
                "insurer": one.month.insurer,
                "verdicts": list(one.verdicts),
            }
            for one in shown.cells
        ],
        "said": [_rows(one, "received_at", "source", "statement", "channel") for one in shown.said],
        "phones": [_rows(one, "number", "how", "since", "own", "stopped", "refused") for one in shown.phones],
        "texts": [_rows(one, "at", "ours", "purpose", "state", "delivery") for one in shown.texts],
        "cases": [_rows(one, "number", "category", "state") for one in shown.reports],
        "proposals": [_rows(one, "number", "state") for one in shown.proposals],
        "removals": [_rows(one, "number", "state") for one in shown.removals],
        "rounds": [_rows(one, "name", "sampled", "disposition") for one in shown.rounds],
        "looks": [_rows(one, "at", "action", "by") for one in shown.looks],
    }


def _rows(one: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _known(who: Acting, code: int) -> Group:
    group = seen_person(who, code)
    if group is None:
        raise click.ClickException("There is no worker of this code.")
    return group


@person.command("requests")
@click.option("--settled", is_flag=True, help="Those that were settled, the newest first.")
@json_option
@with_servers
def requests(settled: bool, as_json: bool) -> None:
    """What people have asked of their data, and by when the law has it answered (three times 24 hours)."""
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        rows = rights.register(session, waiting=not settled, first=0, most=500)
    told = [
        {
            "request": line.request.id,
            "code": worker_code(line.worker.id),
            **_rows(line.request, "kind", "state", "asker", "identity", "asked_at", "due_at", "reason"),
            "overdue": line.overdue(now),
        }
        for line in rows
    ]
    if as_json:
        print_json(told)
        return
    for one in told:
        late = ", OVERDUE" if one["overdue"] else ""
        click.echo(f"{one['request']:>6}  {one['kind']} of {one['code']}, {one['state']}, due {one['due_at']}{late}")
    if not told:
        click.echo("None.")


@person.command("ask")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("code", type=Code())
@click.option("--asker", type=click.Choice(ASKERS), required=True, help="Who asks.")
@click.option("--identity", type=click.Choice(IDENTITIES), required=True, help="How the identity was checked.")
@click.option("--words", default="", help="What they said.")
@json_option
@with_servers
def ask(kind: str, code: int, asker: str, identity: str, words: str, as_json: bool) -> None:
    """Write down that the worker with CODE asks for KIND; the clock runs from now."""
    with transaction() as session:
        who = at_the_command_line(session, dt.datetime.now(dt.UTC))
        made = rights.ask(who, _known(who, code), Asked(kind, asker, identity, words))
        if isinstance(made, RightRefused):
            raise _refuse(made)
        told = {"request": made.id, "due_at": made.due_at.isoformat()}
    if as_json:
        print_json(told)
    else:
        click.echo(f"Request {told['request']}, due {told['due_at']}.")


def _held(who: Acting, number: int, reason: str = "", note: str = "") -> tuple[PersonRequest, Group, Step]:
    held = rights.find_request(who, number)
    if held is None:
        raise _refuse(RightRefused.UNKNOWN)
    return held, _known(who, held.worker_id), Step(number, held.version, reason, note)


@person.command("export")
@click.argument("request", type=int)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip file to write.")
@with_servers
def export(request: int, out: Path) -> None:
    """Write out all that is kept of the person who made REQUEST: a page to be read, and JSON beside it."""
    from verify_service.app import create_app  # words in the language of the pages
    from verify_service.labels.file_of_a_person import page_of

    try:
        with transaction() as session:
            who = at_the_command_line(session, dt.datetime.now(dt.UTC))
            held, group, step = _held(who, request)
            if held.kind != "export" or held.state != "open":
                raise _refuse(RightRefused.STEP)
            made = everything(who, group, request)
            if isinstance(made, RightRefused):
                raise _refuse(made)
            with create_app().test_request_context("/?lang=id"):
                packed = as_file(made, page_of(made))
            refused = rights.handed_over(who, group, step)
            if refused is not None:
                raise _refuse(refused)
            write_private(out, packed)  # before the commit: what could not be written was not handed over
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{len(made.sections)} parts in {out}. Hand it over, then delete it.")


@person.command("correct")
@click.argument("request", type=int)
@click.argument("field", type=click.Choice(CORRECTABLE))
@click.option("--basis", type=click.Choice(BASES), required=True, help="What the right value rests on.")
@click.option("--note", default="", help="What was looked at.")
@with_servers
def correct(request: int, field: str, basis: str, note: str) -> None:
    """Put FIELD of the person who made REQUEST right; the value is asked for. It outlives the lists that come."""
    value = click.prompt("The right value", err=True)
    with transaction() as session:
        who = at_the_command_line(session, dt.datetime.now(dt.UTC))
        _, group, step = _held(who, request, note=note)
        refused = put_right(who, group, step, Correction(field, value, basis))
        if refused is not None:
            raise _refuse(refused)
    queue.nudge(queue.RECONCILE)
    click.echo("Put right.")


@person.command("erase")
@click.argument("request", type=int)
@click.option("--reason", type=click.Choice(REASONS), default=None, help="Why the law has it erased: to propose it.")
@click.option("--note", default="", help="What was looked at.")
@click.option("--confirm", "confirms", is_flag=True, help="Erase what an administrator proposed in the console.")
@json_option
@with_servers
def erase(request: int, reason: str | None, note: str, confirms: bool, as_json: bool) -> None:
    """Propose to erase the person who made REQUEST; an administrator confirms it in the console.

    With --confirm it is the other way round: it was proposed there, and is confirmed here. Nobody does both.
    """
    with transaction() as session:
        who = at_the_command_line(session, dt.datetime.now(dt.UTC))
        _, group, step = _held(who, request, reason or "", note)
        done = confirm(who, group, step) if confirms else propose(who, group, step)
        if isinstance(done, RightRefused):
            raise _refuse(done)
    rows = done.rows if isinstance(done, Erased) else {}
    if as_json:
        print_json({"request": request, "erased": confirms, "rows": rows})
    elif confirms:
        click.echo(f"Erased: {sum(rows.values()):,} rows were destroyed or emptied.")
    else:
        click.echo("Proposed. A second administrator confirms it in the console.")


@person.command("refuse")
@click.argument("request", type=int)
@click.option("--reason", type=click.Choice(rights.REFUSALS), required=True)
@click.option("--note", required=True, help="Why, in words; the person is told so.")
@with_servers
def refuse(request: int, reason: str, note: str) -> None:
    """Refuse REQUEST, with a reason."""
    with transaction() as session:
        who = at_the_command_line(session, dt.datetime.now(dt.UTC))
        _, group, step = _held(who, request, reason, note)
        refused = rights.refuse(who, group, step)
        if refused is not None:
            raise _refuse(refused)
    click.echo("Refused.")
