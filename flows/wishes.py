"""What people ask for in their own words, beside the keywords: news of a report, why they are not on the list, that
their data be erased, and that nothing be reported after all."""

import re

from flows.complaints import complaints
from flows.reading import COURTESIES, spoken, word_set

_REPORT = r"\b(?:laporan|lapuran|aduan|pengaduan|keluhan)(?:nya|ku|na|ne|ipun)?\b|\bmy report\b"
_HOW = r"(?:gimana|gimna|gmn|gmna|bagaimana|bgmn|bgmana|kumaha|piye|pripun|how)(?:nya|tuh|sih)?"
_NEWS = re.compile(
    r"\b(?:kabar|hasil|kelanjutan|lanjutan|perkembangan|tindak ?lanjut|jawaban|tanggapan|balasan|respon|status|update)"
    rf"(?:nya|na|ne|ipun)?\b|\b{_HOW}\b|\b(?:sampai|sampe|smp|nyampe|tekan|dugi) (?:di ?)?(?:mana|mn|endi|pundi)\b"
    r"|\bdi ?(?:jawab|bales|balas|proses|tanggapi|tanggepin|tindak|tindaklanjuti|tangani|urus|baca|respon|periksa)\b"
    r"|\b(?:tanya|nanya|nanyain|menanyakan|mau tau|pengen tau|naros|takon)\b"
)
# "mau bikin laporan gimana caranya", "ini laporan saya: ..." tell of no report that was made.
_NONE_YET = re.compile(
    rf"\b(?:ini|cara\w*|mau|mo|pengen|ingin|pingin|buat|bikin|kirim|ngirim|nulis)(?: \w+)? (?:{_REPORT})|\bcaranya\b"
)
_BARE = re.compile(r"\b(?:kabar|kelanjutan|perkembangan|tindak ?lanjut)(?:nya|na|ne)?\b")
_AROUND = COURTESIES | word_set(
    "ada belum blm blom sudah udah udh sdh gimana gmn bagaimana kok ko koq ya yah iya nih sih tuh apa kah apakah kapan"
    " dari yang yg kemarin kmrn itu ini saya sy tolong mohon maaf permisi halo assalamualaikum selamat pagi siang sore"
    " malam tanya nanya mau tau tahu sampai sampe mana sekarang skrg masih juga lagi tentang soal"
)
_ABOUT_REPORTS = frozenset({"listing", "service"})  # "belum ada kabar", "laporan"


def asks_after_a_report(text: str) -> bool:
    """Whether somebody asks what became of a report: "gimana laporan saya", "ada kabar belum pak"."""
    said = spoken(text)
    if re.search(_REPORT, said):
        return _NONE_YET.search(said) is None and _NEWS.search(said) is not None
    left = _BARE.sub(" ", re.sub(rf"^lapor (?=.*\b{_HOW}\b)", "", said))
    return _BARE.search(said) is not None and _AROUND.issuperset(left.split())


def asks_for_its_number(text: str) -> bool:
    """Whether the number of a report is all that is wanting: not where it is told what the matter is as well ("laporan
    saya soal uang itu gimana"), nor where no report is named ("belum ada kabar pak")."""
    return re.search(_REPORT, spoken(text)) is not None and _ABOUT_REPORTS.issuperset(complaints(text))


_WHY = word_set("kok ko koq kenapa knp kenape napa naha kunaon ngopo kengenging")
_NOT_YET = word_set("belum blm blom belom belon blum acan teu can dereng durung ga gak tidak enggak engga kagak kaga")
_AROUND_WHY = COURTESIES | word_set(
    "saya sy aku abdi kula kulo gue gw gua ane aye ya yah iya lah loh lho trus terus terusan nih sih tuh juga jg masih"
    " doang sendiri aja to tho eh oh euy nya"
)


def only_wonders(text: str) -> bool:
    """Whether somebody wonders that he is not, or has not, and tells of nothing: "kok saya belum ya"."""
    words = set(spoken(text).split())
    asks = not words.isdisjoint(_WHY) and not words.isdisjoint(_NOT_YET)
    return asks and words <= _WHY | _NOT_YET | _AROUND_WHY


_ERASE = r"(?:hapus|apus|hapuskan|hapusin|hapuslah|musnahkan|hilangkan|buang|cabut|pupus|delete|erase|remove)"
_DATA = r"(?:data|datanya|nama|nik|ktp|identitas|data diri)"
_ERASED = re.compile(
    rf"\b{_ERASE} (?:\w+ ){{0,2}}{_DATA}\b"
    rf"|\b{_ERASE} (?:\w+ ){{1,2}}(?:dari|from) (?:\w+ )?(?:daftar|data|sistem|list)\b"
    rf"|\b{_DATA} (?:\w+ ){{0,3}}(?:di ?)?(?:hapus|apus|hapuskan|hapusin|pupus)\b"
    rf"|\b(?:coret|keluarkan|keluarin) (?:\w+ )?(?:saya|sy|nama|data)\b"
    rf"|\b(?:jangan|jgn|ga usah|tidak usah) (?:di ?)?simpan (?:\w+ )?{_DATA}\b"
)

_OF_OUR_TEXTS = re.compile(r"\b(?:nomor|nomer|nmr|no|hp|sms\w*|pesan\w*|kiriman\w*)\b")  # a STOP, and no more


def asks_to_be_erased(text: str) -> bool:
    """Whether somebody asks that what is kept of him be erased, which the law (UU 27/2022) lets him ask."""
    said = spoken(text)
    return _ERASED.search(said) is not None and _OF_OUR_TEXTS.search(said) is None


_NOT = r"(?:ga|gak|gk|nggak|ngga|enggak|engga|tidak|tdk|ndak|kagak|kaga|ora|teu|mboten|batal)"
_CALLED_OFF = re.compile(
    rf"\b{_NOT} ?(?:jadi|jd|sido|sios|janten|usah|perlu)(?! jadi)\b|\b(?:di ?)?batal(?:in|kan|keun|aja)?\b"
    r"|\b(?:urungkan|lupakan|lupain|cancel)\b"
)
_AROUND_IT = COURTESIES | word_set(
    "eh oh ya yah iya udah udh sudah sdh dah yaudah yasudah aja saja wae mawon lah dulu lapor laporan laporannya"
    " laporin melapor nya saya sy abdi maaf sori sorry terima kasih tolong mohon nih sih kok nanti lain kali ini itu"
    " deng ding lagi hehe ga gak nggak papa apa"
)


def calls_off(text: str) -> bool:
    """Whether somebody who was on the way to report something says that he will not: "ga jadi pak", "batal"."""
    said = spoken(text)
    left = _CALLED_OFF.sub(" ", said)
    return left != said and _AROUND_IT.issuperset(left.split())
