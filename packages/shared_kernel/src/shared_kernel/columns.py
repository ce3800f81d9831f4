"""Column types that mean the same on SQLite and on PostgreSQL, and refuse what would be altered.

=================  ==================  ==========  =============================================
type               Python              SQLite      PostgreSQL
=================  ==================  ==========  =============================================
`MinorUnits`       int                 BIGINT      BIGINT
`CurrencyCode`     str                 CHAR(3)     CHAR(3)
`ExactDecimal`     Decimal             VARCHAR     VARCHAR (canonical text, never a float)
`UtcDateTime`      aware datetime      DATETIME    TIMESTAMP WITH TIME ZONE
`JsonDocument`     dict, list, ...     TEXT        JSONB
`OpaqueId`         str                 VARCHAR     VARCHAR(64)
=================  ==================  ==========  =============================================

An amount of money is a pair of columns, `<name>_minor` and `<name>_currency`: see `money_columns`.

A refused value raises `ColumnRefused` as it is, not wrapped by SQLAlchemy, before anything is sent.
Needs the extra `storage`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn

from sqlalchemy import CHAR, BigInteger, Column, DateTime, Dialect, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Row
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared_kernel.amounts import Money, from_minor, known_currency, to_minor
from shared_kernel.errors import ColumnRefused, Faults, NotPlain
from shared_kernel.plain import plain, plain_json

__all__ = [
    "CurrencyCode",
    "ExactDecimal",
    "JsonDocument",
    "MinorUnits",
    "OpaqueId",
    "UtcDateTime",
    "money_columns",
    "money_from",
    "money_values",
    "optional_money_from",
]

_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_DECIMAL_CHARACTERS = 100


class _Refused(ColumnRefused, DontWrapMixin):
    """A `ColumnRefused` that SQLAlchemy raises as it is."""


def _refuse(template: str, **params: str) -> NoReturn:
    raise _Refused(template, **params)


def _kind(value: object) -> str:
    return type(value).__name__


class MinorUnits(TypeDecorator[int]):
    """An amount in the smallest unit of its currency: an int of 64 bits on both databases.

    Anything that is not exactly an int is refused: a float (SQLite would keep it as one), a
    Decimal, a bool.

    Raises:
        ColumnRefused: when binding such a value, or one outside 64 bits.

    >>> MinorUnits().process_bind_param(105912, None)
    105912
    >>> MinorUnits().process_bind_param(1059.12, None)
    Traceback (most recent call last):
        ...
    shared_kernel.columns._Refused: an amount in minor units is an int, not a float: 1059.12
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect | None) -> int | None:
        """Checks a value on its way in."""
        if value is None:
            return None
        if type(value) is not int:
            _refuse(
                "an amount in minor units is an int, not a {kind}: {value}",
                kind=_kind(value),
                value=str(value),
            )
        if not _INT64_MIN <= value <= _INT64_MAX:
            _refuse("{value} minor units do not fit in 64 bits", value=str(value))
        return value


class CurrencyCode(TypeDecorator[str]):
    """A currency's ISO 4217 code, three capital letters that the kernel knows.

    Raises:
        ColumnRefused: when binding anything else.

    >>> CurrencyCode().process_bind_param("XOF", None)
    'XOF'
    """

    impl = CHAR(3)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect | None) -> str | None:
        """Checks a value on its way in."""
        if value is None:
            return None
        if not isinstance(value, str):
            _refuse("a currency is a code such as EUR, not a {kind}", kind=_kind(value))
        try:
            return known_currency(value)
        except Faults as faults:
            raise _Refused("{reason}", reason=str(faults)) from faults


def canonical_decimal(value: Decimal) -> str:
    """The one text of a decimal's value: no exponent, no needless zero, no negative zero.

    Two decimals are equal exactly when their texts are, so that a database compares them right.

    Raises:
        ColumnRefused: not finite, or longer than 100 characters.

    >>> canonical_decimal(Decimal("0.03350"))
    '0.0335'
    >>> canonical_decimal(Decimal("1E+3")), canonical_decimal(Decimal("-0.00"))
    ('1000', '0')
    """
    if not value.is_finite():
        _refuse("{value} is not a number that can be kept", value=str(value))
    if not value:
        return "0"
    _sign, digits, exponent = value.as_tuple()
    # The exponent is looked at first: writing 1E+999999 out would take a megabyte.
    if len(digits) <= _DECIMAL_CHARACTERS and abs(int(exponent)) <= _DECIMAL_CHARACTERS:
        text = f"{value:f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        if len(text) <= _DECIMAL_CHARACTERS:
            return text
    _refuse(
        "{value} would take more than {limit} characters",
        value=str(value)[:40],
        limit=str(_DECIMAL_CHARACTERS),
    )


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept exactly, as canonical text on both databases.

    SQLite keeps a NUMERIC as a binary float, which loses digits; text does not. What comes back is
    equal to what went in, in canonical form (`Decimal("1.10")` comes back as `Decimal("1.1")`).

    In SQL such a column is compared by `=`, `<>`, `IN` and `IS NULL` alone: order and arithmetic
    would be those of text, so they are refused. Do them in Python, or keep minor units.

    Raises:
        ColumnRefused: when binding anything but a finite Decimal of at most 100 characters, or when
            building such a comparison.

    >>> ExactDecimal().process_bind_param(Decimal("0.0335"), None)
    '0.0335'
    """

    impl = String(_DECIMAL_CHARACTERS)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Decimal]):
        """Lets through the comparisons that text answers right."""

        _SAFE = frozenset(
            {
                operators.eq,
                operators.ne,
                operators.is_,
                operators.is_not,
                operators.in_op,
                operators.not_in_op,
                operators.is_distinct_from,
                operators.is_not_distinct_from,
            }
        )

        def operate(
            self, op: operators.OperatorType, *other: Any, **kwargs: Any
        ) -> ColumnElement[Any]:
            """Builds a comparison, or refuses one whose answer would be wrong."""
            if op not in self._SAFE:
                _refuse(
                    "an ExactDecimal column is text in SQL: {operator} would be wrong there",
                    operator=getattr(op, "__name__", str(op)),
                )
            return super().operate(op, *other, **kwargs)

        def reverse_operate(
            self, op: operators.OperatorType, other: Any, **kwargs: Any
        ) -> ColumnElement[Any]:
            """Refuses what has the column on its right: arithmetic only."""
            return self.operate(op, other, **kwargs)

    comparator_factory = Comparator

    def process_bind_param(self, value: object, dialect: Dialect | None) -> str | None:
        """Checks a value on its way in and gives its text."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            _refuse(
                "an exact decimal is a Decimal, not a {kind}: {value}",
                kind=_kind(value),
                value=str(value),
            )
        return canonical_decimal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Gives back the decimal."""
        return None if value is None else Decimal(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on its way in, aware in UTC on its way out, to the microsecond.

    Raises:
        ColumnRefused: when binding a datetime without a time zone, or anything else.

    >>> from datetime import timedelta, timezone
    >>> paris = timezone(timedelta(hours=1))
    >>> UtcDateTime().process_bind_param(datetime(2025, 12, 9, 10, 30, tzinfo=paris), None)
    datetime.datetime(2025, 12, 9, 9, 30, tzinfo=datetime.timezone.utc)
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect | None) -> datetime | None:
        """Checks a value on its way in and turns it to UTC."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            _refuse("a moment is an aware datetime, not a {kind}", kind=_kind(value))
        if value.utcoffset() is None:
            _refuse("{value} has no time zone: give an aware datetime", value=value.isoformat())
        try:
            moment = value.astimezone(UTC)
        except OverflowError:
            _refuse("{value} is outside the years 1 to 9999 in UTC", value=value.isoformat())
        # SQLite keeps no time zone: the text there is UTC, by this type's own rule.
        return moment.replace(tzinfo=None) if _is_sqlite(dialect) else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Gives back the moment, in UTC."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            _refuse("the column holds a {kind} instead of a moment", kind=_kind(value))
        return value.replace(tzinfo=UTC) if _is_sqlite(dialect) else value.astimezone(UTC)


def _is_sqlite(dialect: Dialect | None) -> bool:
    return dialect is not None and dialect.name == "sqlite"


def _is_postgresql(dialect: Dialect | None) -> bool:
    return dialect is not None and dialect.name == "postgresql"


class JsonDocument(TypeDecorator[Any]):
    """A document of strings, ints, booleans, nulls, lists and objects; JSONB on PostgreSQL.

    A tuple is kept as a list, and a `StrEnum` as its text. Numbers are ints of 64 bits: a Decimal
    or a float is refused, because JSON would alter it (PostgreSQL gives the float 1e300 back as an
    int): write it as a string. `None` is SQL's NULL. On SQLite the text is deterministic: sorted
    keys, no space.

    Raises:
        ColumnRefused: when binding anything else; the message holds the path of the value.

    >>> JsonDocument().process_bind_param({"months": 300, "rate": "0.0335"}, None)
    '{"months":300,"rate":"0.0335"}'
    >>> JsonDocument().process_bind_param({"rates": [0.0335]}, None)
    Traceback (most recent call last):
        ...
    shared_kernel.columns._Refused: rates[0]: a float cannot be kept exactly: write it as a string
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB where there is one."""
        if _is_postgresql(dialect):
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: object, dialect: Dialect | None) -> Any:
        """Checks a document on its way in."""
        if value is None:
            return None
        try:
            # JSONB has an order and spaces of its own; the text of SQLite is ours to fix.
            return plain(value) if _is_postgresql(dialect) else plain_json(value)
        except NotPlain as error:
            raise _Refused(error.template, **error.params) from error

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Gives back the document."""
        if value is None or _is_postgresql(dialect):
            return value
        return json.loads(value)


class OpaqueId(TypeDecorator[str]):
    """An identifier whose inside means nothing here: an owner, a request; 1 to 64 characters.

    Raises:
        ColumnRefused: when binding anything but a printable text of that length without blanks at
            its ends.

    >>> OpaqueId().process_bind_param("7f3a", None)
    '7f3a'
    """

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect | None) -> str | None:
        """Checks a value on its way in."""
        if value is None:
            return None
        if not isinstance(value, str):
            _refuse("an identifier is a string, not a {kind}", kind=_kind(value))
        if not 1 <= len(value) <= 64 or value.strip() != value or not value.isprintable():
            _refuse("{value} is not an identifier of 1 to 64 characters", value=repr(value[:70]))
        return str(value)


def money_columns(name: str, *, nullable: bool = False) -> tuple[Column[int], Column[str]]:
    """The two columns of an amount: `<name>_minor` and `<name>_currency`.

    >>> [column.name for column in money_columns("principal")]
    ['principal_minor', 'principal_currency']
    """
    return (
        Column(f"{name}_minor", MinorUnits(), nullable=nullable),
        Column(f"{name}_currency", CurrencyCode(), nullable=nullable),
    )


def money_values(name: str, value: Money | None) -> dict[str, int | str | None]:
    """What to insert for an amount made with `money_columns`; None leaves both columns NULL.

    Raises:
        MoneyError: the amount has more decimals than its currency.

    >>> from shared_kernel.amounts import money
    >>> money_values("principal", money("215000.00", "EUR"))
    {'principal_minor': 21500000, 'principal_currency': 'EUR'}
    """
    if value is None:
        return {f"{name}_minor": None, f"{name}_currency": None}
    return {f"{name}_minor": to_minor(value), f"{name}_currency": str(value.currency)}


def optional_money_from(row: Row[Any] | Mapping[str, Any], name: str) -> Money | None:
    """The amount that a row holds, None where both its columns are NULL.

    Raises:
        StorageError: only one of the two columns is NULL.
    """
    values = row._mapping if isinstance(row, Row) else row  # noqa: SLF001  # public, named so by SQLAlchemy
    minor, currency = values[f"{name}_minor"], values[f"{name}_currency"]
    if minor is None and currency is None:
        return None
    if minor is None or currency is None:
        _refuse("{name}: an amount without its currency, or the reverse", name=name)
    return from_minor(minor, currency)


def money_from(row: Row[Any] | Mapping[str, Any], name: str) -> Money:
    """The amount that a row holds.

    Raises:
        StorageError: a column is NULL.

    >>> str(money_from({"fee_minor": 1050, "fee_currency": "EUR"}, "fee").amount)
    '10.50'
    """
    found = optional_money_from(row, name)
    if found is None:
        _refuse("{name}: no amount is kept here", name=name)
    return found
