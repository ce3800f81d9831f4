"""What a projection assumes of the future: returns, inflation, and how chance is drawn.

Nobody knows these figures; they are shown beside every result, and meant to be changed. The
defaults, and where each comes from:

* Cash: 1.70 % without volatility, the rate of the Livret A since 1 August 2025 (Banque de France).
* Investments: 5 % a year, volatility 12 %. Shares have returned 5.1 % and bonds 1.8 % a year above
  inflation worldwide from 1900 to 2016 (Dimson, Marsh and Staunton, Global Investment Returns
  Yearbook): half of each with 2 % of inflation is 5.4 %, before costs. The volatility is a figure
  of ours, of the size of such a mixture.
* Real estate: 2 % a year, volatility 6 %: as much as inflation and nothing above it. Rents are no
  part of it. Figures of ours.
* Crypto: 0 % a year, volatility 60 %: no return is assumed, and large moves are. Figures of ours.
* Other goods: 0 % without volatility. A figure of ours.
* Inflation: 2 %, the target of the European Central Bank (strategy review of July 2021).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from shared_kernel import (
    FaultKind,
    FaultList,
    round_decimal,
    shown,
    structure,
    unstructure,
)
from shared_kernel.scalars import checked_object
from wealth_core.errors import ProjectionFaults
from wealth_core.networth.categories import Category

MAX_PATHS: Final = 50_000
MAX_SEED: Final = 2**53 - 1
"""The largest whole number that JavaScript holds exactly."""
DIGITS: Final = 6
LOWEST_MEAN: Final = Decimal("-0.5")
HIGHEST_MEAN: Final = Decimal("0.5")
HIGHEST_VOLATILITY: Final = Decimal(1)
LOWEST_INFLATION: Final = Decimal("-0.05")
HIGHEST_INFLATION: Final = Decimal("0.2")

NOT_A_FRACTION = FaultKind(
    "projection.not_a_fraction", '{given} is not an exact rate: write Decimal("0.05") for 5 %'
)
RATE_OUT_OF_RANGE = FaultKind(
    "projection.rate_out_of_range",
    "{given} is not between {least} and {most}: write 0.05 for 5 %",
)
RATE_TOO_PRECISE = FaultKind(
    "projection.rate_too_precise", "{given} has more than {digits} decimals: round it first"
)
NOT_WHOLE = FaultKind(
    "projection.not_whole", "{given} is not a whole number between {least} and {most}"
)
NOT_RETURNS = FaultKind(
    "projection.not_returns", "{given} is not the returns by category: give one for each"
)
NOT_A_RETURN = FaultKind(
    "projection.not_a_return", "{given} is not a return: give its mean and its volatility"
)
RETURN_MISSING = FaultKind(
    "projection.return_missing", "the return of {category} is missing: it is needed"
)


def _check_rate(found: FaultList, path: str, value: object, least: Decimal, most: Decimal) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        found.add(NOT_A_FRACTION, path, given=shown(value))
    elif not least <= value <= most:
        found.add(RATE_OUT_OF_RANGE, path, given=shown(value), least=least, most=most)
    else:
        exact = len(value.as_tuple().digits) < 40 and round_decimal(value, DIGITS) == value
        found.check(exact, RATE_TOO_PRECISE, path, given=shown(value), digits=DIGITS)


def _check_whole(found: FaultList, path: str, value: object, least: int, most: int) -> None:
    ok = type(value) is int and least <= value <= most
    found.check(ok, NOT_WHOLE, path, given=shown(value), least=least, most=most)


@attrs.frozen
class Return:
    """What a category is assumed to return in a year.

    Args:
        mean: the expected return of a year, a fraction: ``Decimal("0.05")`` is 5 %. From -50 % to
            50 %.
        volatility: the standard deviation of the logarithm of a year's growth, a fraction from 0
            to 100 %.

    Raises:
        ProjectionFaults: either is out of its range, not exact, or has more than six decimals.

    >>> Return(Decimal("5"), Decimal("0.12"))
    Traceback (most recent call last):
        ...
    wealth_core.errors.ProjectionFaults: mean: 5 is not between -0.5 and 0.5: write 0.05 for 5 %
    """

    mean: Decimal
    volatility: Decimal

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        _check_rate(found, "mean", self.mean, LOWEST_MEAN, HIGHEST_MEAN)
        _check_rate(found, "volatility", self.volatility, Decimal(0), HIGHEST_VOLATILITY)
        found.raise_if_any(ProjectionFaults)


def _in_order(returns: Mapping[Category, Return]) -> Mapping[Category, Return]:
    given: object = returns
    if not isinstance(given, Mapping):
        return returns
    ordered = {category: returns[category] for category in Category if category in returns}
    return ordered | {key: value for key, value in returns.items() if key not in ordered}


@attrs.frozen
class Assumptions:
    """All that a projection assumes.

    Args:
        returns: one for each category of assets.
        inflation: a year's, a fraction from -5 % to 20 %; what amounts in today's money are told
            by.
        seed: what chance starts from, 0 or more: the same seed gives the same paths.
        paths: how many futures are drawn, 1 to 50,000.

    Raises:
        ProjectionFaults: every fault, each with its path (``returns.cash.mean``).

    >>> steady = DEFAULT_ASSUMPTIONS.with_return(
    ...     Category.INVESTMENTS, Return(Decimal("0.03"), Decimal("0.05"))
    ... )
    >>> steady.returns[Category.INVESTMENTS].mean, steady.inflation
    (Decimal('0.03'), Decimal('0.02'))
    """

    returns: Mapping[Category, Return] = attrs.field(converter=_in_order, hash=False)
    inflation: Decimal
    seed: int
    paths: int = 10_000

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        given: object = self.returns
        if isinstance(given, Mapping):
            for category in Category:
                found.check(
                    category in given,
                    RETURN_MISSING,
                    f"returns.{category.value}",
                    category=category.value,
                )
            for key, value in given.items():
                known = key in tuple(Category) and isinstance(value, Return)
                found.check(known, NOT_A_RETURN, f"returns.{shown(key)}", given=shown(value))
        else:
            found.add(NOT_RETURNS, "returns", given=shown(given))
        _check_rate(found, "inflation", self.inflation, LOWEST_INFLATION, HIGHEST_INFLATION)
        _check_whole(found, "seed", self.seed, 0, MAX_SEED)
        _check_whole(found, "paths", self.paths, 1, MAX_PATHS)
        found.raise_if_any(ProjectionFaults)

    def with_return(self, category: Category, value: Return) -> "Assumptions":
        """The same assumptions with another return for a category."""
        return attrs.evolve(self, returns={**self.returns, category: value})


DEFAULT_ASSUMPTIONS: Final = Assumptions(
    returns={
        Category.CASH: Return(Decimal("0.017"), Decimal(0)),
        Category.INVESTMENTS: Return(Decimal("0.05"), Decimal("0.12")),
        Category.REAL_ESTATE: Return(Decimal("0.02"), Decimal("0.06")),
        Category.CRYPTO: Return(Decimal(0), Decimal("0.6")),
        Category.OTHER_GOODS: Return(Decimal(0), Decimal(0)),
    },
    inflation=Decimal("0.02"),
    seed=20250801,
)
"""The assumptions of a projection when nobody says otherwise; the module gives their sources."""


def assumptions_to_document(assumptions: Assumptions) -> dict[str, Any]:
    """The assumptions as JSON data, rates being texts.

    ``Any`` because the values of a JSON object are of every kind.

    >>> document = assumptions_to_document(DEFAULT_ASSUMPTIONS)
    >>> document["returns"]["cash"], document["inflation"], document["paths"]
    ({'mean': '0.017', 'volatility': '0'}, '0.02', 10000)
    """
    document: dict[str, Any] = unstructure(assumptions)
    return document


def assumptions_from_document(document: object) -> Assumptions:
    """The assumptions of a document; whatever it leaves out is as in `DEFAULT_ASSUMPTIONS`.

    Args:
        document: JSON data, as `shared_kernel.parse_json` gives it: ``{"returns": {"cash":
            {"mean": "0.02"}}, "inflation": "0.03"}``.

    Raises:
        ProjectionFaults: every fault with its path.

    >>> given = assumptions_from_document({"returns": {"cash": {"mean": "0.02"}}})
    >>> given.returns[Category.CASH], given.seed
    (Return(mean=Decimal('0.02'), volatility=Decimal('0')), 20250801)
    >>> assumptions_from_document({"returns": {"gold": {}, "cash": {"mean": "2"}}, "paths": 0})
    Traceback (most recent call last):
        ...
    wealth_core.errors.ProjectionFaults: returns.gold: gold is not known here: the keys are \
cash, investments, real_estate, crypto, other_goods
    returns.cash.mean: 2 is not between -0.5 and 0.5: write 0.05 for 5 %
    paths: 0 is not a whole number between 1 and 50000
    """
    found = FaultList()
    changes: dict[str, Any] = {}
    with found.collect():
        fields = checked_object(document, ("returns", *_SINGLE), required=(), found=found)
        with found.collect("returns"):
            changes["returns"] = _returns(fields.get("returns", {}))
        for name, kind in _SINGLE.items():
            if name in fields:
                with found.collect(name):
                    changes[name] = structure(fields[name], kind)
    with found.collect():  # what could be read is looked at, whatever could not
        made = attrs.evolve(DEFAULT_ASSUMPTIONS, **changes)
    found.raise_if_any(ProjectionFaults)
    return made


_SINGLE: Final[dict[str, type[object]]] = {"inflation": Decimal, "seed": int, "paths": int}


def _returns(told: object) -> dict[Category, Return]:
    """The default returns, with those that are told in their place, wholly or in part."""
    found = FaultList()
    names = tuple(category.value for category in Category)
    given = checked_object(told, names, required=(), found=found)
    returns = dict(DEFAULT_ASSUMPTIONS.returns)
    for category in Category:
        if category.value in given:
            one = given[category.value]
            known = attrs.asdict(returns[category])
            with found.collect(category.value):
                whole = {**known, **one} if isinstance(one, Mapping) else one
                returns[category] = structure(whole, Return)
    found.raise_if_any()
    return returns
