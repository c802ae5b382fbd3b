"""Texts that no person wrote: an operator's notice, a missed call, an offer with its own way to end it. Pure.

They answer nothing, whatever words they have, and "Stop: UNREG" in them ends another service.
"""

import re

_NOTICE = re.compile(
    r"\b(?:nomor|nomer|no\.?|paket|pulsa|kuota|akun|saldo|tagihan|pelanggan)\s+(?:\w+\s+)?anda\b"
    r"|\banda (?:belum|sudah|telah|tidak) (?:ter|men)?daftar\w* (?:di|pada|dalam|untuk)"
    r" (?:layanan|paket|promo|aplikasi)"
    r"|\bhubungi \*\d|\bpanggilan (?:tak|tidak|tdk) ter\w+|\bmissed call\b|\bbalasan otomatis\b|\bauto ?reply\b"
    r"|^\s*(?:no\.|no|nomor|nomer|nmr) (?:hp |wa )?(?:ini|tersebut|tsb)"
    r" (?:\w+ )?(?:tidak|tdk|sudah tidak) (?:lagi )?aktif\b"
    r"|\b(?:stop|berhenti)\s*:\s*(?:unreg|ketik)\b|\bketik\s+(?:stop|unreg|off)\b|\b(?:gb|mb)\b.*\b(?:unreg|stop)\b",
    re.IGNORECASE,
)


def is_from_a_machine(text: str) -> bool:
    """Whether a network or a shop wrote it: "Nomor Anda sudah terdaftar di Paket Internet 2GB. Stop: UNREG"."""
    return _NOTICE.search(text) is not None
