"""Rules, words and prepared answers in the browser: proposed by one, confirmed by another, nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from typing import Any

import pytest

from tests.console.desk import Desk, at_the_desk
from tests.officers import form_token
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day
from verify_service.messaging.catalogue import wordings

RULES, WORDS, PREPARED = "/console/rules", "/console/words", "/console/prepared"


def today() -> str:
    """The day it is in the city: the tests may run past its midnight."""
    return city_day(dt.datetime.now(dt.UTC)).isoformat()


@pytest.fixture
def siti(db: Any) -> Desk:
    return at_the_desk("admin", name="Bu Siti")


@pytest.fixture
def budi(siti: Desk) -> Desk:
    return at_the_desk("supervisor", name="Pak Budi")


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">(.*?)</strong>', page, re.DOTALL)
    assert found, name
    return re.sub(r"<[^>]*>", "", found[1]).strip()


def say(desk: Desk, address: str, seen: int | None = None, **form: Any) -> Any:
    page = desk.see(address)
    number = re.search(r'name="number" value="(\d+)"', page)
    newest = re.search(r'name="seen" value="(\d+)"', page)
    given = {"csrf_token": form_token(page), "number": number[1] if number else "", **form}
    given["seen"] = str(seen) if seen is not None else newest[1] if newest else "0"
    return desk.client.post(address, data=given)


def proposed(desk: Desk, address: str, **form: Any) -> Any:
    form.setdefault("reason", "rapat tim 27 November")
    form.setdefault("applies_from", today())
    return say(desk, address, do="propose", **form)


def test_joint_leave_is_entered_by_one_and_confirmed_by_another(siti: Desk, budi: Desk) -> None:
    address = f"{RULES}/send_window.closed_on"
    assert address in siti.see(RULES)
    assert proposed(siti, address, value="2026-12-24\n2026-12-31", source="SKB 3 Menteri").status_code == 303
    mine = siti.see(address)
    assert ('value="confirm"' in mine, 'value="withdraw"' in mine) == (False, True)
    theirs = budi.see(address)
    assert figure(theirs, "proposed") == "2026-12-24, 2026-12-31"
    assert "Bu Siti" in theirs
    assert "SKB 3 Menteri" in theirs
    assert say(budi, address, do="confirm").status_code == 303
    assert programme().send_window.closed_on == (dt.date(2026, 12, 24), dt.date(2026, 12, 31))
    after = siti.see(address)
    assert figure(after, "now") == "2026-12-24, 2026-12-31"
    assert "Pak Budi" in after


def test_of_two_who_change_a_rule_one_wins_and_the_other_keeps_what_he_typed(siti: Desk, budi: Desk) -> None:
    address = f"{RULES}/sla.ordinary"
    page = budi.see(address)  # both opened it
    assert proposed(siti, address, value="10").status_code == 303
    late = budi.client.post(
        address,
        data={
            "csrf_token": form_token(page),
            "do": "propose",
            "value": "12",
            "seen": "0",
            "reason": "musim hujan",
            "applies_from": today(),
        },
    )
    told = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Usulan orang lain" in told
    assert 'value="12"' in told
    assert "musim hujan" in told
    assert say(budi, address, do="confirm").status_code == 303
    stale = proposed(budi, address, seen=0, value="12")
    assert stale.status_code == 409
    assert "sudah berubah" in stale.get_data(as_text=True)


def test_nobody_confirms_his_own_and_a_refusal_needs_a_reason(siti: Desk, budi: Desk) -> None:
    address = f"{RULES}/sla.urgent"
    proposed(siti, address, value="1")
    own = say(siti, address, do="confirm")
    assert (own.status_code, programme().sla.urgent) == (422, 2)
    assert say(budi, address, do="refuse", reason=" ").status_code == 422
    assert say(budi, address, do="refuse", reason="belum ada keputusan").status_code == 303
    assert "belum ada keputusan" in siti.see(address)


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ("sla.urgent", "0", "harus lebih dari 0"),
        ("sla.urgent", "dua", "“dua” bukan angka"),
        ("send_window.closed_on", "24/12/2026", "tulis seperti 2026-12-24"),
        ("send_window.from", "22:00", "Tidak cocok dengan aturan lain"),
        ("hotline", "(021) 8000 1234", "terlalu panjang untuk layar HP"),
        ("categories.card.unit", "tentara", "tidak ada dalam pilihan"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(siti: Desk, rule: str, value: str, said: str) -> None:
    answer = proposed(siti, f"{RULES}/{rule}", value=value)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert value in page


def test_the_programme_file_is_taken_with_what_was_changed_and_its_comments(siti: Desk, budi: Desk, db: Any) -> None:
    for rule, value in (
        ("sla.urgent", "1"),
        ("send_window.closed_on", "2026-12-24"),
        ("premium.changes", "2027-01-01 17500"),
        ("categories.card.unit", "disnaker"),
        ("send_window.from", "07:30"),
        ("decrees", "2025-10-31 500.15.1/A\n2026-11-02 500.15.1/B"),
        ("categories.card.name", "Kartu"),
    ):
        assert proposed(siti, f"{RULES}/{rule}", value=value).status_code == 303, rule
        assert say(budi, f"{RULES}/{rule}", do="confirm").status_code == 303, rule
    text = siti.client.get("/console/rules.toml").get_data(as_text=True)
    read = tomllib.loads(text)
    assert read["sla"]["urgent"] == 1
    assert read["send_window"]["closed_on"] == [dt.date(2026, 12, 24)]
    assert read["send_window"]["from"] == "07:30"
    assert read["premium"]["changes"] == [{"new_amount": 17500, "changed_on": dt.date(2027, 1, 1)}]
    assert read["categories"]["card"]["unit"] == "disnaker"
    assert read["categories"]["card"]["name"] == "Kartu"
    assert [one["number"] for one in read["decrees"]] == ["500.15.1/A", "500.15.1/B"]
    assert "# a work accident or a death" in text
    assert type(programme()).model_validate(read).sla == programme().sla
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'programme file exported'").fetchone() == (1,)


def test_a_screen_is_seen_as_a_phone_shows_it_and_changed_by_two(siti: Desk, budi: Desk) -> None:
    assert "Terima kasih. Program ini gratis." in siti.see(f"{WORDS}?find=terima+kasih")
    address = f"{WORDS}/a6.end"
    new = {"id.text": "Terima kasih. Jangan beri uang kepada siapa pun.", "en.text": "Thank you. Give nobody money."}
    checked = say(siti, address, do="check", **new).get_data(as_text=True)
    assert 'id="fits"' in checked
    assert "Give nobody money." in checked
    assert proposed(siti, address, **new).status_code == 303
    assert "Give nobody money." in budi.see(address)
    assert say(budi, address, do="confirm").status_code == 303
    standing = programme().standing
    assert wordings().ending("a6.end", "en", standing=standing) == "Thank you. Give nobody money."
    assert wordings().ending("a6.end", "su", standing=standing).startswith("Hatur nuhun")


def test_words_within_screens_are_listed_and_may_grow_no_longer_than_the_longest(siti: Desk) -> None:
    within = siti.see(WORDS).partition('id="chapter-within"')[2]
    addresses = re.findall(rf'href="({WORDS}/[^"]+)"', within)
    assert addresses
    page = siti.see(addresses[0])
    (name, words) = re.findall(r'name="(en\.options\.[^"]+)"[^>]* value="([^"]+)"', page)[0]
    answer = proposed(siti, addresses[0], **{name: words + "x" * 40})
    assert (answer.status_code, "terlalu panjang" in answer.get_data(as_text=True)) == (422, True)


def test_words_that_do_not_fit_are_told_and_kept(siti: Desk) -> None:
    answer = proposed(siti, f"{WORDS}/a6.end", **{"en.text": "W" * 200})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "EN: Terlalu panjang untuk layar HP" in page
    assert "W" * 200 in page
    odd = say(siti, f"{WORDS}/a6.end", do="check", **{"en.text": "Thanks {nama}"})
    assert (odd.status_code, "{nama}" in odd.get_data(as_text=True)) == (422, True)


def test_a_prepared_answer_is_changed_by_two(siti: Desk, budi: Desk) -> None:
    address = f"{PREPARED}/any.paid"
    assert address in siti.see(PREPARED)
    words = {"id.text": "Sudah dibayar.", "su.text": "Parantos dibayar.", "en.text": "It was paid."}
    assert proposed(siti, address, **words).status_code == 303
    assert say(budi, address, do="confirm").status_code == 303
    assert "Sudah dibayar." in siti.see(PREPARED)
    assert proposed(siti, address, **{**words, "su.text": ""}).status_code == 422


@pytest.mark.parametrize(
    "address", [f"{RULES}/no.such", f"{WORDS}/z9", f"{PREPARED}/any.none", f"{RULES}/retention.sms_texts"]
)
def test_what_cannot_be_changed_has_no_page(siti: Desk, address: str) -> None:
    assert siti.client.get(address).status_code == 404


def test_every_page_of_words_and_rules_can_be_drawn(siti: Desk) -> None:
    for path in re.findall(rf'href="({RULES}/[^"]+)"', siti.see(RULES)):
        assert siti.client.get(path).status_code == 200, path
    assert all(siti.client.get(f"{WORDS}?language={language}").status_code == 200 for language in programme().languages)
    for path in re.findall(rf'href="({WORDS}/[^"]+)"', siti.see(WORDS)):
        assert siti.client.get(path).status_code == 200, path
    for path in re.findall(rf'href="({PREPARED}/[^"]+)"', siti.see(PREPARED)):
        assert siti.client.get(path).status_code == 200, path


def test_no_code_is_shown_as_it_is(siti: Desk) -> None:
    for page in (siti.see(RULES), siti.see(PREPARED)):
        words = re.sub(r"<[^>]*>", " ", page)
        for code in ("data_days", "helped_claim", "no_fault_found", "queue", "grievance", "not_active"):
            assert code not in words, code
