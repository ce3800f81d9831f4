"""Money: what gets in, minor units both ways, and sharing without losing a unit."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st
from moneyed import CURRENCIES

from shared_kernel import (
    MAX_MINOR,
    Money,
    MoneyError,
    RoundingMode,
    allocate,
    currency_codes,
    from_minor,
    known_currency,
    minor_digits,
    money,
    round_money,
    rounded_money,
    to_minor,
)
from shared_kernel.testing import amounts, currencies, monies, weights

LONG = pytest.param("9" * 1_000_000, id="long")
HUGE = pytest.param(10**5000, id="huge")


def codes(refused: pytest.ExceptionInfo[MoneyError]) -> list[str]:
    """The codes of the faults of a refusal."""
    return [fault.code for fault in refused.value.faults]


class TestCurrencies:
    """ISO 4217."""

    @pytest.mark.parametrize(
        ("code", "digits"),
        [("EUR", 2), ("XOF", 0), ("XAF", 0), ("GNF", 0), ("TND", 3), ("MRU", 2), ("CLF", 4)],
    )
    def test_minor_digits_follow_iso(self, code: str, digits: int) -> None:
        """The decimals of a currency are those of the standard."""
        assert minor_digits(code) == digits
        assert minor_digits(money(0, code).currency) == digits

    def test_the_table_agrees_with_what_others_publish(self) -> None:
        """Every code is in py-moneyed (but the newest) with the same decimals; none in daily use
        somewhere, according to the CLDR, is missing.
        """
        assert set(currency_codes()) - set(CURRENCIES) <= {"XCG", "ZWG"}
        for code in set(currency_codes()) & set(CURRENCIES):
            assert 10 ** minor_digits(code) == CURRENCIES[code].sub_unit, code
        in_use = {
            code
            for currencies_there in get_global("territory_currencies").values()
            for code, _, end, tender in currencies_there
            if end is None and tender
        }
        # The CLDR of an older Babel still lists currencies withdrawn since.
        assert in_use - set(currency_codes()) <= {"ANG", "CUC", "HRK", "SLL", "ZWL"}

    @pytest.mark.parametrize("code", ["EURO", "FRF", "XXX", "XAU", "", "€", LONG])
    def test_unknown_currencies_are_refused(self, code: str) -> None:
        """Withdrawn currencies, metals, signs and other texts are no currency in use."""
        with pytest.raises(MoneyError) as refused:
            known_currency(code)
        assert codes(refused) == ["money.unknown_currency"]
        assert len(str(refused.value)) < 200

    def test_every_function_refuses_an_unknown_currency(self) -> None:
        """The decimals of an unknown currency are as unknown as the currency."""
        for ask in (minor_digits, lambda code: from_minor(1, code), lambda code: money(1, code)):
            with pytest.raises(MoneyError, match="FRF is not a currency in use"):
                ask("FRF")

    @pytest.mark.parametrize("code", [None, 978, b"EUR", ["EUR"]])
    def test_what_is_no_text_is_refused(self, code: object) -> None:
        """Another type is an unknown currency, not a TypeError."""
        with pytest.raises(MoneyError, match="not a currency"):
            known_currency(code)

    @pytest.mark.parametrize("code", ["eur", " EUR", "Eur "])
    def test_a_spelling_is_corrected(self, code: str) -> None:
        """A known code in another spelling is refused with the code to write."""
        with pytest.raises(MoneyError, match="write EUR"):
            money("1.00", code)


class TestMoney:
    """The one way in."""

    @pytest.mark.parametrize(
        ("amount", "currency", "written"),
        [
            ("1.5", "EUR", "1.50"),
            (Decimal("1.50000"), "EUR", "1.50"),
            (Decimal("1E+2"), "EUR", "100.00"),
            (12, "GNF", "12"),
            ("-0", "EUR", "0.00"),
            (Decimal("-0.00"), "TND", "0.000"),
            ("0007", "XOF", "7"),
        ],
    )
    def test_amounts_have_the_decimals_of_their_currency(
        self, amount: Decimal | int | str, currency: str, written: str
    ) -> None:
        """Whatever the spelling, the amount is kept with exactly its currency's decimals."""
        made = money(amount, currency)
        assert str(made.amount) == written
        assert made.currency.code == currency

    @pytest.mark.parametrize("amount", [0.1, 1.0, -2.5, 1e15, 1e-9])
    def test_floats_are_refused_with_the_fix(self, amount: float) -> None:
        """A float is refused, and the message has the text to write instead."""
        with pytest.raises(MoneyError, match=r'is a float.*give the text "-?[0-9.]+"') as refused:
            money(amount, "EUR")  # type: ignore[arg-type]
        assert codes(refused) == ["money.float"]
        suggestion = refused.value.faults[0].params["suggestion"]
        assert abs(money(suggestion, "EUR").amount - Decimal(repr(amount))) < Decimal("0.01")

    def test_a_float_of_another_library_is_a_float(self) -> None:
        """A float whose text is not a number, as numpy's, is refused with the same fix."""

        class Float64(float):
            def __repr__(self) -> str:
                return f"np.float64({float(self)})"

        with pytest.raises(MoneyError, match=r'give the text "0\.10"'):
            money(Float64(0.1), "EUR")  # type: ignore[arg-type]  # refused

    @pytest.mark.parametrize(
        "amount",
        [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")],
    )
    def test_what_is_not_finite_is_refused(self, amount: object) -> None:
        """NaN and infinity are no amounts, as floats or as Decimals."""
        with pytest.raises(MoneyError) as refused:
            money(amount, "EUR")  # type: ignore[arg-type]
        assert codes(refused) == ["money.not_finite"]

    @pytest.mark.parametrize(
        "amount",
        [
            *(True, None, "", " 1", "1 ", "1,50", "1 000", "1_000", "1e3", "+1", ".5", "5.", "--1"),
            *("١٢", "1.2.3", "0x10", "NaN", "Infinity", "9" * 41, LONG, b"1", Fraction(1)),
        ],
    )
    def test_what_is_no_plain_number_is_refused(self, amount: object) -> None:
        """Only digits, a point and a minus are an amount; the message shows one."""
        with pytest.raises(MoneyError, match=r"such as 1234\.50") as refused:
            money(amount, "EUR")  # type: ignore[arg-type]
        assert codes(refused) == ["money.not_an_amount"]
        assert len(str(refused.value)) < 200

    @pytest.mark.parametrize(
        ("amount", "currency", "suggestion"),
        [
            ("1.234", "EUR", "1.23"),
            ("1.235", "EUR", "1.24"),
            ("1.500", "EUR", "1.50"),
            (Decimal("0.001"), "EUR", "0.00"),
            ("1.2345", "TND", "1.235"),
        ],
    )
    def test_too_many_decimals_are_refused(
        self, amount: Decimal | str, currency: str, suggestion: str
    ) -> None:
        """More decimals than the currency has are refused, never rounded in silence."""
        with pytest.raises(MoneyError, match=f"to {suggestion}$") as refused:
            money(amount, currency)
        assert codes(refused) == ["money.too_many_decimals"]

    @pytest.mark.parametrize("amount", ["1.5", "1.0", Decimal("1.5")])
    def test_currencies_without_decimals_take_none(self, amount: Decimal | str) -> None:
        """The CFA and Guinean francs have no decimals."""
        with pytest.raises(MoneyError, match="XOF has none") as refused:
            money(amount, "XOF")
        assert codes(refused) == ["money.no_decimals"]

    @pytest.mark.parametrize("amount", [MAX_MINOR // 100 + 1, "9" * 40, 1e22, HUGE])
    def test_too_large_is_refused(self, amount: Any) -> None:
        """What 64 bits of minor units cannot hold is refused, with the limit."""
        with pytest.raises(MoneyError, match=r"the largest amount is 92233720368547758\.07 EUR"):
            money(amount, "EUR")
        with pytest.raises(MoneyError, match="too large"):
            money(Decimal("1e999999"), "EUR")

    def test_the_amount_and_the_currency_are_refused_together(self) -> None:
        """A bad amount in a bad currency gives both faults, each with its path."""
        with pytest.raises(MoneyError) as refused:
            money(0.5, "EURO")  # type: ignore[arg-type]
        assert [fault.path for fault in refused.value.faults] == ["amount", "currency"]
        with pytest.raises(MoneyError) as refused:
            money("1.50", "EURO")
        assert [fault.path for fault in refused.value.faults] == ["currency"]

    def test_the_context_of_the_caller_changes_nothing(self) -> None:
        """Amounts are exact under a decimal context of four digits."""
        with decimal.localcontext(decimal.Context(prec=4)):
            made = money("92233720368547758.07", "EUR")
            assert to_minor(made) == MAX_MINOR
            assert from_minor(MAX_MINOR, "EUR") == made
            assert sum(to_minor(m) for m in allocate(made, [1, 2, 4])) == MAX_MINOR


class TestMinorUnits:
    """Whole numbers of cents, millimes, francs."""

    @given(monies())
    def test_minor_units_go_both_ways(self, value: Money) -> None:
        """An amount comes back from its minor units the same, decimals included."""
        again = from_minor(to_minor(value), value.currency)
        assert again == value
        assert str(again.amount) == str(value.amount)

    @given(st.integers(-MAX_MINOR, MAX_MINOR), currencies())
    def test_amounts_go_both_ways(self, minor: int, currency: str) -> None:
        """A number of minor units comes back from its amount the same."""
        value = from_minor(minor, currency)
        assert to_minor(value) == minor
        assert money(str(value.amount), currency) == value
        assert Fraction(value.amount) == Fraction(minor, 10 ** minor_digits(currency))

    @pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
    def test_only_an_int_is_a_number_of_minor_units(self, minor: object) -> None:
        """A float, a bool or a text is refused."""
        with pytest.raises(MoneyError, match="give a whole number"):
            from_minor(minor, "EUR")  # type: ignore[arg-type]

    def test_beyond_64_bits_is_refused(self) -> None:
        """What a BIGINT cannot hold is refused."""
        with pytest.raises(MoneyError, match="too large"):
            from_minor(MAX_MINOR + 1, "EUR")
        with pytest.raises(MoneyError, match="too large"):
            from_minor(-(10**5000), "EUR")

    def test_an_unrounded_amount_has_no_minor_units(self) -> None:
        """The product of an amount and a rate must be rounded first."""
        with pytest.raises(MoneyError, match="round it first"):
            to_minor(money("10.00", "EUR") * Decimal("0.0335"))


@given(st.data(), currencies())
def test_the_amounts_of_testers_are_amounts(data: st.DataObject, currency: str) -> None:
    """The strategies shipped for testers give amounts with their currency's decimals."""
    amount = data.draw(amounts(currency, min_minor=-500, max_minor=500))
    assert money(amount, currency).amount == amount
    assert abs(to_minor(money(amount, currency))) <= 500


class TestRounding:
    """Exact numbers to amounts."""

    @given(st.fractions(-(10**12), 10**12), currencies())
    def test_fractions_are_rounded_half_up(self, value: Fraction, currency: str) -> None:
        """The amount is within half a minor unit, and a tie goes away from zero."""
        exact = value * 10 ** minor_digits(currency)
        off = abs(to_minor(rounded_money(value, currency))) - abs(exact)
        assert -Fraction(1, 2) < off <= Fraction(1, 2)

    @given(monies("EUR", max_minor=10**12), st.decimals(0, 1, places=8))
    def test_rounding_an_amount_names_its_mode(self, value: Money, rate: Decimal) -> None:
        """Down, nearest and up are in that order, at most a unit apart."""
        product = value * rate
        down, near, up = (
            abs(to_minor(round_money(product, mode=mode)))
            for mode in (RoundingMode.DOWN, RoundingMode.HALF_UP, RoundingMode.UP)
        )
        assert down <= near <= up <= down + 1

    @pytest.mark.parametrize("amount", [0.5, True, "1.50", None, Decimal("NaN")])
    def test_inexact_numbers_are_refused(self, amount: object) -> None:
        """Rounding is no way in for floats, texts and NaN."""
        with pytest.raises(MoneyError):
            rounded_money(amount, "EUR")  # type: ignore[arg-type]


class TestAllocate:
    """Sharing an amount."""

    @given(monies(), weights())
    def test_no_unit_is_lost(self, total: Money, shares_by: list[int | Decimal]) -> None:
        """The shares add up to the total exactly, each within one unit of its exact part."""
        shares = allocate(total, shares_by)
        units = to_minor(total)
        assert sum(to_minor(share) for share in shares) == units
        whole = sum(Fraction(weight) for weight in shares_by)
        for share, weight in zip(shares, shares_by, strict=True):
            assert abs(to_minor(share) - units * Fraction(weight) / whole) < 1
            assert to_minor(share) * units >= 0
            assert weight or not share

    @given(monies(), st.integers(1, 9))
    def test_equal_weights_favour_the_first(self, total: Money, count: int) -> None:
        """At a tie the units left go to the first shares: the order of the input decides."""
        shares = [abs(to_minor(share)) for share in allocate(total, [1] * count)]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] - shares[-1] <= 1

    @given(monies(), weights(), st.integers(1, 1_000))
    def test_the_scale_of_the_weights_is_nothing(
        self, total: Money, shares_by: list[int | Decimal], scale: int
    ) -> None:
        """Weights in per cent or in parts of one share alike; a negative total mirrors."""
        assert allocate(total, [weight * scale for weight in shares_by]) == allocate(
            total, shares_by
        )
        assert allocate(-total, shares_by) == tuple(-share for share in allocate(total, shares_by))

    @pytest.mark.parametrize("none", [[], [0], [0, Decimal("0.00")]])
    def test_there_must_be_somebody(self, none: list[int | Decimal]) -> None:
        """Without a weight above 0 there is nobody to give to."""
        with pytest.raises(MoneyError, match="nothing to share between"):
            allocate(money(1, "EUR"), none)

    def test_every_bad_weight_is_named(self) -> None:
        """Negative, float, NaN, bool and huge weights are refused, each with its place."""
        bad = [1, -1, 0.5, Decimal("NaN"), True, Decimal("1e999999"), 10**200, Decimal("-0.5")]
        with pytest.raises(MoneyError) as refused:
            allocate(money(1, "EUR"), bad)  # type: ignore[arg-type]
        paths = [fault.path for fault in refused.value.faults]
        assert paths == [f"weights[{place}]" for place in range(1, 8)]
