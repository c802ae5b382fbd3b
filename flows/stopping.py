"""Who asks for no more texts, however politely or angrily; a missed one means texts to somebody who refused."""

import re

from flows.lexicon import word_set

_W = r"(?:(?!(?:lupa|sampai|bohong|ada)\b)[^ ,?]+ )"
_CONTACT = r"(?:sms|hubungi|ganggu|telepon|spam|langganan)\b"
_SENDING = r"(?:kirim|tanya|kontak)\b(?! uang| kartu)"
_REFUSING = (
    r"(?:jangan|ogah|capek|keberatan|dilarang"
    r"|tidak (?:pernah )?(?:mau|bersedia|setuju|suka|senang|butuh)|(?:mohon|tolong|minta|untuk) (?:\w+ ){0,2}?tidak)"
)
_GONE = r"(?:hapus|dihapus|coret|dicoret|keluar|batal|matikan|nonaktif|nonaktifkan)"
# Said of our texts, in so many words.
_NO_MORE = re.compile(
    "|".join(
        (
            rf"\b{_REFUSING} {_W}{{0,3}}?{_CONTACT}",
            rf"\b{_REFUSING} {_W}{{0,2}}?{_SENDING}",
            r"\b(?:sms|kirim|tanya|telepon|hubungi) (?:terus|mulu)\b",
            r"\bcukup (?:\w+ )?(?:sms|kirim|hubungi|telepon|tanya)\b",
            r"(?<!jangan )\b(?:hapus|blokir|coret) (?:\w+ )?(?:nomor|data|nama|kontak|hp|sms|saya)\b",
            r"\bsaya (?:\w+ )?blokir\b|^blokir\b",
            rf"\b(?:tolong|mohon) (?:\w+ )?nomor (?:\w+ )*(?:{_GONE}|blokir)\b",
            rf"\bnomor (?:\w+ )?(?:tolong|mohon) {_GONE}\b",
            rf"\b{_GONE} (?:\w+ ){{0,4}}?(?:sms|langganan)\b|^tidak (?:sms|langganan)\b",
            r"\bsms\b.*\bcapek\b|\bsms lagi\b.*\b(?:blokir|lapor|polisi)\b|\b(?:blokir|lapor|polisi)\b.*\bsms lagi\b",
            r"^(?:sudah )?(?:jangan|ogah|tidak mau) lagi(?: ya)?$|^(?:quit|cancel|end)$",
            rf"\bberhenti {_W}{{0,3}}?(?:{_CONTACT}|{_SENDING})|\bsms (?:\w+ )?berhenti\b",
            # Without a word for what should end: only where nothing else is said that could.
            r"^(?:saya |ya |sudah )*(?:mau|tolong|mohon|cukup) (?:di )?berhenti(?: ya| saja| lagi| dulu| ,)*$",
            r"^(?:ya |tolong |mohon )*berhenti(?: ya| saja| dulu| lagi| sudah| lah)*$",
            r"(?:^|, )(?:tolong |mohon )*berhenti(?: ,|$)",
        )
    )
)
_STOP = re.compile(r"\b(?:stop|hentikan)\b")
_NOT_ASKED = re.compile(r"\b(?:jangan(?: sampai| di)?|tidak(?: pernah)?|belum|bukan|kenapa|non) $")
# What stops in a working life, and is none of our texts.
_LIFE = word_set(
    "kontak kerja jualan dagang usaha ojek narik proyek iuran bantuan bus halte motor mobil angkot pabrik produksi"
    " dipungut korupsi merokok rokok minta diminta uang gaji program order janji bohong calo tipu depan gang jalan"
    " lampu simpang terminal kontrak"
)
_OURS = word_set("sms kirim hubungi ganggu telepon tanya")
_BOTHERED = re.compile(r"\b(?:ganggu|berisik|spam)\b")
_NOT_BOTHERED = re.compile(r"\b(?:maaf|tidak|bukan) (?:\w+ )?(?:ganggu|berisik|spam)\b|\?|\bapa\b")
_CLAUSE = re.compile(r" ?(?:,|\?|\btapi\b|\bkarena\b) ?")


def wants_no_texts(said: str) -> float:
    """How surely these words (of the lexicon, "," between clauses) ask for no more texts; 0 when they do not."""
    if _NO_MORE.search(said) or any(_stops(clause) for clause in _CLAUSE.split(said)):
        return 0.95
    return 0.85 if _BOTHERED.search(said) and not _NOT_BOTHERED.search(said) else 0.0


def _stops(clause: str) -> bool:
    """Whether STOP is said of our texts: a business, a bus and a socket stop as well."""
    found = _STOP.search(clause)
    if found is None or _NOT_ASKED.search(clause[: found.start()]):
        return False
    words = set(clause.split())
    return not _OURS.isdisjoint(words) or _LIFE.isdisjoint(words) or ("kontak" in words and "saya" in words)
