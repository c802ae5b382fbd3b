"""The programme's question by SMS: which text answers it, whose word that is, and what an answer changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.accidents import urgency
from flows.asking import MEANS, SCREEN
from flows.caller import Caller, Person
from flows.complaints import complaints
from flows.conversation import Menu, Outcome
from flows.flow_state import FlowState, current
from flows.flow_state import answer as answered
from flows.kinship import asks_of_kin, says_it_of_companions
from flows.outcomes import WorkerSays as Statement
from flows.reading import option, pressed, spoken
from flows.second_thoughts import answer_left, thinks_again, without_sorry
from flows.speaker import names_of, own_clause, speaker, speaks_of_himself
from flows.understanding import understand
from verify_service.conversations.asking import LET_GO, QUESTION_FLOW, cause_of
from verify_service.conversations.by_message import Message
from verify_service.conversations.context import Context, Over
from verify_service.conversations.copies import HandledAs, words_of
from verify_service.conversations.known import Named
from verify_service.conversations.outcomes import apply
from verify_service.conversations.prompts import Prompt, Prompts
from verify_service.ground import amended
from verify_service.ground.pipeline import Asked
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Evidence, InboundMessage, OutboxMessage, Phone
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.compose import words, write
from verify_service.messaging.outbox import Answer, Asks, Purpose, answer_to, queue_answers, take_back
from verify_service.registry.names import mask_name
from verify_service.verification.evidence import RECORD

ANSWERED, STOPPED = "answered", "stopped"
UNSURE = "did not know"  # for a day a yes or a no may still come
THANKS = "s3.answered"
UNCLEAR = "s9.unclear"  # asks back with digits, once
OWN_WORD = "s12.own_word"  # asks for the worker's own word by name, once


@dataclass(frozen=True)
class Question:
    """A question that a text may answer: the prompt that was read, and the worker it is about."""

    asked: Conversation
    prompt: Prompt
    name: str
    nik4: str
    others: tuple[str, ...]  # names of the other workers of this phone
    digits: bool = False  # whether its digits were offered, and nothing was asked since that can have been read
    anothers: bool = False  # whether who spoke last on this phone to it was somebody else than the asked one
    answered_for_another: bool = False  # whether a talk since then answered for another worker of this phone

    @property
    def open(self) -> bool:
        return self.asked.ended_at is None

    def heard(self, message: InboundMessage) -> bool:
        """Whether this text was heard as an answer to it."""
        return message.conversation_id == self.asked.id

    @property
    def corrects(self) -> bool:
        """Whether it was answered before, so that another answer corrects that one."""
        return self.asked.ended_how in (ANSWERED, UNSURE)

    @property
    def is_clear(self) -> bool:
        """Whether a yes or a no stands."""
        return self.asked.ended_how == ANSWERED


def find(
    asked: Conversation | None,
    people: Sequence[Named],
    said: Message,
    prompts: Prompts,
    before: Sequence[InboundMessage] = (),
    *,
    before_stop: bool = False,
) -> Question | None:
    """The newest question of this phone that was handed over, while it may still be answered or corrected.

    One that waits for the morning hides none before it. None once the phone no longer answers for the worker. What a
    call would show of the cover is not looked up: no text says it. `before` is what was heard lately, the newest first.
    """
    prompt = prompts.answered_by(asked.id, said.received) if asked is not None else None
    if asked is None or prompt is None or not _may_be_answered(asked, prompt, said, before_stop=before_stop):
        return None
    worker = next((one for one in people if one.worker == asked.worker_id), None)
    if worker is None:
        return None
    others = tuple(one.name for one in people if one is not worker)
    digits = prompts.still_offers(UNCLEAR, prompt, said.received)
    found = Question(asked, prompt, worker.name, worker.nik4, others, digits)
    return replace(found, anothers=_was_anothers(found, before))


def _was_anothers(question: Question, before: Sequence[InboundMessage]) -> bool:
    """Whether somebody else spoke to this question, and nobody has answered it since."""
    for row in filter(question.heard, before):
        if row.handled_as == HandledAs.ANSWER:
            return False
        if read(question, words_of(row)).others_word and not says_it_of_companions(words_of(row)):
            return True
    return False


def _may_be_answered(asked: Conversation, prompt: Prompt, said: Message, *, before_stop: bool) -> bool:
    if asked.ended_at is None or asked.ended_how == LET_GO:
        return True
    if asked.ended_how == STOPPED:  # it came before they wanted no more: STOP overtakes what waits for us
        return before_stop or said.received <= asked.ended_at
    soon = dt.timedelta(minutes=programme().texting.correct_minutes)
    asked_again = prompt.screen in (UNCLEAR, OWN_WORD) and asked.ended_at < prompt.handed_at
    if asked.ended_how == UNSURE or asked_again:
        soon = dt.timedelta(hours=programme().texting.talk_hours)
    return asked.ended_how in (ANSWERED, UNSURE) and said.received - asked.ended_at <= soon


@dataclass(frozen=True)
class Read:
    """What a text says to the question: an option, or nothing for sure; `others_word` when it is not the worker's own,
    `grieves` when it tells of a problem as well, `stops` when an answer wants no more texts as well."""

    option: str = ""
    others_word: bool = False
    grieves: bool = False
    stops: bool = False

    @property
    def answers(self) -> bool:
        return bool(self.option) or self.others_word


def is_option(text: str) -> bool:
    """Whether a text is an option of the question in its very words: "tidak", "bukan saya"."""
    screen = Menu(SCREEN, tuple(wordings().screens[SCREEN].options))
    return option(wordings(), screen, text) is not None


def read(question: Question, text: str) -> Read:
    """What a text says to a question: a digit where it offered some, an option's word, or free words."""
    spoken_here = tuple(wordings().languages)
    found = _read(question.digits, question.name, question.others, text, spoken_here)
    takes_back = question.corrects or question.answered_for_another
    doubtful = takes_back and found.option in ("", "unsure") and not found.others_word
    if doubtful and (meant := _thought_again(text, behind_another=True)):
        found = Read(meant)
    nameless = names_of(question.name).isdisjoint(spoken(text).split())
    may_be_his = found.option in ("yes", "no", "unsure") or (not found.option and thinks_again(text))
    if question.answered_for_another and nameless and may_be_his:
        return Read(grieves=True) if found.grieves else replace(found, others_word=True, stops=False)
    if question.anothers and found.option in ("yes", "no", "unsure") and speaks_of_himself(text, question.name):
        return Read(grieves=True) if found.grieves else replace(found, others_word=True, stops=False)
    return found


_LISTED = re.compile(
    r"(?:iya |ya )?(?:saya |sy |aku )?(?:sudah|udah|udh|sdh|dah|tos|sampun|wis) (?:\w*daftar|kedata|didata)"
    r"(?: (?:kok|ko|koq|pak|bu|mas|mbak|alhamdulillah))*"
)


def says_that_he_is_listed(text: str) -> bool:
    """Whether it is "udah terdaftar kok" and nothing else."""
    return _LISTED.fullmatch(spoken(text)) is not None


_LATER = re.compile(r"\b(?:nanti|nti|ntar|entar|tar|besok|engke|mengko|mangke|sebentar|bentar|later|tomorrow)\b")
_NOT = r"(?:belum|blm|blom|tidak|tdk|gak|ga|gk|enggak|nggak|ngga|kagak|kaga|ora|durung|dereng|mboten|teu|can|acan)"
_CAN = r"(?:(?:bisa|bs|sempat|sempet|mau|pengen|ingin|bersedia|saged|tiasa|iso|purun|berani) )?(?:buat |utk )?"
_TO_ANSWER = (
    r"(?:(?:me|nge|nga|ng|n|m)?(?:jawab|balas|bales|respon|wangsul)\w*|(?:m|ng)?baca\w*|maca|ketik|ngetik|nulis"
    r"|tertarik|minat)"
)
# "belum bisa jawab, lagi nyetir", "ga tertarik", "enggak ah males": that is no "no" to what was asked.
_NO_ANSWER = re.compile(rf"\b{_NOT} {_CAN}{_TO_ANSWER}\b|\b(?:malas|males|ogah)\b")
_ONE_THOUGHT_MORE = re.compile(r"\b(?:eh|ralat|maksudnya|maksud saya|maaf salah)\b", re.IGNORECASE)
_OF_THE_COVER = re.compile(r"\b(?:\w*daftar\w*|\w*daptar\w*|bpjs\w*|registered|jamsostek|peserta)\b")


def names_the_cover(text: str) -> bool:
    """Whether it is plainly about being registered, whatever menu stands there."""
    return _OF_THE_COVER.search(spoken(text)) is not None


def _last_thought(text: str) -> str | None:
    """What holds of "tidak eh ya": the last, where each is an option by itself; None for anything else."""
    thoughts = [thought.strip(" ,.;") for thought in _ONE_THOUGHT_MORE.split(text) if thought.strip(" ,.;")]
    if len(thoughts) < 2:
        return None
    screen = Menu(SCREEN, tuple(wordings().screens[SCREEN].options))
    meant = [option(wordings(), screen, thought) for thought in thoughts]
    return meant[-1] if all(meant) else None


def _thought_again(text: str, *, behind_another: bool = False) -> str:
    """The option that a second thought leaves: yes of "astaga udah ternyata"; "" where there is none."""
    left = answer_left(text, behind_another=behind_another)
    screen = Menu(SCREEN, tuple(wordings().screens[SCREEN].options))
    return (left and option(wordings(), screen, left)) or ""


_A_CLAUSE = 3  # words
_PLAIN_COMPLAINTS = frozenset({"card", "harm", "money"})  # the others are as often the reason for a no


def _complains_behind(text: str) -> bool:
    """Whether a bare word that answers has a complaint behind it: "belum, kartu saya tidak pernah datang"."""
    first, _, rest = _CLAUSE_ENDS.sub("\n", text, count=1).partition("\n")
    words = spoken(rest).split()
    if len(words) < _A_CLAUSE or "?" in rest or "takut" in words or names_the_cover(rest):
        return False
    screen = Menu(SCREEN, tuple(wordings().screens[SCREEN].options))
    bare = option(wordings(), screen, first) is not None
    return bare and not _PLAIN_COMPLAINTS.isdisjoint(complaints(rest))


_CLAUSE_ENDS = re.compile(r"\s*[,.;:!\n]+\s*")


def _meanings(text: str) -> tuple[str, ...]:
    understood = understand(text)
    return (understood.meaning, *understood.also) if understood.sure else ()


# "saya belum tidur", "udah jelas kok": a state of something else.
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:(?:sudah|sdh|udah|udh|dah|wis|tos|atos|sampun|belum|blm|belom|blom|durung|dereng|teu acan)\W+)+"
    r"(?:jelas|butuh|perlu|tidur|bobo|makan|mandi|sholat|solat|pulang|paham|faham|ngerti|mengerti|malam|malem|siang"
    r"|sore|subuh|gajian|narik|bangun|sembuh|sehat|nikah|kawin"
    r"|(?:kasih|kasi|ngasih|serahkan|serahin|titipin|nitip|balikin|kembalikan) (?:kartu|ktp|kk|berkas|fotokopi)\w*"
    r"|(?:bosan|bosen|capek|cape|lelah|muak|pusing|kesel|kesal)(?!.* (?:belum|blm|belom|tidak|ga|gak|dapat|dapet)\b))\b"
)


def _puts_off(text: str, meant: str) -> bool:
    """Whether somebody says only that he will answer later, or does not want to, or tells of something else: that
    answers nothing."""
    if meant in ("yes", "no") and (rest := _OF_SOMETHING_ELSE.sub(" ", spoken(text))) != spoken(text):
        return not {"yes", "no"} & set(_meanings(rest))
    if meant == "unsure":
        return _LATER.search(spoken(text)) is not None
    if meant != "no" or names_the_cover(text) or "stop" in _meanings(text):
        return False
    left = _NO_ANSWER.sub(" ", said := spoken(text))
    return left != said and "no" not in _meanings(left)  # "ga minat, belum punya juga" does answer


_I_MEAN = re.compile(r"\s+(?:deng|ding|dink)\b", re.IGNORECASE)  # "eh udah deng": a second thought, and no more


# "belum pak, makanya saya lapor": why somebody wrote, and no complaint of its own.
_THEREFORE = re.compile(
    r"[\s,.]+(?:makanya|mangkanya|mkanya|maka nya)\s+(?:(?:saya|sy|aku|gue|abdi)\s+)?"
    r"(?:lapor|ngadu|tanya|nanya|sms|protes)\w*\W*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)  # asked several times while a text is heard
def _read(by_digits: bool, name: str, others: tuple[str, ...], text: str, languages: tuple[str, ...]) -> Read:
    written, text = text, _THEREFORE.sub("", _I_MEAN.sub("", text)) or text
    screen = Menu(SCREEN, tuple(wordings().screens[SCREEN].options))
    digit = pressed(text)
    if digit is not None:
        offered = {digit: meant for meant, digit in wordings().screens[SCREEN].options.items()}
        return Read(offered.get(digit, "") if by_digits else "")
    urgent = bool(urgency(text)) and "?" not in text
    if (corrected := _last_thought(text)) is not None:
        return Read(corrected)
    who = speaker(text, name, others)
    if who == "stranger" and not urgent:
        return Read("not_me")
    meant = option(wordings(), screen, text) or option(wordings(), screen, without_sorry(text))
    if meant is not None:
        return Read(meant)
    if who == "self" and not urgent and (meant := _thought_again(written)):
        return Read(meant)
    meanings = _meanings(text)
    own = _meanings(clause) if (clause := own_clause(text)) else meanings
    said = next((meaning for meaning in own if meaning in screen.options), "")
    if _puts_off(text, said) or (who == "self" and not clause and asks_of_kin(text, names_of(name))):
        said = ""
    grieves = urgent or "grievance" in meanings or (said == "no" and _complains_behind(text))
    if who != "self" and not grieves:
        return Read(said, others_word=True)
    answered = said if who == "self" else ""
    return Read(answered, grieves=grieves, stops=bool(answered) and "stop" in meanings)


@dataclass
class Later:
    """What answers come to, written together once all texts of a look were heard: evidence, thanks, and the questions
    whose text is not sent once more, since it did arrive."""

    evidence: list[Asked] = field(default_factory=list)
    thanks: list[Answer] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def write(self, session: Session) -> None:
        if self.evidence:
            session.execute(RECORD.alone, [dict(values) for _, values in self.evidence])
        queue_answers(session, self.thanks)
        take_back(session, self.answered, "answered")


def answer(session: Session, phone: Phone, question: Question, said: Message, meant: str, later: Later) -> bool:
    """Take an option for the worker's answer: evidence, and thanks; whether verdicts are stale now.

    Until closed for good it may be corrected by another text.
    """
    asked = question.asked
    said.belongs_to(asked, question.prompt.step)
    if question.corrects and stands(session, phone, meant):
        thanks = words(phone, THANKS)
        later.thanks.append(answer_to(phone, screen=THANKS, body=thanks, cause=said.cause, now=said.received))
        return False
    person = Person(worker=asked.worker_id or 0, name=mask_name(question.name), nik4=question.nik4)
    caller = Caller(phone.language, phone.noticed_at is not None, programme().languages, person)
    context = Context(session, asked, phone, said.received, caller, screen=SCREEN, message=said.first.id)
    context.later = later.evidence
    step = apply(context, _late(context, _outcome(caller, meant)))
    while not isinstance(step, Over):
        _, told = current(FlowState(step.flow, step.caller, step.turns))
        if not isinstance(told, Outcome):
            raise AssertionError(f"{step.flow} asks by SMS what nobody was told to expect")
        step = apply(context, told)
    how = UNSURE if meant == "unsure" else ANSWERED
    if asked.ended_how != how:
        asked.ended_at, asked.ended_how = context.now, how
    later.answered.append(cause_of(asked.id))
    asked.touched_at, asked.hops = said.received, asked.hops + 1
    thanks = words(phone, step.screen)
    later.thanks.append(answer_to(phone, screen=step.screen, body=thanks, cause=said.cause, now=said.received))
    return context.nudge


_LAST_SAID = (
    select(Evidence.statement)
    .where(Evidence.phone_id == bindparam("phone"), Evidence.source == "worker", Evidence.channel == "sms")
    .order_by(Evidence.id.desc())
    .limit(1)
)


def stands(session: Session, phone: Phone, meant: str) -> bool:
    """Whether the answer that stands says the same: the same again is no other statement."""
    return session.scalar(_LAST_SAID, {"phone": phone.id}) == MEANS[meant]


def _outcome(caller: Caller, meant: str) -> Outcome:
    digit = wordings().screens[SCREEN].options[meant]
    _, outcome = answered(FlowState(QUESTION_FLOW, caller), digit, wordings())
    if not isinstance(outcome, Outcome):
        raise AssertionError(f"{SCREEN} has no end for {meant}")
    return outcome


def _late(context: Context, outcome: Outcome) -> Outcome:
    """An answer counts whenever it comes; one that comes late says so."""
    waited = context.now - context.conversation.started_at
    if isinstance(outcome, Statement) and waited > dt.timedelta(days=programme().texting.question_days):
        return replace(outcome, detail="late")
    return outcome


def ask_back(session: Session, phone: Phone, question: Question, said: Message, screen: str) -> bool:
    """Ask once more, in other words; False when the phone was asked so before."""
    asked = question.asked
    told = select(OutboxMessage.id).where(OutboxMessage.conversation_id == asked.id, OutboxMessage.screen == screen)
    if session.scalar(told.where(OutboxMessage.phone_id == phone.id).limit(1)) is not None:
        return False
    said.belongs_to(asked, question.prompt.step)
    write(
        session,
        phone,
        screen,
        {"name": mask_name(question.name)},
        purpose=Purpose.REPLY,
        cause=said.cause,
        now=said.received,
        asks=Asks(asked.id, question.prompt.step + 1),
    )
    return True


amended.when_changed.append(_read.cache_clear)
