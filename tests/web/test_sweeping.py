"""Rows that are over are deleted without waiting for whoever changes one of them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from comptoir_web.identity.roles import Role
from comptoir_web.identity.tokens import TokenStore
from comptoir_web.identity.users import UserStore
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.storage.tables import web_tokens
from shared_kernel.engine import create_engine, transaction
from shared_kernel.migrations import upgrade

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=60)


def test_a_sweep_leaves_what_another_holds(postgres_url: str) -> None:
    """A family that another transaction holds is left, at once; the next sweep takes it."""
    engine = create_engine(postgres_url)
    upgrade(engine, ALL_MIGRATIONS)
    with transaction(engine) as connection:
        user, _ = UserStore(connection).add(
            email="client@example.com", name="A client", role=Role.CLIENT, at=NOW
        )
        for family in ("a" * 32, "b" * 32):
            TokenStore(connection).add(user.id, family, at=NOW)
    with transaction(engine) as holder:
        TokenStore(holder).revoke_family("a" * 32, at=NOW)
        with transaction(engine) as connection:
            assert TokenStore(connection).purge(at=LATER) == 2
    with transaction(engine) as connection:
        assert TokenStore(connection).purge(at=LATER) == 2
        assert connection.scalar(select(func.count()).select_from(web_tokens)) == 0
    engine.dispose()
