"""Every fault of every distribution can be said in French."""

import importlib
import pkgutil

import pytest

from shared_kernel.faults import all_fault_kinds
from shared_kernel.testing import catalogue_gaps

PACKAGES = (
    "comptoir_cli",
    "comptoir_web",
    "devices",
    "logistics_core",
    "shared_kernel",
    "wealth_core",
)
NOT_IMPORTED = ("migrations", "__main__")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_fault_has_its_french(package: str) -> None:
    """Each kind of fault a distribution declares has a translation that keeps its values."""
    home = importlib.import_module(package)
    for module in pkgutil.walk_packages(home.__path__, f"{package}."):
        if not any(part in NOT_IMPORTED for part in module.name.split(".")):
            importlib.import_module(module.name)
    assert catalogue_gaps(package, "fr") == []


def test_fault_codes_begin_with_their_domain() -> None:
    """A code reads as a domain and a fault, in lower case: machines may rely on it."""
    for kind in all_fault_kinds():
        if kind.package in PACKAGES:
            domain, _, name = kind.code.partition(".")
            assert domain.replace("_", "").isalpha(), kind.code
            assert name.replace("_", "").replace(".", "").isalnum(), kind.code
            assert kind.code == kind.code.lower()
