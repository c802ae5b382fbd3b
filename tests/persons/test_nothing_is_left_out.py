"""What is sealed somewhere is either destroyed with the person's key, emptied by an erasure, or nobody's of the list.

A new column fails here until somebody has said which: an audit trail that keeps the name, a file that tells less than
is erased, are how other systems failed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.people import a_worker
from tests.persons.acts import a_viewer, at_work, the_person
from tests.persons.test_rights import erase, text_of_everything
from tests.registry.test_loading import ANI, roster, written
from verify_service.ground.phones import Phone as Number
from verify_service.ground.tables import Base
from verify_service.messaging.consent import known_phone_of, phone_of
from verify_service.persons.erasing import Erased
from verify_service.persons.export import Everything, everything

WITH_THE_KEY, EMPTIED = "with the key", "emptied"
WHOSE = {
    "worker.nik": WITH_THE_KEY,
    "worker.kpj": WITH_THE_KEY,
    "worker.kk": WITH_THE_KEY,
    "worker.birth_date": WITH_THE_KEY,
    "worker.address": WITH_THE_KEY,
    "worker_before.nik": WITH_THE_KEY,
    "worker_before.kpj": WITH_THE_KEY,
    "worker_before.kk": WITH_THE_KEY,
    "worker_before.birth_date": WITH_THE_KEY,
    "worker_before.address": WITH_THE_KEY,
    "person_key.wrapped": WITH_THE_KEY,
    "import_line.line": WITH_THE_KEY,
    "discrepancy_answer.note": WITH_THE_KEY,
    "person_look.note": WITH_THE_KEY,
    "person_request.words": WITH_THE_KEY,
    "person_request.note": WITH_THE_KEY,
    "person_correction.was": WITH_THE_KEY,
    "person_correction.value": WITH_THE_KEY,
    "person_correction.note": WITH_THE_KEY,
    "phone.number": EMPTIED,
    "inbound_message.sender": EMPTIED,
    "inbound_message.body": EMPTIED,
    "inbound_message.raw": EMPTIED,
    "opt_out_notice.phone": EMPTIED,
    "conversation.talk": EMPTIED,
    "conversation.screen": EMPTIED,
    "outbox.body": EMPTIED,
    "grievance.words": EMPTIED,
    "grievance.reporter": EMPTIED,
    "grievance.answer": EMPTIED,
    "grievance_event.words": EMPTIED,
    "import_problem.found": EMPTIED,
    "known_name.note": EMPTIED,
    "person_pair.note": EMPTIED,
    "proposal.nik": EMPTIED,
    "proposal.help_needed": EMPTIED,
    "removal.note": EMPTIED,
    "decision.note": EMPTIED,
    "officer.totp_secret": "an officer's",
    "account_mail.token": "an officer's, until the mail has gone",
    "breach.what": "about a breach, not about a person",
    "breach.measures": "about a breach",
    "breach.authority_reference": "about a breach",
    "ask.over_why": "about the money of an ask, not about a person",
    "upload.report": "masked, and goes when the file is decided on, within two weeks",
    "upload_part.content": "goes when the file is decided on, within two weeks",
}


def test_of_every_sealed_column_it_is_known_how_an_erasure_meets_it() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if (column.comment or "").startswith("sealed")
    }
    assert sealed == set(WHOSE)


def test_what_is_destroyed_with_the_key_stands_in_the_file_that_the_person_may_take_along(
    db: Any, tmp_path: Path
) -> None:
    roster(written(tmp_path, ANI + "3275011234567890"))
    (ani,) = db.execute("SELECT id FROM worker").fetchone()
    with at_work(a_viewer()) as who:
        made = everything(who, the_person(who, ani))
    assert isinstance(made, Everything)
    told = json.dumps(json.loads(made.to_json()), ensure_ascii=False)
    for value in ("3275014107800001", "3275011234567890", "1980-07-01", "+6281234567890", "Ani Lestari"):
        assert value in told, value


@pytest.mark.parametrize("number", ["+6281234567890"])
def test_whoever_gets_the_number_later_inherits_nothing(db: Any, number: str) -> None:
    dewi = a_worker(db, phone=number)
    assert isinstance(erase(db, dewi.worker), Erased)
    with at_work(a_viewer()) as who:
        assert known_phone_of(who.session, Number(number)) is None
        new = phone_of(who.session, Number(number), now=who.now)
    linked = db.execute("SELECT phone_id FROM phone_link").fetchall()
    assert (new,) not in linked
    assert "Sulistiawati" not in text_of_everything(db)
