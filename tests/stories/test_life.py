"""Whatever editors, storytellers and time do, in any order: readers see what its teller agreed to, word for word."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.db import Database
from service.stories import errors
from service.stories.consent import ASKED_FOR_APPROVAL, LASTS, PLACES, Source, grants
from service.stories.holds import open_hold, resolve
from service.stories.model import HoldKind, Method, Scope, Story, StoryState
from service.stories.moderation import decline, edit_words, hide, publish, record_approval, resume, schedule, withdraw
from service.stories.own import approve, changes_in_hand, decide, decided_words, narrow, renew
from service.stories.passing import pass_time
from service.stories.proving import verify
from service.stories.queries import story_for_change
from service.stories.reviewing import claim, flag_claims, pass_on, proposed, send_to_storyteller, sign_off
from service.stories.visibility import visible_stories
from tests.cast import NOW
from tests.stories.tales import a_submitted_story

REFUSALS = tuple(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception))
BODIES = st.sampled_from(["A blue blanket.", "A red blanket.", "No blanket at all."])
PHONE = Source(method=Method.PHONE, preamble=ASKED_FOR_APPROVAL)
WHO: dict[str, Any] = {"organisation": "The Group", "proven_by": "portal_session:1"}
LIVES = count()
SURFACES = (Scope.WEB, Scope.NEWSLETTER)
SIDES = st.sampled_from(["editor:1", "storyteller"])


class Life(RuleBasedStateMachine):
    """One story, its teller, its editors, and the passing of time."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        with self.database.unit() as uow:
            story = a_submitted_story(uow.session, slug=f"life-{next(LIVES)}", scopes=[])
            self.id, self.seen = story.id, story.words.hash
        self.said: dict[Scope, tuple[bool, str, datetime]] = {}
        self.approved: set[str] = set()
        self.cases: list[int] = []
        self.ended = False

    def act(self, what, *arguments, **words) -> bool:  # type: ignore[no-untyped-def]
        """Do it in a unit of work of its own; whether it was not refused."""
        try:
            with self.database.unit() as uow:
                what(uow, story_for_change(uow.session, self.id), *arguments, **words)
        except REFUSALS:
            return False
        return True

    @initialize(goes_well=st.sampled_from([True, True, False]))
    def begin(self, goes_well: bool) -> None:
        """Often the story begins public: what can go wrong, goes wrong after that."""
        if goes_well:
            self.go_well()

    @rule()
    def go_well(self) -> None:
        """The teller says yes to the words in hand, and the editor publishes them."""
        self.look()
        self.approve(web=True, newsletter=True, own=True)
        self.publish(later=False)

    @rule()
    def reword(self) -> None:
        """An editor changes the words of a story and its teller says yes to the new ones, which nobody publishes."""
        self.look()
        self.edit(body="A green blanket.")
        self.look()
        self.approve(web=True, newsletter=False, own=False)

    @rule()
    def look(self) -> None:
        """Both sides load their pages again."""
        with self.database.read() as session:
            self.seen = session.get_one(Story, self.id).words.hash

    @rule(body=BODIES)
    def edit(self, body: str) -> None:
        """The editor changes the words they last saw."""
        words: dict[str, Any] = {"title": "Blankets", "teaser": "", "body": body, "editor": "editor:1"}
        self.act(lambda _, story: edit_words(story, **words, seen=self.seen, now=self.now))

    @rule(first=st.booleans())
    def work(self, first: bool) -> None:
        """An editor takes it on, or passes."""
        self.act(lambda _, story: (claim if first else pass_on)(story, by="editor:1", now=self.now))

    @rule(first=st.booleans())
    def check(self, first: bool) -> None:
        """Claims are found, or signed off."""
        flag = lambda _, story: flag_claims(story, by="editor:1", now=self.now)  # noqa: E731
        sign = lambda _, story: sign_off(story, seen=self.seen, by="editor:2", now=self.now)  # noqa: E731
        self.act(flag if first else sign)

    @rule()
    def send(self) -> None:
        """The editor asks the teller."""

        def ask(uow, story) -> None:  # type: ignore[no-untyped-def]
            reasons = dict.fromkeys(range(len(proposed(story))), "Shorter.")
            send_to_storyteller(
                uow, story, seen=self.seen, reasons=reasons, third_parties_checked=True, by="editor:1", now=self.now
            )

        self.act(ask)

    @rule(yes=st.booleans())
    def decide(self, yes: bool) -> None:
        """The teller takes or refuses every change."""

        def choose(_, story) -> None:  # type: ignore[no-untyped-def]
            decide(story, {each.id: yes for each in changes_in_hand(story)}, seen=self.seen, now=self.now)
            decided_words(story, seen=self.seen, now=self.now)

        self.act(choose)

    @rule(web=st.booleans(), newsletter=st.booleans(), own=st.booleans())
    def approve(self, web: bool, newsletter: bool, own: bool) -> None:
        """The storyteller answers for the words they last saw, on their page or on the phone."""
        answers = dict.fromkeys(PLACES, False) | {Scope.WEB: web, Scope.NEWSLETTER: newsletter}
        seen, now = self.seen, self.now
        phone: dict[str, Any] = {"seen": seen, "organisation": "The Group", "given_at": now, "now": now}
        if self.act(
            lambda _, story: (
                approve(story, answers, seen=seen, now=now, wait_a_day=False, **WHO)
                if own
                else record_approval(story, answers, PHONE, **phone)
            )
        ):
            self.said = {scope: (yes, seen, now + LASTS) for scope, yes in answers.items()}
            self.approved.add(seen)

    @rule(scope=st.sampled_from(SURFACES))
    def narrow(self, scope: Scope) -> None:
        """The storyteller takes one place back."""
        if self.act(lambda _, story: narrow(story, [scope], now=self.now, **WHO)) and scope in self.said:
            self.said[scope] = (False, "", self.now)

    @rule()
    def renew(self) -> None:
        """The storyteller keeps it up."""

        def keep(_, story) -> None:  # type: ignore[no-untyped-def]
            renew(story, seen=story.shown_hash, now=self.now, **WHO)
            shown = story.shown_hash
            self.said = {
                scope: (yes, words, self.now + LASTS) if yes and words == shown else (yes, words, until)
                for scope, (yes, words, until) in self.said.items()
            }

        self.act(keep)

    @rule(later=st.booleans())
    def publish(self, later: bool) -> None:
        """The editor presses a button under the words they last saw."""
        if later:
            self.act(lambda _, story: schedule(story, seen=self.seen, now=self.now))
        else:
            self.act(lambda uow, story: publish(uow, story, seen=self.seen, now=self.now))

    @rule(by=SIDES, again=st.booleans())
    def hide(self, by: str, again: bool) -> None:
        """Out of sight, or in sight again, by either side."""
        self.act(lambda _, story: (resume if again else hide)(story, now=self.now, by=by))

    @rule()
    def worry(self) -> None:
        """Somebody opens a case."""
        self.act(
            lambda uow, story: self.cases.append(
                open_hold(uow, HoldKind.SAFEGUARDING, story, opened_by="editor:1", now=self.now).id
            )
        )

    @rule()
    def calm(self) -> None:
        """Somebody closes every case."""
        for case in self.cases:
            self.act(lambda uow, _, case=case: resolve(uow, case, by="editor:1", resolution="fine", now=self.now))

    @rule(sure=st.sampled_from([False, False, False, True]), back=st.booleans())
    def end(self, sure: bool, back: bool) -> None:
        """The storyteller takes it back, or the editor says no."""
        if sure and back:
            self.ended |= self.act(lambda uow, story: withdraw(uow, story, organisation="The Group", now=self.now))
        elif sure:
            self.act(lambda uow, story: decline(uow, story, rule="others", note="", now=self.now))

    @rule(days=st.sampled_from([1, 30, 400]))
    def wait(self, days: int) -> None:
        """Time passes; nobody's silence approves anything, and every yes ends."""
        self.now += timedelta(days=days)
        with self.database.unit() as uow:
            pass_time(uow, now=self.now)

    @invariant()
    def readers_see_what_was_agreed_to(self) -> None:
        """Visible if, and only if: published, no case open, and the newest answer a living yes for these words."""
        with self.database.read() as session:
            story = session.get_one(Story, self.id)
            for scope in SURFACES:
                visible = visible_stories(scope, self.now).where(Story.id == self.id)
                seen = [words.hash for _, words in session.execute(visible)]
                yes, words, until = self.said.get(scope, (False, "", self.now))
                agreed = yes and words == story.shown_hash and self.now < until
                open_to_all = story.state is StoryState.PUBLISHED and not story.open_holds and agreed

                assert seen == ([story.shown_hash] if open_to_all else [])
                assert (scope in grants(story, story.shown_hash, self.now)) == (agreed and not self.ended)
                assert not seen or set(seen) <= self.approved
                assert not (self.ended and seen)

    def teardown(self) -> None:
        """The ledger holds, whatever was done. A broken record would stay in it, so one walk at the end finds it."""
        with self.database.read() as session:
            assert verify(session).holds


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_readers_see_only_what_its_teller_agreed_to(database: Database) -> None:
    """Any order of any actions, on both databases."""
    life = type("LifeOnThisDatabase", (Life,), {"database": database})

    run_state_machine_as_test(life, settings=settings(max_examples=30, stateful_step_count=15, deadline=None))
