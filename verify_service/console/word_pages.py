"""Words: every screen and message as a phone shows it, with where each answer leads; changing it by two people."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort, make_response, render_template, request

from flows.wording import WordingError, Wordings
from verify_service.amendments import amending
from verify_service.amendments.amending import Refusal, Refused
from verify_service.amendments.checking import faults
from verify_service.amendments.screen_review import (
    WORDS_OF_THE_CATALOGUE,
    Reviewed,
    leads_to,
    review,
    reviewed,
    words_within,
)
from verify_service.amendments.word_entries import fields_of, read_entry
from verify_service.console.amendment_forms import AmendmentForm
from verify_service.console.amendment_pages import amend, drawn
from verify_service.console.blueprint import blueprint, page_session
from verify_service.ground.amended import Amendment, Kind
from verify_service.ground.programme import programme
from verify_service.ground.settings import SettingsRefused
from verify_service.labels import amendment_words as words
from verify_service.messaging.catalogue import borne, read_wordings, wordings

WITHIN: Final = "within"  # the chapter of words that stand within screens


@blueprint.get("/words")
def screens() -> Response:
    """Every screen by chapter, each as a phone shows it in one language; those found by a word, where one is given."""
    asked = request.args.get("language", "")
    spoken = asked if asked in programme().languages else programme().languages[0]
    found = request.args.get("find", "")[:40].strip().casefold()
    shown = [*reviewed(wordings(), programme(), (spoken,)), *words_within(wordings(), programme(), spoken)]
    held = [one for one in shown if not found or found in _said(one, spoken)]
    chapters: dict[str, list[Reviewed]] = {}
    for one in held:
        chapters.setdefault(WITHIN if one.channel == WORDS_OF_THE_CATALOGUE else one.key[0], []).append(one)
    with page_session() as session:
        waiting = {
            one.key
            for one in amending.amendments(session, kind=Kind.WORDS)
            if one.state is amending.AmendmentState.PROPOSED
        }
    page = render_template(
        "console/words.html",
        chapters=chapters,
        spoken=spoken,
        common=wordings().common,
        find=request.args.get("find", "")[:40],
        waiting=waiting,
        amended={one.key for one in borne()},
        words=words,
    )
    return make_response(page)


def _said(one: Reviewed, language: str) -> str:
    shown = one.shown[language]
    return f"{one.key} {shown.screen} {shown.text}".casefold()


@blueprint.route("/words/<key>", methods=["GET", "POST"])
def one_screen(key: str) -> Response:
    """One screen in every language, what leads to it and where it leads; proposing other words and deciding on them."""
    if key not in wordings().screens:
        abort(404)

    def read(_form: AmendmentForm) -> Any:
        stands = amending.stands_now(Kind.WORDS, key)
        return {language: read_entry(language, entry, request.form) for language, entry in stands.items()}

    def draw(form: AmendmentForm, given: Any, refused: Refused | None, status: int) -> Response:
        stands = amending.stands_now(Kind.WORDS, key)
        checked = _checked(key, given) if given is not None and refused is None else refused
        with page_session() as session:
            waits = amending.open_about(session, Kind.WORDS, key)
        proposed = given if given is not None else waits.value if waits is not None else None
        return drawn(
            "console/word.html",
            Kind.WORDS,
            key,
            form,
            checked,
            422 if checked is not None and status == 200 else status,
            shown=review(key, wordings(), programme()),
            proposed=_as_proposed(key, proposed),
            checked_well=given is not None and checked is None,
            before=leads_to(key, programme()),
            keys=set(wordings().screens),
            fields={language: list(fields_of(language, (given or stands)[language])) for language in stands},
            common=wordings().common,
            options=wordings().screens[key].options,
        )

    return amend(Kind.WORDS, key, read, draw)


def _checked(key: str, given: Any) -> Refused | None:
    others = tuple(one for one in borne() if one.key != key)
    amiss = faults(Amendment(0, Kind.WORDS, key, given), others)
    return Refused(Refusal.FAULTY, amiss) if amiss else None


def _as_proposed(key: str, entries: Any) -> Reviewed | None:
    """How the screen would look; None where the words do not make a screen."""
    if entries is None:
        return None
    others = tuple(one for one in borne() if one.key != key)
    try:
        spoken: Wordings = read_wordings(programme(), (*others, Amendment(0, Kind.WORDS, key, entries)))
        return review(key, spoken, programme())
    except (SettingsRefused, WordingError):  # a placeholder or an option that is not the screen's
        return None
