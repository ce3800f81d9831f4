"""The states of an order, and those that its payment and its containers bring about."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_core.errors import MoveRefused, PoolFaults
from logistics_core.pooling import (
    LEGAL_MOVES,
    SEA_ROUTE,
    OrderState,
    Stage,
    catching_up,
    check_move,
    implied_states,
)
from shared_kernel import translate_error

QUOTE, CONFIRMED, PAID, SHIPPED, RECEIVED, CANCELLED = OrderState

_stages = st.lists(st.sampled_from(SEA_ROUTE.stages), max_size=3)


def _stage(code: str) -> Stage:
    return SEA_ROUTE.get(code)


def test_the_legal_moves_and_no_other() -> None:
    """Each pair of states is a legal move or refused with the ones that are, in both languages."""
    legal = {
        (QUOTE, CONFIRMED), (QUOTE, CANCELLED), (CONFIRMED, PAID), (CONFIRMED, CANCELLED),
        (PAID, SHIPPED), (PAID, CANCELLED), (SHIPPED, RECEIVED),
    }  # fmt: skip
    for before in OrderState:
        for after in OrderState:
            if (before, after) in legal:
                check_move(before, after)
                continue
            with pytest.raises(MoveRefused) as refused:
                check_move(before, after)
            said = str(refused.value)
            assert before.value in said
            assert after.value in said
            assert translate_error(refused.value, "fr") != said
    assert [state.value for state in OrderState if state.is_over] == ["recu", "annule"]


def test_what_has_left_is_cancelled_with_its_container_only() -> None:
    """A shipped order goes with its container; a received one stays received."""
    check_move(SHIPPED, CANCELLED, container_cancelled=True)
    with pytest.raises(MoveRefused, match=r"it can become recu$"):
        check_move(SHIPPED, CANCELLED)
    with pytest.raises(MoveRefused, match="is over"):
        check_move(RECEIVED, CANCELLED, container_cancelled=True)


def test_what_is_no_state_is_refused() -> None:
    """A text is parsed by whoever reads it: here a state is a state."""
    with pytest.raises(PoolFaults) as refused:
        check_move("devis", None)  # type: ignore[arg-type]  # refused
    assert [fault.path for fault in refused.value.faults] == ["before", "after"]
    for stages in ("mer", [None], 12):
        with pytest.raises(PoolFaults, match="stages"):
            implied_states(True, stages)  # type: ignore[arg-type]  # refused


def test_labels_are_in_both_languages() -> None:
    """Every state has a name of its own in each language."""
    for locale in ("fr", "en"):
        assert len({state.label(locale) for state in OrderState}) == len(OrderState)
    assert (CONFIRMED.label("fr-GN"), CONFIRMED.label("de")) == ("Confirmée", "Confirmed")


@pytest.mark.parametrize(
    ("paid", "codes", "waits", "stands"),
    [
        (False, ["livre"], False, CONFIRMED),
        (True, [], True, PAID),
        (True, ["collecte"], False, PAID),
        (True, ["mer"], False, SHIPPED),
        (True, ["collecte", "douane"], False, SHIPPED),
        (True, ["livre", "port"], False, SHIPPED),
        (True, ["livre"], True, SHIPPED),
        (True, ["livre", "livre"], False, RECEIVED),
    ],
)
def test_a_paid_order_follows_its_containers(
    paid: bool, codes: Iterable[str], waits: bool, stands: OrderState
) -> None:
    """Shipped with the first part that leaves, received with the last; unpaid, none of these."""
    stages = [_stage(code) for code in codes]
    assert implied_states(paid, stages, waits=waits)[-1] is stands


@given(st.sampled_from(OrderState), st.booleans(), _stages, st.booleans())
def test_catching_up_makes_legal_moves_only(
    state: OrderState, paid: bool, stages: list[Stage], waits: bool
) -> None:
    """Each move is legal from the one before, none goes back, and then nothing is left to do."""
    moves = catching_up(state, paid=paid, stages=stages, waits=waits)
    for before, after in zip((state, *moves), moves, strict=False):
        check_move(before, after)
    last = moves[-1] if moves else state
    assert catching_up(last, paid=paid, stages=stages, waits=waits) == ()
    if state in (QUOTE, CANCELLED):
        assert moves == ()


@given(_stages, st.lists(st.integers(0, 4), max_size=3))
def test_a_container_that_goes_on_never_brings_an_order_back(
    stages: list[Stage], steps: list[int]
) -> None:
    """The states implied later begin with those implied before."""
    later = [
        SEA_ROUTE.stages[min(4, SEA_ROUTE.index(stage.code) + step)]
        for stage, step in zip(stages, [*steps, 0, 0, 0], strict=False)
    ]
    before, after = implied_states(True, stages), implied_states(True, later)
    assert after[: len(before)] == before


def test_the_table_of_moves_cannot_be_changed() -> None:
    """A caller reads the legal moves, and cannot add one."""
    with pytest.raises(TypeError):
        LEGAL_MOVES[RECEIVED] = (QUOTE,)  # type: ignore[index]  # refused
