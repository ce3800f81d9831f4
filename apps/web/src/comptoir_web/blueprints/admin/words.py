"""The lines of the audit log in the reader's language."""

from __future__ import annotations

from comptoir_web.blueprints.admin.forms import ROLE_NAMES
from comptoir_web.identity.audit import Action, AuditEntry
from comptoir_web.identity.roles import Role
from comptoir_web.identity.users import User
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation import lazy_gettext

__all__ = ["ACTION_NAMES", "action_name", "details", "state_name"]

ACTION_NAMES = {
    Action.SIGNED_IN.value: lazy_gettext("Signed in"),
    Action.SIGN_IN_FAILED.value: lazy_gettext("Sign-in refused"),
    Action.SIGN_IN_LOCKED.value: lazy_gettext("Sign-in locked after too many attempts"),
    Action.CODE_FAILED.value: lazy_gettext("Code of the second factor refused"),
    Action.CODE_ASKED.value: lazy_gettext("Code asked for by phone"),
    Action.CODE_SENT.value: lazy_gettext("Code sent by text message"),
    Action.CODE_WITHHELD.value: lazy_gettext("Codes no longer sent: the day’s limit is reached"),
    Action.PHONE_CODE_FAILED.value: lazy_gettext("Code of a text message refused"),
    Action.RECOVERY_CODE_USED.value: lazy_gettext("Recovery code used"),
    Action.SIGNED_OUT.value: lazy_gettext("Signed out"),
    Action.SESSION_ENDED.value: lazy_gettext("Session ended"),
    Action.TOKEN_ISSUED.value: lazy_gettext("Access to the API opened"),
    Action.TOKEN_REUSED.value: lazy_gettext("Refresh token used twice: access revoked"),
    Action.TOKEN_REVOKED.value: lazy_gettext("Access to the API revoked"),
    Action.USER_CREATED.value: lazy_gettext("Account created"),
    Action.ROLE_CHANGED.value: lazy_gettext("Role changed"),
    Action.USER_RENAMED.value: lazy_gettext("Name changed"),
    Action.PHONE_CHANGED.value: lazy_gettext("Phone changed"),
    Action.PHONE_UNLOCKED.value: lazy_gettext("Phone unlocked"),
    Action.USER_DISABLED.value: lazy_gettext("Account disabled"),
    Action.USER_ENABLED.value: lazy_gettext("Account enabled"),
    Action.PASSWORD_CHANGED.value: lazy_gettext("Password changed"),
    Action.PASSWORD_SET.value: lazy_gettext("Password chosen"),
    Action.RESET_ASKED.value: lazy_gettext("New password asked for"),
    Action.LINK_SENT.value: lazy_gettext("Link to choose a password made"),
    Action.LINK_REFUSED.value: lazy_gettext("Link refused"),
    Action.SECOND_FACTOR_ADDED.value: lazy_gettext("Second factor added"),
    Action.SECOND_FACTOR_REMOVED.value: lazy_gettext("Second factor removed"),
    Action.RECOVERY_CODES_RENEWED.value: lazy_gettext("Recovery codes renewed"),
}


def action_name(action: str) -> str:
    """What the action is called; its own name when a newer version wrote it."""
    return str(ACTION_NAMES.get(action, action))


def details(entry: AuditEntry) -> str:
    """The few words after the action: the role given, and the one before."""
    before, after = entry.detail.get("before"), entry.detail.get("after")
    if before and after:
        return _("from %(before)s to %(after)s", before=_role(before), after=_role(after))
    role = entry.detail.get("role")
    return _role(role) if role else ""


def state_name(user: User) -> str:
    """Whether the account can sign in, in two or three words."""
    if not user.active:
        return _("Disabled")
    return _("Active") if user.can_sign_in else _("No password yet")


def _role(name: object) -> str:
    text = str(name)
    return str(ROLE_NAMES[Role(text)]) if text in tuple(Role) else text
