"""`storywell subscribers import` and `export`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.bootstrap import Services
from service.cli.subscribers import subscribers
from tests.cast import ADA, BEN
from tests.subscribers.readers import a_newsletter, ada


def run(services: Services, *words: str, given: str = "") -> Result:
    """Type the command."""
    return CliRunner().invoke(subscribers, words, input=given, obj=services)


@pytest.fixture(autouse=True)
def newsletter(services: Services) -> None:
    """There is a newsletter."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)


def test_an_import_says_what_became_of_the_lines(services: Services) -> None:
    """For people: one line, and the bad lines on standard error."""
    result = run(services, "import", "-", given=f"email\n{BEN}\nnobody\n")

    assert result.exit_code == 0
    assert result.stdout.startswith("0 confirmed, 1 pending")
    assert result.stderr == "line 3: This is not an e-mail address.\n"


def test_an_import_can_answer_in_json(services: Services) -> None:
    """For programs: one document."""
    given = f"email,consent_text,consent_at\n{ADA},Yes,2024-05-31\nnobody,,\n"
    document = json.loads(run(services, "import", "-", "--json", given=given).stdout)

    assert (document["confirmed"], document["already_there"]) == (1, 0)
    assert document["bad"] == [{"line": 3, "reason": "This is not an e-mail address."}]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["import", "-", "--newsletter", "weekly"], "Error: There is no newsletter 'weekly'."),
        (["import", "-"], "Error: The first line must name the columns, and one of them must be email."),
        (["export", "--newsletter", "weekly"], "Error: There is no newsletter 'weekly'."),
        (["export", "--json"], "Error: With --json the list needs a FILE: standard output is for the report."),
    ],
)
def test_a_failure_is_one_clear_line(services: Services, words: list[str], sentence: str) -> None:
    """And a status that scripts see."""
    result = run(services, *words, given="name\nAda\n")

    assert result.exit_code != 0
    assert result.stderr.splitlines()[-1] == sentence


def test_an_export_goes_to_standard_output_or_to_a_file(services: Services, tmp_path: Path) -> None:
    """The same bytes."""
    ada(services.database)
    target = tmp_path / "readers.csv"
    report = json.loads(run(services, "export", str(target), "--json").stdout)

    assert report == {"exported": 1, "file": str(target)}
    assert run(services, "export").stdout == target.read_text()
    assert ADA in target.read_text()
