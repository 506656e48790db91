"""The sweep: ask the database what is due and ring. Losing every message in Redis costs seconds, never a mail."""

from service.bootstrap import Services
from service.delivery.events import waiting_posts
from service.delivery.presence import Presence
from service.delivery.settle import finish_issues, hands_wanted, settle
from service.issues.queries import due_issues
from service.mail.notices import due_notices


def sweep(services: Services, presence: Presence, *, slots: int) -> None:
    """One pass: settle what can be settled, then ring for notices, events, issues and batches that wait."""
    now = services.clock()
    with services.database.unit() as uow:
        settle(uow, presence, now=now)
        finish_issues(uow, now=now, batch_size=services.mailer.largest)
        for notice in due_notices(uow.session, now):
            uow.enqueue("mail.send_notice", notice)
        for post in waiting_posts(uow.session):
            uow.enqueue("delivery.apply_events", post)
        for issue in due_issues(uow.session, now):
            uow.enqueue("delivery.start", issue.id)
        for issue_id, hands in hands_wanted(uow.session, slots, now).items():
            uow.enqueue("delivery.drain", issue_id, times=hands)
