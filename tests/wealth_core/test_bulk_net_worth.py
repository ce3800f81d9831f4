"""Very many net worths at once are those of one by one, to the last character."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_kernel import from_minor, money
from wealth_core.errors import NetWorthFaults
from wealth_core.loans import CENT, EXACT, Loan, Rounding
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Freshness,
    Holdings,
    Property,
    holdings_to_json,
    net_worth,
)
from wealth_core.networth.bulk import Bulk, Profile, Refused
from wealth_core.networth.records import Record, details_of, record_of
from wealth_core.quotes import Quote, QuoteBook
from wealth_core.testing import rates
from wealth_core.testing.holdings import holdings, labels
from wealth_core.testing.quotes import books
from wealth_core.testing.worked import WORKED_NET_WORTH, WORKED_ON, worked_holdings, worked_quotes

DAY = date(2025, 12, 9)
NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)
unhurried = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
roundings = st.sampled_from(Rounding)
BOOK = QuoteBook(
    [
        Quote("USD", "EUR", Decimal("0.86"), NOON - timedelta(days=8), "ecb"),
        Quote("crypto:BTC", "crypto:USDT", Decimal("95123.45"), NOON, "binance"),
        Quote("EUR", "crypto:USDT", Decimal("1.1632"), NOON, "binance"),
        Quote("EUR", "TND", Decimal("3.4012"), NOON, "table"),
    ],
    at=NOON,
)


def one_by_one(held: Holdings, version: int, base: str, **arguments: Any) -> Record:
    """What `net_worth` says, as it is kept."""
    return record_of(net_worth(held, base_currency=base, **arguments), holdings_version=version)


def quickly(bulk: Bulk, *profiles: Profile) -> list[Record | None]:
    """The records that need nothing of the plain way; None for those that do."""

    class Quick(Bulk):
        def _one(self, profile: Profile) -> Any:
            return None

    bulk.__class__ = Quick
    return list(bulk.records(profiles))  # type: ignore[arg-type]  # None where it was given up


plain_loans = st.builds(
    Loan,
    st.builds(from_minor, st.integers(1, 10**9), st.sampled_from(("EUR", "EUR", "USD", "XOF"))),
    rates(most="0.2") | st.just(Decimal(0)),
    st.integers(1, 420),
    st.dates(date(1998, 1, 1), date(2026, 6, 30)),
)
shares = st.none() | st.sampled_from(("0.5", "0.333", "1")).map(Decimal)


@st.composite
def plain_holdings(draw: st.DrawFn) -> Holdings:
    """Holdings with loans without options, the kind that the quick way is for."""
    of_property = draw(st.lists(st.tuples(plain_loans, shares), max_size=3))
    credits_ = draw(st.lists(plain_loans, max_size=1))
    return Holdings(
        cash=[
            CashAccount("c", draw(labels()), CashKind.CURRENT, money("-12.5", "TND"), DAY),
            CashAccount("d", "Compte", CashKind.CURRENT, money("-0.07", "USD"), DAY),
        ],
        properties=[
            Property(
                "p",
                draw(labels()),
                from_minor(draw(st.integers(0, 10**9)), draw(st.sampled_from(("EUR", "USD")))),
                draw(st.dates(date(2023, 1, 1), DAY)),
                ownership=draw(st.sampled_from((Decimal(1), Decimal("0.5"), Decimal("0.333")))),
                loans=[
                    Debt(f"l{place}", draw(labels()), loan, share=share)
                    for place, (loan, share) in enumerate(of_property)
                ],
            )
        ],
        crypto=[CryptoHolding("b", "Bitcoin", "BTC", Decimal("0.12345678"), DAY)],
        credits=[CreditLoan(f"k{place}", "Crédit", loan) for place, loan in enumerate(credits_)],
    )


@unhurried
@given(
    several=st.lists(st.tuples(holdings() | plain_holdings(), st.booleans()), max_size=4),
    book=books() | st.just(BOOK),
    on=st.dates(date(2025, 6, 1), date(2026, 6, 1)) | st.just(DAY),
    rounding=roundings,
    base=st.sampled_from(("EUR", "XOF", "USD")),
)
def test_bulk_equals_one_by_one(
    several: list[tuple[Holdings, bool]],
    book: QuoteBook,
    on: date,
    rounding: Rounding,
    base: str,
) -> None:
    """The same totals, the same fingerprint, the same details: known as checked or not."""
    arguments: dict[str, Any] = {"on": on, "quotes": book, "loan_rounding": rounding}
    profiles = [
        Profile(version, base, holdings_to_json(held), checked)
        for version, (held, checked) in enumerate(several, 1)
    ]
    expected = [
        one_by_one(held, version, base, **arguments) for version, (held, _) in enumerate(several, 1)
    ]
    assert list(Bulk(**arguments).records(profiles)) == expected


@unhurried
@given(held=plain_holdings(), on=st.dates(DAY, date(2027, 1, 1)), rounding=roundings)
def test_the_quick_way_is_right_when_it_answers(
    held: Holdings, on: date, rounding: Rounding
) -> None:
    """It gives the record of the plain way, or gives up; it never guesses."""
    arguments: dict[str, Any] = {"on": on, "quotes": BOOK, "loan_rounding": rounding}
    profile = Profile(3, "EUR", holdings_to_json(held), True)
    (found,) = quickly(Bulk(**arguments), profile)
    assert found in (None, one_by_one(held, 3, "EUR", **arguments))


@pytest.mark.parametrize("rounding", Rounding)
def test_what_people_have_goes_the_quick_way(rounding: Rounding) -> None:
    """An ordinary profile, one in another currency, and one whose figures are old, do not wait."""
    worked = worked_holdings()
    loan = worked.properties[0].loans[0].loan
    abroad = Holdings(
        cash=[
            CashAccount(
                "c", 'Dupont "fils" \\ Cie\u202f🏠', CashKind.CURRENT, money("-5", "USD"), DAY
            )
        ],
        credits=[
            CreditLoan("k", "Crédit", Loan(money("9000", "USD"), Decimal("0.05"), 48, DAY)),
            CreditBalance("b", "Carte", money("150", "EUR"), DAY - timedelta(days=200)),
        ],
        properties=[
            Property(
                "p",
                "Dakar",
                money("50000000", "XOF"),
                DAY - timedelta(days=500),
                ownership=Decimal("0.5"),
                loans=[
                    Debt("over", "Fini", attrs.evolve(loan, first_due=date(1999, 1, 31))),
                    Debt("later", "Plus tard", attrs.evolve(loan, first_due=date(2026, 3, 1))),
                    Debt("last", "Dernière", attrs.evolve(loan, first_due=date(2001, 1, 10))),
                ],
            )
        ],
    )
    arguments: dict[str, Any] = {"on": DAY, "quotes": BOOK, "loan_rounding": rounding}
    (found,) = quickly(Bulk(**arguments), Profile(1, "EUR", holdings_to_json(abroad), True))
    assert found == one_by_one(abroad, 1, "EUR", **arguments)
    arguments["quotes"] = worked_quotes()
    (found,) = quickly(Bulk(**arguments), Profile(1, "EUR", holdings_to_json(worked), True))
    assert found == one_by_one(worked, 1, "EUR", **arguments)
    assert found is not None
    if rounding is EXACT:
        assert from_minor(found.net_worth_minor, "EUR") == WORKED_NET_WORTH


def test_a_bad_profile_is_told_and_the_others_go_on() -> None:
    """Not JSON, of an unknown version, wrongly said to be checked: each has its reason."""
    good = holdings_to_json(worked_holdings())
    document = json.loads(good)
    bad = [
        ("", False),
        ("{", True),
        ('{"version":1},{"version":1}', True),
        ('{"version":99}', False),
        ('{"version":99}', True),
        ("[" * 100_000, True),
        (json.dumps({**document, "cash": [{}]}), True),
        (json.dumps({**document, "properties": {"a": 1}}), True),
        (good.replace('"2025-12-09"', '"2025-13-09"'), True),
    ]
    profiles = [Profile(1, "EUR", text, checked) for text, checked in bad]
    bulk = Bulk(on=WORKED_ON, quotes=worked_quotes())
    expected = one_by_one(worked_holdings(), 1, "EUR", on=WORKED_ON, quotes=worked_quotes())
    for profile in profiles:
        fine, refused, again = bulk.records(
            [Profile(1, "EUR", good, True), profile, Profile(1, "EUR", good, False)]
        )
        assert fine == again == expected
        assert isinstance(refused, Refused)
        assert refused.reason
    (unknown,) = bulk.records([Profile(1, "XXX", good, True)])
    assert isinstance(unknown, Refused)


def test_arguments_are_looked_at_once() -> None:
    """What `net_worth` refuses is refused when the work begins, not two hundred thousand times."""
    with pytest.raises(NetWorthFaults, match="on:"):
        Bulk(on=NOON, quotes=BOOK)


def test_the_limits_of_age_are_those_given() -> None:
    """Another freshness makes other lines stale, and another fingerprint."""
    document = holdings_to_json(worked_holdings())
    profile = Profile(1, "EUR", document, True)
    on = WORKED_ON + timedelta(days=20)
    book = worked_quotes()
    (fresh,) = Bulk(on=on, quotes=book).records([profile])
    (stale,) = Bulk(on=on, quotes=book, freshness=Freshness(cash_days=10)).records([profile])
    assert isinstance(fresh, Record)
    assert isinstance(stale, Record)
    assert fresh.net_worth_minor == stale.net_worth_minor
    assert fresh.fingerprint != stale.fingerprint
    states = [line.state.value for line in details_of(stale.details, base_currency="EUR").lines]
    assert states[:4] == ["stale"] * 3 + ["valued"]


@unhurried
@given(held=holdings(), book=books(), on=st.dates(date(2025, 6, 1), date(2026, 6, 1)))
def test_details_give_the_lines_back(held: Holdings, book: QuoteBook, on: date) -> None:
    """A record says of each line what the net worth said, and which prices were used."""
    worth = net_worth(held, on=on, quotes=book, loan_rounding=CENT)
    details = details_of(record_of(worth, holdings_version=1).details, base_currency="EUR")
    assert details.quotes == worth.quotes_used
    for kept, line in zip(details.lines, worth.lines, strict=True):
        for field in attrs.fields(type(line)):
            if field.name not in ("conversion", "debts"):
                assert getattr(kept, field.name) == getattr(line, field.name)
        assert kept.asset == (line.conversion and line.conversion.asset)
        assert kept.debts == tuple(attrs.evolve(debt, conversion=None) for debt in line.debts)


def test_a_record_follows_from_all_that_it_is_of() -> None:
    """Another version, day, currency, rounding or moment of a price: another fingerprint."""
    document = holdings_to_json(worked_holdings())
    later = QuoteBook(
        [attrs.evolve(one, as_of=one.as_of - timedelta(hours=1)) for one in worked_quotes().quotes],
        at=NOON,
    )
    base: dict[str, Any] = {"on": WORKED_ON, "quotes": worked_quotes()}

    def printed(version: int = 1, currency: str = "EUR", **changes: Any) -> str:
        (record,) = Bulk(**(base | changes)).records([Profile(version, currency, document, True)])
        assert isinstance(record, Record)
        return record.fingerprint

    prints = [
        printed(),
        printed(version=2),
        printed(currency="XOF"),
        printed(on=WORKED_ON + timedelta(days=1)),
        printed(loan_rounding=EXACT),
        printed(quotes=later),
    ]
    assert len(set(prints)) == len(prints)
    assert printed() == prints[0]
    # A price that nothing goes through changes nothing; nor do the zeros behind another.
    more = [*worked_quotes().quotes, Quote("USD", "EUR", Decimal("0.9"), NOON, "table")]
    assert printed(quotes=QuoteBook(more, at=NOON)) == prints[0]
    longer = [attrs.evolve(one, price=one.price + Decimal("0.0000")) for one in more]
    assert printed(quotes=QuoteBook(longer, at=NOON)) == prints[0]


def test_a_reason_of_an_earlier_version_is_still_told() -> None:
    """When a kind of reason is no more, the sentence that was kept stands for it."""
    worth = net_worth(worked_holdings(), on=WORKED_ON, quotes=QuoteBook([], at=NOON))
    text = record_of(worth, holdings_version=1).details
    details = details_of(text.replace("networth.no_price", "networth.gone"), base_currency="EUR")
    reasons = [line.reason for line in details.lines if line.reason]
    assert [reason.message for reason in reasons] == [
        f"it was said then: {line.reason.message}" for line in worth.unpriced if line.reason
    ]
    with pytest.raises(ValueError, match="version 99"):
        details_of('{"v":99}', base_currency="EUR")
