"""A file of holdings, whatever its form: what it would bring in, and every fault of it.

A file is a document of ours, a profile of Atlas, or a table (CSV). What it is shows in its first
character and its keys; its name settles the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from shared_kernel import Faults, parse_json
from wealth_core.networth.atlas import holdings_from_atlas
from wealth_core.networth.csv_lines import holdings_from_csv
from wealth_core.networth.documents import MAX_BYTES, holdings_from_document, is_of_atlas

if TYPE_CHECKING:
    from shared_kernel import Fault
    from wealth_core.networth.holdings import Holdings

__all__ = ["FileFormat", "Preview", "read_file"]


class FileFormat(StrEnum):
    """What a file was read as."""

    JSON = "json"
    ATLAS = "atlas"
    CSV = "csv"


@frozen(kw_only=True)
class Preview:
    """A file as it was understood.

    Attributes:
        holdings: What it would bring; None when anything is wrong.
        faults: Everything that is wrong, each with its path or line.
        notes: What was changed on the way in (amounts rounded to the cent, lines left out).
        format: What the file was read as.
    """

    holdings: Holdings | None
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    format: FileFormat


def read_file(data: bytes, name: str, *, as_of: date) -> Preview:
    """Read a file of holdings; everything that is wrong is in the answer, nothing is raised.

    Args:
        data: The file.
        name: Its name, of which only the extension counts.
        as_of: The day given to lines that carry none.

    >>> read_file(b'{"version": 1}', "avoirs.json", as_of=date(2025, 12, 9)).format
    <FileFormat.JSON: 'json'>
    """
    kind = _format(data, name)
    try:
        if kind is FileFormat.CSV:
            return _read(holdings_from_csv(data, as_of=as_of), kind)
        document = parse_json(data, max_bytes=MAX_BYTES)
        if isinstance(document, Mapping) and is_of_atlas(document):
            kind = FileFormat.ATLAS
            found = holdings_from_atlas(document, as_of=as_of)
            return _read(found.holdings, kind, notes=found.notes)
        return _read(holdings_from_document(document, as_of=as_of), kind)
    except Faults as error:
        return Preview(holdings=None, faults=tuple(error.faults), notes=(), format=kind)


def _read(holdings: Holdings, kind: FileFormat, *, notes: tuple[Fault, ...] = ()) -> Preview:
    return Preview(holdings=holdings, faults=(), notes=notes, format=kind)


def _format(data: bytes, name: str) -> FileFormat:
    start = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return FileFormat.JSON
    is_json = name.lower().endswith(".json")
    return FileFormat.JSON if is_json else FileFormat.CSV
