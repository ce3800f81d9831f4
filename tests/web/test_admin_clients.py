"""The clients as an administrator sees them: states, figures, totals, and what is asked for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from testkit.pages import FrozenClock, post

from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User, UserStore
from comptoir_web.jobs.model import JobPolicy
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wealth.clients import SORTS, ClientBook, ClientState, _listed
from comptoir_web.wealth.service import WealthService
from shared_kernel import Money, money
from shared_kernel.engine import create_engine, transaction
from shared_kernel.migrations import upgrade
from wealth_core.errors import HoldingsMissing
from wealth_core.networth import CashAccount, CashKind, Category, CryptoHolding, Holdings

MakeUser = Callable[..., User]
SignIn = Callable[..., FlaskClient]
PAGE = "/plateforme/admin/clients/"
TODAY = date(2026, 1, 5)


def held(amount: Money, *, as_of: date = TODAY) -> Holdings:
    """One account."""
    return Holdings(cash=[CashAccount("a", "Livret A", CashKind.LIVRET_A, amount, as_of)])


UNKNOWN = CryptoHolding("x", "Inconnu", "NOBODY", Decimal(1), date(2025, 1, 1))


@pytest.fixture
def five(
    make_user: MakeUser, container: svcs.Container, clock: FrozenClock
) -> dict[ClientState, str]:
    """A client in each state, by that state; the names are those of the states."""
    wealth = container.get(WealthService)
    found: dict[ClientState, str] = {}
    for place, state in enumerate(ClientState):
        email = f"{state.value}@example.com"
        owner = make_user(email=email, name=f"<b>{state.value}</b>").id
        found[state] = owner
        if state is ClientState.NONE:
            continue
        amount = money(str(1000 * 10**place), "EUR")
        old = date(2025, 1, 1) if state is ClientState.STALE else TODAY
        wealth.save_holdings(owner, held(amount, as_of=old), version=0, actor=owner)
        wealth.recompute(owner)
        if state is ClientState.EDITED:
            wealth.save_holdings(owner, Holdings(), version=1, actor=owner)
    owner = found[ClientState.INCOMPLETE]
    wealth.save_holdings(owner, held(money("1", "EUR")).with_line(UNKNOWN), version=1, actor=owner)
    clock.forward(hours=1)
    wealth.recompute(owner)
    return found


@pytest.fixture
def book(container: svcs.Container) -> ClientBook:
    """The list behind the page."""
    return container.get(ClientBook)


def names(page: str) -> list[str]:
    """The clients of the table, in its order."""
    return re.findall(r"&lt;b&gt;(\w+)&lt;/b&gt;</a>", page)


def test_each_state_and_what_needs_a_decision(
    five: dict[ClientState, str], signed_in_client: SignIn, book: ClientBook
) -> None:
    """Decisions first, each a link to the clients it is about; then everyone with their figure."""
    assert book.attention().states == dict.fromkeys(ClientState, 1)
    admin = signed_in_client(Role.ADMIN)
    page = admin.get(PAGE).text
    for state in (ClientState.INCOMPLETE, ClientState.EDITED, ClientState.STALE, ClientState.NONE):
        assert f"state={state.value}" in page
        only = admin.get(f"{PAGE}?state={state.value}").text
        assert names(only) == [state.value]
    assert "10\u202f000,00\u00a0€" in page  # what was shown before the line without a price
    assert "<b>" not in page.partition("<main")[2]
    assert names(page) == sorted(state.value for state in ClientState)
    assert names(admin.get(f"{PAGE}?sort=-net_worth").text) == [
        "complete", "stale", "edited", "incomplete", "none",
    ]  # fmt: skip
    assert names(admin.get(f"{PAGE}?q=STALE%40").text) == ["stale"]
    assert names(admin.get(f"{PAGE}?q=nobody+at+all").text) == []
    assert five[ClientState.NONE] in page


def test_the_file_has_what_is_listed(
    five: dict[ClientState, str], signed_in_client: SignIn, book: ClientBook
) -> None:
    """The same filters, every page, amounts and dates as a spreadsheet reads them."""
    admin = signed_in_client(Role.ADMIN)
    answer = admin.get(f"{PAGE}clients.csv?sort=net_worth&state=complete")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert rows[1:] == [
        ["<b>complete</b>", "complete@example.com", "10000000,00", "EUR", "2026-01-05", "À jour"]
    ]
    whole = admin.get(f"{PAGE}clients.csv").text
    assert len(whole.strip().splitlines()) == 1 + len(five)


def test_pages_and_sorts_lose_nobody(make_user: MakeUser, book: ClientBook) -> None:
    """Whatever the sort and the size of a page, the pages together are everyone, once."""
    made = {make_user(email=f"c{number}@example.com").id for number in range(7)}
    for sort in SORTS:
        for descending in (False, True):
            seen = [
                client.id
                for number in (1, 2, 3)
                for client in book.page(
                    sort=sort, descending=descending, number=number, per_page=3
                ).clients
            ]
            assert len(seen) == 7
            assert set(seen) == made
    assert book.page(number=99, per_page=3).number == 3


def test_one_client_is_read_and_recomputed(
    five: dict[ClientState, str],
    signed_in_client: SignIn,
    container: svcs.Container,
    make_user: MakeUser,
) -> None:
    """The client's own page without a button of theirs; the administrator asks for the figure."""
    admin = signed_in_client(Role.ADMIN)
    owner = five[ClientState.EDITED]
    shown = admin.get(f"{PAGE}{owner}").text
    assert "100\u202f000,00\u00a0€" in shown
    assert "/plateforme/patrimoine/" not in shown
    answer = post(admin, f"{PAGE}{owner}/recalculer", page=f"{PAGE}{owner}")
    assert answer.status_code == 303
    snapshot = container.get(WealthService).shown(owner)
    assert snapshot is not None
    assert snapshot.net_worth == money("0", "EUR")
    incomplete = f"{PAGE}{five[ClientState.INCOMPLETE]}"
    assert "Inconnu" in admin.get(incomplete).text
    assert post(admin, f"{incomplete}/recalculer", page=incomplete).status_code == 303
    assert "n’a pas de cours" in admin.get(incomplete).text
    nothing = f"{PAGE}{five[ClientState.NONE]}"
    assert post(admin, f"{nothing}/recalculer", page=nothing).status_code == 303
    assert "Rien n’est encore enregistré" in admin.get(nothing).text
    for stranger in (make_user(role=Role.MERCHANT).id, "0" * 32, "nobody"):
        assert admin.get(f"{PAGE}{stranger}").status_code == 404


def test_everyone_is_recomputed_as_a_job(
    five: dict[ClientState, str], signed_in_client: SignIn, app: Flask, book: ClientBook
) -> None:
    """The form sent twice is one job, whose page counts the clients and leads back."""
    admin = signed_in_client(Role.ADMIN)
    form = {"request_id": "a-request-of-the-form"}
    first, second = (post(admin, f"{PAGE}recalculer", form, page=PAGE) for _ in range(2))
    assert first.status_code == 303
    assert first.location == second.location
    assert post(admin, f"{PAGE}recalculer", {"request_id": "short"}, page=PAGE).status_code == 400
    runner = JobRunner(svcs.flask.get_registry(app), handlers=load_handlers(), policy=JobPolicy())
    while runner.run_next():
        pass
    page = admin.get(first.location).text
    assert "4 clients ont été valorisés" in page
    assert PAGE in page
    assert book.attention().states[ClientState.EDITED] == 0


def test_who_reaches_it(five: dict[ClientState, str], signed_in_client: SignIn) -> None:
    """A client reaches none of it, and a merchant neither."""
    for role in (Role.CLIENT, Role.MERCHANT):
        browser = signed_in_client(role, email=f"r-{role.value}@example.com")
        for path in ("", "clients.csv", "statistiques", five[ClientState.COMPLETE]):
            assert browser.get(PAGE + path).status_code == 403


def test_totals_spread_and_evolution(database_url: str, clock: FrozenClock) -> None:
    """Totals a currency, the spread, each month's whole: the same on both databases."""
    engine = create_engine(database_url)
    try:
        upgrade(engine, ALL_MIGRATIONS)
        wealth, book = WealthService(engine, clock), ClientBook(engine, clock)
        assert book.statistics().totals == ()
        owners = []
        with transaction(engine) as connection:
            for number in range(4):
                user, _added = UserStore(connection).add(
                    email=f"c{number}@example.com", name="C", role=Role.CLIENT, at=clock.now
                )
                owners.append(user.id)
        first, second, third, _nobody = owners
        for owner, amount, on in (
            (first, "1000", date(2025, 10, 2)),
            (first, "2000", date(2025, 10, 30)),
            (first, "500", date(2025, 12, 1)),
            (second, "60000", date(2025, 11, 15)),
        ):
            saved = wealth.holdings(owner)
            version = 0 if saved is None else saved.version
            wealth.save_holdings(
                owner, held(money(amount, "EUR"), as_of=on), version=version, actor=owner
            )
            wealth.recompute(owner, on=on)
        wealth.save_holdings(
            third, held(money("900", "XOF")), version=0, actor=third, base_currency="XOF"
        )
        wealth.recompute(third)
        # An account of another role does not count, whatever is kept of it.
        wealth.save_holdings("somebody-else", held(money("7", "EUR")), version=0, actor="a")
        wealth.recompute("somebody-else")

        found = book.statistics(months=4)
        assert found.attention.states[ClientState.NONE] == 1
        euros, francs = found.totals
        assert (euros.currency, euros.clients, euros.net_worth) == ("EUR", 2, money("60500", "EUR"))
        assert euros.of(Category.CASH) == euros.total_assets == money("60500", "EUR")
        assert (francs.clients, francs.net_worth) == (1, money("900", "XOF"))
        assert [one.clients for one in found.brackets] == [0, 1, 0, 1, 0, 0, 0, 0]
        assert [(one.month, int(one.net_worth.amount), one.clients) for one in found.months] == [
            (date(2025, 10, 1), 2000, 1),
            (date(2025, 11, 1), 62000, 2),
            (date(2025, 12, 1), 60500, 2),
            (date(2026, 1, 1), 60500, 2),
        ]
        assert len(book.statistics(months=2).months) == 2
        with pytest.raises(HoldingsMissing):
            wealth.recompute(_nobody)
    finally:
        engine.dispose()


def test_the_page_of_statistics(five: dict[ClientState, str], signed_in_client: SignIn) -> None:
    """How many clients in each state, the whole, and where most of them are."""
    page = signed_in_client(Role.ADMIN).get(f"{PAGE}statistiques").text
    assert len(five) == 5
    assert "4 clients sur 5" in page
    assert "11\u202f110\u202f000,00\u00a0€" in page


def test_many_snapshots_do_not_slow_the_list(
    web_engine: Engine,
) -> None:
    """One statement gives a page, whatever the history: each client is one look in the index."""
    with web_engine.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN "
            + str(_listed("", None).compile(web_engine, compile_kwargs={"literal_binds": True}))
        ).all()
    steps = [row[3] for row in plan if "wealth_snapshots" in row[3] or " shown" in row[3]]
    assert steps
    assert all(step.startswith("SEARCH") for step in steps), steps
