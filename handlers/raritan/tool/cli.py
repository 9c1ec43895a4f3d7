"""The command line: options, login, errors and exit codes."""
from __future__ import annotations

import argparse
import json
import os
import sys
from typing import List, Optional, Sequence

from ...address import host_and_port
from ...errors import PduHandlerError, SettingsError
from ... import settings as kinds
from ..rpc.agent import Agent
from ..rpc.transport import Trust, default_transport
from . import configuration, firmware, looking, network, switching
from .commands import Commands
from .job import EXIT_CODES, Job, Result, columns, load, secret

COMMANDS: Commands = {**looking.COMMANDS, **switching.COMMANDS, **firmware.COMMANDS, **configuration.COMMANDS,
                      **network.COMMANDS}
_DISCOVER = "discover"
_SEARCH_S = 4.0
_OPTIONS = {"'ca_pem'": "--ca", "'fingerprint'": "--fingerprint", "verify=no": "--no-verify", "'timeout'": "--timeout"}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command; the exit code says how it went."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [_DISCOVER]:
        return _discover(given[1:])
    options = _parser().parse_args(given)
    try:
        result = _run(options)
    except PduHandlerError as error:
        return _failed(error, options.json)
    except KeyboardInterrupt:
        print("interrupted: what was sent may still be done", file=sys.stderr)
        return 130
    return _shown(result, options.json)


def _run(options: argparse.Namespace) -> Result:
    if not 0.1 <= options.timeout <= 600:
        raise SettingsError("--timeout takes 0.1 to 600 seconds")
    with _agent(options) as agent:
        try:
            return COMMANDS[options.command].run(Job(agent, options))
        except SettingsError:               # an argument; no unit has to do with it
            raise
        except PduHandlerError as error:
            raise error.at(agent.host, options.command)


def _agent(options: argparse.Namespace) -> Agent:
    host, port = host_and_port(options.host)
    trust = Trust(not options.no_verify, kinds.CA_PEM.value(load(options.ca).decode("utf-8", "replace")) if options.ca else "",
                  kinds.FINGERPRINT.value(options.fingerprint))
    agent = Agent("http" if options.http else "https", host, debug=options.debug, timeout=options.timeout, port=port, trust=trust,
                  transport=default_transport(trust))
    token = secret(options.token_file, "RARITAN_TOKEN", "token", needed=False)
    if token:
        agent.set_auth_token(token)
    else:
        agent.set_auth_basic(options.user, secret(options.password_file, "RARITAN_PASSWORD",
                                                  f"Password of {options.user} on {host}"))
    return agent


def _failed(error: PduHandlerError, as_json: bool) -> int:
    if as_json:
        _print_json({"error": {"kind": error.kind, "host": error.host, "operation": error.operation,
                               "reason": _by_options(error.reason)}})
    else:
        print(f"{error.kind}: {_by_options(str(error))}", file=sys.stderr)
    return error.exit_code


def _by_options(sentence: str) -> str:
    """Sentences name the handler's settings; here they are options."""
    for setting, option in _OPTIONS.items():
        sentence = sentence.replace(setting, option)
    return sentence


def _shown(result: Result, as_json: bool) -> int:
    if as_json:
        _print_json(result.data)
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
    parser.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="for each answer (default: 10)")
    parser.add_argument("--wait", type=float, metavar="SECONDS",
                        help="how long to look for the end of what was started (default: 60; a firmware update: 1800)")
    parser.add_argument("--link", type=int, default=0, metavar="ID", help="act on this link unit")
    parser.add_argument("--debug", action="store_true", help="tell each request: method, id, sizes")
    return parser


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


def _discover(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m handlers.raritan {_DISCOVER}", description="Find units by mDNS.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=_SEARCH_S)
    parser.add_argument("--interface", action="append", metavar="ADDRESS", help="ask only on this one (default: on all)")
    options = parser.parse_args(arguments)
    from ..zeroconf import discover_devices
    try:
        found = discover_devices(options.seconds, options.interface)
    except ImportError:
        return _failed(SettingsError("the package zeroconf is missing: pip install zeroconf"), options.json)
    except OSError as error:
        return _failed(SettingsError(f"mDNS cannot be used here ({error.strerror})"), options.json)
    head = ("address", "port", "model", "firmware", "name")
    rows = [[device.address, device.port, device.model, device.firmware, device.name] for device in found]
    return _shown(Result([dict(zip(head, row)) for row in rows], columns(head, rows)), options.json)
