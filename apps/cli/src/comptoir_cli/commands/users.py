"""``comptoir users``: the accounts of the platform, without the pages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from comptoir_cli import wiring
from comptoir_cli.language import gettext as _
from comptoir_cli.output import as_json, left, say, show_json, show_table
from comptoir_cli.refusals import Refusal

if TYPE_CHECKING:
    from comptoir_web.identity.service import IdentityService
    from comptoir_web.identity.users import User

__all__ = ["users"]

ROLES = ("admin", "client", "merchant", "staff")
LISTED = 500


@click.group(help=_("The accounts of the platform."))
def users() -> None:
    """Group the commands of accounts."""


@users.command(
    help=_(
        "Create an account. Its owner chooses the password by the link that is written on stdout, "
        "good once and for three days; --password-stdin sets one at once. An account with a phone "
        "alone has no password: a code is sent to the phone at each sign-in."
    )
)
@click.argument("email", required=False)
@click.option("--phone", help=_("Its phone: 620 00 00 01, or +224 620 00 00 01."))
@click.option("--name", required=True, help=_("Name shown on the pages."))
@click.option("--role", type=click.Choice(ROLES), required=True, help=_("What it may reach."))
@click.option("--password-stdin", is_flag=True, help=_("Read the password on standard input."))
def create(
    *, email: str | None, phone: str | None, name: str, role: str, password_stdin: bool
) -> None:
    """Create an account."""
    password = _password() if password_stdin else None
    with wiring.identity() as identity:
        user = identity.create_user(
            email=email, phone=phone, name=name, role=role, password=password
        )
        if password is None and user.email is not None:
            click.echo(identity.make_link(user.id))
            say(_link_life(user))
    say(_("Account created: {email} ({role}).").format(email=_reached(user), role=user.role))


@users.command("list", help=_("List the accounts by name."))
@click.option("--role", type=click.Choice(ROLES), help=_("Those of this role only."))
@as_json
def list_(*, role: str | None, as_json: bool) -> None:
    """List the accounts."""
    from comptoir_web.identity.roles import Role

    with wiring.identity() as identity:
        chosen = Role(role) if role else None
        page = identity.users(role=chosen, per_page=LISTED)
        found = list(page.users)
        while len(found) < page.total:
            page = identity.users(role=chosen, number=page.number + 1, per_page=LISTED)
            found += page.users
    if as_json:
        show_json(
            [
                {
                    "id": user.id,
                    "email": user.email,
                    "phone": user.phone,
                    "name": user.name,
                    "role": str(user.role),
                    "active": user.active,
                    "second_factor": user.second_factor,
                    "created_at": user.created_at.isoformat(),
                }
                for user in found
            ]
        )
        return
    show_table(
        left(_("E-mail"), _("Phone"), _("Name"), _("Role"), _("Second factor"), _("State")),
        [
            [
                user.email or "",
                _shown(user),
                user.name,
                str(user.role),
                _("yes") if user.second_factor else _("no"),
                _("active") if user.active else _("disabled"),
            ]
            for user in found
        ],
    )


@users.command(
    help=_(
        "Set a password read on standard input, or write a link on stdout by which its owner "
        "chooses one. Everything the account had open ends."
    )
)
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help=_("Read the password on standard input."))
def password(*, email: str, password_stdin: bool) -> None:
    """Set a password, or make a link."""
    typed = _password() if password_stdin else None
    with wiring.identity() as identity:
        user = _found(identity, email)
        if typed is None:
            click.echo(identity.make_link(user.id))
            say(_link_life(user))
        else:
            identity.set_password(user.id, typed)
            say(_("Password set for {email}.").format(email=email))


@users.command(help=_("Change what an account may reach; it signs in again."))
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def role(*, email: str, role: str) -> None:
    """Change a role."""
    with wiring.identity() as identity:
        identity.change_role(_found(identity, email).id, role)
    say(_("{email} is now {role}.").format(email=email, role=role))


@users.command(help=_("Close an account: it signs in no more, what it saved stays. Undo: --enable"))
@click.argument("email")
@click.option("--enable", is_flag=True, help=_("Open it again."))
def disable(*, email: str, enable: bool) -> None:
    """Close an account, or open it again."""
    with wiring.identity() as identity:
        user = _found(identity, email)
        if enable:
            identity.enable(user.id)
        else:
            identity.disable(user.id)
    done = _("{email} may sign in again.") if enable else _("{email} may no longer sign in.")
    say(done.format(email=email))


def _link_life(user: User) -> str:
    """Say how long the link just written is good: the first of an account waits for its owner."""
    if user.has_password:
        text = _("Give this link to {email}: good once, for half an hour.")
    else:
        text = _("Give this link to {email}: good once, for three days.")
    return text.format(email=user.email)


def _reached(user: User) -> str:
    """Where an account is reached: its address, or its phone with plain spaces."""
    return user.email or _shown(user)


def _shown(user: User) -> str:
    # A terminal copies a no-break space as it is, and few programs take it back.
    return user.shown_phone.replace("\N{NO-BREAK SPACE}", " ")


def _password() -> str:
    """Read one line of standard input, where no list of processes shows it."""
    return sys.stdin.readline().rstrip("\r\n")


def _found(identity: IdentityService, email: str) -> User:
    """Find an account by its address, or by its phone.

    Raises:
        Refusal: There is none.
    """
    by_address = "@" in email
    user = identity.user_by_email(email) if by_address else identity.user_by_phone(email)
    if user is None:
        text = _("No account has the address {email}.")
        if not by_address:
            text = _("No account has the phone {email}.")
        raise Refusal(text.format(email=email))
    return user
