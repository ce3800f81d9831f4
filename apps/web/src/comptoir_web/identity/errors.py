"""The errors of identity.

::

    IdentityError
    ├── SignInRefused      wrong address or password, unknown or disabled account: one answer
    ├── TooManyAttempts    locked for a while; says until when
    ├── CodeRequired       the password is right, the second factor is awaited
    ├── CodeRefused        a code (second factor, text message) is wrong, late or already used
    ├── MessagesSpent      as many codes were sent as a day allows; the visitor is told nothing
    ├── SignInExpired      the pending sign-in is over: start again
    ├── AlreadyEnrolled    the account has a second factor: it is removed before another is added
    ├── LinkRefused        a link that is forged, expired or already used
    ├── TokenRefused       a bearer token that is unknown, expired, revoked or already used
    ├── UnknownUser        no such account
    ├── LastAdmin          the last administrator cannot be removed
    └── IdentityFaults     what was typed is not acceptable (also `shared_kernel.Faults`)
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from comptoir_web.errors import WebError
from shared_kernel import Faults

__all__ = [
    "AlreadyEnrolled",
    "CodeRefused",
    "CodeRequired",
    "IdentityError",
    "IdentityFaults",
    "LastAdmin",
    "LinkProblem",
    "LinkRefused",
    "MessagesSpent",
    "SignInExpired",
    "SignInRefused",
    "TokenRefused",
    "TooManyAttempts",
    "UnknownUser",
]


class IdentityError(WebError):
    """The base of the tree above."""


class SignInRefused(IdentityError):
    """The address and the password do not open a session; the reason is not told."""

    def __init__(self) -> None:
        super().__init__("the address or the password is not right")


class TooManyAttempts(IdentityError):
    """Too many attempts: nothing is checked before ``until`` (aware, UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many attempts: try again after {until.isoformat()}")
        self.until = until


class CodeRequired(IdentityError):
    """The password is right and a code of the second factor is needed."""

    def __init__(self) -> None:
        super().__init__("a code of the second factor is required")


class CodeRefused(IdentityError):
    """The code is wrong, late, or was used before."""

    def __init__(self) -> None:
        super().__init__("the code is not right, or was already used")


class MessagesSpent(IdentityError):
    """As many codes were sent today as ``limit`` allows; the visitor is told nothing of it."""

    def __init__(self, limit: str, why: str) -> None:
        super().__init__(why)
        self.limit = limit


class SignInExpired(IdentityError):
    """The pending sign-in is over: the person starts again."""

    def __init__(self) -> None:
        super().__init__("the sign-in took too long or met too many wrong codes: start again")


class AlreadyEnrolled(IdentityError):
    """The account has a second factor; the present one is removed before another is added."""

    def __init__(self) -> None:
        super().__init__("the account has a second factor already: remove it first")


class LinkProblem(StrEnum):
    """Why a link is refused."""

    FORGED = "forged"
    EXPIRED = "expired"
    USED = "used"


class LinkRefused(IdentityError):
    """The link was forged, has expired, or was already used."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(f"the link is {problem}")
        self.problem = problem


class TokenRefused(IdentityError):
    """The bearer token opens nothing; the reason is not told."""

    def __init__(self) -> None:
        super().__init__("the token is unknown, expired or revoked")


class UnknownUser(IdentityError, LookupError):
    """There is no such account."""


class LastAdmin(IdentityError):
    """The last administrator able to sign in cannot be demoted or disabled."""

    def __init__(self) -> None:
        super().__init__("the last administrator stays: name another one first")


class IdentityFaults(IdentityError, Faults):
    """What was given is not acceptable; each path is a field: ``email``, ``phone``..."""
