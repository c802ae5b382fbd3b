"""What people write: STOP in all its forms and what only looks like it, and answers that are a yes or are not."""

from __future__ import annotations

import pytest

from flows.conversation import Menu
from flows.reading import command, option
from tests.flows.city import LANGUAGES, WORDINGS

QUESTION = Menu("s1.registered", ("yes", "no", "unsure", "not_me"), {})

STOP = """
STOP | stop. | Stop!!! | "STOP" | Stopp | stooop | S T O P | S.T.O.P | s-t-o-p | st op | sto p | st0p | ST0P | ＳＴＯＰ
STOP🙏 | S T O P pak | setop | Setop pak | SETOP SMS | UNREG | UNREG SIGAP | unreg sigap bekasi | unsub | unsubscribe
STOP SIGAP | stop bpjs | STOP SIGAP/BPJS | stop mas | stop mbak | stop kak | stop kang | stop teh | stop pak | stop bu
stop bang | stop ya bapak | stop aja | stop saja | stop dulu | ok stop | oke stop pak | YA STOP | stop 28282 | stop sms
stopsms | stop-sms | STOP SMS SAYA | stop sms ke saya | stop smsnya | stop stop stop | tolong stop | mohon stop pak
sudah stop saja | udah stop aja | stop dong | stop deh | stop terima kasih | STOP JANGAN SMS LAGI | stop kirim sms
berhenti | BERHENTI | berenti | brenti | Berhenti pak | tolong berhenti | berhenti berlangganan | berhenti kirim sms
berhenti sms saya | hentikan | hentikan sms | tolong hentikan smsnya | tolong dihentikan | jangan sms lagi
jangan kirim sms lagi | jangan sms saya lagi | jangan kirim sms | Tolong jangan sms lagi pak | jgn sms lagi ya pak
jangan kirimi saya sms lagi | gak usah sms lagi | tidak usah kirim sms lagi
kagak usah sms lagi bang | setop dah | jangan sms mulu | stop dah bang
mandheg | mandeg mas | lirenan | ampun sms | ampun sms malih | ojo sms maneh | ora usah sms
eureun | eureun atuh | eureun kang | ulah sms deui | ulah kirim sms deui | teu kedah sms deui
please stop | stop texting me | stop sending me messages | stop it | don't text me | don't send me sms | stop all texts
"""

NO_STOP = """
saya berhenti kerja | jangan berhenti | jangan stop | stop kontak rusak | kerja saya berhenti bulan lalu
motor mogok berhenti di jalan | berhenti kerja | sudah berhenti kerja | sudah berhenti | saya sudah berhenti
tos eureun | saya berhenti | berhenti bpjs | stop kerja | iuran saya stop | kenapa berhenti | don't stop
sms saya tidak masuk | jangan lupa sms saya | jangan sampai berhenti | bus berhenti | kapan sms lagi
ya | tidak | pak | ampun | sms
saya sudah sms | belum berhenti | tidak berhenti | non stop | abdi tos eureun damel | kula mandheg nyambut damel
"""

OTHERS = [
    ("MULAI", "start"), ("Mulai pak", "start"), ("mulai lagi bu", "start"), ("mimiti kang", "start"),
    ("START please", "start"), ("mulai kerja", None), ("belum mulai", None), ("sudah mulai pak", None),
    ("CEK", "check"), ("cek dong pak", "check"), ("Cek BPJS saya", "check"), ("tolong cek pak", "check"),
    ("pariksa atuh", "check"), ("check please", "check"), ("cek kosong", None), ("sudah cek", None),
]  # fmt: skip

ANSWERS = {
    "yes": """
YA | ya. | y pak | iya pak | iya bu | Ya pak, terima kasih | ya mas | ya kak | ya bang | YA BAPAK | iya dong | iya deh
sudah pak | sudah bu | sdh kak | udah om | betul pak | benar bu | ya terima kasih | Ya, makasih | sudah kak makasih
iya sudah pak | ya sudah terdaftar pak | saya sudah terdaftar | Ya 🙏 | iye bang | udeh bang
nggih | inggih | Nggih pak | inggih matur nuwun | sampun | sampun mas | uwis | wis mas
muhun pak | muhun hatur nuhun | tos | tos kang | parantos | parantos pak | tos kadaptar | leres kang
yes | yes sir | yes please | Yes, thank you
""",
    "no": """
TIDAK | tidak pak | belum bu | belum kak | blm pak | gak om | enggak mas | tidak terima kasih | belum terima
saya belum terdaftar | tidak terdaftar pak | kagak bang | belon bang | dereng | dereng pak | mboten mas | durung mas
henteu pak | teu acan kang | no | no thanks | not yet sir
""",
    "unsure": "tidak tahu pak | gak tau bu | kurang tahu kak | teu terang kang | mboten ngertos pak | not sure sir",
    "not_me": """
BUKAN SAYA | bukan saya pak | maaf bukan saya | salah sambung pak | maaf salah sambung | sanes abdi kang
wrong number sir
""",
}  # fmt: skip

NO_ANSWER = """
ya tapi kartu belum | sudah tp kartu belum | ya belum | ya belum pak | tidak ya? | tidak ya pak? | ya tidak | ya/tidak
ya? | ya pak? | iya kak? | ya tapi pak | ya belum terima | betul tidak pak | belum tentu pak | ya kali | ya kan pak
ok | oke pak | pak | terima kasih | makasih pak | ya sudah mati pak | ya nanti pak | sudah berhenti pak
sudah pernah tanya pak
iya kartu hilang pak | ya gak pak | iya enggak bu | ya allah pak | nggih dereng | muhun teu acan | yes but no card | 👍
sudah keluar pak | sudah tidak pak | ya bukan saya pak | sudah belum ya pak | bukan | mungkin ya pak | ya mungkin pak
"""


def each(table: str) -> list[str]:
    """The cells of a table written in rows."""
    return [cell.strip() for row in table.strip().split("\n") for cell in row.split(" | ") if cell.strip()]


def test_whoever_asks_for_no_more_texts_is_understood() -> None:
    assert [text for text in each(STOP) if command(text) != "stop"] == []


def test_what_only_contains_the_word_stops_nothing() -> None:
    assert [text for text in each(NO_STOP) if command(text) is not None] == []


def test_the_other_words_come_with_courtesies_too() -> None:
    assert [(text, command(text)) for text, _ in OTHERS] == OTHERS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("meant", ANSWERS)
def test_an_answer_counts_with_courtesies_and_in_any_language(meant: str, language: str) -> None:
    for text in each(ANSWERS[meant]):
        assert (text, command(text), option(WORDINGS, QUESTION, text, language)) == (text, None, meant)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_says_more_than_yes_or_no_is_left_to_an_officer(language: str) -> None:
    assert [text for text in each(NO_ANSWER) if option(WORDINGS, QUESTION, text, language) is not None] == []
