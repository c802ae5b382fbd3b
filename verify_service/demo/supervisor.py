"""Starting everything and keeping it running: servers, web, worker, clock. All of it stops when this does."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from verify_service.demo import embedded, keys
from verify_service.demo.children import dying_with_owner
from verify_service.demo.embedded import ServersRefused, write_private
from verify_service.ground.settings import SettingsRefused, settings

OFFICER = "petugas@demo.bekasi.example"
PEOPLE = "people"  # the process of the invented people, which ends with its round
_MOST_REVIVALS = 8  # in a minute: more is a fault that starting again does not mend
_BEFORE_REVIVAL = 2.0  # seconds; killed backends need a moment to let go of their shared memory
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

Say = Callable[[str], None]


def run(data_dir: Path, port: int, roster: Path | None, *, say: Say, with_round: bool = False) -> None:
    """Run the demo until it is told to stop; raises ServersRefused or SettingsRefused with a clear sentence.

    `with_round`: a round over the sample city is played, with invented people who answer.
    """
    began = time.monotonic()
    _port_is_free(port)
    data_dir = embedded.prepare(data_dir)
    stop = _Stop()
    say("==> PostgreSQL and Valkey")
    servers = embedded.start(data_dir)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _set_environment(data_dir, servers)
        _refuse_live_gateway(sample_city=roster is None)
        facts = _prepare(data_dir, port, roster, say)
        say("==> web, worker, clock")
        commands = _commands(port)
        for name in commands:
            children[name] = _spawn(commands[name], data_dir / f"{name}.log")
        _await_ready(f"http://127.0.0.1:{port}/health/ready", children, data_dir, stop)
        servers.announce()
        write_private(data_dir / "demo.json", json.dumps(facts, ensure_ascii=False, indent=1))
        _tell(facts, time.monotonic() - began, say)
        if with_round:
            name = _begin_round(str(facts["url"]), say)
            commands[PEOPLE] = [sys.executable, "-m", "verify_service.demo.simulated_people", name]
            children[PEOPLE] = _spawn(commands[PEOPLE], data_dir / f"{PEOPLE}.log", told=True)
        _keep_running(children, commands, servers, data_dir, stop, say)
    finally:
        (data_dir / "demo.json").unlink(missing_ok=True)
        _stop(children)
        servers.stop()
        say("Stopped; the data are kept.")


class _Stop:
    """Ctrl-C or a terminate signal was received."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise ServersRefused(f"Port {port} needs more rights than you have; choose another: --port 8000") from None
        except OSError:
            raise ServersRefused(
                f"Port {port} is in use by another program; choose another: --port {port + 1}"
            ) from None


def _set_environment(data_dir: Path, servers: embedded.Servers) -> None:
    """`verify demo` honours every VERIFY_ variable that is set; the rest it makes up."""
    own = keys.environment_for(data_dir) | {
        "VERIFY_DATABASE_URL": servers.application_url,
        "VERIFY_OWNER_DATABASE_URL": servers.owner_url,
        "VERIFY_REDIS_URL": servers.redis_url,
        "VERIFY_GATEWAY": "console",
    }
    for name, value in own.items():
        os.environ.setdefault(name, value)
    os.environ["VERIFY_DATA_DIR"] = str(data_dir)
    os.environ["VERIFY_DEMO"] = "1"


def _refuse_live_gateway(*, sample_city: bool) -> None:
    """Invented numbers belong to real people somewhere: the sample city never meets a live gateway."""
    from verify_service.messaging.gateways import can
    from verify_service.messaging.gateways.africastalking import AfricasTalking

    chosen = settings()
    if not sample_city or can().simulated:
        return
    stand_in = chosen.gateway == AfricasTalking.name and urlsplit(chosen.at_base_url).hostname in _LOOPBACK
    if not stand_in:
        raise SettingsRefused(
            f"VERIFY_GATEWAY: the sample city is not started with {chosen.gateway!r}, whose messages would reach"
            " strangers. Unset it, point VERIFY_AT_BASE_URL at this machine, or load your own list: --roster FILE"
        )


def _prepare(data_dir: Path, port: int, roster: Path | None, say: Say) -> dict[str, object]:
    from sqlalchemy import select

    from verify_service.accounts.officers import Position, ready_officer
    from verify_service.conversations.news import reconcile_and_tell
    from verify_service.demo import city, sample_grievances
    from verify_service.ground.database import forget_engine, transaction
    from verify_service.ground.programme import programme
    from verify_service.ground.tables import Officer
    from verify_service.installation import migrate
    from verify_service.record import sealing
    from verify_service.record.keys import signer, verifier_keys
    from verify_service.verification.reconciliation import drain

    say(f"==> schema {migrate()}")
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        if city.empty(session):
            say("==> the sample city" if roster is None else f"==> {roster.name}")
            city.load(session, data_dir / "sample", roster=roster, now=now, say=say)
        password = _kept_password(data_dir)
        if session.scalar(select(Officer.id).where(Officer.email == OFFICER)) is None:
            ready_officer(session, OFFICER, password, "Petugas Demo", Position("supervisor", cleared=True))
        officers = sample_grievances.staff(session, password)
        if roster is None:
            sample_grievances.load(session, now=now, say=say)
        phones = city.people(session)

    def one_batch() -> object:
        with transaction() as session:
            return reconcile_and_tell(session, now=now)

    say(f"==> {drain(one_batch).verdicts} verdicts")  # type: ignore[arg-type]
    with transaction() as session:  # else the worker seals the whole city while somebody waits for a verdict
        sealing.seal(session, now=dt.datetime.now(dt.UTC), signer=signer(), keys=verifier_keys())
    _publish_first(now)
    forget_engine()
    return {
        "url": f"http://127.0.0.1:{port}",
        "webhook_secret": settings().webhook_secrets[0],
        "officer": {"email": OFFICER, "password": password},
        "officers": officers,
        "ussd_code": programme().ussd_code,
        "texting_number": programme().texting.number,
        "phones": phones,
    }


def _publish_first(now: dt.datetime) -> None:
    """The public page has figures from the start; later ones come by night."""
    from verify_service.ground.database import transaction
    from verify_service.publication import printed, publishing
    from verify_service.publication.brief import keep_brief

    with transaction() as session:
        held = None if printed.current(session) else publishing.ready(session, now=now)
    if held is not None:
        decided = publishing.decide(held, random.SystemRandom())
        with transaction() as session:
            publishing.keep(session, decided, now=now, by="demo")
            keep_brief(session)


def _kept_password(data_dir: Path) -> str:
    path = data_dir / "officer.password"
    if not path.exists():
        write_private(
            path, secrets.token_urlsafe(15)
        )  # of nine bytes one in some thousands is "easy", and none is drawn again
    return path.read_text().strip()


def _commands(port: int) -> dict[str, list[str]]:
    web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    web += ["--workers", "1", "--blocking-threads", "8", "--log-level", "warning", "--no-access-log", "wsgi:app"]
    return {
        "web": [sys.executable, *web],
        "worker": [sys.executable, "-m", "jobs.worker"],
        "clock": [sys.executable, "-m", "jobs.clock"],
    }


def _begin_round(url: str, say: Say) -> str:
    from verify_service.demo import played_round
    from verify_service.ground import queue
    from verify_service.ground.database import forget_engine, transaction

    with transaction() as session:
        held, people = played_round.begin(session, now=dt.datetime.now(dt.UTC))
        name, page, closes_at = held.name, played_round.page_of(held), held.closes_at
    forget_engine()
    queue.nudge(queue.ROUNDS)
    left = (closes_at - dt.datetime.now(dt.UTC)).total_seconds() / 60 if closes_at else 0.0
    say(f"\n  A round        {url}{page}")
    say(f"  {people:,} people are drawn, and answer as people do, an hour of theirs in a minute.")
    say(f"  It closes in {max(0.0, left):.0f} minutes; then its report is held against the truth, here.")
    return name


def _spawn(command: list[str], log: Path, *, told: bool = False) -> subprocess.Popen[bytes]:
    """A child that writes to its log; with `told`, what it prints goes to whoever runs the demo."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=None if told else output,
            stderr=output,
            preexec_fn=dying_with_owner(signal.SIGTERM),
        )


def _await_ready(url: str, children: dict[str, subprocess.Popen[bytes]], data_dir: Path, stop: _Stop) -> None:
    for _ in range(600):
        for name, child in children.items():
            if child.poll() is not None:
                raise ServersRefused(f"The {name} process stopped while starting; details: {data_dir / name}.log")
        try:
            with urllib.request.urlopen(url, timeout=3):  # noqa: S310  # our own address
                return
        except (urllib.error.URLError, OSError):
            if stop.asked:
                return
            time.sleep(0.1)
    raise ServersRefused(f"The web process did not answer within a minute; details: {data_dir / 'web.log'}")


def _tell(facts: dict[str, object], seconds: float, say: Say) -> None:
    url, officer, phones = facts["url"], facts["officer"], facts["phones"]
    assert isinstance(officer, dict)
    assert isinstance(phones, list)
    say(f"\nReady in {seconds:.1f} s.\n")
    say(f"  A phone        {url}/simulator")
    say(f"  The officers   {url}/console/   {officer['email']}  {officer['password']}")
    say(f"  The public     {url}/")
    say(f"\nDial {facts['ussd_code']} as, for example:")
    for phone in phones[:6]:
        say(f"  {phone['number']:<16} {phone['name'][:28]:<28} {phone['note']}")
    say("\nChoose 1, then 1 again, and watch the console. Ctrl-C stops everything.")


def _keep_running(
    children: dict[str, subprocess.Popen[bytes]],
    commands: dict[str, list[str]],
    servers: embedded.Servers,
    data_dir: Path,
    stop: _Stop,
    say: Say,
) -> None:
    revived: list[float] = []
    while not stop.asked:
        time.sleep(0.2)
        if not servers.alive():
            revived = [*(when for when in revived if when > time.monotonic() - 60), time.monotonic()]
            if len(revived) > _MOST_REVIVALS:
                logs = f"{data_dir}/postgres.log and valkey.log"
                raise ServersRefused(f"PostgreSQL or Valkey stops again and again; details: {logs}")
            say("PostgreSQL or Valkey stopped; starting it again.")
            time.sleep(_BEFORE_REVIVAL)
            servers.revive()
        for name, child in list(children.items()):
            if child.poll() is None:
                continue
            if name == PEOPLE and child.returncode == 0:  # the round has ended
                del children[name]
                continue
            say(f"The {name} process stopped ({child.returncode}); starting it again.")
            _signal_all(child, signal.SIGKILL)  # what it had started, and holds its port
            time.sleep(0.5)
            children[name] = _spawn(commands[name], data_dir / f"{name}.log", told=name == PEOPLE)


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        _signal_all(child, signal.SIGTERM)
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(5)
        _signal_all(child, signal.SIGKILL)
        child.wait()


def _signal_all(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """To the child and to whatever it started: each leads a session of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, how)
