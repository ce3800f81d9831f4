"""What the tests of the pages of net worth share: the text of a page, its form, some clients."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import attrs
import svcs
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from comptoir_web.identity.users import User
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import Clock
from shared_kernel import add_months, money
from shared_kernel.engine import transaction
from testkit.riches import since, with_prices
from wealth_core.loans import EXACT, Loan
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    OtherGood,
    Property,
)
from wealth_core.storage import QuoteStore
from wealth_core.testing.worked import worked_holdings, worked_prices

__all__ = ["get_text", "give_odd", "give_riches", "give_worked", "plain", "sent_fields", "writes"]

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_OURS = re.compile(r"\b(?:wealth|logistics)_")


def plain(page: str) -> str:
    """A page's text with plain spaces; what is hidden in a template is left out."""
    bare = re.sub(r"<template>.*?</template>|<script.*?</script>", " ", page, flags=re.DOTALL)
    bare = html.unescape(re.sub(r"<[^>]+>", " ", bare))
    return re.sub(r"\s+", " ", bare.replace("\u202f", " ").replace("\u00a0", " "))


@attrs.define
class _Form:
    """The fields of one form, as a browser would send them."""

    action: str
    fields: dict[str, str] = attrs.field(factory=dict)


class _Reader(HTMLParser):
    """Reads the forms of a page; those of a template belong to no form yet."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._inside: _Form | None = None
        self._templates = 0
        self._select = ""
        self._first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._templates += tag == "template"
        if tag == "form":
            self._inside = _Form(given.get("action", ""))
            self.forms.append(self._inside)
        if self._inside is None or self._templates:
            return
        fields = self._inside.fields
        kind = given.get("type")
        if kind in {"radio", "checkbox"} and "checked" not in given:
            return
        if tag == "input" and "name" in given and kind not in {"file", "submit"}:
            fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select, self._first = given.get("name", ""), None
        elif tag == "option" and self._select:
            if self._first is None:
                self._first = fields[self._select] = given.get("value", "")
            if "selected" in given:
                fields[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = ""


def sent_fields(page: str, action: str) -> dict[str, str]:
    """What a browser would send of the form whose address ends so, nothing being typed in it."""
    reader = _Reader()
    reader.feed(page)
    found = [form for form in reader.forms if form.action.endswith(action)]
    if not found:
        raise AssertionError(f"no form for {action}: {[form.action for form in reader.forms]}")
    return found[-1].fields


def give_worked(service: WealthService, owner: str, *, at: datetime) -> None:
    """Save the worked profile for an owner, with its prices; nothing is valued."""
    with transaction(service.engine) as connection:
        QuoteStore(connection).put(worked_prices(), at=at)
    service.save_holdings(owner, worked_holdings(), version=0, actor=owner)


def give_riches(services: svcs.Container, user: User) -> None:
    """Give an account the worked profile, ten months of figures and a change since; once."""
    service: WealthService = services.get(WealthService)
    if service.holdings(user.id) is not None:
        return
    today = services.get(Clock)().date()
    with_prices(services, user.id)
    held = since(worked_holdings(), add_months(today, -10))
    saved = service.save_holdings(user.id, held, version=0, actor=user.id)
    for months in range(9, -1, -1):
        service.recompute(user.id, on=add_months(today, -months), loan_rounding=EXACT)
    car = OtherGood("good-1", "Voiture", money("7800", "EUR"), today)
    service.save_holdings(user.id, held.with_line(car), version=saved.version, actor=user.id)


def give_odd(services: svcs.Container, user: User) -> None:
    """Give an account lines that are old, negative, long, in another currency, and unpriced."""
    service: WealthService = services.get(WealthService)
    today = services.get(Clock)().date()
    long_ago = add_months(today, -8)
    loan = Loan(money("180000", "EUR"), Decimal("0.021"), 240, date(2019, 4, 5))
    works = Loan(money("30000", "EUR"), Decimal("0.039"), 120, date(2024, 1, 5))
    house = Property(
        "house", "Maison de famille en indivision, au nom assez long pour tenir sur deux lignes",
        money("420000", "EUR"), long_ago, ownership=Decimal("0.5"),
        loans=[Debt("main", "Prêt principal", loan),
               Debt("works", "Prêt travaux", works, share=Decimal(1))],
    )  # fmt: skip
    held = Holdings(
        cash=[
            CashAccount("old", "Livret A", CashKind.LIVRET_A, money("4700", "EUR"), long_ago),
            CashAccount("joint", "=Compte <b>joint</b>", CashKind.CURRENT, money("-350.20", "EUR"),
                        today),
        ],
        properties=[house],
        credits=[CreditLoan("auto", "Crédit auto", works)],
    )  # fmt: skip
    saved = service.save_holdings(user.id, held, version=0, actor=user.id)
    service.recompute(user.id)
    rare = CryptoHolding("rare", "Jeton rare", "RARE", Decimal("12.5"), today)
    service.save_holdings(user.id, held.with_line(rare), version=saved.version, actor=user.id)
    service.recompute(user.id)


@contextmanager
def writes(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that write to a table of a library meanwhile, at the database."""
    found: list[str] = []

    # The arguments are those of SQLAlchemy's event.
    def seen(
        _conn: object, _cursor: object, statement: str, _given: object, _how: object, _many: bool
    ) -> None:
        if _WRITES.match(statement) and _OURS.search(statement):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", seen)


def get_text(browser: FlaskClient, path: str) -> str:
    """The text of a page that answers 200."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return plain(answer.text)
