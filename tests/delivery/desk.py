"""Issues with one story each, for seven readers, and who got what of them."""

from dataclasses import dataclass

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.settle import finish_issues
from service.delivery.start import start
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.stories.model import Scope
from service.subscribers.reading import Reading
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.issues.paper import a_story

NO_DEATH = Reading(avoid=frozenset({"death"}))


@dataclass
class Desk:
    """Issues with one story each, and who got what of them."""

    services: Services
    newsletter: Newsletter
    postbox: Postbox
    drain: Drain
    clock: Clock

    def story(self, slug: str, *notes: str) -> int:
        """A story that may be mailed."""
        with self.services.database.unit() as uow:
            story = a_story(uow.session, slug, NOW, scopes=tuple(Scope))
            story.content_notes = list(notes) or ["diagnosis"]
        return story.id

    def issue(self, story: int, slug: str, paper: Newsletter | None = None, **changed: object) -> int:
        """An issue with that story whose time has come."""
        now = self.clock()
        with self.services.database.unit() as uow:
            issue = Issue(
                newsletter=uow.session.merge(paper or self.newsletter), period=slug, slug=slug, subject=slug,
                planned_for=now, state=IssueState.SCHEDULED, send_at=now, created_at=now,
            )  # fmt: skip
            Item(issue=issue, position=1, kind=ItemKind.HELLO, slot="welcome", why="first", words="Hello.")
            Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead_story", why="next", story_id=story)
            for name, value in changed.items():
                setattr(issue, name, value)
            uow.session.add(issue)
        return issue.id

    def start(self, issue: int) -> None:
        """It begins to leave."""
        with self.services.database.unit() as uow:
            assert start(uow, issue, self.services.head, batch_size=3, slots=1, now=self.clock()), uow.session.get_one(
                Issue, issue
            ).held_because

    def finish(self, issue: int) -> None:
        """Everything of it leaves, with whoever was missed."""
        for _ in range(3):
            self.drain.run(issue)
            with self.services.database.unit() as uow:
                finish_issues(uow, self.services.head, now=self.clock(), batch_size=3)

    def send(self, issue: int) -> dict[str, str]:
        """All of it; gives address -> text part."""
        before = len(self.postbox.mailings)
        self.start(issue)
        self.finish(issue)
        self.clock.move(days=7)
        return {who.to.email: mail.text for mail in self.postbox.mailings[before:] for who in mail.recipients}


def reader(n: int) -> str:
    """The address of one of the seven."""
    return f"reader{n}@example.test"
