"""Volumes, weights and the revenue ton of a shipment of cartons.

Freight that shares a container is billed by the *revenue ton*, W/M ("weight or measurement"): a
cubic metre (CBM) or a thousand kilograms, whichever makes more, and at least one a shipment. By
road and by air the rule is the same with another threshold, the weight that counts as one CBM.

Everything is exact: sides and weights are decimals, nothing is rounded on the way, and the two
roundings that the trade applies (of the sides, of the result) are settings named in `Measuring`.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from math import isfinite
from typing import cast

import attrs

from logistics_core.errors import MeasureFaults
from shared_kernel import FaultKind, FaultList, RoundingMode, round_decimal, round_ratio, shown
from shared_kernel.rounding import EXACT_CONTEXT

__all__ = [
    "AIR",
    "ROAD",
    "SEA",
    "Basis",
    "Carton",
    "Measured",
    "Measuring",
    "Shipment",
    "SideRounding",
    "measure",
]

NOT_EXACT = FaultKind(
    "measure.not_exact",
    '{given} is not an exact number: write Decimal("{suggestion}") or a whole number',
)
OUT_OF_RANGE = FaultKind(
    "measure.out_of_range", "{given} is out of range: from {least} to {most} is accepted"
)
TOO_FINE = FaultKind("measure.too_fine", "{given} has more than {places} decimals: round it first")
BAD_COUNT = FaultKind(
    "measure.bad_count", "{given} is not a count: a whole number from {least} to {most} is accepted"
)
NO_CARTON = FaultKind("measure.no_carton", "a shipment has at least one carton: give one")
NOT_CARTONS = FaultKind("measure.not_cartons", "{given} is not a list: give a list of Carton")
NOT_ACCEPTED = FaultKind("measure.not_accepted", "{given} cannot stand here: give {accepted}")

_CM3_PER_CBM = 1_000_000
_PLACES = 6
_FINEST = Decimal((0, (1,), -_PLACES))
# Wider than anything that travels; they keep an absurd exponent from filling the memory.
_LEAST, _MOST_CM, _MOST_KG = Decimal("0.001"), Decimal(100_000), Decimal(1_000_000_000)
_MOST_COUNT = 1_000_000


def check_measure(
    faults: FaultList, path: str, value: object, *, least: Decimal, most: Decimal
) -> bool:
    """Records what is wrong with one measure: its type, its range or its decimals."""
    if not isinstance(value, Decimal):
        near = float.__repr__(value) if isinstance(value, float) and isfinite(value) else "12.5"
        faults.add(NOT_EXACT, path, given=shown(value), suggestion=near)
        return False
    if not (value.is_finite() and least <= value <= most):
        faults.add(OUT_OF_RANGE, path, given=shown(value), least=least, most=most)
    elif value.quantize(_FINEST, context=EXACT_CONTEXT) != value:
        faults.add(TOO_FINE, path, given=shown(value), places=_PLACES)
    else:
        return True
    return False


def check_is(faults: FaultList, path: str, value: object, accepted: type) -> bool:
    """Records a value that is not of the class that may stand there."""
    if isinstance(value, accepted):
        return True
    faults.add(NOT_ACCEPTED, path, given=shown(value), accepted=accepted.__name__)
    return False


def exact(value: Decimal | int) -> Decimal:
    """A whole number as a Decimal; anything else is left for the check to refuse."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return Decimal(value) if whole else value  # type: ignore[return-value]  # refused by the check


def as_decimal(value: Fraction) -> Decimal:
    """The Decimal equal to a fraction whose denominator is a product of twos and fives."""
    return EXACT_CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _rounded(value: Fraction, rules: "Measuring") -> Decimal:
    scaled = value * 10**rules.places
    units = round_ratio(scaled.numerator, scaled.denominator, mode=rules.rounding)
    return Decimal(units).scaleb(-rules.places, EXACT_CONTEXT)


class SideRounding(StrEnum):
    """What is done to a side in centimetres before the volume is computed."""

    EXACT = "exact"
    """The side as measured."""
    NEAREST_CM = "nearest_cm"
    """To the nearest centimetre, half up."""
    UP_TO_CM = "up_to_cm"
    """Up to the next whole centimetre."""

    def apply(self, side_cm: Decimal) -> Decimal:
        """The side that is billed, never less than one centimetre once rounded."""
        match self:
            case SideRounding.EXACT:
                return side_cm
            case SideRounding.NEAREST_CM:
                rounded = round_decimal(side_cm, 0, mode=RoundingMode.HALF_UP)
            case SideRounding.UP_TO_CM:
                rounded = round_decimal(side_cm, 0, mode=RoundingMode.UP)
        return max(rounded, Decimal(1))


class Basis(StrEnum):
    """What made the revenue ton: the reason shown beside the figure."""

    VOLUME = "volume"
    WEIGHT = "weight"
    MINIMUM = "minimum"


@attrs.frozen
class Carton:
    """A number of like cartons: outside sides in centimetres, weight in kilograms, each.

    Whole numbers are taken as they are; floats are refused, because 0.1 is not a tenth.

    Raises:
        MeasureFaults: a side, the weight or the count is not exact, not positive or absurd.

    >>> carton = Carton(60, 40, 50, Decimal("12.5"), count=10)
    >>> carton.volume_cbm, carton.total_weight_kg
    (Decimal('1.2'), Decimal('125.0'))
    """

    length_cm: Decimal = attrs.field(converter=exact)
    width_cm: Decimal = attrs.field(converter=exact)
    height_cm: Decimal = attrs.field(converter=exact)
    weight_kg: Decimal = attrs.field(converter=exact)
    count: int = 1

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        for name in ("length_cm", "width_cm", "height_cm"):
            check_measure(faults, name, getattr(self, name), least=_LEAST, most=_MOST_CM)
        check_measure(faults, "weight_kg", self.weight_kg, least=_LEAST, most=_MOST_KG)
        # bool is an int in Python: Carton(..., count=True) is a slip, not one carton.
        counts = type(self.count) is int and 1 <= self.count <= _MOST_COUNT
        given = shown(self.count)
        faults.check(counts, BAD_COUNT, "count", given=given, least=1, most=_MOST_COUNT)
        faults.raise_if_any(MeasureFaults)

    @property
    def volume_cbm(self) -> Decimal:
        """The exact volume of all of them in cubic metres, from the sides as measured."""
        return as_decimal(self.volume_exact(SideRounding.EXACT))

    @property
    def total_weight_kg(self) -> Decimal:
        """The weight of all of them in kilograms."""
        return EXACT_CONTEXT.multiply(self.weight_kg, Decimal(self.count))

    def volume_exact(self, sides: SideRounding) -> Fraction:
        """The volume of all of them in cubic metres, the sides rounded first as asked."""
        volume = Fraction(self.count, _CM3_PER_CBM)
        for side in (self.length_cm, self.width_cm, self.height_cm):
            volume *= Fraction(sides.apply(side))
        return volume


def _kept(cartons: Iterable[Carton]) -> tuple[Carton, ...]:
    several: object = cartons  # what is not several is left for the check to refuse
    return tuple(cartons) if isinstance(several, Iterable) else cast("tuple[Carton, ...]", cartons)


@attrs.frozen
class Shipment:
    """The cartons that one client sends together: the revenue ton has its minimum once.

    Raises:
        MeasureFaults: there is no carton, or something else among them.
    """

    cartons: tuple[Carton, ...] = attrs.field(converter=_kept)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        several: object = self.cartons
        if not isinstance(several, tuple):
            faults.add(NOT_CARTONS, "cartons", given=shown(several))
        elif faults.check(bool(several), NO_CARTON, "cartons"):
            for place, carton in enumerate(several):
                check_is(faults, f"cartons[{place}]", carton, Carton)
        faults.raise_if_any(MeasureFaults)


@attrs.frozen(kw_only=True)
class Measuring:
    """The settings of a tariff's measure.

    Args:
        kg_per_cbm: the weight that is billed as one CBM.
        least: the fewest revenue tons a shipment is billed (0 when there is no minimum).
        sides: the rounding of each side, before the volume.
        places: the decimals of the volume and of the revenue ton shown and billed (0 to 6).
        rounding: how those are rounded, once, from the exact figure.

    Raises:
        MeasureFaults: a setting is out of range.
    """

    kg_per_cbm: Decimal = attrs.field(default=Decimal(1000), converter=exact)
    least: Decimal = attrs.field(default=Decimal(1), converter=exact)
    sides: SideRounding = SideRounding.EXACT
    places: int = 3
    rounding: RoundingMode = RoundingMode.HALF_UP

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        check_measure(faults, "kg_per_cbm", self.kg_per_cbm, least=_LEAST, most=_MOST_KG)
        check_measure(faults, "least", self.least, least=Decimal(0), most=_MOST_KG)
        places = type(self.places) is int and 0 <= self.places <= _PLACES
        given = shown(self.places)
        check_is(faults, "sides", self.sides, SideRounding)
        faults.check(places, BAD_COUNT, "places", given=given, least=0, most=_PLACES)
        check_is(faults, "rounding", self.rounding, RoundingMode)
        faults.raise_if_any(MeasureFaults)


SEA = Measuring()
"""Sea freight: 1,000 kg a CBM, at least one revenue ton a shipment."""
ROAD = Measuring(kg_per_cbm=Decimal(333), least=Decimal(0))
"""Road freight: 333 kg a CBM is usual."""
AIR = Measuring(kg_per_cbm=Decimal(167), least=Decimal(0))
"""Air freight: 167 kg a CBM is usual (a volume of 6,000 cm³ a kilogram)."""


@attrs.frozen(kw_only=True)
class Measured:
    """What a shipment measures and what it is billed.

    Args:
        count: the number of cartons.
        volume_cbm: the volume in cubic metres, rounded by the settings.
        weight_kg: the weight in kilograms, exact.
        revenue_tons: what is billed, rounded by the settings.
        basis: what made the revenue ton; volume when volume and weight make the same.
    """

    count: int
    volume_cbm: Decimal
    weight_kg: Decimal
    revenue_tons: Decimal
    basis: Basis


def measure(shipment: Shipment, *, rules: Measuring = SEA) -> Measured:
    """A shipment's volume, weight and revenue ton: the greatest of volume, weight and minimum.

    Each side is rounded first by ``rules.sides``; the volume and the revenue ton are then rounded
    once, from the exact sums, by ``rules.rounding`` to ``rules.places`` decimals. Volumes are in
    cubic metres, weights in kilograms.

    Source: the W/M rule of sea freight by groupage, as forwarders publish it (one revenue ton is
    one cubic metre or one metric ton, the greater, at least one a shipment).

    Args:
        shipment: the cartons.
        rules: the settings of the tariff; those of sea freight by default.

    >>> light = Shipment([Carton(60, 40, 50, 5, count=20)])
    >>> measure(light).revenue_tons, measure(light).basis.value
    (Decimal('2.400'), 'volume')
    >>> heavy = Shipment([Carton(30, 20, 10, 25, count=100)])
    >>> measure(heavy).revenue_tons, measure(heavy).basis.value
    (Decimal('2.500'), 'weight')
    >>> measure(Shipment([Carton(30, 20, 10, 2)])).basis.value
    'minimum'
    """
    volume = sum((carton.volume_exact(rules.sides) for carton in shipment.cartons), Fraction())
    weights = (carton.total_weight_kg for carton in shipment.cartons)
    weight_kg = reduce(EXACT_CONTEXT.add, weights, Decimal())
    by_weight, least = Fraction(weight_kg) / Fraction(rules.kg_per_cbm), Fraction(rules.least)
    revenue = max(volume, by_weight, least)
    basis = (
        Basis.VOLUME
        if revenue == volume
        else Basis.WEIGHT
        if revenue == by_weight
        else Basis.MINIMUM
    )
    return Measured(
        count=sum(carton.count for carton in shipment.cartons),
        volume_cbm=_rounded(volume, rules),
        weight_kg=weight_kg,
        revenue_tons=_rounded(revenue, rules),
        basis=basis,
    )
