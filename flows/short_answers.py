"""A yes or a no in a short sentence, at the screens where people write one instead of the option's word. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from flows.reading import COURTESIES, spoken, word_set

_YES = word_set("sudah udah sdh udh dah udeh sampun wis uwis wes atos tos parantos iya y yes already")
_NO = word_set(
    "belum blm blom belon tidak tdk gak ga gk nggak ngga enggak engga kagak teu acan can dereng durung mboten ora no"
    " not"
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
            " datang dateng ada dikasih diganti dibayar solved done"
        ),
    }
)
_OF_MONEY = word_set(
    "ada yang yg orang pernah minta mintain uang duit apa apa2 apapun sama sekali bayar sepeser pun kok"
)
_MONEY = "b11.asked_money"
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
    """The option that a sentence stands for, "yes" or "no"; "" when it says more, or nothing for sure.

    "belum dapat kartu", "alhamdulillah sudah beres pak, terima kasih"; not "sudah tapi rusak", nor a question.
    """
    if (screen not in _ABOUT and screen != _MONEY) or "?" in text:
        return ""
    words = set(spoken(text).split())
    if screen == _MONEY:  # whoever tells of it chooses that it be kept secret: no other answer has words
        told = _ASKED.search(spoken(text)) is not None and words.isdisjoint(_NO)
        return "yes" if told else "no" if words & _NO and words <= _NO | _AROUND | _OF_MONEY else ""
    if not words <= _YES | _NO | _AROUND | _ABOUT[screen]:
        return ""
    yes, no = bool(words & (_YES | _DONE.get(screen, frozenset()))), bool(words & _NO)
    if no:
        return "" if words & _YES else "no"
    return "yes" if yes else ""
