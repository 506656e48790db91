"""What storytellers do with their own story: change by change, place by place, at any time."""

from datetime import timedelta
from typing import Any

import pytest

from service.db import Database, UnitOfWork
from service.stories.consent import ASKED_FOR_APPROVAL, LASTS, PLACES, Source, newest_answers
from service.stories.errors import (
    AnswerMissing,
    BadEnd,
    ChangesUndecided,
    ConsentMissing,
    EditedMeanwhile,
    OtherRole,
    ReasonMissing,
    ThirdPartiesUnchecked,
    TooEarly,
)
from service.stories.model import Act, Assent, GivenBy, Method, Naming, Revision, Scope, Story, StoryState
from service.stories.moderation import edit_words, publish, record_approval
from service.stories.own import (
    approve,
    changes_in_hand,
    decide,
    decided_words,
    narrow,
    rename,
    renew,
    shorten,
    speak_for_self,
)
from service.stories.passing import retire_ended
from service.stories.proving import verify
from service.stories.reviewing import proposed, send_to_storyteller
from service.stories.visibility import visible_stories
from service.stories.wording import first_lines, problems_with_words
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_submitted_story

DAY = timedelta(days=1)
YES_TO_WEB = {scope: scope is Scope.WEB for scope in PLACES}
WHO: dict[str, Any] = {"organisation": "The Group", "proven_by": "portal_session:1"}
BODY = "A blue blanket. A kettle."


def sent(uow: UnitOfWork) -> Story:
    """A story whose editor changed two sentences and the title, and asks."""
    story = a_submitted_story(uow.session, scopes=[])
    words = story.words
    body = "A red blanket.\n\nIt was warm."
    edit_words(story, title="Packing", teaser=words.teaser, body=body, editor="editor:1", seen=words.hash, now=NOW)
    reasons = dict.fromkeys(range(len(proposed(story))), "Shorter.")
    send_to_storyteller(
        uow, story, seen=story.words.hash, reasons=reasons, third_parties_checked=True, by="editor:1", now=NOW
    )
    uow.session.flush()
    return story


def visible(database: Database, surface: Scope = Scope.WEB, now=NOW) -> bool:  # type: ignore[no-untyped-def]
    """Whether readers see it."""
    with database.read() as session:
        return session.execute(visible_stories(surface, now)).one_or_none() is not None


def test_one_edit_is_rejected_and_the_rest_taken(database: Database) -> None:
    """The words that come of it are the teller's own revision, and can be approved at once."""
    with database.unit() as uow:
        story = sent(uow)
        title, body = changes_in_hand(story)[0], changes_in_hand(story)[1:]
        decide(story, {title.id: False, **{each.id: True for each in body}}, seen=story.words.hash, now=NOW)
        mine = decided_words(story, seen=story.words.hash, now=NOW)
        approve(story, YES_TO_WEB, seen=mine.hash, now=NOW, wait_a_day=False, **WHO)
        publish(uow, story, seen=mine.hash, now=NOW)

        assert (mine.title, mine.body) == ("What I packed", "A red blanket.\n\nIt was warm.")
        assert mine.author == "storyteller"
    assert visible(database)


def test_first_lines_follow_the_story(database: Database) -> None:
    """Nobody wrote them, so no change of them is a question of its own, and they show what its teller decided."""
    long = "We counted the red buses. " * 20
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        told = f"A blue blanket.\n\nA kettle.\n\n{long}"
        words = Revision(
            number=2, title="What I packed", teaser=first_lines(told), body=told, author="storyteller", created_at=NOW
        )
        story.revisions.append(words)
        edited = told.replace("blue", "red").replace("kettle", "pot")
        edit_words(
            story, title=words.title, teaser=words.teaser, body=edited, editor="editor:1", seen=words.hash, now=NOW
        )
        assert [each.field for each in proposed(story)] == ["body", "body"]
        assert problems_with_words(words.title, story.words.teaser, edited) == {}
        reasons = dict.fromkeys(range(2), "Shorter.")
        send_to_storyteller(
            uow, story, seen=story.words.hash, reasons=reasons, third_parties_checked=True, by="editor:1", now=NOW
        )
        uow.session.flush()
        first, second = changes_in_hand(story)
        decide(story, {first.id: True, second.id: False}, seen=story.words.hash, now=NOW)

        assert decided_words(story, seen=story.words.hash, now=NOW).teaser.startswith("A red blanket. A kettle. We")


def test_nothing_is_approved_while_a_change_is_open(database: Database) -> None:
    """Neither the words nor the rest of the changes."""
    with database.unit() as uow:
        story = sent(uow)
        decide(story, {changes_in_hand(story)[0].id: True}, seen=story.words.hash, now=NOW)

        with pytest.raises(ChangesUndecided):
            decided_words(story, seen=story.words.hash, now=NOW)
        with pytest.raises(ChangesUndecided):
            approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, **WHO)


def test_a_page_left_open_decides_nothing(database: Database) -> None:
    """The words changed while it was open: every action that names their hash is refused."""
    with database.unit() as uow:
        story = sent(uow)
        stale = story.submitted.hash

        with pytest.raises(EditedMeanwhile):
            decide(story, {}, seen=stale, now=NOW)
        with pytest.raises(EditedMeanwhile):
            approve(story, YES_TO_WEB, seen=stale, now=NOW, **WHO)
        with pytest.raises(EditedMeanwhile):
            renew(story, seen=stale, now=NOW, **WHO)


def test_each_place_needs_its_own_answer(database: Database) -> None:
    """One that is left out is no answer."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])

        with pytest.raises(AnswerMissing):
            approve(story, {Scope.WEB: True}, seen=story.words.hash, now=NOW, **WHO)


def test_a_day_to_think_again(database: Database) -> None:
    """The first publication waits 24 hours, unless its teller does not want to wait."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, **WHO)
        with pytest.raises(TooEarly):
            publish(uow, story, seen=story.words.hash, now=NOW)
        publish(uow, story, seen=story.words.hash, now=NOW + DAY)

        assert story.state is StoryState.PUBLISHED


def test_a_child_who_says_no_is_heard(database: Database) -> None:
    """The guardian's yes is recorded as a no for every place; without asking the child there is no answer."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        story.told_by = GivenBy.GUARDIAN
        with pytest.raises(AnswerMissing):
            approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, **WHO)
        approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, assent=Assent.NO, **WHO)

        assert not any(record.granted for record in newest_answers(story.consents).values())


def test_narrowing_takes_one_place_back(database: Database) -> None:
    """At once, and only that one."""
    with database.unit() as uow:
        story = a_published_story(uow.session, scopes=[Scope.WEB, Scope.NEWSLETTER])
        narrow(story, [Scope.NEWSLETTER, Scope.PRESS], now=NOW, **WHO)

    assert visible(database)
    assert not visible(database, Scope.NEWSLETTER)
    with database.read() as session:
        assert verify(session).checked == 3


def test_an_earlier_end(database: Database) -> None:
    """Shorter is possible, longer is not, and the end counts."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, wait_a_day=False, **WHO)
        publish(uow, story, seen=story.words.hash, now=NOW)
        shorten(story, NOW + 10 * DAY, now=NOW, **WHO)
        for bad in (NOW, NOW + 20 * DAY):
            with pytest.raises(BadEnd):
                shorten(story, bad, now=NOW, **WHO)

    assert visible(database, now=NOW + 9 * DAY)
    assert not visible(database, now=NOW + 10 * DAY)


def test_a_renewed_story_is_back(database: Database) -> None:
    """It was retired when its time was over; one press shows it again, for as long again."""
    late = NOW + LASTS
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        approve(story, YES_TO_WEB, seen=story.words.hash, now=NOW, wait_a_day=False, **WHO)
        publish(uow, story, seen=story.words.hash, now=NOW)
        retire_ended(uow, now=late)
        assert story.state is StoryState.RETIRED
        renew(story, seen=story.shown_hash, now=late, **WHO)

        assert newest_answers(story.consents)[Scope.WEB].act is Act.RENEW
        assert newest_answers(story.consents)[Scope.WEB].expires_at == late + LASTS
    assert visible(database, now=late)


def test_there_must_be_a_yes_to_renew(database: Database) -> None:
    """A no is not renewed into a yes."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        narrow(story, [Scope.WEB], now=NOW, **WHO)

        with pytest.raises(ConsentMissing):
            renew(story, seen=story.shown_hash, now=NOW, **WHO)


def test_grown_up_means_asked_themselves(database: Database) -> None:
    """The guardian's renewal is refused from the birthday on; the child's own is taken."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.told_by, story.of_age_at = GivenBy.GUARDIAN, NOW
        with pytest.raises(OtherRole):
            renew(story, seen=story.shown_hash, now=NOW, **WHO)
        speak_for_self(story, now=NOW)
        renew(story, seen=story.shown_hash, now=NOW, **WHO)

    assert visible(database)


def test_no_child_speaks_too_early(database: Database) -> None:
    """Before the birthday the guardian answers."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        story.of_age_at = NOW + DAY

        with pytest.raises(OtherRole):
            speak_for_self(story, now=NOW)


def test_another_name(database: Database) -> None:
    """Or none."""
    with database.unit() as uow:
        story = a_published_story(uow.session)
        rename(story, Naming.PSEUDONYM, "Robin")
        assert story.display_name == "Robin"
        rename(story, Naming.ANONYMOUS, "")
        assert story.display_name == "Anonymous"


def test_every_change_has_a_reason_and_others_were_thought_of(database: Database) -> None:
    """Before the teller is asked."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session, scopes=[])
        words = story.words
        edit_words(story, title="T", teaser="", body="B", editor="editor:1", seen=words.hash, now=NOW)
        asking: dict[str, Any] = {"seen": story.words.hash, "by": "editor:1", "now": NOW}

        with pytest.raises(ReasonMissing):
            send_to_storyteller(uow, story, reasons={0: "Shorter.", 1: " "}, third_parties_checked=True, **asking)
        with pytest.raises(ThirdPartiesUnchecked):
            send_to_storyteller(uow, story, reasons={}, third_parties_checked=False, **asking)
        assert story.state is StoryState.IN_EDIT


def test_a_second_round_begins_where_the_teller_left_off(database: Database) -> None:
    """What was accepted is not asked again."""
    with database.unit() as uow:
        story = sent(uow)
        decide(story, {each.id: True for each in changes_in_hand(story)}, seen=story.words.hash, now=NOW)
        words = decided_words(story, seen=story.words.hash, now=NOW)
        approve(story, YES_TO_WEB, seen=words.hash, now=NOW, **WHO)
        edit_words(
            story, title="Packing again", teaser=words.teaser, body=words.body,
            editor="editor:1", seen=words.hash, now=NOW,
        )  # fmt: skip

        assert [(each.field, each.change.before) for each in proposed(story)] == [("title", "Packing")]


def test_a_yes_on_the_phone_is_a_yes_to_every_change(database: Database) -> None:
    """Who agrees to exactly these words agrees to the changes in them."""
    phone = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL, recorded_by="editor:1", witness="Bo")
    with database.unit() as uow:
        story = sent(uow)
        record_approval(
            story, YES_TO_WEB, phone, seen=story.words.hash, organisation="The Group", given_at=NOW, now=NOW
        )

        assert story.state is StoryState.APPROVED
        assert all(each.accepted for each in changes_in_hand(story))
