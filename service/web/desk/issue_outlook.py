"""The time machine at the desk: the next six issues as they would be today, and what editors pin for the next one."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.editors.model import Role
from service.issues.errors import BadRecipe, BadRule, NotEligible
from service.issues.model import ItemKind, Newsletter
from service.issues.outlook import Outlook, look_ahead, title_of
from service.issues.pins import can_be_pinned, open_pins, pin, unpin
from service.issues.queries import newsletter_at_desk
from service.web.access import desk
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_issue_outlook", __name__, url_prefix="/desk/newsletters/<int:newsletter_id>")


@blueprint.get("/outlook")
@desk()
def outlook(newsletter_id: int) -> Response:
    """What the next issues would be, and when stories run out."""
    return _page(newsletter_id)


@blueprint.post("/pins")
@desk(Role.EDITOR)
def add_pin(newsletter_id: int) -> ResponseReturnValue:
    """Have something in the next issue, whatever the rule says."""
    kind, _, row = request.form.get("what", "").partition(":")
    try:
        with services().database.unit() as uow:
            pin(uow, newsletter_id, ItemKind(kind), int(row), editor(), now=now())
    except (NotEligible, ValueError):
        return _page(newsletter_id, {"what": "Choose something from the list. It may have been used meanwhile."}, 422)
    flash("Pinned. It comes in the next issue that is composed.")
    return redirect(url_for(".outlook", newsletter_id=newsletter_id), 303)


@blueprint.post("/pins/<int:pin_id>/remove")
@desk(Role.EDITOR)
def remove_pin(newsletter_id: int, pin_id: int) -> ResponseReturnValue:
    """Let the rule decide again."""
    with services().database.unit() as uow:
        unpin(uow, newsletter_id, pin_id, editor(), now=now())
    flash("No longer pinned.")
    return redirect(url_for(".outlook", newsletter_id=newsletter_id), 303)


def _page(newsletter_id: int, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        seen, trouble = _seen(session, paper)
        pins = [(each.id, title_of(session, each.featured)) for each in open_pins(session, paper.id)]
        return render(
            "desk/newsletters/outlook.html", status, paper=paper, outlook=seen, trouble=trouble, pins=pins,
            options=can_be_pinned(session, paper, now()), errors=errors or {},
            may_edit=editor().role in {Role.EDITOR, Role.ADMIN},
        )  # fmt: skip


def _seen(session: Session, paper: Newsletter) -> tuple[Outlook | None, str]:
    try:
        return look_ahead(session, paper, now()), ""
    except (BadRule, BadRecipe) as trouble:
        return None, str(trouble)
