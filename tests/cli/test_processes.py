"""The command as a person runs it: real processes, their exit codes and what they print."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from comptoir_web.identity.links import LIFETIMES, LinkPurpose
from comptoir_web.settings import Settings
from shared_kernel.translations import catalogue

LOAN = ["loan", "schedule", "--principal", "215000", "--annual-rate", "0.0335",
        "--months", "300", "--first-due", "2025-10-01"]  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give a development installation of its own, with no database yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMPTOIR_")}
    return kept | {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": f"sqlite:///{tmp_path / 'comptoir.db'}",
        "COMPTOIR_FILES": str(tmp_path / "files"),
    }


def comptoir(
    environment: dict[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process."""
    return subprocess.run(
        [sys.executable, "-m", "comptoir_cli", *arguments],
        env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_help_speaks_french_then_english(environment: dict[str, str]) -> None:
    """The help is in French, Click's own words included; in English when asked."""
    french = comptoir(environment, "--help").stdout
    english = comptoir(environment | {"COMPTOIR_LOCALE": "en"}, "--help").stdout
    assert "Utilisation" in french
    assert "Commandes" in french
    assert "Usage:" not in french
    assert "Show" not in french
    assert "Usage:" in english
    assert "Prêts" not in english


def test_listing_commands_imports_no_library(environment: dict[str, str]) -> None:
    """The help starts neither the web shell, nor SQLAlchemy, nor numpy: it stays quick."""
    code = (
        "import sys; from click.testing import CliRunner; from comptoir_cli.main import cli;"
        "CliRunner().invoke(cli, ['--help']);"
        "heavy = ('flask', 'sqlalchemy', 'numpy', 'wealth_core', 'rich');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_loan_needs_no_web_shell(environment: dict[str, str]) -> None:
    """A till without the web shell computes loans: nothing of Flask or SQLAlchemy is imported."""
    code = (
        "import sys; from comptoir_cli.main import cli; cli(sys.argv[1:], standalone_mode=False);"
        "print([n for n in ('flask', 'sqlalchemy', 'comptoir_web') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *LOAN],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_full_disk_gives_one_message(environment: dict[str, str]) -> None:
    """When the table cannot be written, one sentence says so and the exit code is 1."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "comptoir_cli", *LOAN, "--json"],
            env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().startswith("Erreur\u00a0: Le disque est plein")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_database_names_the_command_to_run(environment: dict[str, str]) -> None:
    """Serving without tables is refused at once, with the command that makes them."""
    refused = comptoir(environment, "serve", "--port", "8765")
    assert refused.returncode == 1
    assert "comptoir db upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unreachable_database_is_one_message(environment: dict[str, str]) -> None:
    """A server that does not answer is said in one sentence, without its password."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://comptoir:hunter2@127.0.0.1:{port}/comptoir"
    refused = comptoir(environment | {"COMPTOIR_DATABASE_URL": url}, "users", "list")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout


def test_the_database_is_made_and_checked(environment: dict[str, str]) -> None:
    """Check says no before the upgrade and yes after it; a second upgrade changes nothing."""
    before = comptoir(environment, "db", "check")
    first = comptoir(environment, "db", "upgrade")
    second = comptoir(environment, "db", "upgrade")
    after = comptoir(environment, "db", "check", "--json")
    assert [before.returncode, first.returncode, second.returncode, after.returncode] == [
        1,
        0,
        0,
        0,
    ]
    assert "db upgrade" in before.stderr


def test_an_upgrade_of_a_part_says_so(environment: dict[str, str]) -> None:
    """When one library is upgraded and the next is refused, both are named: exit code 3."""
    comptoir(environment, "db", "upgrade")
    file = environment["COMPTOIR_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE web_schema_version SET version_num = '9999'")
        database.commit()
    partly = comptoir(environment, "db", "upgrade")
    assert partly.returncode == 3
    assert "wealth" in partly.stderr
    assert "web" in partly.stderr
    assert "Traceback" not in partly.stderr


def test_a_port_in_use_is_refused_before_starting(environment: dict[str, str]) -> None:
    """The port is tried first: one message with the option to use, exit code 1."""
    comptoir(environment, "db", "upgrade")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = comptoir(environment, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_accounts_are_created_changed_and_closed(environment: dict[str, str]) -> None:
    """An operator does without the pages whatever an account needs."""
    comptoir(environment, "db", "upgrade")
    create = ["users", "create", "client@example.com", "--name", "A client", "--role", "client"]
    made = comptoir(environment, *create)
    again = comptoir(environment, *create)
    listed = comptoir(environment, "users", "list", "--json")
    short = comptoir(
        environment, "users", "password", "client@example.com", "--password-stdin", stdin="short\n"
    )
    role = comptoir(environment, "users", "role", "client@example.com", "staff")
    closed = comptoir(environment, "users", "disable", "client@example.com")
    opened = comptoir(environment, "users", "disable", "client@example.com", "--enable")
    unknown = comptoir(environment, "users", "role", "nobody@example.com", "client")
    assert made.returncode == 0
    assert made.stdout.startswith("http")
    assert "trois jours" in made.stderr
    assert LIFETIMES[LinkPurpose.WELCOME] == timedelta(days=3)
    assert again.returncode == 1
    assert '"client@example.com"' in listed.stdout
    assert short.returncode == 1
    assert "12" in short.stderr
    assert [role.returncode, closed.returncode, opened.returncode] == [0, 0, 0]
    assert unknown.returncode == 1


def test_settings_never_show_a_secret(environment: dict[str, str]) -> None:
    """What is secret is said to be set, and not what it is."""
    secret = "a-secret-of-forty-characters-0123456789"
    shown = comptoir(
        environment
        | {
            "COMPTOIR_SECRET_KEY": secret,
            "DATABASE_URL": "postgresql://comptoir:hunter2@127.0.0.1/comptoir",
            "COMPTOIR_DATABASE_URL": "",
        },
        "settings",
        "--json",
    )
    assert shown.returncode == 0
    assert secret not in shown.stdout
    assert "hunter2" not in shown.stdout
    assert "DATABASE_URL" in shown.stdout


def test_settings_are_explained_in_french(environment: dict[str, str]) -> None:
    """What each setting is for, and that it was left alone, is said in the reader's language."""
    shown = comptoir(environment | {"COMPTOIR_LOCALE": "fr"}, "settings")
    assert "serveur d’e-mail" in shown.stdout
    assert "par défaut" in shown.stdout
    french = catalogue("comptoir_web", "fr")
    for line in Settings.from_environ({"COMPTOIR_ENV": "development"}).describe():
        assert french.gettext(line.help) != line.help, line.name


def test_wrong_settings_are_all_told(environment: dict[str, str]) -> None:
    """Production without a key or hosts is refused, every fault at once."""
    refused = comptoir(environment | {"COMPTOIR_ENV": "production"}, "settings")
    assert refused.returncode == 1
    assert "COMPTOIR_SECRET_KEY" in refused.stderr
    assert "COMPTOIR_ALLOWED_HOSTS" in refused.stderr


def test_secret_keys_differ(environment: dict[str, str]) -> None:
    """Each key is new and long enough to be accepted."""
    keys = {comptoir(environment, "secret-key").stdout.strip() for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) >= 43 for key in keys)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(environment: dict[str, str], shell: str) -> None:
    """Each shell gets a script that asks the command for its completions."""
    assert "_COMPTOIR_COMPLETE" in comptoir(environment, "completion", shell).stdout


def answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server listens; say whether it does."""
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def test_a_server_stops_on_a_signal(environment: dict[str, str]) -> None:
    """Ctrl+C ends the server within seconds, and its port is free again."""
    comptoir(environment, "db", "upgrade")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "comptoir_cli", "serve", "--port", str(port), "--workers", "1"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert answers(port, server), "the server never listened"
        server.terminate()
        assert server.wait(timeout=20) in {0, -15, 143}
    finally:
        server.kill()
        server.wait()
