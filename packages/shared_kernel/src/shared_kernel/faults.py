"""Faults: everything that is wrong with an input, collected, each with its path.

A *kind* of fault is declared once, beside the rule it belongs to, with a stable code for machines
and an English sentence for people; the sentence is also its key in the translation catalogues.
A value class collects its faults in a :class:`FaultList` and raises them together, so that a person
mends a form in one go.

>>> NEGATIVE = FaultKind("example.negative", "{given} is below 0: write 0", package="example")
>>> found = FaultList()
>>> found.check(-3 >= 0, NEGATIVE, "stock", given=-3)
False
>>> found.raise_if_any()
Traceback (most recent call last):
    ...
shared_kernel.errors.Faults: stock: -3 is below 0: write 0
"""

from __future__ import annotations

import string
import sys
from collections.abc import Mapping

import attrs

from shared_kernel.errors import Faults

__all__ = ["Fault", "FaultKind", "FaultList", "all_fault_kinds", "join_path", "shown"]

_KINDS: dict[str, FaultKind] = {}
_SHOWN_CHARACTERS = 60
_FRENCH_SPACES = "\u00a0\u202f"


@attrs.frozen
class FaultKind:
    """A kind of fault: its code, and the sentence that explains it. Declared once, in a module.

    Args:
        code: stable and unique, for machines: ``"money.too_many_decimals"``.
        template: the English sentence, saying what was wrong and what would be accepted, with
            ``{name}`` for each parameter; it is also the key in the translation catalogues.
        package: the package whose catalogue translates it; the one that declares it by default.

    Raises:
        ValueError: the code was declared already by another kind, or a hole is called ``path``.
    """

    code: str
    template: str = attrs.field(eq=False)
    package: str = attrs.field(default="", eq=False, kw_only=True)
    fields: frozenset[str] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.package:
            # Frame 0 is this function, 1 is attrs' __init__, 2 is whoever declares the kind.
            module: str = sys._getframe(2).f_globals.get("__name__", "")  # noqa: SLF001 - as namedtuple does
            object.__setattr__(self, "package", module.partition(".")[0])
        names = (name for _, name, _, _ in string.Formatter().parse(self.template))
        object.__setattr__(self, "fields", frozenset(name for name in names if name is not None))
        if "path" in self.fields:  # every function here takes the path under that name
            raise ValueError(f"{self.code}: a sentence cannot have a hole called path")
        known = _KINDS.get(self.code)
        # A module that is loaded again declares the very same kinds, which changes nothing.
        if known and (known.template, known.package) != (self.template, self.package):
            raise ValueError(f"the fault code {self.code!r} is declared twice")
        _KINDS[self.code] = self


def all_fault_kinds() -> tuple[FaultKind, ...]:
    """Returns every kind declared by the modules imported so far, sorted by code."""
    return tuple(_KINDS[code] for code in sorted(_KINDS))


@attrs.frozen
class Fault:
    """One fault of an input.

    Args:
        path: where it is, ``"insurance[0].annual_rate"``; ``""`` is the whole input.
        kind: what is wrong.
        params: what fills the holes of the kind's sentence, exactly.

    Raises:
        TypeError: the parameters are not those of the kind's sentence.
    """

    path: str
    kind: FaultKind
    params: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.params.keys() != self.kind.fields:
            raise TypeError(
                f"{self.kind.code} takes {sorted(self.kind.fields)}, not {sorted(self.params)}"
            )

    @property
    def code(self) -> str:
        """The code of the kind."""
        return self.kind.code

    @property
    def message(self) -> str:
        """The English sentence, filled."""
        return self.kind.template.format_map(self.params)

    def prefixed(self, path: str) -> Fault:
        """Returns the same fault seen from a level above.

        >>> ODD = FaultKind("example.odd", "{given} is odd", package="example")
        >>> Fault("annual_rate", ODD, {"given": "3"}).prefixed("insurance[0]").path
        'insurance[0].annual_rate'
        """
        return Fault(join_path(path, self.path), self.kind, self.params)


class FaultList:
    """Collects the faults of one input.

    >>> SHORT = FaultKind("example.short", "{given} is too short: go on", package="example")
    >>> found = FaultList()
    >>> with found.collect("accounts[0]"):
    ...     raise Faults.of(SHORT, "password", given="abc")
    >>> [fault.path for fault in found.faults]
    ['accounts[0].password']
    """

    __slots__ = ("_faults",)

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __bool__(self) -> bool:
        """True when a fault was found."""
        return bool(self._faults)

    def __len__(self) -> int:
        """How many faults were found."""
        return len(self._faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults found so far, in order."""
        return tuple(self._faults)

    def add(self, kind: FaultKind, /, path: str = "", **params: object) -> None:
        """Records a fault; the parameters are turned to text by ``str``."""
        texts = {name: str(value) for name, value in params.items()}
        self._faults.append(Fault(path, kind, texts))

    def check(self, ok: bool, kind: FaultKind, /, path: str = "", **params: object) -> bool:
        """Records a fault unless ``ok``; returns ``ok``."""
        if not ok:
            self.add(kind, path, **params)
        return ok

    def extend(self, error: Faults, path: str = "") -> None:
        """Records the faults of an error, seen from ``path``."""
        self._faults.extend(fault.prefixed(path) for fault in error.faults)

    def collect(self, path: str = "") -> Collecting:
        """Runs a block; a ``Faults`` raised in it is recorded under ``path`` and stops there."""
        return Collecting(self, path)

    def raise_if_any(self, error: type[Faults] = Faults) -> None:
        """Raises every recorded fault in one ``error``; does nothing when there is none."""
        if self._faults:
            raise error(self._faults)


class Collecting:
    """The ``with`` block of :meth:`FaultList.collect`.

    A class and not a generator, so that type checkers see that the block may end early.
    """

    __slots__ = ("_found", "_path")

    def __init__(self, found: FaultList, path: str) -> None:
        self._found = found
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Faults):
            return False
        self._found.extend(error, self._path)
        return True


def join_path(parent: str, child: str | int) -> str:
    """Returns the path of ``child`` inside ``parent``; an integer is a place in a list.

    >>> join_path("insurance[0]", "annual_rate")
    'insurance[0].annual_rate'
    >>> join_path("insurance", 0)
    'insurance[0]'
    >>> join_path("", "months"), join_path("months", "")
    ('months', 'months')
    """
    if isinstance(child, int):
        return f"{parent}[{child}]"
    if not parent or not child or child.startswith("["):
        return parent + child
    return f"{parent}.{child}"


def shown(value: object) -> str:
    r"""Returns a value as a message may show it: on one line, and cut when it is long.

    A blank text is shown in quotes, for else the sentence would begin with nothing.

    >>> shown("12 €"), shown("two\nlines"), shown(None), shown("")
    ('12 €', 'two\\nlines', 'null', '""')
    >>> len(shown("9" * 1_000_000))
    60
    """
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[...]" if value else "[]"
    if isinstance(value, int) and value.bit_length() > 256:
        return f"{'-' if value < 0 else ''}0x{abs(value) >> (value.bit_length() - 64):x}..."
    text = (value if isinstance(value, str) else str(value))[: _SHOWN_CHARACTERS + 1]
    if not text.strip():
        text = f'"{text[: _SHOWN_CHARACTERS - 2]}"'
    if not text.isprintable():
        text = "".join(
            char if char.isprintable() or char in _FRENCH_SPACES else ascii(char)[1:-1]
            for char in text
        )
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
