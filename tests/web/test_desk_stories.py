"""Stories at the desk: the queue, the review page, and buttons that do what they say and nothing else."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.editors.model import Editor, Role, TrailEntry
from service.stories.model import Method, Scope, Story, StoryState
from service.stories.moderation import edit_words
from service.stories.queries import story_for_change
from tests.cast import ADA, NOW
from tests.conftest import Clock
from tests.stories.tales import a_published_story, a_submitted_story

STORY = "/desk/stories/1"
READ = f"{STORY}?read=1"


@pytest.fixture
def submitted(services: Services) -> Story:
    """A story that waits, with a yes for the website."""
    with services.database.unit() as uow:
        return a_submitted_story(uow.session)


def press(client: FlaskClient, path: str, *, page: str = STORY, **form: object) -> TestResponse:
    """Send a form of the desk with the token of the page it stands on."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **form})


def edit(services: Services, story: Story, body: str = "Other words.") -> str:
    """Somebody edits the story; gives the hash of the new words."""
    with services.database.unit() as uow:
        found = story_for_change(uow.session, story.id)
        words = found.words
        new = edit_words(
            found, title=words.title, teaser=words.teaser, body=body, editor="editor:9", seen=words.hash, now=NOW
        )
        return new.hash


def now_in(services: Services, story: Story) -> StoryState:
    """Where the story stands."""
    with services.database.read() as session:
        return session.get_one(Story, story.id).state


def unspoken(page: str) -> str:
    """The page without the words that only screen readers say."""
    return re.sub(r'<span class="visually-hidden"[^>]*>[^<]*</span>', "", page)


def trail(services: Services) -> list[tuple[str, str]]:
    """What the trail says was done, to what."""
    with services.database.read() as session:
        return [(entry.verb, entry.subject) for entry in session.scalars(select(TrailEntry).order_by(TrailEntry.id))]


def approval(seen: str, **changed: str) -> dict[str, str]:
    """The filled-in form of an answer by phone: yes to the website, no to the newsletter."""
    form = {"place_web": "yes", "place_newsletter": "no", "method": "phone", "witness": "Bo", "given_on": "2026-06-09"}
    return {**form, "seen": seen, **changed}


def test_the_queue_shows_who_waits(desk: FlaskClient, submitted: Story) -> None:
    """The story, its state and its day."""
    page = desk.get("/desk/stories")

    assert page.status_code == 200
    assert "What I packed" in page.text
    assert "Sent on 10 June 2026" in page.text


def test_a_story_whose_teller_does_not_answer_is_parked(
    desk: FlaskClient, services: Services, submitted: Story, clock: Clock
) -> None:
    """After a month the queue says so; nothing else happens to it."""
    with services.database.unit() as uow:
        row = uow.session.get_one(Story, submitted.id)
        row.state, row.state_since = StoryState.WITH_STORYTELLER, clock()
    clock.move(days=29)
    assert "Parked" not in desk.get("/desk/stories").text

    clock.move(days=1)
    assert "Parked: no answer for 30 days" in desk.get("/desk/stories").text
    assert now_in(services, submitted) is StoryState.WITH_STORYTELLER


def test_other_stories_are_found_by_their_state(desk: FlaskClient, services: Services) -> None:
    """Published ones do not wait, but are one tap away."""
    with services.database.unit() as uow:
        a_published_story(uow.session)

    assert "Nobody is waiting" in desk.get("/desk/stories").text
    assert "What I packed" in desk.get("/desk/stories?state=published").text
    assert desk.get("/desk/stories?state=nonsense").status_code == 200


def test_nobody_reads_submissions_without_signing_in(client: FlaskClient, submitted: Story) -> None:
    """Mal is asked to sign in, at every address."""
    for path in ("", "/1", "/1/edit", "/1/approval", "/1/decline", "/1/withdraw"):
        assert client.get(f"/desk/stories{path}").status_code == 303


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TRANSLATOR])
def test_some_accounts_do_not_read_submissions(
    services: Services, desk: FlaskClient, eve: Editor, submitted: Story, role: Role
) -> None:
    """Viewers and translators see what is published, like anybody."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).role = role

    assert desk.get("/desk/stories").status_code == 403
    assert desk.get(STORY).status_code == 403


def test_a_reviewer_reads_but_does_not_publish(
    services: Services, desk: FlaskClient, eve: Editor, submitted: Story
) -> None:
    """The page without the buttons, and the address refuses."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).role = Role.REVIEWER

    assert "Publish these words" not in desk.get(READ).text
    assert press(desk, f"{STORY}/publish", seen=submitted.words.hash).status_code == 403
    assert now_in(services, submitted) is StoryState.SUBMITTED


def test_the_address_of_the_teller_is_on_one_page_only(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """It opens for the editor whose story it is, and looking at it leaves a line in the trail."""
    for path in ("", "/1", "/1/edit", "/1/approval", "/1/decline", "/1/withdraw"):
        assert ADA not in desk.get(f"/desk/stories{path}").text
    refused = press(desk, f"{STORY}/teller")
    assert (refused.status_code, ADA in refused.text) == (403, False)
    assert trail(services) == []

    press(desk, f"{STORY}/claim")
    assert ADA in press(desk, f"{STORY}/teller").text
    assert trail(services) == [("claimed", "story:1"), ("saw_teller", "story:1")]


def test_an_unedited_story_is_published(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """With the answers its teller gave while telling."""
    answer = press(desk, f"{STORY}/publish", seen=submitted.words.hash)

    assert (answer.status_code, answer.headers["Location"]) == (303, READ)
    assert "Published. Readers see it now." in desk.get(STORY).text
    assert now_in(services, submitted) is StoryState.PUBLISHED
    assert trail(services) == [("published", "story:1")]


def test_publishing_without_consent_is_refused_in_plain_words(
    desk: FlaskClient, services: Services, submitted: Story
) -> None:
    """No button on the page, and a clear sentence for whoever presses it anyway."""
    seen = edit(services, submitted)
    page = desk.get(READ).text
    assert "You cannot publish these words yet" in page
    assert "Publish these words</button>" not in page

    refused = press(desk, f"{STORY}/publish", seen=seen)
    assert refused.status_code == 409
    assert '<a href="#agreed">The storyteller has not agreed to exactly these words' in refused.text
    assert now_in(services, submitted) is StoryState.IN_EDIT
    assert trail(services) == []


def test_what_changed_is_marked_word_by_word(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """The words that went on the left, the words that came on the right; HTML in them is text."""
    edit(services, submitted, "A <b>green</b> blanket.")
    shown = desk.get(READ).text
    page = unspoken(shown)

    assert '<ins><span class="visually-hidden" lang="en-GB" dir="ltr"> [put in: ' in shown  # else Arabic turns around
    assert "<del>blue</del>" in page
    assert "<ins>&lt;b&gt;green&lt;/b&gt;</ins>" in page


def test_edited_words_are_kept_as_a_new_version(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """Readers see nothing of it."""
    words = {"title": "What I packed", "teaser": "", "body": "Two blankets."}
    answer = press(desk, f"{STORY}/edit", page=f"{STORY}/edit", seen=submitted.words.hash, **words)

    assert answer.status_code == 303
    with services.database.read() as session:
        story = session.get_one(Story, submitted.id)
        assert [(each.body, each.author) for each in story.revisions] == [
            ("A blue blanket.", "storyteller"),
            ("Two blankets.", "editor:1"),
        ]


def test_the_second_editor_is_told_and_loses_nothing(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """What was typed stays in the form, under what the other changed; saving again is then on purpose."""
    began_with = submitted.words.hash
    edit(services, submitted, "The first editor's words.")
    mine = {"title": "What I packed", "teaser": "", "body": "The second editor's words."}
    told = press(desk, f"{STORY}/edit", page=f"{STORY}/edit", seen=began_with, **mine)

    assert told.status_code == 409
    assert "Nothing was overwritten" in told.text
    assert "The second editor&#39;s words.</textarea>" in told.text
    assert "<ins>The first editor&#39;s words</ins>." in unspoken(told.text)
    seen = re.search(r'name="seen" value="(\w+)"', told.text)
    assert seen
    assert press(desk, f"{STORY}/edit", page=f"{STORY}/edit", seen=seen[1], **mine).status_code == 303


def test_words_that_cannot_stay_are_met_with_a_sentence(
    desk: FlaskClient, services: Services, submitted: Story
) -> None:
    """And nothing typed is lost."""
    typed = {"title": "", "teaser": "word " * 61, "body": "Kept."}
    page = press(desk, f"{STORY}/edit", page=f"{STORY}/edit", seen=submitted.words.hash, **typed)

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert "The teaser has 61 words. Use at most 60." in page.text
    assert "Kept.</textarea>" in page.text


def test_an_approval_is_written_down_and_opens_the_way(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """Who, how, when, for which words; then the story can be published."""
    seen = edit(services, submitted)
    answer = press(desk, f"{STORY}/approval", page=f"{STORY}/approval", **approval(seen))

    assert answer.status_code == 303
    with services.database.read() as session:
        newest = session.get_one(Story, submitted.id).consents[-2]
        assert (newest.scope, newest.granted, newest.revision_hash) == (Scope.WEB, True, seen)
        assert (newest.method, newest.witness, newest.recorded_by) == (Method.PHONE, "Bo", "editor:1")
        assert newest.given_at.date().isoformat() == "2026-06-09"
    assert press(desk, f"{STORY}/publish", seen=seen).status_code == 303
    assert trail(services) == [("recorded_approval", "story:1"), ("published", "story:1")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("witness", "", "Name the colleague who listened in."),
        ("method", "telepathy", "Choose how the answer reached us."),
        ("given_on", "2026-06-11", "Give the day on which they answered, not one to come."),
        ("given_on", "someday", "Give the day on which they answered, not one to come."),
    ],
)
def test_an_approval_needs_its_proof(
    desk: FlaskClient, services: Services, submitted: Story, field: str, value: str, sentence: str
) -> None:
    """Nothing is written down without way, day and witness."""
    form = approval(submitted.words.hash, **{field: value})
    page = press(desk, f"{STORY}/approval", page=f"{STORY}/approval", **form)

    assert page.status_code == 422
    assert sentence in page.text
    assert trail(services) == []


def test_silence_is_not_written_down_as_an_answer(desk: FlaskClient, submitted: Story) -> None:
    """At least one place has to have been spoken about."""
    form = approval(submitted.words.hash, place_web="", place_newsletter="")
    page = press(desk, f"{STORY}/approval", page=f"{STORY}/approval", **form)

    assert page.status_code == 422
    assert "Write down their answer for at least one place." in page.text


def test_an_approval_for_other_words_is_refused(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """Somebody edited while the editor was on the phone."""
    seen = submitted.words.hash
    edit(services, submitted)

    assert press(desk, f"{STORY}/approval", page=f"{STORY}/approval", **approval(seen)).status_code == 409
    assert trail(services) == []


def test_declining_needs_a_rule(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """The words typed stay; the mail is shown first; then it is done and owed."""
    page = press(desk, f"{STORY}/decline", page=f"{STORY}/decline", note="Kind words.")
    assert page.status_code == 422
    assert "Choose the rule" in page.text
    assert "Kind words.</textarea>" in page.text

    preview = press(desk, f"{STORY}/decline", page=f"{STORY}/decline", note="Kind words.", rule="others")
    assert "because it names or describes other people" in preview.text
    assert ("A blue blanket." in preview.text, ADA in preview.text) == (True, False)
    assert now_in(services, submitted) is StoryState.SUBMITTED

    press(desk, f"{STORY}/decline", page=f"{STORY}/decline", note="Kind words.", rule="others", sure="yes")
    assert now_in(services, submitted) is StoryState.DECLINED
    assert "because it names or describes other people" in desk.get(STORY).text


def test_hiding_showing_and_taking_back(
    desk: FlaskClient, client: FlaskClient, services: Services, submitted: Story
) -> None:
    """Each button, and what readers then get."""
    press(desk, f"{STORY}/publish", seen=submitted.words.hash)
    with services.database.read() as session:
        path = f"/stories/{session.get_one(Story, submitted.id).slug}"
    seen = [client.get(path).status_code]
    for verb in ("hide", "resume"):
        press(desk, f"{STORY}/{verb}")
        seen.append(client.get(path).status_code)
    press(desk, f"{STORY}/withdraw", page=f"{STORY}/withdraw", way="phone")
    seen.append(client.get(path).status_code)

    assert seen == [200, 404, 200, 410]
    assert [verb for verb, _ in trail(services)] == ["published", "hid", "resumed", "withdrew"]


def test_what_is_not_possible_any_more_is_said(desk: FlaskClient, submitted: Story) -> None:
    """A button on an old page does nothing."""
    press(desk, f"{STORY}/withdraw", page=f"{STORY}/withdraw", way="phone")
    late = press(desk, f"{STORY}/hide", page="/desk")

    assert late.status_code == 409
    assert "Somebody has moved this story on" in late.text


def test_content_notes_are_saved(desk: FlaskClient, services: Services, submitted: Story) -> None:
    """Boxes and words of one's own, each once, none of them HTML."""
    press(desk, f"{STORY}/notes", notes=["relapse", "death"], others="a lost cat, relapse, <b>x</b>,, ")

    with services.database.read() as session:
        assert session.get_one(Story, submitted.id).content_notes == ["relapse", "death", "a lost cat", "<b>x</b>"]
    assert "<b>x</b>" not in desk.get(STORY).text


@pytest.mark.parametrize(
    "action", ["publish", "hide", "resume", "withdraw", "decline", "teller", "notes", "edit", "approval"]
)
def test_a_form_without_the_token_does_nothing(
    desk: FlaskClient, services: Services, submitted: Story, action: str
) -> None:
    """400, the story as it was, nothing in the trail."""
    for token in ("", "wrong"):
        assert desk.post(f"{STORY}/{action}", data={"csrf_token": token}).status_code == 400
    assert now_in(services, submitted) is StoryState.SUBMITTED
    assert trail(services) == []


def test_a_story_that_is_not_there(desk: FlaskClient, app: Flask) -> None:
    """404 at every address."""
    for path in ("", "/edit", "/approval", "/decline", "/withdraw"):
        assert desk.get(f"/desk/stories/4711{path}").status_code == 404
