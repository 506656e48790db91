"""What every command stands in: services on demand, JSON on request, and one clear line on failure."""

import json
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any

import click

from service.settings import BadSetting, Settings

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called; most of them find the Services in `ctx.obj`."""

    def __init__(
        self, *args: Any, commands_table: Mapping[str, str], without_services: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._table = commands_table
        self._without_services = frozenset(without_services)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names, in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command behind a name."""
        if cmd_name not in self._table:
            return None
        command: click.Command = pkgutil.resolve_name(self._table[cmd_name])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Bring the services, and turn a bad setting into one line."""
        try:
            if ctx.obj is None and self._called(ctx) not in self._without_services:
                ctx.obj = pkgutil.resolve_name("service.cli.opening:open_services")()
                ctx.call_on_close(ctx.obj.close)
            return super().invoke(ctx)
        except BadSetting as error:
            raise click.ClickException(str(error)) from None

    def _called(self, ctx: click.Context) -> str:
        return next(iter(ctx._protected_args or ctx.args), "")


def load_settings() -> Settings:
    """The settings, or one sentence that names the wrong one."""
    try:
        return Settings.load()
    except BadSetting as error:
        raise click.ClickException(str(error)) from None


def answer(document: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print the result: the document with --json, the sentence without."""
    click.echo(json.dumps(document, default=str) if as_json else sentence)
