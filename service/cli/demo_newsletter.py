"""Demo content: the monthly newsletter, its readers in every state, and the issue that was sent."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.db import UnitOfWork
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.library.model import Article, NetworkEntry
from service.stories.model import Story
from service.subscribers.actions import suppress
from service.subscribers.address import email_key
from service.subscribers.avoiding import groups_of
from service.subscribers.consents import add_consent
from service.subscribers.model import Cadence, Subscriber, Subscription, SuppressionReason, UnsubscribeRoute
from service.subscribers.preferences import Choices, save_preferences
from service.subscribers.reading import Reading
from service.subscribers.wording import sign_up_wording
from service.tokens import Tokens

FOUNDED = datetime(2025, 3, 18, 12, tzinfo=UTC)
"""So that the issue of May 2026 is the fourteenth."""

JOINED = datetime(2025, 9, 16, 18, tzinfo=UTC)
DAY = timedelta(days=1)
PAUSE = 60 * DAY
CADENCES = {"every_issue": Cadence.EACH, "quarterly_digest": Cadence.QUARTERLY}

Row = tuple[ItemKind, str, str, dict[str, Any]]
"""Kind, slot, why it is there, and the rest of an item."""


def seed_newsletter(uow: UnitOfWork, data: dict[str, Any], organisation: str) -> Newsletter:
    """Add the newsletter with its rule and its recipe."""
    rule = data["issues"][0]
    newsletter = Newsletter(
        slug="monthly",
        name=f"{organisation} news",
        description="One letter a month: a story, a page worth knowing, dates, and a question for you.",
        approvals=1,
        rrule=rule["rrule"],
        wall_time=rule["local_time"],
        zone=rule["tz"],
        recipe={
            "slots": data["recipe"]["slots"],
            "awareness_days": data["awareness_days"],
            "prompts": data["prompts"],
        },
        created_at=FOUNDED,
    )
    uow.session.add(newsletter)
    uow.session.flush()
    return newsletter


def seed_subscribers(
    uow: UnitOfWork, data: dict[str, Any], newsletter: Newsletter, tokens: Tokens, organisation: str, now: datetime
) -> int:
    """Add the readers in their states, each with the proof of what they agreed to; gives how many."""
    wording = sign_up_wording().named(organisation)
    for entry in data["subscribers"]:
        asked = now - DAY if entry["state"] == "unconfirmed" else JOINED
        subscriber = Subscriber(
            email=entry["email"],
            email_key=email_key(entry["email"]),
            name=entry["first_name"],
            locale=entry["locale"],
            zone=entry["tz"],
            created_at=asked,
        )
        subscription = Subscription(newsletter_id=newsletter.id, subscriber=subscriber, created_at=asked)
        uow.session.add(subscriber)
        uow.session.flush()
        add_consent(uow.session, subscription, wording, "footer /", given_at=asked)
        _bring_to(uow, subscription, entry, tokens, now)
        if entry["state"] in {"confirmed", "paused"}:
            save_preferences(
                uow, tokens, subscription.id, _choices(entry, newsletter.id), organisation, now=JOINED + DAY
            )
    return len(data["subscribers"])


def seed_sent_issue(
    uow: UnitOfWork, data: dict[str, Any], newsletter: Newsletter, stories: Mapping[str, Story]
) -> Issue:
    """Add issue 14 as it went out, with the story that has been taken back since: the archive must leave that out."""
    entry = next(entry for entry in data["issues"] if entry["state"] == "sent")
    sent = datetime.fromisoformat(entry["sent"])
    issue = Issue(
        newsletter=newsletter,
        period=sent.date().isoformat(),
        slug=f"{newsletter.slug}-{sent.date().isoformat()}",
        state=IssueState.SENT,
        subject=entry["title"],
        preheader="A bench, a good nurse, and what remission means.",
        planned_for=sent,
        send_at=sent,
        created_at=sent - 7 * DAY,
        approved_at=sent - 2 * DAY,
        started_at=sent,
        sent_at=sent + timedelta(minutes=2),
    )
    for position, (kind, slot, why, rest) in enumerate(_rows(uow, data, stories), start=1):
        issue.items.append(Item(issue=issue, position=position, kind=kind, slot=slot, why=why, **rest))
    uow.session.add(issue)
    return issue


def _bring_to(
    uow: UnitOfWork, subscription: Subscription, entry: dict[str, Any], tokens: Tokens, now: datetime
) -> None:
    """Take a new subscription to the state the sample data gives, the way life would have."""
    subscriber, state = subscription.subscriber, entry["state"]
    if state == "unconfirmed":
        return
    subscription.start(JOINED + timedelta(minutes=4))
    if state == "unsubscribed":
        subscription.end(UnsubscribeRoute.PAGE, JOINED + 90 * DAY)
    if state == "bounced":
        suppress(uow, subscriber.email, SuppressionReason.HARD_BOUNCE, tokens=tokens, now=now)
    if state == "paused":
        given = datetime.fromisoformat(entry["pause_until"]).replace(tzinfo=UTC)
        subscriber.rest(given if given > now else now + PAUSE, now)  # a pause that is over shows nothing


def _choices(entry: dict[str, Any], newsletter_id: int) -> Choices:
    return Choices(
        name=entry["first_name"],
        reading=Reading(discreet=entry["discreet"], avoid=groups_of(entry["avoid"])),
        cadences={newsletter_id: CADENCES[entry["cadence"]]},
    )


def _rows(uow: UnitOfWork, data: dict[str, Any], stories: Mapping[str, Story]) -> list[Row]:
    remission = uow.session.scalars(select(Article).where(Article.slug == "remission")).one()
    groups = uow.session.scalars(select(NetworkEntry).order_by(NetworkEntry.id).limit(2)).all()
    hello = "Spring is here, and so are the small things: a bench, a cup of tea, a question. Read what you like."
    return [
        (ItemKind.HELLO, "welcome", "Every issue begins with a few words from you.", {"words": hello}),
        (
            ItemKind.STORY, "lead_story", "Waiting longest: not in any issue yet.",
            {"heading": "A story", "story_id": stories["the-bench-outside-ward-six"].id},
        ),
        (
            ItemKind.ARTICLE, "learn", "Checked. Not in any issue yet.",
            {"heading": "Good to know", "article_id": remission.id},
        ),
        *(
            (
                ItemKind.NETWORK, "network", "Checked. Not in any issue yet.",
                {"heading": "From the network", "network_entry_id": group.id},
            )
            for group in groups
        ),
        (
            ItemKind.STORY, "postcard", "The only postcard that was waiting.",
            {"heading": "A postcard", "story_id": stories["what-i-packed"].id},
        ),
        (
            ItemKind.PROMPT, "ask", "Question 1 of the recipe; each has its turn.",
            {"heading": data["prompts"][0], "words": "A few lines are enough. We only share what you agree to."},
        ),
    ]  # fmt: skip
