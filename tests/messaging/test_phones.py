"""One canonical number per person, whoever wrote it and however; never a wrong one."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify_service.ground.phones import Phone, PhoneProblem, read_gateway_phone, read_phone

SAME = [
    "081234567890",
    "6281234567890",
    "62 812-3456-7890",
    "81234567890",
    "+62 0812 3456 7890",
    "0812-3456-7890",
    "0812 3456 7890",
    "(0812) 3456.7890",
    "08 12 34 56 78 90",
    "+62 812-3456-7890",
    "+62 (0)81234567890",
    "(+62) 812 3456 7890",
    "+62081234567890",
    "62 0812 3456 7890",
    "tel:+6281234567890",
    "TEL: 081234567890",
    "０８１２３４５６７８９０",
    "＋６２８１２３４５６７８９０",
    "٠٨١٢٣٤٥٦٧٨٩٠",
    "\u202a+62\u200b812\u200d3456\u20607890\u202c",
    "\ufeff081234567890",
    "0812\u20113456\u22127890",
    "0812\u00a03456\u30007890",
    "0062 812 3456 7890",
    "001 62 812 3456 7890",
    "007 62 812 3456 7890",
    "01017 62 812 3456 7890",
    "+6281234567890\n",
    "\t 081234567890 \r\n",
    " 6281234567890",
    "'081234567890",
    "’081234567890",
    "81234567890.0",
    "6281234567890.0",
]

REFUSED = [
    (None, "missing"),
    ("", "missing"),
    (" \u200b", "missing"),
    ("O8123456789O", "letters"),
    ("0812345678九", "letters"),
    ("nomor saya 0812 3456 7890 pak", "letters"),
    ("+62 812 3456 7890 ext 3", "letters"),
    ("YA", "letters"),
    ("TELKOMSEL", "letters"),
    ("8.12346E+10", "letters"),
    ("0812_3456_7890", "characters"),
    ("*123#", "characters"),
    ("0812345678/0813456789", "characters"),
    ("0812345678, 0813456789", "characters"),
    ("0812+34567890", "characters"),
    ("++6281234567890", "characters"),
    ("0812345678²", "characters"),
    ("0812345678\x00", "characters"),
    ("175", "too_short"),
    ("110", "too_short"),
    ("112", "too_short"),
    ("081234567", "too_short"),
    ("08123456789012", "too_long"),
    ("0812345678 0812345678", "too_long"),
    ("0" * 10_000, "too_long"),
    ("021-5551234", "not_mobile"),
    ("(021) 8888 1234", "not_mobile"),
    ("0361-123456", "not_mobile"),
    ("08001234567", "not_mobile"),
    ("1500910", "not_mobile"),
    ("08401234567", "invalid"),
    ("+254711000111", "other_country"),
    ("+60123456789", "other_country"),
    ("+12125550123", "other_country"),
]


@pytest.mark.parametrize("written", SAME, ids=ascii)
def test_every_way_of_writing_a_number_is_the_same_person(written: str) -> None:
    assert read_phone(written) == Phone("+6281234567890")
    assert read_gateway_phone(written) == Phone("+6281234567890")


@pytest.mark.parametrize(("written", "code"), REFUSED, ids=lambda value: ascii(value)[:40])
def test_what_is_no_mobile_number_of_this_country_is_refused_with_its_reason(written: str | None, code: str) -> None:
    problem = read_phone(written)

    assert isinstance(problem, PhoneProblem)
    assert problem.code == code
    assert problem.expected


@pytest.mark.parametrize("length", [9, 10, 11, 12])
def test_national_parts_of_nine_to_twelve_digits_are_numbers(length: int) -> None:
    assert read_phone("0" + "812345678901"[:length]) == Phone("+62" + "812345678901"[:length])


@pytest.mark.parametrize(
    ("sent", "e164"),
    [
        ("+254711000111", "+254711000111"),
        (" 254711000111", "+254711000111"),
        ("00254711000111", "+254711000111"),
        (" 6281234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("081234567890", "+6281234567890"),
    ],
)
def test_a_gateway_may_bring_the_numbers_of_its_sandbox(sent: str, e164: str) -> None:
    assert read_gateway_phone(sent) == Phone(e164)


@pytest.mark.parametrize(
    "sent", [None, "", "254711000111", "TELKOMSEL", "+622155512345", "+1234", "+999123456789", 81234567890, b"0812", []]
)
def test_a_gateway_may_bring_nonsense(sent: object) -> None:
    assert isinstance(read_gateway_phone(sent), PhoneProblem)


def test_a_number_is_shown_masked_unless_asked_for() -> None:
    phone = Phone("+6281234567890")

    assert phone.local == "081234567890"
    assert phone.masked == "0812****890"
    for shown in (repr(phone), str(phone), f"{phone}", repr([phone]), repr({"to": phone})):
        assert "3456" not in shown
    assert Phone("+254711000111").masked == "+254****111"


@pytest.mark.parametrize("e164", ["", "081234567890", "+0812345678", "+62812345678\n", "+62 81234567", "+٦٢٨١٢٣٤٥٦٧"])
def test_a_phone_cannot_be_made_of_anything_else_and_the_complaint_does_not_repeat_it(e164: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164") as complaint:
        Phone(e164)
    assert not e164 or e164 not in str(complaint.value)


@given(st.text(max_size=80))
@example("+")
@example("(" * 64)
@example("\u0345")
def test_no_text_makes_the_reading_fail(text: str) -> None:
    for read in (read_phone(text), read_gateway_phone(text)):
        assert isinstance(read, Phone | PhoneProblem)


@given(st.one_of(st.none(), st.integers(), st.binary(), st.floats(), st.lists(st.text())))
def test_nothing_a_gateway_hands_over_makes_the_reading_fail(raw: object) -> None:
    assert isinstance(read_gateway_phone(raw), PhoneProblem)


def test_the_country_code_without_a_plus_is_a_country_code() -> None:
    assert read_phone("62811123456") == Phone("+62811123456")


@pytest.mark.parametrize("written", ["089469500628", "081200628123", "081001627777", "0810101762"])
def test_what_looks_like_a_dialling_prefix_inside_a_number_is_part_of_it(written: str) -> None:
    assert read_phone(written) == Phone("+62" + written[1:])


@given(st.from_regex(r"(\+?62 ?0?|0)?8[0-9]{5,13}", fullmatch=True))
def test_the_short_way_agrees_with_the_library(written: str) -> None:
    try:
        # Without a plus the library takes 62811123456 for a landline of area 0628, which nobody means.
        number = phonenumbers.parse("+" + written if written.startswith("62") else written, "ID")
        mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        expected = f"+62{number.national_number}" if mobile and number.country_code == 62 else None
    except phonenumbers.NumberParseException:
        expected = None
    read = read_phone(written)

    assert (read.e164 if isinstance(read, Phone) else None) == expected
