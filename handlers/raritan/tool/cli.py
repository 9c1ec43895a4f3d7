"""The command line: options, login, errors and exit codes."""
from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from typing import Callable, Optional, Sequence

from ...address import host_and_port
from ...ending import by_options
from ...errors import PduHandlerError, Refused, SettingsError, Unsupported
from ... import settings as kinds
from ...tls import Trust
from ..access import HIGHEST_LINK, LOWEST_LINK
from ..rpc.agent import Agent
from . import configuration, firmware, looking, network, switching
from .commands import Commands
from .job import EXIT_CODES, INTERRUPTED, Job, Result, columns, load, secret

COMMANDS: Commands = {**looking.COMMANDS, **switching.COMMANDS, **firmware.COMMANDS, **configuration.COMMANDS,
                      **network.COMMANDS}
_DISCOVER = "discover"
_SEARCH_S = 4.0
_DAY_S = 86400.0
_NOT_THERE = ("404", "-32601")        # HTTP: no such resource; JSON-RPC: no such method


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command; the exit code says how it went."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _discovery().parse_args(given[1:]) if given[:1] == [_DISCOVER] else _parser().parse_args(given)
    try:
        return _shown(_discover(options) if given[:1] == [_DISCOVER] else _run(options), options.json)
    except PduHandlerError as error:
        return _failed(error, options.json)
    except KeyboardInterrupt:
        print("interrupted: what was sent may still be done", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace) -> Result:
    with _agent(options) as agent, contextlib.redirect_stdout(sys.stderr):      # --debug tells there; results come at the end
        try:
            return COMMANDS[options.command].run(Job(agent, options))
        except SettingsError:               # an argument; no unit has to do with it
            raise
        except PduHandlerError as error:
            raise _without(error).at(agent.host, options.command)


def _without(error: PduHandlerError) -> PduHandlerError:
    """What the device refuses because it does not have it is told apart from what it does not want."""
    if isinstance(error, Refused) and error.code in _NOT_THERE:
        return Unsupported(error.reason, error.host, error.operation)
    return error


def _agent(options: argparse.Namespace) -> Agent:
    host, port = host_and_port(options.host)
    trust = Trust(not options.no_verify, kinds.CA_PEM.value(load(options.ca).decode("utf-8", "replace")) if options.ca else "",
                  kinds.FINGERPRINT.value(options.fingerprint))
    agent = Agent("http" if options.http else "https", host, debug=options.debug, timeout=options.timeout, port=port, trust=trust)
    token = secret(options.token_file, "RARITAN_TOKEN", "token", needed=False)
    if token:
        agent.set_auth_token(token)
    else:
        agent.set_auth_basic(options.user, secret(options.password_file, "RARITAN_PASSWORD",
                                                  f"Password of {options.user} on {host}"))
    return agent


def _failed(error: PduHandlerError, as_json: bool) -> int:
    reason = by_options(error)
    if as_json:
        _print_json({"error": {"kind": error.kind, "host": error.host, "operation": error.operation, "reason": reason}})
    else:
        print(": ".join(part for part in (error.kind, error.host, error.operation, reason) if part), file=sys.stderr)
    return error.exit_code


def _shown(result: Result, as_json: bool) -> int:
    if as_json:
        _print_json(result.data)
    elif result.raw:
        sys.stdout.buffer.write(result.raw)
    elif result.lines:
        print("\n".join(result.lines))
    return result.exit_code


def _print_json(data: object) -> None:
    print(json.dumps(data, indent=1))


# ---- arguments ---------------------------------------------------------------------------------------------

def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--yes", action="store_true", help="do not ask before a dangerous act")
    parser.add_argument("--user", default=os.environ.get("RARITAN_USER", "admin"),
                        help="default: the variable RARITAN_USER, else admin")
    parser.add_argument("--password-file", metavar="FILE", help="else the variable RARITAN_PASSWORD, else you are asked")
    parser.add_argument("--token-file", metavar="FILE", help="a session's token instead (or the variable RARITAN_TOKEN)")
    parser.add_argument("--ca", metavar="FILE", help="trust these authorities, and no others")
    parser.add_argument("--fingerprint", metavar="SHA256", help="trust exactly this certificate")
    parser.add_argument("--no-verify", action="store_true", help="take any certificate")
    parser.add_argument("--http", action="store_true", help="plain HTTP, where the unit allows it")
    parser.add_argument("--timeout", type=_seconds(0.1, 600.0), default=10.0, metavar="SECONDS",
                        help="for each answer (default: 10)")
    parser.add_argument("--wait", type=_seconds(0.0, _DAY_S), metavar="SECONDS",
                        help="how long to look for the end of what was started (default: 60; a firmware update: 1800)")
    parser.add_argument("--link", type=_link, default=0, metavar="ID", help="act on this link unit")
    parser.add_argument("--debug", action="store_true", help="tell each request, on standard error: method, id, sizes")
    return parser


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def read(word: str) -> float:
        value = float(word)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{word!r}: give {least:g} to {most:g}")
        return value
    read.__name__ = "number of seconds"         # argparse names it where the word is no number
    return read


def _link(word: str) -> int:
    if not (word.isascii() and word.isdigit() and LOWEST_LINK <= int(word) <= HIGHEST_LINK):
        raise argparse.ArgumentTypeError(f"{word[:20]!r}: give {LOWEST_LINK} to {HIGHEST_LINK}; without it HOST itself is meant")
    return int(word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m handlers.raritan", description="A Raritan, Legrand or Server Technology PDU from the command line.",
        epilog=f"Options and secrets: python -m handlers.raritan HOST COMMAND --help; they follow the command.\n"
               f"To find units: python -m handlers.raritan {_DISCOVER} [--seconds N] [--json]\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("host", metavar="HOST", help="address of the unit, with :PORT if it is not 443")
    below = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    common = _common()
    for name, command in COMMANDS.items():
        one = below.add_parser(name, parents=[common], help=command.help, description=command.help, allow_abbrev=False)
        command.arguments(one)
    return parser


def _discovery() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m handlers.raritan {_DISCOVER}", description="Find units by mDNS.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=_seconds(0.1, 600.0), default=_SEARCH_S)
    parser.add_argument("--interface", action="append", metavar="ADDRESS", help="ask only on this one (default: on all)")
    return parser


def _discover(options: argparse.Namespace) -> Result:
    from ..zeroconf import discover_devices
    try:
        found = discover_devices(options.seconds, options.interface)
    except ImportError:
        raise SettingsError("the package zeroconf is missing: pip install zeroconf") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"mDNS cannot be used here ({error})") from None
    head = ("address", "port", "model", "firmware", "name")
    rows = [[device.address, device.port, device.model, device.firmware, device.name] for device in found]
    return Result([dict(zip(head, row)) for row in rows], columns(head, rows))
