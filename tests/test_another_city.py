"""Another city is its own files: a programme with other languages and categories, and words. No code knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.messages import one_batch
from tests.conftest import forget_everything
from tests.console.desk import at_the_desk
from tests.conversations.test_texts import kept
from tests.handset import Handset
from tests.serving import new_client
from verify_service.app import create_app
from verify_service.ground.crypto import unseal
from verify_service.ground.programme import DEFAULT, programme
from verify_service.ground.settings import SettingsRefused
from verify_service.messaging import catalogue

ROOT = Path(__file__).parents[1]
NUMBER = "+6281234567890"
MARKET = (
    'stall_fee = { code = "P01", unit = "market", sla = "ordinary", escalate_to = "Kepala Pasar",'
    ' name = "Pungutan lapak", description = "Uang lapak diminta dua kali." }'
)


def javanese() -> str:
    """Words of a language that we have none of: those in Indonesian, each of which says that it is another."""
    words = (ROOT / "flows" / "texts" / "id.toml").read_text(encoding="utf-8")
    for ours, theirs in (
        ('name = "Bahasa Indonesia"', 'name = "Basa Jawa"'),
        ('back = "Kembali"', 'back = "Bali"'),
        ('exit = "Keluar"', 'exit = "Metu"'),
        ('continue = "Lanjut"', 'continue = "Terus"'),
    ):
        assert ours in words
        words = words.replace(ours, theirs)
    return words


def write_city(folder: Path) -> Path:
    """The files of a city that speaks Javanese and English, and has a kind of report that we have not."""
    written = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    kinds = [line for line in written.splitlines() if not line.startswith(("card = ", "fraud = ", "moved = "))]
    written = "\n".join(kinds).replace('languages = ["id", "su", "en"]', 'languages = ["jv", "en"]\ntexts = "words"')
    written = written.replace('kelurahan = "Kelurahan"\n', 'kelurahan = "Kelurahan"\nmarket = "Dinas Pasar"\n')
    written = written.replace("\nnot_active = {", f"\n{MARKET}\nnot_active = {{")
    (folder / "words").mkdir()
    (folder / "words" / "jv.toml").write_text(javanese(), encoding="utf-8")
    file = folder / "city.toml"
    file.write_text(written, encoding="utf-8")
    return file


@pytest.fixture
def city(db: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("VERIFY_PROGRAMME", str(write_city(tmp_path)))
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    forget_everything()
    catalogue.wordings.cache_clear()
    catalogue.words_version.cache_clear()


def test_a_phone_is_spoken_to_in_the_languages_of_the_city(city: Path, db: Any) -> None:
    phone = Handset(new_client(), NUMBER)
    assert "1 Basa Jawa\n2 English" in phone.dial()
    assert "Terus" in phone.send("1")
    menu = phone.send("1")
    assert "Metu" in menu
    assert "Keluar" not in menu
    assert db.execute("SELECT language FROM phone").fetchone() == ("jv",)
    assert "0 Bali" in phone.send("2")
    other = Handset(new_client(), "+6281234567891")
    other.dial()
    other.send("2")
    assert "1 Check my cover" in other.send("1")


def test_a_report_by_text_is_filed_and_answered_in_its_first_language(city: Path, db: Any) -> None:
    kept("LAPOR kartu saya belum datang sampai sekarang", at=dt.datetime.now(dt.UTC))
    one_batch()
    ((category, words, language),) = db.execute("SELECT category, words, language FROM grievance").fetchall()
    assert category in programme().categories
    assert "kartu" in unseal(words, "grievance.words").casefold()
    assert language in (None, "jv")
    bodies = [unseal(body, "outbox.body") for (body,) in db.execute("SELECT body FROM outbox").fetchall()]
    assert bodies
    assert all(programme().brand in body for body in bodies)


def test_an_officer_files_under_a_kind_of_report_that_only_this_city_has(city: Path, db: Any) -> None:
    desk = at_the_desk(unit="market", cleared=True)
    form = desk.see("/console/cases/new")
    for word in ("Pungutan lapak", "Basa Jawa", "English"):
        assert word in form, word
    for word in ("Basa Sunda", 'value="card"'):
        assert word not in form, word
    asked = {"channel": "call", "category": "stall_fee", "identity": "normal", "words": "Dua kali ditagih"}
    who = {"phone": NUMBER, "name": "Sri", "kelurahan": "32.75.01.1001", "language": "jv"}
    done = desk.post("/console/cases/new", {**asked, **who, "once": "one"})
    assert done.status_code == 200, done.get_data(as_text=True)
    assert db.execute("SELECT category, unit, language FROM grievance").fetchone() == ("stall_fee", "market", "jv")
    (case,) = db.execute("SELECT id FROM grievance").fetchone()
    page = desk.open(case)
    assert "Pungutan lapak" in page
    assert "Dinas Pasar" in page
    listed = new_client().get("/open311/v2/services.json").get_data(as_text=True)
    assert "Uang lapak diminta dua kali." in listed
    kept("halo pak bade tangklet rumiyin nggih", "+6281299990000")  # a text that only a person can deal with
    one_batch()
    ((text, how),) = db.execute("SELECT id, handled_as FROM inbound_message").fetchall()
    assert how == "triage"
    assert 'value="stall_fee"' in at_the_desk("supervisor", cleared=True).see(f"/console/texts/{text}")


def test_a_language_without_words_stops_the_start_and_is_named(city: Path) -> None:
    (city / "words" / "jv.toml").unlink()
    _forget()
    with pytest.raises(SettingsRefused, match=r"there are no texts of a language: .*jv\.toml"):
        create_app()
