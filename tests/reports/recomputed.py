"""The answers computed once more, as one would in a spreadsheet: whole tables as lists, loops, Counter, median.

Written from the columns' definitions, without the statements and without any module of the service: where the two
differ, one of them does not do what it says. What is asked of a day reads each row as it stood then: of the list, the
months and the heads the state that ended first after it, of everything else the rows that had come by then.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import statistics
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Rows = list[Row]
Lines = list[tuple[Any, ...]]

FILE: Final = tomllib.loads(Path("verify_service/programmes/bekasi.toml").read_text())
ZONE: Final = ZoneInfo(FILE["timezone"])
PREMIUM: Final[int] = FILE["premium"]["amount"]
PART: Final[int] = FILE["texting"]["part_cost"]
LAPSE: Final[int] = FILE["cover"][0]["lapse_months"]
_KEPT: Final = ("worker", "enrolment", "payment", "insurer_record", "phone_link", "rt_head")
_CAME: Final = {  # of tables whose rows are only added: by when there was one
    "file_import": "imported_at", "evidence": "received_at", "grievance": "opened_at", "grievance_event": "at",
    "proposal": "opened_at", "removal": "opened_at", "decision": "at", "discrepancy_answer": "answered_at",
    "knowledge_answer": "answered_at", "outbox": "created_at", "inbound_message": "received_at", "round": "drawn_at",
    "audit": "at", "inclusion_notice": "opened_at",
}  # fmt: skip
_UNCOVERED: Final = ("unpaid", "inactive", "not_found")


class Sheets:
    """Every table as it stood at a moment, each a list of rows."""

    def __init__(self, db: Any, at: dt.datetime, verdicts: Rows) -> None:
        self._db, self.at, self.today = db, at, at.astimezone(ZONE).date()
        self._read: dict[str, Rows] = {"verdict": verdicts}

    def __getitem__(self, table: str) -> Rows:
        if table not in self._read:
            self._read[table] = self._stood(table) if table in _KEPT else self._came(table)
        return self._read[table]

    def all_of(self, table: str) -> Rows:
        cursor = self._db.execute(f"SELECT * FROM {table}")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _stood(self, table: str) -> Rows:
        states = defaultdict(list)
        for row in self.all_of(f"{table}_before"):
            if row["ended_at"] > self.at:
                states[row["id"]].append((row["ended_at"], row["ended_by"] or math.inf, row))
        stood = {row["id"]: row for row in self.all_of(table)}
        for known, ended in states.items():
            now = stood.get(known, {})  # of what is kept of no day, a PIN, this is all there is
            stood[known] = now | min(ended, key=lambda one: one[:2])[2]
        begins = "linked_at" if table == "phone_link" else "created_at"
        return [row for row in stood.values() if row[begins] <= self.at]

    def _came(self, table: str) -> Rows:
        rows = self.all_of(table)
        came = _CAME.get(table)
        return [row for row in rows if came is None or self.by(row[came])]

    # What several answers ask

    def by(self, moment: dt.datetime | None) -> bool:
        """Whether it had happened."""
        return moment is not None and moment <= self.at

    def people(self) -> dict[int, int]:
        """Of each worker the person he is."""
        return {row["id"]: row["same_as"] or row["id"] for row in self["worker"]}

    def places(self) -> dict[Any, tuple[str, str]]:
        held = {row["kelurahan_code"]: (row["kecamatan"], row["kelurahan"]) for row in self["area"]}
        return {None: ("", ""), **held}

    def newest(self) -> dt.date | None:
        return max((row["period"] for row in self.files("insurer")), default=None)

    def files(self, kind: str) -> Rows:
        """Imports of a kind that count."""
        return [row for row in self["file_import"] if row["kind"] == kind and not self.by(row["undone_at"])]

    def joined(self) -> set[int]:
        """Reports that had been merged into another."""
        return {row["grievance_id"] for row in self["grievance_event"] if row["kind"] == "merge"}

    def reports(self) -> Rows:
        return [row for row in self["grievance"] if row["id"] not in self.joined()]

    def in_office(self) -> Rows:
        """Heads who held their post on the day."""
        return [
            row
            for row in self["rt_head"]
            if (row["since"] is None or row["since"] <= self.today)
            and (row["until"] is None or row["until"] > self.today)
        ]


def day_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZONE).date()


def month_of(moment: dt.datetime) -> dt.date:
    return day_of(moment).replace(day=1)


def iso(moment: dt.datetime | None) -> str | None:
    return moment and moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, Rows]:
    groups: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def plus(month: dt.date, months: int) -> dt.date:
    years, left = divmod(month.month - 1 + months, 12)
    return dt.date(month.year + years, left + 1, 1)


def roster_versions(city: Sheets) -> Lines:
    return [
        (
            row["id"], row["decree"], row["filename"], row["sha256"].hex(), iso(row["imported_at"]), row["actor"],
            row["rows"], row["accepted"], row["rejected"], row["report"].get("created"), row["report"].get("updated"),
            row["whole"], city.by(row["undone_at"]),
        )
        for row in city["file_import"]
        if row["kind"] == "roster"
    ]  # fmt: skip


def _listed(rows: Iterable[Row]) -> Rows:
    return [row for row in rows if row["list"] in ("paid", "listed_not_paid")]


def funnel(city: Sheets) -> Lines:
    newest = max((row["period"] for row in city["verdict"]), default=None)
    line = {row["id"]: row for row in city["enrolment"]}
    lines = []
    of_newest = _listed(row for row in city["verdict"] if row["period"] == newest)
    for code, rows in grouped(of_newest, lambda row: line[row["enrolment_id"]]["kelurahan_code"]).items():
        paid = [row for row in rows if row["list"] == "paid"]
        active = [row for row in paid if row["insurer"] == "active"]
        worker = [row for row in active if row["worker"] == "confirms"]
        head = [row for row in active if row["rt_head"] == "resident"]
        both = [row for row in worker if row in head]
        silent = [row for row in rows if row["worker"] == row["rt_head"] == "no_answer"]
        lines.append((*city.places()[code], *map(len, (rows, paid, active, worker, head, both, silent))))
    return lines


def months(city: Sheets) -> Lines:
    lines = []
    for month, rows in grouped(city["verdict"], lambda row: row["period"]).items():
        rows = _listed(rows)
        paid = [row for row in rows if row["list"] == "paid"]
        unpaid = [row for row in rows if row["list"] != "paid"]
        active = sum(row["insurer"] == "active" for row in rows)
        paid_for_nothing = sum(row["insurer"] in _UNCOVERED for row in paid)
        neither = sum(row["insurer"] in _UNCOVERED for row in unpaid)
        days = calendar.monthrange(month.year, month.month)[1] * (paid_for_nothing + neither)
        unknown = sum(row["insurer"] == "no_file" for row in rows)
        lines.append((f"{month:%Y-%m}", len(rows), len(paid), active, paid_for_nothing, neither, days, unknown))
    return lines


def money_at_risk(city: Sheets) -> Lines:
    worker = {row["id"]: row["worker_id"] for row in city["enrolment"]}
    people, answered, back = city.people(), defaultdict(set), set()
    for row in city["discrepancy_answer"]:
        answered[worker[row["enrolment_id"]], row["period"]].add(row["verdict"])
        if row["answer"] == "refunded":
            back.add((worker[row["enrolment_id"]], row["period"]))
    premiums: dict[Any, Rows] = grouped(
        (row for row in city["verdict"] if row["rupiah"]), lambda row: (worker[row["enrolment_id"]], row["period"])
    )
    gone = {
        number: all(line["removed_from"] and line["removed_from"] <= city.today for line in lines)
        for number, lines in grouped(city["enrolment"], lambda line: line["worker_id"]).items()
    }
    counted, owed = [], set()
    for (who, month), rows in sorted(premiums.items()):
        first = min(rows, key=lambda row: (-row["rupiah"], row["enrolment_id"]))
        counted.append((who, people[who], month, first, first["verdict"] in answered[who, month]))
    many = Counter((who, month) for _, who, month, row, _ in counted if row["verdict"] == "duplicate_entry")
    groups = defaultdict(list)
    for number, who, month, row, told in counted:
        if row["verdict"] == "duplicate_entry" and many[who, month] > 1 and (who, month) not in owed:
            owed.add((who, month))  # one premium is owed
            continue
        held = (who, month, row["rupiah"], told, (number, month) in back, gone[number])
        groups[row["verdict"], row["owner"]].append(held)
    return [
        (
            verdict, owner, len({who for who, *_ in held}), len(held), sum(rupiah for _, _, rupiah, *_ in held),
            sum(told for *_, told, _, _ in held), sum(back for *_, back, _ in held),
            sum(rupiah for _, _, rupiah, _, back, _ in held if back), sum(gone for *_, gone in held),
            sum(rupiah for _, _, rupiah, *_, gone in held if not gone),
        )
        for (verdict, owner), held in groups.items()
    ]  # fmt: skip


def _covers(line: Row, month: dt.date) -> bool:
    terms = ((line["paid_from"], line["months"]), (line["earlier_from"], line["earlier_months"]))
    kept = line["removed_from"] is None or month < line["removed_from"]
    return kept and any(first and first <= month < plus(first, count) for first, count in terms)


def budget(city: Sheets) -> Lines:
    people, lines, left = city.people(), [], FILE["premium"]["ceiling"]
    reported = {row["period"] for row in city.files("insurer")}
    for month in (dt.date(city.today.year, number, 1) for number in range(1, 13)):
        heads = len({people[line["worker_id"]] for line in city["enrolment"] if _covers(line, month)})
        paid = {row["nik_index"]: row["amount"] for row in city["payment"] if row["period"] == month}
        payments = list(paid.values())
        active = {
            row["nik_index"] for row in city["insurer_record"] if row["period"] == month and row["status"] == "active"
        }
        lost = sum(amount for nik, amount in paid.items() if nik not in active)
        handed = [row for row in city["outbox"] if city.by(row["handed_at"]) and month_of(row["handed_at"]) == month]
        left -= sum(payments)
        lines.append(
            (
                f"{month:%Y-%m}", PREMIUM, heads, heads * PREMIUM, len(payments), sum(payments), len(active),
                lost if month in reported else None, 0,
                sum(row["parts"] or 0 for row in handed) * PART, left,
            )
        )  # fmt: skip
    return lines


def gaps(city: Sheets) -> Lines:
    newest = city.newest()
    if newest is None:
        return []
    reported = {row["period"] for row in city.files("insurer")}
    treasury = {row["period"] for row in city.files("payments")}
    nik = {row["id"]: row["nik_index"] for row in city["worker"]}
    says = {(row["nik_index"], row["period"]): row["status"] for row in city["insurer_record"]}
    paid = {(row["nik_index"], row["period"]) for row in city["payment"]}
    people = city.people()
    niks = defaultdict(set)
    for worker, person in people.items():
        niks[person].add(nik[worker])

    def unpaid(person: int, month: dt.date) -> bool | None:
        if month in reported:
            heard = {says.get((one, month), "not_found") for one in niks[person]}
            if "active" in heard:
                return False
            return None if "unclear" in heard else True
        if month in treasury:
            return not any((one, month) in paid for one in niks[person])
        return None

    tally: Counter[tuple[int, bool]] = Counter()
    live = [line for line in city["enrolment"] if line["removed_from"] is None or line["removed_from"] > newest]
    for person, lines in grouped(live, lambda line: people[line["worker_id"]]).items():
        first = min(min(line["paid_from"], line["earlier_from"] or line["paid_from"]) for line in lines)
        run, month, inactive = 0, newest, False
        while month >= first and unpaid(person, month):
            heard = {says.get((one, month)) for one in niks[person]}
            inactive |= "inactive" in heard and "unpaid" not in heard
            run, month = run + 1, plus(month, -1)
        if first <= newest:
            tally[run, run > 0 and (inactive or run >= LAPSE)] += 1
    return [(run, lapsed, count) for (run, lapsed), count in tally.items()]


def harm(city: Sheets) -> Lines:
    nik = {row["id"]: row["nik_index"] for row in city["worker"]}
    people, reported = city.people(), {row["period"] for row in city.files("insurer")}
    says = {(row["nik_index"], row["period"]): row["status"] for row in city["insurer_record"]}

    def cover(case: Row) -> str:
        month = month_of(case["opened_at"])
        if month not in reported or case["worker_id"] not in people:
            return "not_known"
        person = people[case["worker_id"]]
        heard = [says.get((nik[worker], month), "not_found") for worker, held in people.items() if held == person]
        return min(heard, key=("active", "unpaid", "inactive", "unclear", "not_found").index)

    cases = [row for row in city.reports() if row["urgency"] in ("accident", "death")]
    return [
        (
            urgency, status, len(held), sum(city.by(row["closed_at"]) for row in held),
            len(held) * FILE["benefits"]["jkm_full"] if urgency == "death" else None,
        )
        for (urgency, status), held in grouped(cases, lambda row: (row["urgency"], cover(row))).items()
    ]  # fmt: skip


_ANSWERS: Final = ("answer", "refer", "reject")


def _reopens(event: Row) -> bool:
    """A step by which a report was open again; the same words beside an open report are no step, and name no state."""
    return event["kind"] in ("reopen", "still", "supervisor") and "from" in event["detail"]


def _answered(events: Rows) -> bool:
    """Whether there is an answer since a report was last opened."""
    held = False
    for event in sorted(events, key=lambda event: event["seq"]):
        held = event["kind"] in _ANSWERS or (held and not _reopens(event))
    return held


def grievance_sla(city: Sheets) -> Lines:
    events = grouped(city["grievance_event"], lambda row: row["grievance_id"])
    lines = []
    for category, cases in grouped(city.reports(), lambda row: row["category"]).items():
        said = [event for case in cases for event in events[case["id"]]]
        verified = [case for case in cases if city.by(case["verified_at"])]
        early = sum(day_of(case["verified_at"]) <= case["verify_by"] for case in verified)
        answers = [event for event in said if event["kind"] in _ANSWERS]
        in_time = sum(day_of(event["at"]).isoformat() <= event["detail"]["due"] for event in answers)
        days = [(day_of(event["at"]) - dt.date.fromisoformat(event["detail"]["since"])).days for event in answers]
        overdue = [
            case
            for case in cases
            if not city.by(case["closed_at"]) and case["due_on"] < city.today and not _answered(events[case["id"]])
        ]
        again = sum(_reopens(event) for event in said)
        lines.append(
            (
                category, len(cases), len(verified), early, len(answers), in_time, share(in_time, len(answers)),
                statistics.median(days) if days else None, len(overdue), again,
                sum(event["kind"] == "escalate" for event in said), sum(event["kind"] == "refer" for event in said),
                FILE["sla"][FILE["categories"][category]["sla"]], FILE["send_window"]["holidays"],
            )
        )  # fmt: skip
    return lines


def fees_asked(city: Sheets) -> Lines:
    people = city.people()
    line = {row["id"]: row for row in city["enrolment"]}
    person = {known: people[row["worker_id"]] for known, row in line.items()}
    counted: dict[Any, Counter[str]] = defaultdict(Counter)
    referred_on: dict[Any, list[str]] = defaultdict(list)
    for case in city.reports():
        if case["category"] == "asked_money":
            counted[case["kelurahan_code"]].update(reports=1, closed=int(city.by(case["closed_at"])))
            of_case = [event for event in city["grievance_event"] if event["grievance_id"] == case["id"]]
            days = [day_of(event["at"]).isoformat() for event in of_case if event["kind"] == "refer"]
            counted[case["kelurahan_code"]]["referred"] += bool(days)
            referred_on[case["kelurahan_code"]] += days
    last: dict[int, Row] = {}
    for row in sorted(city["evidence"], key=lambda row: (row["received_at"], row["id"])):
        if row["source"] == "worker" and row["statement"] == "asked_money":
            last[person[row["enrolment_id"]]] = row
    for row in last.values():
        counted[line[row["enrolment_id"]]["kelurahan_code"]][row["detail"]] += 1
    standing = {
        person[known]: row["kelurahan_code"]
        for known, row in sorted(line.items())
        if row["removed_from"] is None or row["removed_from"] > city.today
    }
    for who, place in standing.items():
        counted[place]["silent"] += who not in last
    return [
        (
            *city.places()[code], held["reports"], held["closed"], held["referred"],
            max(referred_on[code], default=None), held["yes"], held["no"], held["declined"], held["silent"],
        )
        for code, held in counted.items()
        if any(held.values())
    ]  # fmt: skip


def comprehension(city: Sheets) -> Lines:
    sex = {row["id"]: row["sex"] for row in city["worker"]}
    work = {row["worker_id"]: row["occupation"] for row in sorted(city["enrolment"], key=lambda row: row["id"])}

    def group(row: Row) -> tuple[Any, ...]:
        worker = row["worker_id"]
        return (row["words_version"], row["language"], row["again"], sex.get(worker) or "", work.get(worker) or "")

    lines = []
    for key, rows in grouped(city["knowledge_answer"], group).items():
        right, count = sum(row["correct"] for row in rows), len(rows)
        lines.append((*key, count, right, share(right, count), *_wilson(right, count)))
    return lines


def _wilson(yes: int, count: int) -> tuple[float, float]:
    z = statistics.NormalDist().inv_cdf(0.975)
    p = yes / count
    middle, half = p + z * z / (2 * count), z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    low, high = ((middle + sign * half) / (1 + z * z / count) for sign in (-1, 1))
    return round(max(low, 0.0), 4), round(min(high, 1.0), 4)


def left_out(city: Sheets) -> Lines:
    one: dict[bytes, Row] = {}  # of each person the newest decision; while there is none, what came first
    put_forward = sorted(city["proposal"], key=lambda row: (row["opened_at"], row["id"]))
    decided = sorted((row for row in put_forward if city.by(row["decided_at"])), key=lambda row: row["decided_at"])
    for row in (*put_forward, *decided):
        if city.by(row["decided_at"]) or row["nik_index"] not in one:
            one[row["nik_index"]] = row

    def group(row: Row) -> tuple[Any, ...]:
        over = city.by(row["decided_at"])
        return (row["job"], row["proposer"], row["state"] if over else "waiting", (row["reason"] if over else "") or "")

    lines = []
    for key, rows in grouped(one.values(), group).items():
        days = [
            (day_of(row["decided_at"]) - day_of(row["opened_at"])).days for row in rows if city.by(row["decided_at"])
        ]
        helped = sum(row["help_needed"] is not None for row in rows)
        women, men = (sum(row["sex"] == sex for row in rows) for sex in "PL")
        lines.append((*key, len(rows), women, men, helped, statistics.median(days) if days else None))
    return lines


def rules_shown(city: Sheets) -> Lines:
    lines = []
    for code, heads in grouped(city.in_office(), lambda row: row["kelurahan_code"]).items():
        read = [day_of(head["rules_at"]) for head in heads if city.by(head["rules_at"])]
        lines.append(
            (
                *city.places()[code], len(heads), sum(head["phone_id"] is not None for head in heads), len(read),
                sum(city.by(head["activated_at"]) for head in heads),
                min(read).isoformat() if read else None, max(read).isoformat() if read else None,
            )
        )  # fmt: skip
    return lines


_HEADS: Final = ("resident", "moved", "deceased", "unknown", "not_working", "now_employed", "own_family")
_THERE: Final = ("confirms", "wrong_data", "does_not_know", "denies")
_GONE: Final = ("moved", "not_working", "now_employed")


def rt_reliability(city: Sheets) -> Lines:
    place = {row["id"]: row["kelurahan_code"] for row in city["enrolment"]}
    head, worker = _last_words(city, "rt_head", _HEADS), {}
    for row in city["evidence"]:  # a no of his holds
        if row["source"] == "worker" and not row["assisted"] and row["statement"] in (*_THERE, *_GONE):
            worker[row["enrolment_id"]] = worker.get(row["enrolment_id"], True) and row["statement"] in _THERE
    posts = grouped(city.in_office(), lambda row: row["kelurahan_code"])
    listed = defaultdict(list)
    for row in city["enrolment"]:
        if row["removed_from"] is None or row["removed_from"] > city.today:
            listed[row["kelurahan_code"], row["rw"], row["rt"]].append(row["id"])
    lines = []
    for code in {*posts, *(place[line] for line in head)}:
        of_here = {line: said for line, said in head.items() if place[line] == code}
        counted = {line: said for line, said in of_here.items() if said != "own_family"}
        both = [(said == "resident", worker[line]) for line, said in counted.items() if line in worker]
        yes = sum(said == "resident" for said in counted.values())
        lines.append(
            (
                *city.places()[code], len(posts[code]),
                sum(city.by(row["activated_at"]) for row in posts[code]),
                sum(_silent(listed[code, row["rw"], row["rt"]], head) for row in posts[code]), len(counted), yes,
                len(of_here) - len(counted), share(yes, len(counted)), len(both),
                sum(a and not b for a, b in both), share(sum(a == b for a, b in both), len(both)), _kappa(both),
            )
        )  # fmt: skip
    return lines


def _silent(lines: list[int], head: dict[int, str]) -> bool:
    return bool(lines) and not any(line in head for line in lines)


def _last_words(city: Sheets, source: str, known: tuple[str, ...]) -> dict[int, str]:
    said = [row for row in city["evidence"] if row["source"] == source and row["statement"] in known]
    return {
        row["enrolment_id"]: row["statement"] for row in sorted(said, key=lambda row: (row["received_at"], row["id"]))
    }


def _kappa(pairs: list[tuple[bool, bool]]) -> float | None:
    if not pairs:
        return None
    count = len(pairs)
    same = sum(a == b for a, b in pairs) / count
    one, other = (sum(pair[side] for pair in pairs) / count for side in (0, 1))
    chance = one * other + (1 - one) * (1 - other)
    return None if chance == 1 else round((same - chance) / (1 - chance), 4)


def representativeness(city: Sheets) -> Lines:
    lines = []
    for held in city["round"]:
        strata = [row for row in city["round_stratum"] if row["round_id"] == held["id"]]
        people = grouped(
            (row for row in city["round_person"] if row["round_id"] == held["id"]), lambda row: row["stratum"]
        )
        heard = {
            row["stratum"]: sum(
                one["sampled"] and city.by(one["answered_at"]) for one in people.get(row["stratum"], ())
            )
            for row in strata
        }
        whole, answers = sum(row["population"] for row in strata), sum(heard.values())
        for row in strata:
            name = row["stratum"]
            drawn = sum(person["sampled"] for person in people.get(name, ()))
            lines.append(
                (
                    held["name"], held["seed"], name, row["population"], drawn, heard[name], share(heard[name], drawn),
                    share(row["population"], whole), share(heard[name], answers),
                )
            )  # fmt: skip
    return lines


def audit_log(city: Sheets) -> Lines:
    return [
        (
            f"{month:%Y-%m}", action, len(rows), len({row["actor"] for row in rows}),
            min(row["id"] for row in rows), max(row["id"] for row in rows),
        )
        for (month, action), rows in grouped(city["audit"], lambda row: (month_of(row["at"]), row["action"])).items()
    ]  # fmt: skip


def decisions(city: Sheets) -> Lines:
    removals = {row["id"]: row for row in city["removal"]}
    lines = []

    def group(row: Row) -> tuple[str, ...]:
        return ("removal" if row["removal_id"] else "proposal", row["step"], row["says"], row["reason"])

    for key, rows in grouped(city["decision"], group).items():
        about = [removals[number] for number in {row["removal_id"] for row in rows if row["removal_id"]}]
        told = sum(city.by(row["noticed_at"]) for row in about)
        objected = sum(city.by(row["objected_at"]) for row in about)
        also = (told, objected) if key[0] == "removal" else (None, None)
        lines.append((*key, len(rows), len({row["officer_id"] for row in rows}), *also))
    return lines


_WHAT: Final = {
    "identity looked at": (
        "identity looked at", "identity opened", "person searched", "list searched", "person looked at",
        "number shown in clear",
    ),
    "list or letters taken out": (
        "accepted proposals exported", "reports exported", "reports handed over with identities", "work list exported",
        "work list written", "letters printed", "visit list printed",
    ),
    "data let go of by the days of the rules": ("old reports emptied", "payment evidence dropped"),
    "rights that people asked for": (
        "person asked", "request settled", "person exported", "person corrected", "person erased", "listed anew",
        "hold set", "hold ended",
    ),
    "breaches and who was told": (
        "breach written down", "breach measures", "breach: authority told", "breach: people are told",
        "breach: texts queued", "breach: others told", "breach closed",
    ),
    "sign-in refused": ("sign-in refused",),
    "access changed": (
        "officer added", "officer disabled", "officer enabled", "officer's scope changed", "password changed",
        "password reset", "second factor on", "second factor off", "recovery codes made", "recovery code used",
        "sessions ended", "api key made", "api key closed",
    ),
}  # fmt: skip


def data_protection(city: Sheets) -> Lines:
    lines = []
    for what, actions in _WHAT.items():
        rows = [row for row in city["audit"] if row["action"] in actions]
        if rows:
            at = sorted(row["at"] for row in rows)
            lines.append((what, len(rows), len({row["actor"] for row in rows}), iso(at[0]), iso(at[-1])))
    return lines


def complainant_protection(city: Sheets) -> Lines:
    unit = {row["id"]: row["unit"] for row in city.all_of("officer")}
    anonymous = [row for row in city["grievance"] if row["identity"] == "anonymous"]
    about_unit = [row for row in city["grievance"] if row["about_unit"]]
    about = [row for row in city["grievance"] if row["about"]]
    midnight = dt.time(0)

    def named(row: Row) -> bool:
        return row["phone_id"] is not None or row["worker_id"] is not None

    def timed(row: Row) -> bool:
        return midnight not in (row["opened_at"].astimezone(ZONE).time(), row["opened_at"].astimezone(dt.UTC).time())

    def judged(row: Row) -> bool:
        return row["about_unit"] in (row["unit"], unit.get(row["assignee_id"]))

    return [
        (promise, len(rows), sum(broken(row) for row in rows))
        for promise, rows, broken in (
            ("an anonymous report names no phone and no worker", anonymous, named),
            ("an anonymous report keeps no hour of its opening", anonymous, timed),
            ("a report about a unit is not handled by that unit", about_unit, judged),
            ("a report about somebody's conduct is restricted", about, lambda row: not row["restricted"]),
        )
    ]


def escalation_told(city: Sheets) -> Lines:
    cases = {row["id"]: row for row in city["grievance"]}
    first: dict[int, dt.datetime] = {}
    above = {row["grievance_id"] for row in city["grievance_event"] if row["kind"] == "supervisor"}
    for row in city["grievance_event"]:
        if row["kind"] in ("still", "supervisor") and row["by"] == "reporter":
            first[row["grievance_id"]] = min(row["at"], first.get(row["grievance_id"], row["at"]))
    shown = [row for row in city["outbox"] if row["screen"] == "c12.external" and city.by(row["handed_at"])]

    def told(case: int) -> bool:
        phone = cases[case]["phone_id"]
        return case in above or any(
            phone is not None and row["phone_id"] == phone and row["handed_at"] >= first[case] for row in shown
        )

    months_of = grouped(({"case": case, "month": month_of(at)} for case, at in first.items()), lambda row: row["month"])
    return [
        (
            f"{month:%Y-%m}", len(rows), sum(cases[row["case"]]["phone_id"] is not None for row in rows),
            sum(told(row["case"]) for row in rows),
        )
        for month, rows in months_of.items()
    ]  # fmt: skip


OF_TABLES: Final[dict[str, Callable[[Sheets], Lines]]] = {
    "roster-versions": roster_versions,
    "funnel": funnel,
    "money-at-risk": money_at_risk,
    "budget": budget,
    "months": months,
    "gaps": gaps,
    "harm": harm,
    "grievance-sla": grievance_sla,
    "fees-asked": fees_asked,
    "comprehension": comprehension,
    "left-out": left_out,
    "rt-reliability": rt_reliability,
    "representativeness": representativeness,
    "audit-log": audit_log,
    "rules-shown": rules_shown,
    "decisions": decisions,
    "data-protection": data_protection,
    "complainant-protection": complainant_protection,
    "escalation-told": escalation_told,
}
