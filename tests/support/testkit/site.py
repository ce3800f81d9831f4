"""The whole site for a browser: a database of its own, demonstration data, the real server.

The server is ``python -m comptoir_cli serve`` in a process; the mails of its console are read in
its output. What a test needs beside the pages (an account, its loans, an open session) is made
through the same services as the pages use, on the same database.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import svcs
from attrs import define, frozen
from sqlalchemy import Engine

from comptoir_web.identity.access import SESSION_COOKIE
from comptoir_web.identity.roles import Role
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.sessions import SessionStore, Stage
from comptoir_web.identity.users import User
from comptoir_web.jobs.model import JobState, Sentence
from comptoir_web.jobs.store import JobStore
from comptoir_web.jobs.tables import JOBS
from comptoir_web.mail import MemoryMailer
from comptoir_web.operations.demonstration import (
    Account,
    Demonstration,
    load_demonstration,
)
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from logistics_core.testing.orange import FakeOrange
from shared_kernel.engine import reading, transaction
from shared_kernel.migrations import upgrade
from testkit.pages import PASSWORD
from testkit.phones import code_in
from testkit.processes import server
from wealth_core.loans import LoanPlan
from wealth_core.storage import LoanStore, SavedLoan

__all__ = ["Authenticator", "Site", "running_site"]

_STEP_S = 30
_LINK = re.compile(r"https?://\S+/plateforme/lien/\S+")
_numbers = itertools.count(1)
_phones = itertools.count(20)


@define
class Authenticator:
    """The application of codes on someone's phone; a code is never given twice."""

    secret: str
    _last_step: int = 0

    @classmethod
    def enrolled(cls, secret: str) -> Authenticator:
        """One whose present code served to enrol."""
        return cls(secret, int(time.time()) // _STEP_S)

    def code(self) -> str:
        """A code that was not used yet: the next one when this one was, which is waited for."""
        step = max(self._last_step + 1, int(time.time()) // _STEP_S)
        # The server accepts the code of the step after its own.
        while step > int(time.time()) // _STEP_S + 1:
            time.sleep(0.5)
        self._last_step = step
        return pyotp.TOTP(self.secret).at(step * _STEP_S)


@frozen
class Site:
    """A running site.

    Attributes:
        address: `http://127.0.0.1:<port>`.
        demonstration: Its accounts and the client's first loan.
        authenticator: The administrator's.
        services: The services of the site, in the test's own process.
        log: What the server writes, mails and text messages included.
        orange: Orange Money, as the site pays by it.
        orange_address: Where its pages are.
    """

    address: str
    demonstration: Demonstration
    authenticator: Authenticator
    services: svcs.Container
    log: Path
    orange: FakeOrange
    orange_address: str

    def account(self, role: Role) -> Account:
        """The demonstration's account of a role."""
        return next(one for one in self.demonstration.accounts if one.role is role)

    def user(self, email: str) -> User:
        """The account of an address."""
        found = self.services.get(IdentityService).user_by_email(email)
        if found is None:
            raise AssertionError(f"no account is called {email}")
        return found

    def new_user(self, role: Role = Role.CLIENT, *, locale: str = "fr", name: str = "") -> User:
        """A new account, whose password is `testkit.pages.PASSWORD`."""
        identity = self.services.get(IdentityService)
        email = f"{role.value}{next(_numbers)}@example.com"
        made = identity.create_user(
            email=email, name=name or f"Test {role.value}", role=role.value, password=PASSWORD
        )
        identity.set_locale(made.id, locale)
        return made

    def enrol(self, user: User) -> Authenticator:
        """Give an account a second factor; the application that shows its codes."""
        factor = self.services.get(SecondFactorService)
        authenticator = Authenticator(factor.begin(user.id).secret)
        factor.confirm(user.id, authenticator.code(), address="127.0.0.1")
        return authenticator

    def session_cookie(self, user: User) -> tuple[str, str]:
        """The cookie of a session just opened for an account, as signing in opens one."""
        with transaction(self.services.get(Engine)) as connection:
            token, _session = SessionStore(connection).open(
                user.id, Stage.OPEN, at=datetime.now(UTC), address="127.0.0.1", agent="Chromium"
            )
        return SESSION_COOKIE, token

    def end_sessions(self, user: User) -> None:
        """End every session of an account, as an hour without a request does."""
        with transaction(self.services.get(Engine)) as connection:
            SessionStore(connection).end_all(user.id)

    def loans(self, user: User) -> Mapping[str, SavedLoan]:
        """The loans of an account by their names, the oldest first."""
        with reading(self.services.get(Engine)) as connection:
            saved = LoanStore(connection).list(user.id, limit=100)
        return {one.label: one for one in reversed(saved)}

    def save_loan(self, user: User, label: str, plan: LoanPlan) -> None:
        """Save a loan for an account."""
        with transaction(self.services.get(Engine)) as connection:
            LoanStore(connection).add(user.id, label, plan, at=datetime.now(UTC))

    def give_loans(self, user: User) -> None:
        """Save the loans of the demonstration for another account."""
        shown = self.user(self.account(Role.CLIENT).email)
        for label, saved in self.loans(shown).items():
            self.save_loan(user, label, saved.plan)

    def running_job(self, user: User) -> str:
        """A job of an account that some worker has in hand, three steps of ten done; its id."""
        now = datetime.now(UTC)
        said = Sentence("Loans done: {done} of {total}.", {"done": "3", "total": "10"})
        with transaction(self.services.get(Engine)) as connection:
            job = JobStore(connection).add(
                "loans.export", {}, owner=user.id, request_id="running", at=now, max_attempts=5
            )
            connection.execute(
                JOBS.update()
                .where(JOBS.c.id == job.id)
                .values(
                    state=JobState.RUNNING.value,
                    worker="elsewhere",
                    attempts=1,
                    started_at=now,
                    lease_until=now + timedelta(hours=1),
                    done=3,
                    total=10,
                    message=said.document(),
                )
            )
        return job.id

    def mailed_link(self, email: str, *, timeout_s: float = 20) -> str:
        """The link of the last mail to an address; waited for, since a job sends it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            _before, found, after = self.log.read_text().rpartition(f"To: {email}\n")
            link = _LINK.search(after) if found else None
            if link is not None:
                return link[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail with a link came to {email} within {timeout_s:g} s")

    def texted_code(self, phone: str, *, timeout_s: float = 20) -> str:
        """The code of the last message to a phone (E.164); waited for, since a job sends it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            _before, found, after = self.log.read_text().rpartition(f"SMS to {phone}\n")
            if found and "\n@" in after:
                return code_in(after)
            time.sleep(0.1)
        raise AssertionError(f"no message with a code came to {phone} within {timeout_s:g} s")

    def new_merchant(self, *, name: str = "") -> User:
        """A new merchant who has a phone and nothing else."""
        return self.services.get(IdentityService).create_user(
            email=None,
            phone=f"+2246200000{next(_phones)}",
            name=name or "Test merchant",
            role=Role.MERCHANT.value,
        )


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Serve a site with demonstration data and Orange Money, for the length of the block.

    Raises:
        ServerStartError: The server did not start; the message holds its last words.
    """
    orange = FakeOrange()
    with orange.serving() as orange_address:
        yield from _running(folder, orange, orange_address)


def _running(folder: Path, orange: FakeOrange, orange_address: str) -> Iterator[Site]:
    environment = {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "COMPTOIR_FILES": str(folder / "files"),
        # A browser that walks every page in a minute is not one person.
        "COMPTOIR_RATE_LIMIT": "100000 per minute",
        "COMPTOIR_ORANGE_BASE_URL": orange_address,
        "COMPTOIR_ORANGE_CLIENT_ID": orange.credentials["client_id"],
        "COMPTOIR_ORANGE_CLIENT_SECRET": orange.credentials["client_secret"],
        "COMPTOIR_ORANGE_MERCHANT_KEY": orange.credentials["merchant_key"],
    }

    def command(port: int) -> list[str]:
        # The links of the mails carry the port, which is chosen with the command.
        environment["COMPTOIR_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        serve = ["-m", "comptoir_cli", "serve", "--port", str(port), "--workers", "1"]
        return [sys.executable, *serve]

    registry = build_registry(Settings.from_environ(environment), mailer=MemoryMailer())
    with registry, svcs.Container(registry) as services:
        upgrade(services.get(Engine), ALL_MIGRATIONS)
        demonstration = load_demonstration(services)
        authenticator = Authenticator.enrolled(demonstration.accounts[0].totp_secret)
        with server(
            "comptoir", command, folder=folder, ready=_ready, environment=environment
        ) as port:
            yield Site(
                f"http://127.0.0.1:{port}",
                demonstration,
                authenticator,
                services,
                folder / "comptoir.log",
                orange,
                orange_address,
            )
