"""Formatting and reading, in both languages: against Babel, and against each other."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date as babel_date
from babel.numbers import format_currency, get_currency_symbol
from babel.numbers import format_decimal as babel_decimal
from babel.numbers import format_percent as babel_percent
from hypothesis import example, given
from hypothesis import strategies as st

from shared_kernel import (
    Faults,
    Money,
    MoneyError,
    currency_codes,
    format_date,
    format_decimal,
    format_money,
    format_percent,
    from_minor,
    minor_digits,
    money,
    parse_date,
    parse_decimal,
    parse_money,
    parse_percent,
)
from shared_kernel.testing import days, monies

LANGUAGES = st.sampled_from(["fr", "en"])
DECIMALS = st.decimals(-(10**15), 10**15, allow_nan=False)
LONG = pytest.param("9" * 1_000_000, id="long")
NNBSP, NBSP = "\u202f", "\u00a0"


def plain(text: str) -> str:
    """The text with plain spaces."""
    return text.replace(NNBSP, " ").replace(NBSP, " ")


def codes(refused: pytest.ExceptionInfo[Faults]) -> list[str]:
    """The codes of the faults of a refusal."""
    return [fault.code for fault in refused.value.faults]


class TestAgainstBabel:
    """The short way writes what Babel writes."""

    @given(monies(), LANGUAGES)
    @example(money("-0.05", "EUR"), "en")
    @example(money("1000", "GNF"), "en")
    def test_money(self, value: Money, locale: str) -> None:
        """Amounts are Babel's, with the decimals of ISO 4217; letters keep off the digits."""
        code = value.currency.code
        places = "." + "0" * minor_digits(code) if minor_digits(code) else ""
        apart = NBSP if get_currency_symbol(code, locale="en")[-1].isalpha() else ""
        pattern = {"fr": f"#,##0{places}{NBSP}¤", "en": f"¤{apart}#,##0{places}"}[locale]
        expected = format_currency(
            value.amount, code, format=pattern, locale=locale, currency_digits=False
        )
        assert format_money(value, locale=locale) == expected

    @given(DECIMALS, LANGUAGES)
    def test_decimals(self, value: Decimal, locale: str) -> None:
        """Numbers with the decimals they have are Babel's."""
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        places = "." + "0" * -exponent if exponent < 0 else ""
        with decimal.localcontext(prec=60):  # Babel needs room for all the digits
            expected = babel_decimal(value or abs(value), format=f"#,##0{places}", locale=locale)
        assert format_decimal(value, locale=locale) == expected

    @given(st.decimals(-10, 10, places=4), LANGUAGES)
    def test_percentages(self, value: Decimal, locale: str) -> None:
        """Percentages that need no rounding are Babel's."""
        pattern = {"fr": f"#,##0.00{NBSP}%", "en": "#,##0.00%"}[locale]
        expected = babel_percent(value or abs(value), format=pattern, locale=locale)
        assert format_percent(value, locale=locale) == expected

    @given(days())
    def test_dates(self, day: date) -> None:
        """Dates are those of French and of British English; the first of a French month is 1er."""
        french = babel_date(day, format="d MMMM y", locale="fr")
        assert format_date(day) == (french.replace("1 ", "1er ", 1) if day.day == 1 else french)
        assert format_date(day, locale="en") == babel_date(day, format="long", locale="en_GB")
        for locale, theirs in (("fr", "fr"), ("en", "en_GB")):
            expected = babel_date(day, format="dd/MM/y", locale=theirs)
            assert format_date(day, locale=locale, style="short") == expected

    def test_every_currency_has_its_sign(self) -> None:
        """No currency is written without a sign or a code in either language."""
        for code in currency_codes():
            for locale in ("fr", "en"):
                sign = get_currency_symbol(code, locale=locale)
                assert sign in format_money(from_minor(1, code), locale=locale)


class TestWriting:
    """What is written, to the character."""

    @pytest.mark.parametrize(
        ("amount", "currency", "french", "english"),
        [
            ("213619.42", "EUR", f"213{NNBSP}619,42{NBSP}€", "€213,619.42"),
            ("-1234.5", "EUR", f"-1{NNBSP}234,50{NBSP}€", "-€1,234.50"),
            ("1250000", "GNF", f"1{NNBSP}250{NNBSP}000{NBSP}GNF", f"GNF{NBSP}1,250,000"),
            ("0", "TND", f"0,000{NBSP}TND", f"TND{NBSP}0.000"),
        ],
    )
    def test_money(self, amount: str, currency: str, french: str, english: str) -> None:
        """French has narrow no-break spaces and the sign behind; English has the sign in front."""
        assert format_money(money(amount, currency)) == french
        assert format_money(money(amount, currency), locale="en") == english

    def test_decimals_can_be_chosen(self) -> None:
        """An amount is rounded half up to the decimals asked for; there is no minus zero."""
        assert plain(format_money(money("1234.50", "EUR"), decimals=0)) == "1 235 €"
        assert plain(format_money(money("1234.50", "EUR"), decimals=4)) == "1 234,5000 €"
        assert format_money(money("-0.4", "EUR"), decimals=0, locale="en") == "€0"
        assert format_decimal(Decimal("-0.004"), decimals=2) == "0,00"
        assert format_percent(Decimal("0.03354"), decimals=1, locale="en") == "3.4%"

    def test_numbers(self) -> None:
        """A whole number has no decimals, and a Decimal keeps its zeros."""
        assert plain(format_decimal(1234567)) == "1 234 567"
        assert format_decimal(Decimal("1.50"), locale="en") == "1.50"
        assert format_decimal(Decimal("1E+3"), locale="en") == "1,000"

    def test_locales(self) -> None:
        """Regions speak their language; other languages are refused."""
        assert format_decimal(Decimal("0.5"), locale="fr_CA") == "0,5"
        assert format_decimal(Decimal("0.5"), locale="en-GB") == "0.5"
        for locale in ("de", "", "français"):
            with pytest.raises(Faults, match="write fr or en"):
                format_money(money(1, "EUR"), locale=locale)

    @pytest.mark.parametrize("value", [0.5, True, "1", None])
    def test_floats_are_not_written(self, value: object) -> None:
        """A float, a bool or a text is a mistake of the code."""
        with pytest.raises(TypeError):
            format_decimal(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999"])
    def test_what_is_not_finite_is_refused(self, value: str) -> None:
        """NaN, infinity and numbers of thousands of digits have no form."""
        with pytest.raises(Faults, match="cannot be rounded"):
            format_decimal(Decimal(value))
        with pytest.raises(Faults, match="cannot be rounded"):
            format_percent(Decimal(value))


class TestRoundTrip:
    """What is written is read back the same."""

    @given(monies(), LANGUAGES)
    def test_money(self, value: Money, locale: str) -> None:
        """Every amount of every currency comes back from its own form."""
        text = format_money(value, locale=locale)
        assert parse_money(text, value.currency.code, locale=locale) == value
        assert parse_money(f"  {text} ", value.currency, locale=locale) == value
        assert parse_money(plain(text), value.currency, locale=locale) == value

    @given(monies(), LANGUAGES)
    def test_numbers_of_amounts(self, value: Money, locale: str) -> None:
        """So does an amount without its sign, and one with its code."""
        number = format_decimal(value.amount, locale=locale)
        assert parse_money(number, value.currency, locale=locale) == value
        coded = f"{number} {value.currency.code.lower()}"
        assert parse_money(coded, value.currency, locale=locale) == value

    @given(DECIMALS, LANGUAGES)
    @example(Decimal("1.234"), "fr")
    @example(Decimal("1.234"), "en")
    @example(Decimal(1234), "en")
    def test_decimals(self, value: Decimal, locale: str) -> None:
        """Every number comes back from its own form, its decimals included."""
        text = format_decimal(value, locale=locale)
        again = parse_decimal(text, locale=locale)
        assert again == value
        assert format_decimal(again, locale=locale) == text

    @given(st.decimals(-10, 10, places=6), LANGUAGES)
    def test_percentages(self, value: Decimal, locale: str) -> None:
        """Every fraction comes back from its percentage."""
        text = format_percent(value, decimals=4, locale=locale)
        assert parse_percent(text, locale=locale) == value

    @given(days(), LANGUAGES)
    def test_dates(self, day: date, locale: str) -> None:
        """Every day comes back from its short form and from its ISO form."""
        assert parse_date(format_date(day, locale=locale, style="short")) == day
        assert parse_date(day.isoformat()) == day


class TestReading:
    """What people type."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("3,35", "3.35"),
            ("3.35", "3.35"),
            ("0,035", "0.035"),
            ("0.035", "0.035"),
            ("215000", "215000"),
            ("215 000", "215000"),
            ("215 000,50", "215000.50"),
            ("215 000.505", "215000.505"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1234,567", "1234.567"),
            ("1234.567", "1234.567"),
            ("1,2345", "1.2345"),
            ("-5", "-5"),
            ("\u22125,5", "-5.5"),
            ("-0", "0"),
        ],
    )
    def test_one_reading_is_understood_in_both_languages(self, text: str, value: str) -> None:
        """Comma or point, spaces or none: one possible reading is the reading."""
        for locale in ("fr", "en"):
            assert str(parse_decimal(text, locale=locale)) == value

    def test_the_language_settles_its_own_mark(self) -> None:
        """``1,234`` is a decimal number in French and a thousand in English."""
        assert parse_decimal("1,234") == Decimal("1.234")
        assert parse_decimal("1,234", locale="en") == 1234
        assert parse_decimal("1.234", locale="en") == Decimal("1.234")

    def test_two_readings_are_both_offered(self) -> None:
        """``1.234`` in a French form is refused, and the message has both ways out."""
        with pytest.raises(Faults) as refused:
            parse_decimal("1.234", path="rate")
        fault = refused.value.faults[0]
        assert (fault.path, fault.code) == ("rate", "formatting.in_doubt")
        assert plain(fault.message) == "1.234 can be read in two ways: write 1,234 or 1 234"
        for offered in (fault.params["decimal"], fault.params["thousands"]):
            parse_decimal(offered)

    @pytest.mark.parametrize(
        "text",
        [
            *("abc", "1 23", "12 34", "1 2345", "1,23,456", "1.2.3", "1,,2", ",5", "5,", "1 234 5"),
            *("1e5", "0x10", "١٢٣", "1 234,567.8", "1'234", "+5", "--5", "5-", "NaN", "1_000"),
            *("0,123,456", "01 234", "1\n234", "1/2", LONG),
        ],
    )
    def test_no_number_is_refused_with_an_example(self, text: str) -> None:
        """What is no number, or not grouped by three, is refused with an example to follow."""
        for locale, shown in (("fr", "1 234,56"), ("en", "1,234.56")):
            with pytest.raises(Faults) as refused:
                parse_decimal(text, locale=locale)
            assert codes(refused) == ["formatting.not_a_number"]
            assert shown in plain(str(refused.value))
            assert len(str(refused.value)) < 200

    @pytest.mark.parametrize("text", ["", "   ", NBSP])
    def test_an_empty_field_is_told_as_such(self, text: str) -> None:
        """Nothing written is not the same as something wrong."""
        for parse in (parse_decimal, parse_percent, lambda t: parse_money(t, "EUR")):
            with pytest.raises(Faults) as refused:
                parse(text)
            assert codes(refused) == ["formatting.empty"]

    @pytest.mark.parametrize(
        ("text", "currency", "amount"),
        [
            ("1 234,50 €", "EUR", "1234.50"),
            ("€1,234.50", "EUR", "1234.50"),
            ("1234.5 eur", "EUR", "1234.50"),
            ("-€5", "EUR", "-5"),
            ("\u22125 €", "EUR", "-5"),
            ("1 250 000 F CFA", "XOF", "1250000"),
            ("1.250.000 FCFA", "XAF", "1250000"),
            ("5000 F", "XOF", "5000"),
            ("12,345 TND", "TND", "12.345"),
            ("$US 12", "USD", "12"),
        ],
    )
    def test_amounts(self, text: str, currency: str, amount: str) -> None:
        """The sign or the code may stand on either side, or be left out."""
        assert parse_money(text, currency) == money(amount, currency)

    @pytest.mark.parametrize(
        ("text", "locale", "decimal", "thousands"),
        [
            ("1,234", "fr", "1,23", "1 234"),
            ("1.234", "fr", "1,23", "1 234"),
            ("1.234", "en", "1.23", "1,234"),
        ],
    )
    def test_three_decimals_may_be_thousands(
        self, text: str, locale: str, decimal: str, thousands: str
    ) -> None:
        """Three decimals in euros are refused with both readings, each of which is then read."""
        with pytest.raises(MoneyError) as refused:
            parse_money(text, "EUR", path="fee", locale=locale)
        fault = refused.value.faults[0]
        assert (fault.path, fault.code) == ("fee", "formatting.thousands_meant")
        assert (plain(fault.params["decimal"]), plain(fault.params["thousands"])) == (
            decimal,
            thousands,
        )
        assert parse_money(fault.params["decimal"], "EUR", locale=locale).amount == Decimal("1.23")
        assert parse_money(fault.params["thousands"], "EUR", locale=locale).amount == 1234

    @pytest.mark.parametrize(
        ("text", "currency", "code"),
        [
            ("250.000", "GNF", "formatting.in_doubt"),
            ("1.234", "TND", "formatting.in_doubt"),
            ("1,2345", "EUR", "money.too_many_decimals"),
            ("12,5", "XOF", "money.no_decimals"),
            ("12 $", "EUR", "formatting.other_currency"),
            ("12 USD", "EUR", "formatting.other_currency"),
            ("12 euros", "EUR", "formatting.not_a_number"),
            ("€ 12 €", "EUR", "formatting.not_a_number"),
            ("12 € -", "EUR", "formatting.not_a_number"),
            ("twelve", "EUR", "formatting.not_a_number"),
            ("99 999 999 999 999 999 999", "EUR", "money.too_large"),
            ("9" * 60, "EUR", "money.too_large"),
            ("12", "EURO", "money.unknown_currency"),
        ],
    )
    def test_amounts_refused(self, text: str, currency: str, code: str) -> None:
        """Doubt, decimals the currency lacks, another currency and no number are refused."""
        with pytest.raises(Faults) as refused:
            parse_money(text, currency, path="fee")
        assert codes(refused) == [code]
        assert refused.value.faults[0].path == ("currency" if currency == "EURO" else "fee")

    @given(st.text(alphabet="0123456789,.- €$\u202f\u00a0A'+e/", max_size=12), LANGUAGES)
    def test_reading_never_fails_otherwise(self, text: str, locale: str) -> None:
        """Whatever is typed is read or refused; what is read is read again from its form."""
        try:
            value = parse_money(text, "EUR", locale=locale)
        except Faults:
            return
        assert parse_money(format_money(value, locale=locale), "EUR", locale=locale) == value

    @pytest.mark.parametrize("text", ["2025-12-09", "09/12/2025", "9/12/2025", " 09.12.2025 "])
    def test_dates(self, text: str) -> None:
        """ISO, or the day first."""
        assert parse_date(text) == date(2025, 12, 9)

    @pytest.mark.parametrize(
        ("text", "code", "fix"),
        [
            ("", "formatting.not_a_date", "31/12/2025"),
            ("demain", "formatting.not_a_date", "31/12/2025"),
            ("2025-12", "formatting.not_a_date", "31/12/2025"),
            ("20251209", "formatting.not_a_date", "31/12/2025"),
            ("2025-12-09T10:00", "formatting.not_a_date", "31/12/2025"),
            ("12/31/2025", "formatting.not_in_calendar", "the day, then the month"),
            ("2025-02-29", "formatting.not_in_calendar", "31/12/2025"),
            ("0000-01-01", "formatting.not_in_calendar", "31/12/2025"),
            ("9/12/25", "formatting.short_year", "09/12/2025"),
            ("9" * 99, "formatting.not_a_date", "31/12/2025"),
        ],
    )
    def test_dates_refused(self, text: str, code: str, fix: str) -> None:
        """No date, no such day and a short year are refused with what to write."""
        with pytest.raises(Faults) as refused:
            parse_date(text, path="on")
        assert codes(refused) == [code]
        assert fix in str(refused.value)
        assert refused.value.faults[0].path == "on"
