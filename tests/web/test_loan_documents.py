"""The table of a loan as CSV and PDF, in both languages, whatever its names hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from comptoir_web.blueprints.loans.documents import file_stem, schedule_csv, schedule_pdf
from comptoir_web.presentation.csv_files import csv_bytes, safe_text
from shared_kernel import money
from wealth_core.loans import EXACT, LEVEL, Fee, FeeTiming, Insurance, Loan, schedule, total

LOAN = Loan(money("215000", "EUR"), Decimal("0.0335"), 300, date(2025, 10, 1))
RICH = Loan(
    money("2150000000", "GNF"),
    Decimal("0.0335"),
    36,
    date(2025, 10, 31),
    deferral=total(6),
    insurance=(Insurance(Decimal("0.0036")),),
    fees=(Fee(money("50000", "GNF"), when=FeeTiming.MONTHLY),),
)


def test_a_french_file_opens_in_a_french_spreadsheet() -> None:
    """A mark of encoding, semicolons, decimal commas without thousands, lines ended by CR LF."""
    data = schedule_csv(schedule(LOAN), locale="fr")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert data.startswith(b"\xef\xbb\xbf")
    assert lines[0] == (
        "N°;Échéance;Mensualité (EUR);Intérêts (EUR);Capital (EUR);Capital restant dû (EUR)"
    )
    assert lines[1] == "1;2025-10-01;1059,12;600,21;458,91;214541,09"
    assert lines[300] == "300;2050-09-01;1060,04;2,95;1057,09;0,00"


def test_an_english_file_has_points_and_commas() -> None:
    """The other convention, with the headers in English."""
    lines = schedule_csv(schedule(LOAN), locale="en").decode("utf-8-sig").splitlines()
    assert lines[0].startswith("No.,Due,Instalment (EUR)")
    assert lines[1] == "1,2025-10-01,1059.12,600.21,458.91,214541.09"


def test_insurance_and_fees_have_their_columns() -> None:
    """They show where there are some, with what is paid in all; a deferred capital is negative."""
    lines = schedule_csv(schedule(RICH), locale="fr").decode("utf-8-sig").splitlines()
    assert lines[0].endswith("Assurance (GNF);Frais (GNF);À payer (GNF);Capital restant dû (GNF)")
    assert lines[1].split(";")[2:5] == ["0", "6002083", "-6002083"]


def test_one_year_of_the_table() -> None:
    """Only the instalments of that year."""
    lines = schedule_csv(schedule(LOAN), locale="fr", year=2026).decode().splitlines()
    assert len(lines) == 13
    assert all(";2026-" in line for line in lines[1:])


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1"]
)
def test_a_text_is_never_run_as_a_formula(text: str) -> None:
    """What a person typed and starts like a formula is shown, not computed."""
    assert safe_text(text) == f"'{text}"
    assert csv_bytes([[text]], locale="fr").decode("utf-8-sig").lstrip('"').startswith("'")


def test_numbers_keep_their_minus() -> None:
    """Our own negative amounts stay numbers."""
    assert csv_bytes([[Decimal("-0.50"), -3]], locale="fr") == b"\xef\xbb\xbf-0,50;-3\r\n"


@pytest.mark.parametrize(
    ("label", "stem"),
    [
        ("Résidence à Lyon, 2e étage", "residence-a-lyon-2e-etage"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"b\r\nc', "a-b-c"),
        ("预算", "loan"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_name_makes_a_file_name_any_system_takes(label: str, stem: str) -> None:
    """Letters, figures and hyphens; never a path, a quote or a line."""
    assert file_stem(label) == stem


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("loan", [LOAN, RICH])
def test_the_pdf_of_a_table(loan: Loan, locale: str) -> None:
    """It is a PDF, the same bytes each time: nothing in it depends on the machine or the hour."""
    first = schedule_pdf(schedule(loan), locale=locale, label="Prêt", on=date(2025, 12, 9))
    assert first.startswith(b"%PDF-")
    assert first == schedule_pdf(schedule(loan), locale=locale, label="Prêt", on=date(2025, 12, 9))


def test_markup_in_a_name_stays_text() -> None:
    """A label can't become a template, nor break one."""
    data = schedule_pdf(schedule(LOAN), locale="fr", label='#read("/etc/passwd") $x$ *gras* "')
    assert data.startswith(b"%PDF-")


@pytest.mark.parametrize("rounding", [EXACT, LEVEL])
def test_the_pdf_of_the_other_reckonings(rounding: object) -> None:
    """Each reckoning has its own note at the foot of the table."""
    assert schedule_pdf(schedule(LOAN, rounding=rounding), locale="fr").startswith(b"%PDF-")  # type: ignore[arg-type]  # one of the two
