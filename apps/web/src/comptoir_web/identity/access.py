"""The visitor of a page: who the cookie stands for, and what it reaches.

The cookie opens pages and nothing of the API, whose own guard reads bearer tokens: a form of
another site that carries the cookie reaches nothing there, which is why the API needs no CSRF
token. Pages find the visitor by Flask-Login's ``current_user``, or typed by `visitor`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from attrs import frozen
from flask import Flask, Request, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import (  # type: ignore[import-untyped]  # it ships no types
    AnonymousUserMixin,
    LoginManager,
    current_user,
)

from comptoir_web.container import services
from comptoir_web.identity.one_time_codes import LIFETIME
from comptoir_web.identity.roles import Role
from comptoir_web.identity.sessions import ABSOLUTE, PENDING
from comptoir_web.identity.sign_in import Opened, SignInService
from comptoir_web.identity.users import User
from comptoir_web.security.redirects import here_or_back
from comptoir_web.settings import Settings

__all__ = [
    "CODE_COOKIE",
    "PENDING_COOKIE",
    "SESSION_COOKIE",
    "Visitor",
    "agent",
    "check_access",
    "clear_cookies",
    "code_token",
    "init_access",
    "peer",
    "pending_token",
    "session_token",
    "set_code_cookie",
    "set_cookie",
    "visitor",
]

SESSION_COOKIE = "comptoir_session"
PENDING_COOKIE = "comptoir_sign_in"
CODE_COOKIE = "comptoir_phone"


@frozen(kw_only=True)
class Visitor:
    """Someone signed in; what Flask-Login gives as ``current_user``."""

    user: User
    session_id: str

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the account may be used."""
        return self.user.active

    def get_id(self) -> str:
        """The account's id, for Flask-Login."""
        return self.user.id

    @property
    def id(self) -> str:
        """The account's opaque id: the owner of what is saved."""
        return self.user.id

    @property
    def email(self) -> str | None:
        """The account's address, when it has one."""
        return self.user.email

    @property
    def name(self) -> str:
        """The account's name."""
        return self.user.name

    @property
    def role(self) -> Role:
        """The account's role."""
        return self.user.role

    @property
    def locale(self) -> str | None:
        """The language the account reads, once chosen."""
        return self.user.locale


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # its base has no types
    """A visitor who did not sign in."""

    locale = None
    role = None


def visitor() -> Visitor:
    """The visitor of a guarded page; answers 401 where nobody is signed in."""
    if not isinstance(current_user, Visitor):
        abort(401)
    return current_user


def peer() -> str:
    """The network address of the visitor, believed only through known proxies.

    Cut to what the tables hold: the name of an interface may follow an IPv6 address.
    """
    return (request.remote_addr or "unknown")[:45]


def agent() -> str:
    """What the browser says it is, cut to what the table holds."""
    return request.user_agent.string[:200]


def init_access(app: Flask) -> None:
    """Let Flask-Login read the cookie of pages and the token of the API."""
    manager = LoginManager()
    # The rows of the server protect a session: Flask-Login keeps nothing in the cookie.
    manager.session_protection = None
    manager.anonymous_user = Nobody
    manager.request_loader(_load)
    manager.init_app(app)


def is_api(path: str) -> bool:
    """Whether a path belongs to the API, whose answers are JSON."""
    return path == "/api" or path.startswith("/api/")


def _load(incoming: Request) -> Visitor | None:
    # The API has its own guard, and an error page of the database cannot ask it who is visiting.
    if is_api(incoming.path) or g.get("storage_failed"):
        return None
    token = session_token()
    if not token:
        return None
    found = services().get(SignInService).visitor(token)
    if found is None:
        return None
    user, session = found
    return Visitor(user=user, session_id=session.id)


def check_access(roles: Collection[Role]) -> ResponseReturnValue | None:
    """Let the roles through; send others to sign in, to their second factor, or away."""
    found = current_user
    if not isinstance(found, Visitor):
        return redirect(url_for("auth.sign_in", next=here_or_back()), code=303)
    if needs_second_factor(found) and request.blueprint != "enrolment":
        return redirect(url_for("enrolment.show"), code=303)
    if found.role not in roles:
        abort(403)
    return None


def needs_second_factor(found: Visitor) -> bool:
    """Whether this visitor reaches nothing before enrolling a second factor."""
    required = services().get(Settings).require_admin_2fa and found.role is Role.ADMIN
    return required and not found.user.second_factor


def _cookie(name: str) -> str:
    # The prefix makes browsers refuse a cookie set without TLS or by a sibling domain.
    return name if services().get(Settings).development else f"__Host-{name}"


def session_token() -> str | None:
    """The token of the session cookie, whatever it is worth."""
    return request.cookies.get(_cookie(SESSION_COOKIE))


def pending_token() -> str | None:
    """The token of the pending sign-in's cookie, whatever it is worth."""
    return request.cookies.get(_cookie(PENDING_COOKIE))


def code_token() -> str | None:
    """The token of the sign-in by phone that waits for its code, whatever it is worth."""
    return request.cookies.get(_cookie(CODE_COOKIE))


def set_cookie(response: Response, opened: Opened) -> None:
    """Give the browser the token just made, and take the other one away."""
    name, other = SESSION_COOKIE, PENDING_COOKIE
    age = ABSOLUTE
    if opened.awaits_code:
        name, other = other, name
        age = PENDING
    _give(response, name, opened.token, age)
    clear_cookies(response, other)
    g.pop("_login_user", None)


def set_code_cookie(response: Response, token: str) -> None:
    """Give the browser the token that the code sent to a phone is typed with."""
    _give(response, CODE_COOKIE, token, LIFETIME)


def _give(response: Response, name: str, token: str, age: timedelta) -> None:
    response.set_cookie(
        _cookie(name),
        token,
        max_age=age,
        secure=not services().get(Settings).development,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookies(response: Response, *names: str) -> None:
    """Take cookies of signing in away: those of sessions unless some are named."""
    secure = not services().get(Settings).development
    for name in names or (SESSION_COOKIE, PENDING_COOKIE):
        response.delete_cookie(
            _cookie(name), secure=secure, httponly=True, samesite="Lax", path="/"
        )
