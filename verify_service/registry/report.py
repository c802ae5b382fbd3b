"""What became of a file: figures for machines, plain sentences for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from verify_service.registry.missing import MissingLine
from verify_service.registry.preview import headings_of, preview_of
from verify_service.registry.problems import Problem, says
from verify_service.registry.reading import Duplicate, Reading

SHOWN = 20

SENTENCES = {
    "nik_missing": says("The NIK is missing."),
    "nik_scientific": says("The spreadsheet turned the NIK into a number and lost its last digits."),
    "nik_rounded": says("A spreadsheet rounded the NIKs: too many of them end in 0."),
    "nik_length": says("The NIK does not have 16 digits."),
    "nik_letters": says("The NIK holds something other than digits."),
    "nik_province": says("The NIK starts with no province."),
    "nik_day": says("The birth day in the NIK cannot be."),
    "nik_month": says("The birth month in the NIK cannot be."),
    "nik_date": says("The birth date in the NIK does not exist."),
    "nik_serial": says("The NIK ends in 0000."),
    "nik_is_kk": says("The number of the family card stands in the NIK column."),
    "nik_other_area": says("The NIK was first issued in another city (this is often right)."),
    "nik_serial_high": says("The last four digits of the NIK are unusually high."),
    "name_missing": says("The name is missing."),
    "name_too_long": says("The name is too long to be one person's."),
    "name_holds_number": says("The name holds a number as long as a NIK."),
    "text_holds_number": says("A text held a number as long as a NIK; the number was not kept."),
    "text_too_long": says("A text was too long and was cut."),
    "sheet_not_read": says("A further sheet was not read."),
    "mixed_encoding": says("The file mixes two character encodings; each line was read in its own."),
    "birth_date_missing": says("The birth date is missing."),
    "birth_date_swapped": says("Day and month of the birth date are swapped."),
    "birth_date_differs": says("The birth date is not the one in the NIK."),
    "date_unreadable": says("A date cannot be read."),
    "date_impossible": says("A date does not exist or cannot be meant."),
    "sex_unreadable": says("The sex cannot be read."),
    "sex_differs": says("The sex is not the one in the NIK."),
    "age_outside": says("The age is outside the programme's range."),
    "kelurahan_missing": says("The kelurahan is missing."),
    "kelurahan_unknown": says("The kelurahan is not one of this city."),
    "kecamatan_missing": says("The kecamatan is missing, and two have a kelurahan of this name."),
    "kecamatan_differs": says("The kelurahan lies in another kecamatan."),
    "rt_missing": says("The RT is missing."),
    "rw_missing": says("The RW is missing."),
    "rt_unreadable": says("The RT cannot be read."),
    "rw_unreadable": says("The RW cannot be read."),
    "decile_unreadable": says("The decile cannot be read."),
    "months_unreadable": says("The number of months cannot be read."),
    "occupation_unknown": says("The occupation is not one of the programme's list; it was kept as written."),
    "kk_length": says("The number of the family card does not have 16 digits."),
    "kk_scientific": says(
        "The spreadsheet turned the number of the family card into a number and lost its last digits."
    ),
    "kpj_missing": says("The KPJ is missing."),
    "kpj_length": says("The KPJ does not have 11 characters."),
    "kpj_scientific": says("The spreadsheet turned the KPJ into a number and lost its last digits."),
    "phone_missing": says("There is no phone number."),
    "phone_not_mobile": says("The phone is a landline or a service number."),
    "phone_letters": says("The phone number holds letters (O for 0?)."),
    "phone_too_short": says("The phone number is too short."),
    "phone_too_long": says("The phone number is too long."),
    "phone_characters": says("The phone cell holds more than one number."),
    "phone_other_country": says("The phone is of another country."),
    "phone_invalid": says("The phone number cannot be a mobile number."),
    "same_phone": says("The phone opens another post; one phone opens one post."),
    "phone_shared": says("Different heads give one phone; it opens no post."),
    "phone_moved": says("The phone opened another post until now; it opens this one alone."),
    "same_person_listed": says("The same person seems to be on the roster already under another NIK."),
    "erased_person": says("This person's data were destroyed at their request; the row was not taken."),
    "correction_kept": says("The list says otherwise than what was corrected at the person's request; that stands."),
    "nik_other_person": says("The NIK is that of somebody listed under another name; what is held was left as it is."),
    "name_differs": says("The name is not that of whoever is listed under the NIK."),
    "place_changed": says("The list before had the person in another place; this one holds."),
    "period_unreadable": says("The month cannot be read."),
    "period_differs": says("The row is for another month."),
    "status_unknown": says("The status is not one we know."),
    "amount_unreadable": says("The amount cannot be read."),
    "amount_unusual": says("The amount is not the premium of that month."),
    "amount_several": says("The amount is the premium of several months."),
    "row_repeated": says("The row says again what another row says of its NIK; that one counts."),
    "membership_other": says("The NIK has another membership in the file; the one with the better status counts."),
    "status_disputed": says("Rows under one NIK disagree about its status; none of them was taken."),
    "same_nik": says("The same NIK stands in an earlier row."),
    "nik_shared": says("Different people stand under one NIK; none of them was taken."),
    "same_person": says("The same person seems to stand in an earlier row under another NIK."),
    "same_kpj": says("The same KPJ stands in an earlier row with another NIK."),
    "same_post": says("The same post stands in an earlier row; the later start holds."),
    "office_other": says("The row is about somebody who heads neither an RT nor an RW."),
    "term_backwards": says("The term ends before it begins; its end was left out."),
    "row_shifted": says("The row has more cells than the header."),
    "cell_holds_rows": says("A cell of the row goes on with further people."),
    "row_hidden": says("The row is hidden or filtered out in the spreadsheet; it was read."),
    "row_struck_out": says("The row is struck out in the spreadsheet; it was read."),
    "unknown_column": says("A column was not recognised and not read."),
    "missing_column": says("An expected column is not in the file."),
    "post_vacant": says("The post of the head is vacant."),
}


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one file. `rows` = accepted + rejected; flagged rows are among the accepted."""

    kind: str
    filename: str
    rows: int
    accepted: int
    flagged: int
    rejected: int
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    notes: tuple[str, ...] = ()
    unmatched: int = 0
    absent: int = 0  # people whom a list has for the month, and the file does not name
    created: int = 0
    updated: int = 0
    unchanged: bool = False
    dry_run: bool = False
    import_id: int | None = None
    over_ceiling: int = 0  # rupiah that the year's money is short of for the list with this file
    counts: dict[str, int] = field(default_factory=dict)
    missing: tuple[MissingLine, ...] = ()  # whom a whole list leaves out
    refused: bool = False  # nothing was stored, since rows were rejected
    preview: tuple[dict[str, str], ...] = ()  # the first rows as they were understood, masked
    headings: dict[str, str] = field(default_factory=dict)  # field -> the heading that it was read under

    def all_or_nothing(self) -> ImportReport:
        """What it comes to where the rest is not to be taken without the rejected rows: nothing, if there are any."""
        if not self.rejected or self.unchanged or self.dry_run:
            return self
        told = (
            f"{self.rejected:,} of {self.rows:,} rows cannot be used, so nothing was stored. Have them put right,"
            " or take the others with --accept-valid: the rejected rows are kept as a work list then."
        )
        return replace(self, refused=True, created=0, updated=0, import_id=None, missing=(), notes=(*self.notes, told))

    def to_json(self) -> dict[str, Any]:
        """The JSON document of `verify import --json`."""
        return {
            "kind": self.kind,
            "file": self.filename,
            "rows": self.rows,
            "accepted": self.accepted,
            "flagged": self.flagged,
            "rejected": self.rejected,
            "created": self.created,
            "updated": self.updated,
            "unmatched": self.unmatched,
            "absent": self.absent,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "dry_run": self.dry_run,
            "problems": [problem.to_json() for problem in self.problems],
            "duplicates": [duplicate.to_json() for duplicate in self.duplicates],
            "counts": self.counts,
            "version": self.import_id,
            "missing": [line.to_json() for line in self.missing],
            "over_ceiling": self.over_ceiling,
            "notes": list(self.notes),
            "preview": list(self.preview),
            "headings": self.headings,
        }

    def to_text(self) -> str:
        """Counts, then the problems by kind, then the first of them row by row."""
        if self.unchanged:
            return f"{self.filename}: this file was imported before. Nothing was changed."
        lines = [
            f"{self.filename}: {self.rows:,} rows, {self.accepted:,} accepted"
            f" ({self.flagged:,} of them flagged), {self.rejected:,} rejected."
        ]
        if self.refused:
            lines[0] += " Nothing was stored."
        if self.dry_run:
            lines[0] += " Nothing was stored (dry run)."
        if self.created or self.updated:
            lines.append(f"{self.created:,} new, {self.updated:,} brought up to date.")
        if self.unmatched:
            lines.append(f"{self.unmatched:,} NIKs are not on the roster; they were kept.")
        lines += self.notes
        lines += _left_out(self.missing)
        if self.counts:
            lines += ["", "What was found:"]
            lines += [f"  {count:>6,}  {SENTENCES.get(code, code)}" for code, count in ranked(self.counts)]
        listed = self._first()
        if listed:
            lines += ["", f"The first {len(listed)} of {len(self.problems):,} faults:"]
            lines += [_line(problem) for problem in listed]
        return "\n".join(lines)

    def _first(self) -> list[Problem]:
        order = {"file": 0, "rejected": 1, "flagged": 2}
        # The commonest flag is usually a harmless one and would push the rest off the page.
        ranked = sorted(self.problems, key=lambda one: (order[one.level], self.counts.get(one.code, 0), one.row))
        return sorted(ranked[:SHOWN], key=lambda one: (order[one.level], one.code, one.row))


def _left_out(missing: tuple[MissingLine, ...]) -> list[str]:
    if not missing:
        return []
    named = [
        f"  {line.name}, {line.kelurahan or '-'} RT {line.rt or '-'}/RW {line.rw or '-'}"
        f" (row {line.row} of version {line.version})"
        for line in missing[:SHOWN]
    ]
    more = [f"  and {len(missing) - SHOWN:,} more (--json names all)"] if len(missing) > SHOWN else []
    return [f"{len(missing):,} people of the list are not in this one. They stay on it; officers look:", *named, *more]


def ranked(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Kinds of problems by how many there are."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _line(problem: Problem) -> str:
    found = f"found {problem.found!r}, " if problem.found else ""
    return f"  row {problem.row}, {problem.column}: {problem.code}; {found}expected {problem.expected}"


def report_of(kind: str, filename: str, reading: Reading[Any]) -> ImportReport:
    """The report of a file as read, before anything is stored."""
    refused = {row.row for row in reading.rejected}
    flagged = {one.row for one in reading.problems if one.level == "flagged"} - refused
    return ImportReport(
        kind,
        filename,
        reading.rows,
        len(reading.accepted),
        len(flagged),
        len(reading.rejected),
        reading.problems,
        reading.duplicates,
        reading.notes,
        counts=dict(Counter(problem.code for problem in reading.problems)),
        preview=preview_of(reading),
        headings=headings_of(reading),
    )


def with_notes(report: ImportReport, *notes: str) -> ImportReport:
    """The report with more to say."""
    return replace(report, notes=report.notes + tuple(note for note in notes if note))
