"""The first schema, subject by subject; what each table is for, and why, stands in verify_service/ground/tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _registry()
    _accounts()
    _audit()
    _messages()
    _conversations()
    _verification()
    _tasks()
    _grievances()
    _decisions()


def _registry() -> None:
    """Places, files, the people on the list, their payments, RT heads and phones."""
    op.create_table(
        "area",
        sa.Column("kelurahan_code", sa.Text(), nullable=False),
        sa.Column("kelurahan", sa.Text(), nullable=False),
        sa.Column("kecamatan_code", sa.Text(), nullable=False),
        sa.Column("kecamatan", sa.Text(), nullable=False),
        sa.Column("bps_code", sa.Text(), comment="another code system: never compare with the Kemendagri code"),
        sa.PrimaryKeyConstraint("kelurahan_code", name="pk_area"),
    )
    op.create_table(
        "file_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="roster | payments | insurer | rt_heads"),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("period", sa.Date()),
        sa.Column("decree", sa.Text()),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column(
            "unmatched",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="NIKs that are not on the roster",
        ),
        sa.Column("report", postgresql.JSONB(), nullable=False, comment="counts by code; never values"),
        sa.PrimaryKeyConstraint("id", name="pk_file_import"),
        sa.UniqueConstraint(
            "kind", "sha256", "period", name="uq_file_import_kind_sha256_period", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("ix_file_import_kind_period", "file_import", ["kind", "period"])
    op.create_table(
        "phone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False, comment="sealed: phone.number, E.164"),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("noticed_at", sa.DateTime(timezone=True), comment="when the data notice was accepted"),
        sa.Column("hop_minute", sa.DateTime(timezone=True), comment="the minute its last hop came in"),
        sa.Column(
            "hops", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="hops in that minute"
        ),
        sa.Column(
            "stopped_at", sa.DateTime(timezone=True), comment="STOP: no invitations, reminders or questions until MULAI"
        ),
        sa.Column(
            "refused_at", sa.DateTime(timezone=True), comment="the provider's no-texts list: no text at all until MULAI"
        ),
        sa.Column(
            "wish_at",
            sa.DateTime(timezone=True),
            comment="when STOP or MULAI was last written: an older one changes nothing",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone"),
        sa.UniqueConstraint("number_index", name="uq_phone_number_index"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: worker.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("nik_last4", sa.Text(), nullable=False),
        sa.Column("kpj", sa.LargeBinary(), comment="sealed: worker.kpj"),
        sa.Column("kpj_index", sa.LargeBinary()),
        sa.Column("kk", sa.LargeBinary(), comment="sealed: worker.kk"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False, comment="normalised: titles off, upper case, words sorted"),
        sa.Column("birth_date", sa.Date()),
        sa.Column("sex", sa.Text(), comment="L | P"),
        sa.Column("address", sa.LargeBinary(), comment="sealed: worker.address"),
        sa.Column(
            "letter_issue",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="a new letter voids the codes before it",
        ),
        sa.Column(
            "help_issue",
            sa.SmallInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="each use voids the one-time code for help by the RT head",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
        sa.UniqueConstraint("nik_index", name="uq_worker_nik_index"),
    )
    op.create_index("ix_worker_kpj_index", "worker", ["kpj_index"])
    op.create_index("ix_worker_name_key", "worker", ["name_key"])
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="the spreadsheet's own number in that file"),
        sa.Column("kelurahan_code", sa.Text()),
        sa.Column("rw", sa.Text()),
        sa.Column("rt", sa.Text()),
        sa.Column("occupation", sa.Text()),
        sa.Column("decile", sa.SmallInteger()),
        sa.Column("source", sa.Text(), comment="who put the person forward"),
        sa.Column("paid_from", sa.Date(), nullable=False, comment="first planned month"),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "other_payer",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="somebody else pays this KPJ too",
        ),
        sa.Column("removed_from", sa.Date(), comment="first month no longer paid, after a decision"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_enrolment_import_id"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name="fk_enrolment_kelurahan_code"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_enrolment_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("worker_id", "import_id", "row", name="uq_enrolment_worker_id_import_id_row"),
    )
    op.create_index("ix_enrolment_import_id", "enrolment", ["import_id"])
    op.create_index("ix_enrolment_kelurahan_code_rw_rt", "enrolment", ["kelurahan_code", "rw", "rt"])
    op.create_index("ix_enrolment_worker_id", "enrolment", ["worker_id"])
    op.create_table(
        "import_problem",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="the spreadsheet's own number, header lines counted"),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("found", sa.LargeBinary(), comment="sealed: import_problem.found"),
        sa.Column("whole_row", sa.LargeBinary(), comment="sealed, for refused rows: import_problem.whole_row"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_import_problem_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_problem"),
    )
    op.create_index("ix_import_problem_import_id", "import_problem", ["import_id"])
    op.create_table(
        "insurer_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: insurer_record.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("kpj", sa.LargeBinary(), comment="sealed: insurer_record.kpj"),
        sa.Column("kpj_index", sa.LargeBinary()),
        sa.Column("status", sa.Text(), nullable=False, comment="active | unpaid | inactive"),
        sa.Column("member_since", sa.Date(), comment="TMT kepesertaan"),
        sa.Column("paid_on", sa.Date()),
        sa.Column("payment_code", sa.Text()),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_insurer_record_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_insurer_record"),
        sa.UniqueConstraint("period", "nik_index", name="uq_insurer_record_period_nik_index"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: payment.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="rupiah"),
        sa.Column("paid_on", sa.Date()),
        sa.Column("reference", sa.Text(), comment="SP2D number"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_payment_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("period", "nik_index", name="uq_payment_period_nik_index"),
    )
    op.create_table(
        "phone_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False, comment="roster | code | case"),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(timezone=True)),
        sa.Column("unlinked_why", sa.Text()),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_phone_link_phone_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_phone_link_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_link"),
    )
    op.create_index("ix_phone_link_worker_id", "phone_link", ["worker_id"])
    op.create_index(
        "uq_phone_link_current",
        "phone_link",
        ["phone_id", "worker_id"],
        unique=True,
        postgresql_where=sa.text("unlinked_at IS NULL"),
    )
    op.create_table(
        "rt_head",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("kelurahan_code", sa.Text(), nullable=False),
        sa.Column("rw", sa.Text(), nullable=False),
        sa.Column("rt", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_id", sa.BigInteger()),
        sa.Column("since", sa.Date()),
        sa.Column("until", sa.Date()),
        sa.Column("term_ends", sa.Date(), comment="by the list: on that day he leaves office by himself"),
        sa.Column("letter_issue", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("pin_hash", sa.Text(), comment="argon2id of the PIN with a pepper; valid once activated"),
        sa.Column("activated_at", sa.DateTime(timezone=True), comment="when the PIN was chosen and repeated"),
        sa.Column(
            "pin_tries",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="wrong codes and PINs in a row; five lock",
        ),
        sa.Column("locked_at", sa.DateTime(timezone=True), comment="until the kelurahan resets it"),
        sa.Column("rules_at", sa.DateTime(timezone=True), comment="when the rules were read"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name="fk_rt_head_import_id"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name="fk_rt_head_kelurahan_code"),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_rt_head_phone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rt_head"),
    )
    op.create_index("ix_rt_head_phone_id", "rt_head", ["phone_id"])
    op.create_index(
        "uq_rt_head_current",
        "rt_head",
        ["kelurahan_code", "rw", "rt"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )


def _accounts() -> None:
    """Officers, their sessions, and the keys of other systems."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False, comment="officer:ID | command line"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), comment="to the hour"),
        sa.Column("calls", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="in that hour"),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("key_hash", name="uq_api_key_key_hash"),
        sa.UniqueConstraint("name", name="uq_api_key_name"),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False, comment="lower case"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="officer | supervisor | kelurahan | admin | auditor"),
        sa.Column(
            "unit",
            sa.Text(),
            server_default=sa.text("'grievance'"),
            nullable=False,
            comment="a unit of the programme file",
        ),
        sa.Column("area", sa.Text(), comment="a kecamatan's or a kelurahan's code; none: the whole city"),
        sa.Column(
            "cleared",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="may see reports about money, harassment or conduct",
        ),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column(
            "password_set_at", sa.DateTime(timezone=True), comment="none: made up by somebody else, to be changed"
        ),
        sa.Column("totp_secret", sa.LargeBinary(), comment="sealed: officer.totp_secret"),
        sa.Column("totp_at", sa.DateTime(timezone=True), comment="when the second factor was confirmed"),
        sa.Column("totp_step", sa.BigInteger(), comment="the last code's time step: no code counts twice"),
        sa.Column("calendar_hash", sa.LargeBinary(), comment="of the token in the calendar's address"),
        sa.Column("language", sa.Text(), server_default=sa.text("'id'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
        sa.UniqueConstraint("calendar_hash", name="uq_officer_calendar_hash"),
        sa.UniqueConstraint("email", name="uq_officer_email"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_address_index_at", "sign_in_attempt", ["address_index", "at"])
    op.create_index("ix_sign_in_attempt_email_index_at", "sign_in_attempt", ["email_index", "at"])
    op.create_table(
        "officer_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name="fk_officer_session_officer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_officer_session"),
    )
    op.create_index("ix_officer_session_officer_id", "officer_session", ["officer_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_recovery_code_officer_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_officer_id", "recovery_code", ["officer_id"])


def _audit() -> None:
    """The trail."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor", sa.Text(), nullable=False, comment="officer:ID | phone:ID | api_key:ID | command line | clock"
        ),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_accounts", "audit", ["id"], postgresql_where=sa.text("left(object, 8) = 'officer:'"))
    op.create_index("ix_audit_object_at", "audit", ["object", "at"])


def _messages() -> None:
    """Texts that came and texts that go."""
    op.create_table(
        "delivery_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="normalised; unknown when the provider says something new"
        ),
        sa.Column("raw_status", sa.Text(), nullable=False),
        sa.Column("failure_reason", sa.Text()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_notice"),
        sa.UniqueConstraint(
            "gateway",
            "provider_id",
            "raw_status",
            name="uq_delivery_notice_gateway_provider_id_raw_status",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "fetch_cursor",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name="pk_fetch_cursor"),
    )
    op.create_table(
        "gateway_state",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="closed | open | half_open; closed is when texts flow"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="away since, or back since"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="the last thing that went wrong, in a word; nobody's data"
        ),
        sa.Column(
            "opened",
            sa.BigInteger(),
            nullable=False,
            comment="times it went away; a result of before counts for nothing after",
        ),
        sa.Column(
            "trial", sa.BigInteger(), nullable=False, comment="number of the last trial: its result alone counts"
        ),
        sa.Column("tries", sa.Integer(), nullable=False, comment="trials since it went away"),
        sa.Column("unknowns", sa.Integer(), nullable=False, comment="failures since then that perhaps sent a text"),
        sa.Column(
            "next_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the next trial; while one is under way, when it counts as lost",
        ),
        sa.PrimaryKeyConstraint("gateway", name="pk_gateway_state"),
    )
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.Column("sender", sa.LargeBinary(), comment="sealed: inbound_message.sender"),
        sa.Column("sender_index", sa.LargeBinary()),
        sa.Column("recipient", sa.Text()),
        sa.Column("body", sa.LargeBinary(), comment="sealed: inbound_message.body"),
        sa.Column("sent_at", sa.DateTime(timezone=True), comment="the provider's time"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.Column(
            "handled_as",
            sa.Text(),
            comment="answer | stop | start | keyword | report | thread | unclear | triage | copy | part | early | lost",
        ),
        sa.Column("conversation_id", sa.BigInteger(), comment="the question or talk it was heard in"),
        sa.Column("step", sa.Integer(), comment="which prompt of that conversation it answers"),
        sa.Column(
            "wish",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="STOP or MULAI and nothing else: handled before all that waits of its phone",
        ),
        sa.Column(
            "tries",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="failed tries at handling it",
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), comment="after a failed try: not before this"),
        sa.Column("body_hash", sa.LargeBinary(), comment="keyed: knows the same words again without reading them"),
        sa.Column("twin", sa.Text(), comment="the other id of the same text: called back and fetched"),
        sa.Column("twin_at", sa.DateTime(timezone=True), comment="the provider's time under that other id"),
        sa.Column("settled_at", sa.DateTime(timezone=True), comment="when an officer dealt with it"),
        sa.Column("settled_by", sa.Text(), comment="officer:ID"),
        sa.Column("quarantined", sa.Text(), comment="why it cannot be used"),
        sa.Column("raw", sa.LargeBinary(), comment="sealed, for quarantined ones: inbound_message.raw"),
        sa.CheckConstraint(
            "body IS NOT NULL OR settled_at IS NOT NULL"
            " OR (handled_at IS NOT NULL AND quarantined IS NULL AND handled_as IS DISTINCT FROM 'triage')",
            name=op.f("ck_inbound_message_emptied_once_handled"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_message"),
        sa.UniqueConstraint("gateway", "provider_id", name="uq_inbound_message_gateway_provider_id"),
    )
    op.create_index(
        "ix_inbound_for_officers",
        "inbound_message",
        ["id"],
        postgresql_where=sa.text("(handled_as = 'triage' OR quarantined IS NOT NULL) AND settled_at IS NULL"),
    )
    op.create_index("ix_inbound_message_sender_index", "inbound_message", ["sender_index"])
    op.create_index(
        "ix_inbound_of_a_talk",
        "inbound_message",
        ["conversation_id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.create_index(
        "ix_inbound_put_off",
        "inbound_message",
        ["due_at"],
        postgresql_where=sa.text("handled_at IS NULL AND quarantined IS NULL AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_inbound_waiting",
        "inbound_message",
        ["id"],
        postgresql_where=sa.text("handled_at IS NULL AND quarantined IS NULL"),
    )
    op.create_index(
        "ix_inbound_wishes",
        "inbound_message",
        ["id"],
        postgresql_where=sa.text("handled_at IS NULL AND quarantined IS NULL AND wish"),
    )
    op.create_table(
        "opt_out_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text()),
        sa.Column("phone", sa.LargeBinary(), comment="sealed: opt_out_notice.phone"),
        sa.Column("phone_index", sa.LargeBinary()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "times",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="how often it was repeated since received_at",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opt_out_notice"),
        sa.UniqueConstraint(
            "gateway",
            "phone_index",
            "sender_id",
            name="uq_opt_out_notice_gateway_phone_index_sender_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), comment="whom it is about: not sent once the phone is let go of them"),
        sa.Column("conversation_id", sa.BigInteger(), comment="of a prompt: what its answer goes to"),
        sa.Column("step", sa.Integer(), comment="which prompt of that conversation it is"),
        sa.Column("screen", sa.Text(), nullable=False, comment="the words it was made from"),
        sa.Column(
            "purpose",
            sa.Text(),
            nullable=False,
            comment="invitation | reminder | question | reply | case | warning | decision | code",
        ),
        sa.Column("body", sa.LargeBinary(), comment="sealed: outbox.body; emptied by retention"),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False, comment="keyed: the identical-message guard"),
        sa.Column("cause", sa.Text(), nullable=False, comment="message:17:reply, lapse:41:2026-10: one text a cause"),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'waiting'"),
            nullable=False,
            comment="waiting | sending | accepted | refused | failed | unknown | cancelled | stale",
        ),
        sa.Column("reason", sa.Text(), comment="why it is in that state, in a word; nobody's data"),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times a sender took it; a result counts for its own",
        ),
        sa.Column(
            "errors",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="times the gateway said later of this very text",
        ),
        sa.Column(
            "unknowns", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="times no answer came"
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="not before this"),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=False, comment="not after this"),
        sa.Column("lease_until", sa.DateTime(timezone=True), comment="while sending: when the sender counts as dead"),
        sa.Column("gateway", sa.Text()),
        sa.Column("provider_id", sa.Text()),
        sa.Column("cost", sa.Text()),
        sa.Column("parts", sa.SmallInteger()),
        sa.Column(
            "delivery",
            sa.Text(),
            comment="sent | buffered | absent | expired | failed | rejected | delivered; never proof that it was read",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), comment="when the gateway last answered for it"),
        sa.Column(
            "handed_at",
            sa.DateTime(timezone=True),
            comment="when it was first handed to the gateway, taken or perhaps; nobody has read it before",
        ),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_outbox_phone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("cause", name="uq_outbox_cause"),
    )
    op.create_index(
        "ix_outbox_answers",
        "outbox",
        ["due_at", "id"],
        postgresql_where=sa.text("state = 'waiting' AND purpose IN ('case', 'code', 'reply')"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due_at", "id"], postgresql_where=sa.text("state IN ('waiting', 'sending')")
    )
    op.create_index(
        "ix_outbox_ended", "outbox", ["created_at"], postgresql_where=sa.text("state IN ('failed', 'stale')")
    )
    op.create_index("ix_outbox_phone_id_created_at", "outbox", ["phone_id", "created_at"])
    op.create_index(
        "ix_outbox_prompts",
        "outbox",
        ["phone_id", "handed_at"],
        postgresql_where=sa.text("conversation_id IS NOT NULL AND handed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_outbox_provider",
        "outbox",
        ["gateway", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )


def _conversations() -> None:
    """Talks by call and by text."""
    op.create_table(
        "session_end",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("cost", sa.Text()),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("hops", sa.BigInteger()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "times", sa.BigInteger(), server_default=sa.text("1"), nullable=False, comment="how often it was reported"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_end"),
        sa.UniqueConstraint("gateway", "session", name="uq_session_end_gateway_session"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column(
            "session",
            sa.Text(),
            nullable=False,
            comment="the provider's session id; of a question by SMS what it is about",
        ),
        sa.Column(
            "channel",
            sa.Text(),
            server_default=sa.text("'ussd'"),
            nullable=False,
            comment="ussd | sms (a question) | talk (held by text)",
        ),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "heard_length",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="characters of the transcript",
        ),
        sa.Column(
            "heard_number",
            sa.Text(),
            comment="one more than the highest number of a hop, in digits: some networks count beyond any integer",
        ),
        sa.Column("heard_hash", sa.LargeBinary(), comment="keyed hash of the transcript heard so far"),
        sa.Column("hops", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("talk", sa.LargeBinary(), comment="sealed: conversation.talk; emptied when over"),
        sa.Column("screen", sa.LargeBinary(), comment="sealed: conversation.screen; the last answer, CON/END included"),
        sa.Column("resumes_id", sa.BigInteger(), comment="the dropped conversation it may continue"),
        sa.Column("worker_id", sa.BigInteger(), comment="who is answering, once chosen"),
        sa.Column("rt_head_id", sa.BigInteger(), comment="as head of which RT somebody speaks, once chosen"),
        sa.Column("pin_at", sa.DateTime(timezone=True), comment="when the RT head's PIN was right in this session"),
        sa.Column("receipt", sa.Text()),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column(
            "ended_how", sa.Text(), comment="said goodbye | continued elsewhere | started again | stopped | let go"
        ),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_conversation_phone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("gateway", "session", "phone_id", name="uq_conversation_gateway_session_phone_id"),
        sa.UniqueConstraint("receipt", name="uq_conversation_receipt"),
    )
    op.create_index("ix_conversation_phone_id_touched_at", "conversation", ["phone_id", "touched_at"])
    op.create_index(
        "uq_conversation_open_question",
        "conversation",
        ["phone_id"],
        unique=True,
        postgresql_where=sa.text("channel = 'sms' AND ended_at IS NULL"),
    )
    op.create_table(
        "link_try",
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_link_try_phone_id"),
        sa.PrimaryKeyConstraint("phone_id", "day", name="pk_link_try"),
    )


def _verification() -> None:
    """What was said, what it amounts to, and who must act."""
    op.create_table(
        "decision_row",
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("insurer", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("rt_head", sa.Text(), nullable=False),
        sa.Column("duplicate", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("at_risk", sa.Boolean(), nullable=False, comment="whether that month's premium may be lost"),
        sa.PrimaryKeyConstraint("list", "insurer", "worker", "rt_head", "duplicate", name="pk_decision_row"),
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rupiah", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_discrepancy"),
    )
    op.create_index("ix_discrepancy_closed_at_opened_at", "discrepancy", ["closed_at", "opened_at"])
    op.create_index(
        "uq_discrepancy_open",
        "discrepancy",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "stale_enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stale_enrolment"),
    )
    op.create_table(
        "verdict",
        sa.Column("enrolment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("insurer", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("rt_head", sa.Text(), nullable=False),
        sa.Column("duplicate", sa.Text(), nullable=False),
        sa.Column(
            "assisted",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="what the worker says was said with an RT head's help: counted apart",
        ),
        sa.Column(
            "paid_by",
            sa.Text(),
            nullable=False,
            comment="payments: a payment file of that month; plan: the roster's plan",
        ),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rupiah", sa.BigInteger(), nullable=False, comment="at risk that month"),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("enrolment_id", "period", name="pk_verdict"),
    )
    op.create_index("ix_verdict_period_verdict", "verdict", ["period", "verdict"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="worker | rt_head"),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("assisted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="ussd | sms"),
        sa.Column("phone_id", sa.BigInteger()),
        sa.Column("period", sa.Date(), comment="newest insurer month when it was said; none yet: null"),
        sa.Column("round_id", sa.BigInteger()),
        sa.Column(
            "inbound", sa.Text(), nullable=False, comment="the row it came from: conversation:ID:HOP or message:ID"
        ),
        sa.Column("screen", sa.Text(), comment="the question that was on the phone"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="first receipt of the answer"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_evidence_enrolment_id"),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_evidence_phone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_latest", "evidence", ["enrolment_id", "source", "received_at", "id"])
    op.create_index("ix_evidence_received", "evidence", ["received_at"], postgresql_using="brin")
    op.create_index("uq_evidence_inbound", "evidence", ["inbound", "enrolment_id", "source", "statement"], unique=True)


def _tasks() -> None:
    """What is to be done by a day."""
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="death_reported | own_family | rt_vacant | rt_head_locked | visit | check_answers",
        ),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="what it is about: enrolment:ID | rt_head:ID | worker:ID | SIGNAL:phone:ID",
        ),
        sa.Column("kelurahan_code", sa.Text()),
        sa.Column("rw", sa.Text()),
        sa.Column("rt", sa.Text()),
        sa.Column("enrolment_id", sa.BigInteger()),
        sa.Column("rt_head_id", sa.BigInteger()),
        sa.Column("reference", sa.Text(), comment="the number that people were given for it"),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="what a signal counted, and the evidence it knew; ids and counts only",
        ),
        sa.Column(
            "due_on", sa.Date(), nullable=False, comment="the day by which it must be done, as the city counts days"
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_how", sa.Text(), comment="confirmed | not so | done | withdrawn"),
        sa.Column("closed_by", sa.Text(), comment="officer:ID | phone:ID | command line"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_task_enrolment_id"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name="fk_task_kelurahan_code"),
        sa.ForeignKeyConstraint(["rt_head_id"], ["rt_head.id"], name="fk_task_rt_head_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_closed_at_due_on", "task", ["closed_at", "due_on"])
    op.create_index(
        "uq_task_open", "task", ["kind", "subject"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )


def _grievances() -> None:
    """Reports, and what other systems filed."""
    op.create_table(
        "reference",
        sa.Column("number", sa.Text(), nullable=False, comment="PREFIX-XXXXXC, the last character a check"),
        sa.Column("kind", sa.Text(), nullable=False, comment="grievance | proposal"),
        sa.PrimaryKeyConstraint("number", name="pk_reference"),
    )
    op.create_table(
        "grievance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False, comment="a category of the programme file"),
        sa.Column("urgency", sa.Text(), comment="accident | death"),
        sa.Column(
            "identity", sa.Text(), nullable=False, comment="normal | secret | anonymous; anonymous cannot be undone"
        ),
        sa.Column("about", sa.Text(), comment="rt_rw | officer: whose conduct it is about"),
        sa.Column("about_unit", sa.Text(), comment="the unit it is about, which does not see it"),
        sa.Column("restricted", sa.Boolean(), nullable=False, comment="only cleared accounts may see it"),
        sa.Column("contact", sa.Text(), comment="call | sms | none, once asked"),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'received'"),
            nullable=False,
            comment="a state of grievances/states.py",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
        sa.Column(
            "unit", sa.Text(), server_default=sa.text("'grievance'"), nullable=False, comment="the unit that owns it"
        ),
        sa.Column("assignee_id", sa.BigInteger()),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=False,
            comment="what it came from: report | cover | money | wrong_data | not_me | data",
        ),
        sa.Column("field", sa.Text(), comment="which of the data is said to be wrong, or what is asked of it"),
        sa.Column("words", sa.LargeBinary(), comment="sealed: grievance.words"),
        sa.Column("language", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False, comment="ussd | sms | call | counter | open311"),
        sa.Column("reporter", sa.LargeBinary(), comment="sealed: grievance.reporter; the name a caller gave"),
        sa.Column("phone_id", sa.BigInteger()),
        sa.Column("worker_id", sa.BigInteger()),
        sa.Column("kelurahan_code", sa.Text()),
        sa.Column("rw", sa.Text()),
        sa.Column("rt", sa.Text()),
        sa.Column("inbound", sa.LargeBinary(), nullable=False, comment="keyed hash of the row it came from"),
        sa.Column("once", sa.Text(), comment="while open, there is one of these"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="of an anonymous one only the day"),
        sa.Column("verify_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="by which it is answered, in working days of the city"),
        sa.Column("clock_from", sa.Date(), comment="the day the clock started, when it was reopened"),
        sa.Column("risk_on", sa.Date(), comment="from which four fifths of the time are used"),
        sa.Column("next_on", sa.Date(), comment="after this day it goes one rung up the ladder"),
        sa.Column("level", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="rungs it went up"),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column(
            "waiting_since", sa.DateTime(timezone=True), comment="while it waits for the citizen the clock stands"
        ),
        sa.Column("waiting_for", sa.Text(), comment="the named reason"),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("decision", sa.Text(), comment="a decision code of the programme file"),
        sa.Column("answer", sa.LargeBinary(), comment="sealed: grievance.answer; what the citizen is told"),
        sa.Column("asked_at", sa.DateTime(timezone=True), comment="when it was asked whether it is solved; once"),
        sa.Column("close_on", sa.Date(), comment="after this day an answer that nobody objects to closes it"),
        sa.Column("reopened", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="how often"),
        sa.Column("merged_into_id", sa.BigInteger()),
        sa.Column("referred_to", sa.Text(), comment="lapor | a body outside the programme"),
        sa.Column("external_number", sa.Text(), comment="its number there"),
        sa.Column("supervisor_at", sa.DateTime(timezone=True), comment="when the reporter asked for a supervisor"),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_how", sa.Text(), comment="solved, says the reporter | answered, nothing more heard"),
        sa.ForeignKeyConstraint(["assignee_id"], ["officer.id"], name="fk_grievance_assignee_id"),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name="fk_grievance_kelurahan_code"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["grievance.id"], name="fk_grievance_merged_into_id"),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name="fk_grievance_number"),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_grievance_phone_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_grievance_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grievance"),
        sa.UniqueConstraint("inbound", name="uq_grievance_inbound"),
        sa.UniqueConstraint("number", name="uq_grievance_number"),
    )
    op.create_index("ix_grievance_closed_at_due_on", "grievance", ["closed_at", "due_on"])
    op.create_index(
        "ix_grievance_desk", "grievance", ["assignee_id", "due_on"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_index("ix_grievance_kelurahan_code_rw_rt", "grievance", ["kelurahan_code", "rw", "rt"])
    op.create_index("ix_grievance_ladder", "grievance", ["next_on"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("ix_grievance_open", "grievance", ["due_on", "id"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("ix_grievance_opened_at_id", "grievance", ["opened_at", "id"])
    op.create_index("ix_grievance_phone_id_opened_at", "grievance", ["phone_id", "opened_at"])
    op.create_index(
        "ix_grievance_queue",
        "grievance",
        [
            sa.literal_column("(urgency IS NULL)"),
            sa.literal_column("(CASE WHEN state = 'waiting_citizen' THEN 'infinity'::date ELSE due_on END)"),
            "id",
        ],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_grievance_state",
        "grievance",
        ["state", "id"],
        postgresql_where=sa.text("closed_at IS NULL"),
        postgresql_include=(
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
        ),
    )
    op.create_index("ix_grievance_worker_id", "grievance", ["worker_id"])
    op.create_index(
        "uq_grievance_once", "grievance", ["once"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "knowledge_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger()),
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
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_knowledge_answer_phone_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_knowledge_answer_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_answer"),
        sa.UniqueConstraint("inbound", name="uq_knowledge_answer_inbound"),
    )
    op.create_index("ix_knowledge_answer_phone_id_answered_at", "knowledge_answer", ["phone_id", "answered_at"])
    op.create_index("ix_knowledge_answer_words_version", "knowledge_answer", ["words_version"])
    op.create_table(
        "number_try",
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_number_try_phone_id"),
        sa.PrimaryKeyConstraint("phone_id", "day", name="pk_number_try"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False, comment="the filters as the address of the page names them"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_saved_filter_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.UniqueConstraint("officer_id", "name", name="uq_saved_filter_officer_id_name"),
    )
    op.create_table(
        "api_filing",
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("once", sa.LargeBinary(), nullable=False, comment="keyed hash of the sender's Idempotency-Key"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="keyed hash of what was sent"),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_key.id"], name="fk_api_filing_api_key_id"),
        sa.ForeignKeyConstraint(
            ["grievance_id"], ["grievance.id"], name="fk_api_filing_grievance_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_key_id", "once", name="pk_api_filing"),
    )
    op.create_index("ix_api_filing_grievance_id", "api_filing", ["grievance_id"])
    op.create_table(
        "grievance_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="its place in the thread"),
        sa.Column("kind", sa.Text(), nullable=False, comment="a step of grievances/states.py, or what was said"),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes, ids and days only",
        ),
        sa.Column("by", sa.Text(), nullable=False, comment="reporter | somebody with the number | officer:ID | clock"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), comment="sealed: grievance_event.words"),
        sa.Column("inbound", sa.LargeBinary(), comment="keyed hash of the row it came from"),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name="fk_grievance_event_grievance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grievance_event"),
        sa.UniqueConstraint("grievance_id", "seq", name="uq_grievance_event_grievance_id_seq"),
        sa.UniqueConstraint("inbound", name="uq_grievance_event_inbound"),
    )
    op.create_table(
        "grievance_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grievance_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="at_risk | overdue | escalated | unverified"),
        sa.Column("cycle", sa.SmallInteger(), nullable=False, comment="how often it had been reopened"),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), comment="nobody: whoever supervises"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["grievance_id"], ["grievance.id"], name="fk_grievance_notice_grievance_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_grievance_notice_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_grievance_notice"),
        sa.UniqueConstraint(
            "grievance_id", "kind", "cycle", "level", name="uq_grievance_notice_grievance_id_kind_cycle_level"
        ),
    )
    op.create_index(
        "ix_grievance_notice_unseen",
        "grievance_notice",
        ["officer_id", "id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def _decisions() -> None:
    """Proposals, removals, and what officers decided of them."""
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
        sa.Column("kelurahan_code", sa.Text()),
        sa.Column("rw", sa.Text()),
        sa.Column("rt", sa.Text()),
        sa.Column(
            "member", sa.Text(), nullable=False, comment="no | employer | self | unsure: covered already, as they say"
        ),
        sa.Column("help_needed", sa.LargeBinary(), comment="sealed: proposal.help_needed; given freely, may be erased"),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'received'"),
            nullable=False,
            comment="received | asked | read (by a first reader) | accepted | refused",
        ),
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="rises at each step: two cannot overwrite",
        ),
        sa.Column("points", sa.SmallInteger(), comment="by the published priority; more comes first"),
        sa.Column("reason", sa.Text(), comment="reason code of the decision"),
        sa.Column("on_roster", sa.Boolean(), nullable=False, comment="the NIK was on the list already"),
        sa.Column("same_as_id", sa.BigInteger(), comment="proposed earlier by another"),
        sa.Column("rt_head_id", sa.BigInteger()),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("inbound", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name="fk_proposal_kelurahan_code"),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name="fk_proposal_number"),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name="fk_proposal_phone_id"),
        sa.ForeignKeyConstraint(["rt_head_id"], ["rt_head.id"], name="fk_proposal_rt_head_id"),
        sa.ForeignKeyConstraint(["same_as_id"], ["proposal.id"], name="fk_proposal_same_as_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("inbound", name="uq_proposal_inbound"),
        sa.UniqueConstraint("number", name="uq_proposal_number"),
    )
    op.create_index("ix_proposal_name_key", "proposal", ["name_key"])
    op.create_index("ix_proposal_nik_index", "proposal", ["nik_index"])
    op.create_index("ix_proposal_phone_id_opened_at", "proposal", ["phone_id", "opened_at"])
    op.create_index("ix_proposal_waiting", "proposal", ["state", "due_on"])
    op.create_index(
        "uq_proposal_of_phone",
        "proposal",
        ["phone_id", "nik_index"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
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
        sa.Column("note", sa.LargeBinary(), comment="sealed: removal.note"),
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
            "noticed_at", sa.DateTime(timezone=True), comment="when the second reader agreed and the worker was told"
        ),
        sa.Column("object_by", sa.Date(), comment="the last day for objecting"),
        sa.Column("objected_at", sa.DateTime(timezone=True)),
        sa.Column("objection_id", sa.BigInteger(), comment="the report that objects"),
        sa.Column("appealed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_removal_enrolment_id"),
        sa.ForeignKeyConstraint(["number"], ["reference.number"], name="fk_removal_number"),
        sa.ForeignKeyConstraint(["objection_id"], ["grievance.id"], name="fk_removal_objection_id"),
        sa.ForeignKeyConstraint(["opened_by_id"], ["officer.id"], name="fk_removal_opened_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_removal"),
        sa.UniqueConstraint("number", name="uq_removal_number"),
    )
    op.create_index("ix_removal_state_object_by", "removal", ["state", "object_by"])
    op.create_index(
        "uq_removal_open", "removal", ["enrolment_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("proposal_id", sa.BigInteger()),
        sa.Column("removal_id", sa.BigInteger()),
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
        sa.Column("note", sa.LargeBinary(), comment="sealed: decision.note"),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_decision_officer_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_decision_proposal_id"),
        sa.ForeignKeyConstraint(["removal_id"], ["removal.id"], name="fk_decision_removal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_proposal_id", "decision", ["proposal_id"])
    op.create_index("ix_decision_removal_id", "decision", ["removal_id"])


def downgrade() -> None:
    for table in (
        "decision",
        "removal",
        "proposal",
        "grievance_notice",
        "grievance_event",
        "api_filing",
        "saved_filter",
        "number_try",
        "knowledge_answer",
        "grievance",
        "reference",
        "task",
        "evidence",
        "verdict",
        "stale_enrolment",
        "discrepancy",
        "decision_row",
        "link_try",
        "conversation",
        "session_end",
        "outbox",
        "opt_out_notice",
        "inbound_message",
        "gateway_state",
        "fetch_cursor",
        "delivery_notice",
        "audit",
        "recovery_code",
        "officer_session",
        "sign_in_attempt",
        "officer",
        "api_key",
        "rt_head",
        "phone_link",
        "payment",
        "insurer_record",
        "import_problem",
        "enrolment",
        "worker",
        "phone",
        "file_import",
        "area",
    ):
        op.drop_table(table)
