"""The pages on which officers decide, in a real browser: at a desk, on a phone and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.console.test_proposals import proposed
from tests.officers import EMAIL, an_officer
from tests.people import NOW, a_phone, a_worker
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.database import transaction

pytestmark = pytest.mark.browser
SECOND = "kedua@bekasi.example"


def sign_in(visit: Visit, email: str = EMAIL, *, role: str = "officer", name: str = "Ibu Petugas") -> Page:
    an_officer(email, role, name=name)
    return visit.sign_in(email)


@pytest.fixture
def waiting(db: Any) -> int:
    """Two proposals, one of somebody with a long name who needs help."""
    proposed(db, "3275011501990001", name="Rina")
    return proposed(
        db, name="Raden Mas Sulistiawati Kusumawardhani Dewi", job="waste_picker", help_needed="walk", member="unsure"
    )


def fits(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.fits()


def test_the_pages_of_proposals_fit_and_shut_nobody_out(visit: Visit, db: Any, waiting: int) -> None:
    sign_in(visit)
    fits(visit, "/console/decisions")
    fits(visit, f"/console/decisions/{waiting}")
    page = visit.page
    page.get_by_label("Catatan").fill("Terlalu muda")
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_role("alert")).to_have_text("Pilih alasan dari daftar.")
    expect(page.get_by_label("Catatan")).to_have_value("Terlalu muda")
    assert visit.faults() == []
    visit.complaints.clear()  # the browser says that it was answered 400
    page.get_by_label("Alasan menolak").select_option("age")
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_text("Pembaca pertama: tolak").first).to_be_visible()
    fits(visit, f"/console/decisions/{waiting}")


def test_two_officers_accept_with_the_keyboard_alone(visit: Visit, db: Any, waiting: int) -> None:
    page = sign_in(visit)
    visit.go("/console/decisions")
    page.locator(f"#p-{waiting} a").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Catatan").focus()
    page.keyboard.type("Sudah ditelepon")
    page.get_by_role("button", name="Terima", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Menunggu pembaca kedua")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()
    sign_in(visit, SECOND)
    visit.go(f"/console/decisions/{waiting}")
    expect(page.get_by_text("Sudah ditelepon")).to_be_visible()
    page.get_by_role("button", name="Setuju: ini memutuskan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Diterima untuk keputusan berikutnya").first).to_be_visible()
    assert db.execute("SELECT state FROM proposal WHERE id = %s", [waiting]).fetchone() == ("accepted",)


def test_the_pages_of_removals_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    someone = a_worker(db, name="Raden Mas Sulistiawati Kusumawardhani Dewi", occupation="PEKERJA RUMAH TANGGA")
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           VALUES (%s, 'rt_head', 'moved', 'ussd', 'test:1', %s)""",
        [someone.enrolment, NOW],
    )
    page = sign_in(visit)
    fits(visit, "/console/decisions/removals")
    fits(visit, "/console/decisions/removals/find")
    page.get_by_label("Tentang siapa?").fill("sulistiawati")
    page.get_by_role("button", name="Cari").click()
    visit.fits()
    page.get_by_role("link", name="Pilih").click()
    page.wait_for_url("**/new?enrolment=*")
    fits(visit, f"/console/decisions/removals/new?enrolment={someone.enrolment}")
    page.get_by_label("Alasan").select_option("moved")
    page.get_by_label("Ketua RT, lewat HP: sudah pindah").check()
    page.get_by_role("button", name="Usulkan pencoretan").click()
    page.wait_for_url("**/removals/1")
    page.get_by_role("button", name="Keluar").click()
    sign_in(visit, SECOND)
    visit.go("/console/decisions/removals/1")
    page.get_by_role("button", name="Setuju: beri tahu orangnya").click()
    expect(page.get_by_text("Orangnya sudah diberi tahu")).to_be_visible()
    fits(visit, "/console/decisions/removals/1")
    fits(visit, "/console/decisions/removals/1?paper=1")
    fits(visit, "/console/decisions/removals?state=noticed")


def test_the_page_of_deaths_fits_and_shuts_nobody_out(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    for subject, closed in (("a", None), ("b", NOW)):
        db.execute(
            """INSERT INTO task (kind, subject, kelurahan_code, enrolment_id, due_on, opened_at, closed_at, closed_how)
               VALUES ('death_reported', %s, '32.75.01.1001', %s, '2026-11-20', %s, %s, %s)""",
            [subject, someone.enrolment, NOW, closed, "confirmed" if closed else None],
        )
    page = sign_in(visit)
    fits(visit, "/console/decisions/deaths")
    page.get_by_role("link", name="Buka pencoretan: meninggal").click()
    expect(page.get_by_label("Alasan")).to_have_value("deceased")


def test_the_page_of_a_text_counts_what_a_reply_takes_and_fits(visit: Visit, db: Any) -> None:
    number = "+6281234567890"
    told = NewGrievance("other", "report", "ussd", "conversation:1:1", identity="normal", phone_id=a_phone(db, number))
    with transaction() as session:
        open_grievance(session, told, now=NOW)
    db.execute(
        """INSERT INTO inbound_message (gateway, provider_id, sender, sender_index, body, received_at, handled_at,
                                        handled_as)
           VALUES ('africastalking', 'x', %s, %s, %s, %s, %s, 'triage')""",
        [
            seal(number, "inbound_message.sender"),
            blind_index(number, "phone"),
            seal("kapan kartu saya datang " * 12, "inbound_message.body"),
            NOW,
            NOW,
        ],
    )
    page = sign_in(visit)
    fits(visit, "/console/texts/1")
    page.get_by_label("Kata-kata Anda").fill("Besok {pagi}")
    expect(page.locator("#length")).to_have_text("28/306 karakter terkirim, jumlah SMS: 1")
    page.get_by_label("Kata-kata Anda").fill("panjang " * 20)
    expect(page.locator("#length")).to_contain_text("jumlah SMS: 2")
    page.get_by_label("Kata-kata Anda").fill("Besok pagi di kelurahan.")
    page.get_by_role("button", name="Kirim balasan").click()
    expect(page.get_by_text("Tidak ada yang terbuka di sini.")).to_be_visible()
    fits(visit, "/console/texts/1")
    assert db.execute("SELECT screen FROM outbox").fetchall() == [("reply",)]
