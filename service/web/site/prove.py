"""The link in the mail to somebody who told a story: one button, because mail scanners follow links."""

from contextlib import suppress

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from service.stories.drafts import PROOF_LASTS, draft_by_proof, send_draft
from service.stories.errors import ProofExpired
from service.stories.model import StoryDraft
from service.stories.submission import submit_story
from service.stories.whereabouts import ANSWER_WITHIN
from service.web.access import public, signed_link
from service.web.frame import now, render, services
from service.web.limits import limits
from service.web.site.share import address_of
from service.web.site.share_frame import PROOFS

blueprint = Blueprint("prove_story", __name__, url_prefix="/stories/share/prove")


@blueprint.get("/<token>")
@signed_link
def look(token: str) -> Response:
    """The button; what happens next, once it was pressed; or a way to a new link, when this one is too old."""
    with services().database.read() as session:
        draft = draft_by_proof(session, _hash(token))
        if draft.story_id is not None:
            return render("site/share/received.html", by=draft.saved_at + ANSWER_WITHIN)
        return render("site/share/prove.html", token=token, expired=_expired(draft), days=PROOF_LASTS.days)


@blueprint.post("/<token>")
@signed_link
def prove(token: str) -> ResponseReturnValue:
    """Take the story in. Of a link that is too old, the page says so."""
    with suppress(ProofExpired), services().database.unit() as uow:
        organisation = services().settings.organisation
        submit_story(uow, services().tokens, token, organisation=organisation, now=now())
    return redirect(url_for(".look", token=token), 303)


@blueprint.post("/<token>/again")
@signed_link
def again(token: str) -> ResponseReturnValue:
    """Mail a new link in place of one that is too old. Whoever has the link has the mailbox, but not the draft."""
    with services().database.read() as session:
        draft = draft_by_proof(session, _hash(token))
        row, address = draft.id, address_of(draft)
    limits().check(PROOFS, address)
    with services().database.unit() as uow:
        send_draft(uow, row, now=now())
    return redirect(url_for(".on_its_way"), 303)


@blueprint.get("/on-its-way")
@public
def on_its_way() -> Response:
    """A new link has been mailed."""
    return render("site/share/on_its_way.html", days=PROOF_LASTS.days)


def _hash(token: str) -> str:
    return services().tokens.fresh_hash(token)


def _expired(draft: StoryDraft) -> bool:
    return draft.token_expires_at is None or draft.token_expires_at <= now()
