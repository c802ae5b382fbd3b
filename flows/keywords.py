"""What a text asks for by its first word, in any language: CEK, LAPOR, STATUS and the others. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from flows.conversation import ANSWER_LENGTH, printable
from flows.reading import COURTESIES, spoken, without_courtesies
from flows.references import read_reference

Name: TypeAlias = Literal[
    "check", "report", "status", "benefits", "rules", "menu", "help", "propose", "settings", "rt_head", "answer"
]


@dataclass(frozen=True)
class Keyword:
    """What is asked for, and the words or the number (six characters) that came with it."""

    name: Name
    words: str = ""


# Whole texts, courtesies aside. YA and TIDAK are words of ours too, where nothing was asked.
_WHOLE: Mapping[Name, str] = {
    "check": "cek check pariksa dicek cekin cek_punya_saya cek_dulu cek_data"
    " cek_bpjs cek_data_saya cek_bpjs_saya cek_saya cek_status_bpjs cek_kartu"
    " cek_perlindungan cek_perlindungan_saya pariksa_data pariksa_bpjs check_my_cover my_cover",
    "report": "lapor report laporkeun ngalapor melapor mau_lapor saya_mau_lapor lapor_masalah report_a_problem",
    "status": "status cek_laporan cek_laporan_saya laporan_saya laporan_abdi status_laporan my_report my_reports",
    "benefits": "manfaat mangpaat benefit benefits manfaat_bpjs manfaat_program info_manfaat what_i_get",
    "rules": "syarat sarat aturan syarat_program syaratnya syarat_penerima rule rules criteria",
    "menu": "menu info_menu",
    "help": "bantuan bantu bantosan help info kata_kunci",
    "propose": "usul usulkan usulan mengusulkan daftar ngusulkeun propose register",
    "settings": "data data_saya data_abdi bahasa basa language my_data settings pengaturan",
    "rt_head": "rt ketua_rt pak_rt rt_head menu_rt rw ketua_rw pak_rw rw_head menu_rw",
    "answer": "ya iya y yes yaa sudah udah sumuhun muhun enya tidak tdk tak gak ga enggak nggak belum blm no henteu teu"
    " teu_acan",
}
_NAMES: Mapping[str, Name] = {
    phrase.replace("_", " "): name for name, phrases in _WHOLE.items() for phrase in phrases.split()
}
# What comes behind these is what is reported, or the number asked for.
_REPORTS = frozenset({"lapor", "report", "laporkeun", "ngalapor", "melapor", "laporan"})
_FOLLOWS = frozenset({"status", "cek", "check", "pariksa", "laporan", "lapor", "usulan", "nomor", "no", "report"})
_BEFORE = COURTESIES | {"tolong", "mohon", "maaf", "punten", "halo", "hallo", "hai", "hi", "permisi", "dear"}
_BEFORE |= {"coba", "assalamualaikum", "selamat", "pagi", "siang", "sore", "malam"}
_FIRST = re.compile(r"\W*(\w+)\W*(.*)", re.DOTALL)
_LONGEST_NUMBER = 16  # characters of "BKS - 7K2M9Q" and a word before it
_WORDS_OF_A_REPORT = 2  # one word behind LAPOR tells nothing


@lru_cache(maxsize=64)  # asked several times while a text is heard
def keyword(text: str) -> Keyword | None:
    """The keyword that a text is, or begins with where words belong to it; None for anything else."""
    written = printable(text[:ANSWER_LENGTH]).strip()
    said = without_courtesies(spoken(written))
    for phrase in _without_politeness(said):
        if phrase in _NAMES:
            return Keyword(_NAMES[phrase])
    if (number := number_in(written)) is not None:
        return Keyword("status", number)
    return _with_words(written)


def number_in(text: str) -> str | None:
    """The number of a report when the text is that number, whatever word stands before it; else None."""
    first = _FIRST.fullmatch(text)
    asked = first is not None and first[1].casefold() in _FOLLOWS
    words = (first[2] if first and asked else text).split()
    while len(words) > 1 and spoken(words[-1]) in COURTESIES:
        del words[-1]
    behind = " ".join(words)
    if len(behind) > _LONGEST_NUMBER or (not asked and _may_be_a_word(behind)):
        return None
    return read_reference(behind)


_WITH_PREFIX = re.compile(r"\b[A-Za-z]{2,4}\s?-\s?([0-9A-Za-z]{6})\b|\b(?:bks|BKS|Bks)\s([0-9A-Za-z]{6})\b")
_BARE = re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{6}\b")


def number_within(text: str) -> tuple[str, str] | None:
    """A report's number (six characters) that stands among other words, and these words; None without one."""
    for found in (*_WITH_PREFIX.finditer(text), *_BARE.finditer(text)):
        if (number := read_reference(next(filter(None, (*found.groups(), found[0]))))) is not None:
            return number, " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
    return None


def _may_be_a_word(text: str) -> bool:
    """Whether six letters could be a word as well: no prefix before them, no digit, and a vowel."""
    words = text.split()
    if not "".join(words).isalpha():
        return False
    if len(words) > 1:  # "Ya sdh dpt"; behind a prefix of its own a number may be all letters
        return len(words) > 2 or len(words[1]) != 6 or words[0].casefold() != "bks"
    return not {"a", "e"}.isdisjoint(text.casefold())


def _without_politeness(said: str) -> Iterator[str]:
    """The words, and the words without what politeness puts around them."""
    yield said
    words = said.split()
    if len(words) > 1 and words[-1] == "ya":
        yield " ".join(words[:-1])
    while len(words) > 1 and words[0] in _BEFORE:
        del words[0]
        yield " ".join(words)


def _with_words(written: str) -> Keyword | None:
    """LAPOR with what is reported behind it."""
    rest = written
    while (first := _FIRST.fullmatch(rest)) and first[1].casefold() in _BEFORE:
        rest = first[2]
    if first is None or first[1].casefold() not in _REPORTS - {"laporan"}:
        return None
    words = first[2].strip()
    if len(spoken(words).split()) < _WORDS_OF_A_REPORT:
        return Keyword("report")
    return Keyword("report", words)
