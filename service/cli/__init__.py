"""The `storywell` command. Subcommands are imported when they are called, so that `storywell run` stays small."""

import click

from service.cli.frame import LazyGroup

COMMANDS = {
    "run": "service.cli.run:run",
    "web": "service.cli.parts:web",
    "worker": "service.cli.parts:worker",
    "timer": "service.cli.parts:timer",
    "db": "service.cli.database:db",
    "demo": "service.cli.demo:demo",
    "editor": "service.cli.editors:editor",
    "subscribers": "service.cli.subscribers:subscribers",
    "issues": "service.cli.issues:issues",
    "consent": "service.cli.consent:consent",
    "vault": "service.cli.vault:vault",
    "bounces": "service.cli.bounces:bounces",
    "doctor": "service.cli.doctor:doctor",
    "backup": "service.cli.backup:backup",
    "restore": "service.cli.backup:restore",
}
WITHOUT_SERVICES = frozenset({"run", "web", "worker", "timer", "db", "doctor", "bounces"})


@click.group(cls=LazyGroup, commands_table=COMMANDS, without_services=WITHOUT_SERVICES)
@click.version_option(package_name="storywell")
def main() -> None:
    """Newsletters and stories for patient communities."""
