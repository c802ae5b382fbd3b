"""Whose word a text is: the asked worker's own, or somebody else's. Pure.

The rule, as the field has it:

- Another worker of the same phone, by name: not the asked one's word. We ask once more, by name.
- A relation ("saya istrinya", "kalo istri belum"), an office ("ini Pak RT") or hearsay ("kata ibu sudah"): not his
  word either, however well they know. An officer reads it, and we ask once more, by name. An RT head has a way of his
  own to lend his phone, which is counted apart.
- A stranger who has the number now ("nomor ini sudah ganti orang", "bukan saya"): the phone is let go of the worker.
- Whoever says nothing of that speaks for himself: phones are shared, and most write no name.
- But while the last who spoke on this phone to the question was somebody else, an "I" is that one's: behind "ini
  istrinya" or "suami saya udah" nobody can tell whose "saya belum" is. An officer reads it. A bare YA or TIDAK, or who
  says that he is the asked one ("ini Dian", "saya sendiri"), is what we asked for.
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from flows.kinship import MINE as _MINE
from flows.kinship import is_all_of_kin, says_it_of_kin, speaks_of_both
from flows.lexicon import KNOWN
from flows.reading import COURTESIES, spoken, word_set
from flows.understanding import understand

Speaker: TypeAlias = Literal["self", "another", "relation", "office", "stranger"]

_I = (
    r"(?:ini|saya|sy|aku|abdi|kula|kulo|gue|gw|gua|aye|dengan|dgn|dari|ieu|iki|niki|punika|meniko|kami|im|i am|this is)"
)
# Whom one does not call by these words when one speaks to somebody: "ibu, saya sudah" is no mother's word.
_NO_ADDRESS = (
    r"(?:nenek|kakek|eyang|mbah|simbah|embah|nyokap|bokap|babeh|babe|enyak|emak|abah|ambu|bude|pakde|bulik|paklik|ortu"
    r"|orang ?tua|istri|bini|isteri|suami|laki|anak|mama|mamah|ayah|mertua|menantu|mantu|cucu|keponakan|ponakan|paman"
    r"|bibi|sepupu|saudara|sodara|tetangga|teman|temen|majikan|bos|boss|keluarga|pamajikan|salaki|budak|bojo|garwa"
    r"|putu|incu|nini|aki|putra|putri|rayi|raka|wife|husband|son|daughter|brother|sister)"
)
_KIN = rf"(?:{_NO_ADDRESS}|bapa|bapak|ibu|adik|adek|ade|kakak|abang|tante|om)"
_MR = r"(?:pak|bapak|bu|ibu|mas|mbak|almarhum|alm)"
_ANSWERS = r"(?:sudah|udah|sdh|belum|blm|saya|juga)"
_TO_YOU = r"(?:(?:pak|bu|mas|mbak|kak|bang|min|kang|teh) )?"
_OWN_CLAUSE = re.compile(
    rf"(?:(?:^|[,.;:!\n]\s*)(?:(?:kalo|kalau|klo|kl|lamun|upami|nek)\s+)?"
    rf"|\b(?P<but>tapi|tp|sedangkan|sdgkn|tinggal|cuma|cuman)\s+)(?P<own>{_MINE})(?:nya)?\s+"
    r"(?:(?:mah|sih|doang|doank|aja|sendiri|yang|yg|juga|jg|malah|kok|ko|masih|dewe|sorangan)\s+){0,3}"
    r"(?:sudah|udah|udeh|sdh|udh|dah|belum|blm|blom|belon|belom|acan|tos|atos|teu|sampun|dereng|durung|wis|wes|uwis|can|geus|juga)\b",
    re.IGNORECASE,
)
_RELATION = re.compile(
    rf"\b{_I} (?:\w+ )?{_KIN}(?:nya|na|ne|nipun)\b"  # saya istrinya
    rf"|^(?:maaf |punten |halo )?{_KIN}(?:nya|na|ne)\b(?! {_ANSWERS})"  # istrinya pak
    rf"|\b(?:ini|saya|ieu|iki|dengan) {_KIN} (?:dari )?{_MR}\b"  # ini anak pak Budi
    rf"|\b(?:i am|im|this is) (?:his|her) {_KIN}\b"
    rf"|(?<!dan )\b{_NO_ADDRESS} (?:\w+ )?{_MINE} "
    rf"(?:{_ANSWERS}|{_TO_YOU}(?:sudah|udah|belum|blm|tos|sampun|teu|dereng|mboten|tidak|tdk|gak|ga|nggak))\b"
    rf"|\b(?:buat|untuk|utk|bwt|kanggo|punya) (?:\w+ )?{_KIN}\b"
    rf"|\b(?:yang|yg|kalo|kalau|klo) (?:si )?{_KIN} (?:\w+ )?{_MINE}\b"  # kalo ibu saya sudah
    rf"|\b{_KIN} (?:\w+ )?{_MINE} (?:yang|yg) (?:jawab|balas|bales|nulis)"
    rf"|\bbukan saya yang (?:balas|jawab|bales|nulis|kirim)"
)
# Who only passes on what others say: "pak, kata mamah udah", "pak RT bilang sudah".
_ASIDES = (
    r"(?:(?:eh|oh|o|ah|nah|lho|loh|ya|iya|tapi|tp|kalo|kalau|klo|kl|terus|trus|maaf|punten|nuwun|sewu|halo|hallo"
    r"|assalamualaikum|selamat|pagi|siang|sore|malam|pak|bapak|bu|ibu|mas|mbak|kak|kang|teh|bang|min|om|tante|de|dek) )"
)
_SOURCE = r"(?:kata|katanya|kata nya|jare|jarene|ceunah|ceuk|cenah|saur|saurna|criosipun|sanjange|sanjangipun)"
_TOLD = r"(?:bilang|blg|bilangnya|ngomong|ngomongnya|ngendika|ngendiko|sanjang|nyarios|nyebut|says?|said)"
_DENIES = r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|enggak|kagak|kurang|mboten|ora|teu)"
_SPOKEN_FOR = re.compile(  # "ibu gak bisa baca, saya bacain. katanya udah", "disuruh bapak jawab belum"
    rf"^{_ASIDES}*(?:{_KIN}|(?:orang|yang) ?tua)(?:nya|na|ne)?(?: {_MINE})? {_DENIES} (?:bisa |iso |tiasa |saged )?"
    r"(?:baca|maca|nulis|ngetik|ngerti|paham|ngartos|dengar|denger|lihat|liat|jelas)\w*\b.*\b(?:kata\w*|bilang|jare\w*|ceunah)\b"
    rf"|\bdisuruh (?:sama |ku |karo )?{_KIN}(?:nya|na|ne)?(?: {_MINE})? (?:jawab|balas|bales|bilang|nulis|ngetik)\b"
    r"|^(?:saya|aku|sy|ini) (?:masih |baru |anak )?(?:kelas|kls) \d+\b(?!.*\bbpjs\b)"
)
_DEPARTED = re.compile(  # "nenek udah ga ada pak": whoever writes so is somebody else
    rf"\b{_KIN}(?:nya|na|ne|e)?(?: {_MINE})? (?:sudah|udah|sdh|udh|dah|sampun|wis|tos|parantos) "
    r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|mboten|ora|teu|kagak) (?:ada|wonten|ana|ono|aya)\b"
    r"(?! (?:kartu|bpjs|uang|yang|yg|di|kabar|hp|nomor|nomer|kerja\w*))"
)
_POST = r"(?:rt|rw|lurah|kelurahan|kecamatan|posyandu|dasawisma|koordinator|korlap|mandor)(?:nya|na)?"
_HOLDER = r"(?:pak|bapak|bu|ibu|ketua|pengurus|petugas|kader|staf|sekretaris)"
_OFFICE = re.compile(
    r"(?<!\boh )(?<!\bo )(?<!\boh ini )\b(?:ini|saya|sy|aku|kami|selaku|sebagai|dari|ieu|iki) (?:\w+ )?"
    rf"(?:{_POST}\b(?! ?\d| (?:kosong|nol))|(?:{_HOLDER} )+{_POST}\b)"
    r"|\b(?:warga|anggota|karyawan|anak buah|pembantu) (?:saya|kami|abdi|kula)\b"
)
_HEARSAY = re.compile(
    rf"^{_ASIDES}*{_SOURCE}\b"
    rf"|^{_ASIDES}*(?:{_KIN}(?:nya|na|ne)?|(?:{_HOLDER} )*{_POST}|kader|petugas)(?: {_MINE})? (?:\w+ )?{_TOLD}\b"
)
_SIGNED = re.compile(
    r"\b(?:ttd|tertanda|hormat saya|nama saya|nami abdi|my name is)\b\W+(?:pak |bu |bapak |ibu )?([a-z]{3,})"
)
_FROM_THE_RT = re.compile(r"\s*(?:pak |bu |ketua )?r[tw]\s*\.?\s*\d{1,3}\s*:", re.IGNORECASE)  # "RT 003: sudah"
_OWN_HOME = re.compile(r"\b(?:warga|orang|tinggal|di|domisili|alamat) (?:\w+ )?(?:rt|rw)\b")
_NUMBER = r"(?:(?:nomor|nomer|nmr|no|number)(?: hp| wa)?(?: ini)?|nomornya|nomernya)"
_CHANGED = r"(?:ganti|berganti|pindah|beralih|milik|punya|dipakai|dipake|dipegang)"
_NOT = r"(?:bukan|bkn|sanes|lain|dudu|dede|bukanlah)"
_SINCE = r"(?:(?:sudah|udah|udh|sdh|dah|skrg|sekarang) )"
# Said of this very number, whatever else is said.
_ANOTHERS_PHONE = re.compile(  # "ini hp suami, saya belum": whose "saya" that is nobody can tell
    rf"^{_ASIDES}*(?:ini|ieu|iki|niki) (?:hp|hape|nomor|nomer|nmr|no) (?:hp |wa |punya |milik |si )*"
    rf"(?:{_NO_ADDRESS}(?:nya|ku|na|ne)?\b|{_KIN} {_MINE}\b)"
)
_STRANGER = re.compile(
    rf"\b{_NUMBER} {_SINCE}*{_CHANGED} (?:\w+ )?(?:orang|pemilik|tangan|org)\b"
    rf"|\byang punya (?:hp|nomor|nomer|no)(?:nya)? {_SINCE}?ganti\b"
    rf"|\b{_NUMBER} {_SINCE}?(?:di ?jual|bukan (?:punya|milik))\b"
    rf"|\b{_NUMBER} (?:\w+ )?baru (?:saya )?(?:beli|dibeli)\b"
    rf"|\b{_NUMBER} (?!(?:saya|sy|aku|abdi|rekening|kartu)\b)(?:\w+ )?{_SINCE}ganti\b"  # "nomor Dewi udah ganti"
    r"|\b(?:pemakai|pengguna|pemilik|(?:yang|yg) (?:pakai|pake)) baru\b"
    rf"|\b(?:hp|hape|nomor|nomer|no)(?: ini)? {_SINCE}(?:saya|sy|aku|abdi|gue|ane) beli (?:dari|sama|ti)\b"
    r"|\b(?:nemu|nemuin|nemukan|menemukan|mendak) (?:hp|hape|nomor|nomer|kartu (?:sim|hp|perdana)|sim ?card)\b"
    rf"|\b(?:yang|yg) (?:dulu|sebelumnya|duluan) (?:pake|pakai|make|punya) {_NUMBER}\b"
    rf"|\b(?:yang|yg) punya (?:nama|nomor|nomer|no|hp)(?:nya)? {_SINCE}(?:pindah|ganti)\b"
    rf"|\bdulu(?:nya)? (?:nomor|nomer|no)(?:nya)? \w+(?: \w+)? (?:skrg|sekarang) (?:punya|milik|dipakai) {_MINE}\b"
    r"|\bsalah (?:sambung|alamat sms)\b|^(?:i am|i m|im) not (?:him|her|the one|that person)\b"
    rf"|^(?:maaf |punten |sorry )?(?:ini |eta |itu )?{_NOT} (?:saya|sy|abdi|aku|kula|kulo|gue|aye)"
    r"(?: (?:pak|bu|mas|mbak|kak|bang|orangnya|ini|yang dimaksud))*$"
)
# So where nothing else is said: cards go to the wrong person too, and heads of RT change.
_PERHAPS = re.compile(
    r"\bsalah (?:nomor|nomer|no|orang|org)\b|\bwrong (?:number|person)\b|\bnot me\b"
    rf"|\b{_SINCE}(?:ganti|bukan) (?:orang|org|orangnya|pemilik|pemiliknya)\b|\bganti (?:orang|pemilik|yang punya)\b"
    r"|\b(?:tidak|tdk|gak|ga|nggak|ngga|gk|teu|ora|kagak) kenal (?:sama |dengan |ke )?(?:orang|dia|beliau|namanya)"
)
_THINGS_OF_LIFE = re.compile(
    r"\b(?:kartu|kartunya|card|nik|ktp|rekening|data|petugas|petugasnya|rt|rw|lurah|motor|uang|duit|iuran|bank|dana)\b"
)
_NAMED = r"\b(?:bukan|bkn|sanes|dudu) (?:nomor|nomer|no|hp)?(?:nya)? ?(?:(?:si|pak|bapak|bu|ibu|mas|mbak|kang|teh) )?"
_TITLES = frozenset(["haji", "hajah", "drs", "dra"])
_SHORTEST = 3  # letters: shorter ones are parts of other words


_LENT = r"(?:pinjem|pinjam|minjem|minjam|nyilih|nginjeum)"
_BORROWED = re.compile(rf"\b(?:cuma|cuman|hanya|lagi) {_LENT} (?:hp|hape)\b")
_STATE = r"(?:sudah|udah|udh|sdh|belum|blm|belom|blom|durung|dereng|sampun|tos|teu acan)"


def _is_spoken_of(said: str, name: str) -> bool:
    """Whether somebody else speaks of the asked one ("pak Budi belum dapet", "Budinya lagi kerja") or has his phone."""
    called = re.escape(name)
    return (
        re.match(rf"{_ASIDES}*(?:pak|bapak|bu|ibu|mas|mbak|bang|kang|teh|si) {called}(?: \w+)? {_STATE}\b", said)
        or re.search(rf"\b{called} ?(?:nya|na|ne)? (?:lagi|lg|sedang|nuju|sakit)\b", said)
        or re.search(rf"\b{_LENT} (?:hp|hape) (?:\w+ )?{called}\b", said)
    ) is not None


def speaker(text: str, asked: str, others: Iterable[str] = ()) -> Speaker:
    """Who speaks in a text, asked for a worker of this name on a phone that answers for these other ones as well."""
    said = spoken(text)
    own = names_of(asked)
    theirs = {name for other in others for name in names_of(other)} - own
    if not theirs.isdisjoint(said.split()):  # even where the asked one is named too: "saya Umaya, Rika sudah"
        return "another"
    of_kin = says_it_of_kin(text, own) or any(cue.search(said) for cue in (_RELATION, _HEARSAY, _SPOKEN_FOR, _DEPARTED))
    of_himself = _own(text) is not None
    if (of_kin and not of_himself and not speaks_of_both(text)) or (of_himself and _ANOTHERS_PHONE.search(said)):
        return "relation"
    if (_OFFICE.search(said) and not _OWN_HOME.search(said)) or _FROM_THE_RT.match(text):
        return "office"
    if (signed := _SIGNED.search(said)) and own and not _is_called(signed[1], own):
        return "another"
    if any(re.match(rf"{_ASIDES}*(?:si )?{name} (?:\w+ )?{_TOLD}\b", said) for name in own):  # "dewi bilang udah"
        return "relation"
    if _BORROWED.search(said) or any(_is_spoken_of(said, name) for name in own):
        return "relation"
    if _STRANGER.search(said) or any(re.search(rf"{_NAMED}{re.escape(name)}\b", said) for name in own):
        return "stranger"
    if any(_is_gone_from_it(said, name) for name in own) or _gives_another_name(text, own):
        return "stranger"
    if _PERHAPS.search(said) and not _THINGS_OF_LIFE.search(said) and not _says_more(text):
        return "stranger"
    if any(re.search(rf"\bkenal (?:sama |dengan )?(?:pak |bu )?{re.escape(name)}\b", said) for name in own):
        return "stranger"
    return "another" if _answers_for_two(text, own) else "self"


_OF_ANOTHER = re.compile(
    rf"\b{_KIN} (?:yang |yg )?{_MINE}\b"
    rf"|\b(?:buat|untuk|utk|bwt|kanggo|kalo|kalau|klo|kl|punya|yang|yg) (?:si )?{_KIN}\b"
)


def speaks_of_another(text: str) -> bool:
    """Whether it names a relation: "kalo mamah saya", "buat suami": what comes right behind is said of that one."""
    said = spoken(text)
    return _OF_ANOTHER.search(said) is not None or _RELATION.search(said) is not None


_SAYS_I = re.compile(rf"\b(?:{_MINE}|i|im|kami)\b")
_IN_PERSON = re.compile(
    rf"(?<!kalo )(?<!kalau )(?<!klo )(?<!kl )(?<!tapi )(?<!tp )\b{_MINE}"
    r" (?:sendiri|langsung|pribadi|nyalira|piyambak|dewe)\b"
    r"|\borang(?:nya|na|ne) (?:sendiri|langsung|ini)\b|\b(?:ini|ieu|iki|niki) orang(?:nya|na|ne)\b"
)


def speaks_of_himself(text: str, asked: str) -> bool:
    """Whether a text says "I" without saying that this is the asked one: "kalo saya belum", "saya belum punya"."""
    said = spoken(text)
    named = not names_of(asked).isdisjoint(said.split())
    return _SAYS_I.search(said) is not None and _IN_PERSON.search(said) is None and not named


_INTRODUCED = re.compile(
    rf"^(?:ini|ieu|iki|niki|dengan|dgn) (?!(?:kartu|nomor|nomer|no|hp|data|nama|buat|untuk)\b)(?:\w+ ){{1,2}}{_MINE}\b"
)


def introduces_somebody(text: str) -> bool:
    """Whether it begins by saying who speaks: "ini Wati, saya belum" goes on with nothing before it."""
    return _INTRODUCED.search(spoken(text)) is not None


def _own(text: str) -> re.Match[str] | None:
    """Where somebody says "I have" or "I have not"; behind what others say, "but I have not seen it" says neither."""
    own = _OWN_CLAUSE.search(text)
    return None if own is not None and own["but"] and _HEARSAY.search(spoken(text)) else own


def own_clause(text: str) -> str:
    """What somebody says of himself beside another: "istri saya yg terdaftar, saya belum", "ane udah, bini belum"; ""
    where nobody else is spoken of."""
    own = _own(text)
    if own is None:
        return ""
    start = own.start("own")
    clause = _TURNS.split(text[start:])[0]
    others = re.search(rf"\b{_KIN}\b", spoken(text[:start])) or is_all_of_kin(text[start + len(clause) :])
    return clause if others else ""


def _says_more(text: str) -> bool:
    understood = understand(text)
    return understood.sure and understood.meaning in ("yes", "no", "grievance")


_TURNS = re.compile(r"[,;.\n]+|\b(?:tapi|tp|sedangkan|kalau|kalo|klo|dan)\b", re.IGNORECASE)
_SAYS = re.compile(
    r"(?:(?:si|pak|bu|mas|mbak|kang|teh) )?([a-z]{3,}) "
    r"(?:(sudah|udah|sdh|udh|tos|sampun)|(?:belum|blm|tidak|tdk|gak|ga|nggak|teu|dereng|mboten))"
    r"(?: (?:terdaftar|daftar|didaftarkan|dapat|punya|tahu|tau|pernah|pak|bu))*"
)
_THINGS = word_set(
    "kartu bpjs iuran uang sms saya kami aku abdi sekarang masih memang juga istri anak suami surat data dana"
    " saldo bantuan bansos program tapi yang dia semua cuma hanya kartunya uangnya suratnya anaknya istrinya"
)


def _answers_for_two(text: str, own: set[str]) -> bool:
    """Whether the asked one and somebody else are named, each with another answer: "Salman sudah, Ahmad belum"."""
    said = [found for clause in _TURNS.split(text) if (found := _SAYS.fullmatch(spoken(clause)))]
    mine = {bool(found[2]) for found in said if found[1] in own}
    others = {bool(found[2]) for found in said if found[1] not in own and found[1] not in _THINGS}
    return bool(mine and others and mine != others)


def _is_called(name: str, own: set[str]) -> bool:
    """Whether a name may be short for one of these: Sulis for Sulistiawati. "nama saya salah" names nobody."""
    return name in _NO_NAMES or any(mine.startswith(name[:3]) for mine in own)


_NO_NAMES = frozenset(
    ("salah", "sudah", "belum", "tidak", "ada", "masuk", "terdaftar", "muncul", "juga", "yang", "memang", "kok", "beda")
)


# "bukan, ini Andi": another name, where none of ours is one.
_I_AM_ANOTHER = re.compile(
    r"\W*(?:maaf\W+|punten\W+)?(?:bukan|bkn|sanes|dudu)(?:\s+(?:pak|bu|mas|mbak|kak))?\s*[,.!]\s*(?:ini|saya|sy|aku|dengan)\s+"
    r"(?:dengan\s+)?(?:(?:pak|bu|mas|mbak|bang|kang)\s+)?(?P<name>[A-Za-z]{3,})\W*",
    re.IGNORECASE,
)


def _gives_another_name(text: str, own: set[str]) -> bool:
    found = _I_AM_ANOTHER.fullmatch(text)
    if found is None:
        return False
    name = found["name"].casefold()
    return name not in own and name not in KNOWN and found["name"][0].isupper()


_GONE_FROM_IT = (
    rf"{_SINCE}?(?:ganti (?:nomor|nomer|nmr|no|hp|hape)|(?:tidak|tdk|gak|ga|nggak|ngga) (?:pake|pakai|make|di)"
    r" (?:nomor|nomer|no|hp)(?: ini)?)\b"
)


def _is_gone_from_it(said: str, name: str) -> bool:
    """Whether somebody else says that the asked one has another number: "dewi udah ganti nomor"."""
    called = re.match(rf"{_ASIDES}*(?:si )?{name[:_CALLED]}\w* ?(?:nya )?{_GONE_FROM_IT}", said)
    return called is not None and re.search(rf"\b{_MINE}\b", said) is None


_CALLED = 5  # letters: Sulis for Sulistiawati


def names_of(name: str) -> set[str]:
    """The words of a name by which somebody may be called."""
    return {word for word in spoken(name).split() if len(word) >= _SHORTEST} - COURTESIES - _TITLES
