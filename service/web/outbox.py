"""The outbox in the browser: every mail that would have left, as a reader would see it.

Registered only with MAIL_TRANSPORT=outbox. The mails hold sign-in and confirmation links, so this is for the one person
who tries the service out on their own machine, and never for a public address.
"""

from flask import Blueprint, Flask, Response, abort
from flask.typing import ResponseReturnValue

from service.mail.outbox import Letter, NoSuchLetter, letter, letters
from service.settings import Transport
from service.web.access import operator
from service.web.frame import render, services

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""Styles as a mail program allows them; no script, nothing from elsewhere, links open in a tab of their own."""

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """Mails hold links that are keys."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("")
@operator
def listing() -> Response:
    """The newest mails, newest first."""
    return render("outbox/list.html", letters=letters(services().settings.outbox))


@blueprint.get("/<name>")
@operator
def read(name: str) -> Response:
    """One mail as it looks, wide and on a phone."""
    return render("outbox/letter.html", letter=_letter(name), tab="html")


@blueprint.get("/<name>/text")
@operator
def read_text(name: str) -> Response:
    """Its plain text."""
    return render("outbox/letter.html", letter=_letter(name), tab="text")


@blueprint.get("/<name>/headers")
@operator
def read_headers(name: str) -> Response:
    """Its headers."""
    return render("outbox/letter.html", letter=_letter(name), tab="headers")


@blueprint.get("/<name>/html")
@operator
def html(name: str) -> ResponseReturnValue:
    """The HTML part by itself, for the frames of `read`; its links open in a new tab, as from a mail program."""
    page = _letter(name).html.replace("<head>", '<head><base target="_blank">', 1)
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": LETTER_POLICY})


def _letter(name: str) -> Letter:
    try:
        return letter(services().settings.outbox, name)
    except NoSuchLetter:
        abort(404)


def register(app: Flask) -> None:
    """Hang the pages on the app, if mail goes into an outbox at all."""
    if app.extensions["storywell"].settings.mail_transport is Transport.OUTBOX:
        app.register_blueprint(blueprint)
