"""What the environment says, read once, checked whole.

Map:

- ``environment``: `Environment`, the variables (environ-config) with their defaults and help, and
  the names of earlier programs (`ALIASES`); a canonical name wins over its alias.
- ``values``: `Settings`, what the rest of the shell reads: typed, frozen, its secrets (`Secret`)
  hidden from ``repr``.
- ``checking``: the kinds of fault and `Checker`, which collects them by the variable's name.
- ``serving``, ``messages``, ``sections``: the checks of each subject; ``reading`` puts them
  together.

Two of the rules protect an installation: outside development a default or short secret key is
refused, and so is a missing list of allowed hosts.
"""

from __future__ import annotations

from comptoir_web.settings.environment import ALIASES, Environment
from comptoir_web.settings.values import (
    DEVELOPMENT_SECRET,
    Mode,
    Network,
    Secret,
    Setting,
    Settings,
)

__all__ = [
    "ALIASES",
    "DEVELOPMENT_SECRET",
    "Environment",
    "Mode",
    "Network",
    "Secret",
    "Setting",
    "Settings",
]
