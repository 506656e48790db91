"""The preview beside the builder: one render of the issue, looked at in six ways. It follows what is saved."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.issues.mails import inert_slots
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.issues.render import RenderedVariant, render_issue
from service.mail.mime import fill
from service.mail.page import darkened
from service.mail.reading_order import reading_order
from service.web.access import desk
from service.web.frame import now, render, services
from service.web.headers import CONTENT_SECURITY_POLICY

WAYS = {
    "phone": "Phone",
    "wide": "Computer",
    "dark": "Dark",
    "bare": "No pictures",
    "text": "Plain text",
    "order": "Read aloud",
}
"""The ways to look at a mail, with the words on their tabs."""

VARIANT_WORDS = {"default": "Full letter", "plain": "Plain text only"}
"""What the desk calls the copies of an issue; another copy goes by its key."""

PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""A mail needs its inline styles and nothing else; it is shown in a frame of the desk, which may do nothing."""

FRAMED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""The page around it stands in a frame of the builder."""

blueprint = Blueprint("desk_issue_preview", __name__, url_prefix="/desk/issues/<int:issue_id>")


@blueprint.get("/preview")
@desk()
def preview(issue_id: int) -> Response:
    """A page of tabs, with the mail as a reader would get it now below them."""
    way = request.args.get("way", "phone")
    with services().database.read() as session:
        issue = issue_at_desk(session, issue_id)
        copies = render_issue(session, issue, services().head, now())
        copy = _chosen(copies)
        page = render(
            "desk/issues/preview.html",
            issue=issue,
            ways=WAYS if copy.html else {"text": WAYS["text"]},
            way=(way if way in WAYS else "phone") if copy.html else "text",
            copies={each.key: VARIANT_WORDS.get(each.key, each.key) for each in copies},
            chosen=copy.key,
            lang=copy.lang,
            text=_filled(copy.text),
            spoken=reading_order(_filled(copy.html)) if way == "order" else [],
        )
    page.headers["Content-Security-Policy"] = FRAMED
    return page


@blueprint.get("/preview.html")
@desk()
def mail(issue_id: int) -> Response:
    """The HTML part by itself: in light or `?dark=yes`, with pictures or `?pictures=no`."""
    with services().database.read() as session:
        html = _filled(_copy(session, issue_at_desk(session, issue_id)).html)
    answer = Response(_in_dark(html) if request.args.get("dark") else _in_light(html))
    policy = PREVIEW_POLICY
    if request.args.get("pictures") == "no":
        policy = policy.replace("img-src 'self' data:", "img-src 'none'")
    answer.headers["Content-Security-Policy"] = policy
    return answer


def _copy(session: Session, issue: Issue) -> RenderedVariant:
    return _chosen(render_issue(session, issue, services().head, now()))


def _chosen(copies: list[RenderedVariant]) -> RenderedVariant:
    wanted = request.args.get("copy", "")
    return next((each for each in copies if each.key == wanted), copies[0])


def _filled(part: str) -> str:
    """A part of the mail with its slots filled for nobody."""
    return fill(part, inert_slots(services().links))


def _in_dark(html: str) -> str:
    return darkened(html).replace('content="light dark"', 'content="dark"')


def _in_light(html: str) -> str:
    """The mail in light, whatever the editor's own screen prefers."""
    light = html.replace("(prefers-color-scheme: dark)", "not all")
    return light.replace('content="light dark"', 'content="light"')
