"""A file given to the wrong command: it would make workers of whoever was paid for, or heads of RT of workers."""

from __future__ import annotations

from pathlib import Path

from verify_service.registry.columns import Layout
from verify_service.registry.grids import LIMITS, Limits
from verify_service.registry.insurers import INSURER
from verify_service.registry.payments import LEDGER_LIMITS, PAYMENTS
from verify_service.registry.problems import FileRefused
from verify_service.registry.rosters import ROSTER, ROSTER_LIMITS
from verify_service.registry.rt_heads import RT_HEADS
from verify_service.registry.sheets import read_table

_KINDS = ((ROSTER, ROSTER_LIMITS), (PAYMENTS, LEDGER_LIMITS), (INSURER, LEDGER_LIMITS), (RT_HEADS, LIMITS))


def limits_of(kind: str) -> Limits:
    """How large a file of this kind may be; `kind` as a version has it."""
    return next(limits for layout, limits in _KINDS if layout.kind == kind.replace("_", "-"))


def other_kind(path: Path, kind: str) -> Layout | None:
    """What a file is in which nothing of its kind was found; None when it is no list of ours at all."""
    found = []
    for layout, limits in _KINDS:
        if layout.kind != kind:
            try:
                table = read_table(path, layout, limits)
            except FileRefused:
                continue
            found.append((len(table.header.columns), layout))
    # The one that knows most of its columns: a roster needs but two, which every file has.
    return max(found, key=lambda one: one[0])[1] if found else None
