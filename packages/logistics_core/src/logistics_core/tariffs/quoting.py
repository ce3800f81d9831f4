"""What a purchase is charged, and apart from it, what it earns.

A quote is two values of two types. `ClientQuote` is for the merchant, and everything in it follows
from what merchants are charged. `InternalQuote` is for the platform alone: it holds the costs and
the margins, shows none of them in its ``repr``, and nothing made for a merchant takes one.

The rule, for goods at a rate, a commission and a price a CBM::

    goods_value = goods * rate                      rounded half up to the unit of the currency
    commission  = goods * rate * commission         likewise, from the exact product
    freight     = billed CBM * price                likewise, and at least the tariff's minimum
    total       = goods_value + commission + freight

What is billed is the volume, rounded as the tariff says, or the revenue ton where it is on:
the greater of the volume and of the weight over `kg_per_cbm`, rounded likewise. A purchase is
billed one unit of the last decimal at least, for no rounding may carry it for nothing.
"""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Final

import attrs

from logistics_core._checks import are_amounts, check_amount, check_moment, check_whole, in_utc
from logistics_core.errors import PurchaseFaults, TariffMissing
from logistics_core.measures import check_is, check_measure, exact
from logistics_core.tariffs import _faults
from logistics_core.tariffs.purchase import Purchase
from logistics_core.tariffs.tariff import Tariff, check_code, check_commission
from shared_kernel import (
    FaultList,
    Money,
    MoneyError,
    from_minor,
    minor_digits,
    round_decimal,
    round_ratio,
    to_minor,
)
from shared_kernel.rounding import EXACT_CONTEXT

__all__ = ["ClientQuote", "InternalQuote", "Quote", "quote"]

MOST_QUOTED: Final = 10**17
"""The largest total, in minor units: many of them still add up in 64 bits."""

_NONE, _MOST = Decimal(0), Decimal(1_000_000)
_LEAST_PERCENT, _MOST_PERCENT = Decimal(f"-{10**24}"), Decimal(10**24)


@attrs.frozen(kw_only=True)
class ClientQuote:
    """What a merchant is charged for a purchase, and until when. It tells no cost and no margin.

    Args:
        tariff_version: the version of the tariff it was made under; 0 for one not published.
        category: the code of the goods' category.
        goods: what the goods cost, in the currency they are bought in.
        rate: what one unit of that currency is charged.
        goods_value: the goods, in the currency charged.
        commission_rate: the commission, as a fraction of the goods' value.
        commission: the commission.
        volume_cbm: the volume, rounded as the tariff says.
        billed_cbm: what is billed: that volume, or the revenue ton where the weight makes more.
        price_per_cbm: what a CBM is charged.
        freight: what the transport is charged.
        minimum_applied: whether `freight` is the least that the tariff charges.
        total: goods, commission and freight.
        quoted_at: when it was made (UTC).
        valid_until: until when it may be confirmed, that moment left out (UTC).

    Raises:
        PurchaseFaults: every fault, each with its path; a total that is not the sum is one.
    """

    tariff_version: int
    category: str
    goods: Money
    rate: Decimal = attrs.field(converter=exact)
    goods_value: Money
    commission_rate: Decimal = attrs.field(converter=exact)
    commission: Money
    volume_cbm: Decimal = attrs.field(converter=exact)
    billed_cbm: Decimal = attrs.field(converter=exact)
    price_per_cbm: Money
    freight: Money
    minimum_applied: bool
    total: Money
    quoted_at: datetime = attrs.field(converter=in_utc)
    valid_until: datetime = attrs.field(converter=in_utc)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_whole(found, "tariff_version", self.tariff_version, least=0, most=2**31 - 1)
        check_code(found, "category", self.category)
        check_amount(found, "goods", self.goods, most=MOST_QUOTED)
        for name in ("rate", "volume_cbm", "billed_cbm"):
            check_measure(found, name, getattr(self, name), least=_NONE, most=_MOST)
        check_commission(found, "commission_rate", self.commission_rate)
        parts = ("goods_value", "commission", "freight")
        _check_sum(found, self, "total", parts, "price_per_cbm", least=0)
        check_is(found, "minimum_applied", self.minimum_applied, bool)
        quoted = check_moment(found, "quoted_at", self.quoted_at)
        until = check_moment(found, "valid_until", self.valid_until)
        if quoted and until and self.valid_until <= self.quoted_at:
            start, end = self.quoted_at.isoformat(), self.valid_until.isoformat()
            found.add(_faults.ENDS_BEFORE, "valid_until", given=end, start=start)
        found.raise_if_any(PurchaseFaults)

    def valid_at(self, at: datetime) -> bool:
        """Whether it may be confirmed at a moment."""
        return self.quoted_at <= at < self.valid_until


@attrs.frozen(kw_only=True)
class InternalQuote:
    """What a purchase costs the platform and what it earns; for administrators alone.

    Its ``repr`` shows nothing, so that no log and no trace of an error tells a figure.

    Args:
        tariff_version: the version of the tariff it was made under.
        real_rate: what one unit of the goods' currency really costs.
        real_goods_value: what the goods cost.
        real_freight: what the transport costs.
        margin_exchange: earned on the exchange, which is negative at a loss.
        margin_commission: earned by the commission.
        margin_freight: earned on the transport.
        margin: the sum of the three, which is the total less what it costs.
        margin_percent: the margin in percent of the total charged, to 0.01, half up; 0 of nothing.

    Raises:
        PurchaseFaults: every fault, each with its path.
    """

    tariff_version: int = attrs.field(repr=False)
    real_rate: Decimal = attrs.field(repr=False, converter=exact)
    real_goods_value: Money = attrs.field(repr=False)
    real_freight: Money = attrs.field(repr=False)
    margin_exchange: Money = attrs.field(repr=False)
    margin_commission: Money = attrs.field(repr=False)
    margin_freight: Money = attrs.field(repr=False)
    margin: Money = attrs.field(repr=False)
    margin_percent: Decimal = attrs.field(repr=False, converter=exact)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_whole(found, "tariff_version", self.tariff_version, least=0, most=2**31 - 1)
        check_measure(found, "real_rate", self.real_rate, least=_NONE, most=_MOST)
        parts = ("margin_exchange", "margin_commission", "margin_freight")
        others = ("real_goods_value", "real_freight")
        _check_sum(found, self, "margin", parts, *others, least=-MOST_QUOTED)
        percent = self.margin_percent
        check_measure(found, "margin_percent", percent, least=_LEAST_PERCENT, most=_MOST_PERCENT)
        found.raise_if_any(PurchaseFaults)


@attrs.frozen
class Quote:
    """A quote: what the merchant is told, and what the platform knows.

    Args:
        client: for the merchant.
        internal: for administrators alone.
    """

    client: ClientQuote
    internal: InternalQuote


def quote(
    purchase: Purchase, tariff: Tariff, *, at: datetime, commission: Decimal | None = None
) -> Quote:
    """What a purchase is charged under a tariff at a moment, and what it earns.

    Amounts are in the tariff's currency; each is rounded once, half up, from its exact value, and
    the total is their sum. The quote holds for the tariff's validity, and no longer than
    the tariff.

    Args:
        purchase: the goods and the room they take.
        tariff: what is charged.
        at: the moment, an aware datetime.
        commission: agreed with this merchant, instead of the tariff's: a fraction from 0 to 1.

    Raises:
        TariffMissing: the tariff is not in force at that moment.
        PurchaseFaults: the goods are in another currency than the tariff's, the category is not of
            the tariff, the weight is needed and not told, the commission is none, or the whole is
            too large.

    Source: the price list of the platform, `total = goods * rate * (1 + commission) + CBM * price`.

    >>> from datetime import UTC
    >>> from logistics_core.tariffs.starting import starting_tariff
    >>> from shared_kernel import money
    >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> tariff = starting_tariff(effective_from=noon)
    >>> goods = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
    >>> quote(goods, tariff, at=noon).client.total.amount
    Decimal('28125000')
    >>> goods = Purchase(goods=money("15000", "CNY"), category="ELECTRONIQUE", volume_cbm=3)
    >>> both = quote(goods, tariff, at=noon, commission=Decimal("0.04"))
    >>> both.client.total.amount, both.internal.margin.amount
    (Decimal('37500000'), Decimal('3150000'))
    >>> both.internal
    InternalQuote()
    """
    moment = in_utc(at)
    share = _check_asked(purchase, tariff, moment, commission)
    category = tariff.category(purchase.category)
    volume_cbm, billed_cbm = _billed(purchase, tariff)

    multiply, currency = EXACT_CONTEXT.multiply, category.price.currency
    digits = minor_digits(currency)
    charged = multiply(purchase.goods.amount, tariff.rate)
    goods_value = _minor(charged, digits)
    commission_fee = _minor(multiply(charged, share), digits)
    freight = _minor(multiply(billed_cbm, category.price.amount), digits)
    least = 0 if tariff.minimum_freight is None else to_minor(tariff.minimum_freight)
    minimum_applied = freight < least
    freight = max(freight, least)
    total = goods_value + commission_fee + freight

    real_goods = goods_value
    if tariff.real_rate != tariff.rate:
        real_goods = _minor(multiply(purchase.goods.amount, tariff.real_rate), digits)
    real_freight = _minor(multiply(billed_cbm, category.real_cost.amount), digits)
    if max(total, real_goods + real_freight) > MOST_QUOTED:
        raise PurchaseFaults.of(_faults.TOO_LARGE, "goods")
    margin = total - real_goods - real_freight

    valid_until = moment + tariff.validity
    if tariff.effective_until is not None:
        valid_until = min(valid_until, tariff.effective_until)
    fee = from_minor(commission_fee, currency)
    return Quote(
        ClientQuote(
            tariff_version=tariff.version,
            category=category.code,
            goods=purchase.goods,
            rate=tariff.rate,
            goods_value=from_minor(goods_value, currency),
            commission_rate=share,
            commission=fee,
            volume_cbm=volume_cbm,
            billed_cbm=billed_cbm,
            price_per_cbm=category.price,
            freight=from_minor(freight, currency),
            minimum_applied=minimum_applied,
            total=from_minor(total, currency),
            quoted_at=moment,
            valid_until=valid_until,
        ),
        InternalQuote(
            tariff_version=tariff.version,
            real_rate=tariff.real_rate,
            real_goods_value=from_minor(real_goods, currency),
            real_freight=from_minor(real_freight, currency),
            margin_exchange=from_minor(goods_value - real_goods, currency),
            margin_commission=fee,
            margin_freight=from_minor(freight - real_freight, currency),
            margin=from_minor(margin, currency),
            margin_percent=_percent(margin, total),
        ),
    )


def _check_asked(
    purchase: Purchase, tariff: Tariff, at: datetime, commission: Decimal | None
) -> Decimal:
    """The commission to charge, once everything asked is known to go together."""
    found = FaultList()
    check_moment(found, "at", at)
    share = tariff.commission
    if commission is not None:
        share = exact(commission)
        check_commission(found, "commission", share)
    if purchase.goods.currency.code != tariff.goods_currency:
        check_amount(found, "goods", purchase.goods, currency=tariff.goods_currency)
    if tariff.kg_per_cbm is not None:
        found.check(purchase.weight_kg is not None, _faults.WEIGHT_NEEDED, "weight_kg")
    with found.collect():
        tariff.category(purchase.category)
    found.raise_if_any(PurchaseFaults)
    if not tariff.in_force(at):
        raise TariffMissing(
            "this tariff is not in force at {moment}: it is from {start} until {end}",
            moment=at.isoformat(),
            start=tariff.effective_from.isoformat(),
            end="-" if tariff.effective_until is None else tariff.effective_until.isoformat(),
        )
    return share


def _billed(purchase: Purchase, tariff: Tariff) -> tuple[Decimal, Decimal]:
    """The volume, and what is billed of it, in CBM; each rounded once as the tariff says."""
    places, mode = tariff.volume_places, tariff.volume_rounding
    least = Decimal((0, (1,), -places))
    volume_cbm = max(round_decimal(purchase.volume_cbm, places, mode=mode), least)
    if tariff.kg_per_cbm is None or purchase.weight_kg is None:
        return volume_cbm, volume_cbm
    units, per_unit = purchase.weight_kg.as_integer_ratio(), tariff.kg_per_cbm.as_integer_ratio()
    tons = round_ratio(units[0] * per_unit[1] * 10**places, units[1] * per_unit[0], mode=mode)
    return volume_cbm, max(volume_cbm, Decimal(tons).scaleb(-places, EXACT_CONTEXT))


def _minor(amount: Decimal, digits: int) -> int:
    """An exact amount in minor units, rounded half up, once."""
    return int(round_decimal(amount.scaleb(digits, EXACT_CONTEXT), 0))


def _percent(margin: int, total: int) -> Decimal:
    """The margin in percent of the total, to a hundredth, half up."""
    hundredths = round_ratio(margin * 10_000, total) if total else 0
    return Decimal(hundredths).scaleb(-2, EXACT_CONTEXT)


def _check_sum(
    found: FaultList,
    figures: ClientQuote | InternalQuote,
    whole: str,
    parts: tuple[str, ...],
    *others: str,
    least: int,
) -> None:
    """Amounts in one currency, of which one is the sum of some of the others."""
    first: object = getattr(figures, whole)
    currency = first.currency.code if isinstance(first, Money) else None
    names = (whole, *parts, *others)
    amounts = [getattr(figures, name) for name in names]
    with suppress(MoneyError):  # of an unknown currency, told below
        if currency and are_amounts(amounts, currency, least=least, most=MOST_QUOTED):
            summed = (each.amount for each in amounts[1 : len(parts) + 1])
            expected = reduce(EXACT_CONTEXT.add, summed)
            if amounts[0].amount != expected:
                given = amounts[0].amount
                found.add(_faults.NOT_THE_SUM, whole, given=given, expected=expected)
            return
    for name, amount in zip(names, amounts, strict=True):
        check_amount(found, name, amount, currency=currency, least=least, most=MOST_QUOTED)
