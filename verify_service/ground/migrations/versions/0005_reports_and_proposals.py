"""Reports, proposals, answers on what the cover is for, and one-time codes for help by the RT head"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COMMENTS = (
    ("conversation", "channel", "ussd | sms", "ussd | sms (a question) | talk (held by text)"),
    (
        "inbound_message",
        "handled_as",
        "answer | stop | start | keyword | triage",
        "answer | stop | start | keyword | report | thread | unclear | triage",
    ),
)


def upgrade() -> None:
    op.create_table(
        "reference",
        sa.Column("number", sa.Text(), nullable=False, comment="PREFIX-XXXXXC, the last character a check"),
        sa.Column("kind", sa.Text(), nullable=False, comment="grievance | proposal"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reference")),
    )
    op.create_table(
        "grievance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False, comment="a category of the programme file"),
        sa.Column("urgency", sa.Text(), nullable=True, comment="accident | death"),
        sa.Column(
            "identity", sa.Text(), nullable=False, comment="normal | secret | anonymous; anonymous cannot be undone"
        ),
        sa.Column("about", sa.Text(), nullable=True, comment="rt_rw | officer: whose conduct it is about"),
        sa.Column("restricted", sa.Boolean(), nullable=False, comment="no account that is bound to an area may see it"),
        sa.Column("contact", sa.Text(), nullable=True, comment="call | sms | none, once asked"),
        sa.Column("state", sa.Text(), server_default=sa.text("'received'"), nullable=False),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=False,
            comment="what it came from: report | cover | money | wrong_data | not_me | data",
        ),
        sa.Column(
            "field", sa.Text(), nullable=True, comment="which of the data is said to be wrong, or what is asked of it"
        ),
        sa.Column("words", sa.LargeBinary(), nullable=True, comment="sealed: grievance.words"),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False, comment="ussd | sms | console"),
        sa.Column("phone_id", sa.BigInteger(), nullable=True),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column("kelurahan_code", sa.Text(), nullable=True),
        sa.Column("rw", sa.Text(), nullable=True),
        sa.Column("rt", sa.Text(), nullable=True),
        sa.Column("inbound", sa.LargeBinary(), nullable=False, comment="keyed hash of the row it came from"),
        sa.Column("once", sa.Text(), nullable=True, comment="while open, there is one of these"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="of an anonymous one only the day"),
        sa.Column("verify_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="by which it is answered, in working days of the city"),
        sa.Column(
            "supervisor_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the reporter asked for a supervisor",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True, comment="solved, says the reporter"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_grievance_kelurahan_code")),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name=op.f("fk_grievance_number")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_grievance_phone_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_grievance_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance")),
        sa.UniqueConstraint("inbound", name=op.f("uq_grievance_inbound")),
        sa.UniqueConstraint("number", name=op.f("uq_grievance_number")),
    )
    op.create_index(op.f("ix_grievance_closed_at_due_on"), "grievance", ["closed_at", "due_on"], unique=False)
    op.create_index(op.f("ix_grievance_phone_id_opened_at"), "grievance", ["phone_id", "opened_at"], unique=False)
    op.create_index(op.f("ix_grievance_worker_id"), "grievance", ["worker_id"], unique=False)
    op.create_index(
        "uq_grievance_once", "grievance", ["once"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "knowledge_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column(
            "again", sa.Boolean(), nullable=False, comment="asked a second time, 30 days or more after the first"
        ),
        sa.Column("words_version", sa.Text(), nullable=False, comment="which words of the benefits were in force"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("inbound", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_knowledge_answer_phone_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_knowledge_answer_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_answer")),
        sa.UniqueConstraint("inbound", name=op.f("uq_knowledge_answer_inbound")),
    )
    op.create_index(
        op.f("ix_knowledge_answer_phone_id_answered_at"), "knowledge_answer", ["phone_id", "answered_at"], unique=False
    )
    op.create_index(op.f("ix_knowledge_answer_words_version"), "knowledge_answer", ["words_version"], unique=False)
    op.create_table(
        "number_try",
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_number_try_phone_id")),
        sa.PrimaryKeyConstraint("phone_id", "day", name=op.f("pk_number_try")),
    )
    op.create_table(
        "grievance_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="received | added | still | solved | supervisor | repeated"
        ),
        sa.Column("by", sa.Text(), nullable=False, comment="reporter | somebody with the number | officer:ID | clock"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True, comment="sealed: grievance_event.words"),
        sa.Column("inbound", sa.LargeBinary(), nullable=True, comment="keyed hash of the row it came from"),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name=op.f("fk_grievance_event_grievance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance_event")),
        sa.UniqueConstraint("inbound", name=op.f("uq_grievance_event_inbound")),
    )
    op.create_index(op.f("ix_grievance_event_grievance_id"), "grievance_event", ["grievance_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("proposer", sa.Text(), nullable=False, comment="self | neighbour | rt_head"),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: proposal.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("nik_last4", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("kelurahan_code", sa.Text(), nullable=True),
        sa.Column("rw", sa.Text(), nullable=True),
        sa.Column("rt", sa.Text(), nullable=True),
        sa.Column(
            "member", sa.Text(), nullable=False, comment="no | employer | self | unsure: covered already, as they say"
        ),
        sa.Column(
            "help_needed",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: proposal.help_needed; given freely, may be erased",
        ),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'received'"),
            nullable=False,
            comment="received | accepted | refused",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="reason code of the decision"),
        sa.Column("on_roster", sa.Boolean(), nullable=False, comment="the NIK was on the list already"),
        sa.Column("same_as_id", sa.BigInteger(), nullable=True, comment="proposed earlier by another"),
        sa.Column("rt_head_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("inbound", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_proposal_kelurahan_code")),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name=op.f("fk_proposal_number")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_proposal_phone_id")),
        sa.ForeignKeyConstraint(["rt_head_id"], ["rt_head.id"], name=op.f("fk_proposal_rt_head_id")),
        sa.ForeignKeyConstraint(["same_as_id"], ["proposal.id"], name=op.f("fk_proposal_same_as_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("inbound", name=op.f("uq_proposal_inbound")),
        sa.UniqueConstraint("number", name=op.f("uq_proposal_number")),
    )
    op.create_index(op.f("ix_proposal_name_key"), "proposal", ["name_key"], unique=False)
    op.create_index(op.f("ix_proposal_nik_index"), "proposal", ["nik_index"], unique=False)
    op.create_index(op.f("ix_proposal_phone_id_opened_at"), "proposal", ["phone_id", "opened_at"], unique=False)
    op.create_index("ix_proposal_waiting", "proposal", ["state", "due_on"], unique=False)
    op.create_index(
        "uq_proposal_of_phone",
        "proposal",
        ["phone_id", "nik_index"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.add_column(
        "worker",
        sa.Column(
            "help_issue",
            sa.SmallInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="each use voids the one-time code for help by the RT head",
        ),
    )
    for table, column, _, new in _COMMENTS:
        op.alter_column(table, column, comment=new)


def downgrade() -> None:
    for table, column, old, _ in _COMMENTS:
        op.alter_column(table, column, comment=old)
    op.drop_column("worker", "help_issue")
    op.drop_index("uq_proposal_of_phone", table_name="proposal", postgresql_where=sa.text("decided_at IS NULL"))
    op.drop_index("ix_proposal_waiting", table_name="proposal")
    op.drop_index(op.f("ix_proposal_phone_id_opened_at"), table_name="proposal")
    op.drop_index(op.f("ix_proposal_nik_index"), table_name="proposal")
    op.drop_index(op.f("ix_proposal_name_key"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_grievance_event_grievance_id"), table_name="grievance_event")
    op.drop_table("grievance_event")
    op.drop_table("number_try")
    op.drop_index(op.f("ix_knowledge_answer_words_version"), table_name="knowledge_answer")
    op.drop_index(op.f("ix_knowledge_answer_phone_id_answered_at"), table_name="knowledge_answer")
    op.drop_table("knowledge_answer")
    op.drop_index("uq_grievance_once", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_grievance_worker_id"), table_name="grievance")
    op.drop_index(op.f("ix_grievance_phone_id_opened_at"), table_name="grievance")
    op.drop_index(op.f("ix_grievance_closed_at_due_on"), table_name="grievance")
    op.drop_table("grievance")
    op.drop_table("reference")
