"""What every template may use without being handed it."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.routing import IntegerConverter

from service.languages import direction, marks
from service.markdown import first_words, to_html
from service.web.forms import make_form_token
from service.web.frame import now, services


class RowId(IntegerConverter):
    """`<int:…>` in an address: a row id, which has 64 bits at most."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **kwargs})


def register_globals(app: Flask) -> None:
    """Add the globals, filters and converters that templates and routes rely on."""
    app.url_map.converters["int"] = RowId
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        organisation=services_organisation,
        form_token=form_token,
        direction=direction,
        marks=marks,
        now=now,
    )
    app.jinja_env.filters.update(markdown=to_html, first_words=first_words, day=day, moment=moment)


def services_organisation() -> str:
    """The name of the organisation that runs this installation."""
    return services().settings.organisation


def form_token() -> str:
    """The signed age of a public form that is shown now."""
    return make_form_token(services().tokens, now())


def day(value: date | datetime | None) -> str:
    """A date as people say it: 5 May 2026."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """An instant on the clock of `zone`: Tue 5 May 2026, 09:00 (Europe/London)."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M} ({zone})"
