"""Phone numbers: every usual writing of one, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir_web.identity.phones import LONGEST, parse_phone, shown_phone
from shared_kernel import FaultList

OURS = "+224620000001"


def read(text: str, region: str = "GN") -> str:
    """The number of a text, or the code of its fault."""
    faults = FaultList()
    number = parse_phone(text, faults, region=region)
    assert bool(number) is not bool(faults.faults)
    return number or faults.faults[0].code


@pytest.mark.parametrize(
    "text",
    [
        "+224 620 00 00 01",
        "+224620000001",
        "00224620000001",
        "00 224 620 00 00 01",
        "620000001",
        "620-00-00-01",
        "620.00.00.01",
        "620/00/00/01",
        "(620) 00 00 01",
        "  620 00 00 01\t",
        "+224\u00a0620\u00a000\u00a000\u00a001",
        "620\u202f00\u202f00\u202f01",
        "620\u201100\u201100\u201101",
        "620\u221200\u221200\u221201",
        "\u202a+224 620 00 00 01\u202c",
        "\uff16\uff12\uff10\uff10\uff10\uff10\uff10\uff10\uff11",
        "\u0666\u0662\u0660 \u0660\u0660 \u0660\u0660 \u0660\u0661",
        "\u06f6\u06f2\u06f0\u06f0\u06f0\u06f0\u06f0\u06f0\u06f1",
        "\u07c6\u07c2\u07c0\u07c0\u07c0\u07c0\u07c0\u07c0\u07c1",
    ],
)
def test_every_usual_writing_is_one_number(text: str) -> None:
    """Spaces of any kind, dashes, dots, slashes, brackets, digits of any script: one number."""
    assert read(text) == OURS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "+",
        "62000",
        "6200000011111",
        "620 LES 001",
        "620ABCDEF",
        "tel:+224620000001",
        "620000001 ext 5",
        "+224620000001;ext=5",
        "620000001#5",
        "620000001, 620000002",
        "client@example.com",
        "+33 1 99 00 12 34",
        "+1 900 555 0100",
        "+44 7700 900123",
        "+870 773 111 632",
        "+881 6 12345678",
        "+999 620 00 00 01",
        "620 00 00 01\n620 00 00 02",
        "\u2460" * 9,
        "6" * 10_000,
        "\x00620000001",
        "\ud800620000001",
    ],
)
def test_what_is_no_mobile_phone_is_refused(text: str) -> None:
    """Too short, too long, letters, an extension, a landline, a premium number, a satellite's
    (no country's), two at once.
    """
    assert read(text) == "identity.phone_wrong"


def test_other_countries_are_written_with_their_code() -> None:
    """A number abroad is read by its country code, whatever the installation's country."""
    assert read("+1 202 555 0100") == "+12025550100"
    assert read("001 (202) 555-0100") == "+12025550100"
    assert read("(202) 555-0100") == "identity.phone_wrong"
    assert read("(202) 555-0100", region="US") == "+12025550100"
    assert read("+224 620 00 00 01", region="US") == OURS


def test_the_fault_says_what_would_be_accepted() -> None:
    """The message gives an example of the installation's country."""
    faults = FaultList()
    parse_phone("no", faults, path="phone")
    assert faults.faults[0].path == "phone"
    assert "620 00 00 01" in faults.faults[0].message


@given(st.text(max_size=LONGEST + 5))
def test_any_text_is_read_or_refused_and_what_is_shown_is_read_again(text: str) -> None:
    """Nothing typed breaks the reading, and a number shown to a person is the same number."""
    faults = FaultList()
    number = parse_phone(text, faults)
    if number:
        assert number[0] == "+"
        assert number[1:].isascii()
        assert number[1:].isdigit()
        assert len(number) <= 16
        assert read(shown_phone(number)) == number


def test_a_number_is_shown_as_people_write_it() -> None:
    """In groups that a line does not break; a text that is no number is left alone."""
    assert shown_phone(OURS) == "+224\u00a0620\u00a000\u00a000\u00a001"
    assert shown_phone("nobody") == "nobody"
