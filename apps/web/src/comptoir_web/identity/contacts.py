"""What an account is reached by and called: its phone, its name; and unlocking its phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.endings import end_everything
from comptoir_web.identity.errors import IdentityFaults
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.limits import PHONE_ASK, PHONE_CODE, AttemptStore
from comptoir_web.identity.phones import parse_phone, phone_subject
from comptoir_web.identity.users import PHONE_NEEDED, User, UserStore, checked_name
from shared_kernel import FaultList
from shared_kernel.engine import reading, transaction

__all__ = ["ContactService"]


@frozen(kw_only=True)
class ContactService:
    """Changes the phone and the name of accounts; ``actor`` is the id of who does it."""

    engine: Engine
    clock: Callable[[], datetime]
    keys: Keys
    region: str

    def change_phone(self, user_id: str, phone: str, *, actor: str | None = None) -> User:
        """Give an account another phone, or none; what it had open ends, for a phone is a key.

        Args:
            user_id: the account.
            phone: as typed; empty takes the phone away from an account that has an address.
            actor: who does it.

        Raises:
            IdentityFaults: it is no phone, another account has it, or nothing else would be left.
        """
        faults = FaultList()
        new = parse_phone(phone, faults, region=self.region) if phone.strip() else None
        faults.raise_if_any(IdentityFaults)
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            before = users.get(user_id)
            if before.phone == new:
                return before
            if new is None and before.email is None:
                raise IdentityFaults.of(PHONE_NEEDED, "phone")
            users.set_phone(user_id, new, at=now)
            end_everything(connection, self.keys, before, at=now)
            AuditLog(connection).add(
                Action.PHONE_CHANGED, at=now, actor=actor, subject=user_id, removed=new is None
            )
            return users.get(user_id)

    def unlock_phone(self, user_id: str, *, actor: str | None = None) -> User:
        """Forget the wrong codes of an account's phone: an administrator knows who is asking."""
        now = self.clock()
        with reading(self.engine) as connection:
            user = UserStore(connection).get(user_id)
        if user.phone is None:
            return user
        with transaction(self.engine) as connection:
            for limit in (PHONE_ASK, PHONE_CODE):
                AttemptStore(connection).clear(limit, phone_subject(self.keys, user.phone))
            AuditLog(connection).add(Action.PHONE_UNLOCKED, at=now, actor=actor, subject=user_id)
        return user

    def phone_locked_until(self, user: User) -> datetime | None:
        """Until when the phone of an account opens nothing; None when it does."""
        if user.phone is None:
            return None
        subject, now = phone_subject(self.keys, user.phone), self.clock()
        with reading(self.engine) as connection:
            attempts = AttemptStore(connection)
            found = (attempts.locked_until(one, subject, at=now) for one in (PHONE_ASK, PHONE_CODE))
            return max((until for until in found if until is not None), default=None)

    def rename(self, user_id: str, name: str, *, actor: str) -> User:
        """Give an account another name.

        Raises:
            IdentityFaults: it is no name.
        """
        faults = FaultList()
        checked = checked_name(name, faults)
        faults.raise_if_any(IdentityFaults)
        now = self.clock()
        with transaction(self.engine) as connection:
            users = UserStore(connection)
            if users.get(user_id).name != checked:
                users.update(user_id, at=now, name=checked)
                AuditLog(connection).add(Action.USER_RENAMED, at=now, actor=actor, subject=user_id)
            return users.get(user_id)
