"""The archive: every issue that went out, as pages of the site, each story looked at again."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from service.issues.content import archived
from service.issues.corrections import published
from service.issues.frames.table import frame_in
from service.issues.model import Newsletter
from service.issues.queries import archived_issue, archived_issues, newsletters
from service.issues.schedule import occurrences, wall_clock
from service.languages import marks
from service.web.access import public
from service.web.frame import now, render, services
from service.web.site.corrections import by_item

blueprint = Blueprint("newsletter", __name__, url_prefix="/newsletter")


@blueprint.get("")
@public
def issues() -> Response:
    """What the newsletter is, when the next one comes, and all that were sent."""
    with services().database.read() as session:
        return render("site/newsletter/list.html", papers=_coming(session), issues=archived_issues(session))


@blueprint.get("/<slug>")
@public
def issue(slug: str) -> Response:
    """One issue, without anyone's links in it."""
    with services().database.read() as session:
        found = archived_issue(session, slug)
        content = archived(session, found, services().links, now())
        corrections = published(session, services().links, now(), of=found)
        paper, say = found.newsletter, frame_in(found.newsletter.lang)
        return render(
            "site/newsletter/issue.html",
            issue=found,
            items=found.items,
            blocks={block.item_id: block for block in content.items},
            corrections=corrections,
            wrong=by_item(found, corrections),
            say=say,
            framed=marks(say.lang, paper.lang),
            day_of=lambda at: say.say_day(wall_clock(at, paper.zone).date()),
        )


def _coming(session: Session) -> list[tuple[Newsletter, object]]:
    papers = [paper for paper in newsletters(session) if paper.active]
    return [(paper, next(iter(occurrences(paper, now(), 1)), None)) for paper in papers]
