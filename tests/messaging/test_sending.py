"""Texts are handed to Africa's Talking, and what became of them is never overstated."""

import json
import pickle
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standins.africastalking import NAMES, Provider, sent, taken
from verify_service.ground.phones import Phone
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.africastalking.answers import read_answer
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome, Sent

A, R, L, U = SendOutcome.ACCEPTED, SendOutcome.REFUSED_FOR_GOOD, SendOutcome.TRY_LATER, SendOutcome.UNKNOWN
N = SendOutcome.NOT_HANDED_OVER

PEOPLE = [Phone(f"+62812345678{last:02}") for last in range(40)]
BATCH = [Outgoing(10 + place, phone, "Iuran Anda bulan ini sudah dibayar.") for place, phone in enumerate(PEOPLE[:3])]


def outcomes(answers: list[Sent]) -> list[SendOutcome]:
    return [answer.outcome for answer in answers]


def test_a_text_goes_out_as_the_provider_wants_it(provider: Provider, gateway: AfricasTalking) -> None:
    (answer,) = gateway.send(BATCH[:1])

    assert answer == Sent(10, A, "ATXid_34567800", cost="KES 0.8000", parts=1)
    (call,) = provider.calls
    assert (call.method, call.path) == ("POST", "/version1/messaging")
    assert call.form == {
        "username": ["sandbox"],
        "to": ["+6281234567800"],
        "message": ["Iuran Anda bulan ini sudah dibayar."],
        "bulkSMSMode": ["1"],
    }
    assert call.headers["apiKey"] == "the-key"


def test_the_same_words_for_many_go_in_one_call_over_one_connection(
    provider: Provider, gateway: AfricasTalking
) -> None:
    answers = gateway.send([*BATCH, Outgoing(99, PEOPLE[5], "Kata lain.")])

    assert [(answer.our_id, answer.outcome) for answer in answers] == [(10, A), (11, A), (12, A), (99, A)]
    assert [call.numbers for call in provider.calls] == [[p.e164 for p in PEOPLE[:3]], [PEOPLE[5].e164]]
    assert provider.connections == 1


def test_two_people_with_one_phone_get_a_text_each(provider: Provider, gateway: AfricasTalking) -> None:
    answers = gateway.send([BATCH[0], replace(BATCH[0], our_id=77)])

    assert [(answer.our_id, answer.outcome) for answer in answers] == [(10, A), (77, A)]
    assert [call.numbers for call in provider.calls] == [[PEOPLE[0].e164], [PEOPLE[0].e164]]


def test_a_long_list_is_cut_into_calls(provider: Provider) -> None:
    gateway = AfricasTalking("sandbox", "the-key", provider.url, max_batch=15)
    answers = gateway.send([Outgoing(place, phone, "Halo.") for place, phone in enumerate(PEOPLE)])

    assert [len(call.numbers) for call in provider.calls] == [15, 15, 10]
    assert [answer.our_id for answer in answers] == list(range(40))
    assert [answer.provider_id for answer in answers] == [f"ATXid_{phone.e164[-8:]}" for phone in PEOPLE]


def test_nothing_to_send_is_not_sent(provider: Provider, gateway: AfricasTalking) -> None:
    assert gateway.send([]) == []
    assert provider.calls == []


@pytest.mark.parametrize("text", ["", " \n", "a\x00b", "\ud800", "x" * 700])
def test_what_cannot_be_sent_is_refused_here_and_its_neighbours_go(
    provider: Provider, gateway: AfricasTalking, text: str
) -> None:
    answers = gateway.send([BATCH[0], Outgoing(50, PEOPLE[9], text), BATCH[1]])

    assert outcomes(answers) == [A, R, A]
    assert answers[1].reason
    assert [call.numbers for call in provider.calls] == [[PEOPLE[0].e164, PEOPLE[1].e164]]


@pytest.mark.parametrize(
    "manner",
    ["well", "status 200", "charset", "called html", "no content type", "byte order mark", "chunked", "reversed",
     "one more", "said twice", "without plus", "as a number", "local form", "spaced", "codes as text", "no codes"],
)  # fmt: skip
def test_an_acceptance_is_understood_in_every_dress(provider: Provider, gateway: AfricasTalking, manner: str) -> None:
    provider.manner = manner
    answers = gateway.send(BATCH)

    assert outcomes(answers) == [A, A, A]
    assert [answer.provider_id for answer in answers] == [f"ATXid_345678{last:02}" for last in range(3)]
    assert len(provider.calls) == 1


@pytest.mark.parametrize("manner", ["id None", "no id"])
def test_a_text_may_be_accepted_without_an_id(provider: Provider, gateway: AfricasTalking, manner: str) -> None:
    provider.manner = manner

    assert [(answer.outcome, answer.provider_id) for answer in gateway.send(BATCH)] == [(A, None)] * 3


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ("one fewer", [A, A, U]),
        ("odd entries", [A, A, U]),
        ("code unheard of", [U, U, U]),
        ("code true", [U, U, U]),
        ("invalid sender", [N, N, N]),
        ("no balance", [N, N, N]),
        ("could not send", [N, N, N]),
        ("sent to none", [N, N, N]),
        ("sent to one unnamed", [U, U, U]),
        ("recipients null", [U, U, U]),
        ("recipients a word", [U, U, U]),
        ("html 200", [U, U, U]),
        ("html 201", [U, U, U]),
        ("html called json", [U, U, U]),
        ("broken json", [U, U, U]),
        ("deep json", [U, U, U]),
        ("huge integer", [U, U, U]),
        ("a list", [U, U, U]),
        ("another document", [U, U, U]),
        ("empty", [U, U, U]),
        ("not utf-8", [U, U, U]),
        ("redirect", [N, N, N]),
        ("hang up", [U, U, U]),
        ("reset", [U, U, U]),
        ("half", [U, U, U]),
        ("half and reset", [U, U, U]),
        ("endless", [U, U, U]),
    ],
)
def test_what_is_not_sure_is_not_claimed(
    provider: Provider, gateway: AfricasTalking, manner: str, expected: list[SendOutcome]
) -> None:
    provider.manner = manner
    answers = gateway.send(BATCH)

    assert outcomes(answers) == expected
    assert [answer.our_id for answer in answers] == [10, 11, 12]
    assert all(answer.reason for answer in answers if answer.outcome is not A)
    assert len(provider.calls) == 1


@pytest.mark.parametrize("manner", ["slow", "crawl"])
def test_an_answer_that_does_not_come_in_time_leaves_the_texts_unknown(
    provider: Provider, hasty: AfricasTalking, manner: str
) -> None:
    provider.manner = manner
    started = time.monotonic()

    assert outcomes(hasty.send(BATCH)) == [U, U, U]
    assert len(provider.calls) == 1
    assert time.monotonic() - started < 4  # the crawl alone would last five seconds and more


@pytest.mark.parametrize(
    ("code", "expected"),
    [(100, A), (101, A), (102, A), (401, R), (402, N), (403, R), (404, R), (405, N), (406, R), (407, R), (409, L),
     (500, L), (501, L), (502, L), (408, U), (103, U), (0, U)],
)  # fmt: skip
def test_every_code_of_the_provider_has_one_meaning(
    provider: Provider, gateway: AfricasTalking, code: int, expected: SendOutcome
) -> None:
    provider.manner = f"code {code}"
    (answer,) = gateway.send(BATCH[:1])

    assert answer.outcome is expected
    assert answer.opted_out is (code == 406)
    assert answer.reason == ("" if expected is A else NAMES.get(code, f"status {code}"))
    if code > 400:
        assert answer.provider_id is None or code == 408


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, R), (401, N), (402, N), (403, N), (404, N), (405, N), (408, N), (413, R), (415, R), (422, R), (425, N),
     (429, N), (500, U), (502, U), (503, N), (504, U), (418, U), (304, N)],
)  # fmt: skip
def test_the_status_that_the_sdk_drops_is_kept(
    provider: Provider, gateway: AfricasTalking, status: int, expected: SendOutcome
) -> None:
    provider.manner = f"http {status}"
    (answer,) = gateway.send(BATCH[:1])

    assert (answer.outcome, answer.reason) == (expected, f"HTTP {status}")


def test_one_number_that_the_provider_will_not_read_does_not_take_its_neighbours_down(
    provider: Provider, gateway: AfricasTalking
) -> None:
    provider.manner = "choosy"
    provider.bad_numbers = {PEOPLE[6].e164}
    answers = gateway.send([Outgoing(place, phone, "Halo.") for place, phone in enumerate(PEOPLE[:16])])

    assert [place for place, answer in enumerate(answers) if answer.outcome is R] == [6]
    assert outcomes(answers).count(A) == 15
    assert len(provider.calls) == 9


def test_a_provider_that_is_not_there_is_tried_later() -> None:
    for url in ("http://127.0.0.1:1", "https://does-not-exist.invalid"):
        gateway = AfricasTalking("sandbox", "the-key", url, timeout=(0.5, 0.5))
        assert [(answer.outcome, answer.reason) for answer in gateway.send(BATCH)] == [(N, "no connection")] * 3


def test_a_server_without_tls_is_never_given_the_key(provider: Provider) -> None:
    gateway = AfricasTalking("sandbox", "the-key", provider.url.replace("http:", "https:"), timeout=(0.5, 0.5))

    assert set(outcomes(gateway.send(BATCH))) <= {N, U}
    assert provider.calls == []


def test_a_proxy_in_the_environment_is_not_given_the_key(
    provider: Provider, gateway: AfricasTalking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert outcomes(gateway.send(BATCH)) == [A, A, A]


def test_sending_starts_no_thread_that_nobody_waits_for(provider: Provider, hasty: AfricasTalking) -> None:
    provider.manner = "slow"
    before = set(threading.enumerate())
    hasty.send(BATCH)

    started = set(threading.enumerate()) - before
    assert not [thread for thread in started if "process_request_thread" not in thread.name]  # the stand-in's own


def test_many_threads_may_send_at_once(provider: Provider, gateway: AfricasTalking) -> None:
    found: list[list[Sent]] = []
    texts = [[Outgoing(n, phone, f"Halo {n}.")] for n, phone in enumerate(PEOPLE)]
    threads = [threading.Thread(target=lambda text=text: found.append(gateway.send(text))) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(
        (answer.our_id, answer.provider_id) for answers in found for answer in answers
    ) == [(n, f"ATXid_{phone.e164[-8:]}") for n, phone in enumerate(PEOPLE)]  # fmt: skip


def test_a_gateway_holds_nothing_that_a_fork_or_a_pickle_would_break(gateway: AfricasTalking) -> None:
    assert repr(pickle.loads(pickle.dumps(gateway))) == "AfricasTalking('sandbox')"  # noqa: S301


WAITING: list[dict[str, Any]] = [
    {
        "linkId": "x",
        "text": "YA",
        "to": "12345",
        "id": 1101,
        "date": "2018-03-19T08:34:18.445Z",
        "from": "+6281234567890",
    },
    {"text": "Halo\x00", "to": "12345", "id": "1102", "date": "2018-03-19 08:34:18", "from": "TELKOMSEL"},
    {"id": None, "text": ["x"]},
]


def test_texts_lost_while_we_were_down_can_be_fetched(provider: Provider, gateway: AfricasTalking) -> None:
    provider.inbox = WAITING
    fetched = gateway.fetch(after_id=1100)

    assert fetched.problem == ""
    assert [message.provider_id for message in fetched.messages] == ["1101", "1102", ""]
    assert [message.problem for message in fetched.messages] == [
        "",
        "the sender is not a phone",
        "missing: from, text",
    ]
    assert fetched.messages[0].text == "YA"
    assert fetched.messages[1].text == "Halo"
    assert provider.calls[0].form == {"username": ["sandbox"], "lastReceivedId": ["1100"]}


@pytest.mark.parametrize("manner", ["broken json", "http 401", "http 500"])
def test_a_fetch_that_fails_says_so_and_brings_nothing(
    provider: Provider, gateway: AfricasTalking, manner: str
) -> None:
    provider.manner = manner
    fetched = gateway.fetch()

    assert fetched.messages == ()
    assert fetched.problem


def test_a_fetch_from_nobody_says_so() -> None:
    assert AfricasTalking("sandbox", "the-key", "http://127.0.0.1:1").fetch().problem.startswith("no answer")


anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=10,
)
entries = st.dictionaries(st.sampled_from(sorted(taken("+6281234567800"))), anything) | anything
numbers = st.sampled_from([phone.e164 for phone in PEOPLE[:4]])


@given(st.integers(100, 599), st.binary(max_size=300))
def test_any_answer_at_all_gives_one_result_for_each_text(status: int, body: bytes) -> None:
    answers = read_answer(status, body, BATCH)

    assert [answer.our_id for answer in answers] == [10, 11, 12]
    assert A not in outcomes(answers)


@given(st.lists(st.one_of(entries, st.builds(lambda number: taken(number), numbers)), max_size=5), st.text(max_size=30))
def test_any_recipients_give_one_result_for_each_text_and_an_acceptance_only_where_it_was_said(
    recipients: list[Any], message: str
) -> None:
    said = [entry.get("number") for entry in recipients if isinstance(entry, dict)]
    answers = read_answer(201, json.dumps(sent(recipients, message)).encode(), BATCH)

    assert [answer.our_id for answer in answers] == [10, 11, 12]
    for text, answer in zip(BATCH, answers, strict=True):
        assert answer.outcome is not A or text.phone.e164 in said
        assert text.phone.e164[3:] not in answer.reason


def test_neither_texts_nor_results_show_a_number(provider: Provider, hasty: AfricasTalking) -> None:
    shown = repr(BATCH) + repr(hasty)
    for manner in ("well", "html 200", "http 400", "slow"):
        provider.manner = manner
        shown += repr([replace(answer, provider_id=None) for answer in hasty.send(BATCH)])

    assert "345678" not in shown
    assert "Iuran" not in shown
    assert "the-key" not in shown
