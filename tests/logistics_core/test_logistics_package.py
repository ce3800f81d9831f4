"""The library's front doors: their names, what importing them costs, the French of its errors."""

from __future__ import annotations

import ast
import importlib
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import logistics_core
from logistics_core import errors
from logistics_core.errors import LogisticsError, PurchaseFaults
from logistics_core.tariffs import starting_tariff
from logistics_core.testing import TARIFFS_BEGIN
from shared_kernel import Faults, KernelError
from shared_kernel.testing import catalogue_gaps
from shared_kernel.translations import translate_error

PACKAGES = ("", ".payments", ".pooling", ".storage", ".suppliers", ".tariffs", ".wallets")


@pytest.mark.parametrize("name", PACKAGES)
def test_public_names_are_there(name: str) -> None:
    """Each name of ``__all__`` can be had, once; an unknown one is refused as of any module."""
    package = importlib.import_module(f"logistics_core{name}")
    assert len(set(package.__all__)) == len(package.__all__)
    for each in package.__all__:
        assert getattr(package, each) is not None
        assert each in dir(package)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = package.nothing_of_the_kind


@pytest.mark.parametrize(
    ("statement", "lighter"),
    [
        ("import logistics_core", ["attr", "cattrs", "babel"]),
        ("from logistics_core.tariffs import quote", ["cattrs"]),
        ("from logistics_core import suppliers, MerchantTerms", ["cattrs"]),
        ("from logistics_core import payments, pooling, wallets", []),
    ],
)
def test_importing_loads_nothing_heavy(statement: str, lighter: list[str]) -> None:
    """Neither the library nor its engines import numpy, SQLAlchemy, Pillow, OR-tools or a shell."""
    heavy = [*("numpy", "sqlalchemy", "alembic", "httpx", "PIL", "ortools", "hypothesis"), *lighter]
    heavy += ["flask", "click", "wealth_core"]
    code = f"import sys; {statement}; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_sentence_has_its_french() -> None:
    """Each kind of fault, and each message given to an error, with the same holes."""
    for module in pkgutil.walk_packages(logistics_core.__path__, "logistics_core."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    said = [
        node.args[0].value
        for path in sorted(Path(logistics_core.__file__).parent.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors.__all__
        if node.args and isinstance(node.args[0], ast.Constant)
    ]
    assert len(said) > 8
    assert catalogue_gaps("logistics_core", "fr", messages=[str(each) for each in said]) == []


def test_one_except_catches_the_family() -> None:
    """Every error is a LogisticsError and one of the kernel; what is refused is a ValueError."""
    for name in errors.__all__:
        error = getattr(errors, name)
        assert issubclass(error, LogisticsError)
        assert issubclass(error, KernelError)
        assert issubclass(error, ValueError) == issubclass(error, Faults)


def test_faults_travel_between_processes_and_languages() -> None:
    """They survive pickling, and a screen says them in French."""
    with pytest.raises(PurchaseFaults) as caught:
        starting_tariff(effective_from=TARIFFS_BEGIN).category("BOIS")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), again.faults) == (PurchaseFaults, caught.value.faults)
    assert "n’est pas une catégorie de ce tarif" in translate_error(again, "fr")


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """Without Hypothesis, the strategies say which extra brings it."""
    code = "import sys; sys.modules['hypothesis'] = None; import logistics_core.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'comptoir-logistics[testing]'" in ran.stderr
