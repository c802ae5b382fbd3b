"""The printed tables as files: CSV of each, and a datapackage.json that tells what they mean and may be used for."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from typing import Any, Final

from verify_service.ground.programme import programme
from verify_service.publication.open_tables import TABLES, Table
from verify_service.publication.printed_tables import Printed
from verify_service.reports.answers import json_bytes
from verify_service.reports.definition import Column

_PROFILE: Final = "https://datapackage.org/profiles/2.0"
_LICENCE: Final = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
HOW_ROUNDED: Final = (
    "Every count of people or reports is moved by less than five to a multiple of five, in all tables and weeks"
    " together, so that every sum holds and nobody can be recognised: 0 means 0 to 4. Money is exact."
)


def as_csv(table: Table, printed: Printed) -> bytes:
    """A heading and the rows, UTF-8, comma, LF; what is empty is empty."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([column.name for column in table.columns])
    rows.writerows(table.rows(printed))
    return out.getvalue().encode()


def datapackage(printed: Printed, made_at: dt.datetime) -> bytes:
    """The description of all files, Data Package 2.0; the same publication gives the same bytes."""
    return json_bytes(
        {
            "$schema": f"{_PROFILE}/datapackage.json",
            "name": "public-figures",
            "title": f"{programme().name}: {programme().city}",
            "description": HOW_ROUNDED,
            "version": made_at.date().isoformat(),
            "created": made_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "licenses": [_LICENCE],
            "resources": [_resource(table, printed) for table in TABLES],
        }
    )


def _resource(table: Table, printed: Printed) -> Mapping[str, Any]:
    content = as_csv(table, printed)
    return {
        "$schema": f"{_PROFILE}/dataresource.json",
        "name": table.name,
        "title": table.title,
        "path": f"{table.name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> Mapping[str, str]:
    whole = column.unit.startswith(("workers", "reports", "people", "whole", "rupiah"))
    return {
        "name": column.name,
        "type": "integer" if whole else "string",
        "title": column.unit,
        "description": column.meaning,
    }
