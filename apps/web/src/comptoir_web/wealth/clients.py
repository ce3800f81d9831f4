"""The clients as an administrator follows them: the list, the totals, the evolution.

One query gives a page of the list: each client with the snapshot that is shown of them, found by
the index of the snapshots, however many were taken. Nothing here computes a net worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from sqlalchemy import Engine, and_, case, func, literal, or_, select

from comptoir_web.identity.roles import Role
from comptoir_web.storage.tables import web_users
from shared_kernel import Money, from_minor, minor_digits
from shared_kernel.engine import reading
from wealth_core.networth import Category
from wealth_core.storage.holding_tables import wealth_holdings
from wealth_core.storage.overview import has_stale_lines, latest_snapshot, month_moves

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, RowMapping, Select

__all__ = [
    "SORTS",
    "Attention",
    "Bracket",
    "Client",
    "ClientBook",
    "ClientPage",
    "ClientState",
    "CurrencyTotals",
    "MonthTotal",
    "Statistics",
]

_BRACKETS: Final = (0, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
_SCALE: Final = {"XOF": 500, "XAF": 500, "GNF": 5_000, "DZD": 100, "MAD": 10, "TND": 1}


class ClientState(StrEnum):
    """What the figure of a client is worth, the worst first."""

    NONE = "none"
    INCOMPLETE = "incomplete"
    EDITED = "edited"
    STALE = "stale"
    COMPLETE = "complete"


@frozen(kw_only=True)
class Client:
    """One line of the list.

    Attributes:
        id: The account.
        name: Of its owner.
        email: Its address.
        net_worth: What is shown; None before a first complete snapshot.
        valued_on: The day it was valued on.
        state: What it is worth: see `ClientState`.
        active: Whether the account may sign in.
    """

    id: str
    name: str
    email: str
    net_worth: Money | None
    valued_on: date | None
    state: ClientState
    active: bool


@frozen(kw_only=True)
class ClientPage:
    """One page of the list; pages are numbered from 1."""

    clients: tuple[Client, ...]
    number: int
    per_page: int
    total: int


@frozen(kw_only=True)
class Attention:
    """How many clients are in each state: what needs a decision first."""

    clients: int
    states: Mapping[ClientState, int]


@frozen(kw_only=True)
class CurrencyTotals:
    """What is under advice in one currency, from the snapshots shown.

    Attributes:
        currency: ISO 4217 code.
        clients: How many clients count in it.
        categories: The assets by category, in the order of `Category`.
        total_assets: Their sum.
        credits: What is owed beside the properties.
        net_worth: The difference.
    """

    currency: str
    clients: int
    categories: tuple[tuple[Category, Money], ...]
    total_assets: Money
    credits: Money
    net_worth: Money

    def of(self, category: Category) -> Money:
        """The total of a category."""
        return next(total for each, total in self.categories if each is category)


@frozen(kw_only=True)
class Bracket:
    """How many clients are worth from ``least`` to below ``below``; None is no bound."""

    least: Money | None
    below: Money | None
    clients: int


@frozen(kw_only=True)
class MonthTotal:
    """The net worth under advice at the end of a month, and of how many clients."""

    month: date
    net_worth: Money
    clients: int


@frozen(kw_only=True)
class Statistics:
    """What the page of statistics shows.

    Attributes:
        attention: The clients by state.
        totals: One a currency, the one of most clients first.
        brackets: The distribution in the first of these currencies.
        months: The evolution in the first of these currencies, the oldest month first.
    """

    attention: Attention
    totals: tuple[CurrencyTotals, ...]
    brackets: tuple[Bracket, ...]
    months: tuple[MonthTotal, ...]


@frozen
class ClientBook:
    """The clients of an installation.

    Args:
        engine: The database.
        clock: Tells now, aware, in UTC.
    """

    engine: Engine
    clock: Callable[[], datetime]

    def page(
        self,
        *,
        search: str = "",
        state: ClientState | None = None,
        sort: str = "name",
        descending: bool = False,
        number: int = 1,
        per_page: int = 25,
    ) -> ClientPage:
        """A page of the clients whose name or address contains ``search``.

        ``sort`` is one of `SORTS`; clients without a figure come last whichever way it is sorted.
        """
        listed = _listed(search, state)
        with reading(self.engine) as connection:
            total = connection.execute(
                select(func.count()).select_from(listed.subquery())
            ).scalar_one()
            number = max(1, min(number, -(-total // per_page) or 1))
            rows = connection.execute(
                listed.order_by(*_order(listed, sort, descending=descending))
                .limit(per_page)
                .offset((number - 1) * per_page)
            ).mappings()
            clients = tuple(_client(row) for row in rows)
        return ClientPage(clients=clients, number=number, per_page=per_page, total=total)

    def attention(self) -> Attention:
        """How many clients are in each state."""
        listed = _listed("", None).subquery()
        query = select(listed.c.state, func.count()).group_by(listed.c.state)
        with reading(self.engine) as connection:
            found = {ClientState(name): int(number) for name, number in connection.execute(query)}
        states = {state: found.get(state, 0) for state in ClientState}
        return Attention(clients=sum(states.values()), states=states)

    def statistics(self, *, months: int = 12) -> Statistics:
        """The totals, the distribution and the evolution over so many months."""
        attention = self.attention()
        listed = _listed("", None).subquery()
        with reading(self.engine) as connection:
            totals = tuple(map(_totals, connection.execute(_by_currency(listed)).mappings()))
            if not totals:
                return Statistics(attention=attention, totals=(), brackets=(), months=())
            main = totals[0].currency
            brackets = connection.execute(_by_bracket(listed, main)).one()
            clients = select(web_users.c.id).where(_IS_CLIENT)
            moves = connection.execute(month_moves(clients, currency=main)).all()
        return Statistics(
            attention=attention,
            totals=totals,
            brackets=_brackets(main, brackets),
            months=_evolution(
                main,
                {int(row[0]): (int(row[1]), int(row[2])) for row in moves},
                last=_month_number(self.clock().date()),
                months=months,
            ),
        )


_shown, _JOINS_SHOWN = latest_snapshot(web_users.c.id, "shown", complete=True)
_last, _JOINS_LAST = latest_snapshot(web_users.c.id, "last", complete=False)

_state = case(
    (_shown.c.owner.is_(None) & _last.c.owner.is_(None), literal(ClientState.NONE.value)),
    (_last.c.complete.is_(False), literal(ClientState.INCOMPLETE.value)),
    (
        wealth_holdings.c.version > _last.c.holdings_version,
        literal(ClientState.EDITED.value),
    ),
    (has_stale_lines(_shown), literal(ClientState.STALE.value)),
    else_=literal(ClientState.COMPLETE.value),
)

_IS_CLIENT = web_users.c.role == Role.CLIENT.value
_AMOUNTS: Final = {category: f"{category.value}_minor" for category in Category}


_SOURCE = (
    web_users.outerjoin(_shown, _JOINS_SHOWN)
    .outerjoin(_last, _JOINS_LAST)
    .outerjoin(wealth_holdings, wealth_holdings.c.owner == web_users.c.id)
)
"""Each account with the snapshot that is shown and the last one, where they exist."""


def _listed(search: str, state: ClientState | None) -> Select[Any]:
    query = (
        select(
            web_users.c.id,
            web_users.c.name,
            web_users.c.email,
            web_users.c.disabled_at,
            func.lower(web_users.c.name).label("name_key"),
            _shown.c.base_currency,
            _shown.c.net_worth_minor,
            _shown.c.total_assets_minor,
            _shown.c.credits_minor,
            _shown.c.valued_on,
            *(_shown.c[name] for name in _AMOUNTS.values()),
            _state.label("state"),
        )
        .select_from(_SOURCE)
        .where(_IS_CLIENT)
    )
    if search:
        escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
        query = query.where(
            or_(
                func.lower(web_users.c.name).like(pattern, escape="\\"),
                web_users.c.email.like(pattern, escape="\\"),
            )
        )
    if state is not None:
        query = query.where(_state == state.value)
    return query


SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name_key",),
    "email": ("email",),
    "net_worth": ("base_currency", "net_worth_minor"),
    "valued_on": ("valued_on",),
    "state": ("state",),
}
"""What the list can be sorted by, and the columns behind."""


def _order(
    listed: Select[Any], sort: str, *, descending: bool
) -> Sequence[ColumnElement[object]]:
    columns = listed.selected_columns
    wanted = [columns[name] for name in SORTS[sort]]
    return [
        *(column.desc().nulls_last() if descending else column.nulls_last() for column in wanted),
        columns["name_key"],
        columns["id"],
    ]


def _client(row: RowMapping) -> Client:
    currency = row["base_currency"]
    return Client(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        net_worth=None if currency is None else from_minor(row["net_worth_minor"], currency),
        valued_on=row["valued_on"],
        state=ClientState(row["state"]),
        active=row["disabled_at"] is None,
    )


def _by_currency(listed: FromClause) -> Select[Any]:
    names = (*_AMOUNTS.values(), "total_assets_minor", "credits_minor", "net_worth_minor")
    clients = func.count().label("clients")
    return (
        select(
            listed.c.base_currency,
            clients,
            *(func.sum(listed.c[name]).label(name) for name in names),
        )
        .where(listed.c.base_currency.is_not(None))
        .group_by(listed.c.base_currency)
        .order_by(clients.desc(), listed.c.base_currency)
    )


def _totals(row: RowMapping) -> CurrencyTotals:
    currency = row["base_currency"]

    def amount(name: str) -> Money:
        # PostgreSQL adds big integers into a decimal.
        return from_minor(int(row[name]), currency)

    return CurrencyTotals(
        currency=currency,
        clients=row["clients"],
        categories=tuple((category, amount(name)) for category, name in _AMOUNTS.items()),
        total_assets=amount("total_assets_minor"),
        credits=amount("credits_minor"),
        net_worth=amount("net_worth_minor"),
    )


def _bounds(currency: str) -> tuple[int, ...]:
    """The limits of the brackets in minor units: in francs they are of another size."""
    unit = 10 ** minor_digits(currency)
    return tuple(bound * unit * _SCALE.get(currency, 1) for bound in _BRACKETS)


def _by_bracket(listed: FromClause, currency: str) -> Select[Any]:
    worth, bounds = listed.c.net_worth_minor, _bounds(currency)
    edges = [None, *bounds, None]
    counts = []
    for least, below in pairwise(edges):
        inside = and_(
            *([worth >= least] if least is not None else []),
            *([worth < below] if below is not None else []),
        )
        counts.append(func.coalesce(func.sum(case((inside, 1), else_=0)), 0))
    return select(*counts).where(listed.c.base_currency == currency)


def _brackets(currency: str, counts: Sequence[object]) -> tuple[Bracket, ...]:
    amounts = [from_minor(bound, currency) for bound in _bounds(currency)]
    edges = [None, *amounts, None]
    return tuple(
        Bracket(least=least, below=below, clients=int(str(count)))
        for (least, below), count in zip(pairwise(edges), counts, strict=True)
    )


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _evolution(
    currency: str, moves: Mapping[int, tuple[int, int]], *, last: int, months: int
) -> tuple[MonthTotal, ...]:
    if not moves:
        return ()
    first = min(moves)
    numbers = range(first, last + 1)
    worths = accumulate(moves.get(number, (0, 0))[0] for number in numbers)
    clients = accumulate(moves.get(number, (0, 0))[1] for number in numbers)
    totals = [
        MonthTotal(
            month=date(number // 12, number % 12 + 1, 1),
            net_worth=from_minor(worth, currency),
            clients=count,
        )
        for number, worth, count in zip(numbers, worths, clients, strict=True)
    ]
    return tuple(totals[-months:])
