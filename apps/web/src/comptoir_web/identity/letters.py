"""The mails of identity, in the reader's language.

They are written without Flask: the command line and the jobs send them too.
"""

from __future__ import annotations

from comptoir_web.identity.links import LinkPurpose
from comptoir_web.identity.users import User
from comptoir_web.mail import Mail
from shared_kernel.translations import catalogue

__all__ = ["link_letter", "password_changed_letter"]


def N_(text: str) -> str:  # noqa: N802 (the usual mark of a text translated later)
    """Mark a text for the catalogue."""
    return text


_SUBJECTS = {
    LinkPurpose.RESET: N_("{business}: choose a new password"),
    LinkPurpose.WELCOME: N_("{business}: your account is ready"),
}
_BODIES = {
    LinkPurpose.RESET: N_(
        "Hello {name},\n\n"
        "Someone asked to change the password of your account at {business}. If it was you, "
        "open this address within 30 minutes:\n\n{link}\n\n"
        "It works once. If it was not you, do nothing: your password stays as it is."
    ),
    LinkPurpose.WELCOME: N_(
        "Hello {name},\n\n"
        "An account was opened for you at {business}. Choose your password at this address "
        "within 3 days:\n\n{link}\n\n"
        "It works once. After that, ask for a new link on the sign-in page."
    ),
}
_CHANGED_SUBJECT = N_("{business}: your password was changed")
_CHANGED_BODY = N_(
    "Hello {name},\n\n"
    "The password of your account at {business} was just changed, and its other sessions "
    "were ended. If it was not you, ask for a new password on the sign-in page at once and tell us."
)


def link_letter(user: User, purpose: LinkPurpose, link: str, *, business: str, locale: str) -> Mail:
    """The mail that carries a link."""
    text = catalogue("comptoir_web", user.locale or locale).gettext
    return Mail(
        to=user.email,
        subject=text(_SUBJECTS[purpose]).format(business=business),
        text=text(_BODIES[purpose]).format(name=user.name, business=business, link=link),
    )


def password_changed_letter(user: User, *, business: str, locale: str) -> Mail:
    """The mail that tells the owner of an account that its password changed."""
    text = catalogue("comptoir_web", user.locale or locale).gettext
    return Mail(
        to=user.email,
        subject=text(_CHANGED_SUBJECT).format(business=business),
        text=text(_CHANGED_BODY).format(name=user.name, business=business),
    )
