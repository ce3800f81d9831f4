"""The errors of the web shell.

::

    WebError
    ├── SettingsFaults        the environment is not usable (also `shared_kernel.Faults`)
    └── IdentityError         see `comptoir_web.identity.errors`

What a visitor sees of an error is decided in `comptoir_web.error_pages`.
"""

from __future__ import annotations

from shared_kernel import Faults

__all__ = ["SettingsFaults", "WebError"]


class WebError(Exception):
    """The base of every error that the web shell raises."""


class SettingsFaults(WebError, Faults):
    """The environment is not usable: every fault, its path being the variable's name."""
