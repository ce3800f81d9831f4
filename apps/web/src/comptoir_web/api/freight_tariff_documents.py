"""Tariffs and quotes on the wire, for administrators: closed schemas with costs and margins.

Nothing here is used by an endpoint that a merchant reaches: `api.freight_documents` has theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from comptoir_web.api.freight_documents import ID_FIELD, FreightPurchase, check_id
from logistics_core.tariffs import Category, ClientQuote, InternalQuote, Tariff
from shared_kernel import FaultKind, FaultList, Faults, Money, RoundingMode, currency_codes

if TYPE_CHECKING:
    from comptoir_web.freight.office_values import TariffPreview
    from logistics_core.storage.tariffs import PublishedTariff

__all__ = [
    "OfficePreview",
    "OfficeQuestion",
    "OfficeQuote",
    "OfficeTariff",
    "OfficeTariffs",
    "TariffToPublish",
]

MAX_CATEGORIES: Final = 100
CURRENCY: Final = {"enum": list(currency_codes())}
_CODE: Final = {"schema": {"pattern": "^[A-Z0-9_]{1,32}$"}}

BAD_DAYS = FaultKind("api.bad_days", "{given} is not a number of days: from {least} to {most}")


@attrs.frozen(kw_only=True)
class TariffCategory:
    """A category of goods: what it is charged, and what it costs.

    Attributes:
        code: 1 to 32 capitals, figures and `_`.
        label_fr: Its name in French.
        label_en: Its name in English.
        price: What a merchant is charged a cubic metre.
        real_cost: What a cubic metre costs the platform.
    """

    code: str = attrs.field(metadata=_CODE)
    label_fr: str
    label_en: str
    price: Money
    real_cost: Money

    def category(self) -> Category:
        """Give the category.

        Raises:
            TariffFaults: The library refuses it.
        """
        return Category(self.code, self.label_fr, self.label_en, self.price, self.real_cost)

    def __attrs_post_init__(self) -> None:
        self.category()


@attrs.frozen(kw_only=True)
class TariffToPublish:
    """A tariff, from a moment on; the one that is in force then ends where it begins.

    Attributes:
        effective_from: When it begins; now when left out.
        effective_until: When it ends; never when left out.
        goods_currency: What goods are bought in.
        currency: What merchants are charged in.
        rate: What one unit of the goods' currency is charged.
        real_rate: What it costs; the same when left out.
        commission: A fraction of the goods' value, 0 to 1.
        categories: At least one, each code once.
        minimum_freight: The least freight of an order; none when left out.
        kg_per_cbm: The weight billed as one cubic metre; none when left out.
        volume_places: The decimals of a billed volume, 0 to 3.
        volume_rounding: How a volume is rounded to them.
        validity_days: How long a quote may be confirmed.
        note: Why, for administrators.
    """

    effective_from: datetime | None = None
    effective_until: datetime | None = None
    goods_currency: str = attrs.field(
        default="CNY", metadata={"schema": {**CURRENCY, "default": "CNY"}}
    )
    currency: str = attrs.field(default="GNF", metadata={"schema": {**CURRENCY, "default": "GNF"}})
    rate: Decimal
    real_rate: Decimal | None = None
    commission: Decimal
    categories: tuple[TariffCategory, ...] = attrs.field(
        metadata={"schema": {"minItems": 1, "maxItems": MAX_CATEGORIES}}
    )
    minimum_freight: Money | None = None
    kg_per_cbm: Decimal | None = None
    volume_places: int = attrs.field(
        default=3, metadata={"schema": {"minimum": 0, "maximum": 3, "default": 3}}
    )
    volume_rounding: RoundingMode = attrs.field(
        default=RoundingMode.HALF_UP,
        metadata={"schema": {"default": RoundingMode.HALF_UP.value}},
    )
    validity_days: int = attrs.field(
        default=7, metadata={"schema": {"minimum": 1, "maximum": 366, "default": 7}}
    )
    note: str = attrs.field(default="", metadata={"schema": {"maxLength": 500, "default": ""}})

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        days = 1 <= self.validity_days <= 366
        faults.check(days, BAD_DAYS, "validity_days", given=self.validity_days, least=1, most=366)
        faults.raise_if_any(Faults)
        # The rest is the library's to check; the moment is a stand-in.
        self.tariff(at=self.effective_from or datetime.fromisoformat("2000-01-01T00:00:00+00:00"))

    def tariff(self, *, at: datetime) -> Tariff:
        """Give the tariff.

        Args:
            at: When it begins, unless it says.

        Raises:
            TariffFaults: The library refuses it.
        """
        return Tariff(
            effective_from=self.effective_from or at,
            effective_until=self.effective_until,
            goods_currency=self.goods_currency,
            currency=self.currency,
            rate=self.rate,
            real_rate=self.real_rate,
            commission=self.commission,
            categories=tuple(each.category() for each in self.categories),
            minimum_freight=self.minimum_freight,
            kg_per_cbm=self.kg_per_cbm,
            volume_places=self.volume_places,
            volume_rounding=self.volume_rounding,
            validity=timedelta(days=self.validity_days),
        )


@attrs.frozen(kw_only=True)
class OfficeTariff:
    """A tariff that was published, with its costs.

    Attributes:
        version: 1 for the first one.
        effective_from: When it begins, in UTC.
        effective_until: When it ends, in UTC; null as long as nothing follows it.
        goods_currency: What goods are bought in.
        currency: What merchants are charged in.
        rate: What one unit of the goods' currency is charged.
        real_rate: What it costs.
        commission: A fraction of the goods' value.
        categories: What a cubic metre is charged and costs.
        minimum_freight: The least freight of an order; null when there is none.
        kg_per_cbm: The weight billed as one cubic metre; null when weight is not billed.
        volume_places: The decimals of a billed volume.
        volume_rounding: How a volume is rounded to them.
        validity_days: How long a quote may be confirmed.
        published_at: When it was published, in UTC.
        published_by: Who published it.
        note: Why.
    """

    version: int
    effective_from: datetime
    effective_until: datetime | None
    goods_currency: str
    currency: str
    rate: Decimal
    real_rate: Decimal
    commission: Decimal
    categories: tuple[TariffCategory, ...]
    minimum_freight: Money | None
    kg_per_cbm: Decimal | None
    volume_places: int
    volume_rounding: RoundingMode
    validity_days: Decimal
    published_at: datetime
    published_by: str
    note: str

    @classmethod
    def of(cls, published: PublishedTariff) -> OfficeTariff:
        """Write a tariff."""
        tariff = published.tariff
        return cls(
            version=tariff.version,
            effective_from=tariff.effective_from,
            effective_until=tariff.effective_until,
            goods_currency=tariff.goods_currency,
            currency=tariff.currency,
            rate=tariff.rate,
            real_rate=tariff.real_rate,
            commission=tariff.commission,
            categories=tuple(
                TariffCategory(
                    code=each.code,
                    label_fr=each.label_fr,
                    label_en=each.label_en,
                    price=each.price,
                    real_cost=each.real_cost,
                )
                for each in tariff.categories
            ),
            minimum_freight=tariff.minimum_freight,
            kg_per_cbm=tariff.kg_per_cbm,
            volume_places=tariff.volume_places,
            volume_rounding=tariff.volume_rounding,
            validity_days=_days(tariff.validity),
            published_at=published.published_at,
            published_by=published.published_by,
            note=published.note,
        )


def _days(lasting: timedelta) -> Decimal:
    """How many days it lasts, to the millionth."""
    seconds = Decimal(lasting // timedelta(seconds=1))
    return (seconds / 86_400).quantize(Decimal("0.000001")).normalize()


@attrs.frozen(kw_only=True)
class OfficeTariffs:
    """Every tariff that was published, the newest first."""

    items: tuple[OfficeTariff, ...]


@attrs.frozen(kw_only=True)
class OfficeEffect:
    """What a tariff would change to one open quote.

    Attributes:
        order_id: The quote.
        number: What people call it.
        before: Its total.
        after: The total it would have; null where the tariff cannot quote it.
        margin_before: What the platform would earn at the total of now and the costs of the tariff.
        margin_after: What the platform would earn.
    """

    order_id: str
    number: int
    before: Money
    after: Money | None
    margin_before: Money | None
    margin_after: Money | None


@attrs.frozen(kw_only=True)
class OfficePreview:
    """What a tariff would change to the quotes that are open; nothing was published.

    Attributes:
        effects: One an open quote, the oldest first.
        before: The total of those that it can quote.
        after: The total that these would have.
        margin_before: What they would earn as they are.
        margin_after: What they would earn.
    """

    effects: tuple[OfficeEffect, ...]
    before: Money
    after: Money
    margin_before: Money
    margin_after: Money

    @classmethod
    def of(cls, preview: TariffPreview) -> OfficePreview:
        """Write a preview."""
        return cls(
            effects=tuple(
                OfficeEffect(
                    order_id=each.id,
                    number=preview.orders[each.id].number,
                    before=each.before,
                    after=each.after,
                    margin_before=each.margin_before,
                    margin_after=each.margin_after,
                )
                for each in preview.effects
            ),
            before=preview.before,
            after=preview.after,
            margin_before=preview.margin_before,
            margin_after=preview.margin_after,
        )


@attrs.frozen(kw_only=True)
class OfficeQuestion:
    """What an administrator quotes.

    Attributes:
        purchase: What is bought.
        merchant_id: Whose agreed commission counts; the tariff's when left out.
        commission: In place of either.
    """

    purchase: FreightPurchase
    merchant_id: str | None = attrs.field(default=None, metadata=ID_FIELD)
    commission: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_id(faults, "merchant_id", self.merchant_id)
        faults.raise_if_any(Faults)


@attrs.frozen(kw_only=True)
class OfficeQuote:
    """A quote with what it costs and earns.

    Attributes:
        client: What the merchant is told.
        internal: What the platform knows.
    """

    client: ClientQuote
    internal: InternalQuote
