"""A state that is said of a relative: "kalo istri belum", "pun biang teu acan", "mertua udah dapet". Pure.

Words for kin of Indonesian, Betawi, Sundanese and Javanese, as the subject of a short sentence. Some are said to
whoever reads as well: "belum pak", "om, saya belum" are the writer's own. Where a long one stands bare before a state
("bapak belum", "ibu saya sudah"), nobody can tell a father from the officer who is spoken to: then it is not the
worker's own word either, and the worker is asked for by name.
"""

import re
from collections.abc import Collection

from flows.reading import COURTESIES, spoken, word_set

# Nobody calls an office so.
_NEVER_CALLED = (
    r"(?:adi[ck]? ipar|adek ipar|ade ipar|kakak ipar|kaka ipar|kakang ipar|abang ipar|bapak mertua|ibu mertua"
    r"|istri|isteri|bini|suami|laki|lakik|misua|salaki|pamajikan|bojo|garwa|garwo|semah|semahan|pacar|tunangan|ayang"
    r"|anak|bocah|lare|putra|putera|putri|putro|budak|incu|putu|cucu|buyut|mertua|martua|maratua|morotuwo|moro sepuh"
    r"|marasepuh|mitoha|menantu|mantu|minantu|ipar|ipe|besan|keponakan|ponakan|kemenakan|kaponakan|alo|suan|sepupu"
    r"|misan|sodara|saudara|sadulur|dulur|sedulur|kembaran|ortu|orang ?tua|wong tuwo|tiyang sepuh|kolot"
    r"|bokap|nyokap|emak|mak|enyak|nyak|babe|babeh|mama|mamah|mami|mamih|papa|papah|papi|ayah|abah|abi|ambu|umi|ummi"
    r"|indung|biang|ema|bapane|bapake|ibune|simbok|pakde|pakdhe|bude|budhe|bulik|paklik|paman|bibi|uwak|uwa|encing"
    r"|encang|engkong|nenek|kakek|eyang|mbah|simbah|embah|nini|aki|lanceuk|rayi|raka|rai|mbakyu|kangmas"
    r"|tetangga|tatangga|teman|temen|temenku|majikan|keluarga|kulawarga|wife|husband|brother|sister|mother|father)"
)
# Said to whoever reads as well as of kin; the short forms beside them ("pak", "bu", "mas") are hardly ever a subject.
_ALSO_CALLED = r"(?:bapak|bapa|ibu|ibuk|kakak|abang|adik|adek|ade|tante|om|teteh|aa)"
_SHORT = r"(?:mas|mbak|mba|kak|kaka|bang|kang|teh|mang|bi|dik|dek|neng)"
_HUMBLE = rf"pun (?:{_NEVER_CALLED}|{_ALSO_CALLED}|adi|adhi|rama|ua)"  # Sundanese, of one's own kin alone
_MINE = r"(?:saya|sy|aku|abdi|kula|kulo|gue|gw|gua|gwa|aye|ane|kami|kita|my)"
_SUFFIX = r"(?:nya|na|ne|e|ku|kula|ipun|nipun)?"
_ASIDE = (
    r"(?:(?:eh|oh|o|ah|nah|lho|loh|ya|iya|tapi|tp|terus|trus|maaf|punten|nuwun|sewu|halo|hallo|assalamualaikum|pak|bu"
    r"|mas|mbak|kak|kang|teh|bang|min) )*"
)
_OF = r"(?:(?:kalo|kalau|klo|kl|lamun|upami|menawi|nek|yen|buat|untuk|utk|bwt|kanggo|punya|yang|yg|si) )"
_PARTICLE = (
    rf"(?: (?:{_MINE}|mah|sih|tuh|teh|mh|ge|juga|jg|oge|pun|kandung|pertama|kedua|sulung|bungsu|gede|kecil|sendiri"
    r"|yang|yg|di|rumah|sebelah|imah|omah|pada))*"
)
_YET = (
    r"(?:sudah|udah|udh|sdh|dah|uda|udeh|ude|belum|blm|blom|belom|belon|blum|lum|tidak|tdk|gak|ga|gk|nggak|ngga|enggak"
    r"|engga|kagak|kaga|kgk|tos|atos|parantos|teu acan|teu|tacan|acan|encan|can|sampun|dereng|durung|wis|uwis|wes"
    r"|mboten|ora|masih|already|not yet|not)"
)
_OF_THE_COVER = COURTESIES | word_set(
    "dapat dapet dpt dpet terima nerima menerima trima terdaftar kedaftar kadaftar daftar didaftar didaftarkan"
    " didaftarin punya ada kartu kartunya bpjs bpjsnya pernah juga jg semua kabeh sadayana katampi tampi nampi nampa"
    " tampa oleh olih angsal gaduh boga kagungan pegang aktif ikut masuk jadi mah sih nih tuh ya yah kok teh euy lah to"
    " tho sekali sama kayaknya kyknya katanya dikasih kasih ngasih didata kebagian kabagean kalo kalau ada registered"
    " sampai sampe sekarang skrg ini malah"
)
_VOCATIVES = word_set("pak bapak bpk bu ibu mas mbak mba kak bang kang teh om tante min")

_OF_KIN = re.compile(
    rf"^{_ASIDE}(?:{_OF}|my )?(?:{_HUMBLE}|(?P<kin>{_NEVER_CALLED})){_SUFFIX}(?! laki){_PARTICLE} {_YET}\b(?P<rest>.*)$"
)
_OF_ONE_NAMED = re.compile(
    rf"^{_ASIDE}(?:(?:om|tante|pak|bu) )?{_OF}(?:si )?(?P<kin>{_ALSO_CALLED}|{_SHORT}){_SUFFIX}{_PARTICLE} {_YET}\b"
    r"(?P<rest>.*)$"
)
_PERHAPS = re.compile(  # "ya bapak sudah" is said to him
    rf"^(?!ya |iya ){_ASIDE}(?P<kin>{_ALSO_CALLED}){_SUFFIX}(?: {_MINE})?(?: (?:mah|sih|tuh|ge|juga|jg))* {_YET}\b"
    r"(?P<rest>.*)$"
)
_TO_ANOTHER = re.compile(rf"^(?P<kin>{_SHORT}) {_MINE} {_YET}\b(?P<rest>.*) (?P<called>\w+)$")
_HARDLY = r"(?:mak|ema|abah|mbah|eyang|papa|papah)\b"  # "belum mak" is said to somebody, "ga papa" is "never mind"
_BEHIND = re.compile(
    rf"^{_ASIDE}{_YET}(?P<rest>(?: \w+){{0,3}}?)"
    rf" (?:{_OF}?(?:{_HUMBLE}|(?P<kin>(?!{_HARDLY}){_NEVER_CALLED})){_SUFFIX}"
    rf"|(?:{_OF}{_ALSO_CALLED}{_SUFFIX}|{_ALSO_CALLED} {_MINE}))"
    rf"(?: {_MINE})?(?: (?:mah|sih|tuh|ge|juga|jg|pak|bu|mas|mbak|kak|bang|kang|teh))*$"
)
_CALLED_FIRST = re.compile(rf"^\W*{_ASIDE}{_ALSO_CALLED}\s*[,.;:!]", re.IGNORECASE)
_MORE = 5  # words behind the state; who says more tells something else


def says_it_of_kin(text: str, own: Collection[str] = ()) -> bool:
    """Whether a short sentence says of a relative, not of the writer, that it is so or is not so.

    `own` are the words of the asked one's name: Putri who writes "Putri sudah" is nobody's daughter.
    """
    said = spoken(text)
    patterns = [_OF_KIN, _OF_ONE_NAMED, _BEHIND]
    if not _CALLED_FIRST.search(text):
        patterns += [_PERHAPS, _TO_ANOTHER]
    return any(_is_said(found, own) for pattern in patterns if (found := pattern.search(said)))


def _is_said(found: re.Match[str], own: Collection[str]) -> bool:
    given = found.groupdict()
    kin, called = given.get("kin") or "", given.get("called")
    if not set(kin.split()).isdisjoint(own) or (called is not None and called not in _VOCATIVES - {kin}):
        return False
    rest = given["rest"].split()
    return len(rest) <= _MORE and _OF_THE_COVER.issuperset(rest)
