"""What `_forms.html` needs: every problem of a form, with the field it belongs to.

A typed field keeps what was typed. Where it can't be read, the message stands beside it and the
text stays as it was; where it can, the value is shown again as the reader's language writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs
from wtforms.fields import FieldList, FormField

from .languages import language

if TYPE_CHECKING:
    from flask import Flask
    from markupsafe import Markup
    from wtforms import Form
    from wtforms.fields.core import Field

__all__ = ["Problem", "attributes", "form_problems", "install_forms", "written_once"]


@attrs.frozen
class Problem:
    """One thing that is wrong: its sentence, and the field to go to."""

    message: str
    field_id: str | None = None
    label: str = ""


def form_problems(form: Form) -> tuple[Problem, ...]:
    """Every problem of a form, in the order of its fields; those of the whole form come first."""
    whole = tuple(Problem(str(message)) for message in getattr(form, "form_errors", ()))
    return whole + tuple(_problems(form))


def _problems(fields: Iterable[Field], above: str = "") -> Iterator[Problem]:
    for field in fields:
        label = f"{above}{field.label.text}"
        if isinstance(field, FieldList):
            for number, entry in enumerate(field.entries, start=1):
                # A field of a repeated row is named with its group: "Insurance 2, annual rate".
                yield from _problems([entry], f"{label} {number}, ")
            yield from (Problem(message, field.id, label) for message in _own(field))
        elif isinstance(field, FormField):
            yield from _problems(field.form, above)
        else:
            for message in field.errors:
                yield Problem(str(message), field.id, label)


def _own(field: FieldList[Field]) -> list[str]:
    # A list of fields mixes its own messages with those of its entries, which are lists or
    # mappings.
    return [error for error in field.errors if isinstance(error, str)]


def attributes(*groups: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a field: later groups win, None leaves one out."""
    merged: dict[str, object] = {}
    for group in groups:
        merged.update(group)
    return {name: value for name, value in merged.items() if value is not None}


_NOTICE_ICONS = {
    "success": "check-circle",
    "warning": "exclamation-circle",
    "danger": "exclamation-triangle",
    "info": "info-circle",
}


def notice_icon(tone: str) -> str:
    """The icon beside a notice of that tone."""
    return _NOTICE_ICONS.get(tone, "info-circle")


_WRITTEN: dict[tuple[str, ...], Markup] = {}
_MOST_WRITTEN = 256


def written_once(*key: str, caller: Callable[[], Markup]) -> Markup:
    """A part of a page that depends on its key and the language alone: written the first time.

    `{% call written_once("row", currency) %}...{% endcall %}` in a template. Past a few hundred
    different parts nothing more is kept, so that an address can't fill the memory.
    """
    full = (language(), *key)
    text = _WRITTEN.get(full)
    if text is None:
        text = caller()
        if len(_WRITTEN) < _MOST_WRITTEN:
            _WRITTEN[full] = text
    return text


def install_forms(app: Flask) -> None:
    """Give every template what `_forms.html` needs."""
    app.jinja_env.globals.update(
        attributes=attributes,
        form_problems=form_problems,
        notice_icon=notice_icon,
        written_once=written_once,
    )
