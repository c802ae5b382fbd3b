"""Two names under one NIK: one person's, however spelt, or two people's. Measured on pairs whose truth is known."""

from __future__ import annotations

import random

import pytest

from verify_service.registry.names import agree, name_key
from verify_service.registry.staging import sorted_words

FIRST = (
    "Ani Budi Citra Dedi Eka Fajar Gita Hendra Indah Joko Kartika Lukman Maya Nanang Oki Putri Rahmat Sari"
    " Tono Udin Vina Wawan Yanti Zainal Sulistyowati Bambang Slamet Suryadi Sutrisno Ngatiyem Paijo Tukiyem"
    " Wagimin Asep Ujang Cecep Euis Neneng Iis Dadang Mamat Rohman Rohimah Aisyah Fatimah Khadijah Nurhayati"
    " Nurjanah Siti_Aminah Siti_Rahayu Muhammad_Yusuf Muhammad_Iqbal Abdul_Rahman Abdul_Kadir Nur_Aini"
    " Nur_Hidayah Sri_Wahyuni Dewi_Sartika Made_Wirawan Ketut_Sudarma Maria_Goreti Yohanes Agus Heru Endang"
    " Tuti Ratna Rini Dian Ratih Wulan Jumiati Sumiati Kasiyem"
)
LAST = (
    "Wijaya Hartono Mulyono Saputra Santoso Lestari Hidayat Kurniawan Nugroho Setiawan Susanto Gunawan"
    " Firmansyah Ramadhan Pratama Siregar Nasution Simanjuntak Sitorus Manurung Harahap Supriyadi Suharto"
    " Purnomo Permana Kusuma Handayani Rahayu Puspita Anggraini Widodo Utomo Raharjo Suryana Hasan Husein"
    " Ibrahim Ismail Yusuf Halim Syafii Zulkarnain Chaerudin Djunaedi Tjahjadi Soeprapto Soedirman"
)
OLD = (
    ("u", "oe"), ("j", "dj"), ("c", "tj"), ("y", "j"), ("i", "y"), ("s", "z"), ("f", "v"), ("h", ""), ("sy", "s"),
)  # fmt: skip


def key(name: str) -> str:
    return sorted_words(name_key(name))


def a_person(chance: random.Random) -> str:
    names = [chance.choice(FIRST.split()).replace("_", " ")]
    names += chance.choices(LAST.split(), k=chance.choice((0, 1, 1, 1, 1, 2)))
    return " ".join(names)


def old_spelling(name: str, chance: random.Random) -> str:
    new, old = chance.choice(OLD)
    return name.lower().replace(new, old)


def one_slip(name: str, chance: random.Random) -> str:
    place = chance.randrange(len(name))
    return name[:place] + chance.choice(("", "a", "n", name[place] * 2)) + name[place + 1 :]


RESPELT = {
    "old spelling": old_spelling,
    "one slip": one_slip,
    "title": lambda name, chance: chance.choice(("H. ", "Hj. ", "Bpk. ", "Drs. ", "KH. ", "Ny. ")) + name,
    "degree": lambda name, chance: name + chance.choice((", S.Pd", ", S.E., M.M.", " S.Kom")),
    "Muhammad": lambda name, chance: (
        name.replace("Muhammad", chance.choice(("Muh.", "M.", "Moh.", "Mochamad", "Mhd", "Muhamad")))
        if "Muhammad" in name
        else f"Muhammad {name}"
    ),
    "last initial": lambda name, _: " ".join([*name.split()[:-1], name.split()[-1][0] + "."]),
    "order": lambda name, _: " ".join(reversed(name.split())),
    "joined": lambda name, _: name.replace(" ", "", 1),
    "cut at 15": lambda name, _: name[:15],
    "with the father's": lambda name, chance: f"{name} bin {chance.choice(FIRST.split()).replace('_', ' ')}",
    "capitals": lambda name, _: name.upper(),
}


@pytest.mark.parametrize("how", RESPELT)
def test_a_respelt_name_is_the_same_persons(how: str) -> None:
    chance = random.Random(how)
    people = [name for name in (a_person(chance) for _ in range(600)) if " " in name]
    refused = [name for name in people if not agree(key(name), key(RESPELT[how](name, chance)))]
    assert len(refused) <= len(people) // 100, refused


def test_two_people_are_told_apart() -> None:
    """Nobody's whole name is part of the other's: of such pairs nothing can be said from the names."""
    chance = random.Random(13)
    pairs = [(key(a_person(chance)), key(a_person(chance))) for _ in range(20_000)]
    pairs = [(one, other) for one, other in pairs if not _part(one, other) and not _part(other, one)]
    sharing = [pair for pair in pairs if set(pair[0].split()) & set(pair[1].split())]
    assert len(sharing) > 400
    assert sum(agree(*pair) for pair in pairs) <= len(pairs) // 500
    assert sum(agree(*pair) for pair in sharing) <= len(sharing) // 40


def _part(one: str, other: str) -> bool:
    return set(one.split()) <= set(other.split())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ani Wijaya", "Slamet Riyadi", False), ("Budi Santoso", "Budi Hartono", False),
        ("Ani Wijaya", "Budi Wijaya", False), ("Siti Aminah", "Siti Rahayu", False),
        ("Muhammad Yusuf", "Muhammad Iqbal", False), ("Siti", "Siti Rahayu", False),
        ("Tjipto Mangoenkoesoemo", "Cipto Mangunkusumo", True), ("Muhammad Yusuf", "M. Yusuf", True),
        ("Siti Aminah", "St. Aminah", True), ("Abdul Rahman", "Abdurrahman", True),
        ("Djoko Widodo", "Joko Widodo", True),
        ("Hj. Siti Nurjanah", "Siti Nur Janah", True), ("Ani", "Ani Wijaya", True), ("", "Ani", True),
    ],
)  # fmt: skip
def test_names_that_must_be_told_rightly(one: str, other: str, same: bool) -> None:
    assert agree(key(one), key(other)) is same
    assert agree(key(other), key(one)) is same
