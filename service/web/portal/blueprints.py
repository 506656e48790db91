"""Every page of the storyteller's portal, under `/portal`."""

from flask import Blueprint, Flask

from service.web.portal import approval, changes, entry, home, mailed, refusals, story, wishes
from service.web.portal.frame import FORM_FIELD, form_token, has_session


def register(app: Flask) -> None:
    """Hang the portal on the app."""
    portal = Blueprint("portal", __name__, url_prefix="/portal")
    refusals.register(portal)
    for part in (entry, mailed, home, story, changes, approval, wishes):
        portal.register_blueprint(part.blueprint)
    app.jinja_env.globals.update(portal_field=FORM_FIELD, portal_token=_form_token, in_portal=has_session)
    app.register_blueprint(portal)


def _form_token() -> str:
    return form_token().decode()
