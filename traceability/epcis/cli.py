"""Commands on files of events: is each valid, and what are the hashes. No database, no server."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, Final

import click

from traceability.epcis.contexts import Namespaces, namespaces
from traceability.epcis.documents import StreamedEvent, stream_events
from traceability.epcis.errors import DocumentError, Problem
from traceability.epcis.hashing import event_hash, pre_hash
from traceability.epcis.validation import validate_event, validate_head
from traceability.gs1.errors import N_

STANDARD_INPUT: Final = "-"
_SPOOLED: Final = 16 * 1024 * 1024

epcis_commands = click.Group("epcis", help="EPCIS 2.0 events: validate, hash, capture, export.")


@epcis_commands.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def validate(files: Sequence[str]) -> None:
    """Say of each FILE whether it is valid by the JSON Schema of EPCIS 2.0, formats included.

    A FILE is an EPCIS document, a query document or a bare event; `-` is standard input. Exit status 1 if any is
    invalid. What only a capture can refuse, such as times still to come, is not looked at.
    """
    invalid = 0
    for name in files:
        problem = _first_problem(name)
        invalid += problem is not None
        click.echo(f"{name}: valid" if problem is None else f"{name}: invalid: {_sentence(problem)}")
    sys.exit(1 if invalid else 0)


@epcis_commands.command("hash")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--prehash", is_flag=True, help="Print the strings that are hashed instead of the hashes.")
def hash_events(files: Sequence[str], prehash: bool) -> None:
    """Print the CBV 2.0 hash of every event in every FILE, one a line, in the order of the events.

    `-` is standard input. What cannot be hashed is told on standard error; exit status 1 then.
    """
    write = pre_hash if prehash else event_hash
    failed = False
    for name in files:
        try:
            with opened(name) as file:
                head, events = stream_events(file)
                spaces = namespaces(head.context)
                for event in events:
                    click.echo(_written(write, event, spaces))
        except (DocumentError, OSError) as error:
            failed = True
            click.echo(f"{name}: {_sentence(_problem(error))}", err=True)
    sys.exit(1 if failed else 0)


def _written(write: Callable[[Any, Namespaces], str], event: StreamedEvent, spaces: Namespaces) -> str:
    """The hash or pre-hash string of an event; DocumentError where it is so far from valid that it has none."""
    try:
        return write(event.event, spaces)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        found = validate_event(event.event, pointer=event.pointer)
        problem = found[0] if found else Problem(event.pointer, N_("This event has no hash."))
        raise DocumentError(*problem) from error


def _first_problem(name: str) -> Problem | None:
    try:
        with opened(name) as file:
            return next(_problems(file), None)
    except (DocumentError, OSError) as error:
        return _problem(error)


def _problems(file: IO[bytes]) -> Iterator[Problem]:
    head, events = stream_events(file)
    if not head.is_bare_event:
        yield from validate_head(head.document)
    for event in events:
        yield from validate_event(event.event, pointer=event.pointer, stands_alone=head.is_bare_event)


def _problem(error: DocumentError | OSError) -> Problem:
    return error.problem if isinstance(error, DocumentError) else Problem("", error.strerror or str(error))


def _sentence(problem: Problem) -> str:
    """`/json/pointer: why`; the document itself is `/`."""
    return f"{problem.pointer or '/'}: {problem}"


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The file as one that can be read twice, which standard input, pipes and devices cannot."""
    with nullcontext(sys.stdin.buffer) if name == STANDARD_INPUT else Path(name).open("rb") as source:
        if source.seekable():
            yield source
            return
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as copy:
            copyfileobj(source, copy)
            copy.seek(0)
            yield copy
