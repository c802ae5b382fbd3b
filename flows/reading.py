"""What a written answer means: an option's word, in any language, is as good as its digit."""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import gsm
from flows.catalogue import Form, Words
from flows.conversation import Menu, Pick, printable
from flows.machines import is_from_a_machine
from flows.wording import Wordings

_NOT_A_WORD = re.compile(r"[^\w\s]|_")
_LONGEST_WORDS = 200  # characters looked at; the longest label has some 30


def option(wordings: Wordings, screen: Menu | Pick, text: str, language: str | None = None) -> str | None:
    """The option whose word this is, in the caller's language first, then in any; None when none or several are.

    "YA" is as good as 1: case, blanks and punctuation do not matter, and "Ya" stands for "Ya, kecelakaan" where only
    one option begins so. Neither do courtesies behind it.
    """
    said, form = spoken(text), wordings.screens.get(screen.screen)
    if form is None or "?" in text:  # "Ya?" asks back, and is no yes
        return None
    polite = without_courtesies(said)
    for words in dict.fromkeys((said, polite, _PLAIN.get(polite, polite))):
        if meant := _meant(wordings, form, screen, words, language):
            return meant
    return None


def _plainly(word: str, others: str) -> dict[str, str]:
    return dict.fromkeys(others.split(), word)


# What people write for the words of our options; each option has its own word first.
_PLAIN = (
    _plainly("ya", "iya iyah y yaa iye ye iyo enya muhun sumuhun nggih inggih njih")
    | _plainly("tidak", "enggak engga nggak ngga gak ga gk tdk tak kagak kaga ora mboten boten henteu teu ndak")
    | _plainly("belum", "blm blum blom belom belon dereng durung acan")
    | _plainly("sudah", "udah udh sdh dah udeh sampun wis uwis atos tos parantos")
)


def _meant(wordings: Wordings, form: Form, screen: Menu | Pick, said: str, language: str | None) -> str | None:
    """The one option that these very words stand for."""
    if not said:
        return None
    wanted = set(screen.options if isinstance(screen, Menu) else (screen.none, screen.more))
    for words in _own_language_first(wordings, screen.screen, language):
        for reading in (_whole_words, _leading_words):
            meant = {key for key in wanted & set(words.options) if said in reading(words, form, key)}
            if len(meant) == 1:
                return meant.pop()
    return None


def is_back(wordings: Wordings, text: str) -> bool:
    """Whether this is the word for going back, in any language."""
    return spoken(text) in {spoken(common.back) for common in wordings.common.values()}


def is_more(wordings: Wordings, text: str) -> bool:
    """Whether this is the word for the next page, in any language."""
    return spoken(text) in {spoken(common.more) for common in wordings.common.values()}


@lru_cache(maxsize=64)  # one text is looked at from many sides while it is heard
def spoken(text: str) -> str:
    """Words as they are compared: basic letters, lower case, no punctuation, single blanks."""
    return " ".join(_NOT_A_WORD.sub(" ", gsm.fold(printable(text[:_LONGEST_WORDS]))).casefold().split())


@lru_cache(maxsize=4096)
def _spoken_label(label: str) -> str:
    """A label of the catalogue as it is compared: there are some hundreds, and each answer is held against many."""
    return spoken(label)


def _own_language_first(wordings: Wordings, key: str, language: str | None) -> Iterator[Words]:
    """The words of this screen in the caller's language, then in the others."""
    own = wordings.spoken(language)
    for name in sorted(wordings.languages, key=lambda name: name != own):
        if key in wordings.languages[name]:
            yield wordings.languages[name][key]


def _whole_words(words: Words, form: Form, option: str) -> set[str]:
    """What stands for this option alone: its label, a shorter one, further words, or the digit and the label."""
    shorter = (words.short_options.get(option, ""), words.sms_options.get(option, ""))
    labels = {words.options[option], *shorter, *words.also.get(option, ())} - {""}
    said = {_spoken_label(label) for label in labels}
    return said | {f"{form.options[option]} {word}" for word in said}


def _leading_words(words: Words, form: Form, option: str) -> set[str]:
    """The part of the label before a comma or a bracket: "Ya" of "Ya, kecelakaan"."""
    return {_spoken_label(re.split(r"[,(]", words.options[option])[0])}


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as a sentence."""
    return frozenset(text.split())


# What people put behind a word out of politeness. It never changes what is meant: "ya" and "dulu" would.
COURTESIES = word_set(
    "pak pa bapak bpk bu buk ibu mas mbak mba kak ka kakak kang akang teh teteh bang abang om tante mang neng dik dek"
    " gan min admin sir madam dong donk deh lah atuh makasih makasi mksh mksih trims tks thx thanks tq terimakasih"
    " nuhun suwun nuwun please"
)
_THANKS = frozenset({"terima kasih", "trima kasih", "hatur nuhun", "matur nuwun", "thank you"})

_SECRET = re.compile(
    r"(\b(?:pin|kode|code|sandi|password|passwd|otp|rt)(?:nya|ku)?\W*(?:(?:saya|sy|aku|abdi|ini|itu|is|adalah|nya|rt)\W+)*)"
    r"(\d(?:[ .-]?\d){3,7})(?!\d)",
    re.IGNORECASE,
)
_AMONG_DIGITS = re.compile(r"()(?<!\d)(\d{6})(?!\d)")  # "385016 1"


def without_secrets(text: str) -> str:
    """The text with a star for each digit of a PIN or a code that is named as one, or stands among digits alone: nobody
    need read it."""
    secret = _SECRET if any(map(str.isalpha, text)) else _AMONG_DIGITS
    return secret.sub(lambda found: found[1] + re.sub(r"\d", "*", found[2]), text)


_NUMBERS = {
    word: number
    for number, words in (
        ("1", "satu hiji siji setunggal one"),
        ("2", "dua loro kalih two"),
        ("3", "tiga tilu telu tigo three"),
        ("4", "empat opat papat four"),
    )
    for word in words.split()
}
_BEFORE_A_NUMBER = word_set(
    "nomor nomer nmr no angka pilih pilihan jawab jawaban jawabannya tekan opsi option number"
    " eh oh maaf salah pencet ketik tulis ralat maksudnya maksud"
)
_BEHIND_A_NUMBER = COURTESIES | word_set("ya aja saja wae mawon maksudnya maksud saya")


def pressed(text: str) -> str | None:
    """The digit that a text stands for: "1 pak", "satu", "nomor 1", "1 (satu)"; None when it says more, or none."""
    words = spoken(text).split()
    while len(words) > 1 and words[0] in _BEFORE_A_NUMBER:
        del words[0]
    while len(words) > 1 and words[-1] in _BEHIND_A_NUMBER:
        del words[-1]
    numbers = {_NUMBERS.get(word, word) for word in words}
    if len(numbers) != 1 or len(words) > 2 or len(set(words)) < len(words):  # "1 satu" is one number, "1 1" is two
        return None
    number = numbers.pop()
    return str(int(number)) if number.isascii() and number.isdigit() and len(number) <= 2 else None


_STARTS = word_set("mulai mimiti start unstop resume")
_AROUND_STARTS = COURTESIES | word_set(
    "terima kasih tolong mohon ya iya ok oke lagi deui saja aja sms smsnya pesan pesannya nya kirim kirimin kirimi"
    " ngirim dikirim dikirimin pengingat pengingatnya"
)
# Of our texts alone: the cover is made active as well.
_SWITCHES_ON = word_set("aktifkan aktifin aktipkeun diaktifkan hidupkan hidupin nyalakan nyalain lanjutkan lanjutin")
_TEXTS_AGAIN = re.compile(  # "mau terima sms lagi", "lanjut sms lagi"
    r"(?:(?:saya|sy|aku|iya|tolong|mohon) )*(?:mau|boleh|lanjut|lanjutin|silakan|silahkan|pengen|ingin)"
    r"(?: (?:terima|nerima|menerima|dapat|dapet|di ?kirimi?n?))? (?:sms|smsnya|pesan|pengingat)(?:nya)? lagi"
    r"(?: (?:ya|dong|deh))*"
)
_CHECKS = frozenset(
    {"cek", "check", "pariksa", "cek data", "cek bpjs", "cek data saya", "cek bpjs saya", "tolong cek", "cek saya"}
)
# These mean our texts and nothing else. The others are ordinary words too: "sudah berhenti" is said of work.
STOPS = word_set("stop setop unreg unsub unsubscribe stopsms")
_ENDS = word_set(
    "berhenti berenti brenti brhenti hentikan dihentikan berhentikan eureun eureunkeun lirenan lereni mandheg mandeg"
    " mandhek"
)
# With these around it STOP is still only STOP; "saya berhenti kerja" and "jangan berhenti" are something else.
_AROUND_ENDS = (
    COURTESIES
    | word_set("terima kasih tolong mohon ya yo yah ye ok oke aja saja dulu wae mawon lagi deui maneh malih semua")
    | word_set("langganan berlangganan nya kirim kirimi kirimin ngirim mengirim the all")
)
_AROUND_STOPS = _AROUND_ENDS | word_set(
    "sudah udah udh sdh dah sigap bpjs bekasi ketenagakerjaan layanan program now it sending"
)
_OUR_TEXTS = word_set("sms smsnya pesan pesannya text texts texting message messages messaging")
_TO_ME = word_set("saya aku ke abdi kula gue me")
_NO_TEXTS = re.compile(
    r"(?:(?:tolong|mohon|please|udah|sudah|sdh|dah) )*"
    r"(?:jangan|jgn|jangn|ojo|aja|ulah|ampun|don ?t"
    r"|(?:tidak|tdk|gak|ga|nggak|ngga|kagak|kaga|ora|mboten|teu) (?:usah|kedah)|(?:ga|gak|ng?ga|go)usah|gosah|gausa)"
    r"(?: (?:di)?(?:kirim|kirimi|kirimin|send))?(?: (?:saya|aku|abdi|me))?"
    r" (?:sms|smsan|pesan|texts?|messages?)(?: ke)?(?: (?:saya|aku|abdi|me))?"
    r"(?: (?:lagi|deui|maneh|malih|mulu|terus|anymore))?(?: (?:ya|yo|yah|ye|nya|dong|deh|udah|sudah|sdh|dah))*"
)


_NOT = r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|enggak|kagak|kaga|ora|mboten|teu|ndak)"
_IN_THE_END = r"(?: (?:lagi|terus|mulu|deui|maneh|malih|ya|yo|yah|nya|dong|deh|saya|sy|aku|sini|dari|ini|itu))*"
_NO_MORE = re.compile(  # "cukup jangan sms lagi", "jangan diingetin lagi", "saya ga mau terima sms ini lagi"
    rf"(?:(?:tolong|mohon|udah|sudah|cukup|saya|sy|aku|abdi|please) )*(?:(?:{_NO_TEXTS.pattern})"
    rf"|(?:jangan|jgn|jangn|ojo|ulah|{_NOT} ?(?:usah|perlu)) (?:saya )?(?:di ?|ng)?(?:inget|ingat)(?:in|kan|an|i)?"
    rf"|{_NOT} (?:mau|mo|pengen|pingin|ingin) (?:lagi )?(?:terima|nerima|menerima|dapat|dapet|di ?kirim\w*)"
    rf" (?:sms|smsan|pesan)(?:nya)?){_IN_THE_END}"
)


_STOP_CLAUSE = (
    r"(?:stop|setop|unreg|unsub(?:scribe)?)(?: (?:sms|smsnya|dulu|saja|aja|ya|pak|bu|jangan|kirim|lagi|deh|semua))*"
)
_STOP_FIRST = re.compile(rf"\W*{_STOP_CLAUSE}\s*[.,;:!\n(\[/=\-\u2013\u2014]+\s*(?=\w)", re.IGNORECASE)
_STOP_LAST = re.compile(rf"[.,;:!?\n(\[/=\-\u2013\u2014]+\s*{_STOP_CLAUSE}\W*$", re.IGNORECASE)
_STOP_AND_DIGIT = re.compile(
    r"\W*(?:(?P<before>[1-9])\W+(?:stop|setop)|(?:stop|setop)\W+(?P<behind>[1-9]))\W*", re.IGNORECASE
)
# A STOP that names our texts needs no clause of its own: "bukan saya stop sms".
_OF_TEXTS = (
    r"(?:(?:tolong|tlg|mohon|please|udah|sudah|ya|pak|bu) )*"
    rf"(?:{_NO_TEXTS.pattern}"
    r"|(?:jangan|jgn|gak usah|ga usah|tidak usah|ulah)(?: di)? ?(?:tanya|tanyai|tanyakan|hubungi|hubungin|ganggu)"
    r"(?: saya| aku)? (?:lagi|deui|terus)"
    # No card, no letter: it ends a clause.
    r"|(?:jangan|jgn|gak usah|ga usah|gausah|tidak usah) (?:di)?(?:kirim|kirimi|kirimin)(?: saya| aku)? (?:lagi|mulu)"
    r"(?=(?: (?:ya|pak|bu|mas|mbak|dong|deh))*(?:[,.;:!]|$))"
    r"|(?:stop|setop|berhenti|berenti|brenti|hentikan|unreg|unsub)(?: (?:kirim|ngirim|semua|semuanya|dulu))*"
    r" (?:sms|smsnya|smsan|pesan|pesannya|texts?|messages?)(?: (?:ke|saya|aku|abdi|lagi|ini|nya|me))*)"
    r"(?: (?:ya|pak|bu|mas|mbak|dong|deh|atuh|makasih|terima kasih|please))*"
).replace(" ", r"\s+")
_OF_TEXTS_FIRST = re.compile(rf"\W*{_OF_TEXTS}\W+(?=\w)", re.IGNORECASE)
_OF_TEXTS_LAST = re.compile(rf"(?:\W+|^){_OF_TEXTS}\W*$", re.IGNORECASE)
# "tidak pernah stop sms", "kenapa stop sms": what is said of our texts, not to us. "dulu ojek, stop": of the work.
_SAID_OF_THEM = re.compile(
    r"\b(?:tidak|tdk|gak|ga|nggak|belum|blm|pernah|kenapa|knp|kok|bukan|jangan|jgn|non|kapan|apa|apakah|kalau|kalo|biar"
    r"|supaya|suruh|disuruh|katanya)\W*$",
    re.IGNORECASE,
)
_ONLY_IF = re.compile(r"(?:eh |oh )?(?:kalau|kalo|klo|jika|kecuali|selama|sebelum|sampai)\b", re.IGNORECASE)
_OF_LIFE = word_set(
    "kontak kontrak kerja kerjaan pekerjaan pungli korupsi bus lampu jualan jual dagang dagangan ojek ojeknya narik"
    " becak mulung warung usaha iuran bayar motor"
)


@lru_cache(maxsize=64)
def beside_stop(text: str, *, of_texts: bool = False) -> str | None:
    """What is said beside a STOP that stands in a clause of its own, or names our texts, or beside a digit: "TIDAK" of
    "TIDAK, STOP" and of "TIDAK stop sms"; None without one. With `of_texts` only a STOP that names them counts."""
    if is_from_a_machine(text):
        return None
    for pattern in (_OF_TEXTS_FIRST.match, _OF_TEXTS_LAST.search):
        if (clause := pattern(text)) is not None and "?" not in text:
            before, behind = text[: clause.start()].strip(), text[clause.end() :].strip()
            said_of_them = _SAID_OF_THEM.search(before) and not _NO_TEXTS.search(spoken(clause[0]))
            only_if = _ONLY_IF.match(behind) or _ONLY_IF.match(before) or _NO_STOP.search(spoken(text))
            joined = not any(mark in clause[0][:2] for mark in ",.;:!\n")
            if _only_stresses(before, behind, joined=joined):  # "jangan sms lagi ya" is no yes
                return None
            if (before or behind) and not said_of_them and not only_if:
                return f"{before} {behind}".strip()
    if of_texts:
        return None
    if (digit := _STOP_AND_DIGIT.fullmatch(text)) is not None:
        return digit["before"] or digit["behind"]
    for clause in (_STOP_FIRST.match(text), _STOP_LAST.search(text)):
        if clause is not None and (rest := (text[: clause.start()] + text[clause.end() :]).strip(" \t\r\n()[]-")):
            return None if _undressed(text) != text or speaks_of_life(rest) else rest
    return None


_STRESSES = word_set("ya yo yah yaa ye iya nya dong deh dah udah sudah sdh udh lah please")
_ENOUGH = word_set("udah sudah sdh udh dah ah cukup")
_AGREES = word_set("iya ya iye y ok oke okay yaudah yasudah tolong mohon pak bu")


def _only_stresses(before: str, behind: str, *, joined: bool) -> bool:
    """Whether what stands around a STOP of our texts stresses it: "ya" behind it, "udah," before it, and "iya" before
    it where nothing parts them."""
    first, last = set(spoken(before).split()), set(spoken(behind).split())
    stresses = _ENOUGH | (_AGREES if joined else frozenset())
    return bool(first | last) and first <= stresses and last <= _STRESSES | COURTESIES


def speaks_of_life(text: str) -> bool:
    """Whether it is of something in life that stops: work, a contract, a bus."""
    return not _OF_LIFE.isdisjoint(spoken(text).split())


_NO_STOP = re.compile(
    r"\bjangan (?:di )?(?:sms|smsan|kirim sms)(?: \w+)?"  # not now, or not here: they want them still
    r" (?:jam|malam|malem|pagi|siang|sore|subuh|pas|waktu|kesini|ke sini|sini)\b"
    r"|\bjangan (?:di )?sms (?:jam|malam|malem|pagi|siang|sore|subuh|pas|waktu|kesini|sini)\b"
    r"|^(?:eh |oh )?(?:kalo|kalau|klo) (?:yg|yang)\b"  # this one may still
    r"|\bdi ?(?:stop|setop)\b"
    r"|\b(?:tidak|tdk|gak|ga|nggak|belum|blm|pernah|kenapa|knp|kok|jangan|jgn)(?: \w+)? (?:stop|setop|berhenti)\b"
    r"|\b(?:tidak|tdk|gak|ga|nggak|belum|blm|jangan|jgn) (?:\w+ )?di ?(?:berhentikan|berhentiin|hentikan|hentiin)\b"
)


_OF_A_THING = re.compile(  # "ga usah dikirim lagi kartunya"
    r"\b(?:di|ng|me)?(?:kirim|ngirim)\w*(?: \w+){0,2} (?:kartu|surat|paket|barang|uang|duit|berkas|dokumen|fotokopi)\w*"
    r"|\b(?:kartu|surat|paket|barang|uang|duit|berkas|dokumen|fotokopi)\w*(?: \w+){0,2} (?:di)?(?:kirim|ngirim)"
)


# "nama saya dicoret ya?" asks whether it was done.
_TAKEN_OFF = re.compile(r"\bdi ?(?:hapus|apus|coret|blokir|keluarkan|keluarin|cabut)\b")


def stops_something_else(text: str) -> bool:
    """Whether a STOP in it is none, or of something else: "kenapa stop sms", "narik becak sudah tua. Berhenti"."""
    if is_from_a_machine(text):
        return True
    said = without_courtesies(spoken(text))
    if _NO_STOP.search(said) or _COVER_STOPPED.fullmatch(said):
        return True
    if text.rstrip().endswith("?") and _TAKEN_OFF.search(said):
        return True
    if _OF_A_THING.search(said) and not names_our_texts(text):
        return True
    return speaks_of_life(text) and not names_our_texts(text)


def names_our_texts(text: str) -> bool:
    """Whether it speaks of our texts at all."""
    return not _OUR_TEXTS.isdisjoint(spoken(text).split())


@lru_cache(maxsize=64)
def command(text: str) -> str | None:
    """ "stop", "start" or "check" when the text is only that word, in any language; None when it says more.

    STOP may come with courtesies and in any writing: a missed one means texts to somebody who asked for none.
    """
    said = without_courtesies(spoken(_undressed(text)))
    words = set(said.split())
    if _TEXTS_AGAIN.fullmatch(said):
        return "start"
    switched_on = _SWITCHES_ON if words & (_OUR_TEXTS | {"pengingat", "pengingatnya"}) else frozenset[str]()
    if words & (_STARTS | switched_on) and words <= _STARTS | switched_on | _AROUND_STARTS:
        return "start"
    if said in _CHECKS:
        return "check"
    return "stop" if said in _ALONE or _stops(said) else None


# What phones and people put around a word: "FWD: STOP", "STOP (Pak Budi)", a signature below a line of dashes.
_FORWARDED = re.compile(r"\s*(?:(?:fwd?|fw|re|bls|balas)\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:^|\n)\s*[-_=~]{2,}.*|\s[-\u2013\u2014]{1,3}\s+\S.*$", re.DOTALL)
_BRACKETS = re.compile(r"\s*[(\[{][^()\[\]{}]*[)\]}]\s*$")
_ALONE = frozenset(
    {"cancel", "quit", "end", "off", "optout", "opt out"}
)  # said of our texts where nothing else is said


# Whoever signs does not say these: "STOP - saya belum terdaftar" goes on behind the dash.
_SPEAKS = word_set(
    "saya sy aku abdi kula gue sudah udah sdh udh belum blm tidak tdk gak ga nggak teu bukan bkn salah sambung ini itu"
    " yang terdaftar daftar punya dapat minta uang kartu iuran kecelakaan celaka ketabrak meninggal wafat ada suami"
    " istri anak dia mereka masih lagi kenapa kok pungli petugas tolong mohon orangnya jangan mau"
    " orang registered not"
)


def _undressed(text: str) -> str:
    """The text without what a phone puts before it, a name in brackets behind it, and a signature."""
    text = _FORWARDED.sub("", text[:_LONGEST_WORDS], count=1) if _FORWARDED.match(text) else text[:_LONGEST_WORDS]
    plain = _BRACKETS.sub("", _SIGNATURE.sub("", text))
    left_out = spoken(text[len(plain) :]).split() if text.startswith(plain) else spoken(text).split()
    return plain if plain and _SPEAKS.isdisjoint(left_out) else text


def _stops(said: str) -> bool:
    """Whether these words ask for no more texts, and for nothing else."""
    if _NO_TEXTS.fullmatch(said) or _written_as(said.replace(" ", "")) in STOPS | _ENDS:
        return True
    if _NO_MORE.fullmatch(said):
        return True
    if _COVER_STOPPED.fullmatch(said):
        return False
    words = _SPELT.sub(lambda run: run[0].replace(" ", ""), said).split()
    meant = {word: _written_as(word) for word in words}
    strong = not STOPS.isdisjoint(meant.values())
    if strong and meant[words[0]] in STOPS and _NO_TEXTS.fullmatch(said.partition(" ")[2]):
        return True
    around = _AROUND_STOPS if strong else _AROUND_ENDS
    if not _OUR_TEXTS.isdisjoint(words):
        around |= _OUR_TEXTS | _TO_ME
    rest = [word for word in words if meant[word] not in STOPS | _ENDS]
    return len(rest) < len(words) and all(word in around or word.isdigit() for word in rest)


# "bpjs sudah stop": the cover, not our texts; "STOP BPJS" is theirs.
_COVER_STOPPED = re.compile(
    r"(?:program |layanan )?(?:bpjs|program)(?: ketenagakerjaan)?(?: (?:sudah|udah|sdh))? stop(?: .*)?"
)
_SPELT = re.compile(r"\b\w(?: \w)+\b")  # S T O P


def _written_as(word: str) -> str:
    """A word as it was meant: without the repeated letters of an angry thumb, and with o for zero in st0p."""
    return re.sub(r"([^\W\d])\1+", r"\1", word if word.isdigit() else word.replace("0", "o"))


def without_courtesies(said: str) -> str:
    """The words without the courtesies at their end; all of them when there is nothing else."""
    words = said.split()
    while len(words) > 1:
        if " ".join(words[-2:]) in _THANKS and len(words) > 2:
            del words[-2:]
        elif words[-1] in COURTESIES:
            del words[-1]
        else:
            break
    return " ".join(words)
