"""`pdu where`: the outlets of all PDUs of a list that have a name, such as that of a server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, Optional

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
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..pdu_list.names import list_words
from ..reading.owner_files import OwnerFiles
from ..reading.parts import NAMES, CallError, PolledOutlet, Reading
from ..reading.polling import Target, poll_names
from ..reading.reader_pool import read_all
from .outlet_words import is_same_name, word_for

#: the error of a handler from elsewhere; those of this pack read names
_NO_NAMES = CallError("unsupported", "this handler reads no names of outlets")
_NOT_FOUND = "no-such-outlet"


class NamedOutlet(NamedTuple):
    """An outlet, and the PDU that has it."""

    target: Target
    outlet: PolledOutlet
    #: means it in a command
    word: str

    def document(self) -> dict[str, str]:
        """The outlet, as --json prints it."""
        device = self.target.device
        return {
            "pdu": device.name,
            "handler": device.handler,
            "host": str(device.where),
            "identity": self.outlet.identity,
            "number": self.outlet.number,
            "name": self.outlet.name,
            "state": states.word(self.outlet.state),
        }


class UnreadPdu(NamedTuple):
    """A PDU whose names or states of outlets are not known, and why."""

    target: Target
    error: CallError

    def document(self) -> dict[str, str]:
        """The PDU, as --json prints it."""
        kind, why = self.error
        return {"pdu": self.target.device.name, "kind": kind, "reason": why}


class Search(NamedTuple):
    """What was found in the PDUs of a list."""

    #: the names that were sought; all if there are none
    names: Sequence[str]
    outlets: Sequence[NamedOutlet]
    unread: Sequence[UnreadPdu]
    #: how many PDUs the list has
    pdus: int
    #: the names of all outlets that were read
    known_names: Collection[str] = ()
    #: PDU and reason, of those with such an outlet whose state is not known
    reasons: Sequence[tuple[str, str]] = ()

    @property
    def names_without_outlet(self) -> Sequence[str]:
        """The names that no outlet has, as far as the PDUs could be read."""
        outlet_names = [named_outlet.outlet.name for named_outlet in self.outlets]
        names: list[str] = []
        for name in self.names:
            if not any(is_same_name(name, outlet_name) for outlet_name in outlet_names):
                names.append(name)
        return names

    @property
    def exit_code(self) -> int:
        """The exit code: of the first PDU that was not read, because it may have the name too; else
        of a name that no outlet has.
        """
        if self.unread:
            return code_of(self.unread[0].error.kind)
        return code_of(_NOT_FOUND) if self.names_without_outlet else DONE

    def document(self) -> dict[str, Any]:
        """What was found, as --json prints it."""
        return {
            "outlets": [outlet.document() for outlet in self.outlets],
            "missing": list(self.names_without_outlet),
            "unread": [pdu.document() for pdu in self.unread],
            "reasons": [{"pdu": pdu, "reason": reason} for pdu, reason in self.reasons],
        }

    def notes(self) -> Iterator[str]:
        """Remarks beside the table: why states are not known, PDUs that were not read, and names
        without an outlet.
        """
        for pdu_name, reason in self.reasons:
            yield f"{printable(pdu_name)}: {reason}"
        for pdu in self.unread:
            kind, why = pdu.error
            yield f"{printable(pdu.target.device.name)}: {kind}: {why}"
        if self.unread:
            yield (
                f"{counted(len(self.unread), 'PDU')} of {self.pdus} could not be read whole: what"
                " is sought may be there too"
            )
        read_count = self.pdus - len(self.unread)
        for name in self.names_without_outlet:
            shown_name = repr(printable(name, 60))
            sentence = f"no outlet of {counted(read_count, 'PDU')} has the name {shown_name}"
            advice = look_alike(name, self._is_known, self.known_names)
            yield f"{sentence}; {advice}" if advice else sentence

    def switch_lines(self, login: Login, list_words: Sequence[str]) -> Iterator[str]:
        """The command that switches the outlets of each PDU off, to be pasted into a shell; none
        if no name was sought. `login`, `list_words`: the options that it needs.
        """
        if not self.names:
            return
        words_by_pdu: dict[str, list[str]] = {}
        for outlet in self.outlets:
            words = words_by_pdu.setdefault(outlet.target.device.name, [])
            words.append(outlet.word)
        for pdu, words in words_by_pdu.items():
            yield login.command_line("off", pdu, *words, options=list_words)

    def _is_known(self, name: str) -> bool:
        """Whether an outlet that was read has this name."""
        return any(is_same_name(name, known_name) for known_name in self.known_names)


def search(names: Sequence[str], targets: Sequence[Target]) -> Search:
    """Read the names of outlets of all these PDUs, and find those with one of `names`; all that
    have a name if there are none. Both lists of the result are in the order of the PDUs.
    """
    readings = _read_names(targets)
    outlets: list[NamedOutlet] = []
    unread_pdus: list[UnreadPdu] = []
    known_names: set[str] = set()
    reasons: list[tuple[str, str]] = []
    for target, reading in zip(targets, readings):
        error = search_error(reading)
        if error is not None:
            unread_pdus.append(UnreadPdu(target, error))
        is_state_asked = False
        numbers = {outlet.identity: outlet.number for outlet in reading.outlets}
        for outlet in reading.outlets:
            known_names.add(outlet.name)
            if _is_sought(outlet.name, names):
                word = word_for(outlet.identity, numbers)
                outlets.append(NamedOutlet(target=target, outlet=outlet, word=word))
                is_state_asked = is_state_asked or outlet.state is states.UNKNOWN
        if is_state_asked:
            reasons += [(target.device.name, warning) for warning in reading.warnings]
    return Search(
        names=names,
        outlets=outlets,
        unread=unread_pdus,
        pdus=len(targets),
        known_names=sorted(known_names),
        reasons=reasons,
    )


def _read_names(targets: Sequence[Target]) -> list[Reading]:
    """The readings of these PDUs, in their order. Shows the progress."""
    reading_by_index: dict[int, Reading] = {}
    with cached_contexts(), progress(len(targets), "reading names", show_pos=True) as bar:
        for index, reading in read_all(targets, poll_names):
            reading_by_index[index] = reading
            if bar is not None:
                bar.update(1)
    return [reading_by_index[index] for index in range(len(targets))]


def search_error(reading: Reading) -> Optional[CallError]:
    """Why the names of a PDU, or the states of its outlets, are not known; None if they are."""
    if reading.labelled:
        return reading.failure
    # why the names were not read says more here than why the states were not
    return reading.failures.get(NAMES) or reading.failure or _NO_NAMES


def _is_sought(name: str, names: Sequence[str]) -> bool:
    """Whether an outlet's name is one of those that are sought; any name if there are none."""
    if not name:
        return False
    return not names or any(is_same_name(name, sought_name) for sought_name in names)


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
        print_json(result.document())
        return result.exit_code
    if result.outlets:
        rows = [list(outlet.document().values()) for outlet in result.outlets]
        head = list(result.outlets[0].document())
        print("\n".join(tabulate(head, rows)))
        words = list_words(list_file or "", auth_file or "")
        for line in result.switch_lines(login, words):
            print(f"switch off: {line}")
    for note in result.notes():
        report(note)
    return result.exit_code
