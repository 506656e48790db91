"""Save and finish later: the draft's link by mail, for sixty days, on any device."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from service.stories.drafts import LASTS, mail_link
from service.stories.telling import mailbox
from service.stories.wording import tidy_line
from service.web.access import signed_link
from service.web.frame import now, render, services
from service.web.limits import limits
from service.web.site.share_frame import LINKS, draft_of, is_sent, row_of, to

blueprint = Blueprint("share_later", __name__, url_prefix="/stories/share/<token>/later")


@blueprint.get("")
@signed_link
def ask(token: str) -> ResponseReturnValue:
    """Where shall the link go?"""
    with services().database.read() as session:
        draft = draft_of(session, token)
        if is_sent(draft):
            return to(token, "")
        known = draft.answers.get("later_email") or draft.answers.get("email", "")
        return render("site/share/later.html", token=token, email=known, errors={}, days=LASTS.days)


@blueprint.post("")
@signed_link
def send(token: str) -> ResponseReturnValue:
    """Owe the mail, or ask again for an address that can be one."""
    email = tidy_line(request.form.get("email", ""))
    row = row_of(token)
    try:
        address = mailbox(email)
    except ValueError as error:
        errors = {"email": str(error)}
        return render("site/share/later.html", 422, token=token, email=email, errors=errors, days=LASTS.days)
    limits().check(LINKS, address.casefold())
    with services().database.unit() as uow:
        mail_link(uow, row, email, now=now())
    return to(token, "later/sent")


@blueprint.get("/sent")
@signed_link
def sent(token: str) -> ResponseReturnValue:
    """It is on its way; the page can be closed."""
    with services().database.read() as session:
        draft = draft_of(session, token)
        email = draft.answers.get("later_email")
        if is_sent(draft) or not email:
            return to(token, "")
        return render("site/share/later_sent.html", token=token, email=email, until=draft.expires_on)
