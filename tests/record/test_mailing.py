"""The daily mail of the signed head, over a real connection to a mail server of our own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from jobs.mail_heads import mail_heads
from tests.conftest import forget_everything
from tests.people import NOW, a_worker
from tests.record.log import sealed
from tests.standins.mail import MailServer, mail_server
from verify_service import audit
from verify_service.cli import main
from verify_service.ground.database import transaction
from verify_service.ground.programme import DEFAULT
from verify_service.record.mailing import letter_of_today

TO = ["auditor@bpk.example", "press@koran.example"]


@pytest.fixture
def mail(db: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MailServer]:
    """A programme that names two recipients, and a mail server that takes everything."""
    written = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    file = tmp_path / "programme.toml"
    file.write_text(written.replace("heads_to = []", f"heads_to = {TO}"), encoding="utf-8")
    with mail_server() as server:
        monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
        monkeypatch.setenv("VERIFY_MAIL_URL", server.url)
        forget_everything()
        yield server
    monkeypatch.undo()
    forget_everything()


def an_entry() -> None:
    with transaction() as session:
        audit.record(session, now=NOW, actor="test", action="something", on="thing:1")


def test_each_recipient_gets_the_newest_head_once_a_day(db: Any, mail: MailServer, tmp_path: Path) -> None:
    an_entry()
    sealed(NOW)
    mail_heads()
    mail_heads()
    assert [to for to, _ in mail.held] == [[one] for one in TO]
    (note,) = db.execute("SELECT note FROM record_head").fetchone()
    for to, held in mail.held:
        (attached,) = held.iter_attachments()
        assert attached.get_content().replace("\r\n", "\n") == note  # mail ends its lines so
        assert note in held.get_body().get_content().replace("\r\n", "\n")
        assert held["To"] == to[0]
    with transaction() as session:
        assert letter_of_today(session, now=dt.datetime.now(dt.UTC)) is None
        assert letter_of_today(session, now=dt.datetime.now(dt.UTC) + dt.timedelta(days=1)) is not None


def test_the_attachment_is_what_the_verifier_takes(db: Any, mail: MailServer, tmp_path: Path) -> None:
    a_worker(db)
    an_entry()
    sealed(NOW)
    mail_heads()
    file = tmp_path / "head.txt"
    (attached,) = mail.held[0][1].iter_attachments()
    file.write_text(attached.get_content(), "utf-8")
    asked = ["audit", "verify", "--heads", str(file)]
    assert CliRunner().invoke(main, asked).exit_code == 0
    db.execute("UPDATE audit SET actor = 'somebody else' WHERE action = 'something'")
    assert CliRunner().invoke(main, asked).exit_code == 1


def test_what_the_server_refuses_is_tried_again(db: Any, mail: MailServer) -> None:
    an_entry()
    sealed(NOW)
    mail.refuses = "451 later"
    mail_heads()
    assert mail.held == []
    mail.refuses = ""
    mail_heads()
    assert len(mail.held) == len(TO)


def test_one_wrong_address_floods_nobody_and_keeps_nobody_from_theirs(db: Any, mail: MailServer) -> None:
    an_entry()
    sealed(NOW)
    mail.refuses, mail.knows = "550 no such mailbox", "koran.example"
    for _ in range(3):
        mail_heads()
    assert [to for to, _ in mail.held] == [["press@koran.example"]]
    mail.refuses = ""
    mail_heads()
    assert [to for to, _ in mail.held] == [["press@koran.example"], ["auditor@bpk.example"]]
    assert "bpk" not in str(db.execute("SELECT detail FROM audit WHERE object = 'record:heads'").fetchall())


def test_without_a_head_a_server_or_a_recipient_nothing_is_mailed(
    db: Any, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_heads()
    assert mail.held == []  # nothing is sealed yet
    an_entry()
    sealed(NOW)
    monkeypatch.delenv("VERIFY_MAIL_URL")
    forget_everything()
    mail_heads()
    assert mail.held == []
