"""Who asks not to be named, in whatever words. Pure."""

import re
from collections.abc import Iterable

from flows.accidents import urgency
from flows.complaints import complaints
from flows.reading import COURTESIES, spoken, word_set
from flows.speaker import names_of

# In words as they are compared. "jangan salah nama lagi" asks for something else.
_NAME = r"(?:nama\w*|nami\w*|ngaran\w*|jeneng\w*|asma\w*|identitas\w*|my name)"
_DO_NOT = r"(?:jangan|jgn|jangn|jng|ga|gak|nggak|tidak|tdk|tanpa|tong|ulah|ojo|aja|do not|don ?t)"
_SAY = r"(?:di ?)?(?:sebut\w*|sebat\w*|nyebut\w*|nyebat|menyebut|tulis\w*|bawa\w*(?: bawa)?|mention)"
_KEEP = r"(?:di ?)?(?:rahasia|sembunyi)\w*"
_TELL = r"(?:bilang\w*|(?:di ?)?kasih ?(?:tau|tahu)|ngomong\w*|beritahu\w*|bocor\w*|dibocor\w*)"
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
        )
    )
)


def asks_not_to_be_named(text: str) -> bool:
    """Whether somebody asks in these words that nobody hears who tells it."""
    return _UNNAMED.search(spoken(text)) is not None


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
    " siapa nya nuhun i want to can"
)


def asks_only_not_to_be_named(text: str) -> bool:
    """Whether somebody asks for that and tells nothing yet: "lapor anonim pak", "bisa lapor tanpa nama ga?"."""
    said = spoken(text)
    left = _TANPA_NAMA.sub(" ", _UNNAMED.sub(" ", said))
    return left != said and _AROUND.issuperset(left.split())


_HIDDEN = "***"
_A_NIK = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")
_OWN_NUMBER = re.compile(
    r"(\b(?:nomor|nomer|no|hp|wa|telp|telepon|hubungi|kontak)(?: hp| wa)?(?: saya| sy| ane| aku| ke| di)*\W*)"
    r"(?:\+?62|0)8\d(?:[ .\-]?\d){6,11}",
    re.IGNORECASE,
)


def without_its_maker(text: str, names: Iterable[str]) -> str:
    """Words of an anonymous report without what leads to who made it: the names of those whom its phone answers for, a
    NIK, and a number to call back. The name of somebody else stays: it may be what is reported."""
    own = frozenset().union(*(names_of(name) for name in names))
    hidden = _OWN_NUMBER.sub(rf"\1{_HIDDEN}", _A_NIK.sub(_HIDDEN, text))
    return re.sub(r"\w+", lambda word: _HIDDEN if not own.isdisjoint(spoken(word[0]).split()) else word[0], hidden)
