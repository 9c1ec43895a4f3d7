"""`pdu find NETWORK...`: the PDUs of networks, for the list of `pdu check` and `pdu exporter`."""

from __future__ import annotations

import ipaddress
import math
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers import registry
from handlers.raritan import zeroconf
from handlers.shared.address import Address, host_with_port, is_ip_host
from handlers.shared.errors import SettingsError, Unreachable, printable
from handlers.shared.settings import port as port_number

from ..cli import optional_packages
from ..cli.error_output import Usage
from ..cli.exit_codes import DONE
from ..cli.groups import Subcommand
from ..cli.options import (
    PORT,
    TEXT,
    NumberRange,
    Option,
    Output,
    output_options,
    pass_output,
    plain_option,
)
from ..cli.output import counted, print_json, progress, tabulate
from ..cli.shared_options import auth_option, list_option
from ..cli.terminal_lines import print_text
from ..families.recognition import Recognition, is_of_agent, recognise
from ..files.csv_out import begins_as_formula, csv_lines
from ..loading.handler_loading import load
from ..loading.handler_recordings import identify as identify_device
from ..pdu_list import addition, form as connection_data
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..pdu_list.logins import DeviceLogin, names
from ..reading.owner_files import OwnerFiles
from ..reading.parts import Reading
from ..reading.polling import Target
from ..reading.reader_pool import ReaderPool
from ..recordings.nameplate import Nameplate
from . import network_scan
from .datagrams import AgentAnswer
from .find_addition import add_lacking
from .networks import Network, hosts, parsed

_HIGHEST_RATE = 2000
# seconds after which a search says beforehand how long it takes, and those that it then aims at
_LONG_S, _SOON_S = 60.0, 120.0
_LOGIN_NAME = "snmp"  # of the login that --add writes
_HEAD = ("name", "handler", "address", "auth", "settings")
_READERS = 16  # devices whose tables are read at a time
# in characters; "..." and an address may follow, and a list allows 100
_LONGEST_NAME = 48
_USUAL = {"snmp": 161, "raritan": 443}
_SILENCE = (
    "no device answered: check the networks, the community and the port, and that the PDUs' SNMP is"
    " on; devices that speak only SNMPv1 or SNMPv3 are not found"
)


class FoundDevice(NamedTuple):
    """A device that answered."""

    address: str
    handler: str
    port: int
    name: str
    #: the family or model of a PDU, else sysObjectID and sysDescr
    what: str


@click.command(
    "find",
    cls=Subcommand,
    examples=("pdu find 192.0.2.0/24 --add", "pdu find 192.0.2.0/24 --rate 50 --json"),
)
@click.argument("network", nargs=-1, required=True, type=TEXT)
@click.option(
    "--add", is_flag=True, help="put the PDUs that the list lacks into it, with their login"
)
@list_option(requires=["--add"], cls=Option)
@auth_option()
@click.option(
    "--login",
    cls=Option,
    metavar="NAME",
    type=TEXT,
    requires=["--auth"],
    help="the login whose community is tried; the list names it for each PDU found over SNMP",
)
@plain_option(PORT, default=str(_USUAL["snmp"]), show_default=True)
@click.option(
    "--rate",
    metavar="N",
    type=NumberRange(1, _HIGHEST_RATE),
    default=200,
    show_default=True,
    help="requests a second",
)
@click.option(
    "--no-mdns", is_flag=True, help="do not search for Xerus units that announce themselves"
)
@secret_file_option
@output_options
@pass_login
@pass_output
def find(
    output: Output,
    typed_login: Login,
    network: Sequence[str],
    list_file: Optional[str],
    auth_file: Optional[str],
    login: Optional[str],
    port: str,
    rate: float,
    *,
    add: bool,
    no_mdns: bool,
) -> int:
    """Ask every host address of the networks over SNMP what it is, and print the PDUs as a list for
    pdu check. With --add, put those that the list lacks into it (--list, PDU_LIST, or the usual
    one), and the community into the file of logins; what is there already stays as it is.

    NETWORK is a network such as 192.0.2.0/24, or a single address. Each address gets one small
    SNMPv2c request, and a second one if it does not answer, with the community of --login,
    --secret-file or PDU_COMMUNITY; on a terminal you are asked for one that is missing. At most
    65,536 addresses are asked, at --rate requests a second. Xerus units that announce themselves by
    mDNS are added if this machine reaches one of the networks (IPv4) from an address inside it, and
    has the Python package zeroconf. Other PDUs without SNMPv2c are not found. Where the sysObjectID
    is a vendor's alone, or also of UPSs, consoles and the like, the tables of outlets and meters
    decide. A PDU with the sysObjectID of Net-SNMP is not listed, but shown as "not a known PDU".
    """
    connection_data.check(typed_login, ["community"], "pdu find")
    if auth_file and not (login or add):
        raise Usage("--auth needs --login, or --add, which writes a login into it")
    files = addition.new_pdu("", list_file or "", auth_file or "") if add else None
    if files is not None:
        addition.listed_pdus(files)  # raises before the search for a list that cannot be read
    networks = parsed(network)
    community = _community(typed_login, auth_file, login)
    snmp_port = _port(port)
    address_count = 0
    for asked_network in networks:
        address_count += len(list(hosts(asked_network)))
    beforehand = describe_search(address_count, rate)
    if beforehand:
        print_text(beforehand, sys.stderr)
    scan = _scan(networks, community, snmp_port, rate, address_count)
    pdus, unsure, other_devices = split_answers(scan.answers, snmp_port)
    confirmed, unconfirmed = ask_rows(unsure, community)
    announced = [] if no_mdns else announced_pdus(networks)
    pdus = [*_without(announced, [*pdus, *confirmed]), *announced]
    other_devices = _without(announced, [*other_devices, *unconfirmed])
    unsent = "; ".join(_unsent_sentences(scan.unsent))
    if not pdus and not other_devices:
        raise Unreachable(unsent or _SILENCE)
    if unsent:
        print_text(unsent, sys.stderr)
    found = _Found(name_pdus(pdus), other_devices, login or "", address_count)
    if files is None:
        added = None
    else:
        new_login = DeviceLogin(_LOGIN_NAME, {}, {"community": community})
        added = add_lacking(files, found.listed(), new_login, typed_login.secret_files)
    if output.json:
        _print_json(found, added)
    elif files is None or added is None:
        print(found.csv(), end="", flush=True)
        _print_beside(found)
    else:
        _print_beside(found)
        _print_added(files, found, added)
    return DONE


def _unsent_sentences(unsent: Mapping[str, int]) -> Iterator[str]:
    """Which requests the system did not send: how many, and why."""
    for why, count in unsent.items():
        yield f"{counted(count, 'request')} could not be sent: {why}"


class _ScanResult(NamedTuple):
    """What came of asking many addresses over SNMP."""

    #: by address
    answers: Mapping[str, AgentAnswer]
    #: why the system did not send requests -> how many
    unsent: Mapping[str, int]


def _scan(
    networks: Sequence[Network], community: str, port: int, rate: float, address_count: int
) -> _ScanResult:
    """Ask all addresses, and show the progress."""
    unsent: Counter[str] = Counter()

    def count_unsent(error: Exception) -> None:
        why = getattr(error, "strerror", None) or str(error)
        unsent[why] += 1

    with progress(address_count * network_scan.TRIES, "asking") as bar:

        def show_request() -> None:
            if bar is not None:
                bar.update(1)

        pace = network_scan.ScanRate(rate)
        answers = network_scan.scan_networks(
            networks, community, port, pace, show_request, count_unsent
        )
    return _ScanResult(answers, unsent)


def _without(announced: Sequence[FoundDevice], devices: Sequence[FoundDevice]) -> list[FoundDevice]:
    """The devices at other addresses than those that were announced."""
    addresses = {device.address for device in announced}
    return [device for device in devices if device.address not in addresses]


def describe_search(count: int, rate: float) -> str:
    """What to know before a search that may take long: how long, and a rate that shortens it to
    `_SOON_S`; "" for a short one."""
    pace = network_scan.ScanRate(rate)
    longest_s = pace.longest_s(count)
    if longest_s <= _LONG_S:
        return ""
    sentence = f"{count:,} addresses at --rate {rate:g}: up to {_minutes(longest_s)}"
    # what is left beside the waits for the last answers
    sending_s = _SOON_S - pace.last_s * network_scan.TRIES
    wanted_rate = math.ceil(network_scan.TRIES * count / sending_s)
    faster_rate = min(wanted_rate, _HIGHEST_RATE)
    if faster_rate < 2 * rate:
        return sentence
    faster_pace = network_scan.ScanRate(faster_rate)
    shorter = _minutes(faster_pace.longest_s(count))
    return f"{sentence}; --rate {faster_rate}: {shorter}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _community(typed_login: Login, auth: Optional[str], login: Optional[str]) -> str:
    """The community: from the login, else from --secret-file, PDU_COMMUNITY or the terminal.

    Raises SettingsError.
    """
    if auth is None or login is None:
        return typed_login.secret("community", "community of the PDUs (often public)")
    logins = OwnerFiles(auth=auth).files().auths
    shown_login = repr(printable(login, 60))
    if login not in logins:
        raise SettingsError(f"unknown login {shown_login}; known: {names(logins)}")
    community = logins[login].secrets.get("community")
    if not community:
        raise SettingsError(f"the login {shown_login} has no community; a search asks over SNMPv2c")
    return community


def _port(text: str) -> int:
    try:
        return port_number(text)
    except ValueError:
        raise SettingsError("--port must be a number from 1 to 65535") from None


def split_answers(
    answers: Mapping[str, AgentAnswer], port: int
) -> tuple[list[FoundDevice], list[FoundDevice], list[FoundDevice]]:
    """The devices whose number names a family of the SNMP handler; those for which it is a
    vendor's, or other devices' too; and all others that answered.

    The sysObjectID of Net-SNMP names only the agent, which servers run too. Such a device counts as
    one of the others.
    """
    pdus: list[FoundDevice] = []
    unsure: list[FoundDevice] = []
    other_devices: list[FoundDevice] = []
    for address, answer in answers.items():
        recognition = Recognition()
        if answer.object_id and not is_of_agent(answer.object_id):
            recognition = recognise(answer.object_id)
        words = [recognition.other_devices, answer.object_id, *answer.description.split()]
        what = " ".join(word for word in words if word)
        device = FoundDevice(
            address=address,
            handler="snmp",
            port=port,
            name=_shortened_name(answer.name),
            what=printable(what, 100),
        )
        if recognition.families:
            pdus.append(device._replace(what=recognition.families[0].key))
        elif recognition.candidates:
            unsure.append(device)
        else:
            other_devices.append(device)
    return pdus, unsure, other_devices


def ask_rows(
    devices: Sequence[FoundDevice], community: str
) -> tuple[list[FoundDevice], list[FoundDevice]]:
    """The devices that have the rows of a family, each with it, and the others; one that could not
    be read says why. Reads the tables of the families that are tried at their numbers.
    """
    if not devices:
        return [], []
    handler = load("snmp")
    login = DeviceLogin("find", {}, {"community": community})
    targets: list[Target] = []
    for device in devices:
        address = Address(host_with_port(device.address, device.port, 0))
        targets.append(Target(ListedPdu(device.name, "snmp", address), handler, login))
    pool = ReaderPool(_READERS)
    reading_by_place = dict(pool.read_all(targets, read_target=_family_reading))
    confirmed: list[FoundDevice] = []
    other_devices: list[FoundDevice] = []
    for place, device in enumerate(devices):
        reading = reading_by_place[place]
        family = reading.plate.family
        if family:
            confirmed.append(device._replace(what=family))
        elif reading.failure is None:
            other_devices.append(device)
        else:
            reason = printable(reading.failure.reason, 200)
            what = f"{device.what}; its tables are not read: {reason}"
            other_devices.append(device._replace(what=what))
    return confirmed, other_devices


def _family_reading(target: Target) -> Reading:
    """A reading of the family alone, "" if the device has the rows of none."""
    family = identify_device(target.handler, target.data()).family
    return Reading(plate=Nameplate(family=family))


def announced_pdus(networks: Sequence[Network]) -> list[FoundDevice]:
    """Xerus units that announce themselves and are in the networks. Asks only on interfaces in
    these networks, over IPv4.

    If that fails, prints why and returns none.
    """
    own_addresses = [_own_address(network) for network in networks]
    interfaces = [address for address in own_addresses if address]
    if not interfaces:
        return []
    note = "Xerus units that announce themselves by mDNS are not searched for"
    try:
        devices = zeroconf.discover_devices(interfaces=interfaces)
    except ImportError:
        print_text(f"{note}: {optional_packages.missing('mDNS', 'zeroconf')}", sys.stderr)
        return []
    except OSError as error:
        print_text(f"{note}: {error}", sys.stderr)
        return []
    pdus: list[FoundDevice] = []
    for device in devices:
        address = _address(device.address)
        if device.port and any(address in network for network in networks):
            pdu = FoundDevice(
                address=device.address,
                handler="raritan",
                port=device.port,
                name=_shortened_name(device.name),
                what=device.model or "Xerus",
            )
            pdus.append(pdu)
    return pdus


def _shortened_name(name: str) -> str:
    return printable(name.strip(), _LONGEST_NAME)


def _address(text: str) -> Any:
    """An IP address without its zone."""
    bare_address, _, _ = text.partition("%")
    return ipaddress.ip_address(bare_address)


def _own_address(network: Network) -> str:
    """The address from which this machine would reach an IPv4 network. Nothing is sent.

    '' for an IPv6 network, without a route, or if that address is outside the network.
    """
    if network.version != 4:
        return ""
    first_host = next(hosts(network))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((first_host, 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return ""
    return address if ipaddress.ip_address(address) in network else ""


def name_pdus(pdus: Sequence[FoundDevice]) -> list[FoundDevice]:
    """The PDUs in order of their addresses, with unique names. Of several at one place, the first:
    a list has a line for each place.

    The address replaces a name that is empty, begins like a comment or a formula, or is an address,
    perhaps with a port. It is appended to a name that several PDUs have. If several PDUs have the
    same address, the port is added unless it is the usual one.
    """
    pdu_by_place: dict[str, FoundDevice] = {}
    for pdu in sorted(pdus, key=_order):
        pdu_by_place.setdefault(_place_with_port(pdu), pdu)
    pdus = list(pdu_by_place.values())
    address_counts = Counter(pdu.address for pdu in pdus)

    def with_place(pdu: FoundDevice, name: str) -> FoundDevice:
        is_only_one = address_counts[pdu.address] == 1
        place = pdu.address if is_only_one else _place_with_port(pdu)
        return pdu._replace(name=f"{name} {place}".strip())

    name_counts = Counter(pdu.name for pdu in pdus)
    name_counts.update(pdu.address for pdu in pdus if pdu.address != pdu.name)
    named_pdus: list[FoundDevice] = []
    for pdu in pdus:
        name = pdu.name if _is_plain(pdu) else ""
        if not name or name_counts[name] > 1:
            named_pdus.append(with_place(pdu, name))
        else:
            named_pdus.append(pdu)
    # A device may have the name that another one was given above. This ends: no two PDUs have the
    # same place, so equal names grow apart, and the others only grow.
    name_counts = Counter(pdu.name for pdu in named_pdus)
    while len(name_counts) < len(named_pdus):
        for number, pdu in enumerate(named_pdus):
            if name_counts[pdu.name] > 1:
                named_pdus[number] = with_place(pdu, pdu.name)
        name_counts = Counter(pdu.name for pdu in named_pdus)
    return named_pdus


def _is_plain(pdu: FoundDevice) -> bool:
    """Whether its name says no more than a name: it is no comment, no formula and no address."""
    if pdu.name.startswith("#") or begins_as_formula(pdu.name):
        return False
    return not is_ip_host(Address(pdu.name).host)


def _order(device: FoundDevice) -> tuple[int, int, int]:
    """IPv4 first, then by address and port."""
    address = _address(device.address)
    return address.version, int(address), device.port


def other_handlers(family: str) -> list[str]:
    """The handlers that may also read the units of an SNMP family, over another protocol."""
    return [name for name in registry.names() if family in registry.about(name).snmp_families]


def other_ways(pdus: Sequence[FoundDevice]) -> list[str]:
    """A sentence for each family whose units another handler may read."""
    first_by_family: dict[str, FoundDevice] = {}
    for pdu in pdus:
        first_by_family.setdefault(pdu.what, pdu)
    sentences: list[str] = []
    for family, first in first_by_family.items():
        for name in other_handlers(family):
            sentences.append(
                f"{family}: these units may also answer the handler {name}, which asks no SNMP:"
                f" pdu identify {first.address} --handler {name} tries, pdu supports {family}"
                " compares"
            )
    return sentences


class _Found(NamedTuple):
    """The result of a search."""

    pdus: Sequence[FoundDevice]
    other_devices: Sequence[FoundDevice]
    #: of those over SNMP, "" if none was named
    login: str
    address_count: int

    def listed(self) -> list[ListedPdu]:
        """The PDUs as lines of a list."""
        pdus: list[ListedPdu] = []
        for device in self.pdus:
            auth = self.login if device.handler == "snmp" else ""
            address = Address(_place_with_port(device))
            pdus.append(
                ListedPdu(name=device.name, handler=device.handler, address=address, auth=auth)
            )
        return pdus

    def rows(self) -> list[Sequence[str]]:
        """The rows of the list: a cell for each of _HEAD."""
        return [(pdu.name, pdu.handler, pdu.address, pdu.auth, "") for pdu in self.listed()]

    def csv(self) -> str:
        """The list."""
        return csv_lines([_HEAD, *self.rows()])


def _print_json(found: _Found, added: Optional[Sequence[ListedPdu]]) -> None:
    """The list, and the other devices, as --json prints them; `added`: None without --add."""
    pdu_rows: list[dict[str, object]] = []
    for device, row in zip(found.pdus, found.rows()):
        cells = dict(zip(_HEAD, row))
        pdu_rows.append({**cells, "what": device.what, "also": other_handlers(device.what)})
    other_rows: list[dict[str, object]] = []
    for device in found.other_devices:
        other_rows.append({"address": device.address, "name": device.name, "what": device.what})
    document = {"asked": found.address_count, "pdus": pdu_rows, "others": other_rows}
    if added is not None:
        document["added"] = [pdu.name for pdu in added]
    print_json(document)


def _print_beside(found: _Found) -> None:
    """What a person wants to know beside the list, on standard error."""
    rows = [(device.address, device.handler, device.what) for device in found.pdus]
    other_rows = [(device.address, device.name, device.what) for device in found.other_devices]
    lines = [*tabulate((), rows), *other_ways(found.pdus)]
    for line in tabulate((), other_rows):
        lines.append(f"not a known PDU: {line}")
    lines.append(
        f"addresses asked: {found.address_count}; PDUs: {len(found.pdus)}; other devices that"
        f" answer SNMP: {len(found.other_devices)}"
    )
    print_text("\n".join(lines), sys.stderr)


def _print_added(files: addition.NewPdu, found: _Found, added: Sequence[ListedPdu]) -> None:
    """What came of --add, and the next step."""
    there_already = len(found.pdus) - len(added)
    line = f"{files.list_path}: {counted(len(added), 'PDU')} added, {there_already} already there"
    logins = sorted({pdu.auth for pdu in added if pdu.auth})
    if logins:
        line += f"; login {', '.join(logins)} in {files.login_path}"
    lines = [line]
    without_login = [pdu.name for pdu in added if not pdu.auth]
    if without_login:
        lines.append(f"give a login, in the column auth: {', '.join(without_login)}")
    check = Login().command_line("check", *files.words)
    lines.append(f"next: {check}")
    print_text("\n".join(lines))


def _place_with_port(device: FoundDevice) -> str:
    """Its address, with a port that is not the usual one of its handler."""
    return host_with_port(device.address, device.port, _USUAL[device.handler])
