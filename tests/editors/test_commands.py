"""`storywell editor add`."""

import json
import re

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from service.bootstrap import Services
from service.cli.editors import editor
from service.editors.actions import use_sign_in_link
from service.editors.model import Editor, Role, TrailEntry
from tests.cast import EVE


def run(services: Services, *words: str) -> Result:
    """Run the command over these services."""
    return CliRunner().invoke(editor, words, obj=services)


def test_an_account_is_made_with_a_link_into_the_desk(services: Services) -> None:
    """The printed link signs its editor in."""
    result = run(services, "add", EVE, "--role", "reviewer", "--name", "Eve")
    token = re.search(r"/desk/enter/(\S+)", result.output)

    assert token
    with services.database.unit() as uow:
        eve = use_sign_in_link(uow, services.tokens, token[1], now=services.clock())
        assert (eve.email, eve.name, eve.role, eve.password) == (EVE, "Eve", Role.REVIEWER, None)


def test_json_gives_one_document(services: Services) -> None:
    """For scripts."""
    document = json.loads(run(services, "add", EVE, "--json").output)

    assert (document["email"], document["role"]) == (EVE, "editor")
    assert document["sign_in"].startswith("http://localhost/desk/enter/")


@pytest.mark.parametrize(
    ("address", "sentence"), [("eve", "is not an e-mail address"), (EVE, "There is an account for eve@example.test")]
)
def test_what_cannot_be_is_one_line_and_a_failure(services: Services, eve: Editor, address: str, sentence: str) -> None:
    """And no account is made."""
    result = run(services, "add", address)

    assert result.exit_code == 1
    assert sentence in result.output
    assert len(result.output.splitlines()) == 1


def test_an_unknown_role_is_refused(services: Services) -> None:
    """With the list of those there are."""
    result = run(services, "add", EVE, "--role", "boss")

    assert result.exit_code == 2
    assert "safeguarding" in result.output


def test_the_trail_says_that_a_command_did_it(services: Services) -> None:
    """Nobody had signed in."""
    run(services, "add", EVE)

    with services.database.read() as session:
        entry = session.scalars(select(TrailEntry)).one()
        assert (entry.editor_id, entry.verb) == (None, "added")
