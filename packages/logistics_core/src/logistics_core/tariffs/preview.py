"""What a tariff would change to the quotes that are open, before it is published.

A quote that was made is honoured at its price until it expires, whatever follows; one that is asked
again is charged the new tariff. Both are worked out here, with what each would earn at the costs of
the new tariff: that is what a change of costs or of the exchange rate does to a price already told.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

import attrs

from logistics_core._checks import in_utc
from logistics_core.errors import PurchaseFaults
from logistics_core.tariffs.purchase import Purchase
from logistics_core.tariffs.quoting import ClientQuote, quote
from logistics_core.tariffs.tariff import Tariff
from shared_kernel import Money, from_minor, to_minor
from shared_kernel.faults import Fault

__all__ = ["Effect", "Quoted", "effects"]


Quoted: TypeAlias = tuple[str, Purchase, ClientQuote, Decimal | None]
"""A quote that was made: what it is known by, what was quoted, the quote, and the commission agreed
with the merchant (None for the tariff's own)."""


@attrs.frozen(kw_only=True)
class Effect:
    """What a tariff would change to one open quote; for administrators alone.

    Args:
        id: the quote's.
        before: the total as it was quoted.
        after: the total if it were asked again; None where the tariff cannot quote it.
        margin_before: what `before` would earn at the costs of the new tariff; None likewise, or
            where the two are not in one currency.
        margin_after: what `after` would earn.
        faults: why the tariff cannot quote it: its category is gone, for example.
    """

    id: str
    before: Money
    after: Money | None = None
    margin_before: Money | None = attrs.field(default=None, repr=False)
    margin_after: Money | None = attrs.field(default=None, repr=False)
    faults: tuple[Fault, ...] = ()


def effects(open_quotes: Iterable[Quoted], new: Tariff, *, at: datetime) -> tuple[Effect, ...]:
    """What a tariff would change to each open quote, in their order.

    Args:
        open_quotes: the quotes that are open.
        new: the tariff that may be published; it need not be in force yet.
        at: the moment, an aware datetime.

    >>> from datetime import UTC
    >>> from logistics_core.tariffs.starting import starting_tariff
    >>> from shared_kernel import money
    >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> tariff = starting_tariff(effective_from=noon)
    >>> goods = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
    >>> asked = ("a1", goods, quote(goods, tariff, at=noon).client, None)
    >>> (effect,) = effects([asked], attrs.evolve(tariff, rate=1300), at=noon)
    >>> effect.before.amount, effect.after.amount
    (Decimal('28125000'), Decimal('28650000'))
    """
    moment = max(in_utc(at), new.effective_from)
    return tuple(_effect(each, new, moment) for each in open_quotes)


def _effect(asked: Quoted, new: Tariff, at: datetime) -> Effect:
    name, purchase, client, commission = asked
    try:
        again = quote(purchase, new, at=at, commission=commission)
    except PurchaseFaults as refused:
        return Effect(id=name, before=client.total, faults=refused.faults)
    before, after = client.total, again.client.total
    # The costs are the same, so that the two margins differ as the two totals do.
    margin = to_minor(again.internal.margin) + to_minor(before) - to_minor(after)
    comparable = before.currency == after.currency
    return Effect(
        id=name,
        before=before,
        after=after,
        margin_before=from_minor(margin, after.currency) if comparable else None,
        margin_after=again.internal.margin,
    )
