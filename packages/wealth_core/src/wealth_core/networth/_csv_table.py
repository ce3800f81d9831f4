"""The file of a table: its encoding, its separator, its lines; texts that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from shared_kernel import FaultList
from shared_kernel.faults import shown
from wealth_core.errors import HoldingsFaults
from wealth_core.networth import _faults
from wealth_core.networth.csv_columns import COLUMN_OF, COLUMNS, folded
from wealth_core.networth.documents import MAX_BYTES
from wealth_core.networth.holdings import MAX_LINES

_SEPARATORS: Final = {";": "fr", "\t": "fr", ",": "en"}
"""What parts the cells, and the language whose numbers go with it."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEFORE: Final = "' \u00a0\u202f"


@attrs.frozen
class Table:
    """A table that was read: the language of its numbers, and each line with its number."""

    locale: str
    rows: tuple[tuple[int, dict[str, str]], ...]


def safe_text(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it; `plain_text` is the way back.

    >>> safe_text("=1+1"), safe_text("'=1+1"), safe_text("L'appartement")
    ("'=1+1", "''=1+1", "L'appartement")
    """
    return f"'{text}" if text.lstrip(_BEFORE).startswith(_FORMULA) else text


def plain_text(cell: str) -> str:
    """The text of a cell, without the apostrophe that `safe_text` put before it.

    >>> plain_text("'=1+1"), plain_text("''=1+1"), plain_text("=1+1")
    ('=1+1', "'=1+1", '=1+1')
    """
    return cell[1:] if cell[:1] == "'" and cell.lstrip(_BEFORE).startswith(_FORMULA) else cell


def written(rows: Iterable[Sequence[str]], *, locale: str) -> str:
    """The text of a table; lines end with CR LF (RFC 4180)."""
    file = io.StringIO()
    separator = next(mark for mark, language in _SEPARATORS.items() if language == locale)
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def read_table(data: str | bytes) -> Table:
    """The lines of a file by the names of their columns.

    Raises:
        HoldingsFaults: too large, not a table, more lines than holdings may have; or every fault of
            the first line, and every line that has more cells than it.
    """
    text = _decoded(data)
    separator, skipped = _separator(text)
    numbered = _numbered(text, separator)
    for _ in range(skipped):
        next(numbered, None)
    try:
        _, header = next(numbered, (0, []))
        rows = [(number, cells) for number, cells in numbered if any(map(str.strip, cells))]
    except csv.Error:
        raise HoldingsFaults.of(_faults.NOT_A_TABLE) from None
    if len(rows) > MAX_LINES:
        raise HoldingsFaults.of(_faults.TOO_MANY_LINES, given=len(rows), most=MAX_LINES)
    columns = _columns(header)
    found = FaultList()
    for number, cells in rows:
        if any(map(str.strip, cells[len(columns) :])):
            path = f"line[{number}]"
            found.add(_faults.CELLS_TOO_MANY, path, given=len(cells), most=len(columns))
    found.raise_if_any(HoldingsFaults)
    return Table(
        _SEPARATORS[separator],
        tuple(
            (number, {name: plain_text(cell) for name, cell in zip(columns, cells, strict=False)})
            for number, cells in rows
        ),
    )


def _decoded(data: str | bytes) -> str:
    if len(data) > MAX_BYTES:
        raise HoldingsFaults.of(_faults.FILE_TOO_LARGE, limit=MAX_BYTES)
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    # What a spreadsheet of Windows saves as "CSV" is in its own encoding.
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HoldingsFaults.of(_faults.NOT_A_TABLE)


def _separator(text: str) -> tuple[str, int]:
    """What parts the cells: the sign that makes most columns; and how many lines to skip."""
    lines = text.split("\n", 2)
    skipped = int(lines[0].lower().startswith("sep="))  # which some spreadsheets write first
    first = lines[skipped] if len(lines) > skipped else ""

    def known(separator: str) -> int:
        return sum(folded(cell.strip('"')) in COLUMN_OF for cell in first.split(separator))

    return max(_SEPARATORS, key=known), skipped


def _numbered(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number in the file, where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    for cells in reader:
        yield number, cells
        number = reader.line_num + 1


def _columns(header: Sequence[str]) -> list[str]:
    found = FaultList()
    while header and not header[-1].strip():
        header = header[:-1]
    names = [COLUMN_OF.get(folded(plain_text(cell)), "") for cell in header]
    if not any(names):
        raise HoldingsFaults.of(_faults.NO_HEADER, "line[1]", accepted=", ".join(COLUMNS))
    for place, (cell, name) in enumerate(zip(header, names, strict=True)):
        if not name:
            found.add(
                _faults.UNKNOWN_COLUMN, "line[1]", given=shown(cell), accepted=", ".join(COLUMNS)
            )
        elif name in names[:place]:
            found.add(_faults.COLUMN_REPEATED, "line[1]", given=shown(cell))
    found.raise_if_any(HoldingsFaults)
    return names
