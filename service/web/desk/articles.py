"""Articles at the desk: the list by section, the form, and publishing."""

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.editors.model import Role
from service.editors.trail import note
from service.library.actions import ArticleWords, add_article, publish_article, save_article
from service.library.errors import AddressTaken, BadSlug, NotAWebAddress, ReferenceNotCited, ReferenceNotListed
from service.library.model import Article, Section
from service.library.queries import all_articles, is_overdue, sections
from service.web.access import desk
from service.web.desk.article_form import ArticleForm
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_articles", __name__, url_prefix="/desk/articles")

FORM_ERRORS: dict[type[Exception], tuple[str, str]] = {
    BadSlug: ("slug", "Use small letters a to z, digits and single hyphens, such as blood-tests."),
    AddressTaken: ("slug", "Another article of this section has this address."),
    NotAWebAddress: ("references", "An address of a reference must begin with https:// or http://."),
    ReferenceNotCited: ("references", "Listed, but nothing in the text points at it: {numbers}."),
    ReferenceNotListed: ("body", "The text points at references that are not in the list: {numbers}."),
}
"""What is the case -> the field, and the sentence at it."""


@blueprint.get("")
@desk()
def articles() -> Response:
    """All articles, section by section, with those that are due for review marked."""
    with services().database.read() as session:
        rows = [(article, is_overdue(article, now().date())) for article in all_articles(session)]
        return render("desk/articles.html", rows=rows)


@blueprint.get("/new")
@desk(Role.EDITOR)
def new() -> Response:
    """The empty form."""
    with services().database.read() as session:
        return _new_form(session, ArticleForm.empty())


@blueprint.post("/new")
@desk(Role.EDITOR)
def add() -> ResponseReturnValue:
    """Add an article at the end of its section."""
    form = ArticleForm.read(request.form)
    try:
        if (words := form.words()) is not None:
            return redirect(url_for(".article", article_id=_add(words)), 303)
    except tuple(FORM_ERRORS) as error:
        form.errors |= _explain(error)
    with services().database.read() as session:
        return _new_form(session, form, 422)


@blueprint.get("/<int:article_id>")
@desk()
def article(article_id: int) -> Response:
    """The form of one article, and how it reads."""
    with services().database.read() as session:
        found = _found(session, article_id)
        return render("desk/article.html", article=found, form=ArticleForm.of(found), errors={})


@blueprint.post("/<int:article_id>")
@desk(Role.EDITOR, Role.REVIEWER)
def save(article_id: int) -> ResponseReturnValue:
    """Save the words; a published article shows them at once."""
    form = ArticleForm.read(request.form)
    try:
        if (words := form.words()) is not None:
            with services().database.unit() as uow:
                save_article(uow, _found(uow.session, article_id), words, version=form.version, now=now())
                note(uow, editor(), "saved", f"article:{article_id}", now=now())
            flash("Saved.")
            return redirect(url_for(".article", article_id=article_id), 303)
    except tuple(FORM_ERRORS) as error:
        form.errors |= _explain(error)
    with services().database.read() as session:
        found = _found(session, article_id)
        return render("desk/article.html", 422, article=found, form=form, errors=form.errors)


@blueprint.post("/<int:article_id>/publish")
@desk(Role.EDITOR)
def publish(article_id: int) -> ResponseReturnValue:
    """Put the saved words on the site."""
    try:
        with services().database.unit() as uow:
            publish_article(uow, _found(uow.session, article_id), now=now())
            note(uow, editor(), "published", f"article:{article_id}", now=now())
    except (ReferenceNotCited, ReferenceNotListed) as error:
        with services().database.read() as session:
            found, errors = _found(session, article_id), _explain(error)
            return render("desk/article.html", 422, article=found, form=ArticleForm.of(found), errors=errors)
    flash("Published. Readers see it now.")
    return redirect(url_for(".article", article_id=article_id), 303)


def _add(words: ArticleWords) -> int:
    with services().database.unit() as uow:
        section = uow.session.get(Section, request.form.get("section", 0, type=int)) or abort(404)
        added = add_article(uow, section, words, now=now())
        note(uow, editor(), "added", f"article:{added.id}", now=now())
        return added.id


def _new_form(session: Session, form: ArticleForm, status: int = 200) -> Response:
    choice = request.form.get("section", 0, type=int)
    choices = {"sections": sections(session), "choice": choice}
    return render("desk/article.html", status, article=None, form=form, errors=form.errors, **choices)


def _found(session: Session, article_id: int) -> Article:
    return session.get(Article, article_id) or abort(404)


def _explain(error: Exception) -> dict[str, str]:
    where, sentence = next(said for kind, said in FORM_ERRORS.items() if isinstance(error, kind))
    numbers = ", ".join(f"[{number}]" for number in getattr(error, "numbers", ()))
    return {where: sentence.format(numbers=numbers)}
