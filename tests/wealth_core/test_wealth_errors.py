"""The errors of the library: their French, their tree, and what importing it costs."""

import ast
import importlib
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import wealth_core
from shared_kernel import Faults, KernelError
from shared_kernel.testing import catalogue_gaps
from shared_kernel.translations import translate_error
from wealth_core.errors import (
    AprUndefined,
    DateBeforeLoan,
    HoldingsFaults,
    LoanFaults,
    WealthError,
)
from wealth_core.loans import _faults

SOURCE = Path(wealth_core.__file__).parent


def _modules() -> list[str]:
    """Every module of the library but the scripts of migration, which Alembic alone imports."""
    names = [module.name for module in pkgutil.walk_packages(wealth_core.__path__, "wealth_core.")]
    return [name for name in names if ".migrations" not in name]


def _messages_of_errors() -> list[str]:
    """The sentences given to errors that carry one, wherever the library makes them."""
    errors = {
        "ActionMissing",
        "AprUndefined",
        "DateBeforeLoan",
        "LineMissing",
        "SavedLoanMissing",
        "StaleVersion",
        "WealthError",
    }
    return [
        node.args[0].value
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in errors
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def test_every_sentence_has_its_french() -> None:
    """Each kind of fault and each message of an error has a French sentence with the same holes."""
    for name in _modules():
        importlib.import_module(name)
    messages = _messages_of_errors()
    assert len(messages) >= 7
    assert catalogue_gaps("wealth_core", "fr", messages=messages) == []


def test_an_error_is_said_in_french() -> None:
    """A screen says an error of the library in French, its figures in their places."""
    error = LoanFaults.of(_faults.RATE_IS_A_PERCENTAGE, "annual_rate", given="5", suggestion="0.05")
    assert "écrivez 0.05 pour 5\u00a0%" in translate_error(error, "fr")
    assert "looks like a percentage" in translate_error(error, "en")


def test_one_except_catches_the_family() -> None:
    """Every error is a WealthError and an error of the kernel; refusals are ValueErrors."""
    for error in (LoanFaults, HoldingsFaults, DateBeforeLoan, AprUndefined):
        assert issubclass(error, WealthError)
        assert issubclass(error, KernelError)
        assert issubclass(error, ValueError)
    assert issubclass(LoanFaults, Faults)


def test_faults_travel_between_processes() -> None:
    """The faults of a loan survive pickling, as a worker hands them back."""
    error = LoanFaults.of(_faults.RATE_NEGATIVE, "annual_rate", given="-1")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, LoanFaults)
    assert again.faults == error.faults
    assert str(again) == "annual_rate: -1 is negative: a rate is 0 or more"


@pytest.mark.parametrize(
    "statement",
    [
        "import wealth_core",
        "from wealth_core import loans",
        "from wealth_core import networth",
        "from wealth_core.networth import net_worth",
        "from wealth_core import planning",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    """Neither the library nor its engines import numpy, SQLAlchemy, httpx, pyxirr or a shell."""
    heavy = ["numpy", "sqlalchemy", "pyxirr", "httpx", "alembic", "hypothesis", "flask", "click"]
    heavy += [] if "net_worth" in statement else ["cattrs"]
    code = f"import sys; {statement}; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """Without Hypothesis, the strategies say which extra brings it."""
    code = "import sys; sys.modules['hypothesis'] = None; import wealth_core.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'comptoir-wealth[testing]'" in ran.stderr


def test_public_names_are_sorted_and_there() -> None:
    """`__all__` is sorted as ruff sorts it, and each name can be had; an unknown one is refused."""
    from wealth_core import loans, networth

    for package in (wealth_core, loans, networth):
        for name in package.__all__:
            assert getattr(package, name) is not None
            assert name in dir(package)
        with pytest.raises(AttributeError, match="nothing_of_the_kind"):
            _ = package.nothing_of_the_kind
    assert wealth_core.__all__ == sorted(wealth_core.__all__)
    assert callable(loans.schedule)
    assert callable(loans.apr)
