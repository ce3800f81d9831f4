"""Cartons and shipments as they travel, with the decimals a tape or a scale gives."""

from decimal import Decimal

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-logistics", "testing") from error

from logistics_core.measures import Carton, Measuring, Shipment, SideRounding
from shared_kernel import RoundingMode

__all__ = ["cartons", "measurings", "shipments", "sides_cm", "weights_kg"]


def sides_cm() -> st.SearchStrategy[Decimal]:
    """Sides from a millimetre to twelve metres, to the millimetre."""
    return st.integers(1, 12_000).map(lambda millimetres: Decimal(millimetres).scaleb(-1))


def weights_kg() -> st.SearchStrategy[Decimal]:
    """Weights from a gram to ten tons, to the gram."""
    return st.integers(1, 10_000_000).map(lambda grams: Decimal(grams).scaleb(-3))


def cartons() -> st.SearchStrategy[Carton]:
    """One to five hundred like cartons."""
    return st.builds(
        Carton, sides_cm(), sides_cm(), sides_cm(), weights_kg(), count=st.integers(1, 500)
    )


def shipments(*, max_size: int = 8) -> st.SearchStrategy[Shipment]:
    """Shipments of one to ``max_size`` kinds of cartons."""
    return st.builds(Shipment, st.lists(cartons(), min_size=1, max_size=max_size))


def measurings() -> st.SearchStrategy[Measuring]:
    """Every kind of settings: thresholds, minimums and roundings."""
    return st.builds(
        Measuring,
        kg_per_cbm=st.integers(1, 5000),
        least=st.integers(0, 5),
        sides=st.sampled_from(SideRounding),
        places=st.integers(0, 6),
        rounding=st.sampled_from(RoundingMode),
    )
