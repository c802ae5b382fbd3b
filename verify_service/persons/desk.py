"""Who acts where nobody is signed in: the command line, which sees the whole city and is named as such in the trail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer

COMMAND_LINE = "command line"


class AtTheCommandLine(Acting):
    """Somebody with a shell on the server: an administrator without a name."""

    @property
    def by(self) -> str:
        return COMMAND_LINE


def at_the_command_line(session: Session, now: dt.datetime) -> Acting:
    """The command line at work, in this transaction."""
    return AtTheCommandLine(session, Viewer(0, Role.ADMIN), now)
