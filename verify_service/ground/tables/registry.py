"""Who is on the list, what was paid for them, what the insurer says, and who heads each RT.

Months are dates: the first day of the month. NIK, KPJ, KK, phones and addresses are sealed; NIK, KPJ and phones have a
blind index to be found by.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Id, Moment


class Area(Base):
    """A kelurahan (urban ward) and its kecamatan (district), by Kemendagri code."""

    __tablename__ = "area"
    kelurahan_code: Mapped[str] = mapped_column(primary_key=True)
    kelurahan: Mapped[str]
    kecamatan_code: Mapped[str]
    kecamatan: Mapped[str]
    bps_code: Mapped[str | None] = mapped_column(comment="another code system: never compare with the Kemendagri code")


class FileImport(Base):
    """One version of a list, with the decree it rests on: which file, when, by whom, with what result.

    The same file is another version when it counts again after others. What was undone counts no longer.
    """

    __tablename__ = "file_import"
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(comment="roster | payments | insurer | rt_heads")
    filename: Mapped[str]
    sha256: Mapped[bytes]
    period: Mapped[dt.date | None]
    decree: Mapped[str | None]
    imported_at: Mapped[Moment]
    actor: Mapped[str]
    rows: Mapped[int]
    accepted: Mapped[int]
    flagged: Mapped[int]
    rejected: Mapped[int]
    unmatched: Mapped[int] = mapped_column(server_default=text("0"), comment="NIKs that are not on the roster")
    report: Mapped[dict[str, Any]] = mapped_column(comment="counts by code; never values")
    whole: Mapped[bool] = mapped_column(server_default=text("false"), comment="it is the whole list, not a part")
    undone_at: Mapped[Moment | None] = mapped_column(comment="from then on it counts as if it had never come")
    undone_by: Mapped[str | None]
    __table_args__ = (Index(None, "kind", "sha256"), Index(None, "kind", "period"))


# The newest month that the insurer has reported, in SQL: what everybody's cover is told by.
NEWEST_PERIOD = "(SELECT max(period) FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)"


class ImportLine(Base):
    """One row of a file as it came and as it was read, sealed; kept whole, whether it was taken or refused."""

    __tablename__ = "import_line"
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, comment="the spreadsheet's own number, header lines counted")
    rejected: Mapped[bool]
    nik_index: Mapped[bytes | None] = mapped_column(index=True)
    said: Mapped[bytes | None] = mapped_column(comment="keyed hash of what was read: equal where nothing differs")
    line: Mapped[bytes | None] = mapped_column(
        comment="sealed for the person, or of a refused row for nobody: import_line.line; emptied by age"
    )


class ImportProblem(Base):
    """One fault of one row, so that nothing is lost silently: what was found is sealed, the row may be refused."""

    __tablename__ = "import_problem"
    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), index=True)
    row: Mapped[int] = mapped_column(comment="the spreadsheet's own number, header lines counted")
    column: Mapped[str]
    code: Mapped[str]
    expected: Mapped[str]
    rejected: Mapped[bool]
    found: Mapped[bytes | None] = mapped_column(comment="sealed: import_problem.found")


class ToldHeading(Base):
    """What somebody told us that a heading means in one kind of file."""

    __tablename__ = "told_heading"
    kind: Mapped[str] = mapped_column(primary_key=True)
    spelling: Mapped[str] = mapped_column(primary_key=True, comment="the heading without case, blanks and signs")
    field: Mapped[str] = mapped_column(comment="our name of the column; empty for one of no use")
    told_at: Mapped[Moment]
    told_by: Mapped[str]


class PersonKey(Base):
    """The data key of one person, sealed; without it nothing that is sealed for the person can be read by anybody."""

    __tablename__ = "person_key"
    nik_index: Mapped[bytes] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(comment="sealed: person_key.wrapped; destroyed: null")
    made_at: Mapped[Moment]


class Worker(Base):
    """A person on the list, once, however many rows or files name them."""

    __tablename__ = "worker"
    id: Mapped[Id]
    nik: Mapped[bytes] = mapped_column(comment="sealed for the person: worker.nik")
    nik_index: Mapped[bytes] = mapped_column(unique=True)
    kpj: Mapped[bytes | None] = mapped_column(comment="sealed for the person: worker.kpj")
    kpj_index: Mapped[bytes | None] = mapped_column(index=True)
    kk: Mapped[bytes | None] = mapped_column(comment="sealed for the person: worker.kk")
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True, comment="normalised: titles off, upper case, words sorted")
    birth_date: Mapped[bytes | None] = mapped_column(comment="sealed for the person: worker.birth_date, ISO 8601")
    birth_year: Mapped[int | None] = mapped_column(SmallInteger, comment="of it, in clear: figures go by age")
    sex: Mapped[str | None] = mapped_column(comment="L | P")
    address: Mapped[bytes | None] = mapped_column(comment="sealed for the person: worker.address")
    said: Mapped[bytes | None] = mapped_column(comment="keyed hash of what the newest list says of the person")
    same_as: Mapped[int | None] = mapped_column(
        ForeignKey("worker.id"), comment="a person decided that it is this other one, listed under another NIK"
    )
    letter_issue: Mapped[int] = mapped_column(
        server_default=text("1"), comment="a new letter voids the codes before it"
    )
    help_issue: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("1"), comment="each use voids the one-time code for help by the RT head"
    )
    created_at: Mapped[Moment]
    erased_at: Mapped[Moment | None] = mapped_column(
        comment="whose data were destroyed on request; ids and figures stay"
    )
    __table_args__ = (
        Index("ix_worker_same_as", "same_as", postgresql_where=text("same_as IS NOT NULL")),
        # By how the words of a name are heard: see migration 0020.
        Index("ix_worker_sounds", text("name_sounds(name_key)"), postgresql_using="gin"),
    )


# Workers whom a person decided to be one, in SQL: each of them, and the number that all of them share. A common table
# expression; of a million workers these are few.
JOINED = """
joined AS (
    SELECT id, same_as AS person FROM worker WHERE same_as IS NOT NULL
    UNION SELECT same_as, same_as FROM worker WHERE same_as IS NOT NULL)"""


def all_of(worker: str) -> str:
    """The numbers of all workers who are this one person, in SQL: itself, and whom a person decided to be the same."""
    return f"""(
    SELECT they.id FROM worker me JOIN worker they
      ON they.id = ANY(ARRAY[me.id, me.same_as]) OR they.same_as = ANY(ARRAY[me.id, me.same_as])
    WHERE me.id = {worker})"""  # noqa: S608  # an expression of our own


# The blind indexes of every NIK by which a worker is listed, in SQL: of one to whom no other points, his own alone.
NIKS_OF_ONE = """(worker.nik_index || ARRAY(SELECT they.nik_index FROM worker they WHERE they.same_as = worker.id))"""


class PersonTraits(Base):
    """By what a worker may be found again under another NIK or name: see registry/traits.py. Keyed hashes.

    Derived from the rows of every list that ever named the person; without a foreign key, which would check each row
    a second time.
    """

    __tablename__ = "person_traits"
    worker_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    traits: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class PersonPair(Base):
    """Two workers who may be one person, found once; whether they are, only a person says."""

    __tablename__ = "person_pair"
    id: Mapped[Id]
    low: Mapped[int] = mapped_column(ForeignKey("worker.id"), comment="the one who was listed first")
    high: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger, comment="how much speaks for it; see registry/same_person.py")
    why: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="what is alike: name, birth date, phone, RT, NIK")
    found_at: Mapped[Moment]
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), index=True, comment="the version it came with")
    decision: Mapped[str | None] = mapped_column(comment="same | different")
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[str | None]
    note: Mapped[bytes | None] = mapped_column(comment="sealed: person_pair.note")
    taken_back_at: Mapped[Moment | None] = mapped_column(comment="the decision counts no longer, and is asked again")
    taken_back_by: Mapped[str | None]
    __table_args__ = (UniqueConstraint("low", "high"),)


class KnownName(Base):
    """A name that somebody bears beside another, as a person decided: lists may name the NIK by either."""

    __tablename__ = "known_name"
    nik_index: Mapped[bytes] = mapped_column(primary_key=True)
    name_key: Mapped[str] = mapped_column(primary_key=True, comment="as worker.name_key")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("file_import.id"), comment="the version that it let in")
    decided_at: Mapped[Moment]
    decided_by: Mapped[str]
    note: Mapped[bytes | None] = mapped_column(comment="sealed: known_name.note")


class Enrolment(Base):
    """One line of the roster: this worker's premium is the city's to pay from `paid_from` for `months` months."""

    __tablename__ = "enrolment"
    id: Mapped[Id]
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"), index=True)
    row: Mapped[int] = mapped_column(comment="the spreadsheet's own number in that file")
    kelurahan_code: Mapped[str | None] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str | None]
    rt: Mapped[str | None]
    occupation: Mapped[str | None]
    decile: Mapped[int | None] = mapped_column(SmallInteger)
    source: Mapped[str | None] = mapped_column(comment="who put the person forward")
    paid_from: Mapped[dt.date] = mapped_column(comment="first planned month")
    months: Mapped[int] = mapped_column(SmallInteger)
    earlier_from: Mapped[dt.date | None] = mapped_column(comment="the terms before the list it rests on, if any")
    earlier_months: Mapped[int | None] = mapped_column(SmallInteger)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    other_payer: Mapped[bool] = mapped_column(server_default=text("false"), comment="somebody else pays this KPJ too")
    removed_from: Mapped[dt.date | None] = mapped_column(comment="first month no longer paid, after a decision")
    created_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("worker_id", "import_id", "row"),
        # Holds whose lines they are, so that the people of a kelurahan are read from it alone.
        Index("ix_enrolment_place", "kelurahan_code", "rw", "rt", postgresql_include=["worker_id"]),
    )


class Payment(Base):
    """What the city paid for one NIK and month, as the treasury's file says; the NIK need not be on the roster."""

    __tablename__ = "payment"
    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"))
    period: Mapped[dt.date]
    row: Mapped[int]
    nik_index: Mapped[bytes]
    amount: Mapped[int] = mapped_column(comment="rupiah")
    paid_on: Mapped[dt.date | None]
    reference: Mapped[str | None] = mapped_column(comment="SP2D number")
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    __table_args__ = (UniqueConstraint("period", "nik_index"),)


class InsurerRecord(Base):
    """What BPJS Ketenagakerjaan returned for one NIK and month; absence from an imported month means not found."""

    __tablename__ = "insurer_record"
    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"))
    period: Mapped[dt.date]
    row: Mapped[int]
    nik_index: Mapped[bytes]
    kpj_index: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(comment="active | unpaid | inactive | unclear: its row was refused")
    member_since: Mapped[dt.date | None] = mapped_column(comment="TMT kepesertaan")
    paid_on: Mapped[dt.date | None]
    payment_code: Mapped[str | None]
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    __table_args__ = (UniqueConstraint("period", "nik_index"),)


class RtHead(Base):
    """Who heads an RT or an RW, from when; a post without a current holder is vacant."""

    __tablename__ = "rt_head"
    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("file_import.id"))
    kelurahan_code: Mapped[str] = mapped_column(ForeignKey("area.kelurahan_code"))
    rw: Mapped[str]
    rt: Mapped[str] = mapped_column(comment="empty: the head of the RW")
    name: Mapped[str]
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"), index=True)
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]
    announced: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="takes office on the day `since`, by the clock"
    )
    term_ends: Mapped[dt.date | None] = mapped_column(comment="by the list: on that day he leaves office by himself")
    letter_issue: Mapped[int] = mapped_column(server_default=text("1"))
    pin_hash: Mapped[str | None] = mapped_column(comment="argon2id of the PIN with a pepper; valid once activated")
    activated_at: Mapped[Moment | None] = mapped_column(comment="when the PIN was chosen and repeated")
    pin_tries: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("0"), comment="wrong codes and PINs in a row; five lock"
    )
    locked_at: Mapped[Moment | None] = mapped_column(comment="until the kelurahan resets it")
    rules_at: Mapped[Moment | None] = mapped_column(comment="when the rules were read")
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    __table_args__ = (
        Index(
            "uq_rt_head_current",
            "kelurahan_code",
            "rw",
            "rt",
            unique=True,
            postgresql_where=text("until IS NULL AND NOT announced"),
        ),
        Index(
            "uq_rt_head_announced",
            "kelurahan_code",
            "rw",
            "rt",
            unique=True,
            postgresql_where=text("until IS NULL AND announced"),
        ),
    )


class Phone(Base):
    """A number, which is a channel and not an identity: families share phones and numbers are recycled."""

    __tablename__ = "phone"
    id: Mapped[Id]
    number: Mapped[bytes] = mapped_column(comment="sealed: phone.number, E.164")
    number_index: Mapped[bytes] = mapped_column(unique=True)
    language: Mapped[str | None]
    noticed_at: Mapped[Moment | None] = mapped_column(comment="when the data notice was accepted")
    hop_minute: Mapped[Moment | None] = mapped_column(comment="the minute its last hop came in")
    hops: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), comment="hops in that minute")
    stopped_at: Mapped[Moment | None] = mapped_column(
        comment="STOP: no invitations, reminders or questions until MULAI"
    )
    refused_at: Mapped[Moment | None] = mapped_column(
        comment="the provider's no-texts list: no text at all until MULAI"
    )
    wish_at: Mapped[Moment | None] = mapped_column(
        comment="when STOP or MULAI was last written: an older one changes nothing"
    )
    created_at: Mapped[Moment]


class PhoneLink(Base):
    """This phone answers for this worker, until it says it does not."""

    __tablename__ = "phone_link"
    id: Mapped[Id]
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"))
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    how: Mapped[str] = mapped_column(comment="roster | code | case | same (of another worker who is this person)")
    linked_at: Mapped[Moment]
    unlinked_at: Mapped[Moment | None]
    unlinked_why: Mapped[str | None]
    __table_args__ = (
        Index(
            "uq_phone_link_current",
            "phone_id",
            "worker_id",
            unique=True,
            postgresql_where=text("unlinked_at IS NULL"),
        ),
    )
