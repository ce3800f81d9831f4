"""Volumes, weights and the revenue ton."""

import subprocess
import sys
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from fractions import Fraction
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_core import (
    AIR,
    ROAD,
    SEA,
    Basis,
    Carton,
    LogisticsError,
    MeasureFaults,
    Measuring,
    Shipment,
    SideRounding,
    measure,
)
from logistics_core.testing import cartons, measurings, shipments
from shared_kernel import Faults, KernelError, RoundingMode
from shared_kernel.testing import catalogue_gaps


@pytest.mark.parametrize(
    ("carton", "rules", "tons", "basis"),
    [
        (Carton(60, 40, 50, 5, count=20), SEA, "2.400", Basis.VOLUME),
        (Carton(30, 20, 10, 25, count=100), SEA, "2.500", Basis.WEIGHT),
        (Carton(60, 40, 50, 12, count=5), SEA, "1.000", Basis.MINIMUM),
        (Carton(100, 100, 100, 1000, count=2), SEA, "2.000", Basis.VOLUME),
        (Carton(60, 40, 50, 40, count=5), AIR, "1.198", Basis.WEIGHT),
        (Carton(60, 40, 50, 40, count=5), ROAD, "0.601", Basis.WEIGHT),
    ],
)
def test_worked_examples(carton: Carton, rules: Measuring, tons: str, basis: Basis) -> None:
    """A shipment is billed its volume, its weight or the minimum, and says which."""
    measured = measure(Shipment((carton,)), rules=rules)
    assert (str(measured.revenue_tons), measured.basis) == (tons, basis)


def test_volume_is_exact() -> None:
    """Sides to the millimetre make a volume without any rounding."""
    carton = Carton(Decimal("33.3"), Decimal("22.2"), Decimal("11.1"), 1, count=7)
    assert carton.volume_cbm == Decimal("33.3") * Decimal("22.2") * Decimal("11.1") * 7 / 1_000_000


@pytest.mark.parametrize(
    ("sides", "volume"),
    [
        (SideRounding.EXACT, "0.065353"),
        (SideRounding.NEAREST_CM, "0.064000"),
        (SideRounding.UP_TO_CM, "0.068921"),
    ],
)
def test_sides_are_rounded_before_the_volume(sides: SideRounding, volume: str) -> None:
    """The tariff says whether 40.28 cm is billed as such, as 40 or as 41."""
    side = Decimal("40.28")
    shipment = Shipment((Carton(side, side, side, 1),))
    rules = Measuring(sides=sides, places=6, rounding=RoundingMode.DOWN)
    assert str(measure(shipment, rules=rules).volume_cbm) == volume


@pytest.mark.parametrize(("mode", "tons"), [("half_up", "1.235"), ("half_even", "1.234")])
def test_the_tie_is_rounded_by_name(mode: str, tons: str) -> None:
    """1.2345 becomes 1.235 half up and 1.234 half even: the settings name the mode."""
    shipment = Shipment((Carton(10, 10, 10, Decimal("1234.5")),))
    rules = Measuring(rounding=RoundingMode(mode))
    assert str(measure(shipment, rules=rules).revenue_tons) == tons


@given(shipments(), measurings())
def test_never_below_volume_weight_or_minimum(shipment: Shipment, rules: Measuring) -> None:
    """The revenue ton is the greatest of the three, to half a unit of the last decimal or one."""
    measured = measure(shipment, rules=rules)
    exact = max(
        sum((carton.volume_exact(rules.sides) for carton in shipment.cartons), Fraction()),
        Fraction(measured.weight_kg) / Fraction(rules.kg_per_cbm),
        Fraction(rules.least),
    )
    assert abs(Fraction(measured.revenue_tons) - exact) < Fraction(1, 10**rules.places)
    assert measured.revenue_tons >= measured.volume_cbm


@given(st.lists(cartons(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_cartons_is_nothing(lines: list[Carton], random: Random) -> None:
    """The same cartons in another order, or one by one, measure the same."""
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert measure(Shipment(shuffled)) == measure(Shipment(lines))


@given(cartons(), measurings())
def test_like_cartons_add_up(carton: Carton, rules: Measuring) -> None:
    """Two lines of like cartons measure what one line of twice the count does."""
    twice = attrs.evolve(carton, count=carton.count * 2)
    assert measure(Shipment((carton, carton)), rules=rules) == measure(
        Shipment((twice,)), rules=rules
    )


@given(shipments(), cartons())
def test_one_more_carton_never_costs_less(shipment: Shipment, more: Carton) -> None:
    """Adding cartons never lowers the revenue ton."""
    larger = Shipment((*shipment.cartons, more))
    assert measure(larger).revenue_tons >= measure(shipment).revenue_tons


@given(cartons())
def test_sides_may_be_given_in_any_order(carton: Carton) -> None:
    """A carton lying on another face has the same volume."""
    turned = attrs.evolve(carton, length_cm=carton.height_cm, height_cm=carton.length_cm)
    assert turned.volume_cbm == carton.volume_cbm


def test_every_fault_comes_at_once_with_its_path() -> None:
    """A carton wrong in each field says so in one error, with the fix for a float."""
    with pytest.raises(MeasureFaults) as caught:
        Carton(
            0.1,  # type: ignore[arg-type]  # refused
            -1,
            Decimal("NaN"),
            Decimal("1.23456789"),
            count=True,
        )
    faults = {fault.path: fault for fault in caught.value.faults}
    assert list(faults) == ["length_cm", "width_cm", "height_cm", "weight_kg", "count"]
    assert 'Decimal("0.1")' in faults["length_cm"].message
    assert [fault.code for fault in faults.values()] == [
        "measure.not_exact",
        "measure.out_of_range",
        "measure.out_of_range",
        "measure.too_fine",
        "measure.bad_count",
    ]
    assert isinstance(caught.value, LogisticsError)
    assert isinstance(caught.value, Faults)
    assert isinstance(caught.value, KernelError)


@pytest.mark.parametrize("side", [Decimal("1E+999999"), Decimal("1E-999999"), Decimal("Infinity")])
def test_absurd_exponents_are_refused_at_once(side: Decimal) -> None:
    """A side whose exponent would fill the memory is refused before it is computed with."""
    with pytest.raises(MeasureFaults):
        Carton(side, 1, 1, 1)


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        (True, "12.5"),
        ("12", "12.5"),
        (None, "12.5"),
        (float("nan"), "12.5"),
        (float("-inf"), "12.5"),
        (0.25, "0.25"),
    ],
)
def test_only_exact_numbers_are_taken(value: object, fix: str) -> None:
    """Booleans, strings, nothing and floats are not sides; the fix can be written as it stands."""
    with pytest.raises(MeasureFaults, match="is not an exact number") as caught:
        Carton(value, 1, 1, 1)  # type: ignore[arg-type]  # refused
    assert f'write Decimal("{fix}")' in caught.value.faults[0].message
    assert len(caught.value.faults) == 1


def test_an_empty_shipment_is_refused() -> None:
    """There is nothing to bill without a carton."""
    with pytest.raises(MeasureFaults, match="at least one carton"):
        Shipment(())


def test_a_shipment_is_of_cartons() -> None:
    """What is no list of cartons is refused, each stranger with its place."""
    with pytest.raises(MeasureFaults, match="cartons: 12 is not a list"):
        Shipment(12)  # type: ignore[arg-type]  # refused
    with pytest.raises(MeasureFaults) as caught:
        Shipment([Carton(1, 1, 1, 1), "carton", None])  # type: ignore[list-item]  # refused
    assert [fault.path for fault in caught.value.faults] == ["cartons[1]", "cartons[2]"]


@given(shipments(), measurings())
def test_the_context_of_the_caller_changes_nothing(shipment: Shipment, rules: Measuring) -> None:
    """A measure is exact under a decimal context of two digits that traps every rounding."""
    measured = measure(shipment, rules=rules)
    with localcontext(Context(prec=2, traps=[Inexact, Rounded])):
        assert measure(shipment, rules=rules) == measured


def test_every_sentence_has_its_french() -> None:
    """Each fault is translated, with its holes and with French typography."""
    assert catalogue_gaps("logistics_core", "fr") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kg_per_cbm", 0),
        ("least", -1),
        ("places", 7),
        ("places", True),
        ("sides", "up_to_cm"),
        ("rounding", "half_even"),
    ],
)
def test_settings_are_checked(field: str, value: object) -> None:
    """A threshold of nothing, a negative minimum or a text for a mode is refused with its path."""
    with pytest.raises(MeasureFaults) as caught:
        Measuring(**{field: value})  # type: ignore[arg-type]  # refused
    assert [fault.path for fault in caught.value.faults] == [field]


def test_no_minimum_is_a_setting() -> None:
    """Road and air bill small shipments what they measure."""
    shipment = Shipment((Carton(10, 10, 10, 1),))
    assert measure(shipment, rules=Measuring(least=0)).revenue_tons == Decimal("0.001")


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """Without Hypothesis, the strategies say which extra brings it."""
    code = "import sys; sys.modules['hypothesis'] = None; import logistics_core.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'comptoir-logistics[testing]'" in ran.stderr
