"""Containers: what they carry and earn; opened, filled, closed, moved on, cancelled.

What is done to a container carries the version of it that was on the screen: where it changed
since, nothing is done and both are shown.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from comptoir_web.blueprints.planning.actions import version_of
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.tables import Column, Page, asked_page
from logistics_core.errors import LogisticsError, PoolFaults, StaleVersion
from logistics_core.pooling import SEA_ROUTE, Capacity
from shared_kernel import FaultList

from . import words
from .forms import ContainerForm, fresh_key, usable_key
from .reading import say, wanted
from .views import blueprint, category_names, differences, me, office, people, tell, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from comptoir_web.freight.office_values import ContainerDetail
    from logistics_core.storage.containers import PooledContainer
    from shared_kernel import Money

    from .views import Difference

__all__: list[str] = []

PER_PAGE = 20


@blueprint.get("/conteneurs")
def containers() -> ResponseReturnValue:
    """Every container with its fill and what it earns, the newest first; the stage filters."""
    stage = request.args.get("stage", "")
    stage = stage if stage in {one.code for one in SEA_ROUTE.stages} else ""
    found = office().containers(stage=stage or None, number=asked_page(), per_page=PER_PAGE)
    return render_template(
        "freight_admin/containers.html",
        containers=found.containers,
        page=Page(number=found.number, size=found.per_page, total=found.total),
        stage=stage,
        stages=SEA_ROUTE.stages,
        category_names=category_names(),
    )


@blueprint.route("/conteneurs/nouveau", methods=["GET", "POST"])
def new_container() -> ResponseReturnValue:
    """Open a container for bookings."""
    form = ContainerForm()
    if not form.is_submitted():
        form = ContainerForm(formdata=None, **_usual())
        return render_template("freight_admin/new_container.html", form=form)
    form.validate()
    capacity = _capacity(form)
    if capacity is None:
        return render_template("freight_admin/new_container.html", form=form), 422
    try:
        made = office().add_container(
            form.reference.data or "",
            capacity=capacity,
            actor=me(),
            request_id=usable_key(form.request_id.data),
        )
    except PoolFaults as faults:
        say(form, faults.faults)
        return render_template("freight_admin/new_container.html", form=form), 422
    flash(_("The container %(name)s takes bookings.", name=made.reference), "success")
    return _to(made.id)


def _usual() -> dict[str, object]:
    """A forty-foot high cube."""
    usual = Capacity()
    return {
        "billed": Decimal(usual.billed_litres).scaleb(-3),
        "stowable": Decimal(usual.stowable_litres).scaleb(-3),
        "payload": Decimal(usual.payload_grams).scaleb(-3),
        "request_id": fresh_key(),
    }


def _capacity(form: ContainerForm) -> Capacity | None:
    """The capacity typed; None when something is wrong, which the form then says."""
    sizes: dict[str, int] = {}
    for name, field in (
        ("billed_litres", form.billed),
        ("stowable_litres", form.stowable),
        ("payload_grams", form.payload),
    ):
        wanted(field, _("Write a number."))
        if field.data is None:
            continue
        units = field.data.scaleb(3)
        if units == units.to_integral_value() and units > 0:
            sizes[name] = int(units)
        elif not field.errors:
            field.errors = [_("Write a number above 0, with three decimals at most.")]
    if not form.reference.data:
        form.reference.errors = [_("Write what people call it, for example CONT-2026-04.")]
    if form.errors or len(sizes) < 3:
        return None
    found = FaultList()
    capacity: Capacity | None = None
    with found.collect():
        capacity = Capacity(**sizes)
    for fault in found.faults:
        field = form[fault.path.partition("_")[0]]
        field.errors = [fault_sentence(fault)]
    return capacity


@blueprint.get("/conteneurs/<container_id>")
def container(container_id: str) -> ResponseReturnValue:
    """One container: what it carries and earns, what comes next, who is in it."""
    return _page(office().container(container_id))


def _page(detail: ContainerDetail, **more: object) -> str:
    return render_template(
        "freight_admin/container.html",
        detail=detail,
        one=detail.figures.container,
        next_stage=detail.next_stage,
        stages=SEA_ROUTE.stages,
        category_names=category_names(),
        people=people([event.actor for event in detail.history]),
        columns=order_columns(),
        **more,
    )


def order_columns() -> tuple[Column, ...]:
    """The columns of orders inside another page."""
    return (
        Column("number", _("Order")),
        Column("merchant", _("Merchant")),
        Column("category", _("Category")),
        Column("volume", _("Volume"), numeric=True),
        Column("total", _("Total"), numeric=True),
        Column("margin", _("Margin"), numeric=True),
        Column("state", _("State")),
    )


def _seen(one: PooledContainer) -> dict[str, str]:
    """What a person saw of a container when deciding."""
    return {
        _("Stage"): words.standing(one),
        _("Booked"): words.room(one.load.litres),
        _("Weight"): words.kilograms(one.load.grams),
    }


def _version() -> int:
    """The version of the container that was on the screen."""
    return version_of(request.form.get("version"))


def _meanwhile(one: PooledContainer) -> tuple[Difference, ...]:
    """What of a container is not as the page showed whose form was sent."""
    names = {_("Stage"): "saw_stage", _("Booked"): "saw_booked", _("Weight"): "saw_weight"}
    saw = {label: request.form.get(name, "")[:60] for label, name in names.items()}
    return differences(saw, _seen(one))


def _act(
    container_id: str,
    act: Callable[[], object],
    *,
    done: str,
    already: bool = False,
    asked: tuple[str, str] | None = None,
    changed: Callable[[ContainerDetail], str] | None = None,
) -> ResponseReturnValue:
    """Do something to a container as it was seen, once asked; changed since, show both.

    Args:
        container_id: Which.
        act: What is done, to the version that was seen and no other.
        done: What is said then.
        already: Whether it was done before: the same form sent twice.
        asked: The question, and the name of the answer that does it.
        changed: The page that shows what changed; None: that of the container.
    """
    shown = changed or _changed
    detail = office().container(container_id)
    one = detail.figures.container
    if already:
        return _to(one.id)
    if _version() != one.version:
        return shown(detail), 409
    question = asked and unconfirmed(*asked, _page_of(one.id))
    if question:
        return question
    try:
        act()
    except StaleVersion:
        return shown(office().container(container_id)), 409
    except LogisticsError as error:
        tell(error)
    else:
        flash(done, "success")
    return _to(one.id)


def _changed(detail: ContainerDetail) -> str:
    """The page of a container that changed since it was seen, with what did."""
    return _page(detail, meanwhile=_meanwhile(detail.figures.container))


@blueprint.post("/conteneurs/<container_id>/fermer")
def close_container(container_id: str) -> ResponseReturnValue:
    """Close a container that takes bookings: it goes to sea."""
    one = office().container(container_id).figures.container
    return _act(
        container_id,
        lambda: office().close_container(container_id, actor=me(), version=_version()),
        done=_("%(name)s is closed and goes to sea.", name=one.reference),
        already=one.stage != SEA_ROUTE.first.code and one.cancelled_at is None,
        asked=(words.ask_close(one), _("Close it")),
    )


@blueprint.post("/conteneurs/<container_id>/etape")
def advance(container_id: str) -> ResponseReturnValue:
    """Move a container on to its next stage."""
    stage = request.form.get("stage", "")
    if stage not in {each.code for each in SEA_ROUTE.stages}:
        abort(400)
    one = office().container(container_id).figures.container
    return _act(
        container_id,
        lambda: office().advance(container_id, stage, actor=me(), version=_version()),
        done=_("%(name)s moved on.", name=one.reference),
        already=one.stage == stage and one.cancelled_at is None,
        asked=(words.ask_advance(one, stage), _("Move it on")),
    )


@blueprint.route("/conteneurs/<container_id>/annuler", methods=["GET", "POST"])
def cancel_container(container_id: str) -> ResponseReturnValue:
    """Cancel a container, after one question that names every order and what is refunded."""
    detail = office().container(container_id)
    one = detail.figures.container
    if request.method == "GET":
        return _question(detail)
    return _act(
        container_id,
        lambda: office().cancel_container(container_id, actor=me(), version=_version()),
        done=_("%(name)s is cancelled; what was paid is back in the wallets.", name=one.reference),
        already=one.cancelled_at is not None,
        changed=lambda now: _question(now, _meanwhile(now.figures.container)),
    )


def _question(detail: ContainerDetail, meanwhile: tuple[Difference, ...] | None = None) -> str:
    paid = [line for line in detail.orders if line.paid.amount]
    refunds: dict[str, Money] = {}
    for line in paid:
        code = line.paid.currency.code
        refunds[code] = line.paid + refunds[code] if code in refunds else line.paid
    return render_template(
        "freight_admin/cancel_container.html",
        detail=detail,
        one=detail.figures.container,
        paid=paid,
        refunds=list(refunds.values()),
        meanwhile=meanwhile,
    )


@blueprint.post("/conteneurs/<container_id>/remplir")
def fill(container_id: str) -> ResponseReturnValue:
    """Book what the pool fills a container with best."""
    detail = office().container(container_id)
    one, proposal = detail.figures.container, detail.proposal
    return _act(
        container_id,
        lambda: office().fill(
            container_id,
            actor=me(),
            version=_version(),
            proposed=request.form.get("proposed", "").split(),
        ),
        done=_("What was chosen from the pool is booked in %(name)s.", name=one.reference),
        asked=(words.ask_filling(proposal), _("Book them")) if proposal else None,
    )


@blueprint.get("/attente")
def pool() -> ResponseReturnValue:
    """The orders that wait for room, and what would fill each open container best."""
    return render_template(
        "freight_admin/pool.html",
        pool=office().pool(),
        columns=(
            Column("number", _("Order")),
            Column("merchant", _("Merchant")),
            Column("priority", _("Priority"), numeric=True),
            Column("since", _("Waits since")),
            Column("volume", _("Volume"), numeric=True),
            Column("weight", _("Weight"), numeric=True),
            Column("margin", _("Margin"), numeric=True),
        ),
    )


def _page_of(container_id: str) -> str:
    return url_for("freight_admin.container", container_id=container_id)


def _to(container_id: str) -> ResponseReturnValue:
    return redirect(_page_of(container_id), code=303)
