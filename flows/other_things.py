"""Whether a yes or a no is said of something else than the programme: "belum mateng bu", "udah terdaftar di Gojek".

The rule: what a negation denies, or an affirmation affirms, must be of the programme's own vocabulary or go without
saying. Behind a verb of daily life, or with somebody else's list, card or money as its object, it answers nothing, and
is asked back. Where one clause is of the programme, that one counts. Pure.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.lexicon import KNOWN, word_set
from flows.spelling import Written

# Other lists, cards and money that people have or wait for; whoever could have registered them is below.
_OTHERS = word_set(
    "dtks dtsen pkh pip kip kjp kks kpm bpnt blt bst bsu thr pbi prakerja kpu pemilih pemilu caleg umroh umrah"
    " arisan sekolah kuliah tk paud vaksin pln asuransi prudential axa allianz lansia kredit pinjol pinjaman cicilan"
    " lowongan partai pengajian ngaji kondangan undangan order orderan penumpang pembeli sembako beras raskin rastra"
    " bulog zakat thr bonus gaji gajian upah bayaran sertifikat ijazah bedah kur kursus pelatihan magang"
    " grup subsidi gas minyak utang hutang kontrakan sewa listrik pulsa kuota paket token wifi"
    " shope shopee shop olshop tokopedia lazada dana ovo gopay aplikasi ojol"
)
# These register their people as well: "didaftarkan koperasi", "lewat Gojek" is of the programme.
_REGISTER_OTHERS = word_set("haji gojek grab maxim indrive shopefood koperasi paguyuban komunitas serikat ormas")
_BY = word_set("lewat dari sama oleh bareng dibantu via melalui daftarin")
_INTO = word_set("di ke jadi sebagai peserta ikut gabung masuk")
_HOLDS = word_set("terdaftar daftar didata punya ada dapat terima ikut masuk jadi gabung kebagian pegang peserta aktif")
_NOT = frozenset({"belum", "tidak"})
_STATES = _NOT | frozenset({"sudah"})
# Between a negation and what is denied.
_LIGHT = word_set("pernah bisa sempet sempat mau sampai ada juga lagi saya sama di ke yang itu ini masih sudah")
# A negation in front of these is of the programme, or tells the reason of a no.
_OF_OURS = _HOLDS | word_set(
    "bpjs ketenagakerjaan kartu program sigap layanan data ndata nama nik nomor kepesertaan jaminan iuran"
    " bayar proses apapun apa sekali banget sama tahu ingat yakin pasti ya lah dan tapi karena untuk yang dari sejak"
    " kasih dikasih dibere diajak ditawarin tawarin kesentuh tersentuh kabagean diperpanjang megang terus kartunya"
    " kerja cocok sanggup titik koma info blas berarti maksud malah jadi orang kuat minat kaka satu dia nunggu"
    " petugas kader kabar"
)
_SHORT_NO = word_set("ga gak gk ngga nggak enggak engga kagak kaga")
_LISTED = frozenset({"terdaftar", "daftar"})
_DONE_BY = re.compile(r"(?:di|ka|ke)da[fp]t")  # "didaftarkan Gojek" is of the programme, "daftar Gojek" is not
# "ga ada yang belum", "belum pernah ga bayar"; "tidak belum" is a no.
_DENIED_TWICE = re.compile(
    r"\b(?:tidak|belum)(?: ada yang| pernah| yang) (?:tidak|belum)\b(?! (?:pernah|ada|tahu))"
    r"|\bbelum tidak (?!(?:pernah|ada|tahu)\b)"
)
# What is said beside whatever one has or has not: when, and "anything".
_WHEN = word_set(
    "sekarang dulu lama waktu sejak # selama hari bulan tahun kemarin tadi pas jaman jatuh begini giliran terimakasih"
    " nanaon kitu begitu2"
)
_OWNED = word_set("kartu dapat punya daftar")
_BESIDE = word_set("baru alhamdulillah lengkap warna wrna ijo hijau minggu online fisik asli satu semua")
_FEW = 5  # words of a clause
_LONGEST = 10  # words: who says more tells whom and what, and is read by all of it
_A_PARTICLE = 4  # letters of an unknown word at most: "ki", "ngab", "smpt"
_COVER = word_set("terdaftar daftar didata ndata bpjs ketenagakerjaan program sigap kepesertaan data")


def is_of_something_else(written: Written, meaning: str) -> bool:
    """Whether every clause that says yes or no says it of something that is none of the programme's."""
    if len(written.words) > _LONGEST:
        return False
    clauses = [clause.split() for clause in re.split("[,?]", " ".join(written.words)) if clause.strip()]
    if meaning == "no" and _denies_the_no(written.tokens):
        return True
    by_others = any(_DONE_BY.match(token) for token in written.tokens)
    told = [clause for clause in clauses if _tells(clause, meaning)]
    return bool(told) and all(_is_foreign(clause, meaning, by_others) for clause in told)


def _denies_the_no(tokens: Sequence[str]) -> bool:
    """Whether it is "ga belum kok" in one breath: "tidak belum" and "ga, belum" are a no."""
    pairs = pairwise(tokens)
    return any(first in _SHORT_NO and KNOWN.get(second) == "belum" for first, second in pairs)


def _tells(clause: Sequence[str], meaning: str) -> bool:
    return not (_NOT if meaning == "no" else _STATES | {"ya", "terdaftar", "daftar"}).isdisjoint(clause)


def _is_foreign(clause: Sequence[str], meaning: str, by_others: bool) -> bool:
    if _has_anothers(clause, by_others) or _DENIED_TWICE.search(" ".join(clause)):
        return True
    if meaning == "no" and _COVER.isdisjoint(clause):
        return all(_denies_daily_life(clause[place:]) for place, word in enumerate(clause) if word in _NOT)
    return meaning == "yes" and len(clause) <= _FEW and _holds_a_thing(clause)


def _holds_a_thing(clause: Sequence[str]) -> bool:
    """Whether something else stands behind the card or what one holds: "kartu atm sudah ada", "sudah dapat kursi"."""
    for word, behind in pairwise(clause):
        plain = (
            behind in _OF_OURS | _WHEN | _LIGHT | _STATES | _BY | _BESIDE | _REGISTER_OTHERS
            or not behind.isalpha()
            or len(behind) < 3
        )
        if word in _OWNED and not plain:
            return True
    return False


def _has_anothers(clause: Sequence[str], by_others: bool) -> bool:
    if clause[0] in _REGISTER_OTHERS and clause[1:2] and clause[1] in _STATES:  # "gojek udah"
        return True
    for place, word in enumerate(clause):
        before = clause[max(0, place - 3) : place]
        if word in _OTHERS and _BY.isdisjoint(before):
            return True
        into = not _INTO.isdisjoint(before[-1:]) or (before[-1:] and not by_others and before[-1] in _LISTED)
        if word in _REGISTER_OTHERS and _BY.isdisjoint(before) and into:
            return True
    return False


def _denies_daily_life(behind: Sequence[str]) -> bool:
    """Whether the first word of weight behind a negation is none of the programme's."""
    first = next((word for word in behind[1:] if word not in _LIGHT), "")
    held = [word for word in behind[1:] if word not in _LIGHT | _HOLDS]
    if first in _HOLDS and held and held[0] not in _OF_OURS | _WHEN and len(held[0]) > 2:
        return True
    if not first or first in _OF_OURS or not first.isalpha() or behind[1:3] == ["ada", "yang"]:
        return False
    if first == "denger":
        return behind[:2] == ["tidak", "denger"]  # "belum pernah denger" is a no
    return first in KNOWN.values() or len(first) > _A_PARTICLE or first == "laku"
