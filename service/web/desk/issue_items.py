"""Editing an issue at the desk. What was typed is never lost: not on an error, and not when a colleague was faster."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.editors.model import Editor, Role
from service.issues import editing
from service.issues.editing import Direction, item_of
from service.issues.errors import ChangedMeanwhile
from service.issues.model import Issue, Item
from service.issues.queries import issue_at_desk
from service.issues.revisions import since
from service.stories.wording import tidy_text
from service.web.access import desk
from service.web.desk.issues import back_to, seen_version
from service.web.forms import one_line
from service.web.frame import editor, now, render, services

LONGEST_SUBJECT = 150
LONGEST_PREHEADER = 150
LONGEST_HEADING = 100
LONGEST_WORDS = 10_000

blueprint = Blueprint("desk_issue_items", __name__, url_prefix="/desk/issues/<int:issue_id>")


@dataclass
class Typed:
    """What stands in a form of the issue: one line, more words, the version it began from, and what is wrong."""

    line: str
    words: str
    version: int
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.errorhandler(ChangedMeanwhile)
def changed_meanwhile(_error: ChangedMeanwhile) -> Response:
    """A button was pressed on an old page: nothing was done, and this is what colleagues did in between."""
    issue_id = (request.view_args or {})["issue_id"]
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        changes = [
            (each, session.get(Editor, each.editor_id) if each.editor_id else None)
            for each in since(session, issue_id, seen_version())
        ]
        return render("desk/issues/changed.html", 409, issue=found, changes=changes)


@blueprint.get("/subject")
@desk(Role.EDITOR)
def subject(issue_id: int) -> Response:
    """The form for the subject and the line that mailboxes show beside it."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        return render("desk/issues/subject.html", issue=found, form=_subject_of(found), theirs=None, errors={})


@blueprint.post("/subject")
@desk(Role.EDITOR)
def save_subject(issue_id: int) -> ResponseReturnValue:
    """Save them, or show the form again with what was typed."""
    form = Typed(_line("subject", LONGEST_SUBJECT), _line("preheader", LONGEST_PREHEADER), seen_version())
    if not form.line:
        form.errors["subject"] = "Write a subject."
        return _subject_again(issue_id, form, 422)
    try:
        with services().database.unit() as uow:
            found = editing.set_subject(
                uow, issue_id, form.line, form.words,
                version=form.version, by=editor(), autosaved=_by_itself(), now=now(),
            )  # fmt: skip
    except ChangedMeanwhile:
        return _subject_again(issue_id, form, 409)
    return _saved(found, form, anchor="envelope")


@blueprint.get("/items/<int:item_id>")
@desk(Role.EDITOR)
def words(issue_id: int, item_id: int) -> Response:
    """The form for an item's heading and the words of the editors in it."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        item = item_of(found, item_id)
        form = Typed(item.heading, item.words, found.version)
        return render("desk/issues/words.html", issue=found, item=item, form=form, theirs=None, errors={})


@blueprint.post("/items/<int:item_id>")
@desk(Role.EDITOR)
def save_words(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Save them, or show the form again with what was typed."""
    form = Typed(_line("heading", LONGEST_HEADING), tidy_text(request.form.get("words", "")), seen_version())
    if len(form.words) > LONGEST_WORDS:
        form.errors["words"] = f"Use at most {LONGEST_WORDS:,} characters. You have {len(form.words):,}."
        return _words_again(issue_id, item_id, form, 422)
    try:
        with services().database.unit() as uow:
            found = editing.set_words(
                uow, issue_id, item_id, form.line, form.words,
                version=form.version, by=editor(), autosaved=_by_itself(), now=now(),
            )  # fmt: skip
    except ChangedMeanwhile:
        return _words_again(issue_id, item_id, form, 409)
    return _saved(found, form, anchor=f"item-{item_id}")


@blueprint.post("/items/<int:item_id>/move")
@desk(Role.EDITOR)
def move(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Move an item up, down, to the top, or to a place."""
    with services().database.unit() as uow:
        found = editing.move_item(uow, issue_id, item_id, _where_to(), version=seen_version(), by=editor(), now=now())
        place = item_of(found, item_id).position
    return back_to(issue_id, f"Moved. It is number {place} of {len(found.items)} now.", anchor=f"item-{item_id}")


@blueprint.post("/items/<int:item_id>/remove")
@desk(Role.EDITOR)
def remove(issue_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item out."""
    with services().database.unit() as uow:
        editing.remove_item(uow, issue_id, item_id, version=seen_version(), by=editor(), now=now())
    return back_to(issue_id, "Taken out. It may be in a later issue.", anchor="items")


@blueprint.post("/items/add-story")
@desk(Role.EDITOR)
def add_story(issue_id: int) -> ResponseReturnValue:
    """Put a waiting story at the end."""
    with services().database.unit() as uow:
        story = request.form.get("story", 0, type=int)
        item = editing.add_story(uow, issue_id, story, version=seen_version(), by=editor(), now=now())
    return back_to(issue_id, "Added at the end.", anchor=f"item-{item.id}")


@blueprint.post("/items/add-article")
@desk(Role.EDITOR)
def add_article(issue_id: int) -> ResponseReturnValue:
    """Put an article at the end."""
    with services().database.unit() as uow:
        article = request.form.get("article", 0, type=int)
        item = editing.add_article(uow, issue_id, article, version=seen_version(), by=editor(), now=now())
    return back_to(issue_id, "Added at the end.", anchor=f"item-{item.id}")


@blueprint.post("/items/add-resource")
@desk(Role.EDITOR)
def add_resource(issue_id: int) -> ResponseReturnValue:
    """Put an accepted article of somebody else at the end."""
    with services().database.unit() as uow:
        resource = request.form.get("resource", 0, type=int)
        item = editing.add_resource(uow, issue_id, resource, version=seen_version(), by=editor(), now=now())
    return back_to(issue_id, "Added at the end.", anchor=f"item-{item.id}")


@blueprint.post("/items/add-words")
@desk(Role.EDITOR)
def add_words(issue_id: int) -> ResponseReturnValue:
    """Put an item for words of one's own at the end, and go on to its form."""
    with services().database.unit() as uow:
        item = editing.add_words(uow, issue_id, "", "", version=seen_version(), by=editor(), now=now())
    return redirect(url_for(".words", issue_id=issue_id, item_id=item.id), 303)


def _where_to() -> Direction | int:
    """Up, down, the top, or a place from 1; down where the form says none of them."""
    to = request.form.get("to", "")
    return Direction(to) if to in set(Direction) else request.form.get("place", 0, type=int) or Direction.DOWN


def _by_itself() -> bool:
    """Whether the page's script sent the form while somebody was writing."""
    return "autosave" in request.form


def _saved(found: Issue, form: Typed, *, anchor: str) -> ResponseReturnValue:
    """The issue's page; for the script, when it was saved on the newsletter's clock, the version from then on, and
    whether nobody else changed anything since the page was shown."""
    if not _by_itself():
        return back_to(found.id, "Saved.", anchor=anchor)
    with services().database.read() as session:
        at = now().astimezone(ZoneInfo(issue_at_desk(session, found.id).newsletter.zone))
        alone = {each.editor_id for each in since(session, found.id, form.version)} <= {editor().id}
    return jsonify(saved=f"{at:%H:%M}", version=found.version, alone=alone)


def _line(name: str, most: int) -> str:
    return one_line(request.form.get(name, ""), most=most)


def _subject_of(found: Issue) -> Typed:
    return Typed(found.subject, found.preheader, found.version)


def _subject_again(issue_id: int, form: Typed, status: int) -> Response:
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        theirs = _take_over(form, _subject_of(found), status)
        return render("desk/issues/subject.html", status, issue=found, form=form, theirs=theirs, errors=form.errors)


def _words_again(issue_id: int, item_id: int, form: Typed, status: int) -> Response:
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        item: Item = item_of(found, item_id)
        theirs = _take_over(form, Typed(item.heading, item.words, found.version), status)
        return render(
            "desk/issues/words.html", status, issue=found, item=item, form=form, theirs=theirs, errors=form.errors
        )


def _take_over(form: Typed, theirs: Typed, status: int) -> Typed | None:
    """After a conflict, show what a colleague saved; pressing again then replaces exactly that."""
    if status != 409:
        return None
    form.version = theirs.version
    return theirs
