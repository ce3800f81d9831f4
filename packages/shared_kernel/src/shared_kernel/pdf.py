"""PDF from a typst template and data. Needs the extra `pdf`.

The template reads the data, and the data cannot become a template: it travels as JSON in
`sys.inputs.data`, so that markup in it stays text::

    #let data = json(bytes(sys.inputs.data))
    = Loan of #data.owner

The same template and data give the same bytes: no clock, no font of the machine (typst's own
Libertinus Serif, New Computer Modern and DejaVu Sans Mono, and those of the template's folder), no
date of creation unless the template sets one from its data, no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from shared_kernel.errors import ExtraMissing, NotPlain, RenderError
from shared_kernel.plain import plain_json

__all__ = ["render_pdf"]

_PACKAGE = re.compile(r'"@[\w-]+/[^"]*"')
_MAIN = '#set document(date: none)\n#include "{name}"\n'


def render_pdf(template: Traversable | Path, data: Mapping[str, object]) -> bytes:
    r"""Returns the PDF of a template filled with data.

    Args:
        template: a `.typ` file, with what it imports in its own folder or below: nothing outside
            can be read, and no package is downloaded. Fonts there are found.
        data: plain data: strings, ints, booleans, None, lists and objects. A float or a Decimal is
            refused: format it first.

    Raises:
        RenderError: the data is not plain, the template is not there, imports from elsewhere or
            does not compile; the message holds typst's, with file, line and column.
        ExtraMissing: typst is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     template = Path(folder, "letter.typ")
    ...     _ = template.write_text("#let data = json(bytes(sys.inputs.data))\nDear #data.name")
    ...     render_pdf(template, {"name": "client"})[:5]
    b'%PDF-'
    """
    try:
        import typst
    except ImportError as error:
        raise ExtraMissing("comptoir-shared-kernel", "pdf") from error
    # A package inside a zip has no folder that the compiler could read.
    if not isinstance(template, Path) or not template.is_file():
        raise RenderError("the template {file} is not a file", file=str(template))
    template = template.resolve()
    folder = template.parent
    _refuse_packages(folder)
    try:
        text = plain_json(data)
    except NotPlain as error:
        raise RenderError("the data of {file}: {reason}", **_about(template, error)) from error
    try:
        compiler = typst.Compiler(
            root=folder,
            font_paths=[folder],
            ignore_system_fonts=True,
            sys_inputs={"data": text},
        )
        made = compiler.compile(
            _MAIN.format(name=template.name).encode(), format="pdf", timestamp=0
        )
    except RuntimeError as error:  # typst's own class is one, and it raises the bare one as well
        raise RenderError("{file}: {reason}", **_about(template, error)) from error
    if not isinstance(made, bytes):
        raise RenderError("{file}: typst gave no document", file=template.name)
    return made


def _about(template: Path, error: Exception) -> dict[str, str]:
    return {
        "file": template.name,
        "reason": str(getattr(error, "diagnostic", "") or error).strip(),
    }


def _refuse_packages(folder: Path) -> None:
    # typst downloads `@preview/...` packages while it compiles, and has no switch against it.
    for source in sorted(folder.rglob("*.typ")):
        found = _PACKAGE.search(source.read_text(encoding="utf-8"))
        if found:
            raise RenderError(
                "{file} imports the package {package}: copy it into the template's folder",
                file=source.name,
                package=found[0],
            )
