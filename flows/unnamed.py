"""Who asks not to be named, in whatever words. Pure."""

import re
from collections.abc import Iterable

from flows.accidents import urgency
from flows.complaints import complaints
from flows.lexicon import KNOWN
from flows.reading import COURTESIES, spoken, word_set
from flows.speaker import names_of

# In words as they are compared. "jangan salah nama lagi" asks for something else.
_NAME = r"(?:nama\w*|nami\w*|ngaran\w*|jeneng\w*|asma\w*|identitas\w*|my name)"
_DO_NOT = r"(?:jangan|jgn|jangn|jng|ga|gak|nggak|tidak|tdk|tanpa|tong|ulah|ojo|aja|do not|don ?t)"
_SAY = r"(?:di ?)?(?:sebut\w*|sebat\w*|nyebut\w*|nyebat|menyebut|tulis\w*|bawa\w*(?: bawa)?|mention)"
_KEEP = r"(?:di ?)?(?:rahasia|sembunyi)\w*"
_TELL = r"(?:bilang\w*|(?:di ?)?kasih ?(?:tau|tahu)|ngomong\w*|beritahu\w*|bocor\w*|dibocor\w*)"
_HIDE = r"(?:di ?)?(?:samar\w*|lindung\w*|tutup\w*|jaga|inisialkan)\b"
_REFUSES = r"(?:ga|gak|gk|nggak|ngga|enggak|kaga|kagak|tidak|tdk|ora|teu|mboten)"
_I = r"(?:saya|sy|aku|abdi|ane|aye|gue|gua|gw|kula|kulo)"
_UNNAMED = re.compile(
    "|".join(
        (
            r"\b(?:anonim|anonym|anonymous)\b",
            rf"\b{_DO_NOT}(?! salah)(?: \w+){{0,2}} {_SAY}(?: \w+)? {_NAME}",  # jangan sebut nama saya
            # nama saya dirahasiakan
            rf"\b{_NAME}(?: \w+){{0,3}} (?:{_DO_NOT} (?:\w+ )?(?:{_SAY}|{_TELL}|ketahuan|ketauan)|{_KEEP})",
            rf"\b{_KEEP}(?: \w+){{0,2}} (?:{_NAME}|saya|sy|aku|abdi)\b",  # rahasiakan nama saya
            # jangan bilang saya yang lapor
            rf"\b{_DO_NOT} (?:\w+ )?{_TELL}(?: \w+){{0,4}} (?:siapa\w*|saya|sy|aku|nama)\b",
            rf"\b{_DO_NOT} (?:sampai|sampe|smpe|smp)? ?(?:ketahuan|ketauan)(?: \w+)? (?:saya|sy|aku)\b",
            r"^(?:lapor |lapor pak |mau lapor )?tanpa nama\b",  # the menu's own words
            r"\b(?:ulah|tong) (?:nyebut|nyebat)\b",
            # nama disamarkan, pake nama samaran, identitas saya tolong dilindungi
            rf"\b{_NAME}(?: \w+){{0,3}} {_HIDE}|\b{_HIDE}(?: \w+)? {_NAME}|\b(?:nama|identitas) (?:samaran|inisial)\b",
            # saya ga mau disebut, ane kaga mau ketauan
            rf"\b{_REFUSES} (?:mau|mo|pengen|pingin|ingin) (?:{_SAY}|di ?kenal\w*|di ?ketahui|ketahuan|ketauan)\b",
            rf"\b{_I} {_DO_NOT} (?:sampai |sampe )?(?:{_SAY}|ketahuan|ketauan)\b",
            r"\btanpa (?:nama|identitas)(?: (?:ya|pak|bu|mas|mbak|saja|aja|dong|deh))*$",
        )
    )
)


_OF_A_CARD = re.compile(r"\b(?:kartu|surat|sms|lembar)\w*(?: \w+){0,2} tanpa nama\b", re.IGNORECASE)


def asks_not_to_be_named(text: str) -> bool:
    """Whether somebody asks in these words that nobody hears who tells it."""
    return _UNNAMED.search(spoken(_OF_A_CARD.sub(" ", text))) is not None


_FEW_MORE = 8  # words beside the wish: who says more may tell of something else


def wishes_only_not_to_be_named(text: str) -> bool:
    """Whether somebody who has told already asks for that and tells nothing more: "nama saya jangan dikasih tau RT"."""
    said = spoken(text)
    left = _UNNAMED.sub(" ", said, count=1)
    told = set(complaints(left)) - _OF_OTHERS
    return left != said and len(left.split()) <= _FEW_MORE and not told and not urgency(text)


_OF_OTHERS = frozenset({"service", "listing", "unfit"})  # "jangan kasih tau saya yang lapor, nanti RT marah"
_TANPA_NAMA = re.compile(r"\b(?:secara )?(?:anonim|anonym|anonymous)\b|\btanpa (?:nyebut |sebut )?nama\b")
_AROUND = COURTESIES | word_set(
    "lapor laporan laporin melapor ngelapor report mau mo pengen pingin ingin bisa boleh bs bole kah ga gak nggak tidak"
    " tapi tp saya sy aku gue gw aye abdi kula ya iya apa gimana caranya dulu aja saja sih dong nih secara tolong mohon"
    " maaf punten halo assalamualaikum selamat pagi siang sore malam kalo kalau klo lewat sini sms ini ada yang yg itu"
    " siapa nya nuhun i want to can siapa2 takut tkt sieun wedi khawatir kuatir malu soalnya karena krn nanti ntar yah"
)


def asks_only_not_to_be_named(text: str) -> bool:
    """Whether somebody asks for that and tells nothing yet: "lapor anonim pak", "bisa lapor tanpa nama ga?"."""
    said = spoken(text)
    left = _TANPA_NAMA.sub(" ", _UNNAMED.sub(" ", said))
    return left != said and _AROUND.issuperset(left.split())


_BEGINS = re.compile(r"\b(?:mau|mo|bisa|boleh|pengen|pingin|ingin) (?:\w+ )?(?:lapor|ngelapor|melapor)|^lapor|anonim")
_SECRET = re.compile(rf"(?:(?:tolong|mohon|maaf) )*{_KEEP}(?: (?:ya|yah|aja|saja|dong|deh|{'|'.join(COURTESIES)}))*")


def wishes_it_of_a_report(text: str) -> bool:
    """Whether such a wish speaks of what was told already, and does not begin a report: "mau lapor tanpa nama"."""
    return asks_only_not_to_be_named(text) and _BEGINS.search(spoken(text)) is None


def wishes_it_kept_secret(text: str) -> bool:
    """Whether it is "rahasiain ya bu" and nothing else: behind a report that is said of it."""
    return _SECRET.fullmatch(spoken(text)) is not None


_HIDDEN = "***"
_A_NIK = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")
_NUMBER = r"(?:\+?62|0)[ .\-]*8\d(?:[ .\-]?\d){6,11}"
_OWN_NUMBER = re.compile(
    r"(\b(?:nomor|nomer|no|hp|wa|telp|telepon|telpon|hubungi|kontak|call me|call|sms|saya di|sy di)"
    r"(?: hp| wa)?(?: saya| sy| ane| aku| abdi| ke| di| jadi| ganti| baru| itu| yang| yg| adalah| sekarang| skrg)*\W*?)"
    + _NUMBER,
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(rf"(?<!\d){_NUMBER}(?!\d)")
_TITLE = r"(?:(?:pak|bu|mang|kang|mas|mbak|mba|bang|teh|neng|ceu|mpok|haji|cak|kak|bapak|ibu) )?"
_CALLED = re.compile(  # "nama saya Neneng", "nami abdi Asep Sunandar"
    rf"(\b(?:nama|nami|jeneng|name) (?:{_I}|is)(?: (?:adalah|teh|itu|ialah))? {_TITLE})(\w+)((?-i: [A-Z]\w+)*)",
    re.IGNORECASE,
)
_WHAT_FOR = r"(?:tukang|pedagang|pemulung|ojol|ojek|sopir|supir|kuli|warga|yang|yg|dari|rt)"
# "sy ujang tukang bakso", "saya mang Asep, RT minta lagi", "ini mang Asep tukang ojek yg lapor tadi", "saya Martank"
_I_AM = re.compile(rf"(\b{_I} {_TITLE})(\w+)(?= {_WHAT_FOR}\b)", re.IGNORECASE)
_I_MR = re.compile(rf"(\b{_I} {_TITLE.removesuffix('?')})(\w+)", re.IGNORECASE)
_THIS_IS = re.compile(
    rf"(\b(?:ini|dengan|ieu|iki) {_TITLE})(\w+)(?= {_WHAT_FOR}\b(?!.*\b(?:minta|mungut|pungut|nagih|ambil)\w*\b))",
    re.IGNORECASE,
)
_I_SPELT = re.compile(rf"(\b(?i:{_I}) )([A-Z][a-z]{{2,}})((?: [A-Z][a-z]{{2,}})*)")


def without_its_maker(text: str, names: Iterable[str], number: str = "") -> str:
    """Words of an anonymous report without what leads to who made it: the names of those whom its phone answers for, a
    name that somebody gives as his own, a NIK, his number and one to call back. The name of somebody else stays: it
    may be what is reported."""
    own = frozenset().union(*(names_of(name) for name in names))
    hidden = _OWN_NUMBER.sub(rf"\1{_HIDDEN}", _A_NIK.sub(_HIDDEN, text))
    hidden = _ANY_NUMBER.sub(lambda found: _HIDDEN if _digits(found[0]) == _digits(number) else found[0], hidden)
    hidden = _CALLED.sub(lambda found: _masked(found, known=False), hidden)
    for pattern in (_I_AM, _I_MR, _THIS_IS, _I_SPELT):
        hidden = pattern.sub(lambda found: _masked(found, known=True), hidden)
    return re.sub(r"\w+", lambda word: _HIDDEN if not own.isdisjoint(spoken(word[0]).split()) else word[0], hidden)


def _masked(found: re.Match[str], *, known: bool) -> str:
    """The match without the name in it; as it is where that is a word of the language, which `known` looks for."""
    word = found[2].casefold()
    a_word = word in _NO_NAMES or (known and (word in KNOWN or _DOES.match(word) is not None))
    return found[0] if a_word else f"{found[1]}{_HIDDEN}"


_DOES = re.compile(r"(?:di|me|ng|ny|ber|ter|ke|pe)[a-z]{3,}|\d+$")
_NO_NAMES = word_set(
    "salah tidak belum sudah jangan di tolong ga gak dan saya disamarkan dirahasiakan disebut tercantum ada"
)


def _digits(number: str) -> str:
    """The digits of a number behind its country or its zero."""
    return re.sub(r"^(?:62|0)", "", re.sub(r"\D", "", number))
