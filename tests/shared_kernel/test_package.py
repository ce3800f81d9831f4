"""The front door of the kernel: what it exports, and what importing it costs."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

import shared_kernel

MODULES = [
    *("amounts", "convert", "currencies", "dates", "documents", "faults", "formatting"),
    *("json_text", "numerals", "rounding", "scalars", "testing", "texts", "translations"),
]


def run(code: str) -> str:
    """Runs code in a fresh interpreter; returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_every_public_name_is_there() -> None:
    """Each name of ``__all__`` can be had from the package, and they are sorted."""
    order = sorted(
        shared_kernel.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    assert shared_kernel.__all__ == order  # constants, then classes, then functions
    for name in shared_kernel.__all__:
        assert getattr(shared_kernel, name) is not None
    assert set(shared_kernel.__all__) <= set(dir(shared_kernel))


@pytest.mark.parametrize(
    "module",
    MODULES,
)
def test_every_module_says_what_is_public(module: str) -> None:
    """Each module lists its public names, and has them."""
    loaded = importlib.import_module(f"shared_kernel.{module}")
    assert all(hasattr(loaded, name) for name in loaded.__all__)


def test_an_unknown_name_is_refused() -> None:
    """A name that is not public is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        shared_kernel.nothing  # noqa: B018 - asking for it is the test


def test_the_function_money_is_never_hidden_by_a_module() -> None:
    """``shared_kernel.money`` is the function, in whatever order the modules are imported."""
    assert (
        run(
            "import shared_kernel.formatting, shared_kernel.convert, shared_kernel;"
            "print(shared_kernel.money('1.50', 'EUR').amount)"
        )
        == "1.50\n"
    )


def test_importing_is_light() -> None:
    """Importing the package loads no library; the catalogues load neither attrs nor Babel."""
    heavy = ["attr", "cattrs", "babel", "moneyed", "sqlalchemy", "alembic", "typst", "hypothesis"]
    loaded = run(
        "import json, sys, shared_kernel; print(json.dumps(sorted(sys.modules)));"
        "from shared_kernel.translations import catalogue; catalogue('shared_kernel', 'fr');"
        "print(json.dumps(sorted(sys.modules)))"
    ).splitlines()
    for modules in map(json.loads, loaded):
        assert not set(heavy) & set(modules)


def test_money_needs_neither_cattrs_nor_catalogues() -> None:
    """Amounts and their formatting load Babel's numbers, but no cattrs and no babel.messages."""
    loaded = run(
        "import json, sys; from shared_kernel import format_money, money;"
        "format_money(money('1', 'EUR')); print(json.dumps(sorted(sys.modules)))"
    )
    assert not {"cattrs", "babel.messages", "sqlalchemy"} & set(json.loads(loaded))


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """Without Hypothesis, the strategies say which extra brings it."""
    code = "import sys; sys.modules['hypothesis'] = None; import shared_kernel.testing"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'comptoir-shared-kernel[testing]'" in ran.stderr
