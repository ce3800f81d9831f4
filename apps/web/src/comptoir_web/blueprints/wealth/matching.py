"""What a file would do to the holdings there are: which of its lines is which of them."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from shared_kernel import Faults
from wealth_core.networth import Holdings, Property
from wealth_core.networth.holdings import LINE_CLASSES

from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wealth_core.networth import Debt, Line

__all__ = ["Change", "Mode", "Plan", "plan_of"]

_PLACE = re.compile(r"-\d+$")

T = TypeVar("T", "Line", "Debt")


class Mode(StrEnum):
    """What becomes of the lines that the file does not have."""

    ADD = "add"
    """They stay."""
    REPLACE = "replace"
    """They go."""


@attrs.frozen(kw_only=True)
class Change:
    """A line that a file brings: `before` is None where it is new, `after` where it goes."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        """The line, as it will be or as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change is of a line")
        return found


@attrs.frozen(kw_only=True)
class Plan:
    """What a file would do to the holdings.

    Attributes:
        added: Lines that are not there yet.
        changed: Lines that are there with other figures.
        same: How many lines are there already, as they are.
        others: Lines that the file does not have: they stay, or go when all is replaced.
        merged: The holdings when they stay; None where that would be more than anyone may have.
        replaced: The holdings when they go.
    """

    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int
    others: tuple[Change, ...]
    merged: Holdings | None
    replaced: Holdings

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What can be chosen: there is no choice where every line is in the file."""
        if not self.others:
            return (Mode.ADD,)
        return (Mode.REPLACE,) if self.merged is None else (Mode.ADD, Mode.REPLACE)

    def result(self, mode: Mode) -> Holdings:
        """The holdings as they would be."""
        return self.replaced if mode is Mode.REPLACE or self.merged is None else self.merged


def plan_of(now: Holdings, read: Holdings) -> Plan:
    """Compare the lines of a file with those there are.

    A line of the file is the one of the same kind and name, else the one of the same kind and id
    (unless the id only says a place). It then keeps the id it has here, so that a plan that feeds
    it still finds it. Any other one is new, and gets an id of its own where its own is taken.

    Raises:
        HoldingsFaults: The lines of the file cannot stand together.
    """
    there = [line for _category, line in now.lines()]
    brought = [line for _category, line in read.lines()]
    partners = _partners(there, brought, lambda line: kind_of(line).slug)
    taken = {line.id for line in there} | {debt.id for line in there for debt in _debts(line)}
    lines = [_settled(line, partners.get(place), taken) for place, line in enumerate(brought)]
    pairs = [(partners.get(place), line) for place, line in enumerate(lines)]
    new = {line.id: line for line in lines}
    kept = [new.pop(line.id, line) for line in there]
    matched = {partner.id for partner in partners.values()}
    others = [line for line in there if line.id not in matched]
    stay = [line for line in kept if line.id in matched]
    replaced = _holdings([*stay, *new.values()])
    merged: Holdings | None
    try:
        merged = _holdings([*kept, *new.values()])
    except Faults:
        merged = None
    return Plan(
        added=tuple(Change(before=None, after=line) for before, line in pairs if before is None),
        changed=tuple(
            Change(before=before, after=line)
            for before, line in pairs
            if before is not None and before != line
        ),
        same=sum(before == line for before, line in pairs),
        others=tuple(Change(before=line, after=None) for line in others),
        merged=merged,
        replaced=replaced,
    )


def _holdings(lines: Iterable[Line]) -> Holdings:
    # The values are of every kind, which `Holdings` checks.
    lists: dict[str, Any] = {name: [] for name in LINE_CLASSES}
    for line in lines:
        name = next(name for name, kinds in LINE_CLASSES.items() if isinstance(line, kinds))
        lists[name].append(line)
    return Holdings(**lists)


def _partners(there: Sequence[T], brought: Sequence[T], group: Callable[[T], str]) -> dict[int, T]:
    """The one there is for each one brought, by the place of the latter.

    Of one group: first those of the same name and id, then of the same name, then of the same id
    where it is no mere place: a table without ids has `cash-1` too, which is any account.
    """
    found: dict[int, T] = {}
    left = list(there)
    keys: tuple[Callable[[T], tuple[str, ...]], ...] = (
        lambda one: (group(one), one.label, one.id),
        lambda one: (group(one), one.label),
        lambda one: (group(one), one.id),
    )
    for number, key in enumerate(keys):
        waiting: dict[tuple[str, ...], list[T]] = {}
        for one in reversed(left):
            waiting.setdefault(key(one), []).append(one)
        for place, one in enumerate(brought):
            same = waiting.get(key(one))
            by_id_alone = number == len(keys) - 1
            if place not in found and same and not (by_id_alone and _PLACE.search(one.id)):
                found[place] = same.pop()
        taken = {one.id for one in found.values()}
        left = [one for one in left if one.id not in taken]
    return found


def _settled(line: Line, partner: Line | None, taken: set[str]) -> Line:
    """The line with an id that is its own here, and its loans too."""
    own = _free(line.id, taken) if partner is None else partner.id
    taken.add(own)
    line = attrs.evolve(line, id=own)
    if not isinstance(line, Property) or not line.loans:
        return line
    before = _partners(_debts(partner), line.loans, lambda _debt: "")
    settled = []
    for place, debt in enumerate(line.loans):
        known = before.get(place)
        own = _free(debt.id, taken) if known is None else known.id
        taken.add(own)
        settled.append(attrs.evolve(debt, id=own))
    return attrs.evolve(line, loans=tuple(settled))


def _debts(line: Line | None) -> tuple[Debt, ...]:
    return line.loans if isinstance(line, Property) else ()


def _free(wanted: str, taken: set[str]) -> str:
    return secrets.token_hex(8) if wanted in taken else wanted
