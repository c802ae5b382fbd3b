"""Two things in one text, or two texts in one moment: STOP beside a stranger's word, a report beside an open menu."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.texting import NUMBER, Line
from tests.people import a_worker, link


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db)
    return Line(db)


def a_question(db: Any) -> Line:
    """A phone that was asked about its worker, Sulistiawati Dewi."""
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


def shared(db: Any) -> Line:
    """Asked about Rika Amelia on a phone that is Umaya's as well."""
    asked = a_worker(db, name="Rika Amelia")
    other = a_worker(db, nik="3275011501900002", name="Umaya Sari", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.asked(asked.worker)
    return line


def linked(line: Line) -> int:
    (links,) = line.db.execute("SELECT count(*) FROM phone_link WHERE unlinked_at IS NULL").fetchone()
    return int(links)


# --- a report whose words come before the screens of its talk could be read ---


@pytest.mark.parametrize("begins", [("LAPOR",), ("LAPOR", "1"), ("LAPOR", "3"), ("LAPOR", "3", "6")])
def test_an_accident_is_filed_at_once_however_early_it_is_told(line: Line, begins: tuple[str, ...]) -> None:
    line.together(*begins, "tolong suami saya kecelakaan di tol")
    assert line.db.execute("SELECT urgency FROM grievance").fetchall() == [("accident",)]


@pytest.mark.parametrize("begins", [("LAPOR",), ("LAPOR", "3"), ("LAPOR", "3", "6")])
@pytest.mark.parametrize("words", ["kartu saya belum datang sudah tiga bulan", "petugas minta uang lima puluh ribu"])
def test_words_that_come_before_the_screen_are_filed_in_confidence(
    line: Line, begins: tuple[str, ...], words: str
) -> None:
    line.together(*begins, words)
    assert line.reports() == [("secret", True, words)]


def test_words_that_tell_nothing_and_come_too_early_are_an_officers_to_read(line: Line) -> None:
    line.together("LAPOR", "3", "pak gimana ya caranya tolong")
    assert line.handled()[-1] == "triage"


# --- STOP behind LAPOR, and among the words of a report ---


@pytest.mark.parametrize(
    "text",
    ["LAPOR RT minta uang terus, mohon stop", "LAPOR tolong pungutan liar ini stop",
     "LAPOR Stop! mandor potong upah tiap hari", "LAPOR kenapa iuran di kelurahan di stop"],
)  # fmt: skip
def test_what_is_reported_behind_lapor_is_a_report_and_no_stop(line: Line, text: str) -> None:
    line.writes(text)
    assert len(line.reports()) == 1
    assert not line.stopped()


@pytest.mark.parametrize("text", ["LAPOR kartu saya belum datang. STOP SMS", "LAPOR RT minta uang, jangan sms lagi"])
def test_a_stop_of_our_texts_behind_lapor_is_both(line: Line, text: str) -> None:
    line.writes(text)
    assert len(line.reports()) == 1
    assert line.stopped()


@pytest.mark.parametrize("words", ["Pungli di pasar tiap minggu. Stop!", "Stop, pungli di pasar tiap minggu"])
def test_stop_among_the_words_asked_for_is_part_of_them(line: Line, words: str) -> None:
    line.writes("LAPOR", "3", "6", "3", "2", words)
    assert not line.stopped()
    line.writes("2")
    assert [said for _, _, said in line.reports()] == [words]


@pytest.mark.parametrize("words", ["ya", "tidak", "belum", "bukan saya"])
def test_an_option_of_the_open_question_is_no_report(db: Any, words: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("LAPOR", "3", "6", "3", "2", words)
    assert len(line.said()) == 1
    assert db.execute("SELECT count(*) FROM grievance WHERE words IS NOT NULL").fetchone() == (0,)


# --- who speaks ---


@pytest.mark.parametrize("text", ["Sulistiawati sudah, Ahmad belum", "Sulistiawati belum, Ahmad sudah terdaftar"])
def test_two_people_with_two_answers_are_asked_for_by_name(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"


@pytest.mark.parametrize(
    "text",
    ["bukan Rika, ini Umaya", "ini bukan Rika tapi Umaya, sudah terdaftar", "ini Umaya bukan Rika",
     "saya Umaya, Rika sedang di pasar, sudah terdaftar kok", "ini Umaya, Rika belum terdaftar pak",
     "saya Umaya sudah, Rika belum tahu"],
)  # fmt: skip
def test_another_worker_of_the_phone_neither_answers_nor_lets_go_of_the_asked_one(db: Any, text: str) -> None:
    line = shared(db)
    line.writes(text)
    assert (line.said(), linked(line)) == ([], 2)
    assert line.sent()[-1] == "s12.own_word"


def test_who_says_who_she_is_not_still_lets_go(db: Any) -> None:
    line = shared(db)
    line.writes("ini bukan Rika, salah sambung")
    assert line.said() == ["not_me"]


# --- STOP beside somebody else's word ---


@pytest.mark.parametrize(
    "text",
    ["salah sambung pak STOP SMS", "nomor ini sudah ganti orang jangan sms lagi", "salah nomor. jangan sms lagi",
     "ini bukan Sulistiawati jangan sms lagi ya", "bukan saya, jangan sms lagi", "bukan saya stop sms",
     "bukan saya. jangan kirim sms lagi ya", "bukan saya, stop"],
)  # fmt: skip
def test_a_stranger_who_wants_no_more_texts_is_heard_in_both(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped(), linked(line)) == (["not_me"], True, 0)


@pytest.mark.parametrize(
    "text",
    ["saya istrinya, jangan sms lagi", "saya istrinya stop sms", "ini bu RT tolong stop sms", "ini istrinya, stop"],
)
def test_a_relation_who_wants_no_more_texts_is_asked_nothing(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped()) == ([], True)
    assert line.sent()[1:] == ["g18.stopped"]


@pytest.mark.parametrize("text", ["hmm gimana ini. STOP", "siapa ini, stop", "apa ya ini\nSTOP"])
def test_a_stop_beside_something_unclear_is_not_answered_with_a_question(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.stopped()
    assert line.sent()[1:] == ["g18.stopped"]


@pytest.mark.parametrize(
    "text", ["dulu ojek, berhenti", "sudah tidak jualan, berhenti", "Narik becak sudah tua. Berhenti"]
)
def test_who_stopped_working_is_no_stop(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize(
    ("text", "said"),
    [("sudah terdaftar stop sms", "confirms"), ("belum terdaftar stop sms", "denies"), ("tidak. stop", "denies")],
)
def test_an_answer_beside_a_stop_of_our_texts_counts(db: Any, text: str, said: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped()) == ([said], True)


@pytest.mark.parametrize("text", ["2 stop", "2, stop", "stop. 2", "stop 2"])
def test_a_digit_that_was_offered_counts_beside_a_stop(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes("apa ya")
    assert line.sent()[-1] == "s9.unclear"
    line.writes(text)
    assert (line.said(), line.stopped()) == (["denies"], True)


@pytest.mark.parametrize("text", ["saya tidak pernah stop sms", "kenapa stop sms", "jangan stop smsnya"])
def test_what_only_speaks_of_our_texts_stops_nothing_for_sure(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert not line.stopped()


# --- a correction is no second part ---


@pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])
@pytest.mark.parametrize(
    ("texts", "stands"),
    [(("ya", "belum, pak RT minta uang dulu"), "denies"), (("tidak", "eh sudah, tapi kartu belum datang"), "confirms"),
     (("ya", "tidak"), "denies"), (("sudah", "eh belum pak"), "denies")],
)  # fmt: skip
def test_who_answers_and_thinks_again_within_seconds_is_heard_twice(
    db: Any, texts: tuple[str, ...], stands: str, between: bool
) -> None:
    line = a_question(db)
    line.together(*texts, apart=2, handled_between=between)
    assert line.said()[-1] == stands


@pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])
@pytest.mark.parametrize("texts", [("tidak", "terdaftar bu"), ("saya tidak", "terdaftar"), ("belum", "terdaftar pak")])
def test_a_sentence_that_was_cut_is_still_one(db: Any, texts: tuple[str, ...], between: bool) -> None:
    line = a_question(db)
    line.together(*texts, apart=2, handled_between=between)
    assert set(line.said()) == {"denies"}


# --- a stranger is one only where nothing else is said ---


@pytest.mark.parametrize(
    ("text", "said"),
    [("sudah terdaftar tapi salah nomor NIK di kartu", "confirms"), ("sdh. salah nomor rekening dana saya", "confirms"),
     ("belum dapat, kartu dipegang orang RW", "denies"), ("blm pak, gak kenal orang yang mendata", "denies"),
     ("belum terdaftar, pak RT sudah ganti orang", "denies"),
     ("iya tapi kartunya salah orang, namanya beda", "confirms"),
     ("hp nya dipegang orang rumah, saya sudah terdaftar", "confirms"),
     ("registered, but the card went to the wrong person", "confirms")],
)  # fmt: skip
def test_words_of_a_stranger_inside_an_answer_let_go_of_nobody(db: Any, text: str, said: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert "not_me" not in line.said()
    assert line.said() in ([said], [])  # or asked back
    assert linked(line) == 1


@pytest.mark.parametrize(
    "text",
    ["kartu saya dipegang orang kelurahan", "ada yang minta uang, saya tidak kenal orang itu",
     "petugasnya ganti orang terus, yang ini minta uang 50 ribu", "kartu saya dipakai orang lain pak"],
)  # fmt: skip
def test_a_complaint_about_somebody_lets_go_of_nobody(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), linked(line)) == ([], 1)


@pytest.mark.parametrize(
    "text",
    ["salah sambung", "maaf salah nomor pak", "nomor ini sudah ganti orang", "sudah ganti orang pak", "wrong number",
     "saya tidak kenal orang ini", "nomer hp ini sudah dipakai orang lain", "no ini udah ganti pemilik bang",
     "bukan saya pak, salah orang"],
)  # fmt: skip
def test_a_stranger_is_still_heard(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), linked(line)) == (["not_me"], 0)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("saya kecelakaan tadi pagi, tidak kenal orang yang nabrak", "accident"),
     ("kemarin ketabrak, polisi bilang salah orang yang nabrak", "accident"),
     ("saya istrinya, suami ketabrak truk tadi pagi tolong", "accident"),
     ("saya istrinya, bapak kecelakaan kerja di proyek", "accident"),
     ("ini anaknya, bapak sudah meninggal 3 hari lalu", "death"),
     ("ini bu RT, Sulistiawati kecelakaan kerja kemarin", "accident"),
     ("saya majikannya, dia jatuh celaka di rumah", "accident")],
)  # fmt: skip
def test_an_accident_is_filed_whoever_tells_of_it(db: Any, text: str, kind: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.db.execute("SELECT urgency FROM grievance").fetchall() == [(kind,)]
    assert line.said() == []
    assert "s12.own_word" not in line.sent()


# --- what stands behind a STOP ---


@pytest.mark.parametrize(
    ("text", "said"),
    [("STOP - saya belum terdaftar", "denies"), ("STOP (belum terdaftar pak)", "denies"),
     ("STOP\n--\nsaya belum terdaftar", "denies"), ("stop - sudah terdaftar", "confirms"),
     ("STOP - salah sambung", "not_me"), ("STOP (bukan saya)", "not_me"), ("TIDAK-STOP", "denies"),
     ("sudah terdaftar jangan tanya lagi", "confirms"), ("saya sudah terdaftar jangan hubungi lagi", "confirms")],
)  # fmt: skip
def test_what_stands_behind_a_dash_is_no_signature(db: Any, text: str, said: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert (line.said(), line.stopped()) == ([said], True)


@pytest.mark.parametrize(
    "text",
    ["STOP - saya kecelakaan kemarin di tol", "stop (suami saya meninggal kemarin)", "STOP - orangnya sudah meninggal"],
)
def test_an_accident_behind_a_stop_is_filed(line: Line, text: str) -> None:
    line.writes(text)
    assert line.db.execute("SELECT count(*) FROM grievance WHERE urgency IS NOT NULL").fetchone() == (1,)
    assert line.stopped()


@pytest.mark.parametrize("text", ["Stop -- petugas minta uang 50 ribu", "STOP\n===\nkartu saya belum datang pak"])
def test_a_complaint_behind_a_stop_is_filed(line: Line, text: str) -> None:
    line.writes(text)
    assert len(line.reports()) == 1
    assert line.stopped()


@pytest.mark.parametrize("text", ["Stop - pungli di pasar tiap minggu", "stop (pungli di pasar tiap minggu)"])
def test_a_dash_among_the_words_asked_for_ends_no_talk(line: Line, text: str) -> None:
    line.writes("LAPOR", "3", "6", "3", "2", text, "2")
    assert [words for _, _, words in line.reports()] == [text]
    assert not line.stopped()


@pytest.mark.parametrize(
    "text",
    ["mohon jangan di stop", "sms nya jangan di stop", "kepesertaan saya di stop", "bpjs saya kenapa di stop",
     "tolong pungutan di stop", "bpjs sudah stop pak", "jangan stop"],
)  # fmt: skip
def test_whoever_speaks_of_an_end_wants_our_texts_still(line: Line, text: str) -> None:
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize("texts", [("jangan", "sms lagi ya"), ("tolong jangan", "sms saya lagi")])
@pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])
def test_a_stop_in_two_parts_is_one(db: Any, texts: tuple[str, ...], between: bool) -> None:
    line = a_question(db)
    line.together(*texts, apart=1, handled_between=between)
    assert line.stopped()


def test_a_soldiers_lapor_before_an_answer_is_no_report(db: Any) -> None:
    line = a_question(db)
    line.writes("Lapor pak, saya sudah terdaftar")
    assert line.said() == ["confirms"]
    assert line.reports() == []


def test_a_copy_of_words_in_a_report_is_one_though_a_menu_came_between(line: Line) -> None:
    words = "petugas minta uang untuk kartu saya tadi pagi"
    line.together("LAPOR", words, handled_between=True)
    line.together(words, pause=4)
    assert line.reports() == [("secret", True, words)]


# --- found on the sixth day ---


@pytest.mark.parametrize(
    "text",
    ["nenek saya udah terdaftar kak", "mertua saya sudah terdaftar", "babeh saya udah terdaftar",
     "bapak mertua saya sudah terdaftar pak", "mamah abdi tos kadaptar", "nenek saya belum terdaftar kak",
     "orang tua saya sudah terdaftar"],
)  # fmt: skip
def test_whoever_speaks_of_a_relation_does_not_speak_for_himself(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"


@pytest.mark.parametrize("text", ["saya sudah terdaftar, istri saya belum", "saya dan istri saya sudah terdaftar"])
def test_whoever_speaks_of_himself_too_does(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert "s12.own_word" not in line.sent()


@pytest.mark.parametrize(
    ("texts", "sent"),
    [(("belum", "eh maaf itu tadi buat kakak saya"), "s12.own_word"),
     (("belum", "eh itu buat istri saya"), "s12.own_word"),
     (("sudah", "itu tadi istri saya yg jawab pak"), "s12.own_word"),
     (("belum", "maksudnya kartunya yang belum"), "s5.received")],
)  # fmt: skip
def test_a_second_thought_is_no_part_of_the_first(db: Any, texts: tuple[str, str], sent: str) -> None:
    line = a_question(db)
    line.together(*texts, apart=3, handled_between=True)
    assert len(line.said()) == 1
    assert line.sent()[-1] == sent
    assert line.handled()[-1] == "triage"


@pytest.mark.parametrize("text", ["udah itu aja, stop sms nya ya kak", "stop ya kak jangan kirim lagi"])
def test_a_stop_right_behind_a_report_is_heard(line: Line, text: str) -> None:
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.together(text, pause=3)
    assert line.stopped()


def test_an_accident_right_behind_a_report_is_one(line: Line) -> None:
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.together("tadi pagi suami saya kecelakaan kerja pak, patah kaki", pause=3)
    assert line.db.execute("SELECT count(*) FROM grievance WHERE urgency = 'accident'").fetchone() == (1,)


def test_an_answer_right_behind_a_report_counts(db: Any) -> None:
    line = a_question(db)
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.together("ya terdaftar", pause=3)
    assert line.said() == ["confirms"]


def test_a_pin_right_behind_a_report_is_in_no_thread(line: Line) -> None:
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.together("pin saya 385016 tolong dicek", pause=3)
    ((_, _, words),) = line.reports()
    assert "385016" not in words


@pytest.mark.parametrize(
    "text", ["udah daftar tapi ditolak", "udah pernah daftar tapi gagal", "udah daftar tapi gagal"]
)
def test_whoever_was_refused_confirms_nothing(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert "confirms" not in line.said()


@pytest.mark.parametrize(
    "text",
    ["jangan sms jam segini dong pak", "jangan sms malam malam ya pak", "jangan sms pas jam kerja ya",
     "eh kalo yg nomer satunya jangan di sms ya",
     "ini hp anak saya pak, jangan sms kesini, ke nomor saya 081312345678"],
)  # fmt: skip
def test_whoever_wants_texts_at_another_time_or_place_wants_them_still(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert not line.stopped()
    assert line.handled()[-1] in ("triage", "unclear")


def test_a_grievance_beside_an_answer_joins_the_report_made_minutes_ago(db: Any) -> None:
    line = a_question(db)
    line.writes("LAPOR pak RT minta uang untuk kartu saya", "sudah tapi dia masih minta uang terus pak")
    assert line.said() == ["confirms"]
    assert len(line.reports()) == 1


def test_a_plea_beside_a_stop_answers_nothing(db: Any) -> None:
    line = a_question(db)
    line.writes("jangan sms suami saya lagi pak, sedih saya lihatnya")
    assert (line.said(), line.stopped()) == ([], True)


@pytest.mark.parametrize(
    "text",
    ["saya jatuh dari motor pas antar barang", "jatoh dr motor pas narik, kaki lecet", "tangan saya patah tulang"],
)
def test_a_fall_is_an_accident(line: Line, text: str) -> None:
    line.writes(text)
    assert line.db.execute("SELECT urgency FROM grievance").fetchall() == [("accident",)]


# --- found on the seventh day ---


@pytest.mark.parametrize(
    ("steps", "text"),
    [(("CEK", "1"), "belum dapat pak"), (("CEK", "1"), "ga tau pak"), (("LAPOR",), "belum"), (("LAPOR",), "ga ada pak"),
     (("LAPOR", "3"), "bingung saya"), (("CEK", "1", "1"), "sudah tidak pak")],
)  # fmt: skip
@pytest.mark.parametrize("answered", [False, True])
def test_words_at_a_menu_are_no_answer_to_our_question(
    db: Any, steps: tuple[str, ...], text: str, answered: bool
) -> None:
    line = a_question(db)
    if answered:
        line.writes("sudah pak")
    line.writes(*steps)
    before = line.said()
    line.writes(text)
    assert [said for said in line.said()[len(before) :] if said not in ("card", "still_working")] == []


@pytest.mark.parametrize("text", ["kata mamah udah", "katanya sudah", "kata suami belum", "katanya belum"])
def test_hearsay_is_nobodys_own_word(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes("ini anaknya pak", text)
    assert line.said() == []
    line.together("YA", pause=3600)
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("text", ["nanti ya pak", "nanti saya cek dulu ya pak", "bentar ya kak"])
def test_whoever_will_answer_later_still_can(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    line.together("sudah pak", pause=3 * 3600)
    assert line.said() == ["confirms"]


def test_whoever_did_not_know_may_find_out(db: Any) -> None:
    line = a_question(db)
    line.writes("tidak tahu")
    line.together("YA", pause=3 * 3600)
    assert line.said() == ["does_not_know", "confirms"]


@pytest.mark.parametrize("text", ["Ya sdh dpt", "Ya sdh dpt pak", "mana ada", "mana ada pak", "entah ya", "dapat thr"])
def test_a_few_words_are_no_number_of_a_report(db: Any, text: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert "c18.unknown" not in line.sent()
    assert line.db.execute("SELECT count(body) FROM inbound_message").fetchone() == (1,)


@pytest.mark.parametrize("first", ["ga tau", "lupa saya"])
def test_a_second_thought_after_not_knowing_counts(db: Any, first: str) -> None:
    line = a_question(db)
    line.together(first, "udah ding", apart=3, handled_between=True)
    assert line.said()[-1] == "confirms" or line.handled()[-1] == "triage"


@pytest.mark.parametrize(
    ("text", "said"), [("tidak eh ya", "confirms"), ("ya eh belum", "denies"), ("sudah eh belum", "denies")]
)
def test_of_two_thoughts_in_one_text_the_last_holds(db: Any, text: str, said: str) -> None:
    line = a_question(db)
    line.writes(text)
    assert line.said() == [said]


@pytest.mark.parametrize("texts", [("tolong pak saya jangan", "di sms lagi"), ("saya tidak mau", "disms lagi pak")])
@pytest.mark.parametrize("asked", [False, True])
def test_a_stop_cut_in_two_is_one(db: Any, texts: tuple[str, str], asked: bool) -> None:
    worker, line = a_worker(db), Line(db)
    if asked:
        line.asked(worker.worker)
    line.together(*texts, apart=1, handled_between=True)
    assert line.stopped()
