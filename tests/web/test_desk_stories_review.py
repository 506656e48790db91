"""The review page: gentle first, then everything an editor needs; claims, notes, cases, facts and the teller's name."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from service.bootstrap import Services
from service.editors.model import Editor, Role
from service.mail.model import Notice
from service.stories.holds import open_hold
from service.stories.model import (
    GivenBy,
    HoldKind,
    Method,
    Revision,
    Scope,
    Story,
    StoryComment,
    StoryPhoto,
    StoryPhotoPerson,
    StoryState,
)
from service.stories.queries import story_for_change
from tests.cast import ADA, NOW
from tests.conftest import Clock
from tests.stories.tales import a_submitted_story
from tests.web.at_desk import browser, press, trail

STORY = "/desk/stories/1"
READ = f"{STORY}?read=1"
LONG = "It began on a Tuesday. " + "We waited and waited. " * 12 + "Dr Okafor said: stop the pills. She had a relapse."


@pytest.fixture
def submitted(services: Services) -> Story:
    """A story of some length that waits."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        words = story.words
        again = Revision(number=2, title=words.title, teaser="", body=LONG, author="storyteller", created_at=NOW)
        story.revisions.append(again)
        assert story.storyteller
        story.storyteller.name = "Tomasz Wilk"
        story.steps.clear()
        story.comments.append(StoryComment(author="storyteller", words="Call me: 020 7946 0018", at=NOW))
    return story


def the_story(services: Services) -> Story:
    """The story as it is now, with what belongs to it loaded."""
    with services.database.read() as session:
        loaded = selectinload(Story.holds), selectinload(Story.consents)
        return session.get_one(Story, 1, options=loaded)


def test_the_beginning_comes_first(desk: FlaskClient, submitted: Story) -> None:
    """Nobody is hit by a whole story: what it mentions and how it begins, the rest behind a press."""
    first, whole = desk.get(STORY).text, desk.get(READ).text

    assert ("It began on a Tuesday" in first, "stop the pills" in first) == (True, False)
    assert "It seems to mention relapse" in first
    assert "stop the pills" in whole
    assert '<a href="#flag-1">A person: <bdi>“Dr Okafor”</bdi></a>' in whole
    assert 'id="flag-1"' in whole


def test_a_story_is_taken_on_and_passed_on(desk: FlaskClient, services: Services, clock: Clock, app: Flask) -> None:
    """For a day; the colleague sees who has it, is refused in plain words, and finds it free afterwards."""
    with services.database.unit() as uow:
        a_submitted_story(uow.session)
    colleague = browser(app, services, Role.EDITOR)

    press(desk, f"{STORY}/claim")
    refused = press(colleague, f"{STORY}/claim")
    assert (refused.status_code, "A colleague is working on this story" in refused.text) == (409, True)
    assert re.search(r"eve\S* works on this story until Thu 11 June 2026", refused.text, re.IGNORECASE)

    assert press(desk, f"{STORY}/pass").headers["Location"] == "/desk/stories"
    assert the_story(services).state is StoryState.SUBMITTED
    assert press(colleague, f"{STORY}/claim").status_code == 303
    clock.move(hours=24, seconds=1)
    assert press(desk, f"{STORY}/claim").status_code == 303


def test_the_queue_is_mine_free_or_everyones(
    desk: FlaskClient, submitted: Story, app: Flask, services: Services
) -> None:
    """And shows what a story seems to mention before its words."""
    colleague = browser(app, services, Role.EDITOR)
    press(desk, f"{STORY}/claim")

    assert "What I packed" in desk.get("/desk/stories?claimed=mine").text
    assert "What I packed" not in colleague.get("/desk/stories?claimed=mine").text
    assert "What I packed" not in colleague.get("/desk/stories?claimed=free").text
    page = colleague.get("/desk/stories").text
    assert "What I packed" in page
    assert "May mention</strong> relapse" in page


def test_suggested_notes_are_taken_over(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """With one press, beside those that were there."""
    press(desk, f"{STORY}/notes", others="a lost cat")
    page = desk.get(STORY).text
    assert 'type="hidden" name="notes" value="a lost cat"' in page
    assert 'type="hidden" name="notes" value="relapse"' in page


def test_a_case_holds_the_story_back_until_it_is_closed(
    desk: FlaskClient, services: Services, submitted: Story
) -> None:
    """Publishing is refused at its place; closing needs a word about what was done."""
    press(desk, f"{STORY}/cases", kind="third_party", case_note="Ask her sister.")
    refused = press(desk, f"{STORY}/send", seen=submitted.words.hash, third_parties="yes")
    assert (refused.status_code, "This story is held back" in refused.text) == (409, True)
    assert "Ask her sister." in desk.get(STORY).text

    case = the_story(services).holds[0].id
    assert "Write down what you did." in press(desk, f"{STORY}/cases/{case}/close").text
    press(desk, f"{STORY}/cases/{case}/close", **{f"resolution_{case}": "She agrees."})
    assert the_story(services).open_holds == []
    assert trail(services) == [("opened_case", "story:1"), ("resolved_case", f"case:{case}")]


def test_a_case_needs_its_reason(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """What was typed stays."""
    page = press(desk, f"{STORY}/cases", case_note="Something is wrong.")

    assert page.status_code == 422
    assert "Choose why it is held back." in page.text
    assert "Something is wrong.</textarea>" in page.text
    assert the_story(services).holds == []


def test_only_the_safeguarding_lead_closes_a_case_of_danger(
    desk: FlaskClient, app: Flask, services: Services, submitted: Story
) -> None:
    """An editor opens one, and the lead is told; an editor does not close it and does not read the note here."""
    lead = browser(app, services, Role.SAFEGUARDING)
    press(desk, f"{STORY}/cases", kind="safeguarding", case_note="She sounds desperate.")
    case = the_story(services).holds[0].id

    assert press(desk, f"{STORY}/cases/{case}/close", **{f"resolution_{case}": "Fine."}).status_code == 403
    assert "She sounds desperate." not in desk.get(STORY).text
    assert "/desk/safeguarding" in lead.get(STORY).text
    with services.database.read() as session:
        assert "safeguarding_alert" in set(session.scalars(select(Notice.template)))


def test_a_case_of_another_story_is_not_closed_here(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """404, and it stays open."""
    with services.database.unit() as uow:
        other = a_submitted_story(uow.session, slug="another")
        case = open_hold(uow, HoldKind.EDITOR, other, opened_by="editor:1", now=NOW).id

    assert press(desk, f"{STORY}/cases/{case}/close", **{f"resolution_{case}": "Done."}).status_code == 404


def test_a_reviewer_signs_exactly_these_words_off(
    desk: FlaskClient, app: Flask, services: Services, submitted: Story
) -> None:
    """An editor asks and cannot sign; nothing is published before; a page with older words signs nothing."""
    reviewer, seen = browser(app, services, Role.REVIEWER), submitted.words.hash
    press(desk, f"{STORY}/facts", seen=seen)
    assert press(desk, f"{STORY}/facts/sign-off", seen=seen).status_code == 403
    assert press(desk, f"{STORY}/send", seen=seen, third_parties="yes").status_code == 409

    assert press(reviewer, f"{STORY}/facts/sign-off", seen="older words").status_code == 409
    assert press(reviewer, f"{STORY}/facts/sign-off", seen=seen).status_code == 303
    assert the_story(services).fact_checked_hash == seen
    assert "has signed off exactly these words" in desk.get(READ).text


def test_a_reviewer_takes_a_needless_check_off(
    desk: FlaskClient, app: Flask, services: Services, submitted: Story
) -> None:
    """An editor who asked for it cannot, or nobody would need to ask a reviewer."""
    reviewer, seen = browser(app, services, Role.REVIEWER), submitted.words.hash
    press(desk, f"{STORY}/facts", seen=seen)
    assert press(desk, f"{STORY}/facts/none", seen=seen).status_code == 403

    assert press(reviewer, f"{STORY}/facts/none", seen=seen).status_code == 303
    found = the_story(services)
    assert (found.needs_fact_check, found.state) == (False, StoryState.IN_EDIT)


def test_whoever_wrote_the_words_does_not_sign_them_off(
    desk: FlaskClient, app: Flask, services: Services, eve: Editor, submitted: Story
) -> None:
    """As long as there is somebody else; a house of one may."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).role = Role.ADMIN
        story_for_change(uow.session, 1).words.author = f"editor:{eve.id}"
    press(desk, f"{STORY}/facts")
    seen = submitted.words.hash
    other = browser(app, services, Role.REVIEWER)

    assert "These are your own words." in press(desk, f"{STORY}/facts/sign-off", seen=seen).text
    with services.database.unit() as uow:
        uow.session.scalars(select(Editor).where(Editor.role == Role.REVIEWER)).one().active = False
    assert press(desk, f"{STORY}/facts/sign-off", seen=seen).status_code == 303
    assert other.get(STORY).status_code == 303


@pytest.mark.parametrize(("role", "status"), [
    (Role.ADMIN, 200), (Role.SAFEGUARDING, 200), (Role.EDITOR, 403), (Role.REVIEWER, 403),
    (Role.TRANSLATOR, 403), (Role.VIEWER, 403),
])  # fmt: skip
def test_who_may_see_the_teller(app: Flask, services: Services, submitted: Story, role: Role, status: int) -> None:
    """Name and address open for the roles that need them, and each look is in the trail; other pages have neither."""
    person = browser(app, services, role)
    for page in ("/desk/stories", STORY, READ):
        text = person.get(page).text
        assert not any(secret in text for secret in (ADA, "Tomasz Wilk", "020 7946 0018"))
    shown = press(person, f"{STORY}/teller")

    assert shown.status_code == status
    assert (ADA in shown.text, "Tomasz Wilk" in shown.text, "020 7946 0018" in shown.text) == (status == 200,) * 3
    assert trail(services) == ([("saw_teller", "story:1")] if status == 200 else [])


def test_an_editor_writes_to_the_teller(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """The words stand on the page, and a mail without them is owed."""
    assert "Write something first." in press(desk, f"{STORY}/comments").text
    press(desk, f"{STORY}/comments", comment="Thank you. Is the name of the ward needed?")

    assert "Is the name of the ward needed?" in desk.get(STORY).text
    with services.database.read() as session:
        assert list(session.scalars(select(Notice.template))) == ["story_comment"]


def test_a_story_is_given_a_day(desk: FlaskClient, services: Services) -> None:
    """A day to come that is not before the teller's own; what is wrong is said at the field."""
    with services.database.unit() as uow:
        story = a_submitted_story(uow.session)
        story.not_before = NOW.replace(month=8)
    seen = story.words.hash

    for day, sentence in (("2026-06-01", "Choose a day to come"), ("2026-07-01", "Its teller asked us to wait")):
        refused = press(desk, f"{STORY}/schedule", seen=seen, day=day)
        assert (refused.status_code in {409, 422}, sentence in refused.text) == (True, True)
    refused = press(desk, f"{STORY}/publish", seen=seen)
    assert '<a href="#publishing">Its teller asked us to wait' in refused.text
    press(desk, f"{STORY}/schedule", seen=seen, day="2026-09-01")

    found = the_story(services)
    assert found.not_before is not None
    assert (found.state, found.not_before.date().isoformat()) == (StoryState.SCHEDULED, "2026-09-01")
    press(desk, f"{STORY}/schedule", seen=seen, day="2026-10-01")
    again = the_story(services).not_before
    assert again is not None
    assert again.date().isoformat() == "2026-10-01"


def test_taking_back_needs_the_way_it_was_asked(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """The record says how its teller told us, and keeps a copy for those who want one."""
    assert "Choose how they asked." in press(desk, f"{STORY}/withdraw").text
    press(desk, f"{STORY}/withdraw", way="paper", keep_copy="yes")

    found = the_story(services)
    assert found.erase_at is not None
    assert (found.state, found.consents[-1].method, (found.erase_at - NOW).days) == (
        StoryState.WITHDRAWN, Method.PAPER, 30,
    )  # fmt: skip


def test_a_guardian_answers_with_the_child(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """Without the child's word nothing is written down; the child's No is a No everywhere."""
    with services.database.unit() as uow:
        story_for_change(uow.session, 1).told_by = GivenBy.GUARDIAN
    form = {"place_web": "yes", "method": "paper", "given_on": "2026-06-09", "seen": submitted.words.hash}
    refused = press(desk, f"{STORY}/approval", **form).text
    assert "Write down what the child says." in refused
    assert "Only somebody with parental responsibility can say Yes for a child." in refused

    press(desk, f"{STORY}/approval", assent="no", **form)
    newest = [each for each in the_story(services).consents if each.scope is Scope.WEB][-1]
    assert (newest.granted, newest.given_by, newest.assent) == (False, GivenBy.GUARDIAN, "no")


@pytest.fixture
def sister(services: Services, submitted: Story) -> str:
    """The field that asks about her; she is on a photo of the story."""
    with services.database.unit() as uow:
        photo = StoryPhoto(asset_key="a" * 64, width=480, height=320, alt="A window", created_at=NOW)
        photo.people.append(StoryPhotoPerson(who="my sister", created_at=NOW))
        story = story_for_change(uow.session, 1)
        story.photos.append(photo)
    return f"person_{photo.people[0].id}"


def test_an_approval_by_phone_asks_about_the_people_on_photos(
    desk: FlaskClient, services: Services, submitted: Story, sister: str
) -> None:
    """As in the portal: no Yes without an answer for each of them, and hers counts for the same places."""
    form = {"place_web": "yes", "place_press": "no", "method": "paper", "given_on": "2026-06-09"}
    form |= {"seen": submitted.words.hash}
    page = press(desk, f"{STORY}/approval", **form)
    assert (page.status_code, "Choose Yes or No for the photo: my sister." in page.text) == (422, True)
    assert f'name="{sister}"' in desk.get(f"{STORY}/approval").text

    assert press(desk, f"{STORY}/approval", **form, **{sister: "yes"}).status_code == 303
    hers = [each for each in the_story(services).consents if each.photo_person_id is not None]
    assert {each.scope: each.granted for each in hers} == {Scope.WEB: True, Scope.PRESS: False}
    assert {(each.method, each.recorded_by) for each in hers} == {(Method.PAPER, "editor:1")}
    assert press(desk, f"{STORY}/publish", seen=submitted.words.hash).status_code == 303
    assert the_story(services).state is StoryState.PUBLISHED


def test_a_no_of_somebody_on_a_photo_is_written_down(
    desk: FlaskClient, services: Services, submitted: Story, sister: str
) -> None:
    """The words are approved, and the photo has to go before they are published."""
    form = {"place_web": "yes", "method": "paper", "given_on": "2026-06-09", "seen": submitted.words.hash}
    press(desk, f"{STORY}/approval", **form, **{sister: "no"})

    page = press(desk, f"{STORY}/publish", seen=submitted.words.hash)
    assert (page.status_code, "Somebody on a photo has not agreed." in page.text) == (409, True)


def test_nobody_on_a_photo_is_asked_about_a_no(
    desk: FlaskClient, services: Services, submitted: Story, sister: str
) -> None:
    """Where nothing is shown, nobody else has to be asked."""
    form = {"place_web": "no", "method": "paper", "given_on": "2026-06-09", "seen": submitted.words.hash}

    assert press(desk, f"{STORY}/approval", **form).status_code == 303
