"""Accounts: the value, what may be typed in it, and the store.

Sources: RFC 5321 for the length of an address (254 characters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, RowMapping, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from comptoir_web.identity.errors import IdentityFaults, UnknownUser
from comptoir_web.identity.keys import new_id
from comptoir_web.identity.roles import Role
from comptoir_web.storage.tables import web_users
from shared_kernel import FaultKind, FaultList

__all__ = [
    "SORTS",
    "User",
    "UserPage",
    "UserStore",
    "checked_email",
    "checked_name",
    "checked_role",
]

EMAIL_WRONG = FaultKind(
    "identity.email_wrong",
    "this is not an e-mail address: write it as client@example.com",
)
EMAIL_TAKEN = FaultKind("identity.email_taken", "an account has this e-mail address already")
NAME_WRONG = FaultKind("identity.name_wrong", "write a name of 1 to 120 characters on one line")
ROLE_WRONG = FaultKind("identity.role_wrong", "{given} is not a role: choose {accepted}")


@frozen(kw_only=True)
class User:
    """One account; times are aware, UTC. It holds no secret and may be shown."""

    id: str
    email: str
    name: str
    role: Role
    locale: str | None
    has_password: bool
    second_factor: bool
    created_at: datetime
    disabled_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether the account may sign in."""
        return self.disabled_at is None


@frozen(kw_only=True)
class UserPage:
    """One page of the list of accounts; pages are numbered from 1."""

    users: tuple[User, ...]
    number: int
    per_page: int
    total: int


def checked_email(text: str, faults: FaultList, *, path: str = "email") -> str:
    """The address in the form that is stored (NFC, lower case); a fault when it is none.

    >>> checked_email(" Client@Example.com ", FaultList())
    'client@example.com'
    """
    email = unicodedata.normalize("NFC", text.strip()).lower()
    local, at, domain = email.rpartition("@")
    good = (
        bool(at)
        and 0 < len(local) <= 64
        and len(email) <= 254
        and "@" not in local
        and not domain.startswith((".", "-"))
        and not domain.endswith((".", "-"))
        and bool(domain)
        and ".." not in email
        and all(c.isprintable() and not c.isspace() and c not in '<>()[]\\,;:"' for c in email)
    )
    faults.check(good, EMAIL_WRONG, path)
    return email


def checked_name(text: str, faults: FaultList) -> str:
    """The name without the spaces around it; a fault when it is empty, long or of two lines.

    >>> checked_name(" A client ", FaultList())
    'A client'
    """
    name = unicodedata.normalize("NFC", text.strip())
    faults.check(0 < len(name) <= 120 and name.isprintable(), NAME_WRONG, "name")
    return name


def checked_role(text: str, faults: FaultList) -> Role:
    """The role of that name; a fault lists the four."""
    good = text in tuple(Role)
    faults.check(good, ROLE_WRONG, "role", given=text, accepted=", ".join(Role))
    return Role(text) if good else Role.CLIENT


def _user(row: RowMapping) -> User:
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        locale=row["locale"],
        has_password=row["password_hash"] is not None,
        second_factor=row["totp_secret"] is not None,
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
    )


_BY_NAME = (func.lower(web_users.c.name), web_users.c.id)

SORTS = {
    "name": func.lower(web_users.c.name),
    "email": web_users.c.email,
    "role": web_users.c.role,
    "created": web_users.c.created_at,
}
"""What a list of accounts can be sorted by."""


@frozen
class UserStore:
    """The accounts of an installation; the caller commits."""

    connection: Connection

    def add(
        self, *, email: str, name: str, role: Role, at: datetime, request_id: str | None = None
    ) -> tuple[User, bool]:
        """Add an account without a password; the flag says whether it was added by this call.

        A form sent twice carries the same ``request_id``: the second sending finds the account of
        the first. Another account with that address is a fault.
        """
        user_id = new_id()
        postgresql = self.connection.dialect.name == "postgresql"
        insert = postgresql_insert if postgresql else sqlite_insert
        added = self.connection.execute(
            insert(web_users)
            .values(
                id=user_id,
                email=email,
                name=name,
                role=role.value,
                created_at=at,
                updated_at=at,
                request_id=request_id,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 1:
            return self.get(user_id), True
        row = self.row_by_email(email)
        if row is None or request_id is None or row["request_id"] != request_id:
            raise IdentityFaults.of(EMAIL_TAKEN, "email")
        return _user(row), False

    def row(self, user_id: str, *, lock: bool = False) -> RowMapping:
        """Every column of an account, its secrets too: for this package only."""
        if not (len(user_id) == 32 and user_id.isascii() and user_id.isalnum()):
            raise UnknownUser("this is not the id of an account")
        query = select(web_users).where(web_users.c.id == user_id)
        if lock:
            query = query.with_for_update()
        row = self.connection.execute(query).mappings().one_or_none()
        if row is None:
            raise UnknownUser(f"there is no account {user_id}")
        return row

    def row_by_email(self, email: str) -> RowMapping | None:
        """Every column of the account with this address, or None."""
        query = select(web_users).where(web_users.c.email == email)
        return self.connection.execute(query).mappings().one_or_none()

    def get(self, user_id: str) -> User:
        """The account of this id, or `UnknownUser`."""
        return _user(self.row(user_id))

    def by_email(self, email: str) -> User | None:
        """The account of this address (in its stored form), or None."""
        row = self.row_by_email(email)
        return None if row is None else _user(row)

    def by_ids(self, user_ids: Collection[str]) -> Mapping[str, User]:
        """The accounts of these ids, those that exist, by id."""
        rows = self.connection.execute(
            select(web_users).where(web_users.c.id.in_(list(user_ids)))
        ).mappings()
        return {row["id"]: _user(row) for row in rows}

    def update(self, user_id: str, *, at: datetime, **values: object) -> None:
        """Write some columns of an account."""
        changed = self.connection.execute(
            update(web_users).where(web_users.c.id == user_id).values(updated_at=at, **values)
        )
        if changed.rowcount != 1:
            raise UnknownUser(f"there is no account {user_id}")

    def page(
        self,
        *,
        search: str = "",
        role: Role | None = None,
        disabled: bool | None = None,
        sort: str = "name",
        descending: bool = False,
        number: int = 1,
        per_page: int = 25,
    ) -> UserPage:
        """A page of the accounts, those whose name or address contains ``search``.

        ``sort`` is one of `SORTS`; accounts that are equal by it come by name.
        """
        conditions = []
        if search:
            pattern = f"%{_escaped(search.lower())}%"
            conditions.append(
                or_(
                    func.lower(web_users.c.name).like(pattern, escape="\\"),
                    web_users.c.email.like(pattern, escape="\\"),
                )
            )
        if role is not None:
            conditions.append(web_users.c.role == role.value)
        if disabled is not None:
            column = web_users.c.disabled_at
            conditions.append(column.is_not(None) if disabled else column.is_(None))
        total = self.connection.execute(
            select(func.count()).select_from(web_users).where(*conditions)
        ).scalar_one()
        number = max(1, min(number, -(-total // per_page) or 1))
        order = SORTS[sort]
        rows = self.connection.execute(
            select(web_users)
            .where(*conditions)
            .order_by(order.desc() if descending else order, *_BY_NAME)
            .limit(per_page)
            .offset((number - 1) * per_page)
        ).mappings()
        users = tuple(_user(row) for row in rows)
        return UserPage(users=users, number=number, per_page=per_page, total=total)

    def other_admins(self, user_id: str) -> int:
        """How many other administrators can sign in; their rows are locked until the commit."""
        rows = self.connection.execute(
            select(web_users.c.id)
            .where(web_users.c.role == Role.ADMIN.value, web_users.c.disabled_at.is_(None))
            .order_by(web_users.c.id)
            .with_for_update()
        ).scalars()
        return sum(1 for found in rows if found != user_id)

    def erase(self, owner: str) -> None:
        """Delete an account with its sessions, tokens, links and codes; the audit log stays."""
        self.connection.execute(web_users.delete().where(web_users.c.id == owner))

    def export(self, owner: str) -> Mapping[str, object]:
        """What is kept of a person, for that person; no secret."""
        user = self.get(owner)
        return {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "role": user.role.value,
            "locale": user.locale,
            "created_at": user.created_at.isoformat(),
        }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
