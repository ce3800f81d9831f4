"""A tariff: what merchants are charged from a moment on, and, apart from it, what it really costs.

Categories are data. A tariff is published once and never changed: another version follows it.

What is real (costs, the rate the platform changes at) is left out of every ``repr``, so that no log
and no trace tells it.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import attrs

from logistics_core._checks import (
    NOT_SEVERAL,
    check_amount,
    check_line,
    check_moment,
    check_whole,
    in_utc,
    in_utc_or_none,
    kept,
)
from logistics_core.errors import PurchaseFaults, TariffFaults
from logistics_core.measures import check_is, check_measure, exact
from logistics_core.tariffs import _faults
from shared_kernel import FaultList, Money, RoundingMode, known_currency, shown

__all__ = ["MAX_CATEGORIES", "Category", "Tariff"]

MAX_CATEGORIES: Final = 100
MAX_CODE: Final = 32
MAX_LABEL: Final = 60
MOST_PLACES: Final = 3
"""Decimals of a billed volume at most: a litre is the least that is billed."""

_CODE: Final = re.compile(rf"[A-Z0-9_]{{1,{MAX_CODE}}}", re.ASCII)
_LEAST_RATE, _MOST_RATE = Decimal("0.000001"), Decimal(1_000_000)
_MOST_KG = Decimal(1_000_000)
_NOTHING, _ALL = Decimal(0), Decimal(1)
_LEAST_VALIDITY, _MOST_VALIDITY = timedelta(hours=1), timedelta(days=366)


def check_code(found: FaultList, path: str, value: object) -> bool:
    """The code of a category: 1 to 32 capitals, figures and underscores."""
    if isinstance(value, str) and _CODE.fullmatch(value) is not None:
        return True
    found.add(_faults.NOT_A_CODE, path, given=shown(value), most=MAX_CODE)
    return False


def check_commission(found: FaultList, path: str, value: object) -> bool:
    """A commission: a fraction of the goods' value, 0 to 1, of at most 6 decimals."""
    return check_measure(found, path, value, least=_NOTHING, most=_ALL)


@attrs.frozen
class Category:
    """A kind of goods, and what a cubic metre of it is charged.

    Args:
        code: 1 to 32 capitals, figures and ``_``: ``TEXTILE``.
        label_fr: what it is called in French, one line of 1 to 60 characters.
        label_en: and in English.
        price: what a merchant is charged a CBM, more than nothing.
        real_cost: what a CBM costs the platform; never shown, not even in a ``repr``.

    Raises:
        TariffFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> textile = Category("TEXTILE", "Textile", "Textiles", money(5_000_000, "GNF"),
    ...                    money(4_200_000, "GNF"))
    >>> textile.label("en"), "cost" in repr(textile)
    ('Textiles', False)
    >>> textile.label("fr_GN"), textile.label("en")
    ('Textile', 'Textiles')
    """

    code: str
    label_fr: str
    label_en: str
    price: Money
    real_cost: Money = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_code(found, "code", self.code)
        check_line(found, "label_fr", self.label_fr, most=MAX_LABEL)
        check_line(found, "label_en", self.label_en, most=MAX_LABEL)
        if check_amount(found, "price", self.price):
            code = self.price.currency.code
            check_amount(found, "real_cost", self.real_cost, currency=code, least=0)
        else:
            check_amount(found, "real_cost", self.real_cost, least=0)
        found.raise_if_any(TariffFaults)

    def label(self, locale: str) -> str:
        """What it is called in a language: in French where the locale begins with ``fr``."""
        return self.label_fr if locale.startswith("fr") else self.label_en


def _categories(values: Iterable[Category]) -> tuple[Category, ...]:
    return kept(values)


def _real(value: Decimal | int | None) -> Decimal:
    # None is the rate charged, which is known once the whole is there.
    return value if value is None else exact(value)  # type: ignore[return-value]  # just below


@attrs.frozen(kw_only=True)
class Tariff:
    """What merchants are charged, and what that costs, from a moment until another.

    Args:
        version: 1 for the first one published, 2 for the next; 0 for one that is not published.
        effective_from: when it begins to be in force.
        effective_until: when it is no longer; None as long as nothing follows it.
        goods_currency: what goods are bought in.
        currency: what merchants are charged in.
        rate: what one unit of the goods' currency is charged, in the other one; 6 decimals at most.
        real_rate: what it really costs; None for the very `rate`, which it then holds: a tariff
            made from this one by `attrs.evolve` keeps it, unless told otherwise. Never shown.
        commission: a fraction of the goods' value, 0 to 1, unless a merchant has terms of their
            own.
        categories: what a CBM is charged, by kind of goods; at least one, each code once.
        minimum_freight: the least freight of an order; None when there is none.
        kg_per_cbm: the weight that is billed as one CBM (the revenue ton: the greater of volume
            and weight); None to bill by volume alone.
        volume_places: the decimals of a billed volume, 0 to 3.
        volume_rounding: how a volume is rounded to them.
        validity: how long a quote may be confirmed: an hour to 366 days, in whole seconds.

    Raises:
        TariffFaults: every fault, each with its path (``categories[0].price``).
    """

    version: int = 0
    effective_from: datetime = attrs.field(converter=in_utc)
    effective_until: datetime | None = attrs.field(default=None, converter=in_utc_or_none)
    goods_currency: str = "CNY"
    currency: str = "GNF"
    rate: Decimal = attrs.field(converter=exact)
    real_rate: Decimal = attrs.field(default=None, converter=_real, repr=False)
    commission: Decimal = attrs.field(converter=exact)
    categories: tuple[Category, ...] = attrs.field(converter=_categories)
    minimum_freight: Money | None = None
    kg_per_cbm: Decimal | None = None
    volume_places: int = MOST_PLACES
    volume_rounding: RoundingMode = RoundingMode.HALF_UP
    validity: timedelta = timedelta(days=7)

    def __attrs_post_init__(self) -> None:
        real_rate: object = self.real_rate
        if real_rate is None:
            object.__setattr__(self, "real_rate", self.rate)
        found = FaultList()
        check_whole(found, "version", self.version, least=0, most=2**31 - 1)
        _check_dates(found, self)
        for name in ("goods_currency", "currency"):
            with found.collect(name):
                _check_currency(getattr(self, name))
        check_measure(found, "rate", self.rate, least=_LEAST_RATE, most=_MOST_RATE)
        if self.real_rate is not self.rate:
            check_measure(found, "real_rate", self.real_rate, least=_LEAST_RATE, most=_MOST_RATE)
        check_commission(found, "commission", self.commission)
        _check_categories(found, self.categories, self.currency)
        if self.minimum_freight is not None:
            check_amount(found, "minimum_freight", self.minimum_freight, currency=self.currency)
        if self.kg_per_cbm is not None:
            check_measure(found, "kg_per_cbm", self.kg_per_cbm, least=_ALL, most=_MOST_KG)
        check_whole(found, "volume_places", self.volume_places, least=0, most=MOST_PLACES)
        check_is(found, "volume_rounding", self.volume_rounding, RoundingMode)
        found.raise_if_any(TariffFaults)

    def category(self, code: str) -> Category:
        """The category of a code.

        Raises:
            PurchaseFaults: there is none; the fault, at ``category``, tells those there are.
        """
        for category in self.categories:
            if category.code == code:
                return category
        accepted = ", ".join(category.code for category in self.categories)
        raise PurchaseFaults.of(
            _faults.UNKNOWN_CATEGORY, "category", given=shown(code), accepted=accepted
        )

    def in_force(self, at: datetime) -> bool:
        """Whether it is in force at a moment: from its beginning, and no longer at its end."""
        until = self.effective_until
        return self.effective_from <= at and (until is None or at < until)


def _check_dates(found: FaultList, tariff: Tariff) -> None:
    starts = check_moment(found, "effective_from", tariff.effective_from)
    until = tariff.effective_until
    if until is not None and check_moment(found, "effective_until", until) and starts:
        found.check(
            until > tariff.effective_from,
            _faults.ENDS_BEFORE,
            "effective_until",
            given=until.isoformat(),
            start=tariff.effective_from.isoformat(),
        )
    validity: object = tariff.validity
    holds = (
        isinstance(validity, timedelta)
        and _LEAST_VALIDITY <= validity <= _MOST_VALIDITY
        and not validity.microseconds
    )
    given = shown(validity)
    found.check(holds, _faults.NOT_A_VALIDITY, "validity", given=given, most=_MOST_VALIDITY.days)


def _check_currency(code: object) -> None:
    """Raises the fault of a currency from the root: its field is the path already."""
    try:
        known_currency(code)
    except ValueError as error:
        faults = getattr(error, "faults", ())
        raise TariffFaults(attrs.evolve(fault, path="") for fault in faults) from None


def _check_categories(found: FaultList, categories: object, currency: object) -> None:
    if not isinstance(categories, tuple) or not 1 <= len(categories) <= MAX_CATEGORIES:
        bounds = {"least": 1, "most": MAX_CATEGORIES, "accepted": Category.__name__}
        found.add(NOT_SEVERAL, "categories", given=shown(categories), **bounds)
        return
    codes: set[str] = set()
    for place, category in enumerate(categories):
        path = f"categories[{place}]"
        if not check_is(found, path, category, Category):
            continue
        unused = category.code not in codes
        found.check(unused, _faults.REPEATED_CODE, f"{path}.code", given=category.code)
        codes.add(category.code)
        if isinstance(currency, str):
            check_amount(found, f"{path}.price", category.price, currency=currency)
