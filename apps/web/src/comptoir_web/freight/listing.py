"""Orders as administrators list them: found, sorted, with their margins, merchants and money.

Every list costs the same few statements, whatever its length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, func, or_, select

from comptoir_web.freight.office_values import OfficeOrder, OfficeProof
from comptoir_web.freight.people import people_of
from comptoir_web.freight.reading import due_of, paid_of, within
from comptoir_web.storage.identifiers import may_be_id
from comptoir_web.storage.tables import web_users
from logistics_core.storage.orders import OrderStore
from logistics_core.storage.pooling_tables import logistics_bookings, logistics_orders

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select

    from logistics_core.payments import Proof
    from logistics_core.storage.orders import Order

__all__ = ["SORTS", "find_orders", "office_orders", "office_proofs"]

_TABLE: Final = logistics_orders.c
SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "number": _TABLE.number,
    "total": _TABLE.total_minor,
    "litres": _TABLE.litres,
    "state": _TABLE.state,
    "category": _TABLE.category,
    "created_at": _TABLE.created_at,
    "updated_at": _TABLE.updated_at,
}
"""What a list of orders can be sorted by."""
_NUMBER: Final = re.compile(r"#?([0-9]{1,9})", re.ASCII)


def find_orders(
    connection: Connection,
    *,
    state: str | None,
    category: str | None,
    container_id: str | None,
    owner: str | None,
    search: str,
    sort: str,
    descending: bool,
    number: int,
    per_page: int,
) -> tuple[tuple[Order, ...], int, int]:
    """A page of orders, the number of that page, and how many orders there are in all.

    ``search`` is the number of an order, or a part of the name, the phone or the address of its
    merchant.
    """
    query = select(_TABLE.id)
    for column, value in (
        (_TABLE.state, state),
        (_TABLE.category, category),
        (_TABLE.owner, owner),
    ):
        if value is not None:
            query = query.where(column == value)
    if container_id is not None:
        booked = logistics_bookings.c
        inside = select(booked.order_id).where(booked.container_id == container_id)
        query = query.where(_TABLE.id.in_(inside))
    if not all(may_be_id(each) for each in (container_id, owner) if each is not None):
        query = query.where(false())
    query = _searched(query, search.replace("\0", "").strip())
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    number = within(number, per_page, total)
    order = SORTS[sort]
    page = query.order_by(order.desc() if descending else order, _TABLE.number.desc())
    ids = connection.execute(page.limit(per_page).offset((number - 1) * per_page)).scalars().all()
    by_id = {each.id: each for each in OrderStore(connection).several(ids)}
    return tuple(by_id[each] for each in ids), number, total


def _searched(query: Select[Any], search: str) -> Select[Any]:
    if not search:
        return query
    found = _NUMBER.fullmatch(search)
    if found is not None and len(found[1]) < 8:
        return query.where(_TABLE.number == int(found[1]))
    escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern, users = f"%{escaped}%", web_users.c
    people = select(users.id).where(
        or_(
            func.lower(users.name).like(pattern, escape="\\"),
            users.email.like(pattern, escape="\\"),
            users.phone.like(pattern.replace(" ", ""), escape="\\"),
        )
    )
    return query.where(_TABLE.owner.in_(people))


def office_orders(connection: Connection, orders: Sequence[Order]) -> tuple[OfficeOrder, ...]:
    """Orders with their costs and margins, whose they are, what was paid and what is due."""
    internals = OrderStore(connection).internals([each.id for each in orders])
    people = people_of(connection, (each.owner for each in orders))
    paid = paid_of(connection, orders)
    return tuple(
        OfficeOrder(
            order=each,
            internal=internals[each.id],
            merchant_id=each.owner,
            merchant_name=people[each.owner].name,
            merchant_contact=people[each.owner].contact,
            paid=paid[each.id],
            due=due_of(each, paid[each.id]),
        )
        for each in orders
    )


def office_proofs(connection: Connection, proofs: Sequence[Proof]) -> tuple[OfficeProof, ...]:
    """Proofs with the orders they are for and their merchants; an order that is gone takes its
    proofs out of the list.
    """
    orders = {
        each.id: each for each in OrderStore(connection).several({one.order_id for one in proofs})
    }
    paid = paid_of(connection, tuple(orders.values()))
    people = people_of(connection, (one.owner for one in proofs))
    return tuple(
        OfficeProof(
            proof=one,
            order=orders[one.order_id],
            merchant_name=people[one.owner].name,
            merchant_contact=people[one.owner].contact,
            due=due_of(orders[one.order_id], paid[one.order_id]),
        )
        for one in proofs
        if one.order_id in orders
    )
