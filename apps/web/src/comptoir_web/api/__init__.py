"""The API: the same capabilities as the pages, as JSON, for programs.

The map:

- `init_api`: registers everything below on the application;
- ``v1``: the endpoints of version 1;
- ``auth``: bearer tokens at the door, and the guard beside each blueprint;
- ``requests``: a request read once into attrs values, with all its faults;
- ``loan_documents``: a loan on the wire, and its bounds;
- ``wealth_documents``: holdings, profiles and plans on the wire;
- ``freight_documents``, ``freight_money_documents``, ``freight_catalogue_documents``: group freight
  on the wire, for merchants;
- ``freight_office_documents``, ``freight_tariff_documents``, ``freight_people_documents``,
  ``freight_figures_documents``: the same for administrators, with costs and margins;
- ``freight_problems``: what is answered when the library of freight refuses;
- ``versions``: the ETag that a change names;
- ``problems``: what is answered when something is wrong (RFC 9457);
- ``openapi``, ``schema``: the document, written from the same classes that read and answer;
- ``viewer``: the document and its viewer as pages.

The engines compute, the stores keep, the services of identity decide: nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_api"]


def init_api(app: Flask) -> None:
    """Register the API of the sections that the settings switch on.

    Its blueprints answer their errors with problem documents. Errors outside any blueprint (an
    unknown address, a method that is not taken) are left to the application, whose error pages
    hand those of ``/api`` to `problems.problem_for`.
    """
    import svcs

    from comptoir_web.api import v1, viewer
    from comptoir_web.api.openapi import OPAQUE_ID, OpaqueIdConverter
    from comptoir_web.settings import Settings

    with svcs.Container(svcs.flask.get_registry(app)) as container:
        sections = container.get(Settings).sections
    app.url_map.converters[OPAQUE_ID] = OpaqueIdConverter
    switched_on = (part for name in sections for part in v1.SECTIONS.get(name, ()))
    for blueprint in (*v1.COMMON, *switched_on, viewer.blueprint):
        app.register_blueprint(blueprint)
