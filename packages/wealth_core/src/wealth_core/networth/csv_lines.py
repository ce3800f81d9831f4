"""Holdings as a table that a spreadsheet opens, and back: one line of the file a line of holdings.

The columns, which may come in any order and be left out when they are of no use; each has a French
name too (`wealth_core.networth.csv_columns`):

==================  ================================================================================
column              what it holds
==================  ================================================================================
line                cash, investment, property, property_loan, crypto, other_good or credit
kind                the kind of account (livret_a ...) or the envelope (pea ...)
id                  the identifier; given by the place of the line when it is empty
label               what its owner calls it
amount              the balance, the value, or the capital lent
currency            EUR when it is empty
as_of               the day of the amount or of the quantity; the day of the import when empty
symbol, quantity    of crypto-assets
share_percent       the owner's share of a property, or of its loan: 50 is a half; all when empty
sold_on             the day a property was sold
property            for a property_loan, the identifier of its property; the one above when empty
rate_percent        of a loan, a year: 3.35
months, first_due   of a loan: how many instalments, the day of the first one
terms               the options of a loan and its early repayments, as JSON; seldom needed
==================  ================================================================================

A credit with a rate is a loan, and one without a balance. Cells are parted by semicolons and
numbers have a comma (French), or by commas and numbers have a point (English): the first line says
which. What is written comes back exactly.

A text that a spreadsheet would run as a formula is written with an apostrophe before it, as OWASP
advises ("CSV Injection"), and read without it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from shared_kernel import FaultList, Money, dump_json, unstructure
from shared_kernel.numerals import language_of
from shared_kernel.rounding import EXACT_CONTEXT
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import Loan
from wealth_core.networth._checks import check_when
from wealth_core.networth._csv_reader import holdings_of
from wealth_core.networth._csv_table import read_table, safe_text, written
from wealth_core.networth.csv_columns import COLUMNS, FRENCH_COLUMNS, FRENCH_LINES
from wealth_core.networth.documents import holdings_converter
from wealth_core.networth.holdings import (
    CashAccount,
    CreditBalance,
    CreditLoan,
    Debt,
    Holdings,
    Investment,
    OtherGood,
    Property,
)

__all__ = ["holdings_from_csv", "holdings_to_csv"]

Cell = str | int | Decimal | date | None
Row = dict[str, Cell]
_CONVERTER = holdings_converter()


def holdings_to_csv(holdings: Holdings, *, locale: str = "en") -> str:
    """Holdings as the text of a table, with everything in it: `holdings_from_csv` gives them back.

    A spreadsheet expects the text in UTF-8 with a byte order mark: ``text.encode("utf-8-sig")``.

    Args:
        holdings: what is written.
        locale: ``en`` (commas, points) or ``fr`` (semicolons, decimal commas, French columns).

    Raises:
        Faults: the locale is neither.
    """
    language = language_of(locale)
    french = language == "fr"
    header = [FRENCH_COLUMNS[name] if french else name for name in COLUMNS]
    rows = [
        [_cell(column, row.get(column), french=french) for column in COLUMNS]
        for row in _rows(holdings)
    ]
    return written([header, *rows], locale=language)


def holdings_from_csv(data: str | bytes, *, as_of: date) -> Holdings:
    r"""The holdings of a table, checked as any holdings are.

    Args:
        data: the text, or a file in UTF-8 or in the encoding of Windows; at most 16 MB.
        as_of: the day of the lines that tell none.

    Raises:
        HoldingsFaults: every fault, each at its line of the file and its column,
            ``line[12].amount``; more than `MAX_LINES` lines are refused before they are looked at.

    >>> holdings = holdings_from_csv(
    ...     "ligne;type;nom;montant\nliquidités;Livret A;Livret A;4 700,00\n",
    ...     as_of=date(2025, 12, 9),
    ... )
    >>> holdings.cash[0].balance.amount, holdings.cash[0].id
    (Decimal('4700.00'), 'cash-1')
    >>> holdings_from_csv(
    ...     "line,label,symbol,quantity\ncrypto,Bitcoin,BTC,-1\n", as_of=date(2025, 12, 9)
    ... )  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    wealth_core.errors.HoldingsFaults:
    line[2].quantity: -1 is negative: write a quantity of 0 or more
    """
    found = FaultList()
    check_when(found, "as_of", as_of)
    found.raise_if_any(HoldingsFaults)
    return holdings_of(read_table(data), as_of=as_of)


def _rows(holdings: Holdings) -> Iterator[Row]:
    """The cells of each line, by their columns."""
    for account in holdings.cash:
        yield {"line": "cash", "kind": account.kind.value, **_declared(account, account.balance)}
    for held in holdings.investments:
        yield {"line": "investment", "kind": held.envelope.value, **_declared(held, held.value)}
    for place in holdings.properties:
        yield {
            "line": "property",
            **_declared(place, place.value),
            "share_percent": None if place.ownership == 1 else _percent(place.ownership),
            "sold_on": place.sold_on,
        }
        for debt in place.loans:
            yield {
                "line": "property_loan",
                **_lent(debt),
                "share_percent": None if debt.share is None else _percent(debt.share),
                "property": place.id,
            }
    for coin in holdings.crypto:
        yield {
            "line": "crypto",
            "id": coin.id,
            "label": coin.label,
            "symbol": coin.symbol,
            "quantity": coin.quantity,
            "as_of": coin.as_of,
        }
    for good in holdings.other_goods:
        yield {"line": "other_good", **_declared(good, good.value)}
    for credit in holdings.credits:
        if isinstance(credit, CreditLoan):
            yield {"line": "credit", **_lent(credit)}
        else:
            yield {"line": "credit", **_declared(credit, credit.balance)}


def _declared(
    line: CashAccount | Investment | Property | OtherGood | CreditBalance, amount: Money
) -> Row:
    return {
        "id": line.id,
        "label": line.label,
        "amount": amount.amount,
        "currency": amount.currency.code,
        "as_of": line.as_of,
    }


def _lent(line: Debt | CreditLoan) -> Row:
    loan = line.loan
    simple = Loan(loan.principal, loan.annual_rate, loan.months, loan.first_due)
    usual = unstructure(simple, converter=_CONVERTER)
    terms = {
        name: value
        for name, value in unstructure(loan, converter=_CONVERTER).items()
        if value != usual[name]
    }
    if line.repayments:
        terms["repayments"] = unstructure(line.repayments, converter=_CONVERTER)
    return {
        "id": line.id,
        "label": line.label,
        "amount": loan.principal.amount,
        "currency": loan.currency,
        "rate_percent": _percent(loan.annual_rate),
        "months": loan.months,
        "first_due": loan.first_due,
        "terms": dump_json(terms) if terms else None,
    }


def _percent(share: Decimal) -> Decimal:
    return share.scaleb(2, EXACT_CONTEXT)


def _cell(column: str, value: Cell, *, french: bool) -> str:
    match value:
        case None:
            return ""
        case str():
            word = FRENCH_LINES[value] if french and column == "line" else value
            return safe_text(word)
        case date():
            return value.isoformat()
        case Decimal():
            text = f"{value:f}"
            return text.replace(".", ",") if french else text
        case _:
            return str(value)
