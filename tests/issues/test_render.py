"""The issue as a mail."""

from service.bootstrap import Services
from service.db import Database
from service.issues.model import Issue
from service.issues.render import RenderedVariant, render_issue
from service.library.model import Helpline
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import take_back

PERSONAL = ("%%unsubscribe_url%%", "%%preferences_url%%")


def rendered(services: Services, issue: Issue) -> RenderedVariant:
    """The copy that most readers get."""
    with services.database.read() as session:
        return render_issue(session, session.get_one(Issue, issue.id), services.head, NOW)


def test_both_parts_hold_everything(services: Services, issue: Issue) -> None:
    """The text part is complete, not "view in browser"."""
    with services.database.unit() as uow:
        uow.session.add(Helpline(country="GB", name="Samaritans", phone="116 123"))

    mail = rendered(services, issue)

    assert (mail.lang, mail.subject) == ("en-GB", "Monthly news, 7 July 2026")
    for words in (
        "The bench", "A blue blanket.", "http://localhost/stories/the-bench", "About remission.",
        "http://localhost/understanding/remission", "World Rest Day", "What did you pack?", "116 123",
        "http://localhost/newsletter/monthly-2026-07-07",
    ):  # fmt: skip
        assert words in mail.text
        assert words in mail.html


def test_only_greeting_and_links_are_personal(services: Services, issue: Issue) -> None:
    """Slots, in both parts, filled for each reader; the unsubscribe link stands at the top as well."""
    mail = rendered(services, issue)

    assert "%%greeting%%" in mail.text
    assert "%%greeting_html%%" in mail.html
    for slot in PERSONAL:
        assert slot in mail.text
        assert slot in mail.html
    assert mail.text.index("%%unsubscribe_url%%") < mail.text.index("%%greeting%%")


def test_a_story_taken_back_is_in_neither_part(services: Services, issue: Issue, database: Database) -> None:
    """Looked at again in the moment of rendering."""
    with database.unit() as uow:
        take_back(uow.session.get_one(Story, issue.items[1].story_id), Scope.NEWSLETTER)

    mail = rendered(services, issue)

    assert "A blue blanket" not in mail.text + mail.html


def test_what_people_typed_is_text(services: Services, issue: Issue, database: Database) -> None:
    """No markup of theirs reaches the mail, and no line break its subject."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        saved.subject, saved.preheader = "One\nTwo <b>", "<script>alert(1)</script>"
        saved.items[0].words = "<img src=x> **Hello** [there](javascript:alert(1))"

    mail = rendered(services, issue)

    assert mail.subject == "One Two <b>"
    assert "<script>" not in mail.html
    assert "<img" not in mail.html
    assert 'href="javascript:' not in mail.html
