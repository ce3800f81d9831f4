"""The published JSON Schema: every document that is written fits it, and what is refused does not.

The validator is `jsonschema`, which knows nothing of this library.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from wealth_core.errors import HoldingsFaults
from wealth_core.networth import (
    Holdings,
    holdings_from_document,
    holdings_schema,
    holdings_to_json,
)
from wealth_core.testing import holdings

VALIDATOR = Draft202012Validator(holdings_schema())
DOCUMENT = Path(__file__).parent / "documents" / "holdings_1.json"
REMOVED = object()


def test_the_schema_is_one() -> None:
    """It is a schema of its draft, made of plain data, the same each time."""
    Draft202012Validator.check_schema(holdings_schema())
    assert json.loads(json.dumps(holdings_schema())) == holdings_schema()


@settings(max_examples=15)
@given(held=holdings())
def test_what_is_written_fits(held: Holdings) -> None:
    """Every document of holdings fits the schema."""
    VALIDATOR.validate(json.loads(holdings_to_json(held)))


def test_what_is_read_for_good_fits() -> None:
    """A document without identifiers and without what may be left out fits too."""
    VALIDATOR.validate(json.loads(DOCUMENT.read_text()))
    VALIDATOR.validate({"version": 1})


BAD_EDITS: list[tuple[str, object]] = [
    ("version", 2),
    ("version", REMOVED),
    ("boats", []),
    ("cash", {}),
    ("cash", [{"label": "x"}] * 1001),
    ("cash 0 colour", "red"),
    ("cash 0 id", "a b"),
    ("cash 0 id", "a" * 65),
    ("cash 0 label", ""),
    ("cash 0 label", "  "),
    ("cash 0 label", "two\nlines"),
    ("cash 0 label", "x" * 121),
    ("cash 0 label", REMOVED),
    ("cash 0 kind", "livret_b"),
    ("cash 0 kind", "livret_a"),  # which is overdrawn
    ("cash 0 as_of", "9/12/2025"),
    ("cash 0 balance amount", 10.5),
    ("cash 0 balance amount", "10.505"),
    ("cash 0 balance amount", "1e3"),
    ("cash 0 balance currency", "FRF"),
    ("cash 0 balance", "10 EUR"),
    ("investments 0 envelope", "peb"),
    ("investments 0 value amount", "-0.01"),
    ("properties 0 value amount", "98000000.5"),
    ("properties 0 ownership", "1.01"),
    ("properties 0 ownership", "0.0"),
    ("properties 0 ownership", 0.5),
    ("properties 0 sold_on", "2025-02-03"),  # and it has a loan
    ("properties 0 loans 0 share", "150"),
    ("properties 0 loans 0 loan months", 0),
    ("properties 0 loans 0 loan months", 12.5),
    ("properties 0 loans 0 loan annual_rate", "3.1"),
    ("properties 0 loans 0 loan kind type", "lease"),
    ("properties 0 loans 0 loan version", 1),
    ("properties 0 loans 0 repayments 0 on", 0),
    ("properties 0 loans 0 repayments 0 keep", "all"),
    ("crypto 0 symbol", "btc"),
    ("crypto 0 quantity", "-1"),
    ("crypto 0 quantity", 0.5),
    ("crypto 0 quantity", "0.0000000000000000001"),
    ("other_goods 0 value amount", "1800.0005"),
    ("credits 0 type", "gift"),
    ("credits 0 type", "loan"),
    ("credits 1 balance", {"amount": "1.00", "currency": "EUR"}),
]


@pytest.mark.parametrize(("path", "value"), BAD_EDITS)
def test_what_the_reader_refuses_does_not_fit(path: str, value: object) -> None:
    """One wrong edit of a right document is refused by the schema and by the reader alike."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split())
    document: Any = json.loads(DOCUMENT.read_text())
    place = document
    for step in steps:
        place = place[step]
    if value is REMOVED:
        del place[last]
    else:
        place[last] = value
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(HoldingsFaults):
        holdings_from_document(document)
