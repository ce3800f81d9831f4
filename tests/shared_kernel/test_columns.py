"""Column types keep the same values, exactly, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    column,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from shared_kernel.amounts import money
from shared_kernel.columns import (
    CurrencyCode,
    ExactDecimal,
    JsonDocument,
    MinorUnits,
    OpaqueId,
    UtcDateTime,
    canonical_decimal,
    money_columns,
    money_from,
    money_values,
    optional_money_from,
)
from shared_kernel.engine import transaction
from shared_kernel.errors import ColumnRefused, StorageError

# Each example has a transaction of its own, undone after it: the fixture's state is not shared.
on_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def kept(engine: Engine) -> Callable[[TypeEngine[Any], object], Any]:
    """Writes a value into a column of a type and reads it again."""
    metadata = MetaData()
    tables: dict[str, Table] = {}

    def write_and_read(type_: TypeEngine[Any], value: object) -> Any:
        name = type(type_).__name__.lower()
        if name not in tables:
            tables[name] = Table(
                name, metadata, Column("id", Integer, primary_key=True), Column("value", type_)
            )
            metadata.create_all(engine)
        table = tables[name]
        with transaction(engine) as connection:
            connection.execute(insert(table).values(value=value))
            found = connection.execute(select(table.c.value)).scalar_one()
            connection.rollback()
        return found

    return write_and_read


class TestMinorUnits:
    """`MinorUnits`."""

    @on_database
    @given(st.integers(-(2**63), 2**63 - 1))
    @example(2**63 - 1)
    @example(-(2**63))
    def test_keeps_every_int_of_64_bits(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: int
    ) -> None:
        """Every int of 64 bits comes back as it is, as an int."""
        found = kept(MinorUnits(), value)
        assert found == value
        assert type(found) is int

    @pytest.mark.parametrize(
        "value", [1.0, 0.1, float("nan"), Decimal(1), True, "1", 2**63, -(2**63) - 1]
    )
    def test_refuses_what_is_not_such_an_int(self, engine: Engine, value: object) -> None:
        """A float, a Decimal, a bool, a text and an int beyond 64 bits never reach the database."""
        with pytest.raises(ColumnRefused), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, MinorUnits())))


class TestExactDecimal:
    """`ExactDecimal`."""

    @on_database
    @given(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
    )
    @example(Decimal("0.1"))
    @example(Decimal("123456789012345678901234567890.123456789"))
    @example(Decimal("-0.00"))
    @example(Decimal("1E+20"))
    @example(Decimal("1E-90"))
    def test_keeps_the_value_exactly(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: Decimal
    ) -> None:
        """A decimal comes back equal, to the last digit, in canonical form."""
        try:
            expected = canonical_decimal(value)
        except ColumnRefused:
            assume(False)
        found = kept(ExactDecimal(), value)
        assert found == value
        assert str(found) == expected or f"{found:f}" == expected

    @given(st.decimals(allow_nan=False, allow_infinity=False, places=5), st.integers(0, 5))
    def test_equal_values_have_one_text(self, value: Decimal, zeros: int) -> None:
        """However a decimal is written, its text is the same: databases compare texts."""
        other = Decimal(f"{value:f}" + "0" * zeros)
        assert other == value
        assert canonical_decimal(other) == canonical_decimal(value)
        assert Decimal(canonical_decimal(value)) == value

    @pytest.mark.parametrize(
        "value",
        [
            0.1,
            1,
            True,
            "0.1",
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("Infinity"),
            Decimal("1E+999999"),
            Decimal("1E-999999"),
            Decimal("1" * 101),
        ],
    )
    def test_refuses_what_is_not_a_finite_decimal(self, engine: Engine, value: object) -> None:
        """A float, an int, a text, NaN, infinity and monstrous exponents are refused at once."""
        with pytest.raises(ColumnRefused), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, ExactDecimal())))

    def test_is_found_by_its_value(self, engine: Engine) -> None:
        """A decimal is found whichever way it is written, by = and by IN."""
        table = Table("rates", MetaData(), Column("rate", ExactDecimal()))
        table.create(engine)
        with transaction(engine) as connection:
            connection.execute(insert(table).values(rate=Decimal("0.03350")))
            for condition in (
                table.c.rate == Decimal("0.0335"),
                table.c.rate.in_([Decimal("3.35E-2")]),
                table.c.rate != Decimal("0.0336"),
                table.c.rate.is_not(None),
            ):
                assert (
                    connection.execute(
                        select(func.count()).select_from(table).where(condition)
                    ).scalar_one()
                    == 1
                )

    @pytest.mark.parametrize(
        "build",
        [
            lambda rate: rate < Decimal(2),
            lambda rate: rate >= Decimal(10),
            lambda rate: rate.between(Decimal(1), Decimal(2)),
            lambda rate: rate + Decimal(1),
            lambda rate: Decimal(1) - rate,
            lambda rate: rate.desc(),
            lambda rate: rate.like("1%"),
        ],
    )
    def test_refuses_order_and_arithmetic_in_sql(self, build: Callable[[Any], object]) -> None:
        """Text would answer "10 < 9": such a comparison is refused where it is written."""
        with pytest.raises(ColumnRefused, match="text in SQL"):
            build(column("rate", ExactDecimal()))


class TestUtcDateTime:
    """`UtcDateTime`."""

    @on_database
    @given(
        st.datetimes(
            min_value=datetime(1, 1, 3),  # noqa: DTZ001  # hypothesis adds the zone
            max_value=datetime(9999, 12, 29),  # noqa: DTZ001  # hypothesis adds the zone
            timezones=st.timezones() | st.just(timezone(timedelta(hours=-5, minutes=-30))),
        )
    )
    @example(datetime(2025, 10, 26, 2, 30, tzinfo=UTC))
    @example(datetime(1900, 1, 1, 0, 0, 0, 1, tzinfo=UTC))
    def test_keeps_the_moment(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: datetime
    ) -> None:
        """A moment of any zone comes back as the same moment, in UTC, to the microsecond."""
        found = kept(UtcDateTime(), value)
        assert found == value.astimezone(UTC)
        assert found.tzinfo is UTC

    @pytest.mark.parametrize(
        "value",
        [
            datetime(2025, 12, 9, 10, 0),  # noqa: DTZ001  # what is refused
            date(2025, 12, 9),
            "2025-12-09T10:00:00+00:00",
            1765274400,
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
        ],
    )
    def test_refuses_what_has_no_zone(self, engine: Engine, value: object) -> None:
        """A naive datetime, a date, a text, a number and a moment before the year 1 are refused."""
        with pytest.raises(ColumnRefused), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, UtcDateTime())))

    def test_moments_are_ordered_by_the_database(self, engine: Engine) -> None:
        """Order and range are those of time, whatever the zones and the microseconds."""
        table = Table("moments", MetaData(), Column("at", UtcDateTime()))
        table.create(engine)
        start = datetime(2025, 12, 9, 23, 59, 59, 999_999, tzinfo=UTC)
        later = datetime(2025, 12, 10, 0, 30, tzinfo=timezone(timedelta(hours=-1)))
        moments = [later, start, start + timedelta(microseconds=1)]
        with transaction(engine) as connection:
            connection.execute(insert(table), [{"at": moment} for moment in moments])
            found = connection.execute(select(table.c.at).order_by(table.c.at)).scalars().all()
            assert found == sorted(moments)
            after = select(func.count()).select_from(table).where(table.c.at > start)
            assert connection.execute(after).scalar_one() == 2


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


class _Colour(StrEnum):
    RED = "red"


class TestJsonDocument:
    """`JsonDocument`."""

    @on_database
    @given(_documents)
    @example([])
    @example({"": {}})
    @example({"é": '€ \u202f \U0001f600 "quoted" \\ \u2028'})
    def test_keeps_the_document(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: object
    ) -> None:
        """A document of plain values comes back equal, with the types it had."""
        found = kept(JsonDocument(), value)
        assert found == value
        assert json.dumps(found, sort_keys=True) == json.dumps(value, sort_keys=True)

    def test_a_tuple_is_a_list_and_an_enum_its_text(
        self, kept: Callable[[TypeEngine[Any], object], Any]
    ) -> None:
        """What cattrs gives is kept: tuples as lists, members of a StrEnum as texts."""
        assert kept(JsonDocument(), {"a": (1, _Colour.RED)}) == {"a": [1, "red"]}

    def test_none_is_null(self, engine: Engine) -> None:
        """None is SQL's NULL on both databases, and not the document `null`."""
        table = Table("documents", MetaData(), Column("d", JsonDocument(), nullable=True))
        table.create(engine)
        with transaction(engine) as connection:
            connection.execute(insert(table).values(d=None))
            nulls = select(func.count()).select_from(table).where(table.c.d.is_(None))
            assert connection.execute(nulls).scalar_one() == 1

    @pytest.mark.parametrize(
        ("value", "path"),
        [
            ({"a": [1, 0.5]}, r"a\[1\]"),
            ({"rate": Decimal("0.1")}, "rate"),
            ({"x": {"y": 2**63}}, r"x\.y"),
            ({1: "a"}, "key"),
            ({"when": date(2025, 1, 1)}, "when"),
            ({"s": {1, 2}}, "s"),
            ({"t": "a\0b"}, "t"),
            ({"t": "\ud800"}, "t"),
            (float("inf"), "float"),
            (b"bytes", "bytes"),
        ],
    )
    def test_refuses_what_json_would_alter(self, engine: Engine, value: object, path: str) -> None:
        """Floats, Decimals, dates, other keys than texts: refused, with the path, on both."""
        with pytest.raises(ColumnRefused, match=path), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, JsonDocument())))

    def test_refuses_a_bottomless_document(self, engine: Engine) -> None:
        """Lists in lists a thousand deep are refused before anything recurses too far."""
        value: list[Any] = []
        for _ in range(1000):
            value = [value]
        with pytest.raises(ColumnRefused, match="levels"), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, JsonDocument())))

    def test_its_text_on_sqlite_is_always_the_same(self, sqlite_url: str) -> None:
        """The same document gives the same bytes, whatever the order of its keys."""
        texts = {
            JsonDocument().process_bind_param(value, None)
            for value in ({"b": [1, "é"], "a": None}, {"a": None, "b": [1, "é"]})
        }
        assert texts == {'{"a":null,"b":[1,"é"]}'}


class TestIdentifiersAndCurrencies:
    """`OpaqueId` and `CurrencyCode`."""

    @pytest.mark.parametrize("value", ["a", "client@example.com", "é" * 64, "7f3a-11", "two words"])
    def test_identifiers_are_kept(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: str
    ) -> None:
        """A printable text of 1 to 64 characters comes back as it is."""
        assert kept(OpaqueId(), value) == value

    @pytest.mark.parametrize("value", ["", "a" * 65, " a", "a\n", "a\0", 7, b"a", "\ud800"])
    def test_other_identifiers_are_refused(self, engine: Engine, value: object) -> None:
        """Empty, too long, with blanks around or control characters inside: refused."""
        with pytest.raises(ColumnRefused), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, OpaqueId())))

    @pytest.mark.parametrize("value", ["EUR", "XOF", "TND"])
    def test_currencies_are_kept(
        self, kept: Callable[[TypeEngine[Any], object], Any], value: str
    ) -> None:
        """A known code comes back as it is."""
        assert kept(CurrencyCode(), value) == value

    @pytest.mark.parametrize("value", ["eur", "ZZZ", "", "EURO", 978])
    def test_unknown_currencies_are_refused(self, engine: Engine, value: object) -> None:
        """What is not a known code in capitals is refused."""
        with pytest.raises(ColumnRefused), transaction(engine) as connection:
            connection.execute(select(type_coerce(value, CurrencyCode())))


@pytest.fixture
def amounts(engine: Engine) -> Table:
    """A table with one amount, which may be missing."""
    table = Table(
        "amounts",
        MetaData(),
        Column("id", Integer, primary_key=True),
        *money_columns("price", nullable=True),
    )
    table.create(engine)
    return table


class TestMoney:
    """`money_columns`, `money_values`, `money_from`."""

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("213619.42", "EUR"),
            ("-0.01", "EUR"),
            ("1250000", "GNF"),
            ("1.234", "TND"),
            ("0", "XOF"),
        ],
    )
    def test_an_amount_comes_back(
        self, engine: Engine, amounts: Table, amount: str, currency: str
    ) -> None:
        """An amount comes back equal, with its currency and its decimals."""
        value = money(amount, currency)
        with transaction(engine) as connection:
            connection.execute(insert(amounts).values(money_values("price", value)))
            row = connection.execute(select(amounts)).one()
        assert money_from(row, "price") == value
        assert str(money_from(row, "price").amount) == str(value.amount)

    def test_a_missing_amount_is_none(self, engine: Engine, amounts: Table) -> None:
        """Two NULLs are no amount: None where that is allowed, refused where one is wanted."""
        with transaction(engine) as connection:
            connection.execute(insert(amounts).values(money_values("price", None)))
            row = connection.execute(select(amounts)).one()
        assert optional_money_from(row, "price") is None
        with pytest.raises(StorageError, match="no amount"):
            money_from(row, "price")

    def test_half_an_amount_is_refused(self) -> None:
        """A number without its currency is no amount."""
        with pytest.raises(StorageError, match="without its currency"):
            optional_money_from({"price_minor": 1, "price_currency": None}, "price")


def test_a_refusal_is_not_wrapped_and_changes_nothing(engine: Engine) -> None:
    """Several rows of which one is refused: our own error, and no row is written."""
    table = Table("rows", MetaData(), Column("minor", MinorUnits()))
    table.create(engine)

    def write(connection: Connection) -> None:
        connection.execute(insert(table), [{"minor": 1}, {"minor": 2.5}])

    with (
        pytest.raises(ColumnRefused, match=r"not a float: 2\.5"),
        transaction(engine) as connection,
    ):
        write(connection)
    with transaction(engine) as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
