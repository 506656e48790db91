"""What every template may use without being handed it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from service.languages import direction
from service.markdown import first_words, to_html
from service.web.forms import make_form_token
from service.web.frame import now, services


def register_globals(app: Flask) -> None:
    """Add the globals and filters that docs and templates rely on."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        organisation=services_organisation,
        form_token=form_token,
        direction=direction,
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
