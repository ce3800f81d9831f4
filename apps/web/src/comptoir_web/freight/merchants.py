"""The merchants as administrators follow them: what was agreed, what they hold and bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from comptoir_web.freight.office_values import Merchant, MerchantPage
from comptoir_web.freight.reading import currency_at
from comptoir_web.freight.statistics import SOLD
from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import UserStore
from logistics_core.storage.merchants import MerchantStore
from logistics_core.storage.pooling_tables import logistics_order_margins, logistics_orders
from logistics_core.storage.wallets import WalletStore
from shared_kernel import from_minor

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from comptoir_web.identity.users import User

__all__ = ["check_merchant", "read_merchant", "read_merchants"]


def check_merchant(connection: Connection, owner: str) -> User:
    """The account of a merchant.

    Raises:
        UnknownUser: There is none of that id, or it is not a merchant's.
    """
    user = UserStore(connection).get(owner)
    if user.role is not Role.MERCHANT:
        raise UnknownUser(f"{owner} is not the account of a merchant")
    return user


def read_merchant(connection: Connection, owner: str, *, at: datetime) -> Merchant:
    """One merchant; `UnknownUser` when this is not the account of one."""
    (found,) = _merchants(connection, [check_merchant(connection, owner)], at)
    return found


def read_merchants(
    connection: Connection, *, search: str, number: int, per_page: int, at: datetime
) -> MerchantPage:
    """A page of the merchants, by name."""
    page = UserStore(connection).page(
        search=search, role=Role.MERCHANT, number=number, per_page=per_page
    )
    return MerchantPage(
        merchants=_merchants(connection, page.users, at),
        number=page.number,
        per_page=per_page,
        total=page.total,
    )


def _merchants(connection: Connection, users: Sequence[User], at: datetime) -> tuple[Merchant, ...]:
    currency = currency_at(connection, at)
    ids = [user.id for user in users]
    balances = WalletStore(connection).balances(ids, currency)
    terms = MerchantStore(connection)
    orders, margins = logistics_orders.c, logistics_order_margins.c
    sold = orders.state.in_([state.value for state in SOLD])
    counted = sold & (orders.currency == currency)
    rows = connection.execute(
        select(
            orders.owner,
            func.sum(case((sold, 1), else_=0)),
            func.sum(case((counted, orders.total_minor), else_=0)),
            func.sum(case((counted, margins.margin_minor), else_=0)),
            func.max(orders.created_at),
        )
        .select_from(logistics_orders.join(logistics_order_margins, margins.order_id == orders.id))
        .where(orders.owner.in_(ids))
        .group_by(orders.owner)
    )
    bought = {owner: tuple(sums) for owner, *sums in rows}
    found = []
    for user in users:
        count, revenue, margin, last = bought.get(user.id, (0, 0, 0, None))
        found.append(
            Merchant(
                id=user.id,
                name=user.name,
                contact=user.contact,
                active=user.active,
                terms=terms.terms(user.id),
                balance=balances[user.id],
                orders=int(count),
                # PostgreSQL adds big integers into a decimal.
                revenue=from_minor(int(revenue), currency),
                margin=from_minor(int(margin), currency),
                last_order_at=last,
            )
        )
    return tuple(found)
