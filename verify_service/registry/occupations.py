"""Occupations in the words of offices, as the programme's fifteen codes."""

from __future__ import annotations

import re

from verify_service.registry.problems import Cell, text_of

OCCUPATIONS = {
    "01": "ojek online",
    "02": "ojek pangkalan/becak",
    "03": "sopir/kurir",
    "04": "pedagang asongan/PKL",
    "05": "pedagang pasar/warung",
    "06": "pemulung/pengepul",
    "07": "PRT",
    "08": "buruh cuci/setrika",
    "09": "buruh harian/kuli bangunan",
    "10": "tani/ternak/ikan",
    "11": "usaha rumahan/penjahit",
    "12": "juru parkir",
    "13": "guru ngaji/marbot/PAUD",
    "14": "seni/jalanan",
    "15": "lainnya",
}

# The first that matches counts, so that "ojek online" is not "ojek", nor "buruh cuci" a "buruh".
_WORDS = (
    (r"ojek online|ojol|go ?jek|grab|driver online|maxim|shopee", "01"),
    (r"ojek|opang|becak|bentor", "02"),
    (r"sopir|supir|driver|kurir|angkot|kernet|pengemudi", "03"),
    (r"asongan|pkl|kaki lima|keliling", "04"),
    (r"pasar|warung|toko|dagang|jualan|penjual", "05"),
    (r"pemulung|pengepul|rongsok|bank sampah|sampah", "06"),
    (r"\bprt\b|\bart\b|rumah tangga|pembantu|pengasuh", "07"),
    (r"cuci|setrika|laundry", "08"),
    (r"parkir", "12"),
    (r"tani|kebun|ternak|nelayan|ikan|tambak", "10"),
    (r"jahit|rumahan|konveksi|pengrajin|catering|katering", "11"),
    (r"ngaji|marbot|paud|merbot|ustad", "13"),
    (r"seni|jalanan|pengamen|badut|ondel", "14"),
    (r"buruh|kuli|bangunan|tukang|harian|serabutan", "09"),
    (r"lain", "15"),
)


def occupation_code(raw: Cell) -> str | None:
    """The programme's code for an occupation as written, or None: an unknown word is kept as it is."""
    text = re.sub(r"[^a-z ]+", " ", text_of(raw).lower())
    return next((code for pattern, code in _WORDS if re.search(pattern, text)), None)
