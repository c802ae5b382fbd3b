"""What one message answers: our question, the talk that its phone is in, a keyword, or nothing of ours.

A digit counts only where it was offered. A YA that answers no question of ours is never evidence: nobody can tell what
it says yes to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flows.accidents import urgency
from flows.keywords import keyword, number_within
from flows.reading import beside_stop, command, spoken, stops_something_else
from flows.second_thoughts import corrects_what_was_told, forgets, is_sorry, thinks_again
from flows.understanding import understand
from flows.unnamed import (
    asks_not_to_be_named,
    asks_only_not_to_be_named,
    wishes_it_kept_secret,
    wishes_it_of_a_report,
    wishes_only_not_to_be_named,
)
from flows.wishes import asks_after_a_report, asks_to_be_erased, only_wonders
from verify_service.conversations import by_message, question
from verify_service.conversations.answered_since import is_no_part_of_it
from verify_service.conversations.asking_back import (
    ask_for_the_own_word,
    ask_what_is_meant,
    behind_a_clear_answer,
    unclear,
)
from verify_service.conversations.behind_an_anonymous import (
    answers_our_question,
    is_of_the_solved_one,
    replies_to_an_officer_before,
)
from verify_service.conversations.beside_an_answer import answer_and_complaint
from verify_service.conversations.by_keyword import obey, reported
from verify_service.conversations.by_message import Message, may_be_secret
from verify_service.conversations.card_words import correct_card, whose_card
from verify_service.conversations.copies import HandledAs, is_left_open, is_part, words_of
from verify_service.conversations.grievance_words import (
    A_FEW_WORDS,
    add,
    anonymous_just_made,
    file,
    file_unless_told,
    follow,
    goes_on_with,
    grievance_of,
    keep_nameless,
    tells_more,
    tells_of_money,
    told_before,
    told_by_name,
    waits_for_help,
)
from verify_service.conversations.objecting import objects_to_a_removal
from verify_service.conversations.officers_texts import (
    asked_by_an_officer,
    of_a_report_before,
    replies_by_a_keyword,
    reply_behind_a_question,
    reply_past_a_menu,
    reply_to_an_officer,
)
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Question
from verify_service.conversations.report_talk import none_of_its_words, tells_nothing_of_it, wished_unnamed
from verify_service.conversations.stopping import answers_beside, may_be_a_stop, stop, stopped, stopped_and_answered
from verify_service.conversations.stored_state import note_unnamed
from verify_service.conversations.told_since import is_of_what_came_since
from verify_service.conversations.what_is_asked import (
    Talk,
    by_newest,
    is_for_the_question,
    is_of_the_older,
    question_for,
    takes,
    talk_of,
)
from verify_service.grievances import thread
from verify_service.ground.tables import InboundMessage


def hear(hearing: Hearing, rows: list[InboundMessage]) -> None:
    """Hear one text, or the parts of one, and note what became of it; a STOP in it counts as well."""
    if hearing.moved:
        hearing.look_again()
    if _stopped_before(hearing, rows[0]):
        hearing.end_talks(rows[0].received_at)
        hearing.look_again()
    said, before = hearing.said(rows), hearing.before[0] if hearing.before else None
    hearing.begin_handling(rows)
    rest = _beside_stop(hearing, said)
    hearing.stopping = rest is not None
    if rest is not None:
        said = replace(said, text=rest)
    if before is not None and before.handled_as in _GOES_ON and is_part(rows[0], before, hearing.prompts):
        how = _go_on(hearing, said, before)
    else:
        how = _hear_said(hearing, said)
    if hearing.stopping:
        stop(hearing, said)
        hearing.end_talks(said.received)
        how = HandledAs.STOP if how in (HandledAs.UNCLEAR, HandledAs.EARLY) else how
    hearing.moved, hearing.stopping = True, False
    hearing.handled(rows, how)


def _beside_stop(hearing: Hearing, said: Message) -> str | None:
    """What else a text with a STOP says. Where words are asked for, "stop!" is part of them unless it names our
    texts."""
    rest = beside_stop(said.text)
    if rest is None or beside_stop(said.text, of_texts=True) is not None:
        return rest
    talk = talk_of(hearing, said)
    return None if talk and talk.current and by_message.asks_words(talk.standing) else rest


def _stopped_before(hearing: Hearing, row: InboundMessage) -> bool:
    """Whether STOP came between the talk and this text: STOP overtakes others, and ends a talk where it came."""
    talk = hearing.talk
    return talk is not None and any(
        one.handled_as == HandledAs.STOP and one.id < row.id and talk.started_at < one.received_at
        for one in hearing.before
    )


def _hear_said(hearing: Hearing, said: Message) -> HandledAs:
    asked, talk = question_for(hearing, said), talk_of(hearing, said)
    if not (talk and talk.current and by_message.asks_secret(talk.standing)) and not may_be_secret(said.text):
        said = said.without_secrets()
    free = talk is not None and talk.current and by_message.asks_words(talk.standing)
    if not free and (how := objects_to_a_removal(hearing, said, talk)) is not None:
        return how
    if not free and (how := _told(hearing, said, asked, talk)) is not None:
        return how
    answers = asked is not None and question.read(asked, said.text).stops
    plain = not free and not answers and not hearing.stopping and not reported(said.text)
    if plain and may_be_a_stop(said.text):  # rather too often: an officer reads what else it says
        if asked is not None and (meant := answers_beside(asked, said.text)):
            hearing.answer(asked, said, meant)
            return stopped(hearing, said, HandledAs.ANSWER)
        return stopped(hearing, said, HandledAs.STOP if len(said.text.split()) <= A_FEW_WORDS else HandledAs.TRIAGE)
    wanted = keyword(said.text)
    after_it = not free and (wanted is None or wanted.name == "report") and asks_after_a_report(said.text)
    if after_it and wanted is not None:  # "LAPOR gimana laporan saya"
        return follow(hearing, said)
    if (
        wanted is not None
        and wanted.name != "answer"
        and not (talk and talk.current and by_message.takes(talk.standing, said.text))
    ):
        return replies_by_a_keyword(hearing, said, wanted) or obey(hearing, said, wanted)
    about_the_list = asked is not None and question.names_the_cover(said.text)
    if not about_the_list and _means(said.text) != "stop" and (how := reply_to_an_officer(hearing, said)) is not None:
        return how
    if asked is None and (how := replies_to_an_officer_before(hearing, said)) is not None:
        return how
    if not (talk and talk.current) and (how := of_a_report_before(hearing, said, asked=asked is not None)) is not None:
        return how
    if after_it and not (talk and talk.current and by_message.is_ours(talk.conversation)):
        return follow(hearing, said)
    for one in by_newest(hearing, said, asked, talk):
        how = _answer(hearing, said, one) if isinstance(one, Question) else _answer_talk(hearing, said, one, asked)
        if how is not None:
            return how
    return _unasked(hearing, said, asked, talk)


_A_SENTENCE, _A_LONG_ONE = 4, 6  # words


def _told(hearing: Hearing, said: Message, asked: Question | None, talk: Talk | None) -> HandledAs | None:
    """What is plain from the words alone, whatever is asked: a STOP in two parts, the number of a report among words,
    and words of somebody who asks not to be named; None for anything else."""
    words, problem = len(said.text.split()), reported(said.text)
    if command(said.text) == "stop":
        return stopped_and_answered(hearing, said, asked)
    if keyword(said.text) is None or problem:
        about = number_within(said.text)
        if about is not None and thread.find(hearing.session, about[0], hearing.phone) is not None:
            more = about[1] if tells_more(about[1]) else ""
            hearing.stale |= by_message.follow_grievance(hearing.session, said, hearing.phone, about[0], more)
            return HandledAs.KEYWORD
    if problem and asked is not None and asked.open and words <= _A_LONG_ONE:  # "Lapor pak, saya sudah terdaftar"
        read = question.read(asked, problem)
        if read.option and not read.grieves:
            hearing.answer(asked, said, read.option)
            return HandledAs.ANSWER
    reports = talk is not None and talk.current and by_message.reports(talk.standing, talk.conversation)
    at_a_menu = reports or (talk is not None and talk.current and takes(talk, said))  # "ya, rahasiakan nama saya"
    if not at_a_menu and not problem and (how := _keep_secret(hearing, said)) is not None:
        return how
    if not at_a_menu and asks_only_not_to_be_named(said.text) and not goes_on_with(hearing, said):
        hearing.stale |= by_message.begin(hearing.session, said, hearing.phone, "report", unnamed=True)
        return HandledAs.KEYWORD
    if problem or at_a_menu or words <= _A_SENTENCE or not asks_not_to_be_named(said.text):
        return None
    if goes_on_with(hearing, said) and wishes_only_not_to_be_named(said.text):  # of what was just told
        return add(hearing, said, few=True)
    return file(hearing, said, said.text) if words > _A_LONG_ONE or not goes_on_with(hearing, said) else None


_A_DAY = dt.timedelta(hours=24)


def _keep_secret(hearing: Hearing, said: Message) -> HandledAs | None:
    """Keep the report that was told by name minutes ago in confidence, where somebody asks not to be named and tells
    nothing more; that of the last day, where the wish speaks of it. None for anything else."""
    wishes = (asks_only_not_to_be_named, wishes_only_not_to_be_named, wishes_it_kept_secret)
    if not any(wish(said.text) for wish in wishes) or anonymous_just_made(hearing, said):
        return None
    told = grievance_of(hearing, said, few=True)
    if told is None and wishes_it_of_a_report(said.text):
        told = told_by_name(hearing, said, _A_DAY)
    if told is None:
        return None
    thread.keep_secret(hearing.session, told)
    return add(hearing, said, held=told)


def _answer(hearing: Hearing, said: Message, asked: Question) -> HandledAs | None:
    """Take a text for the answer to our question; None when it says something else."""
    if (how := answers_our_question(hearing, said, asked)) is not None:
        return how
    read = question.read(asked, said.text)
    if read.option in ("", "unsure") and corrects_what_was_told(said.text) and anonymous_just_made(hearing, said):
        return None  # "maksudnya RT 5 bukan RT 3" goes to the report
    if read.option == "no" and not read.grieves and waits_for_help(said.text) and (how := add(hearing, said)):
        return how  # "belum ada yang datang pak", hours after an accident was told
    if read.others_word:
        nameless = None if read.option else keep_nameless(hearing, said)
        return nameless or ask_for_the_own_word(hearing, said, asked)
    if (how := is_of_what_came_since(hearing, said, asked, read)) is not None:
        return how
    if asked.is_clear and (how := behind_a_clear_answer(hearing, said, asked, read)) is not None:
        return how
    if not read.option:
        return None
    if read.option in ("yes", "no") and not read.grieves and not question.names_the_cover(said.text):
        again = asked.corrects and question.stands(hearing.session, hearing.phone, read.option)
        if (how := reply_behind_a_question(hearing, said, again=again)) is not None:
            return how
    if read.option != "not_me" and (worker := whose_card(hearing, said, asked)) is not None:
        return None if read.grieves else correct_card(hearing, said, asked, worker, read.option)
    if read.stops:
        stop(hearing, said)
    if hearing.stopping and read.option == "unsure":  # "jangan sms suami saya lagi, sedih saya lihatnya"
        return None
    how = HandledAs.ANSWER
    if read.grieves and only_wonders(said.text):  # an officer reads it
        how = HandledAs.TRIAGE
    elif read.grieves:  # first: its receipt is the one reply
        how = file_unless_told(hearing, said)
    hearing.answer(asked, said, read.option)
    return HandledAs.TRIAGE if read.stops and how is HandledAs.ANSWER and asks_to_be_erased(said.text) else how


def _answer_talk(hearing: Hearing, said: Message, talk: Talk, asked: Question | None) -> HandledAs | None:
    """Take a text for the next answer of a talk; None when it is none of its options and may be something else."""
    if not talk.current:
        return None
    for_the_question = question.is_option(said.text) or question.says_that_he_is_listed(said.text)
    if asked is not None and asked.open and by_message.asks_words(talk.standing) and for_the_question:
        return None  # "tidak" alone is nobody's report, nor is "udah terdaftar kok"
    behind_it = asked is not None and asked.prompt.handed_at > talk.handed_at and by_message.asks_words(talk.standing)
    if behind_it and tells_nothing_of_it(said, talk.conversation, talk.standing):
        return None  # of the question, which was read later
    if talk.behind and by_message.is_ours(talk.conversation) and not is_of_the_older(hearing, said, talk):
        about = by_message.grievance_asked_about(hearing.session, talk.conversation, talk.standing, hearing.phone)
        return is_of_the_solved_one(hearing, said, about)
    unreadable = by_message.cannot_read(talk.standing, said.text)
    reports = by_message.reports(talk.standing, talk.conversation)
    if reports and (how := none_of_its_words(hearing, said, talk.conversation, talk.standing)) is not None:
        return how
    if unreadable and (option := by_message.in_a_sentence(talk.standing, said)) is not None:
        hearing.stale |= by_message.go_on(hearing.session, option, hearing.phone, talk.conversation)
        if len(said.text.split()) > A_FEW_WORDS:
            by_message.add_to_the_grievance(hearing.session, talk.standing, hearing.phone, said)
        return HandledAs.ANSWER
    if unreadable and not reports and (how := answer_and_complaint(hearing, said, talk)) is not None:
        return how
    solved = by_message.grievance_asked_about(hearing.session, talk.conversation, talk.standing, hearing.phone)
    if unreadable and solved is not None and _means(said.text) != "stop" and len(said.text.split()) > A_FEW_WORDS:
        return add(hearing, said, held=solved) or HandledAs.THREAD  # it is of that report, whatever else is asked
    if unreadable and solved is None and by_message.is_ours(talk.conversation):
        return None  # that report is closed
    if unreadable and asked is not None and is_for_the_question(asked, said.text):
        return None
    asked_at = asked.prompt.handed_at if asked is not None else None
    another = reports or talk.standing.flow.startswith("rt_")
    if unreadable and not another and (how := reply_past_a_menu(hearing, said, asked_at=asked_at)) is not None:
        return how
    urgent = urgency(said.text) and not by_message.asks_who_may_know(talk.standing)
    if unreadable and by_message.asks_who_may_know(talk.standing) and asks_not_to_be_named(said.text):
        said, unreadable = by_message.chosen_unnamed(said), False
    if unreadable and reports and asks_only_not_to_be_named(said.text):
        note_unnamed(talk.conversation)
    elif unreadable and reports and wished_unnamed(hearing, said, talk.conversation):
        return file(hearing, said, said.text) if len(said.text.split()) > A_FEW_WORDS else None
    if unreadable and reports and not urgent:
        # Words come last, once it is said who may know who reports; who tells them twice is not sent away with them.
        again = talk.standing.wrong > 0 and len(said.text.split()) > A_FEW_WORDS
        unreadable = _means(said.text) in (("stop", "grievance") if again else ("stop",))
    if unreadable and _is_for_somebody(hearing, said):
        return None
    if unreadable and (how := keep_nameless(hearing, said)):
        return how
    hearing.stale |= by_message.go_on(hearing.session, said, hearing.phone, talk.conversation)
    return HandledAs.ANSWER


def _is_for_somebody(hearing: Hearing, said: Message) -> bool:
    """Whether words that are none of a menu's ask for STOP, tell of a problem, or belong to a report."""
    return _means(said.text) in ("stop", "grievance") or grievance_of(hearing, said) is not None


def _unasked(hearing: Hearing, said: Message, asked: Question | None, talk: Talk | None) -> HandledAs:
    """What answers nothing of ours: a wish, a report, an unclear answer, or something for an officer."""
    means = _means(said.text)
    if means == "stop":
        return stopped_and_answered(hearing, said, asked)
    if may_be_secret(said.text):  # a PIN or a NIK that comes late, or twice: nobody need read it
        said.empty()
        hearing.reply(said, "s6.check")
        return HandledAs.UNCLEAR
    few = len(spoken(said.text).split()) <= A_FEW_WORDS
    urgent = bool(urgency(said.text)) and not anonymous_just_made(hearing, said)
    alone = urgent and told_before(hearing, said) is None  # an accident is a report of its own
    early = talk is not None and not talk.current and not alone
    begins = early and talk is not None and by_message.reports(talk.standing, talk.conversation)  # no word of another's
    asked_too = asked_by_an_officer(hearing) is not None and not question.names_the_cover(said.text)
    goes_on = asked is None or asked_too or means == "grievance" or goes_on_with(hearing, said)
    for_us = anonymous_just_made(hearing, said) and is_no_part_of_it(said, asked)
    adds = not alone and not begins and goes_on and not for_us and not tells_of_money(hearing, said)
    if adds and (how := add(hearing, said)):
        return how
    if means == "grievance" and not thinks_again(said.text) and not only_wonders(said.text):
        return file(hearing, said, said.text)
    if early and few and talk is not None:
        said.belongs_to(talk.conversation, talk.conversation.hops - 1)
        return HandledAs.EARLY
    return (None if for_us else keep_nameless(hearing, said)) or unclear(hearing, said, asked)


def _means(text: str) -> str:
    """What a text says that is no option's own word; "other" when it cannot be told for sure."""
    understood = understand(text)
    means = understood.meaning if understood.sure else "other"
    if means == "stop" and stops_something_else(text):
        return understood.also[0] if understood.also else "other"
    return "grievance" if means == "other" and urgency(text) and "?" not in text else means


# --- the second part of a message that was heard already ---

_GOES_ON = frozenset(
    {
        HandledAs.ANSWER,
        HandledAs.REPORT,
        HandledAs.THREAD,
        HandledAs.UNCLEAR,
        HandledAs.TRIAGE,
        HandledAs.PART,
        HandledAs.KEYWORD,
    }
)


def _go_on(hearing: Hearing, said: Message, before: InboundMessage) -> HandledAs:
    """Words that go on with a text which was heard already: with its report, or read once more as one text."""
    if not may_be_secret(said.text):
        said = said.without_secrets()
    if before.body is None:
        own = _stands_alone(hearing, said)
        return (None if own else add(hearing, said, few=True)) or _hear_said(hearing, said)
    whole = Message(said.rows, f"{words_of(before)} {said.text}", said.written)
    if command(whole.text) == "stop" or (_means(whole.text) == "stop" and _means(said.text) != "grievance"):
        return stopped(hearing, whole, HandledAs.STOP)
    asked = question_for(hearing, said)
    if asked is None or before.conversation_id not in (None, asked.asked.id):
        return _hear_said(hearing, said)
    read = question.read(asked, whole.text)
    if read.others_word:
        nameless = None if read.option else keep_nameless(hearing, whole)
        return nameless or ask_for_the_own_word(hearing, whole, asked)
    alone = question.read(asked, said.text)
    if alone.others_word:  # "belum", "eh itu buat kakak saya"
        return ask_for_the_own_word(hearing, said, asked)
    first = question.read(asked, words_of(before)).option
    if first in ("yes", "no") and (forgets(said.text) or is_sorry(said.text)):  # "udah", "maaf lupa"
        return HandledAs.PART
    undone = not read.answers and not read.grieves and len(said.text.split()) > 1
    if first == "no" and asked.corrects and undone:  # "ga", "ada yang belum"; "belum", "lama ini udah dapet"
        return ask_what_is_meant(hearing, whole, asked)
    if read.option and not read.grieves:
        again = first == "unsure" and alone.option not in ("", "unsure")  # "ga tau", "udah ding"
        if again and not is_left_open(words_of(before)):
            hearing.answer(asked, said, alone.option)
            return HandledAs.ANSWER
        if first != read.option or not asked.corrects:
            hearing.answer(asked, whole, read.option)
        elif alone.option != read.option and (first == "unsure" or len(said.text.split()) > A_FEW_WORDS):
            hearing.reply(said, "s5.received")  # it changes nothing, and may say something else
            return HandledAs.TRIAGE
        return HandledAs.PART
    if read.grieves or _means(whole.text) == "grievance":
        return file(hearing, whole, whole.text)
    if alone.option and before.handled_as in (HandledAs.UNCLEAR, HandledAs.TRIAGE):
        return unclear(hearing, whole, asked)  # the half by itself would say more than both: "maaf bu bapak", "ga ada"
    if alone.option and alone.option != first:
        hearing.reply(said, "s5.received")  # "sudah terdaftar bu tapi", "belum nerima apa2"
        return HandledAs.TRIAGE
    return _hear_said(hearing, said)


def _stands_alone(hearing: Hearing, said: Message) -> bool:
    """Whether words behind a report are no part of it: a STOP, an accident, an answer to our question."""
    if _means(said.text) == "stop" or may_be_a_stop(said.text):
        return True
    if anonymous_just_made(hearing, said):
        return False
    asked = question_for(hearing, said)
    read = question.read(asked, said.text) if asked is not None and asked.open else question.Read()
    return bool(urgency(said.text)) or (bool(read.option) and not read.grieves)
