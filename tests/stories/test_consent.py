"""What the newest answers allow, and that the two places that decide it agree."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.db import Database
from service.stories.consent import (
    ASKED_FOR_APPROVAL,
    PLACES,
    Source,
    grants,
    newest_answers,
    opening,
    record_answers,
    statement,
)
from service.stories.kinds import GivenBy
from service.stories.model import Act, Method, Scope, Story, StoryState
from service.stories.visibility import visible_stories
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_revision, an_answer

HOUR = timedelta(hours=1)

answers = st.lists(
    st.tuples(
        st.sampled_from([Scope.WEB, Scope.NEWSLETTER]),
        st.booleans(),
        st.sampled_from([1, 2]),
        st.sampled_from([None, NOW - HOUR, NOW, NOW + HOUR]),
    ),
    max_size=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=answers)
def test_python_and_the_database_agree(database: Database, answers) -> None:  # type: ignore[no-untyped-def]
    """For any history of answers, `grants` says what `visible_stories` shows."""
    with database.unit() as uow:
        for old in uow.session.query(Story):
            old.state = StoryState.WITHDRAWN
        story = a_published_story(uow.session, f"story-{uow.session.query(Story).count()}", scopes=[])
        story.revisions.append(a_revision(2, body="Other words."))
        for scope, granted, number, expires_at in answers:
            words = story.revisions[number - 1]
            story.consents.append(an_answer(scope, words, granted=granted, expires_at=expires_at))
        uow.session.flush()
        shown = {
            scope
            for scope in (Scope.WEB, Scope.NEWSLETTER)
            if uow.session.execute(visible_stories(scope, NOW)).one_or_none()
        }

        assert shown == grants(story, story.shown_hash, NOW)


def test_answers_are_added_never_changed() -> None:
    """A change of mind is another record; the one before stays."""
    story = Story(slug="one", created_at=NOW)
    story.revisions.append(a_revision())
    source = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL, recorded_by="editor:1", witness="Bo")
    record_answers(story, {Scope.WEB: True}, story.words, source, organisation="The Group", given_at=NOW)
    record_answers(story, {Scope.WEB: False}, story.words, source, organisation="The Group", given_at=NOW)

    assert [record.granted for record in story.consents] == [True, False]
    assert [record.act for record in story.consents] == [Act.GIVE, Act.NARROW]
    assert newest_answers(story.consents)[Scope.WEB].granted is False
    assert (story.consents[0].method, story.consents[0].recorded_by, story.consents[0].witness) == (
        Method.PHONE,
        "editor:1",
        "Bo",
    )


def test_every_place_is_asked_about_in_its_own_words() -> None:
    """Ten places, ten questions, each with the name of the organisation in what was agreed to."""
    statements = {statement(scope, ASKED_FOR_APPROVAL, "The Group", given_by=GivenBy.SELF) for scope in PLACES}

    assert len(statements) == len(Scope) - 1
    assert all("The Group" in words for words in statements)


@pytest.mark.parametrize(
    ("role", "whose"),
    [
        (GivenBy.SELF, "about my health"),
        (GivenBy.GUARDIAN, "about my child’s health"),
        (GivenBy.NEXT_OF_KIN, "about the health of the person it tells of"),
        (GivenBy.PROXY, "about the health of the person it tells of"),
    ],
)
def test_what_is_agreed_to_says_whose_health_it_is_about(role: GivenBy, whose: str) -> None:
    """A mother does not agree to anything about her own; the record holds the words that she saw."""
    story = Story(slug="one", created_at=NOW)
    story.revisions.append(a_revision())
    source = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL, given_by=role)
    record_answers(story, {Scope.WEB: True}, story.words, source, organisation="The Group", given_at=NOW)

    assert whose in story.consents[0].statement
    assert opening(ASKED_FOR_APPROVAL, "The Group", role) in story.consents[0].statement
    assert "{" not in story.consents[0].statement
