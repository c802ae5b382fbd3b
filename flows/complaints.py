"""What a report speaks of: money asked, a card, data, a claim, an accident, a death, a list that is wrong."""

import re

from flows import spelling
from flows.accidents import without_what_was_none

_W = r"(?: [^ ,?]+)"
_NOT = r"(?:tidak|belum|bukan|kurang)"
_GOT = r"(?:dapat|terima|sampai|datang|jadi|keluar|ada|kasih|dikasih|kirim|dikirim|pegang|punya|teko|bagi|oleh|diantar)"
_COVER = r"(?:kartu|bpjs|peserta|kepesertaan)"
_CUES = {
    "money": (
        r"\b(?:diminta|disuruh)(?: (?:\w+ ){0,3}?(?:uang|bayar|#|ribu|juta))",
        r"\bminta(?: \w+){0,1} (?:uang|bayar|ribu|#)\b(?! maaf)",
        r"\b(?:calo|dipungut|korupsi|tipu)\b",
        rf"\b(?:nawarin|nawari|nawaran|tawarin|ditawarin|menawarkan|nawarkeun){_W}{{0,3}}? (?:uang|ribu|juta)\b",
        rf"\bbayar{_W}{{0,3}}? (?:calo|rt|rw|petugas|orang|oknum)\b",
        rf"\b(?:tiap|harus|kenapa){_W}{{0,2}}? bayar\b(?! utang)",
        r"\bbayar (?:\w+ )?(?:tapi|padahal)\b",
        r"\bbayar (?:uang|#|ribu|dulu)\b",
        r"\buang (?:rokok|admin|dulu)\b",
        rf"\bdipotong{_W}{{0,3}}? (?:uang|gaji|bpjs|tapi|#)|\b(?:gaji|uang|bulan){_W}{{0,2}}? dipotong\b",
        r"\bgratis (?:, |tapi )?(?:\w+ )?(?:kenapa|ternyata|tapi) ?(?:\w+ )?(?:bayar|disuruh)",
    ),
    "card": (
        rf"\bkartu{_W}{{0,3}}? (?:hilang|rusak|salah|tertukar|ditahan|nonaktif|mati|beda|ditolak|luka|di rt|dipakai)\b",
        rf"\bkartu{_W}{{0,2}}? {_NOT}(?: (?:pernah|juga|saya|bisa))*(?: {_GOT}| aktif| dipakai| login|$| ,)",
        rf"\b{_NOT}(?: (?:pernah|saya|juga|ada|pegang))*(?: (?:dapat|terima|kasih|dikasih|ada|pegang|dikirim|kirim"
        rf"|sampai))+ kartu\b",
        r"\b(?:mana|kapan)(?: \w+){0,2} kartu\b|\bkartu(?: \w+){0,2} (?:mana|kapan)\b|\bkapan (?:\w+ )?(?:dapat"
        r"|dibagi)\b",
        rf"\b(?:tapi|cuma) {_W}?kartu {_NOT}\b|\bjangan kartu\b|\bkartu tidak (?:terima|received)",
        r"\btidak kartu\b|\bkartu (?:\w+ )?masih di\b|\bkartu (?:diambil|dibawa)\b|\btolong kartu\b",
    ),
    "data": (
        rf"\b(?:nama|nik|data|alamat|tanggal|lahir|kerja|foto){_W}{{0,3}}? (?:salah|beda|dobel|tidak sesuai|pns"
        rf"|tertukar|hilang)\b",
        rf"\b(?:nomor){_W}{{0,2}} (?:salah|beda|tidak sesuai)\b|\bsalah (?:ketik|nama|nik|data|alamat|tulis)\b",
        rf"\b(?:nik|ktp|data|nama){_W}{{0,2}} dipakai\b|\b(?:data|nik) tidak (?:sesuai|sama)\b",
        r"\b(?:terdaftar|daftar) dobel\b|\bdobel\b",
        r"\bperbaiki(?: \w+)? (?:data|nama|nik|alamat|tanggal|nomor)\b",
        r"\bnama lahir salah\b|\bkurang (?:\w+ )?(?:angka|huruf)\b|\bejaan\b",
    ),
    "claim": (
        rf"\bklaim{_W}{{0,4}}? (?:ditolak|susah|gagal|tidak|belum|lama|mana|kapan)\b|\b(?:sudah|gagal|susah) klaim\b",
        rf"\b(?:{_NOT}|kapan)(?: (?:pernah|bisa))? cair\b|\bditolak\b|\bbiaya{_W}? tidak\b",
        rf"\b(?:uang|rs|bantuan|santunan){_W}{{0,3}} tidak (?:diganti|cair)\b|\btidak (?:diganti|dilayani"
        rf"|ditanggung)\b",
        r"\bberobat (?:\w+ )?(?:bayar|disuruh)\b",
    ),
    "harm": (
        r"\bkecelakaan\b|\bketabrak\b|\bluka\b|\bdirawat\b|\bular\b",
        r"\bjatuh(?! (?:cinta|tempo|miskin|hati|harga))\b",
        r"\b(?:kaki|tangan|tulang|kepala|jari|pinggang) (?:\w+ )?(?:patah|kena|luka|rusak|hilang)\b"
        r"|\bpatah (?:kaki|tangan|tulang)\b",
        r"\bmasuk rs\b|\bkena (?:mesin|gergaji|pisau|listrik|api)\b",
    ),
    "death": (
        r"\bmeninggal\b|\binnalillahi\b|\btiada\b|\bdunia\b|\bpupus\b|\borang(?:nya)? (?:sudah )?tidak ada lagi\b",
        r"\b(?:sudah|orang|suami|istri|bapak|ibu|dia|anak) (?:\w+ )?mati\b|\bmati (?:orang|kerja)\b"
        r"|\bsudah tidak ada orang\b"
        r"|\b(?:bapak|ibu|suami|istri|orang|dia|beliau|nenek|kakek|mbah\w*|simbah\w*|eyang|abah|emak|orangtua|mertua|anak"
        r"|kakak|adik|paman|bibi)(?: saya)? (?:sudah|sampun) (?:tidak|mboten) (?:ada|wonten)\b",
    ),
    "listing": (
        rf"\bnama{_W}{{0,2}} {_NOT} (?:ada|masuk|keluar|muncul|terdaftar|di)\b|\b(?:dicoret|dihapus)\b",
        r"\btidak masuk (?:\w+ )?(?:daftar|data|list)\b|\btidak ada (?:di|dalam) (?:\w+ )?(?:daftar|data|list)\b"
        r"|\bpadahal\b",
        rf"\bdaftar (?:\w+ )?(?:tapi |, )*{_NOT} (?:terdaftar|dapat|masuk|ada|terima)\b",
        rf"\bkenapa{_W}{{0,4}}? {_NOT}(?: pernah)? (?:terdaftar|dapat|daftar|terima|ada|oleh|masuk|aktif|punya)\b",
        rf"\b(?:terdaftar|didata|daftar|ikut){_W}{{0,3}}? (?:tapi|cuma) (?:(?!entah|mungkin|lupa|katanya"
        rf"|bingung)\w+ ){{0,3}}?{_NOT}(?! tahu| yakin| ingat| jelas| bisa tahu)\b",
        rf"\b{_COVER}{_W}{{0,2}}? (?:{_NOT} aktif|nonaktif|mati|hilang)\b",
        rf"\biuran{_W}{{0,3}}? (?:{_NOT}|nunggak|hentikan|stop)\b|\bnunggak\b",
        r"\b(?:tidak|belum) (?:muncul|ditemukan)\b|\bsaldo (?:kosong|nol|habis|tidak)\b|\bnonaktif\b",
        r"\b(?:tidak|belum) ada (?:kabar|hasil|kelanjutan)\b",
        r"\bdi (?:jmo|aplikasi|kantor) (?:\w+ )?(?:tidak|belum|kosong)\b",
    ),
    "unfit": (
        rf"\b(?:(?<!sudah )kaya|mampu|pns|fiktif|pilihkasih)\b{_W}{{0,4}}|\bpilihkasih\b|\btidak adil\b|\bsasaran\b",
        rf"\btetangga{_W}{{0,6}} (?:pindah|tidak kerja|kenapa)\b|\bsudah pindah (?:masih|tapi) (?:\w+ )*terdaftar\b",
        rf"\btetangga{_W}{{0,3}} malah\b|\bkenapa tetangga\b|\bmalah{_W}{{0,3}} (?:terdaftar|dapat)\b|\brt cuma\b"
        rf"|\b(?:saudara"
        rf"|keluarga)(?: \w+)? rt\b|\bkenapa dapat\b(?! saya)|\borang{_W}{{0,3}} pindah\b",
    ),
    "service": (
        r"\blapor\b|\bkecewa\b|\bgalak\b|\bburuk\b|\berror\b|\bgagal\b|\bdipaksa\b|\bditahan\b",
        r"\b(?:ada|sudah|banyak|ketemu|ya|tapi) masalah\b|^masalah\b",
        r"\bsusah\b|\btidak ramah\b|\b(?:pelayanan|petugas|rt)(?: \w+)? (?:lambat|lama|buruk|bohong|galak|marah)\b",
        r"\blama (?:\w+ )?proses\b|\btidak bisa (?:login|daftar|klaim|masuk)\b",
        r"\b(?:rt|rw|bos|majikan|petugas|kelurahan) (?:\w+ )?tidak (?:mau|pernah|bisa)\b|\bbohong semua\b"
        r"|\bjanji (?:saja|terus)\b",
    ),
}
# What undoes a cue: it did not happen, it is only asked about, or it is something else of the same name.
_UNDONE = re.compile(
    r"\btidak ada (?:masalah|dipungut|calo|uang|pulsa)\b|(?<!iuran )(?<!iuran saya )\btidak(?: \w+)? (?:masalah"
    r"|dipungut|diminta|disuruh|dipotong|bayar|kecewa|susah)"
    r"(?: (?:uang|bayar))*(?: sekali)?\b|\b(?:belum|tidak)(?: pernah)? (?:kecelakaan|jatuh|meninggal|mati)\b"
    r"|\bkalau (?:\w+ )?(?:kecelakaan|jatuh|meninggal|luka|mati|dirawat|ketabrak|sakit)[^,]*"
    r"|\b(?:hp|lampu|listrik|motor|mobil|setengah|sinyal|internet|jaringan) (?:\w+ )?(?:mati|rusak|hilang|jatuh"
    r"|buruk|error|susah)\b|\bmati lampu\b|\bdompet \w+\b"
    r"|\bjangan (?:dihapus|dicoret|hapus)\b|^(?:ini )?tipu (?:ya )?\?"
    r"|\bjangan (?:bohong|minta|tipu)(?: uang)?\b|\b(?:ini |bukan )*penipuan\b|\bnyasar\b|\bdaftar tidak ya\b"
    r"|\b(?:harus|apa|berapa) bayar\b ?\?|\bapa harus bayar\b|\bbayar (?:utang|berapa)\b"
)


_BY_KIND = {kind: re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) for kind, patterns in _CUES.items()}
_PRESSING = ("death", "harm")


def kinds(said: str) -> tuple[str, ...]:
    """What these words (of the lexicon) speak of, a death or an accident first, then whatever is said first."""
    left = _UNDONE.sub(" ; ", said)
    found = {kind: match.start() for kind, cue in _BY_KIND.items() if (match := cue.search(left))}
    return tuple(sorted(found, key=lambda kind: (kind not in _PRESSING, found[kind])))


def complaints(text: str) -> tuple[str, ...]:
    """The same of a text as it was written."""
    return kinds(" ".join(spelling.read(without_what_was_none(text)).words))
