"""What a day of fresh eyes found of other people's state, of a phone that two share, and of words behind an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.speaker import speaker
from tests.conversations.test_another_day import calls
from tests.conversations.test_day_after import HOURS, asked, inbox
from tests.conversations.test_second_thoughts import with_a_report
from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset
from tests.people import a_worker, link
from verify_service.grievances.notify import tell
from verify_service.grievances.opening import Spoken
from verify_service.grievances.states import GrievanceState, Step
from verify_service.grievances.steps import take
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance

DEWI = "Sulistiawati Dewi"

# --- of companions, of kin in every clause, of kin who do something ---

OF_OTHERS = [
    "temen2 ojol ane udah pada punya", "temen2 kerja ane blm pada punya", "tetangga gang ane udah",
    "rekan kerja saya belum", "konco ngojek kulo sampun", "batur dagang abdi teu acan", "bos proyek ane udah",
    "mandor pabrik ane blm", "anak cowok gue blm", "adek perempuan saya udah", "anak laki-laki saya sudah",
    "bini udah, anak blm", "istri udah, anak belum", "suami udah, anak juga udah", "emak udah babe blm",
    "bapake udah, ibune belum", "istri blm, mertua jg blm", "suami belum tapi anak udah", "bojo sampun, anak dereng",
    "pamajikan atos, budak teu acan", "istri sudah punya kartu, anak belum punya", "halo pak, istri udah, anak belum",
    "mertua udah, sodara udah, ipar blm", "temen udah, tetangga udah",
    "adek ane yg jualan cilok blm pny juga", "adek ane yg ngojek udah", "kakak saya yang ngojek belum dapet",
    "ibu saya yang jualan nasi uduk belum punya", "lanceuk abdi nu icalan cilok teu acan",
    "adik kulo sing dodol bakso dereng", "temen ane yg narik ojol udah",
    "bos ane mah blm bayar iuran", "juragan gue blm bayar iuran", "istri belum ngurus",
]  # fmt: skip
HIS_OWN = [
    "saya udah, istri belum", "udah, istri juga", "saya sama istri belum", "udah pak, anak belum", "bos, ane udah",
    "udah, istri juga udah", "belum, istri udah", "suami udah, saya blm", "bini udah, anak blm, ane jg blm",
    "istri udah, anak belum, saya belum", "saya yang jualan cilok belum punya", "bos, ane blm bayar iuran",
    "pak saya yang jualan cilok belum", "saya blm bayar iuran", "karyawan toko, saya belum terdaftar",
    "istri udah, anak udah, tinggal saya", "bos belum daftarin saya", "anak dua, belum punya", "laki laki belum",
    "aku udah kak, tapi adik aku yg di salon sebelah belum tuh",
    "Pelanggan yth nomor yg anda hubungi sedang tidak aktif",
]  # fmt: skip


def test_whom_a_sentence_is_about() -> None:
    for text in OF_OTHERS:
        assert speaker(text, DEWI) == "relation", text
    for text in HIS_OWN:
        assert speaker(text, DEWI) == "self", text


@pytest.mark.parametrize(
    "text",
    ["temen2 ojol ane udah pada punya", "bini udah, anak blm", "istri udah, anak belum", "suami udah, anak juga udah",
     "adek ane yg jualan cilok blm pny juga", "bos ane mah blm bayar iuran"],
)  # fmt: skip
@pytest.mark.parametrize("first", [[], ["udah"], ["belum"]])
def test_what_is_said_of_others_is_asked_back_by_name(db: Any, text: str, first: list[str]) -> None:
    line = asked(db)
    line.writes(*first)
    line.together(text, pause=240)
    assert len(line.said()) == len(first)
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.together("TIDAK" if first == ["udah"] else "YA", pause=2 * HOURS)
    assert line.said()[-1] == ("denies" if first == ["udah"] else "confirms")


@pytest.mark.parametrize(
    ("text", "said"),
    [("saya udah, istri belum", "confirms"), ("udah, istri juga", "confirms"), ("ane ama bini udah pny", "confirms"),
     ("bos, ane udah", "confirms"), ("suami udah, saya blm", "denies"), ("bini udah, anak blm, ane jg blm", "denies")],
)  # fmt: skip
def test_his_own_word_beside_others_counts(db: Any, text: str, said: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == [said]


@pytest.mark.parametrize("text", ["udah pak, anak belum", "saya sama istri belum"])
def test_what_is_his_own_and_not_sure_is_asked_back_in_digits(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s9.unclear"


# --- a phone that two share ---


def two(db: Any) -> Line:
    """The phone of Ade and Tono; the question is about Ade."""
    ade = a_worker(db, name="Ade Rahayu")
    tono = a_worker(db, nik="3275011501900002", name="Tono Umar", phone=None, row=3)
    link(db, NUMBER, tono.worker)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.asked(ade.worker)
    return line


@pytest.mark.parametrize("by_call", [False, True])
@pytest.mark.parametrize("text", ["eh belum", "eh belum deng", "belum", "saya belum", "salah, harusnya belum"])
def test_who_of_the_two_takes_it_back_is_asked_by_name(db: Any, by_call: bool, text: str) -> None:
    line = two(db)
    if by_call:  # Ade confirms hers by call before
        calls(line, Handset, "1", "1", "1", "1", "1", "1")
        assert "confirms" in line.said()
    line.writes("CEK", "2", "1", "1", "1", "1")
    before = line.said()
    line.together(text, pause=180)
    assert line.said() == before
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.together("TIDAK", pause=600)
    assert line.said() == [*before, "denies"]


def test_who_says_her_name_answers(db: Any) -> None:
    line = two(db)
    line.writes("CEK", "2", "1", "1", "1", "1")
    before = line.said()
    line.together("Ade belum", pause=180)
    assert line.said() == [*before, "denies"]


def test_her_own_talk_does_not_hide_her_second_thought(db: Any) -> None:
    line = two(db)
    line.writes("CEK", "1", "1", "1", "1", "1")
    before = line.said()
    line.together("eh belum", pause=180)
    assert line.said() == [*before, "denies"]


def test_hours_later_a_bare_word_is_the_asked_one_s(db: Any) -> None:
    line = two(db)
    line.writes("CEK", "2", "1", "1", "1", "1")
    before = line.said()
    line.together("belum", pause=2 * HOURS)
    assert line.said() == [*before, "denies"]


# --- an officer asked before the question did ---


def both_ask(db: Any, words: str) -> Line:
    """The phone of Dewi: an officer asks about her report, and two days later the programme's question comes."""
    worker, line = a_worker(db), Line(db)
    with_a_report(line)
    with transaction() as session:
        report = session.query(Grievance).one()
        report.state = GrievanceState.IN_PROGRESS
        take(session, report, Step.ASK, Spoken("officer:1", "console", line.now, words), reason="document")
        tell(session, report, "g6.case_need_info", {"date": "30/11/26"}, cause="x", now=line.now, answer=words)
    line.handed_over()
    line.now += dt.timedelta(hours=1)
    line.asked(worker.worker)
    line.now += dt.timedelta(hours=1)
    return line


@pytest.mark.parametrize("text", ["belum pernah ke kelurahan", "udah ke kelurahan kemarin", "kelurahan mana ya pak"])
def test_words_of_the_officer_s_lead_to_his_report(db: Any, text: str) -> None:
    line = both_ask(db, "Udah pernah ke kelurahan?")
    line.writes(text)
    assert line.said() == []
    assert text in line.reports()[0][2]
    line.together("belum", pause=600)  # the question is still open
    assert line.said() == ["denies"]


@pytest.mark.parametrize("text", ["belum pernah saya ke sana", "belum sempat ke kelurahan"])
def test_the_same_again_in_more_words_is_kept_for_who_asked(db: Any, text: str) -> None:
    line = both_ask(db, "Udah pernah ke kelurahan?")
    line.writes("belum")
    assert line.said() == ["denies"]
    line.together(text, pause=180)
    assert line.said() == ["denies"]
    assert text in line.reports()[0][2]


def test_an_address_goes_to_who_asked_for_it(db: Any) -> None:
    line = both_ask(db, "Alamatnya di mana?")
    line.writes("gang mangga nomor 3")
    assert line.said() == []
    assert "gang mangga" in line.reports()[0][2]


@pytest.mark.parametrize(
    ("text", "meant"), [("belum pernah terdaftar pak", "denies"), ("saya sudah terdaftar", "confirms"),
                        ("belum", "denies"), ("udah pak", "confirms")]
)  # fmt: skip
def test_what_answers_the_question_is_no_reply_to_him(db: Any, text: str, meant: str) -> None:
    line = both_ask(db, "Udah pernah ke kelurahan?")
    line.writes(text)
    assert line.said() == [meant]


# --- STOP in plain words, and an answer ---


@pytest.mark.parametrize(
    ("text", "meant"),
    [("ga usah dikirimin lagi ya mas, blm dapet", "denies"), ("jangan sms lagi pak. saya sudah terdaftar", "confirms"),
     ("udah dapet, jangan sms lagi ya", "confirms"), ("saya belum dapat, ga usah sms lagi", "denies"),
     ("ga usah sms lagi, bukan saya", "not_me"), ("blm dapet, gausah sms lagi ya", "denies"),
     ("berenti kirim sms, saya belum", "denies"), ("ga usah dikirimin lagi ya, saya udah dapet", "confirms")],
)  # fmt: skip
def test_an_answer_beside_a_stop_counts(db: Any, text: str, meant: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() in ([meant], ["disowned"])
    assert line.stopped()


@pytest.mark.parametrize("text", ["udah, jangan sms lagi", "jangan sms lagi ya, udah cukup pak"])
def test_what_stresses_a_stop_answers_nothing(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.stopped()


@pytest.mark.parametrize(
    "text",
    ["ga usah dikirim lagi kartunya pak", "jangan dikirim lagi kartunya, sudah ada", "gausah dikirim lagi surat"],
)
def test_a_card_that_need_not_be_sent_is_no_stop(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize(
    "text", ["udah jelas kok", "saya belum butuh", "saya belum tidur", "udah malem pak", "blm makan"]
)
def test_a_state_of_something_else_is_no_answer(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []


@pytest.mark.parametrize(
    ("text", "meant"), [("blm makan, blm terdaftar juga", "denies"), ("udah jelas, saya sudah", "confirms")]
)
def test_an_answer_beside_it_counts(db: Any, text: str, meant: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == [meant]
