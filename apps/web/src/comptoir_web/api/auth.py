"""Bearer tokens at the door of the API (RFC 6750): no cookie opens it, so no form can be forged.

`BearerGuard` stands beside each blueprint as the pages' guard does, and says in the same way which
roles reach it. A refusal names its scheme in ``WWW-Authenticate``, as RFC 6750 section 3 asks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import frozen
from flask import g, request

from comptoir_web.api.problems import (
    CODE_NEEDED,
    CODE_OVER,
    CREDENTIALS_REFUSED,
    FORBIDDEN,
    SECOND_FACTOR_MISSING,
    TOO_MANY,
    UNAUTHENTICATED,
    ApiProblem,
)
from comptoir_web.api.requests import limit_body
from comptoir_web.identity.errors import (
    CodeRefused,
    CodeRequired,
    IdentityError,
    SignInExpired,
    SignInRefused,
    TokenRefused,
    TooManyAttempts,
)
from comptoir_web.identity.roles import Guard, Role
from comptoir_web.identity.tokens import TokenService
from comptoir_web.identity.users import User
from comptoir_web.settings import Settings
from comptoir_web.wiring import Clock, services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

__all__ = ["BearerGuard", "api_reached_by", "identity_problem", "signed_in_user"]

REALM: Final = "comptoir"
_CHALLENGE: Final = f'Bearer realm="{REALM}"'
_LONGEST_WAIT_S: Final = 24 * 3600


@frozen(kw_only=True)
class BearerGuard(Guard):
    """A guard whose key is the access token of the request, and nothing else."""

    def __call__(self) -> ResponseReturnValue | None:
        """Let the request pass with its account in hand, or refuse it by a problem."""
        limit_body()
        if not self.roles or request.endpoint in self.public:
            return None
        user = _authenticated()
        if user.role not in self.roles:
            raise _refused_scope()
        if _second_factor_missing(user):
            raise ApiProblem(SECOND_FACTOR_MISSING)
        g.api_user = user
        return None


def api_reached_by(*roles: Role, public: frozenset[str] = frozenset()) -> BearerGuard:
    """Guard a blueprint of the API: only ``roles`` reach it, but for its ``public`` endpoints.

    >>> sorted(api_reached_by(Role.CLIENT, Role.ADMIN).roles)
    [<Role.ADMIN: 'admin'>, <Role.CLIENT: 'client'>]
    """
    if not roles:
        raise ValueError("name the roles that reach this part of the API")
    return BearerGuard(roles=frozenset(roles), public=public)


def signed_in_user() -> User:
    """Give the account of the request's token; the guard has let it pass."""
    user = g.api_user
    if not isinstance(user, User):
        raise TypeError("this endpoint is public: nobody is signed in")
    return user


def identity_problem(error: IdentityError, *, second_code: str = "code") -> ApiProblem:
    """Give the problem that answers a refused sign-in; which part was wrong is not told.

    ``second_code`` is where the request takes the code of a second factor.
    """
    challenge = {"WWW-Authenticate": _CHALLENGE}
    if isinstance(error, TooManyAttempts):
        now = services().get(Clock)()
        wait_s = math.ceil((error.until - now).total_seconds())
        retry_after = str(min(max(wait_s, 1), _LONGEST_WAIT_S))
        return ApiProblem(TOO_MANY, headers={"Retry-After": retry_after})
    if isinstance(error, CodeRequired):
        return ApiProblem(CODE_NEEDED, headers=challenge, field=second_code)
    if isinstance(error, SignInExpired):
        return ApiProblem(CODE_OVER, headers=challenge)
    if isinstance(error, SignInRefused | CodeRefused | TokenRefused):
        return ApiProblem(CREDENTIALS_REFUSED, headers=challenge)
    raise error


def _authenticated() -> User:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise ApiProblem(UNAUTHENTICATED, headers={"WWW-Authenticate": _CHALLENGE})
    try:
        return services().get(TokenService).authenticate(given.token)
    except TokenRefused:
        challenge = (
            f'{_CHALLENGE}, error="invalid_token", '
            'error_description="The access token is unknown, expired or revoked"'
        )
        raise ApiProblem(UNAUTHENTICATED, headers={"WWW-Authenticate": challenge}) from None


def _refused_scope() -> ApiProblem:
    challenge = f'{_CHALLENGE}, error="insufficient_scope"'
    return ApiProblem(FORBIDDEN, headers={"WWW-Authenticate": challenge})


def _second_factor_missing(user: User) -> bool:
    required = services().get(Settings).require_admin_2fa
    return user.role is Role.ADMIN and required and not user.second_factor
