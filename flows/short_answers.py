"""A yes or a no in a short sentence, where people write one instead of the option's word. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from flows.accidents import urgency
from flows.reading import COURTESIES, spoken, word_set

_YES = word_set("sudah udah sdh udh dah udeh sampun wis uwis wes atos tos parantos iya y yes already")
_NO = word_set(
    "belum blm blom belon belom tidak tdk gak ga gk nggak ngga enggak engga kagak teu acan can dereng durung mboten"
    " ora no not"
)
_AROUND = COURTESIES | word_set(
    "alhamdulillah terima kasih banyak sekali banget masih juga kok nih sih mah ya yah nya tolong mohon dibantu bantu"
    " saya sy abdi sampai sampe nyampe sekarang skrg ini itu maaf halo assalamualaikum punten yet thank you"
)
# What each screen asks about, and may be named in the answer.
_ABOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "b9.card": word_set(
            "kartu kartunya kertu kertune dapat dapet dpt terima nerima menerima diterima tampa nampi datang dateng"
            " dugi ada pegang dikasih kasih punya jadi pernah aya wonten received card"
        ),
        "c13.satisfied": word_set(
            "beres selesai kelar tuntas rampung masalah masalahnya kartu kartunya dapat dapet dpt terima nerima"
            " datang dateng ada dikasih diganti dibayar solved done perubahan bener betul aya wonten ono jg"
        ),
    }
)
_OF_MONEY = word_set(
    "ada yang yg orang pernah minta mintain uang duit apa apa2 apapun sama sekali bayar sepeser pun kok"
)
_NOT_THAT = word_set("bukan bkn kagak kaga henteu tanpa")
_OF_NOBODY = word_set(
    "ada aya wonten yang yg orang pernah pun tadi saja aja deng apa apa2 kerja atau maupun dan dua duanya keduanya itu"
    " semua semuanya sehat aman kecelakaan kacilakaan kematian meninggal wafat celaka accident"
)
_URGENT, _CONTACT, _WORK = "c2.urgent", "c8.contact", "b10.still_working"
_STILL_AT_WORK = re.compile(
    r"(?:(?:iya|ya|muhun|nggih|alhamdulillah|saya|sy|aku|abdi|kula) )*(?:masih|msh|isih|tasih|keneh|tetap|tetep)"
    r"(?: (?:kerja|bekerja|kerjo|nyambut|damel|gawe|narik|ngojek|dagang|jualan|icalan|sadean|mulung|tinggal|aktif|dan"
    rf"|di|kota|bekasi|sini|disini|{'|'.join(sorted(COURTESIES))}))*"
)
_NO_PROBLEM = re.compile(r"\b(?:ga|gak|gk|nggak|ngga|tidak|tdk|teu|ora|mboten) (?:(?:ada|aya|ono) )?masalah\b")
# "jangan hubungi saya", "ga usah dihubungi"; with "lagi" it is a STOP, which no screen takes.
_UNCALLED = re.compile(
    r"(?:jangan|jgn|jangn|ulah|ojo|tong|(?:ga|gak|gk|nggak|ngga|tidak|tdk|teu) ?(?:usah|perlu|mau|boleh)|gausah|gosah)"
    r"(?: (?:di ?)?(?:hubungi\w*|hub|kontak\w*|telepon\w*|telpon\w*|tlp|call))?"
)
_MYSELF = word_set("saya sy aku abdi kula gue gw")  # "bukan saya" is said to the question
_ME = _MYSELF | word_set("deh ya ah dulu aja saja kok nih sih")
# "iya tapi jangan bilang siapa siapa": the option's own words, said otherwise.
_KEPT_SECRET = re.compile(
    r"\b(?:rahasia\w*|di ?rahasia\w*|(?:jangan|jgn|ulah|ojo|tong) (?:\w+ ){0,2}(?:di ?)?(?:bilang\w*|sebut\w*"
    r"|kasih ?ta\w+|ngomong\w*|bocor\w*|cerita\w*))\b"
)
_OF_A_SECRET = word_set(
    "iya ya y ada pernah tapi tp jangan jgn bilang bilang2 sebut sebutin nama saya sy aku namanya siapa siapapun orang"
    " lain ke sama rt rw pak kasih tau tahu bocor bocorin ngomong cerita rahasia rahasiakan dirahasiakan rahasiain"
    " tolong mohon pokoknya sampai sampe ini itu yang jawab lapor"
)
_NOT_ASKED = re.compile(
    r"\b(?:jangan|jgn|ulah|ojo|(?:ga|gak|gk|nggak|tidak|tdk) ?(?:usah|perlu)|gausah|gosah) (?:di ?)?"
    r"(?:tanya\w*|nanya\w*|bahas\w*|ungkit\w*)"
    r"|\b(?:ga|gak|nggak|tidak|tdk) (?:mau|bisa|berani|usah) (?:jawab|menjawab|bilang|cerita)"
    r"|\b(?:ga|gak|nggak|tidak|tdk) berani\b|\bno comment\b"
)
_MONEY = "b11.asked_money"
_FEW = 8  # words
_ASKED = re.compile(
    r"\b(?:minta\w*|mintak|diminta\w*|dimintain|disuruh bayar|bayar|nagih|ditagih|dipungut\w*|mungut|setor|njaluk"
    r"|nyuhunkeun|menta)\b"
)
_DONE: Mapping[str, frozenset[str]] = MappingProxyType(
    {"c13.satisfied": word_set("beres selesai kelar tuntas rampung solved")}  # by themselves a yes
)


def is_bare(text: str) -> bool:
    """Whether it is a yes or a no and nothing else: "sudah pak makasih", not "sudah beres"."""
    return set(spoken(text).split()) <= _YES | _NO | _AROUND


_OF_NOTHING = (
    _YES
    | _NO
    | _AROUND
    | word_set(
        "eh oh ah o ya deng ding dink ok oke okay siap baik sip hatur matur sama kembali deh aja saja lagi kayaknya"
        " bentar sebentar bntr tunggu sek sekedap sakedap antosan enteni"
    )
)
_TELLS = word_set("sampai sampe nyampe")  # "belum nyampe juga" tells of a card


def tells_nothing(text: str) -> bool:
    """Whether it is a yes, a no or thanks, where somebody is asked what the matter is: "eh udah deng", "makasih bu"."""
    words = set(spoken(text).split())
    return bool(words) and words <= _OF_NOTHING - _TELLS


def short_answer(screen: str, text: str) -> str:
    """The option that a sentence stands for ("yes", "no", "none", "declined"); "" when it says more, or nothing surely.

    "belum dapat kartu", "alhamdulillah sudah beres pak, terima kasih"; not "sudah tapi rusak", nor a question.
    """
    if (screen not in _ABOUT and screen not in (_MONEY, _URGENT, _CONTACT, _WORK)) or "?" in text:
        return ""
    if screen == _WORK:
        return "yes" if _STILL_AT_WORK.fullmatch(spoken(text)) else ""
    words = set(spoken(text).split())
    if screen == _URGENT:  # "bukan kecelakaan", "alhamdulillah ga ada yg meninggal"
        not_me = not words.isdisjoint(_NOT_THAT) and not words.isdisjoint(_MYSELF)
        none = not words.isdisjoint(_NO | _NOT_THAT) and not not_me and not urgency(text)
        return "no" if none and words <= _NO | _NOT_THAT | _AROUND | _OF_NOBODY else ""
    if screen == _CONTACT:
        beside = _UNCALLED.sub(" ", spoken(text), count=1)
        return "none" if beside != spoken(text) and set(beside.split()) <= _AROUND | _ME else ""
    if screen == _MONEY:
        return _of_money(spoken(text))
    if not words <= _YES | _NO | _AROUND | _ABOUT[screen] or _NO_PROBLEM.search(spoken(text)):
        return ""
    yes, no = bool(words & (_YES | _DONE.get(screen, frozenset()))), bool(words & _NO)
    if no:
        return "" if words & _YES else "no"
    return "yes" if yes else ""


def _of_money(said: str) -> str:
    """What is said where it is asked for money; who tells of it chooses that it be kept secret."""
    words = set(said.split())
    if _NOT_ASKED.search(said) and len(words) <= _FEW and "lagi" not in words:  # "jangan tanya lagi" may be a STOP
        return "declined"
    if _KEPT_SECRET.search(said) and words <= _OF_A_SECRET | _AROUND:
        return "yes"
    if _ASKED.search(said) and words.isdisjoint(_NO):  # no other answer has words
        return "yes"
    return "no" if words & _NO and words <= _NO | _AROUND | _OF_MONEY else ""
