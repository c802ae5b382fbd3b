"""Answers that are written once and offered often: by category and decision, in each language that has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from sqlalchemy.orm import Session

from verify_service.ground import amended
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, Phone

ANY = "any"  # the answers that fit whatever the report is about


@lru_cache(maxsize=1)
def written() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Every answer of the file: by category (or any), by code, by language."""
    return tomllib.loads((files("verify_service") / "data" / "answers.toml").read_text(encoding="utf-8"))


def prepared() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Every answer as amended: by category (or any), by code, by language."""
    return amended.with_rules(written(), amended.held(amended.Kind.ANSWER))


def offered(category: str, language: str) -> dict[str, str]:
    """By code the words that are offered for this category: its own, else those that fit any."""
    held = prepared()
    found = {**held[ANY], **held.get(category, {})}
    spoken = (language, *programme().languages)
    heard = {code: next((words[one] for one in spoken if one in words), "") for code, words in found.items()}
    return {code: words for code, words in heard.items() if words}


def language_of(session: Session, report: Grievance) -> str:
    """The language the reporter chose; the programme's first where nobody knows."""
    phone = session.get(Phone, report.phone_id) if report.phone_id else None
    wanted = (phone.language if phone else None) or report.language
    return wanted if wanted in programme().languages else programme().languages[0]
