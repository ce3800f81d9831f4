"""A worked profile, valued on 9 December 2025: every figure of it is known.

=======================  ===========  ============================================================
what                     EUR          how
=======================  ===========  ============================================================
cash                        4,700.00  3,500.00 + 700.00 + 500.00
investments                25,700.00  12,000.00 + 9,500.00 + 4,200.00
real estate, net           36,380.59  250,000.00 less what is owed on 215,000.00 at 3.35 % over 25
                                      years from October 2025, three instalments of 1,059.12 being
                                      paid: 213,619.41 (`EXACT`); 213,619.42 in the bank's table
                                      (`CENT`), which leaves 36,380.58
crypto                     11,924.19  0.1 BTC at 95,000.00 + 0.8 ETH at 3,030.2375
other goods                 8,000.00
total assets               86,704.78
consumer credits            1,759.50
net worth                  84,945.28
=======================  ===========  ============================================================

The same profile is given as holdings and as the document of Atlas, the platform that came before.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from shared_kernel import money
from wealth_core.loans import Loan
from wealth_core.networth import (
    CashAccount,
    CashKind,
    CreditBalance,
    CryptoHolding,
    Debt,
    Envelope,
    Holdings,
    Investment,
    OtherGood,
    Property,
)
from wealth_core.quotes import Quote, QuoteBook, crypto

__all__ = [
    "WORKED_AT",
    "WORKED_CREDITS",
    "WORKED_NET_WORTH",
    "WORKED_ON",
    "WORKED_TOTALS",
    "WORKED_TOTAL_ASSETS",
    "worked_atlas_document",
    "worked_holdings",
    "worked_prices",
    "worked_quotes",
]

WORKED_ON: Final = date(2025, 12, 9)
"""The day the profile is valued on."""
WORKED_AT: Final = datetime(2025, 12, 9, 12, tzinfo=UTC)
"""The moment of its prices."""
WORKED_TOTALS: Final = {
    "cash": money("4700.00", "EUR"),
    "investments": money("25700.00", "EUR"),
    "real_estate": money("36380.59", "EUR"),
    "crypto": money("11924.19", "EUR"),
    "other_goods": money("8000.00", "EUR"),
}
"""The total of each category, in the rounding `EXACT`."""
WORKED_TOTAL_ASSETS: Final = money("86704.78", "EUR")
WORKED_CREDITS: Final = money("1759.50", "EUR")
WORKED_NET_WORTH: Final = money("84945.28", "EUR")


def worked_holdings() -> Holdings:
    """The holdings of the worked profile.

    >>> worked_holdings().properties[0].loans[0].loan.due(3)
    datetime.date(2025, 12, 1)
    """
    day = WORKED_ON
    eur = "EUR"
    loan = Loan(money("215000", eur), Decimal("0.0335"), 300, date(2025, 10, 1))
    return Holdings(
        cash=(
            CashAccount("cash-1", "Livret A", CashKind.LIVRET_A, money("3500", eur), day),
            CashAccount("cash-2", "LDDS", CashKind.LDDS, money("700", eur), day),
            CashAccount("cash-3", "Épargne courante", CashKind.CURRENT, money("500", eur), day),
        ),
        investments=(
            Investment("investment-1", "PEA", Envelope.PEA, money("12000", eur), day),
            Investment("investment-2", "PER", Envelope.PER, money("4200", eur), day),
            Investment(
                "investment-3", "Assurance-vie", Envelope.LIFE_INSURANCE, money("9500", eur), day
            ),
        ),
        properties=(
            Property(
                "property-1",
                "Appartement",
                money("250000", eur),
                day,
                loans=(Debt("property-1-loan-1", "Prêt Appartement", loan),),
            ),
        ),
        crypto=(
            CryptoHolding("crypto-1", "Bitcoin", "BTC", Decimal("0.1"), day),
            CryptoHolding("crypto-2", "Ethereum", "ETH", Decimal("0.8"), day),
        ),
        other_goods=(OtherGood("good-1", "Voiture", money("8000", eur), day),),
        credits=(CreditBalance("credit-1", "Crédit auto", money("1759.50", eur), day),),
    )


def worked_prices() -> tuple[Quote, ...]:
    """The prices of its crypto-assets, as entered by hand at `WORKED_AT`."""
    return tuple(
        Quote(crypto(symbol), "EUR", Decimal(price), WORKED_AT, "manual")
        for symbol, price in (("BTC", "95000.00"), ("ETH", "3030.2375"))
    )


def worked_quotes() -> QuoteBook:
    """The book of those prices, to value the profile with.

    >>> worked_quotes().convert("crypto:BTC", "EUR").rate
    Fraction(95000, 1)
    """
    return QuoteBook(worked_prices(), at=WORKED_AT)


def worked_atlas_document() -> dict[str, Any]:
    """The same profile as Atlas wrote it, floats included; `holdings_from_atlas` reads it exactly.

    ``Any``, as in any JSON data.
    """
    return {
        "livret_a_value": 3500.0,
        "ldds_value": 700.0,
        "pel_cel_value": 0.0,
        "current_savings": 500.0,
        "pea_value": 12000.0,
        "per_value": 4200.0,
        "life_insurance_value": 9500.0,
        "immobilier_data_json": [
            {
                "nom": "Appartement",
                "valeur": 250000.0,
                "has_credit": True,
                "credit_montant": 215000.0,
                "credit_taux": 3.35,
                "credit_duree": 25,
                "credit_date": "2025-10",
            }
        ],
        "cryptomonnaies_data_json": [
            {"nom": "Bitcoin", "symbol": "BTC", "quantity": 0.1},
            {"nom": "Ethereum", "symbol": "ETH", "quantity": 0.8},
        ],
        "autres_biens_data_json": [{"nom": "Voiture", "valeur": 8000.0}],
        "credits_data_json": [{"description": "Crédit auto", "montant_restant": 1759.5}],
    }
