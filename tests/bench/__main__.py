"""What things cost on this machine: CPU first, since wall time is noisy; every line beside what it is compared with."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.bench.servers import stay_off_the_servers_core
from verify_service.demo import embedded, keys

TABLES = (
    "hops",
    "reconciliation",
    "months",
    "texts",
    "desk",
    "lists",
    "pairs",
    "rounds",
    "workers",
    "record",
    "answers",
    "groups",
    "persons",
    "messages",
)


def main() -> None:
    """Start servers of our own, measure, print the tables. Each table is loaded when it is asked for: processes that
    are started to be measured load this file again.
    """
    asked = _arguments()
    began = time.monotonic()
    stay_off_the_servers_core()
    with tempfile.TemporaryDirectory(prefix="verify-bench-") as folder:
        servers = embedded.start(Path(folder))
        try:
            _environment(servers)
            from verify_service.installation import migrate

            migrate()
            if "hops" in asked.only:
                from tests.bench import hops, record

                hops.compare(servers, Path(folder), seconds=asked.seconds)
            if "reconciliation" in asked.only:
                from tests.bench import reconciliation

                for people in (100_000, 1_000_000) if asked.full else (100_000,):
                    reconciliation.compare(servers, people)
            if "months" in asked.only:
                from tests.bench import matrix

                for people in (10_000, 100_000, 1_000_000) if asked.full else (10_000, 100_000):
                    matrix.compare(servers, people)
            if "texts" in asked.only:
                from tests.bench import texts

                texts.compare(servers)
            if "desk" in asked.only:
                from tests.bench import desk

                desk.compare(servers)
            if "lists" in asked.only:
                from tests.bench import lists

                texts_of, books_of = (
                    ((10_000, 100_000, 1_000_000), 100_000) if asked.full else ((10_000, 25_000), 25_000)
                )
                lists.compare(servers, Path(folder), {"csv": texts_of, "xlsx": (books_of,)})
            if "pairs" in asked.only:
                from tests.bench import pairs

                sizes = (10_000, 100_000, 1_000_000) if asked.full else (10_000, 100_000)
                pairs.compare(servers, asked.people, sizes)
            if "rounds" in asked.only:
                from tests.bench import rounds

                small, large = ((2_500, 2_500), (10_000, 10_000)), ((100_000, 100_000), (1_000_000, 100_000))
                rounds.compare(servers, Path(folder), (small[1], *large) if asked.full else small)
            if "workers" in asked.only:
                from tests.bench import reconciliation

                for people in (100_000, 1_000_000) if asked.full else (100_000,):
                    reconciliation.share(servers, people)
            if "answers" in asked.only:
                from tests.bench import answers

                for people in (100_000, 1_000_000) if asked.full else (100_000,):
                    answers.compare(servers, people)
            if "record" in asked.only:
                from tests.bench import record

                for entries in (100_000, 1_000_000):
                    record.compare(servers, entries)
            if "groups" in asked.only:
                from tests.bench import groups

                for people in (100_000, 1_000_000) if asked.full else (100_000,):
                    groups.compare(servers, people)
            if "persons" in asked.only:
                from tests.bench import persons

                persons.compare(servers, 1_000_000 if asked.full else 100_000)
            if "messages" in asked.only:
                from tests.bench import messages

                messages.compare(servers)
        finally:
            servers.stop()
    print(f"\n{time.monotonic() - began:.0f} s in all")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a city of 1,000,000 too (some minutes)")
    parser.add_argument("--people", type=int, default=50_000, help="how many the pairs are looked for among, twice")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round of a hop's contestants")
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES, help="these tables alone")
    return parser.parse_args()


def _environment(servers: embedded.Servers) -> None:
    os.environ.update(keys.environment_for(servers.data_dir))
    os.environ["VERIFY_DATABASE_URL"] = servers.application_url
    os.environ["VERIFY_OWNER_DATABASE_URL"] = servers.owner_url
    os.environ["VERIFY_REDIS_URL"] = servers.redis_url
    os.environ["VERIFY_DATA_DIR"] = str(servers.data_dir)
    os.environ["VERIFY_DEMO"] = "1"  # the send window is open all day


if __name__ == "__main__":
    main()
