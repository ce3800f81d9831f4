"""The engine: the same promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from testkit.children import child, children
from testkit.processes import free_port

from shared_kernel.engine import (
    create_engine,
    normalised_url,
    reading,
    sqlite_file,
    transaction,
)
from shared_kernel.errors import (
    DatabaseBusy,
    DatabaseMissing,
    DatabaseUnreachable,
    DiskFull,
    StorageError,
)

metadata = MetaData()
counters = Table(
    "counters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("n", Integer, CheckConstraint("n >= 0"), nullable=False),
)
lines = Table(
    "lines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("counter", ForeignKey("counters.id")),
)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A database with one counter at 0."""
    with transaction(engine) as connection:
        metadata.create_all(connection)
        connection.execute(insert(counters).values(id=1, n=0))
    return engine


def value_of(engine: Engine) -> int:
    """The counter."""
    with reading(engine) as connection:
        found: int = connection.execute(select(counters.c.n)).scalar_one()
        return found


def is_sqlite(engine: Engine) -> bool:
    """Which of the two databases the test runs on."""
    return engine.dialect.name == "sqlite"


class TestAddresses:
    """What addresses are understood."""

    @pytest.mark.parametrize(
        ("given", "drivername"),
        [
            ("postgres://u:p@h/d", "postgresql+psycopg2"),
            ("postgresql://u:p@h/d", "postgresql+psycopg2"),
            ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg2"),
            ("sqlite:///a.db", "sqlite"),
            ("sqlite+pysqlite:///a.db", "sqlite"),
            ("sqlite://", "sqlite"),
        ],
    )
    def test_usual_spellings_are_understood(self, given: str, drivername: str) -> None:
        """Each usual way to write an address names our drivers, password kept."""
        url = normalised_url(given)
        assert url.drivername == drivername
        assert url.password in (None, "p")

    @pytest.mark.parametrize(
        "given", ["", "mysql://u:secret@h/d", "not an address: secret", "sqlite:///file:x?uri=true"]
    )
    def test_others_are_refused_without_being_repeated(self, given: str) -> None:
        """Another database is refused; the message has examples and never the address."""
        with pytest.raises(StorageError, match="sqlite:///folder") as caught:
            create_engine(given)
        assert "secret" not in str(caught.value)

    def test_a_file_is_told_from_memory(self) -> None:
        """Only a file of SQLite has a path."""
        assert sqlite_file("sqlite:////srv/a.db") == "/srv/a.db"
        assert sqlite_file("sqlite://") is None
        assert sqlite_file("sqlite:///:memory:") is None
        assert sqlite_file("postgresql://h/d") is None


class TestTransactions:
    """`transaction` and `reading`."""

    def test_a_transaction_is_all_or_nothing(self, filled: Engine) -> None:
        """What a failed block wrote is undone, rows and tables alike."""

        def fail_half_way() -> None:
            with transaction(filled) as connection:
                connection.execute(update(counters).values(n=5))
                connection.exec_driver_sql("CREATE TABLE half_way (id INTEGER)")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_half_way()
        with transaction(filled) as connection:
            assert not filled.dialect.has_table(connection, "half_way")
            assert connection.execute(select(counters.c.n)).scalar_one() == 0

    def test_a_savepoint_is_undone_alone(self, filled: Engine) -> None:
        """A nested part that fails leaves the rest of the transaction."""
        with transaction(filled) as connection:
            connection.execute(update(counters).values(n=1))
            with pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(update(counters).values(n=-1))
        assert value_of(filled) == 1

    def test_constraints_are_checked_and_keep_their_error(self, filled: Engine) -> None:
        """A missing foreign key and a broken CHECK are SQLAlchemy's IntegrityError."""
        with pytest.raises(IntegrityError), transaction(filled) as connection:
            connection.execute(insert(lines).values(id=1, counter=99))
        with pytest.raises(IntegrityError), transaction(filled) as connection:
            connection.execute(update(counters).values(n=-1))

    def test_reading_sees_one_moment(self, filled: Engine) -> None:
        """Two looks in one reading agree, whatever was committed between them."""
        with reading(filled) as connection:
            before = connection.execute(select(counters.c.n)).scalar_one()
            with transaction(filled) as writer:  # neither waits for the other
                writer.execute(update(counters).values(n=7))
            assert connection.execute(select(counters.c.n)).scalar_one() == before
        assert value_of(filled) == 7

    def test_reading_cannot_write(self, filled: Engine) -> None:
        """A write inside a reading is refused, and the connection writes again afterwards."""
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"), reading(filled) as connection:
            connection.execute(update(counters).values(n=9))
        assert value_of(filled) == 0
        for _ in range(3):
            with transaction(filled) as connection:
                connection.execute(update(counters).values(n=counters.c.n + 1))
        assert value_of(filled) == 3

    def test_no_increment_of_concurrent_processes_is_lost(self, filled: Engine) -> None:
        """Four processes read, add one and write, fifty times each: 200 in the end."""
        code = """
            import sys
            from shared_kernel.engine import create_engine, transaction
            from sqlalchemy import text
            engine = create_engine(sys.argv[1], lock_timeout_s=30)
            lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
            for _ in range(50):
                with transaction(engine) as connection:
                    n = connection.execute(text("SELECT n FROM counters" + lock)).scalar_one()
                    connection.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})
            engine.dispose()
            """
        url = filled.url.render_as_string(hide_password=False)
        with children(4, code, url) as started:
            for one in started:
                one.finish()
        assert value_of(filled) == 200

    def test_a_killed_writer_leaves_nothing_half_done(self, filled: Engine) -> None:
        """Kill -9 inside a transaction: its rows are gone, its lock as well."""
        code = """
            import sys
            from shared_kernel.engine import create_engine, transaction
            from sqlalchemy import text
            with transaction(create_engine(sys.argv[1])) as connection:
                connection.execute(text("UPDATE counters SET n = 1000"))
                print("written", flush=True)
                sys.stdin.readline()
            """
        with child(code, filled.url.render_as_string(hide_password=False)) as writer:
            assert writer.line() == "written"
            writer.kill()
        with transaction(filled) as connection:
            assert connection.execute(select(counters.c.n)).scalar_one() == 0
            connection.execute(update(counters).values(n=1))
        assert value_of(filled) == 1


class TestWaiting:
    """Locks, limits and the pool."""

    def test_a_lock_that_is_kept_is_one_clear_error(self, database_url: str) -> None:
        """Another process keeps the row: DatabaseBusy once the time-out has passed."""
        engine = create_engine(database_url, lock_timeout_s=0.3)
        with transaction(engine) as connection:
            metadata.create_all(connection)
            connection.execute(insert(counters).values(id=1, n=0))
        code = """
            import sys
            from shared_kernel.engine import create_engine, transaction
            from sqlalchemy import text
            with transaction(create_engine(sys.argv[1])) as connection:
                connection.execute(text("UPDATE counters SET n = 1"))
                print("locked", flush=True)
                sys.stdin.readline()
            """
        with child(code, database_url) as holder:
            assert holder.line() == "locked"
            start = time.monotonic()
            with pytest.raises(DatabaseBusy, match="try again"), transaction(engine) as connection:
                connection.execute(update(counters).values(n=2))
            assert 0.2 < time.monotonic() - start < 5
            assert value_of(engine) == 0  # reading waits for nobody
            holder.tell()
            holder.finish()
        assert value_of(engine) == 1
        engine.dispose()

    def test_a_pool_in_use_is_one_clear_error(self, database_url: str) -> None:
        """With every connection taken, the next one waits, then says that all are in use."""
        engine = create_engine(database_url, pool_size=1, pool_timeout_s=0.1)
        with (
            reading(engine),
            pytest.raises(DatabaseBusy, match="every connection"),
            reading(engine),
        ):
            pass
        with reading(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        engine.dispose()

    def test_the_pool_never_empties(self, database_url: str) -> None:
        """Bursts of eight threads open at most the size of the pool, once for all."""
        engine = create_engine(database_url, pool_size=4)
        opened: list[object] = []
        event.listen(engine, "connect", lambda connection, record: opened.append(connection))

        def read() -> None:
            for _ in range(10):
                with reading(engine) as connection:
                    connection.execute(text("SELECT 1"))

        for _ in range(3):
            threads = [threading.Thread(target=read) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert 1 <= len(opened) <= 4
        after = len(opened)
        read()
        assert len(opened) == after
        engine.dispose()

    def test_a_statement_too_long_is_ended(self, postgres_url: str) -> None:
        """PostgreSQL ends a statement that runs past its limit."""
        engine = create_engine(postgres_url, statement_timeout_s=0.2)
        with pytest.raises(DatabaseBusy), transaction(engine) as connection:
            connection.execute(text("SELECT pg_sleep(20)"))
        engine.dispose()

    def test_an_idle_transaction_is_ended(self, postgres_url: str) -> None:
        """PostgreSQL ends a transaction that does nothing, so that it keeps no lock."""
        engine = create_engine(postgres_url, idle_timeout_s=0.2)

        def sleep_half_way() -> None:
            with transaction(engine) as connection:
                connection.execute(text("SELECT 1"))
                time.sleep(0.6)
                connection.execute(text("SELECT 1"))

        with pytest.raises(StorageError):
            sleep_half_way()
        with transaction(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        engine.dispose()

    def test_limits_in_the_address_win(self, postgres_url: str) -> None:
        """What the address says of a limit is what holds."""
        engine = create_engine(postgres_url + "&options=-c%20statement_timeout%3D1234")
        with reading(engine) as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "1234ms"
            assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "5s"
            assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"
        engine.dispose()


class TestUnreachable:
    """A database that is not there, or goes away."""

    def test_nobody_listens(self) -> None:
        """A closed port is DatabaseUnreachable, quickly, and the password is not in the message."""
        engine = create_engine(f"postgresql://till:secret@127.0.0.1:{free_port()}/shop")
        with (
            pytest.raises(DatabaseUnreachable, match="does not answer") as caught,
            transaction(engine),
        ):
            pass
        assert "secret" not in str(caught.value)
        engine.dispose()

    def test_a_missing_database_is_named(self, postgres_url: str) -> None:
        """A server that has no such database says so."""
        engine = create_engine(postgres_url.replace("/test_", "/missing_"))
        with pytest.raises(DatabaseUnreachable, match="missing_"), transaction(engine):
            pass
        engine.dispose()

    def test_a_missing_folder_is_one_clear_error(self, tmp_path: Path) -> None:
        """An SQLite file in a folder that is not there: DatabaseUnreachable, nothing is made."""
        engine = create_engine(f"sqlite:///{tmp_path / 'missing' / 'a.sqlite3'}")
        with pytest.raises(DatabaseUnreachable, match="folder"), transaction(engine):
            pass
        assert not (tmp_path / "missing").exists()
        engine.dispose()

    def test_a_file_that_is_no_database_is_left_alone(self, tmp_path: Path) -> None:
        """Another file at the address: DatabaseUnreachable, and not a byte of it changes."""
        file = tmp_path / "letter.txt"
        file.write_text("not a database " * 100)
        engine = create_engine(f"sqlite:///{file}")
        with pytest.raises(DatabaseUnreachable, match="not a database"), transaction(engine):
            pass
        assert file.read_text() == "not a database " * 100
        engine.dispose()

    def test_a_restart_of_the_server_is_not_seen(self, postgres_url: str) -> None:
        """Connections that the server closed between two transactions are replaced silently."""
        engine = create_engine(postgres_url, pool_size=2)
        other = create_engine(postgres_url)
        for _ in range(3):
            with reading(engine) as connection:
                pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with transaction(other) as connection:
                connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            with reading(engine) as connection:
                assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid
        engine.dispose()
        other.dispose()

    def test_a_connection_lost_in_the_middle_is_one_clear_error(self, postgres_url: str) -> None:
        """The server goes away inside a transaction: DatabaseUnreachable, once."""
        engine = create_engine(postgres_url)
        other = create_engine(postgres_url)

        def lose_the_connection() -> None:
            with transaction(engine) as connection:
                pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                with transaction(other) as killer:
                    killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
                connection.execute(text("SELECT 1"))

        with pytest.raises(DatabaseUnreachable):
            lose_the_connection()
        with transaction(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        engine.dispose()
        other.dispose()


class TestSqlite:
    """What is set on SQLite."""

    def test_settings(self, sqlite_url: str) -> None:
        """Write-ahead log, foreign keys, commits flushed, five seconds of patience."""
        engine = create_engine(sqlite_url)
        with reading(engine) as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            }
        assert found == {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": 2,
            "busy_timeout": 5000,
        }
        engine.dispose()

    def test_a_transaction_takes_the_lock_at_once(self, sqlite_url: str) -> None:
        """Before its first statement, a transaction keeps other writers out; a reading does not."""
        engine = create_engine(sqlite_url)
        path = sqlite_file(sqlite_url)
        assert path is not None
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with transaction(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        with reading(engine):
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        other.close()
        engine.dispose()

    def test_processes_that_open_a_new_file_together(self, sqlite_url: str) -> None:
        """Six processes make the same new file at once: each gets in."""
        code = """
            import sys
            from shared_kernel.engine import create_engine, transaction
            engine = create_engine(sys.argv[1], lock_timeout_s=30)
            print("ready", flush=True)
            sys.stdin.readline()
            with transaction(engine) as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
                connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            engine.dispose()
            """
        with children(6, code, sqlite_url) as started:
            for one in started:
                assert one.line() == "ready"
            for one in started:
                one.tell()
            for one in started:
                one.finish()
        engine = create_engine(sqlite_url)
        with reading(engine) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 6
        engine.dispose()

    def test_memory_is_one_database(self) -> None:
        """In memory, what one thread writes another reads: there is one connection."""
        engine = create_engine("sqlite://")
        with transaction(engine) as connection:
            metadata.create_all(connection)
            connection.execute(insert(counters).values(id=1, n=3))
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(value_of(engine)))
        thread.start()
        thread.join()
        assert found == [3]
        engine.dispose()


FILL = """
    import resource, sys
    from shared_kernel.engine import create_engine, reading, transaction
    from shared_kernel.errors import DiskFull
    from sqlalchemy import text

    engine = create_engine(sys.argv[1])
    insert = text("INSERT INTO blobs (data) VALUES (zeroblob(10000))")
    count = text("SELECT count(*) FROM blobs")
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS blobs (data BLOB)"))
    if sys.argv[2] != "0":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    kept = 0
    try:
        while True:
            with transaction(engine) as connection:
                for _ in range(10):
                    connection.execute(insert)
            kept += 10
    except DiskFull as error:
        assert "nothing of this change was kept" in str(error), error
    with reading(engine) as connection:
        assert connection.execute(count).scalar_one() == kept, kept
    print(kept)
    """


class TestFullDisk:
    """A full disk: one clear error, nothing lost."""

    def test_the_file_may_not_grow(self, sqlite_url: str) -> None:
        """A process that may write no more than 2 MB: whole transactions stay, and can be read."""
        with child(FILL, sqlite_url, str(2_000_000)) as filler:
            kept = int(filler.finish())
        assert kept > 50
        engine = create_engine(sqlite_url)
        with transaction(engine) as connection:  # with room again, all goes on
            count = text("SELECT count(*) FROM blobs")
            assert connection.execute(count).scalar_one() == kept
            connection.execute(text("INSERT INTO blobs (data) VALUES (zeroblob(10000))"))
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        engine.dispose()

    def test_the_number_of_pages_is_reached(self, sqlite_url: str) -> None:
        """SQLite's own "database or disk is full" is DiskFull; the rows before it stay."""
        engine = create_engine(sqlite_url, pool_size=1)
        with transaction(engine) as connection:
            connection.execute(text("CREATE TABLE blobs (data BLOB)"))
            connection.execute(text("INSERT INTO blobs (data) VALUES (zeroblob(10000))"))
            connection.exec_driver_sql("PRAGMA max_page_count = 20")

        def write(*sizes: int) -> None:
            with transaction(engine) as connection:
                for size in sizes:
                    connection.execute(text(f"INSERT INTO blobs VALUES (zeroblob({size}))"))

        with pytest.raises(DiskFull, match="make room"):
            write(1, 1_000_000)
        with transaction(engine) as connection:
            assert connection.execute(text("SELECT count(*) FROM blobs")).scalar_one() == 1
            connection.exec_driver_sql("PRAGMA max_page_count = 2000")
        write(1_000_000)
        engine.dispose()

    def test_a_full_postgresql(self, postgres_url: str) -> None:
        """The server's error 53100 is DiskFull, and the transaction is undone."""
        engine = create_engine(postgres_url)
        with transaction(engine) as connection:
            metadata.create_all(connection)

        def fill_the_disk() -> None:
            error = "RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'"
            with transaction(engine) as connection:
                connection.execute(insert(counters).values(id=1, n=0))
                connection.exec_driver_sql(f"DO $$ BEGIN {error}; END $$")

        with pytest.raises(DiskFull, match="No space left"):
            fill_the_disk()
        with reading(engine) as connection:
            assert connection.execute(select(func.count()).select_from(counters)).scalar_one() == 0
        engine.dispose()


def test_a_forked_child_has_connections_of_its_own(filled: Engine) -> None:
    """Parent and children of a fork use the same engine at once, each on its own connections."""
    code = """
        import os, sys
        from shared_kernel.engine import create_engine, reading, transaction
        from sqlalchemy import text
        engine = create_engine(sys.argv[1], lock_timeout_s=30)
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        pids = []
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                for _ in range(20):
                    with transaction(engine) as connection:
                        connection.execute(text("UPDATE counters SET n = n + 1"))
                sys.exit(0)
            pids.append(pid)
        for _ in range(20):
            with transaction(engine) as connection:
                connection.execute(text("UPDATE counters SET n = n + 1"))
        for pid in pids:
            assert os.waitpid(pid, 0)[1] == 0
        engine.dispose()
        """
    with child(code, filled.url.render_as_string(hide_password=False)) as parent:
        parent.finish()
    assert value_of(filled) == 80


def test_without_the_driver_the_error_names_the_extra() -> None:
    """Where psycopg2 is not installed, the message gives the extra to install."""
    code = """
import sys
sys.modules["psycopg2"] = None
from shared_kernel.engine import create_engine
try:
    create_engine("postgresql://h/d")
except ImportError as error:
    print(error)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "comptoir-shared-kernel[postgresql]" in found.stdout


def remaining(engine: Engine) -> int:
    """What the one counter says."""
    with reading(engine) as connection:
        value: int = connection.execute(select(counters.c.n)).scalar_one()
    return value


def test_a_file_put_back_is_the_one_in_use(tmp_path: Path) -> None:
    """A backup put in the place of the open file is what is read and written from then on."""
    path = tmp_path / "shop.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    try:
        with transaction(engine) as connection:
            metadata.create_all(connection)
            connection.execute(insert(counters).values(id=1, n=1))
        with sqlite3.connect(tmp_path / "backup.sqlite3") as copy:
            with sqlite3.connect(path) as source:
                source.backup(copy)
            source.close()
        copy.close()
        with transaction(engine) as connection:
            connection.execute(update(counters).values(n=2))
        assert remaining(engine) == 2
        (tmp_path / "backup.sqlite3").replace(path)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        assert remaining(engine) == 1
        with transaction(engine) as connection:
            connection.execute(update(counters).values(n=3))
    finally:
        engine.dispose()
    with sqlite3.connect(path) as found:
        assert found.execute("SELECT n FROM counters").fetchone() == (3,)
    found.close()


def test_nothing_is_written_to_a_file_that_is_gone(tmp_path: Path) -> None:
    """A file removed while open is an error each time, and no empty one is made in its place."""
    path = tmp_path / "shop.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    try:
        with transaction(engine) as connection:
            metadata.create_all(connection)
        for name in tmp_path.iterdir():
            name.unlink()
        for _ in range(2):
            with pytest.raises(DatabaseMissing, match="gone"), transaction(engine) as connection:
                connection.execute(insert(counters).values(id=1, n=1))
        assert not path.exists()
    finally:
        engine.dispose()
