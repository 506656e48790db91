"""Whatever editors and storytellers do, in whatever order: readers see what its teller agreed to, word for word."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from service.db import Database
from service.stories.consent import ASKED_FOR_APPROVAL, LASTS, Source
from service.stories.errors import ConsentMissing, EditedMeanwhile, NotFromHere
from service.stories.model import Method, Scope, Story, StoryState
from service.stories.moderation import decline, edit_words, hide, publish, record_approval, resume, withdraw
from service.stories.queries import story_for_change
from service.stories.visibility import visible_stories
from tests.cast import NOW
from tests.stories.tales import a_submitted_story

REFUSALS = (ConsentMissing, EditedMeanwhile, NotFromHere)
BODIES = st.sampled_from(["A blue blanket.", "A red blanket.", "No blanket at all."])
PHONE = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL)


class Life(RuleBasedStateMachine):
    """One story, its teller, its editors, and the passing of time."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        with self.database.unit() as uow:
            uow.session.query(Story).delete()
            story = a_submitted_story(uow.session, scopes=[])
            self.id, self.seen = story.id, story.words.hash
        self.said: dict[Scope, tuple[bool, str, object]] = {}
        self.shown = ""
        self.ended = False

    def act(self, what, *arguments, **words) -> bool:  # type: ignore[no-untyped-def]
        """Do it in a unit of work of its own; whether it was not refused."""
        try:
            with self.database.unit() as uow:
                what(uow, story_for_change(uow.session, self.id), *arguments, **words)
        except REFUSALS:
            return False
        return True

    @rule()
    def look(self) -> None:
        """The editor loads the page again."""
        with self.database.read() as session:
            self.seen = session.get_one(Story, self.id).words.hash

    @rule(body=BODIES)
    def edit(self, body: str) -> None:
        """The editor changes the words they last saw."""
        self.act(
            lambda _, story: edit_words(
                story, title="Blankets", teaser="", body=body, editor="editor:1", seen=self.seen, now=self.now
            )
        )

    @rule(web=st.booleans(), newsletter=st.booleans())
    def approve(self, web: bool, newsletter: bool) -> None:
        """The storyteller answers for the words the editor last saw."""
        answers = {Scope.WEB: web, Scope.NEWSLETTER: newsletter}
        if self.act(
            lambda _, story: record_approval(
                story, answers, PHONE, seen=self.seen, organisation="The Group", given_at=self.now, now=self.now
            )
        ):
            self.said = {scope: (yes, self.seen, self.now + LASTS) for scope, yes in answers.items()}

    @rule()
    def publish(self) -> None:
        """The editor presses the button under the words they last saw."""
        if self.act(lambda uow, story: publish(uow, story, seen=self.seen, now=self.now)):
            self.shown = self.seen

    @rule()
    def hide(self) -> None:
        """Out of sight."""
        self.act(lambda _, story: hide(story, now=self.now))

    @rule()
    def resume(self) -> None:
        """In sight again."""
        self.act(lambda _, story: resume(story, now=self.now))

    @precondition(lambda self: self.shown)
    @rule()
    def withdraw(self) -> None:
        """The storyteller takes it back."""
        self.ended |= self.act(lambda _, story: withdraw(story, now=self.now))

    @precondition(lambda self: not self.shown)
    @rule()
    def decline(self) -> None:
        """The editor says no."""
        self.ended |= self.act(lambda uow, story: decline(uow, story, rule="others", note="", now=self.now))

    @rule(days=st.sampled_from([1, 400]))
    def wait(self, days: int) -> None:
        """Time passes; nobody's silence approves anything, and every yes ends."""
        self.now += timedelta(days=days)

    @invariant()
    def readers_see_what_was_agreed_to(self) -> None:
        """Visible if, and only if: published, and the newest answer is a living yes for exactly the shown words."""
        with self.database.read() as session:
            state = session.get_one(Story, self.id).state
            for scope in (Scope.WEB, Scope.NEWSLETTER):
                seen = [words.hash for _, words in session.execute(visible_stories(scope, self.now))]
                yes, words, until = self.said.get(scope, (False, "", self.now))
                agreed = yes and words == self.shown and self.now < until  # type: ignore[operator]

                assert seen == ([self.shown] if state is StoryState.PUBLISHED and agreed else [])
                assert not (self.ended and seen)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_readers_see_only_what_its_teller_agreed_to(database: Database) -> None:
    """Any order of any actions, on both databases."""
    life = type("LifeOnThisDatabase", (Life,), {"database": database})

    run_state_machine_as_test(life, settings=settings(max_examples=20, stateful_step_count=12, deadline=None))
