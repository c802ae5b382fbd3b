"""Whether a text tells of an accident or a death that has just happened: those are urgent. Pure."""

import re
from typing import Literal

from flows.reading import spoken

_LIMB = r"(?:tulang|kaki|tangan|lengan|jari|leher|punggung|pinggang|kepala|gigi|bahu|suku|leungeun|sikil)"
_HURT = r"(?:patah|retak|melepuh|robek|luka|berdarah|bengkak|putus|remuk|kejepit|terjepit|tugel)"
_FALLS = (
    r"(?:jatuh|jatoh|jatuhnya|terjatuh|terpeleset|kepeleset|tepeleset|ragrag|labuh|tisoledat|dhawah|ceblok|tiba saking)"
)
_ACCIDENT = re.compile(
    r"\b(?:kecelakaan|kacilakaan|celaka|cilaka|laka|\w*tabrak\w*|ketabrak|keserempet|tersengat|accident|injured)\b"
    r"|\bk[ea]?c[ea]?l[ea]?k[ea]*n\b|\b(?:keracunan|dibacok|kebacok)\b|\bdigigit (?:anjing|kera|monyet|kalajengking)\b"
    r"|\b(?:ke|ter)(?:setrum|strum|setrom|siram|guyur|jepit|lindas|timpa|gencet|tusuk|sayat|banting)\b"
    r"|\b(?:kestrum|tertimpa|ketiban|kejepit|melepuh|luka bakar|disambar petir|digigit ular|dipatuk ular)\b"
    rf"|\bpatah {_LIMB}\b|\b{_LIMB}(?:nya|na|ku)? (?:\w+ )?{_HURT}\b"
    rf"|\b{_FALLS} (?:\w+ )?(?:dari|dr|tina|saking|ti|ka|di|motor|tangga|atap|pohon|genteng|proyek|truk|sepeda)\b"
)
_DEATH = re.compile(
    r"\b(?:meninggal|berpulang|sedo|mninggal|meninggl)\b"
    r"|\b(?:almarhum|almarhumah|wafat|tewas|tutup usia|ngantunkeun|pupus|maot|died|death|dead)\b"
)


# "kalau jatuh di jalan dapat apa" asks; "kalau suami saya kemarin kecelakaan" tells.
_WHAT_IF = re.compile(
    r"\b(?:kalau|kalo|klo|kl|misal\w*|seandainya|andai|lamun|upami|umpama|yen|menawi|if)"
    r"(?! (?:ga|gak|nggak|tidak|tdk) salah) .*"
)
_HAPPENED = re.compile(
    r"\b(?:kemarin|kmrn|kemaren|tadi|barusan|baru saja|lalu|kamari|wingi|minggu|bulan|hari|malam|pagi|siang|sore"
    r"|sudah|udah|sdh|udh|sekarang|skrg|yesterday|ago|now)\b"
)


_NOT = (
    r"(?:ga|gak|gk|nggak|ngga|enggak|engga|kagak|kaga|tidak|tdk|bukan|bkn|belum|blm|blom|belom|belon|teu|henteu|mboten"
    r"|ora|dereng|durung|jangan|jgn|no|not|never)"
)
_LIGHT = (
    r"(?:ada|ad|aya|ono|wonten|pernah|prnh|nate|kantos|sampai|sampe|sempat|sempet|kena|mengalami|ngalami|terjadi|yang|yg"
    r"|orang|org|warga|keluarga|lagi|an|any)"
)
_ONE = (
    r"(?:kecelakaan|kacilakaan|k[ea]?c[ea]?l[ea]?k[ea]*n|celaka|cilaka|laka|\w*tabrak\w*|keserempet|accident"
    r"|jatuh|jatoh|meninggal|wafat|tewas|mati"
    r"|died|death|kematian)"
)
# "ga ada kecelakaan", "bukan kecelakaan", "belum ada yg meninggal"; "suami udah ga ada kecelakaan" tells of one.
_DENIED = re.compile(
    rf"(?<!sudah )(?<!udah )(?<!sdh )(?<!udh )(?<!dah )\b(?!{_NOT} (?:ada|ad|aya) (?:meninggal|wafat|tewas|mati)\b)"
    rf"{_NOT}(?: {_LIGHT}){{0,4}} {_ONE}(?:nya)?\b"
    r"(?! (?:biasa|kecil|ringan|sembarang|lagi|kemarin|kmrn|tadi))"
    rf"(?: (?:atau|maupun|dan|ataupun) {_ONE})?(?: (?:kerja|apa apa|apa2|apapun|kok|sama sekali))*"
)
# "suami saya ga ada kecelakaan motor": he is gone.
_GONE = re.compile(
    r"\b(?:suami|istri|bapak|ibu|ayah|emak|mamah|anak|adik|kakak|dia|beliau|laki|bini|orangnya)(?:nya)?"
    rf"(?: (?:saya|sy|aku))? {_NOT} (?:ada|aya|wonten) {_ONE}\b"
)
_NEARLY = re.compile(
    r"\b(?:nyaris|hampir|ampir|hampr|amper|meh|takut|takutnya)(?: (?:saja|aja|wae|mau|kena|sampai|jadi|ada))* "
    rf"(?:{_ACCIDENT.pattern})"
)
_LONG_AGO = re.compile(
    r"^(?:(?:.* )?(?:saya|aku|sy|bapak|ibu|suami|istri|anak|ayah|dia|kakak|adik|emak|mamah|bapa|sudah|udah) )?"
    rf"(?:dulu|dahulu|pernah|jaman)(?! ya\b) .*?(?:{_ACCIDENT.pattern}).*$"
)
_JUST_NOW = re.compile(
    r"\b(?:kemarin|kmrn|kemaren|tadi|barusan|baru|kamari|wingi|minggu|hari|semalam|sekarang|skrg|masih|rs|rsud|yesterday)\b"
)
_CLAUSES = re.compile(r"([.,;:!?\n]+)")
_LONGEST = 200  # characters of a clause; a longer one tells more


def without_what_was_none(text: str) -> str:
    """A text without an accident or a death that it denies ("ga ada kecelakaan"), that nearly was, or that was long
    ago ("dulu bapak kecelakaan taun 2019"): what else it says is its meaning."""
    said = spoken(text)
    if not _ACCIDENT.search(said) and not _DEATH.search(said):
        return text
    return "".join(map(_without, _CLAUSES.split(text)))


def _without(clause: str) -> str:
    said = spoken(clause)
    if len(clause) > _LONGEST or _GONE.search(said):
        return clause
    left = _NEARLY.sub(" ", _DENIED.sub(" ", said))
    if _JUST_NOW.search(left) is None and _DEATH.search(left) is None:
        left = _LONG_AGO.sub("", left)
    return clause if left == said else f" {left.strip()}"


def urgency(text: str) -> Literal["", "accident", "death"]:
    """Whether a report tells of an accident or a death: rather once too often, since only the deadline changes."""
    said = spoken(without_what_was_none(text))
    if not _HAPPENED.search(said):
        said = _WHAT_IF.sub(" ", said)
    if _DEATH.search(said):
        return "death"
    return "accident" if _ACCIDENT.search(said) else ""
