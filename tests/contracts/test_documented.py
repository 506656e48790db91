"""Documentation that cannot rot: settings, commands and metrics are explained, or the build fails."""

import re
from pathlib import Path

import click
from flask import Flask

from service.cli import main
from service.settings import Settings

ROOT = Path(__file__).parents[2]
NAMES = {name.upper() for name in Settings.names()}


def commands(group: click.Group, prefix: str = "storywell") -> list[str]:
    """Every command with its words: `storywell issues compose`."""
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{prefix} {name} is in the table and nowhere else"
        full = f"{prefix} {name}"
        found += commands(command, full) if isinstance(command, click.Group) else [full]
    return found


def test_every_setting_is_explained() -> None:
    """docs/settings.md has a row for each, and no other."""
    explained = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)

    assert sorted(explained) == sorted(NAMES)


def test_every_setting_is_in_the_example() -> None:
    """.env.example lists all that can be set."""
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(listed) == sorted(NAMES)


def test_only_settings_reads_the_environment() -> None:
    """No file of the service asks for a variable behind its back."""
    asking = [
        path.relative_to(ROOT).as_posix()
        for folder in ("service", "workers")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text())
    ]

    assert sorted(asking) == ["service/cli/run.py", "service/settings.py"], "`run` only passes it on to its processes"


def test_every_command_is_explained() -> None:
    """docs/running.md names each command."""
    text = (ROOT / "docs/running.md").read_text()

    assert [command for command in commands(main) if command not in text] == []


def test_every_metric_is_explained(app: Flask) -> None:
    """docs/running.md names each metric of ours."""
    text = (ROOT / "docs/running.md").read_text()
    ours = {metric.name for metric in app.extensions["storywell_metrics"].collect()}

    assert ours
    assert [name for name in sorted(ours) if name not in text] == []
