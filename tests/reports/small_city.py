"""A small city by lot, put straight into the tables, with everything that a report counts."""

from __future__ import annotations

import datetime as dt
import json
import random
from itertools import count
from typing import Any

from tests.people import NOW, a_file, a_phone, a_worker, an_rt_head
from verify_service.ground.crypto import blind_index

FIRST = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
DAYS = 57  # up to the day before the last that a test may ask for
PLACES = ("32.75.01.1001", "32.75.01.1002", "32.75.02.1001", None)
JOBS = ("ojek", "warung", None)
_WORKER = (
    "confirms", "confirms", "denies", "wrong_data", "moved", "not_working", "now_employed", "not_me", "does_not_know",
    "card", "asked_money",
)  # fmt: skip
_HEAD = ("resident", "resident", "moved", "deceased", "unknown", "not_working", "now_employed", "own_family")
_CATEGORIES = ("not_active", "card", "asked_money", "deceased", "rt_conduct", "other", "claim")
_ACTIONS = (
    "identity looked at", "identity opened", "person searched", "list searched", "reports exported",
    "accepted proposals exported", "reports handed over with identities", "work list exported", "letters printed",
    "visit list printed", "old reports emptied", "sign-in refused", "officer added", "password reset",
    "second factor off", "recovery code used", "sessions ended", "api key made", "report: answer", "report read",
)  # fmt: skip
_BORN = (1960, 1966, 1967, 1976, 1977, 1986, 1996, 1997)
_STATES = ("waiting", "accepted", "accepted", "refused", "failed", "unknown", "cancelled", "stale")


class SmallCity:
    """The tables, and the lot that fills them."""

    def __init__(self, db: Any, seed: int) -> None:
        self.db, self.lot, self.number = db, random.Random(seed), count(1)
        self.workers: list[Any] = []
        self.phones: list[int] = []
        self.officers: list[int] = []

    def fill(self) -> None:
        """Everything there is to count; then what came later to some of it, so that there are earlier states."""
        with self.db.transaction():
            self.db.execute("SET LOCAL session_replication_role = replica")
            for table in (
                self.officers_at_work, self.files, self.people, self.months, self.heads, self.said, self.reports,
                self.proposals, self.removals, self.knowledge, self.texts, self.round, self.notices, self.trail,
            ):  # fmt: skip
                table()
        with self.db.transaction():
            self.changes()
            self.db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")

    # By lot

    def at(self, after: dt.datetime = FIRST, within: float = DAYS) -> dt.datetime:
        """A moment between this one and the end."""
        end = FIRST + dt.timedelta(days=DAYS)
        span = min((end - after).total_seconds(), within * 86400)
        other_month = dt.datetime(2026, 10, 31, 17, tzinfo=dt.UTC)  # for the city the first of November
        if self.perhaps(0.05) and after < other_month < after + dt.timedelta(seconds=span):
            return other_month + dt.timedelta(minutes=self.lot.randrange(420))
        return after + dt.timedelta(seconds=self.lot.randrange(max(1, int(span))))

    def perhaps(self, chance: float = 0.5) -> bool:
        return self.lot.random() < chance

    def put(self, table: str, **row: Any) -> int:
        """One row; its number."""
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(["%s"] * len(row))
        values = [json.dumps(value) if isinstance(value, dict) else value for value in row.values()]
        made = self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *", values).fetchone()
        return int(made[0]) if isinstance(made[0], int) else 0

    # What there is

    def officers_at_work(self) -> None:
        for number in range(4):
            self.officers.append(
                self.put(
                    "officer",
                    email=f"{number}@bekasi.example",
                    name="Petugas",
                    role="officer",
                    unit=self.lot.choice(("grievance", "disnaker", "kelurahan")),
                    password_hash="-",
                    created_at=FIRST,
                )
            )

    def files(self) -> None:
        for version in range(3):
            came = self.at()
            self._file("roster", None, came, decree=self.lot.choice((None, "Kepwal 655")), whole=version == 0)
        for month in range(6, 10):
            came = self.at(within=50)
            if self.perhaps(0.8):
                self._file("insurer", dt.date(2026, month, 1), came)
            if self.perhaps(0.7):
                self._file("payments", dt.date(2026, month, 1), came)
        self._file("insurer", dt.date(2026, 10, 1), self.at(within=50))

    def _file(self, kind: str, period: dt.date | None, came: dt.datetime, **more: Any) -> None:
        gone = self.at(came) if kind == "roster" and self.perhaps(0.3) else None
        self.put(
            "file_import", kind=kind, filename=f"{kind}.xlsx", sha256=self.lot.randbytes(32), period=period,
            imported_at=came, actor=self.lot.choice(("command line", "officer:1")), rows=self.lot.randrange(40),
            accepted=self.lot.randrange(30), flagged=0, rejected=self.lot.randrange(9), undone_at=gone,
            report={"created": self.lot.randrange(9), "updated": self.lot.randrange(9)},
            **more,
        )  # fmt: skip

    def people(self) -> None:
        for number in range(30):
            nik = f"327501150190{number:04d}"
            told = {"nik": nik, "name": f"Warga {number}", "insurer": None}
            place = {"kelurahan": self.lot.choice(PLACES), "rt": f"{self.lot.randrange(1, 4):03d}"}
            someone = a_worker(
                self.db, **told, **place, phone=f"+62812345{number:05d}" if self.perhaps(0.8) else None,
                row=number + 2, occupation=self.lot.choice(JOBS),
            )  # fmt: skip
            self.workers.append(someone)
            came = self.at(within=25)
            self.db.execute(
                "UPDATE worker SET sex = %s, birth_year = %s, created_at = %s WHERE id = %s",
                [self.lot.choice(("L", "P", None)), self.lot.choice((None, *_BORN)), came, someone.worker],
            )
            if self.perhaps(0.2):
                a_worker(self.db, **told, **place, phone=None, row=number + 100, occupation=self.lot.choice(JOBS))
        for line, came in self.db.execute(
            "SELECT enrolment.id, worker.created_at FROM enrolment JOIN worker ON worker.id = worker_id ORDER BY 1"
        ).fetchall():
            self._terms(line, came)
        self.db.execute("UPDATE person_key SET made_at = %s", [FIRST])
        self.phones = [row[0] for row in self.db.execute("SELECT id FROM phone ORDER BY 1").fetchall()]

    def _terms(self, line: int, came: dt.datetime) -> None:
        """Which months the list has the city pay of one line."""
        starts = dt.date(2026, self.lot.choice((1, 1, 1, 7, 9)), 1)
        earlier = (
            (dt.date(2026, 2, 1), self.lot.randrange(1, 5)) if starts.month > 6 and self.perhaps() else (None, None)
        )
        self.db.execute(
            """UPDATE enrolment SET created_at = %s, paid_from = %s, months = %s, earlier_from = %s,
                                    earlier_months = %s, other_payer = %s WHERE id = %s""",
            [self.at(came, 10), starts, self.lot.choice((3, 9, 12)), *earlier, self.perhaps(0.1), line],
        )

    def months(self) -> None:
        """What treasury and insurer say of each month that has a file, also of people who are on no list."""
        niks = [blind_index(someone.nik, "nik") for someone in self.workers]
        niks += [blind_index(f"32750115019099{number:02d}", "nik") for number in range(4)]
        for file, kind, period, came in self.db.execute(
            "SELECT id, kind, period, imported_at FROM file_import WHERE kind IN ('insurer', 'payments') ORDER BY id"
        ).fetchall():
            for row, nik in enumerate(niks):
                known = {"import_id": file, "period": period, "row": row, "nik_index": nik, "created_at": came}
                if kind == "payments" and self.perhaps(0.8):
                    self.put("payment", **known, amount=self.lot.choice((16_800, 16_800, 16_800, 8_400, 20_000)))
                elif kind == "insurer" and self.perhaps(0.9):
                    status = self.lot.choice(("active", "active", "active", "unpaid", "inactive", "unclear"))
                    self.put("insurer_record", **known, status=status)

    def heads(self) -> None:
        for place in PLACES[:3]:
            for rt in ("001", "002", "003", ""):
                if not self.perhaps(0.8):
                    continue
                head = an_rt_head(self.db, f"+62811{next(self.number):07d}", kelurahan=place, rt=rt)
                came = self.at(within=30)
                until = self.lot.choice((None, None, dt.date(2026, 11, 5), dt.date(2026, 12, 1)))
                self.db.execute(
                    """UPDATE rt_head SET created_at = %s, since = %s, until = %s, announced = %s, activated_at = %s,
                                          rules_at = %s, phone_id = CASE WHEN %s THEN phone_id END WHERE id = %s""",
                    [
                        came, self.lot.choice((None, dt.date(2026, 1, 1), dt.date(2026, 11, 8))), until, False,
                        self.at(came) if self.perhaps() else None, self.at(came) if self.perhaps() else None,
                        self.perhaps(0.8), head,
                    ],
                )  # fmt: skip
                if until is None and self.perhaps(0.3):
                    self.put(
                        "rt_head", import_id=a_file(self.db, "rt_heads"), kelurahan_code=place, rw="011", rt=rt,
                        name="Pak RT baru", since=dt.date(2026, 12, 20), announced=True, created_at=came,
                    )  # fmt: skip

    def said(self) -> None:
        lines = self.db.execute("SELECT id, worker_id, created_at FROM enrolment ORDER BY id").fetchall()
        moments = []
        for line, _, came in lines:
            for _ in range(self.lot.randrange(6)):
                moments.append((self.at(came), line, self.lot.choice(("worker", "worker", "rt_head"))))
        for at, line, source in sorted(moments):
            statement = self.lot.choice(_WORKER if source == "worker" else _HEAD)
            self.put(
                "evidence", enrolment_id=line, source=source, statement=statement,
                channel=self.lot.choice(("ussd", "sms", "ussd", "visit")),
                detail=self.lot.choice(("yes", "no", "declined")) if statement == "asked_money" else "",
                assisted=source == "worker" and self.perhaps(0.2), phone_id=self.lot.choice([None, *self.phones[:9]]),
                period=self.lot.choice((None, dt.date(2026, 8, 1), dt.date(2026, 10, 1))),
                inbound=f"lot:{next(self.number)}", received_at=at,
            )  # fmt: skip

    def reports(self) -> None:
        made: list[int] = []
        for _ in range(35):
            made.append(self._report(made))

    def _reference(self, kind: str) -> str:
        number = f"BKS-{next(self.number):06d}"
        self.put("reference", number=number, kind=kind)
        return number

    def _report(self, others: list[int]) -> int:
        identity = self.lot.choice(("normal", "normal", "secret", "anonymous"))
        opened = self.at()
        if identity == "anonymous" and self.perhaps(0.8):
            opened = opened.replace(hour=17, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
        hidden = identity == "anonymous" and self.perhaps(0.9)
        day = opened.date()
        about = self.lot.choice((None, None, "rt_rw"))
        case = self.put(
            "grievance", number=self._reference("grievance"), category=self.lot.choice(_CATEGORIES), identity=identity,
            urgency=self.lot.choice((None, None, "accident", "death")), about=about,
            about_unit=self.lot.choice((None, None, "disnaker")),
            restricted=bool(about) and self.perhaps(0.9),
            unit=self.lot.choice(("grievance", "disnaker")), origin="report", version=1,
            channel=self.lot.choice(("ussd", "sms", "call", "open311")),
            assignee_id=self.lot.choice([None, *self.officers]), kelurahan_code=self.lot.choice(PLACES),
            phone_id=None if hidden else self.lot.choice([None, *self.phones]),
            worker_id=None if hidden else self.lot.choice([None, *(one.worker for one in self.workers)]),
            inbound=self.lot.randbytes(16), opened_at=opened, verify_by=day + dt.timedelta(days=5),
            due_on=day + dt.timedelta(days=self.lot.choice((7, 20))),
        )  # fmt: skip
        self._live(case, opened, others)
        return case

    def _live(self, case: int, opened: dt.datetime, others: list[int]) -> None:
        """The thread of one report, step by step, and how it stands in the end."""
        at, closed, stands, seq = opened, None, {}, count(1)
        steps = ["verify", "added", "escalate", "answer", "refer", "reject", "still", "supervisor", "reopen", "solved"]
        for step in self.lot.choices(steps, k=self.lot.randrange(7)):
            at = self.at(at, 12)
            over = closed is not None or "answered_at" in stands
            detail: dict[str, Any] = {}
            if step in ("answer", "refer", "reject"):
                since = opened.date()
                detail = {"from": "verified", "since": since.isoformat()}
                detail["due"] = (since + dt.timedelta(days=self.lot.choice((5, 14)))).isoformat()
                closed = None if step == "answer" else at
                stands["answered_at" if step == "answer" else "closed_at"] = at
            elif step in ("still", "supervisor", "reopen") and over:
                detail, closed = {"from": "answered"}, None
                stands.pop("answered_at", None)
            elif step == "reopen":
                continue
            elif step == "verify":
                stands.setdefault("verified_at", at)
            elif step == "solved":
                closed = at
            by = self.lot.choice(("reporter", "reporter", "somebody with the number"))
            by = by if step in ("still", "supervisor", "solved", "added") else "officer:1"
            self.put(
                "grievance_event",
                grievance_id=case,
                at=at,
                seq=next(seq),
                kind=step,
                detail=detail,
                by=by,
                channel="ussd",
            )
        if others and self.perhaps(0.15):
            at = closed = self.at(at, 12)
            stands["merged_into_id"] = self.lot.choice(others)
            self.put(
                "grievance_event",
                grievance_id=case,
                at=at,
                seq=next(seq),
                kind="merge",
                by="officer:1",
                channel="console",
            )
        stands["closed_at"] = closed
        for column, value in stands.items():
            self.db.execute(f"UPDATE grievance SET {column} = %s WHERE id = %s", [value, case])

    def proposals(self) -> None:
        first: dict[bytes, int] = {}
        for moment in sorted(self.at() for _ in range(18)):
            nik = blind_index(f"327501150190{self.lot.choice((8800, 0)) + self.lot.randrange(12):04d}", "nik")
            over = self.perhaps(0.6)
            made = self.put(
                "proposal", number=self._reference("proposal"), nik=b"-",
                proposer=self.lot.choice(("self", "neighbour", "rt_head")), nik_index=nik, name="Ibu", name_key="IBU",
                job=self.lot.choice(("driver", "laundry", "")),
                member="no", help_needed=b"-" if self.perhaps(0.3) else None,
                state=self.lot.choice(("accepted", "refused") if over else ("received", "asked", "read")),
                reason=self.lot.choice(("criteria_met", "age")) if over else None, on_roster=False,
                same_as_id=first.get(nik), phone_id=a_phone(self.db, f"+62813{next(self.number):07d}"),
                channel=self.lot.choice(("ussd", "sms")), sex=self.lot.choice(("L", "P", None)),
                birth_year=self.lot.choice((None, *_BORN)),
                inbound=self.lot.randbytes(16), opened_at=moment,
                due_on=moment.date() + dt.timedelta(days=self.lot.choice((0, 9))),
                decided_at=self.at(moment) if over else None,
            )  # fmt: skip
            first.setdefault(nik, made)

    def removals(self) -> None:
        lines = [row[0] for row in self.db.execute("SELECT id FROM enrolment ORDER BY id").fetchall()]
        made = []
        for line in self.lot.sample(lines, 6):
            opened = self.at()
            made.append(
                self.put(
                    "removal", number=self._reference("grievance"), enrolment_id=line, reason="moved", evidence={},
                    state="noticed", from_month=dt.date(2026, 12, 1), opened_by_id=self.officers[0], opened_at=opened,
                    noticed_at=self.at(opened) if self.perhaps(0.7) else None,
                    objected_at=self.at(opened) if self.perhaps(0.4) else None,
                )
            )  # fmt: skip
        for table, known in (("removal", made), ("proposal", None)):
            begun = dict(self.db.execute(f"SELECT id, opened_at FROM {table} ORDER BY id").fetchall())
            for _ in range(20):
                about = self.lot.choice(known or list(begun))
                self.put(
                    "decision", **{f"{table}_id": about}, step=self.lot.choice(("first", "second")),
                    says=self.lot.choice(("agree", "refuse")), reason=self.lot.choice(("moved", "age")),
                    officer_id=self.lot.choice(self.officers), at=self.at(begun[about]),
                )  # fmt: skip

    def knowledge(self) -> None:
        for _ in range(25):
            self.put(
                "knowledge_answer", phone_id=self.lot.choice(self.phones), answer="both", correct=self.perhaps(),
                worker_id=self.lot.choice([None, *(one.worker for one in self.workers)]), again=self.perhaps(0.3),
                words_version=self.lot.choice(("v1", "v2")), language=self.lot.choice(("id", "su")), channel="ussd",
                inbound=f"lot:{next(self.number)}", answered_at=self.at(FIRST + dt.timedelta(days=30)),
            )  # fmt: skip

    def texts(self) -> None:
        for number in range(50):
            written = self.at()
            state = self.lot.choice(_STATES)
            handed = self.at(written, 3) if state in ("accepted", "refused", "failed", "unknown") else None
            question = self.perhaps(0.4)
            purpose = "question" if question else self.lot.choice(("reply", "case", "invitation"))
            self.put(
                "outbox", phone_id=self.lot.choice(self.phones), screen=self.lot.choice(("c12.external", "a.b")),
                conversation_id=self.lot.randrange(12) if question else None,
                step=self.lot.randrange(3) if question else None, purpose=purpose, body_hash=b"-",
                cause=f"lot:{number}", state=state, due_at=written, stale_at=written + dt.timedelta(days=7),
                created_at=written, sent_at=handed,
                handed_at=handed, parts=self.lot.choice((None, 1, 2)) if handed else None,
            )  # fmt: skip
        for _ in range(30):
            came = self.at()
            self.put(
                "inbound_message", gateway="demo", body=b"-", received_at=came, handled_at=came,
                handled_as=self.lot.choice(("answer", "answer", "keyword")), conversation_id=self.lot.randrange(12),
                step=self.lot.randrange(3),
            )  # fmt: skip

    def round(self) -> None:
        drawn = self.at() if self.perhaps(0.8) else None
        held = self.put(
            "round", name="tw1", state="open" if drawn else "draft", seed="bar-77", design={}, opened_at=FIRST,
            opened_by="lot", drawn_at=drawn,
        )  # fmt: skip
        for stratum in ("Bekasi Timur", "Bekasi Barat", "none answers") if drawn else ():
            people = [one for number, one in enumerate(self.workers) if number % 3 == len(stratum) % 3]
            self.put(
                "round_stratum", round_id=held, stratum=stratum, population=len(people), completes=3, contacts=5,
                released=5, expected=0.4,
            )  # fmt: skip
            for position, one in enumerate(people if stratum != "none answers" else [], 1):
                answered = self.at(drawn) if self.perhaps() else None
                self.db.execute(
                    """INSERT INTO round_person (round_id, enrolment_id, worker_id, stratum, position, sampled, phone,
                                                 answered_at) VALUES (%s, %s, %s, %s, %s, %s, true, %s)
                       ON CONFLICT DO NOTHING""",
                    [
                        held,
                        one.enrolment,
                        one.worker,
                        stratum,
                        position,
                        position < 6,
                        answered if position < 7 else None,
                    ],
                )

    def notices(self) -> None:
        """Groups of which officers were told, some of which have caught up since."""
        for dimension, code in (("sex", "P"), ("sex", "L"), ("occupation", "trade"), ("phone", "none"), ("age", "60+")):
            for measure in ("paid", "active", "answered"):
                opened = self.at()
                if self.perhaps():
                    self.put(
                        "inclusion_notice", measure=measure, dimension=dimension, group_code=code, opened_at=opened,
                        noticed_on=opened.date() - dt.timedelta(days=opened.weekday()), looked_at=opened, yes=1,
                        people=40, others_yes=50, others=60, ended_at=self.at(opened) if self.perhaps() else None,
                    )  # fmt: skip

    def trail(self) -> None:
        for moment in sorted(self.at() for _ in range(60)):
            self.put(
                "audit", at=moment, actor=self.lot.choice(("officer:1", "officer:2", "clock")),
                action=self.lot.choice(_ACTIONS), object="-", detail={},
            )  # fmt: skip

    def changes(self) -> None:
        """Removals, joined people, other words of the insurer and other amounts, as they came in today."""
        lines = self.db.execute("SELECT id FROM enrolment ORDER BY id").fetchall()
        for (line,) in self.lot.sample(lines, 5):
            month = self.lot.choice((dt.date(2026, 7, 1), dt.date(2026, 11, 1), dt.date(2026, 12, 1)))
            self.db.execute("UPDATE enrolment SET removed_from = %s WHERE id = %s", [month, line])
        for first, second in zip(self.workers[:6:2], self.workers[1:6:2], strict=True):
            self.db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [second.worker, first.worker])
        self.db.execute("UPDATE payment SET amount = 33600 WHERE id %% 7 = %s", [self.lot.randrange(7)])
        self.db.execute("UPDATE insurer_record SET status = 'unpaid' WHERE id %% 5 = %s", [self.lot.randrange(5)])
        self.db.execute("UPDATE rt_head SET until = '2026-11-20' WHERE until IS NULL AND NOT announced AND id % 4 = 0")
        self._sometimes_earlier()

    def _sometimes_earlier(self) -> None:
        """Of some, the change came before the day in the middle."""
        for table in ("enrolment", "worker", "payment", "insurer_record", "rt_head"):
            for number, came in self.db.execute(f"SELECT id, created_at FROM {table}_before ORDER BY id").fetchall():
                if self.perhaps():
                    self.db.execute(
                        f"UPDATE {table}_before SET ended_at = %s WHERE id = %s",
                        [self.at(max(came, FIRST + dt.timedelta(days=30))), number],
                    )

    def answers(self) -> None:
        """What owners said of some discrepancies, once there are any."""
        rows = self.db.execute(
            """SELECT id, updated_at, enrolment_id, period, verdict, owner FROM discrepancy
               WHERE closed_at IS NULL ORDER BY enrolment_id"""
        ).fetchall()
        for number, stood, line, period, verdict, owner in rows:
            if self.perhaps():
                self.put(
                    "discrepancy_answer", discrepancy_id=number, stood_since=stood, enrolment_id=line, period=period,
                    verdict=verdict, owner=owner, by="officer:1",
                    answer=self.lot.choice(("to_be_removed", "refunded", "other")),
                    answered_at=self.at(FIRST + dt.timedelta(days=25)), how="browser",
                )  # fmt: skip


MIDDLE = NOW.date() - dt.timedelta(days=11)
