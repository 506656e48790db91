"""Composing an issue from its newsletter's recipe."""

import threading
from datetime import date, timedelta

import pytest

from service.db import Database, SilentDoorbell
from service.issues.compose import compose, compose_due, compose_next, issue_of
from service.issues.errors import BadRecipe
from service.issues.frames.german import GERMAN
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.issues.planning import NO_ASK
from service.issues.schedule import occurrences
from service.stories.model import Scope
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY, RECIPE, a_newsletter, a_story, an_article, an_entry, days_before, take_back
from tests.stories.tales import an_answer

FIRST_AUGUST = FIRST_JULY + timedelta(days=28)


def composed(database: Database, newsletter: Newsletter, period: str = "2026-07-07") -> Issue:
    """The issue of a period, with its items."""
    with database.unit() as uow:
        issue = compose(uow, uow.session.merge(newsletter), period, FIRST_JULY, NOW)
        assert issue.items is not None
    return issue


def items_of(issue: Issue, kind: ItemKind) -> list[Item]:
    """Its items of one kind."""
    return [item for item in issue.items if item.kind is kind]


def test_a_draft_has_an_item_for_each_slot_in_order(database: Database, newsletter: Newsletter) -> None:
    """Hello, story, article, dates, network, question; the footer belongs to the mail itself."""
    with database.unit() as uow:
        a_story(uow.session, "the-bench", days_before(60))
        an_article(uow.session, "remission")
        an_entry(uow.session, "Riverside")

    issue = composed(database, newsletter)

    assert [item.kind for item in issue.items] == ["hello", "story", "article", "dates", "network", "prompt"]
    assert [item.position for item in issue.items] == [1, 2, 3, 4, 5, 6]
    assert (issue.state, issue.slug, issue.skipped) == (IssueState.DRAFT, "monthly-2026-07-07", [])
    assert issue.subject == "Monthly news, 7 July 2026"


@pytest.mark.parametrize(("lang", "subject", "days"), [
    ("en-GB", "Monthly news, 7 July 2026", "- All of July: Blood Month\n- 10 July: [Rest Day](https://rest.example)"),
    ("fr", "Monthly news, 7 juillet 2026", "- Tout juillet\u00a0: Blood Month\n- 10 juillet\u00a0: [Rest Day](https://rest.example)"),
    ("es", "Monthly news, 7 de julio de 2026", "- Todo julio: Blood Month\n- 10 de julio: [Rest Day](https://rest.example)"),
    ("de", "Monthly news, 7. Juli 2026", "- Im ganzen Juli: Blood Month\n- 10. Juli: [Rest Day](https://rest.example)"),
    ("ar", "Monthly news\u200f، 7 يوليو 2026", "- طوال يوليو: Blood Month\n- 10 يوليو: [Rest Day](https://rest.example)"),
    ("pl", "Monthly news, 7 July 2026", "- All of July: Blood Month\n- 10 July: [Rest Day](https://rest.example)"),
])  # fmt: skip
def test_a_draft_says_its_dates_in_the_newsletters_language(
    database: Database, lang: str, subject: str, days: str
) -> None:
    """In its subject, and in its list of dates; in English where we write no other."""
    awareness_days = [
        {"name": "Blood Month", "rrule": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=8", "kind": "month", "url": None},
        {
            "name": "Rest Day",
            "rrule": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=10",
            "kind": "day",
            "url": "https://rest.example",
        },
    ]
    with database.unit() as uow:
        paper = a_newsletter(uow.session, lang=lang, recipe=RECIPE | {"awareness_days": awareness_days})

    issue = composed(database, paper)

    assert issue.subject == subject
    assert items_of(issue, ItemKind.DATES)[0].words == days


def test_a_draft_begins_in_the_newsletters_language(database: Database) -> None:
    """The words that stand in it until its editors write their own, and the headings that the recipe does not give."""
    with database.unit() as uow:
        paper = a_newsletter(uow.session, lang="de-AT")
        for each in (a_story(uow.session, "the-bench", days_before(60)), an_article(uow.session, "remission")):
            each.lang = "de"
        an_entry(uow.session, "Riverside")

    issue = composed(database, paper)

    assert [item.heading for item in issue.items] == [
        "", GERMAN.a_story, GERMAN.good_to_know, GERMAN.dates_ahead, GERMAN.from_network, "What did you pack?",
    ]  # fmt: skip
    assert (issue.items[0].words, issue.items[-1].words) == (GERMAN.hello, GERMAN.prompt_words)
    assert issue.items[1].why == "Waiting since 11 April 2026."


def test_every_item_says_why_it_is_there(database: Database, newsletter: Newsletter) -> None:
    """In sentences for people."""
    with database.unit() as uow:
        a_story(uow.session, "the-bench", days_before(64))
        an_article(uow.session, "remission", next_review=date(2027, 3, 1))
        an_entry(uow.session, "Riverside", checked=date(2026, 6, 1))

    issue = composed(database, newsletter)

    assert [item.why for item in issue.items] == [
        "Every issue begins with a few words from you.",
        "Waiting since 7 April 2026.",
        "In date until 1 March 2027. Not in any issue yet.",
        "In the 35 days from 7 July 2026.",
        "Checked on 1 June 2026. Not in any issue yet.",
        "Question 1 of the 2 in the recipe; each has its turn.",
    ]


def test_the_story_that_waits_longest_comes_first(database: Database, newsletter: Newsletter) -> None:
    """Nobody who told us their story is overtaken."""
    with database.unit() as uow:
        a_story(uow.session, "newer", days_before(5))
        oldest = a_story(uow.session, "oldest", days_before(50))

    assert items_of(composed(database, newsletter), ItemKind.STORY)[0].story_id == oldest.id


def test_a_recipe_may_ask_for_the_latest_first(database: Database) -> None:
    """When an editor wants it so, and then the sentence says it."""
    slot = {"slot": "lead", "source": "stories", "order": "latest", "count": 2}
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe={"slots": [slot]})
        older, newest = a_story(uow.session, "older", days_before(50)), a_story(uow.session, "newest", days_before(5))

    stories = items_of(composed(database, paper), ItemKind.STORY)

    assert [item.story_id for item in stories] == [newest.id, older.id]
    assert stories[0].why.startswith("The newest: since ")
    assert stories[1].why.startswith("The newest: since ")


def test_a_story_without_consent_for_the_newsletter_is_not_chosen(database: Database, newsletter: Newsletter) -> None:
    """Yes to the website is not yes to a mail; the slot stays empty and the reason is kept."""
    with database.unit() as uow:
        a_story(uow.session, "web-only", scopes=(Scope.WEB,))
        take_back(a_story(uow.session, "taken-back"), Scope.NEWSLETTER)

    issue = composed(database, newsletter)

    assert items_of(issue, ItemKind.STORY) == []
    assert issue.skipped[0]["slot"] == "lead_story"
    assert issue.skipped[0]["reason"].startswith("No story that fits is waiting.")


def test_a_story_whose_consent_ends_before_the_issue_is_not_chosen(database: Database, newsletter: Newsletter) -> None:
    """It would have to be left out on the day."""
    with database.unit() as uow:
        story = a_story(uow.session, "soon-over")
        ends = FIRST_JULY - timedelta(days=1)
        story.consents.append(an_answer(Scope.NEWSLETTER, story.words, expires_at=ends))

    assert items_of(composed(database, newsletter), ItemKind.STORY) == []


def test_a_story_is_never_in_two_issues(database: Database, newsletter: Newsletter) -> None:
    """A slot stays empty rather than repeat."""
    with database.unit() as uow:
        a_story(uow.session, "only-one")
    composed(database, newsletter)

    assert items_of(composed(database, newsletter, "2026-08-04"), ItemKind.STORY) == []


def test_the_story_of_a_cancelled_issue_is_free_again(database: Database, newsletter: Newsletter) -> None:
    """Unless somebody got it: an issue that had begun to leave keeps its stories."""
    with database.unit() as uow:
        a_story(uow.session, "only-one")
    july = composed(database, newsletter)
    with database.unit() as uow:
        uow.session.merge(july).state = IssueState.CANCELLED
    assert len(items_of(composed(database, newsletter, "2026-08-04"), ItemKind.STORY)) == 1

    with database.unit() as uow:
        for issue in uow.session.query(Issue):
            issue.state, issue.started_at = IssueState.CANCELLED, NOW
    assert items_of(composed(database, newsletter, "2026-09-01"), ItemKind.STORY) == []


def test_another_newsletter_may_carry_the_same_story(database: Database, newsletter: Newsletter) -> None:
    """What counts is what the readers of this one have had."""
    with database.unit() as uow:
        story = a_story(uow.session, "for-both")
        weekly = a_newsletter(uow.session, "weekly")
    composed(database, newsletter)

    assert items_of(composed(database, weekly), ItemKind.STORY)[0].story_id == story.id


def test_articles_take_turns(database: Database, newsletter: Newsletter) -> None:
    """First each in the order of the library, then the one that was longest ago; one out of date never."""
    with database.unit() as uow:
        an_article(uow.session, "overdue", next_review=date(2026, 6, 30), position=0)
        second, first = an_article(uow.session, "b", position=2), an_article(uow.session, "a", position=1)
    with database.unit() as uow:
        paper = uow.session.merge(newsletter)
        issues = [
            compose(uow, paper, f"2026-0{month}", FIRST_JULY + timedelta(days=28 * month), NOW) for month in range(1, 4)
        ]

        chosen = [items_of(issue, ItemKind.ARTICLE)[0] for issue in issues]

    assert [item.article_id for item in chosen] == [first.id, second.id, first.id]
    assert chosen[2].why == "In date until 1 March 2027. Last in the issue of 4 August 2026."


def test_questions_take_turns(database: Database, newsletter: Newsletter) -> None:
    """The list goes round."""
    asked = [items_of(composed(database, newsletter, period), ItemKind.PROMPT)[0].heading for period in ("1", "2", "3")]

    assert asked == ["What did you pack?", "Who sat with you?", "What did you pack?"]


def test_dates_lie_within_the_window_after_the_issue(database: Database, newsletter: Newsletter) -> None:
    """World Rest Day is three days later; Tea Day is in December."""
    assert items_of(composed(database, newsletter), ItemKind.DATES)[0].words == "- 10 July: World Rest Day"


def test_an_entry_that_nobody_has_checked_lately_is_not_recommended(database: Database, newsletter: Newsletter) -> None:
    """A number that rings nowhere hurts."""
    with database.unit() as uow:
        an_entry(uow.session, "Stale", checked=date(2025, 6, 1))

    issue = composed(database, newsletter)

    assert items_of(issue, ItemKind.NETWORK) == []
    assert "network" in {entry["slot"] for entry in issue.skipped}


def test_the_same_inputs_give_the_same_issue(database: Database) -> None:
    """Two newsletters with one recipe and one library get the same items for the same reasons."""
    with database.unit() as uow:
        twins = [a_newsletter(uow.session, slug) for slug in ("one", "other")]
        for number in range(5):
            a_story(uow.session, f"story-{number}", NOW)
            an_article(uow.session, f"article-{number}")

    one, other = (
        [(item.kind, item.story_id, item.article_id, item.why, item.words) for item in composed(database, twin).items]
        for twin in twins
    )

    assert one == other


def test_composing_a_period_again_changes_nothing(database: Database, newsletter: Newsletter) -> None:
    """The timer may tick as often as it likes."""
    first = composed(database, newsletter)
    with database.unit() as uow:
        uow.session.merge(first).subject = "The editor's own"
        a_story(uow.session, "came-later")

    again = composed(database, newsletter)

    assert (again.id, again.subject, len(again.items)) == (first.id, "The editor's own", len(first.items))


def test_two_timers_at_once_make_one_issue(database: Database, database_url: str, newsletter: Newsletter) -> None:
    """Whoever loses the race gives the winner's issue, on a connection of its own."""
    line, found = threading.Barrier(2), []

    def tick() -> None:
        own = Database(database_url, SilentDoorbell(), pool_size=1)
        line.wait()
        found.append(composed(own, newsletter).id)
        own.close()

    timers = [threading.Thread(target=tick) for _ in range(2)]
    for timer in timers:
        timer.start()
    for timer in timers:
        timer.join()

    assert len(found) == 2
    assert len(set(found)) == 1


def test_compose_due_waits_for_the_lead_time(database: Database, newsletter: Newsletter) -> None:
    """Thirty days before the date, and not an hour earlier; then nothing more is due."""
    day = FIRST_JULY - timedelta(days=30)
    with database.unit() as uow:
        assert compose_due(uow, day - timedelta(hours=1)) == []
        assert [issue.period for issue in compose_due(uow, day)] == ["2026-07-07"]
        assert compose_due(uow, day + timedelta(minutes=1)) == []


def test_compose_due_makes_every_draft_that_lies_within_the_lead_time(database: Database) -> None:
    """A weekly with a lead of a fortnight has two drafts in the making."""
    with database.unit() as uow:
        a_newsletter(uow.session, "weekly", rrule="FREQ=WEEKLY;BYDAY=TU", lead_days=14)

        assert [issue.period for issue in compose_due(uow, NOW)] == ["2026-06-16", "2026-06-23"]


def test_a_newsletter_that_rests_gets_no_draft(database: Database) -> None:
    """Nor does one whose recipe cannot be read, and the others do not wait for it."""
    with database.unit() as uow:
        a_newsletter(uow.session, "resting", active=False)
        a_newsletter(uow.session, "broken", recipe={"slots": [{"slot": "x", "source": "horoscope"}]})
        a_newsletter(uow.session, "fine")

        assert [issue.newsletter.slug for issue in compose_due(uow, NOW)] == ["fine"]


def test_composing_by_hand_says_what_is_wrong_with_the_recipe(database: Database) -> None:
    """An editor is there to read it."""
    with database.unit() as uow:
        broken = a_newsletter(uow.session, "broken", recipe={"slots": [{"slot": "x", "source": "horoscope"}]})
        with pytest.raises(BadRecipe):
            compose_next(uow, broken, NOW)


@pytest.mark.parametrize(
    ("state", "period"),
    [(IssueState.DRAFT, "2026-07-07"), (IssueState.SENT, "2026-08-04"), (IssueState.CANCELLED, "2026-08-04")],
)
def test_compose_next_passes_over_what_has_left(
    database: Database, newsletter: Newsletter, state: IssueState, period: str
) -> None:
    """The next date is the first whose issue can still be worked on."""
    july = composed(database, newsletter)
    with database.unit() as uow:
        uow.session.merge(july).state = state

    with database.unit() as uow:
        assert compose_next(uow, uow.session.merge(newsletter), NOW).period == period
        assert issue_of(uow.session, newsletter, period) is not None


def test_two_slots_never_share_a_story(database: Database) -> None:
    """Within one issue as well."""
    slots = [{"slot": "lead", "source": "stories"}, {"slot": "second", "source": "stories"}]
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe=RECIPE | {"slots": slots})
        a_story(uow.session, "only-one")

    issue = composed(database, paper)

    assert [item.slot for item in issue.items] == ["lead"]
    assert [entry["slot"] for entry in issue.skipped] == ["second"]


def test_no_ask_for_money_in_an_issue_with_a_memorial(database: Database) -> None:
    """Wherever the two stand in the recipe: the ask waits, the story does not, and an ask for words may stay."""
    give = {"slot": "give", "source": "words", "heading": "Please", "words": "Donate to our fund."}
    write = {"slot": "write", "source": "words", "heading": "Write to us", "words": "Tell us how you are."}
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe={"slots": [give, {"slot": "lead", "source": "stories"}, write]})
        a_story(uow.session, "learning-to-cook", days_before(60)).format = "memoriam"
        a_story(uow.session, "other", days_before(5))

    july, august = composed(database, paper), composed(database, paper, "2026-08-04")

    assert [item.slot for item in july.items] == ["lead", "write"]
    assert july.skipped == [{"slot": "give", "reason": NO_ASK}]
    assert [item.slot for item in august.items] == ["give", "lead", "write"]


def test_the_mix_of_the_last_issues_counts(database: Database) -> None:
    """After two patients the carer comes, though a patient has waited a week longer, and the item says so."""
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe={"slots": [{"slot": "lead", "source": "stories"}]})
        for number in range(4):
            a_story(uow.session, f"patient-{number}", days_before(40 - number))
        carer = a_story(uow.session, "carer", days_before(30))
        carer.role = "carer"
    with database.unit() as uow:
        newsletter = uow.session.merge(paper)
        dates = occurrences(newsletter, NOW, 3)
        made = [compose(uow, newsletter, date.period, date.at, NOW).items[0] for date in dates]

    assert [item.story_id == carer.id for item in made] == [False, False, True]
    assert made[2].why == (
        "Waiting since 11 May 2026. We have not had a carer's story for two issues. "
        "For a fair mix it goes before 2 that waited longer."
    )
