"""`storywell consent verify` from the outside."""

import json

from click.testing import CliRunner, Result
from sqlalchemy import text

from service.bootstrap import Services
from service.cli import main
from tests.stories.tales import a_published_story


def verify(services: Services, *more: str) -> Result:
    """Run it."""
    return CliRunner().invoke(main, ["consent", "verify", *more], obj=services)


def test_a_good_chain(services: Services) -> None:
    """Exit 0, and a head to write down."""
    with services.database.unit() as uow:
        a_published_story(uow.session)

    document = json.loads(verify(services, "--json").output)

    assert (document["holds"], document["checked"], len(document["head"])) == (True, 1, 64)
    assert document["head"] in verify(services).output
    assert verify(services, "--head", document["head"]).exit_code == 0
    assert verify(services, "--head", "0" * 63 + "1").exit_code == 1


def test_an_empty_chain(services: Services) -> None:
    """Nothing agreed to, nothing broken."""
    assert verify(services).exit_code == 0


def test_a_missing_record_is_named(services: Services) -> None:
    """Exit 1 and one line."""
    with services.database.unit() as uow:
        a_published_story(uow.session)
    with services.database.unit() as uow:
        uow.session.execute(text("UPDATE consent_chain SET length = 2"))

    done = verify(services)

    assert done.exit_code == 1
    assert "record 2 is missing: the chain had 2" in done.output
