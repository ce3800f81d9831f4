"""What the documents accept, as Hypothesis draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    from hypothesis import strategies as st
except ImportError as error:
    from shared_kernel import ExtraMissing

    raise ExtraMissing("comptoir-devices", "testing") from error

from devices.documents.words import LARGEST, spoken_currencies
from shared_kernel import from_minor

if TYPE_CHECKING:
    from shared_kernel import Money

__all__ = ["spoken_amounts"]


def spoken_amounts() -> st.SearchStrategy[Money]:
    """Any amount that :func:`devices.amount_in_words` accepts."""
    minor = st.integers(min_value=-LARGEST, max_value=LARGEST)
    return st.builds(from_minor, minor, st.sampled_from(spoken_currencies()))
