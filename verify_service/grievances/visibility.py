"""Who may see which reports: one condition, for every list, page and count."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, true

from verify_service.ground.tables import Grievance


def seen_from(kelurahan: str | None) -> ColumnElement[bool]:
    """What an account sees: all, for the city's grievance officers (None); else its own kelurahan's, and never those
    about money or anybody's conduct, which may be about the very people who work there.

    Nor what was told in confidence: a text in free words is filed so, and nobody has read yet whom it is about.
    """
    if kelurahan is None:
        return true()
    return and_(Grievance.kelurahan_code == kelurahan, Grievance.restricted.is_(False), Grievance.identity == "normal")
