"""A file of holdings, whatever its form, read with every fault told and nothing raised."""

import json

import pytest

from wealth_core.networth import holdings_to_csv, holdings_to_json
from wealth_core.networth.files import FileFormat, read_file
from wealth_core.testing.worked import WORKED_ON, worked_atlas_document, worked_holdings


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (holdings_to_json(worked_holdings()), "avoirs.txt", FileFormat.JSON),
        ("\ufeff" + holdings_to_csv(worked_holdings()), "avoirs.csv", FileFormat.CSV),
        (json.dumps(worked_atlas_document()), "profil.json", FileFormat.ATLAS),
        (json.dumps({"version": 0} | worked_atlas_document()), "profil.json", FileFormat.ATLAS),
    ],
)
def test_a_file_is_known_by_what_it_holds(text: str, name: str, kind: FileFormat) -> None:
    """Each form of the worked profile gives its lines; the name counts for little."""
    found = read_file(text.encode(), name, as_of=WORKED_ON)
    assert (found.format, found.faults) == (kind, ())
    assert found.holdings is not None
    assert found.holdings.size == worked_holdings().size


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.csv"),
        (b"\xff\xfe\x00", "a.csv"),
        (b"nom;valeur\n<b>;=1+1\n", "a.csv"),
        (b"", "a.json"),
        (b"{", "a.json"),
        (b"[1]", "a.json"),
        (b'{"version": 99}', "a.json"),
        (b'{"version": false}', "a.json"),
    ],
)
def test_nonsense_is_told_and_not_raised(data: bytes, name: str) -> None:
    """Whatever a file holds, the answer says what is wrong with it."""
    found = read_file(data, name, as_of=WORKED_ON)
    assert found.holdings is None
    assert found.faults
