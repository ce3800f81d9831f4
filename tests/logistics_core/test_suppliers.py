"""Suppliers: what is refused; the catalogue as it is kept, searched and shown a page at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection

from logistics_core.errors import StaleVersion, SupplierFaults, SupplierMissing
from logistics_core.storage import SupplierStore
from logistics_core.suppliers import COUNTRY_CODES, Badge, Supplier
from logistics_core.testing import suppliers
from shared_kernel import money
from shared_kernel.errors import ColumnRefused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MILL = Supplier(
    id="mill",
    name="Filature Étoile",
    category="TEXTILE",
    country="CN",
    city="Guangzhou",
    badges=(Badge.SAMPLES, Badge.VERIFIED, Badge.SAMPLES),
    minimum_order=money("5000", "CNY"),
    url="https://mill.example/fr?page=1",
    description="Coton peigné\r\n100 % biologique",
)


@pytest.fixture
def store(connection: Connection) -> SupplierStore:
    """A store in a writing transaction."""
    return SupplierStore(connection)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"id": ""}, ["id"]),
        ({"id": "a b", "name": "  ", "category": "x"}, ["id", "name", "category"]),
        ({"name": "a" * 121}, ["name"]),
        ({"name": "two\nlines", "city": None}, ["name", "city"]),
        ({"country": "cn"}, ["country"]),
        ({"country": "XX"}, ["country"]),
        ({"badges": ["verified"]}, ["badges[0]"]),
        ({"badges": "verified"}, ["badges"]),
        ({"minimum_order": money("0", "CNY")}, ["minimum_order"]),
        ({"minimum_order": 5000.0}, ["minimum_order"]),
        ({"description": "a" * 2001}, ["description"]),
        ({"listed": 1}, ["listed"]),
        *(
            ({"url": url}, ["url"])
            for url in (
                *("http://mill.example", "javascript:alert(1)", "https://", "https://mill"),
                *("https://user:pass@mill.example", "https://user@mill.example", 3),
                *("https://mill.example/a b", 'https://mill.example/"', "https://[::1"),
                *("https://mill.example:port/", "HTTPS://mill.example", "https://é.example"),
                "https://mill.example/" + "a" * 500,
            )
        ),
    ],
)
def test_a_bad_supplier_is_refused(changes: dict[str, Any], paths: list[str]) -> None:
    """Every fault, each with its path; a link leads nowhere but to a site over https."""
    with pytest.raises(SupplierFaults) as caught:
        attrs.evolve(MILL, **changes)
    assert [fault.path for fault in caught.value.faults] == paths


def test_badges_are_kept_in_one_order_each_once() -> None:
    """Whatever the order they were ticked in."""
    assert MILL.badges == (Badge.VERIFIED, Badge.SAMPLES)
    assert len(COUNTRY_CODES) == 249


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(supplier=suppliers())
def test_a_supplier_comes_back_as_it_was_saved(connection: Connection, supplier: Supplier) -> None:
    """Every field of every kind, on both databases."""
    store = SupplierStore(connection)
    with connection.begin_nested() as undone:  # an identifier may be drawn twice
        saved = store.save(supplier, version=0, at=NOON, actor="admin-1")
        assert store.get(supplier.id) == saved
        undone.rollback()
    assert (saved.supplier, saved.version, saved.updated_by) == (supplier, 1, "admin-1")
    assert saved.created_at == saved.updated_at == NOON


def test_a_change_states_the_version_it_was_made_from(store: SupplierStore) -> None:
    """Of two who read the same version the second is told; a removed one is told as well."""
    later = NOON + timedelta(hours=1)
    first = store.save(MILL, version=0, at=NOON, actor="admin-1")
    hidden = attrs.evolve(MILL, listed=False)
    second = store.save(hidden, version=first.version, at=later, actor="admin-2")
    assert (second.version, second.created_at, second.updated_at) == (2, NOON, later)
    for stale in (0, 1, 3):
        with pytest.raises(StaleVersion, match="not the last one, 2"):
            store.save(MILL, version=stale, at=later, actor="admin-1")
    assert store.get("mill") == second
    store.remove("mill")
    for missing in (lambda: store.get("mill"), lambda: store.remove("mill")):
        with pytest.raises(SupplierMissing):
            missing()
    with pytest.raises(StaleVersion, match="not the last one, 0"):
        store.save(MILL, version=2, at=later, actor="admin-1")
    with pytest.raises(ColumnRefused):
        store.save(MILL, version=0, at=NOON.replace(tzinfo=None), actor="admin-1")


def test_the_catalogue_is_searched_and_chosen_from(store: SupplierStore) -> None:
    """By words whatever their case and accents, by category, country and badge, listed or not."""
    for supplier in (
        MILL,
        attrs.evolve(MILL, id="phones", name="Usine 50%", category="ELECTRONIQUE", badges=()),
        attrs.evolve(MILL, id="dyes", name="Atelier", country="IN", city="Surat", description=""),
        attrs.evolve(MILL, id="old", name="Zéphyr", listed=False, country="TR"),
    ):
        store.save(supplier, version=0, at=NOON, actor="admin-1")

    def found(**chosen: Any) -> list[str]:
        return [each.supplier.id for each in store.page(**chosen).suppliers]

    assert found() == ["dyes", "mill", "phones"]
    assert found(listed=None) == ["dyes", "mill", "phones", "old"]
    assert found(listed=False) == ["old"]
    assert found(search="ETOILE coton") == ["mill"]
    assert found(search="étoile usine") == []
    assert found(search="%") == ["mill", "phones"]
    assert found(search="0%") == ["phones"]
    assert found(search="_") == []
    assert found(category="TEXTILE", country="CN") == ["mill"]
    assert found(badge=Badge.SAMPLES) == ["dyes", "mill"]
    assert found(badge=Badge.INSPECTED) == []
    facets = store.facets()
    assert (facets.categories, facets.countries) == (("ELECTRONIQUE", "TEXTILE"), ("CN", "IN"))


def test_pages_go_through_the_whole_catalogue(store: SupplierStore) -> None:
    """Each supplier once; a page after the last is the last; an absurd page is refused."""
    for number in range(5):
        supplier = attrs.evolve(MILL, id=f"s{number}", name=f"Usine {number}")
        store.save(supplier, version=0, at=NOON, actor="admin-1")
    pages = [store.page(number=number, per_page=2) for number in (1, 2, 3, 9)]
    assert [[each.supplier.id for each in page.suppliers] for page in pages] == [
        *(["s0", "s1"], ["s2", "s3"]),
        *(["s4"], ["s4"]),
    ]
    assert [(page.number, page.total) for page in pages] == [(1, 5), (2, 5), (3, 5), (3, 5)]
    empty = store.page(search="nobody")
    assert (empty.suppliers, empty.number, empty.total) == ((), 1, 0)
    with pytest.raises(SupplierFaults) as caught:
        store.page(number=0, per_page=201)
    assert [fault.path for fault in caught.value.faults] == ["number", "per_page"]
