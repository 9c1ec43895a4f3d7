"""`pdu find NETWORK...`: the PDUs of networks, for the list of `pdu check`.

Each address is asked over SNMP for its sysObjectID, which names a PDU's family, a group of PDUs
that are read alike. Where the number is also that of other devices, the device is a candidate: its
tables of outlets and meters are read to decide. Raritan Xerus units are also found over mDNS. A
device that answered is a `FoundDevice`, whose `what` is the family or a description.
"""

from __future__ import annotations

import ipaddress
import re
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
    Option,
    Output,
    output_options,
    pass_output,
    plain_option,
)
from ..cli.output import counted, print_json, progress, tabulate
from ..cli.shared_options import auth_option, list_option
from ..files.csv_out import csv_lines
from ..inspection.nameplate import Nameplate
from ..loading.handler_loading import load
from ..pdu_list import addition, form as connection_data
from ..pdu_list.listed_pdu import ListedPdu, shown_place
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..pdu_list.logins import DeviceLogin, names
from ..reading.identification import identify as identify_device
from ..reading.owner_files import OwnerFiles
from ..reading.parts import Reading
from ..reading.polling import Target
from ..reading.reader_pool import read_all
from ..supports.recognition import Recognition, is_of_agent, recognise
from . import network_scan
from .datagrams import AgentAnswer
from .networks import Network, hosts, parse_networks

_RATE = 200.0  # requests a second
_LOGIN_NAME = "snmp"  # of the login that --add writes
_HEAD = ("name", "handler", "address", "auth", "settings")
_READERS = 16  # devices whose tables are read at a time
# in characters; "..." and an address may follow, and a list allows 100
_LONGEST_NAME = 48
_SILENCE = (
    "no device answered: check the networks, the community and the port, and that the PDUs' SNMP is"
    " on; devices that speak only SNMPv1 or SNMPv3 are not found"
)


class FoundDevice(NamedTuple):
    """A device that answered, over SNMP or mDNS: `FoundDevice("192.0.2.8", "snmp", 161, "r1-left",
    "apc-rpdu2")`. `what` it is: the family or model of a PDU, else sysObjectID and sysDescr.
    """

    address: str
    handler: str
    port: int
    name: str
    what: str


@click.command(
    "find",
    cls=Subcommand,
    examples=("pdu find 192.0.2.0/24 --add", "pdu find 192.0.2.0/24 --json"),
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
@plain_option(PORT, default="161", show_default=True)
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
    65,536 addresses are asked, 200 requests a second. Xerus units that announce themselves by
    mDNS are added if this machine reaches one of the networks (IPv4) from an address inside it, and
    has the Python package zeroconf. Other PDUs without SNMPv2c are not found. Where the sysObjectID
    is a vendor's alone, or also of UPSs, consoles and the like, the tables of outlets and meters
    decide. A PDU with the sysObjectID of Net-SNMP is not listed, but shown as "not a known PDU".
    """
    connection_data.check_secrets(typed_login, ["community"], "pdu find")
    if auth_file and not (login or add):
        raise Usage("--auth needs --login, or --add, which writes a login into it")
    files = addition.new_pdu("", list_file or "", auth_file or "") if add else None
    if files is not None:
        addition.check_files(files)  # before the search, which may take minutes
    networks = parse_networks(network)
    community = _community(typed_login, auth_file, login, port)
    snmp_port = _port(port)
    address_count = sum(len(list(hosts(asked_network))) for asked_network in networks)
    pdus, other_devices = _found_devices(
        networks, community, snmp_port, address_count, with_mdns=not no_mdns
    )
    result = _SearchResult(name_pdus(pdus), other_devices, login or "", address_count)
    new_pdus = None
    if files is not None:
        new_login = DeviceLogin(_LOGIN_NAME, {}, {"community": community})
        new_pdus = addition.add_missing(
            files, result.list_lines(), new_login, typed_login.secret_files
        )
    if output.json:
        _print_json(result, new_pdus)
    elif files is None or new_pdus is None:
        print(result.csv(), end="", flush=True)
        _print_notes(result)
    else:
        _print_notes(result)
        _print_addition(files, result, new_pdus)
    return DONE


def _found_devices(
    networks: Sequence[Network], community: str, port: int, address_count: int, *, with_mdns: bool
) -> tuple[list[FoundDevice], list[FoundDevice]]:
    """Ask all addresses of the networks over SNMP, and `with_mdns` the units that announce
    themselves. Returns the PDUs and the other devices. `port`: of SNMP; `address_count`: how many
    addresses there are. A note on standard error says how many requests the system did not send.
    Raises Unreachable if no device answered.

        192.0.2.8      < 1.3.6.1.4.1.318.1.3.4.6, r1-left
        192.0.2.9      < 1.3.6.1.4.1.11.2.3.9.1, laser
        ([FoundDevice("192.0.2.8", "snmp", 161, "r1-left", "apc-rpdu2")],
         [FoundDevice("192.0.2.9", "snmp", 161, "laser", "1.3.6.1.4.1.11.2.3.9.1 HP ETHERNET")])
    """
    answers, unsent_counts = _scan(networks, community, port, address_count)
    pdus, candidates, other_devices = split_answers(answers, port)
    candidate_pdus, candidate_others = identify_by_rows(candidates, community)
    mdns_pdus = announced_pdus(networks) if with_mdns else []
    # what mDNS says of a unit counts
    pdus = [*_at_other_addresses([*pdus, *candidate_pdus], mdns_pdus), *mdns_pdus]
    other_devices = _at_other_addresses([*other_devices, *candidate_others], mdns_pdus)
    send_errors = "; ".join(_send_error_sentences(unsent_counts))
    if not pdus and not other_devices:
        raise Unreachable(send_errors or _SILENCE)
    if send_errors:
        print(send_errors, file=sys.stderr)
    return pdus, other_devices


def _send_error_sentences(unsent_counts: Mapping[str, int]) -> Iterator[str]:
    """Yields a sentence for each reason why the system did not send requests, with how many.

    >>> list(_send_error_sentences({"Network is unreachable": 254}))
    ['254 requests could not be sent: Network is unreachable']
    """
    for why, count in unsent_counts.items():
        yield f"{counted(count, 'request')} could not be sent: {why}"


def _scan(
    networks: Sequence[Network], community: str, port: int, address_count: int
) -> tuple[Mapping[str, AgentAnswer], Mapping[str, int]]:
    """Ask all addresses over SNMP, and show the progress. Returns the answers by address, and how
    many requests the system did not send, by the reason: `{"192.0.2.8": AgentAnswer(...)}, {"No
    route to host": 254}`. `port`: of SNMP; `address_count`: how many addresses the networks have.
    """
    unsent_counts: Counter[str] = Counter()

    def count_unsent(error: Exception) -> None:
        why = getattr(error, "strerror", None) or str(error)
        unsent_counts[why] += 1

    with progress(address_count * network_scan.TRIES, "asking") as bar:

        def show_request() -> None:
            if bar is not None:
                bar.update(1)

        pace = network_scan.ScanRate(_RATE)
        answers = network_scan.scan_networks(
            networks, community, port, pace, show_request, count_unsent
        )
    return answers, unsent_counts


def _at_other_addresses(
    devices: Sequence[FoundDevice], mdns_pdus: Sequence[FoundDevice]
) -> list[FoundDevice]:
    """Those of `devices`, found over SNMP, that are no unit that was also found over mDNS, because
    what mDNS says of a unit counts.

    >>> snmp = FoundDevice("192.0.2.8", "snmp", 161, "px3", "raritan-px2")
    >>> mdns = FoundDevice("192.0.2.8", "raritan", 443, "px3", "PX3-5190R")
    >>> others = _at_other_addresses([snmp, snmp._replace(address="192.0.2.9")], [mdns])
    >>> [device.address for device in others]
    ['192.0.2.9']
    """
    mdns_addresses = {pdu.address for pdu in mdns_pdus}
    return [device for device in devices if device.address not in mdns_addresses]


def _community(typed_login: Login, auth: Optional[str], login: Optional[str], port: str) -> str:
    """The community with which addresses are asked. `auth`, `login`: the file of logins and the
    name of the one whose community is taken; None without --auth or --login: then it is that of
    --secret-file or PDU_COMMUNITY, or is asked for on the terminal.

    Raises SettingsError, also for a login with another port than `port`, that of --port: a PDU that
    is found would later be read at the login's port, where another PDU may be.

        --auth logins.toml --login hall    that of [hall] in logins.toml
        (none)                             community of the PDUs (often public):
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
    login_port = logins[login].settings.get("port", port)
    if login_port != port:
        raise SettingsError(f"the login {shown_login} has another port: give --port {login_port}")
    return community


def _port(text: str) -> int:
    """The port that was typed for --port, as a number. Raises SettingsError.

    >>> _port("161")
    161
    >>> _port("70000")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: --port must be a number from 1 to 65535
    """
    try:
        return port_number(text)
    except ValueError:
        raise SettingsError("--port must be a number from 1 to 65535") from None


def split_answers(
    answers: Mapping[str, AgentAnswer], port: int
) -> tuple[list[FoundDevice], list[FoundDevice], list[FoundDevice]]:
    """The devices that answered, in three lists: PDUs, whose sysObjectID names a family of the SNMP
    handler; candidates, whose sysObjectID a PDU and other devices may have; and other devices.
    `answers`: by address; `port`: at which all of them were asked.

    >>> apc = AgentAnswer(7, "1.3.6.1.4.1.318.1.3.4.6", "APC Web/SNMP Card", "r1 left")
    >>> printer = AgentAnswer(8, "1.3.6.1.4.1.11.2.3.9.1", "HP ETHERNET", "laser")
    >>> pdus, candidates, others = split_answers({"192.0.2.8": apc, "192.0.2.9": printer}, 161)
    >>> [(pdu.name, pdu.what) for pdu in pdus], candidates
    ([('r1-left', 'apc-rpdu2')], [])
    >>> others[0].what
    '1.3.6.1.4.1.11.2.3.9.1 HP ETHERNET'
    """
    pdus: list[FoundDevice] = []
    candidates: list[FoundDevice] = []
    other_devices: list[FoundDevice] = []
    for address, answer in answers.items():
        recognition = _recognition_of(answer)
        device = FoundDevice(
            address=address,
            handler="snmp",
            port=port,
            name=_list_name(answer.name),
            what=_description(answer, recognition),
        )
        if recognition.families:
            pdus.append(device._replace(what=recognition.families[0].key))
        elif recognition.candidates:
            candidates.append(device)
        else:
            other_devices.append(device)
    return pdus, candidates, other_devices


def _recognition_of(answer: AgentAnswer) -> Recognition:
    """The families that the sysObjectID of an answer names. That of Net-SNMP names none: it is of
    the agent, a program that servers run too.

    >>> _recognition_of(AgentAnswer(7, "1.3.6.1.4.1.318.1.3.4.6", "", "")).families[0].key
    'apc-rpdu2'
    >>> _recognition_of(AgentAnswer(7, "1.3.6.1.4.1.8072.3.2.10", "Linux", "web-7")).families
    ()
    """
    if not answer.object_id or is_of_agent(answer.object_id):
        return Recognition()
    return recognise(answer.object_id)


def _description(answer: AgentAnswer, recognition: Recognition) -> str:
    """What a device is, for people, in at most 100 characters: which other devices have its
    sysObjectID, then sysObjectID and sysDescr. What is empty is left out.

    >>> _description(AgentAnswer(7, "1.3.6.1.4.1.9999", "Acme  PDU", ""), Recognition())
    '1.3.6.1.4.1.9999 Acme PDU'
    """
    words = [recognition.other_devices, answer.object_id, *answer.description.split()]
    return printable(" ".join(filter(None, words)), 100)


def identify_by_rows(
    devices: Sequence[FoundDevice], community: str
) -> tuple[list[FoundDevice], list[FoundDevice]]:
    """The candidates in two lists: PDUs, which have the outlets or meters of a family, with this
    family as `what`; and other devices. Reads the tables of each family that the sysObjectID of a
    candidate may mean; of one whose tables could not be read, `what` says why.

        device         its tables               returned
        192.0.2.8      the rows of sentry4      ([192.0.2.8 sentry4], [])
        192.0.2.9      no rows of a family      ([], [192.0.2.9 1.3.6.1.4.1.1718 ...])
        192.0.2.10     no answer                ([], [... ; its tables are not read: no answer])
    """
    if not devices:
        return [], []
    handler = load("snmp")
    login = DeviceLogin(name="find", settings={}, secrets={"community": community})
    targets: list[Target] = []
    for device in devices:
        address = Address(host_with_port(device.address, device.port, usual=0))
        targets.append(Target(ListedPdu(device.name, "snmp", address), handler, login))
    reading_by_index = dict(read_all(targets, _family_reading, parallel=_READERS))
    pdus: list[FoundDevice] = []
    other_devices: list[FoundDevice] = []
    for index, device in enumerate(devices):
        reading = reading_by_index[index]
        family = reading.plate.family
        if family:
            pdus.append(device._replace(what=family))
        elif reading.failure is None:
            other_devices.append(device)
        else:
            reason = printable(reading.failure.reason, 200)
            description = f"{device.what}; its tables are not read: {reason}"
            other_devices.append(device._replace(what=description))
    return pdus, other_devices


def _family_reading(target: Target) -> Reading:
    """A reading with nothing but the family of a device, in its nameplate: "" if the device has the
    outlets or meters of none. It has the form of a reading so that many are read at a time.
    """
    family = identify_device(target.handler, target.data()).family
    return Reading(plate=Nameplate(family=family))


def announced_pdus(networks: Sequence[Network]) -> list[FoundDevice]:
    """The Xerus units that announce themselves by mDNS and are in the networks. Asks only on those
    interfaces of this machine that are in these networks, over IPv4. Empty without such interfaces,
    and, with a note on standard error, if the package zeroconf is missing or the network fails. A
    device without a port, or with an address outside the networks, is left out.

        < _raritan-rpcs._tcp.local: px3, 192.0.2.8, port 443, model PX3-5190R
        [FoundDevice("192.0.2.8", "raritan", 443, "px3", "PX3-5190R")]
    """
    own_addresses = [_own_address(network) for network in networks]
    interfaces = [address for address in own_addresses if address]
    if not interfaces:
        return []
    note = "Xerus units that announce themselves by mDNS are not searched for"
    try:
        devices = zeroconf.discover_devices(interfaces=interfaces)
    except ImportError:
        print(f"{note}: {optional_packages.missing('mDNS', 'zeroconf')}", file=sys.stderr)
        return []
    except OSError as error:
        print(f"{note}: {error}", file=sys.stderr)
        return []
    pdus: list[FoundDevice] = []
    for device in devices:
        address = _address(device.address)
        is_inside = any(address in network for network in networks)
        if not device.port or not is_inside:
            continue
        pdu = FoundDevice(
            address=device.address,
            handler="raritan",
            port=device.port,
            name=_list_name(device.name),
            what=device.model or "Xerus",
        )
        pdus.append(pdu)
    return pdus


def _list_name(name: str) -> str:
    """A device's name in the form for a list, in which a hyphen stands for what is no letter,
    digit, `.` or `_`, of at most _LONGEST_NAME characters. "" for a name that is an address,
    perhaps with a port.

    >>> _list_name("Rack 1 (left)"), _list_name("192.0.2.8"), _list_name("")
    ('Rack-1-left', '', '')
    """
    plain_name = re.sub(r"[^\w.-]+", "-", name).strip("-")
    if is_ip_host(plain_name) or is_ip_host(Address(name.strip()).host):
        return ""
    return printable(plain_name, _LONGEST_NAME)


def _address(text: str) -> Any:
    """The IP address in a text such as "192.0.2.8" or "fe80::1%eth0", without its zone.

    >>> _address("fe80::1%eth0")
    IPv6Address('fe80::1')
    """
    bare_address, _, _ = text.partition("%")
    return ipaddress.ip_address(bare_address)


def _own_address(network: Network) -> str:
    """The address of this machine in an IPv4 network, from which it would reach the others there.
    Nothing is sent. "" for an IPv6 network, without a route, and if the machine reaches the network
    from an address outside.

    >>> _own_address(ipaddress.ip_network("127.0.0.0/8"))
    '127.0.0.1'
    >>> _own_address(ipaddress.ip_network("2001:db8::/64"))
    ''
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
    """The PDUs in order of their addresses, each with a name that no other has. Of several at one
    address and port, the first stays.

    The address replaces a name that is empty, and is appended to a name that several PDUs have. If
    several PDUs have one address, it is written with the port, unless that is the usual one.

    >>> left = FoundDevice("192.0.2.9", "snmp", 161, "apc", "apc-rpdu2")
    >>> right = left._replace(address="192.0.2.8")
    >>> [pdu.name for pdu in name_pdus([left, right, left._replace(port=1161, name="")])]
    ['apc 192.0.2.8', 'apc 192.0.2.9', '192.0.2.9:1161']
    """
    pdu_by_address: dict[str, FoundDevice] = {}
    for pdu in sorted(pdus, key=_address_order):
        pdu_by_address.setdefault(_address_with_port(pdu), pdu)
    unique_pdus = list(pdu_by_address.values())
    address_counts = Counter(pdu.address for pdu in unique_pdus)
    name_counts = Counter(pdu.name for pdu in unique_pdus)
    names: list[str] = []
    for pdu in unique_pdus:
        is_only_at_address = address_counts[pdu.address] == 1
        shown_address = pdu.address if is_only_at_address else _address_with_port(pdu)
        if not pdu.name:
            names.append(shown_address)
        elif name_counts[pdu.name] > 1:
            names.append(f"{pdu.name} {shown_address}")
        else:
            names.append(pdu.name)
    return [pdu._replace(name=name) for pdu, name in zip(unique_pdus, names)]


def _address_order(device: FoundDevice) -> tuple[int, int, int]:
    """The key by which devices are sorted: IPv4 first, then by address and port."""
    address = _address(device.address)
    return address.version, int(address), device.port


def other_handlers(family: str) -> list[str]:
    """The handlers that may also read the units of an SNMP family, over another protocol.

    >>> other_handlers("sentry4"), other_handlers("apc-rpdu2")
    (['jaws'], [])
    """
    return [name for name in registry.names() if family in registry.about(name).snmp_families]


def other_handler_sentences(pdus: Sequence[FoundDevice]) -> list[str]:
    """A sentence for each family among the PDUs whose units another handler than `snmp` may read,
    with the address of the first such PDU.

    sentry4: these units may also answer the handler jaws, which asks no SNMP: pdu identify
    192.0.2.8 --handler jaws tries, pdu supports sentry4 compares
    """
    address_by_family: dict[str, str] = {}
    for pdu in pdus:
        address_by_family.setdefault(pdu.what, pdu.address)
    sentences: list[str] = []
    for family, address in address_by_family.items():
        for name in other_handlers(family):
            sentences.append(
                f"{family}: these units may also answer the handler {name}, which asks no SNMP:"
                f" pdu identify {address} --handler {name} tries, pdu supports {family} compares"
            )
    return sentences


class _SearchResult(NamedTuple):
    """The result of a search: the PDUs, whose names no two share, and the other devices that
    answered. `login`: the name of the login that a list has for PDUs over SNMP.
    """

    pdus: Sequence[FoundDevice]
    other_devices: Sequence[FoundDevice]
    #: "" if none was named
    login: str
    #: how many addresses were asked
    address_count: int

    def list_lines(self) -> list[ListedPdu]:
        """The PDUs as lines of a list: `ListedPdu("r1-left", "snmp", "192.0.2.8", auth="hall")`.
        Those that were found over mDNS have no login.
        """
        pdus: list[ListedPdu] = []
        for device in self.pdus:
            auth = self.login if device.handler == "snmp" else ""
            address = Address(_address_with_port(device))
            pdus.append(
                ListedPdu(name=device.name, handler=device.handler, address=address, auth=auth)
            )
        return pdus

    def rows(self) -> list[Sequence[str]]:
        """The rows of the list, with cells for name, handler, address, login and settings: `("r1",
        "snmp", "192.0.2.8", "hall", "")`.
        """
        return [(pdu.name, pdu.handler, pdu.address, pdu.auth, "") for pdu in self.list_lines()]

    def csv(self) -> str:
        """The PDUs as the text of a CSV list, with its head name,handler,address,auth,settings."""
        return csv_lines([_HEAD, *self.rows()])


def _print_json(result: _SearchResult, new_pdus: Optional[Sequence[ListedPdu]]) -> None:
    """Print what --json prints: the list and the other devices. `new_pdus`: those that --add put
    into the owner's list; None without --add.

        {"asked": 254,
         "pdus": [{"name": "r1-left", "handler": "snmp", ..., "what": "apc-rpdu2", "also": []}],
         "others": [{"address": "192.0.2.9", "name": "laser", "what": "... HP ETHERNET"}],
         "added": ["r1-left"]}
    """
    pdu_rows: list[dict[str, object]] = []
    for device, row in zip(result.pdus, result.rows()):
        cells = dict(zip(_HEAD, row))
        pdu_rows.append({**cells, "what": device.what, "also": other_handlers(device.what)})
    other_rows: list[dict[str, object]] = []
    for device in result.other_devices:
        other_rows.append({"address": device.address, "name": device.name, "what": device.what})
    document = {"asked": result.address_count, "pdus": pdu_rows, "others": other_rows}
    if new_pdus is not None:
        document["added"] = [pdu.name for pdu in new_pdus]
    print_json(document)


def _print_notes(result: _SearchResult) -> None:
    """Print on standard error what the list does not say: what each PDU is, other handlers for it,
    other devices, and the counts.

        192.0.2.8  snmp  apc-rpdu2
        not a known PDU: 192.0.2.9  laser  1.3.6.1.4.1.11.2.3.9.1 HP ETHERNET
        addresses asked: 254; PDUs: 1; other devices that answer SNMP: 1
    """
    rows = [(device.address, device.handler, device.what) for device in result.pdus]
    other_rows = [(device.address, device.name, device.what) for device in result.other_devices]
    lines = [*tabulate((), rows), *other_handler_sentences(result.pdus)]
    for line in tabulate((), other_rows):
        lines.append(f"not a known PDU: {line}")
    lines.append(
        f"addresses asked: {result.address_count}; PDUs: {len(result.pdus)}; other devices that"
        f" answer SNMP: {len(result.other_devices)}"
    )
    print("\n".join(lines), file=sys.stderr)


def _print_addition(
    files: addition.NewPdu, result: _SearchResult, new_pdus: Sequence[ListedPdu]
) -> None:
    """Print which PDUs --add put into the list, which of them need a login, and the next step.
    `files`: the paths of the list and the logins; `new_pdus`: those that the list did not have.

    pdus.csv: 2 PDUs added, 5 already there; login snmp in logins.toml
    give a login, in the column auth: px3
    next: pdu check --list pdus.csv
    """
    old_count = len(result.pdus) - len(new_pdus)
    line = f"{files.list_path}: {counted(len(new_pdus), 'PDU')} added, {old_count} already there"
    logins = sorted({pdu.auth for pdu in new_pdus if pdu.auth})
    if logins:
        line += f"; login {', '.join(logins)} in {files.login_path}"
    lines = [line]
    names_without_login = [pdu.name for pdu in new_pdus if not pdu.auth]
    if names_without_login:
        lines.append(f"give a login, in the column auth: {', '.join(names_without_login)}")
    check = Login().command_line("check", options=files.words)
    lines.append(f"next: {check}")
    print("\n".join(lines))


def _address_with_port(device: FoundDevice) -> str:
    """The address of a device as a list has it: with its port, if that is not the usual one of its
    handler.

    >>> _address_with_port(FoundDevice("192.0.2.8", "snmp", 1161, "r1-left", "apc-rpdu2"))
    '192.0.2.8:1161'
    """
    return shown_place(device.handler, Address(device.address), {"port": str(device.port)})
