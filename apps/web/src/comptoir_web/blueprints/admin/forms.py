"""The forms of administration."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, StringField, TelField

from comptoir_web.forms import Form, trimmed
from comptoir_web.identity.roles import Role
from comptoir_web.presentation import lazy_gettext as _
from comptoir_web.presentation.fields import ChoiceField

__all__ = ["ROLE_NAMES", "NewUserForm", "PhoneForm", "RoleForm"]

ROLE_NAMES = {
    Role.CLIENT: _("Client"),
    Role.MERCHANT: _("Merchant"),
    Role.STAFF: _("Staff"),
    Role.ADMIN: _("Administrator"),
}
_CHOICES = [(role.value, name) for role, name in ROLE_NAMES.items()]


class NewUserForm(Form):
    """A new account; its request id makes a form sent twice create one."""

    name = StringField(_("Name"), filters=[trimmed])
    email = EmailField(_("E-mail address"), filters=[trimmed])
    phone = TelField(_("Phone"), filters=[trimmed])
    role = ChoiceField(_("Role"), choices=_CHOICES, default=Role.CLIENT.value)
    request_id = HiddenField()


class PhoneForm(Form):
    """Another phone, or none."""

    phone = TelField(_("Phone"), filters=[trimmed])


class RoleForm(Form):
    """Another role."""

    role = ChoiceField(_("Role"), choices=_CHOICES, default=Role.CLIENT.value)
