"""Signing in by phone: a number, a code sent to it, and the session or the tokens it opens.

Asking looks no account up: it counts, keeps a request and asks for a job, the same statements for
every number, and the answer is the same. Who may be sent a code is decided by the job, after the
answer: a phone of an account that a phone opens, or, where merchants sign themselves up, a phone
that nobody has. An administrator's phone opens nothing, and neither does a disabled account's; what
is typed for them is refused as any wrong code is.

A message costs, and whoever earns by those sent to some numbers asks for as many as can be: a day
has a number of them, for the installation and for each phone (`MessageQuota`), whatever was proved.
A code beyond it is not sent, and nobody who asks is told.

A try is counted and committed before the code is compared. The right code is used up in the
transaction that opens something, under the account's row: of two that bring it, one goes through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit

from attrs import field, frozen
from sqlalchemy import Connection, Engine

from comptoir_web.identity.audit import Action, AuditLog
from comptoir_web.identity.errors import (
    CodeRefused,
    CodeRequired,
    IdentityFaults,
    MessagesSpent,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
)
from comptoir_web.identity.keys import Keys
from comptoir_web.identity.letters import code_message
from comptoir_web.identity.limits import (
    CODE,
    PHONE_ASK,
    PHONE_ASK_ADDRESS,
    PHONE_CODE,
    PHONE_CODE_ADDRESS,
    AttemptStore,
    Limit,
    address_subject,
)
from comptoir_web.identity.message_quota import MessageQuota
from comptoir_web.identity.one_time_codes import CodeRequest, OneTimeCodeStore
from comptoir_web.identity.phones import parse_phone, phone_subject, shown_phone
from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.sign_in import Opened, SignInService
from comptoir_web.identity.tokens import TokenPair, TokenStore
from comptoir_web.identity.users import User, UserStore
from comptoir_web.settings import Settings
from comptoir_web.sms import SmsSender
from shared_kernel import FaultList
from shared_kernel.engine import reading, transaction

__all__ = ["AskedCode", "PhoneSignIn"]

_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class AskedCode:
    """What a sign-in that asked for a code holds.

    Attributes:
        token: what the code is typed with, for a cookie or a program; it is not kept.
        request: what was asked.
    """

    token: str = field(repr=False)
    request: CodeRequest


@frozen(kw_only=True)
class PhoneSignIn:
    """Asks for codes, sends them, and opens what they open.

    ``submit`` asks for the job that sends the code of a request, in a language.
    """

    engine: Engine
    clock: Callable[[], datetime]
    keys: Keys
    settings: Settings
    sms: SmsSender
    sign_in: SignInService
    second_factor: SecondFactorService
    submit: Callable[[str, str], None]

    def ask(
        self, phone: str, *, address: str, locale: str | None = None, replaces: str | None = None
    ) -> AskedCode:
        """Ask for a code: the same work and the same answer whatever the phone opens.

        Args:
            phone: as typed.
            address: where the request comes from.
            locale: the language of who asks, for the message; the installation's by default.
            replaces: the token of a request that this one replaces, which ends.

        Raises:
            IdentityFaults: it is no phone.
            TooManyAttempts: too many codes were asked, for the phone or from the address, or too
                many wrong ones typed for the phone.
        """
        faults = FaultList()
        read = parse_phone(phone, faults, region=self.settings.phone_region)
        faults.raise_if_any(IdentityFaults)
        now, subject, from_ = self.clock(), self._subject(read), address_subject(address)
        limit = PHONE_ASK_ADDRESS
        try:
            with transaction(self.engine) as connection:
                attempts = AttemptStore(connection)
                attempts.take(limit, from_, at=now)
                limit = PHONE_ASK
                attempts.take(limit, subject, at=now)
                limit = PHONE_CODE
                # A code that could not be typed before it is over is not sent.
                attempts.require_free(limit, subject, at=now)
                codes = OneTimeCodeStore(connection, self.keys)
                codes.purge(at=now)
                if replaces is not None:
                    codes.end(replaces)
                token, request = codes.add(read, asked_from=from_, at=now)
                AuditLog(connection).add(Action.CODE_ASKED, at=now, address=address)
        except TooManyAttempts:
            self._locked(limit, address, now)
            raise
        self.submit(request.id, locale or self.settings.locale)
        return AskedCode(token=token, request=request)

    def ask_again(self, token: str, *, address: str, locale: str | None = None) -> AskedCode:
        """Ask for another code for the phone of a request, which this one replaces.

        Raises:
            SignInExpired: the request is over: the phone is typed again.
            TooManyAttempts: as `ask`.
        """
        request = self.waiting(token)
        if request is None:
            raise SignInExpired
        return self.ask(request.phone, address=address, locale=locale, replaces=token)

    def waiting(self, token: str) -> CodeRequest | None:
        """The request of this token while its code can be typed, or None."""
        with reading(self.engine) as connection:
            return OneTimeCodeStore(connection, self.keys).find(token, at=self.clock())

    def send(self, request_id: str, *, locale: str) -> None:
        """Draw the code of a request and send it, when its phone opens something (the job).

        Done again after a crash, the last code sent is the good one.

        Raises:
            SmsFailed: the message could not be handed over.
        """
        now, user = self.clock(), None
        try:
            with transaction(self.engine) as connection:
                codes = OneTimeCodeStore(connection, self.keys)
                request = codes.get(request_id, at=now)
                if request is None:
                    return
                user = UserStore(connection).by_phone(request.phone)
                if not (self.settings.signs_up_merchants if user is None else user.opens_by_phone):
                    return
                self._quota(connection).take(request.phone, known=user is not None, at=now)
                code = codes.draw(request.id, at=now)
        except MessagesSpent as spent:
            self._withheld(spent, user, now)
            return
        if code is None:
            return
        message = code_message(
            code,
            business=self.settings.business_name,
            host=urlsplit(self.settings.public_url).hostname or "localhost",
            locale=(user.locale if user else None) or locale,
        )
        self.sms.send(request.phone, message)
        self._note(Action.CODE_SENT, user.id if user else None, None, now)

    def verify(
        self, token: str, code: str, *, address: str, agent: str, replaces: str | None = None
    ) -> Opened:
        """Open a session by the right code; pending when the account has a second factor.

        A phone that nobody has becomes a merchant's account, where merchants sign themselves up.

        Raises:
            SignInExpired: there is no such request, or it met too many wrong codes.
            CodeRefused: the code is wrong, or opens nothing.
            TooManyAttempts: the phone or the address met too many wrong codes.
        """
        request = self._right(token, code, address)
        now = self.clock()
        with transaction(self.engine) as connection:
            user = self._proven(connection, request, address, now)
            return self.sign_in.open(
                connection, user, at=now, address=address, agent=agent, replaces=replaces
            )

    def issue(self, token: str, code: str, *, second_code: str | None, address: str) -> TokenPair:
        """A first pair of tokens by the right code, and the second factor where there is one.

        Raises:
            SignInExpired, CodeRefused, TooManyAttempts: as `verify`.
            CodeRequired: the account has a second factor and no ``second_code`` was given; the code
                is not used up, the try is counted.
        """
        request = self._right(token, code, address)
        with reading(self.engine) as connection:
            known = UserStore(connection).by_phone(request.phone)
        if known is not None and known.second_factor:
            if not second_code:
                self._not_wrong(address)
                raise CodeRequired
            self.sign_in.take_code_attempt(known.id, address=address)
        now, refused = self.clock(), ""
        try:
            with transaction(self.engine) as connection:
                user = self._proven(connection, request, address, now)
                if user.second_factor:
                    refused = user.id
                    self._second(connection, user, second_code, address, now)
                return TokenStore(connection).begin(user.id, at=now, address=address)
        except CodeRefused:
            if refused:
                self._note(Action.CODE_FAILED, refused, address, now)
            raise

    def _not_wrong(self, address: str) -> None:
        """Uncount a right code against its address, though it is still to open something."""
        with transaction(self.engine) as connection:
            AttemptStore(connection).give_back(
                PHONE_CODE_ADDRESS, address_subject(address), at=self.clock()
            )

    def _right(self, token: str, code: str, address: str) -> CodeRequest:
        """The request whose code this is, its try counted."""
        now = self.clock()
        limit = PHONE_CODE_ADDRESS
        try:
            with transaction(self.engine) as connection:
                codes = OneTimeCodeStore(connection, self.keys)
                request = codes.find(token, at=now)
                if request is None:
                    raise SignInExpired
                attempts = AttemptStore(connection)
                attempts.take(limit, address_subject(address), at=now)
                limit = PHONE_CODE
                attempts.take(limit, self._subject(request.phone), at=now)
                if not codes.take_try(request.id, at=now):
                    raise SignInExpired
                right = codes.matches(request, code)
        except TooManyAttempts:
            self._locked(limit, address, now)
            raise
        if not right:
            self._refuse(token, request, address, now)
        return request

    def _refuse(self, token: str, request: CodeRequest, address: str, now: datetime) -> NoReturn:
        """Record a wrong code, whosever it is; the last one says that the request is over."""
        with transaction(self.engine) as connection:
            row = UserStore(connection).by_phone(request.phone)
            AuditLog(connection).add(
                Action.PHONE_CODE_FAILED,
                at=now,
                subject=row.id if row is not None else None,
                address=address,
            )
            left = OneTimeCodeStore(connection, self.keys).find(token, at=now)
        if left is None:
            raise SignInExpired
        raise CodeRefused

    def _proven(
        self, connection: Connection, request: CodeRequest, address: str, now: datetime
    ) -> User:
        """The account that the right code opens, locked; made when nobody has the phone.

        The request is used up, and what its phone was counted is forgotten.
        """
        attempts, subject = AttemptStore(connection), self._subject(request.phone)
        attempts.give_back(PHONE_CODE_ADDRESS, address_subject(address), at=now)
        attempts.give_back(PHONE_ASK_ADDRESS, request.asked_from, at=now)
        attempts.clear(PHONE_ASK, subject)
        attempts.clear(PHONE_CODE, subject)
        users = UserStore(connection)
        user = users.by_phone(request.phone, lock=True) or self._sign_up(
            connection, request.phone, address, now
        )
        if not user.opens_by_phone:
            raise CodeRefused
        if not OneTimeCodeStore(connection, self.keys).use(request.id, at=now):
            raise SignInExpired
        return user

    def _sign_up(self, connection: Connection, phone: str, address: str, now: datetime) -> User:
        if not self.settings.signs_up_merchants:
            raise CodeRefused
        users = UserStore(connection)
        try:
            user, _ = users.add(
                email=None, phone=phone, name=shown_phone(phone), role=Role.MERCHANT, at=now
            )
        except IdentityFaults:  # two sign-ins of one new phone at once: the other made it
            made = users.by_phone(phone, lock=True)
            if made is None:
                raise SignInRefused from None
            return made
        AuditLog(connection).add(
            Action.USER_CREATED,
            at=now,
            actor=user.id,
            subject=user.id,
            address=address,
            role=user.role.value,
        )
        return user

    def _second(
        self, connection: Connection, user: User, code: str | None, address: str, now: datetime
    ) -> None:
        if not code:
            raise CodeRequired
        action = self.second_factor.accept(connection, user.id, code, at=now)
        AttemptStore(connection).clear(CODE, user.id)
        if action is Action.RECOVERY_CODE_USED:
            AuditLog(connection).add(
                action, at=now, actor=user.id, subject=user.id, address=address
            )

    def _withheld(self, spent: MessagesSpent, user: User | None, now: datetime) -> None:
        """Say in the log that a code was not sent, and in the audit the first time of the day."""
        _log.warning("no code was sent: %s", spent)
        with transaction(self.engine) as connection:
            subject = user.id if user is not None else None
            if self._quota(connection).first_refusal(spent.limit, of=subject, at=now):
                AuditLog(connection).add(
                    Action.CODE_WITHHELD, at=now, subject=subject, limit=spent.limit
                )

    def _quota(self, connection: Connection) -> MessageQuota:
        return MessageQuota(connection, self.keys, self.settings.sms_a_day)

    def _subject(self, phone: str) -> str:
        return phone_subject(self.keys, phone)

    def _locked(self, limit: Limit, address: str, now: datetime) -> None:
        self._note(Action.SIGN_IN_LOCKED, None, address, now, limit=limit.scope)

    def _note(
        self,
        action: Action,
        subject: str | None,
        address: str | None,
        at: datetime,
        **detail: str,
    ) -> None:
        with transaction(self.engine) as connection:
            AuditLog(connection).add(action, at=at, subject=subject, address=address, **detail)
