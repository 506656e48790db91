"""What editors do with stories, and what they cannot do."""

import pytest
from sqlalchemy import select

from service.db import Database
from service.mail.model import Notice
from service.stories.consent import ASKED_FOR_APPROVAL, Source
from service.stories.errors import ConsentMissing, EditedMeanwhile, NotFromHere
from service.stories.model import Method, Scope, Story, StoryState
from service.stories.moderation import (
    decline,
    edit_words,
    hide,
    note_contents,
    publish,
    record_approval,
    resume,
    void,
    withdraw,
)
from service.stories.queries import story_for_change
from service.stories.visibility import visible_stories
from tests.cast import NOW
from tests.stories.tales import a_submitted_story

PHONE = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL, recorded_by="editor:1", witness="Bo")


def edit(story: Story, body: str = "Other words.", *, seen: str | None = None) -> None:
    """Eve changes the body."""
    words = story.words
    edit_words(
        story, title=words.title, teaser=words.teaser, body=body, editor="editor:1", seen=seen or words.hash, now=NOW
    )


def approve(story: Story, *, web: bool = True, seen: str | None = None) -> None:
    """The storyteller says on the phone what they think of the words in hand."""
    answers = {Scope.WEB: web, Scope.NEWSLETTER: False}
    seen = seen or story.words.hash
    record_approval(story, answers, PHONE, seen=seen, organisation="The Group", given_at=NOW, now=NOW)


def visible(database: Database) -> list[tuple[str, str]]:
    """Slug and body of what readers see."""
    with database.read() as session:
        return [(story.slug, words.body) for story, words in session.execute(visible_stories(Scope.WEB, NOW))]


def notices(database: Database) -> list[str]:
    """The mails that are owed."""
    with database.read() as session:
        return list(session.scalars(select(Notice.template)))


def test_an_unedited_story_is_published_with_the_answers_given_while_telling(database: Database) -> None:
    """The wishes were for exactly these words; its teller gets a mail, its address comes from the title."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)

    assert visible(database) == [("what-i-packed", "A blue blanket.")]
    assert notices(database) == ["story_published"]


def test_an_edited_story_waits_for_its_teller(database: Database) -> None:
    """The answers given while telling were for other words."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        edit(story)

        assert story.state is StoryState.IN_EDIT
        with pytest.raises(ConsentMissing):
            publish(uow, story, seen=story.words.hash, now=NOW)

    assert visible(database) == []


def test_an_approved_revision_is_published(database: Database) -> None:
    """Approval received for the exact words, written down with its method and witness."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        edit(story)
        approve(story)
        assert (story.state, story.approved_at) == (StoryState.APPROVED, NOW)
        publish(uow, story, seen=story.words.hash, now=NOW)

    assert [body for _, body in visible(database)] == ["Other words."]


def test_a_no_to_the_website_is_a_no(database: Database) -> None:
    """Approving the words is not a yes to every place."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        approve(story, web=False)

        with pytest.raises(ConsentMissing):
            publish(uow, story, seen=story.words.hash, now=NOW)


def test_approval_counts_for_the_words_it_was_given_for(database: Database) -> None:
    """Words changed while the storyteller read: nothing is recorded."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        read = story.words.hash
        edit(story)

        with pytest.raises(EditedMeanwhile):
            approve(story, seen=read)
        assert len(story.consents) == 1


def test_publishing_is_for_the_words_the_editor_saw(database: Database) -> None:
    """Somebody else's later words are not published by mistake."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        seen = story.words.hash
        edit(story)
        approve(story)

        with pytest.raises(EditedMeanwhile):
            publish(uow, story, seen=seen, now=NOW)


def test_the_second_of_two_editors_is_told(database: Database) -> None:
    """Nothing is overwritten: the first editor's words stay in hand."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        began_with = story.words.hash
        edit(story, "Eve's words.")

        with pytest.raises(EditedMeanwhile):
            edit(story, "Bob's words.", seen=began_with)

    assert [revision.body for revision in story.revisions] == ["A blue blanket.", "Eve's words."]


def test_saving_unchanged_words_makes_no_revision(database: Database) -> None:
    """And so the storyteller's answers stay good."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        edit(story, "A blue blanket.")

    assert (len(story.revisions), story.state) == (1, StoryState.SUBMITTED)


def test_editing_a_published_story_leaves_the_old_words_up(database: Database) -> None:
    """Readers see the approved words until the new ones are approved and published."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        edit(story)
    assert [body for _, body in visible(database)] == ["A blue blanket."]

    with database.unit() as uow:
        story = story_for_change(uow.session, story.id)
        slug = story.slug
        approve(story)
        publish(uow, story, seen=story.words.hash, now=NOW)
    assert visible(database) == [(slug, "Other words.")]
    assert notices(database) == ["story_published"]


def test_a_hidden_story_is_out_of_sight_until_it_is_resumed(database: Database) -> None:
    """Hidden and back, with the same words."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        hide(story, now=NOW)
    assert visible(database) == []

    with database.unit() as uow:
        resume(story_for_change(uow.session, story.id), now=NOW)
    assert len(visible(database)) == 1


def test_a_hidden_story_does_not_come_back_against_its_teller(database: Database) -> None:
    """A no in the meantime stands."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        hide(story, now=NOW)
        approve(story, web=False)

        with pytest.raises(ConsentMissing):
            resume(story, now=NOW)


def test_a_withdrawn_story_is_gone_for_good(database: Database) -> None:
    """From sight at once, and no action brings it back."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        withdraw(uow, story, organisation="The Group", now=NOW)

        assert story.withdrawn_at == NOW
        with pytest.raises(NotFromHere):
            publish(uow, story, seen=story.words.hash, now=NOW)

    assert visible(database) == []


def test_declining_keeps_the_rule_and_owes_the_mail(database: Database) -> None:
    """The teller is told which rule, in our words and the editor's."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        decline(uow, story, rule="others", note="Perhaps without your neighbour?", now=NOW)

    assert (story.state, story.decline_rule, story.declined_at) == (StoryState.DECLINED, "others", NOW)
    assert notices(database) == ["story_declined"]


def test_a_published_story_is_not_declined(database: Database) -> None:
    """It is hidden or withdrawn instead."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)

        with pytest.raises(NotFromHere):
            decline(uow, story, rule="others", note="", now=NOW)


def test_content_notes_need_no_approval(database: Database) -> None:
    """They are our words beside the story: each once, in the order given."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        note_contents(story, ["relapse", "anxiety", "relapse"])
        publish(uow, story, seen=story.words.hash, now=NOW)

    assert story.content_notes == ["relapse", "anxiety"]


def test_a_yes_from_the_wrong_person_is_void(database: Database) -> None:
    """The story is out of sight at once, and the right person can be asked anew."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        publish(uow, story, seen=story.words.hash, now=NOW)
        void(story, organisation="The Group", by="editor:1", now=NOW)
    assert visible(database) == []

    with database.unit() as uow:
        approve(story_for_change(uow.session, story.id))
    assert len(visible(database)) == 1
