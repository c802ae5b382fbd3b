"""What texters go through: each situation is one that a fault of the past needed to show itself.

Nobody here knows what has to become of it; that is the oracle's (texts_reckoning), from what went over the doors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.soak.texters import PART, Phone

COVER, CARD, WORK, MONEY = "Iuran", "kartu peserta", "Masih bekerja", "meminta uang dari Anda"
QUESTION, DIGITS, OWN_WORD = "apakah Anda sudah terdaftar", "Balas 1 jika sudah", "yang kami tanya"
THANKS, RECEIVED, CHECK = "jawaban Anda tercatat", "sudah kami terima", "balas CEK"
THANKED = "Program ini gratis"
URGENT, CATEGORY, ABOUT, IDENTITY = "kecelakaan kerja atau kematian", "Masalah apa", "perbuatan seseorang", "identitas"
NO_NAME, TELL, CONTACT, FILED = "Anonim: nama", "Tulis singkat", "boleh menghubungi", "Laporan diterima"
NAMELESS, KEPT_CODE, ADDED, STOPPED = "Laporan anonim diterima", "simpan kode", "masuk ke laporan", "dihentikan"

Script = Callable[[Phone], Awaitable[None]]


def _tag(phone: Phone) -> str:
    """What makes the words of a phone its own."""
    return f"blok {phone.number[-5:]}"


# --- talks ---


async def _rest_of_the_talk(phone: Phone) -> None:
    await phone.reads(WORK)
    await phone.text("1")
    await phone.reads(MONEY)
    await phone.text("1")
    await phone.reads("nomor", "Terima kasih")


async def copies_in_a_talk(phone: Phone) -> None:
    """Every text is brought twice at once; one digit once more, when something else is asked already."""
    await phone.text("CEK", copied=0)
    await phone.reads(COVER)
    await phone.text("1", copied=phone.world.later, gateway="kannel")  # by a clock that is right
    await phone.reads(CARD)
    await asyncio.sleep(phone.world.later + 1)
    await phone.text("2", copied=0)
    await _rest_of_the_talk(phone)


async def two_digits_at_once(phone: Phone) -> None:
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.text("2")
    await phone.reads(CARD)
    await phone.text(phone.chance.choice("13"))
    await _rest_of_the_talk(phone)


async def types_blindly(phone: Phone) -> None:
    """Who waits for no reply answers whatever has come by then."""
    await phone.text("CEK")
    await phone.reads(COVER)
    for digit in "1211":
        await phone.text(digit)
        await asyncio.sleep(2.2 + phone.chance.random())


async def words_and_digits(phone: Phone) -> None:
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("Benar, ini saya", copied=0)
    await phone.reads(CARD)
    await phone.text(phone.chance.choice(("Sudah", "Belum", "3")))
    await _rest_of_the_talk(phone)


async def upgraded_in_a_talk(phone: Phone) -> None:
    """A release comes between a prompt and its answer."""
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.reads(CARD)
    async with phone.during("an upgrade"):
        pass
    await phone.over("an upgrade")
    await phone.text("2")
    await _rest_of_the_talk(phone)


# --- the programme's question ---


async def question_answered(phone: Phone) -> None:
    await phone.asked()
    await phone.text(phone.chance.choice(("YA", "TIDAK", "tidak tahu")), copied=0)
    await phone.reads(THANKS)


async def question_in_ones_own_words(phone: Phone) -> None:
    await phone.asked()
    await phone.text("saya belum pernah didaftarkan bu", copied=phone.world.later)
    await phone.reads(THANKS)


async def question_corrected(phone: Phone) -> None:
    await phone.asked()
    await phone.text("YA")
    await phone.reads(THANKS)
    await phone.text("TIDAK", copied=0)


async def question_in_digits(phone: Phone) -> None:
    """A digit where none was offered, and then where it was."""
    await phone.asked()
    await phone.text(phone.chance.choice("12"))
    await phone.reads(DIGITS, THANKS)
    await phone.text("2")
    await phone.reads(THANKS)


async def question_in_two_parts(phone: Phone) -> None:
    await phone.asked()
    await phone.text("saya tidak", "terdaftar bu")
    await phone.reads(THANKS)


async def complaint_in_two_parts(phone: Phone) -> None:
    """Only the whole tells that it is no yes."""
    await phone.asked()
    await phone.text("sudah terdaftar tapi saya dimintai", f"uang 50 ribu sama orang {_tag(phone)}")
    await phone.reads(KEPT_CODE, THANKS)


async def question_in_a_talk(phone: Phone) -> None:
    """Our question comes in the middle of a talk: digits are the talk's, words whoever's has them."""
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.reads(CARD)
    await phone.asked()
    await phone.text("TIDAK")
    await phone.reads(THANKS)
    await phone.text("2")
    await phone.reads(WORK)
    await phone.text("tidak")  # of the newest screen, which asks again
    await phone.reads(WORK)


async def question_after_a_talk(phone: Phone) -> None:
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.reads(CARD)
    await phone.text("1")
    await _rest_of_the_talk(phone)
    await phone.asked()
    await phone.text("1")
    await phone.reads(DIGITS, THANKS)
    await phone.text("TIDAK")
    await phone.reads(THANKS)


async def corrected_beside_a_talk(phone: Phone) -> None:
    """A talk was left at a screen whose options have the same word: an answer is taken back where it was given."""
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.reads(CARD)
    await phone.asked()
    await phone.text("YA")
    await phone.reads(THANKS)
    await phone.text("belum")
    await phone.reads(THANKS)


async def half_of_another(phone: Phone) -> None:
    """The first half says of whom; the second by itself would be the worker's own yes."""
    await phone.asked()
    await phone.text("ini buat ibu saya", "sudah pak")
    await phone.reads(OWN_WORD)
    await phone.text("YA")
    await phone.reads(THANKS)


async def her_own_word(phone: Phone) -> None:
    """Somebody else says who speaks, and then speaks of herself: only what comes behind is the asked one's."""
    await phone.asked()
    await phone.text("ini istrinya pak", copied=0)
    await phone.reads(OWN_WORD)
    await asyncio.sleep(PART)
    await phone.text("kalo saya belum", copied=0)
    await phone.reads(RECEIVED)
    await phone.text("YA")
    await phone.reads(THANKS)


async def of_kin(phone: Phone) -> None:
    """What somebody says of a relative takes back nothing that was said of the worker."""
    await phone.asked()
    await phone.text("YA")
    await phone.reads(THANKS)
    await asyncio.sleep(PART)
    await phone.text("kalo istri belum", copied=0)
    await phone.reads(OWN_WORD)
    await asyncio.sleep(PART)  # sooner, it would be the end of that sentence
    await phone.text("TIDAK")
    await phone.reads(THANKS)


async def shared_phone(phone: Phone) -> None:
    """Somebody else of the phone answers first, by name; then the one who was asked."""
    asked = await phone.asked()
    own = next(worker for worker in phone.workers if worker.called in asked)
    other = next(worker for worker in phone.workers if worker is not own)
    await phone.text(f"ini {other.called}, saya sudah terdaftar dari tahun lalu")
    await phone.reads(OWN_WORD, THANKS)
    await phone.text(f"ini {own.called}, saya belum terdaftar dari tahun lalu")
    await phone.reads(THANKS)


# --- reports ---


async def _report(phone: Phone, identity: str) -> None:
    """Up to the point where words are asked for."""
    await phone.text("LAPOR")
    for prompt, answer in ((URGENT, "3"), (CATEGORY, "7"), (ABOUT, "3"), (IDENTITY, identity)):
        await phone.reads(prompt)
        await phone.text(answer)
    if identity == "3":
        await phone.reads(NO_NAME)
        await phone.text("1")
    await phone.reads(TELL)


async def report_in_two_parts(phone: Phone) -> None:
    await _report(phone, phone.chance.choice("12"))
    await phone.text("kartu saya belum datang juga", f"sudah saya tanya ke kantor {_tag(phone)}")
    await phone.reads(CONTACT)
    await phone.text("2")
    await phone.reads(FILED)


async def anonymous_and_more(phone: Phone) -> None:
    """Words go on after an anonymous report, some of them brought twice."""
    await phone.text(f"LAPOR nama anak saya salah tulis {_tag(phone)}", copied=0)
    await phone.reads(KEPT_CODE)
    await _report(phone, "3")
    await phone.text(f"tetangga kaya dapat kartu saya tidak {_tag(phone)}", copied=phone.world.later)
    await phone.reads(NAMELESS)
    await asyncio.sleep(PART)
    await phone.text(f"orangnya datang lagi minta uang 50 ribu di {_tag(phone)}", copied=0)
    await phone.reads(RECEIVED, KEPT_CODE, ADDED)


async def anonymous_and_another(phone: Phone) -> None:
    """Behind the words of an anonymous report comes another at once: it must not name who made the first."""
    await _report(phone, "3")
    await phone.text(f"petugas tidak adil kepada kami semua {_tag(phone)}")
    await phone.text(f"LAPOR kartu istri saya hilang di pasar {_tag(phone)}")
    await phone.reads(RECEIVED)


async def anonymous_and_copied(phone: Phone) -> None:
    """No worker runs: the words of an anonymous report are brought twice before anybody has read them."""
    await _report(phone, "3")
    async with phone.during("no worker"):
        await phone.text(f"tetangga kaya dapat kartu saya tidak {_tag(phone)}", copied=0)
    await phone.reads(NAMELESS)


async def wished_and_told(phone: Phone) -> None:
    """Somebody asks not to be named before telling anything, and tells it at the menu instead of choosing."""
    await phone.text("LAPOR anonim pak", copied=0)
    await phone.reads(URGENT)
    await phone.text(f"petugas tidak adil kepada kami semua {_tag(phone)}", copied=phone.world.later)
    await phone.reads(NAMELESS)


async def answered_after_anonymous(phone: Phone) -> None:
    """An answer to our question tells of the same once more, minutes after an anonymous report."""
    await _report(phone, "3")
    await phone.text(f"petugas tidak adil kepada kami semua {_tag(phone)}")
    await phone.reads(NAMELESS)
    await phone.asked()
    await phone.text(f"sudah terdaftar tapi saya dimintai uang oleh petugas {_tag(phone)}", copied=0)
    await phone.reads(RECEIVED, THANKS)


async def reported_in_one_breath(phone: Phone) -> None:
    """The words come with LAPOR, before anything of its talk could be read."""
    await phone.text("LAPOR")
    await phone.text(f"petugas minta uang untuk kartu saya {_tag(phone)}", copied=phone.world.later)
    await phone.reads(KEPT_CODE)


async def report_by_keyword(phone: Phone) -> None:
    await phone.text(f"LAPOR kartu saya hilang di jalan {_tag(phone)}", copied=phone.world.later)
    await phone.reads(KEPT_CODE)
    await asyncio.sleep(PART)
    await phone.text(f"tolong kabari anak saya di rumah {_tag(phone)}", copied=0)
    await phone.reads(RECEIVED, ADDED)


async def complained_again(phone: Phone) -> None:
    """A word or two of the same beside the one open report: they are in it."""
    await phone.text(f"LAPOR kartu saya hilang di kebun {_tag(phone)}")
    await phone.reads(KEPT_CODE)
    await asyncio.sleep(PART)
    await phone.text("kartu hilang", copied=0)
    await phone.reads(RECEIVED, ADDED)


_BY_CALL = {
    "Pilih bahasa": "1", "Data Anda dipakai": "1", "Lapor masalah": "2", URGENT: "3", CATEGORY: "7", ABOUT: "3",
    IDENTITY: "1", CONTACT: "2",
}  # fmt: skip


async def finished_by_call(phone: Phone) -> None:
    """A report is left where its words are asked for, and made by a call: what is written next is no second one."""
    await _report(phone, "1")
    words = f"kartu saya hilang di sawah {_tag(phone)}"
    await phone.tells_by_call({**_BY_CALL, TELL: words}, words)
    await asyncio.sleep(PART)
    await phone.text("makasih", copied=0)
    await phone.reads(THANKED)
    await asyncio.sleep(PART)
    await phone.text(f"hilangnya waktu banjir besar {_tag(phone)}", copied=0)
    await phone.reads(RECEIVED, ADDED)


# --- while something happens to all ---


async def impatient(phone: Phone) -> None:
    """The gateway is away, so that no next prompt comes; somebody writes again."""
    await phone.text("CEK")
    await phone.reads(COVER)
    async with phone.during("an outage"):
        await phone.text("1")
        await asyncio.sleep(1.5)
        await phone.text("2")
    await phone.reads(CARD)
    await phone.text("1")
    await _rest_of_the_talk(phone)


async def answered_before_asked(phone: Phone) -> None:
    """Our question waits for the gateway: a YA of that time answers something else."""
    async with phone.during("an outage"):
        await phone.world.ask(phone.number)
        await asyncio.sleep(1)
        await phone.text("YA")
    await phone.reads(QUESTION)
    await phone.text("TIDAK")
    await phone.reads(THANKS)


async def stop_behind_words(phone: Phone) -> None:
    """No worker runs: unclear words, then STOP. Whoever sent STOP is asked nothing more."""
    await phone.asked()
    async with phone.during("no worker"):
        await phone.text("hmm apa")
        await phone.text("STOP", copied=0)
    await phone.reads(STOPPED)


async def stop_behind_an_answer(phone: Phone) -> None:
    await phone.asked()
    async with phone.during("no worker"):
        await phone.text("YA")
        await phone.text("STOP")
        await phone.text(f"LAPOR kartu saya hilang di kali {_tag(phone)}")
    await phone.reads(STOPPED)


async def stop_in_a_talk(phone: Phone) -> None:
    await phone.text("CEK")
    await phone.reads(COVER)
    await phone.text("1")
    await phone.text("STOP")
    await phone.reads(STOPPED)


async def backlog(phone: Phone) -> None:
    """No worker runs: a talk's answer, a second one, and a report wait, each as it was written."""
    await phone.text("CEK")
    await phone.reads(COVER)
    async with phone.during("no worker"):
        await phone.text("1", copied=0)
        await phone.text("3")
        await asyncio.sleep(PART + 1)
        await phone.text("petugas minta uang", f"lima puluh ribu untuk kartu {_tag(phone)}", copied=0)
    await phone.reads(KEPT_CODE)


async def poison(phone: Phone) -> None:
    """A text that the tables refuse, among others that they take."""
    await phone.asked()
    await phone.text(f"besok saya ke kantor {_tag(phone)}", kind="poison")
    await phone.text("YA")
    await phone.reads(THANKS)
    await phone.text("STOP")
    await phone.reads(STOPPED)


async def beside_a_slow_one(phone: Phone) -> None:
    """One worker takes long over somebody else's text: the other worker hears this one meanwhile."""
    async with phone.during("a slow text"):
        await asyncio.sleep(1 + phone.chance.random())
        await phone.text("BANTUAN", kind="quick")
    await phone.reads("balas CEK, LAPOR")


async def the_slow_one(phone: Phone) -> None:
    async with phone.during("a slow text"):
        await phone.text("BANTUAN", kind="slow")
    await phone.reads("balas CEK, LAPOR")


@dataclass(frozen=True)
class Situation:
    """A script, what it waits for to happen, and how many workers its phone answers for."""

    script: Script
    stages: tuple[str, ...] = ()
    workers: int = 1


OUTAGE, NO_WORKER, UPGRADE, SLOW = "an outage", "no worker", "an upgrade", "a slow text"
STAGES = (OUTAGE, NO_WORKER, UPGRADE, SLOW)
SITUATIONS: Mapping[str, Situation] = {
    "copies in a talk": Situation(copies_in_a_talk),
    "two digits at once": Situation(two_digits_at_once),
    "types blindly": Situation(types_blindly),
    "words and digits": Situation(words_and_digits),
    "upgrade in a talk": Situation(upgraded_in_a_talk, (UPGRADE,)),
    "question": Situation(question_answered),
    "question, own words": Situation(question_in_ones_own_words),
    "question, corrected": Situation(question_corrected),
    "question, by digits": Situation(question_in_digits),
    "question, two parts": Situation(question_in_two_parts),
    "complaint, two parts": Situation(complaint_in_two_parts),
    "question in a talk": Situation(question_in_a_talk),
    "question after a talk": Situation(question_after_a_talk),
    "corrected beside a talk": Situation(corrected_beside_a_talk),
    "half of another's": Situation(half_of_another),
    "her own word": Situation(her_own_word),
    "of kin": Situation(of_kin),
    "shared phone": Situation(shared_phone, workers=2),
    "report, two parts": Situation(report_in_two_parts),
    "anonymous, and more": Situation(anonymous_and_more),
    "anonymous, another": Situation(anonymous_and_another),
    "anonymous, copied": Situation(anonymous_and_copied, (NO_WORKER,)),
    "anonymous, wished": Situation(wished_and_told),
    "anonymous, asked": Situation(answered_after_anonymous),
    "report in one breath": Situation(reported_in_one_breath),
    "report by keyword": Situation(report_by_keyword),
    "complained again": Situation(complained_again),
    "finished by call": Situation(finished_by_call),
    "reply late": Situation(impatient, (OUTAGE,)),
    "question late": Situation(answered_before_asked, (OUTAGE,)),
    "STOP behind words": Situation(stop_behind_words, (NO_WORKER,)),
    "STOP behind a YA": Situation(stop_behind_an_answer, (NO_WORKER,)),
    "STOP in a talk": Situation(stop_in_a_talk),
    "backlog": Situation(backlog, (NO_WORKER,)),
    "poison": Situation(poison),
    "beside a slow one": Situation(beside_a_slow_one, (SLOW,)),
    "a slow text": Situation(the_slow_one, (SLOW,)),
}
