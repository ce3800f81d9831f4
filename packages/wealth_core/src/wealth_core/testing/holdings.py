"""Strategies for holdings: every kind of line, and the documents of Atlas they may come from."""

from datetime import date
from decimal import Decimal
from typing import Any

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-wealth", "testing") from error

from shared_kernel.testing import monies
from shared_kernel.texts import is_one_line
from wealth_core.errors import HoldingsFaults
from wealth_core.loans import Loan, Repayment
from wealth_core.networth import (
    CashAccount,
    CashKind,
    Credit,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    OtherGood,
    Property,
)
from wealth_core.testing.loans import CURRENCIES, loans, repayments_of, simple_loans

SYMBOLS = ("BTC", "ETH", "SOL", "SHIB", "1INCH")
TRICKY_LABELS = (
    "=1+1",
    "'=1+1",
    " -2",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    'Dupont; "fils", & Cie',
    "Épargne",
)
"""Names that a page, a table or a spreadsheet may stumble over."""

_PERCENT = st.integers(1, 100).map(lambda share: Decimal(share).scaleb(-2))


def labels() -> st.SearchStrategy[str]:
    """Names of lines: any text on one line, and some that look like formulas or markup."""
    texts = st.text(min_size=1, max_size=20).filter(lambda text: is_one_line(text) and text.strip())
    return st.sampled_from(TRICKY_LABELS) | texts


def _ids() -> st.SearchStrategy[str]:
    return st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)


def _days() -> st.SearchStrategy[date]:
    return st.dates(date(2020, 1, 1), date(2026, 12, 31))


def _values(*, least: int = 0, currency: str | None = None) -> st.SearchStrategy[Any]:
    """Amounts of a line; ``Any``: mypy does not follow `flatmap` over several currencies."""
    codes = st.sampled_from(CURRENCIES) if currency is None else st.just(currency)
    return codes.flatmap(lambda code: monies(code, min_minor=least, max_minor=10**10))


def cash_accounts(*, currency: str | None = None) -> st.SearchStrategy[CashAccount]:
    """Accounts of every kind; current ones may be overdrawn."""
    return st.sampled_from(CashKind).flatmap(
        lambda kind: st.builds(
            CashAccount,
            _ids(),
            labels(),
            st.just(kind),
            _values(least=-(10**6) if kind is CashKind.CURRENT else 0, currency=currency),
            _days(),
        )
    )


def investments(*, currency: str | None = None) -> st.SearchStrategy[Investment]:
    """Investments in every envelope."""
    values = _values(currency=currency)
    return st.builds(Investment, _ids(), labels(), st.sampled_from(Envelope), values, _days())


@st.composite
def _lent(draw: st.DrawFn) -> tuple[Loan, tuple[Repayment, ...]]:
    """Loans with early repayments that every rounding allows."""
    loan = draw(simple_loans(max_months=60) | loans(max_months=36))
    repayments = tuple(draw(repayments_of(loan, most=1))) if draw(st.booleans()) else ()
    for kept in (repayments, ()):
        try:
            CreditLoan("x", "x", loan, repayments=kept)
        except HoldingsFaults:
            continue  # what the bank's table allows may be a cent too much in another
        return loan, kept
    return draw(simple_loans(max_months=60)), ()


def debts() -> st.SearchStrategy[Debt]:
    """Loans that bear on a property, with and without a share of their own."""
    return st.builds(
        lambda name, label, lent, share: Debt(
            name, label, lent[0], repayments=lent[1], share=share
        ),
        _ids(),
        labels(),
        _lent(),
        st.none() | _PERCENT,
    )


@st.composite
def properties(draw: st.DrawFn, *, currency: str | None = None) -> Property:
    """Properties owned in part or whole, sold or not, with up to two loans."""
    sold_on = draw(st.none() | _days())
    owed = draw(st.lists(debts(), max_size=2, unique_by=lambda debt: debt.id))
    return Property(
        draw(_ids()),
        draw(labels()),
        draw(_values(currency=currency)),
        draw(_days()),
        ownership=draw(_PERCENT),
        loans=() if sold_on else owed,
        sold_on=sold_on,
    )


def crypto_holdings() -> st.SearchStrategy[CryptoHolding]:
    """Quantities of crypto-assets, to the last decimal."""
    quantities = st.builds(
        lambda units, places: Decimal(units).scaleb(-places),
        st.integers(0, 10**12),
        st.integers(0, 18),
    )
    return st.builds(CryptoHolding, _ids(), labels(), st.sampled_from(SYMBOLS), quantities, _days())


def other_goods(*, currency: str | None = None) -> st.SearchStrategy[OtherGood]:
    """Other goods."""
    return st.builds(OtherGood, _ids(), labels(), _values(currency=currency), _days())


def credit_lines(*, currency: str | None = None) -> st.SearchStrategy[Credit]:
    """Consumer credits: balances and loans."""
    balances = st.builds(CreditBalance, _ids(), labels(), _values(currency=currency), _days())
    lent = st.builds(
        lambda name, label, lent: CreditLoan(name, label, lent[0], repayments=lent[1]),
        _ids(),
        labels(),
        _lent(),
    )
    return balances | lent


@st.composite
def holdings(draw: st.DrawFn, *, most: int = 2, currency: str | None = None) -> Holdings:
    """Holdings with any kind of line.

    Args:
        draw: given by Hypothesis.
        most: how many lines of each kind.
        currency: of the amounts; any of several by default. Loans keep theirs.
    """
    drawn = {
        "cash": draw(st.lists(cash_accounts(currency=currency), max_size=most)),
        "investments": draw(st.lists(investments(currency=currency), max_size=most)),
        "properties": draw(st.lists(properties(currency=currency), max_size=most)),
        "crypto": draw(st.lists(crypto_holdings(), max_size=most)),
        "other_goods": draw(st.lists(other_goods(currency=currency), max_size=most)),
        "credits": draw(st.lists(credit_lines(currency=currency), max_size=most)),
    }
    return Holdings(**_with_own_ids(drawn))


def _with_own_ids(drawn: dict[str, Any]) -> dict[str, Any]:
    """The lines, each under an identifier of its own; ``Any``: lists of every class of line."""
    from attrs import evolve

    seen: set[str] = set()

    def own(line: Any) -> Any:
        line_id = line.id
        while line_id in seen:
            line_id = f"{line_id}-{len(seen)}"
        seen.add(line_id)
        return evolve(line, id=line_id)

    for name, lines in drawn.items():
        drawn[name] = [own(line) for line in lines]
    drawn["properties"] = [
        evolve(each, loans=tuple(own(debt) for debt in each.loans)) for each in drawn["properties"]
    ]
    return drawn


def atlas_documents() -> st.SearchStrategy[dict[str, Any]]:
    """Profiles of Atlas in plain data, floats and all; ``Any``, as in any JSON data."""
    amounts = st.integers(0, 10**9).map(lambda cents: cents / 100)
    names = labels()
    months = st.builds("{:04}-{:02}".format, st.integers(2000, 2025), st.integers(1, 12))
    good = st.fixed_dictionaries({"nom": names, "valeur": amounts})
    lent = {
        "has_credit": st.booleans(),
        "credit_montant": amounts,
        "credit_taux": st.integers(0, 900).map(lambda hundredths: hundredths / 100),
        "credit_duree": st.integers(0, 30),
        "credit_date": months | st.just(""),
    }
    return st.fixed_dictionaries(
        {},
        optional={
            "livret_a_value": amounts,
            "pel_cel_value": amounts | st.none(),
            "current_savings": amounts,
            "pea_value": amounts,
            "has_pea": st.booleans(),
            "immobilier_data_json": st.lists(
                st.fixed_dictionaries({"nom": names, "valeur": amounts}, optional=lent), max_size=3
            ),
            "cryptomonnaies_data_json": st.lists(
                st.fixed_dictionaries(
                    {
                        "symbol": st.sampled_from(("bitcoin", "eth", "SOL")),
                        "quantity": st.floats(0, 10**6, allow_nan=False),
                    }
                ),
                max_size=3,
            ),
            "autres_biens_data_json": st.lists(good, max_size=3),
            "credits_data_json": st.lists(
                st.fixed_dictionaries(
                    {"description": names},
                    optional={"montant_initial": amounts, "montant_restant": amounts},
                ),
                max_size=3,
            ),
        },
    )
