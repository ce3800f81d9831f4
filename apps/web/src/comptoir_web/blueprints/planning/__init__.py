"""The plan, for the client: what is put aside each month, what became of it, where it may lead.

- `words`       the names of destinations, states, situations, subjects
- `reading`     the page of the plan: what it says of the plan, its actions and their history
- `forms`       the forms of the plan, the profile, a threshold, a decision
- `drafts`      from these forms to the library's values, and back
- `editing`     the pages that change the plan and the profile
- `actions`     decisions: done, adjusted, skipped, undone; the actions of the month; the CSV
- `sliders`     the form of the projection
- `projection`  the page of the projection, and the part of it that follows the sliders
- `alerts`      what was raised, and the thresholds that are watched
- `views`       the blueprint and the page of the plan
"""

from __future__ import annotations

from . import actions, alerts, editing, projection
from .views import blueprint

__all__ = ["blueprint"]

# Importing these registers their pages.
_PAGES = (actions, alerts, editing, projection)
