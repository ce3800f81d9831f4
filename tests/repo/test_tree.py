"""The tree itself: what must never enter it, and what every distribution must have."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = sorted(path.parent for path in ROOT.glob("*/*/pyproject.toml"))
LONGEST_MODULE = 800


def tracked() -> Iterator[tuple[Path, str]]:
    """Yield every text file that git tracks or would track, with what it says."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" not in data:
            yield path.relative_to(ROOT), data.decode()


def offending(pattern: str, *, within: str = "") -> list[str]:
    """List the lines that match a pattern, each with its place."""
    found = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in tracked()
        if str(path).startswith(within)
        for number, line in enumerate(text.splitlines(), 1)
        if found.search(line)
    ]


def modules() -> list[Path]:
    """List the modules of the distributions, from the root."""
    return [path for path, _ in tracked() if path.suffix == ".py" and "src" in path.parts]


def test_no_registry_host() -> None:
    """No host name of a package registry stands in the tree, lock files included."""
    hosts = r"pyp[i]\.org|pythonhoste[d]\.org|registry\.npm[j]s|deb\.debia[n]\.org"
    assert offending(hosts) == []


def test_no_machine_path() -> None:
    """No path of somebody's machine stands in the tree."""
    folders = r"(^|[^A-Za-z0-9_./-])/(work|farm|root|home|Users)/[A-Za-z0-9_.-]+"
    assert offending(folders) == []


def test_no_unfinished_mark() -> None:
    """What is not done is an issue, never a mark left in the code."""
    marks = r"\b(TOD[O]|FIXM[E])\b"
    assert offending(marks) == []


def test_money_is_made_in_the_kernel_alone() -> None:
    """Amounts enter through the strict ``money()``: the kernel alone calls the class itself."""
    made = offending(r"(?<![\w.])(moneyed\.)?Money\(")
    elsewhere = ("packages/shared_kernel/src/", "tests/")  # tests try to smuggle some in
    assert [line for line in made if ".py:" in line and not line.startswith(elsewhere)] == []


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=lambda path: path.name)
def test_each_distribution_is_whole(folder: Path) -> None:
    """A distribution has its README, licence, changelog, fragments, static version and types."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    (package,) = (path.parent for path in folder.glob("src/*/py.typed"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert len((folder / "README.md").read_text()) > 300
    assert (folder / "CHANGELOG.md").exists()
    assert list((folder / "newsfragments").glob("*.*.md"))
    assert (package / "__init__.py").exists()


def test_a_package_opens_with_its_map() -> None:
    """The first thing a newcomer reads in a package names each public part of it."""
    for path in modules():
        if path.name != "__init__.py" or "migrations" in path.parts:
            continue
        parts = sorted(_public_parts((ROOT / path).parent))
        said = ast.get_docstring(ast.parse((ROOT / path).read_text())) or ""
        if len(parts) > 2:
            assert [part for part in parts if part not in said] == [], path


def _public_parts(package: Path) -> set[str]:
    """List the public modules and packages right under a package."""
    found = {path.stem for path in package.glob("*.py")}
    found |= {path.parent.name for path in package.glob("*/__init__.py")}
    return {name for name in found if not name.startswith("_")}


def test_public_names_are_sorted() -> None:
    """Each ``__all__`` holds constants, then classes, then the rest, each sorted and named once."""
    for path in modules():
        for node in ast.parse((ROOT / path).read_text()).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                names = ast.literal_eval(node.value)
                assert sorted(set(names), key=_public_order) == list(names), path


def _public_order(name: str) -> tuple[bool, bool, str]:
    """Order names as isort does."""
    return (not name.isupper(), not name[:1].isupper(), name)


def test_no_module_is_too_long() -> None:
    """A module that outgrew one idea is split."""
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in modules()}
    assert {path: n for path, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_locks_hold_hashes_and_no_address() -> None:
    """Each locked requirement is pinned with hashes; no line names an index."""
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pins = re.findall(r"^([\w.\[\]-]+)(==| )", text, re.MULTILINE)
        assert pins, lock.name
        entries = re.split(r"^(?=[\w-])", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries), lock.name


def test_continuous_integration_runs_the_documented_commands() -> None:
    """What lands has passed the README's own test command."""
    script = (ROOT / ".ci" / "run").read_text()
    readme = (ROOT / "README.md").read_text()
    assert ".venv/bin/nox -s tests" in readme
    assert ".venv/bin/nox -s demo" in readme
    for step in ("python3 -m venv .venv", "'nox[uv]'", ".venv/bin/nox -s tests"):
        assert step in script
        assert step in readme
