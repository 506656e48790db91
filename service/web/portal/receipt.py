"""The receipt of a story that its teller took back, behind the link in the mail about it."""

from flask import Blueprint, Response

from service.stories.receipts import SEARCH_ENGINES, receipt_of
from service.tokens import Purpose
from service.web.access import signed_link
from service.web.frame import render, services

blueprint = Blueprint("receipt", __name__, url_prefix="/portal/receipt")


@blueprint.get("/<token>")
@signed_link
def show(token: str) -> Response:
    """Each place with the time it was clean, and what nobody can undo; not a word of the story."""
    story_id = services().tokens.open(Purpose.RECEIPT, token)
    with services().database.read() as session:
        receipt = receipt_of(session, story_id)
    return render("portal/receipt.html", receipt=receipt, engines=SEARCH_ENGINES)
