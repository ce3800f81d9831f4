"""A pytest plugin that runs every code block of the documentation and of the READMEs.

- ``python`` blocks run one after another, a page at a time; ``>>>`` examples too.
- ``console`` blocks hold commands after ``$``: each runs, must end as the page says (a last line
  ``[exit code: 1]``, else 0), and prints what stands under it; a line of ``...`` is anything.
- ``sh`` and ``ini`` blocks are for a person's machine: they are checked for their syntax alone.
"""

import configparser
import os
import re
import shlex
import subprocess
import sysconfig
from doctest import ELLIPSIS
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

EXIT_CODE = re.compile(r"\[exit code: (\d+)\]\s*$")


@pytest.fixture(scope="module")
def command_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the commands of a page a database and files of their own, and our own programs first."""
    folder = tmp_path_factory.mktemp("page")
    return os.environ | {
        "COMPTOIR_ENV": "development",
        "COMPTOIR_DATABASE_URL": f"sqlite:///{folder / 'comptoir.db'}",
        "COMPTOIR_FILES": str(folder / "files"),
        "COMPTOIR_PAGE_FOLDER": str(folder),
        "COLUMNS": "100",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]),
    }


def run_commands(example: Example) -> None:
    """Run each command of a console block and compare what it prints with the page."""
    environment: dict[str, str] = example.namespace["command_environment"]
    for command, expected, code in commands(str(example.parsed)):
        done = subprocess.run(
            ["bash", "-c", command],
            env=environment, cwd=environment["COMPTOIR_PAGE_FOLDER"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        said = plain(done.stdout + done.stderr)
        if done.returncode != code:
            raise AssertionError(f"$ {command}\nexit code {done.returncode}, not {code}\n{said}")
        if expected.strip() and not re.fullmatch(pattern(expected), said):
            raise AssertionError(f"$ {command}\nprints:\n{said}\nand the page says:\n{expected}")


def plain(text: str) -> str:
    """Write narrow and no-break spaces as a page does, without spaces at the ends."""
    spaced = text.replace("\u202f", " ").replace("\u00a0", " ")
    return "\n".join(line.rstrip() for line in spaced.splitlines()).strip()


def pattern(expected: str) -> str:
    """Turn what a page shows into a pattern: ``...`` alone is any lines, inside a line any text."""
    lines = [
        r"(?:.*\n)*?.*" if line == "..." else ".*".join(map(re.escape, line.split("...")))
        for line in plain(expected).splitlines()
    ]
    return "\n".join(lines)


def commands(block: str) -> list[tuple[str, str, int]]:
    """Split a console block into its commands, what each prints and how it ends."""
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, rest = part.replace("\\\n", " ").partition("\n")
        ending = EXIT_CODE.search(rest)
        found.append((command, EXIT_CODE.sub("", rest), int(ending[1]) if ending else 0))
    return found


def check_shell(example: Example) -> None:
    """Check the syntax of a shell block."""
    subprocess.run(["bash", "-n", "-c", str(example.parsed)], check=True, timeout=10)
    shlex.split(str(example.parsed), comments=True)


def check_ini(example: Example) -> None:
    """Check that settings are readable."""
    configparser.ConfigParser().read_string(f"[page]\n{example.parsed}")


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS),
        CodeBlockParser("console", run_commands),
        CodeBlockParser("sh", check_shell),
        CodeBlockParser("ini", check_ini),
    ],
    path=str(Path(__file__).parents[1]),
    patterns=["*.md", "**/*.md"],
    fixtures=["command_environment"],
).pytest()
