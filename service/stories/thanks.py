"""Thank-yous: a number for each story and the issue they came by. Who said it is not kept anywhere."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from service.db import Base, UnitOfWork
from service.stories.model import Story

NO_ISSUE = 0
"""In place of an issue's id: they found the story by themselves."""


class StoryThanks(Base):
    """How often readers who came by one issue thanked for one story."""

    __tablename__ = "story_thanks"
    __table_args__ = (PrimaryKeyConstraint("story_id", "issue_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"))
    issue_id: Mapped[int] = mapped_column(default=NO_ISSUE, index=True)
    """No foreign key: stories know nothing of issues."""
    count: Mapped[int] = mapped_column(default=0)


def thank(uow: UnitOfWork, story_id: int, issue_id: int = NO_ISSUE) -> None:
    """One thank-you more."""
    dialect = sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(StoryThanks).values(story_id=story_id, issue_id=issue_id, count=1)
    more = {"count": StoryThanks.count + 1}
    uow.session.execute(insert.on_conflict_do_update(index_elements=["story_id", "issue_id"], set_=more))


def thanks_said(story: Story) -> int:
    """How often readers said thank you for a story that was read in a session."""
    session = object_session(story)
    said = select(func.sum(StoryThanks.count)).where(StoryThanks.story_id == story.id)
    return int(session.scalar(said) or 0) if session is not None else 0


def thanks_by_issue(session: Session, issue_ids: Collection[int]) -> dict[int, int]:
    """Issue id -> how often readers who came by it thanked for a story. Issues without any are not there."""
    query = select(StoryThanks.issue_id, func.sum(StoryThanks.count)).where(StoryThanks.issue_id.in_(issue_ids))
    return {issue: int(count) for issue, count in session.execute(query.group_by(StoryThanks.issue_id))}
