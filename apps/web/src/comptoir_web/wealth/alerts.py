"""What clients are told: found after a recomputation and by the clock, mailed once each.

Whoever looks, and however often, finds the same alerts: the store keeps each once. A mail is taken
from the store and asked for as a job in one transaction, so that it is neither lost nor sent by
two; the job is tried again while the mail server is away.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from comptoir_web.identity.letters import N_
from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.jobs.store import JobStore
from comptoir_web.mail import Mail
from shared_kernel import MoneyError, add_months, format_date, format_money, money
from shared_kernel.translations import catalogue
from wealth_core.errors import NoRate
from wealth_core.networth.categories import Category
from wealth_core.planning import Month, alert_words, late_months, stale_prices
from wealth_core.quotes import asset_label
from wealth_core.storage.alerts import AlertStore
from wealth_core.storage.planning import PlanStore
from wealth_core.storage.quotes import QuoteStore
from wealth_core.storage.snapshots import SnapshotStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.identity.users import User
    from comptoir_web.jobs.queue import JobQueue
    from wealth_core.planning import Finding
    from wealth_core.quotes import Conversion, QuoteBook
    from wealth_core.storage.alerts import RaisedAlert
    from wealth_core.storage.snapshots import Snapshot

__all__ = [
    "ALERTS",
    "ALERT_MAIL",
    "PAGE",
    "alert_letter",
    "alert_sentence",
    "ask_for_mails",
    "look_at",
    "take_mails",
]

ALERTS: Final = "wealth.alerts"
ALERT_MAIL: Final = "wealth.alert_mail"
PAGE: Final = "/plateforme/plan/alertes"
LATE_MONTHS: Final = 13
"""What waits for longer than that has been told long since."""


_SUBJECTS: Final[Mapping[str, str]] = {
    "net_worth": N_("Your net worth"),
    Category.CASH.value: N_("Cash savings"),
    Category.INVESTMENTS.value: N_("Financial investments"),
    Category.REAL_ESTATE.value: N_("Real estate"),
    Category.CRYPTO.value: N_("Crypto-assets"),
    Category.OTHER_GOODS.value: N_("Other goods"),
}
_TITLE: Final = N_("{business}: something to look at in your net worth")
_BODY: Final = N_(
    "Hello {name},\n\n"
    "{sentences}\n\n"
    "See it on your page:\n\n{link}\n\n"
    "You choose there what you want to be told. Each of these is told once."
)


def look_at(
    connection: Connection, owner: str, *, at: datetime, book: QuoteBook | None = None
) -> tuple[RaisedAlert, ...]:
    """Keep what is new to tell an owner; nothing when it is looked at again.

    Args:
        connection: A writing transaction.
        owner: Whose.
        at: Now.
        book: The prices of now, when the caller has them already.
    """
    book = book or QuoteStore(connection).book(at=at)
    valuation = SnapshotStore(connection).last(owner)
    since = Month.of(add_months(at.date(), -LATE_MONTHS))
    actions = PlanStore(connection).actions(owner, since=since)
    return AlertStore(connection).look(
        owner,
        at=at,
        valuation=valuation,
        book=book,
        findings=(
            *stale_prices(_conversions(valuation, book)),
            *late_months(actions, at.date()),
        ),
    )


def _conversions(valuation: Snapshot | None, book: QuoteBook) -> Iterable[Conversion]:
    """How what the last valuation converted would be converted now."""
    if valuation is None:
        return
    for asset in sorted({asset for line in valuation.lines for asset in line.converted}):
        try:
            yield book.convert(asset, valuation.base_currency)
        except NoRate:
            continue


def ask_for_mails(queue: JobQueue) -> None:
    """Ask for the mails of what was just found."""
    request_id = secrets.token_urlsafe(16)
    queue.submit(ALERTS, {"look": False}, owner=PLATFORM, request_id=request_id)


def take_mails(connection: Connection, *, at: datetime, max_attempts: int) -> int:
    """Take some alerts that wait to be mailed and ask for one mail an owner; how many were taken.

    All of it is one transaction of the caller: an alert is taken with the job that mails it.
    """
    taken = AlertStore(connection).claim_mails(at=at)
    by_owner = sorted(taken, key=lambda alert: (alert.owner, alert.at, alert.id))
    for owner, group in groupby(by_owner, key=lambda alert: alert.owner):
        ids = [alert.id for alert in group]
        JobStore(connection).add(
            ALERT_MAIL,
            {"user": owner, "alerts": ids},
            owner=PLATFORM,
            request_id=ids[0],
            at=at,
            max_attempts=max_attempts,
        )
    return len(taken)


def alert_sentence(finding: Finding, locale: str) -> str:
    """What an alert says, in a language, with a capital and a full stop."""
    words = catalogue("wealth_core", locale).gettext(alert_words(finding))
    details = {
        name: _WRITTEN[name](value, finding.details, locale) if name in _WRITTEN else value
        for name, value in finding.details.items()
    }
    try:
        text = words.format_map(details)
    except (KeyError, IndexError, ValueError):  # a broken translation is shown as it is
        text = words
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def alert_letter(
    user: User, to: str, alerts: Sequence[Finding], *, business: str, public_url: str, locale: str
) -> Mail:
    """The mail that tells the owner of an account what was found."""
    language = user.locale or locale
    text = catalogue("comptoir_web", language).gettext
    sentences = "\n".join(f"- {alert_sentence(alert, language)}" for alert in alerts)
    return Mail(
        to=to,
        subject=text(_TITLE).format(business=business),
        text=text(_BODY).format(name=user.name, sentences=sentences, link=f"{public_url}{PAGE}"),
    )


def _subject(value: str, _details: Mapping[str, str], locale: str) -> str:
    known = _SUBJECTS.get(value)
    return asset_label(value) if known is None else catalogue("comptoir_web", locale).gettext(known)


def _amount(value: str, details: Mapping[str, str], locale: str) -> str:
    try:
        return format_money(money(value, details.get("currency", "")), locale=locale)
    except MoneyError:
        return value


def _day(value: str, _details: Mapping[str, str], locale: str) -> str:
    try:
        return format_date(datetime.fromisoformat(value).date(), locale=locale, style="long")
    except ValueError:
        return value


def _month(value: str, _details: Mapping[str, str], locale: str) -> str:
    del locale  # figures are read the same in both languages
    year, _, month = value.partition("-")
    return f"{month}/{year}"


def _asset(value: str, _details: Mapping[str, str], locale: str) -> str:
    del locale
    return asset_label(value)


_WRITTEN: Final[Mapping[str, Callable[[str, Mapping[str, str], str], str]]] = {
    "subject": _subject,
    "asset": _asset,
    "level": _amount,
    "figure": _amount,
    "as_of": _day,
    "month": _month,
}
"""How each detail is written for a reader."""
