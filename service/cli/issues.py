"""`storywell issues …`: compose, approve, schedule, watch and stop an issue from a terminal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.db import UnitOfWork
from service.delivery.outlook import Outlook, outlook
from service.delivery.status import IssueStatus, issue_status
from service.editors.model import Editor
from service.editors.queries import editor_by_email
from service.issues import actions, approvals, scheduling
from service.issues.compose import compose_next
from service.issues.errors import (
    ApprovedAlready,
    BadRecipe,
    BadRule,
    ChangedSinceApproval,
    EditedByYourself,
    NoSuchIssue,
    NothingToSend,
    NotPossibleNow,
    RoleMayNotApprove,
)
from service.issues.model import Issue
from service.issues.preflight.examine import note_refusal
from service.issues.preflight.findings import PreflightBlocks
from service.issues.queries import issue_at_desk, newsletter_named
from service.issues.schedule import wall_clock, wall_moment

WHY_NOT: Mapping[type[Exception], str] = {
    RoleMayNotApprove: "The account of {email} may not approve issues.",
    EditedByYourself: "{email} edited the issue last; a colleague has to approve it.",
    ApprovedAlready: "{email} has approved it already; somebody else has to say the next yes.",
}
"""Why somebody cannot approve an issue."""


@click.group()
def issues() -> None:
    """Issues of the newsletters."""


@issues.command()
@click.option("--newsletter", "slug", required=True, help="The newsletter's slug.")
@json_option
@click.pass_obj
def compose(services: Services, slug: str, as_json: bool) -> None:
    """Compose the issue of the newsletter's next date, or give the one that exists."""
    with _one_clear_line(), services.database.unit() as uow:
        issue = compose_next(uow, newsletter_named(uow.session, slug), services.clock())
        document = _draft(issue)
    lines = [f"Issue {issue.id}, {issue.subject}, is {_said(issue.state)}."]
    lines += [f"  {item.kind}: {item.why}" for item in issue.items]
    lines += [f"  no {slot['slot']}: {slot['reason']}" for slot in issue.skipped]
    answer(document, "\n".join(lines), as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@click.option("--by", "email", required=True, help="The address of the editor who answers for it.")
@json_option
@click.pass_obj
def approve(services: Services, issue_id: int, email: str, as_json: bool) -> None:
    """Approve an issue: its words may go out."""
    try:
        with _one_clear_line(), services.database.unit() as uow:
            issue = approvals.approve(uow, issue_id, _account(uow, email), now=services.clock())
            scheduling.schedule_by_itself(uow, issue, head=services.head, now=services.clock())
    except tuple(WHY_NOT) as refused:
        raise click.ClickException(WHY_NOT[type(refused)].format(email=email)) from None
    _report(services, issue_id, as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@click.option(
    "--at", required=True, help="`now`, or a time such as 2026-07-07T09:00 (on the newsletter's clock) or …Z."
)
@json_option
@click.pass_obj
def schedule(services: Services, issue_id: int, at: str, as_json: bool) -> None:
    """Have an approved issue leave at a time; one that has passed means now."""
    try:
        with _one_clear_line(), services.database.unit() as uow:
            moment = _moment(at, issue_at_desk(uow.session, issue_id), services.clock())
            scheduling.schedule(uow, issue_id, moment, None, head=services.head, now=services.clock())
    except PreflightBlocks as refused:
        with services.database.unit() as uow:
            note_refusal(uow, issue_id, None, refused, now=services.clock())
        raise click.ClickException(f"Preflight refuses it: {refused}") from None
    _report(services, issue_id, as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@json_option
@click.pass_obj
def status(services: Services, issue_id: int, as_json: bool) -> None:
    """Say who got it and who did not."""
    _report(services, issue_id, as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@json_option
@click.pass_obj
def stop(services: Services, issue_id: int, as_json: bool) -> None:
    """Let nothing more leave. What has left cannot be called back."""
    with _one_clear_line(), services.database.unit() as uow:
        actions.stop(uow, issue_id, None, now=services.clock())
    _report(services, issue_id, as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@json_option
@click.pass_obj
def resume(services: Services, issue_id: int, as_json: bool) -> None:
    """Go on with an issue that was stopped or paused; whoever has it does not get it again."""
    with _one_clear_line(), services.database.unit() as uow:
        actions.resume(uow, issue_id, None, now=services.clock())
    _report(services, issue_id, as_json=as_json)


@issues.command()
@click.argument("issue_id", metavar="ID", type=int)
@json_option
@click.pass_obj
def cancel(services: Services, issue_id: int, as_json: bool) -> None:
    """Give an issue up, before it leaves or after a stop; there is no way back."""
    with _one_clear_line(), services.database.unit() as uow:
        actions.cancel(uow, issue_id, None, now=services.clock())
    _report(services, issue_id, as_json=as_json)


def _draft(issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.id,
        "newsletter": issue.newsletter.slug,
        "period": issue.period,
        "state": issue.state,
        "subject": issue.subject,
        "planned_for": issue.planned_for.isoformat(),
        "items": [{"kind": item.kind, "slot": item.slot, "why": item.why} for item in issue.items],
        "skipped": issue.skipped,
    }


@contextmanager
def _one_clear_line() -> Iterator[None]:
    """What is the case, as one line and an exit status."""
    try:
        yield
    except NoSuchIssue:
        raise click.ClickException("There is no such issue or newsletter.") from None
    except NothingToSend:
        raise click.ClickException("There is nothing in this issue that readers may see.") from None
    except ChangedSinceApproval:
        raise click.ClickException("The words have changed since the approval; approve it again.") from None
    except (NotPossibleNow, BadRule, BadRecipe) as error:
        raise click.ClickException(str(error)) from None


def _account(uow: UnitOfWork, email: str) -> Editor:
    editor = editor_by_email(uow.session, email)
    if editor is None:
        raise click.ClickException(f"There is no account for {email}.")
    return editor


def _moment(text: str, issue: Issue, now: datetime) -> datetime:
    if text == "now":
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is neither `now` nor a time such as 2026-07-07T09:00.") from None
    return at if at.tzinfo else wall_moment(at.date(), at.time(), issue.newsletter.zone)


def _report(services: Services, issue_id: int, *, as_json: bool) -> None:
    with _one_clear_line(), services.database.read() as session:
        issue = issue_at_desk(session, issue_id)
        found = issue_status(session, issue_id)
        ahead = outlook(session, issue_id, services.timing.ramp, services.clock())
        zone = issue.newsletter.zone
    document = _plain(found) | {"outlook": _plain(ahead)}
    answer(document, _sentence(found, zone) + _further(ahead, zone), as_json=as_json)


def _plain(found: IssueStatus | Outlook) -> dict[str, Any]:
    return {name: at.isoformat() if isinstance(at, datetime) else at for name, at in asdict(found).items()}


def _further(ahead: Outlook, zone: str) -> str:
    """What the counts alone do not say, one line each."""

    def clock(at: datetime | None) -> str:
        return f"{wall_clock(at, zone):%Y-%m-%d %H:%M} ({zone})" if at else "a time that is not known yet"

    lines = {
        f"{ahead.ahead} at the provider, which holds them until {clock(ahead.next_at)}": ahead.ahead,
        f"{ahead.being_called_back} being called back: {'; '.join(ahead.why_not)}": ahead.being_called_back,
        f"{ahead.called_back} called back from the provider": ahead.called_back,
        f"{ahead.not_called_back} could not be called back: {'; '.join(ahead.why_not)}": ahead.not_called_back,
        f"{ahead.held} wait for the canary until {clock(ahead.verdict_at)}": ahead.held,
        f"{ahead.tomorrow} go tomorrow; today's share is {ahead.share_of_today}": ahead.tomorrow,
        f"paused: {ahead.paused_because}": ahead.paused_because,
    }
    return "".join(f"\n  {line.rstrip(': ')}" for line, said in lines.items() if said)


def _sentence(found: IssueStatus, zone: str) -> str:
    when = ""
    if found.send_at is not None:
        local = wall_clock(found.send_at, zone)
        when = f" {'for' if found.state == 'scheduled' else 'since'} {local:%Y-%m-%d %H:%M} ({zone})"
    counts = asdict(found)
    names = ("recipients", "handed_over", "delivered", "bounced", "complained", "unknown", "not_sent")
    return f"Issue {found.id} is {_said(found.state)}{when}: " + ", ".join(
        f"{counts[name]} {name.replace('_', ' ')}" for name in names
    )


def _said(state: str) -> str:
    return state.replace("_", " ")
