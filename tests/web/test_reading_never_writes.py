"""No page of net worth, plan, clients, prices or freight changes a row: the database counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect
from testkit.merchants import give_payment
from testkit.offices import give_office
from testkit.pages import post
from testkit.plans import give_plan
from testkit.wealth import give_odd

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import User
from comptoir_web.wealth.service import WealthService

MakeUser = Callable[..., User]
SignIn = Callable[..., FlaskClient]
HOME = "/plateforme/patrimoine/"
SECTIONS = {Role.CLIENT: ("wealth", "planning"), Role.ADMIN: ("clients", "quotes")}
FREIGHT = {Role.MERCHANT: ("freight",), Role.ADMIN: ("freight_admin",)}
TYPED = {
    "quotes.enter": {"base": "EUR", "quote": "GNF"},
    "quotes.history": {"base": "crypto:BTC", "quote": "EUR"},
    "planning.index": {"mois": "2025-10"},
    "planning.projection": {"years": "5"},
    "planning.projected": {"years": "5"},
    "wealth.new_line": {"slug": "immobilier"},
    "wealth.line": {"line_id": "property-1"},
    "freight.index": {"goods": "10000", "category": "TEXTILE", "volume": "3"},
    "freight_admin.quote": {"goods": "10000", "category": "TEXTILE", "volume_cbm": "3"},
    "freight_admin.tariff": {"version": "1"},
}
"""What is in the addresses of the pages that take something."""


@pytest.fixture
def changed(web_engine: Engine) -> Callable[[], dict[str, int]]:
    """Tells how many rows were changed in each table of every library, which triggers count."""
    tables = inspect(web_engine).get_table_names()
    assert {one.partition("_")[0] for one in tables} >= {"wealth", "logistics", "web"}
    with web_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE changes (name TEXT)")
        for table in tables:
            for what in ("INSERT", "UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER count_{table}_{what} AFTER {what} ON {table} "
                    f"BEGIN INSERT INTO changes VALUES ('{table}'); END"
                )

    def counted() -> dict[str, int]:
        with web_engine.connect() as connection:
            return Counter(connection.exec_driver_sql("SELECT name FROM changes").scalars())

    return counted


def addresses(app: Flask, sections: tuple[str, ...], **given: str) -> dict[str, str]:
    """The address of each page of these sections, by its endpoint."""
    found = {}
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        section, _, _ = rule.endpoint.partition(".")
        if section in sections and "GET" in (rule.methods or ()):
            needed = {name: given[name] for name in rule.arguments if name in given}
            found[rule.endpoint] = urls.build(
                rule.endpoint, {**TYPED.get(rule.endpoint, {}), **needed}
            )
    return found


def test_no_page_changes_a_row(
    app: Flask,
    container: svcs.Container,
    make_user: MakeUser,
    signed_in_client: SignIn,
    changed: Callable[[], dict[str, int]],
) -> None:
    """Each page that answers to GET, for clients with everything, with odd lines, with nothing."""
    rich, odd = make_user(), make_user(email="odd@example.com")
    make_user(email="nothing@example.com")
    give_plan(container, rich.id)
    container.get(WealthService).recompute(rich.id, on=date(2025, 12, 9))
    give_odd(container, odd)
    admin = signed_in_client(Role.ADMIN)
    readers = [
        (signed_in_client(email=email), addresses(app, SECTIONS[Role.CLIENT]), statuses)
        for email, statuses in (
            (rich.email, {200}),
            (odd.email, {200, 404}),  # nobody else has the line that is opened
            ("nothing@example.com", {200, 303, 404}),
        )
    ]
    readers += [
        (admin, addresses(app, SECTIONS[Role.ADMIN], owner=who.id), {200}) for who in (rich, odd)
    ]
    assert len({name for _, pages, _ in readers for name in pages}) >= 24
    before = changed()
    assert before
    for browser, pages, statuses in readers:
        for endpoint, address in pages.items():
            assert browser.get(address).status_code in statuses, endpoint
    assert changed() == before
    assert post(readers[0][0], f"{HOME}recalculer", page=HOME).status_code == 303
    assert changed()["wealth_snapshots"] > before["wealth_snapshots"]


def test_no_page_of_freight_changes_a_row(
    app: Flask,
    container: svcs.Container,
    signed_in_client: SignIn,
    changed: Callable[[], dict[str, int]],
) -> None:
    """Each page that answers to GET, of an administrator and of the merchant whose orders it shows.

    A quote that lapsed, a container nearly full, a pool that fits: opening them decides nothing.
    """
    there = give_office(container)
    # First, for it takes the time of a code: a session then notes when it was last used.
    admin = signed_in_client(Role.ADMIN)
    merchant = signed_in_client(email=container.get(IdentityService).user(there.merchant).email)
    given = {
        "owner": there.merchant,
        "container_id": there.container,
        "order_id": there.order,
        "proof_id": there.proof,
        "payment_id": give_payment(container, there.merchant, there.order).id,
        "supplier_id": there.supplier,
    }
    before = changed()
    opened = 0
    for browser, role in ((merchant, Role.MERCHANT), (admin, Role.ADMIN)):
        for endpoint, address in addresses(app, FREIGHT[role], **given).items():
            answer = browser.get(address)
            assert answer.status_code == 200, endpoint
            opened += 1
    assert opened >= 28
    assert changed() == before
