"""Who may see which reports, and who their words: one condition, for every list, page, count and export."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from verify_service.accounts.officers import Role
from verify_service.ground.tables import Grievance

CITY_TEAM = "grievance"  # the unit that reads every report, but those about itself


@dataclass(frozen=True)
class Viewer:
    """An account as far as it decides what is seen: its role, unit, area and clearance.

    `area` is the code of a kecamatan or kelurahan, None for the whole city.
    """

    id: int
    role: Role
    unit: str = CITY_TEAM
    area: str | None = None
    cleared: bool = False

    @property
    def reads_words(self) -> bool:
        """An auditor sees every report and what was done by when, but nobody's words and no identity."""
        return self.role is not Role.AUDITOR

    @property
    def bound(self) -> bool:
        """Whether the account belongs to one place. One of a kelurahan without a place sees nothing."""
        return self.area is not None or self.role is Role.KELURAHAN


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """What this account sees.

    A complaint about a unit is invisible to that unit, whatever the clearance. What is about money, harassment or
    conduct is for cleared accounts of the whole city. What was told in confidence is for the city's team and cleared
    accounts; a place sees what was told there by name, and never what is about anybody who works there.
    """
    if viewer.role is Role.AUDITOR:
        return true()
    not_about_them = or_(Grievance.about_unit.is_(None), Grievance.about_unit != viewer.unit)
    if viewer.bound:
        return and_(
            in_area(viewer.area),
            not_about_them,
            Grievance.restricted.is_(False),
            Grievance.about.is_(None),
            Grievance.identity == "normal",
            _of_unit(viewer),
        )
    conditions = [not_about_them]
    if not viewer.cleared:
        conditions.append(Grievance.restricted.is_(False))
    if not viewer.cleared and viewer.unit != CITY_TEAM:
        conditions.append(Grievance.identity != "secret")
    return and_(*conditions, _of_unit(viewer))


def in_area(area: str | None) -> ColumnElement[bool]:
    """In this kecamatan or kelurahan; None: nowhere."""
    return _lies_in(Grievance.kelurahan_code, area)


def in_place(viewer: Viewer, kelurahan_code: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """What of a list with this column lies in the account's place; all of it for an account of the whole city."""
    return _lies_in(kelurahan_code, viewer.area) if viewer.bound else true()


def _lies_in(column: InstrumentedAttribute[str | None], area: str | None) -> ColumnElement[bool]:
    if area is None:
        return false()
    return or_(column == area, column.startswith(f"{area}.", autoescape=True))


def _of_unit(viewer: Viewer) -> ColumnElement[bool]:
    """A unit sees what it owns; the city's team, an administrator and a kelurahan (of its own place) see all units'."""
    if viewer.unit in (CITY_TEAM, "kelurahan") or viewer.role in (Role.ADMIN, Role.KELURAHAN):
        return true()
    return or_(Grievance.unit == viewer.unit, Grievance.assignee_id == viewer.id)
