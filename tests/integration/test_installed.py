"""What is tested is what is shipped: the installed wheels, and not the source beside the tests."""

import importlib
import os
from importlib.metadata import distribution
from pathlib import Path

import pytest

DISTRIBUTIONS = {
    "comptoir-cli": "comptoir_cli",
    "comptoir-devices": "devices",
    "comptoir-logistics": "logistics_core",
    "comptoir-shared-kernel": "shared_kernel",
    "comptoir-wealth": "wealth_core",
    "comptoir-web": "comptoir_web",
}


@pytest.mark.parametrize(("name", "package"), DISTRIBUTIONS.items())
def test_a_distribution_says_what_it_is(name: str, package: str) -> None:
    """Each distribution is installed, typed, under the MIT licence, for Python 3.11 and later."""
    found = distribution(name)
    home = Path(str(importlib.import_module(package).__file__)).parent
    assert found.metadata["License-Expression"] == "MIT"
    assert found.metadata["Requires-Python"] == ">=3.11"
    assert (home / "py.typed").exists()
    if os.environ.get("COMPTOIR_TEST_WHEELS"):  # set where the wheels are what is tested
        assert "site-packages" in home.parts
        assert not home.is_relative_to(Path(__file__).parents[2] / "packages")


def test_a_wheel_holds_what_runs_needs() -> None:
    """Catalogues, templates, migrations and static files travel inside the wheels."""
    web = Path(str(importlib.import_module("comptoir_web").__file__)).parent
    wealth = Path(str(importlib.import_module("wealth_core").__file__)).parent
    for place in ("translations/fr.po", "templates/base.html", "static/comptoir.css"):
        assert (web / place).is_file(), place
    assert list((wealth / "storage" / "migrations" / "versions").glob("0001*.py"))
    assert list(web.glob("blueprints/loans/**/*.typ"))
