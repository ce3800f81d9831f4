"""Hypothesis strategies for cartons, shipments and settings, for other projects' tests.

They need the extra ``testing``: ``pip install 'comptoir-logistics[testing]'``.
"""

from logistics_core.testing.strategies import cartons, measurings, shipments, sides_cm, weights_kg

__all__ = ["cartons", "measurings", "shipments", "sides_cm", "weights_kg"]
