"""The forms of signing in."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, StringField, TelField

from comptoir_web.forms import Form, trimmed
from comptoir_web.presentation import lazy_gettext as _

__all__ = [
    "AskResetForm",
    "ChoosePasswordForm",
    "CodeForm",
    "PhoneCodeForm",
    "PhoneForm",
    "SignInForm",
]


class SignInForm(Form):
    """An address and a password."""

    email = EmailField(_("E-mail address"), filters=[trimmed])
    password = PasswordField(_("Password"))
    next = HiddenField()


class CodeForm(Form):
    """A code of the second factor, or a recovery code."""

    code = StringField(_("Code"), filters=[trimmed])
    next = HiddenField()


class PhoneForm(Form):
    """The number that a code goes to."""

    phone = TelField(_("Phone number"), filters=[trimmed])
    next = HiddenField()


class PhoneCodeForm(Form):
    """The code received by text message."""

    code = StringField(_("Code received by text message"), filters=[trimmed])
    next = HiddenField()


class AskResetForm(Form):
    """The address of the account whose password was forgotten."""

    email = EmailField(_("E-mail address"), filters=[trimmed])


class ChoosePasswordForm(Form):
    """A new password."""

    password = PasswordField(_("New password"))
