"""Identifiers for lines that come without one: by their place, and never one that is taken."""

from collections.abc import Iterable
from typing import Final

PREFIXES: Final = {
    "cash": "cash",
    "investments": "investment",
    "properties": "property",
    "crypto": "crypto",
    "other_goods": "good",
    "credits": "credit",
}
"""What the identifiers of each list of `Holdings` begin with."""


class Ids:
    """Gives identifiers that nobody has.

    Args:
        taken: those that are given in the input.

    >>> ids = Ids(["cash-1"])
    >>> ids.by_place("cash", 0), ids.by_place("cash", 1), ids.of_loan("property-1", 0)
    ('cash-2', 'cash-3', 'property-1-loan-1')
    """

    def __init__(self, taken: Iterable[object] = ()) -> None:
        self._taken = {each for each in taken if isinstance(each, str)}

    def by_place(self, name: str, place: int) -> str:
        """An identifier for a line of a list of `Holdings`."""
        return self._free(PREFIXES[name], place)

    def of_loan(self, property_id: object, place: int) -> str:
        """An identifier for a loan of a property."""
        # A property with a name that is too long, or refused: its loan needs one all the same.
        start = (
            property_id if isinstance(property_id, str) and len(property_id) < 50 else "property"
        )
        return self._free(f"{start}-loan", place)

    def _free(self, start: str, place: int) -> str:
        number = place + 1
        while f"{start}-{number}" in self._taken:
            number += 1
        self._taken.add(f"{start}-{number}")
        return f"{start}-{number}"
