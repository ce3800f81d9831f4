"""What the tests of the web shell do as a browser does: read a page, send its form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from comptoir_web.identity.users import User

__all__ = ["PASSWORD", "FrozenClock", "address_of", "code_at", "csrf_token", "post"]

PASSWORD = "a long enough phrase"
"""The password of every account that a test makes."""

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class FrozenClock:
    """A clock that moves only when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it stands at."""
        return self.now

    def forward(self, **step: float) -> None:
        """Let time pass: `clock.forward(minutes=31)`."""
        self.now += timedelta(**step)


def address_of(user: User) -> str:
    """The e-mail address of an account that has one."""
    assert user.email is not None
    return user.email


def code_at(secret: str, now: datetime) -> str:
    """The code an application shows at that moment."""
    return pyotp.TOTP(secret).at(now)


def csrf_token(
    client: FlaskClient, page: str = "/plateforme/connexion", *, base_url: str = "http://localhost"
) -> str:
    """The token of the forms of this client, read on a page."""
    found = _TOKEN.search(client.get(page, base_url=base_url, follow_redirects=True).text)
    if found is None:
        raise AssertionError(f"no form on {page}")
    return found[1]


def post(
    client: FlaskClient,
    path: str,
    data: Mapping[str, str] | None = None,
    *,
    page: str | None = None,
    headers: Mapping[str, str] | None = None,
    base_url: str = "http://localhost",
) -> TestResponse:
    """Send a form as a browser does: read its page (or another) first, send its token along."""
    token = csrf_token(client, page or path, base_url=base_url)
    form = {"csrf_token": token, **(data or {})}
    return client.post(path, data=form, headers=dict(headers or {}), base_url=base_url)
