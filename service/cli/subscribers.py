"""`storywell subscribers …`: bring a list in, take it out."""

from typing import IO

import click
from sqlalchemy.orm import Session

from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.subscribers.errors import ImportRefused, NoSuchNewsletter
from service.subscribers.exporting import export_subscribers
from service.subscribers.import_formats import FORMATS
from service.subscribers.import_text import open_text
from service.subscribers.importing import CHUNK, ImportReport, Outcome, import_subscribers
from service.subscribers.newsletters import NewsletterName, open_newsletter

newsletter_option = click.option("--newsletter", "slug", default="", help="Its slug; the first one if not given.")


@click.group()
def subscribers() -> None:
    """The readers and their subscriptions."""


@subscribers.command("import")
@click.argument("file", type=click.File("rb", lazy=False))
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", help="The program that wrote it.")
@newsletter_option
@click.option("--consent", default="", help="Words that, as you state, everybody without own words agreed to.")
@click.option("--ask", is_flag=True, help="Mail a confirmation to those without proof of consent.")
@json_option
@click.pass_obj
def import_(services: Services, file: IO[bytes], form: str, slug: str, consent: str, ask: bool, as_json: bool) -> None:
    """Read subscribers from a CSV FILE (- for standard input), in UTF-8, UTF-16 or Windows-1252.

    The first line names the columns: email, and if you have them name, locale, status, consent_text, consent_at,
    consent_version, consent_source. Without consent_text and consent_at somebody stays pending and gets nothing.
    Bad lines are named on standard error, and the good ones go in. Importing a file again changes nothing.
    """
    with services.database.read() as session:
        newsletter = _newsletter(session, slug)
    voice = _Voice(names_bad_lines=not as_json)
    try:
        report = import_subscribers(
            services.database, services.tokens, open_text(file), newsletter,
            now=services.clock(), stated=consent, ask=ask, form=FORMATS[form], tell=voice.tell,
        )  # fmt: skip
    except ImportRefused as error:
        raise click.ClickException(str(error)) from None
    document = {outcome.value: report.counts[outcome] for outcome in Outcome} | {
        "bad": [row._asdict() for row in report.bad],
        "bad_lines": report.bad_lines,
    }
    answer(document, _summary(report), as_json=as_json)


class _Voice:
    """Says on standard error how far an import is, and which lines are bad, while it runs."""

    def __init__(self, *, names_bad_lines: bool) -> None:
        self._names_bad_lines = names_bad_lines
        self._named = 0
        self._read = 0

    def tell(self, report: ImportReport) -> None:
        """Name the bad lines found since the last time; a short import needs no more."""
        for row in report.bad[self._named :] if self._names_bad_lines else ():
            click.echo(f"line {row.line}: {row.reason}", err=True)
        self._named = len(report.bad)
        if report.lines >= self._read + CHUNK:
            self._read = report.lines
            click.echo(f"{report.lines:,} lines read", err=True)


@subscribers.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True), default="-")
@newsletter_option
@json_option
@click.pass_obj
def export(services: Services, file: str, slug: str, as_json: bool) -> None:
    """Write all subscriptions of a newsletter to a CSV FILE (standard output if not given)."""
    if file == "-" and as_json:
        raise click.UsageError("With --json the list needs a FILE: standard output is for the report.")
    with services.database.read() as session:
        newsletter = _newsletter(session, slug)
        with click.open_file(file, "w", encoding="utf-8") as out:
            written = export_subscribers(session, newsletter.id, out)
    if file != "-":
        answer({"exported": written, "file": file}, f"{written} subscriptions written to {file}.", as_json=as_json)


def _newsletter(session: Session, slug: str) -> NewsletterName:
    try:
        return open_newsletter(session, slug)
    except NoSuchNewsletter:
        raise click.ClickException(f"There is no newsletter {slug!r}." if slug else "There is no newsletter.") from None


WORDS = {
    Outcome.CONFIRMED: "confirmed",
    Outcome.PENDING: "pending",
    Outcome.ASKED: "of them asked to confirm",
    Outcome.ALREADY_THERE: "there already",
    Outcome.SUPPRESSED: "must not be written to",
    Outcome.UNSUBSCRIBED: "had unsubscribed",
}


def _summary(report: ImportReport) -> str:
    parts = [f"{report.counts[outcome]} {words}" for outcome, words in WORDS.items()]
    return ", ".join([*parts, f"{report.bad_lines} bad lines"]) + "."
