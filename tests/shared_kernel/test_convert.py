"""JSON data to values and back: what each type takes, and every fault with its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, NewType

import attrs
import pytest
from cattrs import Converter
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel import (
    FaultKind,
    FaultList,
    Faults,
    Money,
    dump_json,
    make_converter,
    money,
    parse_json,
    register_tagged_union,
    structure,
    unstructure,
)
from shared_kernel.testing import days, monies, rates

TOO_HIGH = FaultKind("test_convert.too_high", "{given} looks like a percentage")


class Base(StrEnum):
    """What an insurance is counted on."""

    INITIAL = "initial"
    OUTSTANDING = "outstanding"


class Level(IntEnum):
    """An enumeration of integers."""

    LOW = 1
    HIGH = 2


class Number(int, Enum):
    """An enumeration of integers, in the old way."""

    ONE = 1


class Mixed(str, Enum):  # noqa: UP042 - libraries still write them so
    """An enumeration of texts, in the old way."""

    A = "a"


@attrs.frozen
class Insurance:
    """A value that looks at itself."""

    annual_rate: Decimal
    base: Base = Base.INITIAL
    share: Fraction = Fraction(1)

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        found.check(self.annual_rate < 1, TOO_HIGH, "annual_rate", given=self.annual_rate)
        found.check(self.share <= 1, TOO_HIGH, "share", given=self.share)
        found.raise_if_any()


@attrs.frozen
class Annuity:
    """A member of a union."""


@attrs.frozen
class Balloon:
    """Another member of it."""

    amount: Money


@attrs.frozen(kw_only=True)
class Loan:
    """A document with a bit of everything."""

    principal: Money
    months: int
    first_due: date
    label: str = ""
    kind: Annuity | Balloon = Annuity()
    insurance: tuple[Insurance, ...] = ()
    tags: frozenset[str] = frozenset()
    notes: Mapping[str, str] = attrs.Factory(dict)
    signed: bool = False
    made_at: datetime | None = None
    pair: tuple[int, str] | None = None
    checked: int = attrs.field(init=False, default=0)


@attrs.frozen
class Shape:
    """The base class of a union."""


@attrs.frozen
class Circle(Shape):
    """Its only member."""

    radius: int


@attrs.frozen
class Drawing:
    """Holds shapes of any class."""

    shapes: tuple[Shape, ...]


@pytest.fixture(scope="module")
def converter() -> Converter:
    """A converter that knows the union."""
    made = make_converter()
    register_tagged_union(made, Annuity | Balloon, {"annuity": Annuity, "balloon": Balloon})
    return made


def faults_of(data: object, cls: Any, converter: Converter | None = None) -> list[tuple[str, str]]:
    """The path and the code of every fault of some data."""
    with pytest.raises(Faults) as refused:
        structure(data, cls, converter=converter)
    return [(fault.path, fault.code.partition(".")[2]) for fault in refused.value.faults]


INSURANCES = st.builds(
    Insurance, rates(), st.sampled_from(Base), st.fractions(0, 1, max_denominator=99)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
LOANS = st.builds(
    Loan,
    principal=monies(),
    months=st.integers(1, 600),
    first_due=days(),
    label=TEXTS,
    kind=st.just(Annuity()) | st.builds(Balloon, monies()),
    insurance=st.lists(INSURANCES, max_size=3).map(tuple),
    tags=st.frozensets(TEXTS, max_size=3),
    notes=st.dictionaries(TEXTS, TEXTS, max_size=2),
    signed=st.booleans(),
    made_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    pair=st.none() | st.tuples(st.integers(-9, 9), TEXTS),
)


@given(loan=LOANS)
def test_values_go_both_ways(converter: Converter, loan: Loan) -> None:
    """A value comes back from its JSON text the same, through bytes; the text is canonical."""
    text = dump_json(unstructure(loan, converter=converter))
    again = structure(parse_json(text.encode()), Loan, converter=converter)
    assert again == loan
    assert dump_json(unstructure(again, converter=converter)) == text


def test_the_json_of_a_value(converter: Converter) -> None:
    """Field names are the keys; amounts, rates and dates are texts; a tuple is a list."""
    loan = Loan(
        principal=money("215000", "EUR"),
        months=300,
        first_due=date(2025, 10, 1),
        insurance=(Insurance(Decimal("0.0030"), share=Fraction(1, 2)),),
        made_at=datetime(2025, 9, 1, 11, 30, tzinfo=timezone(timedelta(hours=2))),
        pair=(1, "a"),
        tags=frozenset({"b", "a"}),
    )
    assert unstructure(loan, converter=converter) == {
        "principal": {"amount": "215000.00", "currency": "EUR"},
        "months": 300,
        "first_due": "2025-10-01",
        "label": "",
        "kind": {"type": "annuity"},
        "insurance": [{"annual_rate": "0.0030", "base": "initial", "share": "1/2"}],
        "tags": ["a", "b"],
        "notes": {},
        "signed": False,
        "made_at": "2025-09-01T09:30:00Z",
        "pair": [1, "a"],
    }


def test_every_fault_is_told_at_once(converter: Converter) -> None:
    """Unknown, missing and wrong keys at every depth, the constructor's faults among them."""
    data = parse_json(
        """{"principal": {"amount": 215000.5, "currency": "eur", "unit": 1}, "months": "300",
            "frist_due": "2025-10-01", "kind": {"type": "ballon"}, "signed": 1,
            "insurance": [{"annual_rate": "0.003"}, {"annual_rate": "3.5", "share": "3/2"},
                          {"base": "INITIAL"}, 7]}"""
    )
    assert faults_of(data, Loan, converter) == [
        ("frist_due", "unknown_key"),
        ("first_due", "missing_key"),
        ("principal.unit", "unknown_key"),
        ("months", "not_whole"),
        ("kind.type", "not_accepted"),
        ("insurance[1].annual_rate", "too_high"),
        ("insurance[1].share", "too_high"),
        ("insurance[2].annual_rate", "missing_key"),
        ("insurance[2].base", "not_accepted"),
        ("insurance[3]", "not_an_object"),
        ("signed", "not_a_boolean"),
    ]


def test_the_messages_say_what_is_accepted(converter: Converter) -> None:
    """An unknown key, an unknown value and an unknown tag list what would be accepted."""
    for data, cls, message in (
        ({"rate": "1"}, Insurance, "rate: rate is not known here: the keys are annual_rate, base"),
        ("x", Base, "write one of initial, outstanding"),
        (
            {"type": "x"},
            Annuity | Balloon,
            "type: x is not accepted: write one of annuity, balloon",
        ),
        ({}, Annuity | Balloon, "type: type is missing: write one of annuity, balloon"),
        ([], Insurance, r"\[\] is not an object: write \{...\} with the keys annual_rate"),
        (1.5, Decimal, 'write it as a text, "1.5"'),
    ):
        with pytest.raises(Faults, match=message):
            structure(data, cls, converter=converter)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cls", "text", "value"),
    [
        (str, '"a"', "a"),
        (int, "-3", -3),
        (bool, "true", True),
        (float, "3", 3.0),
        (float, "1.5e3", 1500.0),
        (Decimal, '"0.0335"', Decimal("0.0335")),
        (Decimal, "3", Decimal(3)),
        (Fraction, '"7/12"', Fraction(7, 12)),
        (Fraction, '"-7"', Fraction(-7)),
        (Fraction, "7", Fraction(7)),
        (date, '"2024-02-29"', date(2024, 2, 29)),
        (datetime, '"2025-01-01T00:00:00Z"', datetime(2025, 1, 1, tzinfo=UTC)),
        (datetime, '"2025-01-01T00:00:00+01:00"', datetime(2024, 12, 31, 23, tzinfo=UTC)),
        (Money, '{"amount": "1.5", "currency": "EUR"}', money("1.50", "EUR")),
        (Money, '{"amount": 15, "currency": "XOF"}', money(15, "XOF")),
        (Base, '"initial"', Base.INITIAL),
        (Level, "2", Level.HIGH),
        (Mixed, '"a"', Mixed.A),
        (Number, "1", Number.ONE),
        (Literal["a", 1], "1", 1),
        (int | None, "null", None),
        (date | int, "3", 3),
        (date | int | None, '"2025-01-01"', date(2025, 1, 1)),
        (list[int], "[1, 2]", [1, 2]),
        (Sequence[int], "[1, 2]", (1, 2)),
        (tuple[int, ...], "[]", ()),
        (tuple[int, str], '[1, "a"]', (1, "a")),
        (set[int], "[1, 1]", {1}),
        (dict[str, Decimal], '{"a.b": "1"}', {"a.b": Decimal(1)}),
        (dict, '{"a": [1]}', {"a": [1]}),
        (object, '{"a": [1]}', {"a": [1]}),
        (NewType("Kilos", int), "3", 3),
        (Annotated[int, "kg"], "3", 3),
    ],
)
def test_what_each_type_takes(cls: Any, text: str, value: object) -> None:
    """JSON texts that are a value of the type, and the value."""
    made = structure(parse_json(text), cls)
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("cls", "text", "code"),
    [
        (str, "1", "not_text"),
        (str, "null", "not_text"),
        (int, '"1"', "not_whole"),
        (int, "true", "not_whole"),
        (int, "1.0", "not_whole"),
        (bool, "0", "not_a_boolean"),
        (bool, '"true"', "not_a_boolean"),
        (float, '"1.5"', "not_a_float"),
        (float, "true", "not_a_float"),
        (float, "1e400", "not_a_float"),
        (float, "9" * 39, None),
        (Decimal, "1.10", "decimal_as_float"),
        (Decimal, "1e400", "decimal_as_float"),
        (Decimal, '"1e3"', "not_a_decimal"),
        (Decimal, '"1,5"', "not_a_decimal"),
        (Decimal, '"NaN"', "not_a_decimal"),
        (Decimal, "true", "not_a_decimal"),
        (Fraction, '"1/0"', "not_a_fraction"),
        (Fraction, '"0.5"', "not_a_fraction"),
        (Fraction, "0.5", "not_a_fraction"),
        (Fraction, "true", "not_a_fraction"),
        (date, '"2025-02-30"', "not_a_day"),
        (date, '"20250101"', "not_a_day"),
        (date, '"2025-01-01T00:00:00Z"', "not_a_day"),
        (date, "20250101", "not_a_day"),
        (datetime, '"2025-01-01T00:00:00"', "not_a_time"),
        (datetime, '"2025-01-01"', "not_a_time"),
        (datetime, '"0001-01-01T00:00:00+14:00"', "not_a_time"),
        (datetime, "0", "not_a_time"),
        (Money, '"1.50 EUR"', "not_an_object"),
        (Money, '{"amount": 1.5, "currency": "EUR"}', "decimal_as_float"),
        (Money, '{"amount": "1.234", "currency": "EUR"}', "too_many_decimals"),
        (Money, '{"amount": true, "currency": "EUR"}', "not_an_amount"),
        (Money, '{"amount": "1.50", "currency": 978}', "unknown_currency"),
        (Base, '"Initial"', "not_accepted"),
        (Base, "1", "not_accepted"),
        (Base, "[]", "not_accepted"),
        (Level, "true", "not_accepted"),
        (Level, '"1"', "not_accepted"),
        (Mixed, '"b"', "not_accepted"),
        (Literal["a", 1], "true", "not_accepted"),
        (Literal["a", 1], "{}", "not_accepted"),
        (int | None, '"1"', "not_whole"),
        (date | int, '"tomorrow"', "not_a_day"),
        (list[int], '"12"', "not_a_list"),
        (list[int], "{}", "not_a_list"),
        (tuple[int, str], "[1]", "wrong_length"),
        (dict[str, int], "[]", "not_an_object"),
        (dict[str, int], '{"a": "1"}', "not_whole"),
    ],
)
def test_what_each_type_refuses(cls: Any, text: str, code: str | None) -> None:
    """Nothing is converted that was not meant: each fault has its own sentence."""
    data = parse_json(text)
    if code is None:
        assert structure(data, cls) == float(text)
    else:
        assert [found for _, found in faults_of(data, cls)] == [code]


@pytest.mark.parametrize("number", [0.1, float("nan"), float("inf")])
def test_floats_of_other_parsers_are_refused(number: float) -> None:
    """Data that Python's own parser read has floats: no amount and no Decimal takes them."""
    assert faults_of(number, Decimal) == [("", "decimal_as_float")]
    assert faults_of({"amount": number, "currency": "EUR"}, Money) == [
        ("amount", "decimal_as_float")
    ]


def test_values_that_are_made_already_are_kept() -> None:
    """Python data with Decimals, dates and amounts is structured as JSON is."""
    value = money("1.50", "EUR")
    assert structure([value], list[Money]) == [value]
    assert structure(Decimal("0.1"), Decimal) == Decimal("0.1")
    assert structure(date(2025, 1, 1), date) == date(2025, 1, 1)
    assert structure(Base.INITIAL, Base) is Base.INITIAL
    assert faults_of(Decimal("NaN"), Decimal) == [("", "not_a_decimal")]


def test_the_errors_of_plain_validators_become_faults() -> None:
    """A ValueError of a constructor is a fault at the path of its object; a bug goes through."""

    @attrs.frozen
    class Positive:
        count: int = attrs.field(validator=attrs.validators.gt(0))

    @attrs.frozen
    class Broken:
        count: int

        def __attrs_post_init__(self) -> None:
            raise ZeroDivisionError

    assert faults_of([{"count": 1}, {"count": 0}], list[Positive]) == [("[1]", "refused")]
    with pytest.raises(ZeroDivisionError):
        structure({"count": 1}, Broken)


def test_the_class_of_a_constructor_error_is_kept_at_the_root() -> None:
    """A library's own error reaches the caller when the whole input is one value."""

    class OwnFaults(Faults):
        pass

    @attrs.frozen
    class Own:
        rate: Decimal

        def __attrs_post_init__(self) -> None:
            raise OwnFaults.of(TOO_HIGH, "rate", given=self.rate)

    with pytest.raises(OwnFaults):
        structure({"rate": "3.35"}, Own)


def test_a_list_of_faults_has_an_end() -> None:
    """Two hundred faults of a list are enough: a million would be an attack on the reader."""
    assert len(faults_of(["x"] * 100_000, list[int])) == 200
    assert len(faults_of({str(n): 1 for n in range(100_000)}, Insurance)) <= 202
    assert len(faults_of({str(n): "x" for n in range(1_000)}, dict[str, int])) == 200


def test_strange_keys_have_readable_paths() -> None:
    """A key with a dot, a newline or a thousand letters cannot be mistaken for a path."""
    paths = [path for path, _ in faults_of({"a.b": 1, "c\nd": 1, "e" * 1_000: 1}, Annuity)]
    assert paths[:2] == ['["a.b"]', '["c\\\\nd"]']
    assert len(paths[2]) < 70


class TestTaggedUnion:
    """Classes told apart by a key."""

    def test_members_go_both_ways_alone(self, converter: Converter) -> None:
        """A member is structured from what it was unstructured to, as itself or as the union."""
        balloon = Balloon(money("5", "EUR"))
        data = unstructure(balloon, converter=converter)
        assert data == {"type": "balloon", "amount": {"amount": "5.00", "currency": "EUR"}}
        for cls in (Balloon, Annuity | Balloon, Annuity | Balloon | None):
            assert structure(data, cls, converter=converter) == balloon  # type: ignore[arg-type]

    def test_a_base_class_can_stand_for_the_union(self) -> None:
        """Fields annotated with the base take each member, and write its tag."""
        shapes = make_converter()
        register_tagged_union(shapes, Shape, {"circle": Circle}, tag="shape")
        drawing = Drawing((Circle(3),))
        data = unstructure(drawing, converter=shapes)
        assert data == {"shapes": [{"shape": "circle", "radius": 3}]}
        assert structure(data, Drawing, converter=shapes) == drawing
        with pytest.raises(Faults, match=r"shapes\[0\]\.radius: radius is missing"):
            structure({"shapes": [{"shape": "circle"}]}, Drawing, converter=shapes)

    @pytest.mark.parametrize(
        ("data", "faults"),
        [
            ({"type": "balloon"}, [("amount", "missing_key")]),
            ({"type": "annuity", "amount": 1}, [("amount", "unknown_key")]),
            ({"type": 3}, [("type", "not_accepted")]),
            ({"type": ["annuity"]}, [("type", "not_accepted")]),
            ({}, [("type", "missing_tag")]),
            ("annuity", [("", "not_an_object")]),
            (None, [("", "not_an_object")]),
        ],
    )
    def test_faults(
        self, converter: Converter, data: object, faults: list[tuple[str, str]]
    ) -> None:
        """A missing or unknown tag is told; else the faults are those of the class named."""
        assert faults_of(data, Annuity | Balloon, converter) == faults


def test_naive_times_are_not_written() -> None:
    """A time without its zone is a mistake of the code."""
    with pytest.raises(TypeError, match="without its zone"):
        unstructure(datetime(2025, 1, 1))  # noqa: DTZ001 - the naive time is the test


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inside: (
            st.lists(inside, max_size=4)
            | st.dictionaries(
                st.sampled_from(["principal", "months", "kind", "type", "insurance", "amount"]),
                inside,
                max_size=4,
            )
        ),
    )
)
def test_any_data_is_made_or_refused(converter: Converter, data: object) -> None:
    """Whatever the data, the result is a value or faults: never another exception."""
    for cls in (Loan, Insurance, Annuity | Balloon, Money, dict[str, list[Decimal]]):
        try:
            structure(data, cls, converter=converter)  # type: ignore[arg-type]
        except Faults as refused:
            refused.prefixed("data")
