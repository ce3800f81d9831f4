"""Accounts: created, listed, changed and disabled, for the pages and the command line alike.

Every change is one transaction with its line of the audit log. What takes a right away (a role, an
account, a password) ends the sessions, tokens and links of that account at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, Engine

from comptoir_web.identity.audit import Action, AuditLog, AuditPage
from comptoir_web.identity.endings import end_everything
from comptoir_web.identity.errors import (
    IdentityFaults,
    LastAdmin,
    LinkProblem,
    LinkRefused,
    TooManyAttempts,
)
from comptoir_web.identity.keys import Keys, token_hash
from comptoir_web.identity.letters import link_letter, password_changed_letter
from comptoir_web.identity.limits import (
    ACCOUNT,
    RESET,
    RESET_ADDRESS,
    AttemptStore,
    address_subject,
)
from comptoir_web.identity.links import LinkPurpose, LinkStore
from comptoir_web.identity.passwords import Passwords, check_password
from comptoir_web.identity.phones import parse_phone
from comptoir_web.identity.roles import Role
from comptoir_web.identity.sign_in import account_subject
from comptoir_web.identity.users import (
    CONTACT_NEEDED,
    EMAIL_NEEDED,
    PASSWORD_USELESS,
    User,
    UserPage,
    UserStore,
    checked_email,
    checked_name,
    checked_role,
)
from comptoir_web.mail import Mailer
from comptoir_web.settings import Settings
from shared_kernel import FaultKind, FaultList
from shared_kernel.engine import reading, transaction

__all__ = ["LINK_PATH", "IdentityService"]

LINK_PATH = "/plateforme/lien/"

CURRENT_WRONG = FaultKind("identity.current_wrong", "this is not the present password")
PASSWORD_SAME = FaultKind("identity.password_same", "the new password is the present one")


@frozen(kw_only=True)
class IdentityService:
    """The accounts of an installation.

    ``actor`` is the id of who does it; None is the command line.
    """

    engine: Engine
    clock: Callable[[], datetime]
    keys: Keys
    passwords: Passwords
    mailer: Mailer
    settings: Settings

    def create_user(
        self,
        *,
        email: str | None,
        phone: str | None = None,
        name: str,
        role: str,
        password: str | None = None,
        actor: str | None = None,
        request_id: str | None = None,
    ) -> User:
        """Create an account; without a password, its owner chooses one by a link, or has a phone.

        The same ``request_id`` gives the same account again: a form sent twice creates one.

        Raises:
            IdentityFaults: everything that is wrong with what was given.
        """
        faults = FaultList()
        email = checked_email(email, faults) if email else None
        if phone:
            phone = parse_phone(phone, faults, region=self.settings.phone_region)
        elif email is None:
            faults.add(CONTACT_NEEDED, "email")
        name = checked_name(name, faults)
        checked = checked_role(role, faults)
        if email is None and phone and checked is Role.ADMIN:
            faults.add(EMAIL_NEEDED, "email")
        if password is not None:
            faults.check(email is not None, PASSWORD_USELESS, "password")
            check_password(password, faults, email=email or "", name=name)
        faults.raise_if_any(IdentityFaults)
        hashed = None if password is None else self.passwords.hash(password)
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            user, added = users.add(
                email=email,
                phone=phone or None,
                name=name,
                role=checked,
                at=now,
                request_id=request_id,
            )
            if not added:
                return user
            if hashed is not None:
                users.update(user.id, at=now, password_hash=hashed, password_changed_at=now)
            AuditLog(connection).add(
                Action.USER_CREATED, at=now, actor=actor, subject=user.id, role=checked.value
            )
            return users.get(user.id)

    def user(self, user_id: str) -> User:
        """The account of this id, or `UnknownUser`."""
        with reading(self.engine) as connection:
            return UserStore(connection).get(user_id)

    def user_by_email(self, email: str) -> User | None:
        """The account of this address as typed, or None."""
        with reading(self.engine) as connection:
            return UserStore(connection).by_email(checked_email(email, FaultList()))

    def user_by_phone(self, phone: str) -> User | None:
        """The account of this phone as typed, or None."""
        read = parse_phone(phone, FaultList(), region=self.settings.phone_region)
        with reading(self.engine) as connection:
            return UserStore(connection).by_phone(read) if read else None

    def users_by_id(self, user_ids: Collection[str]) -> Mapping[str, User]:
        """The accounts of these ids, those that exist, by id."""
        with reading(self.engine) as connection:
            return UserStore(connection).by_ids(user_ids)

    def users(
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
        """A page of the accounts, by name unless sorted otherwise."""
        with reading(self.engine) as connection:
            return UserStore(connection).page(
                search=search,
                role=role,
                disabled=disabled,
                sort=sort,
                descending=descending,
                number=number,
                per_page=per_page,
            )

    def change_role(self, user_id: str, role: str, *, actor: str | None = None) -> User:
        """Give an account another role; it signs in again.

        Raises:
            LastAdmin: it is the last administrator.
            IdentityFaults: there is no such role, or the account cannot have it.
        """
        faults = FaultList()
        checked = checked_role(role, faults)
        faults.raise_if_any(IdentityFaults)
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            if checked is not Role.ADMIN:
                self._keep_an_admin(users, user_id)
            before = users.get(user_id)
            if before.role is checked:
                return before
            if checked is Role.ADMIN and before.email is None:
                raise IdentityFaults.of(EMAIL_NEEDED, "role")
            users.update(user_id, at=now, role=checked.value)
            end_everything(connection, self.keys, before, at=now)
            AuditLog(connection).add(
                Action.ROLE_CHANGED,
                at=now,
                actor=actor,
                subject=user_id,
                before=before.role.value,
                after=checked.value,
            )
            return users.get(user_id)

    def disable(self, user_id: str, *, actor: str | None = None) -> User:
        """Close an account: it signs in no more, what it had open ends, what it saved stays.

        Raises:
            LastAdmin: it is the last administrator.
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            self._keep_an_admin(users, user_id)
            user = users.get(user_id)
            if user.active:
                users.update(user_id, at=now, disabled_at=now)
                end_everything(connection, self.keys, user, at=now)
                AuditLog(connection).add(Action.USER_DISABLED, at=now, actor=actor, subject=user_id)
            return users.get(user_id)

    def enable(self, user_id: str, *, actor: str | None = None) -> User:
        """Open a disabled account again."""
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            if not users.get(user_id).active:
                users.update(user_id, at=now, disabled_at=None)
                AuditLog(connection).add(Action.USER_ENABLED, at=now, actor=actor, subject=user_id)
            return users.get(user_id)

    def set_locale(self, user_id: str, locale: str) -> None:
        """Remember the language an account reads."""
        with transaction(self.engine) as connection:
            UserStore(connection).update(user_id, at=self.clock(), locale=locale)

    def set_password(self, user_id: str, password: str, *, actor: str | None = None) -> None:
        """Set a password for someone (the command line); everything the account had open ends.

        Raises:
            IdentityFaults: the password is refused.
        """
        user = self.user(user_id)
        self._check_new(user, password)
        hashed = self.passwords.hash(password)
        now = self.clock()
        with transaction(self.engine) as connection:
            self._store_password(connection, user, hashed, now)
            AuditLog(connection).add(Action.PASSWORD_SET, at=now, actor=actor, subject=user_id)

    def change_password(
        self, user_id: str, current: str, new: str, *, keep_session: str, address: str
    ) -> None:
        """Change one's own password; the account's other sessions and its tokens end.

        Raises:
            IdentityFaults: the present password is wrong (path ``current``) or the new refused.
            TooManyAttempts: the present password was guessed too often.
        """
        user = self.user(user_id)
        now = self.clock()
        with transaction(self.engine) as connection:
            AttemptStore(connection).take(ACCOUNT, self._subject(user), at=now)
            row = UserStore(connection).row(user_id)
        if not self.passwords.verify(row["password_hash"], current):
            raise IdentityFaults.of(CURRENT_WRONG, "current")
        with transaction(self.engine) as connection:
            AttemptStore(connection).clear(ACCOUNT, self._subject(user))
        if self.passwords.verify(row["password_hash"], new):
            raise IdentityFaults.of(PASSWORD_SAME, "password")
        self._check_new(user, new)
        hashed = self.passwords.hash(new)
        with transaction(self.engine) as connection:
            self._store_password(connection, user, hashed, now, keep_session=keep_session)
            AuditLog(connection).add(
                Action.PASSWORD_CHANGED, at=now, actor=user_id, subject=user_id, address=address
            )

    def ask_reset(self, email: str, *, address: str) -> str | None:
        """Record that someone asks for a new password; give the account to write to, if any.

        The caller answers the same in every case, and sends the mail after it answered.
        """
        now = self.clock()
        stored = checked_email(email, FaultList())
        try:
            with transaction(self.engine) as connection:
                attempts = AttemptStore(connection)
                attempts.take(RESET_ADDRESS, address_subject(address), at=now)
                attempts.take(RESET, token_hash(stored), at=now)
        except TooManyAttempts:
            stored = ""
        with transaction(self.engine) as connection:
            user = UserStore(connection).by_email(stored)
            known = user.id if user is not None and user.active else None
            AuditLog(connection).add(
                Action.RESET_ASKED, at=now, subject=known, address=address, locked=not stored
            )
        return known

    def make_link(self, user_id: str, *, actor: str | None = None) -> str:
        """A fresh link by which the account's owner chooses a password; earlier ones stop.

        Raises:
            IdentityFaults: the account has no address, and so no use for a password.
        """
        now = self.clock()
        with transaction(self.engine) as connection:
            user = UserStore(connection).get(user_id)
            if user.email is None:
                raise IdentityFaults.of(PASSWORD_USELESS, "email")
            purpose = LinkPurpose.RESET if user.has_password else LinkPurpose.WELCOME
            text = LinkStore(connection, self.keys).make(user_id, purpose, at=now)
            AuditLog(connection).add(
                Action.LINK_SENT, at=now, actor=actor, subject=user_id, purpose=purpose.value
            )
        return f"{self.settings.public_url}{LINK_PATH}{text}"

    def send_link(self, user_id: str, *, actor: str | None = None) -> None:
        """Mail a fresh link to the account's owner, when there is an address to write to.

        Raises:
            MailError: it cannot be handed over.
        """
        user = self.user(user_id)
        if not user.active or user.email is None:
            return
        purpose = LinkPurpose.RESET if user.has_password else LinkPurpose.WELCOME
        link = self.make_link(user_id, actor=actor)
        self.mailer.send(
            link_letter(
                user,
                user.email,
                purpose,
                link,
                business=self.settings.business_name,
                locale=self.settings.locale,
            )
        )

    def tell_password_changed(self, user_id: str) -> None:
        """Mail the owner of an account that its password was changed."""
        user = self.user(user_id)
        if user.email is None:
            return
        self.mailer.send(
            password_changed_letter(
                user,
                user.email,
                business=self.settings.business_name,
                locale=self.settings.locale,
            )
        )

    def read_link(self, text: str) -> User:
        """Whose password the link chooses, without using it; `LinkRefused` says why not."""
        with reading(self.engine) as connection:
            link = LinkStore(connection, self.keys).read(text, at=self.clock())
            user = UserStore(connection).get(link.user_id)
        if not user.active:
            raise LinkRefused(LinkProblem.EXPIRED)
        return user

    def use_link(self, text: str, password: str, *, address: str) -> User:
        """Choose the password, once; the link, the sessions, the tokens and the locks end.

        Raises:
            LinkRefused: the link is forged, expired or used.
            IdentityFaults: the password is refused; the link stays good.
        """
        user = self.read_link(text)
        self._check_new(user, password)
        hashed = self.passwords.hash(password)
        now = self.clock()
        with transaction(self.engine) as connection:
            links = LinkStore(connection, self.keys)
            links.use(links.read(text, at=now), at=now)
            self._store_password(connection, user, hashed, now)
            AuditLog(connection).add(
                Action.PASSWORD_SET, at=now, actor=user.id, subject=user.id, address=address
            )
            return UserStore(connection).get(user.id)

    def note_refused_link(self, problem: LinkProblem, *, address: str) -> None:
        """Record that a link was refused."""
        with transaction(self.engine) as connection:
            AuditLog(connection).add(
                Action.LINK_REFUSED, at=self.clock(), address=address, problem=problem.value
            )

    def audit(
        self,
        *,
        user_id: str | None = None,
        action: str | None = None,
        number: int = 1,
        per_page: int = 50,
    ) -> AuditPage:
        """A page of the audit log, the newest first."""
        with reading(self.engine) as connection:
            return AuditLog(connection).page(
                user_id=user_id, action=action, number=number, per_page=per_page
            )

    def erase(self, user_id: str) -> None:
        """Delete an account and what identity keeps of it; the log keeps its opaque id."""
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            self._keep_an_admin(users, user_id)
            users.erase(user_id)

    def _keep_an_admin(self, users: UserStore, user_id: str) -> None:
        others = users.other_admins(user_id)
        user = users.get(user_id)
        if user.role is Role.ADMIN and user.active and others == 0:
            raise LastAdmin

    def _check_new(self, user: User, password: str) -> None:
        faults = FaultList()
        faults.check(user.email is not None, PASSWORD_USELESS, "password")
        check_password(password, faults, email=user.email or "", name=user.name)
        faults.raise_if_any(IdentityFaults)

    def _store_password(
        self,
        connection: Connection,
        user: User,
        hashed: str,
        now: datetime,
        *,
        keep_session: str | None = None,
    ) -> None:
        UserStore(connection).update(user.id, at=now, password_hash=hashed, password_changed_at=now)
        end_everything(connection, self.keys, user, at=now, keep_session=keep_session)
        AttemptStore(connection).clear(ACCOUNT, self._subject(user))

    def _subject(self, user: User) -> str:
        """What the passwords tried for an account are counted as."""
        return account_subject(user.email or user.id)
