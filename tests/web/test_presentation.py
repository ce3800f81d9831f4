"""Tables, forms, figures and the header, as the templates use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from wtforms import Form
from wtforms.fields import BooleanField, FieldList, FormField, StringField

from comptoir_web.identity.roles import Role
from comptoir_web.presentation import install
from comptoir_web.presentation.fields import ChoiceField, DayField, PercentField, sentence
from comptoir_web.presentation.forms import Problem, attributes, form_problems
from comptoir_web.presentation.tables import (
    Column,
    Page,
    Sort,
    address_with,
    page_number,
    sort_from,
)
from shared_kernel import money

SignIn = Callable[..., FlaskClient]


class RowForm(Form):
    """A row of a repeated group."""

    name = StringField("Name")


class SampleForm(Form):
    """A form with one field of each kind."""

    day = DayField("Day")
    rate = PercentField("Rate")
    kind = ChoiceField("Kind", choices=[("a", "The <first>"), ("b", "Second")], default="a")
    agreed = BooleanField("Agreed")
    rows = FieldList(FormField(RowForm), "Row", min_entries=2)


def rendered(app: Flask, template: str, **values: object) -> str:
    """A template as a page of the application writes it."""
    with app.test_request_context("/liste?filter=x&page=2&sort=-name"):
        return render_template_string(template, **values)


def test_figures_are_written_for_the_reader(app: Flask) -> None:
    """Amounts, rates, days and moments, in French."""
    text = rendered(
        app,
        "{{ a | money }}|{{ r | percent }}|{{ d | day }}|{{ d | day_short }}|{{ n | number }}|"
        "{{ m | moment }}",
        a=money("-36380.59", "EUR"),
        r=Decimal("0.0335"),
        d=date(2025, 12, 9),
        n=Decimal("1234.5"),
        m=datetime(2025, 12, 9, 14, 5, tzinfo=UTC),
    )
    assert text.split("|") == [
        "-36\u202f380,59\u00a0€",
        "3,35\u00a0%",
        "9 décembre 2025",
        "09/12/2025",
        "1\u202f234,5",
        "9 décembre 2025 à 14:05 UTC",
    ]


def test_a_page_of_a_list_knows_its_place() -> None:
    """The last page is shorter, an empty list has one page."""
    assert (Page(3, 20, 45).first, Page(3, 20, 45).last) == (41, 45)
    empty = Page(1, 20, 0)
    assert (empty.pages, empty.first, empty.last) == (1, 0, 0)


@pytest.mark.parametrize(("asked", "given"), [("2", 2), ("99", 3), ("0", 1), ("-1", 1), ("x", 1)])
def test_the_page_asked_is_brought_among_those_there_are(
    app: Flask, asked: str, given: int
) -> None:
    """An address never leads to a page that is not there."""
    with app.test_request_context(f"/?page={asked}"):
        assert page_number(45, size=20) == given


@pytest.mark.parametrize(
    ("asked", "sort"),
    [
        ("name", Sort("name")),
        ("-name", Sort("name", True)),
        ("x", Sort("day", True)),
        ("", Sort("day", True)),
    ],
)
def test_a_list_is_sorted_only_by_what_it_offers(app: Flask, asked: str, sort: Sort) -> None:
    """Another key gives the default, so that no address reaches a column of the database."""
    with app.test_request_context(f"/?sort={asked}"):
        assert sort_from({"name", "day"}, default="-day") == sort


def test_an_address_changes_one_argument_and_keeps_the_rest(app: Flask) -> None:
    """None takes an argument away; nothing else moves, repeated ones neither."""
    with app.test_request_context("/liste?a=1&a=2&page=3"):
        assert address_with(page=4) == "/liste?a=1&a=2&page=4"
        assert address_with(page=None, a=None) == "/liste"


def test_a_table_says_how_it_is_sorted_and_becomes_cards(app: Flask) -> None:
    """Headers sort and turn; each cell carries its column's label for a phone."""
    page = rendered(
        app,
        '{% from "_tables.html" import data_table, cell, pagination %}'
        '{% call(row) data_table(columns, rows, caption="All", sort=sort) %}'
        "{{ cell(columns[0], row[0]) }}{{ cell(columns[1], row[1]) }}{% endcall %}"
        "{{ pagination(page) }}",
        columns=(Column("name", "Name", sortable=True), Column("sum", "Sum", numeric=True)),
        rows=[("<b>", "1,00")],
        sort=Sort("name", descending=True),
        page=Page(2, 1, 3),
    )
    assert 'aria-sort="descending"' in page
    assert 'href="/liste?filter=x&amp;sort=name"' in page
    assert '<td data-label="Name">&lt;b&gt;</td>' in page
    assert '<td data-label="Sum" class="number">1,00</td>' in page
    assert "2 à 2 sur 3" in page
    assert 'rel="next" href="/liste?filter=x&amp;sort=-name&amp;page=3"' in page


def test_the_problems_of_a_form_name_their_fields(app: Flask) -> None:
    """Nested rows too, each with the name of its group and its number."""
    with app.test_request_context("/"):
        form = SampleForm()
        form.validate()
        form.day.errors = ["Wrong day."]
        form.rows.entries[1].form.name.errors = ["Too short."]
        form.form_errors.append("Nothing fits.")
        assert form_problems(form) == (
            Problem("Nothing fits."),
            Problem("Wrong day.", "day", "Day"),
            Problem("Too short.", "rows-1-name", "Row 2, Name"),
        )


def test_a_field_is_described_by_its_help_and_its_message(app: Flask) -> None:
    """Screen readers hear both; the unit is inside the field."""
    with app.test_request_context("/"):
        form = SampleForm()
        form.rate.errors = ["Wrong <rate>."]
        page = render_template_string(
            '{% from "_forms.html" import field %}'
            '{{ field(form.rate, unit="%", help="In percent", placeholder="3,35") }}'
            "{{ field(form.kind) }}{{ field(form.agreed) }}",
            form=form,
        )
    assert 'aria-describedby="rate-help rate-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'placeholder="3,35"' in page
    assert "Wrong &lt;rate&gt;." in page
    assert '<option selected value="a">The &lt;first&gt;</option>' in page
    assert 'class="form-check-input"' in page


def test_a_choice_out_of_the_list_is_refused(app: Flask) -> None:
    """What is not proposed can't be chosen by a forged address."""
    from werkzeug.datastructures import MultiDict

    with app.test_request_context("/"):
        form = SampleForm(MultiDict({"kind": "c"}))
        assert not form.validate()
        assert form.kind.errors == ["Choisissez une réponse de la liste."]


def test_later_attributes_win_and_none_leaves_one_out() -> None:
    """What a macro's caller says replaces what the macro says."""
    assert attributes({"a": 1, "b": 2}, {"b": None, "c": 3}) == {"a": 1, "c": 3}


def test_a_message_becomes_a_sentence() -> None:
    """A capital, a full stop unless it has its own end, and dates day first."""
    assert sentence("the year 2025-01-02 is over") == "The year 02/01/2025 is over."
    assert sentence("sure?") == "Sure?"


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        (Role.CLIENT, "Prêts", "Utilisateurs"),
        (Role.ADMIN, "Utilisateurs", "Produits"),
        (Role.MERCHANT, "Mon compte", "Prêts"),
    ],
)
def test_the_header_shows_what_the_role_reaches(
    signed_in_client: SignIn, role: Role, seen: str, hidden: str
) -> None:
    """No closed door is shown."""
    page = signed_in_client(role).get("/plateforme/compte", follow_redirects=True).text
    header = page.partition("</header>")[0]
    assert seen in header
    assert hidden not in header


def test_a_language_without_texts_cannot_be_the_default() -> None:
    """The installation's own language is one of those that have texts."""
    with pytest.raises(ValueError, match="fr, en"):
        install(Flask("other"), default_language="de")
