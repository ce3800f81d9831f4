"""What every check of the settings stands on: the kinds of fault, and who collects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from attrs import field, frozen

from shared_kernel import FaultKind, FaultList

__all__ = ["INCOMPLETE", "Checker"]

T = TypeVar("T")

CHOICE_WRONG = FaultKind("settings.choice_wrong", "{given} is not accepted: choose {accepted}")
NUMBER_WRONG = FaultKind(
    "settings.number_wrong", "{given} is not a whole number between {minimum} and {maximum}"
)
URL_WRONG = FaultKind(
    "settings.url_wrong", "the address is not one of {accepted}: for example {example}"
)
INCOMPLETE = FaultKind(
    "settings.incomplete",
    "{missing} is required when {present} is set",
)
"""One variable calls for another, which is not set."""

_TRUTHS = ("true", "false", "1", "0", "yes", "no", "on", "off")


@frozen
class Checker:
    """Checks the variables one by one, and names each fault by the variable that was really set.

    Attributes:
        origins: The name under which each canonical variable was found.
        faults: What was found wrong so far.
    """

    origins: Mapping[str, str]
    faults: FaultList = field(factory=FaultList)

    def path(self, name: str) -> str:
        """The name of the variable as it was set: its own or an earlier program's."""
        variable = f"COMPTOIR_{name.upper()}"
        return self.origins.get(variable, variable)

    def choice(self, name: str, value: str, accepted: tuple[str, ...]) -> str:
        """One of a few words."""
        self.faults.check(
            value in accepted,
            CHOICE_WRONG,
            self.path(name),
            given=value,
            accepted=", ".join(accepted),
        )
        return value

    def truth(self, name: str, value: str) -> bool:
        """Yes or no, in one of the usual words."""
        return self.choice(name, value.lower(), _TRUTHS) in {"true", "1", "yes", "on"}

    def number(self, name: str, value: str, minimum: int, maximum: int) -> int:
        """A whole number within bounds."""
        good = value.isascii() and value.isdigit() and minimum <= int(value) <= maximum
        self.faults.check(
            good,
            NUMBER_WRONG,
            self.path(name),
            given=value,
            minimum=str(minimum),
            maximum=str(maximum),
        )
        return int(value) if good else minimum

    def listed(
        self, name: str, value: str, parse: Callable[[str], T | None], kind: FaultKind
    ) -> tuple[T, ...]:
        """A list separated by commas; each part that cannot be read is a fault."""
        found = []
        for part in (piece.strip() for piece in value.split(",")):
            if not part:
                continue
            parsed = parse(part)
            if parsed is None:
                self.faults.add(kind, self.path(name), given=part)
            else:
                found.append(parsed)
        return tuple(found)

    def url(self, name: str, value: str, accepted: tuple[str, ...], example: str) -> None:
        """An address of one of a few schemes; the message leaves it out: it may hold a password."""
        scheme, separator, rest = value.partition("://")
        good = bool(separator) and scheme in accepted and (bool(rest) or scheme == "memory")
        try:
            urlsplit(value).port  # noqa: B018 (asking for the port is what checks it)
        except ValueError:
            good = False
        shown = ", ".join(f"{name}://" for name in accepted)
        self.faults.check(good, URL_WRONG, self.path(name), accepted=shown, example=example)

    def needs(self, present: str, missing: str, *, met: bool) -> None:
        """One variable calls for another."""
        self.faults.check(
            met,
            INCOMPLETE,
            self.path(missing),
            missing=f"COMPTOIR_{missing.upper()}",
            present=f"COMPTOIR_{present.upper()}",
        )
