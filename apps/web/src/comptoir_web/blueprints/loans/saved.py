"""The loans one saved: list, save, open, rename, change, remove and bring back.

A change carries the version it was made from: one that another change overtook is refused, and
both are shown.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.fields import StringField

from comptoir_web.identity.access import visitor
from comptoir_web.presentation.fields import fault_sentence
from comptoir_web.presentation.formats import day, day_short, money, percent
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import lazy_gettext
from comptoir_web.presentation.navigation import page_url
from comptoir_web.presentation.tables import Page, page_number
from comptoir_web.wiring import Clock, services
from shared_kernel import Faults, from_minor, to_minor
from shared_kernel.engine import reading, transaction
from wealth_core.errors import SavedLoanMissing, StaleVersion
from wealth_core.storage import LoanStore

from .address import address_of
from .answer import answer_to
from .question import LoanQuestion
from .terms import details_of, summary_of, terms_of
from .views import (
    answered,
    blueprint,
    csv_response,
    form_from,
    pdf_response,
    shown_table,
    today,
    with_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from flask import Response
    from flask.typing import ResponseReturnValue

    from wealth_core.loans import LoanPlan
    from wealth_core.storage import SavedLoan

    from .answer import Answer
    from .forms import LoanForm

__all__ = ["edited_loan"]

PAGE_SIZE = 12
_LONGEST_REQUEST_ID = 64


class LabelForm(Form):
    """What a loan is called."""

    label = StringField(lazy_gettext("Name of the loan"), render_kw={"maxlength": 120})


@attrs.frozen(kw_only=True)
class Card:
    """A saved loan in the list, written."""

    id: str
    label: str
    balance: str
    owed_of: str
    repaid: str
    repaid_per_mille: int
    next: str
    end: str


@contextmanager
def _store(*, writing: bool = False) -> Iterator[LoanStore]:
    engine = services().get(Engine)
    with transaction(engine) if writing else reading(engine) as connection:
        yield LoanStore(connection)


def _now() -> datetime:
    clock: Clock = services().get(Clock)
    return clock()


def _saved(loan_id: str) -> SavedLoan:
    """One of the visitor's loans; somebody else's does not exist here."""
    try:
        with _store() as store:
            return store.get(visitor().id, loan_id)
    except SavedLoanMissing:
        abort(404)


def edited_loan(given: MultiDict[str, str]) -> tuple[SavedLoan | None, str]:
    """The saved loan that the calculator's address changes, and the version it was opened at."""
    loan_id = given.get("saved")
    return (_saved(loan_id), given.get("version", "")) if loan_id else (None, "")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The loans one saved, what is owed on them today, and what comes next."""
    owner = visitor().id
    with _store() as store:
        total = store.count(owner)
        page = Page(number=page_number(total, size=PAGE_SIZE), size=PAGE_SIZE, total=total)
        loans = store.list(owner, limit=PAGE_SIZE, offset=page.offset)
    on = today()
    answers = [(saved, _answer_today(saved.plan, on)) for saved in loans]
    removed = request.args.get("removed")
    return render_template(
        "loans/index.html",
        page=page,
        cards=[_card(saved, answer) for saved, answer in answers],
        total_owed=_total_owed([answer for _saved, answer in answers]) if page.pages == 1 else "",
        total_sentence=_("are owed on %(day)s over all your loans.", day=day(on)),
        removed=removed,
        request_id=secrets.token_urlsafe(16),
        export_url=page_url("jobs.export_loans"),
    )


def _answer_today(plan: LoanPlan, on: date) -> Answer:
    # Before the money is lent nothing is paid yet: the day it is lent says the same.
    return answer_to(LoanQuestion.of(plan, max(on, plan.loan.start)))


def _card(saved: SavedLoan, answer: Answer) -> Card:
    loan, table = saved.loan, answer.schedule
    repaid = to_minor(loan.principal) - to_minor(answer.balance)
    per_mille = max(0, 1000 * repaid // to_minor(loan.principal))
    if answer.paid < len(table):
        row = table[answer.paid]
        next_one = _("%(amount)s on %(day)s", amount=money(row.total), day=day_short(row.due))
    else:
        next_one = _("none: it is repaid")
    return Card(
        id=saved.id,
        label=saved.label,
        balance=money(answer.balance),
        owed_of=_("owed of %(amount)s", amount=money(loan.principal)),
        repaid=percent(Decimal(per_mille).scaleb(-3), 1),
        repaid_per_mille=per_mille,
        next=next_one,
        end=day(table.last_due),
    )


def _total_owed(answers: list[Answer]) -> str:
    """What is owed over several loans, one amount a currency: nothing is converted."""
    totals: dict[str, int] = {}
    for answer in answers:
        code = answer.balance.currency.code
        totals[code] = totals.get(code, 0) + to_minor(answer.balance)
    amounts = [money(from_minor(minor, code)) for code, minor in totals.items()]
    if len(answers) < 2:
        return ""
    if len(amounts) == 1:
        return amounts[0]
    return _("%(some)s and %(last)s", some=", ".join(amounts[:-1]), last=amounts[-1])


@blueprint.route("/enregistrer", methods=["GET", "POST"])
def save() -> ResponseReturnValue:
    """Give the loan of the calculator a name and keep it; a form sent twice keeps one."""
    posted = request.method == "POST"
    given = request.form if posted else request.args
    answer = answered(form_from(given))
    if answer is None:
        # The calculator says what is wrong, with all that was typed.
        return redirect(with_arguments(url_for("loans.calculator"), _terms_in(given)), code=303)
    question = answer.question
    form = LabelForm(formdata=request.form if posted else None)
    request_id = request.form.get("request_id", "")[:_LONGEST_REQUEST_ID]
    if posted:
        try:
            with _store(writing=True) as store:
                saved = store.add(
                    visitor().id,
                    form.label.data or "",
                    question.plan,
                    at=_now(),
                    request_id=request_id or None,
                )
        except Faults as error:
            _beside_label(form, error)
        else:
            flash(_("“%(name)s” is saved.", name=saved.label), "success")
            return redirect(_page_of(saved, question), code=303)
    terms = address_of(question)
    page = render_template(
        "loans/save.html",
        form=form,
        terms=tuple(terms.items()),
        summary=summary_of(question.loan),
        details=details_of(question.plan),
        back_url=with_arguments(url_for("loans.calculator"), terms),
        request_id=request_id or secrets.token_urlsafe(16),
    )
    return page, 422 if posted else 200


@blueprint.get("/<loan_id>")
def show(loan_id: str) -> ResponseReturnValue:
    """A saved loan: what is owed on a day, its chart, its table, its terms."""
    saved = _saved(loan_id)
    form, answer = _asked(saved)
    table = shown_table(answer)
    question = answer.question
    edited = {**address_of(question), "saved": saved.id, "version": str(saved.version)}
    day_asked = {"on": question.on.isoformat()}
    csv = url_for("loans.saved_csv", loan_id=saved.id)
    return render_template(
        "loans/loan.html",
        saved=saved,
        form=form,
        answer=answer,
        table=table,
        terms=terms_of(saved.plan),
        edit_url=with_arguments(url_for("loans.calculator"), edited),
        csv_url=with_arguments(csv, {**day_asked, "year": str(table.year)}),
        csv_all_url=with_arguments(csv, day_asked),
        pdf_url=with_arguments(url_for("loans.saved_pdf", loan_id=saved.id), day_asked),
    )


@blueprint.get("/<loan_id>/tableau.csv")
def saved_csv(loan_id: str) -> Response:
    """The table of a saved loan, as CSV."""
    saved = _saved(loan_id)
    return csv_response(_asked(saved)[1], name=saved.label)


@blueprint.get("/<loan_id>/tableau.pdf")
def saved_pdf(loan_id: str) -> Response:
    """The table of a saved loan, as PDF."""
    saved = _saved(loan_id)
    return pdf_response(_asked(saved)[1], title=saved.label, name=saved.label)


@blueprint.route("/<loan_id>/nom", methods=["GET", "POST"])
def rename(loan_id: str) -> ResponseReturnValue:
    """Give a saved loan another name."""
    saved = _saved(loan_id)
    posted = request.method == "POST"
    form = LabelForm(formdata=request.form if posted else None, data={"label": saved.label})
    version = request.form.get("version", "") if posted else str(saved.version)
    if posted:
        try:
            with _store(writing=True) as store:
                store.rename(
                    visitor().id,
                    loan_id,
                    form.label.data or "",
                    version=_number(version),
                    at=_now(),
                )
        except Faults as error:
            _beside_label(form, error)
        except StaleVersion:
            # The name typed stays in the field; sending it again is a choice made knowingly.
            form.label.errors = [
                _(
                    "This loan was changed meanwhile and is now called “%(name)s”: "
                    "send again to rename it.",
                    name=saved.label,
                )
            ]
            version = str(saved.version)
        else:
            return redirect(url_for("loans.show", loan_id=loan_id), code=303)
    page = render_template("loans/rename.html", saved=saved, form=form, version=version)
    return page, 422 if posted else 200


@blueprint.post("/<loan_id>")
def change(loan_id: str) -> ResponseReturnValue:
    """Give a saved loan the terms of the calculator, unless it was changed meanwhile."""
    saved = _saved(loan_id)
    answer = answered(form_from(request.form))
    version = request.form.get("version", "")
    if answer is None:
        arguments = {**_terms_in(request.form), "saved": saved.id, "version": version}
        return redirect(with_arguments(url_for("loans.calculator"), arguments), code=303)
    question = answer.question
    try:
        with _store(writing=True) as store:
            saved = store.replace(
                visitor().id, loan_id, question.plan, version=_number(version), at=_now()
            )
    except StaleVersion:
        saved = _saved(loan_id)
        terms = address_of(question)
        edited = {**terms, "saved": saved.id, "version": str(saved.version)}
        page = render_template(
            "loans/conflict.html",
            saved=saved,
            yours=summary_of(question.loan),
            your_details=details_of(question.plan),
            theirs=summary_of(saved.loan),
            their_details=details_of(saved.plan),
            terms=tuple(terms.items()),
            edit_url=with_arguments(url_for("loans.calculator"), edited),
        )
        return page, 409
    flash(_("The changes are saved."), "success")
    return redirect(_page_of(saved, question), code=303)


@blueprint.post("/<loan_id>/retirer")
def remove(loan_id: str) -> ResponseReturnValue:
    """Take a loan out of the list; the next page offers to bring it back."""
    try:
        with _store(writing=True) as store:
            store.remove(visitor().id, loan_id, at=_now())
    except SavedLoanMissing:
        abort(404)
    return redirect(url_for("loans.index", removed=loan_id), code=303)


@blueprint.post("/<loan_id>/remettre")
def restore(loan_id: str) -> ResponseReturnValue:
    """Bring a removed loan back."""
    try:
        with _store(writing=True) as store:
            saved = store.restore(visitor().id, loan_id, at=_now())
    except SavedLoanMissing:
        abort(404)
    flash(_("“%(name)s” is back.", name=saved.label), "success")
    return redirect(url_for("loans.index"), code=303)


def _asked(saved: SavedLoan) -> tuple[LoanForm, Answer]:
    """What the address asks of a saved loan: the day.

    Where that can't be answered the form says why, and the answer is that of today.
    """
    default = LoanQuestion.of(saved.plan, max(today(), saved.loan.start))
    terms = MultiDict(address_of(default))
    if "on" in request.args:
        terms["on"] = request.args["on"]
    form = form_from(terms)
    return form, answered(form) or answer_to(default)


def _page_of(saved: SavedLoan, question: LoanQuestion) -> str:
    """The page of a loan just saved, on the day that was asked: the one thing that is not kept."""
    arguments = {"on": question.on.isoformat()}
    return with_arguments(url_for("loans.show", loan_id=saved.id), arguments)


def _terms_in(given: MultiDict[str, str]) -> dict[str, str]:
    """What was typed, without what only the form needs."""
    private = {"csrf_token", "request_id", "label"}
    return {name: value for name, value in given.items() if name not in private}


def _number(text: str) -> int:
    """A version as a form carries it; one that is none matches nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _beside_label(form: LabelForm, error: Faults) -> None:
    form.label.errors = [fault_sentence(fault) for fault in error.faults]
