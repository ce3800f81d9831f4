"""What a container holds."""

from decimal import Decimal

import attrs
import pytest
from hypothesis import given

from logistics_core import (
    HIGH_CUBE_40,
    Carton,
    MeasureFaults,
    Shipment,
    measure,
    occupancy,
    stands_inside,
)
from logistics_core.testing import cartons, shipments


def test_billed_and_stowable_are_two_numbers() -> None:
    """A high cube is billed 76 CBM of its 76.35, and 68 can be counted on."""
    assert HIGH_CUBE_40.billed_cbm == 76
    assert HIGH_CUBE_40.stowable_cbm == 68
    assert round(HIGH_CUBE_40.inside_cbm, 2) == Decimal("76.35")
    assert HIGH_CUBE_40.stowable_cbm < HIGH_CUBE_40.billed_cbm < HIGH_CUBE_40.inside_cbm


def test_a_sold_container_may_not_fit() -> None:
    """Seventy CBM leave room to sell, and more than can be counted on to stow."""
    left = occupancy(HIGH_CUBE_40, volume_cbm=Decimal(70), weight_kg=Decimal(10_000))
    assert left.billed_left_cbm == 6
    assert left.stowable_left_cbm == -2
    assert not left.fits


def test_a_container_is_full_when_all_it_bills_is_sold() -> None:
    """28 CBM of electronics, 30 of textile and 18 of sundries fill a high cube."""
    left = occupancy(HIGH_CUBE_40, volume_cbm=Decimal(28 + 30 + 18), weight_kg=Decimal(20_000))
    assert left.billed_left_cbm == 0


def test_weight_closes_a_container_too() -> None:
    """Heavy goods fill the payload long before the volume."""
    left = occupancy(HIGH_CUBE_40, volume_cbm=Decimal(10), weight_kg=Decimal("26480.001"))
    assert left.payload_left_kg == Decimal("-0.001")
    assert not left.fits


def test_a_load_is_checked() -> None:
    """A volume or a weight that is a float, negative or not finite is refused, both at once."""
    with pytest.raises(MeasureFaults) as caught:
        occupancy(HIGH_CUBE_40, volume_cbm=0.5, weight_kg=-1)  # type: ignore[arg-type]  # refused
    assert [fault.path for fault in caught.value.faults] == ["volume_cbm", "weight_kg"]
    with pytest.raises(MeasureFaults, match="volume_cbm: NaN is out of range"):
        occupancy(HIGH_CUBE_40, volume_cbm=Decimal("NaN"), weight_kg=0)


@given(shipments())
def test_what_is_left_and_what_is_loaded_make_the_container(shipment: Shipment) -> None:
    """Nothing is lost between what is loaded and what is left."""
    measured = measure(shipment)
    left = occupancy(HIGH_CUBE_40, volume_cbm=measured.volume_cbm, weight_kg=measured.weight_kg)
    assert left.billed_left_cbm + measured.volume_cbm == HIGH_CUBE_40.billed_cbm
    assert left.payload_left_kg + measured.weight_kg == HIGH_CUBE_40.payload_kg


@pytest.mark.parametrize(
    ("height", "may_be_turned", "stands"),
    [("258.5", False, True), ("258.6", False, False), ("258.6", True, True), ("269.8", True, True)],
)
def test_the_door_is_lower_than_the_inside(height: str, may_be_turned: bool, stands: bool) -> None:
    """A carton that would fit inside but not through the door must lie on its side, or stay."""
    carton = Carton(100, 100, Decimal(height), 50)
    assert stands_inside(carton, HIGH_CUBE_40, may_be_turned=may_be_turned) is stands


@given(cartons())
def test_turning_never_hurts(carton: Carton) -> None:
    """What stands as given also stands when it may be turned."""
    if stands_inside(carton, HIGH_CUBE_40, may_be_turned=False):
        assert stands_inside(carton, HIGH_CUBE_40)


def test_more_stowable_than_inside_is_refused() -> None:
    """Nobody can count on more than the inside volume."""
    with pytest.raises(MeasureFaults) as caught:
        attrs.evolve(HIGH_CUBE_40, stowable_cbm=77)
    assert [fault.path for fault in caught.value.faults] == ["stowable_cbm"]


def test_a_container_is_checked_field_by_field() -> None:
    """Every bad measure of a container is reported at once."""
    with pytest.raises(MeasureFaults) as caught:
        attrs.evolve(HIGH_CUBE_40, length_cm=0, payload_kg=1.5)  # type: ignore[arg-type]  # refused
    assert [fault.path for fault in caught.value.faults] == ["length_cm", "payload_kg"]
