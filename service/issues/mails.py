"""The transactional mails about issues: the test copy an editor asks for."""

from collections.abc import Mapping
from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor
from service.issues.frames.frame import Frame
from service.issues.model import Issue, IssueTest
from service.issues.render import render_issue
from service.links import Links
from service.mail.letterhead import Letterhead
from service.mail.message import Address, Mailing, Recipient
from service.mail.notices import Composer

MARK = "[TEST] "


def test_copy(uow: UnitOfWork, head: Letterhead, subject_id: int, now: datetime) -> Mailing | None:
    """The issue as it would leave now, to an editor or a seed address, with links that open nobody's preferences."""
    test = uow.session.get(IssueTest, subject_id)
    editor = uow.session.get(Editor, test.editor_id) if test else None
    if test is None or editor is None or not editor.active:
        return None
    issue = uow.session.get_one(Issue, test.issue_id)
    to = Address(test.to) if test.to else Address(editor.email, editor.name)
    copy = render_issue(uow.session, issue, head, now)
    return Mailing(
        name="test",
        sender=sender_of(issue, head),
        reply_to=head.reply_to,
        subject=MARK + copy.subject,
        text=copy.text,
        html=copy.html,
        lang=copy.lang,
        recipients=[Recipient(to=to, delivery=f"test-{test.id}", slots=inert_slots(head.links, copy.frame))],
        headers={"Auto-Submitted": "auto-generated"},
    )


def sender_of(issue: Issue, head: Letterhead) -> Address:
    """Who an issue is from: its newsletter's own sender, or the house's."""
    return Address.parse(issue.newsletter.sender) if issue.newsletter.sender else head.sender


def inert_slots(links: Links, frame: Frame) -> Mapping[str, str]:
    """What fills the personal places of a copy that is nobody's: addresses of the right shape that open nothing."""
    return {
        "%%greeting%%": frame.greeting_nobody,
        "%%greeting_html%%": frame.greeting_nobody,
        "%%unsubscribe_url%%": links.to("/unsubscribe/test"),
        "%%preferences_url%%": links.to("/preferences/test"),
    }


COMPOSERS: Mapping[str, Composer] = {"issue_test": test_copy}
