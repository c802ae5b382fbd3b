"""`verify round`: size, open, draw, send, pause, close; the certificate of a draw, and drawing it again."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.tables import Round
from verify_service.rounds import reach, steering
from verify_service.rounds.certificate import certificate as certificate_of
from verify_service.rounds.certificate import redraw as redraw_from
from verify_service.rounds.design import ALLOCATIONS, STRATA, Design
from verify_service.rounds.drawing import Preview, draw, open_round, preview
from verify_service.rounds.frame import frame_csv
from verify_service.rounds.plan import DEFAULT, PlanRefused
from verify_service.rounds.round_states import RoundRefused, find_round
from verify_service.rounds.second_raters import draw_back_checks
from verify_service.rounds.size import completes, contacts
from verify_service.rounds.status import status_of

T = TypeVar("T")


@click.group("round")
def round_() -> None:
    """Verification rounds: draw people by lot, ask them, and state honestly what is known."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _do(work: Callable[[Session], T]) -> T:
    """One use case in one transaction; a refusal becomes a sentence and exit 1."""
    try:
        with transaction() as session:
            return work(session)
    except (RoundRefused, PlanRefused) as refused:
        raise click.ClickException(str(refused)) from None


def _sized(population: int, confidence: float, margin: float, rate: float, inflate: float) -> dict[str, int]:
    try:
        wanted = completes(population, confidence, margin, inflate=inflate)
        return {"population": population, "completes": wanted, "contacts": contacts(wanted, rate, population)}
    except ValueError as refused:
        raise click.ClickException(str(refused)) from None


@round_.command()
@click.option("--population", type=click.IntRange(0), default=None, help="People the round could draw from.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Of the interval.")
@click.option("--margin", type=float, default=0.05, show_default=True, help="Half the width of the interval, a share.")
@click.option("--response-rate", type=float, default=1.0, show_default=True, help="Share of those asked that answers.")
@click.option("--inflate", type=float, default=1.0, show_default=True, help="Multiply the answers wanted, as some do.")
@click.option(
    "--strata",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A CSV of stratum,population: sized each for itself.",
)
@json_option
def size(
    population: int | None,
    confidence: float,
    margin: float,
    response_rate: float,
    inflate: float,
    strata: Path | None,
    as_json: bool,
) -> None:
    """How many answers a margin needs, and how many people to ask for them. Needs no server."""
    held = _read_strata(strata) if strata else {}
    if population is None and not held:
        raise click.UsageError("give --population N, or --strata FILE")
    people = sum(held.values()) if population is None else population
    told: dict[str, Any] = _sized(people, confidence, margin, response_rate, inflate)
    if held:
        told["strata"] = {
            name: _sized(number, confidence, margin, response_rate, inflate) for name, number in held.items()
        }
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['population']:,} people: {told['completes']:,} answers, {told['contacts']:,} to ask.")
    for name, one in told.get("strata", {}).items():
        click.echo(f"  {name}: {one['population']:,} people, {one['completes']:,} answers, {one['contacts']:,} to ask")


def _read_strata(path: Path) -> dict[str, int]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    held: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        name, *rest = (cell.strip() for cell in row)
        if number == 1 and rest and not rest[0].isdecimal():
            continue  # the heading
        if len(rest) != 1 or not rest[0].isdecimal() or not name:
            raise click.ClickException(
                f"{path.name}, row {number}: expected a stratum and its people, for example L,4100"
            )
        if name in held:
            raise click.ClickException(f"{path.name}, row {number}: {name} stands there twice; give each stratum once")
        held[name] = int(rest[0])
    return held


@round_.command("open")
@click.argument("name")
@click.option("--sample/--everyone", default=True, help="Draw by lot (default), or ask all.")
@click.option("--margin", type=float, default=0.05, show_default=True, help="Half the width of the interval, a share.")
@click.option("--confidence", type=float, default=0.95, show_default=True)
@click.option("--response-rate", type=float, default=0.4, show_default=True, help="Share of those asked that answers.")
@click.option("--deff", type=click.FloatRange(1.0), default=1.0, show_default=True, help="Expected design effect.")
@click.option("--strata", default="", help=f"By what to cut the list, with commas: {', '.join(STRATA)}.")
@click.option("--allocation", type=click.Choice(ALLOCATIONS), default="proportional", show_default=True)
@click.option("--before", default=None, help="Closed round whose shares a Neyman allocation takes.")
@click.option("--exclude", multiple=True, help="Leave out, for example kecamatan=Bantargebang or round=2026-1; repeat.")
@click.option("--seed", default=None, help="Any text, best of a public event; drawn where none is given.")
@click.option("--plan", default=DEFAULT, show_default=True, help="Contacts, with the time after the start: m, h, d.")
@click.option("--per-minute", type=click.IntRange(1), default=None, help="First texts in a minute.")
@click.option("--adapt/--no-adapt", default=True, help="Draw more where fewer answer than expected.")
@click.option("--stop-at-quota", is_flag=True, help="Close once enough have answered.")
@json_option
@with_servers
def open_(name: str, sample: bool, before: str | None, strata: str, as_json: bool, **given: Any) -> None:
    """Open a round in draft: nothing is drawn or sent yet. Shows what it would ask, cost and tell."""
    seed = given.pop("seed")

    def opened(session: Session) -> tuple[int, Preview | None]:
        design = Design(
            strata=tuple(part.strip() for part in strata.split(",") if part.strip()),
            everyone=not sample,
            before=find_round(session, before).id if before else None,
            **given,
        )
        held = open_round(session, name, design, seed=seed, now=_now(), by=whoever())
        return held.id, None if as_json else preview(session, held)

    number, seen = _do(opened)
    if as_json:
        print_json({"round": number})
        return
    click.echo(f"Round {name} is open as a draft (number {number}).")
    if seen is not None:
        _tell(seen)


def _tell(seen: Preview) -> None:
    for why, count in sorted(seen.excluded.items()):
        click.echo(f"{count:>9,}  left out: {why}")
    click.echo(f"{seen.people:>9,}  people to draw from")
    for one in seen.strata:
        width = "-" if one.half_width is None else f"+-{100 * one.half_width:.1f} points"
        click.echo(
            f"{one.contacts:>9,}  of {one.population:,} in {one.stratum}: {one.completes:,} answers wanted, {width}"
        )
    overall = "-" if seen.half_width is None else f"{100 * seen.half_width:.1f} points"
    click.echo(
        f"{seen.contacts:>9,}  to ask for {seen.completes:,} answers, known to +-{overall};"
        f" at most {seen.texts:,} texts"
        f", Rp {seen.rupiah:,}"
    )
    click.echo(
        f"           half of that margin: {seen.halved['completes']:,} answers of {seen.halved['contacts']:,} asked,"
        f" Rp {seen.halved['rupiah']:,}"
    )


@round_.command("preview")
@click.argument("name")
@json_option
@with_servers
def preview_(name: str, as_json: bool) -> None:
    """What drawing a draft now would ask, cost and tell."""
    seen = _do(lambda session: preview(session, find_round(session, name)))
    if as_json:
        print_json(seen.as_json())
    else:
        _tell(seen)


@round_.command("draw")
@click.argument("name")
@json_option
@with_servers
def draw_(name: str, as_json: bool) -> None:
    """Draw: the frame, the order, the words and the rules are fixed from here on. Nobody is contacted yet."""
    seen = _do(lambda session: draw(session, find_round(session, name, lock=True), now=_now(), by=whoever()))
    if as_json:
        print_json(seen.as_json())
    else:
        _tell(seen)
        click.echo(f"Drawn. verify round certificate {name} --out FILE --frame FRAME.csv; verify round send {name}")


@round_.command()
@click.argument("name")
@json_option
@with_servers
def send(name: str, as_json: bool) -> None:
    """Begin to contact those who were drawn, by the plan and within the send window."""

    def started(session: Session) -> int:
        held = find_round(session, name, lock=True)
        return reach.start(session, held, now=_now(), by=whoever())

    number = _do(started)
    queue.nudge(queue.ROUNDS)
    print_json({"contacts": number}) if as_json else click.echo(f"{number:,} people are contacted from now on.")


def _steer(name: str, work: Callable[..., int], as_json: bool, counts: str, said: str) -> None:
    """Do it with the locked round, and tell how many texts it concerned."""
    number = _do(lambda session: work(session, find_round(session, name, lock=True), now=_now(), by=whoever()))
    queue.nudge(queue.ROUNDS)
    queue.nudge(queue.SEND)
    print_json({counts: number}) if as_json else click.echo(said.format(f"{number:,}"))


@round_.command()
@click.argument("name")
@json_option
@with_servers
def pause(name: str, as_json: bool) -> None:
    """Send nothing more until it is resumed; what is queued waits as well."""
    _steer(name, steering.pause, as_json, "held", "Paused; {} queued texts wait.")


@round_.command()
@click.argument("name")
@json_option
@with_servers
def resume(name: str, as_json: bool) -> None:
    """Go on with a paused round; it ends so much later."""
    _steer(name, steering.resume, as_json, "released", "Resumed; {} queued texts go on.")


@round_.command()
@click.argument("name")
@json_option
@with_servers
def cancel(name: str, as_json: bool) -> None:
    """End a round without figures; what was not sent is not sent any more."""
    _steer(name, steering.cancel, as_json, "taken_back", "Cancelled; {} queued texts are not sent.")


@round_.command()
@click.argument("name")
@json_option
@with_servers
def close(name: str, as_json: bool) -> None:
    """Contact nobody any more; the round closes once all that came in before was heard."""

    def closing(session: Session, held: Round, *, now: dt.datetime, by: str) -> int:
        return steering.begin_closing(session, held, how=steering.BY_HAND, now=now, by=by)

    _steer(name, closing, as_json, "taken_back", "The round is closing; {} queued texts are not sent.")


@round_.command("back-check")
@click.argument("name")
@click.option("--share", type=float, default=0.15, show_default=True, help="Of each RT head's answers; one at least.")
@json_option
@with_servers
def back_check(name: str, share: float, as_json: bool) -> None:
    """Have a share of RT heads' answers asked again of somebody else; the report says how many differ, head by head."""
    number = _do(
        lambda session: draw_back_checks(session, find_round(session, name, lock=True), share, now=_now(), by=whoever())
    )
    print_json({"drawn": number}) if as_json else click.echo(f"{number:,} answers of RT heads are asked again.")


@round_.command()
@click.argument("name", required=False)
@json_option
@with_servers
def status(name: str | None, as_json: bool) -> None:
    """Where rounds stand: one with its dispositions, or all of them."""
    told = _do(lambda session: status_of(session, name))
    if as_json:
        print_json(told if name is None else told[0])
        return
    if not told:
        click.echo("No round was opened yet: verify round open NAME")
    for one in told:
        click.echo(f"{one['round']:<30} {one['state']:<10} {one['sample']:,} of {one['people']:,} people")
        for disposition, count in one["dispositions"].items() if name else ():
            click.echo(f"{count:>9,}  {disposition}")


@round_.command()
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The certificate, JSON.")
@click.option("--frame", type=click.Path(dir_okay=False, path_type=Path), default=None, help="The frame: id,stratum.")
@json_option
@with_servers
def certificate(name: str, out: Path, frame: Path | None, as_json: bool) -> None:
    """Write what anybody needs to repeat the draw: the certificate, and the frame that it names by its hash."""

    def certified(session: Session) -> dict[str, Any]:
        held = find_round(session, name)
        told = certificate_of(session, held)
        if frame is not None:
            with frame.open("wb") as file:
                for block in frame_csv(session, held):
                    file.write(block)
        return told

    try:
        told = _do(certified)
        out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as refused:
        raise click.ClickException(f"{refused.filename} cannot be written: {refused.strerror}") from None
    if as_json:
        print_json(told)
    else:
        click.echo(f"{out}: {told['people']:,} people in the frame, SHA-256 {told['frame_sha256']}")


@round_.command("redraw")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--frame", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="A CSV of id,stratum."
)
@json_option
def redraw_(certificate: Path, frame: Path, as_json: bool) -> None:
    """Repeat a draw from its certificate and frame, and compare. Needs no server; exit 1 where something differs."""
    try:
        done = redraw_from(json.loads(certificate.read_text(encoding="utf-8")), frame.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise click.ClickException(
            f"{certificate.name} is no JSON; give the file of `verify round certificate`"
        ) from None
    except RoundRefused as refused:
        raise click.ClickException(str(refused)) from None
    if as_json:
        told: dict[str, Any] = {"sample": done.sample, "matches": done.matches}
        print_json(told if done.matches else {**told, "differs": done.differs})
    elif done.matches:
        click.echo("\n".join(done.sample))
    if not done.matches:
        raise click.ClickException("The draw cannot be repeated: " + "; ".join(done.differs))
    if not as_json:
        click.echo(f"{len(done.sample):,} people drawn; everything matches the certificate.", err=True)
