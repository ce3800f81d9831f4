"""The catalogue of suppliers, kept by administrators.

The store takes a connection and never commits; it asks for no clock (`at`).
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs
from sqlalchemy import Connection, delete, func, select

from logistics_core._checks import check_whole
from logistics_core.errors import SupplierFaults, SupplierMissing
from logistics_core.storage._versioned import save_version
from logistics_core.storage.catalogue_tables import logistics_suppliers
from logistics_core.suppliers.supplier import Badge, Supplier
from shared_kernel import FaultList
from shared_kernel.columns import money_values, optional_money_from

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

__all__ = ["Facets", "SavedSupplier", "SupplierPage", "SupplierStore"]

MOST_PER_PAGE: Final = 200
_LONGEST_SEARCH: Final = 100


@attrs.frozen(kw_only=True)
class SavedSupplier:
    """A supplier as it is kept.

    Args:
        supplier: the supplier.
        version: 1, and 1 more with each change; a change states the version it was made from.
        created_at: when it was first saved (UTC).
        updated_at: when it was last changed (UTC).
        updated_by: who changed it.
    """

    supplier: Supplier
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: str


@attrs.frozen(kw_only=True)
class SupplierPage:
    """A page of the catalogue.

    Args:
        suppliers: those of the page, by name.
        number: which page it is: the last one, where a later one was asked.
        per_page: how many a page.
        total: how many there are in all.
    """

    suppliers: tuple[SavedSupplier, ...]
    number: int
    per_page: int
    total: int


@attrs.frozen(kw_only=True)
class Facets:
    """What the suppliers that merchants see can be chosen by.

    Args:
        categories: the codes of their categories, sorted.
        countries: the codes of their countries, sorted.
    """

    categories: tuple[str, ...]
    countries: tuple[str, ...]


class SupplierStore:
    """Keeps suppliers.

    Args:
        connection: what everything is read and written through. The caller opens the transaction
            (`shared_kernel.engine.transaction`) and commits it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, supplier: Supplier, *, version: int, at: datetime, actor: str) -> SavedSupplier:
        """Saves a supplier over the version it was made from.

        Args:
            supplier: the supplier, with its identifier.
            version: the version that was read and changed; 0 for a new one.
            at: the moment, an aware datetime.
            actor: who saves it.

        Raises:
            StaleVersion: it was changed, or removed, since that version; nothing is written.
            ColumnRefused: the actor is not an identifier, or `at` has no time zone.
        """
        content = {
            "name": supplier.name,
            "category": supplier.category,
            "country": supplier.country,
            "city": supplier.city,
            "badges": f" {' '.join(supplier.badges)} ",
            **money_values("minimum_order", supplier.minimum_order),
            "url": supplier.url,
            "description": supplier.description,
            "listed": supplier.listed,
            "searched": _searched(supplier),
        }
        key = logistics_suppliers.c.id
        row = save_version(self._connection, key, supplier.id, version, content, at=at, actor=actor)
        return _saved(row)

    def get(self, supplier_id: str) -> SavedSupplier:
        """Gives one supplier, listed or not.

        Raises:
            SupplierMissing: there is none.
        """
        statement = select(logistics_suppliers).where(logistics_suppliers.c.id == supplier_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise _missing()
        return _saved(row)

    def page(
        self,
        *,
        search: str = "",
        category: str | None = None,
        country: str | None = None,
        badge: Badge | None = None,
        listed: bool | None = True,
        number: int = 1,
        per_page: int = 20,
    ) -> SupplierPage:
        """Gives suppliers by name, a page at a time.

        Args:
            search: only those whose name, city or description has each of these words, whatever
                the case and the accents.
            category: only those of this category's code.
            country: only those of this country's code.
            badge: only those that bear this badge.
            listed: only those that merchants see, or only the others; None for all.
            number: which page, from 1; the last one stands for those after it.
            per_page: how many a page, 1 to 200.

        Raises:
            SupplierFaults: the number or the length of the page is none.
        """
        found = FaultList()
        check_whole(found, "number", number, least=1, most=2**31 - 1)
        check_whole(found, "per_page", per_page, least=1, most=MOST_PER_PAGE)
        found.raise_if_any(SupplierFaults)
        table = logistics_suppliers.c
        chosen: list[ColumnElement[bool]] = [
            table.searched.contains(word, autoescape=True)
            for word in _folded(search[:_LONGEST_SEARCH]).split()
        ]
        for column, value in (
            (table.category, category),
            (table.country, country),
            (table.listed, listed),
        ):
            if value is not None:
                chosen.append(column == value)
        if badge is not None:
            chosen.append(table.badges.contains(f" {badge.value} ", autoescape=True))
        counted = select(func.count()).select_from(logistics_suppliers).where(*chosen)
        total = self._connection.execute(counted).scalar_one()
        shown = min(number, max(1, -(-total // per_page)))
        statement = (
            select(logistics_suppliers)
            .where(*chosen)
            .order_by(table.searched, table.id)
            .limit(per_page)
            .offset((shown - 1) * per_page)
        )
        rows = self._connection.execute(statement).mappings()
        suppliers = tuple(_saved(row) for row in rows)
        return SupplierPage(suppliers=suppliers, number=shown, per_page=per_page, total=total)

    def facets(self) -> Facets:
        """Gives the categories and the countries of the suppliers that merchants see."""
        table = logistics_suppliers.c
        statement = select(table.category, table.country).where(table.listed).distinct()
        pairs = self._connection.execute(statement).all()
        return Facets(
            categories=tuple(sorted({category for category, _ in pairs})),
            countries=tuple(sorted({country for _, country in pairs})),
        )

    def remove(self, supplier_id: str) -> None:
        """Takes a supplier out of the catalogue.

        Raises:
            SupplierMissing: there is none.
        """
        removed = delete(logistics_suppliers).where(logistics_suppliers.c.id == supplier_id)
        if not self._connection.execute(removed).rowcount:
            raise _missing()


def _folded(text: str) -> str:
    """A text without case and accents, as it is searched on either database."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _searched(supplier: Supplier) -> str:
    # The name comes first: the order of these texts is that of the names.
    return _folded("\n".join((supplier.name, supplier.city, supplier.description)))


def _missing() -> SupplierMissing:
    return SupplierMissing("there is no such supplier in the catalogue")


def _saved(row: RowMapping) -> SavedSupplier:
    supplier = Supplier(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        country=row["country"],
        city=row["city"],
        badges=tuple(Badge(badge) for badge in row["badges"].split()),
        minimum_order=optional_money_from(dict(row), "minimum_order"),
        url=row["url"],
        description=row["description"],
        listed=row["listed"],
    )
    return SavedSupplier(
        supplier=supplier,
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
    )
