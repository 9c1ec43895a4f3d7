"""`pdu raritan HOST COMMAND`: login, the list of commands, and the search for units."""

from __future__ import annotations

import contextlib
import ipaddress
import sys
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Optional

import click

from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, Refused, SettingsError, Unsupported

from ..core.cli import optional_packages
from ..core.cli.groups import HostCommand, HostGroup, LazyCommand, Subcommand
from ..core.cli.options import (
    LOGIN,
    TLS,
    RunOptions,
    Seconds,
    device,
    option,
    output,
    prompting,
    run_options_of,
)
from ..core.cli.output import Result, print_result, show_status_line, tabulate
from ..pdus import connection_data, names

if TYPE_CHECKING:
    from handlers.raritan.rpc import Agent

_DISCOVER = "discover"
_ABSENT = ("404", "-32601")  # HTTP: no such resource; JSON-RPC: no such method
_SECRETS = ("config_password",)
# arguments that may be file names, so any bytes are allowed
_FILES = frozenset(("file", "out"))
_REPLACED = ("host", "link_units")  # settings that HOST and --link replace

LAZY_COMMANDS: Mapping[str, LazyCommand] = {
    _DISCOVER: LazyCommand(
        "xerus.command",
        "discover",
        "find units by mDNS; takes no HOST",
    ),
    **{
        name: LazyCommand(f"xerus.{module}", "COMMANDS", help_text)
        for module, name, help_text in (
            (
                "show",
                "info",
                "model, serial number, firmware and name of the unit, and how many parts it has",
            ),
            ("show", "outlets", "outlets with state, current, power and energy"),
            (
                "show",
                "sensors",
                (
                    "sensors of inlets, lines, outlets, breakers, power meters, circuits and"
                    " peripheral slots"
                ),
            ),
            (
                "events",
                "events",
                (
                    "events as they happen, one line each, until Ctrl-C, --count N or --for"
                    " SECONDS; --all: every kind of event"
                ),
            ),
            (
                "firmware",
                "firmware",
                (
                    "show, upload FILE, image, update [FILE], discard, reboot; asks before update"
                    " and reboot"
                ),
            ),
            (
                "configuration",
                "cert",
                (
                    "show, upload CERT [KEY], install and discard (ask first), download [TAG] --out"
                    " FILE"
                ),
            ),
            (
                "configuration",
                "config",
                "get or put a raw, bulk or backup configuration; asks before put",
            ),
            ("configuration", "diag", "diagnostic data for the vendor's support"),
            (
                "call",
                "call",
                "one documented call, whose results are JSON; asks before all but getters",
            ),
        )
    },
}


def _run(
    run_options: RunOptions,
    host: Address,
    name: str,
    command: HostCommand,
    words: Mapping[str, Any],
) -> Result:
    # imported late: 50 ms together, which the help of the group saves
    from handlers.raritan import settings

    from .context import Context, is_text

    for key in words.keys() - _FILES:
        given_words = words[key] if isinstance(words[key], tuple) else (words[key],)
        for word in given_words:
            if isinstance(word, str) and not is_text(word):
                raise SettingsError(
                    f"{word[:60]!r} has a character that is not valid Unicode; type it again"
                )
    options = SimpleNamespace(**words)
    handler_settings = [setting for setting in settings.SETTINGS if setting.key not in _REPLACED]
    data = SimpleNamespace(
        ip=host,
        custom_params=connection_data.command_values(
            "raritan", handler_settings, run_options, host, _SECRETS
        ),
    )
    # With --debug the agent prints to sys.stdout, which is stderr in this block. Results go to the
    # real stdout.
    out = sys.stdout
    with (
        settings.agent(data, settings.read_settings(data)) as agent,
        contextlib.redirect_stdout(sys.stderr),
    ):
        agent.debug = run_options.debug
        try:
            return command.run(Context(agent, host.strip(), options, run_options, out))
        except SettingsError:  # not an error of the device
            raise
        except PduHandlerError as error:
            raise _explain_missing_unit(error, agent, options).at(host.strip(), name) from error
        finally:
            show_status_line("", run_options.json)


def _explain_missing_unit(
    error: PduHandlerError, agent: Agent, options: SimpleNamespace
) -> PduHandlerError:
    """For "no such resource" and "no such method": an error that names the missing link unit, else
    Unsupported.

    1 round trip with --link. Returns other errors unchanged.
    """
    if not isinstance(error, Refused) or error.code not in _ABSENT:
        return error
    link_ids = _link_ids(agent) if options.link else None
    if link_ids is not None and options.link not in link_ids:
        return SettingsError(
            f"--link: unit {options.link} is not linked to this one; linked units: "
            f"{', '.join(map(str, link_ids)) or 'none'} (see 'call /cascade getStatus')"
        )
    return Unsupported(error.parts, error.host, error.operation)


def _link_ids(agent: Agent) -> Optional[Sequence[int]]:
    """The ids of the linked units, empty if the firmware has no list of them; None if the list
    cannot be read.
    """
    # imported late: 3 ms together; only an error needs them
    from handlers.raritan.discovery import read_linked_units
    from handlers.raritan.rpc.cascading import CascadeManager

    try:
        return sorted(read_linked_units(CascadeManager("/cascade", agent).getStatus(), agent))
    except Refused as error:
        return () if error.code in _ABSENT else None
    except PduHandlerError:
        return None


@click.pass_context
def _discover(context: click.Context, seconds: float, local_address: Sequence[str]) -> int:
    from handlers.raritan import zeroconf  # imported late: 1.1 ms; only this command needs it

    for address in local_address:
        try:
            ipaddress.IPv4Address(address)
        except ValueError:
            raise SettingsError(
                f"--local-address: {address[:60]!r} is not an IPv4 address"
            ) from None
    try:
        devices = zeroconf.discover_devices(seconds, list(local_address) or None)
    except ImportError:
        raise SettingsError(optional_packages.missing("a search by mDNS", "zeroconf")) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"mDNS cannot be used here ({error})") from None
    head = ("address", "port", "model", "firmware", "name")
    rows = [
        [address.address, address.port, address.model, address.firmware, address.name]
        for address in devices
    ]
    nothing = (
        f"no unit answered within {seconds:g} s: units in other networks, or with mDNS turned off,"
        " are not found; try a longer --seconds, or another --local-address"
    )
    return print_result(
        Result([dict(zip(head, row)) for row in rows], tabulate(head, rows) if rows else [nothing]),
        run_options_of(context).json,
    )


discover = Subcommand(
    _DISCOVER,
    callback=_discover,
    help="Find units by mDNS, which reaches the local network only.",
    examples=("pdu raritan discover", "pdu raritan discover --seconds 10 --json"),
    params=[
        *option("--seconds", "how long to listen (4)", "N", Seconds(0.1, 600.0), default=4.0),
        *option(
            "--local-address",
            "ask on the interface with this IPv4 address; repeatable  [default: on all]",
            "ADDRESS",
            multiple=True,
        ),
        *output(),
    ],
)
_OPTIONS = [
    *names.options(),
    *device(*LOGIN, *(spelling for spelling in TLS if spelling.key != "tls")),
    *prompting(),
]
raritan = HostGroup(
    "raritan",
    LAZY_COMMANDS,
    _run,
    _OPTIONS,
    [
        *option("--link", "act on this link unit", "ID", click.IntRange(2, 255)),
        *_OPTIONS,
    ],
    **names.host_attributes("raritan"),
    examples=("pdu raritan 192.0.2.9 info", "pdu raritan 192.0.2.9 outlets --username reader"),
    without=(_DISCOVER,),
    help="Jobs on a Raritan, Legrand or Server Technology PDU with Xerus firmware.",
)
