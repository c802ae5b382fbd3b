"""What an operator is told of the service itself."""

from __future__ import annotations

from sqlalchemy import Double
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Moment


class JobRun(Base):
    """How a job ran last, and when it last failed. One row a job: of runs that came and went nothing is kept."""

    __tablename__ = "job_run"
    job: Mapped[str] = mapped_column(primary_key=True, comment="the dotted name that a worker calls")
    started_at: Mapped[Moment]
    seconds: Mapped[float] = mapped_column(Double)
    failed: Mapped[str | None] = mapped_column(comment="the kind of error, where the last run ended in one")
    failed_at: Mapped[Moment | None]
