"""PDF from a template and data: the data stays data, the bytes are always the same."""

from __future__ import annotations

import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from shared_kernel.errors import RenderError
from shared_kernel.pdf import render_pdf

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "A letter")
#set page(paper: "a4")
Dear #data.name, you owe #data.amount.
#for row in data.at("rows", default: ()) [ #row \\ ]
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A letter to `name` about `amount`, with `rows`."""
    file = tmp_path / "templates" / "letter.typ"
    file.parent.mkdir()
    file.write_text(TEMPLATE, encoding="utf-8")
    return file


def text_of(pdf: bytes) -> str:
    """The words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_data_is_on_the_page(template: Path) -> None:
    """Accents, the euro and narrow spaces of the data are on the page, one A4 sheet."""
    amount = "213\u202f619,42\u00a0€"
    pdf = render_pdf(template, {"name": "Zoé Œuvré", "amount": amount, "rows": [1, "deux", None]})
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    words = text_of(pdf)
    assert "Zoé Œuvré" in words
    assert "213619,42€" in "".join(words.split())
    assert reader.metadata is not None
    assert reader.metadata.title == "A letter"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text("#*_`$=@<>[]{}()\\/\"'~-+.;: abz019", min_size=1, max_size=30))
@example('#panic("no")')
@example('"); #read("/etc/passwd")')
@example("*bold* _slanted_ = Title @label <label> $x^2$ `raw` \\ // comment /* */")
@example("#{sys.inputs}")
def test_markup_in_the_data_stays_text(template: Path, words: str) -> None:
    """Whatever the data says, it is printed as it is and never run."""
    found = text_of(render_pdf(template, {"name": f"<{words}>", "amount": "1"}))
    # A line may be broken anywhere: blanks do not count.
    assert "".join(f"<{words}>".split()) in "".join(found.split())


def test_the_same_data_gives_the_same_bytes(template: Path, tmp_path: Path) -> None:
    """Twice, in another folder, in another process: not a byte differs, whatever the clock says."""
    data = {"name": "a", "amount": "1"}
    first = render_pdf(template, data)
    assert render_pdf(template, {"amount": "1", "name": "a"}) == first
    copy = tmp_path / "elsewhere" / "letter.typ"
    copy.parent.mkdir()
    copy.write_text(TEMPLATE, encoding="utf-8")
    assert render_pdf(copy, data) == first
    code = (
        "import sys; from pathlib import Path; from shared_kernel.pdf import render_pdf; "
        "sys.stdout.buffer.write(render_pdf(Path(sys.argv[1]), {'name': 'a', 'amount': '1'}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(template)], capture_output=True, check=True, timeout=60
    )
    assert found.stdout == first
    assert b"CreationDate" not in first


def test_the_clock_is_not_read(template: Path) -> None:
    """A template that asks for today gets the same day always: dates come with the data."""
    template.write_text("#datetime.today().display()", encoding="utf-8")
    assert "1970-01-01" in text_of(render_pdf(template, {}))


def test_a_template_imports_from_its_own_folder(template: Path) -> None:
    """Files of the folder and below are found."""
    (template.parent / "parts").mkdir()
    (template.parent / "parts" / "head.typ").write_text("#let head = [The head]")
    template.write_text('#import "parts/head.typ": head\n#head', encoding="utf-8")
    assert "The head" in text_of(render_pdf(template, {}))


@pytest.mark.parametrize("path", ["../secret.txt", "/secret.txt", "../../etc/passwd"])
def test_a_template_reads_nothing_outside_its_folder(template: Path, path: str) -> None:
    """A file above the folder is refused, by whatever path."""
    (template.parent.parent / "secret.txt").write_text("secret")
    template.write_text(f"#read({path!r})".replace("'", '"'), encoding="utf-8")
    with pytest.raises(RenderError, match=r"outside|not found"):
        render_pdf(template, {})


def test_a_package_of_the_network_is_refused(template: Path) -> None:
    """An import that would be downloaded is refused before anything is asked of the network."""
    template.write_text('#import "@preview/cetz:0.3.0": *', encoding="utf-8")
    with pytest.raises(RenderError, match=r"@preview/cetz.*copy it into"):
        render_pdf(template, {})


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"amount": 0.1}, "amount: a float"),
        ({"rows": [Decimal("0.1")]}, r"rows\[0\]: a Decimal"),
        ({"name": b"a"}, "name: a bytes"),
    ],
)
def test_data_that_would_be_altered_is_refused(
    template: Path, value: dict[str, object], path: str
) -> None:
    """A float or a Decimal is to be formatted first: refused, with its path."""
    with pytest.raises(RenderError, match=path):
        render_pdf(template, value)


def test_an_error_of_typst_says_where(template: Path) -> None:
    """The message holds typst's own words, the file and the line."""
    template.write_text("Fine.\n#missing", encoding="utf-8")
    with pytest.raises(RenderError, match=r"unknown variable: missing(.|\n)*letter\.typ:2:"):
        render_pdf(template, {})


def test_missing_data_says_which(template: Path) -> None:
    """A key that the template wants and the data lacks is named."""
    with pytest.raises(RenderError, match="amount"):
        render_pdf(template, {"name": "a"})


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    """No such file: RenderError with its path."""
    with pytest.raises(RenderError, match=r"missing\.typ"):
        render_pdf(tmp_path / "missing.typ", {})


def test_without_typst_the_error_names_the_extra() -> None:
    """Where typst is not installed, the message gives the extra to install."""
    code = """
import sys
sys.modules["typst"] = None
from pathlib import Path
from shared_kernel.pdf import render_pdf
try:
    render_pdf(Path("a.typ"), {})
except ImportError as error:
    print(error)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "comptoir-shared-kernel[pdf]" in found.stdout
