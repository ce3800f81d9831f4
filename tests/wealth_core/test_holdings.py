"""Holdings: what a line may be, told with every fault at once; lines added, changed, removed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from shared_kernel import money
from wealth_core.errors import HoldingsFaults, LineMissing, WealthError
from wealth_core.loans import EXACT, Loan, LoanPlan, Repayment, total
from wealth_core.networth import (
    MAX_LINES,
    CashAccount,
    CashKind,
    Category,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    Line,
    OtherGood,
    Property,
)
from wealth_core.testing import holdings

DAY = date(2025, 12, 9)
EUR = money("1000.00", "EUR")
LOAN = Loan(money("12000", "EUR"), Decimal("0.03"), 12, date(2025, 1, 1))
NOT_THERE: Any = None
"""What no annotation allows and a caller may give all the same."""


def account(line_id: str = "a", **changes: Any) -> CashAccount:
    """A savings account, with some fields changed (to values of any type)."""
    fields = {"label": "Livret A", "kind": CashKind.LIVRET_A, "balance": EUR, "as_of": DAY}
    return CashAccount(line_id, **{**fields, **changes})


def flat(line_id: str = "p", **changes: Any) -> Property:
    """A property, with some fields changed (to values of any type)."""
    return Property(line_id, **{"label": "Studio", "value": EUR, "as_of": DAY, **changes})


def coin(line_id: str = "c", **changes: Any) -> CryptoHolding:
    """A crypto-asset, with some fields changed (to values of any type)."""
    fields = {"label": "Bitcoin", "symbol": "BTC", "quantity": Decimal("0.5"), "as_of": DAY}
    return CryptoHolding(line_id, **{**fields, **changes})


def debt(line_id: str = "d", **changes: Any) -> Debt:
    """A loan of a property, with some fields changed (to values of any type)."""
    return Debt(line_id, **{"label": "Prêt", "loan": LOAN, **changes})


BAD_LINES: dict[str, tuple[Any, dict[str, Any], dict[str, str]]] = {
    "everything of an account": (
        account,
        {"line_id": "a b", "label": "", "kind": "livret_a", "balance": 4700, "as_of": "2025"},
        {
            "id": "holding.not_an_id",
            "label": "holding.label_empty",
            "kind": "value.not_accepted",
            "balance": "holding.not_an_amount",
            "as_of": "value.not_a_date",
        },
    ),
    "an id of 65 characters": (account, {"line_id": "a" * 65}, {"id": "holding.not_an_id"}),
    "a name of blanks": (account, {"label": " \u00a0"}, {"label": "holding.label_empty"}),
    "a name of two lines": (account, {"label": "a\nb"}, {"label": "value.label_not_text"}),
    "a name of 121": (account, {"label": "a" * 121}, {"label": "value.label_not_text"}),
    "a name that turns": (account, {"label": "\u202eruE"}, {"label": "value.label_not_text"}),
    "no name": (account, {"label": NOT_THERE}, {"label": "value.label_not_text"}),
    "an overdrawn livret": (
        account,
        {"balance": money("-1", "EUR")},
        {"balance": "holding.overdrawn"},
    ),
    "an amount beyond any": (
        account,
        {"balance": money("10000000000000.01", "EUR")},
        {"balance": "holding.amount_too_large"},
    ),
    "an amount of a third of a cent": (
        account,
        {"balance": EUR / 3},
        {"balance.amount": "money.too_many_decimals"},
    ),
    "a moment": (account, {"as_of": datetime(2025, 12, 9)}, {"as_of": "value.not_a_date"}),  # noqa: DTZ001 - any moment is refused
    "a day of Caesar": (account, {"as_of": date(44, 3, 15)}, {"as_of": "holding.day_out_of_range"}),
    "a negative quantity": (
        coin,
        {"quantity": Decimal("-0.5")},
        {"quantity": "holding.quantity_negative"},
    ),
    "a quantity as a float": (coin, {"quantity": 0.5}, {"quantity": "holding.not_a_quantity"}),
    "no quantity": (coin, {"quantity": Decimal("NaN")}, {"quantity": "holding.not_a_quantity"}),
    "a quantity of 19 decimals": (
        coin,
        {"quantity": Decimal("1E-19")},
        {"quantity": "value.too_precise"},
    ),
    "a quantity beyond any": (
        coin,
        {"quantity": Decimal("1E+16")},
        {"quantity": "holding.quantity_too_large"},
    ),
    "a symbol in small letters": (coin, {"symbol": "btc"}, {"symbol": "holding.not_a_symbol"}),
    "a share over 100 %": (
        flat,
        {"ownership": Decimal("1.01")},
        {"ownership": "value.share_out_of_range"},
    ),
    "a share of nothing": (
        flat,
        {"ownership": Decimal(0)},
        {"ownership": "value.share_out_of_range"},
    ),
    "a share as a float": (flat, {"ownership": 0.5}, {"ownership": "value.not_a_share"}),
    "a share of eleven decimals": (
        flat,
        {"ownership": Decimal("0.00000000001")},
        {"ownership": "value.too_precise"},
    ),
    "a share of a loan over 100 %": (
        debt,
        {"share": Decimal(2)},
        {"share": "value.share_out_of_range"},
    ),
    "a loan on a sold property, of a bad day": (
        flat,
        {"sold_on": DAY, "loans": [debt()], "as_of": NOT_THERE},
        {"loans": "holding.sold_with_loans", "as_of": "value.not_a_date"},
    ),
    "two loans of one id": (
        flat,
        {"loans": [debt(), debt()]},
        {"loans[1].id": "holding.id_repeated"},
    ),
    "loans that are none": (flat, {"loans": [LOAN]}, {"loans[0]": "value.not_accepted"}),
    "loans that are no list": (flat, {"loans": 3}, {"loans": "value.not_a_list"}),
    "no loan in a debt": (debt, {"loan": NOT_THERE}, {"loan": "value.not_accepted"}),
    "a repayment on no due date": (
        debt,
        {"repayments": [Repayment(date(2025, 1, 2))]},
        {"repayments[0].on": "repayment.not_a_due_date"},
    ),
    "interest that grows beyond any amount": (
        debt,
        {
            "loan": Loan(
                money("10000000000", "EUR"),
                Decimal("0.99"),
                600,
                date(2025, 1, 1),
                deferral=total(599),
            )
        },
        {"loan.deferral.months": "loan.capitalised_too_much"},
    ),
}


@pytest.mark.parametrize(("make", "changes", "faults"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_tells_every_fault(
    make: Any, changes: dict[str, Any], faults: dict[str, str]
) -> None:
    """What no line may be is refused, all its faults together, each at its path."""
    with pytest.raises(HoldingsFaults) as refused:
        make(**changes)
    assert {fault.path: fault.code for fault in refused.value.faults} == faults


def test_what_lines_may_be() -> None:
    """A current account may be overdrawn; a property may be worth nothing; 18 decimals are kept."""
    assert account(kind=CashKind.CURRENT, balance=money("-5", "EUR")).balance.amount == -5
    assert flat(value=money(0, "XOF"), loans=[debt()]).loans == (debt(),)
    assert coin(quantity=Decimal("0.000000000000000001")).quantity.adjusted() == -18
    assert str(coin(quantity=Decimal("-0")).quantity) == "0"  # which is how a document writes it
    assert flat(label='=cmd|" /C calc"!A0 <script>').label == '=cmd|" /C calc"!A0 <script>'


def test_repayments_hold_in_every_rounding() -> None:
    """A repayment that one rounding refuses is refused, so that a balance can always be told."""
    owed = LoanPlan(LOAN).schedule()[5].balance
    assert LoanPlan(LOAN, rounding=EXACT).schedule()[5].balance != owed
    largest = max(owed, LoanPlan(LOAN, rounding=EXACT).schedule()[5].balance)
    for make in (debt, lambda **fields: CreditLoan("k", "Crédit", LOAN, **fields)):
        with pytest.raises(HoldingsFaults, match=r"repayments\[0\].amount: .* at most"):
            make(repayments=[Repayment(6, largest)])
        assert make(repayments=[Repayment(6)]).repayments[0].amount is None


def test_an_identifier_is_used_once() -> None:
    """Two lines, or a line and a loan, never share an identifier; the first one is named."""
    with pytest.raises(HoldingsFaults) as refused:
        Holdings(cash=[account("x"), account("y")], properties=[flat("y", loans=[debt("x")])])
    assert [(fault.path, fault.params["first"]) for fault in refused.value.faults] == [
        ("properties[0].id", "cash[1]"),
        ("properties[0].loans[0].id", "cash[0]"),
    ]


def test_the_lists_hold_their_own_lines() -> None:
    """A line in another list, and what is no list, are refused at their places."""
    wrong: Any = {"cash": [coin()], "credits": [account()], "investments": None}
    with pytest.raises(HoldingsFaults) as refused:
        Holdings(**wrong)
    assert [fault.path for fault in refused.value.faults] == [
        "cash[0]",
        "investments",
        "credits[0]",
    ]
    assert isinstance(refused.value, WealthError)


def test_there_is_an_end_to_the_lines() -> None:
    """A thousand lines are kept, one more is refused; loans of properties count."""
    many = [account(f"a{number}") for number in range(MAX_LINES)]
    assert Holdings(cash=many).size == MAX_LINES
    with pytest.raises(HoldingsFaults, match="1001 lines"):
        Holdings(cash=[*many, account("one")])
    with pytest.raises(HoldingsFaults, match="1001 lines"):
        Holdings(cash=many[1:], properties=[flat(loans=[debt()])])


def test_lines_are_added_changed_and_removed() -> None:
    """A line is changed in its place; one that changes its category moves; loans go along."""
    held = Holdings(cash=[account("a"), account("b")], properties=[flat(loans=[debt()])])
    assert held.with_line(account("a", label="B")).cash == (account("a", label="B"), account("b"))
    moved = held.with_line(OtherGood("a", "Voiture", EUR, DAY))
    assert (moved.cash, moved.other_goods[0].id) == ((account("b"),), "a")
    assert held.without("p") == Holdings(cash=held.cash)
    assert held.line("p") == flat(loans=[debt()])
    for missing in ("d", "z"):
        with pytest.raises(LineMissing, match=missing):
            held.without(missing)
    with pytest.raises(HoldingsFaults, match="cannot stand here"):
        held.with_line(NOT_THERE)
    with pytest.raises(HoldingsFaults, match="already that of"):
        held.with_line(account("d"))


def test_lines_come_in_the_order_of_the_categories() -> None:
    """Every line comes once with its category, credits last and with none."""
    every: list[Line] = [
        account("1"),
        Investment("2", "PEA", Envelope.PEA, EUR, DAY),
        flat("3"),
        coin("4"),
        OtherGood("5", "Voiture", EUR, DAY),
        CreditBalance("6", "Auto", EUR, DAY),
        CreditLoan("7", "Travaux", LOAN),
    ]
    held = Holdings()
    for line in reversed(every):
        held = held.with_line(line)
    assert [category for category, _ in held.lines()] == [*Category, None, None]
    assert sorted(line.id for _, line in held.lines()) == [line.id for line in every]


@settings(max_examples=15)
@given(held=holdings())
def test_taking_a_line_out_and_putting_it_back(held: Holdings) -> None:
    """A line that is put in again is there as before; the size follows."""
    for _, line in held.lines():
        without = held.without(line.id)
        assert without.size == held.size - 1 - len(getattr(line, "loans", ()))
        again = without.with_line(line)
        assert again.line(line.id) == line
        assert again.size == held.size
        assert held.with_line(line) == held
