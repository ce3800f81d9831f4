"""A purchase: what a merchant wants brought, as it is quoted and booked."""

from decimal import Decimal
from typing import Final

import attrs

from logistics_core._checks import check_amount, check_text, in_lines
from logistics_core.errors import PurchaseFaults
from logistics_core.measures import Measuring, Shipment, check_is, check_measure, exact, measure
from logistics_core.tariffs import _faults
from logistics_core.tariffs.tariff import check_code
from shared_kernel import FaultList, Money, RoundingMode, round_decimal, shown
from shared_kernel.rounding import EXACT_CONTEXT

__all__ = ["MOST_CBM", "Purchase"]

MOST_CBM: Final = Decimal(1000)
"""More than any container holds, by far."""
MOST_KG: Final = Decimal(1_000_000)
MAX_NOTE: Final = 500

_LEAST: Final = Decimal("0.000001")
# Up: what the cartons take is never less than what is kept of them.
_CARTONS: Final = Measuring(least=0, places=6, rounding=RoundingMode.UP)


@attrs.frozen(kw_only=True)
class Purchase:
    """Goods and the room they take.

    Args:
        goods: what they cost, more than nothing, in the currency they are bought in.
        category: the code of their category.
        volume_cbm: their volume in cubic metres, above 0, up to 1,000, of at most 6 decimals.
        weight_kg: their weight in kilograms; None where it is not known.
        cartons: the cartons they travel in, when those were told; the volume and the weight are
            then theirs. `of_cartons` works them out.
        note: what the merchant says about them, up to 500 characters.

    Raises:
        PurchaseFaults: every fault, each with its path.

    >>> from shared_kernel import money
    >>> purchase = Purchase(goods=money("10000", "CNY"), category="TEXTILE", volume_cbm=3)
    >>> purchase.litres, purchase.grams
    (3000, 0)
    >>> Purchase(goods=money("0", "CNY"), category="textile", volume_cbm=Decimal(0))
    Traceback (most recent call last):
        ...
    logistics_core.errors.PurchaseFaults: goods: 0.00 CNY is out of range: from 0.01 CNY to \
10000000000.00 CNY is accepted
    category: textile is not the code of a category: write 1 to 32 capitals, figures and _
    volume_cbm: 0 is out of range: from 0.000001 to 1000 is accepted
    """

    goods: Money
    category: str
    volume_cbm: Decimal = attrs.field(converter=exact)
    weight_kg: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(exact)
    )
    cartons: Shipment | None = None
    note: str = attrs.field(default="", converter=in_lines)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        check_amount(found, "goods", self.goods)
        check_code(found, "category", self.category)
        check_measure(found, "volume_cbm", self.volume_cbm, least=_LEAST, most=MOST_CBM)
        if self.weight_kg is not None:
            check_measure(found, "weight_kg", self.weight_kg, least=_LEAST, most=MOST_KG)
        if self.cartons is not None and check_is(found, "cartons", self.cartons, Shipment):
            volume_cbm, weight_kg = volume_and_weight(self.cartons)
            for name, expected in (("volume_cbm", volume_cbm), ("weight_kg", weight_kg)):
                given = getattr(self, name)
                same = type(given) is Decimal and given == expected
                kind = _faults.NOT_THOSE_OF_CARTONS
                found.check(same, kind, name, given=shown(given), expected=expected)
        check_text(found, "note", self.note, most=MAX_NOTE)
        found.raise_if_any(PurchaseFaults)

    @classmethod
    def of_cartons(
        cls, goods: Money, category: str, shipment: Shipment, *, note: str = ""
    ) -> "Purchase":
        """A purchase that travels in cartons: the volume and the weight are theirs.

        The volume is rounded up to 6 decimals of a cubic metre; the weight is exact.

        Raises:
            PurchaseFaults: every fault, each with its path.

        >>> from logistics_core.measures import Carton
        >>> from shared_kernel import money
        >>> boxes = Shipment([Carton(60, 40, 50, 5, count=20)])
        >>> purchase = Purchase.of_cartons(money("10000", "CNY"), "DIVERS", boxes)
        >>> purchase.volume_cbm, purchase.weight_kg
        (Decimal('2.400000'), Decimal('100'))
        """
        found = FaultList()
        check_is(found, "cartons", shipment, Shipment)
        found.raise_if_any(PurchaseFaults)
        volume_cbm, weight_kg = volume_and_weight(shipment)
        return cls(
            goods=goods,
            category=category,
            volume_cbm=volume_cbm,
            weight_kg=weight_kg,
            cartons=shipment,
            note=note,
        )

    @property
    def litres(self) -> int:
        """The room it takes, rounded up to the litre (a thousandth of a CBM)."""
        return _thousandths(self.volume_cbm)

    @property
    def grams(self) -> int:
        """Its weight, rounded up to the gram; 0 where it is not known."""
        return 0 if self.weight_kg is None else _thousandths(self.weight_kg)


def volume_and_weight(shipment: Shipment) -> tuple[Decimal, Decimal]:
    """What cartons take: cubic metres rounded up to 6 decimals, and exact kilograms."""
    measured = measure(shipment, rules=_CARTONS)
    return measured.volume_cbm, measured.weight_kg


def _thousandths(value: Decimal) -> int:
    return int(round_decimal(value.scaleb(3, EXACT_CONTEXT), 0, mode=RoundingMode.UP))
