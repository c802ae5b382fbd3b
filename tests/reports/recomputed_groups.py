"""Inclusion, learning and what came of messages, computed once more by plain loops; see recomputed.py."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from tests.reports.recomputed import PART, Lines, Row, Sheets, day_of, grouped, month_of, share

YEAR: Final = dt.timedelta(days=365)
Z: Final = statistics.NormalDist().inv_cdf(0.975)
JOBS: Final = {  # by hand: the words of the small city, of proposals, and of the sample city's list
    "ojek": "transport", "warung": "trade", "driver": "transport", "laundry": "household",
    "Ojek Pangkalan": "transport", "Ojek Online": "transport", "Tukang Becak": "transport",
    "Sopir Angkot": "transport", "Juru Parkir": "transport", "Pedagang Pasar": "trade", "Pedagang Asongan": "trade",
    "Pemulung": "waste", "Pekerja Rumah Tangga": "household", "Buruh Cuci": "household",
    "Buruh Harian Lepas": "day_labour", "Kuli Bangunan": "day_labour", "Petani": "farm",
    "Penjahit Rumahan": "home_work", "Guru Ngaji": "teaching_arts",
}  # fmt: skip
Facts = dict[str, str | None]  # by what somebody is counted, and as what


def wilson(yes: int, count: int) -> tuple[float, float]:
    p = yes / count
    middle, half = p + Z * Z / (2 * count), Z * math.sqrt(p * (1 - p) / count + Z * Z / (4 * count * count))
    low, high = ((middle + sign * half) / (1 + Z * Z / count) for sign in (-1, 1))
    return (0.0 if yes == 0 else low), (1.0 if yes == count else high)


def newcombe(yes: int, count: int, other_yes: int, other: int) -> tuple[float, float, float]:
    p, q = yes / count, other_yes / other
    (low, high), (other_low, other_high) = wilson(yes, count), wilson(other_yes, other)
    below = math.sqrt((p - low) ** 2 + (other_high - q) ** 2)
    above = math.sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return p - q, p - q - below, p - q + above


def band(born: int | None, year: int) -> str:
    if born is None:
        return "unknown"
    age = year - born
    return "-29" if age < 30 else "30-39" if age < 40 else "40-49" if age < 50 else "50-59" if age < 60 else "60+"


def channel_of(row: Row) -> str:
    if row["channel"] in ("visit", "console", "counter", "call"):
        return "field"
    if row.get("source") == "rt_head" or row.get("assisted") or row.get("proposer") == "rt_head":
        return "rt_head"
    return str(row["channel"])


class People:
    """Of each person on the list of the newest month what is known."""

    def __init__(self, city: Sheets) -> None:
        self.city, self.person = city, city.people()
        self.worker = {row["id"]: row for row in city["worker"]}
        self.line = {row["id"]: row for row in city["enrolment"]}
        self.lines: dict[int, list[Row]] = defaultdict(list)
        newest = max((row["period"] for row in city["verdict"]), default=None)
        for row in city["verdict"]:
            if row["period"] == newest and row["list"] in ("paid", "listed_not_paid"):
                self.lines[self.whose(row["enrolment_id"])].append(row)
        asked_help = {row["nik_index"] for row in city["proposal"] if row["help_needed"] is not None}
        self.helped = {self.person[row["id"]] for row in city["worker"] if row["nik_index"] in asked_help}
        self.linked = {
            self.person[row["worker_id"]]
            for row in city["phone_link"]
            if row["unlinked_at"] is None or row["unlinked_at"] > city.at
        }
        self.said: dict[int, tuple[Any, ...]] = {}
        listed = {row["enrolment_id"] for rows in self.lines.values() for row in rows}
        for row in city["evidence"]:
            if row["enrolment_id"] in listed:
                last = (row["source"] == "worker", row["received_at"], row["id"], channel_of(row))
                who = self.whose(row["enrolment_id"])
                self.said[who] = max(last, self.said.get(who, last))
        self.reporters = {
            self.person[row["worker_id"]]
            for row in city.reports()
            if row["worker_id"] in self.person and row["opened_at"] > city.at - YEAR
        }

    def whose(self, line: int) -> int:
        return self.person[self.line[line]["worker_id"]]

    def facts(self, worker: int | None, occupation: str | None, channel: str | None, person: int | None) -> Facts:
        known = self.worker.get(worker) if worker is not None else None
        return {
            "sex": (known and known["sex"]) or "unknown",
            "occupation": JOBS.get(occupation or "", "unknown"),
            "age": band(known["birth_year"] if known else None, self.city.today.year),
            "channel": channel,
            "help": "needed" if person in self.helped else "not_told",
        }


def of_the_list(city: Sheets, people: People) -> Iterable[tuple[str, Facts, bool]]:
    """(measure, facts, yes) of everybody who counts for it."""
    for who, rows in people.lines.items():
        newest = people.line[max(row["enrolment_id"] for row in rows)]
        said = people.said.get(who)
        facts = people.facts(newest["worker_id"], newest["occupation"], said[-1] if said else None, who)
        facts["phone"] = "linked" if who in people.linked else "none"
        silent = facts | {"channel": None}
        paid = any(row["list"] == "paid" for row in rows)
        active = [row for row in rows if row["list"] == "paid" and row["insurer"] == "active"]
        yield "paid", facts, paid
        yield "answered", silent, any(row["worker"] != "no_answer" for row in rows)
        yield "reported", silent, who in people.reporters
        if paid:
            yield "active", facts, bool(active)
        if any(row["worker"] != "no_answer" for row in active):
            yield "confirmed", facts, any(row["worker"] == "confirms" for row in active)


def of_reports(city: Sheets, people: People) -> Iterable[tuple[str, Facts, bool]]:
    events = grouped(city["grievance_event"], lambda row: row["grievance_id"])
    work = {row["worker_id"]: row["occupation"] for row in sorted(city["enrolment"], key=lambda row: row["id"])}
    for case in city.reports():
        if case["opened_at"] <= city.at - YEAR:
            continue
        answers = [
            row
            for row in events.get(case["id"], ())
            if row["kind"] in ("answer", "refer", "reject") and "due" in row["detail"]
        ]
        first = min(answers, key=lambda row: (row["at"], row["seq"]), default=None)
        if first is None and case["due_on"] >= city.today:
            continue
        worker = case["worker_id"]
        facts = people.facts(worker, work.get(worker), channel_of(case), people.person.get(worker))
        yield (
            "answered_in_time",
            facts,
            first is not None and day_of(first["at"]).isoformat() <= first["detail"]["due"],
        )


def of_proposals(city: Sheets) -> Iterable[tuple[str, Facts, bool]]:
    one: dict[bytes, Row] = {}
    put_forward = sorted(city["proposal"], key=lambda row: (row["opened_at"], row["id"]))
    decided = sorted((row for row in put_forward if city.by(row["decided_at"])), key=lambda row: row["decided_at"])
    for row in (*put_forward, *decided):
        if city.by(row["decided_at"]) or row["nik_index"] not in one:
            one[row["nik_index"]] = row
    for row in one.values():
        facts: Facts = {
            "sex": row["sex"] or "unknown",
            "occupation": JOBS.get(row["job"], "unknown"),
            "age": band(row["birth_year"], city.today.year),
            "channel": channel_of(row),
            "help": "needed" if row["help_needed"] is not None else "not_told",
        }
        over = city.by(row["decided_at"])
        if over or row["due_on"] < city.today:
            yield "decided_in_time", facts, over and day_of(row["decided_at"]) <= row["due_on"]
        if over:
            yield "accepted", facts, row["state"] == "accepted"


def inclusion(city: Sheets) -> Lines:
    people = People(city)
    noticed = {
        (row["measure"], row["dimension"], row["group_code"]): row["noticed_on"]
        for row in city["inclusion_notice"]
        if not city.by(row["ended_at"])
    }
    counted = (*of_the_list(city, people), *of_reports(city, people), *of_proposals(city))
    lines = []
    for measure, rows in grouped(({"m": m, "f": f, "y": y} for m, f, y in counted), lambda row: row["m"]).items():
        for dimension in ("sex", "occupation", "age", "phone", "channel", "help"):
            known = [row for row in rows if row["f"].get(dimension)]
            for code, own in grouped(known, lambda row, by=dimension: row["f"][by]).items():
                lines.append(_line(measure, dimension, code, own, known, noticed))
    return lines


def _line(measure: str, dimension: str, code: str, own: list[Row], known: list[Row], noticed: Any) -> tuple[Any, ...]:
    yes, count = sum(row["y"] for row in own), len(own)
    other_yes, other = sum(row["y"] for row in known) - yes, len(known) - count
    gap = newcombe(yes, count, other_yes, other) if other else (None, None, None)
    since = noticed.get((measure, dimension, code))
    few = min(count, other) < 30
    standing = "lags" if since else "not_judged" if measure == "reported" else "too_few" if few else ""
    return (
        measure, dimension, code, count, yes, share(yes, count), *(round(end, 4) for end in wilson(yes, count)),
        other, other_yes, share(other_yes, other), *(None if end is None else round(end, 4) for end in gap),
        standing, since and since.isoformat(),
    )  # fmt: skip


def before_and_after(city: Sheets) -> Lines:
    phones = grouped(
        sorted(city["knowledge_answer"], key=lambda row: (row["answered_at"], row["id"])), lambda row: row["phone_id"]
    )
    taught = grouped(
        ({"first": rows[0], "next": rows[1] if len(rows) > 1 else None} for rows in phones.values()),
        lambda pair: (pair["first"]["words_version"], pair["first"]["language"]),
    )

    def right(key: tuple[str, str], told: str) -> tuple[int, int]:
        rows = [pair["first" if told == "before" else "next"] for pair in taught[key]]
        there = [row for row in rows if row is not None]
        return sum(row["correct"] for row in there), len(there)

    lines = []
    for (version, language), pairs in taught.items():
        days = [day_of(pair["first"]["answered_at"]).isoformat() for pair in pairs]
        for told in ("before", "after"):
            yes, count = right((version, language), told)
            others = [right(key, told) for key in taught if key[1] == language and key[0] != version]
            other_yes, other = sum(one[0] for one in others), sum(one[1] for one in others)
            gap = newcombe(yes, count, other_yes, other) if count and other else (None, None, None)
            ends = wilson(yes, count) if count else (None, None)
            lines.append(
                (
                    version, language, told, min(days), max(days), count, yes, share(yes, count), *_four(ends), other,
                    share(other_yes, other), *_four(gap), *(_change(pairs) if told == "after" else [None] * 5),
                )
            )  # fmt: skip
    return lines


def _four(numbers: Iterable[float | None]) -> list[float | None]:
    return [None if number is None else round(number, 4) for number in numbers]


def _change(pairs: list[Row]) -> list[Any]:
    twice = [(pair["first"]["correct"], pair["next"]["correct"]) for pair in pairs if pair["next"] is not None]
    learned, forgot, n = twice.count((False, True)), twice.count((True, False)), len(twice)
    if not n:
        return [learned, forgot, None, None, None]
    one, other = (learned + 1) / (n + 2), (forgot + 1) / (n + 2)
    half = Z * math.sqrt((one + other - (one - other) ** 2) / (n + 2))
    ends = max(-1.0, one - other - half), min(1.0, one - other + half)
    return [learned, forgot, *_four(((learned - forgot) / n, *ends))]


def messages(city: Sheets) -> Lines:
    heard = grouped(
        (row for row in city["inbound_message"] if row["handled_as"] == "answer"),
        lambda row: (row["conversation_id"], row["step"]),
    )
    spoke = grouped(city["evidence"], lambda row: row["phone_id"])
    asks = ("invitation", "reminder", "question")

    def acted_upon(text: Row) -> bool:
        handed, prompt = text["handed_at"], (text["conversation_id"], text["step"])
        answers = heard.get(prompt, ()) if None not in prompt else ()
        later = spoke.get(text["phone_id"], ()) if text["purpose"] in asks else ()
        return any(row["received_at"] >= handed for row in answers) or any(
            handed <= row["received_at"] <= handed + dt.timedelta(days=7) for row in later
        )

    lines = []
    for (month, purpose), texts in grouped(
        city["outbox"], lambda row: (month_of(row["created_at"]), row["purpose"])
    ).items():
        handed = [row for row in texts if city.by(row["handed_at"])]
        parts, acted = sum(row["parts"] or 0 for row in handed), sum(map(acted_upon, handed))
        of = len(handed) if purpose in asks else 0
        lines.append(
            (
                f"{month:%Y-%m}", purpose, len(texts), len(handed), sum(row["state"] == "accepted" for row in handed),
                sum(row["state"] in ("refused", "failed", "unknown") for row in texts),
                sum(row["state"] in ("cancelled", "stale") for row in texts),
                acted, share(acted, of), *(_four(wilson(acted, of)) if of else (None, None)), parts, parts * PART,
            )
        )  # fmt: skip
    return lines


OF_GROUPS: Final[dict[str, Callable[[Sheets], Lines]]] = {
    "inclusion": inclusion,
    "before-and-after": before_and_after,
    "messages": messages,
}
