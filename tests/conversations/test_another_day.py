"""What another day of fresh eyes found: kin whose state was the worker's, and old talks that took what was none of
theirs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.speaker import speaker
from tests.conversations.test_day_after import HOURS, asked, inbox
from tests.conversations.test_second_thoughts import a_solved_question
from tests.conversations.texting import NUMBER, Line
from tests.handset import CarrierHandset, Handset
from tests.people import a_worker
from tests.serving import new_client

# --- a relative's state ---

OF_KIN = [
    "kalo istri belum", "laki saya mah belum", "mertua udah dapet", "om saya belum bu", "adek ipar blm dapet",
    "pun biang teu acan", "kalo bapak belum", "pun bojo teu acan", "garwo dereng", "kalo bini kaga", "emak belum",
    "kalo suami belum", "istri sy blm dpt", "bini gue udah", "kalo bapak saya belum", "anak saya belum",
    "pun lanceuk tos", "rayi dereng", "nyokap belom dapet", "tapi kalo mantu saya udah", "bojoku durung",
    "si ade udah", "teu acan pun biang", "belum istri saya", "belum kalo bini mah", "mas saya belum pak",
    "my wife not yet",
]  # fmt: skip


@pytest.mark.parametrize("text", OF_KIN)
@pytest.mark.parametrize("first", ["", "YA"])
def test_what_is_said_of_kin_is_no_answer_of_the_worker_s(db: Any, text: str, first: str) -> None:
    line = asked(db)
    line.writes(*([first] if first else []), text)
    assert line.said() == (["confirms"] if first else [])
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.writes("TIDAK")
    assert line.said()[-1] == "denies"


@pytest.mark.parametrize("text", ["bapak belum", "ibu belum", "om belum", "ibu saya belum", "bapak saya belum"])
def test_a_father_or_the_officer_nobody_can_tell(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"


@pytest.mark.parametrize(
    "text",
    ["belum pak", "belum bu", "belum mas", "belum om", "belum bos", "om, saya belum", "ibu, saya belum", "mas belum",
     "pak saya belum", "mas saya belum", "belum bapak", "kak belum dapet", "eh belum kak", "bu, belum dapet kartu"],
)  # fmt: skip
def test_who_is_spoken_to_is_no_kin(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["denies"]


def test_a_name_that_is_a_word_for_kin_is_the_worker() -> None:
    assert speaker("Putri belum", "Putri Lestari") == "self"
    assert speaker("Rama sudah terdaftar", "Rama Wijaya") == "self"
    assert speaker("putri belum", "Sulistiawati Dewi") == "relation"


@pytest.mark.parametrize("text", ["ya bapak sudah", "ya bpk sudah", "bini belum, saya sudah", "saya laki-laki, sudah"])
def test_beside_kin_the_own_word_is_heard(text: str) -> None:
    assert speaker(text, "Sulistiawati Dewi") == "self"


@pytest.mark.parametrize("text", ["ga papa", "gak papa pak", "sudah ada mak", "anak saya dua, saya sudah"])
def test_nobody_is_spoken_of(text: str) -> None:
    assert speaker(text, "Sulistiawati Dewi") == "self"


# --- an old talk that waits for the words of a report ---

STUCK = ("LAPOR", "3", "1", "1")
STUCK_UNNAMED = ("LAPOR", "3", "3", "1", "1", "3", "1")


def stuck(db: Any, *, unnamed: bool) -> Line:
    """A phone whose talk by text was left where the words of a report are asked for, an hour ago."""
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", *(STUCK_UNNAMED if unnamed else STUCK)[1:])
    assert line.sent()[-1] == "c7.text"
    line.now += dt.timedelta(hours=1)
    return line


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize(
    ("first", "then", "said"),
    [("belum", "eh udah deng", ["denies", "confirms"]), ("udah bu", "udah", ["confirms"]),
     ("udah", "udah", ["confirms"]), ("udah", "eh belum bu", ["confirms", "denies"]),
     ("ya", "tidak maksudnya", ["confirms", "denies"])],
)  # fmt: skip
def test_a_second_thought_is_no_report(db: Any, unnamed: bool, first: str, then: str, said: list[str]) -> None:
    line = stuck(db, unnamed=unnamed)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes(first)
    line.together(then, pause=180)
    assert line.said() == said
    assert line.reports() == []
    line.writes("kartu saya belum datang tiga bulan")
    assert len(line.reports()) == 1


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize("text", ["ga jadi pak", "gajadi deh bu", "batal", "batalin aja", "udah ga usah", "teu janten"])
def test_who_calls_it_off_has_ended_the_talk(db: Any, unnamed: bool, text: str) -> None:
    line = stuck(db, unnamed=unnamed)
    line.writes(text)
    assert line.sent()[-1] == "a6.end"
    line.writes("makasih pak ya")
    assert line.reports() == []
    assert db.execute("SELECT count(*) FROM conversation WHERE channel = 'talk' AND ended_at IS NULL").fetchone() == (
        0,
    )


def test_so_it_is_at_any_step_before_the_words(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "1", "ga jadi pak")
    assert line.sent()[-1] == "a6.end"


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize("text", ["makasih bu", "sudah", "belum pak", "terima kasih banyak ya", "eh udah deng", "sip"])
def test_a_bare_word_is_asked_back(db: Any, unnamed: bool, text: str) -> None:
    line = stuck(db, unnamed=unnamed)
    line.writes(text)
    assert line.reports() == []
    assert line.sent()[-1] in ("c7.text", "c44.words_wrong")
    line.writes("belum", "kartu saya belum datang tiga bulan")
    assert [words for _, _, words in line.reports()] == ["kartu saya belum datang tiga bulan"]


@pytest.mark.parametrize("text", ["belum nyampe juga", "kartu belum", "kartu ga jadi jadi", "belum dapet kartu"])
def test_what_tells_of_something_is_a_report(db: Any, text: str) -> None:
    line = stuck(db, unnamed=False)
    line.writes(text)
    assert [words for _, _, words in line.reports()] == [text]


def test_of_an_accident_nothing_is_asked_twice(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "1", "1", "sudah")
    assert [words for _, _, words in line.reports()] == ["sudah"]


# --- finished by call ---

CALLS = (Handset, CarrierHandset)
BY_CALL = ("2", "3", "1", "1", "kartu ga jadi jadi", "2")
BY_CALL_UNNAMED = ("2", "3", "3", "1", "1", "3", "1", "pak RT minta uang seratus ribu")


def calls(line: Line, kind: type[Handset], *keys: str) -> Handset:
    """A call beside the texts, at the hour of this line."""
    phone = kind(new_client(), NUMBER)
    phone.dial()
    for key in keys:
        phone.send(key)
    return phone


def at_present(db: Any, *, unnamed: bool) -> Line:
    """The same as `stuck`, minutes ago by the clock that calls have."""
    a_worker(db)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=20)
    line.writes("LAPOR", *(STUCK_UNNAMED if unnamed else STUCK)[1:])
    line.now = dt.datetime.now(dt.UTC)
    return line


@pytest.mark.parametrize("kind", CALLS)
def test_a_report_finished_by_call_ends_the_talk(db: Any, kind: type[Handset]) -> None:
    line = at_present(db, unnamed=False)
    assert calls(line, kind, *BY_CALL).over
    line.together("makasih", pause=120)
    assert [words for _, _, words in line.reports()] == ["kartu ga jadi jadi"]
    line.together("kejadiannya bulan maret pas banjir gede", pause=120)
    assert [words for _, _, words in line.reports()] == ["kartu ga jadi jadi / kejadiannya bulan maret pas banjir gede"]
    line.together("makasih", pause=2 * HOURS)
    assert len(line.reports()) == 1


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("stuck_unnamed", [False, True])
def test_so_does_one_that_was_told_anonymously(db: Any, kind: type[Handset], stuck_unnamed: bool) -> None:
    a_worker(db)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=20)
    line.writes("LAPOR", "3", "3", "1", "1", *(("3", "1") if stuck_unnamed else ("1",)))
    line.now = dt.datetime.now(dt.UTC)
    assert calls(line, kind, *BY_CALL_UNNAMED).over
    line.together("makasih", pause=120)
    assert len(line.reports()) == 1
    line.together("kejadiannya bulan maret pas banjir gede", pause=120)
    ((identity, named, words),) = line.reports()
    assert (identity, named) == ("anonymous", False)
    assert words.endswith("banjir gede")


@pytest.mark.parametrize("kind", CALLS)
def test_named_words_of_an_old_talk_do_not_tell_who_called_without_a_name(db: Any, kind: type[Handset]) -> None:
    line = at_present(db, unnamed=False)  # about a card
    assert calls(line, kind, *BY_CALL_UNNAMED).over
    line.together("namanya pak Udin rt 3", pause=180)
    ((identity, named, words),) = line.reports()
    assert (identity, named) == ("anonymous", False)
    assert words.endswith("namanya pak Udin rt 3")


def test_a_talk_of_another_matter_waits(db: Any) -> None:
    line = at_present(db, unnamed=True)
    calls(line, Handset, *BY_CALL)
    line.together("pak RT minta uang seratus ribu", pause=120)
    assert {identity for identity, _, _ in line.reports()} == {"normal", "anonymous"}


# --- a wish behind a report ---

WISHES = [
    "nama saya jangan dikasih tau RT ya", "jangan kasih tau siapa siapa ya bu", "tolong nama saya dirahasiakan",
    "jangan bilang bilang dari saya ya", "nama saya jangan disebut ya", "tolong identitas saya disembunyikan",
    "jangan sampai ketahuan saya yang lapor ya pak", "jangan bilang pak RT kalo saya yang lapor ya nanti dimusuhin",
]  # fmt: skip


@pytest.mark.parametrize("text", WISHES)
@pytest.mark.parametrize("identity", ["1", "2"])
def test_a_wish_for_secrecy_is_of_the_report_just_made(db: Any, text: str, identity: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "3", "1", "1", identity, "RT minta 50rb", "2")
    line.together(text, pause=180)
    assert [words for _, _, words in line.reports()] == [f"RT minta 50rb / {text}"]


def test_who_tells_more_beside_the_wish_has_told_of_something_else(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "1", "1", "kartu saya belum datang tiga bulan", "2")
    line.writes("jangan bilang siapa siapa ya pak, petugas kelurahan minta uang 50 ribu sama saya")
    assert {identity for identity, _, _ in line.reports()} == {"normal", "anonymous"}


# --- the words by text, and the call taken up again ---


@pytest.mark.parametrize("again", ["kartu saya luntur basah", "kartu saya basah luntur", "kartu saya basah dan luntur"])
def test_the_same_in_nearly_these_words_is_one_report(db: Any, again: str) -> None:
    a_worker(db)
    calls(Line(db), Handset, "2", "3", "1", "1")
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.writes("LAPOR kartu saya basah luntur")
    calls(line, Handset, "1", again, "2")
    (number,) = [one for _, _, one in line.reports()]
    assert number.startswith("kartu saya basah luntur")


def test_of_another_matter_they_are_two(db: Any) -> None:
    a_worker(db)
    calls(Line(db), Handset, "2", "3", "1", "1")
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.writes("LAPOR kartu saya basah luntur")
    calls(line, Handset, "1", "iuran dipotong tapi bpjs tidak aktif", "2")
    assert len(line.reports()) == 2


# --- small ones ---


def test_half_a_word_is_asked_back(db: Any) -> None:
    line = asked(db)
    line.writes("um")
    assert line.said() == []
    assert line.sent()[-1] == "s9.unclear"
    line.writes("belum")
    assert line.said() == ["denies"]


@pytest.mark.parametrize("text", ["coba cek dong", "coba cek pak", "cekin dong bu", "tolong dicek pak"])
def test_who_asks_us_to_look_is_shown(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "b5.status_active"


@pytest.mark.parametrize(
    "text",
    ["aktifkan lagi sms nya dong", "mulai kirim lagi", "tolong aktifkan pengingatnya lagi", "hidupin lagi smsnya pak",
     "mulai kirimin sms lagi ya"],
)  # fmt: skip
def test_who_wants_our_texts_again_gets_them(db: Any, text: str) -> None:
    line = asked(db)
    line.writes("STOP")
    assert line.stopped()
    line.writes(text)
    assert not line.stopped()
    assert line.sent()[-1] == "s7.welcome_back"


@pytest.mark.parametrize("text", ["jangan mulai kirim lagi", "aktifkan lagi bpjs saya", "jangan aktifkan sms lagi"])
def test_what_is_no_start_starts_nothing(db: Any, text: str) -> None:
    line = asked(db)
    line.writes("STOP", text)
    assert line.stopped()


@pytest.mark.parametrize("text", ["eh masih bermasalah", "eh belum", "masih belum beres pak", "eh belum selesai ding"])
def test_what_was_closed_minutes_ago_is_open_again(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("1")
    assert db.execute("SELECT state FROM grievance").fetchone() == ("closed_confirmed",)
    line.together(text, pause=120)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("reopened",)
    assert line.sent()[-1] == "c26.still"


@pytest.mark.parametrize("text", ["makasih", "kartu suami saya belum datang juga pak tiga bulan"])
def test_what_says_otherwise_opens_nothing(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("1")
    line.together(text, pause=120)
    assert db.execute("SELECT state FROM grievance ORDER BY id LIMIT 1").fetchone() == ("closed_confirmed",)
