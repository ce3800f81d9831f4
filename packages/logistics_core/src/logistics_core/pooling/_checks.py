"""Checks that the modules of pooling share. Each records a fault and says whether all was well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from logistics_core._checks import NOT_SEVERAL, kept
from logistics_core.errors import PoolFaults
from logistics_core.measures import check_is
from shared_kernel import FaultKind, FaultList, shown

MOST_LITRES: Final = 1_000_000
"""A thousand CBM: more than any container, or any order that travels in one."""
MOST_GRAMS: Final = 10**12
"""A million kilograms."""
MOST_ORDERS: Final = 10_000
"""How many orders are looked at in one go."""

NOT_AN_ID = FaultKind(
    "pool.not_an_id",
    "{given} is not an identifier: give 1 to 64 printable characters without blanks at the ends",
)
GIVEN_TWICE = FaultKind("pool.given_twice", "{given} is given twice: give each one once")

T = TypeVar("T")


def check_id(faults: FaultList, path: str, value: object) -> bool:
    """A text that names something, as the database keeps it."""
    fits = (
        isinstance(value, str)
        and 1 <= len(value) <= 64
        and value.isprintable()
        and value == value.strip()
    )
    return faults.check(fits, NOT_AN_ID, path, given=shown(value))


def several(
    faults: FaultList, path: str, values: Iterable[T], accepted: type[T], *, most: int = MOST_ORDERS
) -> tuple[T, ...]:
    """The values as a tuple, each of the class that may stand there; a stranger has its place."""
    listed = kept(values)
    given: object = listed
    told = {"least": 0, "most": most, "accepted": accepted.__name__}
    if not isinstance(given, tuple):
        faults.add(NOT_SEVERAL, path, given=shown(given), **told)
        return ()
    few = faults.check(len(given) <= most, NOT_SEVERAL, path, given=shown(given), **told)
    for place, value in enumerate(given if few else ()):
        if not isinstance(value, accepted):
            check_is(faults, f"{path}[{place}]", value, accepted)
    return listed


def check_once(faults: FaultList, path: str, names: tuple[str, ...]) -> None:
    """No name comes twice; each one that does is told where it comes again."""
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for place, name in enumerate(names):
        faults.check(name not in seen, GIVEN_TWICE, f"{path}[{place}]", given=shown(name))
        seen.add(name)


def raise_faults(faults: FaultList) -> None:
    """Raises every fault found as one PoolFaults; nothing when there is none."""
    faults.raise_if_any(PoolFaults)
