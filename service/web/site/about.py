"""Who we are, what we promise, who pays."""

from flask import Blueprint, Response

from service.mail.message import Address
from service.web.access import public
from service.web.frame import render, services

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@public
def show() -> Response:
    """About the organisation, and its privacy promise."""
    settings = services().settings
    contact = Address.parse(settings.mail_reply_to or settings.mail_from)
    return render("site/about.html", contact=contact.email, postal_address=settings.mail_postal_address)
