"""The `pbapp` command: serve, upgrade, and one group of commands for each room that has some."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from pbapp.config import ConfigError
from pbapp.refusal import Refused


class Commands(click.Group):
    """Loads a room's commands only when one of them is asked for, so that each starts fast."""

    ROOMS = {
        "assets": "pbapp.assets.commands:assets",
        "council": "pbapp.boards.commands:council",
        "user": "pbapp.boards.commands:user",
        "geodata": "pbapp.redrawing.commands:geodata",
        "group": "pbapp.organisations.commands:group",
        "mail": "pbapp.messages.commands:mail",
        "maps": "pbapp.maps.commands:maps",
        "plan": "pbapp.plans.commands:plan",
        "round": "pbapp.results.commands:round_",
        "tally": "pbapp.tally.command:tally_command",
        "demo": "pbapp.demo.commands:demo",
        "serve": "pbapp.serving:serve",
        "worker": "pbapp.serving:worker",
        "upgrade": "pbapp.serving:upgrade",
        "check": "pbapp.serving:check",
        "backup": "pbapp.backups:backup",
        "restore": "pbapp.backups:restore",
    }

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(self.ROOMS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.ROOMS:
            return None
        module, _, attribute = self.ROOMS[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pbapp")
def pbapp() -> None:
    """Participatory budgeting and community asset maps for Community Boards.

    Settings come from the environment (see .env.example). PBAPP_DEMO=1 runs the demo, which needs
    none of them.
    """


def main() -> None:
    """Run a command; what an installation refuses is one sentence and exit code 2."""
    try:
        _run()
    except (ConfigError, Refused) as error:
        click.echo(f"pbapp: {error}", err=True)
        sys.exit(2)


def _run() -> None:
    try:
        pbapp(prog_name="pbapp", standalone_mode=True)
    except Exception as error:
        from sqlalchemy.exc import DatabaseError

        if isinstance(error, DatabaseError):  # perhaps only because nobody has run `pbapp upgrade`
            from pbapp import create_app
            from pbapp.serving import refuse_old_database

            refuse_old_database(create_app())
        raise
