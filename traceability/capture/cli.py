"""Commands that capture files into the journal, and write the journal out."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import click
from flask.cli import with_appcontext

from core.accounts import Actor, RoleName
from core.accounts.queries import find_user
from core.db import atomic
from traceability.capture.errors import InvalidDocument, sentence
from traceability.capture.export import exported_document
from traceability.capture.files import CapturedFile, capture_file
from traceability.epcis.cli import opened
from traceability.journal.parties import Party, party_of


@click.command("capture")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--as", "account", required=True, help="E-mail address or phone number of the account that captures.")
@with_appcontext
def capture(files: Sequence[str], account: str) -> None:
    """Capture the events of every FILE on behalf of an account; `-` is standard input.

    Each good event is stored, and what is wrong with the others told on standard error; exit status 1 then. Run the
    command again after an interruption: what is in the journal already is passed over.
    """
    party = _party(account)
    failed = False
    for name in files:
        try:
            with opened(name) as file, _progress(name) as progress:
                result = capture_file(party=party, file=file, progress=progress)
        except (InvalidDocument, OSError) as error:
            failed = True
            reason = error.strerror or error if isinstance(error, OSError) else error
            click.echo(f"{name}: {reason}", err=True)
            continue
        failed = failed or bool(result.refused)
        _tell(name, result)
    sys.exit(1 if failed else 0)


@click.command("export")
@click.option(
    "--since",
    metavar="ISO-TIME",
    help="Only what was recorded at this time or later, such as 2026-07-01T00:00:00+07:00.",
)
@with_appcontext
def export(since: str | None) -> None:
    """Write the events of the journal to standard output, as one EPCIS 2.0 document."""
    moment = None if since is None else _moment(since)
    output = sys.stdout
    with atomic():
        for piece in exported_document(since=moment):
            output.write(piece)
    output.flush()


def _party(account: str) -> Party:
    """The party of the account with this e-mail address or phone number."""
    user = find_user(account)
    if user is None or not user.active:
        raise click.ClickException(f"there is no account {account}")
    roles = frozenset(RoleName(role.name) for role in user.roles)
    return party_of(Actor(user.id, roles, user.display_name))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter("a time with its offset from UTC is expected", param_hint="--since")
    return moment


def _tell(name: str, result: CapturedFile) -> None:
    for error in result.errors:
        click.echo(f"{name}: {sentence(error.problem)}", err=True)
    click.echo(f"{name}: {result.captured} captured, {result.known} there already, {result.refused} refused")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Shows on standard error how many events of how many are done; where that is no terminal, nothing."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label=name, file=sys.stderr, show_pos=True, hidden=hidden) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show
