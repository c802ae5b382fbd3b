"""A form is read whatever bytes it is made of."""

import time
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify_service.messaging.gateways.form import LARGEST, MOST_FIELDS, Form, parse_form

CASES = [
    (b"", {}),
    (b"a=1&b=2", {"a": "1", "b": "2"}),
    (b"text=1*2%2A3", {"text": "1*2*3"}),
    (b"text=saya+mau+tanya", {"text": "saya mau tanya"}),
    (b"text=1%2B1", {"text": "1+1"}),
    (b"phoneNumber=%2B6281234567890", {"phoneNumber": "+6281234567890"}),
    (b"phoneNumber=+6281234567890", {"phoneNumber": " 6281234567890"}),
    (b"serviceCode=*384*1234#&text=", {"serviceCode": "*384*1234#", "text": ""}),
    (b"text=%E2%82%AC+%c3%a9", {"text": "€ é"}),
    (b"text=\xc3\xa9", {"text": "é"}),
    (b"text=a%00b\x00c", {"text": "abc"}),
    (b"te%00xt=1", {"text": "1"}),
    (b"text=%zz%4", {"text": "%zz%4"}),
    (b"text", {"text": ""}),
    (b"text=a=b", {"text": "a=b"}),
    (b"a=1;b=2", {"a": "1;b=2"}),
    (b"=x&&+=y&%00=z&a=1", {"a": "1"}),
    (b"text=satu&text=dua", {"text": "satu"}),
    (b"\xef\xbb\xbfa=1", {"a": "1"}),
    (b"text=ya\r\n", {"text": "ya\r\n"}),
]


@pytest.mark.parametrize(("body", "fields"), CASES, ids=lambda value: ascii(value)[:40])
def test_a_form_is_read_as_it_was_meant(body: bytes, fields: dict[str, str]) -> None:
    assert parse_form(body).fields == fields


@pytest.mark.parametrize("bad", [b"\xff", b"%FF%FE", b"\xc3", b"%ed%a0%80", b"\xf0\x9f\x98"])
def test_one_bad_byte_spoils_one_field_at_most(bad: bytes) -> None:
    form = parse_form(b"id=7&text=ya+" + bad + b"&from=%2B6281234567890")

    assert form.get("id") == "7"
    assert form.get("from") == "+6281234567890"
    assert (form.get("text") or "").startswith("ya \ufffd")


def test_the_first_of_a_repeated_field_holds() -> None:
    form = parse_form(b"from=1&from=2&id=3")

    assert form.get("from") == "1"


@pytest.mark.parametrize(
    "body", [b"a=1&" * (MOST_FIELDS + 1), b"text=" + b"x" * LARGEST, b"&" * 300_000, b"%" * 20_000_000]
)
def test_what_is_too_large_is_cut_short_at_once(body: bytes) -> None:
    started = time.perf_counter()
    form = parse_form(body)

    assert form.cut_short
    assert len(form.fields) <= MOST_FIELDS
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("written", "number"),
    [("0", 0), (" 77 ", 77), ("2147483647", 2**31 - 1), ("2147483648", None), ("-1", None), ("1.5", None), ("", None),
     ("9" * 5000, None), ("٣", None), ("²", None)],
)  # fmt: skip
def test_a_count_is_a_whole_number_that_a_row_can_hold(written: str, number: int | None) -> None:
    assert Form({"hopsCount": written}).count("hopsCount") == number


def test_a_form_shows_none_of_its_values() -> None:
    assert "rahasia" not in repr(parse_form(b"text=rahasia&from=%2B6281234567890"))


@given(st.binary(max_size=2000))
@example(b"%")
@example(b"%0")
@example(b"&=&=")
def test_any_bytes_give_a_form_that_a_row_can_hold(body: bytes) -> None:
    form = parse_form(body)

    for name, value in form.fields.items():
        assert name.strip()
        assert "\x00" not in name + value
        (name + value).encode("utf-8")


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name.strip() and "\x00" not in name), st.text()))
def test_what_was_encoded_comes_out_again(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    if len(body) <= LARGEST and len(fields) <= MOST_FIELDS:
        assert parse_form(body).fields == {name: value.replace("\x00", "") for name, value in fields.items()}
