"""The command line in French: nothing is left in English, and no sentence loses a value."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import comptoir_cli

PACKAGE = Path(comptoir_cli.__file__).parent
HOLE = re.compile(r"{(\w+)")


@pytest.fixture(scope="module")
def french() -> Catalog:
    """Read the French catalogue."""
    with (PACKAGE / "translations" / "fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def test_every_sentence_has_its_french(french: Catalog) -> None:
    """Each sentence of the command line is in the catalogue, translated."""
    said = {str(message) for _, _, message, _, _ in extract_from_dir(PACKAGE)}
    missing = [text for text in said if text not in french or not french[text].string]
    assert missing == []


def test_a_translation_keeps_every_value(french: Catalog) -> None:
    """A sentence shows in French the values it shows in English."""
    for message in french:
        if message.id and not message.pluralizable:
            assert sorted(HOLE.findall(str(message.string))) == sorted(
                HOLE.findall(str(message.id))
            ), message.id
