"""What a text answers to "are you registered and covered?", clause by clause: yes, no, unsure or neither."""

import re
from typing import Literal

from flows.lexicon import word_set
from flows.spelling import Written

Answer = tuple[Literal["yes", "no", "unsure", "other"], float]

_SELF = word_set("saya juga sendiri masih memang sekali banget semua dan")
_POLITE = word_set("halo salam maaf terimakasih alhamdulillah ok siap sip baik aman jempol sekarang banyak tadi")
_HAS = word_set("terdaftar daftar didata diantar terima dapat punya ada ikut masuk aktif peserta pegang")
_TOPIC = word_set("bpjs ketenagakerjaan kartu nama data sigap program layanan")
_REGISTERED = frozenset({"terdaftar", "peserta", "bpjs", "ketenagakerjaan"})
_WHEN = word_set("lama dulu dari sejak tahun bulan lalu kemarin sampai hari pas tanggal jaman # baru minggu sekarang")
_PLACE = word_set("di ke lewat oleh sama dengan untuk sebagai yang rt rw kelurahan kota bekasi pemkot walikota jadi")
_WORK = word_set(
    "kerja tukang ojek ojol driver grab gojek becak pedagang penjual jualan dagang pemulung bubur bakso pasar art"
    " cuci buruh kuli supir sopir parkir kurir warung asisten tangga warga narik kaki lima bantargebang galaxy rumah"
    " diantar antar bulannya gratis"
)
_BARE_YES = frozenset({"ya", "betul", "sudah", "pasti"})
_ACCOUNTED = frozenset({"yaudah", "ini"}) | _SELF | _POLITE | _HAS | _TOPIC | _WHEN | _PLACE | _WORK | _BARE_YES
# Around a yes that names nothing it may be said of, little else is a yes: "sudah makan", "sudah di jalan".
_AROUND_BARE = (
    _SELF | _POLITE | _BARE_YES | word_set("bpjs ketenagakerjaan rt rw lama dari dulu sejak tahun bulan lalu kemarin #")
)
_ASKS = re.compile(r"\b(?:apa|siapa|kapan|gimana|mana|berapa|kenapa|maksud|masa|info|how)\b|\?|\bbeneran\b|\bserius\b")
_NOT_SURE = re.compile(
    r"\b(?:tidak|belum|kurang|bukan) (?:\w+ )?(?:tahu|yakin|ingat|pasti)\b|\b(?:tidak|belum) (?:\w+ )?cek\b"
    r"|\b(?:rt|rw|orang|petugas|kelurahan|istri|suami|tetangga|teman|bapak|ibu) (?:\w+ )?bilang\b"
    r"|\b(?:(?<!jangan )lupa|(?<!tidak )mungkin|kayaknya|katanya|ragu|bingung|entah|insyaallah|semoga)\b"
    r"|\b(?:sudah|ya|belum|betul) kali\b|\bkali ya\b"
    r"|\b(?:masih|sedang|lagi|dalam|di|baru|saya|sudah) (?:\w+ )?proses\b|^proses\b"
    r"|\b(?:cek|tanya) (?:\w+ )?dulu\b|\bnanti (?:\w+ ){0,2}(?:cek|tanya)\b|\bsaya (?:cek|tanya|cari)\b"
    r"|\btanya (?:rt|istri|suami|anak|bapak|ibu|orangtua|rw|saja)\b"
)
_TO_SOMEBODY_ELSE = re.compile(
    r"\b(?:istri|suami|anak|bapak|ibu|tetangga|orangtua|adik|kakak|abang|mertua|teman|keluarga|saudara)\b"
)
_HAS_KIN = re.compile(r"\b(?:punya|dapat|ada) (?:istri|suami|anak|adik|teman|keluarga)\b")
_NO_LONGER = re.compile(
    r"\bdulu\b.*\b(?:sekarang|kini)\b.*\b(?:tidak|belum|bukan)\b|\bsudah tidak (?:\w+ )?"
    r"(?:terdaftar|aktif|dapat|punya|ikut|terima|ada|peserta)\b|^tidak lagi$"
)
_EXPLICIT_NO = re.compile(
    r"\btidak ada yang (?:\w+ )*(?:daftar|didata|kasih|datang)\b|\b(?:tidak|belum|bukan)(?: (?:pernah|juga|ada"
    r"|ikut|sekali|bisa|saya|sampai|sekarang|di|pernah))*"
    r" (?:terdaftar|daftar|didata|terima|dapat|punya|ikut|masuk|aktif|peserta|bpjs|jadi peserta)\b"
)
_TRAPS = re.compile(
    r"\b(?:ya|betul) saya$|^ya (?:, )?(?:ok|siap|sip|baik|aman)\b|(?<!dari )\bdulu\b|^saya ada$|\bsudah (?:siap"
    r"|baik|maaf|sip|salam|halo)$|^ya daftar\b|^ada (?!ya$|kartu|bpjs|sudah)|\bya (?:ampun|allah|salam|halo|lalu"
    r"|terus|tolong|mohon|maaf|amin|nanti|besok|terserah|dengan)\b|\b(?:yaelah|begitulah)\b"
    r"|\b(?:tolong|mohon|minta|bisa|ingin) (?:\w+ )?daftar\b|\bsaya sendiri$|^yaudah$|\byaudah lah"
    r"|\bsudah lah\b|\bnyasar\b|\b(?:saya )?mau\b|\bingin\b"
)
_CLAUSE = re.compile(r"(?: |^)(?:,|\?|tapi|cuma|karena|padahal|jadi(?= \w+ (?:tidak|belum)))(?: |$)")
_CONTRAST = re.compile(r"\b(?:tapi|cuma|padahal)\b")


def answer(said: str, written: Written) -> Answer:
    """The answer in a text that is neither a STOP nor a grievance."""
    said = _HARMLESS.sub(" , ", said).strip(" ,")
    clauses = [clause for clause in _CLAUSE.split(said) if clause.strip()]
    readings = [_of_clause(clause) for clause in clauses]
    found = {reading for reading in readings if reading not in ("", "theirs")}
    asked = _ASKS.search(said) is not None or "?" in written.words
    if _ASKED_WHETHER.search(said):
        return "other", 0.85
    if _NO_LONGER.search(said):
        return "no", 0.85
    if "unsure" in found:
        if readings[0] == "no" and re.search(r"^[^,]*\b(?:karena|soalnya)\b", said):
            return "no", 0.8
        if readings[0] == "no" and not _CONTRAST.search(said) and {"belum", "terdaftar"} & set(clauses[0].split()):
            return "no", 0.7 if "kenapa" not in said else 0.85
        return "unsure", 0.9
    if "no" in found:
        return _denied(said, readings, asked)
    if "theirs" in readings and not asked:
        return "unsure", 0.8
    if "yes" in found and not asked and not _TRAPS.search(said):
        return _confirmed(said, written, readings)
    return "other", 0.6 if found else 0.85


_ASKED_WHETHER = re.compile(
    r"\bsudah (?:\w+ )?(?:terdaftar|daftar|punya|dapat|makan|sampai|bpjs) belum(?: saya)?(?: [,?])*$"
    r"|^(?:\w+ )?(?:terdaftar|dapat|aktif|punya|ada) tidak(?: ya)?(?: saya)?(?: [,?])*$"
)
_HARMLESS = re.compile(
    r"\b(?:sudah )?saya bilang\b|^(?:saya )?(?:jawab|balas)(?: ,)? (?=(?:ya|tidak|sudah|belum)\b)|"
    r"\btidak (?:ada )?(?:masalah|apapun|salah)\b|\btidak (?:dipungut|diminta|bayar)(?: uang| bayar)*(?: sekali)?\b"
    r"|\bbelum(?: pernah)? kecelakaan\b|\btanpa (?:uang|bayar)\b|\bmaaf ganggu\b"
)


def _denied(said: str, readings: list[str], asked: bool) -> Answer:
    """A no, unless a yes stands beside it: "ya belum" is one, "tidak ya sudah" is neither."""
    if "yes" not in readings:
        return "no", 0.85 if asked else 0.95
    if re.match(r"ya\b(?! ,? ?tidak$)", said) and "sudah" not in said.split():
        return "no", 0.75
    return "unsure", 0.7


def _confirmed(said: str, written: Written, readings: list[str]) -> Answer:
    """A yes, when its words are accounted for; what is not is no yes."""
    words = [word for word in said.split() if word not in (",", "?")]
    if words == ["jempol"]:
        return "yes", 0.7
    if _CONTRAST.search(said) and len(readings) > 1:
        return "unsure", 0.6
    strange = [word for word in words if word not in _may_stand_with(words, said)]
    if not strange:
        return "yes", 0.95 if _HAS.isdisjoint(words) else 0.97
    if not _REGISTERED.isdisjoint(words) and len(strange) * 3 <= len(words) and written.unknown.issuperset(strange):
        return "yes", 0.85  # names of people and places are in no lexicon
    return "other", 0.6


def _may_stand_with(words: list[str], said: str) -> frozenset[str]:
    """What may stand beside these words without making the yes one to something else: "sudah dapat kerja"."""
    if not _REGISTERED.isdisjoint(words) or _introduces(said):
        return _ACCOUNTED
    if _HAS.isdisjoint(words) or (words.count("masuk") and _TOPIC.isdisjoint(words)):
        return _AROUND_BARE
    return _ACCOUNTED - _WORK


_OTHER_GOODS = word_set("pulsa uang hp motor mobil sms kuota sinyal waktu paket kerja rumah gaji makan")
_WISHES = word_set("mau tolong mohon minta kalau bisa ingin supaya biar nanti besok")


def _introduces(said: str) -> bool:
    """Whether a yes of its own is followed by who says it: "sudah, saya tukang bubur"."""
    first, _, rest = said.partition(" , ")
    return set(first.split()) <= _AROUND_BARE and re.match(r"(?:saya|rt|rw|warga|tukang)\b", rest) is not None


def _of_clause(clause: str) -> str:
    """What one clause says: yes, no, unsure; "theirs" when it is somebody else's or another cover; else nothing."""
    clause = re.sub(r"(?<=\w) ya$", "", clause)  # said for politeness: "belum ya", "makasih ya"
    words = clause.split()
    if _NOT_SURE.search(clause) or clause == "tahu":
        return "unsure"
    if "nanti" in words or "bentar" in words:
        return ""
    if _CONTRADICTS.search(clause):
        return "unsure"
    agrees = not _AGREEING.isdisjoint(words) or _STARTS_WITH_YES.match(clause) is not None
    denies = _NEGATIVE.search(clause) is not None
    if _is_of_another(clause, words):
        told = agrees or denies or not _HAS.isdisjoint(words)
        return "theirs" if told and not _names_another(clause, words) else ""
    if _EXPLICIT_NO.search(clause):
        return "no" if "terdaftar" in words or _OTHER_GOODS.isdisjoint(words) else ""
    if denies:
        return "no" if _says_no(words) else ""
    return "yes" if agrees or _claims(clause, words) else ""


def _is_of_another(clause: str, words: list[str]) -> bool:
    """Whether it is said of the health cover, of a relative or of a neighbour, and not of the worker as well."""
    if "kesehatan" in words and "ketenagakerjaan" not in words:
        return True
    kin = _TO_SOMEBODY_ELSE.search(clause) is not None
    return kin and (_names_another(clause, words) or "saya" not in re.sub(r"\w+ saya", "", clause).split())


def _names_another(clause: str, words: list[str]) -> bool:
    """Whether a relative is only named: whose phone this is, or that there is one ("sudah punya anak")."""
    return not {"hp", "nomor"}.isdisjoint(words) or _HAS_KIN.search(clause) is not None


def _claims(clause: str, words: list[str]) -> bool:
    """Whether a clause without yes says that one has it: "terdaftar", "punya"; "daftar" alone asks for it."""
    if _ASKS.search(clause) or not _WISHES.isdisjoint(words):
        return False
    return not (_HAS - {"daftar", "didata", "masuk"}).isdisjoint(words)


_AGREEING = frozenset({"betul", "sudah", "jempol", "pasti", "yaudah"})
_STARTS_WITH_YES = re.compile(rf"(?:(?:{'|'.join(_POLITE)}|saya|#) )*ya\b")
_NEGATIVE = re.compile(r"\b(?:tidak|belum|bukan)\b")
_CONTRADICTS = re.compile(
    r"^ya (?:dan |atau )?tidak$|^jempol tidak$|\bantara\b|^tidak ya sudah|\bsudah (?:apa |atau "
    r"|dan )?(?:atau )?belum\b|^belum sudah"
    r"|\bbukan (?:tidak|belum)\b|^(?:ya|betul) tidak (?:juga|betul)"
)
_AROUND_NO = (
    _SELF | _POLITE | _TOPIC | _WHEN | _HAS | _PLACE | word_set("ya tidak belum pernah apapun sekali boro lah nama")
)


def _says_no(words: list[str]) -> bool:
    """Whether a negation stands alone among words that change nothing: "tidak bisa" answers something else."""
    strange = [word for word in words if word not in _AROUND_NO]
    if "bukan" in words and "tidak" not in words and "belum" not in words:
        return False
    return not strange or ("belum" in words and len(strange) * 3 <= len(words))
