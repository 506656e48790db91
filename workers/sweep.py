"""The sweep: ask the database what is due and ring. Losing every message in Redis costs seconds, never a mail."""

from service.bootstrap import Services
from service.delivery.events import waiting_posts
from service.delivery.journals import believe_journals, tidy_journals
from service.delivery.lookup import lookups_due
from service.delivery.presence import Presence
from service.delivery.recall import calls_open
from service.delivery.settle import finish_issues, hands_wanted, settle
from service.issues.queries import due_issues
from service.mail.notices import due_notices
from service.mail.smtp_journal import Journals
from service.stories.taking_back import open_take_backs


def sweep(services: Services, presence: Presence, *, slots: int) -> None:
    """One pass: settle what can be settled, then ring for notices, events, issues and batches that wait."""
    now, journals = services.clock(), Journals(services.settings.journals)
    with services.database.unit() as uow:
        believe_journals(uow.session, presence, journals, services.tokens, now=now)
        settle(uow, presence, now=now)
        finish_issues(uow, services.head, now=now, batch_size=services.mailer.largest)
        for notice in due_notices(uow.session, now):
            uow.enqueue("mail.send_notice", notice)
        for post in waiting_posts(uow.session):
            uow.enqueue("delivery.apply_events", post)
        if services.schedule is not None and calls_open(uow.session, now):
            uow.enqueue("delivery.call_back", 0)
        if services.log is not None and lookups_due(uow.session, now):
            uow.enqueue("delivery.look_up", 0)
        for story in open_take_backs(uow.session, now):
            uow.enqueue("stories.take_back", story)
        for issue in due_issues(uow.session, now, ahead=services.timing.lead):
            uow.enqueue("delivery.start", issue.id)
        for issue_id, hands in hands_wanted(uow.session, slots, now).items():
            uow.enqueue("delivery.drain", issue_id, times=hands)
    with services.database.read() as session:  # not before the proof that a journal was is committed
        tidy_journals(session, presence, journals)
