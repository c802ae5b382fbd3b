"""One PostgreSQL and one Valkey for the whole run, a database per test process, emptied after each test."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.pq import TransactionStatus

from tests import warm_processes, warm_reader
from verify_service.accounts import passwords, pins
from verify_service.demo import embedded, keys
from verify_service.ground import amended, crypto, database, programme, queue, settings
from verify_service.messaging import gateways

hypothesis.settings.register_profile("verify", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("verify")
EXAMPLES = int(os.environ.get("VERIFY_EXAMPLES", "0"))  # `make soak` asks for more of each property


def examples(short: int) -> int:
    """How many examples a property is tried on: few in `make test`, many in `make soak`."""
    return max(short, EXAMPLES)


# What the tests write is thrown away: where memory can hold it, no disk has to. A run takes about 1 GB at once.
MEMORY, ROOM = Path("/dev/shm"), 6_000_000_000  # bytes
if os.access(MEMORY, os.W_OK) and (room := os.statvfs(MEMORY)).f_bavail * room.f_frsize > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

gc.disable()  # until all tests are found: till then nothing is garbage

KEPT = ("alembic_version", "area", "decision_row")  # reference tables: filled once, never changed by a test
TEMPLATE = "verify_template"
_SERVERS = pytest.StashKey[embedded.Servers]()
_TEMPLATE_MADE = pytest.StashKey[Future[None]]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the servers; workers are told where they are."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="verify-tests-"))
    servers = embedded.start(folder, durable=False)
    config.stash[_SERVERS] = servers
    environment = keys.environment_for(folder) | {"VERIFY_DATA_DIR": str(folder)}
    os.environ.update({**environment, "VERIFY_REDIS_URL": servers.redis_url, "VERIFY_DATABASE_URL": _at(servers)})
    os.environ["VERIFY_OWNER_DATABASE_URL"] = servers.owner_url.replace("/verify?", f"/{TEMPLATE}?")
    os.environ["VERIFY_DEMO"] = "1"
    # While the workers look for the tests, which takes them longer.
    config.stash[_TEMPLATE_MADE] = ThreadPoolExecutor(1).submit(_make_template, servers.owner_url)


def _make_template(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    from verify_service.installation import migrate

    migrate()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """No test before there is a schema."""
    node.config.stash[_TEMPLATE_MADE].result()


# Files of tests that wait more than they compute, and of those that hold the service to a deadline of seconds.
WAITING = {
    f"tests/{file}.py"
    for file in (
        "browser/test_whole",
        "ground/test_limits", "ground/test_logs", "ground/test_outages",
        "console/test_uploads",
        "jobs/test_jobs",
        "messaging/test_a_whole_outage", "messaging/test_outages", "messaging/test_real_kannel",
        "soak/test_crash", "soak/test_race", "soak/test_texts",
    )
}  # fmt: skip

# Few tests that take long: begun at the end, one of them would keep a core while the other has nothing to do.
HEAVY = {
    f"tests/{file}.py"
    for file in (
        "cli/test_commands", "grievances/test_escalation", "messaging/test_any_fate", "record/test_canonical",
        "registry/test_interrupted", "reports/test_recomputed", "reports/test_restored", "rounds/test_a_played_round",
        "rounds/test_by_lot", "verification/test_months",
    )
}  # fmt: skip


def _share(file: str) -> str:
    """What one process has to itself: all that waits, all that needs the browser, or one of the other files."""
    if file in WAITING:
        return "waiting"
    return "browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadfile`, by shares: while one process waits for deadlines, the others compute."""
    from xdist.scheduler import LoadFileScheduling

    class Shares(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _share(super()._split_scope(nodeid))

    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # ours begins with what takes longest, and that is no matter of numbers
    return Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins: what waits, what needs the browser, properties, the heavy; then the largest files."""
    shares = {item: _share(item.nodeid.partition("::")[0]) for item in items}
    sizes = Counter(shares.values())
    first = {"waiting", "browser"}
    long = HEAVY | {share for item, share in shares.items() if item.get_closest_marker("long")}
    items.sort(key=lambda item: (shares[item] not in first, shares[item] not in long, -sizes[shares[item]]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A process that computes gives way to the one with the deadlines, from its first test on."""
    if "PYTEST_XDIST_WORKER" in os.environ and item.nodeid.partition("::")[0] not in WAITING and os.nice(0) == 0:
        os.nice(5)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Eight thousand tests are no garbage: nobody has to look through them, now or later."""
    if _TEMPLATE_MADE in session.config.stash:  # without workers
        session.config.stash[_TEMPLATE_MADE].result()
    gc.freeze()
    gc.enable()


def _at(servers: embedded.Servers, name: str = TEMPLATE) -> str:
    return servers.application_url.replace("/verify?", f"/{name}?")


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(_SERVERS, None)
    if servers is not None:
        servers.stop()
        shutil.rmtree(servers.data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def owner_url(worker_id: str) -> str:
    """The owner's address of this process's own database (superuser: for what the application may not do)."""
    template = os.environ["VERIFY_OWNER_DATABASE_URL"]
    name = f"verify_{worker_id}"
    with psycopg.connect(template.replace(f"/{TEMPLATE}?", "/postgres?"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    return template.replace(f"/{TEMPLATE}?", f"/{name}?")


@pytest.fixture(scope="session")
def _own_database(owner_url: str, worker_id: str) -> Iterator[None]:
    address = os.environ["VERIFY_DATABASE_URL"].replace(f"/{TEMPLATE}?", f"/verify_{worker_id}?")
    os.environ["VERIFY_DATABASE_URL"] = address
    os.environ["VERIFY_OWNER_DATABASE_URL"] = owner_url
    os.environ["VERIFY_REDIS_URL"] += f"?db={sum(map(ord, worker_id)) % 16}"
    forget_everything()
    yield
    forget_everything()


def forget_everything() -> None:
    """Read settings again and let go of connections."""
    database.forget_engine()
    queue.forget_connection()
    settings.settings.cache_clear()
    programme.programme.cache_clear()
    crypto.forget_keys()
    gateways.forget_gateway()


_HASHERS = passwords._HASHER, pins._HASHER, passwords._NOBODY


def _hash_with(of_officers: PasswordHasher, of_heads: PasswordHasher, nobody: str) -> None:
    vars(passwords).update(_HASHER=of_officers, _NOBODY=nobody)
    vars(pins).update(_HASHER=of_heads)


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> None:
    """Passwords and PINs cost nothing in this process: most tests need an account, not its strength."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    _hash_with(cheap, cheap, cheap.hash("nobody signs in with this"))


@pytest.fixture
def real_hashes(_cheap_hashes: None) -> Iterator[None]:
    """As expensive as they are in the service."""
    cheap = passwords._HASHER, pins._HASHER, passwords._NOBODY
    _hash_with(*_HASHERS)
    yield
    _hash_with(*cheap)


@pytest.fixture(scope="session", autouse=True)
def _warm_reader() -> Iterator[None]:
    """A thousand files are read here: what reads them begins once."""
    with warm_reader.warm():
        yield


@pytest.fixture(scope="session", autouse=True)
def _warm_processes() -> Iterator[None]:
    """What the processes of these tests are forked from begins with the first of them."""
    yield
    warm_processes.end()


@pytest.fixture
def cold_reader(_warm_reader: None) -> Iterator[None]:
    """As files are read in the service: a process for each."""
    with warm_reader.cold():
        yield


@pytest.fixture(scope="session")
def _kept(_own_database: None, owner_url: str) -> Iterator[list[psycopg.Connection[Any]]]:
    """The owner's connection, for as long as it lives: a new one asks for a password and knows no table."""
    kept: list[psycopg.Connection[Any]] = []
    with psycopg.connect(owner_url, autocommit=True) as sweeper:
        sweeper.execute("SET session_replication_role = replica")
        _sweepers[:] = [sweeper]
        yield kept
    for connection in kept:
        connection.close()


@pytest.fixture
def db(_kept: list[psycopg.Connection[Any]], owner_url: str) -> Iterator[Any]:
    """A clean database, and the owner's own connection to look into it with (autocommit)."""
    if not _kept or _kept[0].closed:
        _kept[:] = [psycopg.connect(owner_url, autocommit=True)]
    yield _kept[0]
    if _kept[0].closed or _kept[0].info.transaction_status != TransactionStatus.IDLE:  # what a test left half done
        _kept.pop().close()
    else:
        _kept[0].execute("RESET ALL; DISCARD TEMP")  # what a test set for itself
    empty()
    amended.hold([])
    queue.connection().flushdb()


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
# To set a counter back is cheaper than ALTER SEQUENCE, after which every connection would plan its statements anew.
_COUNT_AGAIN = """
SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL AND NOT sequencename ^@ ANY(%s)
"""
_filled: list[str] = []  # the question which tables have rows, which are the same for every test
# Past every trigger, on a connection of its own: one that begins to look past triggers plans all statements anew.
_sweepers: list[psycopg.Connection[Any]] = []


def empty() -> None:
    """Empty what was filled. To delete a few rows is cheaper than to truncate forty tables."""
    (sweeper,) = _sweepers
    with sweeper.transaction():
        for name in _tables_with_rows():
            sweeper.execute(f'DELETE FROM "{name}"')
        sweeper.execute(_COUNT_AGAIN, [[f"{kept}_" for kept in KEPT]])


def _tables_with_rows() -> list[str]:
    (sweeper,) = _sweepers
    if not _filled:
        names = [name for (name,) in sweeper.execute(_TABLES).fetchall() if name not in KEPT]
        look = [sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name)) for name in names]
        _filled.append(sql.SQL(" UNION ALL ").join(look).as_string(sweeper))
    return [name for (name,) in sweeper.execute(_filled[0]).fetchall()]


@dataclass(frozen=True)
class Rows:
    """Every row of the tables that `empty` empties, and how far their counters have come."""

    tables: dict[str, bytes]
    counters: list[tuple[str, int]]


_COUNTERS = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
_COUNT_ON = """
SELECT setval(name::regclass, greatest(reached, coalesce(pg_sequence_last_value(name::regclass), 0)))
FROM unnest(%s::text[], %s::bigint[]) AS counter (name, reached)
"""


def rows_now() -> Rows:
    """The rows as they stand, to be put back as often as one likes."""
    (sweeper,) = _sweepers
    tables = {}
    for name in _tables_with_rows():
        with sweeper.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
            tables[name] = b"".join(copy)
    return Rows(tables, [(name, reached) for name, reached in sweeper.execute(_COUNTERS).fetchall()])


def put_back(rows: Rows) -> None:
    """These rows and no others. Counters only go on: nothing new gets the number of something old."""
    (sweeper,) = _sweepers
    with sweeper.transaction():
        for name in _tables_with_rows():
            sweeper.execute(f'DELETE FROM "{name}"')
        for name, held in rows.tables.items():
            with sweeper.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(held)
        sweeper.execute(_COUNT_ON, [[name for name, _ in rows.counters], [reached for _, reached in rows.counters]])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-talks", action="store_true", help="write the golden talks anew")


@contextmanager
def other_programme(monkeypatch: pytest.MonkeyPatch, folder: Path, was: str, now: str) -> Iterator[None]:
    """Bekasi's programme with one line written otherwise."""
    written = programme.DEFAULT.read_text(encoding="utf-8").replace(
        "../data", str(programme.DEFAULT.parent.parent / "data")
    )
    assert was in written
    file = folder / "programme.toml"
    file.write_text(written.replace(was, now), encoding="utf-8")
    monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
    forget_everything()
    yield
    monkeypatch.undo()
    forget_everything()


@pytest.fixture
def little_money(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A year's ceiling of 300 million: 1,488 workers of the sample's 2,000."""
    with other_programme(monkeypatch, tmp_path, "ceiling = 2000000000", "ceiling = 300000000"):
        yield


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """800 rupiah a month for texts: two of them."""
    with other_programme(monkeypatch, tmp_path, "month_budget = 0", "month_budget = 800"):
        yield
