"""Holdings as a JSON document, and back: what is stored, exported, and sent by the API.

The document is an object with a version and the lists of `Holdings`; a list that is left out is
empty::

    {"version": 1,
     "cash": [{"id": "cash-1", "label": "Livret A", "kind": "livret_a",
               "balance": {"amount": "4700.00", "currency": "EUR"}, "as_of": "2025-12-09"}],
     "properties": [{"id": "property-1", "label": "Appartement",
                     "value": {"amount": "250000.00", "currency": "EUR"}, "as_of": "2025-12-09",
                     "ownership": "0.5", "sold_on": null,
                     "loans": [{"id": "property-1-loan-1", "label": "Prêt",
                                "loan": {"principal": {...}, "annual_rate": "0.0335",
                                         "months": 300, "first_due": "2025-10-01"},
                                "repayments": [], "share": null}]}],
     "credits": [{"type": "balance", "id": "credit-1", "label": "Crédit auto",
                  "balance": {...}, "as_of": "2025-12-09"},
                 {"type": "loan", "id": "credit-2", "label": "Travaux", "loan": {...}}]}

A loan is written as in `wealth_core.loans.documents`. Amounts, rates, shares and quantities are
strings, so that no reader can round them. An ``id`` may be left out where a document is read: it is
then given by the place of the line, ``cash-1``.

The versions that are understood:

==========  ========================================================================================
version     what it is
==========  ========================================================================================
1           the document above, the only one written
0, or none  the profile of Atlas, the platform that came before: see `wealth_core.networth.atlas`
==========  ========================================================================================

`wealth_core.networth.schema` has the JSON Schema of the document.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from cattrs import Converter

from shared_kernel import Faults, dump_json, register_tagged_union, structure, unstructure
from shared_kernel.documents import opened, parsed, tell_every_fault
from wealth_core.errors import HoldingsFaults
from wealth_core.loans.documents import loans_converter
from wealth_core.networth import _faults
from wealth_core.networth._ids import PREFIXES, Ids
from wealth_core.networth.holdings import (
    MAX_LINES,
    CashAccount,
    Credit,
    CreditBalance,
    CreditLoan,
    CryptoHolding,
    Debt,
    Holdings,
    Investment,
    OtherGood,
    Property,
)

__all__ = [
    "MAX_BYTES",
    "VERSION",
    "holdings_converter",
    "holdings_from_document",
    "holdings_from_json",
    "holdings_to_document",
    "holdings_to_json",
    "is_of_atlas",
]

VERSION: Final = 1
"""Of the documents that are written."""
ATLAS_VERSION: Final = 0
MAX_BYTES: Final = 16_000_000
"""The largest text that is read: a thousand loans with every option are far below."""


def holdings_converter() -> Converter:
    """A converter that knows the values of this package: `Holdings`, its lines, their loans.

    Every fault of a line is told at once, those of its shape and those of its values.

    >>> data = {"id": "x", "label": "Bitcoin", "symbol": "BTC", "quantity": "0.5"}
    >>> structure({**data, "as_of": "2025-12-09"}, CryptoHolding, converter=holdings_converter())
    CryptoHolding(id='x', label='Bitcoin', symbol='BTC', quantity=Decimal('0.5'), \
as_of=datetime.date(2025, 12, 9))
    """
    converter = loans_converter()
    for cls in (CashAccount, Investment, Debt, Property, CryptoHolding, OtherGood):
        tell_every_fault(converter, cls, HoldingsFaults)
    register_tagged_union(converter, Credit, {"balance": CreditBalance, "loan": CreditLoan})
    return converter


def holdings_to_document(holdings: Holdings) -> dict[str, Any]:
    """Holdings as JSON data: dicts, lists, strings, ints and None.

    ``Any`` because the values of a JSON object are of every kind.

    >>> holdings_to_document(Holdings())
    {'version': 1, 'cash': [], 'investments': [], 'properties': [], 'crypto': [], \
'other_goods': [], 'credits': []}
    """
    return {"version": VERSION, **unstructure(holdings, converter=_converter())}


def holdings_from_document(document: object, *, as_of: date | None = None) -> Holdings:
    """The holdings of a document of any version, checked as any holdings are.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it.
        as_of: the day of the figures of a document of version 0, which has none; of no use to the
            others.

    Raises:
        HoldingsFaults: every fault with its path, ``properties[0].loans[0].loan.months``: an
            unknown or missing key, an amount written as a number with a fraction, a value that a
            line refuses, a version that is not understood. A document of version 0 is refused when
            anything in it would be left out; `wealth_core.networth.holdings_from_atlas` reads the
            rest and says what it left.

    >>> holdings_from_document({"version": 1, "crypto": [{"symbol": "BTC", "quantity": "-1",
    ...     "as_of": "2025-12-09"}]})
    Traceback (most recent call last):
        ...
    wealth_core.errors.HoldingsFaults: crypto[0].label: label is missing: it is needed
    crypto[0].quantity: -1 is negative: write a quantity of 0 or more
    """
    if isinstance(document, Mapping) and is_of_atlas(document):
        return _from_atlas(document, as_of)
    _, fields = opened(document, HoldingsFaults, VERSION)
    _check_size(fields)
    try:
        return structure(_with_ids(fields), Holdings, converter=_converter())
    except Faults as error:
        raise HoldingsFaults(error.faults) from None


def holdings_to_json(holdings: Holdings) -> str:
    """Holdings as JSON text, the same text for equal holdings; see `holdings_to_document`."""
    return dump_json(holdings_to_document(holdings))


def holdings_from_json(text: str | bytes, *, as_of: date | None = None) -> Holdings:
    """The holdings of a JSON text.

    Args:
        text: at most `MAX_BYTES`.
        as_of: see `holdings_from_document`.

    Raises:
        HoldingsFaults: see `holdings_from_document`; also a text that is not JSON, that repeats a
            key, or that is too large.
    """
    document = parsed(text, HoldingsFaults, max_bytes=MAX_BYTES)
    return holdings_from_document(document, as_of=as_of)


def is_of_atlas(document: Mapping[Any, Any]) -> bool:
    """Whether an object is a profile of Atlas: of version 0, or of none and with its fields."""
    from wealth_core.networth.atlas import has_fields_of_atlas  # which reads some of this module

    version = document.get("version")
    if type(version) is int:
        return version == ATLAS_VERSION
    return "version" not in document and has_fields_of_atlas(document)


def _from_atlas(document: Mapping[Any, Any], as_of: date | None) -> Holdings:
    from wealth_core.networth.atlas import holdings_from_atlas

    if as_of is None:
        raise HoldingsFaults.of(_faults.AS_OF_NEEDED, "as_of")
    read = holdings_from_atlas(document, as_of=as_of)
    if read.left_out:
        raise HoldingsFaults(read.left_out)
    return read.holdings


def _check_size(fields: Mapping[Any, Any]) -> None:
    """Refuses more lines than there may be before any of them is looked at."""
    lists = [fields[name] for name in PREFIXES if isinstance(fields.get(name), list)]
    count = sum(len(each) for each in lists)
    if count > MAX_LINES:
        raise HoldingsFaults.of(_faults.TOO_MANY_LINES, given=count, most=MAX_LINES)


def _with_ids(fields: Mapping[Any, Any]) -> dict[Any, Any]:
    """The fields with an identifier for each line that has none; the rest as it came."""
    ids = Ids(line.get("id") for line in _every_line(fields))
    made = dict(fields)
    for name in PREFIXES:
        if isinstance(fields.get(name), list):
            made[name] = [
                _with_id(line, ids.by_place(name, place)) if _lacks_id(line) else line
                for place, line in enumerate(fields[name])
            ]
    if isinstance(made.get("properties"), list):
        made["properties"] = [_with_loan_ids(line, ids) for line in made["properties"]]
    return made


def _with_loan_ids(line: object, ids: Ids) -> object:
    if not isinstance(line, Mapping) or not isinstance(line.get("loans"), list):
        return line
    loans = [
        _with_id(debt, ids.of_loan(line.get("id"), place)) if _lacks_id(debt) else debt
        for place, debt in enumerate(line["loans"])
    ]
    return {**line, "loans": loans}


def _lacks_id(line: object) -> bool:
    return isinstance(line, Mapping) and "id" not in line


def _with_id(line: Mapping[Any, Any], line_id: str) -> dict[Any, Any]:
    return {**line, "id": line_id}


def _every_line(fields: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    """Every line and every loan of a property, whatever is in it."""
    for name in PREFIXES:
        lines = fields.get(name)
        for line in lines if isinstance(lines, list) else ():
            if isinstance(line, Mapping):
                yield line
                loans = line.get("loans")
                for debt in loans if isinstance(loans, list) else ():
                    if isinstance(debt, Mapping):
                        yield debt


@cache
def _converter() -> Converter:
    return holdings_converter()
