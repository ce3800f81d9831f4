"""The stages of a shared container, from the quay where it is filled to the merchants' doors.

Stages are data: a route is a line of them, walked one by one and never backwards. Only the first
takes bookings. Being cancelled is no stage: a container is cancelled at one of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from logistics_core._checks import check_line, kept
from logistics_core.errors import MoveRefused, PoolFaults
from logistics_core.measures import check_is
from logistics_core.pooling._checks import check_once, raise_faults
from shared_kernel import FaultKind, FaultList, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SEA_ROUTE", "Route", "Stage"]

BAD_CODE = FaultKind(
    "pool.bad_code",
    "{given} is not a code: give 1 to 32 small letters without accents, figures or _",
)
NOT_A_STAGE = FaultKind("pool.not_a_stage", "{given} is not a stage: choose among {accepted}")
SHORT_ROUTE = FaultKind("pool.short_route", "a route has at least two stages: give a list of them")
BAD_FIRST = FaultKind(
    "pool.bad_first", "the first stage takes bookings: it is neither at sea nor the last"
)
BACK_ASHORE = FaultKind(
    "pool.back_ashore", "{given} comes after the departure: it counts as at sea too"
)
NO_DEPARTURE = FaultKind(
    "pool.no_departure", "no stage is at sea: say from which one on the goods have left"
)
BAD_END = FaultKind("pool.bad_end", "the last stage, and no other, is final: see {given}")

_CODE: Final = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_MOST_LABEL: Final = 60


@attrs.frozen
class Stage:
    """One stage of a container, with what a person reads.

    Args:
        code: 1 to 32 small letters, figures or ``_``: what is kept.
        label_fr: its name in French.
        label_en: its name in English.
        at_sea: the container has left, at this stage and all those after it: nobody books or
            cancels any more, and the paid orders in it are shipped.
        final: the goods are handed over; nothing comes after.

    Raises:
        PoolFaults: every fault, each with its path.
    """

    code: str
    label_fr: str
    label_en: str
    at_sea: bool = attrs.field(default=False, kw_only=True)
    final: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        code: object = self.code
        coded = isinstance(code, str) and _CODE.fullmatch(code) is not None
        faults.check(coded, BAD_CODE, "code", given=shown(code))
        check_line(faults, "label_fr", self.label_fr, most=_MOST_LABEL)
        check_line(faults, "label_en", self.label_en, most=_MOST_LABEL)
        check_is(faults, "at_sea", self.at_sea, bool)
        check_is(faults, "final", self.final, bool)
        raise_faults(faults)

    def label(self, locale: str) -> str:
        """Its name in French for ``fr`` and its regions, in English for every other language."""
        return self.label_fr if locale.replace("_", "-").split("-")[0] == "fr" else self.label_en


def _stages(values: Iterable[Stage]) -> tuple[Stage, ...]:
    return kept(values)


@attrs.frozen
class Route:
    """The stages of a container in their order: it goes from each to the next one only.

    Args:
        stages: two or more, of different codes; the first takes bookings, those from the departure
            on are at sea, the last one alone is final.

    Raises:
        PoolFaults: every fault, each with its path.

    >>> [stage.code for stage in SEA_ROUTE.stages]
    ['collecte', 'mer', 'port', 'douane', 'livre']
    >>> SEA_ROUTE.next("collecte").label("fr")
    'En mer'
    """

    stages: tuple[Stage, ...] = attrs.field(converter=_stages)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        given: object = self.stages
        listed = isinstance(given, tuple) and len(given) > 1
        if faults.check(listed, SHORT_ROUTE, "stages"):
            for place, stage in enumerate(self.stages):
                check_is(faults, f"stages[{place}]", stage, Stage)
            if not faults:
                self._check_order(faults)
        raise_faults(faults)

    def _check_order(self, faults: FaultList) -> None:
        first, last = self.stages[0], self.stages[-1]
        faults.check(not (first.at_sea or first.final), BAD_FIRST, "stages[0]")
        check_once(faults, "stages", tuple(stage.code for stage in self.stages))
        gone = False
        for place, stage in enumerate(self.stages):
            path = f"stages[{place}]"
            faults.check(stage.at_sea or not gone, BACK_ASHORE, path, given=stage.code)
            ends = stage.final is (stage is last)
            faults.check(ends, BAD_END, path, given=stage.code)
            gone = gone or stage.at_sea
        faults.check(gone, NO_DEPARTURE, "stages")

    @property
    def first(self) -> Stage:
        """The stage at which a container takes bookings."""
        return self.stages[0]

    @property
    def departure(self) -> Stage:
        """The first stage at sea: where a container goes when it is full or closed."""
        return next(stage for stage in self.stages if stage.at_sea)

    def index(self, code: str) -> int:
        """The place of a stage in the route, from 0.

        Raises:
            PoolFaults: no stage has that code.
        """
        codes = [stage.code for stage in self.stages]
        if code not in codes:
            accepted = ", ".join(codes)
            raise PoolFaults.of(NOT_A_STAGE, "stage", given=shown(code), accepted=accepted)
        return codes.index(code)

    def get(self, code: str) -> Stage:
        """The stage of that code.

        Raises:
            PoolFaults: no stage has that code.
        """
        return self.stages[self.index(code)]

    def next(self, code: str) -> Stage | None:
        """The stage that comes after, None after the last one.

        Raises:
            PoolFaults: no stage has that code.
        """
        place = self.index(code) + 1
        return self.stages[place] if place < len(self.stages) else None

    def check_move(self, before: str, after: str) -> Stage:
        """The stage a container moves to, which is the one that comes next.

        Raises:
            PoolFaults: no stage has one of those codes.
            MoveRefused: it is another stage than the next; the message names the next.

        >>> SEA_ROUTE.check_move("mer", "livre")
        Traceback (most recent call last):
            ...
        logistics_core.errors.MoveRefused: a container at the stage mer cannot go to livre: the \
next one is port
        """
        asked, following = self.get(after), self.next(before)
        if following is None:
            raise MoveRefused(
                "a container at the stage {before} has arrived: no stage comes after",
                before=before,
            )
        if asked is not following:
            raise MoveRefused(
                "a container at the stage {before} cannot go to {after}: the next one is {next}",
                before=before,
                after=after,
                next=following.code,
            )
        return asked


SEA_ROUTE: Final = Route(
    [
        Stage("collecte", "En collecte", "Collecting"),
        Stage("mer", "En mer", "At sea", at_sea=True),
        Stage("port", "Au port", "At the port", at_sea=True),
        Stage("douane", "En douane", "At customs", at_sea=True),
        Stage("livre", "Livré", "Delivered", at_sea=True, final=True),
    ]
)
"""A container by sea: filled, at sea, at the port, at customs, handed over."""
