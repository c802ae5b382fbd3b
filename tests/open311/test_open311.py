"""Another system of the city files reports and follows them, as the standard says, and learns no more than that."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.handset import Handset
from tests.people import a_worker
from verify_service.accounts import api_keys
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Triage, verify
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme

AT = "/open311/v2"
WORDS = "Kartu saya belum datang. Nama saya Siti, rumah di gang mawar."
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def key(db: Any) -> str:
    """The key of another system."""
    with transaction() as session:
        return api_keys.make(session, "JAKI", by="test", now=NOW)


def post(client: FlaskClient, key: str, once: str = "", form: str = "json", **sent: str) -> Any:
    headers = {"Idempotency-Key": once} if once else {}
    data = {"api_key": key, "service_code": "card", "description": WORDS, **sent}
    return client.post(f"{AT}/requests.{form}", data=data, headers=headers)


def get(client: FlaskClient, path: str, key: str = "", **query: Any) -> Any:
    return client.get(f"{AT}/{path}", query_string=query, headers={"X-Api-Key": key} if key else {})


def children(element: ElementTree.Element) -> dict[str, str | None]:
    return {child.tag: child.text for child in element}


def test_the_door_says_where_it_is_without_a_key(client: FlaskClient) -> None:
    found = get(client, "discovery.json")
    assert found.content_type == "application/json; charset=utf-8"
    (endpoint,) = found.json["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://localhost/open311/v2"
    xml = get(client, "discovery.xml")
    assert xml.content_type == "text/xml; charset=utf-8"
    assert xml.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    read = ElementTree.fromstring(xml.data)
    assert [one.text for one in read.iterfind("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


def test_every_kind_of_report_is_a_service_in_both_forms(client: FlaskClient) -> None:
    listed = get(client, "services.json").json
    assert {one["service_code"] for one in listed} == set(programme().categories)
    assert all(one["service_name"] and one["description"] for one in listed)
    read = ElementTree.fromstring(get(client, "services.xml").data)
    assert read.tag == "services"
    assert [child.tag for child in read] == ["service"] * len(listed)
    first = children(read[0])
    assert {name: first[name] for name in ("metadata", "type")} == {"metadata": "false", "type": "realtime"}
    assert list(first) == list(listed[0])


def test_a_service_has_a_definition_and_an_unknown_one_none(client: FlaskClient) -> None:
    assert get(client, "services/card.json").json == {"service_code": "card", "attributes": []}
    assert get(client, "services/none.json").status_code == 404
    errors = ElementTree.fromstring(get(client, "services/none.xml").data)
    assert (errors.tag, errors[0].tag, children(errors[0])["code"]) == ("errors", "error", "404")


def test_a_report_is_filed_and_followed(client: FlaskClient, key: str, db: Any) -> None:
    answer = post(
        client, key, phone="0812-3456-7890", first_name="Siti", last_name="Aminah", address_string="Jatiluhur"
    )
    (made,) = answer.json
    assert answer.status_code == 200
    number = made["service_request_id"]
    assert number.startswith("BKS-")
    assert "*123*456#" in made["service_notice"]
    words, reporter, channel, identity, place = db.execute(
        "SELECT words, reporter, channel, identity, kelurahan_code FROM grievance"
    ).fetchone()
    assert unseal(words, "grievance.words") == WORDS
    assert unseal(reporter, "grievance.reporter") == "Siti Aminah"
    assert (channel, identity) == ("open311", "normal")
    assert place is not None
    (phone,) = db.execute("SELECT phone.number FROM grievance JOIN phone ON phone.id = phone_id").fetchone()
    assert unseal(phone, "phone.number") == "+6281234567890"
    trail = db.execute("SELECT actor, action FROM audit WHERE object LIKE 'grievance:%' ORDER BY id").fetchall()
    assert ("api_key:1", "report filed by another system") in trail
    (seen,) = get(client, f"requests/{number}.json", key).json
    assert (seen["status"], seen["status_notes"]) == ("open", "Diterima, belum diperiksa")
    assert seen["address"] == "Jatiluhur, Jatiasih, Kota Bekasi"
    assert seen["requested_datetime"].endswith("+07:00")
    assert seen["expected_datetime"].endswith("T23:59:59+07:00")
    (token,) = get(client, f"tokens/{number}.json", key).json
    assert token == {"service_request_id": number, "token": number}


def test_nothing_personal_leaves_the_house(client: FlaskClient, key: str, db: Any) -> None:
    post(client, key, phone="081234567890", first_name="Siti")
    for form in ("json", "xml"):
        body = get(client, f"requests.{form}", key).get_data(as_text=True)
        assert "BKS-" in body
        for secret in ("Siti", "mawar", "81234567890", "Kartu saya"):
            assert secret not in body
    assert get(client, "requests.json", key).json[0]["description"] is None


def test_the_reporter_follows_it_on_his_own_phone(client: FlaskClient, key: str, db: Any) -> None:
    someone = a_worker(db, phone="+6281234567890")
    number = post(client, key, phone="0812 3456 7890").json[0]["service_request_id"]
    phone = Handset(client, someone.number)
    phone.dial()
    assert f"1 {number}" in phone.send("3")
    assert "Diterima" in phone.send("1")
    assert "ditutup" in phone.send("2")
    assert get(client, f"requests/{number}.json", key).json[0]["status"] == "closed"


@pytest.mark.parametrize(
    "told",
    [
        {"identity": "secret"},
        {"identity": "anonymous"},
        {"identity": "normal", "about": "rt_rw"},
        {"identity": "normal", "category": "asked_money"},
    ],
)
def test_what_was_told_in_confidence_is_none_here(client: FlaskClient, key: str, db: Any, told: dict[str, str]) -> None:
    given = {"category": "other", "origin": "report", "channel": "ussd", "inbound": "c:1", **told}
    report = NewGrievance(**given)  # type: ignore[arg-type]  # fields by name
    with transaction() as session:
        number = open_grievance(session, report, now=NOW).number
    assert get(client, "requests.json", key).json == []
    assert get(client, f"requests/{number}.json", key).status_code == 404
    assert get(client, "requests.json", key, service_request_id=number).json == []
    assert get(client, f"tokens/{number}.json", key).status_code == 404


def test_what_turns_out_to_be_about_a_unit_is_told_no_more(client: FlaskClient, key: str, db: Any) -> None:
    number = post(client, key).json[0]["service_request_id"]
    with transaction() as session:
        acting = Acting(session, Viewer(0, Role.SUPERVISOR, cleared=True), NOW)
        assert verify(acting, 1, 1, Triage("card", about_unit="insurer")) is None
    assert get(client, f"requests/{number}.json", key).status_code == 404


def test_a_delicate_kind_is_filed_in_confidence(client: FlaskClient, key: str, db: Any) -> None:
    number = post(client, key, service_code="asked_money").json[0]["service_request_id"]
    assert db.execute("SELECT identity, restricted FROM grievance").fetchone() == ("secret", True)
    assert get(client, f"requests/{number}.json", key).status_code == 404


def test_the_same_request_sent_again_is_answered_as_before(client: FlaskClient, key: str, db: Any) -> None:
    first, again = post(client, key, once="abc-1"), post(client, key, once="abc-1")
    assert first.json == again.json
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)
    other = post(client, key, once="abc-1", description="Sesuatu yang lain")
    assert other.status_code == 422
    assert post(client, key, once="abc-2").json != first.json
    with transaction() as session:
        second = api_keys.make(session, "Qlue", by="test", now=NOW)
    assert post(client, second, once="abc-1").json != first.json  # another system's own


def test_the_same_request_sent_at_once_files_one_report(client: FlaskClient, key: str, db: Any) -> None:
    app = client.application
    with ThreadPoolExecutor(6) as senders:
        answers = list(senders.map(lambda _: post(app.test_client(), key, once="abc-1").json, range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)
    assert db.execute("SELECT calls FROM api_key").fetchone() == (6,)


def test_the_filters_of_the_standard(client: FlaskClient, key: str, db: Any) -> None:
    cards = [post(client, key).json[0]["service_request_id"] for _ in range(2)]
    other = post(client, key, service_code="other").json[0]["service_request_id"]
    db.execute("UPDATE grievance SET closed_at = now(), state = 'closed_confirmed' WHERE number = %s", [other])
    db.execute("UPDATE grievance SET opened_at = now() - interval '100 days' WHERE number = %s", [cards[0]])

    def numbers(**query: Any) -> set[str]:
        return {one["service_request_id"] for one in get(client, "requests.json", key, **query).json}

    assert numbers() == {cards[1], other}
    assert numbers(service_code="card,claim") == {cards[1]}
    assert numbers(status="closed") == {other}
    assert numbers(status="open,closed") == {cards[1], other}
    assert numbers(service_request_id=f"{cards[0]}, {other},BKS-XXXXXX", status="open") == {cards[0], other}
    old = (NOW - dt.timedelta(days=120)).isoformat()
    assert numbers(start_date=old) == {cards[0]}
    assert numbers(start_date=f"{NOW - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}") == {cards[1], other}
    assert numbers(page=2) == set()


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"start_date": "2026-13-01"}, 400, "W3C"),
        ({"start_date": "yesterday"}, 400, "W3C"),
        ({"page_size": "0"}, 400, "page_size"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, 400, "ninety"),
        ({"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400, "ninety"),
        ({"status": "lost"}, 400, "status"),
        ({"service_code": "cats"}, 404, "service_code"),
        ({"page": "0"}, 400, "page"),
        ({"page": "9" * 40}, 400, "page"),
        ({"service_request_id": ",".join("x" * 300)}, 400, "service_request_id"),
        ({"jurisdiction_id": "sfgov.org"}, 404, "jurisdiction_id"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    client: FlaskClient, key: str, query: dict[str, str], status: int, said: str
) -> None:
    answer = get(client, "requests.json", key, **query)
    assert answer.status_code == status
    assert answer.json[0]["code"] == status
    assert said in answer.json[0]["description"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "cats"}, 404, "service_code"),
        ({"description": " \x00 "}, 400, "description"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"phone": "0218765432"}, 400, "mobile"),
        ({"phone": "x" * 500}, 400, "phone"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"jurisdiction_id": "sfgov.org"}, 404, "jurisdiction_id"),
        ({"description": "x" * 70_000}, 413, "larger"),
    ],
)
def test_a_report_that_cannot_be_filed_says_why(
    client: FlaskClient, key: str, db: Any, sent: dict[str, str], status: int, said: str
) -> None:
    for form in ("json", "xml"):
        answer = post(client, key, form=form, **sent)
        assert answer.status_code == status
        body = answer.get_data(as_text=True)
        assert said in body
        assert "x" * 100 not in body
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (0,)


def test_with_a_wrong_key_nobody_asks_about_reports(client: FlaskClient, key: str) -> None:
    for path in ("requests.json", "requests/BKS-23456X.json", "tokens/1.json"):
        for wrong in (key[:-1], "x"):
            answer = get(client, path, wrong)
            assert answer.status_code == 403
            assert answer.json == [
                {"code": 403, "description": "api_key is missing or not in use; ask the programme's office for one"}
            ]
    assert post(client, "wrong").status_code == 403
    assert get(client, "tokens/1.json").status_code == 403


class AsFixMyStreet:
    """Speaks as FixMyStreet's client does: XML, its key with what it files and with nothing else."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.key, self.place = client, key, {"jurisdiction_id": "bekasikota.go.id"}

    def file(self, **more: str) -> str:
        sent = {"lat": "-6.23", "long": "106.99", "description": WORDS, "service_code": "card"}
        answer = self.client.post(f"{AT}/requests.xml", data={**self.place, "api_key": self.key, **sent, **more})
        return str(ElementTree.fromstring(answer.data).findtext("request/service_request_id"))

    def follow(self, *numbers: str) -> dict[str, str]:
        asked = {**self.place, "service_request_id": ",".join(numbers)}
        answer = self.client.get(f"{AT}/requests.xml", query_string=asked)
        found = ElementTree.fromstring(answer.data).findall("request")
        return {str(one.findtext("service_request_id")): str(one.findtext("status")) for one in found}


def test_a_client_that_sends_its_key_only_with_what_it_files_follows_that(
    client: FlaskClient, key: str, db: Any
) -> None:
    fixmystreet = AsFixMyStreet(client, key)
    filed = [fixmystreet.file(), fixmystreet.file(description="Kartu salah nama", service_code="wrong_data")]
    assert fixmystreet.follow(*filed) == dict.fromkeys(filed, "open")
    db.execute("UPDATE grievance SET closed_at = now(), state = 'closed_auto' WHERE number = %s", [filed[0]])
    assert fixmystreet.follow(*filed) == {filed[0]: "closed", filed[1]: "open"}
    assert get(client, f"requests/{filed[1]}.json").json[0]["status"] == "open"


def test_without_a_key_there_is_no_list_and_nothing_that_came_by_another_door(
    client: FlaskClient, key: str, db: Any
) -> None:
    number = AsFixMyStreet(client, key).file()
    for path in ("requests.json", "requests.json?service_code=card", "requests.json?status=open"):
        answer = client.get(f"{AT}/{path}")
        assert answer.status_code == 403
        assert "needs the api_key" in answer.json[0]["description"]
    db.execute("UPDATE grievance SET channel = 'ussd' WHERE number = %s", [number])
    assert get(client, f"requests/{number}.json").status_code == 404
    assert get(client, f"requests/{number}.json", key).status_code == 200
    sensitive = AsFixMyStreet(client, key).file(service_code="asked_money")
    assert get(client, f"requests/{sensitive}.json").status_code == 404


def test_who_tries_numbers_out_has_to_wait(
    client: FlaskClient, key: str, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = AsFixMyStreet(client, key).file()
    monkeypatch.setattr("verify_service.open311.door.FOLLOWED", 3)
    said = [get(client, f"requests/{number}.json").status_code for _ in range(5)]
    assert said == [200, 200, 200, 429, 429]
    assert get(client, f"requests/{number}.json", key).status_code == 200


@pytest.mark.parametrize("spelt", ["{0}", "{1}", " {1} ", "{2}", "{3}"])
def test_a_number_is_found_however_it_is_spelt(client: FlaskClient, key: str, db: Any, spelt: str) -> None:
    number = AsFixMyStreet(client, key).file()
    as_typed = spelt.format(number, number.lower(), number.replace("-", "\u2013"), number.replace("-", " "))
    assert get(client, "requests.json", service_request_id=as_typed).json[0]["service_request_id"] == number


def test_dates_without_a_zone_are_the_citys_and_pages_may_be_smaller(client: FlaskClient, key: str, db: Any) -> None:
    numbers = [AsFixMyStreet(client, key).file(description=f"Kartu {n}") for n in range(3)]
    today = dt.datetime.now(programme().zone).date()
    for since in (today.isoformat(), f"{today}T00:00:00"):
        assert len(get(client, "requests.json", key, start_date=since).json) == 3
    pages = [get(client, "requests.json", key, page_size=2, page=page).json for page in (1, 2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {one["service_request_id"] for page in pages for one in page} == set(numbers)


def test_the_address_of_a_picture_is_kept_with_the_words(client: FlaskClient, key: str, db: Any) -> None:
    AsFixMyStreet(client, key).file(media_url="https://fix.example/photo/1.jpeg")
    (sealed,) = db.execute("SELECT words FROM grievance").fetchone()
    assert unseal(sealed, "grievance.words").endswith("\nhttps://fix.example/photo/1.jpeg")


def test_a_key_is_stored_as_its_hash_and_can_be_closed(client: FlaskClient, key: str, db: Any) -> None:
    (stored,) = db.execute("SELECT key_hash FROM api_key").fetchone()
    assert key.encode() not in bytes(stored)
    assert get(client, "requests.json", api_key=key).status_code == 200  # as the standard's clients send it
    with transaction() as session:
        api_keys.disable(session, "JAKI", by="test", now=NOW)
    assert get(client, "requests.json", key).status_code == 403


def test_too_many_calls_in_an_hour_have_to_wait(client: FlaskClient, key: str, db: Any) -> None:
    get(client, "requests.json", key)
    db.execute("UPDATE api_key SET calls = %s", [programme().open311.calls_per_hour])
    refused = post(client, key)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (0,)
    db.execute("UPDATE api_key SET used_at = used_at - interval '1 hour'")
    assert post(client, key).status_code == 200


def test_a_position_is_said_not_to_be_kept(client: FlaskClient, key: str, db: Any) -> None:
    assert "address_string" in post(client, key, lat="-6.2", long="107.0").json[0]["service_notice"]
    assert "address_string" not in post(client, key, address_string="Entah").json[0]["service_notice"]
    assert db.execute("SELECT count(kelurahan_code) FROM grievance").fetchone() == (0,)


def test_hostile_words_are_kept_as_they_are_and_shown_to_no_system(client: FlaskClient, key: str, db: Any) -> None:
    hostile = '<script>alert(1)</script> =HYPERLINK("x") \u202e]]> &amp;\x01\x0b'
    assert post(client, key, description=hostile, form="xml").status_code == 200
    (words,) = db.execute("SELECT words FROM grievance").fetchone()
    assert unseal(words, "grievance.words") == hostile.replace("\x01", "").replace("\x0b", "")
    ElementTree.fromstring(get(client, "requests.xml", key).data)


@pytest.mark.parametrize("path", ["", "nothing", "requests", "requests.csv", "requests/1/2.json", "services.json/x"])
def test_what_the_standard_does_not_name_is_a_document_of_errors_too(client: FlaskClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = client.open(f"{AT}/{path}", method=method)
        assert answer.status_code in (404, 405)
        if path:
            assert b"<errors>" in answer.data or json.loads(answer.data)[0]["code"] == 404


def test_what_no_column_holds_finds_nothing(client: FlaskClient, key: str, db: Any) -> None:
    assert get(client, "requests/%00.json", key).status_code == 404
    assert get(client, "tokens/%00.json", key).status_code == 404
    assert get(client, "requests.json", key, service_request_id="\0,\0").json == []
    assert post(client, key, address_string="\0", first_name="\0").status_code == 200


def test_a_merged_report_is_over_when_the_other_one_is(client: FlaskClient, key: str, db: Any) -> None:
    first, second = (post(client, key).json[0]["service_request_id"] for _ in range(2))
    db.execute(
        """UPDATE grievance SET state = 'closed_auto', closed_at = now(),
           merged_into_id = (SELECT id FROM grievance WHERE number = %s) WHERE number = %s""",
        [first, second],
    )
    (seen,) = get(client, f"requests/{second}.json", key).json
    assert (seen["status"], seen["status_notes"]) == ("open", "Dijawab bersama laporan lain tentang hal yang sama")
    db.execute("UPDATE grievance SET state = 'closed_auto', closed_at = now() WHERE number = %s", [first])
    assert get(client, f"requests/{second}.json", key).json[0]["status"] == "closed"


def test_what_is_counted_and_logged_names_neither_key_nor_number(client: FlaskClient, key: str, capsys: Any) -> None:
    number = post(client, key).json[0]["service_request_id"]
    get(client, f"requests/{number}.json", api_key=key)
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'route="/open311/v2/requests/<number>' in counted
    for told in (counted, *capsys.readouterr()):
        assert key not in told
        assert number not in told


@pytest.mark.parametrize(
    "asked",
    [
        {"end_date": "0001-01-01T00:00:00Z"},
        {"start_date": "9999-12-31T23:59:59Z"},
        {"start_date": "0001-01-01T00:00:00+14:00", "end_date": "0001-01-02T00:00:00Z"},
        {"start_date": "9999-12-31T23:59:59-14:00", "end_date": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_dates_at_the_ends_of_the_calendar_are_answered(client: FlaskClient, key: str, asked: dict[str, str]) -> None:
    assert get(client, "requests.json", key, **asked).status_code in (200, 400)
