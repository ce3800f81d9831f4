"""What is kept after the play, looked at row by row: the five checks, and the report.

None of the five trusts a counter that the desk keeps: loads are added up from the bookings, and
once more from the moves; margins are worked out again from the purchases.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import attrs
from sqlalchemy import Connection, select

from logistics_core.pooling import LEGAL_MOVES, SEA_ROUTE, OrderState
from logistics_core.simulation import CategoryRow, Check, ContainerRow, SimulationReport
from logistics_core.storage.events import SubjectKind
from logistics_core.storage.money_tables import logistics_movements
from logistics_core.storage.pooling_tables import (
    logistics_bookings,
    logistics_containers,
    logistics_events,
    logistics_order_margins,
    logistics_orders,
)
from logistics_core.storage.tariffs import TariffStore
from logistics_core.storage.wallets import WalletStore
from logistics_core.tariffs import quote
from logistics_core.tariffs.documents import client_quote_from_json, purchase_from_json
from logistics_core.wallets import MovementKind
from shared_kernel import from_minor, to_minor

if TYPE_CHECKING:
    from sqlalchemy import RowMapping, Table

    from logistics_core._simulation_play import Play

__all__ = ["report"]

_UNSOLD: Final = frozenset({OrderState.QUOTE.value, OrderState.CANCELLED.value})


@attrs.frozen(kw_only=True)
class _Kept:
    """All that is kept, by the rows."""

    orders: Mapping[str, RowMapping]
    margins: Mapping[str, RowMapping]
    containers: Mapping[str, RowMapping]
    bookings: tuple[RowMapping, ...]
    events: tuple[RowMapping, ...]

    @property
    def sold(self) -> list[RowMapping]:
        """The orders that are sold."""
        return [row for row in self.orders.values() if row["state"] not in _UNSOLD]


def report(connection: Connection, play: Play) -> SimulationReport:
    """Looks at what a play left in the database."""
    kept = _kept(connection)
    tariff = TariffStore(connection).version(1).tariff
    codes = [category.code for category in tariff.categories]
    moved = logistics_movements.c
    refunds = select(moved.amount_minor).where(moved.kind == MovementKind.REFUND.value)
    return SimulationReport(
        clients=play.clients,
        seed=play.seed,
        checks=(
            _volume(kept),
            _stages(kept),
            _capacity(kept),
            _margin(connection, kept),
            _stored(connection, kept, play),
        ),
        orders=len(kept.orders),
        by_state={
            state.value: count
            for state in OrderState
            if (count := sum(row["state"] == state.value for row in kept.orders.values()))
        },
        revenue=from_minor(_sum(kept.sold, "total_minor"), tariff.currency),
        margin=from_minor(_sum(_margins_of(kept, kept.sold), "margin_minor"), tariff.currency),
        by_category=tuple(_category(kept, code, tariff.currency) for code in codes),
        containers=tuple(_container(kept, row) for row in kept.containers.values()),
        waiting_litres=_sum(kept.orders.values(), "waiting_litres"),
        refunded=from_minor(sum(connection.execute(refunds).scalars()), tariff.currency),
        refused=dict(sorted(play.refused.items())),
    )


def _kept(connection: Connection) -> _Kept:
    def rows(table: Table, *order: Any) -> tuple[RowMapping, ...]:
        return tuple(connection.execute(select(table).order_by(*order)).mappings())

    orders = rows(logistics_orders, logistics_orders.c.number)
    containers = rows(logistics_containers, logistics_containers.c.created_at)
    return _Kept(
        orders={row["id"]: row for row in orders},
        margins={row["order_id"]: row for row in rows(logistics_order_margins)},
        containers={row["id"]: row for row in containers},
        bookings=rows(logistics_bookings),
        events=rows(logistics_events, logistics_events.c.id),
    )


def _volume(kept: _Kept) -> Check:
    """Each container holds the sum of its parts, and each order is its parts and what waits."""
    in_container: Counter[str] = Counter()
    of_order: Counter[str] = Counter()
    for row in kept.bookings:
        in_container[row["container_id"]] += row["litres"]
        of_order[row["order_id"]] += row["litres"]
    loads = all(in_container[row["id"]] == row["booked_litres"] for row in kept.containers.values())
    orders = all(
        of_order[row["id"]] + row["waiting_litres"]
        == (0 if row["state"] in _UNSOLD else purchase_from_json(row["purchase"]).litres)
        for row in kept.orders.values()
    )
    booked, waiting = sum(of_order.values()), _sum(kept.orders.values(), "waiting_litres")
    told = _sum(kept.containers.values(), "booked_litres")
    return Check(
        "volume is the sum of orders",
        loads and orders and booked == told,
        "{booked} litres of orders, {told} in containers, {waiting} waiting",
        {"booked": booked, "told": told, "waiting": waiting},
    )


def _stages(kept: _Kept) -> Check:
    """Each container walked its route without a leap, one went by itself; orders move legally."""
    walked: dict[str, list[str]] = defaultdict(list)
    states: dict[str, list[str]] = defaultdict(list)
    by_itself = 0
    unbroken = True
    for event in kept.events:
        after = event["detail"].get("to")
        if after is None:
            continue
        trails = walked if event["subject_kind"] == SubjectKind.CONTAINER.value else states
        trail = trails[event["subject_id"]]
        unbroken &= event["detail"].get("from") == (trail[-1] if trail else None)
        trail.append(after)
        by_itself += event["detail"].get("by") == "full"
    route = [stage.code for stage in SEA_ROUTE.stages]
    containers = all(
        walked[row["id"]] == route[: route.index(row["stage"]) + 1]
        for row in kept.containers.values()
    )
    orders = all(
        states[row["id"]][-1] == row["state"] and _legal(states[row["id"]])
        for row in kept.orders.values()
    )
    arrived = sum(row["stage"] == route[-1] for row in kept.containers.values())
    moves = sum(map(len, walked.values()))
    return Check(
        "stage moved",
        unbroken and containers and orders and arrived > 0,
        "{moves} stages, {by_itself} containers left by themselves, {arrived} arrived",
        {"moves": moves, "by_itself": by_itself, "arrived": arrived},
    )


def _legal(trail: list[str]) -> bool:
    return trail[0] == OrderState.QUOTE.value and all(
        OrderState(after) in LEGAL_MOVES[OrderState(before)] for before, after in pairwise(trail)
    )


def _capacity(kept: _Kept) -> Check:
    """The moves are played again: no container ever held more than it takes."""
    held: dict[str, Counter[str]] = {each: Counter() for each in kept.containers}
    peak = 0
    never_above = True
    for event in kept.events:
        if event["subject_kind"] != SubjectKind.ORDER.value:
            continue
        order_id, detail = event["subject_id"], event["detail"]
        if event["action"] == "cancelled":
            for load in held.values():
                load.pop(order_id, None)
        elif event["action"] == "booked":
            load = held[detail["container"]]
            load[order_id] += detail["litres"]
            now, most = load.total(), kept.containers[detail["container"]]["billed_litres"]
            never_above &= now <= most
            peak = max(peak, now)
    at_the_end = all(
        held[row["id"]].total() == row["booked_litres"] <= row["billed_litres"]
        and row["booked_grams"] <= row["payload_grams"]
        for row in kept.containers.values()
    )
    most = max(row["billed_litres"] for row in kept.containers.values())
    return Check(
        "never above capacity",
        never_above and at_the_end,
        "{peak} litres at most in one container, which takes {most}",
        {"peak": peak, "most": most},
    )


def _margin(connection: Connection, kept: _Kept) -> Check:
    """The margins add up by kind, and are those that the purchases make when quoted again."""
    tariffs = TariffStore(connection)
    again = 0
    for row in kept.sold:
        client = client_quote_from_json(row["client_quote"])
        quoted = quote(
            purchase_from_json(row["purchase"]),
            tariffs.version(row["tariff_version"]).tariff,
            at=client.quoted_at,
            commission=row["commission"],
        )
        again += to_minor(quoted.internal.margin)
    rows = _margins_of(kept, kept.sold)
    total = _sum(rows, "margin_minor")
    kinds = ("margin_exchange_minor", "margin_commission_minor", "margin_freight_minor")
    parts = sum(_sum(rows, kind) for kind in kinds)
    return Check(
        "margin is the sum of margins",
        total == parts == again,
        "{total} in all, {parts} by kind, {again} quoted again",
        {"total": total, "parts": parts, "again": again},
    )


def _stored(connection: Connection, kept: _Kept, play: Play) -> Check:
    """Every order that was made is there, once, for its merchant; the money balances."""
    there = {
        row["id"]: (row["owner"], from_minor(row["total_minor"], row["currency"]))
        for row in kept.orders.values()
    }
    numbers = [row["number"] for row in kept.orders.values()]
    wallets = WalletStore(connection)
    apart = sum(to_minor(wallets.paid(row["id"])) != _due(row) for row in kept.orders.values())
    apart += not wallets.check()
    whole = there == play.made and kept.margins.keys() == play.made.keys()
    return Check(
        "all orders stored",
        whole and not apart and len(set(numbers)) == len(numbers),
        "{made} made, {kept} kept, {apart} accounts that do not balance",
        {"made": len(play.made), "kept": len(there), "apart": apart},
    )


def _due(row: RowMapping) -> int:
    """What was paid into an order of that state, once everybody has paid."""
    settled = row["state"] not in _UNSOLD and row["state"] != OrderState.CONFIRMED.value
    return row["total_minor"] if settled else 0


def _margins_of(kept: _Kept, rows: Iterable[RowMapping]) -> list[RowMapping]:
    return [kept.margins[row["id"]] for row in rows]


def _category(kept: _Kept, code: str, currency: str) -> CategoryRow:
    rows = [row for row in kept.sold if row["category"] == code]
    return CategoryRow(
        category=code,
        orders=len(rows),
        litres=_sum(rows, "litres"),
        revenue=from_minor(_sum(rows, "total_minor"), currency),
        margin=from_minor(_sum(_margins_of(kept, rows), "margin_minor"), currency),
    )


def _container(kept: _Kept, row: RowMapping) -> ContainerRow:
    return ContainerRow(
        reference=row["reference"],
        stage=row["stage"],
        cancelled=row["cancelled_at"] is not None,
        booked_litres=row["booked_litres"],
        billed_litres=row["billed_litres"],
        orders=sum(each["container_id"] == row["id"] for each in kept.bookings),
    )


def _sum(rows: Iterable[RowMapping], column: str) -> int:
    return sum(row[column] for row in rows)
