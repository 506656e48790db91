"""The preview beside the builder: the issue as it is saved, looked at in six ways, as any kind of reader gets it."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.issues.fitting import Wants
from service.issues.frames.frame import Frame
from service.issues.mails import inert_slots
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.issues.render import Printer, RenderedVariant
from service.languages import primary
from service.library.names import language_name
from service.mail.mime import fill
from service.mail.page import darkened
from service.mail.reading_order import reading_order
from service.subscribers.avoiding import LABELS
from service.subscribers.reading import Reading
from service.web.access import desk
from service.web.forms import one_line
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

LONGEST_LANGUAGE = 35
"""Characters of a BCP 47 tag."""

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
    """A page of tabs, with the mail as a reader with the chosen choices would get it now below them."""
    way, reading = request.args.get("way", "phone"), _reading()
    with services().database.read() as session:
        issue = issue_at_desk(session, issue_id)
        copy = _copy(session, issue, reading)
        page = render(
            "desk/issues/preview.html",
            issue=issue,
            ways=WAYS if copy.html else {"text": WAYS["text"]},
            way=(way if way in WAYS else "phone") if copy.html else "text",
            reading=reading,
            chosen=_chosen(reading),
            groups=LABELS,
            languages=[("", "Any"), *_languages(issue)],
            copy=copy,
            lang=copy.lang,
            text=_filled(copy.text, copy.frame),
            spoken=reading_order(_filled(copy.html, copy.frame)) if way == "order" else [],
        )
    page.headers["Content-Security-Policy"] = FRAMED
    return page


@blueprint.get("/preview.html")
@desk()
def mail(issue_id: int) -> Response:
    """The HTML part by itself: in light or `?dark=yes`, with pictures or `?pictures=no`."""
    with services().database.read() as session:
        copy = _copy(session, issue_at_desk(session, issue_id), _reading())
        html = _filled(copy.html, copy.frame)
    answer = Response(_in_dark(html) if request.args.get("dark") else _in_light(html))
    policy = PREVIEW_POLICY
    if request.args.get("pictures") == "no":
        policy = policy.replace("img-src 'self' data:", "img-src 'none'")
    answer.headers["Content-Security-Policy"] = policy
    return answer


def _reading() -> Reading:
    """The choices of the form: a way of reading, and nobody's in particular."""
    said = request.args
    return Reading(
        plain_text=said.get("plain") == "yes",
        large_text=said.get("large") == "yes",
        discreet=said.get("discreet") == "yes",
        avoid=frozenset(said.getlist("avoid")) & frozenset(map(str, LABELS)),
        lang=one_line(said.get("lang", ""), most=LONGEST_LANGUAGE),
    )


def _chosen(reading: Reading) -> dict[str, str | list[str]]:
    """The same choices for an address."""
    switches = {"plain": reading.plain_text, "large": reading.large_text, "discreet": reading.discreet}
    chosen: dict[str, str | list[str]] = {name: "yes" for name, on in switches.items() if on}
    if reading.avoid:
        chosen["avoid"] = sorted(reading.avoid)
    return chosen | ({"lang": reading.lang} if reading.lang else {})


def _languages(issue: Issue) -> list[tuple[str, str]]:
    """What a reader of its newsletter may ask for, each by the name that it gives itself."""
    paper = issue.newsletter
    return [(lang, language_name(primary(lang))) for lang in (paper.lang, *paper.more_languages)]


def _copy(session: Session, issue: Issue, reading: Reading) -> RenderedVariant:
    return Printer(session, issue, services().head, now()).copy(Wants(reading))


def _filled(part: str, frame: Frame) -> str:
    """A part of the mail with its slots filled for nobody."""
    return fill(part, inert_slots(services().links, frame))


def _in_dark(html: str) -> str:
    return darkened(html).replace('content="light dark"', 'content="dark"')


def _in_light(html: str) -> str:
    """The mail in light, whatever the editor's own screen prefers."""
    light = html.replace("(prefers-color-scheme: dark)", "not all")
    return light.replace('content="light dark"', 'content="light"')
