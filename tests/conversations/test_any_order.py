"""Whatever the network does with the hops, the outcome is that of the same talk held once, in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import empty, examples
from tests.handset import Handset
from tests.people import NOW, a_phone, a_worker
from tests.serving import new_client
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import drain, reconcile_batch

KEYS = ["1", "1", "1", "1", "2", "3", "4", "0", "9", "8", "x", "", "YA", "{nik}", "{code}", "1*1", "*", "#", "\u202e"]
NOISE = ["repeat", "stale", "first again", "branch", "end event"]

step = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(KEYS)),
    st.tuples(st.just("send"), st.sampled_from(KEYS)),
    st.tuples(st.just("redial"), st.just("")),
    st.tuples(st.sampled_from(NOISE), st.just("")),
)


def _noise(phone: Handset, kind: str) -> None:
    """Something the network does that the person did not; the answer must be a screen and change nothing."""
    if kind == "end event":
        answer = phone.client.post(
            f"{_hook(phone)}-events",
            data={"sessionId": phone.session, "status": "Incomplete", "phoneNumber": phone.number},
        )
        assert answer.status_code == 200
        return
    text = {
        "repeat": phone.text,
        "stale": phone.text.rpartition("*")[0],
        "first again": "",
        "branch": f"{phone.text.rpartition('*')[0]}*7".removeprefix("*") if phone.text else "",
    }[kind]
    if kind == "branch" and len(text) > len(phone.text):
        return  # longer than what was heard: that would be a new answer, not noise
    answer = phone.post(text=text)
    assert answer.status_code == 200
    assert answer.get_data(as_text=True) == phone.screen, "noise must show the same screen"


def _hook(phone: Handset) -> str:
    from tests.handset import webhook

    return webhook("ussd")


def _hold(phone: Handset, steps: list[tuple[str, str]], letter: dict[str, str], *, noisy: bool) -> list[str]:
    screens = [phone.dial()]
    for kind, what in steps:
        if kind == "send":
            if not phone.over:
                screens.append(phone.send(what.format(**letter)))
        elif kind == "redial":
            screens.append(phone.dial())
        elif noisy:
            _noise(phone, kind)
    return screens


def _of_worker(db: Any, worker: int) -> tuple[list[Any], list[Any]]:
    said = db.execute(
        """SELECT statement, detail FROM evidence JOIN enrolment ON enrolment.id = enrolment_id WHERE worker_id = %s
           ORDER BY evidence.id""",
        [worker],
    ).fetchall()
    verdicts = db.execute(
        """SELECT period, worker, verdict, owner, rupiah FROM verdict JOIN enrolment ON enrolment.id = enrolment_id
           WHERE worker_id = %s ORDER BY period""",
        [worker],
    ).fetchall()
    return said, verdicts


@pytest.mark.long
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=14), st.booleans())
@example([("send", "1"), ("repeat", ""), ("send", "1"), ("stale", ""), ("redial", ""), ("send", "1")], True)
def test_noise_changes_nothing(db: Any, steps: list[tuple[str, str]], known: bool) -> None:
    empty()
    client = new_client()
    held = []
    for place, noisy in ((1, False), (2, True)):
        number = f"+628123456789{place}"
        someone = a_worker(db, nik=f"327501150190000{place}", phone=number if known else None, row=place)
        if not known:
            a_phone(db, number)
        letter = {"nik": someone.nik, "code": someone.code}
        screens = _hold(Handset(client, number), steps, letter, noisy=noisy)
        held.append((someone.worker, [_without_names(screen, someone.nik) for screen in screens]))
    _reconcile()
    (clean, clean_screens), (noisy_worker, noisy_screens) = held
    assert clean_screens == noisy_screens
    assert _of_worker(db, clean) == _of_worker(db, noisy_worker)


def _without_names(screen: str, nik: str) -> str:
    import re

    return re.sub(r"BKS-\w{6}", "BKS", screen.replace(nik[-4:], "0000"))


def _reconcile() -> None:
    def one_batch() -> Any:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=NOW)

    drain(one_batch)
