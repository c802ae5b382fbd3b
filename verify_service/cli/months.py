"""`verify months`: which months of each worker were paid, and whose cover has lapsed or is about to."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click
from tqdm import tqdm

from flows.references import read_worker_code, worker_code
from verify_service.cli.imports import Month
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.verdicts import drain_all
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.registry.names import masked_name
from verify_service.verification.gaps import Lapse, lapses
from verify_service.verification.matrix import Files, WorkerMonths, files, matrix
from verify_service.verification.months import Month as WorkerMonth

_FACTS = ("active", "unpaid", "inactive", "not_found", "unclear", "no_file")
_SHOWN = 20  # of the list, where it goes to a person; --json has all


class Code(click.ParamType[int]):
    """A worker's code as it stands on letters, kept as the worker's id."""

    name = "CODE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        worker = value if isinstance(value, int) else read_worker_code(str(value))
        if worker is None:
            self.fail(f"{value!r} is no code of a worker; it stands on the letter and in `verify months`", param, ctx)
        return worker


@click.command()
@click.option("--worker", type=Code(), default=None, help="One worker, by the code of the letter.")
@click.option(
    "--period", type=Month(), default=None, help="One month of the matrix. Gaps are of the newest one always."
)
@json_option
@with_servers
def months(worker: int | None, period: dt.date | None, as_json: bool) -> None:
    """Which months were planned, paid and insured; gaps; and the list of those whose cover lapses."""
    drain_all()
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = files(session, now=now)
        if held is None:
            raise click.ClickException("No insurer file has been imported yet, so no month is reported.")
        if period is not None and period not in held.months:
            raise click.ClickException(
                f"There is no file of {period:%Y-%m}: months go from {held.months[0]:%Y-%m} to {held.newest:%Y-%m}."
            )
        tally = _Tally(period)
        workers: list[WorkerMonths] = []
        with tqdm(desc="months", unit=" workers", disable=None, leave=False) as bar:
            for part in matrix(session, held, worker_id=worker):
                tally.count(part)
                workers += part if as_json or worker is not None else ()
                bar.update(len(part))
        if worker is not None and not workers:
            raise click.ClickException("There is no worker of this code with a month.")
        listed = lapses(session, now=now, worker_id=worker)
    tally.count_lapses(listed)
    if as_json:
        print_json(_document(held, tally, workers, listed))
    elif worker is not None:
        _print_worker(workers[0])
    else:
        _print_city(held, tally, listed)


class _Tally:
    """Counts over the matrix, which is too large to be held whole: by month, by gap, by kelurahan."""

    KINDS = ("workers", "planned", "paid", "rupiah", "other_amount", *_FACTS, "other_payer")
    PLACES = ("gap", "about_to_lapse", "lapsed")

    def __init__(self, period: dt.date | None) -> None:
        self.period = period
        self._months: dict[dt.date, Counter[str]] = defaultdict(Counter)
        self._places: dict[str, Counter[str]] = defaultdict(Counter)
        self._gaps: Counter[int] = Counter()

    def count(self, workers: Iterable[WorkerMonths]) -> None:
        for one in workers:
            self._gaps[min(one.standing.gap, 3)] += 1
            if one.standing.gap:
                self._places[one.kelurahan or ""]["gap"] += 1
            for month in one.months:
                if self.period in (None, month.period):
                    _count(self._months[month.period], month)

    def count_lapses(self, listed: Iterable[Lapse]) -> None:
        for one in listed:
            self._places[one.kelurahan or ""]["lapsed" if one.lapsed else "about_to_lapse"] += 1

    def months(self) -> dict[dt.date, dict[str, int]]:
        return {month: {kind: counts[kind] for kind in self.KINDS} for month, counts in sorted(self._months.items())}

    def gaps(self) -> dict[int, int]:
        """How many have a gap of one, of two, and of three or more months."""
        return {gap: self._gaps[gap] for gap in (1, 2, 3)}

    def places(self) -> dict[str, dict[str, int]]:
        return {place: {kind: counts[kind] for kind in self.PLACES} for place, counts in sorted(self._places.items())}


def _count(counts: Counter[str], month: WorkerMonth) -> None:
    counts["workers"] += 1
    counts["planned"] += month.planned
    counts["paid"] += month.payment == "paid"
    counts["rupiah"] += month.amount or 0
    counts["other_amount"] += month.amount not in (None, month.premium)
    counts[month.insurer] += 1
    counts["other_payer"] += month.other_payer


def _document(
    held: Files, tally: _Tally, workers: Sequence[WorkerMonths], listed: Sequence[Lapse]
) -> dict[str, object]:
    return {
        "newest": f"{held.newest:%Y-%m}",
        "days_before": programme().warnings.days_before,
        "months": [{"period": f"{month:%Y-%m}", **counts} for month, counts in tally.months().items()],
        "gaps": {str(gap): count for gap, count in tally.gaps().items()},
        "lapses": [_lapse(one) for one in listed],
        "by_kelurahan": [{"kelurahan": place or None, **counts} for place, counts in tally.places().items()],
        "workers": [_worker(one, tally.period) for one in workers],
    }


def _worker(one: WorkerMonths, period: dt.date | None) -> dict[str, object]:
    standing = {
        key: f"{value:%Y-%m}" if key in ("unpaid_from", "paid_until") and value else _day(value)
        for key, value in asdict(one.standing).items()
    }
    return {
        "worker": worker_code(one.worker),
        "name": masked_name(one.name),
        "kelurahan": one.kelurahan,
        "rw": one.rw,
        "rt": one.rt,
        **standing,
        "months": [
            {
                "period": f"{month.period:%Y-%m}",
                "planned": month.planned,
                "payment": month.payment,
                "amount": month.amount,
                "premium": month.premium,
                "insurer": month.insurer,
                "state": month.state.value,
                "other_payer": month.other_payer,
            }
            for month in one.months
            if period in (None, month.period)
        ],
    }


def _day(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _lapse(one: Lapse) -> dict[str, object]:
    return {
        "worker": one.code,
        "name": one.masked_name,
        "kelurahan": one.kelurahan,
        "rw": one.rw,
        "rt": one.rt,
        "unpaid_from": f"{one.unpaid_from:%Y-%m}",
        "unpaid_to": f"{one.unpaid_to:%Y-%m}",
        "lapses_on": _day(one.lapses_on),
        "lapsed": one.lapsed,
        "told_at": _day(one.told_at),
        "told_how": one.told_how,
    }


def _print_city(held: Files, tally: _Tally, listed: Sequence[Lapse]) -> None:
    click.echo(f"The newest month that the insurer reported is {held.newest:%Y-%m}; later ones say nothing yet.\n")
    click.echo("month   " + "".join(f"{kind.replace('_', ' '):>14}" for kind in tally.KINDS))
    for month, counts in tally.months().items():
        click.echo(f"{month:%Y-%m} " + "".join(f"{count:>14,}" for count in counts.values()))
    one, two, more = tally.gaps().values()
    click.echo(f"\nMonths in a row without a premium: one {one:,}, two {two:,}, three or more {more:,} workers.")
    lapsed = sum(lapse.lapsed for lapse in listed)
    days = programme().warnings.days_before
    click.echo(f"Cover has lapsed: {lapsed:,}. It lapses within {days} days, or may have: {len(listed) - lapsed:,}.")
    for place, kinds in tally.places().items():
        told = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in kinds.items())
        click.echo(f"  {place or '(no kelurahan)':<22}{told}")
    if listed:
        click.echo(f"\nThe first {min(_SHOWN, len(listed))} of {len(listed):,}:")
    for lapse in listed[:_SHOWN]:
        told = f"told {lapse.told_at:%Y-%m-%d} ({lapse.told_how})" if lapse.told_at else "not told yet"
        click.echo(
            f"  {lapse.code}  {lapse.masked_name:<20} {lapse.kelurahan or '-':<18}"
            f" unpaid from {lapse.unpaid_from:%Y-%m},"
            f" {'lapsed' if lapse.lapsed else 'lapses'} on {lapse.lapses_on}, {told}"
        )


def _print_worker(one: WorkerMonths) -> None:
    place = f"{one.kelurahan or '-'} RT {one.rt or '-'}/RW {one.rw or '-'}"
    click.echo(f"{worker_code(one.worker)}  {masked_name(one.name)}, {place}")
    for month in one.months:
        paid = f"{month.payment} {month.amount:,}" if month.amount is not None else month.payment
        click.echo(
            f"{month.period:%Y-%m}  {'planned' if month.planned else '-':<9}city: {paid:<14}"
            f"insurer: {month.insurer:<11}{month.state.value}{', somebody else paid' if month.other_payer else ''}"
        )
    held = one.standing
    if held.gap:
        ends = f"{'lapsed' if held.lapsed else 'lapses'} on {held.lapses_on}"
        click.echo(f"Months in a row without a premium: {held.gap}; the cover {ends}.")
    click.echo(f"Death benefit in full from: {held.full_death_from or 'not known: there is no cover'}.")
