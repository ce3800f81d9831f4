"""``comptoir networth``, ``plan`` and ``quotes``: from files, and on a platform of its own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import svcs
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from comptoir_cli.main import cli
from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from shared_kernel.migrations import upgrade
from wealth_core.networth import holdings_to_csv, holdings_to_json
from wealth_core.quotes import quotes_to_json
from wealth_core.testing.worked import worked_atlas_document, worked_holdings, worked_prices

CLIENT = "client@example.com"
WORKED = ("--on", "2025-12-09", "--loan-rounding", "exact", "--json")
FIGURES = {"total_assets": "86704.78", "credits": "1759.50", "net_worth": "84945.28"}


def comptoir(*arguments: str, stdin: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, list(arguments), input=stdin)


def answer(*arguments: str) -> Any:  # JSON is of every kind
    """Run the command, which must succeed, and read the JSON it writes."""
    done = comptoir(*arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the worked profile in each form, and its prices."""
    (tmp_path / "holdings.json").write_text(holdings_to_json(worked_holdings()))
    (tmp_path / "holdings.csv").write_text(holdings_to_csv(worked_holdings()))
    (tmp_path / "atlas.json").write_text(json.dumps(worked_atlas_document()))
    (tmp_path / "quotes.json").write_text(quotes_to_json(worked_prices()))
    return tmp_path


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[svcs.Container]:
    """An installation with one client, and nothing of theirs."""
    variables = {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": f"sqlite:///{tmp_path / 'comptoir.sqlite3'}",
        "COMPTOIR_FILES": str(tmp_path / "kept"),
        "COMPTOIR_QUOTE_SOURCES": "",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    registry = build_registry(Settings.from_environ())
    with registry, svcs.Container(registry) as services:
        upgrade(services.get(Engine), ALL_MIGRATIONS)
        services.get(IdentityService).create_user(
            email=CLIENT, name="Client", role=Role.CLIENT, password="a long password of a test"
        )
        yield services


@pytest.mark.parametrize("name", ["holdings.json", "holdings.csv", "atlas.json"])
def test_the_worked_profile_from_files(files: Path, name: str) -> None:
    """Every form of the worked profile gives its figures, without a platform."""
    found = answer(
        "networth", "show", "--holdings", str(files / name),
        "--quotes", str(files / "quotes.json"), *WORKED,
    )  # fmt: skip
    assert {key: found[key] for key in FIGURES} == FIGURES
    totals = {one["category"]: one["total"] for one in found["categories"]}
    assert totals["real_estate"] == "36380.59"
    assert found["complete"] is True


def test_a_missing_price_is_told_and_counts_for_nothing(files: Path) -> None:
    """Without prices the result is incomplete, says which lines, and shows no invented value."""
    done = comptoir("networth", "show", "--holdings", str(files / "holdings.json"), *WORKED)
    found = json.loads(done.stdout)
    assert found["complete"] is False
    assert found["unpriced"] == ["crypto-1", "crypto-2"]
    assert found["total_assets"] == "74780.59"
    assert "Bitcoin" in done.stderr


def test_a_file_is_refused_with_every_fault(files: Path) -> None:
    """Each fault is told with its place; the exit code says that it was refused."""
    (files / "bad.json").write_text('{"version": 1, "cash": [{"kind": "sock"}], "gold": []}')
    done = comptoir("networth", "show", "--holdings", str(files / "bad.json"))
    assert done.exit_code == 1
    assert "gold" in done.stderr
    assert "cash[0].balance" in done.stderr
    assert done.stdout == ""


def test_a_projection_shows_what_it_assumes(files: Path) -> None:
    """The same seed gives the same paths, in order, with the assumptions beside them."""
    command = (
        "networth", "project", "--holdings", str(files / "holdings.json"),
        "--quotes", str(files / "quotes.json"), "--until", "2027-12-09", *WORKED,
    )  # fmt: skip
    found = answer(*command)
    assert found == answer(*command)
    assert found["low"][-1] <= found["middle"][-1] <= found["high"][-1]
    assert found["net_worth"] == FIGURES["net_worth"]
    assert found["assumptions"]["inflation"] == "0.02"


def test_from_a_file_to_the_figure_shown(platform: svcs.Container, files: Path) -> None:
    """A file is imported, prices are entered, and the figure changes by recomputing alone."""
    for base, price in (("BTC", "95000"), ("ETH", "3030,2375")):
        answer("quotes", "set", base, "EUR", price, "--as-of", "2025-12-09", "--json")
    tried = answer("networth", "import", str(files / "atlas.json"), "--client", CLIENT,
                   "--as-of", "2025-12-09", "--dry-run", "--json")  # fmt: skip
    assert tried["saved"] is False
    imported = comptoir("networth", "import", str(files / "atlas.json"), "--client", CLIENT,
                        "--as-of", "2025-12-09")  # fmt: skip
    assert imported.exit_code == 0, imported.output
    assert comptoir("networth", "show", "--client", CLIENT).exit_code == 1
    saved = answer("networth", "recompute", "--client", CLIENT, *WORKED)
    shown = answer("networth", "show", "--client", CLIENT, "--json")
    assert saved == shown
    assert {key: saved[key] for key in FIGURES} == FIGURES
    (point,) = answer("networth", "history", "--client", CLIENT, "--json")
    assert point["net_worth"] == FIGURES["net_worth"]
    exported = comptoir("networth", "export", "--client", CLIENT).stdout
    (files / "again.json").write_text(exported)
    again = answer("networth", "import", str(files / "again.json"), "--client", CLIENT, "--json")
    assert again["lines"] == 11
    assert answer("networth", "recompute", "--all", "--on", "2025-12-09", "--json") == {
        "done": 1, "failed": [],
    }  # fmt: skip


def test_a_day_before_has_the_prices_of_that_day(platform: svcs.Container, files: Path) -> None:
    """A price entered since changes neither the valuation of an earlier day nor what starts there.

    A day to come is refused, whoever is valued.
    """
    for day, price in (("2025-12-09", "95000"), ("2026-01-10", "1")):
        comptoir("quotes", "set", "BTC", "EUR", price, "--as-of", day)
    comptoir("quotes", "set", "ETH", "EUR", "3030.2375", "--as-of", "2025-12-09")
    comptoir("networth", "import", str(files / "holdings.json"), "--client", CLIENT)
    assert comptoir("networth", "recompute", "--all", *WORKED).exit_code == 0
    shown = answer("networth", "show", "--client", CLIENT, "--json")
    assert isinstance(shown, dict)
    assert {key: shown[key] for key in FIGURES} == FIGURES
    found = answer("networth", "project", "--client", CLIENT, "--until", "2026-12-09", *WORKED)
    assert isinstance(found, dict)
    assert found["net_worth"] == FIGURES["net_worth"]
    for whose in (("--all",), ("--client", CLIENT)):
        refused = comptoir("networth", "recompute", *whose, "--on", "2999-01-01")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "--on" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show",), "--client"),
        (("show", "--client", CLIENT, "--on", "2025-12-09"), "--on"),
        (("show", "--client", CLIENT, "--base", "EUR", "--loan-rounding", "exact"), "--base, "),
        (("project", "--client", CLIENT, "--plan", "-"), "--plan"),
        (("show", "--holdings", "nowhere.json"), "nowhere.json"),
        (("recompute", "--client", CLIENT, "--all"), "--all"),
    ],
)
def test_a_wrong_usage_says_why(arguments: tuple[str, ...], said: str) -> None:
    """An option that would say nothing is refused instead of being passed over."""
    refused = comptoir("networth", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_an_incomplete_result_is_partly_done(platform: svcs.Container, files: Path) -> None:
    """Without prices the recomputation says so and exits with 3; nothing complete is shown."""
    comptoir("networth", "import", str(files / "holdings.json"), "--client", CLIENT)
    done = comptoir("networth", "recompute", "--client", CLIENT, *WORKED)
    assert done.exit_code == 3
    assert json.loads(done.stdout)["unpriced"] == ["crypto-1", "crypto-2"]
    assert comptoir("networth", "show", "--client", CLIENT).exit_code == 1


def test_an_unknown_client_is_refused(platform: svcs.Container) -> None:
    """The message names the address and the command that lists the clients."""
    done = comptoir("networth", "show", "--client", "nobody@example.com")
    assert done.exit_code == 1
    assert "nobody@example.com" in done.stderr
    assert "comptoir users list" in done.stderr


def test_a_month_from_the_command_line(platform: svcs.Container, files: Path) -> None:
    """A plan is set, its actions are made once, one is done, taken back and adjusted."""
    comptoir("networth", "import", str(files / "holdings.json"), "--client", CLIENT)
    plan = {
        "version": 1,
        "monthly_capacity": {"amount": "500.00", "currency": "EUR"},
        "starts_on": "2025-10-01",
        "lines": [{"id": "world", "percent": "60", "envelope": "pea", "reference": "ETF"}],
    }
    refused = comptoir("plan", "set", "-", "--client", CLIENT, stdin='{"version": 1, "lines": 3}')
    assert refused.exit_code == 1
    assert "monthly_capacity: " in refused.stderr
    assert "--" not in refused.stderr
    (files / "plan.json").write_text(json.dumps(plan))
    assert comptoir("plan", "set", str(files / "plan.json"), "--client", CLIENT).exit_code == 0
    assert "300,00" in comptoir("plan", "show", "--client", CLIENT).stdout
    shown = answer("plan", "show", "--client", CLIENT, "--json")
    assert isinstance(shown, dict)
    assert (shown["version"], shown["goal"]["goal"]) == (1, "3600.00")
    month = f"{datetime.now(UTC):%Y-%m}"
    command = ("plan", "actions", "--client", CLIENT, "--month", month, "--json")
    (first,) = answer(*command)
    assert answer(*command) == [first]
    done = answer("plan", "done", first["id"], "--client", CLIENT, "--json")
    assert (done["state"], done["amount"]) == ("done", "300.00")
    assert "12300.00" in comptoir("networth", "export", "--client", CLIENT).stdout
    back = answer("plan", "undo", first["id"], "--client", CLIENT, "--json")
    assert back["state"] == "todo"
    adjusted = answer("plan", "adjust", first["id"], "250,50", "--client", CLIENT, "--json")
    assert adjusted["amount"] == "250.50"
    assert "12250.50" in comptoir("networth", "export", "--client", CLIENT).stdout


def test_rates_entered_by_hand(platform: svcs.Container) -> None:
    """A rate is kept with its day, listed with its age, corrected by the same day entered again."""
    answer("quotes", "set", "EUR", "GNF", "9400", "--as-of", "2025-12-01", "--json")
    answer("quotes", "set", "EUR", "GNF", "9500", "--as-of", "2025-12-05", "--json")
    (newest, oldest) = answer("quotes", "history", "EUR", "GNF", "--json")
    assert (newest["price"], oldest["price"]) == ("9500", "9400")
    assert newest["stale"] is True
    listed = answer("quotes", "list", "--stale", "--json")
    assert [one["price"] for one in listed] == ["9500"]
    refused = comptoir("quotes", "set", "EUR", "GNF", "-3")
    assert refused.exit_code != 0
    assert "PRICE:" in comptoir("quotes", "set", "EUR", "GNF", "many").stderr
    assert comptoir("quotes", "refresh").exit_code == 0
