"""The handset in the terminal: the real command over a real server, by hand and from a script."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result

from tests.people import NOW, a_worker
from tests.serving import serving
from tests.texts import a_text
from verify_service.cli import main
from verify_service.demo.network import Http, Network, NetworkFault, ServerAway, Service
from verify_service.ground.crypto import unseal
from verify_service.ground.settings import settings

NUMBER = "+6281234567890"
PEOPLE = [
    {"number": NUMBER, "role": "worker", "name": "Sulistiawati Dewi", "code": "902601", "note": "cover active"},
    {"number": "+6281299990002", "role": "worker", "name": "Siti Dewi", "code": "902602", "note": ""},
    {"number": "+6281299990003", "role": "rt_head", "name": "H. Jabal", "code": "902603", "note": "RT 001"},
]
MENU = "CON SIGAP Bekasi\n1 Cek perlindungan saya"


@dataclass
class Place:
    """A running service, and the folder where a demo would have written down how to reach it."""

    url: str
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "verify_service.cli", "phone", *arguments, "--data-dir", str(self.folder)]

    def typed(self, typed: str, *arguments: str, **environment: str) -> Result:
        """Pipe this into the command, which needs no setting of ours."""
        bare: dict[str, str | None] = {name: None for name in os.environ if name.startswith("VERIFY_")}
        return CliRunner().invoke(
            main, ["phone", *arguments, "--data-dir", str(self.folder)], input=typed, env=bare | environment
        )

    def screens(self, typed: str, *arguments: str) -> list[str]:
        """What a script reads on standard output, block by block."""
        done = self.typed(typed, *(arguments or (NUMBER,)))
        assert done.exit_code == 0, done.output
        return done.stdout.removesuffix("\n").split("\n\n") if done.stdout else []


def bare_environment() -> dict[str, str]:
    """The environment of somebody who only has the demo."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("VERIFY_", "NO_COLOR"))}


@pytest.fixture
def place(db: Any, tmp_path: Path) -> Iterator[Place]:
    """The service over a clean database, as a demo describes it."""
    with serving() as url:
        facts = {
            "url": url,
            "webhook_secret": settings().webhook_secrets[0],
            "ussd_code": "*123*456#",
            "texting_number": "28282",
            "phones": PEOPLE,
        }
        (tmp_path / "demo.json").write_text(json.dumps(facts))
        yield Place(url, tmp_path)


def test_a_script_dials_and_answers(place: Place, db: Any) -> None:
    a_worker(db)
    first, second, *rest = place.screens("\n1\n")
    assert first.startswith(MENU)
    assert second.startswith("CON ")
    assert rest == []
    assert db.execute("SELECT hops FROM conversation").fetchone() == (1,)


@pytest.mark.parametrize("number", ["081234567890", "+62 812-3456-7890", "sulistiawati dewi", "SULIS", "worker"])
def test_one_dials_as_a_number_a_name_or_a_role(place: Place, db: Any, number: str) -> None:
    a_worker(db)
    assert place.screens("dial\n", number)[0].startswith(MENU)


def test_a_shortcut_arrives_with_the_first_hop(place: Place, db: Any) -> None:
    a_worker(db)
    assert place.screens("*123*456*1#\n") == place.screens(".call *123*456*1#\n")
    assert db.execute("SELECT count(DISTINCT heard_length) FROM conversation").fetchone() == (1,)


def test_each_screen_is_one_line_of_json(place: Place, db: Any) -> None:
    a_worker(db)
    done = place.typed("dial\n0\n", NUMBER, "--json")
    first, last = map(json.loads, done.stdout.splitlines())
    assert set(first) == {"sent", "screen", "septets", "over", "ms"}
    assert (first["sent"], first["septets"], first["over"]) == ("", len(first["screen"]), False)
    assert (last["sent"], last["over"], last["screen"][:4]) == ("0", True, "END ")
    assert db.execute("SELECT status FROM session_end").fetchall() == [("Success",)]


def test_a_dropped_talk_is_taken_up_again(place: Place, db: Any) -> None:
    a_worker(db)
    menu, cover, resumed = place.screens("\n1\n.drop\n\n")
    assert menu.startswith(MENU)
    assert "1 Lanjutkan" in resumed or "Lanjut" in resumed
    assert resumed != cover
    ends = db.execute("SELECT status, hops FROM session_end ORDER BY id").fetchall()
    assert ends == [("Incomplete", 2), ("Incomplete", 1)]  # the second: standard input ended in mid-session


def test_a_repeated_hop_is_the_same_screen_and_changes_nothing(place: Place, db: Any) -> None:
    a_worker(db)
    screens = place.screens("\n1\n.repeat\n.repeat\n")
    assert screens[1] == screens[2] == screens[3]
    assert db.execute("SELECT hops FROM conversation").fetchone() == (1,)
    assert db.execute("SELECT hops FROM session_end").fetchone() == (2,)


def test_the_last_screen_comes_again_after_the_end(place: Place, db: Any) -> None:
    a_worker(db)
    screens = place.screens("\n0\n.repeat\n")
    assert screens[1].startswith("END ")
    assert screens[1] == screens[2]
    assert db.execute("SELECT status, times FROM session_end").fetchall() == [("Success", 1)]


def test_a_text_delivered_twice_is_kept_once(place: Place, db: Any) -> None:
    done = place.typed(".twice\n.sms YA, sudah terima\n.twice\n", NUMBER)
    assert (done.exit_code, done.stdout) == (0, "")
    rows = db.execute("SELECT body, recipient, quarantined, sent_at FROM inbound_message").fetchall()
    assert len(rows) == 1
    assert unseal(rows[0][0], "inbound_message.body") == "YA, sudah terima"
    assert rows[0][1:3] == ("28282", None)
    assert rows[0][3] is not None


def test_texts_received_are_shown_when_asked_for(place: Place, db: Any) -> None:
    a_text(db, NUMBER, "Balas YA\natau TIDAK")
    a_text(db, "+6281299990002", "for somebody else")
    assert place.screens(".inbox\n") == ["SMS 28282 2026-11-23 03:00:00\nBalas YA\natau TIDAK"]
    line = json.loads(place.typed(".inbox\n", NUMBER, "--json").stdout)
    assert (line["sender"], line["text"], line["septets"], line["parts"]) == ("28282", "Balas YA\natau TIDAK", 19, 1)


def test_another_number_is_put_into_the_phone(place: Place, db: Any) -> None:
    a_worker(db)
    screens = place.screens("dial\n.as jabal\ndial\n")
    assert screens[0].startswith(MENU)
    assert "Pilih bahasa" in screens[1]
    assert db.execute("SELECT count(DISTINCT phone_id) FROM conversation").fetchone() == (2,)


def test_an_answer_may_begin_with_a_dot(place: Place, db: Any) -> None:
    a_worker(db)
    line = json.loads(place.typed("dial\n...titik\n", NUMBER, "--json").stdout.splitlines()[1])
    assert line["sent"] == "..titik"


def test_what_reaches_nobody_is_said_on_standard_error(place: Place, db: Any) -> None:
    a_worker(db)
    done = place.typed("1\n.drop\n.repeat\n.nonsense\n*999#\n.sms\n.inbox\n.help\n", NUMBER)
    assert (done.exit_code, done.stdout) == (0, "")
    for said in ("'1' was not sent", "no session", "dial first", ".nonsense", "*999#", ".sms YA", "No texts", ".twice"):
        assert said in done.stderr
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (0,)


def test_quit_leaves_the_rest_unread(place: Place, db: Any) -> None:
    a_worker(db)
    assert len(place.screens("dial\n.quit\n1\n1\n")) == 1
    assert db.execute("SELECT status FROM session_end").fetchall() == [("Incomplete",)]


REFUSED: list[tuple[str, tuple[str, ...], str]] = [
    ("words", ("nobody",), "neither a number nor a name"),
    ("a landline", ("021 8895 7777",), "a mobile number (08...)"),
    ("too short", ("0812",), "10 to 13 digits"),
    ("nothing", ("",), "is not a phone number"),
    ("a name of two", ("dewi",), "may be any of 2: Sulistiawati Dewi (+6281234567890), Siti Dewi (+6281299990002)"),
    ("no such server", (NUMBER, "--url", "http://127.0.0.1:9"), "does not answer"),
    ("no address", (NUMBER, "--url", "localhost"), "not the address of a server"),
    ("a port of letters", (NUMBER, "--url", "http://localhost:port"), "port"),
    ("another secret", (NUMBER, "--url", "{url}", "--secret", "not / the secret"), "does not know this webhook secret"),
]


@pytest.mark.parametrize(("arguments", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_with_a_sentence(place: Place, arguments: tuple[str, ...], said: str) -> None:
    done = place.typed("dial\n", *(part.replace("{url}", place.url) for part in arguments))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("content", "said"), [(None, "No demo is running"), ("{half", "cannot be read")])
def test_without_a_demo_one_is_told_how_to_start_one(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "demo.json").write_text(content)
    done = Place("", tmp_path).typed("dial\n", NUMBER)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_elsewhere_needs_its_address_and_secret_only(place: Place, db: Any, tmp_path: Path) -> None:
    a_worker(db)
    elsewhere = Place(place.url, tmp_path / "empty")
    secret = settings().webhook_secrets[0]
    by_option = elsewhere.typed("dial\n", NUMBER, "--url", place.url, "--secret", secret)
    by_variable = elsewhere.typed("dial\n", NUMBER, "--url", place.url + "/", VERIFY_WEBHOOK_SECRETS=f"{secret},old")
    for done in (by_option, by_variable):
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith(MENU)
    without = elsewhere.typed("dial\n", NUMBER, "--url", place.url)
    assert without.exit_code == 1
    assert "VERIFY_WEBHOOK_SECRETS" in without.stderr
    assert not (tmp_path / "empty").exists()


def test_without_a_number_one_sees_whom_one_can_dial_as(place: Place) -> None:
    done = place.typed("")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [person["number"] for person in PEOPLE]
    assert "902603" in done.stdout
    assert json.loads(place.typed("", "--json").stdout) == PEOPLE


def test_a_hop_that_was_not_answered_is_sent_again_by_the_network(place: Place, db: Any) -> None:
    a_worker(db)
    service = Service(place.url, settings().webhook_secrets[0], "*123*456#", "28282")
    network = Network(service, NUMBER)
    network.dial()
    cut = Network(Service("http://127.0.0.1:9", "s", "*123*456#", "28282"), NUMBER)
    with pytest.raises(ServerAway):
        cut.dial()
    assert cut.dialled
    with pytest.raises(NetworkFault, match="no session"):
        Network(service, NUMBER).answer("1")
    menu = network.answer("1")
    assert network.repeat().screen == menu.screen
    assert network.hops == 2
    network.drop()
    network.drop()
    assert db.execute("SELECT status, times FROM session_end").fetchall() == [("Incomplete", 1)]


class Fickle(BaseHTTPRequestHandler):
    """A server that keeps connections, and closes every second one behind the caller's back."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(self.client_address[1])
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"CON hi")
        self.close_connection = len(self.seen) % 2 == 0

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def test_a_kept_connection_that_the_server_closed_is_opened_again() -> None:
    Fickle.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Fickle) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        carrier = Http(url)
        network = Network(Service(url, "s", "*123*456#", "28282"), NUMBER, carrier)
        network.dial()
        for answer in "123":
            assert network.answer(answer).words == "hi"
        carrier.close()
        server.shutdown()
        thread.join()
    first, second, third, fourth = Fickle.seen
    assert first == second != third == fourth


def test_a_script_in_a_pipe_reads_nothing_but_screens(place: Place, db: Any) -> None:
    a_worker(db)
    done = subprocess.run(
        place.command(NUMBER),
        input="\n1\n.sms YA\n",
        capture_output=True,
        text=True,
        timeout=30,
        env=bare_environment(),
        check=False,
    )
    assert done.returncode == 0
    assert [block[:4] for block in done.stdout.split("\n\n")] == ["CON ", "CON "]
    assert done.stderr == "Sent to 28282.\n"


@dataclass
class Terminal:
    """Somebody at a terminal."""

    process: subprocess.Popen[bytes]
    screen: int
    seen: str = field(default="")

    def type(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def sees(self, words: str, seconds: float = 10) -> None:
        """Wait until these words appear after what was seen so far."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < deadline, f"{words!r} is not in {self.seen!r}"
            if select.select([self.screen], [], [], 0.1)[0]:
                self.seen += os.read(self.screen, 65536).decode(errors="replace")
        self.seen = self.seen.partition(words)[2]

    def leaves(self) -> int:
        self.sees("The phone is off.")
        return self.process.wait(timeout=10)


@pytest.fixture
def terminal(place: Place) -> Iterator[Terminal]:
    """The phone of the worker in a terminal."""
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        place.command(NUMBER),
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=bare_environment() | {"TERM": "xterm"},
        start_new_session=True,
    )
    os.close(inside)
    yield Terminal(process, outside)
    process.kill()
    process.wait()
    os.close(outside)


def test_a_person_holds_the_phone(db: Any, terminal: Terminal) -> None:
    a_worker(db)
    terminal.sees("Enter dials")
    terminal.type("\n")
    terminal.sees("\x1b[42m SIGAP Bekasi")  # black on green, as screens were
    terminal.sees("/160  in session")
    terminal.sees("hop 1 │")
    terminal.type("0\n")
    terminal.sees("session over")
    terminal.type(".sms YA\n")
    terminal.sees("Sent to 28282.")
    terminal.type(".as nobody\n")
    terminal.sees("neither a number nor a name")
    terminal.type("\x04")  # Ctrl-D
    assert terminal.leaves() == 0


def test_a_text_is_announced_when_it_arrives(db: Any, terminal: Terminal) -> None:
    a_worker(db)
    a_text(db, NUMBER, "Yang lama", sent_at=NOW)
    terminal.sees("> ")
    a_text(db, NUMBER, "Balas YA")
    terminal.sees("A new text from 28282", seconds=3)
    terminal.type(".inbox\n")
    terminal.sees("8 septets, 1 SMS")
    terminal.sees("new")
    terminal.sees("Balas YA")


def test_ctrl_c_leaves_and_the_network_says_so(db: Any, terminal: Terminal) -> None:
    a_worker(db)
    terminal.sees("> ")
    terminal.type("\n")
    terminal.sees("in session")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.leaves() == 0
    assert db.execute("SELECT status FROM session_end").fetchall() == [("Incomplete",)]
