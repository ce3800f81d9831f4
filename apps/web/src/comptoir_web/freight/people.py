"""The merchants' accounts as group freight shows them: a name and how to reach them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from comptoir_web.identity.users import UserStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Person", "people_of"]

_AT_ONCE = 500


@frozen(kw_only=True)
class Person:
    """Who an owner is: the name and the contact of the account, or its id when it was erased."""

    name: str
    contact: str


def people_of(connection: Connection, owners: Iterable[str]) -> Mapping[str, Person]:
    """The people of some owners, by their ids; one whose account was erased is there too."""
    ids = sorted(set(owners))
    found: dict[str, Person] = {each: Person(name=each, contact="") for each in ids}
    store = UserStore(connection)
    for start in range(0, len(ids), _AT_ONCE):
        for user in store.by_ids(ids[start : start + _AT_ONCE]).values():
            found[user.id] = Person(name=user.name, contact=user.contact)
    return found
