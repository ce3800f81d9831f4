"""The catalogues: what the libraries say in English, said in French.

Every distribution keeps ``translations/fr.po`` in its package, with the English sentence as the
key. Catalogues are read from there at run time, once, so that the text translators edit is the one
that runs. English needs no catalogue.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.util import find_spec
from pkgutil import get_data
from typing import TYPE_CHECKING

from shared_kernel.errors import Faults, KernelError

if TYPE_CHECKING:
    from shared_kernel.faults import Fault

__all__ = ["catalogue", "translate_error", "translate_fault"]

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})?", re.ASCII)


def catalogue(package: str, locale: str) -> NullTranslations:
    """Returns the translations of a package in a language; those of English give English.

    A region is looked up before its language: ``fr_CA``, then ``fr``. A language that the package
    does not speak gives English too, and so does a locale that is none.

    Args:
        package: the import name, ``"wealth_core"``.
        locale: ``"fr"``, ``"fr_FR"``, ``"en"``.

    Raises:
        KernelError: the catalogue has a line that is not understood.

    >>> catalogue("shared_kernel", "en").gettext("Loan")
    'Loan'
    """
    if not _LOCALE.fullmatch(locale):  # it becomes part of a path
        return NullTranslations()
    locale = locale.replace("-", "_")
    for name in dict.fromkeys((locale, locale.partition("_")[0])):
        found = _read(package, name)
        if found is not None:
            return found
    return NullTranslations()


@lru_cache(maxsize=64)
def _read(package: str, locale: str) -> NullTranslations | None:
    if package == "__main__" or find_spec(package) is None:
        return None
    path = f"translations/{locale}.po"
    try:
        data = get_data(package, path)
    except FileNotFoundError:
        return None
    return None if data is None else _compiled(data.decode("utf-8"), f"{package}/{path}")


def _compiled(text: str, name: str) -> GNUTranslations:
    """Hands a catalogue to the standard library, whose rules for plurals and contexts then hold."""
    import polib

    try:
        found = polib.pofile(text, check_for_duplicates=True)
    except (OSError, ValueError) as error:  # polib's own errors for a line, and for a repetition
        why = str(error)
        raise KernelError("{name} is not understood: {why}", name=name, why=why) from error
    found.encoding = "utf-8"  # what was read, whatever the header says or leaves out
    found.metadata["Content-Type"] = "text/plain; charset=UTF-8"
    return GNUTranslations(io.BytesIO(found.to_binary()))


def translate_fault(fault: Fault, locale: str) -> str:
    r"""Returns the message of a fault in a language; in English where there is no translation.

    The catalogue of the package that declared the kind is asked first, then those of the others.

    >>> from shared_kernel import Faults, parse_decimal
    >>> try:
    ...     parse_decimal("1.234")
    ... except Faults as error:
    ...     translate_fault(error.faults[0], "fr").partition("\N{NO-BREAK SPACE}")[0]
    '1.234 peut se lire de deux façons'
    """
    template = _translated(fault.kind.template, fault.kind.package, locale)
    return template.format_map(fault.params)


def translate_error(error: KernelError, locale: str) -> str:
    r"""Returns the message of an error in a language; each fault of a ``Faults`` on its line.

    >>> from shared_kernel.errors import ExtraMissing
    >>> error = ExtraMissing("comptoir-shared-kernel", "pdf")
    >>> print(translate_error(error, "fr").replace("\N{NO-BREAK SPACE}", " "))
    il manque une partie facultative : pip install 'comptoir-shared-kernel[pdf]'
    """
    if isinstance(error, Faults):
        lines = ((fault.path, translate_fault(fault, locale)) for fault in error.faults)
        parted = "\u00a0: " if locale.startswith("fr") else ": "
        return "\n".join(f"{path}{parted}{text}" if path else text for path, text in lines)
    template = _translated(error.template, type(error).__module__.partition(".")[0], locale)
    return template.format_map(error.params) if error.params else template


def _translated(message: str, package: str, locale: str) -> str:
    from shared_kernel.faults import all_fault_kinds  # attrs: too slow for the command line's help

    packages = dict.fromkeys((package, *sorted({kind.package for kind in all_fault_kinds()})))
    for name in packages if message else ():
        found = catalogue(name, locale).gettext(message)
        if found != message:
            return found
    return message
