"""The mails and the text messages of identity, in the reader's language.

They are written without Flask: the command line and the jobs send them too.
"""

from __future__ import annotations

from comptoir_web.identity.links import LinkPurpose
from comptoir_web.identity.users import User
from comptoir_web.mail import Mail
from shared_kernel.translations import catalogue

__all__ = ["N_", "code_message", "link_letter", "password_changed_letter"]


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


_CODE = N_("{code} is your code for {business}. It works once, for 5 minutes. Give it to nobody.")


def code_message(code: str, *, business: str, host: str, locale: str) -> str:
    """The text message that carries a code.

    Its last line ties the code to the site, so that a phone offers it there and nowhere else (the
    format of domain-bound codes). Its words stay in the alphabet of messages (GSM 03.38): one
    character out of it would halve what a message holds.
    """
    text = catalogue("comptoir_web", locale).gettext(_CODE)
    return f"{text.format(code=code, business=business)}\n\n@{host} #{code}"


def link_letter(
    user: User, to: str, purpose: LinkPurpose, link: str, *, business: str, locale: str
) -> Mail:
    """The mail that carries a link, to the account's address."""
    text = catalogue("comptoir_web", user.locale or locale).gettext
    return Mail(
        to=to,
        subject=text(_SUBJECTS[purpose]).format(business=business),
        text=text(_BODIES[purpose]).format(name=user.name, business=business, link=link),
    )


def password_changed_letter(user: User, to: str, *, business: str, locale: str) -> Mail:
    """The mail that tells the owner of an account that its password changed."""
    text = catalogue("comptoir_web", user.locale or locale).gettext
    return Mail(
        to=to,
        subject=text(_CHANGED_SUBJECT).format(business=business),
        text=text(_CHANGED_BODY).format(name=user.name, business=business),
    )
