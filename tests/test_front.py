"""What stands in front: whose word counts, under which names we answer, and half-sent forms."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.officers import an_officer, sign_in
from tests.serving import new_client, serving
from verify_service.app import create_app
from verify_service.ground.crypto import blind_index
from verify_service.ground.settings import SettingsRefused, read_settings, settings

ROOT = Path(__file__).parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAME = "sigap.example.org"
HALF = b"POST /console/login HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\nemail="


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


@contextmanager
def set_to(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    for name, value in values.items():
        monkeypatch.setenv(f"VERIFY_{name}", value)
    forget_everything()
    try:
        yield
    finally:
        monkeypatch.undo()
        forget_everything()


def places(db: Any) -> set[bytes]:
    """From where wrong passwords came, as the counts know them."""
    return {bytes(row[0]) for row in db.execute("SELECT address_index FROM sign_in_attempt")}


@pytest.mark.parametrize(
    ("peer", "said", "counted"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # a stranger says whom he likes
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),  # what he wrote before our proxy did
        ("127.0.0.1", "198.51.100.1, 127.0.0.1", "198.51.100.1"),  # two proxies of ours
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::/64"),
    ],
)
def test_a_forwarded_address_counts_from_our_own_proxies_alone(
    client: FlaskClient, db: Any, peer: str, said: str, counted: str
) -> None:
    sign_in(client, password="wrong", environ_base={"REMOTE_ADDR": peer}, headers={"X-Forwarded-For": said})
    assert places(db) == {blind_index(counted, "address")}


def test_proxies_elsewhere_are_set(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    with set_to(monkeypatch, TRUSTED_PROXIES="10.0.0.0/24, 192.0.2.7"):
        for peer in ("10.0.0.3", "127.0.0.1"):
            how = {"environ_base": {"REMOTE_ADDR": peer}, "headers": {"X-Forwarded-For": "198.51.100.1"}}
            sign_in(new_client(), password="wrong", **how)
        assert places(db) == {blind_index("198.51.100.1", "address"), blind_index("127.0.0.1", "address")}


@pytest.mark.parametrize(
    ("name", "value"),
    [("TRUSTED_PROXIES", "everybody"), ("PUBLIC_URL", "sigap.example.org"), ("PUBLIC_URL", "https://a.example/path")],
)
def test_a_wrong_front_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"VERIFY_{name}", value)
    with pytest.raises(SettingsRefused, match=f"VERIFY_{name}"):
        read_settings()


def test_a_foreign_name_is_refused_and_ours_are_not(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    with set_to(monkeypatch, DEMO="0", PUBLIC_URL=f"https://{NAME}", HOSTS="sigap.intern"):
        client = new_client()
        for host, status in ((NAME, 200), ("sigap.intern", 200), ("evil.example", 400), ("localhost", 400)):
            assert client.get("/", base_url=f"https://{host}").status_code == status, host
        assert (
            client.get("/", base_url=f"https://{NAME}", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400
        )
        secret = settings().webhook_secrets[0]
        hop = {"session": "1", "msisdn": "+6281234567890", "type": "begin", "input": ""}
        inside = client.post(f"/webhooks/ussd/{secret}", data=hop, base_url="http://10.0.0.5:8000")
        assert inside.status_code == 200, "a carrier calls us by an address of the network"
        assert client.get("/health/live", base_url="http://10.0.0.5:8000").status_code == 200


def test_the_address_that_is_handed_out_is_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    with set_to(monkeypatch, PUBLIC_URL=f"https://{NAME}"):
        client = new_client()
        an_officer()
        sign_in(client)
        page = client.get("/console/account").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        made = client.post("/console/account/calendar", data={"csrf_token": token[1], "do": "make"})
        assert f'value="https://{NAME}/calendar/' in made.get_data(as_text=True)
        assert f"https://{NAME}/open311/v2" in client.get("/open311/v2/discovery.json").get_data(as_text=True)


def test_without_an_address_of_our_own_the_service_does_not_start(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    with set_to(monkeypatch, DEMO="0"), pytest.raises(SettingsRefused, match="VERIFY_PUBLIC_URL"):
        create_app()


def test_the_web_process_is_reached_from_this_machine_alone() -> None:
    assert "--host ${BIND:-127.0.0.1} " in (ROOT / "Procfile").read_text(encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def granian(db: Any, tmp_path: Path) -> Iterator[int]:
    """One process of the web as it runs, at its port."""
    port = free_port()
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    web += ["--blocking-threads", "8", "--no-ws", "--log-level", "warning", "wsgi:app"]
    with (tmp_path / "web.log").open("wb") as log:
        started = subprocess.Popen(web, cwd=ROOT, stderr=log, stdout=log, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        started.kill()
        started.wait()


def told(port: int, sent: bytes, seconds: float = 5.0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        line.sendall(sent)
        return line.recv(4096)


def test_half_sent_forms_keep_no_phone_waiting(granian: int) -> None:
    """The finding: nine half-sent logins stopped the service for 75 seconds."""
    hop = b"session=1&msisdn=%2B6281234567890&type=begin&input="
    path = f"/webhooks/ussd/{settings().webhook_secrets[0]}".encode()
    dialled = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" % path
    dialled += b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(hop), hop)
    told(granian, dialled)  # the first one waits for everything to be loaded
    waiting = []
    try:
        for _ in range(20):
            line = socket.create_connection(("127.0.0.1", granian), timeout=5)
            line.sendall(HALF % b"127.0.0.1")
            waiting.append(line)
        time.sleep(0.5)
        began = time.monotonic()
        for _ in range(5):
            assert told(granian, dialled).startswith(b"HTTP/1.1 200")
        assert told(granian, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
        assert time.monotonic() - began < 3
        whole = told(granian, (HALF % b"127.0.0.1") + b"x" * 94)
        assert whole.startswith(b"HTTP/1.1 503"), "who comes while others send is told to come back"
    finally:
        for line in waiting:
            line.close()


def a_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    kept = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "privkey.pem").write_bytes(kept)


@pytest.fixture
def nginx(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Path]]:
    """nginx with the configuration of docs/, in front of the service; its port, and the folder of its log."""
    if NGINX is None:
        pytest.skip("nginx is not installed: apt install nginx-light")
    port = free_port()
    a_certificate(tmp_path)
    shutil.copy(ROOT / "docs" / "nginx-proxy.conf", tmp_path / "verify-proxy.conf")
    with set_to(monkeypatch, HOSTS=NAME), serving() as behind:
        written = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
        for ours, theirs in (
            ("    listen [::]:443 ssl default_server;\n", ""),
            ("    listen [::]:443 ssl;\n", ""),
            ("listen 443", f"listen 127.0.0.1:{port}"),
            ("127.0.0.1:8000;", behind.removeprefix("http://") + ";"),
            ("/etc/ssl/verify", str(tmp_path)),
            ("/etc/nginx", str(tmp_path)),
            ("/var/log/nginx", str(tmp_path)),
            ("_timeout 10s", "_timeout 1s"),
        ):
            assert ours in written, ours
            written = written.replace(ours, theirs)
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        around = f"daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        whole = f"{around}http {{\n{temporary}{written}}}\n"
        (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
        started = subprocess.Popen([NGINX, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")])
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield port, tmp_path
        finally:
            started.terminate()
            started.wait()


def speak(port: int, name: str = NAME) -> ssl.SSLSocket:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    return trusting.wrap_socket(line, server_hostname=name)


def asked(port: int, path: str, more: str = "", body: str = "", method: str = "GET") -> str:
    with speak(port) as line:
        head = f"{method} {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n"
        head += f"Content-Length: {len(body)}\r\n{more}\r\n"
        line.sendall((head + body).encode())
        said = b""
        while part := line.recv(65536):
            said += part
        return said.decode(errors="replace")


def test_nginx_holds_half_sent_forms_to_a_deadline(nginx: tuple[int, Path]) -> None:
    port, _ = nginx
    lines = [speak(port) for _ in range(12)]
    for line in lines:
        line.sendall(HALF % NAME.encode())
    began = time.monotonic()
    assert "200 OK" in asked(port, "/console/login")
    assert time.monotonic() - began < 2
    for line in lines:
        ended = line.recv(200)
        assert ended == b"" or ended.startswith(b"HTTP/1.1 408")
        line.close()
    assert time.monotonic() - began < 5


def test_nginx_answers_to_our_name_alone(nginx: tuple[int, Path]) -> None:
    port, _ = nginx
    with pytest.raises((ssl.SSLError, ConnectionError)):
        speak(port, "evil.example")
    said = "X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
    page = asked(port, "/open311/v2/discovery.json", said)
    assert "200 OK" in page
    assert "evil.example" not in page


def test_through_nginx_nobody_says_who_he_is(nginx: tuple[int, Path], db: Any) -> None:
    port, _ = nginx
    page = asked(port, "/console/login")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    kept = re.search(r"[Ss]et-[Cc]ookie: (session=[^;]+)", page)
    assert token
    assert kept
    form = f"email=a%40b.example&password=wrong&csrf_token={token[1]}"
    more = f"Cookie: {kept[1]}\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: 198.51.100.1\r\n"
    more += f"Referer: https://{NAME}/console/login\r\n"
    assert " 401 " in asked(port, "/console/login", more, form, "POST").splitlines()[0]
    assert places(db) == {blind_index("127.0.0.1", "address")}


def test_nginx_keeps_secrets_out_of_its_log_and_large_bodies_out_of_pages(nginx: tuple[int, Path]) -> None:
    port, folder = nginx
    for path in (
        "/webhooks/ussd/verysecret",
        "/console/welcome/verysecret",
        "/calendar/verysecret.ics",
        "/?q=verysecret",
    ):
        asked(port, path)
    assert " 413 " in asked(port, "/console/login", body="x" * 1_100_000, method="POST").splitlines()[0]
    log = (folder / "verify.log").read_text(encoding="utf-8")
    assert "verysecret" not in log
    assert '"GET /" 200' in log
