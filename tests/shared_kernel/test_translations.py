"""The French catalogue of the kernel: complete, well formed, and read at run time."""

from __future__ import annotations

import ast
import importlib
from importlib.resources import files
from pathlib import Path

import pytest

from shared_kernel import (
    DiskFull,
    ExtraMissing,
    Fault,
    FaultKind,
    Faults,
    KernelError,
    catalogue,
    errors,
    money,
    translate_error,
    translate_fault,
)
from shared_kernel.testing import catalogue_gaps
from shared_kernel.translations import _compiled

SOURCES = files("shared_kernel")
FRENCH = (SOURCES / "translations" / "fr.po").read_text(encoding="utf-8")
NBSP = "\u00a0"
_SEEN = errors.StorageError | errors.RenderError | errors.VendorFailed


def sentences_of_errors() -> set[str]:
    """The sentences of the errors that people may see, found in the sources of the kernel."""
    seen = {
        name
        for name, cls in vars(errors).items()
        if isinstance(cls, type) and issubclass(cls, _SEEN)
    }
    found = set()
    for source in Path(str(SOURCES)).glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in seen and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_sentence_has_its_french() -> None:
    """Each fault and each error of storage and of documents is translated, with its holes."""
    modules = (
        "convert currencies dates documents formatting json_text numerals rounding scalars amounts"
    )
    for module in modules.split():
        importlib.import_module(f"shared_kernel.{module}")
    sentences = sentences_of_errors()
    assert len(sentences) > 10
    assert catalogue_gaps("shared_kernel", "fr", messages=sorted(sentences)) == []


def test_gaps_are_found() -> None:
    """A sentence without translation is named."""
    assert catalogue_gaps("shared_kernel", "fr", messages=["No such sentence"]) == [
        "No such sentence: not translated"
    ]


def test_lost_holes_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A translation that drops or invents a hole is named: it could not be filled."""
    folder = tmp_path / "testers_package" / "translations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "fr.po").write_text('msgid "{a} of {b}"\nmsgstr "{a} de {c}"\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert catalogue_gaps("testers_package", "fr", messages=["{a} of {b}"]) == [
        "{a} of {b}: the holes differ in {a} de {c}"
    ]


def test_french_typography() -> None:
    """A colon and a semicolon have a no-break space before them, and apostrophes are curly."""
    for message, french in _compiled(FRENCH, "fr.po")._catalog.items():  # type: ignore[attr-defined]  # its entries
        code = ("pip install", "://", "T09:30:00Z")
        if message and not any(piece in message for piece in code):
            for mark in ":;":
                before = {french[place - 1] for place, c in enumerate(french) if c == mark}
                assert before <= {NBSP}, french
            assert "'" not in french, french


@pytest.mark.parametrize(
    ("package", "french"),
    [
        ("untidy_apostrophe", "c'est {a}"),
        ("untidy_colon", "{a} : non"),
        ("untidy_percent", "{a} %"),
        ("untidy_quotes", "« {a} »"),
    ],
)
def test_untidy_french_is_found(
    package: str, french: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain space where a line may not break, or a straight apostrophe, is named."""
    folder = tmp_path / package / "translations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "fr.po").write_text(f'msgid "it is {{a}}"\nmsgstr "{french}"\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    gaps = catalogue_gaps(package, "fr", messages=["it is {a}"])
    assert gaps == [f"it is {{a}}: a plain space or a straight apostrophe in {french}"]


def test_languages() -> None:
    """A region falls back on its language; English, unknown and forged locales give English."""
    sentence = "the JSON is not UTF-8 text: save it as UTF-8"
    for locale in ("fr", "fr_FR", "fr-CA"):
        assert "enregistrez-le" in catalogue("shared_kernel", locale).gettext(sentence)
    for locale in ("en", "en_GB", "de", "", "../../etc/passwd", "fr/../fr", "f" * 99, "fr_\n"):
        assert catalogue("shared_kernel", locale).gettext(sentence) == sentence
    assert catalogue("no_such_package", "fr").gettext("Loan") == "Loan"
    assert catalogue("__main__", "fr").gettext("Loan") == "Loan"


def test_faults_in_french() -> None:
    """A fault keeps its values; one that has no French is told in English."""
    with pytest.raises(Faults) as refused:
        money("1.234", "EUR")
    french = translate_fault(refused.value.faults[0], "fr")
    assert french == (
        f"1.234 a plus de 2 décimales, le maximum en EUR{NBSP}: "
        "arrondissez d’abord, par exemple à 1.23"
    )
    assert translate_fault(refused.value.faults[0], "en") == refused.value.faults[0].message
    kind = FaultKind("test_translations.none", "{given} has no translation")
    assert translate_fault(Fault("", kind, {"given": "{x}"}), "fr") == "{x} has no translation"


def test_another_package_may_hold_the_translation() -> None:
    """A kind that repeats a sentence of the kernel is translated by the kernel's catalogue."""
    kind = FaultKind("test_translations.borrowed", "{key} is missing: it is needed")
    fault = Fault("", kind, {"key": "months"})
    assert translate_fault(fault, "fr") == f"months manque{NBSP}: il est nécessaire"


def test_errors_in_french() -> None:
    """Errors with parameters, faults with their paths, and plain texts."""
    full = DiskFull(
        "the disk of the database is full ({reason}): nothing of this change was kept; make room "
        "and try again",
        reason="database or disk is full",
    )
    assert "libérez de la place" in translate_error(full, "fr")
    assert translate_error(ExtraMissing("comptoir-wealth", "stripe"), "fr").endswith(
        "pip install 'comptoir-wealth[stripe]'"
    )
    assert translate_error(KernelError("write {...}"), "fr") == "write {...}"
    with pytest.raises(Faults) as refused:
        money("1,5", "EURO")
    lines = translate_error(refused.value, "fr").splitlines()
    assert [line.partition(f"{NBSP}: ")[0] for line in lines] == ["amount", "currency"]
    assert translate_error(refused.value, "en") == str(refused.value)


class TestPo:
    """The reader of catalogues."""

    def test_contexts_plurals_and_flags(self) -> None:
        """Contexts and plurals are gettext's; fuzzy, empty and obsolete entries are left out."""
        text = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

#. a comment
#: place.py:1
msgctxt "verb"
msgid "open"
msgstr "ouvrir"

msgid "one loan"
msgid_plural "{n} loans"
msgstr[0] "un prêt"
msgstr[1] ""
"{n} "
"prêts"
#, fuzzy
msgid "guessed"
msgstr "deviné"

msgid "close together"
msgstr "serrés"
msgid "empty"
msgstr ""

msgid "tab\\tquote\\"back\\\\slash\\n"
msgstr "t\\tq\\"b\\\\s\\n"

#~ msgid "old"
#~ msgstr "vieux"
"""
        found = _compiled(text, "a catalogue")
        assert found.pgettext("verb", "open") == "ouvrir"
        assert found.gettext("open") == "open"
        assert [found.ngettext("one loan", "{n} loans", n) for n in (0, 1, 2)] == [
            "un prêt",
            "un prêt",
            "{n} prêts",
        ]
        assert found.gettext("close together") == "serrés"
        for message in ("guessed", "empty", "old"):
            assert found.gettext(message) == message
        assert found.gettext('tab\tquote"back\\slash\n') == 't\tq"b\\s\n'
        assert found.charset() == "UTF-8"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "not understood"),
            ("nonsense\n", r"line 1\)"),
            ('"a"\n', r"line 1\)"),
        ],
    )
    def test_what_is_not_understood_is_refused(self, text: str, message: str) -> None:
        """A message translated twice, a text outside any message, a stray line: refused."""
        with pytest.raises(KernelError, match=message):
            _compiled(text, "a catalogue")
