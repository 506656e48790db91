"""The four mails to storytellers: what they say, to whom, and when they are not needed any more."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.bootstrap import Services
from service.mail.notices import due_notices, send_notice
from service.stories.drafts import PROOF_LASTS, save_answers, send_draft
from service.stories.model import Story, StoryDraft, StoryState
from service.stories.moderation import decline, publish
from service.stories.submission import submit_story
from tests.cast import ADA, NOW
from tests.conftest import Postbox
from tests.stories.tales import a_draft, a_submitted_story

Post = Callable[[], None]


@pytest.fixture
def post(services: Services, postbox: Postbox) -> Post:
    """A worker that sends every mail that is owed."""

    def send_all() -> None:
        with services.database.read() as session:
            owed = due_notices(session, services.clock())
        for notice in owed:
            send_notice(services.database, postbox, services.head, services.composers, notice, clock=services.clock)

    return send_all


def link_in(postbox: Postbox) -> str:
    """The token of the newest mailed link."""
    found = re.search(r"http://localhost/stories/share/prove/(\S+)", postbox.mailings[-1].text)
    assert found
    return found[1]


def test_the_link_in_the_mail_makes_a_story_of_the_draft(services: Services, postbox: Postbox, post: Post) -> None:
    """From the button to the desk: one mail with a link, one story, one mail that says so."""
    with services.database.unit() as uow:
        send_draft(uow, a_draft(uow).id, now=NOW)
    post()
    token = link_in(postbox)
    assert [mailing.recipients[0].to.email for mailing in postbox.mailings] == [ADA]
    assert token in postbox.mailings[0].html

    with services.database.unit() as uow:
        submit_story(uow, services.tokens, token, organisation="The Group", now=NOW)
    post()
    assert postbox.mailings[-1].subject == "We have your story"
    assert "by 1 July 2026" in postbox.mailings[-1].text


def test_a_new_mail_replaces_the_link_before(services: Services, postbox: Postbox, post: Post) -> None:
    """Only the newest link works, for seven days."""
    with services.database.unit() as uow:
        draft = a_draft(uow)
        send_draft(uow, draft.id, now=NOW)
        send_draft(uow, draft.id, now=NOW + timedelta(minutes=2))
    post()
    services.clock.move(minutes=2)  # type: ignore[attr-defined]
    post()

    links = {re.findall(r"/prove/(\S+)", mailing.text)[0] for mailing in postbox.mailings}
    with services.database.read() as session:
        kept = session.get_one(StoryDraft, draft.id)
        assert len(links) == 2
        assert kept.token_hash == services.tokens.fresh_hash(link_in(postbox))
        assert kept.token_expires_at == services.clock() + PROOF_LASTS


def test_a_draft_that_was_changed_is_not_mailed_about(services: Services, postbox: Postbox, post: Post) -> None:
    """Sent, then changed before the worker came: the mail is not needed."""
    with services.database.unit() as uow:
        draft = a_draft(uow)
        send_draft(uow, draft.id, now=NOW)
        save_answers(uow, draft.id, {"title": "Another"}, now=NOW)
    post()

    assert postbox.mailings == []


def test_the_mail_about_publishing_has_the_address_of_the_story(
    services: Services, postbox: Postbox, post: Post
) -> None:
    """And says how to take it down."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
    post()

    assert f"http://localhost/stories/{story.slug}\n" in postbox.mailings[0].text
    assert "take it down on your own page" in postbox.mailings[0].text


def test_nobody_is_told_of_a_story_that_is_gone_again(services: Services, postbox: Postbox, post: Post) -> None:
    """Taken back before the worker came."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        story.state = StoryState.WITHDRAWN
    post()

    assert postbox.mailings == []


def test_declining_quotes_the_rule_and_gives_the_text_back(services: Services, postbox: Postbox, post: Post) -> None:
    """The words as they were sent, with anything that looks like HTML shown as text."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.words.body = "One <b>bold</b> line.\n\nTwo."
        decline(uow, story, rule="others", note="Perhaps without your neighbour?", now=NOW)
    post()

    mail = postbox.mailings[0]
    assert "because it names or describes other people who have not agreed to that" in mail.text
    assert "Perhaps without your neighbour?" in mail.text
    assert "One <b>bold</b> line.\n\nTwo." in mail.text
    assert "One &lt;b&gt;bold&lt;/b&gt; line." in mail.html


@pytest.mark.parametrize("title", ["A\r\nBcc: mal@example.test", "<script>alert(1)</script>", "مرحبا 💛"])
def test_no_word_of_a_story_reaches_a_header(services: Services, postbox: Postbox, post: Post, title: str) -> None:
    """Subjects and headers are our own words alone."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.words.title = title
        decline(uow, story, rule="others", note="", now=NOW)
    post()

    mail = postbox.mailings[0]
    assert mail.subject == "About the story you sent us"
    assert not any(title[:5] in value for value in mail.headers.values())
    assert "<script>" not in mail.html


def test_a_story_without_a_teller_owes_no_mail(services: Services, postbox: Postbox, post: Post) -> None:
    """Seeded and imported stories have nobody to write to."""
    with services.database.unit() as uow:
        story: Story = a_submitted_story(uow.session)
        story.storyteller = None
        publish(uow, story, seen=story.words.hash, now=NOW)
    post()

    assert postbox.mailings == []
