"""The command line: `verify`. Exit 0 done, 1 refused (with the reason), 2 bad usage."""

from __future__ import annotations

import click

_COMMANDS = {
    "demo": "serving:demo",
    "phone": "phone:phone",
    "migrate": "serving:migrate",
    "import": "imports:import_file",
    "roster": "roster:roster",
    "letters": "letters:letters",
    "ask": "ask:ask",
    "texts": "outbox:texts",
    "reconcile": "verdicts:reconcile",
    "verdicts": "verdicts:verdicts",
    "months": "months:months",
    "officer": "officer_accounts:officer",
    "api-key": "api_keys:api_key",
    "screens": "screens:screens",
    "understand": "understanding:understand_texts",
}


class _Lazy(click.Group):
    """Loads a command's module only when it is called: `verify --help` should not wait for a database driver."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from importlib import import_module

        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"verify_service.cli.{module}"), name)
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="verify-service")
def main() -> None:
    """Field verification by USSD and SMS: does the cover a city pays for reach the worker it is paid for?"""
