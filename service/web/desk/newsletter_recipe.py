"""The recipe of a newsletter at the desk: what its issues are composed from, without a word of JSON."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.editors.model import Role
from service.issues.errors import BadRecipe, BadRule, ChangedMeanwhile
from service.issues.model import Newsletter
from service.issues.newsletters import change_recipe
from service.issues.outlook import Outlook, look_ahead
from service.issues.queries import newsletter_at_desk
from service.issues.recipe import Order, Source, read_recipe
from service.web.access import desk
from service.web.desk.newsletter_recipe_form import (
    FIELDS,
    MONTHS,
    WHENS,
    RecipeForm,
    recipe_form_of,
    typed_recipe,
)
from service.web.frame import editor, now, render, services

ISSUES_SHOWN = 3
SOURCES = {
    Source.EDITOR_NOTE: "A few words from us",
    Source.STORIES: "Stories",
    Source.ARTICLES: "Articles of ours",
    Source.AWARENESS_DAYS: "Dates ahead",
    Source.NETWORK: "Help from the network",
    Source.RESOURCES: "Articles of others",
    Source.PROMPT_OF_MONTH: "A question to readers",
    Source.WORDS: "The same words every time",
}
ORDERS = {Order.LONGEST_WAITING: "Who waits longest, with a fair mix", Order.LATEST: "The newest"}
FORMATS = {
    "": "Any", "text": "Told in one's own words", "interview": "Interviews", "postcard": "Postcards",
    "memoriam": "In memory of somebody", "video": "Videos",
}  # fmt: skip

blueprint = Blueprint("desk_newsletter_recipe", __name__, url_prefix="/desk/newsletters/<int:newsletter_id>/recipe")


@blueprint.get("")
@desk(Role.EDITOR)
def recipe(newsletter_id: int) -> Response:
    """The recipe as it is kept."""
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        try:
            form = recipe_form_of(read_recipe(paper.recipe), paper.version)
        except BadRecipe as error:
            form = RecipeForm([], [], "", paper.version, {"add": f"The recipe as it is kept cannot be read. {error}"})
        return _page(paper, form)


@blueprint.post("")
@desk(Role.EDITOR)
def change(newsletter_id: int) -> ResponseReturnValue:
    """Do what the button says: add, move or take out a row, look ahead, or save. Only saving changes anything."""
    form = typed_recipe(request.form, request.form.get("version", 0, type=int))
    if what := request.form.get("do", ""):
        return _shown(newsletter_id, form, form.press(what, request.form.get("add", "")))
    document = form.read()
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        if document is None:
            return _page(paper, form, status=422)
        if "show" in request.form:
            session.expunge(paper)  # as it would be: nothing of this is kept
            paper.recipe = document
            return _page(paper, form, ahead=_ahead(session, paper))
    try:
        with services().database.unit() as uow:
            change_recipe(uow, newsletter_id, document, editor(), version=form.version, now=now())
    except ChangedMeanwhile:
        return _conflict(newsletter_id, form)
    flash("Saved. Drafts that exist already keep what is in them.")
    return redirect(url_for(".recipe", newsletter_id=newsletter_id), 303)


def _shown(newsletter_id: int, form: RecipeForm, at: str) -> Response:
    with services().database.read() as session:
        status = 422 if form.errors else 200
        return _page(newsletter_at_desk(session, newsletter_id), form, at=at, status=status)


def _conflict(newsletter_id: int, form: RecipeForm) -> Response:
    """A colleague was faster: what was typed stays, and saving again replaces what the colleague saved."""
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        form.version = paper.version
        return _page(paper, form, status=409)


def _ahead(session: Session, paper: Newsletter) -> tuple[Outlook | None, str]:
    try:
        return look_ahead(session, paper, now(), count=ISSUES_SHOWN), ""
    except (BadRule, BadRecipe) as trouble:
        return None, str(trouble)


def _page(
    paper: Newsletter,
    form: RecipeForm,
    *,
    at: str = "",
    ahead: tuple[Outlook | None, str] = (None, ""),
    status: int = 200,
) -> Response:
    return render(
        "desk/newsletters/recipe.html", status, paper=paper, form=form, errors=form.errors, at=at, outlook=ahead[0],
        trouble=ahead[1], conflict=status == 409, fields=FIELDS, sources=SOURCES, orders=ORDERS, formats=FORMATS,
        months=MONTHS, whens=WHENS,
    )  # fmt: skip
