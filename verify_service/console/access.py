"""Signing in and out, and in which language."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from flask import Request, Response, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from verify_service import languages
from verify_service.accounts import passkeys
from verify_service.accounts.officers import SignedInOfficer, choose_language
from verify_service.accounts.passkeys import Site
from verify_service.accounts.sessions import LONGEST, close_session, find_officer
from verify_service.accounts.sign_in import (
    CodeWanted,
    SignedIn,
    SignInRefusal,
    holder_of,
    second_step,
    second_step_by_passkey,
    sign_in,
)
from verify_service.console.account_forms import CodeForm, SignInForm
from verify_service.console.blueprint import blueprint, page_session
from verify_service.ground.addresses import public_address
from verify_service.ground.settings import settings

CODE_WITHIN = dt.timedelta(minutes=5)  # after the password
# What an open page asks by itself is no sign of an officer at the desk.
_BY_ITSELF = frozenset(f"console.{page}" for page in ("live", "cases_live", "case_live", "upload_live", "ask_live"))


def cookie_name() -> str:
    """The cookie of a signed-in browser; bound to this very host wherever there is TLS."""
    return "officer" if settings().demo else "__Host-officer"


def officer_of(asking: Request) -> SignedInOfficer | None:
    """The officer behind a request, looked up at every request so that a disabled one is out at once."""
    token = asking.cookies.get(cookie_name())
    if not token or not languages.of_console() or "officer_asked" in g:
        return None  # asked in vain before: the page that says so must not ask a database that is down once more
    g.officer_asked = True
    with page_session() as session:
        return find_officer(session, token, active=asking.endpoint not in _BY_ITSELF)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """The sign-in page. The answer to a wrong password does not say which part was wrong."""
    if request.method != "POST":  # HEAD too
        if current_user.is_authenticated:
            return make_response(redirect(same_site(request.args.get("next"))))
        return languages.remember(make_response(_page(request.args.get("next"))), request.args.get("lang"))
    form = SignInForm()
    with page_session() as session:
        answer = sign_in(
            session,
            form.email.data,
            form.password.data,
            request.remote_addr or "",
            now=dt.datetime.now(dt.UTC),
            old_token=request.cookies.get(cookie_name()),
        )
    if isinstance(answer, SignInRefusal):
        return make_response(_page(form.next.data, answer), 429 if answer.wait else 401)
    if isinstance(answer, CodeWanted):
        return _ask_for_code(answer, form.next.data or "")
    return _welcome(answer, form.next.data)


def _page(following: str | None, refused: SignInRefusal | None = None) -> str:
    form = SignInForm(formdata=None, next=following or "")  # who was refused begins with empty fields
    return render_template("console/login.html", form=form, refused=refused, ended=cookie_name() in request.cookies)


def _ask_for_code(wanted: CodeWanted, following: str) -> Response:
    cookie.clear()
    until = int((dt.datetime.now(dt.UTC) + CODE_WITHIN).timestamp())
    cookie["second"] = {
        "officer": wanted.officer_id,
        "mark": wanted.mark,
        "until": until,
        "next": following,
    }
    return make_response(redirect(url_for("console.second"), 303))


@blueprint.route("/login/code", methods=["GET", "POST"])
def second() -> Response:
    """The second page of signing in: a code from the phone, or one from paper. Nobody is signed in before it."""
    now = dt.datetime.now(dt.UTC)
    pending = cookie.get("second")
    if not isinstance(pending, dict) or now.timestamp() > pending["until"]:
        cookie.pop("second", None)
        return make_response(redirect(url_for("console.login"), 303))
    wanted = CodeWanted(pending["officer"], pending["mark"])
    if request.method != "POST":
        return languages.remember(_code_page(wanted), request.args.get("lang"))
    form = CodeForm()
    here, before = request.remote_addr or "", request.cookies.get(cookie_name())
    with page_session() as session:
        if form.passkey.data:
            answer = second_step_by_passkey(session, wanted, form.passkey.data, site(), here, now=now, old_token=before)
        else:
            typed = form.code.data or form.recovery.data
            answer = second_step(session, wanted, typed, here, now=now, old_token=before)
    if answer is None:
        cookie.pop("second", None)
        return make_response(redirect(url_for("console.login"), 303))
    if isinstance(answer, SignInRefusal):
        return _code_page(wanted, answer)
    return _welcome(answer, pending["next"])


def _code_page(wanted: CodeWanted, refused: SignInRefusal | None = None) -> Response:
    with page_session() as session:
        officer = holder_of(session, wanted)
        if officer is None:
            return make_response(redirect(url_for("console.login"), 303))
        has_codes, options = officer.totp_at is not None, passkeys.ask_to_prove(session, officer, site())
    page = render_template(
        "console/code.html", form=CodeForm(formdata=None), refused=refused, has_codes=has_codes, options=options
    )
    return make_response(page, (429 if refused.wait else 401) if refused else 200)


def site() -> Site:
    """Our address as this browser has it; passkeys are bound to it."""
    origin = public_address("", request.host_url)
    return Site(origin, urlsplit(origin).hostname or "")


def _welcome(answer: SignedIn, following: str | None) -> Response:
    cookie.clear()  # with it the form token of whoever sat here before
    response = make_response(redirect(same_site(following), 303))
    response.set_cookie(
        cookie_name(),
        answer.token,
        max_age=int(LONGEST.total_seconds()),
        secure=not settings().demo,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.post("/logout")
def logout() -> Response:
    """Sign this browser out."""
    token = request.cookies.get(cookie_name(), "")
    with page_session() as session:
        close_session(session, token, now=dt.datetime.now(dt.UTC))
    cookie.clear()
    g.pop("_login_user", None)
    response = make_response(redirect(url_for("console.login"), 303))
    response.delete_cookie(cookie_name(), secure=not settings().demo, httponly=True, samesite="Lax")
    return response


@blueprint.post("/language")
def language() -> Response:
    """Read the console in the other language from now on, on every machine."""
    wanted = request.form.get("language", "")
    with page_session() as session:
        choose_language(session, current_user.id, wanted, now=dt.datetime.now(dt.UTC))
    response = make_response(redirect(same_site(request.form.get("next")), 303))
    return languages.remember(response, wanted)


def same_site(path: str | None) -> str:
    """Where to go next: a page of the console, whatever a link that somebody sent says; the first one otherwise."""
    home = url_for("console.home")
    if not path or any(character < "!" or character in "\\\x7f" for character in path):
        return home
    try:
        parts = urlsplit(path)
    except ValueError:
        return home
    inside = not parts.scheme and not parts.netloc and not path.startswith("//") and ".." not in parts.path
    return path if inside and parts.path.startswith(home) else home
