"""Tables as the server pages and sorts them; the state is in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import attrs
from flask import request, url_for

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask

__all__ = [
    "Column",
    "Page",
    "Sort",
    "address_with",
    "asked_page",
    "install_tables",
    "page_number",
    "same_filters",
    "sort_from",
]


@attrs.frozen
class Column:
    """A column: its label, the key its sort has in the address, how it is set.

    Attributes:
        key: The value of `sort` in the address.
        label: What the header says, in the reader's language.
        numeric: Right-aligned, with figures of one width.
        sortable: The header is a link that sorts.
        hidden: The header is for screen readers only (a column of buttons).
    """

    key: str
    label: str
    numeric: bool = attrs.field(default=False, kw_only=True)
    sortable: bool = attrs.field(default=False, kw_only=True)
    hidden: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Page:
    """One page of a longer list.

    Attributes:
        number: The page, from 1.
        size: How many lines a page holds.
        total: How many lines there are.

    Example:
        >>> page = Page(number=2, size=20, total=45)
        >>> page.pages, page.first, page.last, page.offset
        (3, 21, 40, 20)
    """

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many lines come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of this page's first line, from 1."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """The number of this page's last line."""
        return min(self.offset + self.size, self.total)


@attrs.frozen
class Sort:
    """By which column a list is sorted; `-name` in the address is descending."""

    key: str
    descending: bool = False


def sort_from(allowed: Collection[str], *, default: str) -> Sort:
    """The sort the address asks for; the default when it names no sortable column."""
    asked = request.args.get("sort", "")
    key = asked.removeprefix("-")
    if key not in allowed:
        asked, key = default, default.removeprefix("-")
    return Sort(key, descending=asked.startswith("-"))


def page_number(total: int, *, size: int) -> int:
    """The page the address asks for, brought back among those that exist."""
    pages = max(1, -(-total // size))
    try:
        asked = int(request.args.get("page", "1"))
    except ValueError:
        asked = 1
    return min(max(asked, 1), pages)


def asked_page() -> int:
    """The page the address asks for, at least 1; a service brings it back among those there are."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def same_filters(endpoint: str) -> str:
    """The address of another page with the arguments of this one: the file of what is listed."""
    # Not through url_for's arguments, some of which (`_scheme`) would make another address.
    asked = request.query_string.decode("ascii", "replace")
    return f"{url_for(endpoint)}?{asked}" if asked else url_for(endpoint)


def address_with(**changes: object) -> str:
    """This page's address with some of its arguments changed; None takes one away."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in changes]
    kept += [(key, str(value)) for key, value in changes.items() if value is not None]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def sort_direction(column: Column, sort: Sort | None) -> Literal["ascending", "descending"] | None:
    """What `aria-sort` says of a column."""
    if sort is None or sort.key != column.key:
        return None
    return "descending" if sort.descending else "ascending"


def sort_url(column: Column, sort: Sort | None) -> str:
    """Where a column's header leads: its sort, the other way round when it is the current one."""
    turned = sort is not None and sort.key == column.key and not sort.descending
    return address_with(sort=f"-{column.key}" if turned else column.key, page=None)


def install_tables(app: Flask) -> None:
    """Give every template what `_tables.html` needs."""
    app.jinja_env.globals.update(
        address_with=address_with, sort_direction=sort_direction, sort_url=sort_url
    )
