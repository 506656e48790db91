"""`storywell consent …`: the ledger of what storytellers agreed to."""

from dataclasses import asdict

import click

from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.stories.proving import Verdict
from service.stories.proving import verify as walk


@click.group()
def consent() -> None:
    """What storytellers agreed to."""


@consent.command()
@click.option("--head", default="", help="A head written down earlier; it must still be in the chain.")
@json_option
@click.pass_obj
def verify(services: Services, head: str, as_json: bool) -> None:
    """Walk the chain of all records; name the first broken one and exit with 1.

    Write the head that is printed down somewhere else: with --head, later, it proves that nothing before it changed.
    """
    with services.database.read() as session:
        verdict = walk(session, head)
    answer({**asdict(verdict), "holds": verdict.holds}, _sentence(verdict), as_json=as_json)
    if not verdict.holds:
        raise click.exceptions.Exit(1)


def _sentence(verdict: Verdict) -> str:
    if verdict.holds:
        return f"{verdict.checked} records, each as it was given. Head: {verdict.head}"
    where = f"record {verdict.sequence} (row {verdict.record}): " if verdict.record is not None else ""
    return f"Broken after {verdict.checked} good records: {where}{verdict.why}."
