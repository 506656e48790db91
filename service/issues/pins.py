"""Pins: an editor says that a story, an article or a resource comes in the next issue, before everything else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, not_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.db import Base, UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.errors import NoSuchIssue, NotEligible
from service.issues.featured import fresh_resources, ready_articles, waiting_stories
from service.issues.model import Issue, ItemKind, Newsletter
from service.issues.past import Featured, counts, featured_by
from service.stories.model import Story, StoryState


class IssuePin(Base):
    """One pin. It has done its work once an issue has what it names, unless that issue is cancelled unsent."""

    __tablename__ = "issue_pins"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ItemKind]
    row_id: Mapped[int]
    """The id of the story, article or resource that `kind` says."""
    pinned_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"))
    pinned_at: Mapped[datetime]
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"), default=None)
    """The issue that took it up."""

    @property
    def featured(self) -> Featured:
        """What it names."""
        return self.kind, self.row_id


def open_pins(session: Session, newsletter_id: int) -> Sequence[IssuePin]:
    """The pins that no issue has taken up, the oldest first."""
    free = or_(IssuePin.issue_id.is_(None), not_(counts()))
    query = select(IssuePin).outerjoin(Issue, Issue.id == IssuePin.issue_id)
    pins = query.where(IssuePin.newsletter_id == newsletter_id, free)
    return session.scalars(pins.order_by(IssuePin.pinned_at, IssuePin.id)).all()


def can_be_pinned(session: Session, paper: Newsletter, now: datetime) -> list[tuple[ItemKind, int, str]]:
    """What may be pinned today, as kind, row id and title; what is pinned already is left out."""
    pinned = {pin.featured for pin in open_pins(session, paper.id)}
    found = [
        *((ItemKind.STORY, story.id, words.title) for story, words in waiting_stories(session, paper, on=now, now=now)),
        *((ItemKind.ARTICLE, each.id, each.title) for each, _ in ready_articles(session, paper, on=now, now=now)),
        *((ItemKind.RESOURCE, each.id, each.title) for each in fresh_resources(session, paper, on=now, now=now)),
    ]
    return [each for each in found if each[:2] not in pinned]


def pin_choices(session: Session, story: Story, now: datetime) -> list[tuple[Newsletter, int | None]]:
    """The newsletters that a published story waits for, each with the id of its pin if it has one already."""
    if story.state is not StoryState.PUBLISHED:
        return []
    papers = session.scalars(select(Newsletter).where(Newsletter.active).order_by(Newsletter.id)).all()
    pinned = {paper.id: _pin_of(session, paper, story) for paper in papers}
    return [(each, pinned[each.id]) for each in papers if pinned[each.id] or _waits(session, each, story, now)]


def _pin_of(session: Session, paper: Newsletter, story: Story) -> int | None:
    return next((each.id for each in open_pins(session, paper.id) if each.featured == (ItemKind.STORY, story.id)), None)


def _waits(session: Session, paper: Newsletter, story: Story, now: datetime) -> bool:
    return any(each.id == story.id for each, _ in waiting_stories(session, paper, on=now, now=now))


def pin(
    uow: UnitOfWork, newsletter_id: int, kind: ItemKind, row_id: int, by: Editor | None, *, now: datetime
) -> IssuePin:
    """Have it in the next issue. Raises NotEligible for what may not be in one, or is pinned already."""
    paper = _paper(uow, newsletter_id)
    if (kind, row_id) not in {each[:2] for each in can_be_pinned(uow.session, paper, now)}:
        raise NotEligible
    made = IssuePin(newsletter_id=paper.id, kind=kind, row_id=row_id, pinned_by=by.id if by else None, pinned_at=now)
    uow.session.add(made)
    note(uow, by, "pinned", f"newsletter:{paper.id}", now=now)
    uow.session.flush()
    return made


def unpin(uow: UnitOfWork, newsletter_id: int, pin_id: int, by: Editor | None, *, now: datetime) -> None:
    """Let the rule decide again; one that is gone already is as wanted. Raises NoSuchIssue."""
    _paper(uow, newsletter_id)
    found = uow.session.get(IssuePin, pin_id)
    if found is not None and found.newsletter_id == newsletter_id:
        uow.session.delete(found)
        note(uow, by, "unpinned", f"newsletter:{newsletter_id}", now=now)


def take_up(session: Session, issue: Issue) -> None:
    """Note on the open pins of a newsletter which of them a new issue has fulfilled."""
    inside = {featured_by(item) for item in issue.items}
    for each in open_pins(session, issue.newsletter_id):
        if each.featured in inside:
            each.issue_id = issue.id


def _paper(uow: UnitOfWork, newsletter_id: int) -> Newsletter:
    paper = uow.session.get(Newsletter, newsletter_id, with_for_update=True)
    if paper is None:
        raise NoSuchIssue
    return paper
