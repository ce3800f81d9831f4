"""Access tokens: signing in, renewing, revoking; and the account that a token stands for.

A password opens, or a code sent to a phone. The limits of the sign-in pages hold here too, and an
account with a second factor gives its code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import attrs
from flask import Blueprint
from spectree import Tag

from comptoir_web.api.auth import api_reached_by, identity_problem, signed_in_user
from comptoir_web.api.openapi import SCHEMAS, Answer, operation
from comptoir_web.api.problems import answer_with_problems, api_locale
from comptoir_web.identity.access import peer
from comptoir_web.identity.errors import (
    CodeRefused,
    CodeRequired,
    SignInExpired,
    SignInRefused,
    TokenRefused,
    TooManyAttempts,
)
from comptoir_web.identity.one_time_codes import LIFETIME
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.identity.roles import Role
from comptoir_web.identity.tokens import TokenPair, TokenService
from comptoir_web.identity.users import User, checked_email
from comptoir_web.wiring import Clock, services
from shared_kernel import FaultKind, FaultList, Faults

__all__ = ["blueprint"]

TAG = Tag(name="session", description="Access tokens, and who holds one.")

blueprint = Blueprint("api_session", __name__, url_prefix="/api/v1")
blueprint.before_request(
    api_reached_by(
        *Role,
        public=frozenset(
            f"api_session.{name}" for name in ("token", "code", "verify", "refresh", "revoke")
        ),
    )
)
answer_with_problems(blueprint)

MAX_SECRET: Final = 1_000
_SCHEME: Final = "Bearer"
_EXAMPLE_PHRASE: Final = "correct horse battery staple"
SECRET_LENGTH = FaultKind("api.secret_length", "write 1 to {most} characters")


def _check_secret(faults: FaultList, path: str, value: str) -> None:
    faults.check(1 <= len(value) <= MAX_SECRET, SECRET_LENGTH, path, most=MAX_SECRET)


_SECRET = {"schema": {"minLength": 1, "maxLength": MAX_SECRET, "format": "password"}}


@attrs.frozen(kw_only=True)
class TokenRequest:
    """What opens the API: the same as on the sign-in page.

    Attributes:
        email: The account's e-mail address.
        password: Its password.
        code: The current code of its second factor, or a recovery code, when it has one.
    """

    email: str = attrs.field(metadata={"schema": {"maxLength": 254}})
    password: str = attrs.field(repr=False, metadata=_SECRET)
    code: str | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        checked_email(self.email, faults)
        _check_secret(faults, "password", self.password)
        if self.code is not None:
            _check_secret(faults, "code", self.code)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class CodeRequest:
    """Where to send a code.

    Attributes:
        phone: The number of a mobile phone, with its country when it is abroad.
    """

    phone: str = attrs.field(metadata={"schema": {"maxLength": MAX_SECRET}})

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        _check_secret(faults, "phone", self.phone)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class CodeAnswer:
    """A sign-in that waits for its code; it is the same whosever the phone is.

    Attributes:
        request: What to send with the code to `/api/v1/auth/code/verify`; it opens nothing alone.
        expires_in: The seconds the code lives.
    """

    request: str = attrs.field(repr=False)
    expires_in: int


@attrs.frozen(kw_only=True)
class VerifyRequest:
    """The code received, with the request it was asked by.

    Attributes:
        request: What `/api/v1/auth/code` answered.
        code: The six digits of the message.
        second_code: The current code of the account's second factor, or a recovery code, when it
            has one.
    """

    request: str = attrs.field(repr=False, metadata=_SECRET)
    code: str = attrs.field(repr=False, metadata=_SECRET)
    second_code: str | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        _check_secret(faults, "request", self.request)
        _check_secret(faults, "code", self.code)
        if self.second_code is not None:
            _check_secret(faults, "second_code", self.second_code)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class RefreshRequest:
    """A refresh token to exchange; it is used up, and a second use revokes its whole family.

    Attributes:
        refresh_token: The refresh token of the last answer.
    """

    refresh_token: str = attrs.field(repr=False, metadata=_SECRET)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        _check_secret(faults, "refresh_token", self.refresh_token)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class RevokeRequest:
    """A token to revoke, with every token that came from the same sign-in.

    Attributes:
        token: An access token or a refresh token.
    """

    token: str = attrs.field(repr=False, metadata=_SECRET)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        _check_secret(faults, "token", self.token)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class TokenAnswer:
    """An access token, and the refresh token that follows it.

    Attributes:
        access_token: What to send as `Authorization: Bearer`.
        token_type: Always `Bearer`.
        expires_in: The seconds the access token lives.
        refresh_token: What to send to `/api/v1/auth/refresh`, once.
        refresh_expires_in: The seconds the refresh token lives.
    """

    access_token: str = attrs.field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str = attrs.field(repr=False)
    refresh_expires_in: int


@attrs.frozen(kw_only=True)
class MeAnswer:
    """The account that the access token stands for.

    Attributes:
        id: Its opaque id.
        email: Its e-mail address, if it has one.
        phone: Its phone in international form (E.164), if it has one.
        name: Its name.
        role: What it may reach.
        locale: The language it prefers, if it said so.
        second_factor: Whether it has a second factor.
    """

    id: str
    email: str | None
    phone: str | None
    name: str
    role: Role
    locale: str | None
    second_factor: bool


SCHEMAS.example(TokenRequest, {"email": "client@example.com", "password": _EXAMPLE_PHRASE})
SCHEMAS.example(CodeRequest, {"phone": "+224 620 00 00 01"})


@blueprint.post("/auth/token")
@operation(
    "signIn", tag=TAG, answer=TokenAnswer, body=TokenRequest, problems=(401,), signed_in=False
)
def token(body: TokenRequest) -> TokenAnswer:
    """Sign in: give an access token and a refresh token.

    An account with a second factor is first answered 401 `second-factor-needed`.
    """
    try:
        pair = _tokens().issue(body.email, body.password, code=body.code, address=peer())
    except (SignInRefused, CodeRequired, CodeRefused, TooManyAttempts) as refused:
        raise identity_problem(refused) from None
    return _answer(pair)


@blueprint.post("/auth/code")
@operation("askCode", tag=TAG, answer=CodeAnswer, status=202, body=CodeRequest, signed_in=False)
def code(body: CodeRequest) -> CodeAnswer:
    """Ask for a code by text message.

    The answer is the same whether the phone opens an account or not.
    """
    try:
        asked = _phones().ask(body.phone, address=peer(), locale=api_locale())
    except TooManyAttempts as refused:
        raise identity_problem(refused) from None
    return CodeAnswer(request=asked.token, expires_in=int(LIFETIME.total_seconds()))


@blueprint.post("/auth/code/verify")
@operation(
    "verifyCode",
    tag=TAG,
    answer=TokenAnswer,
    body=VerifyRequest,
    problems=(401,),
    signed_in=False,
)
def verify(body: VerifyRequest) -> TokenAnswer:
    """Sign in by the code received: give an access token and a refresh token.

    An account with a second factor is first answered 401 `second-factor-needed`; the code stays
    good.
    """
    try:
        pair = _phones().issue(
            body.request, body.code, second_code=body.second_code, address=peer()
        )
    except (SignInExpired, SignInRefused, CodeRequired, CodeRefused, TooManyAttempts) as refused:
        raise identity_problem(refused, second_code="second_code") from None
    return _answer(pair)


@blueprint.post("/auth/refresh")
@operation(
    "refreshToken",
    tag=TAG,
    answer=TokenAnswer,
    body=RefreshRequest,
    problems=(401,),
    signed_in=False,
)
def refresh(body: RefreshRequest) -> TokenAnswer:
    """Exchange a refresh token for a new pair of tokens."""
    try:
        pair = _tokens().refresh(body.refresh_token, address=peer())
    except TokenRefused as refused:
        raise identity_problem(refused) from None
    return _answer(pair)


@blueprint.post("/auth/revoke")
@operation("revokeToken", tag=TAG, answer=None, status=204, body=RevokeRequest, signed_in=False)
def revoke(body: RevokeRequest) -> Answer:
    """Revoke a token and all those of the same sign-in (RFC 7009).

    A token that is unknown is answered the same: nothing is told about it.
    """
    _tokens().revoke(body.token, address=peer())
    return Answer(status=204)


@blueprint.get("/me")
@operation("me", tag=TAG, answer=MeAnswer)
def me() -> MeAnswer:
    """Give the account that the access token stands for."""
    user: User = signed_in_user()
    return MeAnswer(
        id=user.id,
        email=user.email,
        phone=user.phone,
        name=user.name,
        role=user.role,
        locale=user.locale,
        second_factor=user.second_factor,
    )


def _phones() -> PhoneSignIn:
    return services().get(PhoneSignIn)


def _tokens() -> TokenService:
    return services().get(TokenService)


def _answer(pair: TokenPair) -> TokenAnswer:
    now = services().get(Clock)()

    def seconds(until: datetime) -> int:
        return max(0, int((until - now).total_seconds()))

    return TokenAnswer(
        access_token=pair.access,
        token_type=_SCHEME,
        expires_in=seconds(pair.access_expires_at),
        refresh_token=pair.refresh,
        refresh_expires_in=seconds(pair.refresh_expires_at),
    )
