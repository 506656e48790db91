"""`storywell bounces read`: apply reports of undelivered mail and complaints, from a pipe or from a mailbox.

The exit status is what a mail server's pipe understands (sysexits.h): 0 taken, 65 not a report, 75 try again later.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from sqlalchemy.exc import SQLAlchemyError

from service.bootstrap import Services, make_bounce_mailbox
from service.cli.frame import answer, json_option
from service.cli.opening import open_services
from service.delivery.bounce_mail import LARGEST_REPORT, NotAReport, apply_report
from service.delivery.bounce_reading import read_mailbox
from service.mail.bounce_mailbox import MailboxAway
from service.settings import BadSetting

NOT_A_REPORT = 65
TRY_LATER = 75


@click.group()
def bounces() -> None:
    """Reports of mail that came back, and complaints."""


@bounces.command()
@click.argument("source", type=click.Choice(["-"]), required=False)
@json_option
def read(source: str | None, as_json: bool) -> None:
    """Apply one report from standard input (with -, or when BOUNCE_MAILBOX is not set), or all in BOUNCE_MAILBOX."""
    with _exit_status(), _services() as services:
        if source is None and services.settings.bounce_mailbox:
            _read_mailbox(services, as_json=as_json)
        else:
            _read_one(services, as_json=as_json)


def _read_one(services: Services, *, as_json: bool) -> None:
    raw = sys.stdin.buffer.read(LARGEST_REPORT + 1)
    with services.database.unit() as uow:
        applied = apply_report(uow, raw, services.tokens, now=services.clock())
    whose = "a delivery of ours" if applied.is_ours else "no delivery that we know"
    answer(asdict(applied), f"A report about {whose}: {', '.join(applied.kinds)}; {applied.new} new.", as_json=as_json)


def _read_mailbox(services: Services, *, as_json: bool) -> None:
    mailbox = make_bounce_mailbox(services.settings)
    found = read_mailbox(services.database, mailbox, services.tokens, clock=services.clock)
    sentence = f"{found.reports} reports with {found.events} new events; {found.set_aside} mails are no reports."
    answer(asdict(found), sentence, as_json=as_json)


@contextmanager
def _services() -> Iterator[Services]:
    services = open_services()
    try:
        yield services
    finally:
        services.close()


@contextmanager
def _exit_status() -> Iterator[None]:
    """A mail server gives a mail up at any status it does not know, so whatever may pass is 75."""
    try:
        yield
    except NotAReport as error:
        status, words = NOT_A_REPORT, f"Not a report: {error}."
    except MailboxAway as error:
        status, words = TRY_LATER, f"BOUNCE_MAILBOX cannot be read: {error}."
    except (BadSetting, click.ClickException) as error:
        status, words = TRY_LATER, str(error)
    except (SQLAlchemyError, OSError) as error:
        status, words = TRY_LATER, f"The database cannot be reached: {type(error).__name__}."
    else:
        return
    click.echo(f"Error: {words}", err=True)
    raise SystemExit(status)
