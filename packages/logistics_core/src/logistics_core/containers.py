"""What a container holds: what is billed, and what can be stowed, which are two numbers.

A forty-foot high cube is sold as 76 CBM because that is its inside volume; cartons of mixed sizes
never fill it. A platform that shows one number either refuses paid cargo at the port or leaves
paid room empty, so both are kept and shown.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import attrs

from logistics_core.errors import MeasureFaults
from logistics_core.measures import Carton, as_decimal, check_measure, exact
from shared_kernel import FaultKind, FaultList
from shared_kernel.rounding import EXACT_CONTEXT

__all__ = ["HIGH_CUBE_40", "Container", "Occupancy", "occupancy", "stands_inside"]

_LEAST, _MOST = Decimal("0.001"), Decimal(1_000_000)
_NONE, _MOST_LOADED = Decimal(0), Decimal(10**15)
MORE_THAN_INSIDE = FaultKind(
    "container.more_than_inside",
    "{given} CBM are more than the inside volume, {inside} CBM: give what can be stowed",
)


@attrs.frozen(kw_only=True)
class Container:
    """A container: inside sides and door in centimetres, payload in kilograms, volumes in CBM.

    Args:
        length_cm: inside length.
        width_cm: inside width.
        height_cm: inside height.
        door_height_cm: the height of the door, lower than the inside.
        payload_kg: the heaviest load, net of the container.
        billed_cbm: the volume sold to those who share it.
        stowable_cbm: the volume to count on when planning a load of mixed cartons.

    Raises:
        MeasureFaults: a measure is refused, or more is stowable than the inside volume.
    """

    length_cm: Decimal = attrs.field(converter=exact)
    width_cm: Decimal = attrs.field(converter=exact)
    height_cm: Decimal = attrs.field(converter=exact)
    door_height_cm: Decimal = attrs.field(converter=exact)
    payload_kg: Decimal = attrs.field(converter=exact)
    billed_cbm: Decimal = attrs.field(converter=exact)
    stowable_cbm: Decimal = attrs.field(converter=exact)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        sound = [
            check_measure(faults, field.name, getattr(self, field.name), least=_LEAST, most=_MOST)
            for field in attrs.fields(type(self))
        ]
        if all(sound):
            faults.check(
                self.stowable_cbm <= self.inside_cbm,
                MORE_THAN_INSIDE,
                "stowable_cbm",
                given=self.stowable_cbm,
                inside=self.inside_cbm,
            )
        faults.raise_if_any(MeasureFaults)

    @property
    def inside_cbm(self) -> Decimal:
        """The exact inside volume in CBM."""
        floor = Fraction(self.length_cm) * Fraction(self.width_cm)
        return as_decimal(floor * Fraction(self.height_cm) / 1_000_000)


HIGH_CUBE_40 = Container(
    length_cm=Decimal("1203.2"),
    width_cm=Decimal("235.2"),
    height_cm=Decimal("269.8"),
    door_height_cm=Decimal("258.5"),
    payload_kg=Decimal(26_480),
    billed_cbm=Decimal(76),
    stowable_cbm=Decimal(68),
)
"""A forty-foot high cube, 76.35 CBM inside, billed as 76.

68 CBM is the upper figure of the trade for mixed cartons stowed by hand (64 to 68). Loads computed
box by box reach 73 to 74: use ``attrs.evolve`` when each load is planned that way.
"""


@attrs.frozen(kw_only=True)
class Occupancy:
    """How full a container is, in the two volumes and by weight; what is left may be negative.

    Args:
        billed_left_cbm: what can still be sold.
        stowable_left_cbm: what can still be counted on to fit.
        payload_left_kg: the weight that can still be loaded.
    """

    billed_left_cbm: Decimal
    stowable_left_cbm: Decimal
    payload_left_kg: Decimal

    @property
    def fits(self) -> bool:
        """Whether the load can be counted on to fit: by what is stowable, not by what is billed."""
        return self.stowable_left_cbm >= 0 and self.payload_left_kg >= 0


def occupancy(
    container: Container, *, volume_cbm: Decimal | int, weight_kg: Decimal | int
) -> Occupancy:
    """What a load leaves of a container: billed CBM, stowable CBM and kilograms, exact.

    Args:
        container: the container, empty.
        volume_cbm: the volume of the load, in cubic metres; it may be more than the container's.
        weight_kg: its weight.

    Raises:
        MeasureFaults: the volume or the weight is not exact, negative or absurd.

    >>> left = occupancy(HIGH_CUBE_40, volume_cbm=70, weight_kg=20_000)
    >>> left.billed_left_cbm, left.stowable_left_cbm, left.fits
    (Decimal('6'), Decimal('-2'), False)
    """
    volume, weight = exact(volume_cbm), exact(weight_kg)
    faults = FaultList()
    check_measure(faults, "volume_cbm", volume, least=_NONE, most=_MOST_LOADED)
    check_measure(faults, "weight_kg", weight, least=_NONE, most=_MOST_LOADED)
    faults.raise_if_any(MeasureFaults)
    left = EXACT_CONTEXT.subtract
    return Occupancy(
        billed_left_cbm=left(container.billed_cbm, volume),
        stowable_left_cbm=left(container.stowable_cbm, volume),
        payload_left_kg=left(container.payload_kg, weight),
    )


def stands_inside(carton: Carton, container: Container, *, may_be_turned: bool = True) -> bool:
    """Whether one carton passes the door upright and stands on the floor of an empty container.

    The door is lower than the inside: a carton may fit a container that it cannot enter. With
    ``may_be_turned`` any side may stand vertically; without it the height stays the height.

    >>> tall = Carton(100, 100, 260, 80)
    >>> stands_inside(tall, HIGH_CUBE_40, may_be_turned=False)
    False
    >>> stands_inside(tall, HIGH_CUBE_40)
    True
    """
    sides = (carton.length_cm, carton.width_cm, carton.height_cm)
    return any(
        long_cm <= container.length_cm
        and wide_cm <= container.width_cm
        and tall_cm <= min(container.height_cm, container.door_height_cm)
        for long_cm, wide_cm, tall_cm in permutations(sides)
        if may_be_turned or tall_cm == carton.height_cm
    )
