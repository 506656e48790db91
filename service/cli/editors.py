"""`storywell editor …`: accounts at the desk."""

import click

from service.bootstrap import Services
from service.cli.frame import answer, json_option
from service.editors.actions import LINK_LIFE, add_editor, make_sign_in_link
from service.editors.errors import AddressTaken, NotAnAddress
from service.editors.model import Role
from service.editors.trail import note


@click.group()
def editor() -> None:
    """The people at the desk."""


@editor.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.EDITOR.value, show_default=True)
@click.option("--name", default="", help="The name that colleagues see.")
@json_option
@click.pass_obj
def add(services: Services, email: str, role: str, name: str, as_json: bool) -> None:
    """Open an account for EMAIL and print a link that signs in once."""
    now = services.clock()
    try:
        with services.database.unit() as uow:
            person = add_editor(uow, email, name=name, role=Role(role), now=now)
            token = make_sign_in_link(uow, person, tokens=services.tokens, now=now)
            note(uow, None, "added", f"editor:{person.id}", now=now)
    except NotAnAddress:
        raise click.ClickException(f"{email} is not an e-mail address.") from None
    except AddressTaken:
        raise click.ClickException(f"There is an account for {email} already.") from None
    link, minutes = services.links.desk(f"/enter/{token}"), int(LINK_LIFE.total_seconds() // 60)
    document = {"id": person.id, "email": person.email, "role": person.role, "sign_in": link, "minutes": minutes}
    answer(document, f"Sign in within {minutes} minutes: {link}", as_json=as_json)
