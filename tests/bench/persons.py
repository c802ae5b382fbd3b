"""Finding a person and opening their page, with a long list: what each search and the page cost at the server."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable

import psycopg
from flask.testing import FlaskClient

from flows.references import worker_code
from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from verify_service.app import create_app
from verify_service.demo.embedded import Servers
from verify_service.ground.crypto import blind_index, letter_code, new_person, seal

ROUNDS = 15
_MOST = 200  # milliseconds a page may take
_GIVEN = (
    "Sugeng Triyono Wasito Kuncoro Sulastri Warsini Partini Tumini Dudung Aceng Jajang Tatang Icih "
    "Nining Eneng Imas Dedeh Rojali Mursidi Sanusi Marzuki Rohayati Saodah Maimunah Hafsah Parlindungan "
    "Tigor Sahat Poltak Tiurma Rotua Lamria Zulfikar Syafrizal Yusrizal Yusnimar Ermawati Asnimar "
    "Baharuddin Syamsuddin Hasnah Wayan Nyoman Komang Putu Ferdy Novly Meity Deisy Siti Muhammad Ahmad "
    "Dewi Agus Rina Yuli Sri Andi Budi Ani Eko Dwi Tri Bambang Joko Slamet"
)
_FURTHER = (
    "Wicaksono Prabowo Kusnadi Hardjono Baskoro Wardoyo Pamungkas Sasongko Djatmiko Yulianto Purwanto "
    "Haryadi Cahyono Suryanto Sutisna Koswara Sumantri Sukmana Mulyana Suherman Mansyur Sabeni Rohili "
    "Mukhtar Baidowi Jayadi Hambali Sinaga Hutapea Panjaitan Situmorang Pardede Simatupang Lubis Tanjung "
    "Koto Sikumbang Jambak Guci Malik Effendi Nazir Sukadana Wirata Adnyana Wowor Mandagi Rumengan "
    "Lestari Santoso Wijaya Saputra Hidayat Setiawan Nugroho Rahayu Utami Lestariningsih Kusumawardhani"
)
_FILL = """
INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged, rejected, report)
SELECT kind, kind, '', period, now(), 'bench', 0, 0, 0, 0, '{}'
FROM (VALUES ('roster', NULL), ('insurer', DATE '2026-08-01'), ('insurer', DATE '2026-09-01'),
             ('insurer', DATE '2026-10-01'), ('payments', DATE '2026-08-01'), ('payments', DATE '2026-09-01'),
             ('payments', DATE '2026-10-01')) AS file (kind, period);
CREATE TEMPORARY TABLE named AS
SELECT n, substr(sha256(('bench' || n)::bytea), 1, 16) AS nik_index,
       concat_ws(' ', given[1 + n * 7919 % cardinality(given)], further[1 + n * 104729 % cardinality(further)],
                 CASE WHEN n % 3 = 0 THEN further[1 + n * 31 % cardinality(further)] END) AS name
FROM generate_series(CAST(1 AS bigint), %(people)s) n,
     (SELECT CAST(%(given)s AS text[]) AS given, CAST(%(further)s AS text[]) AS further) words;
INSERT INTO person_key SELECT nik_index, %(wrapped)s, now() FROM named;
INSERT INTO worker (nik, nik_index, name, name_key, birth_year, sex, kpj_index, created_at)
SELECT %(nik)s, nik_index, name,
       (SELECT string_agg(word, ' ' ORDER BY word) FROM unnest(string_to_array(upper(name), ' ')) word),
       1960 + n % 45, CASE n % 2 WHEN 0 THEN 'L' ELSE 'P' END, nik_index, now()
FROM named ORDER BY n;
INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, occupation, paid_from, months, created_at)
SELECT worker.id, (SELECT id FROM file_import WHERE kind = 'roster'), worker.id, place.kelurahan_code,
       lpad((worker.id / 56 % 20 + 1)::text, 3, '0'), lpad((worker.id / 1120 % 10 + 1)::text, 3, '0'), 'ojek',
       '2026-01-01', 12, now()
FROM worker JOIN (SELECT kelurahan_code, row_number() OVER (ORDER BY kelurahan_code) - 1 AS place FROM area) place
  ON place.place = worker.id % 56;
INSERT INTO phone (number, number_index, language, created_at)
SELECT %(number)s, nik_index, 'id', now() FROM named ORDER BY n;
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone.id, worker.id, 'roster', now() FROM worker JOIN phone ON phone.number_index = worker.nik_index;
INSERT INTO payment (import_id, period, row, nik_index, amount)
SELECT file.id, file.period, worker.id, nik_index, 16800 FROM worker, file_import file WHERE kind = 'payments';
INSERT INTO insurer_record (import_id, period, row, nik_index, status)
SELECT file.id, file.period, worker.id, nik_index, 'active' FROM worker, file_import file WHERE kind = 'insurer';
INSERT INTO verdict (enrolment_id, period, list, insurer, worker, rt_head, duplicate, paid_by, verdict, owner, rupiah,
                     computed_at)
SELECT enrolment.id, file.period, 'paid', 'active', 'no_answer', 'no_answer', 'none', 'payments', 'unconfirmed',
       'nobody', 0, now() FROM enrolment, file_import file WHERE kind = 'insurer';
INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
SELECT id, 'worker', 'confirms', 'sms', 'message:' || id, now() FROM enrolment;
INSERT INTO outbox (phone_id, worker_id, screen, purpose, body_hash, cause, state, due_at, stale_at, created_at)
SELECT phone_id, worker_id, 's1.registered', 'question', '', 'bench:' || id, 'accepted', now(), now(), now()
FROM phone_link;
INSERT INTO audit (at, actor, action, object, detail)
SELECT now(), 'officer:1', 'identity looked at', 'enrolment:' || id, '{}' FROM enrolment;
"""


def compare(servers: Servers, people: int) -> None:
    """Fill a city, look for people in each way, open pages; print what it costs."""
    an_officer(EMAIL, "admin")
    an_officer("tempat@bekasi.example", "kelurahan", unit="kelurahan", area="32.75.01.1001")
    wrapped, cipher = new_person()
    given = {
        "people": people,
        "given": _GIVEN.split(),
        "further": _FURTHER.split(),
        "wrapped": wrapped,
        "nik": cipher.seal("3275011501900001", "worker.nik"),
        "number": seal("+6281234567890", "phone.number"),
    }
    with psycopg.connect(servers.owner_url, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in filter(str.strip, _FILL.split(";\n")):
            cursor.execute(_escaped(statement), given)
        one = people // 2
        nik, number = blind_index("3275011501900001", "nik"), blind_index("+6281234567890", "phone")
        cursor.execute("UPDATE worker SET nik_index = %s WHERE id = %s", [nik, one])
        cursor.execute(
            "UPDATE person_key SET nik_index = %s WHERE nik_index = (SELECT nik_index FROM named WHERE n = %s)",
            [nik, one],
        )
        cursor.execute("UPDATE phone SET number_index = %s WHERE id = %s", [number, one])
        cursor.execute("UPDATE worker SET kpj_index = %s WHERE id = %s", [blind_index("26000000001", "kpj"), one])
        here = cursor.execute("SELECT kelurahan_code FROM enrolment WHERE worker_id = %s", [one]).fetchone()
        cursor.execute("VACUUM ANALYZE")
    assert here is not None
    client = create_app().test_client()
    sign_in(client, EMAIL, PASSWORD)
    place = create_app().test_client()
    sign_in(place, "tempat@bekasi.example", PASSWORD, environ_base={"REMOTE_ADDR": "10.0.0.2"})
    code = letter_code("invitation", one, 1)
    print(f"\nA person among {people:,}: milliseconds at the server, {ROUNDS} times each.")
    print(f"{'':<52}{'found':>7}{'p50':>8}{'p95':>8}")
    worst = max(
        _line("a NIK", _search(client, "3275011501900001")),
        _line("a KPJ", _search(client, "26000000001")),
        _line("a phone", _search(client, "081234567890")),
        _line("a worker's code", _search(client, worker_code(one))),
        _line("a letter's code, with the kelurahan", _search(client, code, here[0])),
        _line("two words", _search(client, "Parlindungan Kusumawardhani")),
        _line("two words, misspelt", _search(client, "Parlindoengan Kusumawardani")),
        _line("one word that 15,000 of a million bear", _search(client, "Sulastri")),
        _line("the same, with the kelurahan", _search(client, "Sulastri", here[0])),
        _line("a slip that no sound forgives", _search(client, "Sulatri Kusnadi")),
        _line("the same, with the kelurahan", _search(client, "Sulatri Kusnadi", here[0])),
        _line("a kelurahan alone", _search(client, "", here[0])),
        _line("two words, by an account of a kelurahan", _search(place, "Sulastri Kusnadi")),
        _line("the page of a person", _page(client, worker_code(one))),
        _line("the register of requests", _get(client, "/console/people/requests")),
    )
    print(f"{'within' if worst < _MOST else 'NOT WITHIN'} {_MOST} ms at the 95th percentile")


def _escaped(statement: str) -> str:
    """A per cent sign that is no parameter."""
    return re.sub(r"%(?!\()", "%%", statement)


def _search(client: FlaskClient, typed: str, kelurahan: str = "") -> Callable[[], int]:
    token = form_token(client.get("/console/people").get_data(as_text=True))

    def ask() -> int:
        form = {"csrf_token": token, "typed": typed, "kelurahan": kelurahan}
        answer = client.post("/console/people", data=form)
        assert answer.status_code == 200
        return answer.get_data(as_text=True).count('<td role="cell" data-label="NIK">')

    return ask


def _get(client: FlaskClient, path: str) -> Callable[[], int]:
    def ask() -> int:
        assert client.get(path).status_code == 200
        return 1

    return ask


def _page(client: FlaskClient, typed: str) -> Callable[[], int]:
    token = form_token(client.get("/console/people").get_data(as_text=True))
    found = client.post("/console/people", data={"csrf_token": token, "typed": typed, "kelurahan": ""})
    address = re.search(r'href="(/console/people/[0-9a-f]{32})"', found.get_data(as_text=True))
    assert address is not None
    return _get(client, address[1])


def _line(name: str, ask: Callable[[], int]) -> float:
    found, took = ask(), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - began))
    worst = statistics.quantiles(took, n=20)[18]
    print(f"{name:<52}{found:>7}{statistics.median(took):>8.0f}{worst:>8.0f}", flush=True)
    return worst
