"""Checks of the way out: links that answer, a sender whom mailboxes believe, and the number of readers."""

from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.issues.model import Issue
from service.issues.preflight.findings import Finding, Level
from service.issues.preflight.model import LinkCheck, LinkVerdict, SenderCheck
from service.issues.preflight.own_pages import is_page
from service.issues.preflight.sight import Sight
from service.subscribers.model import Subscription

MOST_CHANGE = 0.3

_LINK_LEVELS = {
    LinkVerdict.BROKEN: Level.BLOCK,
    LinkVerdict.REFUSED: Level.BLOCK,
    LinkVerdict.SILENT: Level.WARN,
}


def links(sight: Sight) -> Iterator[Finding]:
    """Every link answers. Our own pages are looked up, all others were tried by a worker (`links.try_links`)."""
    own, others = split_links(sight)
    for url in own:
        if not is_page(sight.session, url.removeprefix(sight.head.links.site_url), sight.issue, sight.now):
            yield _link(sight, url, Level.BLOCK, "leads to no page of our own site")
    tried = {check.url: check for check in sight.session.scalars(select(LinkCheck).where(LinkCheck.url.in_(others)))}
    for url in others:
        check = tried.get(url)
        if check is None:
            yield _link(sight, url, Level.WARN, "has not been tried yet")
        elif check.verdict is not LinkVerdict.ANSWERS:
            yield _link(sight, url, _LINK_LEVELS[check.verdict], check.detail)


def split_links(sight: Sight) -> tuple[list[str], list[str]]:
    """The addresses of our own site, and those of others; telephone numbers and mailboxes are neither."""
    web = [url for url in sight.links if not url.startswith(("tel:", "mailto:"))]
    site = sight.head.links.site_url
    own = [url for url in web if url == site or url.startswith((f"{site}/", f"{site}?", f"{site}#"))]
    return own, [url for url in web if url not in own]


def _link(sight: Sight, url: str, level: Level, what: str) -> Finding:
    return Finding(
        level=level, code="link", about=url, mend=sight.item_with(url), sentence=f"The link to {url} {what}."
    )


def sender(sight: Sight) -> Iterator[Finding]:
    """The sender's domain is ours, and says so in the DNS (SPF, DKIM, DMARC), where mail is real."""
    house = _domain(sight.head.sender.email)
    used = _domain(parseaddr(sight.issue.newsletter.sender)[1]) if sight.issue.newsletter.sender else house
    mend = f"/desk/newsletters/{sight.issue.newsletter_id}"
    check = sight.session.scalar(select(SenderCheck).where(SenderCheck.domain == used))
    if used != house and not used.endswith(f".{house}") and not house.endswith(f".{used}"):
        yield Finding(
            level=Level.BLOCK if check else Level.WARN, code="sender_aligned", about=used, mend=mend,
            sentence=f"The sender is at {used}, but our mail is signed for {house}. Mailboxes will not believe it.",
        )  # fmt: skip
    if check is None:
        return
    for level, sentences in ((Level.BLOCK, check.missing), (Level.WARN, check.unsure)):
        for sentence in sentences:
            yield Finding(level=level, code="sender_dns", about=sentence, mend=mend, sentence=sentence)


def audience(sight: Sight) -> Iterator[Finding]:
    """About as many people get it as got the last one. A correction is for those alone who had what was wrong."""
    if sight.issue.corrects_id is not None:
        return
    issue, now = sight.issue, count_readers(sight.session, sight.issue.newsletter_id)
    before = sight.session.scalar(
        select(Issue.audience)
        .where(Issue.newsletter_id == issue.newsletter_id, Issue.id != issue.id, Issue.audience.is_not(None))
        .order_by(Issue.started_at.desc())
        .limit(1)
    )
    mend = "/desk/subscribers"
    if not now:
        yield Finding(level=Level.WARN, code="nobody", mend=mend, sentence="Nobody would get it just now.")
    if before and abs(now - before) / before > MOST_CHANGE:
        yield Finding(
            level=Level.WARN, code="audience", mend=mend,
            sentence=f"It would go to {now:,} people; the last issue went to {before:,}. Is that right?",
        )  # fmt: skip


def count_readers(session: Session, newsletter_id: int) -> int:
    """How many people would get an issue of a newsletter that left now."""
    query = select(func.count()).where(Subscription.newsletter_id == newsletter_id, Subscription.sendable)
    return session.scalar(query) or 0


def _domain(email: str) -> str:
    return (urlsplit(f"//{email}").hostname or "").lower()
