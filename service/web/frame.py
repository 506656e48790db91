"""What every view stands in: the services, the clock, the signed-in editor, and a way to answer with a page."""

from datetime import datetime
from typing import Any, cast

from flask import Response, current_app, g, make_response, render_template

from service.bootstrap import Services
from service.editors.model import Editor


def services() -> Services:
    """The services this app was created with."""
    return cast("Services", current_app.extensions["storywell"])


def now() -> datetime:
    """The clock of the services, aware and in UTC."""
    return services().clock()


def editor() -> Editor:
    """The editor who is signed in; only meaningful in a view declared with `@desk`."""
    return cast("Editor", g.editor)


def render(template: str, status: int = 200, **context: Any) -> Response:
    """A page made of a template, with its status."""
    return make_response(render_template(template, **context), status)
