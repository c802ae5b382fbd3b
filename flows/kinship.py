"""A state that is said of somebody else: "kalo istri belum", "laki ane blm pny", "temen2 udah pada dapet". Pure.

Who is spoken of is the subject of a short sentence, with whoever it belongs to: kin, whom one works for or with,
neighbours, "dia" and "mereka", in words of Indonesian, Betawi, Sundanese and Javanese; the rest is compared in words of
the lexicon. Some are said to whoever reads as well: "belum pak", "om, saya belum", "bos, ane udah" are the writer's
own. Where a long one stands bare before a state ("bapak belum", "bos udah", "ibu saya sudah"), nobody can tell a father
from the officer who is spoken to: then it is not the worker's own word either, and the worker is asked for by name.
"""

import re
from collections.abc import Collection, Sequence

from flows.lexicon import COLLAPSED, KNOWN, without_repeats
from flows.reading import COURTESIES, spoken, word_set

# Who speaks of himself, as it is written.
MINE = r"(?:saya|sy|sya|aku|ak|abdi|kula|kulo|gue|gw|gua|gwa|gwe|aye|ane|kuring|simkuring|urang|dalem|awak|kami|kita)"
# Nobody calls an office so.
_RELATIVES = (
    r"adi[ck]? ipar|adek ipar|ade ipar|kakak ipar|kaka ipar|kakang ipar|abang ipar|bapak mertua|ibu mertua"
    r"|istri|isteri|bini|suami|suamik|ibu negara|orang rumah|(?:yang|nu) (?:di )?rumah|paksu|pak su|bu su|hubby|laki"
    r"|lakik|misua|salaki|pamajikan|bojo|garwa|garwo|semah"
    r"|semahan|rayat|yang (?:lanang|wedok|wadon)|pacar|tunangan|ayang"
    r"|(?:cowok|cewek|mantan|calon|kk|adi|adhi|tulang|lae|ito|nci|ncik) saya"
    r"|anak|bocah|lare|putra|putera|putri|putro|budak|barudak|cikal|incu|putu|cucu|buyut|mertua|martua|maratua"
    r"|morotuwo|moro sepuh|marasepuh|mitoha|menantu|mantu|minantu|ipar|ipe|besan|keponakan|ponakan|kemenakan"
    r"|kaponakan|alo|suan|sepupu|misan|sodara|saudara|sadulur|dulur|sedulur|kembaran|ortu|orang ?tua|wong tuwo"
    r"|tiyang sepuh|kolot|bokap|nyokap|emak|mamak|mak|enyak|nyak|babe|babeh|mama|mamah|mami|mamih|papa|papah|papi|ayah"
    r"|abah|abi|ambu|umi|ummi|indung|biang|ema|bapane|bapake|ibune|simbok|pakde|pakdhe|bude|budhe|bulik|paklik|paklek"
    r"|bulek|paman|bibi|uwak|uwa|encing|ncing|encang|ncang|engkong|nenek|kakek|eyang|mbah|simbah|embah|nini|aki"
    r"|lanceuk|rayi|raka|rai|mbakyu|kangmas|keluarga|kulawarga|family|opung|ompung|wife|husband|brother|sister|mother"
    r"|father"
    # Whoever says so speaks of the asked one, or of somebody at home.
    r"|dia|die|doi|dese|beliau|anjeunna|manehna|maneehna|dheweke|deweke|piyambake|piyambakipun"
    r"|orangnya|orange|jalmina|yang punya [a-z]+"
)
_COMPANIONS = (
    r"tetangga|tetangge|tatangga|tatanggi|tanggi|tonggo|sesama [a-z]+|teman|temen|tmn|kanca|konco|rencang|rerencangan"
    r"|batur|babaturan|bestie|sahabat|sohib|rekan"
    r"|kolega|sejawat|partner|friend|friends|anak buah|karyawan|pegawai|langganan|pelanggan|penumpang|pembeli|penghuni"
    r"|(?:pekerja|pembantu|art|asisten|baby sitter|kuli|kenek|kernet|sopir|supir|driver|tukang|staff|staf|kru|crew|tim"
    r"|geng|genk|murid|siswa|santri|satpam|anggota) saya"
    r"|warga(?! r[tw]\b)|majikan|dunungan|atasan|pimpinan|owner|pemilik"
    r"|(?:pedagang|tukang|ojol|ojek|angkot|driver|sopir|supir|pemulung|kuli|buruh|orang|org|wong|jalma|warga|yang|yg"
    r"|nu|sing)"
    r" (?:lain|laen|lainnya|lainnye|lianna|liyane|sanes|sebelah|sini|sana|kampung)|lainnya|liyane"
    r"|semua orang|orangorang|mereka|mrk|aranjeunna"
)
_NEVER_CALLED = rf"(?:{_RELATIVES}|{_COMPANIONS})"
# Said to whoever reads as well; the short forms beside them ("pak", "bu", "mas") are hardly ever a subject.
_ALSO_CALLED = (
    r"(?:bapak|bapa|ibu|ibuk|kakak|kakang|abang|adik|adek|ade|tante|om|teteh|aa|mpok|empok|cici|koko|amang|inang"
    r"|kawan|sobat|(?:(?:pak|bu|bang|mas|mbak) )?"
    r"(?:bos|boss|juragan|tuan|nyonya|ndoro|mandor|toke|tauke|bandar|cukong|haji|hajah|komandan|rt|rw|lurah|ustad"
    r"|ustadz|guru|ketua|kader|koordinator|korlap|pengurus))"
)
_SHORT = r"(?:mas|mbak|mba|mbok|kak|kaka|bang|kang|teh|mang|bi|dik|dek|neng)"
_HUMBLE = rf"pun (?:{_NEVER_CALLED}|{_ALSO_CALLED}|adi|adhi|rama|ua)"  # Sundanese, of one's own kin alone
_SUFFIX = r"(?: ?nya|nye|na|ne|e| ?ku|kula|ipun|nipun)?"
_ASIDE = (
    r"(?:(?:eh|oh|o|ah|nah|lah|lho|loh|wah|ya|tapi|terus|maaf|punten|terimakasih|sewu|halo|salam|alhamdulillah|ok"
    r"|selamat|met|pagi|siang|sore|malam|malem|wr|wb"
    r"|soalnya|karena|katanya|dengar|denger|baru|cuma|tinggal|kecuali|kan|pak|bu|mas|mbak|kak|kang|teh|bang|gan|min) )*"
)
_AND = rf"(?:(?: saya)?(?: (?:dan|sama))? (?:{_NEVER_CALLED}|{_ALSO_CALLED}){_SUFFIX})?"  # "emak babe", "anak bini"
_OF = r"(?:(?:kalau|upami|nek|yen|untuk|punya|yang|si) )"
_WHERE = r"(?:yang|di|dari|satu|nu|sing|ing|tempat)"  # and one word more: "yang kedua", "di kampung"
_SEX = r"(?:laki|lelaki|cowok|cowo|perempuan|prempuan|cewek|cewe|lanang|wadon|wedok|awewe|lalaki|estri|jaler)"
_PARTICLE = (
    r"(?: (?:saya|mah|sih|tuh|teh|mh|ge|juga|pun|kandung|pertama|kedua|ketiga|sulung|bungsu|gede|kecil|muda|tua|siri"
    r"|tercinta|sendiri|malah|kok|ko|koq|baru|semua|pada|podo|doang|cuma|saja|emang|memang|rumah|sebelah|imah|omah"
    r"|kerja"
    rf"|kantor|pangkalan|pasar|grup|group|kampung|sini|sana|sekarang|se[a-z]{{4,}}|{_SEX}|{_WHERE} [a-z]+|yang|di))*"
)
# What is so or is not so; a verb may stand for it: "istri dapet", "bini punya kartu".
_YET = (
    r"(?:sudah|belum|tidak|masih|already|dapat|punya|ada|terdaftar|kebagian|aktif|terima|pada"
    r"|kenapa (?:sudah|belum|tidak)|baru (?:dapat|daftar|terima|punya))"
)
_ANY = (  # "temen ojol", "warga rt 3", "tetangga kiri kanan"; not "anak dua", nor who does something
    r"(?: (?!(?:sudah|belum|tidak|masih|saya|dan|sama|kata|katanya|bilang|mau|bisa|boleh|minta|suruh|disuruh|yang|tapi"
    r"|kalau|untuk|apa|kapan|gimana|kenapa|satu|dua|tiga|empat|lima|enam|daftar|jadi|urus|proses|cuma|janda"
    r"|single)\b)[a-z]+"
    r"(?: \d+)?){0,2}"
)
# "adek ane yang jualan cilok belum": what somebody does, who is spoken of.
_WHO = (
    r"(?: (?:yang|nu|sing)"
    r"(?: (?!(?:sudah|belum|tidak|masih|saya|kamu|tapi|kalau|kata|katanya|bilang|pada)\b)[a-z]+){1,4}"
    r"(?: (?:mah|sih|tuh|teh|ge|juga|pun|pada))*)?"
)
# A word more may stand before it is said whose they are: "temen ojol ane". "warga sini, saya belum" is the writer.
_OTHERS = rf"(?!(?:warga|karyawan|pegawai|penghuni)\b)(?:{_COMPANIONS})"
_AT_WORK = (
    r"(?:kerja|kerjaan|proyek|pabrik|toko|warung|pasar|gudang|bengkel|pangkalan|kantor|kampung|gang|ojol|ojek|lapak)"
)
_VOCATIVES = word_set("pak bapak bpk bu ibu mas mbak mba kak bang kang teh om tante min gan")
_OF_THE_COVER = COURTESIES | word_set(
    "dapat terima terdaftar daftar didata punya ada kartu bpjs ketenagakerjaan pernah juga semua sama sekali aktif ikut"
    " masuk jadi mah sih nih tuh ya teh kok euy lah to tho ge deng ding masih sekarang sampai ini itu lagi malah kalau"
    " sudah belum tidak oleh kasih ngasih dikasih kebagian kabagean pegang kayaknya katanya peserta lama baru kemarin"
    " tadi dulu dari kantor pabrik tempat kerja kerjanya tahun bulan minggu lalu kelurahan rt rw gratis pada mulai"
    " doang saja cuma emang podo maksud padahal halo maaf terimakasih ternyata sami gitu di sini yang"
    " bayar mbayar iuran iurannya setor nyetor proses ambil ngambil"
    " didaftarin didaftarkan didaptarkeun didaftarke didatain gimana kapan mana caranya bisa boleh apa kenapa berapa"
)
_KEPT = frozenset(re.findall(r"[a-z]+", rf"{_NEVER_CALLED}|{_ALSO_CALLED}|{_SHORT}")) - word_set(
    "yang yg nu sing lain punya gaduh boga no nomor nomer hp su orang org wong"
) | word_set("pun saya wong my")
# Beside what the lexicon has for them.
_AS_WELL = dict.fromkeys(("kuring", "awak", "gwa"), "saya") | dict.fromkeys(("pd", "pade", "podo"), "pada")
_AS_WELL |= {"nyang": "yang", "same": "sama", "ame": "sama"}
# "didaftarin majikan", "majikan ga daftarin": who does it, or does not, is not whose state it is.
_DONE_BY = re.compile(r"di\w+(?:in|kan|keun)|(?:men|n|nga)?da[fp]tar(?:in|kan|keun|ke|no)")
_TWICE = re.compile(r"\b([a-z]{3,})(?: \1(nya|ku|ne|na|e)?|2(nya|ku|ne|na|an|e)?)\b")

_OF_KIN = re.compile(
    rf"^{_ASIDE}(?:kenapa )?(?:{_OF}|my )?(?:(?:calon|mantan|almarhum|meninggal|bekas) )?"
    rf"(?:{_HUMBLE}|(?P<kin>(?P<others>{_OTHERS})|{_NEVER_CALLED})){_SUFFIX}(?!(?<=\blaki) laki)"
    rf"{_AND}{_PARTICLE}{_ANY}(?(others)(?: saya{_PARTICLE})?|){_WHO} {_YET}\b(?P<rest>.*)$"
)
_OF_ONE_NAMED = re.compile(
    rf"^{_ASIDE}(?:(?:om|tante|pak|bu) )?{_OF}(?:si )?(?P<kin>{_ALSO_CALLED}|{_SHORT}){_SUFFIX}{_PARTICLE}{_WHO}"
    rf" {_YET}\b(?P<rest>.*)$"
)
_PERHAPS = re.compile(  # "ya bapak sudah" is said to him
    rf"^(?!ya ){_ASIDE}(?P<kin>{_ALSO_CALLED}){_SUFFIX}{_AND}(?: (?:{_SEX}|{_AT_WORK})){{0,2}}(?: saya)?"
    rf"(?: (?:mah|sih|tuh|ge|juga|malah|pada|semua|{_WHERE} [a-z]+))*{_WHO} {_YET}\b(?P<rest>.*)$"
)
_TITLED = re.compile(  # "si udin belum", "kalo pak darto udah"; "bu rina, belum" may be said to her
    rf"^{_ASIDE}(?:{_OF}(?:pak|bu|mas|mbak|kang|teh|bi|bang|mpok|om|tante|kak)|si|mang|ceu) (?P<named>[a-z]{{3,}})"
    rf"(?: (?:mah|sih|tuh|ge|juga|malah|pada))* {_YET}\b(?P<rest>.*)$"
)
_TO_ANOTHER = re.compile(rf"^(?P<kin>{_SHORT}) saya {_YET}\b(?P<rest>.*) (?P<called>\w+)$")
_BY_OR_AT = (
    r"(?!.*\b(?:sama|dari|bareng|di|ke|oleh|lewat|kantor|rumah|tempat) (?:\w+ )?\w+$)"  # "sudah daftar sama suami"
)
_FEW = r"(?: (?!(?:sudah|yang)\b)\w+){0,3}?"
_HARDLY = r"(?:mak|ema|abah|mbah|eyang|papa|papah|semua|orang)\b"  # "belum mak": to somebody, "ga papa": "never mind"
_BEHIND = re.compile(
    rf"^{_BY_OR_AT}{_ASIDE}{_YET}(?P<rest>{_FEW}(?<!in)(?<!kan)(?<!keun)|{_FEW}(?! (?:{_COMPANIONS})))"
    rf" (?:{_OF}?(?:{_HUMBLE}|(?P<kin>(?!{_HARDLY}){_NEVER_CALLED})){_SUFFIX}"
    rf"|(?:{_OF}{_ALSO_CALLED}{_SUFFIX}|{_ALSO_CALLED} saya))"
    r"(?: saya)?(?: (?:mah|sih|tuh|ge|juga|pada|semua|pak|bu|mas|mbak|kak|bang|kang|teh))*$"
)
_WHOSE = (
    r"(?:itu|ini|iku|kuwi|niku|iki|niki|maksud(?:nya)?(?: saya)?|bukan(?: saya)?|salah|ternyata|untuk|punya"
    r"|yang(?: (?:sudah|belum|punya|dapat|terdaftar|aktif))?(?: cuma)?)"
)
_MEANT = re.compile(  # "eh itu mah bini ane", "maksudnya istri saya", "yang udah laki ane"
    rf"^{_ASIDE}(?:{_WHOSE}(?: (?:mah|teh|sih|tuh|juga))* )*(?:si )?"
    rf"(?:(?P<kin>(?!di[ae]\b){_NEVER_CALLED}){_SUFFIX}{_AND}(?: saya)?|{_ALSO_CALLED}(?: saya|ku|kula))"
    r"(?P<rest>(?: (?:mah|sih|tuh|teh|ding|deng|maksud|ternyata|juga|doang|itu|tadi"
    r"|yang (?:sudah|belum|punya|dapat)))*)"
    r"(?: (?:pak|bu|mas|mbak|kak|bang|kang|teh|ya))*$"
)
_CALLED_FIRST = re.compile(rf"^\W*{_ASIDE}{_ALSO_CALLED}(?:ku)?\s*[,.;:!]", re.IGNORECASE)
_MORE = 6  # words behind the state; who says more tells something else

_WITH = r"(?:sama|ama|sm|dan|dgn|dengan|bareng|jeung|sareng|karo|kalih|serta|n|plus|and)"
_TOGETHER = re.compile(
    rf"\b{MINE} {_WITH} (?:si )?(?:{_NEVER_CALLED}|{_ALSO_CALLED})|\b(?:{_NEVER_CALLED}|{_ALSO_CALLED}){_SUFFIX}"
    rf"(?: {MINE})? {_WITH} {MINE}\b"
)
_BARE = re.compile(rf"{_ASIDE}(?:sudah|belum)(?: \w+){{0,2}}$")  # one's own, where no other is named
_ASKED_ABOUT = re.compile(
    rf"^{_ASIDE}(?:kenapa |kok )?(?:(?:{_OF}|my )?(?:{_HUMBLE}|(?P<kin>{_NEVER_CALLED})){_SUFFIX}"
    rf"|{_OF}{_ALSO_CALLED}{_SUFFIX}|{_ALSO_CALLED}{_SUFFIX} saya)\b(?P<rest>.*)$"
)
_ASKING = word_set(
    "gimana kapan mana caranya bisa boleh bolehkah bisakah apa kenapa kok ko koq berapa siapa gimananya syaratnya harus"
)


def says_it_of_kin(text: str, own: Collection[str] = ()) -> bool:
    """Whether a short sentence says of somebody else, not of the writer, that it is so or is not so.

    `own` are the words of the asked one's name: Putri who writes "Putri sudah" is nobody's daughter.
    """
    return any(is_all_of_kin(part, own) for part in {text, _from_what_is_told(text)}) or _is_told_of_kin_first(
        text, own
    )


_SPOKEN_OF = re.compile(  # "laki ane tukang parkir bang", "ada tetangga saya janda"
    rf"^{_ASIDE}(?:ada )?(?:{_HUMBLE}|(?:(?P<kin>{_NEVER_CALLED})|{_ALSO_CALLED}){_SUFFIX} saya)"
    r"(?: (?!(?:sudah|belum|tidak|saya)\b)[a-z]+){1,4}$"
)


def _is_told_of_kin_first(text: str, own: Collection[str]) -> bool:
    """Whether one clause tells who somebody else is, and the next one, which names nobody, that it is so or not so:
    "laki ane tukang parkir bang, belom punya"."""
    first, *rest = [_plainly(clause[0]) for clause in _CLAUSE.finditer(text)] or [""]
    found = _SPOKEN_OF.search(first)
    if found is None or not rest or not set((found["kin"] or "").split()).isdisjoint(own):
        return False
    return any(_BARE.search(clause) for clause in rest[:1]) and not any("saya" in clause.split() for clause in rest)


def is_all_of_kin(text: str, own: Collection[str] = ()) -> bool:
    """Whether it says so with nothing before it but courtesies."""
    said = _plainly(text)
    patterns = [_OF_KIN, _OF_ONE_NAMED, _BEHIND, _TITLED, _MEANT]
    if not _CALLED_FIRST.search(text):
        patterns += [_PERHAPS, _TO_ANOTHER]
    return any(_is_said(found, own) for pattern in patterns if (found := pattern.search(said)))


_CLAUSE = re.compile(r"[^,.;:!\n]+[,.;:!\n]*")
_TOLD = re.compile(rf"\b{_YET}\b")


def _from_what_is_told(text: str) -> str:
    """The text from the first clause that says something of the cover: without "met pagi pak, saya Budi."."""
    return next((text[one.start() :] for one in _CLAUSE.finditer(text) if _TOLD.search(_plainly(one[0]))), text)


def says_it_of_companions(text: str) -> bool:
    """Whether it is said of friends, neighbours or whom one works for: who says so speaks of himself next."""
    said = _plainly(text)
    found = (pattern.search(said) for pattern in (_OF_KIN, _BEHIND, _PERHAPS))
    kin = next((one["kin"] for one in found if one is not None and one["kin"]), "")
    return (
        re.fullmatch(rf"{_COMPANIONS}|(?:\w+ )?(?:bos|boss|juragan|tuan|nyonya|ndoro|mandor|kawan|sobat)", kin)
        is not None
    )


def asks_of_kin(text: str, own: Collection[str] = ()) -> bool:
    """Whether it asks about somebody else, which answers nothing: "kalo istri ane gmn", "anak saya boleh ikut ga"."""
    found = _ASKED_ABOUT.search(_plainly(text))
    if found is None or not set((found["kin"] or "").split()).isdisjoint(own):
        return False
    rest = found["rest"].split()
    return ("?" in text or not _ASKING.isdisjoint(rest)) and "saya" not in rest[1:]


def speaks_of_both(text: str) -> bool:
    """Whether somebody speaks of himself and of another in one breath: "saya sama istri belum", "udah, istri juga"."""
    first, *others = [_plainly(one[0]) for one in _CLAUSE.finditer(text)] or [""]
    too = any("juga" in clause.split() for clause in others)
    return _TOGETHER.search(spoken(text)) is not None or (too and _BARE.match(first) is not None)


def _plainly(text: str) -> str:
    """The words of a text as the lexicon has them, those for somebody as they stand: "temen saya belum"."""
    return " ".join(map(_plain, _TWICE.sub(_once, spoken(text)).split()))


def _once(found: re.Match[str]) -> str:
    """What is said twice for several, once: "temen2" is "temen"; "laki-laki" is a man, "bapak-bapak" are others."""
    kept = {"laki": "laki laki"}.get(
        found[1], "orangorang" if found[1] in ("orang", "bapak", "ibu", "emak") else found[1]
    )
    return f"{kept}{found[2] or found[3] or ''}"


def _plain(word: str) -> str:
    if word in _KEPT or _DONE_BY.fullmatch(word):
        return word
    known = _AS_WELL.get(word) or KNOWN.get(word) or COLLAPSED.get(without_repeats(word))
    stem = word.removesuffix("nya")
    return known or KNOWN.get(stem, stem if stem in _OF_THE_COVER else word)


def _is_said(found: re.Match[str], own: Collection[str]) -> bool:
    given = found.groupdict()
    kin, called, named = given.get("kin") or "", given.get("called"), given.get("named")
    if named is not None and (named in KNOWN or any(name.startswith(named[:3]) for name in own)):
        return False
    if not set(kin.split()).isdisjoint(own) or (called is not None and called not in _VOCATIVES - {kin}):
        return False
    rest = given["rest"].split()
    if len(rest) <= _MORE and _OF_THE_COVER.issuperset(rest):
        return True
    return found.re is not _BEHIND and found.re is not _MEANT and _goes_on_of_kin(rest, own)


def _goes_on_of_kin(rest: Sequence[str], own: Collection[str]) -> bool:
    """Whether the next thing that is said is somebody else's state as well: "bini udah, anak blm"."""
    for place in range(min(len(rest), _MORE + 1)):
        if not _OF_THE_COVER.issuperset(rest[:place]):
            return False
        behind = " ".join(rest[place:])
        also = (pattern.search(behind) for pattern in (_OF_KIN, _OF_ONE_NAMED, _TITLED, _PERHAPS))
        if any(_is_said(one, own) for one in also if one is not None):
            return True
    return False
