"""Who may reach what: a role an account, a guard a blueprint.

What a role may reach stands beside each blueprint, in one line::

    blueprint.before_request(reached_by(Role.CLIENT, Role.ADMIN))
    blueprint.before_request(reached_by_anyone("the sign-in page comes before signing in"))

A test walks every registered endpoint and fails when its blueprint carries no guard.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

__all__ = ["Guard", "Role", "reached_by", "reached_by_anyone"]


class Role(StrEnum):
    """The four kinds of account; an account has exactly one."""

    ADMIN = "admin"
    CLIENT = "client"
    MERCHANT = "merchant"
    STAFF = "staff"


@frozen(kw_only=True)
class Guard:
    """A ``before_request`` function that lets some roles through.

    Attributes:
        roles: who passes; empty means everyone, and then ``reason`` says why.
        public: endpoints of the blueprint that are reached before signing in.
        reason: why the whole blueprint is public.
    """

    roles: frozenset[Role]
    public: frozenset[str] = frozenset()
    reason: str = ""

    def __call__(self) -> ResponseReturnValue | None:
        """Let the request pass, ask to sign in, or refuse it."""
        # Imported late: the command line uses `Role` and never needs Flask.
        from flask import request

        from comptoir_web.identity.access import check_access

        if not self.roles or request.endpoint in self.public:
            return None
        return check_access(self.roles)


def reached_by(*roles: Role, public: frozenset[str] = frozenset()) -> Guard:
    """Guard a blueprint: only ``roles`` reach it, but for its ``public`` endpoints.

    >>> sorted(reached_by(Role.ADMIN, Role.STAFF).roles)
    [<Role.ADMIN: 'admin'>, <Role.STAFF: 'staff'>]
    """
    if not roles:
        raise ValueError("name the roles, or use reached_by_anyone with its reason")
    return Guard(roles=frozenset(roles), public=public)


def reached_by_anyone(reason: str) -> Guard:
    """Declare a blueprint public, and say why.

    >>> reached_by_anyone("the public site").reason
    'the public site'
    """
    if not reason:
        raise ValueError("say why everyone may reach this blueprint")
    return Guard(roles=frozenset(), reason=reason)
