"""Merchants' terms: what is refused, what anybody has, and how they are changed and erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection

from logistics_core import MerchantTerms
from logistics_core.errors import MerchantFaults, StaleVersion
from logistics_core.storage import MerchantStore
from logistics_core.storage.events import SubjectKind, history
from shared_kernel.errors import ColumnRefused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TERMS = MerchantTerms(
    owner="merchant-1", commission=Decimal("0.04"), priority=0, note="Client depuis 2020"
)


@pytest.fixture
def store(connection: Connection) -> MerchantStore:
    """A store in a writing transaction."""
    return MerchantStore(connection)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"owner": ""}, ["owner"]),
        ({"owner": "a" * 65, "priority": -1}, ["owner", "priority"]),
        ({"commission": Decimal("1.000001")}, ["commission"]),
        ({"commission": Decimal("-0.01")}, ["commission"]),
        ({"commission": Decimal("0.0000001")}, ["commission"]),
        ({"commission": Decimal("NaN")}, ["commission"]),
        ({"commission": 0.04}, ["commission"]),
        ({"priority": 10}, ["priority"]),
        ({"priority": True}, ["priority"]),
        ({"note": "a" * 501, "version": -1}, ["note", "version"]),
    ],
)
def test_bad_terms_are_refused(changes: dict[str, Any], paths: list[str]) -> None:
    """Every fault, each with its path."""
    with pytest.raises(MerchantFaults) as caught:
        attrs.evolve(TERMS, **changes)
    assert [fault.path for fault in caught.value.faults] == paths


def test_nothing_agreed_is_the_terms_of_anybody(store: MerchantStore) -> None:
    """The tariff's own commission, the usual priority, version 0."""
    assert store.terms("merchant-9") == MerchantTerms(owner="merchant-9")
    assert store.all() == ()
    assert store.export("merchant-9") == {"terms": None}


def test_terms_are_changed_from_the_version_that_was_read(
    store: MerchantStore, connection: Connection
) -> None:
    """Of two who read the same version the second is told; each change is an event."""
    first = store.save(TERMS, version=0, at=NOON, actor="admin-1")
    assert first == attrs.evolve(TERMS, version=1) == store.terms("merchant-1")
    plain = MerchantTerms(owner="merchant-1")
    second = store.save(plain, version=1, at=NOON + timedelta(hours=1), actor="admin-2")
    assert second == attrs.evolve(plain, version=2) == store.terms("merchant-1")
    with pytest.raises(StaleVersion):
        store.save(TERMS, version=1, at=NOON, actor="admin-1")
    with pytest.raises(StaleVersion):
        store.save(TERMS, version=0, at=NOON, actor="admin-1")
    events = history(connection, SubjectKind.MERCHANT, "merchant-1")
    assert [(each.actor, each.action) for each in events] == [
        ("admin-1", "terms"),
        ("admin-2", "terms"),
    ]
    assert all(not each.detail for each in events)
    with pytest.raises(ColumnRefused):
        store.save(MerchantTerms(owner=" x "), version=0, at=NOON, actor="admin-1")


def test_an_owner_is_exported_and_erased_alone(
    store: MerchantStore, connection: Connection
) -> None:
    """Their terms without the administrators' note; then nothing is left, and others are whole."""
    store.save(TERMS, version=0, at=NOON, actor="admin-1")
    other = store.save(attrs.evolve(TERMS, owner="merchant-2"), version=0, at=NOON, actor="a")
    assert store.export("merchant-1") == {
        "terms": {
            "commission": "0.04",
            "priority": 0,
            "version": 1,
            "created_at": NOON.isoformat(),
            "updated_at": NOON.isoformat(),
        }
    }
    assert store.erase("merchant-1") == 2
    assert store.erase("merchant-1") == 0
    assert store.all() == (other,)
    assert history(connection, SubjectKind.MERCHANT, "merchant-1") == ()
