"""What clients are told: once each, in their language, though workers and mail servers fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import svcs
from flask import Flask
from sqlalchemy import Engine, select
from testkit.pages import FrozenClock

from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.schedule import Scheduler
from comptoir_web.jobs.tables import JOBS
from comptoir_web.mail import Mail, MailError, MemoryMailer
from comptoir_web.wealth.alerts import alert_sentence
from comptoir_web.wealth.quotes import QuoteService
from comptoir_web.wealth.service import WealthService
from shared_kernel import money
from shared_kernel.engine import reading
from wealth_core.networth import CryptoHolding, Envelope, Holdings
from wealth_core.planning import (
    ActionState,
    AlertKind,
    AlertRule,
    Direction,
    Finding,
    InvestmentPlan,
    Month,
    PlanLine,
)

MakeUser = Callable[..., User]


class AwayMailer(MemoryMailer):
    """A mail server that does not answer until it is told to."""

    away = True

    def send(self, mail: Mail) -> None:
        """Refuse, or keep the mail."""
        if self.away:
            raise MailError("the mail server is away")
        super().send(mail)


@pytest.fixture
def mailer() -> AwayMailer:
    """A mail server that answers, unless the test says otherwise."""
    made = AwayMailer()
    made.away = False
    return made


@pytest.fixture
def client_id(make_user: MakeUser, identity: IdentityService, container: svcs.Container) -> str:
    """A client who reads French, holds a bitcoin of 80,000 and watches 90,000."""
    user = make_user(name="Une cliente")
    identity.set_locale(user.id, "fr")
    container.get(QuoteService).set(
        "crypto:BTC", "EUR", Decimal(80_000), as_of=date(2026, 1, 5), by=user.id
    )
    wealth = container.get(WealthService)
    coin = CryptoHolding("b", "Bitcoin", "BTC", Decimal(1), date(2026, 1, 1))
    wealth.save_holdings(user.id, Holdings(crypto=[coin]), version=0, actor=user.id)
    wealth.recompute(user.id)
    level = money("90000", "EUR")
    for rule in (
        AlertRule(id="w", subject="net_worth", direction=Direction.ABOVE, level=level),
        AlertRule(id="b", subject="crypto:BTC", direction=Direction.ABOVE, level=level),
    ):
        wealth.add_alert_rule(user.id, rule)
    return user.id


@pytest.fixture
def work(app: Flask) -> Callable[..., None]:
    """Run what there is to run; with the clock's work as well when asked."""
    registry = svcs.flask.get_registry(app)
    policy = JobPolicy()
    runner = JobRunner(registry, handlers=load_handlers(), policy=policy)

    def run(*, scheduled: bool = False) -> None:
        if scheduled:
            Scheduler(registry, policy=policy).submit_due()
        while runner.run_next():
            pass

    return run


def test_a_level_crossed_is_mailed_once(
    container: svcs.Container,
    client_id: str,
    mailer: AwayMailer,
    clock: FrozenClock,
    work: Callable[..., None],
) -> None:
    """Two levels crossed by one recomputation are one mail in French; nothing repeats it."""
    clock.forward(minutes=5)
    container.get(QuoteService).set(
        "crypto:BTC", "EUR", Decimal(95_000), as_of=clock.now, by=client_id
    )
    wealth = container.get(WealthService)
    wealth.recompute(client_id)
    work()
    (mail,) = mailer.sent
    assert mail.to == "client@example.com"
    assert "Bonjour Une cliente" in mail.text
    assert "95\u202f000,00\u00a0€" in mail.text
    assert "BTC" in mail.text
    assert "http://localhost/plateforme/plan/alertes" in mail.text
    wealth.recompute(client_id)
    work(scheduled=True)
    clock.forward(hours=6)
    work(scheduled=True)
    assert len(mailer.sent) == 1
    assert len(wealth.alerts(client_id)) == 2


def test_the_clock_finds_what_is_stale_and_late(
    container: svcs.Container,
    client_id: str,
    mailer: AwayMailer,
    clock: FrozenClock,
    work: Callable[..., None],
) -> None:
    """Without anybody asking, the month's actions are made; what is old or late is told, once."""
    wealth = container.get(WealthService)
    plan = InvestmentPlan(
        monthly_capacity=money("500", "EUR"),
        starts_on=date(2026, 1, 1),
        lines=[PlanLine(id="world", percent=Decimal(60), envelope=Envelope.PEA)],
    )
    wealth.save_plan(client_id, plan, version=0, actor=client_id)
    (action,) = wealth.actions(client_id)
    clock.forward(days=40)
    work(scheduled=True)
    assert [one.month for one in wealth.actions(client_id)] == [Month(2026, 2), Month(2026, 1)]
    (mail,) = mailer.sent
    kinds = sorted(alert.kind for alert in wealth.alerts(client_id))
    assert kinds == [AlertKind.PLAN_LATE, AlertKind.STALE_PRICE]
    assert "01/2026" in mail.text
    assert "5 janvier 2026" in mail.text
    for _ in range(2):
        clock.forward(hours=6)
        work(scheduled=True)
    assert len(mailer.sent) == 1
    wealth.decide(
        client_id, action.id, ActionState.SKIPPED, version=action.version, actor=client_id
    )
    clock.forward(days=20)  # February is over: another month is late, and it is told
    work(scheduled=True)
    assert len(mailer.sent) == 2
    assert "02/2026" in mailer.sent[1].text


def test_a_mail_server_that_is_away_loses_nothing(
    container: svcs.Container,
    web_engine: Engine,
    client_id: str,
    mailer: AwayMailer,
    clock: FrozenClock,
    work: Callable[..., None],
) -> None:
    """The mail is tried again until it is taken, and then no more."""
    mailer.away = True
    clock.forward(days=40)
    work(scheduled=True)
    assert mailer.sent == []
    with reading(web_engine) as connection:
        mails = select(JOBS.c.state).where(JOBS.c.kind == "wealth.alert_mail")
        assert connection.scalars(mails).all() == ["queued"]
    mailer.away = False
    for _ in range(2):
        clock.forward(minutes=10)
        work(scheduled=True)
    assert len(mailer.sent) == 1


@pytest.mark.parametrize("gone", ["disabled", "erased"])
def test_who_left_is_not_written_to(
    container: svcs.Container,
    identity: IdentityService,
    client_id: str,
    mailer: AwayMailer,
    clock: FrozenClock,
    work: Callable[..., None],
    gone: str,
) -> None:
    """An account that was closed or erased gets no mail, and stops nobody else's."""
    if gone == "disabled":
        identity.disable(client_id)
    else:
        identity.erase(client_id)
    clock.forward(days=40)
    work(scheduled=True)
    assert mailer.sent == []


def test_each_kind_is_said_in_both_languages() -> None:
    """Names, amounts and dates are written for the reader; what is broken is shown as it is."""
    crossed = Finding(
        kind=AlertKind.THRESHOLD,
        key="k",
        details={
            "subject": "real_estate",
            "direction": "below",
            "level": "250000.00",
            "figure": "249999.99",
            "currency": "EUR",
        },
    )
    english, french = alert_sentence(crossed, "en"), alert_sentence(crossed, "fr")
    assert english.startswith("Real estate fell to €249,999.99")
    assert "249\u202f999,99\u00a0€" in french
    assert french != english
    late = Finding(kind=AlertKind.PLAN_LATE, key="k", details={"month": "2026-01"})
    assert "{month}" in alert_sentence(late, "en")  # its count is missing: nothing is made up
    old = Finding(
        kind=AlertKind.STALE_PRICE,
        key="k",
        details={"asset": "crypto:BTC", "as_of": "not a day"},
    )
    assert "BTC" in alert_sentence(old, "fr")
