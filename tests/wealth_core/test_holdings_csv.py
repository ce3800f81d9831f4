"""Holdings as a table: everything comes back exactly, formulas run nowhere, faults have lines."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from shared_kernel import Faults, money
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import Loan, Repayment, interest_only
from wealth_core.networth import (
    CashKind,
    CreditBalance,
    CreditLoan,
    Envelope,
    Holdings,
    OtherGood,
    holdings_from_csv,
    holdings_to_csv,
)
from wealth_core.testing import holdings
from wealth_core.testing.holdings import TRICKY_LABELS
from wealth_core.testing.worked import worked_holdings

DAY = date(2025, 12, 9)


def read(text: str | bytes) -> Holdings:
    """The holdings of a table, on the day of the worked profile."""
    return holdings_from_csv(text, as_of=DAY)


@settings(max_examples=15)
@given(held=holdings())
def test_a_table_gives_the_holdings_back(held: Holdings) -> None:
    """Whatever the holdings, the table in either language gives them back exactly."""
    for locale in ("en", "fr"):
        assert read(holdings_to_csv(held, locale=locale).encode("utf-8-sig")) == held


@pytest.mark.parametrize("label", TRICKY_LABELS)
def test_no_spreadsheet_runs_a_label(label: str) -> None:
    """A label that looks like a formula is written behind an apostrophe, and read as it was."""
    held = Holdings(other_goods=[OtherGood("-1", label, money("5", "EUR"), DAY)])
    for locale, mark in (("en", ","), ("fr", ";")):
        text = holdings_to_csv(held, locale=locale)
        _, row = csv.reader(io.StringIO(text), delimiter=mark)
        assert not any(cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@")) for cell in row)
        assert read(text) == held


def test_a_table_typed_by_hand() -> None:
    """French words, numbers and dates, columns in any order, blank lines and blank cells."""
    text = (
        "sep=;\r\n"
        "Nom;Ligne;Type;Montant;Devise;Au;Symbole;Quantité;Part;Bien;Taux;Mois;"
        "Première échéance;Vendu le;;\r\n"
        "Livret A;Liquidités;Livret A;4 700,00 €;;;;;;;;;;;;\r\n"
        ";;;;;;;;;;;;;;;\r\n"
        "Vie;placement;assurance vie;1000;EUR;01/12/2025;;;;;;;;;;\r\n"
        "Maison;bien immobilier;;250000;;;;;50 %;;;;;;;\r\n"
        "Prêt;prêt;;215000;;;;;25;;3,35;300;01/10/2025;;;\r\n"
        "Studio;immobilier;;90 000;;;;;;;;;;03/02/2025;;\r\n"
        "Bitcoin;crypto;;;;;BTC;0,5;;;;;;;;\r\n"
        "Auto;crédit;;1759,5;;;;;;;;;;;;\r\n"
        "Travaux;credit;;12000;XOF;;;;;;4,9;48;01/03/2024;;;\r\n"
    )
    for data in (text, text.encode("cp1252"), text.encode("utf-8-sig")):
        held = read(data)
        assert (held.cash[0].kind, held.cash[0].balance) == (
            CashKind.LIVRET_A,
            money("4700.00", "EUR"),
        )
        assert held.cash[0].as_of == DAY
        assert held.investments[0].envelope is Envelope.LIFE_INSURANCE
        house, studio = held.properties
        assert house.ownership == Decimal("0.5")
        assert house.loans[0].share == Decimal("0.25")
        assert house.loans[0].id == "property-1-loan-1"
        assert house.loans[0].loan == Loan(
            money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1)
        )
        assert studio.sold_on == date(2025, 2, 3)
        assert held.crypto[0].quantity == Decimal("0.5")
        assert held.credits == (
            CreditBalance("credit-1", "Auto", money("1759.50", "EUR"), DAY),
            CreditLoan(
                "credit-2",
                "Travaux",
                Loan(money("12000", "XOF"), Decimal("0.049"), 48, date(2024, 3, 1)),
            ),
        )


def test_the_options_of_a_loan_are_kept() -> None:
    """What has no column of its own stands under `terms`, the early repayments too."""
    loan = Loan(money("12000", "EUR"), Decimal("0.03"), 24, date(2025, 1, 1), kind=interest_only)
    held = Holdings(credits=[CreditLoan("k", "In fine", loan, repayments=[Repayment(6)])])
    text = holdings_to_csv(held)
    assert '""interest_only""' in text
    assert read(text) == held
    plain = next(row for row in csv.DictReader(io.StringIO(holdings_to_csv(worked_holdings()))))
    assert plain["terms"] == ""


HEADER = "line,kind,id,label,amount,currency,symbol,quantity,share_percent,property,rate_percent,"
HEADER += "months,first_due,sold_on,terms\n"
BAD_ROWS: dict[str, tuple[str, list[str]]] = {
    "no kind of line": ("boat,,,x,1\n", ["line[2].line"]),
    "an unknown kind, no amount": ("cash,livret_b,,x,\n", ["line[2].amount", "line[2].kind"]),
    "no name": ("other_good,,,,1\n", ["line[2].label"]),
    "a negative value": ("other_good,,,x,-1\n", ["line[2].amount"]),
    "no number": ("other_good,,,x,1e3\n", ["line[2].amount"]),
    "a third of a cent": ("other_good,,,x,1.005\n", ["line[2].amount"]),
    "an unknown currency": ("other_good,,,x,1,FRF\n", ["line[2].currency"]),
    "a negative quantity": ("crypto,,,x,,,BTC,-1\n", ["line[2].quantity"]),
    "a symbol in small letters": ("crypto,,,x,,,btc,1\n", ["line[2].symbol"]),
    "a share over 100 %": ("property,,,x,1,,,,101\n", ["line[2].share_percent"]),
    "a rate over 100 %": (
        "credit,,,x,1,,,,,,335,12,2025-01-31\n",
        ["line[2].rate_percent"],
    ),
    "a cell for nothing": ("crypto,,,x,5,,BTC,1\n", ["line[2].amount"]),
    "an id twice": ("cash,pel,a,x,1\ncash,pel,a,y,1\n", ["line[3].id"]),
    "a bad id": ("cash,pel,a b,x,1\n", ["line[2].id"]),
    "a loan of no property": ("property_loan,,,x,1,,,,,,3,12,2025-01-01\n", ["line[2].property"]),
    "a loan without terms": (
        "property,,,x,1\nproperty_loan,,,x,5\n",
        ["line[3].first_due", "line[3].months", "line[3].rate_percent"],
    ),
    "a loan of bad terms": (
        "property,,p,x,1\nproperty_loan,,,x,0,,,,200,p,150,0.5,2025-02-30\n",
        [
            "line[3].first_due",
            "line[3].months",
            "line[3].share_percent",
        ],
    ),
    "a loan that cannot be": (
        "credit,,,x,0,,,,,,150,12,2025-02-28\n",
        ["line[2].amount", "line[2].rate_percent"],
    ),
    "terms that are none": ("credit,,,x,5,,,,,,1,12,2025-02-28,,[]\n", ["line[2].terms"]),
    "terms of no JSON": ("credit,,,x,5,,,,,,1,12,2025-02-28,,{\n", ["line[2].terms"]),
    "terms beside their columns": (
        'credit,,,x,5,,,,,,1,12,2025-02-28,,"{""months"": 3, ""fees"": 3, ""repayments"": 1}"\n',
        ["line[2].terms.fees", "line[2].terms.months", "line[2].terms.repayments"],
    ),
    "a repayment on no due date": (
        'credit,,,x,5,,,,,,1,12,2025-02-28,,"{""repayments"": [{""on"": 13}]}"\n',
        ["line[2].terms.repayments[0].on"],
    ),
    "a loan on a sold property": (
        "property,,,x,1,,,,,,,,,2025-01-01\nproperty_loan,,,x,5,,,,,,3,12,2025-01-01\n",
        ["line[2].sold_on"],
    ),
    "too many cells": ("cash,pel,,x,1" + "," * 11 + "5\n", ["line[2]"]),
    "three bad lines, a text of two lines between": (
        'cash,pel,,x,a\nother_good,,,"two\nlines",1\ncash,pel,,y,b\n',
        ["line[2].amount", "line[3].label", "line[5].amount"],
    ),
}


@pytest.mark.parametrize(("rows", "paths"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_bad_rows_tell_every_fault(rows: str, paths: list[str]) -> None:
    """Every fault is told at once, at its line of the file and its column."""
    with pytest.raises(HoldingsFaults) as refused:
        read(HEADER + rows)
    assert sorted(fault.path for fault in refused.value.faults) == paths


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "csv.no_header"),
        ("a,b\n1,2\n", "csv.no_header"),
        ("line,label,colour\n", "csv.unknown_column"),
        ("line,label,nom\n", "csv.column_repeated"),
        ('line,label\n"cash', "csv.not_a_table"),
        (b"line,label\n\x81", "csv.not_a_table"),
        ("x" * 16_000_001, "csv.too_large"),
    ],
)
def test_bad_files_are_refused(data: str | bytes, code: str) -> None:
    """A file that is no table of ours is refused in one sentence."""
    with pytest.raises(HoldingsFaults) as refused:
        read(data)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_an_empty_table_is_nothing() -> None:
    """A table of a header alone is a person who owns nothing."""
    assert read(HEADER) == Holdings() == read(holdings_to_csv(Holdings(), locale="fr"))
    with pytest.raises(Faults):
        holdings_to_csv(Holdings(), locale="de")


def test_fifty_thousand_lines_are_refused_at_once() -> None:
    """An import of 50,000 lines is refused in one clear sentence."""
    many = HEADER + "cash,livret_a,,Livret A,1.00\n" * 50_000
    with pytest.raises(HoldingsFaults) as refused:
        read(many)
    assert [fault.message for fault in refused.value.faults] == [
        "there are 50000 lines, more than one person's holdings may have: keep at most 1000"
    ]
    wrong = HEADER + "cash,livret_a,,Livret A,nothing\n" * 900
    with pytest.raises(HoldingsFaults) as refused:
        read(wrong)
    assert len(refused.value.faults) == 200
