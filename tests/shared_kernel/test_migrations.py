"""Migrations: old or new, never in between, whoever runs them and whatever stops them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, Table, inspect, text
from testkit.children import child, children

from shared_kernel.columns import (
    ExactDecimal,
    JsonDocument,
    OpaqueId,
    UtcDateTime,
    money_columns,
)
from shared_kernel.engine import create_engine, reading, sqlite_file, transaction
from shared_kernel.errors import (
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    MigrationFailed,
    MigrationLocked,
    StorageError,
)
from shared_kernel.migrations import (
    Migrations,
    MigrationState,
    differences,
    require_current,
    status,
    upgrade,
)

HEADER = """
import sqlalchemy as sa
from alembic import op
from shared_kernel.columns import *

revision = {revision!r}
down_revision = {before!r}

def upgrade():
"""

FIRST = """
op.create_table(
    "shop_orders",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", OpaqueId(), nullable=False),
)
"""
SECOND = """
op.add_column("shop_orders", sa.Column("note", sa.String(20)))
op.create_table("shop_lines", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO shop_lines (id) SELECT id FROM shop_orders")
"""

Library = Callable[..., Migrations]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Makes a package with migrations, each given as the body of its `upgrade`.

    Packages with the same `name` are versions of the same library.
    """
    root = tmp_path / "packages"
    root.mkdir()
    monkeypatch.syspath_prepend(root)
    monkeypatch.setenv("PYTHONPATH", str(root))  # for the children

    def make(package: str, *bodies: str, name: str = "shop") -> Migrations:
        # The time keeps one test's package apart from another's in Python's caches.
        unique = f"{package}_{time.monotonic_ns()}"
        versions = root / unique / "storage" / "migrations" / "versions"
        versions.mkdir(parents=True)
        (root / unique / "__init__.py").touch()
        before = None
        for number, body in enumerate(bodies, 1):
            revision = f"{number:04}"
            script = HEADER.format(revision=revision, before=before)
            script += textwrap.indent(body.strip(), "    ")
            (versions / f"{revision}_step.py").write_text(script + "\n")
            before = revision
        return Migrations(name, unique)

    return make


def tables(engine: Engine) -> set[str]:
    """The tables of the database."""
    with reading(engine) as connection:
        return set(inspect(connection).get_table_names())


def states(engine: Engine, *libraries: Migrations) -> list[str]:
    """Where the tables of the libraries stand."""
    return [str(one.state) for one in status(engine, libraries)]


def address(engine: Engine) -> str:
    """The URL of the engine, to give to a child."""
    return engine.url.render_as_string(hide_password=False)


UPGRADE = """
    import sys
    from shared_kernel.engine import create_engine
    from shared_kernel.migrations import Migrations, upgrade
    engine = create_engine(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    upgrade(engine, [Migrations("shop", sys.argv[2])], lock_timeout_s=30)
    engine.dispose()
    print("done", flush=True)
    """


class TestUpgrade:
    """`upgrade`, run by one process that nothing disturbs."""

    def test_from_nothing(self, engine: Engine, library: Library) -> None:
        """An empty database gets the tables; again, and there is nothing to do."""
        shop = library("v2", FIRST, SECOND)
        assert shop.head == "0002"
        assert states(engine, shop) == ["missing"]
        before = upgrade(engine, [shop])
        assert [(one.name, one.current, one.head) for one in before] == [("shop", None, "0002")]
        assert tables(engine) == {"shop_orders", "shop_lines", "shop_schema_version"}
        assert states(engine, shop) == ["current"]
        assert upgrade(engine, [shop])[0].state is MigrationState.CURRENT
        require_current(engine, [shop])

    def test_from_an_older_version_keeps_the_rows(self, engine: Engine, library: Library) -> None:
        """Tables with rows are brought up to date, and the rows are there."""
        upgrade(engine, [library("v1", FIRST)])
        with transaction(engine) as connection:
            connection.execute(text("INSERT INTO shop_orders (id, owner) VALUES (7, 'client')"))
        newer = library("v2", FIRST, SECOND)
        assert states(engine, newer) == ["older"]
        upgrade(engine, [newer])
        with reading(engine) as connection:
            assert connection.execute(text("SELECT id FROM shop_lines")).scalars().all() == [7]
            assert connection.execute(text("SELECT owner, note FROM shop_orders")).all() == [
                ("client", None)
            ]

    def test_libraries_have_histories_of_their_own(self, engine: Engine, library: Library) -> None:
        """Two libraries with the same revision numbers do not meet."""
        shop = library("shop", FIRST)
        desk = library(
            "desk", 'op.create_table("desk_a", sa.Column("id", sa.Integer))', name="desk"
        )
        upgrade(engine, [shop])
        assert states(engine, shop, desk) == ["current", "missing"]
        upgrade(engine, [shop, desk])
        assert states(engine, shop, desk) == ["current", "current"]
        assert {"desk_a", "desk_schema_version"} <= tables(engine)

    def test_a_failing_script_changes_nothing(self, engine: Engine, library: Library) -> None:
        """Tables that a failing script made are gone, and its library's earlier ones stay."""
        upgrade(engine, [library("v1", FIRST)])
        broken = library("v3", FIRST, SECOND, "raise LookupError('no such shelf')")
        with pytest.raises(MigrationFailed, match=r"0003 of shop failed.*no such shelf"):
            upgrade(engine, [broken])
        assert tables(engine) == {"shop_orders", "shop_schema_version"}
        assert status(engine, [broken])[0].current == "0001"

    def test_a_refused_statement_is_one_clear_error(self, engine: Engine, library: Library) -> None:
        """SQL that the database refuses: the revision and the database's own words."""
        broken = library("v1", FIRST, 'op.execute("SELECT missing FROM nowhere")')
        with pytest.raises(MigrationFailed, match=r"0002.*nowhere"):
            upgrade(engine, [broken])
        assert tables(engine) == set()

    def test_a_script_that_takes_too_long_is_stopped(
        self, engine: Engine, library: Library
    ) -> None:
        """One endless statement is stopped by the time limit; nothing has changed."""
        endless = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        )
        slow = library("v2", FIRST, f"op.execute({endless!r})")
        start = time.monotonic()
        with pytest.raises(MigrationFailed, match="0002"):
            upgrade(engine, [slow], time_limit_s=0.5)
        assert time.monotonic() - start < 20
        assert tables(engine) == set()
        upgrade(engine, [library("v2", FIRST, SECOND)])  # the limit is gone with it

    def test_a_table_made_anew_keeps_the_rows_that_point_at_it(
        self, engine: Engine, library: Library
    ) -> None:
        """Altering a table on SQLite makes it anew; rows of other tables stay, keys are checked."""
        tables_ = """
            op.create_table("shop_a", sa.Column("id", sa.Integer, primary_key=True))
            op.create_table(
                "shop_b",
                sa.Column("a", sa.Integer, sa.ForeignKey("shop_a.id", ondelete="CASCADE")),
            )
            op.execute("INSERT INTO shop_a VALUES (1)")
            op.execute("INSERT INTO shop_b VALUES (1)")
        """
        alter = """
            with op.batch_alter_table("shop_a", recreate="auto") as batch:
                batch.add_column(sa.Column("n", sa.Integer))
                batch.create_check_constraint("n_positive", "n > 0")
        """
        upgrade(engine, [library("v2", textwrap.dedent(tables_), textwrap.dedent(alter))])
        with transaction(engine) as connection:
            assert connection.execute(text("SELECT a FROM shop_b")).scalars().all() == [1]
            connection.execute(text("DELETE FROM shop_a"))  # the keys are on again
            assert connection.execute(text("SELECT a FROM shop_b")).scalars().all() == []

    def test_a_key_left_pointing_nowhere_is_refused(
        self, sqlite_url: str, library: Library
    ) -> None:
        """On SQLite, where keys are off meanwhile, a script may not leave a broken one."""
        script = """
            op.create_table("shop_a", sa.Column("id", sa.Integer, primary_key=True))
            op.create_table("shop_b", sa.Column("a", sa.Integer, sa.ForeignKey("shop_a.id")))
            op.execute("INSERT INTO shop_b VALUES (1)")
        """
        engine = create_engine(sqlite_url)
        with pytest.raises(MigrationFailed, match="rows of shop_b point at rows of shop_a"):
            upgrade(engine, [library("v1", textwrap.dedent(script))])
        assert tables(engine) == set()
        engine.dispose()


class TestSeveralProcesses:
    """Processes that upgrade at once, or die doing so."""

    def test_four_processes_at_once(self, engine: Engine, library: Library) -> None:
        """All of them succeed, and each script has run once."""
        slow = 'import time; time.sleep(0.2); op.execute("INSERT INTO shop_runs VALUES (1)")'
        runs = 'op.create_table("shop_runs", sa.Column("n", sa.Integer))'
        shop = library("v4", FIRST, runs, slow, slow)
        with children(4, UPGRADE, address(engine), shop.package) as started:
            for one in started:
                assert one.line() == "ready"
            for one in started:
                one.tell()
            for one in started:
                assert one.finish() == "done\n"
        assert states(engine, shop) == ["current"]
        with reading(engine) as connection:
            assert connection.execute(text("SELECT count(*) FROM shop_runs")).scalar_one() == 2

    def test_another_process_that_does_not_end(self, engine: Engine, library: Library) -> None:
        """Who waits too long is told so, and may try again when the other has ended."""
        wait = 'print("inside", flush=True); import sys; sys.stdin.readline()'
        shop = library("v2", FIRST, wait)
        quick = Migrations("shop", shop.package)
        with child(UPGRADE, address(engine), shop.package) as other:
            assert other.line() == "ready"
            other.tell()
            assert other.line() == "inside"
            start = time.monotonic()
            with pytest.raises(MigrationLocked, match="another process"):
                upgrade(engine, [quick], lock_timeout_s=0.3)
            assert time.monotonic() - start < 10
            assert states(engine, shop) == ["missing"]
            other.tell()
            assert other.finish() == "done\n"
        upgrade(engine, [quick], lock_timeout_s=0.3)
        assert states(engine, shop) == ["current"]

    @pytest.mark.parametrize("stop_in", [1, 2, 3])
    def test_killed_in_the_middle(self, engine: Engine, library: Library, stop_in: int) -> None:
        """Kill -9 inside any script of an upgrade: the old tables, and the next run completes."""
        upgrade(engine, [library("v1", FIRST)])
        with transaction(engine) as connection:
            connection.execute(text("INSERT INTO shop_orders (id, owner) VALUES (7, 'client')"))
        wait = 'print("inside", flush=True)\nimport sys\nsys.stdin.readline()'
        bodies = [SECOND, 'op.drop_table("shop_lines")', 'op.execute("DELETE FROM shop_orders")']
        stopped = [body + (f"\n{wait}" if i == stop_in else "") for i, body in enumerate(bodies, 1)]
        shop = library("v4", FIRST, *stopped)
        with child(UPGRADE, address(engine), shop.package) as victim:
            assert victim.line() == "ready"
            victim.tell()
            assert victim.line() == "inside"
            victim.kill()
        assert status(engine, [shop])[0].current == "0001"
        assert tables(engine) == {"shop_orders", "shop_schema_version"}
        with reading(engine) as connection:
            assert connection.execute(text("SELECT owner FROM shop_orders")).all() == [("client",)]
        whole = library("v4", FIRST, *bodies)
        upgrade(engine, [whole])
        assert states(engine, whole) == ["current"]

    def test_killed_at_any_moment(self, engine: Engine, library: Library) -> None:
        """Kill -9 at arbitrary moments: the tables are those of the revision that is written."""
        one_more = 'op.create_table("shop_t{0}", sa.Column("id", sa.Integer))'
        versions = [library(f"v{n}", *(one_more.format(i) for i in range(n))) for n in range(1, 9)]
        upgrade(engine, versions[:1])
        for number, shop in enumerate(versions[1:]):
            with child(UPGRADE, address(engine), shop.package) as victim:
                assert victim.line() == "ready"
                victim.tell()
                time.sleep(0.01 * number)
                victim.kill()
            found = status(engine, [shop])[0].current
            assert found is not None
            expected = {f"shop_t{i}" for i in range(int(found))} | {"shop_schema_version"}
            assert tables(engine) == expected
        upgrade(engine, versions[-1:])
        assert states(engine, versions[-1]) == ["current"]


class TestStates:
    """`status` and `require_current`."""

    def test_missing(self, engine: Engine, library: Library) -> None:
        """A database without tables: which libraries, and the command to run."""
        with pytest.raises(DatabaseMissing, match=r"shop.*comptoir db upgrade"):
            require_current(engine, [library("v1", FIRST)])

    def test_asking_makes_no_file(self, sqlite_url: str, library: Library) -> None:
        """Where there is no SQLite file, asking says so and makes none."""
        engine = create_engine(sqlite_url)
        shop = library("v1", FIRST)
        with pytest.raises(DatabaseMissing):
            require_current(engine, [shop])
        path = sqlite_file(sqlite_url)
        assert path is not None
        assert not Path(path).exists()
        engine.dispose()

    def test_older(self, engine: Engine, library: Library) -> None:
        """Tables of an older version: from where to where, and the command to run."""
        upgrade(engine, [library("v1", FIRST)])
        with pytest.raises(DatabaseOlder, match=r"shop 0001 / 0002.*comptoir db upgrade"):
            require_current(engine, [library("v2", FIRST, SECOND)])

    def test_a_library_that_was_added(self, engine: Engine, library: Library) -> None:
        """One library of two has no tables yet: the database is older than the software."""
        shop = library("v1", FIRST)
        desk = library("desk", "pass", name="desk")
        upgrade(engine, [shop])
        with pytest.raises(DatabaseOlder, match="desk - / 0001"):
            require_current(engine, [shop, desk])

    def test_newer(self, engine: Engine, library: Library) -> None:
        """Tables of a newer version are refused and left alone, by `upgrade` as well."""
        upgrade(engine, [library("v2", FIRST, SECOND)])
        older = library("v1", FIRST)
        desk = library("desk", FIRST.replace("shop", "desk"), name="desk")
        assert states(engine, older) == ["newer"]
        before = tables(engine)
        with pytest.raises(DatabaseNewer, match="shop 0002 / 0001"):
            require_current(engine, [older])
        with pytest.raises(DatabaseNewer, match="install the newer version"):
            upgrade(engine, [desk, older])
        assert tables(engine) == before

    def test_a_history_is_one_line(self, library: Library) -> None:
        """Two heads, or no script at all, are refused: the programmer is told."""
        shop = library("v1", FIRST)
        with pytest.raises(StorageError, match="ships no migrations"):
            _ = Migrations("shop", "shared_kernel").head
        forked = library("fork", FIRST)
        folder = Path(__import__(forked.package).__path__[0]) / "storage/migrations/versions"
        (folder / "0002_other.py").write_text(
            HEADER.format(revision="0002", before=None) + "    pass\n"
        )
        with pytest.raises(StorageError, match="not one line"):
            _ = forked.head
        assert shop.head == "0001"


class TestDifferences:
    """`differences`: what the migrations made beside what the code declares."""

    ALL = """
op.create_table(
    "shop_all",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", OpaqueId(), nullable=False),
    sa.Column("rate", ExactDecimal(), nullable=False),
    sa.Column("document", JsonDocument(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("price_minor", MinorUnits(), nullable=False),
    sa.Column("price_currency", CurrencyCode(), nullable=False),
    sa.Column("parent", sa.Integer, sa.ForeignKey("shop_all.id")),
)
op.create_index("shop_all_owner", "shop_all", ["owner"])
"""

    @staticmethod
    def declared() -> MetaData:
        """The same table, declared."""
        metadata = MetaData()
        Table(
            "shop_all",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("owner", OpaqueId(), nullable=False),
            Column("rate", ExactDecimal(), nullable=False),
            Column("document", JsonDocument(), nullable=False),
            Column("at", UtcDateTime(), nullable=False),
            *money_columns("price"),
            Column("parent", ForeignKey("shop_all.id")),
        )
        return metadata

    def test_none_where_they_agree(self, engine: Engine, library: Library) -> None:
        """Every type of ours and its migration agree; other libraries' tables are not looked at."""
        shop = library("all", self.ALL)
        desk = library("desk", FIRST.replace("shop", "desk"), name="desk")
        upgrade(engine, [shop, desk])
        metadata = self.declared()
        owner = metadata.tables["shop_all"].c.owner
        from sqlalchemy import Index

        Index("shop_all_owner", owner)
        assert differences(engine, metadata, shop) == []

    def test_each_difference_is_told(self, engine: Engine, library: Library) -> None:
        """A missing index, a table without migration, another type: one line each."""
        shop = library("all", self.ALL)
        upgrade(engine, [shop])
        metadata = self.declared()
        Table("shop_new", metadata, Column("id", Integer, primary_key=True))
        metadata.tables["shop_all"].c.parent.type = UtcDateTime()
        found = "\n".join(differences(engine, metadata, shop))
        assert "shop_all_owner" in found
        assert "shop_new" in found
        assert "modify_type" in found
