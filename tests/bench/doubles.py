"""A city of invented people of whom it is known who stands on its lists twice, by which fault, and who only seems to.

Names are put together from several regions' own, in the share of a large city; none of the lists is the sample's. The
hard ones are in it: twins, fathers and sons on one phone, namesakes of one birthday, a form's default birth date.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

# region: share, given names of men, of women, further names
_REGIONS = {
    "Java": (
        34,
        "Sugeng Paryono Triyono Wasito Kuncoro Bagyo Darsono Hadi Jumadi Karyono Mulyanto Ngadimin Parjo Rusmanto"
        " Sarwono Tarno Untung Waluyo Yitno Giyanto Prayitno Sumarsono Suwandi Tugiman Wiyono Joyo",
        "Sulastri Tukinah Warsini Yatinah Ngatinah Partini Rumiyati Sutinah Tumini Wiwik Sarinah Kasminah Lasmi"
        " Murtini Poniyem Sriyatun Tarmi Umiyati Wagiyem Sunarti Mujiati Jumini",
        "Wicaksono Prabowo Adiputra Kusnadi Hardjono Notonegoro Baskoro Wardoyo Pamungkas Sasongko Djatmiko Yulianto"
        " Purwanto Haryadi Wibisono Cahyono Subroto Suryanto Sudjarwo",
    ),
    "Sunda": (
        22,
        "Dudung Entis Aceng Kosasih Jajang Yayat Tatang Oman Engkos Maman Rukman Didin Encep Iwan Yoyo Dayat",
        "Icih Nining Eneng Kokom Aas Enok Oneng Cucu Imas Tintin Yoyoh Dedeh Juju Entin Rukmini Euneng",
        "Sutisna Koswara Sumantri Wiratmaja Kartasasmita Somantri Sukmana Ruhiyat Gandasasmita Adiwinata Suherman"
        " Djunaedi Mulyana Rustandi",
    ),
    "Betawi": (
        16,
        "Muhammad_Nasir Muhammad_Soleh Muhammad_Rizal Muhammad_Faisal Abdul_Ghani Abdul_Hamid Abdul_Latif Rojali"
        " Mursidi Namin Sanusi Marzuki Jaelani Muhidin Syaifudin Ahmad_Fauzi Ahmad_Zaini Nasrullah Khoirul_Anam",
        "Siti_Rogayah Siti_Maesaroh Siti_Zubaedah Siti_Mariam Siti_Khodijah Rohayati Mursanih Saodah Maimunah"
        " Nurlaela Hafsah Nur_Asiah Juleha Zaenab Umi_Kalsum Nurjannah Nuraini",
        "Mansyur Sabeni Naiman Rohili Mukhtar Baidowi Sahroni Jayadi Hambali Bachtiar Fadillah Romli Kurtubi",
    ),
    "Batak": (
        9,
        "Parlindungan Tigor Sahat Bonar Togar Poltak Jonggi Maruli Hotman Binsar Saut Monang Ramli Luhut",
        "Tiurma Rotua Lamria Duma Hotmaida Rosmawati Nurmala Basaria Tiarma Sondang Marintan Delima",
        "Sinaga Hutapea Panjaitan Situmorang Lumbantoruan Pardede Simatupang Napitupulu Lubis Batubara Pohan Daulay"
        " Tambunan Silalahi Pakpahan",
    ),
    "Minang": (
        7,
        "Zulfikar Syafrizal Yusrizal Afrizal Masrizal Nofrizal Zulkifli Syahrial Amrizal Erizal Bustami Darwis",
        "Yusnimar Ermawati Asnimar Yulidar Rosnidar Nurbaiti Desmawati Zubaidah Elfitri Syamsidar Darnis Erlinda",
        "Chaniago Tanjung Piliang Koto Sikumbang Jambak Guci Caniago Malik Effendi Nazir",
    ),
    "Bugis": (
        4,
        "Baharuddin Syamsuddin Tajuddin Kamaruddin Nurdin Sirajuddin Hasanuddin Burhanuddin Jalaluddin Muslimin",
        "Hasnah Darmawati Hajrah Rosdiana Sitti_Hawa Andi_Tenri Nurlina Halijah Besse Masnah",
        "Daeng_Rala Massijaya Palaguna Lanurung Tanete Pasinringi Mappasessu",
    ),
    "Bali": (
        3,
        "Wayan_Sudiarta Nyoman_Suwirya Gede_Arnawa Komang_Budiasa Putu_Sudana Kadek_Suarta Nengah_Merta",
        "Wayan_Suarni Nyoman_Ratmini Luh_Sukerti Komang_Ayuni Putu_Widiani Kadek_Sutarmi Nengah_Rasmini",
        "Sukadana Pradnyana Wirata Adnyana Suardika Parwata",
    ),
    "Minahasa": (
        3,
        "Ferdy Novly Jantje Hengky Robby Denny Stenly Jemmy Frangky",
        "Meity Deisy Jultje Olga Femmy Selvie Nova Maryke Vonny",
        "Wowor Mandagi Rumengan Kaligis Tumbel Lontoh Pangemanan Sondakh Mamahit",
    ),
    "Maluku": (
        2,
        "Yopi Benyamin Elyas Thobias Hermanus Semuel Matheos",
        "Yosina Batseba Orpa Welmince Dorkas Agustina Magdalena",
        "Latuconsina Pattiasina Tuasikal Leatemia Sahetapy Tomasoa Matulessy",
    ),
}
_BEGINNINGS = [
    "Har",
    "Wi",
    "Pur",
    "Su",
    "Bud",
    "Mul",
    "Dar",
    "Kus",
    "Gun",
    "Rah",
    "Sup",
    "Ris",
    "Sis",
    "Wah",
    "Yul",
    "Har",
    "Nug",
    "Pra",
    "Ran",
    "Tri",
    "Hen",
    "Ek",
    "Jat",
    "Mar",
    "Wid",
]
_ENDINGS = {
    "L": [
        "yono",
        "yadi",
        "manto",
        "jianto",
        "darno",
        "wanto",
        "santo",
        "diyono",
        "sutrisna",
        "yanto",
        "madi",
        "joko",
        "djito",
        "satrio",
        "hardi",
        "jadi",
    ],
    "P": [
        "yanti",
        "ningsih",
        "yani",
        "tini",
        "wati",
        "lastri",
        "yatun",
        "darti",
        "sulistya",
        "riani",
        "hartini",
        "djiati",
        "nengsih",
        "miyati",
    ],
}

_OLD = (("u", "oe"), ("j", "dj"), ("c", "tj"), ("y", "j"), ("sy", "sj"), ("i", "y"), ("z", "s"), ("f", "v"))
_TITLES = ("H. ", "Hj. ", "Drs. ", "KH. ", "Bpk ", "Ibu ", "Ust. ", "Ny. ")
_SHORT = ("Muh. ", "M. ", "Moh. ", "Mohammad ", "Mochamad ", "Muhamad ", "Mhd. ")
_AREAS = [f"3275{place:02}" for place in range(1, 13)] + ["317205", "317503", "321606", "330102", "351507", "127101"]
_SINCE, _UNTIL = dt.date(1961, 1, 1), dt.date(2007, 12, 31)
_DEFAULT = dt.date(1970, 1, 1)  # what a form fills in
_HOUSES = 6_700  # RTs of a city such as Bekasi


@dataclass(frozen=True)
class Man:
    """A row of a list, and who it really is."""

    row: int
    who: int
    nik: str
    name: str
    born: dt.date | None
    phone: str | None
    place: tuple[str, str, str] | None
    fault: str = ""


class City:
    """People one after another, from a seed."""

    def __init__(self, seed: int, areas: list[str]) -> None:
        self.chance = random.Random(seed)
        self.kelurahan = areas
        self.row = 0
        self.who = 0
        self.niks: set[str] = set()
        self.last: Man | None = None

    # --- those who are who they are

    def somebody(self) -> Man:
        """One more person: now and then of the family, or a twin, or a namesake of the one before."""
        dice = self.chance.random()
        if self.last is None or dice > 0.12:
            return self._keep(self._anybody())
        return self._keep((self._twin if dice < 0.01 else self._child if dice < 0.06 else self._namesake)(self.last))

    def _keep(self, man: Man) -> Man:
        self.last = man
        return man

    def _anybody(self) -> Man:
        sex = self.chance.choice("LP")
        born = _SINCE + dt.timedelta(days=self.chance.randrange((_UNTIL - _SINCE).days))
        born = _DEFAULT if self.chance.random() < 0.002 else born
        phone = self._number() if self.chance.random() < 0.8 else None
        return self._row(self.name(sex), born, self._nik(born, sex), phone, self._place())

    def _twin(self, man: Man) -> Man:
        """The same day, house and phone, the next number, a name of like sound."""
        if man.born is None:
            return self._anybody()
        sex = _sex(man.nik)
        first = self._given(sex)
        others = man.name.split()[1:] if self.chance.random() < 0.5 else []
        serial = f"{min(int(man.nik[12:]) + 1, 9999):04}"
        nik = man.nik[:12] + serial
        nik = nik if nik not in self.niks else self._nik(man.born, sex)
        return self._row(" ".join([first, *others]), man.born, nik, man.phone, man.place)

    def _child(self, man: Man) -> Man:
        """Of the same house and phone, and a part of the father's name; some twenty-five years younger."""
        born = (man.born or _DEFAULT) + dt.timedelta(days=self.chance.randrange(18 * 365, 32 * 365))
        if born > _UNTIL:
            return self._anybody()
        sex = self.chance.choice("LP")
        name = f"{self._given(sex)} {man.name.split()[-1]}"
        return self._row(name, born, self._nik(born, sex, man.nik[:6]), man.phone, man.place)

    def _namesake(self, man: Man) -> Man:
        """Of the very same name, of another house; some of one RT, some of one birthday but another area's number."""
        sex, dice = _sex(man.nik), self.chance.random()
        born = _SINCE + dt.timedelta(days=self.chance.randrange((_UNTIL - _SINCE).days))
        place = man.place if dice < 0.1 else self._place()
        if 0.1 < dice < 0.13 and man.born:
            born = man.born
            return self._row(man.name, born, self._nik(born, sex, self._other_area(man.nik)), self._number(), place)
        return self._row(man.name, born, self._nik(born, sex), self._number(), place)

    def _other_area(self, nik: str) -> str:
        return self.chance.choice([area for area in _AREAS if area != nik[:6]])

    def _row(
        self, name: str, born: dt.date | None, nik: str, phone: str | None, place: tuple[str, str, str] | None
    ) -> Man:
        self.row += 1
        self.who += 1
        self.niks.add(nik)
        return Man(self.row, self.who, nik, name, born, phone, place)

    def name(self, sex: str) -> str:
        """A name as parents of the regions give it."""
        words = [self._given(sex)]
        words += [self._further(sex) for _ in range(self.chance.choices((0, 1, 2), (18, 67, 15))[0])]
        return " ".join(words)

    def _region(self) -> tuple[int, str, str, str]:
        return self.chance.choices(list(_REGIONS.values()), [region[0] for region in _REGIONS.values()])[0]

    def _given(self, sex: str) -> str:
        """Few names are borne by many: the beginning of each list is far commoner than its end."""
        if self.chance.random() < 0.35:
            return self.chance.choice(_BEGINNINGS) + self.chance.choice(_ENDINGS[sex])
        names = self._region()[1 if sex == "L" else 2].split()
        return names[int(len(names) * self.chance.random() ** 1.6)].replace("_", " ")

    def _further(self, sex: str) -> str:
        if self.chance.random() < 0.4:
            return self.chance.choice(_BEGINNINGS) + self.chance.choice(_ENDINGS[sex])
        names = self._region()[3].split()
        return names[int(len(names) * self.chance.random() ** 1.6)].replace("_", " ")

    def _number(self) -> str:
        return f"+628{self.chance.randrange(10**9, 10**10)}"

    def _place(self) -> tuple[str, str, str]:
        house = self.chance.randrange(_HOUSES)
        per = -(-_HOUSES // len(self.kelurahan))
        return self.kelurahan[house // per], f"{house % per // 8 + 1:03}", f"{house % per % 8 + 1:03}"

    def _nik(self, born: dt.date, sex: str, area: str | None = None) -> str:
        while True:
            where = area or self.chance.choices(_AREAS, [6] * 12 + [2] * (len(_AREAS) - 12))[0]
            most = 9999 if born == _DEFAULT or len(self.niks) > 200_000 else 60
            nik = f"{where}{_day(born, sex)}{self.chance.randrange(1, most):04}"
            if nik not in self.niks:
                return nik

    # --- those who are somebody else's second row

    def again(self, man: Man) -> Man:
        """The same person under another NIK: mistyped or corrected, and mostly something else with it."""
        faults: list[str] = []

        def one_of(*ways: tuple[float, str, Callable[[Man], Man]]) -> None:
            nonlocal man
            weights = [weight for weight, _, _ in ways]
            _, fault, way = self.chance.choices(ways, weights)[0]
            changed = way(man)
            if changed != man:
                faults.append(fault)
            man = changed

        one_of(
            (45, "nik digit", self._slip_of_nik),
            (15, "nik swapped", self._swap_of_nik),
            (20, "nik and birth date", self._corrected),
            (20, "nik of another", self._another_nik),
        )
        one_of(
            (35, "", lambda held: held),
            (17, "old spelling", lambda held: replace(held, name=_respelt(held.name, self.chance))),
            (10, "name slip", lambda held: replace(held, name=_slip(held.name, self.chance))),
            (9, "title", lambda held: replace(held, name=self.chance.choice(_TITLES) + held.name)),
            (8, "muhammad", lambda held: replace(held, name=_muhammad(held.name, self.chance))),
            (8, "word left out", lambda held: replace(held, name=_shorter(held.name, self.chance))),
            (5, "order", lambda held: replace(held, name=" ".join(reversed(held.name.split())))),
            (4, "joined", lambda held: replace(held, name=held.name.replace(" ", "", 1))),
            (4, "initial", lambda held: replace(held, name=_initial(held.name))),
        )
        one_of(
            (84, "", lambda held: held),
            (4, "day and month", lambda held: replace(held, born=_swapped(held.born))),
            (4, "birth slip", lambda held: replace(held, born=_near(held.born, self.chance))),
            (8, "no birth date", lambda held: replace(held, born=None)),
        )
        one_of(
            (55, "", lambda held: held),
            (20, "other phone", lambda held: replace(held, phone=self._number())),
            (25, "no phone", lambda held: replace(held, phone=None)),
        )
        one_of(
            (65, "", lambda held: held),
            (25, "moved", lambda held: replace(held, place=self._place())),
            (10, "no place", lambda held: replace(held, place=None)),
        )
        self.row += 1
        self.niks.add(man.nik)
        return replace(man, row=self.row, fault=", ".join(faults))

    def _slip_of_nik(self, man: Man) -> Man:
        return self._valid(man, lambda nik, at: nik[:at] + str(self.chance.randrange(10)) + nik[at + 1 :])

    def _swap_of_nik(self, man: Man) -> Man:
        return self._valid(man, lambda nik, at: nik[:at] + nik[at + 1 : at + 2] + nik[at : at + 1] + nik[at + 2 :])

    def _valid(self, man: Man, change: Callable[[str, int], str]) -> Man:
        """Changed somewhere, still a NIK that can be and nobody's: any other is refused at its cell."""
        from verify_service.registry.nik import Nik, read_nik

        for _ in range(200):
            nik = change(man.nik, self.chance.randrange(15))
            if nik not in self.niks and isinstance(read_nik(nik), Nik):
                return replace(man, nik=nik)
        return self._another_nik(man)

    def _corrected(self, man: Man) -> Man:
        """The birth date was wrong, and with it the number; the serial mostly stays."""
        born = _near(man.born, self.chance) or _DEFAULT
        nik = man.nik[:6] + _day(born, _sex(man.nik)) + man.nik[12:]
        if nik in self.niks or self.chance.random() < 0.4:
            nik = self._nik(born, _sex(man.nik), man.nik[:6])
        return replace(man, born=born, nik=nik)

    def _another_nik(self, man: Man) -> Man:
        """The number of the same area and day with another serial, or of another area; the birth date stays."""
        area = man.nik[:6] if self.chance.random() < 0.7 else None
        return replace(man, nik=self._nik(man.born or _DEFAULT, _sex(man.nik), area))


def _sex(nik: str) -> str:
    return "P" if int(nik[6:8]) > 40 else "L"


def _day(born: dt.date, sex: str) -> str:
    return f"{born.day + (40 if sex == 'P' else 0):02}{born:%m%y}"


def _respelt(name: str, chance: random.Random) -> str:
    """Every u is oe, or every j is dj; a letter that was respelt is not respelt again."""
    fitting = [(new, old) for new, old in _OLD if new in name.lower()]
    if not fitting:
        return name
    new, old = chance.choice(fitting)
    return re.sub(f"(?<![td]){new}", old, name.lower()).title()


def _slip(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    if name[at] == " ":
        return name
    return name[:at] + chance.choice(("", "n", "a", "r", name[at] * 2)) + name[at + 1 :]


def _muhammad(name: str, chance: random.Random) -> str:
    short = chance.choice(_SHORT)
    return name.replace("Muhammad ", short) if "Muhammad " in name else short + name


def _shorter(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) > 1:
        words.pop(chance.randrange(1, len(words)))
    return " ".join(words)


def _initial(name: str) -> str:
    words = name.split()
    return " ".join([*words[:-1], f"{words[-1][0]}."]) if len(words) > 1 else name


def _swapped(born: dt.date | None) -> dt.date | None:
    return born.replace(day=born.month, month=born.day) if born and born.day <= 12 else born


def _near(born: dt.date | None, chance: random.Random) -> dt.date | None:
    """A slip in the day, the month or the year."""
    if born is None:
        return None
    way = chance.randrange(3)
    if way == 0:
        return born.replace(day=chance.randrange(1, 29))
    if way == 1:
        return born.replace(month=chance.randrange(1, 13), day=min(born.day, 28))
    return born.replace(year=min(max(born.year + chance.choice((-10, -1, 1, 10)), 1955), 2007), day=min(born.day, 28))


def city(seed: int, listed: int, more: int, areas: list[str]) -> tuple[list[Man], list[Man]]:
    """Who is listed, and the file that comes in: a twentieth of it listed already, a fiftieth twice in it."""
    made = City(seed, areas)
    before = [made.somebody() for _ in range(listed)]
    file = list(_file(made, before, more))
    made.chance.shuffle(file)
    return before, file


def _file(made: City, before: list[Man], more: int) -> Iterator[Man]:
    known = made.chance.sample(before, min(len(before), more // 20))
    doubles = more // 50
    fresh = [made.somebody() for _ in range(more - len(known) - doubles)]
    yield from fresh
    for man in known:
        yield made.again(man)
    for man in made.chance.sample(fresh, doubles):
        yield made.again(man)
