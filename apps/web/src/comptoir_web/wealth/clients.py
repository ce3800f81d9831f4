"""The clients as an administrator follows them: the list, the totals, the evolution.

One query gives a page of the list: each client with the snapshot that is shown of them, found by
the index of the snapshots, however many were taken. Nothing here computes a net worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from sqlalchemy import Engine, Row, case, func, literal, or_, select

from comptoir_web.identity.roles import Role
from comptoir_web.storage.tables import web_users
from comptoir_web.wealth.statistics import (
    AMOUNTS,
    Bracket,
    CurrencyTotals,
    MonthTotal,
    brackets_of,
    evolution_of,
    totals_of,
)
from shared_kernel import Money, add_months, from_minor
from shared_kernel.engine import reading
from wealth_core.storage.holding_tables import wealth_holdings
from wealth_core.storage.overview import has_stale_lines, latest_snapshot, month_moves

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping, Select

__all__ = [
    "SORTS",
    "Attention",
    "Client",
    "ClientBook",
    "ClientPage",
    "ClientState",
    "Statistics",
]


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
        email: Its address, or the phone of an account that has none.
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
        # Who is on the page follows from the accounts alone where nothing asks for more: the
        # snapshots are then looked up for these few.
        accounts = _accounts(search) if state is None else listed
        choosing = accounts if sort in _OF_ACCOUNTS else listed
        with reading(self.engine) as connection:
            total = connection.execute(
                select(func.count()).select_from(accounts.subquery())
            ).scalar_one()
            number = max(1, min(number, -(-total // per_page) or 1))
            chosen = choosing.order_by(*_order(choosing, sort, descending=descending))
            rows = connection.execute(
                chosen.limit(per_page).offset((number - 1) * per_page)
            ).mappings()
            ids = [row["id"] for row in rows]
            found = connection.execute(listed.where(web_users.c.id.in_(ids))).mappings()
            by_id = {row["id"]: _client(row) for row in found}
        clients = tuple(by_id[each] for each in ids)
        return ClientPage(clients=clients, number=number, per_page=per_page, total=total)

    def attention(self) -> Attention:
        """How many clients are in each state."""
        listed = _listed("", None).subquery()
        query = select(listed.c.state, func.count()).group_by(listed.c.state)
        with reading(self.engine) as connection:
            return _attention({row[0]: int(row[1]) for row in connection.execute(query)})

    def statistics(self, *, months: int = 12) -> Statistics:
        """The totals, the distribution and the evolution over so many months."""
        with reading(self.engine) as connection:
            rows = connection.execute(_listed("", None)).mappings().all()
            totals = totals_of(rows)
            moves: Sequence[Row[Any]] = ()
            if totals:
                today = self.clock().date()
                since = add_months(today.replace(day=1), 1 - months)
                people = select(web_users.c.id).where(_IS_CLIENT)
                query = month_moves(people, currency=totals[0].currency, since=since)
                moves = connection.execute(query).all()
        return Statistics(
            attention=_attention(Counter(str(row["state"]) for row in rows)),
            totals=totals,
            brackets=brackets_of(rows, totals[0].currency) if totals else (),
            months=evolution_of(moves, totals[0].currency, last=today, months=months)
            if totals
            else (),
        )


def _attention(counts: Mapping[str, int]) -> Attention:
    states = {state: counts.get(state.value, 0) for state in ClientState}
    return Attention(clients=sum(states.values()), states=states)


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

_SOURCE = (
    web_users.outerjoin(_shown, _JOINS_SHOWN)
    .outerjoin(_last, _JOINS_LAST)
    .outerjoin(wealth_holdings, wealth_holdings.c.owner == web_users.c.id)
)
"""Each account with the snapshot that is shown and the last one, where they exist."""


def _accounts(search: str) -> Select[Any]:
    """The clients whose name or address contains a text."""
    query = select(
        web_users.c.id,
        web_users.c.name,
        func.coalesce(web_users.c.email, web_users.c.phone).label("email"),
        web_users.c.disabled_at,
        func.lower(web_users.c.name).label("name_key"),
    ).where(_IS_CLIENT)
    if search:
        escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
        query = query.where(
            or_(
                func.lower(web_users.c.name).like(pattern, escape="\\"),
                web_users.c.email.like(pattern, escape="\\"),
            )
        )
    return query


def _listed(search: str, state: ClientState | None) -> Select[Any]:
    """The same with what is shown of each."""
    query = (
        _accounts(search)
        .add_columns(
            _shown.c.base_currency,
            _shown.c.net_worth_minor,
            _shown.c.total_assets_minor,
            _shown.c.credits_minor,
            _shown.c.valued_on,
            *(_shown.c[name] for name in AMOUNTS.values()),
            _state.label("state"),
        )
        .select_from(_SOURCE)
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

_OF_ACCOUNTS: Final = frozenset({"name", "email"})
"""The sorts that need nothing but the accounts."""


def _order(listed: Select[Any], sort: str, *, descending: bool) -> Sequence[ColumnElement[object]]:
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
