"""``comptoir freight``: quotes from the library alone, a simulation, and a platform of its own."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comptoir_cli.main import cli
from logistics_core.storage import OrderStore, TariffStore
from logistics_core.storage.booking import wait
from logistics_core.tariffs import Purchase, quote, starting_tariff, tariff_to_json
from shared_kernel import money
from shared_kernel.engine import create_engine, transaction


def comptoir(*arguments: str, stdin: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, ["freight", *arguments], input=stdin)


def answer(*arguments: str) -> Any:  # JSON is of every kind
    """Run the command, which must succeed, and read the JSON it writes."""
    done = comptoir(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_quote_needs_no_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of the reference, to the franc; no cost is written unless it is asked for."""
    textile = ("--goods", "10000", "--volume", "3", "--category", "TEXTILE")
    quoted = answer("quote", *textile, "--commission", "0.05")
    assert (quoted["total"], quoted["currency"]) == ("28125000", "GNF")
    assert "internal" not in quoted
    assert not {"real", "margin", "cost"} & set("_".join(quoted).split("_"))
    electronics = ("--goods", "15000", "--volume", "3.0", "--category", "ELECTRONIQUE")
    quoted = answer("quote", *electronics, "--commission", "4%", "--internal")
    assert (quoted["total"], quoted["internal"]["margin"]) == ("37500000", "3150000")
    shown = comptoir("quote", *electronics, "--commission", "4%")
    assert shown.exit_code == 0
    assert "37\u202f500\u202f000" in shown.stdout
    assert "Marge" not in shown.output
    assert "3\u202f150\u202f000" in comptoir("quote", *electronics, "--commission", "4%",
                                             "--internal").stdout  # fmt: skip


def test_a_full_container_earns_what_its_categories_earn() -> None:
    """28, 30 and 18 cubic metres earn 22.4, 24.0 and 14.4 million on freight, 60.8 in all."""
    full = {"ELECTRONIQUE": "28.0", "TEXTILE": "30.0", "DIVERS": "18.0"}
    earned = [
        int(
            answer("quote", "--goods", "1000", "--volume", volume, "--category", code,
                   "--internal")["internal"]["margin_freight"]
        )
        for code, volume in full.items()
    ]  # fmt: skip
    assert earned == [22_400_000, 24_000_000, 14_400_000]
    assert sum(earned) == 60_800_000


def test_a_quote_of_cartons() -> None:
    """Cartons stand for a volume: a hundred of 60 x 40 x 50 centimetres are twelve cubic metres."""
    quoted = answer("quote", "--goods", "1", "--category", "DIVERS", "--carton", "60x40x50x5*100")
    assert (quoted["volume_cbm"], quoted["freight"]) == ("12.000", "54000000")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--goods", "1e5", "--volume", "3"), "--goods: 1e5"),
        (("--goods", "10", "--volume", "0"), "--volume: 0"),
        (("--goods", "10", "--volume", "nan"), "--volume: NaN"),
        (("--goods", "10", "--volume", "3", "--category", "SHOES"), "ELECTRONIQUE, TEXTILE"),
        (("--goods", "10", "--carton", "0x1x1x1"), "length_cm: 0"),
        (("--goods", "10", "--carton", "big"), "60x40x50x12.5*10"),
        (("--goods", "10"), "--carton"),
        (("--goods", "10", "--volume", "3", "--tariff", "-"), "JSON"),
    ],
)
def test_a_quote_that_cannot_be_made(arguments: tuple[str, ...], said: str) -> None:
    """What is wrong is named by its option, with what would be accepted."""
    refused = comptoir("quote", "--category", "TEXTILE", *arguments, stdin="{")
    assert refused.exit_code in {1, 2}
    assert said in refused.stderr
    assert refused.stdout == ""


def test_the_simulation_checks_itself() -> None:
    """The five checks pass, and the same seed plays the same."""
    played = ("simulate", "--clients", "6", "--seed", "7")
    report = answer(*played)
    assert [check["passed"] for check in report["checks"]] == [True] * 5
    margins = sum(int(row["margin"]) for row in report["by_category"])
    assert int(report["margin"]) == margins > 0
    assert answer(*played) == report
    assert comptoir("simulate", "--seed", "2026").stdout.count("réussie") == 5


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with its tables and nothing else, and a tariff in a file."""
    monkeypatch.setenv("COMPTOIR_ENV", "development")
    monkeypatch.setenv("COMPTOIR_DATABASE_URL", f"sqlite:///{tmp_path / 'comptoir.sqlite3'}")
    monkeypatch.setenv("COMPTOIR_FILES", str(tmp_path / "kept"))
    assert CliRunner().invoke(cli, ["db", "upgrade"]).exit_code == 0
    return tmp_path


def test_a_platform_from_the_terminal(platform: Path) -> None:
    """A tariff is published, containers are opened, booked, closed, cancelled."""
    tariff = starting_tariff(effective_from=datetime.now(UTC))
    (platform / "tariff.json").write_text(tariff_to_json(tariff))
    publish = ("tariff", "--publish", str(platform / "tariff.json"))
    assert "comptoir freight tariff --publish" in comptoir("tariff").stderr
    assert answer(*publish, "--dry-run")["published"] is False
    assert answer(*publish)["version"] == 1
    assert comptoir(*publish).exit_code == 1, "the same dates again"
    assert answer("tariff")["number"] == 1
    assert [one["version"] for one in answer("tariff", "--history")] == [1]
    assert "Électronique" in comptoir("tariff").stdout

    assert answer("containers", "--add", "CONT-A")["billed_litres"] == 76_000
    assert answer("containers", "--add", "CONT-B", "--billed-cbm", "4")["billed_litres"] == 4_000
    assert comptoir("containers", "--add", "CONT-A").exit_code == 1
    numbers = _orders(platform)
    booked = answer("book", str(numbers[0]), "CONT-B")
    assert (booked["state"], booked["free_litres"]) == ("confirme", 1_000)
    assert answer("book", str(numbers[0]), "CONT-B") == booked, "again, it stays as it is"
    refused = comptoir("book", str(numbers[1]), "CONT-B")
    assert refused.exit_code == 1
    assert "CONT-B" in refused.stderr
    assert comptoir("book", "999", "CONT-B").exit_code == 1

    assert answer("choose", "CONT-A")["orders"] == numbers[2:]
    assert answer("choose", "CONT-A", "--fill")["booked"] is True
    shown = comptoir("containers").stdout
    assert "CONT-A" in shown
    assert "CONT-B" in shown
    assert answer("close", "CONT-A")["stage"] == "mer"
    assert comptoir("stage", "CONT-A", "livre").exit_code == 1
    assert answer("stage", "CONT-A", "port")["stage"] == "port"
    assert CliRunner().invoke(cli, ["freight", "cancel", "CONT-B"], input="n\n").exit_code == 1
    assert answer("cancel", "CONT-B", "--yes")["cancelled"] is True
    assert answer("cancel", "--order", str(numbers[1]), "--yes")["state"] == "annule"
    assert comptoir("cancel").exit_code == 2


def _orders(platform: Path) -> list[int]:
    """Three orders of three cubic metres: two quoted, one that waits."""
    engine = create_engine(f"sqlite:///{platform / 'comptoir.sqlite3'}")
    now = datetime.now(UTC)
    numbers = []
    with transaction(engine) as connection:
        tariff = TariffStore(connection).in_force(now)
        purchase = Purchase(goods=money(10_000, "CNY"), category="TEXTILE", volume_cbm=Decimal(3))
        for _ in range(3):
            quoted = quote(purchase, tariff, at=now)
            order = OrderStore(connection).add("a" * 32, purchase, quoted, at=now, actor="test")
            numbers.append(order.number)
        wait(connection, order.id, at=now, actor="test")
    engine.dispose()
    return numbers
