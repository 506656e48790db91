"""Every mail this subject sends."""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.editors.actions import LINK_LIFE, make_sign_in_link
from service.editors.model import Editor
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing
from service.mail.notices import Composer

LANGUAGE = "en-GB"
"""The desk speaks one language."""


def sign_in_link(uow: UnitOfWork, head: Letterhead, editor_id: int, now: datetime) -> Mailing | None:
    """A link into the desk, made as the mail is written; none for an unknown address or a closed account."""
    editor = uow.session.get(Editor, editor_id)
    if editor is None or not editor.active:
        return None
    token = make_sign_in_link(uow, editor, tokens=head.tokens, now=now)
    return head.letter(
        "sign_in_link",
        Address(editor.email, editor.name),
        lang=LANGUAGE,
        name=editor.name,
        link=head.links.desk(f"/enter/{token}"),
        minutes=int(LINK_LIFE.total_seconds() // 60),
    )


def safeguarding_alert(uow: UnitOfWork, head: Letterhead, editor_id: int, now: datetime) -> Mailing | None:  # noqa: ARG001
    """Somebody may be in danger: look at the desk. No word of a story, no name, no number of a case."""
    editor = uow.session.get(Editor, editor_id)
    if editor is None or not editor.active:
        return None
    return head.letter(
        "safeguarding_alert",
        Address(editor.email, editor.name),
        lang=LANGUAGE,
        name=editor.name,
        link=head.links.desk("/safeguarding"),
    )


COMPOSERS: Mapping[str, Composer] = {"sign_in_link": sign_in_link, "safeguarding_alert": safeguarding_alert}
