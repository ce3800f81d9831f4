"""The forms of one's own account."""

from __future__ import annotations

from wtforms import PasswordField, StringField

from comptoir_web.forms import Form, trimmed
from comptoir_web.presentation import lazy_gettext as _

__all__ = [
    "EnrolForm",
    "NameForm",
    "PasswordForm",
    "PresentCodeForm",
    "PresentPasswordForm",
    "PresentProofForm",
]


class PasswordForm(Form):
    """The present password and the new one."""

    current = PasswordField(_("Present password"))
    password = PasswordField(_("New password"))


class EnrolForm(Form):
    """The first code that the application shows."""

    code = StringField(_("Code shown by the application"), filters=[trimmed])


class PresentPasswordForm(Form):
    """The present password, asked before a change that weakens the account."""

    current = PasswordField(_("Present password"))


class PresentCodeForm(Form):
    """The same of an account without a password: a code of the second factor that it changes."""

    current = StringField(_("Code of your application, or recovery code"), filters=[trimmed])


PresentProofForm = PresentPasswordForm | PresentCodeForm


class NameForm(Form):
    """How the account is called."""

    name = StringField(_("Name"), filters=[trimmed])
