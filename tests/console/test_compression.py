"""What goes out compressed, and what a length may tell."""

from __future__ import annotations

import base64
import re

import pytest
from flask.testing import FlaskClient

from tests.officers import form_token
from verify_service.form_tokens import masked_token, unmasked


def test_a_file_of_the_pages_stays_for_a_year_and_comes_compressed(client: FlaskClient) -> None:
    page = client.get("/console/login").get_data(as_text=True)
    address = next(one for one in re.findall(r'href="(/static/[^"]+)"', page) if "tabler" in one)
    answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert {"max-age=31536000", "immutable"} <= set(answer.headers["Cache-Control"].split(", "))
    again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    again.close()
    with client.get(address) as plain:
        assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    ("cookie", "asked_by", "packed"),
    [
        ("", "", True),
        ("language", "cross-site", True),
        ("officer", "", False),
        ("officer", "cross-site", False),
        ("officer", "same-site", False),
        ("officer", "same-origin", True),
        ("officer", "none", True),
    ],
)
def test_a_page_with_a_secret_is_compressed_only_for_the_one_who_sits_there(
    client: FlaskClient, cookie: str, asked_by: str, packed: bool
) -> None:
    if cookie:
        client.set_cookie(cookie, "en")
    headers = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": asked_by} if asked_by else {})
    answer = client.get("/ask", headers=headers)
    assert (answer.headers.get("Content-Encoding") == "gzip") == packed


def test_the_length_of_a_page_and_its_token_differ_each_time(client: FlaskClient) -> None:
    lengths = {len(client.get("/ask", headers={"Accept-Encoding": "gzip"}).data) for _ in range(20)}
    assert len(lengths) > 5
    with client.application.test_request_context():
        first = masked_token()
    assert unmasked("no token") == "no token"
    assert len(unmasked(first)) * 2 == len(base64.urlsafe_b64decode(first))
    pages = [client.get("/console/login").get_data(as_text=True) for _ in range(2)]
    tokens = [form_token(page) for page in pages]
    assert tokens[0] != tokens[1]
    assert unmasked(tokens[0]).partition(".")[0] == unmasked(tokens[1]).partition(".")[0]
