"""The record by lot: a superuser alters one thing of a sealed record, again and again; each is to be found, in place.

    python -m tests.soak.record [--edits 10000] [--entries 5000] [--seed 1]

One line. Exit 0 when every alteration was found, in just the entries that it concerns, and nothing was found once all
was put back; 1 when not.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg

from verify_service.demo import embedded, keys


def main() -> int:
    """Seal, alter, verify, put back."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.record", description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="verify-record-") as folder:
        servers = embedded.start(Path(folder), durable=False)
        try:
            os.environ.update(keys.environment_for(Path(folder)))
            os.environ["VERIFY_DATA_DIR"] = folder
            os.environ["VERIFY_DATABASE_URL"] = servers.application_url
            os.environ["VERIFY_OWNER_DATABASE_URL"] = servers.owner_url
            os.environ["VERIFY_REDIS_URL"] = servers.redis_url
            done, missed = altered(servers.owner_url, asked.edits, asked.entries, asked.seed)
        finally:
            servers.stop()
    ways = ", ".join(f"{count:,} {way}" for way, count in sorted(done.items()))
    print(
        f"seed {asked.seed}: {asked.edits:,} alterations of {asked.entries:,} sealed entries ({ways}):"
        f" {asked.edits - len(missed):,} found and located in {time.monotonic() - began:.0f} s"
    )
    for told in missed[:20]:
        print(f"MISSED: {told}")
    return 1 if missed else 0


def altered(owner_url: str, edits: int, entries: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How often each was done, and what was not found, or not where it is."""
    from tests.record.log import Superuser, grow, verified
    from verify_service.installation import migrate

    migrate()
    done: Counter[str] = Counter()
    missed = []
    with psycopg.connect(owner_url, autocommit=True) as db:
        grow(db, entries, 24)
        superuser = Superuser(db, random.Random(seed))
        for nth in range(edits):
            way, concerned = superuser.alters()
            done[way] += 1
            found = verified()
            if set(found.entries) != concerned:
                missed.append(f"edit {nth}: {way} of {sorted(concerned)}, found {found.entries[:5]}")
            superuser.undoes(concerned)
        if verified().findings:
            missed.append("at the end: something is found that was put back")
    return done, missed


if __name__ == "__main__":
    sys.exit(main())
