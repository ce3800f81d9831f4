"""The stages of a container and the routes they make."""

import pytest

from logistics_core.errors import LogisticsError, MoveRefused, PoolFaults
from logistics_core.pooling import SEA_ROUTE, Route, Stage
from shared_kernel import translate_error


def _codes(error: PoolFaults) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in error.faults]


def test_the_route_by_sea() -> None:
    """A container is filled, goes to sea, and is handed over; only the first stage is ashore."""
    stages = SEA_ROUTE.stages
    assert [stage.code for stage in stages] == ["collecte", "mer", "port", "douane", "livre"]
    assert [stage.at_sea for stage in stages] == [False, True, True, True, True]
    assert [stage.final for stage in stages] == [False, False, False, False, True]
    assert (SEA_ROUTE.first.code, SEA_ROUTE.departure.code) == ("collecte", "mer")
    assert [SEA_ROUTE.index(stage.code) for stage in stages] == [0, 1, 2, 3, 4]
    assert (stages[0].label("fr_GN"), stages[0].label("en")) == ("En collecte", "Collecting")


def test_a_container_goes_from_each_stage_to_the_next_one_only() -> None:
    """Every other move is refused, and the message names the stage that comes next."""
    codes = [stage.code for stage in SEA_ROUTE.stages]
    for place, before in enumerate(codes):
        for after in codes:
            if codes[place + 1 : place + 2] == [after]:
                assert SEA_ROUTE.check_move(before, after) is SEA_ROUTE.next(before)
                continue
            with pytest.raises(MoveRefused) as refused:
                SEA_ROUTE.check_move(before, after)
            said = str(refused.value)
            assert (codes[place + 1] if before != "livre" else "has arrived") in said
            assert before in translate_error(refused.value, "fr") != said
    assert SEA_ROUTE.next("livre") is None


@pytest.mark.parametrize("code", ["annule", "", "MER", "mer "])
def test_an_unknown_stage_is_told_the_stages_there_are(code: str) -> None:
    """Being cancelled is no stage, and codes are taken as they are written."""
    with pytest.raises(PoolFaults, match="collecte, mer, port, douane, livre") as refused:
        SEA_ROUTE.get(code)
    assert isinstance(refused.value, LogisticsError)
    with pytest.raises(PoolFaults):
        SEA_ROUTE.check_move("mer", code)
    with pytest.raises(PoolFaults):
        SEA_ROUTE.next(code)


def test_stages_are_data() -> None:
    """Another route may gather goods at a warehouse before they leave."""
    quay = Stage("quai", "Au quai", "At the quay")
    store = Stage("depot", "Au dépôt", "In the warehouse")
    gone = Stage("route", "En route", "On the road", at_sea=True)
    done = Stage("remis", "Remis", "Handed over", at_sea=True, final=True)
    route = Route(iter([quay, store, gone, done]))
    assert (route.departure, route.next("quai")) == (gone, store)


def test_every_fault_of_a_stage_comes_at_once() -> None:
    """A code, labels and marks that are none are refused together, each with its path."""
    with pytest.raises(PoolFaults) as refused:
        Stage("À quai", "", "two\nlines", at_sea=1, final=None)  # type: ignore[arg-type]  # refused
    paths = [path for path, _ in _codes(refused.value)]
    assert paths == ["code", "label_fr", "label_en", "at_sea", "final"]


def test_a_route_that_makes_no_sense_is_refused() -> None:
    """The first stage books, nothing comes back ashore, the last one alone is final."""
    start = Stage("a", "A", "A")
    sea = Stage("b", "B", "B", at_sea=True)
    ashore = Stage("c", "C", "C")
    end = Stage("d", "D", "D", at_sea=True, final=True)
    refused: dict[str, tuple[object, list[tuple[str, str]]]] = {
        "one stage": ([start], [("stages", "pool.short_route")]),
        "no list": (12, [("stages", "pool.short_route")]),
        "strangers": (["a", None], [(f"stages[{n}]", "measure.not_accepted") for n in (0, 1)]),
        "twice": ([start, sea, sea, end], [("stages[2]", "pool.given_twice")]),
        "ashore": ([start, sea, ashore, end], [("stages[2]", "pool.back_ashore")]),
        "no end": ([start, sea], [("stages[1]", "pool.bad_end")]),
        "two ends": ([start, end, sea], [(f"stages[{n}]", "pool.bad_end") for n in (1, 2)]),
        "begins at sea": ([sea, end], [("stages[0]", "pool.bad_first")]),
        "never leaves": (
            [start, Stage("e", "E", "E", final=True)],
            [("stages", "pool.no_departure")],
        ),
    }
    for name, (stages, faults) in refused.items():
        with pytest.raises(PoolFaults) as caught:
            Route(stages)  # type: ignore[arg-type]  # refused
        assert _codes(caught.value) == faults, name
