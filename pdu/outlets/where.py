"""`pdu where`: the outlets of all PDUs of a list that have a name, such as that of a server.

A target is a PDU of the list with its handler and login, ready to be read. `pdu where web-7` reads
the names of all outlets of all targets, and shows the outlets whose name is web-7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

import click

from handlers.shared.errors import printable
from handlers.shared.tls import cached_contexts

from ..cli import states
from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.options import TEXT, Output, output_options, pass_output
from ..cli.output import counted, print_json, progress, report, tabulate
from ..cli.shared_options import auth_option, list_option
from ..cli.spelling import look_alike
from ..pdu_list.known_list import list_words
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..reading.outlet_record import outlet_record
from ..reading.owner_files import OwnerFiles
from ..reading.parts import NAMES, CallError, PolledOutlet, Reading
from ..reading.polling import Target, poll_names
from ..reading.reader_pool import read_all
from .outlet_words import is_same_name, word_for

#: the error of a handler from elsewhere; those of this pack read names
_NO_NAMES = CallError("unsupported", "this handler reads no names of outlets")
_NOT_FOUND = "no-such-outlet"


class NamedOutlet(NamedTuple):
    """An outlet with a name, the PDU that has it, and the `word` to type for it in `pdu off`: its
    identity, or `identity:2` where 2 is also the number printed at another outlet.
    """

    target: Target
    outlet: PolledOutlet
    word: str

    def row(self) -> Mapping[str, object]:
        """The outlet, as --json prints it; the table has the same columns.

        {"pdu": "r1-left", "handler": "netio", "host": "192.0.2.8", "identity": "1",
         "number": "1", "name": "web-7", "state": "on"}
        """
        device = self.target.device
        return {
            "pdu": device.name,
            "handler": device.handler,
            "host": str(device.where),
            **outlet_record("where", self.outlet),
        }


class Search(NamedTuple):
    """What was found in the PDUs of a list. For `pdu where web-7 web-8`, with web-7 at outlet 1 of
    r1-left and r1-dead silent:

        outlets   outlet 1 of r1-left
        missing   web-8
        unread    r1-dead, CallError("unreachable", "no answer")
    """

    outlets: Sequence[NamedOutlet]
    #: the names that no outlet has, as far as the PDUs could be read
    missing: Sequence[str]
    #: names of PDUs that were not read whole, and why
    unread: Sequence[tuple[str, CallError]]
    #: names of PDUs, and why the state of such an outlet is not known
    reasons: Sequence[tuple[str, str]]
    #: the names of all outlets that were read
    known_names: Sequence[str]

    @property
    def exit_code(self) -> int:
        """The exit code: of the first PDU that was not read, because it may have the name too; else
        of a name that no outlet has.

        >>> found = Search(outlets=[], missing=[], unread=[], reasons=[], known_names=["web-7"])
        >>> found.exit_code, found._replace(missing=["web-8"]).exit_code
        (0, 7)
        >>> silent = ("r1-dead", CallError("unreachable", "no answer"))
        >>> found._replace(missing=["web-8"], unread=[silent]).exit_code
        3
        """
        if self.unread:
            _, error = self.unread[0]
            return code_of(error.kind)
        return code_of(_NOT_FOUND) if self.missing else DONE


def search(names: Sequence[str], targets: Sequence[Target]) -> Search:
    """Read the names of outlets of all these PDUs, and find the outlets with one of `names`; if
    `names` is empty, all outlets that have a name. They are in the order of the PDUs.

        names     r1-left           r1-right         outlets
        web-7     1 web-7, 2 db     3 Web-7          1 of r1-left, 3 of r1-right
        web-8     1 web-7, 2 db     3 Web-7          none; missing: web-8
                  1 web-7, 2 db     3 Web-7          1 and 2 of r1-left, 3 of r1-right
    """
    outlets: list[NamedOutlet] = []
    unread: list[tuple[str, CallError]] = []
    reasons: list[tuple[str, str]] = []
    known_names: set[str] = set()
    for target, reading in zip(targets, _read_names(targets)):
        error = search_error(reading)
        if error is not None:
            unread.append((target.device.name, error))
        numbers = {outlet.identity: outlet.number for outlet in reading.outlets}
        known_names.update(outlet.name for outlet in reading.outlets)
        sought_outlets = [outlet for outlet in reading.outlets if _is_sought(outlet.name, names)]
        for outlet in sought_outlets:
            word = word_for(outlet.identity, numbers)
            outlets.append(NamedOutlet(target=target, outlet=outlet, word=word))
        if any(outlet.state is states.UNKNOWN for outlet in sought_outlets):
            reasons += [(target.device.name, warning) for warning in reading.warnings]
    found_names = [named_outlet.outlet.name for named_outlet in outlets]
    return Search(
        outlets=outlets,
        missing=[name for name in names if not _is_among(name, found_names)],
        unread=unread,
        reasons=reasons,
        known_names=sorted(known_names),
    )


def _read_names(targets: Sequence[Target]) -> list[Reading]:
    """The readings of these PDUs, in their order, each with states, numbers and names, or with its
    failures. They are read at a time; the terminal shows `reading names  [####----]  4/8`.
    """
    reading_by_index: dict[int, Reading] = {}
    # a TLS context is made once for all PDUs with the same settings
    with cached_contexts(), progress(len(targets), "reading names", show_pos=True) as bar:
        for index, reading in read_all(targets, poll_names):
            reading_by_index[index] = reading
            if bar is not None:
                bar.update(1)
    return [reading_by_index[index] for index in range(len(targets))]


def search_error(reading: Reading) -> Optional[CallError]:
    """Why the PDU of this reading may have a sought name that was not found: the error of its
    names, or of what else was not read; None if all was read.

    >>> search_error(Reading(has_labels=True))
    >>> search_error(Reading(failures={NAMES: CallError("protocol", "the names end early")}))
    CallError(kind='protocol', reason='the names end early')
    >>> search_error(Reading(has_states=True)).reason
    'this handler reads no names of outlets'
    """
    if reading.has_labels:
        return reading.failure
    # why the names were not read says more here than why the states were not
    return reading.failures.get(NAMES) or reading.failure or _NO_NAMES


def _is_sought(name: str, names: Sequence[str]) -> bool:
    """Whether an outlet's name is one of those that are sought; any name if there are none.

    >>> _is_sought("Web-7", ["web-7"]), _is_sought("db", ["web-7"])
    (True, False)
    >>> _is_sought("db", []), _is_sought("", [])
    (True, False)
    """
    return bool(name) and (not names or _is_among(name, names))


def _is_among(name: str, names: Sequence[str]) -> bool:
    """Whether the name is one of these; case and blanks do not count.

    >>> _is_among("Web 7", ["db", "web  7"])
    True
    """
    return any(is_same_name(name, other_name) for other_name in names)


# ---- what is printed -----------------------------------------------------------------------------


def _notes(result: Search, pdu_count: int) -> Iterator[str]:
    """Yields remarks for below the table: why states are not known, which PDUs were not read, and
    which names no outlet has. `pdu_count`: how many PDUs the list has.

        r1-dead: unreachable: no answer
        1 PDU of 3 could not be read whole: what is sought may be there too
        no outlet of 2 PDUs has the name 'web-8'
    """
    for pdu_name, reason in result.reasons:
        yield f"{printable(pdu_name)}: {reason}"
    for pdu_name, error in result.unread:
        yield f"{printable(pdu_name)}: {error.kind}: {error.reason}"
    if result.unread:
        yield (
            f"{counted(len(result.unread), 'PDU')} of {pdu_count} could not be read whole: what"
            " is sought may be there too"
        )
    read_count = pdu_count - len(result.unread)
    for name in result.missing:
        shown_name = repr(printable(name, 60))
        sentence = f"no outlet of {counted(read_count, 'PDU')} has the name {shown_name}"
        advice = look_alike(
            name, lambda other: _is_among(other, result.known_names), result.known_names
        )
        yield f"{sentence}; {advice}" if advice else sentence


def switch_lines(result: Search, login: Login, words: Sequence[str]) -> Iterator[str]:
    """Yields for each PDU with found outlets the command that switches them off, to be pasted into
    a shell. `login`: its settings become options. `words`: further options, such as those of a
    list.

        pdu off r1-left 1 --list pdus.csv
        pdu off r1-right 3 identity:4 --list pdus.csv
    """
    words_by_pdu: dict[str, list[str]] = {}
    for named_outlet in result.outlets:
        words_by_pdu.setdefault(named_outlet.target.device.name, []).append(named_outlet.word)
    for pdu_name, outlet_words in words_by_pdu.items():
        yield login.command_line("off", pdu_name, *outlet_words, options=words)


def _document(result: Search) -> Mapping[str, object]:
    """What was found, as --json prints it:

    {"outlets": [{"pdu": "r1-left", "identity": "1", "name": "web-7", ...}], "missing": ["web-8"],
     "unread": [{"pdu": "r1-dead", "kind": "unreachable", "reason": "no answer"}], "reasons": []}
    """
    unread: list[Mapping[str, str]] = []
    for pdu_name, error in result.unread:
        unread.append({"pdu": pdu_name, "kind": error.kind, "reason": error.reason})
    return {
        "outlets": [outlet.row() for outlet in result.outlets],
        "missing": result.missing,
        "unread": unread,
        "reasons": [{"pdu": pdu, "reason": reason} for pdu, reason in result.reasons],
    }


@click.command(
    "where",
    cls=Subcommand,
    examples=("pdu where web-7", "pdu where web-7 web-8 --list pdus.csv --auth logins.toml"),
)
@click.argument("names", metavar="[NAME]...", nargs=-1, type=TEXT)
@list_option()
@auth_option()
@secret_file_option
@output_options
@pass_login
@pass_output
def where(
    output: Output,
    login: Login,
    names: Sequence[str],
    list_file: Optional[str],
    auth_file: Optional[str],
) -> int:
    """Find the outlets that have a name, such as that of a server, in all PDUs of the list, and
    print the commands that switch them off; without NAME, list every outlet that has one. Case and
    blanks do not count.

    The names are those that the PDUs themselves have. A PDU whose names cannot be read is named:
    what is sought may be there too, so the exit code is that of its error.
    """
    owner_files = OwnerFiles(list_file, auth_file, login.secret_files).add_known_list()
    targets = owner_files.targets(owner_files.files())
    result = search(names, targets)
    if output.json:
        print_json(_document(result))
        return result.exit_code
    if result.outlets:
        rows = [list(outlet.row().values()) for outlet in result.outlets]
        head = list(result.outlets[0].row())
        print("\n".join(tabulate(head, rows)))
    if names:
        words = list_words(list_file or "", auth_file or "")
        for line in switch_lines(result, login, words):
            print(f"switch off: {line}")
    for note in _notes(result, len(targets)):
        report(note)
    return result.exit_code
