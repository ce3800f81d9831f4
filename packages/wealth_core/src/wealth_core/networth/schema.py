"""The JSON Schema of the document of holdings, for those who write one in another language.

It says the shape of the document: keys, types, spellings, bounds. What it cannot say is checked
where a document is read: identifiers that are unique, the calendar, the terms of a loan together.
"""

from datetime import date
from functools import cache
from typing import Any, Final

from shared_kernel import currency_codes, minor_digits
from wealth_core.loans import DeferralType, FeeTiming, InsuranceBase, Keep
from wealth_core.loans._checks import MAX_MONTHS
from wealth_core.networth._checks import MAX_ID, MAX_LABEL, MAX_SYMBOL, QUANTITY_DIGITS
from wealth_core.networth.categories import CashKind, Envelope
from wealth_core.networth.documents import VERSION
from wealth_core.networth.holdings import MAX_LINES

__all__ = ["holdings_schema"]

Schema = dict[str, Any]
"""A part of a JSON Schema: JSON data, whose values are of every kind."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def holdings_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of the documents of holdings, of the version written.

    >>> schema = holdings_schema()
    >>> schema["properties"]["version"], schema["properties"]["cash"]["maxItems"]
    ({'const': 1}, 1000)
    """
    return {
        "$schema": _DIALECT,
        "title": "Holdings",
        "description": "What a person owns and owes. Amounts, rates, shares and quantities are "
        "texts, so that no reader rounds them.",
        **_object(
            {
                "version": {"const": VERSION},
                "cash": _list(_ref("cash_account")),
                "investments": _list(_ref("investment")),
                "properties": _list(_ref("property")),
                "crypto": _list(_ref("crypto_holding")),
                "other_goods": _list(_ref("other_good")),
                "credits": _list({"oneOf": [_ref("credit_balance"), _ref("credit_loan")]}),
            },
            required=("version",),
        ),
        "$defs": _definitions(),
    }


@cache
def _definitions() -> Schema:
    return {**_scalars(), **_lines(), **_loan_parts()}


def _lines() -> Schema:
    named = {"id": _ref("id"), "label": _ref("label")}
    needed = ("label", "as_of")
    as_of = _ref("day")
    return {
        "cash_account": {
            **_object(
                {**named, "kind": _enum(CashKind), "balance": _ref("any_amount"), "as_of": as_of},
                required=(*needed, "kind", "balance"),
            ),
            "if": {"properties": {"kind": {"not": {"const": CashKind.CURRENT.value}}}},
            "then": {"properties": {"balance": _ref("amount")}},
        },
        "investment": _object(
            {**named, "envelope": _enum(Envelope), "value": _ref("amount"), "as_of": as_of},
            required=(*needed, "envelope", "value"),
        ),
        "property": {
            **_object(
                {
                    **named,
                    "value": _ref("amount"),
                    "as_of": as_of,
                    "ownership": _ref("share"),
                    "loans": _list(_ref("debt")),
                    "sold_on": _or_null(as_of),
                },
                required=(*needed, "value"),
            ),
            "if": {"properties": {"sold_on": {"type": "string"}}, "required": ["sold_on"]},
            "then": {"properties": {"loans": {"maxItems": 0}}},
        },
        "debt": _object(
            {
                **named,
                "loan": _ref("loan"),
                "repayments": _list(_ref("repayment"), most=MAX_MONTHS),
                "share": _or_null(_ref("share")),
            },
            required=("label", "loan"),
        ),
        "crypto_holding": _object(
            {
                **named,
                "symbol": _text(rf"[A-Z0-9]{{1,{MAX_SYMBOL}}}"),
                "quantity": _text(rf"[0-9]{{1,40}}(\.[0-9]{{1,{QUANTITY_DIGITS}}}0*)?"),
                "as_of": as_of,
            },
            required=(*needed, "symbol", "quantity"),
        ),
        "other_good": _object(
            {**named, "value": _ref("amount"), "as_of": as_of}, required=(*needed, "value")
        ),
        "credit_balance": _object(
            {"type": {"const": "balance"}, **named, "balance": _ref("amount"), "as_of": as_of},
            required=(*needed, "type", "balance"),
        ),
        "credit_loan": _object(
            {
                "type": {"const": "loan"},
                **named,
                "loan": _ref("loan"),
                "repayments": _list(_ref("repayment"), most=MAX_MONTHS),
            },
            required=("type", "label", "loan"),
        ),
    }


def _loan_parts() -> Schema:
    months = {"type": "integer", "minimum": 1, "maximum": MAX_MONTHS}
    rate = _ref("rate")
    return {
        "loan": _object(
            {
                "principal": _ref("amount"),
                "annual_rate": rate,
                "months": months,
                "first_due": _ref("day"),
                "kind": _ref("loan_kind"),
                "deferral": _or_null(
                    _object(
                        {"months": months, "type": _enum(DeferralType)}, required=("months", "type")
                    )
                ),
                "insurance": _list(
                    _object(
                        {"annual_rate": rate, "base": _enum(InsuranceBase), "share": _ref("share")},
                        required=("annual_rate",),
                    ),
                    most=20,
                ),
                "fees": _list(
                    _object(
                        {
                            "amount": _ref("amount"),
                            "when": _enum(FeeTiming),
                            "label": {"type": "string", "maxLength": 200},
                        },
                        required=("amount",),
                    ),
                    most=100,
                ),
                "rate_changes": _list(
                    _object(
                        {"from_instalment": {**months, "minimum": 2}, "annual_rate": rate},
                        required=("from_instalment", "annual_rate"),
                    ),
                    most=MAX_MONTHS,
                ),
                "first_period_days": _or_null({"type": "integer", "minimum": 1, "maximum": 366}),
            },
            required=("principal", "annual_rate", "months", "first_due"),
        ),
        "loan_kind": {
            "oneOf": [
                *(
                    _object({"type": {"const": name}}, required=("type",))
                    for name in ("annuity", "interest_only", "constant_principal")
                ),
                _object(
                    {
                        "type": {"const": "balloon"},
                        "amount": _or_null(_ref("amount")),
                        "amortised_over": _or_null(
                            {"type": "integer", "minimum": 2, "maximum": 2 * MAX_MONTHS}
                        ),
                    },
                    required=("type",),
                ),
            ]
        },
        "repayment": _object(
            {
                "on": {"oneOf": [_ref("day"), months]},
                "amount": _or_null(_ref("amount")),
                "keep": _enum(Keep),
                "indemnity": {"type": "boolean"},
            },
            required=("on",),
        ),
    }


def _scalars() -> Schema:
    return {
        "id": _text(rf"[A-Za-z0-9_-]{{1,{MAX_ID}}}"),
        "label": {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LABEL,
            # Characters that are seen, on one line: no control, no separator of lines.
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*\S"
            r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
        },
        "day": {
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "examples": [date(2025, 12, 9).isoformat()],
        },
        "share": {
            **_text(r"0*(0\.[0-9]{1,40}|1(\.0{1,40})?)"),
            "not": {"pattern": r"^[0.]*$"},
            "examples": ["0.5", "1"],
        },
        "rate": {**_text(r"0+(\.[0-9]{1,40})?"), "examples": ["0.0335"]},
        "amount": _money(signed=False),
        "any_amount": _money(signed=True),
    }


def _money(*, signed: bool) -> Schema:
    """An amount with at most the decimals of its currency."""
    by_digits: dict[int, list[str]] = {}
    for code in currency_codes():
        by_digits.setdefault(minor_digits(code), []).append(code)
    sign = "-?" if signed else "(-(?=[0.]*$))?"  # minus nothing is nothing
    return {
        **_object(
            {"amount": {"type": "string"}, "currency": {"enum": list(currency_codes())}},
            required=("amount", "currency"),
        ),
        "allOf": [
            {
                "if": {"properties": {"currency": {"enum": codes}}},
                "then": {"properties": {"amount": _text(sign + _figures(digits))}},
            }
            for digits, codes in sorted(by_digits.items())
        ],
        "examples": [{"amount": "4700.00", "currency": "EUR"}],
    }


def _figures(digits: int) -> str:
    return rf"[0-9]{{1,16}}(\.[0-9]{{1,{digits}}})?" if digits else "[0-9]{1,16}"


def _object(properties: Schema, *, required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _list(items: Schema, *, most: int = MAX_LINES) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _enum(members: Any) -> Schema:
    """One of the values of an Enum; ``Any``: the class of a class of constants."""
    return {"enum": [member.value for member in members]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}
