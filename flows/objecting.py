"""Who objects to being taken off the list, in whatever words. Pure."""

import re

from flows.reading import COURTESIES, spoken, word_set

_NOT = r"(?:ga|gak|gk|nggak|ngga|enggak|engga|kagak|kaga|tidak|tdk|belum|blm|blom|bukan|teu|henteu|ora|mboten|dereng)"
_OBJECTS = re.compile(
    r"\b(?:keberatan|banding|sanggah\w*|protes)\b"
    r"|\b(?:masih|msh|isih|tasih|tetap|tetep) (?:\w+ )?(?:kerja|bekerja|kerjo|tinggal|narik|ngojek|dagang|jualan|mulung"
    r"|disini|di|aktif|hidup|ada)\b"
    rf"|\b{_NOT} (?:pernah |jadi )?(?:pindah|keluar|berhenti|resign|setuju|terima|bener|benar|meninggal|mati)\b"
    r"|\bjangan (?:di ?)?(?:coret|dicoret|hapus|dihapus|cabut|dicabut|berhentikan|diberhentikan|keluarkan|stop)\w*"
    r"|\b(?:kok|kenapa|knp|mengapa) (?:\w+ ){0,2}(?:di ?)?(?:coret|cabut|hapus|berhentikan|berhenti|stop|keluarkan"
    r"|putus)\w*"
)
_NO = word_set(
    "tidak tdk tak gak ga gk g nggak ngga enggak engga kagak kaga belum blm blom belom belon no henteu teu acan ora"
    " mboten dereng durung bukan bkn salah jangan"
)
_AROUND = COURTESIES | word_set(
    "eh oh lho loh lah kok ya yah sih nih dong deh itu saya sy aku abdi ini aduh waduh maaf mah"
)


def objects(text: str) -> bool:
    """Whether it says why somebody should stay: "saya keberatan", "masih kerja di bekasi", "ga pindah"."""
    return _OBJECTS.search(spoken(text)) is not None


def only_says_no(text: str) -> bool:
    """Whether it is a no and nothing else, "tidak", "belum pak": behind a notice it objects to that."""
    words = set(spoken(text).split())
    return not words.isdisjoint(_NO) and words <= _NO | _AROUND and "?" not in text
