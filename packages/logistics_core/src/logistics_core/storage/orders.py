"""Orders as they are kept: what was bought, the quote it was sold under, and where it travels.

The store takes a connection and never commits; it asks for no clock (`at`). What happens to an
order after it was added (booking, payment, cancellation) is the booking desk's: `storage.booking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import attrs
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from logistics_core._checks import check_line, check_whole
from logistics_core.errors import PoolFaults
from logistics_core.pooling.choosing import PoolOrder
from logistics_core.pooling.states import OrderState
from logistics_core.storage import _locks
from logistics_core.storage._desk import is_id, order_missing
from logistics_core.storage._order_rows import (
    Booking,
    Order,
    order_document,
    order_of,
    orders_of,
)
from logistics_core.storage._order_search import OrderSort, filters, of_number, sorted_by
from logistics_core.storage.events import Event, SubjectKind, forget_actor, history, note
from logistics_core.storage.pooling_tables import (
    logistics_events,
    logistics_order_margins,
    logistics_orders,
    order_numbers,
)
from logistics_core.tariffs.documents import (
    client_quote_to_json,
    internal_quote_from_json,
    internal_quote_to_json,
    purchase_to_json,
)
from logistics_core.wallets.accounts import ERASED
from shared_kernel import FaultKind, FaultList, to_minor
from shared_kernel.engine import inserting

if TYPE_CHECKING:
    from sqlalchemy import Select

    from logistics_core.tariffs import InternalQuote, Purchase, Quote

__all__ = ["Booking", "Event", "OpenQuote", "Order", "OrderSort", "OrderStore"]

OF_ANOTHER = FaultKind(
    "order.quote_of_another", "the quote is not of this purchase: quote the purchase, then add it"
)

LAST_PRIORITY: Final = 9
LONGEST_REQUEST: Final = 128
MOST_WAITING: Final = 10_000
"""How many orders of the pool a choice looks at, the longest waiting first."""


@attrs.frozen(kw_only=True)
class OpenQuote:
    """A quote that may still be confirmed, with what a new tariff would be applied to.

    Args:
        order: the order, still `devis`.
        internal: costs and margins, for administrators alone.
    """

    order: Order
    internal: InternalQuote = attrs.field(repr=False)


class OrderStore:
    """Keeps orders, their quotes, and apart from them, their margins.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        owner: str,
        purchase: Purchase,
        quote: Quote,
        *,
        commission: Decimal | None = None,
        priority: int = 1,
        at: datetime,
        actor: str,
        request_id: str | None = None,
    ) -> Order:
        """Keeps a quote as an order that can be confirmed while it is valid.

        Args:
            owner: the merchant.
            purchase: what is bought.
            quote: what it is quoted: the merchant's part is the order's, the other is kept apart.
            commission: what was agreed instead of the tariff's; None is the tariff's.
            priority: of the merchant: 0 is the most urgent, 9 the least.
            at: the moment, an aware datetime.
            actor: who asks.
            request_id: what makes it the same order when a form is sent twice, up to 128
                characters; None for a new order each time.

        Returns:
            The order; the one kept already when it was asked for under the same `request_id`.

        Raises:
            PoolFaults: the priority or the request is refused, or the quote is of another purchase.
        """
        client = quote.client
        found = FaultList()
        check_whole(found, "priority", priority, least=0, most=LAST_PRIORITY)
        if request_id is not None:
            check_line(found, "request_id", request_id, most=LONGEST_REQUEST)
        same = (client.category, client.goods) == (purchase.category, purchase.goods)
        # A tariff rounds a volume to the cubic metre at the coarsest.
        near = abs(client.volume_cbm - purchase.volume_cbm) < 1
        found.check(same and near, OF_ANOTHER, "quote")
        found.raise_if_any(PoolFaults)
        table = logistics_orders
        sent = select(table).where(table.c.owner == owner, table.c.request_key == request_id)
        # Asked first, so that a form that is sent again takes no number.
        known = request_id is not None and self._connection.execute(sent).first() is not None
        if known:
            return self._one(sent)
        on_postgresql = self._connection.dialect.name == "postgresql"
        next_one = select(func.coalesce(func.max(table.c.number), 0) + 1).scalar_subquery()
        values: dict[str, Any] = {  # of every kind
            "id": uuid4().hex,
            "number": order_numbers.next_value() if on_postgresql else next_one,
            "owner": owner,
            "state": OrderState.QUOTE.value,
            "category": client.category,
            "purchase": purchase_to_json(purchase),
            "client_quote": client_quote_to_json(client),
            "tariff_version": client.tariff_version,
            "commission": commission,
            "total_minor": to_minor(client.total),
            "currency": client.total.currency.code,
            "litres": purchase.litres,
            "grams": purchase.grams,
            "priority": priority,
            "waiting_litres": 0,
            "waiting_grams": 0,
            "waiting_since": None,
            "version": 1,
            "request_key": request_id,
            "created_at": at,
            "updated_at": at,
            "valid_until": client.valid_until,
        }
        # Another process that sends the same form at this moment is waited for.
        once = inserting(self._connection, table).values(values)
        once = once.on_conflict_do_nothing(index_elements=["owner", "request_key"])
        row = self._connection.execute(once.returning(*table.c)).mappings().one_or_none()
        if row is None:
            return self._one(sent)
        self._keep_margin(row["id"], quote.internal)
        detail = {"to": row["state"], "number": row["number"], "litres": row["litres"]}
        note(
            self._connection, SubjectKind.ORDER, row["id"], "added",
            at=at, actor=actor, detail=detail,
        )  # fmt: skip
        return order_of(row, ())

    def _keep_margin(self, order_id: str, internal: InternalQuote) -> None:
        self._connection.execute(
            insert(logistics_order_margins).values(
                order_id=order_id,
                internal=internal_quote_to_json(internal),
                margin_minor=to_minor(internal.margin),
                margin_exchange_minor=to_minor(internal.margin_exchange),
                margin_commission_minor=to_minor(internal.margin_commission),
                margin_freight_minor=to_minor(internal.margin_freight),
                currency=internal.margin.currency.code,
            )
        )

    def get(self, order_id: str, *, owner: str | None = None) -> Order:
        """Gives an order; with `owner`, only when it is theirs.

        Raises:
            OrderMissing: there is no such order, or it is another's: the answer is the same.
        """
        if not is_id(order_id):
            raise order_missing()
        return self._one(select(logistics_orders).where(logistics_orders.c.id == order_id), owner)

    def by_number(self, number: int, *, owner: str | None = None) -> Order:
        """Gives the order that people call by a number; see `get`."""
        statement = select(logistics_orders).where(of_number(number))
        return self._one(statement, owner)

    def several(self, order_ids: Iterable[str]) -> tuple[Order, ...]:
        """Gives the orders of several identifiers, the oldest first; those missing are left out."""
        table = logistics_orders
        rows: list[RowMapping] = []
        for some in _locks.rounds(filter(is_id, order_ids)):
            statement = select(table).where(table.c.id.in_(some))
            rows += self._connection.execute(statement).mappings()
        rows.sort(key=lambda row: row["number"])
        return orders_of(self._connection, rows)

    def of_owner(self, owner: str, *, number: int = 1, per_page: int = 20) -> tuple[Order, ...]:
        """Gives the orders of a merchant, the newest first, a page at a time.

        Args:
            owner: the merchant.
            number: which page, from 1.
            per_page: how many a page.
        """
        return self.page(owner=owner, number=number, per_page=per_page)

    def page(
        self,
        *,
        state: OrderState | Iterable[OrderState] | None = None,
        category: str | None = None,
        container_id: str | None = None,
        owner: str | Iterable[str] | None = None,
        waiting: bool | None = None,
        search: str = "",
        sort: OrderSort = OrderSort.NEWEST,
        number: int = 1,
        per_page: int = 20,
    ) -> tuple[Order, ...]:
        """Gives orders, a page at a time.

        Args:
            state: only those that stand there; one state or several.
            category: only those of this category's code.
            container_id: only those that have a part in this container.
            owner: only this merchant's, or those of several.
            waiting: only those of which something waits in the pool, or only the others.
            search: only the order of this number, written with or without ``#``.
            sort: in which order; the newest first.
            number: which page, from 1.
            per_page: how many a page.
        """
        here = filters(state, category, container_id, owner, waiting, search)
        statement = select(logistics_orders).where(*here).order_by(*sorted_by(sort))
        some = statement.limit(per_page).offset((number - 1) * per_page)
        return orders_of(self._connection, self._connection.execute(some).mappings())

    def count(
        self,
        *,
        state: OrderState | Iterable[OrderState] | None = None,
        category: str | None = None,
        container_id: str | None = None,
        owner: str | Iterable[str] | None = None,
        waiting: bool | None = None,
        search: str = "",
    ) -> int:
        """Gives how many orders there are; see `page`."""
        here = filters(state, category, container_id, owner, waiting, search)
        statement = select(func.count()).select_from(logistics_orders).where(*here)
        return self._connection.execute(statement).scalar_one()

    def internal(self, order_id: str) -> InternalQuote:
        """Gives what an order costs and earns; for administrators alone.

        Raises:
            OrderMissing: there is no such order.
        """
        found = self.internals([order_id]).get(order_id)
        if found is None:
            raise order_missing()
        return found

    def internals(self, order_ids: Iterable[str]) -> dict[str, InternalQuote]:
        """Gives what several orders cost and earn, by their id; for administrators alone."""
        table = logistics_order_margins.c
        found: dict[str, InternalQuote] = {}
        for some in _locks.rounds(filter(is_id, order_ids)):
            statement = select(table.order_id, table.internal).where(table.order_id.in_(some))
            for order_id, internal in self._connection.execute(statement):
                found[order_id] = internal_quote_from_json(internal)
        return found

    def open_quotes(self, at: datetime) -> tuple[OpenQuote, ...]:
        """Gives the quotes that may still be confirmed, the oldest first; for administrators."""
        table = logistics_orders
        is_open = (table.c.state == OrderState.QUOTE.value) & (table.c.valid_until > at)
        statement = select(table).where(is_open).order_by(table.c.number)
        rows = self._connection.execute(statement).mappings().all()
        internals = self.internals(row["id"] for row in rows)
        return tuple(
            OpenQuote(order=order_of(row, ()), internal=internals[row["id"]]) for row in rows
        )

    def waiting(self) -> tuple[PoolOrder, ...]:
        """Gives what waits in the pool, the longest waiting first, for `pooling.choose`."""
        table = logistics_orders.c
        columns = (
            table.id, table.waiting_litres, table.waiting_grams, table.priority,
            table.waiting_since,
        )  # fmt: skip
        waits = select(*columns).where(table.waiting_litres > 0)
        ordered = waits.order_by(table.waiting_since, table.id).limit(MOST_WAITING)
        return tuple(
            PoolOrder(
                row.id,
                row.waiting_litres,
                grams=row.waiting_grams,
                priority=row.priority,
                waiting_since=row.waiting_since,
            )
            for row in self._connection.execute(ordered)
        )

    def history(self, order_id: str) -> tuple[Event, ...]:
        """Gives every move of an order, the first one first."""
        return history(self._connection, SubjectKind.ORDER, order_id)

    def erase(self, owner: str) -> int:
        """Takes the name of a merchant out of everything, and deletes what was never sold.

        Quotes and cancelled orders go, with their margins and events; the others stay as figures,
        under the owner `wallets.ERASED`, without a note and without what was agreed.

        In one transaction with other stores this comes before `WalletStore.erase`: orders are
        locked before accounts.

        Returns:
            How many rows it changed.
        """
        table = logistics_orders
        mine = select(table.c.id).where(table.c.owner == owner)

        def wanted() -> list[str]:
            return list(self._connection.execute(mine).scalars())

        changed = 0
        for some in _locks.rounds(_locks.hold_all_of(self._connection, wanted)):
            here = table.c.id.in_(some)
            rows = self._connection.execute(select(table).where(here)).mappings().all()
            unsold = [row["id"] for row in rows if row["state"] in _UNSOLD]
            changed += self._delete(unsold)
            changed += sum(self._forget(row) for row in rows if row["state"] not in _UNSOLD)
        return changed + forget_actor(self._connection, owner, instead=ERASED)

    def _delete(self, order_ids: list[str]) -> int:
        events = logistics_events.c
        of_them = (events.subject_kind == SubjectKind.ORDER.value) & (
            events.subject_id.in_(order_ids)
        )
        statements = (
            delete(logistics_events).where(of_them),
            delete(logistics_order_margins).where(
                logistics_order_margins.c.order_id.in_(order_ids)
            ),
            delete(logistics_orders).where(logistics_orders.c.id.in_(order_ids)),
        )
        return sum(self._connection.execute(each).rowcount for each in statements)

    def _forget(self, row: RowMapping) -> int:
        """Takes the owner out of an order that was sold."""
        purchase = attrs.evolve(order_of(row, ()).purchase, note="")
        statement = update(logistics_orders).where(logistics_orders.c.id == row["id"])
        forgotten = statement.values(
            owner=ERASED,
            request_key=None,
            commission=None,
            purchase=purchase_to_json(purchase),
            version=row["version"] + 1,
        )
        return self._connection.execute(forgotten).rowcount

    def export(self, owner: str) -> dict[str, object]:
        """Gives all that is kept here of a merchant, ready for JSON; no cost and no margin."""
        table = logistics_orders
        statement = select(table).where(table.c.owner == owner).order_by(table.c.number)
        rows = self._connection.execute(statement).mappings()
        return {
            "orders": [
                order_document(order, self.history(order.id))
                for order in orders_of(self._connection, rows)
            ]
        }

    def _one(self, statement: Select[Any], owner: str | None = None) -> Order:
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None or (owner is not None and row["owner"] != owner):
            raise order_missing()
        (order,) = orders_of(self._connection, [row])
        return order


_UNSOLD: Final = frozenset({OrderState.QUOTE.value, OrderState.CANCELLED.value})
