"""The small ground the Comptoir libraries stand on, and nothing of any domain.

The map::

    shared_kernel
    |-- amounts        strict amounts, minor units, sharing without losing a unit
    |-- currencies     ISO 4217: the codes in use, and their decimals
    |-- rounding       the one place where a digit is dropped, the mode named
    |-- formatting     amounts, numbers and dates as people write them, in French and in English
    |-- numerals       how numbers are written and read in both languages
    |-- dates          months added to a day
    |-- faults         all the faults of an input, collected, each with its path
    |-- json_text      JSON read strictly, and written in one way
    |-- plain          what JSON keeps exactly
    |-- convert        JSON data to values and back, through cattrs
    |-- documents      what versioned documents share
    |-- texts          whether a text shows all that it holds
    |-- scalars        what a single value takes from JSON
    |-- translations   the French of every sentence
    |-- columns        column types that mean the same on both databases   (extra: storage)
    |-- engine         SQLite and PostgreSQL with the same promises        (extra: storage)
    |-- copying        many rows at once into PostgreSQL                 (extra: storage)
    |-- migrations     a history and a version table for each library      (extra: storage)
    |-- pdf            documents through typst                             (extra: pdf)
    |-- vendors        a vendor's server over HTTP, bounded                (extra: vendors)
    |-- testing        Hypothesis strategies, a check of catalogues        (extra: testing)
    `-- errors         every error, in one tree

The names below are loaded when first asked for, so importing the package costs nothing. Storage,
PDF, vendors and testing are imported by their modules: ``from shared_kernel.pdf import
render_pdf``.

>>> from shared_kernel import money, format_money
>>> format_money(money("213619.42", "EUR"), locale="en")
'€213,619.42'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_kernel.amounts import (
        MAX_MINOR,
        Money,
        allocate,
        from_minor,
        money,
        round_money,
        rounded_money,
        to_minor,
    )
    from shared_kernel.convert import (
        make_converter,
        register_tagged_union,
        structure,
        unstructure,
    )
    from shared_kernel.currencies import currency_codes, known_currency, minor_digits
    from shared_kernel.dates import add_months
    from shared_kernel.errors import (
        ColumnRefused,
        DatabaseBusy,
        DatabaseMissing,
        DatabaseNewer,
        DatabaseOlder,
        DatabaseUnreachable,
        DiskFull,
        ExtraMissing,
        Faults,
        KernelError,
        MigrationFailed,
        MigrationLocked,
        MoneyError,
        NotPlain,
        RenderError,
        StorageError,
        VendorAnswerPacked,
        VendorAnswerTooLarge,
        VendorFailed,
        VendorRedirected,
        VendorTimedOut,
        VendorUnreachable,
    )
    from shared_kernel.faults import (
        Fault,
        FaultKind,
        FaultList,
        all_fault_kinds,
        join_path,
        shown,
    )
    from shared_kernel.formatting import (
        format_date,
        format_decimal,
        format_money,
        format_percent,
        parse_date,
        parse_decimal,
        parse_money,
        parse_percent,
    )
    from shared_kernel.json_text import JsonNumber, dump_json, parse_json
    from shared_kernel.rounding import RoundingMode, round_decimal, round_ratio
    from shared_kernel.translations import catalogue, translate_error, translate_fault

__all__ = [
    "MAX_MINOR",
    "ColumnRefused",
    "DatabaseBusy",
    "DatabaseMissing",
    "DatabaseNewer",
    "DatabaseOlder",
    "DatabaseUnreachable",
    "DiskFull",
    "ExtraMissing",
    "Fault",
    "FaultKind",
    "FaultList",
    "Faults",
    "JsonNumber",
    "KernelError",
    "MigrationFailed",
    "MigrationLocked",
    "Money",
    "MoneyError",
    "NotPlain",
    "RenderError",
    "RoundingMode",
    "StorageError",
    "VendorAnswerPacked",
    "VendorAnswerTooLarge",
    "VendorFailed",
    "VendorRedirected",
    "VendorTimedOut",
    "VendorUnreachable",
    "add_months",
    "all_fault_kinds",
    "allocate",
    "catalogue",
    "currency_codes",
    "dump_json",
    "format_date",
    "format_decimal",
    "format_money",
    "format_percent",
    "from_minor",
    "join_path",
    "known_currency",
    "make_converter",
    "minor_digits",
    "money",
    "parse_date",
    "parse_decimal",
    "parse_json",
    "parse_money",
    "parse_percent",
    "register_tagged_union",
    "round_decimal",
    "round_money",
    "round_ratio",
    "rounded_money",
    "shown",
    "structure",
    "to_minor",
    "translate_error",
    "translate_fault",
    "unstructure",
]

_MODULES = {
    "convert": "make_converter register_tagged_union structure unstructure",
    "currencies": "currency_codes known_currency minor_digits",
    "dates": "add_months",
    "errors": "ColumnRefused DatabaseBusy DatabaseMissing DatabaseNewer DatabaseOlder "
    "DatabaseUnreachable DiskFull ExtraMissing Faults KernelError MigrationFailed MigrationLocked "
    "MoneyError NotPlain RenderError StorageError VendorAnswerPacked VendorAnswerTooLarge "
    "VendorFailed VendorRedirected VendorTimedOut VendorUnreachable",
    "faults": "Fault FaultKind FaultList all_fault_kinds join_path shown",
    "formatting": "format_date format_decimal format_money format_percent parse_date "
    "parse_decimal parse_money parse_percent",
    "amounts": "MAX_MINOR Money allocate from_minor money round_money rounded_money to_minor",
    "json_text": "JsonNumber dump_json parse_json",
    "rounding": "RoundingMode round_decimal round_ratio",
    "translations": "catalogue translate_error translate_fault",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Imports a public name the first time it is asked for, so that importing stays light."""
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
