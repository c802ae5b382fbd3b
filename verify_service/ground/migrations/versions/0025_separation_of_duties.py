"""Separation of duties: one-time links, a second administrator, who made an account, and who is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _officer(
    table: str, name: str = "officer_id", told: str | None = None
) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([name], ["officer.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE")
    return sa.Column(name, sa.BigInteger(), nullable=False, comment=told), key


def upgrade() -> None:
    op.alter_column("officer", "password_hash", comment="argon2id; empty until the holder has chosen one by a link")
    op.alter_column("officer", "password_set_at", comment="none: the holder has yet to choose it")
    for name, told in (
        ("made_by", "officer:ID | command line:NAME; none: before this was kept"),
        ("vouched_by", "a second person who knows the holder"),
        ("renewed_by", "who reset it alone since; none once somebody vouched again"),
    ):
        op.add_column("officer", sa.Column(name, sa.Text(), comment=told))
    op.add_column(
        "officer",
        sa.Column(
            "decides_from",
            _MOMENT,
            server_default=sa.text("now()"),
            nullable=False,
            comment="a new or reset account decides nothing before, by the database's clock",
        ),
    )
    now = sa.text("now()")
    op.create_table(
        "one_time_link",
        _id(),
        *_officer("one_time_link"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _MOMENT, server_default=now, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, comment="or voided by a newer one"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index("ix_one_time_link_officer_id", "one_time_link", ["officer_id"])
    op.create_table(
        "account_mail",
        _id(),
        *_officer("account_mail"),
        sa.Column("kind", sa.Text(), nullable=False, comment="welcome | reset | notice"),
        sa.Column("token", sa.LargeBinary(), comment="sealed: account_mail.token; emptied once it has left"),
        sa.Column("at", _MOMENT, server_default=now, nullable=False),
        sa.Column("try_at", _MOMENT, server_default=now, nullable=False, comment="not before"),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("left_at", _MOMENT, comment="handed to the mail server, or given up"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_mail")),
    )
    op.create_index("ix_account_mail_officer_id", "account_mail", ["officer_id"])
    op.create_index("ix_account_mail_waiting", "account_mail", ["try_at"], postgresql_where=sa.text("left_at IS NULL"))
    op.create_table(
        "account_request",
        _id(),
        *_officer("account_request"),
        sa.Column("kind", sa.Text(), nullable=False, comment="scope | password | factor"),
        sa.Column("wanted", postgresql.JSONB(), nullable=False, comment="of a scope: role, unit, area, cleared"),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", _MOMENT, server_default=now, nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'open'"),
            nullable=False,
            comment="open | done | refused | withdrawn",
        ),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", _MOMENT),
        sa.CheckConstraint("state <> 'done' OR decided_by <> asked_by", name=op.f("ck_account_request_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_request")),
    )
    op.create_index(
        "ix_account_request_open",
        "account_request",
        ["officer_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "account_notice",
        _id(),
        *_officer("account_notice", told="who is told"),
        *_officer("account_notice", "about_id"),
        sa.Column("action", sa.Text(), nullable=False, comment="as the trail calls it"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, server_default=now, nullable=False),
        sa.Column("seen_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notice")),
    )
    op.create_index("ix_account_notice_officer_id_id", "account_notice", ["officer_id", "id"])
    op.add_column(
        "officer",
        sa.Column("passkey_at", _MOMENT, comment="since when the account has a passkey; none: it has none"),
    )
    op.create_table(
        "passkey",
        _id(),
        *_officer("passkey"),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "sign_count", sa.BigInteger(), nullable=False, comment="of the authenticator; 0 where it does not count"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, server_default=now, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index("ix_passkey_officer_id", "passkey", ["officer_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        *_officer("passkey_challenge"),
        sa.Column("kind", sa.Text(), nullable=False, comment="make | prove"),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_passkey_challenge")),
    )
    op.create_index("ix_passkey_challenge_officer_id", "passkey_challenge", ["officer_id"])
    op.create_table(
        "code_guess",
        sa.Column("nik_index", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False, comment="until then not even the right code counts"),
        sa.PrimaryKeyConstraint("nik_index", name=op.f("pk_code_guess")),
    )
    op.create_table(
        "look_up",
        *_officer("look_up"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("officer_id", "day", name=op.f("pk_look_up")),
    )
    # The application may empty old words, and write others in their place no more.
    op.execute(
        """
        CREATE FUNCTION only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.words IS NOT NULL AND NEW.words IS DISTINCT FROM OLD.words
               AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
                RAISE EXCEPTION 'words of a thread are emptied and not changed'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER only_emptied BEFORE UPDATE OF words ON grievance_event"
        " FOR EACH ROW EXECUTE FUNCTION only_emptied()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER only_emptied ON grievance_event")
    op.execute("DROP FUNCTION only_emptied()")
    for table in ("look_up", "code_guess", "passkey_challenge", "passkey"):
        op.drop_table(table)
    for table in ("account_notice", "account_request", "account_mail", "one_time_link"):
        op.drop_table(table)
    for name in ("passkey_at", "decides_from", "renewed_by", "vouched_by", "made_by"):
        op.drop_column("officer", name)
    op.alter_column("officer", "password_set_at", comment="none: made up by somebody else, to be changed")
    op.alter_column("officer", "password_hash", comment="argon2id")
