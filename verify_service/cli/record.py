"""`verify audit`: seal the record, copy it to other hands, find what was altered, prove an entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.ground.database import standing_still, transaction
from verify_service.record import heads, proofs, sealing, tiles
from verify_service.record.checkpoint import VerifierKey, notes_in
from verify_service.record.findings import Verification
from verify_service.record.keys import signer, verifier_keys
from verify_service.record.standing import Outside
from verify_service.record.verifying import verify as verify_record

_ENTRIES_SHOWN = 20
_FILE = click.Path(exists=True, path_type=Path)


@click.group()
def audit() -> None:
    """The tamper-evident record: seal it, copy it to other hands, find what was altered, prove an entry."""


@audit.command()
@json_option
@with_servers
def seal(as_json: bool) -> None:
    """Give every row without a leaf its place, and sign the record (the clock does it every minute)."""
    try:
        with transaction() as session:
            made = sealing.seal(session, now=dt.datetime.now(dt.UTC), signer=signer(), keys=verifier_keys())
    except sealing.SealRefused as refused:
        raise click.ClickException(str(refused)) from None
    with transaction() as session:
        kept = heads.keep_heads(session)
    if as_json:
        print_json({"added": made.added if made else 0, "checkpoint": made.note if made else None})
    elif made is None:
        click.echo("Nothing new to seal.")
    else:
        click.echo(f"{made.added:,} entries sealed, {made.size:,} in all{f'; heads in {kept}' if kept else ''}.")
        click.echo(f"\n{made.note}", nl=False)


@audit.command()
@with_servers
def key() -> None:
    """Print the key by which others check heads: pin it, and never take it from whom you check."""
    click.echo(str(signer().verifier))


@audit.command("export")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write into.")
@with_servers
def export_(out: Path) -> None:
    """Write the hashes and all heads for other hands: tiles, heads, the newest as checkpoint. Never an entry."""
    out.mkdir(parents=True, exist_ok=True)
    with standing_still() as session:
        size = tiles.export(session, out, signer().verifier)
    if not size:
        raise click.ClickException("Nothing is sealed yet; run: verify audit seal")
    click.echo(
        f"{size:,} leaves and their heads in {out}; keep a copy where the database's administrator has no access."
    )


@audit.command("verify")
@click.option("--heads", "kept", type=_FILE, default=None, help="Heads in other hands: a file, a mail, an export.")
@click.option("--key", "pinned", multiple=True, help="Verifier key to trust instead of this machine's own; repeat.")
@json_option
@with_servers
def verify_(kept: Path | None, pinned: tuple[str, ...], as_json: bool) -> None:
    """Find and locate whatever was altered since it was sealed. Exit 1 when anything is found."""
    trusted = _trusted(pinned)
    outside = _outside(kept, trusted)
    with standing_still() as session:
        told = verify_record(session, trusted, outside)
    if as_json:
        print_json(told.as_json())
    else:
        _show(told)
    if told.findings:
        raise SystemExit(1)


def _trusted(pinned: Sequence[str]) -> Sequence[VerifierKey]:
    try:
        return [VerifierKey.parse(written) for written in pinned] or verifier_keys()
    except ValueError as error:
        raise click.UsageError(f"--key: {error}") from None


def _outside(kept: Path | None, trusted: Sequence[VerifierKey]) -> Outside | None:
    try:
        return heads.read_outside(kept, trusted) if kept else None
    except heads.OutsideRefused as refused:
        raise click.ClickException(str(refused)) from None


def _show(told: Verification) -> None:
    signed = f"{told.heads:,} heads" + (f", {told.outside_heads:,} from outside" if told.outside_heads else "")
    click.echo(f"{told.size:,} entries sealed, {signed}, root {told.root.hex()[:16]}; {len(told.waiting):,} wait.")
    if told.late:
        click.echo(f"Sealed more than ten minutes after the moment they tell: {_shortened(told.late)}")
    for finding in told.findings:
        where = "" if finding.first is None else f" (places {finding.first:,} to {finding.last:,})"
        click.echo(f"{finding.altered.upper()}: {finding.told}{where}")
        if len(finding.entries) > 1:
            click.echo(f"  {_shortened(finding.entries)}")
    click.echo("Something was altered." if told.findings else "Nothing was altered.")


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - _ENTRIES_SHOWN:,} more (--json has all)" if len(names) > _ENTRIES_SHOWN else ""
    return ", ".join(names[:_ENTRIES_SHOWN]) + more


@audit.command("prove")
@click.argument("entry")
@click.option("--since", type=_FILE, default=None, help="File with an older head to prove growth from; else the first.")
@json_option
@with_servers
def prove_(entry: str, since: Path | None, as_json: bool) -> None:
    """Prove that ENTRY (TABLE:ID) is in the newest head, and that the record only grew since an older one."""
    older = next(iter(notes_in(since.read_text("utf-8"))), None) if since else None
    if since and older is None:
        raise click.ClickException(f"{since} holds no head")
    try:
        with standing_still() as session:
            proof = proofs.prove(session, entry, verifier_keys(), older)
    except proofs.ProofRefused as refused:
        raise click.ClickException(str(refused)) from None
    if as_json:
        print_json(proof.as_json())
        return
    click.echo(
        f"{proof.name} at place {proof.place:,}:\n{proof.entry}\n\nInclusion, up to the root of the newest head:"
    )
    for node in proof.inclusion:
        click.echo(f"  {node.hex()}")
    click.echo(f"\n{proof.checkpoint}\nConsistency, from the older head to the newest:")
    for node in proof.consistency:
        click.echo(f"  {node.hex()}")
    click.echo(f"\n{proof.older_checkpoint}", nl=False)
