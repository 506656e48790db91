"""What preflight refuses, each bad thing in turn, and what it only mentions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import object_session

from service.db import Database
from service.editors.model import Editor
from service.issues.model import Issue, IssueState, Item, ItemKind
from service.issues.preflight.examine import CHECKS, blocks, examine
from service.issues.preflight.findings import Finding
from service.issues.preflight.model import LinkCheck, LinkVerdict, SenderCheck
from service.library.model import Article
from service.mail.letterhead import Letterhead
from service.stories.model import Scope, Story
from service.subscribers.model import Subscription
from tests.cast import NOW
from tests.issues.paper import a_story, an_entry, take_back
from tests.subscribers.readers import ada

OUTSIDE = "https://clinic.example.org/leaflet"


def an_item(issue: Issue, kind: ItemKind = ItemKind.ASK, **parts: Any) -> Item:
    """One more item, at the end."""
    item = Item(issue=issue, position=len(issue.items) + 1, kind=kind, slot="", why="A test.", **parts)
    if session := object_session(issue):
        session.add(item)
    return item


def found(database: Database, issue: Issue, head: Letterhead, change: Callable[[Issue], object]) -> list[Finding]:
    """What preflight says of the issue after a change."""
    with database.unit() as uow:
        fresh = uow.session.get_one(Issue, issue.id)
        change(fresh)
        uow.session.flush()
        uow.session.refresh(fresh, ["items"])
        return examine(uow.session, fresh, head, NOW)


def tried(url: str, verdict: LinkVerdict, detail: str = "") -> LinkCheck:
    """How a link answered."""
    return LinkCheck(url=url, verdict=verdict, detail=detail, checked_at=NOW)


def words(text: str) -> Callable[[Issue], object]:
    """Give the hello these words."""
    return lambda issue: setattr(issue.items[0], "words", text)


def test_a_good_issue_is_not_held_back(database: Database, issue: Issue, head: Letterhead) -> None:
    """It says what is worth knowing, and nothing blocks."""
    ada(database)

    findings = found(database, issue, head, lambda _issue: None)

    assert {finding.code for finding in findings} == {"no_note"}
    assert not any(finding.blocks for finding in findings)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda issue: issue.items.clear(), "empty"),
        (lambda issue: an_item(issue, ItemKind.STORY, story_id=1), "twice"),
        (lambda issue: an_item(issue, ItemKind.ARTICLE, article_id=1), "twice"),
        (lambda issue: setattr(issue, "subject", ""), "no_subject"),
        (lambda issue: setattr(issue, "subject", "TODO: a subject"), "placeholder"),
        (lambda issue: setattr(issue, "preheader", "Lorem ipsum, and forty more characters of it."), "placeholder"),
        (words("Hello {{ name }}, how are you?"), "placeholder"),
        (words("Hello %%name%%, how are you?"), "placeholder"),
        (words("Dear [first name], hello."), "placeholder"),
        (words("See you on xxx."), "placeholder"),
        (words("[click here](https://clinic.example.org/leaflet)"), "accessible"),
        (words("[https://clinic.example.org](https://clinic.example.org)"), "accessible"),
        (words("#### A heading that skips two levels"), "accessible"),
        (words("Very long words. " * 7000), "accessible"),
        (words("[Our page](http://localhost/stories/not-there)"), "link"),
        (words("[Our page](http://localhost/no-section/no-article)"), "link"),
        (words("[Our page](http://localhost/desk/issues)"), "link"),
    ],
)
def test_preflight_refuses(
    database: Database, issue: Issue, head: Letterhead, change: Callable[[Issue], object], code: str
) -> None:
    """One bad thing at a time, and each is named with the place to mend it."""
    stops = [finding for finding in found(database, issue, head, change) if finding.blocks]

    assert code in {finding.code for finding in stops}
    assert all(finding.mend.startswith("/desk/") and finding.sentence.endswith((".", "?")) for finding in stops)


def test_a_story_taken_back_may_not_go_out_and_nobody_can_decide_otherwise(
    database: Database, issue: Issue, head: Letterhead
) -> None:
    """A storyteller's no is final."""
    with database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)

    stop = next(each for each in found(database, issue, head, lambda _issue: None) if each.code == "consent")

    assert (stop.blocks, stop.final, stop.mend) == (True, True, f"/desk/issues/{issue.id}#item-2")


def test_no_ask_for_money_beside_a_memorial(database: Database, issue: Issue, head: Letterhead) -> None:
    """Neither above nor below; one item between them is enough."""
    with database.unit() as uow:
        uow.session.scalars(select(Story)).one().format = "memoriam"
    ask = "Please donate to our research fund."

    beside = found(database, issue, head, words(ask))
    apart = found(database, issue, head, lambda each: (words("Hello.")(each), an_item(each, words=ask)))

    assert "ask_beside_memorial" in {finding.code for finding in beside}
    assert "ask_beside_memorial" not in {finding.code for finding in apart}


@pytest.mark.parametrize(("months", "stops"), [(1, False), (7, True)])
def test_an_article_past_its_review(
    database: Database, issue: Issue, head: Letterhead, months: int, stops: bool
) -> None:
    """Named at once, held back after half a year."""
    with database.unit() as uow:
        article = uow.session.scalars(select(Article)).one()
        article.next_review = date(2026, 7, 7) - timedelta(days=31 * months)

    finding = next(each for each in found(database, issue, head, lambda _: None) if each.code == "article_overdue")

    assert finding.blocks is stops


@pytest.mark.parametrize(
    ("verdict", "stops"),
    [
        (LinkVerdict.ANSWERS, None),
        (LinkVerdict.BROKEN, True),
        (LinkVerdict.REFUSED, True),
        (LinkVerdict.SILENT, False),
    ],
)
def test_a_link_is_judged_by_how_it_answered(
    database: Database, issue: Issue, head: Letterhead, verdict: LinkVerdict, stops: bool | None
) -> None:
    """An error stops the issue; silence is only mentioned."""
    with database.unit() as uow:
        uow.session.add(tried(OUTSIDE, verdict, "answers with an error (404)"))

    findings = found(database, issue, head, words(f"[The leaflet]({OUTSIDE})"))

    link = [finding.blocks for finding in findings if finding.code == "link"]
    assert link == ([] if stops is None else [stops])


def test_a_link_that_nobody_has_tried_is_mentioned(database: Database, issue: Issue, head: Letterhead) -> None:
    """The worker has not come to it yet."""
    findings = found(database, issue, head, words(f"[The leaflet]({OUTSIDE})"))

    assert f"The link to {OUTSIDE} has not been tried yet." in {finding.sentence for finding in findings}


@pytest.mark.parametrize(
    "place", ["/stories/the-bench", "/understanding/remission", "/about", "/newsletter/monthly-2026-07-07", ""]
)
def test_our_own_pages_are_looked_up(database: Database, issue: Issue, head: Letterhead, place: str) -> None:
    """A story, an article, a fixed page, this issue's own page, the first page."""
    findings = found(database, issue, head, words(f"[A page of ours](http://localhost{place})"))

    assert "link" not in {finding.code for finding in findings}


def test_the_postal_address_has_to_be_there(database: Database, issue: Issue, head: Letterhead) -> None:
    """The law says so, and nobody can decide otherwise."""
    findings = found_with(database, issue, replace(head, postal_address=""))

    assert {(each.about, each.final) for each in findings if each.code == "postal_address"} == {
        ("HTML", True), ("text", True),
    }  # fmt: skip


def found_with(database: Database, issue: Issue, head: Letterhead) -> list[Finding]:
    """What preflight says with another letterhead."""
    return found(database, issue, head, lambda _issue: None)


def test_a_domain_that_mailboxes_will_not_believe(database: Database, issue: Issue, head: Letterhead) -> None:
    """What the DNS lacks stops the issue; what it did not say is mentioned."""
    with database.unit() as uow:
        uow.session.add(
            SenderCheck(domain="mail.example.org", missing=["No SPF."], unsure=["Nothing about DMARC."], checked_at=NOW)
        )

    findings = [each for each in found_with(database, issue, head) if each.code == "sender_dns"]

    assert [(each.sentence, each.blocks) for each in findings] == [("No SPF.", True), ("Nothing about DMARC.", False)]


@pytest.mark.parametrize(
    ("sender", "aligned"),
    [
        ("News <news@mail.example.org>", True),
        ("News <news@example.org>", True),
        ("News <news@children.mail.example.org>", True),
        ("News <news@elsewhere.example>", False),
        ("News <news@notmail.example.org>", False),
    ],
)
def test_a_sender_of_another_domain(
    database: Database, issue: Issue, head: Letterhead, sender: str, aligned: bool
) -> None:
    """Our mail is signed for one domain, its parents and its children."""
    findings = found(database, issue, head, lambda each: setattr(each.newsletter, "sender", sender))

    assert ("sender_aligned" not in {each.code for each in findings}) is aligned


@pytest.mark.parametrize(("before", "mentioned"), [(1, False), (2, True), (None, False)])
def test_a_jump_of_the_audience_is_mentioned(
    database: Database, issue: Issue, head: Letterhead, before: int | None, mentioned: bool
) -> None:
    """By more than thirty per cent against the last issue."""
    ada(database)
    with database.unit() as uow:
        uow.session.execute(select(Subscription))
        uow.session.add(
            Issue(
                newsletter=uow.session.get_one(Issue, issue.id).newsletter, period="2026-05-05", slug="may",
                subject="May", planned_for=NOW, created_at=NOW, started_at=NOW, state=IssueState.SENT, audience=before,
            )
        )  # fmt: skip

    assert ("audience" in {each.code for each in found_with(database, issue, head)}) is mentioned


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda issue: setattr(issue, "subject", "A subject that goes on " * 4), "long_subject"),
        (lambda issue: setattr(issue, "preheader", "Too short."), "preheader_length"),
        (lambda issue: setattr(issue, "preheader", f"{issue.subject}: and then a few words more"), "preheader_repeats"),
        (words("READ THIS NOW!!!"), "shouting"),
        (words("Long words again. " * 4700), "size"),
    ],
)
def test_preflight_mentions(
    database: Database, issue: Issue, head: Letterhead, change: Callable[[Issue], object], code: str
) -> None:
    """Things that editors decide about."""
    findings = found(database, issue, head, change)

    assert code in {each.code for each in findings if not each.blocks}


def test_a_story_that_another_issue_has_carried(database: Database, issue: Issue, head: Letterhead) -> None:
    """Somebody put it in by hand."""
    with database.unit() as uow:
        other = Issue(
            newsletter=uow.session.get_one(Issue, issue.id).newsletter, period="x", slug="x", subject="x",
            planned_for=NOW, created_at=NOW,
        )  # fmt: skip
        an_item(other, ItemKind.STORY, story_id=1)
        uow.session.add(other)

    assert "featured_before" in {each.code for each in found_with(database, issue, head)}


def test_what_blocks_comes_first(database: Database, issue: Issue, head: Letterhead) -> None:
    """Editors read from the top."""
    levels = [each.blocks for each in found(database, issue, head, words("TODO!!!"))]

    assert levels == sorted(levels, reverse=True)


def test_every_kind_of_item_passes(database: Database, issue: Issue, head: Letterhead, editor: Editor) -> None:
    """A network entry, a second story, words with a list and a telephone number: nothing is lost in either part."""
    with database.unit() as uow:
        an_entry(uow.session, "Riverside")
        a_story(uow.session, "the-kettle")
    text = "- One\n- Two\n\n> A quote.\n\n**Bold**, *slanted*, [mail us](mailto:us@example.org)."

    findings = found(
        database, issue, head,
        lambda each: (
            an_item(each, ItemKind.NETWORK, network_entry_id=1),
            an_item(each, ItemKind.STORY, story_id=2, heading="A story"),
            an_item(each, heading="Words", words=text),
        ),
    )  # fmt: skip

    assert [each.sentence for each in findings if each.blocks] == []
    assert len(CHECKS) == 20


def test_blocks_are_what_nobody_has_agreed_to(database: Database, issue: Issue, head: Letterhead) -> None:
    """Without an override every blocking finding counts."""
    with database.unit() as uow:
        fresh = uow.session.get_one(Issue, issue.id)
        fresh.items[0].words = "TODO"
        findings = examine(uow.session, fresh, head, NOW)

        assert [each.code for each in blocks(uow.session, fresh, findings)] == ["placeholder"]


def test_what_may_stand_in_is_looked_at_too(database: Database, issue: Issue, head: Letterhead) -> None:
    """A story that only readers get who have had another; what nobody may get is not looked at."""

    def somebody_waits(issue: Issue) -> None:
        session = object_session(issue)
        assert session is not None
        a_story(session, "lorem-ipsum")
        take_back(a_story(session, "fixme"), Scope.NEWSLETTER)

    placeholders = [each for each in found(database, issue, head, somebody_waits) if each.code == "placeholder"]

    assert {each.about.casefold() for each in placeholders} == {"lorem ipsum", "lorem"}  # its title, and its address
    assert all(each.blocks and each.sentence.startswith("In the copy with ") for each in placeholders)


def test_what_somebody_may_have_missed_is_looked_at_too(database: Database, issue: Issue, head: Letterhead) -> None:
    """A story of an earlier issue, which those who come back from a rest are offered."""

    def an_earlier_one(issue: Issue) -> None:
        session = object_session(issue)
        assert session is not None
        june = Issue(
            newsletter=issue.newsletter, period="2026-06-02", slug="june", subject="June", planned_for=NOW,
            state=IssueState.SENT, started_at=NOW - timedelta(days=30), created_at=NOW,
        )  # fmt: skip
        session.add(june)
        an_item(june, ItemKind.STORY, story_id=a_story(session, "lorem-ipsum").id)

    assert "placeholder" in {each.code for each in found(database, issue, head, an_earlier_one) if each.blocks}
