"""The currencies of ISO 4217 in use today, and how many decimals each has.

Source: ISO 4217, list one (current currencies and funds). Withdrawn currencies and the codes that
have no minor unit (gold, test codes, drawing rights) are left out: nobody is paid in them.
py-moneyed knows most of the codes but not the minor units of all, and Babel's are those of daily
life (no fils in Iraq) rather than those of the standard.
"""

from __future__ import annotations

from typing import Final

from moneyed import CURRENCIES, Currency

from shared_kernel.errors import MoneyError
from shared_kernel.faults import FaultKind, shown

__all__ = ["currency_codes", "currency_of", "known_currency", "minor_digits"]

UNKNOWN_CURRENCY = FaultKind(
    "money.unknown_currency",
    "{given} is not a currency in use: write its ISO 4217 code, such as EUR, USD or XOF",
)
CURRENCY_SPELLING = FaultKind(
    "money.currency_spelling", "{given} is not how a currency is written here: write {suggestion}"
)

_CODES_BY_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP "
    "LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR "
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR "
    "ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS: Final = {code: n for n, codes in _CODES_BY_DIGITS.items() for code in codes.split()}
_CURRENCIES: Final = {
    # Codes younger than the installed py-moneyed are made here, in the kernel only.
    code: CURRENCIES.get(code) or Currency(code, sub_unit=10**digits, name=code)
    for code, digits in _DIGITS.items()
}


def currency_codes() -> tuple[str, ...]:
    """Returns every code known, sorted.

    >>> {"EUR", "GNF", "TND"} <= set(currency_codes()), "FRF" in currency_codes()
    (True, False)
    """
    return tuple(sorted(_DIGITS))


def known_currency(code: object) -> str:
    """Returns ``code`` when it is the code of a currency in use, in capitals as ISO writes it.

    Args:
        code: a code, or the ``currency`` of a Money.

    Raises:
        MoneyError: unknown, or known and written otherwise (the fault gives the code to write).

    >>> known_currency("EUR")
    'EUR'
    >>> known_currency("eur")
    Traceback (most recent call last):
        ...
    shared_kernel.errors.MoneyError: currency: eur is not how a currency is written here: write EUR
    """
    text = code.code if isinstance(code, Currency) else code
    if isinstance(text, str):
        if text in _DIGITS:
            return text
        suggestion = text[:20].strip().upper()
        if suggestion in _DIGITS:
            raise MoneyError.of(
                CURRENCY_SPELLING, "currency", given=shown(text), suggestion=suggestion
            )
    raise MoneyError.of(UNKNOWN_CURRENCY, "currency", given=shown(text))


def minor_digits(currency: str | Currency) -> int:
    """Returns how many decimals a currency has: 2 for EUR, 0 for XOF, XAF and GNF, 3 for TND.

    Raises:
        MoneyError: the currency is unknown.

    >>> minor_digits("EUR"), minor_digits("GNF"), minor_digits("TND")
    (2, 0, 3)
    """
    digits = _DIGITS.get(currency if isinstance(currency, str) else currency.code)
    return _DIGITS[known_currency(currency)] if digits is None else digits


def currency_of(code: str | Currency) -> Currency:
    """Returns the py-moneyed currency of a code; raises MoneyError when it is unknown."""
    # Any value may come from JSON: an object or a list has no code and cannot be a key.
    key: object = code.code if isinstance(code, Currency) else code
    found = _CURRENCIES.get(key) if isinstance(key, str) else None
    return _CURRENCIES[known_currency(code)] if found is None else found
