"""The demonstration: an account of each role, loans, a client's wealth, and group freight.

Nothing of it is secret: it refuses to run outside development. Passwords and codes are new each
time, so that no account of a demonstration can be guessed from this code.
"""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal

import pyotp
import svcs
from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User, UserStore
from comptoir_web.operations.demonstration_freight import load_freight
from comptoir_web.operations.demonstration_wealth import load_wealth
from comptoir_web.settings import Settings
from comptoir_web.wiring import Clock
from shared_kernel import KernelError, money
from shared_kernel.engine import transaction
from wealth_core.loans import (
    Fee,
    FeeTiming,
    Insurance,
    InsuranceBase,
    Loan,
    LoanPlan,
    Repayment,
    balloon,
    interest_only,
    partial,
)
from wealth_core.storage import LoanStore

__all__ = ["Account", "Demonstration", "NotADemonstration", "load_demonstration"]

SHOWN_CODES = 3
NAMES = {
    Role.ADMIN: "Administration",
    Role.CLIENT: "Client de démonstration",
    Role.MERCHANT: "Marchand de démonstration",
    Role.STAFF: "Équipe de démonstration",
}
PHONES = {Role.MERCHANT: "+224620000001"}
"""A fictional one: in development the code is printed where the server runs."""


class NotADemonstration(KernelError):
    """The settings are not those of a development machine: nothing was loaded."""


@frozen
class Account:
    """An account to sign in with.

    Attributes:
        email: Its address.
        role: What it may reach.
        password: Its password of today.
        totp_secret: What an authenticator needs; empty without a second factor.
        codes: Recovery codes that stand for the authenticator, once each.
        phone: Its phone as people write it, which opens it too; empty where it has none.
    """

    email: str
    role: Role
    password: str
    totp_secret: str = ""
    codes: tuple[str, ...] = ()
    phone: str = ""


@frozen
class Demonstration:
    """What was loaded.

    Attributes:
        accounts: One a role, the administrator first.
        loan_id: The client's first loan, whose figures the documentation quotes.
    """

    accounts: tuple[Account, ...]
    loan_id: str

    @property
    def client(self) -> Account:
        """The account that owns the loans."""
        return next(one for one in self.accounts if one.role is Role.CLIENT)


def load_demonstration(container: svcs.Container) -> Demonstration:
    """Create the accounts and the loans, or bring those of an earlier start up to date.

    Raises:
        NotADemonstration: The settings are not those of development.
    """
    if not container.get(Settings).development:
        raise NotADemonstration(
            "the demonstration runs in development only: set COMPTOIR_ENV=development"
        )
    identity = container.get(IdentityService)
    accounts = []
    owner = ""
    for role, name in NAMES.items():
        password = secrets.token_urlsafe(12)
        email = f"{role.value}@example.com"
        user = identity.user_by_email(email)
        if user is None:
            user = identity.create_user(
                email=email, phone=PHONES.get(role), name=name, role=role, password=password
            )
        else:
            identity.set_password(user.id, password)
            user = _with_phone(container, user, PHONES.get(role))
        secret, codes = _second_factor(container, user.id) if role is Role.ADMIN else ("", ())
        accounts.append(Account(email, role, password, secret, codes, user.shown_phone))
        owner = user.id if role is Role.CLIENT else owner
        if role is Role.MERCHANT:
            load_freight(container, user.id)
    load_wealth(container, owner)
    return Demonstration(tuple(accounts), _loans(container, owner))


def _with_phone(container: svcs.Container, user: User, phone: str | None) -> User:
    """The account of an earlier start with its phone, unless somebody else has it by now."""
    with transaction(container.get(Engine)) as connection:
        users = UserStore(connection)
        if phone and user.phone is None and users.by_phone(phone) is None:
            users.set_phone(user.id, phone, at=container.get(Clock)())
        return users.get(user.id)


def _second_factor(container: svcs.Container, user_id: str) -> tuple[str, tuple[str, ...]]:
    """Enrol a second factor again, and give its secret with a few recovery codes."""
    factor = container.get(SecondFactorService)
    factor.remove(user_id, actor=None)
    secret = factor.begin(user_id).secret
    code = pyotp.TOTP(secret).at(container.get(Clock)())
    return secret, factor.confirm(user_id, code, address="127.0.0.1")[:SHOWN_CODES]


def _loans(container: svcs.Container, owner: str) -> str:
    """Save the loans, once however often; give the id of the first."""
    home = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
    let = Loan(
        money("148000", "EUR"),
        Decimal("0.0298"),
        240,
        date(2024, 3, 5),
        deferral=partial(12),
        insurance=(
            Insurance(Decimal("0.0034"), base=InsuranceBase.OUTSTANDING, share=Decimal("0.6")),
            Insurance(Decimal("0.0028"), base=InsuranceBase.OUTSTANDING, share=Decimal("0.5")),
        ),
        fees=(Fee(money("900", "EUR"), label="Dossier"),),
    )
    bridge = Loan(
        money("90000", "EUR"), Decimal("0.041"), 24, date(2026, 2, 10), kind=interest_only
    )
    machine = Loan(
        money("18500000", "XOF"),
        Decimal("0.085"),
        60,
        date(2025, 6, 30),
        kind=balloon(money("4000000", "XOF")),
        fees=(Fee(money("2500", "XOF"), when=FeeTiming.MONTHLY, label="Gestion"),),
    )
    plans = {
        "Résidence principale": LoanPlan(home),
        # Paid from a year's savings, once capital is repaid at all.
        "Appartement mis en location": LoanPlan(
            let, repayments=(Repayment(date(2025, 9, 5), money("10000", "EUR")),)
        ),
        "Prêt relais": LoanPlan(bridge),
        "Four à pain": LoanPlan(machine),
    }
    at = container.get(Clock)()
    with transaction(container.get(Engine)) as connection:
        store = LoanStore(connection)
        saved = [
            store.add(owner, label, plan, at=at, request_id=f"demonstration-{label}")
            for label, plan in plans.items()
        ]
    return saved[0].id
