"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("kelurahan_code", sa.Text(), nullable=False),
        sa.Column("kelurahan", sa.Text(), nullable=False),
        sa.Column("kecamatan_code", sa.Text(), nullable=False),
        sa.Column("kecamatan", sa.Text(), nullable=False),
        sa.Column(
            "bps_code", sa.Text(), nullable=True, comment="another code system: never compare with the Kemendagri code"
        ),
        sa.PrimaryKeyConstraint("kelurahan_code", name=op.f("pk_area")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="officer:ID | phone:ID | command line | clock"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_object_at"), "audit", ["object", "at"], unique=False)
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
        sa.PrimaryKeyConstraint("list", "insurer", "worker", "rt_head", "duplicate", name=op.f("pk_decision_row")),
    )
    op.create_table(
        "delivery_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="normalised; unknown when the provider says something new"
        ),
        sa.Column("raw_status", sa.Text(), nullable=False),
        sa.Column("failure_reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_notice")),
        sa.UniqueConstraint(
            "gateway",
            "provider_id",
            "raw_status",
            name=op.f("uq_delivery_notice_gateway_provider_id_raw_status"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "file_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="roster | payments | insurer | rt_heads"),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("period", sa.Date(), nullable=True),
        sa.Column("decree", sa.Text(), nullable=True),
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
        sa.Column(
            "report", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="counts by code; never values"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
        sa.UniqueConstraint(
            "kind",
            "sha256",
            "period",
            name=op.f("uq_file_import_kind_sha256_period"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_file_import_kind_period"), "file_import", ["kind", "period"], unique=False)
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.LargeBinary(), nullable=True, comment="sealed: inbound_message.sender"),
        sa.Column("sender_index", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="sealed: inbound_message.body"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="the provider's time"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantined", sa.Text(), nullable=True, comment="why it cannot be used"),
        sa.Column("raw", sa.LargeBinary(), nullable=True, comment="sealed, for quarantined ones: inbound_message.raw"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint("gateway", "provider_id", name=op.f("uq_inbound_message_gateway_provider_id")),
    )
    op.create_index(op.f("ix_inbound_message_sender_index"), "inbound_message", ["sender_index"], unique=False)
    op.create_index(
        "ix_inbound_waiting",
        "inbound_message",
        ["id"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL AND quarantined IS NULL"),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False, comment="lower case"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="officer | supervisor | kelurahan | admin | auditor"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column("language", sa.Text(), server_default=sa.text("'id'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("email", name=op.f("uq_officer_email")),
    )
    op.create_table(
        "opt_out_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True, comment="sealed: opt_out_notice.phone"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out_notice")),
        sa.UniqueConstraint(
            "gateway",
            "phone_index",
            "sender_id",
            name=op.f("uq_opt_out_notice_gateway_phone_index_sender_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "phone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False, comment="sealed: phone.number, E.164"),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True, comment="when the data notice was accepted"),
        sa.Column("hop_minute", sa.DateTime(timezone=True), nullable=True, comment="the minute its last hop came in"),
        sa.Column(
            "hops", sa.SmallInteger(), server_default=sa.text("0"), nullable=False, comment="hops in that minute"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("number_index", name=op.f("uq_phone_number_index")),
    )
    op.create_table(
        "session_end",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("cost", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("hops", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "times", sa.BigInteger(), server_default=sa.text("1"), nullable=False, comment="how often it was reported"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_end")),
        sa.UniqueConstraint("gateway", "session", name=op.f("uq_session_end_gateway_session")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_address_index_at"), "sign_in_attempt", ["address_index", "at"], unique=False
    )
    op.create_index(op.f("ix_sign_in_attempt_email_index_at"), "sign_in_attempt", ["email_index", "at"], unique=False)
    op.create_table(
        "stale_enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_enrolment")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: worker.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("nik_last4", sa.Text(), nullable=False),
        sa.Column("kpj", sa.LargeBinary(), nullable=True, comment="sealed: worker.kpj"),
        sa.Column("kpj_index", sa.LargeBinary(), nullable=True),
        sa.Column("kk", sa.LargeBinary(), nullable=True, comment="sealed: worker.kk"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False, comment="normalised: titles off, upper case, words sorted"),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True, comment="L | P"),
        sa.Column("address", sa.LargeBinary(), nullable=True, comment="sealed: worker.address"),
        sa.Column(
            "letter_issue",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="a new letter voids the codes before it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("nik_index", name=op.f("uq_worker_nik_index")),
    )
    op.create_index(op.f("ix_worker_kpj_index"), "worker", ["kpj_index"], unique=False)
    op.create_index(op.f("ix_worker_name_key"), "worker", ["name_key"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False, comment="the provider's session id"),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "heard_length",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="characters of the transcript",
        ),
        sa.Column("heard_hash", sa.LargeBinary(), nullable=True, comment="keyed hash of the transcript heard so far"),
        sa.Column("hops", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("talk", sa.LargeBinary(), nullable=True, comment="sealed: conversation.talk; emptied when over"),
        sa.Column(
            "screen",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: conversation.screen; the last answer, CON/END included",
        ),
        sa.Column("resumes_id", sa.BigInteger(), nullable=True, comment="the dropped conversation it may continue"),
        sa.Column("worker_id", sa.BigInteger(), nullable=True, comment="who is answering, once chosen"),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.Text(), nullable=True, comment="said goodbye | continued elsewhere | started again"),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_conversation_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("gateway", "session", name=op.f("uq_conversation_gateway_session")),
        sa.UniqueConstraint("receipt", name=op.f("uq_conversation_receipt")),
    )
    op.create_index(
        op.f("ix_conversation_phone_id_touched_at"), "conversation", ["phone_id", "touched_at"], unique=False
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="the spreadsheet's own number in that file"),
        sa.Column("kelurahan_code", sa.Text(), nullable=True),
        sa.Column("rw", sa.Text(), nullable=True),
        sa.Column("rt", sa.Text(), nullable=True),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.Column("decile", sa.SmallInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True, comment="who put the person forward"),
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
        sa.Column("removed_from", sa.Date(), nullable=True, comment="first month no longer paid, after a decision"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_enrolment_import_id")),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_enrolment_kelurahan_code")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_enrolment_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("worker_id", "import_id", "row", name=op.f("uq_enrolment_worker_id_import_id_row")),
    )
    op.create_index(op.f("ix_enrolment_import_id"), "enrolment", ["import_id"], unique=False)
    op.create_index(
        op.f("ix_enrolment_kelurahan_code_rw_rt"), "enrolment", ["kelurahan_code", "rw", "rt"], unique=False
    )
    op.create_index(op.f("ix_enrolment_worker_id"), "enrolment", ["worker_id"], unique=False)
    op.create_table(
        "import_problem",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False, comment="the spreadsheet's own number, header lines counted"),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=True, comment="sealed: import_problem.found"),
        sa.Column(
            "whole_row", sa.LargeBinary(), nullable=True, comment="sealed, for refused rows: import_problem.whole_row"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_import_problem_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problem")),
    )
    op.create_index(op.f("ix_import_problem_import_id"), "import_problem", ["import_id"], unique=False)
    op.create_table(
        "insurer_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: insurer_record.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("kpj", sa.LargeBinary(), nullable=True, comment="sealed: insurer_record.kpj"),
        sa.Column("kpj_index", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False, comment="active | unpaid | inactive"),
        sa.Column("member_since", sa.Date(), nullable=True, comment="TMT kepesertaan"),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_insurer_record_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurer_record")),
        sa.UniqueConstraint("period", "nik_index", name=op.f("uq_insurer_record_period_nik_index")),
    )
    op.create_table(
        "link_try",
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_link_try_phone_id")),
        sa.PrimaryKeyConstraint("phone_id", "day", name=op.f("pk_link_try")),
    )
    op.create_table(
        "officer_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_officer_session_officer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_officer_session")),
    )
    op.create_index(op.f("ix_officer_session_officer_id"), "officer_session", ["officer_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=False, comment="sealed: payment.nik"),
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="rupiah"),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True, comment="SP2D number"),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_payment_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("period", "nik_index", name=op.f("uq_payment_period_nik_index")),
    )
    op.create_table(
        "phone_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False, comment="roster | code"),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlinked_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_phone_link_phone_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name=op.f("fk_phone_link_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_link")),
    )
    op.create_index(op.f("ix_phone_link_worker_id"), "phone_link", ["worker_id"], unique=False)
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
        sa.Column("phone_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("letter_issue", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_rt_head_import_id")),
        sa.ForeignKeyConstraint(["kelurahan_code"], ["area.kelurahan_code"], name=op.f("fk_rt_head_kelurahan_code")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_rt_head_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rt_head")),
    )
    op.create_index(op.f("ix_rt_head_phone_id"), "rt_head", ["phone_id"], unique=False)
    op.create_index(
        "uq_rt_head_current",
        "rt_head",
        ["kelurahan_code", "rw", "rt"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
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
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_discrepancy_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    op.create_index(op.f("ix_discrepancy_closed_at_opened_at"), "discrepancy", ["closed_at", "opened_at"], unique=False)
    op.create_index(
        "uq_discrepancy_open",
        "discrepancy",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="worker | rt_head"),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("assisted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="ussd | sms"),
        sa.Column("phone_id", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.Date(), nullable=True, comment="newest insurer month when it was said; none yet: null"),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "inbound", sa.Text(), nullable=False, comment="the row it came from: conversation:ID:HOP or message:ID"
        ),
        sa.Column("screen", sa.Text(), nullable=True, comment="the question that was on the phone"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="first receipt of the answer"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_evidence_enrolment_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["phone.id"], name=op.f("fk_evidence_phone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_latest", "evidence", ["enrolment_id", "source", "received_at", "id"], unique=False)
    op.create_index("uq_evidence_inbound", "evidence", ["inbound", "enrolment_id", "source", "statement"], unique=True)
    op.create_table(
        "verdict",
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("insurer", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("rt_head", sa.Text(), nullable=False),
        sa.Column("duplicate", sa.Text(), nullable=False),
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
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_verdict_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "period", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_period_verdict"), "verdict", ["period", "verdict"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_verdict_period_verdict"), table_name="verdict")
    op.drop_table("verdict")
    op.drop_index("uq_evidence_inbound", table_name="evidence")
    op.drop_index("ix_evidence_latest", table_name="evidence")
    op.drop_table("evidence")
    op.drop_index("uq_discrepancy_open", table_name="discrepancy", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index(op.f("ix_discrepancy_closed_at_opened_at"), table_name="discrepancy")
    op.drop_table("discrepancy")
    op.drop_index("uq_rt_head_current", table_name="rt_head", postgresql_where=sa.text("until IS NULL"))
    op.drop_index(op.f("ix_rt_head_phone_id"), table_name="rt_head")
    op.drop_table("rt_head")
    op.drop_index("uq_phone_link_current", table_name="phone_link", postgresql_where=sa.text("unlinked_at IS NULL"))
    op.drop_index(op.f("ix_phone_link_worker_id"), table_name="phone_link")
    op.drop_table("phone_link")
    op.drop_table("payment")
    op.drop_index(op.f("ix_officer_session_officer_id"), table_name="officer_session")
    op.drop_table("officer_session")
    op.drop_table("link_try")
    op.drop_table("insurer_record")
    op.drop_index(op.f("ix_import_problem_import_id"), table_name="import_problem")
    op.drop_table("import_problem")
    op.drop_index(op.f("ix_enrolment_worker_id"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_kelurahan_code_rw_rt"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_import_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_conversation_phone_id_touched_at"), table_name="conversation")
    op.drop_table("conversation")
    op.drop_index(op.f("ix_worker_name_key"), table_name="worker")
    op.drop_index(op.f("ix_worker_kpj_index"), table_name="worker")
    op.drop_table("worker")
    op.drop_table("stale_enrolment")
    op.drop_index(op.f("ix_sign_in_attempt_email_index_at"), table_name="sign_in_attempt")
    op.drop_index(op.f("ix_sign_in_attempt_address_index_at"), table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("session_end")
    op.drop_table("phone")
    op.drop_table("opt_out_notice")
    op.drop_table("officer")
    op.drop_index(
        "ix_inbound_waiting",
        table_name="inbound_message",
        postgresql_where=sa.text("handled_at IS NULL AND quarantined IS NULL"),
    )
    op.drop_index(op.f("ix_inbound_message_sender_index"), table_name="inbound_message")
    op.drop_table("inbound_message")
    op.drop_index(op.f("ix_file_import_kind_period"), table_name="file_import")
    op.drop_table("file_import")
    op.drop_table("delivery_notice")
    op.drop_table("decision_row")
    op.drop_index(op.f("ix_audit_object_at"), table_name="audit")
    op.drop_table("audit")
    op.drop_table("area")
