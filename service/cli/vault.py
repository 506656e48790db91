"""`storywell vault …`: what is encrypted at rest."""

from dataclasses import asdict

import click

from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.rotation import rotate as seal_again
from service.vault import VaultClosed


@click.group()
def vault() -> None:
    """Names, addresses and drafts, encrypted at rest."""


@vault.command()
@json_option
@click.pass_obj
def rotate(services: Services, as_json: bool) -> None:
    """Encrypt everything again under the first of SECRET_KEYS; stopped, it goes on where it was."""
    try:
        done = seal_again(services.database, services.vault, services.tokens)
    except VaultClosed:
        raise click.ClickException("A value can be opened with none of SECRET_KEYS. Put its old key back.") from None
    sentence = f"{done.sealed} of {done.looked_at} values sealed again. Older keys are not needed for them any more."
    answer(asdict(done), sentence, as_json=as_json)
