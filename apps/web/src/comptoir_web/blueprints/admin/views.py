"""Administration of the accounts, and the audit log."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence

from attrs import frozen
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from comptoir_web.blueprints.admin.forms import ROLE_NAMES, NewUserForm, PhoneForm, RoleForm
from comptoir_web.blueprints.admin.words import ACTION_NAMES, action_name, details, state_name
from comptoir_web.forms import show_faults
from comptoir_web.identity.access import peer, visitor
from comptoir_web.identity.audit import AuditEntry
from comptoir_web.identity.contacts import ContactService
from comptoir_web.identity.errors import IdentityFaults, LastAdmin, UnknownUser
from comptoir_web.identity.mail_jobs import ask_for_link
from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.identity.second_factor import SecondFactorService
from comptoir_web.identity.service import IdentityService
from comptoir_web.identity.users import SORTS, User, UserPage
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.presentation import gettext as _
from comptoir_web.presentation.csv_files import Cell, csv_response
from comptoir_web.presentation.tables import (
    Column,
    Page,
    Sort,
    asked_page,
    same_filters,
    sort_from,
)
from comptoir_web.settings import Settings
from comptoir_web.wiring import services

__all__ = ["blueprint"]

USERS_PER_PAGE = 25
LINES_PER_PAGE = 50
MOST_LINES = 10_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")

blueprint = Blueprint("admin", __name__, url_prefix="/plateforme/admin")
blueprint.before_request(reached_by(Role.ADMIN))


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Administration begins with the accounts."""
    return redirect(url_for("admin.users"), code=303)


@blueprint.get("/utilisateurs")
def users() -> ResponseReturnValue:
    """The accounts; the search, the filters, the sort and the page are in the address."""
    asked = _AskedUsers.from_address()
    found = asked.page(number=asked_page(), per_page=USERS_PER_PAGE)
    return render_template(
        "admin/users.html",
        users=found.users,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        asked=asked,
        csv_url=same_filters("admin.users_csv"),
        role_names=ROLE_NAMES,
        columns=(
            Column("name", _("Name"), sortable=True),
            Column("email", _("E-mail address"), sortable=True),
            Column("phone", _("Phone"), sortable=True),
            Column("role", _("Role"), sortable=True),
            Column("state", _("State")),
            Column("created", _("Created"), sortable=True),
        ),
    )


@blueprint.get("/utilisateurs.csv")
def users_csv() -> ResponseReturnValue:
    """The accounts of the list, every page of them, as a file for a spreadsheet."""
    rows: list[Sequence[Cell]] = [
        (_("Name"), _("E-mail address"), _("Phone"), _("Role"), _("State"), _("Created"))
    ]
    rows += [
        (
            u.name,
            u.email or "",
            u.shown_phone,
            str(ROLE_NAMES[u.role]),
            state_name(u),
            u.created_at.date(),
        )
        for u in _AskedUsers.from_address().page(number=1, per_page=MOST_LINES).users
    ]
    return csv_response(rows, name=_("accounts"))


@blueprint.route("/utilisateurs/nouveau", methods=["GET", "POST"])
def new_user() -> ResponseReturnValue:
    """Create an account; its owner chooses a password by a link sent by mail, or has a phone."""
    form = NewUserForm()
    if not form.is_submitted():
        form.request_id.data = secrets.token_urlsafe(16)
        return render_template("admin/new_user.html", form=form)
    # What is acceptable is decided by the service alone, which tells every fault at once.
    request_id = form.request_id.data or ""
    if not _REQUEST_ID.fullmatch(request_id):
        request_id = secrets.token_urlsafe(16)
    me = visitor()
    try:
        user = (
            services()
            .get(IdentityService)
            .create_user(
                email=form.email.data or None,
                phone=form.phone.data or None,
                name=form.name.data or "",
                role=form.role.data or "",
                actor=me.id,
                request_id=request_id,
            )
        )
    except IdentityFaults as faults:
        show_faults(form, faults)
        return render_template("admin/new_user.html", form=form), 422
    if user.email is not None:
        ask_for_link(services().get(JobQueue), user.id, request_id=request_id, actor=me.id)
    if user.email is None:
        done = _("The account is created. Its owner signs in with a code sent to the phone.")
    elif services().get(Settings).smtp_host:
        done = _("The account is created. A link to choose a password goes out by mail.")
    else:
        done = _("The account is created. Make a link to choose a password, and hand it over.")
    flash(done, "success")
    return _to(user)


@blueprint.get("/utilisateurs/<user_id>")
def user(user_id: str) -> ResponseReturnValue:
    """One account and what can be done with it."""
    found = services().get(IdentityService).user(user_id)
    return _user_page(found)


@blueprint.post("/utilisateurs/<user_id>/role")
def change_role(user_id: str) -> ResponseReturnValue:
    """Give the account another role."""
    identity = services().get(IdentityService)
    form = RoleForm()
    try:
        changed = identity.change_role(user_id, form.role.data or "", actor=visitor().id)
    except LastAdmin:
        flash(_last_admin(), "danger")
    except IdentityFaults as faults:
        show_faults(form, faults)
        return _user_page(identity.user(user_id), form=form), 422
    else:
        flash(_("The role is changed; the account signs in again."), "success")
        return _to(changed)
    return redirect(url_for("admin.user", user_id=user_id), code=303)


@blueprint.post("/utilisateurs/<user_id>/telephone")
def change_phone(user_id: str) -> ResponseReturnValue:
    """Give the account another phone, or take it away."""
    contacts = services().get(ContactService)
    form = PhoneForm()
    try:
        changed = contacts.change_phone(user_id, form.phone.data or "", actor=visitor().id)
    except IdentityFaults as faults:
        show_faults(form, faults)
        return _user_page(services().get(IdentityService).user(user_id), phone_form=form), 422
    flash(_("The phone is changed; the account signs in again."), "success")
    return _to(changed)


@blueprint.post("/utilisateurs/<user_id>/telephone/deblocage")
def unlock_phone(user_id: str) -> ResponseReturnValue:
    """Let the phone of the account receive and try codes again."""
    unlocked = services().get(ContactService).unlock_phone(user_id, actor=visitor().id)
    flash(_("The phone is unlocked."), "success")
    return _to(unlocked)


@blueprint.post("/utilisateurs/<user_id>/desactiver")
def disable(user_id: str) -> ResponseReturnValue:
    """Close the account; it can be opened again."""
    try:
        services().get(IdentityService).disable(user_id, actor=visitor().id)
    except LastAdmin:
        flash(_last_admin(), "danger")
    else:
        flash(_("The account is disabled. What it saved is kept."), "success")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


@blueprint.post("/utilisateurs/<user_id>/activer")
def enable(user_id: str) -> ResponseReturnValue:
    """Open the account again."""
    enabled = services().get(IdentityService).enable(user_id, actor=visitor().id)
    flash(_("The account is enabled."), "success")
    return _to(enabled)


@blueprint.post("/utilisateurs/<user_id>/lien")
def send_link(user_id: str) -> ResponseReturnValue:
    """Mail a link to choose a password; without a mail server, show it to hand over."""
    identity = services().get(IdentityService)
    found = identity.user(user_id)
    me = visitor()
    if found.email is None:
        return _to(found)  # the page offers no link to an account without an address
    if not services().get(Settings).smtp_host:
        return _user_page(found, link=identity.make_link(found.id, actor=me.id))
    queue = services().get(JobQueue)
    ask_for_link(queue, found.id, request_id=secrets.token_urlsafe(16), actor=me.id)
    flash(_("A link to choose a password goes out by mail."), "success")
    return _to(found)


@blueprint.post("/utilisateurs/<user_id>/second-facteur")
def remove_second_factor(user_id: str) -> ResponseReturnValue:
    """Take the second factor away from someone who lost phone and codes."""
    found = services().get(IdentityService).user(user_id)
    services().get(SecondFactorService).remove(found.id, actor=visitor().id, address=peer())
    flash(_("The second factor is removed."), "success")
    return _to(found)


@blueprint.get("/journal")
def audit() -> ResponseReturnValue:
    """Who did what, the newest first; the filters are in the address."""
    identity = services().get(IdentityService)
    about, action = _asked_audit(identity)
    found = identity.audit(
        user_id=about.id if about else None,
        action=action,
        number=asked_page(),
        per_page=LINES_PER_PAGE,
    )
    return render_template(
        "admin/audit.html",
        entries=found.entries,
        names=_accounts_of(identity, found.entries),
        about=about,
        action=action,
        actions={name: action_name(name) for name in ACTION_NAMES},
        action_name=action_name,
        details=details,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        csv_url=same_filters("admin.audit_csv"),
        columns=(
            Column("at", _("When (UTC)")),
            Column("action", _("What")),
            Column("actor", _("By")),
            Column("subject", _("About")),
            Column("address", _("Network address")),
        ),
    )


@blueprint.get("/journal.csv")
def audit_csv() -> ResponseReturnValue:
    """The lines of the log that the filters leave, the newest first, as a file."""
    identity = services().get(IdentityService)
    about, action = _asked_audit(identity)
    entries = identity.audit(
        user_id=about.id if about else None, action=action, per_page=MOST_LINES
    ).entries
    names = _accounts_of(identity, entries)

    def name(user_id: str | None) -> str:
        found = names.get(user_id or "")
        return found.name if found else user_id or ""

    rows: list[Sequence[Cell]] = [
        (_("When (UTC)"), _("What"), _("Details"), _("By"), _("About"), _("Network address"))
    ]
    rows += [
        (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            action_name(entry.action),
            details(entry),
            name(entry.actor_id),
            name(entry.subject_id),
            entry.address or "",
        )
        for entry in entries
    ]
    return csv_response(rows, name=_("audit-log"))


def _user_page(
    found: User,
    *,
    form: RoleForm | None = None,
    phone_form: PhoneForm | None = None,
    link: str = "",
) -> str:
    if form is None:
        form = RoleForm(role=found.role.value)
    if phone_form is None:
        phone_form = PhoneForm(phone=found.shown_phone)
    identity = services().get(IdentityService)
    return render_template(
        "admin/user.html",
        user=found,
        form=form,
        phone_form=phone_form,
        locked=services().get(ContactService).phone_locked_until(found) is not None,
        link=link,
        me=visitor(),
        role_names=ROLE_NAMES,
        by_mail=bool(services().get(Settings).smtp_host),
        entries=identity.audit(user_id=found.id, per_page=5).entries,
        action_name=action_name,
        details=details,
    )


def _to(found: User) -> ResponseReturnValue:
    return redirect(url_for("admin.user", user_id=found.id), code=303)


@frozen(kw_only=True)
class _AskedUsers:
    """What the address asks of the list of accounts."""

    search: str
    role: str
    state: str
    sort: Sort

    @classmethod
    def from_address(cls) -> _AskedUsers:
        return cls(
            search=request.args.get("q", "").strip()[:100],
            role=request.args.get("role", ""),
            state=request.args.get("state", ""),
            sort=sort_from(SORTS, default="name"),
        )

    @property
    def filtered(self) -> bool:
        return bool(self.search or self.role or self.state)

    def page(self, *, number: int, per_page: int) -> UserPage:
        return (
            services()
            .get(IdentityService)
            .users(
                search=self.search,
                role=Role(self.role) if self.role in tuple(Role) else None,
                disabled={"active": False, "disabled": True}.get(self.state),
                sort=self.sort.key,
                descending=self.sort.descending,
                number=number,
                per_page=per_page,
            )
        )


def _asked_audit(identity: IdentityService) -> tuple[User | None, str | None]:
    try:
        about = identity.user(request.args.get("user", ""))
    except UnknownUser:
        about = None
    action = request.args.get("action", "")
    return about, action if action in ACTION_NAMES else None


def _accounts_of(identity: IdentityService, entries: Sequence[AuditEntry]) -> Mapping[str, User]:
    named = {user_id for e in entries for user_id in (e.actor_id, e.subject_id) if user_id}
    return identity.users_by_id(named)


def _last_admin() -> str:
    return _("The last administrator stays: name another one first.")
