"""Whatever comes to a webhook's address, nobody hears that something went wrong here."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from tests.handset import carrier_webhook, webhook
from verify_service.ground.settings import settings as ours

NUMBERS = st.sampled_from(["+6281234567890", "6281234567890", "081234567890", "TELKOMSEL", "", "1", "+62" + "9" * 40])
WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "1", "0", "*", "*123*456#", "begin", "continue", "end", "-1", "9" * 30, "1e9", "\0", "\ud800"]
    ),
    NUMBERS,
)
FIELDS = ("sessionId", "phoneNumber", "serviceCode", "networkCode", "text", "date", "from", "to", "id", "status",
          "cost", "linkId", "failureReason", "durationInMillis", "hopsCount", "senderId", "session", "msisdn",
          "type", "input", "sequence", "code", "network")  # fmt: skip
HEADERS = (
    "Content-Type",
    "Accept",
    "X-Kannel-From",
    "X-Kannel-To",
    "X-Kannel-Time",
    "X-Kannel-SMSC",
    "X-Kannel-Coding",
)
CHARSETS = st.sampled_from(
    ["idna", "undefined", "punycode", "rot13", "hex", "zlib", "utf-16", "utf-7", "mbcs", "é", ""]
)
LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)


def _kannel(kind: str) -> str:
    return f"/webhooks/kannel/{ours().webhook_secrets[0]}/{kind}"


DOORS = [
    *(webhook(kind) for kind in ("ussd", "ussd-events", "sms", "delivery-reports", "opt-outs")),
    *(_kannel(kind) for kind in ("sms", "delivery-reports")),
    carrier_webhook(),
    f"{carrier_webhook()}/telkomsel",
]
forms = st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=8)
encoded = forms.map(lambda form: urlencode(form, errors="surrogatepass").encode())
bodies = st.one_of(st.binary(max_size=300), encoded, forms.map(lambda form: json.dumps(form).encode()))
queries = st.one_of(st.binary(max_size=60), encoded)
content_types = st.one_of(
    LATIN,
    CHARSETS.map(lambda name: f"text/plain; charset={name}"),
    st.sampled_from(["application/json", "application/x-www-form-urlencoded"]),
)


@pytest.mark.parametrize("door", range(len(DOORS)), ids=[door.split("/", 2)[2].replace("/", "-") for door in DOORS])
@given(bodies, queries, st.dictionaries(st.sampled_from(HEADERS), st.one_of(LATIN, NUMBERS), max_size=5), content_types)
@example(b"YA", b"", {}, "text/plain; charset=undefined")
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_at_all_is_answered(
    db: Any, client: FlaskClient, door: int, body: bytes, query: bytes, headers: dict[str, str], content_type: str
) -> None:
    asked = {"query_string": query.decode("latin-1"), "headers": headers, "content_type": content_type}
    answer = client.post(DOORS[door], data=body, **asked)
    assert answer.status_code == 200
    if DOORS[door] == webhook("ussd"):
        assert answer.get_data(as_text=True).startswith(("CON ", "END "))
