"""The programme file: all that makes this the service of one city."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from verify_service.ground import amended
from verify_service.ground.settings import SettingsRefused, settings

DEFAULT = Path(__file__).parent.parent / "programmes" / "bekasi.toml"


# What the talks can open; a programme says of each how long an answer may take.
CATEGORIES = frozenset(
    {"not_active", "wrong_data", "asked_money", "claim", "wrong_person", "other", "rt_conduct", "conduct", "data"}
)

UNITS = frozenset({"grievance", "kelurahan"})  # those who read every report, and those bound to one place


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PremiumChange(_Table):
    """Another premium, in rupiah a worker and month, from a day on."""

    new_amount: int = Field(gt=0)
    changed_on: dt.date


class Premium(_Table):
    """What the city pays for one worker and month, in rupiah."""

    amount: int = Field(gt=0)  # the first one
    effective_from: dt.date
    ceiling: int = Field(gt=0)
    changes: tuple[PremiumChange, ...] = ()  # each in force from its day until the next

    def on(self, day: dt.date) -> int:
        """The premium in force on this day; of a month its first day counts."""
        begun = [change for change in self.changes if change.changed_on <= day]
        return max(begun, key=lambda change: change.changed_on).new_amount if begun else self.amount

    @model_validator(mode="after")
    def _each_from_a_day(self) -> Premium:
        days = [self.effective_from, *(change.changed_on for change in self.changes)]
        if sorted(set(days)) != days:
            raise ValueError("`premium.changes`: in the order of their days, each after `effective_from`")
        return self


class Eligibility(_Table):
    nik_prefixes: tuple[str, ...]
    age_from: int
    age_to: int


class Benefits(_Table):
    """Amounts in rupiah, periods in months or years, as the insurer pays them."""

    reported_wage: int
    jkm_full: int
    jkm_before_waiting: int
    jkk_death: int
    scholarship_max: int
    scholarship_jkm_years: int


class CoverRules(_Table):
    """How the insurer ends and begins cover, in force from a day on until the next."""

    in_force_from: dt.date
    lapse_months: int = Field(gt=0)  # unpaid in a row, after which the cover has ended
    death_months: int = Field(ge=0)  # paid, until the benefit of a death that is not work-related is full


class Warnings(_Table):
    """When a worker is told that the cover ends."""

    days_before: int = Field(ge=0)
    task_days: int = Field(gt=0)  # to tell whoever has no phone


class SendWindow(_Table):
    """When texts that we start may go out; answers to what a person just sent go at any hour."""

    opens: dt.time = Field(alias="from")
    closes: dt.time = Field(alias="to")
    holidays: str = ""  # country whose national holidays are kept, "ID"; "" keeps none
    closed_on: tuple[dt.date, ...] = ()  # further days, such as joint leave decreed for the year
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)  # ISO: 1 is Monday

    @model_validator(mode="after")
    def _opens_at_all(self) -> SendWindow:
        """Midnight as `to` is the end of the day; nothing else may lie before `from`, or no text would ever go."""
        if self.closes != dt.time.min and self.opens >= self.closes:
            raise ValueError("`from` must be before `to` (00:00 as `to`: until midnight)")
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("`weekdays`: at least one of 1 (Monday) to 7 (Sunday)")
        from holidays import list_supported_countries  # slow to load, and most commands ask for no day

        if self.holidays and self.holidays not in list_supported_countries():
            raise ValueError("`holidays`: a country's two letters, such as ID, or empty")
        return self


class Texting(_Table):
    """SMS: our own number, how long a question waits for its answer, and how often we may repeat ourselves."""

    number: str  # the number or short code people answer to; never written to
    question_days: int = Field(gt=0)  # a later answer still counts, marked late
    correct_minutes: int = Field(gt=0)  # within this a second text corrects the first
    same_text_most: int = Field(gt=0)  # identical texts to one phone within the minutes below
    same_text_minutes: int = Field(gt=0)
    talk_hours: int = Field(
        gt=0, le=24
    )  # of silence, after which a talk by text is over; what it held is forgotten then
    stale_days: int = Field(gt=0)
    read_seconds: int = Field(ge=0)  # from handing a text over until somebody can answer it
    parts_seconds: int = Field(ge=0)  # texts of one phone that come within it are parts of one
    continue_minutes: int = Field(ge=0)  # after a report by text, further words belong to it
    pause_minutes: int = Field(ge=0)  # after somebody's text in a talk, our own question waits
    part_cost: int = Field(ge=0)  # rupiah for each part, to show officers what an answer costs


class RtHeads(_Table):
    """How RT heads are asked."""

    pin_tries: int = Field(gt=0)
    correct_minutes: int = Field(gt=0)
    ask_again_days: int = Field(gt=0)
    inactive_days: int = Field(gt=0)
    warn_days: int = Field(gt=0)


class Sessions(_Table):
    resume_minutes: int = Field(gt=0)
    hops_per_minute: int = Field(gt=0)
    link_tries_per_day: int = Field(gt=0)


class Sla(_Table):
    """By when a report is looked at, and answered: working days by class; `data_days` are days of the calendar."""

    verification: int = Field(gt=0)
    urgent: int = Field(gt=0)
    information: int = Field(gt=0)
    ordinary: int = Field(gt=0)
    field: int = Field(gt=0)
    data_days: int = Field(gt=0)
    at_risk_percent: int = Field(gt=0, le=100)
    rung_days: int = Field(gt=0)
    waiting_days: int = Field(gt=0)
    questions_most: int = Field(gt=0)  # so often the clock may stand, each time for the days above at most
    follow_up_days: int = Field(gt=0)
    close_days: int = Field(gt=0)


class Category(_Table):
    """One kind of report: its code in the city's list, who owns it, how long an answer may take, and who may see it.

    A restricted one is seen by cleared accounts alone, whatever it is about.
    """

    code: str
    unit: str
    escalate_to: str  # who hears of it when the ladder of supervisors ends
    sla: Literal["urgent", "information", "ordinary", "field", "data_days"]
    restricted: bool = False
    name: str = ""  # as officers and other systems read it; those that we know have words of ours
    description: str = ""


class Body(_Table):
    """A body outside the programme, to which a report can be referred."""

    name: str
    by_sheet: bool = False  # reports go over as the sheet of the page about exports, and its numbers come back so


class Priority(_Table):
    """Points that order the waiting list, published; who has more is decided first."""

    help_needed: int = Field(ge=0)
    rt_head: int = Field(ge=0)
    dangerous_job: int = Field(ge=0)
    age_50: int = Field(ge=0)
    dangerous_jobs: tuple[str, ...]


class Decisions(_Table):
    """How proposals, removals and reports are decided: reason codes, days, places, and who comes first."""

    quota: int = Field(ge=0)  # 0: as many as the ceiling leaves money for
    objection_days: int = Field(gt=0)
    answer_days: int = Field(gt=0)
    reasons_accept: tuple[str, ...] = Field(min_length=1)
    reasons_refuse: tuple[str, ...] = Field(min_length=1)
    reasons_ask: tuple[str, ...] = Field(min_length=1)
    reasons_remove: tuple[str, ...] = Field(min_length=1)
    closing: tuple[str, ...] = Field(min_length=1)
    rejecting: tuple[str, ...] = Field(min_length=1)
    waiting_reasons: tuple[str, ...] = Field(min_length=1)
    priority: Priority


class Decree(_Table):
    """A decree the programme rests on, in force from `date` until the next one."""

    number: str
    date: dt.date


class Reports(_Table):
    """How often one phone may try numbers, and propose, on one day; after how many days the question comes again."""

    number_tries_per_day: int = Field(gt=0)
    proposals_per_day: int = Field(gt=0)
    proposals_per_day_rt_head: int = Field(gt=0)
    knowledge_again_days: int = Field(gt=0)


class Signals(_Table):
    """When answers look as if somebody gave them for others, so that an officer looks; nobody is refused by it."""

    window_days: int = Field(gt=0)
    due_days: int = Field(gt=0)
    many_workers: int = Field(gt=1)  # from one handset ...
    many_hours: int = Field(gt=0)  # ... within this time
    rhythm_answers: int = Field(gt=2)  # in a row from one handset, each for another worker
    rhythm_seconds: float = Field(gt=0)  # the usual gap is shorter than this ...
    rhythm_spread: float = Field(ge=0, lt=1)  # ... and every gap differs from it by this share at most
    burst_seconds: float = Field(gt=0)  # or all of them come within this time
    rt_answers: int = Field(gt=2)  # of an RT head about residents, or of residents whom he helped
    rt_quick_seconds: float = Field(gt=0)  # between two of his in a row


class Publishing(_Table):
    """When the public figures are counted anew, and where each kecamatan stands on their map."""

    weekday: int = Field(ge=1, le=7)  # ISO: 1 is Monday
    hour: int = Field(ge=0, le=21)  # of the city's clock: within three hours from it, while nobody waits for a reply
    map: tuple[tuple[str, ...], ...] = ()  # rows from north to south of kecamatan codes; "" is no kecamatan


class Record(_Table):
    """Who gets the newest signed head of the record by mail, once a day: people outside the database's reach."""

    heads_to: tuple[Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")], ...] = ()


class Open311(_Table):
    """How much another system of the city may ask for."""

    calls_per_hour: int = Field(gt=0)  # of each key


class Accounts(_Table):
    """What accounts of the console must have."""

    second_factor: tuple[Literal["officer", "supervisor", "kelurahan", "admin", "auditor"], ...] = ()


class Retention(_Table):
    """Days after which it is let go of: how talks went, the words of texts, what payment and insurer files said of a
    month (counted from its first day), and who said what in a report that is closed."""

    ussd_conversations: int = Field(gt=0)
    sms_texts: int = Field(gt=0)
    payment_evidence: int = Field(gt=0)
    grievances_after_close: int = Field(gt=0)


class Programme(_Table):
    """One city's programme, as its TOML file states it."""

    name: str
    brand: str
    reference_prefix: str = Field(pattern="^[A-Z]{2,4}$")
    city: str
    jurisdiction: str  # the city's domain, by which Open311 names it
    decree: str
    area_table: Path  # kelurahan_code, kelurahan, kecamatan_code, kecamatan; relative to the programme file
    bps_codes: Path | None = None  # kelurahan_code, bps_kelurahan_code
    languages: tuple[str, ...] = Field(min_length=1)  # the first is spoken to whoever has not chosen
    texts: Path | None = None  # a folder with LANGUAGE.toml of languages we have none of, or of words of one's own
    hotline: str
    ussd_code: str
    timezone: str
    ussd_zero_rated: bool
    jkm_waiting_confirmed: bool
    premium: Premium
    eligibility: Eligibility
    benefits: Benefits
    cover: tuple[CoverRules, ...] = Field(min_length=1)
    warnings: Warnings
    send_window: SendWindow
    sessions: Sessions
    texting: Texting
    rt_heads: RtHeads
    sla: Sla
    reports: Reports
    signals: Signals
    units: Mapping[str, str]
    categories: Mapping[str, Category]
    bodies: Mapping[str, Body]
    decisions: Decisions
    decrees: tuple[Decree, ...]
    accounts: Accounts
    open311: Open311
    publication: Publishing
    record: Record = Record()
    retention: Retention

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def standing(self) -> dict[str, str]:
        """The values every text may use, as they stand when the process first needs one."""
        paid = self.benefits
        amounts = {
            "jkm": paid.jkm_full,
            "jkm_early": paid.jkm_before_waiting,
            "jkk_death": paid.jkk_death,
            "scholarship": paid.scholarship_max,
            "wage": paid.reported_wage,
        }
        return {
            "brand": self.brand,
            "hotline": self.hotline,
            "ussd": self.ussd_code,
            "premium": f"{self.premium.on(dt.datetime.now(self.zone).date()):,}".replace(",", "."),
            "scholarship_years": str(paid.scholarship_jkm_years),
            "age_from": str(self.eligibility.age_from),
            "age_to": str(self.eligibility.age_to),
            "check_days": str(self.sla.verification),
            **{name: f"{rupiah / 1_000_000:g}".replace(".", ",") for name, rupiah in amounts.items()},
        }

    def payments_kept_from(self, now: dt.datetime) -> dt.date:
        """The first month of which payment and insurer files are still kept."""
        last = now.astimezone(self.zone).date() - dt.timedelta(days=self.retention.payment_evidence)
        return last if last.day == 1 else (last.replace(day=1) + dt.timedelta(days=32)).replace(day=1)

    def decree_on(self, day: dt.date) -> Decree | None:
        """The decree in force on this day; None before the first."""
        held = [decree for decree in self.decrees if decree.date <= day]
        return max(held, key=lambda decree: decree.date, default=None)

    def cover_on(self, day: dt.date) -> CoverRules:
        """The insurer's rules on this day; the first we know hold for the days before them too."""
        begun = [rules for rules in self.cover if rules.in_force_from <= day]
        return max(
            begun,
            key=lambda rules: rules.in_force_from,
            default=min(self.cover, key=lambda rules: rules.in_force_from),
        )

    @model_validator(mode="after")
    def _knows_each_category(self) -> Programme:
        """What a phone can report must have a class and an owner."""
        if missing := CATEGORIES - self.categories.keys():
            raise ValueError(f"`categories` lacks {', '.join(sorted(missing))}")
        if missing := UNITS - self.units.keys():
            raise ValueError(f"`units` lacks {', '.join(sorted(missing))}")
        for name, category in self.categories.items():
            if category.unit not in self.units:
                raise ValueError(f"`categories.{name}.unit`: {category.unit!r} is none of `units`")
        return self


def read_programme(path: Path, amendments: tuple[amended.Amendment, ...] = ()) -> Programme:
    """The programme in this file as amended, or SettingsRefused naming the key that is wrong."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        read = Programme.model_validate(amended.with_rules(written, amendments))
    except FileNotFoundError:
        raise SettingsRefused(f"VERIFY_PROGRAMME: there is no file {path}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsRefused(f"VERIFY_PROGRAMME: {path.name} is not TOML: {error}") from None
    except ValidationError as error:
        faults = "\n  ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
        raise SettingsRefused(f"VERIFY_PROGRAMME: {path.name} is incomplete:\n  {faults}") from None
    beside = path.resolve().parent
    files = {"area_table": beside / read.area_table, "bps_codes": read.bps_codes and beside / read.bps_codes}
    for key, file in files.items():
        if file is not None and not file.is_file():
            raise SettingsRefused(f"VERIFY_PROGRAMME: {key} in {path.name} names a file that is not there: {file.name}")
    if read.texts is not None and not (beside / read.texts).is_dir():
        raise SettingsRefused(f"VERIFY_PROGRAMME: texts in {path.name} names a folder that is not there: {read.texts}")
    return read.model_copy(update={**files, "texts": read.texts and beside / read.texts})


def programme_file() -> Path:
    """The file that this process serves by."""
    return settings().programme or DEFAULT


@lru_cache(maxsize=1)
def programme() -> Programme:
    """The programme this process serves: its file, read once, as amended by two people since.

    An amendment that the file no longer bears is left out: the service goes on, and the page of rules says so.
    """
    return _amended(programme_file(), amended.held(amended.Kind.RULE))


def _amended(path: Path, amendments: tuple[amended.Amendment, ...]) -> Programme:
    try:
        return read_programme(path, amendments)
    except SettingsRefused:
        if not amendments:
            raise
    borne: tuple[amended.Amendment, ...] = ()
    for one in amendments:
        try:
            read_programme(path, (*borne, one))
        except SettingsRefused:
            continue
        borne = (*borne, one)
    return read_programme(path, borne)


amended.when_changed.append(programme.cache_clear)
