"""Where the personal links of a test copy lead: to a page that says it was a test, and does nothing."""

from flask import Blueprint, Response

from service.web.access import public
from service.web.frame import render

blueprint = Blueprint("trial", __name__)


@blueprint.route("/unsubscribe/test", methods=["GET", "POST"])
@blueprint.route("/preferences/test", methods=["GET", "POST"])
@public
def test() -> Response:
    """Nobody is unsubscribed here."""
    return render("portal/trial.html")
