"""Telling a story on the web: one question a page, nothing typed is lost, nothing is taken without a proven address."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select

from service.bootstrap import Services
from service.mail.model import Notice
from service.stories.asking import Step
from service.stories.drafts import LASTS, PROOF_LASTS, save_answers
from service.stories.model import Story, StoryDraft, StoryState
from service.stories.questions import STEPS
from service.tokens import Purpose
from tests.cast import ADA, NOW
from tests.conftest import Clock, Postbox
from tests.stories.tales import a_draft
from tests.web.teller import ASKED_OF, PAGES, begin, link_in, only_draft, path_of, post


def stories(services: Services) -> int:
    """How many stories there are."""
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(Story)) or 0


def test_a_story_is_told_page_by_page(client: FlaskClient, draft: str) -> None:
    """Each page leads to the next question, the last one to a look at it all, and that to the mailbox."""
    way = [client.post(f"{draft}/{key}", data=answers).headers["Location"] for key, answers in PAGES.items()]

    assert way == [f"{draft}/{page}" for page in [*list(PAGES)[1:], "check"]]
    looked_at = client.get(f"{draft}/check").text
    assert "The bench outside ward six" in looked_at
    assert ADA in looked_at
    sent = client.post(f"{draft}/check")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{draft}/sent")
    assert "check your e-mail" in client.get(f"{draft}/sent").text


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_question_can_be_looked_at(client: FlaskClient, services: Services, told: str, step: Step) -> None:
    """With what was answered, without a cookie, kept by no cache."""
    with services.database.unit() as uow:
        save_answers(uow, only_draft(services).id, ASKED_OF.get(step.key, {}), now=NOW)
    page = client.get(f"{told}/{step.key}")

    assert page.status_code == 200
    assert escape(step.heading) in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_nothing_typed_is_lost_on_a_mistake(client: FlaskClient, draft: str, services: Services) -> None:
    """The page again, with the mistake named in title, summary and field, and what was typed both shown and saved."""
    for key in ("who", "whose", "way"):
        client.post(f"{draft}/{key}", data={**PAGES[key], "way": "call"})
    page = client.post(f"{draft}/call", data={"phone": "", "call_when": "<b>Mornings</b>"})

    assert page.status_code == 422
    assert "<title>Error: When may we call you?" in page.text
    assert page.text.count("Write the number that we may call.") == 2
    assert 'href="#phone"' in page.text
    assert "&lt;b&gt;Mornings&lt;/b&gt;" in page.text
    assert only_draft(services).answers["call_when"] == "<b>Mornings</b>"


def test_fifty_thousand_characters_of_any_script_fit(client: FlaskClient, told: str, services: Services) -> None:
    """Emoji too, which take four bytes each."""
    data = {"text": "💛" * 50_000}
    page = client.post(f"{told}/telling", data=data, content_type="multipart/form-data")

    assert page.status_code == 303
    assert len(only_draft(services).answers["text"]) == 50_000


@pytest.mark.parametrize("word", ["word ", "كلمة "], ids=["English", "Arabic"])
def test_too_long_a_story_is_kept_and_met_with_one_sentence(
    client: FlaskClient, told: str, services: Services, word: str
) -> None:
    """Fifty thousand words are too many, and none of them is lost."""
    page = client.post(f"{told}/telling", data={"text": word * 50_000}, content_type="multipart/form-data")

    assert page.status_code == 422
    assert "Your story has 249,999 characters. We can take up to 50,000. Please shorten it." in page.text
    assert len(only_draft(services).answers["text"]) == 249_999


def test_a_megabyte_in_one_line_is_refused(client: FlaskClient, told: str, services: Services) -> None:
    """One sentence, nothing stored."""
    page = client.post(f"{told}/name", data={"naming": "first", "shown_name": "x" * 1_000_000})

    assert page.status_code == 413
    assert only_draft(services).answers["shown_name"] == "Tomasz"


def test_a_question_whose_turn_has_not_come_leads_to_the_open_one(
    client: FlaskClient, draft: str, services: Services
) -> None:
    """Out of order: looking and sending both lead to the first open question; what was sent is kept."""
    assert client.get(f"{draft}/contact").headers["Location"] == f"{draft}/who"
    assert client.get(f"{draft}/check").headers["Location"] == f"{draft}/who"
    assert client.post(f"{draft}/name", data=PAGES["name"]).headers["Location"] == f"{draft}/who"
    assert only_draft(services).answers["shown_name"] == "Tomasz"


def test_an_unfinished_story_cannot_be_sent(client: FlaskClient, draft: str, services: Services) -> None:
    """The button's address leads back to the open question, and no mail is owed."""
    client.post(f"{draft}/check")

    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0


def test_a_change_from_the_last_page_leads_back_to_it(client: FlaskClient, told: str) -> None:
    """One question changed, nothing asked twice."""
    changed = client.post(f"{told}/name", data={"naming": "pseudonym", "shown_name": "Fern"})

    assert changed.headers["Location"] == f"{told}/check"
    assert "Fern" in client.get(f"{told}/check").text


def test_no_place_is_chosen_beforehand(client: FlaskClient, draft: str) -> None:
    """Ten questions, twenty buttons, none of them pressed."""
    for key in list(PAGES)[: list(PAGES).index("places")]:
        client.post(f"{draft}/{key}", data=PAGES[key])
    page = client.get(f"{draft}/places").text

    assert page.count('type="radio"') == 20
    assert "checked" not in page


def test_without_a_yes_to_reading_it_is_not_taken(client: FlaskClient, told: str) -> None:
    """We may not read what we were not asked to."""
    page = client.post(f"{told}/contact", data={"email": ADA})

    assert page.status_code == 422
    assert "We need your yes here." in page.text


@pytest.mark.parametrize("token", ["forged", "A" * 22, "%00", "é" * 22, "prove"])
def test_a_forged_link_opens_nothing(client: FlaskClient, token: str) -> None:
    """404, the same page for every kind of forgery."""
    for path in (f"/stories/share/{token}", f"/stories/share/{token}/who", f"/stories/share/{token}/check"):
        assert client.get(path).status_code == 404
        assert client.post(f"/stories/share/{token}/who", data=PAGES["who"]).status_code == 404


def test_a_link_for_something_else_opens_no_draft(client: FlaskClient, services: Services, told: str) -> None:
    """A token opens only what it was made for."""
    other = services.tokens.seal(Purpose.SUBSCRIPTION, only_draft(services).id)

    assert client.get(f"/stories/share/{other}/who").status_code == 404


def test_an_unknown_question_is_not_found(client: FlaskClient, told: str) -> None:
    """Looking or sending."""
    assert client.get(f"{told}/salary").status_code == 404
    assert client.post(f"{told}/salary").status_code == 404


def test_a_draft_is_there_for_sixty_days(client: FlaskClient, told: str, clock: Clock) -> None:
    """And then says kindly that it is not."""
    clock.at = NOW + LASTS
    assert client.get(f"{told}/who").status_code == 200

    clock.move(days=1)
    gone = client.get(f"{told}/who")
    assert gone.status_code == 404
    assert "We keep a draft for 60 days" in gone.text


def test_the_link_to_a_draft_leads_to_its_open_question(client: FlaskClient, draft: str) -> None:
    """Back after a rest."""
    client.post(f"{draft}/who", data=PAGES["who"])

    assert client.get(draft).headers["Location"] == f"{draft}/whose"


def test_starting_needs_our_own_form_and_a_hand(client: FlaskClient, clock: Clock, services: Services) -> None:
    """No token, a filled honeypot, too quick a press: no draft."""
    assert client.post("/stories/share").status_code == 400
    assert begin(client, clock, website="http://spam.test").status_code == 400

    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoryDraft)) == 0


def test_looking_at_the_mailed_link_takes_nothing(client: FlaskClient, services: Services, proof: str) -> None:
    """Scanners follow links; only the button acts."""
    page = client.get(proof)

    assert "Yes, send my story" in page.text
    assert stories(services) == 0


def test_the_button_takes_the_story_in(client: FlaskClient, services: Services, proof: str) -> None:
    """Then the same address says what happens next, and pressing again changes nothing."""
    for _ in range(2):
        pressed = client.post(proof)
        assert (pressed.status_code, pressed.headers["Location"]) == (303, proof)

    page = client.get(proof)
    assert "We have your story" in page.text
    assert "writes to you by 1 July 2026" in page.text
    assert stories(services) == 1


def test_a_link_that_is_too_old_offers_a_new_one(
    client: FlaskClient, services: Services, proof: str, clock: Clock, postbox: Postbox
) -> None:
    """Nothing is taken with it; the new one works, the old one no more."""
    clock.at = NOW + PROOF_LASTS
    client.post(proof)
    assert stories(services) == 0
    assert "This link is too old" in client.get(proof).text

    assert client.get(client.post(f"{proof}/again").headers["Location"]).status_code == 200
    post(services, postbox)
    assert client.get(proof).status_code == 404
    client.post(link_in(postbox))
    assert stories(services) == 1


def test_whoever_has_the_mail_does_not_get_the_draft(client: FlaskClient, proof: str, clock: Clock) -> None:
    """A mistyped address must not show a stranger the story: no page behind the mailed link has a word of it."""
    clock.at = NOW + PROOF_LASTS
    seen = [client.get(proof), client.post(f"{proof}/again", follow_redirects=True)]

    assert [page.status_code for page in seen] == [200, 200]
    assert not any("bench" in page.text or "/who" in page.request.path for page in seen)


@pytest.mark.parametrize("token", ["unknown", "x" * 43, "é"])
def test_an_unknown_proof_opens_nothing(client: FlaskClient, token: str) -> None:
    """Looking, pressing, asking again."""
    path = f"/stories/share/prove/{token}"

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.post(f"{path}/again").status_code == 404


def test_a_story_that_was_sent_cannot_be_changed_by_the_draft(
    client: FlaskClient, services: Services, told: str, proof: str
) -> None:
    """Its pages all say that we have it, and the draft has forgotten the words."""
    client.post(proof)

    assert client.get(f"{told}/telling").headers["Location"] == f"{told}/sent"
    assert client.post(f"{told}/telling", data=PAGES["telling"]).headers["Location"] == f"{told}/sent"
    assert "We have your story" in client.get(f"{told}/sent").text
    assert only_draft(services).answers == {}


def test_a_change_after_sending_asks_for_sending_again(
    client: FlaskClient, services: Services, told: str, proof: str
) -> None:
    """The link of the mail before is dead; the page before sending is back."""
    client.post(f"{told}/telling", data={"text": "Another"})

    assert client.get(proof).status_code == 404
    assert client.get(told).headers["Location"] == f"{told}/check"
    assert stories(services) == 0


def test_the_mail_can_be_asked_for_again(client: FlaskClient, services: Services, told: str, clock: Clock) -> None:
    """Up to five times a day to one address."""
    answers = []
    for _ in range(6):
        answers.append(client.post(f"{told}/check").status_code)
        clock.move(minutes=2)

    assert answers == [303] * 5 + [429]


def test_the_pages_are_the_same_whoever_has_the_address(
    client: FlaskClient, services: Services, told: str, proof: str
) -> None:
    """Somebody who told a story before is met with the same words."""
    client.post(proof)
    with services.database.unit() as uow:
        known = path_of(services, a_draft(uow))
        new = path_of(services, a_draft(uow, email="someone.new@example.test"))
    pages = []
    for path in (known, new):
        client.post(f"{path}/check")
        pages.append(client.get(f"{path}/sent").text.replace(path, "").replace(ADA, "someone.new@example.test"))

    assert pages[0] == pages[1]


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "مرحبا بالعالم 💛", "A\r\nBcc: mal@example.test"])
def test_whatever_is_typed_is_shown_as_text(client: FlaskClient, services: Services, told: str, typed: str) -> None:
    """In every field of words, on the question's page and on the last one."""
    with services.database.unit() as uow:
        save_answers(uow, only_draft(services).id, {"title": typed, "text": typed, "shown_name": typed}, now=NOW)

    for page in ("telling", "title", "name", "check"):
        shown = client.get(f"{told}/{page}").text
        assert "<script>" not in shown


def test_a_submitted_story_waits_at_the_desk(client: FlaskClient, services: Services, proof: str) -> None:
    """And is nowhere on the site."""
    client.post(proof)

    with services.database.read() as session:
        assert session.scalars(select(Story.state)).all() == [StoryState.SUBMITTED]
    assert "The bench outside ward six" not in client.get("/stories").text


def test_nobody_hurries_a_storyteller(client: FlaskClient, draft: str, clock: Clock) -> None:
    """A page that stood open for three days is taken like any other."""
    clock.move(days=3)

    assert client.post(f"{draft}/who", data=PAGES["who"]).status_code == 303
    assert timedelta(days=3) < LASTS
