"""What Africa's Talking posts becomes events, however odd it is."""

import datetime as dt
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_service.ground.phones import Phone
from verify_service.messaging.gateways.africastalking.webhooks import parse
from verify_service.messaging.gateways.contract import (
    DeliveryReport,
    DeliveryStatus,
    Event,
    InboundSms,
    OptOut,
    RawRequest,
    UssdEnd,
    UssdHop,
)
from verify_service.messaging.gateways.form import read_date

SITI = Phone("+6281234567890")
KINDS = ("ussd", "ussd-events", "sms", "delivery-reports", "opt-outs")

HOP = {"sessionId": "ATUid_1", "phoneNumber": SITI.e164, "networkCode": "51010", "serviceCode": "*384*1#", "text": "1"}
TEXT = {
    "date": "2026-11-23T06:04:45Z",
    "from": SITI.e164,
    "id": "6c3d2d6e-8a5b-4c2b-9a61-1f1f3f3f3f3f",
    "linkId": "x",
    "text": "YA",
    "to": "12345",
    "cost": "KES 1.00",
    "networkCode": "51010",
}
END = {
    "date": "2026-11-23 06:04:45",
    "sessionId": "ATUid_1",
    "serviceCode": "*384*1#",
    "networkCode": "51010",
    "phoneNumber": SITI.e164,
    "status": "Success",
    "cost": "KES 0.10",
    "durationInMillis": "9500",
    "hopsCount": "3",
    "hopsMetadata": "",
    "input": "1*123456",
    "lastAppResponse": "END Terima kasih",
}


def raw(kind: str, body: bytes) -> RawRequest:
    return RawRequest(kind=kind, headers={}, body=body)


def posted(kind: str, fields: dict[str, str]) -> list[Event]:
    return parse(raw(kind, urlencode(fields).encode()))


def hop(**changed: str | None) -> UssdHop:
    fields = {name: value for name, value in {**HOP, **changed}.items() if value is not None}
    (event,) = posted("ussd", fields)
    assert isinstance(event, UssdHop)
    return event


def sms(changed: dict[str, str | None] | None = None) -> InboundSms:
    fields = {name: value for name, value in {**TEXT, **(changed or {})}.items() if value is not None}
    (event,) = posted("sms", fields)
    assert isinstance(event, InboundSms)
    return event


@pytest.mark.parametrize("text", ["", "1", "1*2", "1*", "9*1", "**", "#", " 1 ", "1*saya bintang * lima", "é€"])
def test_a_hop_brings_the_whole_transcript_untouched(text: str) -> None:
    event = hop(text=text)

    assert event == UssdHop("ATUid_1", SITI, text=text, last_input=None, first=text == "")


def test_a_hop_of_a_sender_that_escapes_nothing_is_understood() -> None:
    body = b"sessionId=s&phoneNumber=+6281234567890&serviceCode=*384*1#&text=1*2&networkCode=51010"
    (event,) = parse(raw("ussd", body))

    assert isinstance(event, UssdHop)
    assert (event.phone, event.text) == (SITI, "1*2")


@pytest.mark.parametrize("number", ["", "TELKOMSEL", "1234", "+622155512345"])
def test_a_hop_of_nobody_we_can_name_has_no_phone(number: str) -> None:
    assert hop(phoneNumber=number).phone is None


def test_a_hop_without_text_does_not_claim_to_be_the_first() -> None:
    event = hop(text=None)

    assert event.text is None
    assert event.first is None


def test_a_hop_with_a_bad_byte_keeps_its_session_and_phone() -> None:
    (event,) = parse(raw("ussd", b"text=1*\xff&sessionId=s&phoneNumber=%2B6281234567890"))

    assert isinstance(event, UssdHop)
    assert (event.session, event.phone, event.text) == ("s", SITI, "1*\ufffd")


def test_the_end_of_a_session_is_kept_without_what_was_typed() -> None:
    (event,) = posted("ussd-events", END)

    assert event == UssdEnd("ATUid_1", "Success", "KES 0.10", duration_ms=9500, hops=3)
    assert "123456" not in repr(event)


@pytest.mark.parametrize("status", ["Success", "Incomplete", "Failed", "Melted"])
@pytest.mark.parametrize(("cost", "millis"), [("0", "0"), ("", ""), ("KES 0.10", "9" * 40), ("0", "soon")])
def test_the_end_of_a_session_is_kept_in_the_provider_s_own_words(status: str, cost: str, millis: str) -> None:
    (event,) = posted("ussd-events", {**END, "status": status, "cost": cost, "durationInMillis": millis})

    assert isinstance(event, UssdEnd)
    assert (event.status, event.cost) == (status, cost)
    assert event.duration_ms in (0, None)


def test_the_end_of_no_session_is_nothing() -> None:
    assert posted("ussd-events", {"status": "Success"}) == []


def test_a_text_is_read() -> None:
    event = sms()

    assert event.sender == SITI
    assert event.provider_id == TEXT["id"]
    assert (event.to, event.text) == ("12345", "YA")
    assert event.sent_at == dt.datetime(2026, 11, 23, 6, 4, 45, tzinfo=dt.UTC)
    assert event.problem == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2017-05-03T06:04:45Z", (2017, 5, 3, 6, 4, 45, 0)),
        ("2017-05-03 06:04:45", (2017, 5, 3, 6, 4, 45, 0)),
        ("2018-03-19T08:34:18.445Z", (2018, 3, 19, 8, 34, 18, 445000)),
        ("2018-03-19 08:34:18.445", (2018, 3, 19, 8, 34, 18, 445000)),
        ("2018-03-19T11:34:18+03:00", (2018, 3, 19, 8, 34, 18, 0)),
        ("2018-03-19T11:34:18 03:00", (2018, 3, 19, 8, 34, 18, 0)),
    ],
)
def test_the_provider_s_time_is_read_as_utc(written: str, expected: tuple[int, ...]) -> None:
    assert read_date(written) == dt.datetime(*expected, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    "written",
    ["", "soon", "1511419485", "23/11/2026 06:04", "2026-11-23", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-14:00", "2026-W01-1T00:00"],
)  # fmt: skip
def test_a_time_in_no_known_form_is_no_time(written: str) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"text": None}, "missing: text"),
        ({"from": None}, "missing: from"),
        ({"id": None, "text": None, "from": None, "date": None}, "missing: from, text"),
        ({"from": "TELKOMSEL"}, "the sender is not a phone"),
        ({"from": "12345"}, "the sender is not a phone"),
        ({"from": "O8123456789O"}, "the sender is not a phone"),
        ({"from": "+622155512345"}, "the sender is not a phone"),
    ],
)
def test_a_text_that_cannot_be_used_says_why(changed: dict[str, str | None], problem: str) -> None:
    event = sms(changed)

    assert event.problem == problem
    assert event.sender_raw == (changed.get("from", TEXT["from"]) or "")


@pytest.mark.parametrize(
    "changed",
    [{"to": None}, {"cost": None}, {"linkId": None}, {"networkCode": None}, {"text": ""}, {"date": "kemarin"},
     {"from": "081234567890"}, {"id": "4421"}, {"id": None},
     {"id": " "}, {"date": None}, {"id": None, "date": None}, {"text": "STOP\x00"}],
)  # fmt: skip
def test_a_text_that_can_be_used_is_not_set_aside_for_a_trifle(changed: dict[str, str | None]) -> None:
    event = sms(changed)

    assert event.problem == ""
    assert event.sender == SITI


def test_a_text_with_a_bad_byte_is_still_heard() -> None:
    body = urlencode({**TEXT, "text": ""}).encode().replace(b"text=", b"text=STOP+\xff")
    (event,) = parse(raw("sms", body))

    assert isinstance(event, InboundSms)
    assert event.text == "STOP \ufffd"
    assert event.problem == ""


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Sent", DeliveryStatus.SENT),
        ("Submitted", DeliveryStatus.SENT),
        ("Buffered", DeliveryStatus.BUFFERED),
        ("AbsentSubscriber", DeliveryStatus.ABSENT),
        ("Absent Subscriber", DeliveryStatus.ABSENT),
        ("Success", DeliveryStatus.DELIVERED),
        ("SUCCESS", DeliveryStatus.DELIVERED),
        ("Delivered", DeliveryStatus.DELIVERED),
        (" success ", DeliveryStatus.DELIVERED),
        ("Failed", DeliveryStatus.FAILED),
        ("Rejected", DeliveryStatus.REJECTED),
        ("Expired", DeliveryStatus.EXPIRED),
        ("", DeliveryStatus.UNKNOWN),
        ("Teleported", DeliveryStatus.UNKNOWN),
    ],
)
def test_a_delivery_report_has_one_of_our_words_beside_the_provider_s(written: str, status: DeliveryStatus) -> None:
    (event,) = posted("delivery-reports", {"id": "ATXid_1", "status": written, "phoneNumber": SITI.e164})

    assert event == DeliveryReport("ATXid_1", status, written.strip(), "", SITI)


@pytest.mark.parametrize(
    ("reason", "opted_out"),
    [("UserInBlackList", True), ("UserInBlacklist", True), ("NotNetworkSubcriber", False), ("NewReason", False)],
)
def test_a_failure_keeps_its_reason(reason: str, opted_out: bool) -> None:
    fields = {"id": "ATXid_1", "status": "Failed", "failureReason": reason, "retryCount": "0"}
    (event,) = posted("delivery-reports", fields)

    assert isinstance(event, DeliveryReport)
    assert event.failure_reason == reason
    assert event.opted_out is opted_out


def test_a_report_on_a_text_without_an_id_says_none() -> None:
    (event,) = posted("delivery-reports", {"id": "None", "status": "Rejected"})

    assert event == DeliveryReport("", DeliveryStatus.REJECTED, "Rejected", "", None)


def test_a_report_about_nothing_is_nothing() -> None:
    assert posted("delivery-reports", {"phoneNumber": SITI.e164}) == []


@pytest.mark.parametrize(("number", "phone"), [(SITI.e164, SITI), ("081234567890", SITI), ("12", None)])
def test_an_opt_out_names_sender_and_person(number: str, phone: Phone | None) -> None:
    assert posted("opt-outs", {"senderId": "BEKASI", "phoneNumber": number}) == [OptOut("BEKASI", phone)]


def test_an_opt_out_of_nobody_is_nothing() -> None:
    assert posted("opt-outs", {"senderId": "BEKASI"}) == []


@given(st.sampled_from([*KINDS, "", "else"]), st.binary(max_size=500))
def test_any_bytes_of_any_kind_give_events(kind: str, body: bytes) -> None:
    assert len(parse(raw(kind, body))) <= 1


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(sorted({*HOP, *TEXT, *END, "senderId", "failureReason"})), st.binary(max_size=60)),
)
def test_any_values_in_the_known_fields_give_events_that_a_row_can_hold(kind: str, fields: dict[str, bytes]) -> None:
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
    for event in parse(raw(kind, body)):
        assert "\x00" not in repr(event)


def test_no_event_shows_a_number_or_what_was_typed() -> None:
    bodies = [
        ("ussd", HOP | {"text": "1*rahasia"}),
        ("sms", TEXT | {"text": "rahasia"}),
        ("ussd-events", END),
        ("opt-outs", {"phoneNumber": SITI.e164}),
        ("delivery-reports", {"id": "1", "phoneNumber": SITI.e164}),
    ]
    for kind, fields in bodies:
        request = raw(kind, urlencode(fields).encode())
        for shown in (repr(request), repr(parse(request))):
            assert "rahasia" not in shown
            assert "1234567890" not in shown
