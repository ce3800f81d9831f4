"""Accounts: the value, what may be typed in it, and the store.

Sources: RFC 5321 for the length of an address (254 characters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from comptoir_web.identity.errors import IdentityFaults, UnknownUser
from comptoir_web.identity.keys import new_id
from comptoir_web.identity.phones import shown_phone
from comptoir_web.identity.roles import Role
from comptoir_web.storage.tables import web_one_time_codes, web_users
from shared_kernel import FaultKind, FaultList
from shared_kernel.engine import inserting

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
PHONE_TAKEN = FaultKind("identity.phone_taken", "an account has this phone already")
PHONE_NEEDED = FaultKind(
    "identity.phone_needed", "the account has no e-mail address: it keeps a phone"
)
CONTACT_NEEDED = FaultKind("identity.contact_needed", "write an e-mail address, a phone, or both")
EMAIL_NEEDED = FaultKind(
    "identity.email_needed", "an administrator needs an e-mail address: a phone alone opens nothing"
)
PASSWORD_USELESS = FaultKind(
    "identity.password_useless", "a password needs an e-mail address: without one a code is sent"
)
NAME_WRONG = FaultKind("identity.name_wrong", "write a name of 1 to 120 characters on one line")
ROLE_WRONG = FaultKind("identity.role_wrong", "{given} is not a role: choose {accepted}")


@frozen(kw_only=True)
class User:
    """One account; times are aware, UTC. It holds no secret and may be shown.

    It has an e-mail address, a phone (E.164, ``+224...``), or both.
    """

    id: str
    email: str | None
    phone: str | None
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

    @property
    def opens_by_phone(self) -> bool:
        """Whether a code sent to its phone opens it: an administrator's is never enough."""
        return self.active and self.phone is not None and self.role is not Role.ADMIN

    @property
    def can_sign_in(self) -> bool:
        """Whether its owner has something to sign in with: a password, or a phone that opens it."""
        return self.active and (self.has_password or self.opens_by_phone)

    @property
    def shown_phone(self) -> str:
        """The phone as people write it; empty when the account has none."""
        return "" if self.phone is None else shown_phone(self.phone)

    @property
    def contact(self) -> str:
        """Where the account is reached, as people write it: its e-mail address, or its phone."""
        return self.email or self.shown_phone


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
        phone=row["phone"],
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
    "email": func.coalesce(web_users.c.email, ""),
    "phone": func.coalesce(web_users.c.phone, ""),
    "role": web_users.c.role,
    "created": web_users.c.created_at,
}
"""What a list of accounts can be sorted by."""


@frozen
class UserStore:
    """The accounts of an installation; the caller commits."""

    connection: Connection

    def add(
        self,
        *,
        email: str | None,
        phone: str | None = None,
        name: str,
        role: Role,
        at: datetime,
        request_id: str | None = None,
    ) -> tuple[User, bool]:
        """Add an account without a password; the flag says whether it was added by this call.

        A form sent twice carries the same ``request_id``: the second sending finds the account of
        the first.

        Raises:
            IdentityFaults: another account has that address or that phone.
        """
        user_id = new_id()
        added = self.connection.execute(
            inserting(self.connection, web_users)
            .values(
                id=user_id,
                email=email,
                phone=phone,
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
        row = self.row_by_email(email) if email else self.row_by_phone(phone or "")
        if row is None or request_id is None or row["request_id"] != request_id:
            raise self._taken(phone)
        return _user(row), False

    def _taken(self, phone: str | None) -> IdentityFaults:
        if phone and self.row_by_phone(phone) is not None:
            return IdentityFaults.of(PHONE_TAKEN, "phone")
        return IdentityFaults.of(EMAIL_TAKEN, "email")

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

    def row_by_phone(self, phone: str, *, lock: bool = False) -> RowMapping | None:
        """Every column of the account with this phone (E.164), or None."""
        query = select(web_users).where(web_users.c.phone == phone)
        if lock:
            query = query.with_for_update()
        return self.connection.execute(query).mappings().one_or_none()

    def get(self, user_id: str) -> User:
        """The account of this id, or `UnknownUser`."""
        return _user(self.row(user_id))

    def by_email(self, email: str) -> User | None:
        """The account of this address (in its stored form), or None."""
        row = self.row_by_email(email)
        return None if row is None else _user(row)

    def by_phone(self, phone: str, *, lock: bool = False) -> User | None:
        """The account of this phone (in E.164), or None."""
        row = self.row_by_phone(phone, lock=lock)
        return None if row is None else _user(row)

    def set_phone(self, user_id: str, phone: str | None, *, at: datetime) -> None:
        """Write the phone of an account.

        Raises:
            IdentityFaults: another account has it.
        """
        other = self.row_by_phone(phone) if phone else None
        if other is not None and other["id"] != user_id:
            raise IdentityFaults.of(PHONE_TAKEN, "phone")
        try:
            self.update(user_id, at=at, phone=phone)
        except IntegrityError:  # taken in between
            raise IdentityFaults.of(PHONE_TAKEN, "phone") from None

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
        """A page of the accounts, those whose name, address or phone contains ``search``.

        ``sort`` is one of `SORTS`; accounts that are equal by it come by name.
        """
        conditions = []
        if search:
            pattern = f"%{_escaped(search.lower())}%"
            conditions.append(
                or_(
                    func.lower(web_users.c.name).like(pattern, escape="\\"),
                    web_users.c.email.like(pattern, escape="\\"),
                    *_phones_like(search),
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
        phone = select(web_users.c.phone).where(web_users.c.id == owner).scalar_subquery()
        self.connection.execute(
            web_one_time_codes.delete().where(web_one_time_codes.c.phone == phone)
        )
        self.connection.execute(web_users.delete().where(web_users.c.id == owner))

    def export(self, owner: str) -> Mapping[str, object]:
        """What is kept of a person, for that person; no secret."""
        user = self.get(owner)
        return {
            "id": user.id,
            "email": user.email,
            "phone": user.phone,
            "name": user.name,
            "role": user.role.value,
            "locale": user.locale,
            "created_at": user.created_at.isoformat(),
        }


def _phones_like(search: str) -> tuple[ColumnElement[bool], ...]:
    """The phones that hold the digits looked for, however they are spaced; three at least."""
    digits = "".join(c for c in search if c.isascii() and c.isdigit())
    others = search.translate(dict.fromkeys(map(ord, " \u00a0\u202f+-.()")))
    if len(digits) < 3 or digits != others:
        return ()
    return (web_users.c.phone.like(f"%{digits.removeprefix('00')}%"),)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
