"""`storywell issues …`."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from service.bootstrap import Services
from service.cli.issues import issues
from service.db import Database
from service.editors.model import Editor, Role, TrailEntry
from service.issues.editing import set_subject
from service.issues.model import Issue, IssueState, Newsletter
from tests.cast import EVE, MAL, NOW
from tests.conftest import Clock

FROZEN = {
    "id", "state", "send_at", "recipients", "handed_over", "delivered", "bounced", "complained", "unknown", "not_sent",
    "variants",
}  # fmt: skip


def call(services: Services, *words: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(issues, [str(word) for word in words], obj=services)


def said(services: Services, *words: object) -> dict[str, Any]:
    """Run the command with --json and read its one document."""
    result = call(services, *words, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_an_issue_goes_from_the_recipe_to_the_schedule(services: Services, issue: Issue, editor: Editor) -> None:
    """Compose gives the draft that exists; approved by name; scheduled on the newsletter's own clock."""
    assert said(services, "compose", "--newsletter", "monthly")["id"] == issue.id
    assert said(services, "approve", issue.id, "--by", EVE)["state"] == "approved"

    scheduled = said(services, "schedule", issue.id, "--at", "2026-07-07T09:00")

    assert (scheduled["state"], scheduled["send_at"]) == ("scheduled", "2026-07-07T08:00:00+00:00")


def test_compose_says_why_each_item_is_there(services: Services, newsletter: Newsletter) -> None:
    """And why a slot stayed empty."""
    document = said(services, "compose", "--newsletter", "monthly")

    assert document["items"][0]["why"] == "Every issue begins with a few words from you."
    assert document["skipped"][0]["slot"] == "lead_story"
    assert (document["period"], document["state"]) == ("2026-07-07", "draft")


@pytest.mark.parametrize(
    ("at", "instant"),
    [
        ("now", NOW.isoformat()),
        ("2020-01-01T00:00Z", NOW.isoformat()),
        ("2026-07-07T09:00+02:00", "2026-07-07T07:00:00+00:00"),
    ],
)
def test_a_time_may_be_now_past_or_elsewhere(
    services: Services, issue: Issue, editor: Editor, at: str, instant: str
) -> None:
    """The past means now; an offset is an offset."""
    said(services, "approve", issue.id, "--by", EVE)

    assert said(services, "schedule", issue.id, "--at", at)["send_at"] == instant


def test_status_has_the_frozen_words(services: Services, issue: Issue) -> None:
    """Scripts rely on them."""
    assert set(said(services, "status", issue.id)) == FROZEN | {"outlook"}
    assert "Issue 1 is draft: 0 recipients" in call(services, "status", issue.id).stdout


def test_stop_holds_a_scheduled_issue(services: Services, issue: Issue, editor: Editor, clock: Clock) -> None:
    """And says when it would have left."""
    said(services, "approve", issue.id, "--by", EVE)
    said(services, "schedule", issue.id, "--at", "2026-07-07T09:00")

    assert said(services, "stop", issue.id)["state"] == IssueState.STOPPED


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["compose", "--newsletter", "weekly"], "There is no such issue or newsletter."),
        (["status", "404"], "There is no such issue or newsletter."),
        (["approve", "1", "--by", MAL], f"There is no account for {MAL}."),
        (["schedule", "1", "--at", "soon"], "'soon' is neither `now` nor a time such as 2026-07-07T09:00."),
        (["schedule", "1", "--at", "now"], "You cannot schedule an issue that is draft."),
        (["stop", "1"], "You cannot stop an issue that is draft."),
    ],
)
def test_a_failure_is_one_clear_line(services: Services, issue: Issue, words: list[str], line: str) -> None:
    """On standard error, with an exit status."""
    result = call(services, *words)

    assert result.exit_code != 0
    assert result.stderr == f"Error: {line}\n"


def test_a_viewer_may_not_approve(services: Services, database: Database, issue: Issue) -> None:
    """The same rule as at the desk."""
    with database.unit() as uow:
        uow.session.add(Editor(email=MAL, name="Mal", role=Role.VIEWER, created_at=NOW))

    assert f"The account of {MAL} may not approve" in call(services, "approve", issue.id, "--by", MAL).stderr


def test_two_people_approve_from_a_terminal_too(services: Services, issue: Issue, editor: Editor) -> None:
    """The first yes leaves it in review; the same person cannot say it twice; one line says why."""
    with services.database.unit() as uow:
        uow.session.add(Editor(email=MAL, role=Role.ADMIN, created_at=NOW))

    assert said(services, "approve", issue.id, "--by", EVE)["state"] == "in_review"
    again = call(services, "approve", issue.id, "--by", EVE)
    assert (again.exit_code, again.stderr) == (
        1,
        f"Error: {EVE} has approved it already; somebody else has to say the next yes.\n",
    )
    assert said(services, "approve", issue.id, "--by", MAL)["state"] == "approved"


def test_whoever_edited_last_does_not_approve_from_a_terminal_either(
    services: Services, issue: Issue, editor: Editor
) -> None:
    """A colleague has to."""
    with services.database.unit() as uow:
        uow.session.add(Editor(email=MAL, role=Role.ADMIN, created_at=NOW))
        set_subject(uow, issue.id, "July", "", by=editor, now=NOW)

    assert "edited the issue last" in call(services, "approve", issue.id, "--by", EVE).stderr


def test_preflight_refuses_in_one_line(services: Services, issue: Issue, editor: Editor) -> None:
    """With a sentence for each thing to mend, an exit status, and an entry in the trail."""
    with services.database.unit() as uow:
        set_subject(uow, issue.id, "TODO: a subject", "", now=NOW)
    said(services, "approve", issue.id, "--by", EVE)

    refused = call(services, "schedule", issue.id, "--at", "now")

    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "Preflight refuses it: “TODO” looks like" in refused.stderr
    assert said(services, "status", issue.id)["state"] == "approved"
    with services.database.read() as session:
        verbs = session.scalars(select(TrailEntry.verb).order_by(TrailEntry.id)).all()
    assert verbs[-1] == "preflight_refused_placeholder"
