"""The language of the terminal: French first, English with ``COMPTOIR_LOCALE=en``.

Click takes its own sentences ("Usage", "Options"...) from the standard library, whose ``gettext``
reads compiled catalogues from a folder only. A command line owns its process and speaks one
language in it, so it hands that function its own catalogue before Click binds it: the package
imports this module first.
"""

import gettext as _standard
import os

from shared_kernel.translations import catalogue

__all__ = ["LOCALES", "gettext", "locale", "ngettext"]

LOCALES = ("fr", "en")


def locale() -> str:
    """Return the language of the messages: ``"fr"`` unless COMPTOIR_LOCALE asks for English."""
    asked = os.environ.get("COMPTOIR_LOCALE", "").lower()[:2]
    return asked if asked in LOCALES else LOCALES[0]


_translations = catalogue("comptoir_cli", locale())
gettext = _translations.gettext
ngettext = _translations.ngettext
_standard.gettext = gettext
_standard.ngettext = ngettext
