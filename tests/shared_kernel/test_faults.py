"""Faults: kinds, paths, collecting them, and the errors that carry them."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel import (
    ExtraMissing,
    Fault,
    FaultKind,
    FaultList,
    Faults,
    KernelError,
    MoneyError,
    StorageError,
    all_fault_kinds,
    join_path,
    shown,
)

TOO_SHORT = FaultKind("test_faults.too_short", "{given} is too short: write {least} characters")
PLAIN = FaultKind("test_faults.plain", "nothing to fill")


def test_a_kind_knows_the_package_that_declares_it() -> None:
    """The package comes from the module that declares the kind; it may also be given."""
    assert TOO_SHORT.package == __name__.partition(".")[0]
    from shared_kernel.currencies import UNKNOWN_CURRENCY

    assert UNKNOWN_CURRENCY.package == "shared_kernel"
    assert FaultKind("test_faults.given", "x", package="elsewhere").package == "elsewhere"


def test_a_code_is_declared_once() -> None:
    """A second kind of the same code is refused; the same declaration again changes nothing."""
    with pytest.raises(ValueError, match="declared twice"):
        FaultKind("test_faults.too_short", "another sentence")
    with pytest.raises(ValueError, match="declared twice"):
        FaultKind("test_faults.too_short", TOO_SHORT.template, package="elsewhere")
    assert FaultKind("test_faults.too_short", TOO_SHORT.template) == TOO_SHORT


def test_a_hole_cannot_be_called_path() -> None:
    """The functions take the path under that name, so that a sentence cannot use it."""
    with pytest.raises(ValueError, match="called path"):
        FaultKind("test_faults.path", "{path} is wrong")


def test_all_kinds_are_listed_in_order() -> None:
    """Every declared kind is listed, sorted by code."""
    kinds = all_fault_kinds()
    assert TOO_SHORT in kinds
    assert [kind.code for kind in kinds] == sorted({kind.code for kind in kinds})


def test_the_parameters_are_those_of_the_sentence() -> None:
    """A missing or a needless parameter is a mistake of the code, told at once."""
    with pytest.raises(TypeError, match="takes"):
        Fault("", TOO_SHORT, {"given": "abc"})
    with pytest.raises(TypeError, match="takes"):
        Faults.of(PLAIN, given="abc")


def test_braces_in_a_value_stay_text() -> None:
    """What a person typed is never taken for a hole."""
    fault = Faults.of(TOO_SHORT, given="{least.__class__}", least=8).faults[0]
    assert fault.message == "{least.__class__} is too short: write 8 characters"


def test_an_error_lists_every_fault_with_its_path() -> None:
    """One line a fault; a fault of the whole input has no path in front."""
    found = FaultList()
    assert not found
    assert found.check(True, PLAIN, "unused") is True
    assert found.check(False, PLAIN) is False
    found.add(TOO_SHORT, "owners[0].name", given="a", least=2)
    found.add(TOO_SHORT, path="owners[1].name", given="b", least=2)
    assert len(found) == 3
    with pytest.raises(MoneyError) as refused:
        found.raise_if_any(MoneyError)
    assert str(refused.value) == (
        "nothing to fill\n"
        "owners[0].name: a is too short: write 2 characters\n"
        "owners[1].name: b is too short: write 2 characters"
    )
    assert [fault.code for fault in refused.value.faults][:1] == ["test_faults.plain"]


def test_an_empty_list_raises_nothing() -> None:
    """Without a fault nothing is raised, and an error without one cannot be made."""
    FaultList().raise_if_any()
    with pytest.raises(TypeError, match="at least one"):
        Faults([])


def test_collect_takes_faults_and_nothing_else() -> None:
    """Faults raised in the block are recorded under the path; another error goes through."""
    found = FaultList()
    with found.collect("insurance[0]"):
        raise Faults.of(PLAIN, "annual_rate")
    with pytest.raises(KeyError), found.collect("insurance[1]"):
        raise KeyError("a mistake of the code")
    assert [fault.path for fault in found.faults] == ["insurance[0].annual_rate"]


def test_an_error_keeps_its_class_when_prefixed_pickled_or_copied() -> None:
    """A job in another process raises the same error with the same faults."""
    error = MoneyError.of(TOO_SHORT, "amount", given="1", least=2)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), error.prefixed("")):
        assert type(twin) is MoneyError
        assert twin.faults == error.faults
        assert str(twin) == str(error)
    assert isinstance(error, ValueError)
    assert isinstance(error, KernelError)


def test_other_errors_survive_a_pickle() -> None:
    """Errors with parameters and the missing extra come out of a pickle as they went in."""
    for error in (
        StorageError("no answer from {host}", host="db"),
        ExtraMissing("comptoir-shared-kernel", "pdf"),
    ):
        twin = pickle.loads(pickle.dumps(error))
        assert type(twin) is type(error)
        assert str(twin) == str(error)
    assert "comptoir-shared-kernel[pdf]" in str(ExtraMissing("comptoir-shared-kernel", "pdf"))
    assert isinstance(ExtraMissing("d", "e"), ImportError)


def test_a_message_without_parameters_is_taken_as_it_is() -> None:
    """Braces in a message that has no parameter are text."""
    assert str(KernelError("write {...}")) == "write {...}"


STEPS = st.lists(st.one_of(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers(0, 99)))


@given(STEPS, STEPS)
def test_paths_join_alike_from_either_end(outer: list[str | int], inner: list[str | int]) -> None:
    """Prefixing level by level gives the path that the whole list of steps gives."""
    whole = ""
    for step in [*outer, *inner]:
        whole = join_path(whole, step)
    below = ""
    for step in inner:
        below = join_path(below, step)
    above = ""
    for step in outer:
        above = join_path(above, step)
    assert join_path(above, below) == whole
    assert Fault(below, PLAIN).prefixed(above).path == whole


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.binary()))
def test_a_shown_value_fits_in_a_line(value: object) -> None:
    """Whatever the value, it is shown on one line of at most 60 printable characters."""
    text = shown(value)
    assert len(text) <= 60
    assert all(char.isprintable() or char in "\u00a0\u202f" for char in text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1}, "{...}"),
        ({}, "{}"),
        ([1], "[...]"),
        ([], "[]"),
        (True, "true"),
        pytest.param(10**5000, "...", id="huge"),
        pytest.param(-(10**5000), "-0x", id="hugely negative"),
        ("a\u202eb", "a\\u202eb"),
        ("", '""'),
        (" \t", '" \\t"'),
        ("1\u202f234", "1\u202f234"),
    ],
)
def test_values_are_shown_as_json_would(value: object, text: str) -> None:
    """Containers are not spelled out, huge integers are cut, tricky characters are written out."""
    assert text in shown(value)
