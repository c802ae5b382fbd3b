"""Who asks for no more texts, however politely, angrily or crookedly; a missed one means texts to somebody who refused."""

import re

_LIFE = (
    r"\b(?:kontak|kerja|jualan|dagang|usaha|ojek|narik|proyek|iuran|bantuan|bus|halte|motor|mobil|angkot|pabrik"
    r"|produksi|dipungut|korupsi|merokok|rokok|minta|diminta|uang|gaji|program|order|janji|bohong|calo|tipu|depan|gang|jalan|lampu|simpang|terminal|kontrak)\b"
)
_NOT_ASKED = r"\b(?:jangan(?: sampai)?|jangan di|tidak|belum|bukan|kenapa|non|tidak pernah) $"
_STOP = re.compile(r"\b(?:stop|hentikan)\b")
_END = re.compile(
    r"\bberhenti (?:\w+ ){0,3}?(?:sms|kirim|langganan|hubungi|ganggu|telepon|spam)\b|\bsms (?:\w+ )?berhenti\b"
    r"|^(?:saya |ya |sudah )*(?:mau|tolong|mohon|cukup) (?:di )?berhenti(?: ya| saja| lagi| dulu| ,)*$"
    r"|^(?:ya |tolong |mohon )*berhenti(?: ya| saja| dulu| lagi| sudah| lah)*$"
    r"|(?:^|, )(?:tolong |mohon )*berhenti(?: ,|$)"
)
_WORD = r"(?:(?!lupa\b|sampai\b|bohong\b|ada\b)[^ ,?]+ )"
_NO_MORE = re.compile(
    rf"\b(?:jangan|ogah|capek|keberatan) {_WORD}{{0,3}}?(?:sms|hubungi|ganggu|telepon|spam|langganan)\b"
    rf"|\b(?:jangan|ogah|capek) {_WORD}{{0,2}}?(?:kirim|tanya)(?! uang| kartu)\b"
    rf"|\btidak (?:pernah )?(?:mau|bersedia|setuju|suka|senang) {_WORD}{{0,3}}?(?:sms|hubungi|ganggu|telepon|kirim|spam|tanya)\b"
    r"|\b(?:sms|kirim|tanya|telepon|hubungi) (?:terus|mulu)\b|\bcukup (?:\w+ )?sms\b|\bsudah cukup (?:\w+ )?sms\b"
    r"|(?<!jangan )\b(?:hapus|blokir) (?:\w+ )?(?:nomor|data|nama|kontak|hp|sms|saya|me)\b|\bsaya (?:\w+ )?blokir\b"
    r"|\b(?:tolong|mohon) (?:\w+ )?nomor (?:\w+ )*(?:dihapus|hapus|nonaktif|dicoret|keluar|blokir)\b|^blokir\b|\bjangan sms\b|^(?:sudah )?(?:jangan|ogah|tidak mau) lagi(?: ya)?$"
    rf"|\b(?:mohon|tolong|minta|untuk) {_WORD}{{0,2}}?tidak {_WORD}{{0,2}}?(?:sms|hubungi|ganggu|telepon|spam|kirim|tanya)\b"
    r"|\b(?:hapus|dihapus|coret|keluar|batal|matikan|nonaktif|nonaktifkan|dicoret) (?:\w+ ){0,4}?(?:sms|langganan)\b"
    r"|\b(?:coret|buang) (?:\w+ )?nomor\b|\bnomor (?:\w+ )?(?:tolong|mohon) (?:dihapus|hapus|dicoret)\b|^tidak (?:sms|langganan)\b"
    r"|\bsms\b.*\bcapek\b|\b(?:kalau )?sms lagi\b.*\b(?:blokir|lapor|polisi)\b|\b(?:blokir|lapor|polisi)\b.*\bsms lagi\b"
    r"|^(?:quit|cancel|end)$"
)
_BOTHERED = re.compile(r"\b(?:ganggu|berisik|spam)\b")
_NOT_BOTHERED = re.compile(r"\b(?:maaf|tidak|bukan) (?:\w+ )?(?:ganggu|berisik|spam)\b|\?|\bapa\b")
_CLAUSE = re.compile(r" ?(?:,|\?|\btapi\b|\bkarena\b) ?")


def wants_no_texts(said: str) -> float:
    """How surely these words (of the lexicon, "," between clauses) ask for no more texts; 0 when they do not."""
    if _NO_MORE.search(said) or _END.search(said):
        return 0.95
    if any(_stops(clause) for clause in _CLAUSE.split(said)):
        return 0.95
    if _BOTHERED.search(said) and not _NOT_BOTHERED.search(said):
        return 0.85
    return 0.0


def _stops(clause: str) -> bool:
    """Whether STOP is said of our texts: a business, a bus and a socket stop as well."""
    found = _STOP.search(clause)
    if found is None or re.search(_NOT_ASKED, clause[: found.start()]):
        return False
    return "sms" in clause.split() or not re.search(_LIFE, clause)
