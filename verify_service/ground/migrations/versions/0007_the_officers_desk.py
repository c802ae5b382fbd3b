"""The officer's desk: clock, assignment and answer of a report, decisions on the list, second factors, other systems"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="to the hour"),
        sa.Column("calls", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="in that hour"),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
    )
    op.create_table(
        "api_filing",
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("once", sa.LargeBinary(), nullable=False, comment="keyed hash of the sender's Idempotency-Key"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="keyed hash of what was sent"),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name=op.f("fk_api_filing_api_key_id")),
        sa.ForeignKeyConstraint(
            ["grievance_id"], ["grievance.id"], name=op.f("fk_api_filing_grievance_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_key_id", "once", name=op.f("pk_api_filing")),
    )
    op.create_index(op.f("ix_api_filing_grievance_id"), "api_filing", ["grievance_id"], unique=False)
    op.alter_column(
        "audit",
        "actor",
        existing_type=sa.TEXT(),
        comment="officer:ID | phone:ID | api_key:ID | command line | clock",
        existing_comment="officer:ID | phone:ID | command line | clock",
        existing_nullable=False,
    )
    op.create_index(
        "ix_audit_accounts", "audit", ["id"], unique=False, postgresql_where=sa.text("left(object, 8) = 'officer:'")
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_recovery_code_officer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_officer_id"), "recovery_code", ["officer_id"], unique=False)
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False, comment="the filters as the address of the page names them"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_saved_filter_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("officer_id", "name", name=op.f("uq_saved_filter_officer_id_name")),
    )
    op.create_table(
        "grievance_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="at_risk | overdue | escalated | unverified"),
        sa.Column("cycle", sa.SmallInteger(), nullable=False, comment="how often it had been reopened"),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True, comment="nobody: whoever supervises"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name=op.f("fk_grievance_notice_grievance_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_grievance_notice_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance_notice")),
        sa.UniqueConstraint(
            "grievance_id", "kind", "cycle", "level", name=op.f("uq_grievance_notice_grievance_id_kind_cycle_level")
        ),
    )
    op.create_index(
        "ix_grievance_notice_unseen",
        "grievance_notice",
        ["officer_id", "id"],
        unique=False,
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="a reason code of the programme file"),
        sa.Column(
            "evidence", postgresql.JSONB(), nullable=False, comment="ids of the evidence and the verdict it rests on"
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True, comment="sealed: removal.note"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="proposed | noticed | objected | kept | upheld | appealed | removed | withdrawn",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
        sa.Column("from_month", sa.Date(), nullable=False, comment="the first month no longer paid"),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "noticed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the second reader agreed and the worker was told",
        ),
        sa.Column("object_by", sa.Date(), nullable=True, comment="the last day for objecting"),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection_id", sa.BigInteger(), nullable=True, comment="the report that objects"),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_removal_enrolment_id")),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name=op.f("fk_removal_number")),
        sa.ForeignKeyConstraint(["objection_id"], ["grievance.id"], name=op.f("fk_removal_objection_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["officer.id"], name=op.f("fk_removal_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
        sa.UniqueConstraint("number", name=op.f("uq_removal_number")),
    )
    op.create_index(op.f("ix_removal_state_object_by"), "removal", ["state", "object_by"], unique=False)
    op.create_index(
        "uq_removal_open", "removal", ["enrolment_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=True),
        sa.Column("removal_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "step",
            sa.Text(),
            nullable=False,
            comment="first | second | question | answer | notice | objection | appeal",
        ),
        sa.Column(
            "says",
            sa.Text(),
            nullable=False,
            comment="accept | refuse | ask | heard | agree | disagree | told | objects | uphold | keep | withdraw",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="a reason code of the programme file"),
        sa.Column("note", sa.LargeBinary(), nullable=True, comment="sealed: decision.note"),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_decision_officer_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_decision_proposal_id")),
        sa.ForeignKeyConstraint(["removal_id"], ["removal.id"], name=op.f("fk_decision_removal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_proposal_id"), "decision", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_decision_removal_id"), "decision", ["removal_id"], unique=False)
    op.add_column(
        "grievance",
        sa.Column("about_unit", sa.Text(), nullable=True, comment="the unit it is about, which does not see it"),
    )
    op.add_column(
        "grievance",
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
    )
    op.add_column(
        "grievance",
        sa.Column(
            "unit", sa.Text(), server_default=sa.text("'grievance'"), nullable=False, comment="the unit that owns it"
        ),
    )
    op.add_column("grievance", sa.Column("assignee_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "grievance",
        sa.Column(
            "reporter", sa.LargeBinary(), nullable=True, comment="sealed: grievance.reporter; the name a caller gave"
        ),
    )
    op.add_column(
        "grievance",
        sa.Column("clock_from", sa.Date(), nullable=True, comment="the day the clock started, when it was reopened"),
    )
    op.add_column(
        "grievance",
        sa.Column("risk_on", sa.Date(), nullable=True, comment="from which four fifths of the time are used"),
    )
    op.add_column(
        "grievance",
        sa.Column("next_on", sa.Date(), nullable=True, comment="after this day it goes one rung up the ladder"),
    )
    op.add_column(
        "grievance",
        sa.Column("level", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="rungs it went up"),
    )
    op.add_column("grievance", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "grievance",
        sa.Column(
            "waiting_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="while it waits for the citizen the clock stands",
        ),
    )
    op.add_column("grievance", sa.Column("waiting_for", sa.Text(), nullable=True, comment="the named reason"))
    op.add_column("grievance", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "grievance", sa.Column("decision", sa.Text(), nullable=True, comment="a decision code of the programme file")
    )
    op.add_column(
        "grievance",
        sa.Column(
            "answer", sa.LargeBinary(), nullable=True, comment="sealed: grievance.answer; what the citizen is told"
        ),
    )
    op.add_column(
        "grievance",
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was asked whether it is solved; once",
        ),
    )
    op.add_column(
        "grievance",
        sa.Column(
            "close_on", sa.Date(), nullable=True, comment="after this day an answer that nobody objects to closes it"
        ),
    )
    op.add_column(
        "grievance",
        sa.Column("reopened", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="how often"),
    )
    op.add_column("grievance", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "grievance", sa.Column("referred_to", sa.Text(), nullable=True, comment="lapor | a body outside the programme")
    )
    op.add_column("grievance", sa.Column("external_number", sa.Text(), nullable=True, comment="its number there"))
    op.alter_column(
        "grievance",
        "restricted",
        existing_type=sa.BOOLEAN(),
        comment="only cleared accounts may see it",
        existing_comment="no account that is bound to an area may see it",
        existing_nullable=False,
    )
    op.alter_column(
        "grievance",
        "state",
        existing_type=sa.TEXT(),
        comment="a state of grievances/life.py",
        existing_nullable=False,
        existing_server_default=sa.text("'received'::text"),
    )
    op.alter_column(
        "grievance",
        "channel",
        existing_type=sa.TEXT(),
        comment="ussd | sms | call | counter | open311",
        existing_comment="ussd | sms | console",
        existing_nullable=False,
    )
    op.alter_column(
        "grievance",
        "closed_how",
        existing_type=sa.TEXT(),
        comment="solved, says the reporter | answered, nothing more heard",
        existing_comment="solved, says the reporter",
        existing_nullable=True,
    )
    op.create_index(
        "ix_grievance_desk",
        "grievance",
        ["assignee_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_grievance_kelurahan_code_rw_rt"), "grievance", ["kelurahan_code", "rw", "rt"], unique=False
    )
    op.create_index(
        "ix_grievance_ladder", "grievance", ["next_on"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index(
        "ix_grievance_queue",
        "grievance",
        [
            sa.text("(urgency IS NULL)"),
            sa.text("(CASE WHEN state = 'waiting_citizen' THEN 'infinity'::date ELSE due_on END)"),
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_grievance_state",
        "grievance",
        ["state", "id"],
        unique=False,
        postgresql_include=[
            "urgency",
            "due_on",
            "risk_on",
            "assignee_id",
            "identity",
            "restricted",
            "about",
            "about_unit",
            "unit",
            "kelurahan_code",
            "category",
            "channel",
            "reopened",
            "supervisor_at",
            "closed_at",
        ],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_grievance_opened_at_id"), "grievance", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_grievance_open", "grievance", ["due_on", "id"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_foreign_key(op.f("fk_grievance_assignee_id"), "grievance", "officer", ["assignee_id"], ["id"])
    op.create_foreign_key(op.f("fk_grievance_merged_into_id"), "grievance", "grievance", ["merged_into_id"], ["id"])
    op.add_column(
        "grievance_event", sa.Column("seq", sa.BigInteger(), nullable=True, comment="its place in the thread")
    )
    op.execute(
        """UPDATE grievance_event SET seq = placed.seq
           FROM (SELECT id, row_number() OVER (PARTITION BY grievance_id ORDER BY id) AS seq
                 FROM grievance_event) AS placed
           WHERE placed.id = grievance_event.id"""
    )
    op.alter_column("grievance_event", "seq", nullable=False)
    # An anonymous report gets an id by chance; one in order would tell between which others it came.
    op.execute("ALTER TABLE grievance ALTER COLUMN id SET GENERATED BY DEFAULT")
    op.execute("ALTER TABLE grievance_event ALTER COLUMN id SET GENERATED BY DEFAULT")
    # What is open already is due when it was; who owns it is for the officers who read every report to say.
    op.execute("UPDATE grievance SET next_on = due_on, risk_on = verify_by WHERE closed_at IS NULL")
    op.add_column(
        "grievance_event",
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes, ids and days only",
        ),
    )
    op.alter_column(
        "grievance_event",
        "kind",
        existing_type=sa.TEXT(),
        comment="a step of grievances/life.py, or what was said",
        existing_comment="received | added | still | solved | supervisor | repeated",
        existing_nullable=False,
    )
    op.drop_index(op.f("ix_grievance_event_grievance_id"), table_name="grievance_event")
    op.create_unique_constraint(op.f("uq_grievance_event_grievance_id_seq"), "grievance_event", ["grievance_id", "seq"])
    op.add_column(
        "officer",
        sa.Column(
            "unit",
            sa.Text(),
            server_default=sa.text("'grievance'"),
            nullable=False,
            comment="a unit of the programme file",
        ),
    )
    op.add_column(
        "officer",
        sa.Column(
            "area", sa.Text(), nullable=True, comment="a kecamatan's or a kelurahan's code; none: the whole city"
        ),
    )
    op.add_column(
        "officer",
        sa.Column(
            "cleared",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="may see reports about money, harassment or conduct",
        ),
    )
    op.add_column(
        "officer",
        sa.Column(
            "password_set_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="none: made up by somebody else, to be changed",
        ),
    )
    # Whoever signs in already keeps the password he has: who chose it is not known of any.
    op.execute("UPDATE officer SET password_set_at = created_at")
    op.add_column(
        "officer", sa.Column("totp_secret", sa.LargeBinary(), nullable=True, comment="sealed: officer.totp_secret")
    )
    op.add_column(
        "officer",
        sa.Column("totp_at", sa.DateTime(timezone=True), nullable=True, comment="when the second factor was confirmed"),
    )
    op.add_column(
        "officer",
        sa.Column(
            "totp_step", sa.BigInteger(), nullable=True, comment="the last code's time step: no code counts twice"
        ),
    )
    op.add_column(
        "officer",
        sa.Column("calendar_hash", sa.LargeBinary(), nullable=True, comment="of the token in the calendar's address"),
    )
    op.create_unique_constraint(op.f("uq_officer_calendar_hash"), "officer", ["calendar_hash"])
    op.add_column(
        "proposal",
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
    )
    op.add_column(
        "proposal",
        sa.Column("points", sa.SmallInteger(), nullable=True, comment="by the published priority; more comes first"),
    )
    op.alter_column(
        "proposal",
        "state",
        existing_type=sa.TEXT(),
        comment="received | asked | read (by a first reader) | accepted | refused",
        existing_comment="received | accepted | refused",
        existing_nullable=False,
        existing_server_default=sa.text("'received'::text"),
    )


def downgrade() -> None:
    op.alter_column(
        "proposal",
        "state",
        existing_type=sa.TEXT(),
        comment="received | accepted | refused",
        existing_comment="received | asked | read (by a first reader) | accepted | refused",
        existing_nullable=False,
        existing_server_default=sa.text("'received'::text"),
    )
    op.drop_column("proposal", "points")
    op.drop_column("proposal", "version")
    op.drop_constraint(op.f("uq_officer_calendar_hash"), "officer", type_="unique")
    op.drop_column("officer", "calendar_hash")
    op.drop_column("officer", "totp_step")
    op.drop_column("officer", "totp_at")
    op.drop_column("officer", "totp_secret")
    op.drop_column("officer", "password_set_at")
    op.drop_column("officer", "cleared")
    op.drop_column("officer", "area")
    op.drop_column("officer", "unit")
    op.drop_constraint(op.f("uq_grievance_event_grievance_id_seq"), "grievance_event", type_="unique")
    op.create_index(op.f("ix_grievance_event_grievance_id"), "grievance_event", ["grievance_id"], unique=False)
    op.alter_column(
        "grievance_event",
        "kind",
        existing_type=sa.TEXT(),
        comment="received | added | still | solved | supervisor | repeated",
        existing_comment="a step of grievances/life.py, or what was said",
        existing_nullable=False,
    )
    op.drop_column("grievance_event", "detail")
    op.drop_column("grievance_event", "seq")
    op.drop_constraint(op.f("fk_grievance_merged_into_id"), "grievance", type_="foreignkey")
    op.drop_constraint(op.f("fk_grievance_assignee_id"), "grievance", type_="foreignkey")
    op.drop_index("ix_grievance_state", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_grievance_opened_at_id"), table_name="grievance")
    op.drop_index("ix_grievance_queue", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_grievance_open", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_grievance_ladder", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_grievance_kelurahan_code_rw_rt"), table_name="grievance")
    op.drop_index("ix_grievance_desk", table_name="grievance", postgresql_where=sa.text("closed_at IS NULL"))
    op.alter_column(
        "grievance",
        "closed_how",
        existing_type=sa.TEXT(),
        comment="solved, says the reporter",
        existing_comment="solved, says the reporter | answered, nothing more heard",
        existing_nullable=True,
    )
    op.alter_column(
        "grievance",
        "channel",
        existing_type=sa.TEXT(),
        comment="ussd | sms | console",
        existing_comment="ussd | sms | call | counter | open311",
        existing_nullable=False,
    )
    op.alter_column(
        "grievance",
        "state",
        existing_type=sa.TEXT(),
        comment=None,
        existing_comment="a state of grievances/life.py",
        existing_nullable=False,
        existing_server_default=sa.text("'received'::text"),
    )
    op.alter_column(
        "grievance",
        "restricted",
        existing_type=sa.BOOLEAN(),
        comment="no account that is bound to an area may see it",
        existing_comment="only cleared accounts may see it",
        existing_nullable=False,
    )
    op.drop_column("grievance", "external_number")
    op.drop_column("grievance", "referred_to")
    op.drop_column("grievance", "merged_into_id")
    op.drop_column("grievance", "reopened")
    op.drop_column("grievance", "close_on")
    op.drop_column("grievance", "asked_at")
    op.drop_column("grievance", "answer")
    op.drop_column("grievance", "decision")
    op.drop_column("grievance", "answered_at")
    op.drop_column("grievance", "waiting_for")
    op.drop_column("grievance", "waiting_since")
    op.drop_column("grievance", "verified_at")
    op.drop_column("grievance", "level")
    op.drop_column("grievance", "next_on")
    op.drop_column("grievance", "risk_on")
    op.drop_column("grievance", "clock_from")
    op.drop_column("grievance", "reporter")
    op.drop_column("grievance", "assignee_id")
    op.drop_column("grievance", "unit")
    op.drop_column("grievance", "version")
    op.drop_column("grievance", "about_unit")
    op.drop_index(op.f("ix_decision_removal_id"), table_name="decision")
    op.drop_index(op.f("ix_decision_proposal_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_index("uq_removal_open", table_name="removal", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_removal_state_object_by"), table_name="removal")
    op.drop_table("removal")
    op.drop_index(
        "ix_grievance_notice_unseen", table_name="grievance_notice", postgresql_where=sa.text("seen_at IS NULL")
    )
    op.drop_table("grievance_notice")
    op.drop_table("saved_filter")
    op.drop_index(op.f("ix_recovery_code_officer_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index("ix_audit_accounts", table_name="audit")
    op.alter_column(
        "audit",
        "actor",
        existing_type=sa.TEXT(),
        comment="officer:ID | phone:ID | command line | clock",
        existing_comment="officer:ID | phone:ID | api_key:ID | command line | clock",
        existing_nullable=False,
    )
    op.drop_index(op.f("ix_api_filing_grievance_id"), table_name="api_filing")
    op.drop_table("api_filing")
    op.drop_table("api_key")
    op.execute("ALTER TABLE grievance_event ALTER COLUMN id SET GENERATED ALWAYS")
    op.execute("ALTER TABLE grievance ALTER COLUMN id SET GENERATED ALWAYS")
