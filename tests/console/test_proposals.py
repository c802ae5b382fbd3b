"""Who is put forward: two officers decide, in the published order, and whoever proposed is told what became of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.handset import Handset
from tests.officers import PASSWORD, an_officer, form_token, sign_in
from tests.people import NOW, a_phone, a_worker, an_rt_head
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.programme import DEFAULT
from verify_service.installation import DATA
from verify_service.proposals.waiting_list import NewProposal, place

PLACE = "32.75.01.1001"
FIRST, SECOND, BOSS = "satu@bekasi.example", "dua@bekasi.example", "kepala@bekasi.example"
NEIGHBOUR = "+6281299990001"


@pytest.fixture
def office(client: FlaskClient, db: Any) -> Callable[[str], FlaskClient]:
    """Two officers and a supervisor of the city; whoever is called signs in, each in a browser of his own."""
    an_officer(FIRST, name="Ani Pertama")
    an_officer(SECOND, name="Budi Kedua")
    an_officer(BOSS, role="supervisor", name="Cici Kepala")
    return lambda email: signed_in(client, email)


def signed_in(client: FlaskClient, email: str) -> FlaskClient:
    browser = client.application.test_client()
    assert sign_in(browser, email, PASSWORD).status_code == 303
    return browser


def proposed(
    db: Any,
    nik: str = "3275011501700001",
    *,
    name: str = "Tono Wijaya",
    job: str = "trader",
    help_needed: str = "",
    member: str = "no",
    kelurahan: str = PLACE,
    phone: str = NEIGHBOUR,
    proposer: str = "neighbour",
    head: int | None = None,
) -> int:
    """Somebody proposed from a phone."""
    new = NewProposal(
        proposer=proposer,
        nik=nik,
        name=name,
        job=job,
        member=member,
        help_needed=help_needed,
        kelurahan_code=kelurahan,
        rw="011",
        rt="003",
        phone_id=a_phone(db, phone),
        channel="ussd",
        inbound=f"conversation:{nik}:{phone}",
        rt_head_id=head,
    )
    with transaction() as session:
        number = place(session, new, now=NOW).number
    return int(db.execute("SELECT id FROM proposal WHERE number = %s", [number]).fetchone()[0])


def say(browser: FlaskClient, proposal: int, says: str, *, version: int | None = None, **form: str) -> Any:
    """Fill in the form of a proposal's page and press one of its buttons."""
    page = browser.get(f"/console/decisions/{proposal}").get_data(as_text=True)
    held = version or int(page.partition('name="version" value="')[2].partition('"')[0] or 0)
    data = {"csrf_token": form_token(page), "version": str(held), "says": says, **form}
    return browser.post(f"/console/decisions/{proposal}", data=data)


def texts(db: Any) -> list[tuple[str, str]]:
    rows = db.execute("SELECT screen, body FROM outbox ORDER BY id").fetchall()
    return [(screen, unseal(body, "outbox.body")) for screen, body in rows]


def state(db: Any, proposal: int) -> str:
    return str(db.execute("SELECT state FROM proposal WHERE id = %s", [proposal]).fetchone()[0])


def test_who_has_more_points_is_first_and_the_rule_is_on_the_page(office: Any, db: Any) -> None:
    young = proposed(db, "3275011501990001", name="Rina Muda", job="trader")
    driver = proposed(db, "3275011501990002", name="Dedi Sopir", job="driver")
    head = an_rt_head(db, "+6281300000001")
    needy = proposed(
        db, "3275011501600003", name="Eyang Putri", job="farm", help_needed="walk", proposer="rt_head", head=head
    )
    page = office(FIRST).get("/console/decisions").get_data(as_text=True)
    assert page.index(f'id="p-{needy}"') < page.index(f'id="p-{driver}"') < page.index(f'id="p-{young}"')
    assert db.execute("SELECT points FROM proposal ORDER BY id").fetchall() == [(0,), (2,), (8,)]
    for words in ("perlu bantuan karena disabilitas", "diusulkan ketua RT", "Eya*** P***"):
        assert words in page
    assert "Eyang Putri" not in page


def test_equal_points_are_decided_in_the_order_they_came(office: Any, db: Any) -> None:
    later = proposed(db, "3275011501990001")
    earlier = proposed(db, "3275011501990002")
    db.execute("UPDATE proposal SET opened_at = opened_at - interval '1 day' WHERE id = %s", [earlier])
    page = office(FIRST).get("/console/decisions").get_data(as_text=True)
    assert page.index(f'id="p-{earlier}"') < page.index(f'id="p-{later}"')


def test_each_criterion_is_shown_with_its_source_and_looked_up_anew(office: Any, db: Any) -> None:
    proposal = proposed(db, member="unsure")
    page = office(FIRST).get(f"/console/decisions/{proposal}").get_data(as_text=True)
    for words in ("56 tahun", "dari NIK", "Belum ada di daftar: terpenuhi", "daftar peserta, dicek sekarang"):
        assert words in page
    assert "tidak yakin sudah terlindungi" in page
    assert "327501******0001" in page
    assert "3275011501700001" not in page
    a_worker(db, nik="3275011501700001", name="Tono Wijaya", phone=None)
    page = office(FIRST).get(f"/console/decisions/{proposal}").get_data(as_text=True)
    assert "NIK ini sudah ada di daftar" in page
    assert "Belum ada di daftar: tidak terpenuhi" in page


def test_the_same_nik_and_nearly_the_same_name_are_pointed_out(office: Any, db: Any) -> None:
    first = proposed(db)
    again = proposed(db, phone="+6281299990002")
    alike = proposed(db, "3275011501700009", name="Tonno Wijaya")
    numbers = dict(db.execute("SELECT id, number FROM proposal").fetchall())
    page = office(FIRST).get(f"/console/decisions/{again}").get_data(as_text=True)
    assert f"NIK yang sama: {numbers[first]}" in page
    page = office(FIRST).get(f"/console/decisions/{alike}").get_data(as_text=True)
    assert "Nama hampir sama di kelurahan ini" in page
    assert numbers[first] in page


def test_a_proposal_is_accepted_by_two_officers_and_the_proposer_is_told_once(office: Any, db: Any) -> None:
    proposal = proposed(db)
    assert (
        say(office(FIRST), proposal, "accept", reason_accept="criteria_met", note="Sudah saya telepon").status_code
        == 303
    )
    assert state(db, proposal) == "read"
    assert texts(db) == []
    second = office(SECOND)
    page = second.get(f"/console/decisions/{proposal}").get_data(as_text=True)
    assert "Pembaca pertama: terima" in page
    assert "Sudah saya telepon" in page
    assert say(second, proposal, "agree").status_code == 303
    assert state(db, proposal) == "accepted"
    ((screen, body),) = texts(db)
    (number,) = db.execute("SELECT number FROM proposal WHERE decided_at IS NOT NULL").fetchone()
    assert (screen, number in body) == ("g12.proposal_yes", True)
    assert db.execute("SELECT step, says, reason, officer_id FROM decision ORDER BY id").fetchall() == [
        ("first", "accept", "criteria_met", 1),
        ("second", "agree", "criteria_met", 2),
    ]
    actions = {action for (action,) in db.execute("SELECT action FROM audit WHERE object LIKE 'proposal:%%'")}
    assert {"proposal: accept", "proposal: agree", "identity looked at"} <= actions
    assert db.execute("SELECT count(*) FROM enrolment").fetchone() == (0,)  # never a registration


def test_a_refusal_says_why_in_the_language_of_the_phone(office: Any, db: Any) -> None:
    proposal = proposed(db, nik="3275011501120001")
    say(office(FIRST), proposal, "refuse", reason_refuse="age")
    say(office(SECOND), proposal, "agree")
    ((screen, body),) = texts(db)
    assert (screen, "Alasan: Usia di luar syarat." in body) == ("g13.proposal_no", True)


def test_a_neighbour_is_not_told_that_somebody_is_on_the_list(office: Any, db: Any) -> None:
    a_worker(db, nik="3275011501700001", name="Tono Wijaya", phone="+6281234567890")
    proposal = proposed(db)
    say(office(FIRST), proposal, "refuse", reason_refuse="already_covered")
    say(office(SECOND), proposal, "agree")
    ((_, body),) = texts(db)
    assert "Belum penuhi syarat" in body
    assert "terlindungi" not in body


def test_where_no_text_reached_the_proposer_the_page_asks_for_a_call(office: Any, db: Any) -> None:
    proposal = proposed(db)
    db.execute("UPDATE phone SET refused_at = now()")
    say(office(FIRST), proposal, "refuse", reason_refuse="not_found")
    say(office(SECOND), proposal, "agree")
    page = office(FIRST).get(f"/console/decisions/{proposal}").get_data(as_text=True)
    assert "Tidak ada SMS tentang ini yang sampai" in page


def test_nobody_decides_what_he_read_first(office: Any, db: Any) -> None:
    proposal = proposed(db)
    say(office(FIRST), proposal, "accept", reason_accept="criteria_met")
    first = office(FIRST)
    assert 'value="agree"' not in first.get(f"/console/decisions/{proposal}").get_data(as_text=True)
    answer = say(first, proposal, "agree", version=2)
    assert (answer.status_code, state(db, proposal)) == (403, "read")
    assert "Petugas lain yang harus memutuskan" in answer.get_data(as_text=True)


def test_a_second_reader_who_disagrees_sends_it_back_with_both_on_record(office: Any, db: Any) -> None:
    proposal = proposed(db)
    say(office(FIRST), proposal, "accept", reason_accept="criteria_met", note="Cocok")
    second = office(SECOND)
    assert say(second, proposal, "disagree").status_code == 400  # without a word of why
    assert say(second, proposal, "disagree", note="Sudah pindah, kata RT").status_code == 303
    assert (state(db, proposal), texts(db)) == ("received", [])
    page = second.get(f"/console/decisions/{proposal}").get_data(as_text=True)
    assert "Cocok" in page
    assert "Sudah pindah, kata RT" in page
    say(second, proposal, "refuse", reason_refuse="lives_elsewhere")
    assert say(office(FIRST), proposal, "agree", version=4).status_code == 403  # read it first once already
    assert say(office(BOSS), proposal, "agree").status_code == 303
    assert state(db, proposal) == "refused"


def test_a_question_reaches_the_proposer_and_the_answer_brings_it_back(
    office: Any, db: Any, client: FlaskClient
) -> None:
    proposal = proposed(db)
    first = office(FIRST)
    assert say(first, proposal, "ask", reason_ask="address_unclear", note="RT berapa?").status_code == 303
    ((screen, body),) = texts(db)
    assert (screen, "perlu keterangan" in body, "RT berapa" in body) == ("g24.proposal_question", True, False)
    (number,) = db.execute("SELECT number FROM proposal").fetchone()
    phone = Handset(client, NEIGHBOUR)
    phone.dial()
    phone.send("3")
    assert "Perlu keterangan" in phone.send(number)
    assert say(first, proposal, "accept", reason_accept="criteria_met").status_code == 409
    assert say(first, proposal, "heard").status_code == 400
    assert say(first, proposal, "heard", note="RT 003 RW 011").status_code == 303
    assert state(db, proposal) == "received"


def test_a_phone_reads_nothing_of_what_the_first_reader_said(office: Any, db: Any, client: FlaskClient) -> None:
    proposal = proposed(db)
    say(office(FIRST), proposal, "refuse", reason_refuse="twice")
    (number,) = db.execute("SELECT number FROM proposal").fetchone()
    phone = Handset(client, NEIGHBOUR)
    phone.dial()
    phone.send("3")
    assert "Sedang diperiksa" in phone.send(number)


def test_a_kelurahan_reads_its_own_place_first_and_never_second(office: Any, db: Any, client: FlaskClient) -> None:
    here, there = proposed(db), proposed(db, "3275011501990002", kelurahan="32.75.02.1001")
    an_officer("kel@bekasi.example", "kelurahan", unit="kelurahan", area=PLACE)
    kelurahan = signed_in(client, "kel@bekasi.example")
    page = kelurahan.get("/console/decisions").get_data(as_text=True)
    assert f'id="p-{here}"' in page
    assert f'id="p-{there}"' not in page
    assert kelurahan.get(f"/console/decisions/{there}").status_code == 404
    assert say(kelurahan, here, "accept", reason_accept="criteria_met").status_code == 303
    say(office(FIRST), there, "refuse", reason_refuse="age")
    other = proposed(db, "3275011501990003")
    say(office(FIRST), other, "accept", reason_accept="criteria_met")
    assert say(kelurahan, other, "agree").status_code == 400  # not with this role
    assert state(db, other) == "read"
    an_officer("wilayah@bekasi.example", "officer", area="32.75.01")
    assert say(signed_in(client, "wilayah@bekasi.example"), other, "agree", version=2).status_code == 403


def test_an_auditor_reads_neither_name_nor_nik_nor_notes(office: Any, db: Any, client: FlaskClient) -> None:
    proposal = proposed(db)
    say(office(FIRST), proposal, "accept", reason_accept="criteria_met", note="Rahasia kantor")
    an_officer("auditor@bekasi.example", "auditor")
    auditor = signed_in(client, "auditor@bekasi.example")
    for path in ("", f"/{proposal}", "/accepted.csv", "?state=read"):
        page = auditor.get(f"/console/decisions{path}").get_data(as_text=True)
        for hidden in ("Tono Wijaya", "0001", "Rahasia kantor"):
            assert hidden not in page, path
    page = auditor.get(f"/console/decisions/{proposal}").get_data(as_text=True)
    assert "Pembaca pertama: terima" in page
    assert "<textarea" not in page


def test_two_officers_at_once_cannot_both_decide(office: Any, db: Any) -> None:
    proposal = proposed(db)
    say(office(FIRST), proposal, "accept", reason_accept="criteria_met")
    assert say(office(SECOND), proposal, "agree", version=2).status_code == 303
    answer = say(office(BOSS), proposal, "disagree", version=2, note="Tunggu dulu")
    assert answer.status_code == 409
    assert "Petugas lain lebih dulu" in answer.get_data(as_text=True)
    assert state(db, proposal) == "accepted"
    assert db.execute("SELECT count(*) FROM decision").fetchone() == (2,)


def test_what_was_typed_is_still_there_when_something_is_missing(office: Any, db: Any) -> None:
    proposal = proposed(db)
    answer = say(office(FIRST), proposal, "refuse", note="<b>Sudah</b> saya cek", reason_refuse="nonsense")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Pilih alasan dari daftar" in page
    assert "&lt;b&gt;Sudah&lt;/b&gt; saya cek</textarea>" in page


@pytest.mark.parametrize(
    "form",
    [{"says": ""}, {"says": "accept", "version": "x"}, {"says": "refuse", "reason_refuse": "\0"}, {"says": "agree"}],
)
def test_a_damaged_form_changes_nothing(office: Any, db: Any, form: dict[str, str]) -> None:
    proposal, first = proposed(db), office(FIRST)
    token = form_token(first.get(f"/console/decisions/{proposal}").get_data(as_text=True))
    answer = first.post(f"/console/decisions/{proposal}", data={"csrf_token": token, **form})
    assert answer.status_code in (400, 409)
    assert state(db, proposal) == "received"


@pytest.fixture
def two_places(db: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A year with two places; afterwards the programme is as it was."""
    file = tmp_path / "two.toml"
    words = DEFAULT.read_text(encoding="utf-8").replace("\nquota = 0 ", "\nquota = 2 ").replace("../data", str(DATA))
    file.write_text(words, encoding="utf-8")
    monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
    forget_everything()
    yield
    monkeypatch.undo()
    forget_everything()


def test_nobody_is_accepted_beyond_the_places_there_are(two_places: None, office: Any, db: Any) -> None:
    rows = [proposed(db, f"327501150170000{n}", name=f"Orang {n}") for n in range(1, 4)]
    first, second = office(FIRST), office(SECOND)
    for row in rows:
        assert say(first, row, "accept", reason_accept="criteria_met").status_code == 303
    assert [say(second, row, "agree").status_code for row in rows] == [303, 303, 409]
    answer = say(second, rows[2], "agree")
    assert "Tidak ada tempat tersisa tahun ini" in answer.get_data(as_text=True)
    assert state(db, rows[2]) == "read"
    page = first.get("/console/decisions").get_data(as_text=True)
    assert 'data-figure="left">0<' in page
    assert 'max="2" value="2"' in page
    waiting = proposed(db, "3275011501700009", name="Nanti")
    page = first.get(f"/console/decisions/{waiting}").get_data(as_text=True)
    assert 'value="accept"' not in page
    assert say(first, waiting, "refuse", reason_refuse="not_found").status_code == 303


def test_the_last_place_is_given_once_however_many_agree_at_that_moment(two_places: None, office: Any, db: Any) -> None:
    rows = [proposed(db, f"327501150170000{n}", name=f"Orang {n}") for n in range(1, 5)]
    first, second, boss = office(FIRST), office(SECOND), office(BOSS)
    for row in rows:
        say(first, row, "accept", reason_accept="criteria_met")
    pairs = [(browser, row) for row in rows for browser in (second, boss)]
    browsers = [signed_in(first, SECOND if browser is second else BOSS) for browser, _ in pairs]
    with ThreadPoolExecutor(len(pairs)) as crowd:
        answers = crowd.map(lambda n: say(browsers[n], pairs[n][1], "agree", version=2).status_code, range(len(pairs)))
        assert sorted(answers) == [303] * 2 + [409] * 6
    assert db.execute("SELECT count(*) FROM proposal WHERE state = 'accepted'").fetchone() == (2,)
    assert db.execute("SELECT count(*) FROM decision WHERE says = 'agree'").fetchone() == (2,)
    assert len(texts(db)) == 2


def test_without_a_quota_the_ceiling_says_how_many_places_there_are(office: Any, db: Any) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", phone=None, row=3)
    db.execute("UPDATE enrolment SET removed_from = '2026-02-01' WHERE row = 3")
    page = office(FIRST).get("/console/decisions").get_data(as_text=True)
    assert 'data-figure="left">9.919<' in page


def test_the_export_is_in_the_published_order_and_evaluates_nothing(office: Any, db: Any) -> None:
    plain = proposed(db, "3275011501990001", name='=HYPERLINK("http://x")')
    needy = proposed(db, "3275011501990002", name="@SUM(1)", help_needed="see")
    for row in (plain, needy):
        say(office(FIRST), row, "accept", reason_accept="criteria_met")
        say(office(SECOND), row, "agree")
    answer = office(BOSS).get("/console/decisions/accepted.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[3] for row in rows[1:]] == ["3275011501990002", "3275011501990001"]
    assert [row[4] for row in rows[1:]] == ["'@SUM(1)", '\'=HYPERLINK("http://x")']
    looked = "SELECT count(*) FROM audit WHERE action = 'identity looked at' AND detail->>'how' = 'export'"
    assert db.execute(looked).fetchone() == (2,)
    masked = office(FIRST).get("/console/decisions/accepted.csv").get_data(as_text=True)
    assert "3275011501990001" not in masked
    assert "…0001" in masked
    assert db.execute(looked).fetchone() == (2,)


@pytest.mark.parametrize("query", ["?page=-1", "?page=x", "?page=99999999999", "?state=%00", "?state=nothing"])
def test_damaged_questions_still_get_the_waiting_list(office: Any, query: str) -> None:
    assert office(FIRST).get(f"/console/decisions{query}").status_code == 200


def test_a_number_that_somebody_quotes_opens_its_page_where_it_may_be_seen(
    office: Any, db: Any, client: FlaskClient
) -> None:
    proposal = proposed(db)
    (number,) = db.execute("SELECT number FROM proposal").fetchone()
    quoted = number.lower().replace("-", " ")
    answer = office(FIRST).get("/console/decisions", query_string={"number": quoted})
    assert answer.headers["Location"] == f"/console/decisions/{proposal}"
    an_officer("kel@bekasi.example", "kelurahan", unit="kelurahan", area="32.75.02.1001")
    for asked in (quoted, "BKS-222222", "\0", "<b>"):
        page = signed_in(client, "kel@bekasi.example").get("/console/decisions", query_string={"number": asked})
        assert "Periksa lagi nomornya" in page.get_data(as_text=True)


def test_what_two_officers_said_cannot_be_changed_afterwards(office: Any, db: Any) -> None:
    say(office(FIRST), proposed(db), "refuse", reason_refuse="age")
    with transaction() as session, pytest.raises(Exception, match="permission denied"):
        session.connection().exec_driver_sql("UPDATE decision SET says = 'accept'")
