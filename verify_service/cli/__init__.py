"""The command line: `verify`. Exit 0 done, 1 refused (with the reason), 2 bad usage."""

from __future__ import annotations

import click

# Where each is, and what its own help begins with: to list them all should load none of them.
_COMMANDS = {
    "demo": ("serving:demo", "The whole service on one machine, with an invented city of 2,000; Ctrl-C stops it."),
    "phone": ("phone:phone", "A basic phone in the terminal: dial, answer, send and receive texts."),
    "migrate": ("serving:migrate", "Bring the database to the newest schema, roles included."),
    "import": (
        "imports:import_file",
        "Load a file an office sent: a roster, payments, the insurer's return file, RT heads.",
    ),
    "roster": ("roster:roster", "The list of workers, and the versions of it that are kept."),
    "person": (
        "person:person",
        "A person: find, show, export, correct, erase; and the register of requests with its clock.",
    ),
    "rt-heads": (
        "posts:rt_heads",
        "Heads of RT, and of RW who stand in for them; `verify import rt-heads` loads the list.",
    ),
    "letters": (
        "letters:letters",
        "Printable invitation letters (workers) and activation letters (RT heads), with their codes.",
    ),
    "round": (
        "round:round_",
        "Verification rounds: draw people by lot, ask them, and state honestly what is known.",
    ),
    "budget": (
        "budget:budget",
        "What the money pays for: cost, what is missing, how many heads and how many months are funded.",
    ),
    "publish": (
        "publish:publish",
        "Count, round and attack the public figures now, and print them; the clock does it once a week.",
    ),
    "audit": (
        "record:audit",
        "The tamper-evident record: seal it, copy it to other hands, find what was altered, prove an entry.",
    ),
    "report": ("report:report", "Figures for the auditor, the council and the public."),
    "today": ("today:today", "How the service stands: jobs, what waits, texts and their cost, promises, the machine."),
    "rules": ("rules:rules", "Rules of the programme; a second person confirms a change in the browser."),
    "ask": ("ask:ask", "Ask those who have not spoken yet; texts go out within the send window."),
    "texts": ("outbox:texts", "Texts to people: how sending stands; take back, revive or repeat them."),
    "reconcile": ("verdicts:reconcile", "Bring verdicts and discrepancies up to date now."),
    "verdicts": ("verdicts:verdicts", "Each enrolment's verdict for one month, with the case it follows from."),
    "matrix": (
        "coverage:matrix",
        "Every combination of what the sources say that occurs in a month: its verdict, owner, people, rupiah.",
    ),
    "months": (
        "months:months",
        "Which months were planned, paid and insured; gaps; and the list of those whose cover lapses.",
    ),
    "officer": ("officer_accounts:officer", "Accounts of the console."),
    "api-key": ("api_keys:api_key", "Keys of other systems (Open311)."),
    "screens": (
        "screens:screens",
        "Every screen as a phone shows it, in each language, with its length; a text costs one part up to 160.",
    ),
    "understand": (
        "understanding:understand_texts",
        "How a reply by SMS is read: yes, no, unsure, grievance, stop or other, and how surely.",
    ),
}


class _Lazy(click.Group):
    """Loads a command's module only when it is called: `verify --help` should not wait for a database driver."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from verify_service.ground.loading import loaded

        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(loaded(f"verify_service.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in _COMMANDS.items()])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="verify-service")
def main() -> None:
    """Field verification by USSD and SMS: does the cover a city pays for reach the worker it is paid for?"""
