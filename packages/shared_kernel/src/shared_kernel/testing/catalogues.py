"""What a catalogue lacks: translations, holes that were lost in one, French typography."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from shared_kernel.faults import all_fault_kinds
from shared_kernel.translations import catalogue

__all__ = ["catalogue_gaps"]

# A percent sign that begins a hole, "%(name)s", is none; a straight apostrophe may quote code.
_UNTYPED = re.compile(r" (?:[:;!?»]|%(?!\())|« |[^\W\d_]'[^\W\d_]")


def catalogue_gaps(package: str, locale: str, *, messages: Iterable[str] = ()) -> list[str]:
    """Returns a line for each sentence of a package that its catalogue does not translate well.

    The sentences are those of the fault kinds that the package declared, so its modules must have
    been imported, and ``messages``. A translation must have the holes of the sentence, no more and
    no less; a French one has no-break spaces before ``: ; ! ? %`` and inside quotes, and curly
    apostrophes.

    >>> catalogue_gaps("shared_kernel", "fr", messages=["a sentence nobody translated"])
    ['a sentence nobody translated: not translated']
    """
    found = catalogue(package, locale)
    kinds = (kind.template for kind in all_fault_kinds() if kind.package == package)
    gaps = []
    for message in dict.fromkeys([*kinds, *messages]):
        translation = found.gettext(message)
        if translation == message:
            gaps.append(f"{message}: not translated")
        elif _holes(translation) != _holes(message):
            gaps.append(f"{message}: the holes differ in {translation}")
        elif locale.startswith("fr") and _UNTYPED.search(translation):
            gaps.append(f"{message}: a plain space or a straight apostrophe in {translation}")
    return gaps


def _holes(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
