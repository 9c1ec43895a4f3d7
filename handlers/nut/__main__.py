"""A NUT server from the command line: what it has, what it says, and one switch or setting at a time."""
from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .. import ending
from ..address import host_and_port
from ..errors import PduHandlerError, SettingsError, printable
from .client import NutClient
from .protocol import PORT

if TYPE_CHECKING:
    from .starttls import Tls

PROVEN, NOT_PROVEN, INTERRUPTED = 0, 9, 130
EXIT_CODES = """exit codes: 0 done; 1 a defect; 2 wrong arguments, or a device that the server does not have; 3 unreachable;
4 login or rights; 5 an answer that is not the protocol; 6 refused by server or driver; 8 a device without outlets;
9 accepted, but not seen to be done; 10 data stale; 11 driver not connected; 130 interrupted"""


class Result(NamedTuple):
    """What a command found: `data` for --json, `lines` for a person."""

    data: object
    lines: Sequence[str]
    exit_code: int = PROVEN


# ---- commands ------------------------------------------------------------------------------------------------

def devices(nut: NutClient, _: Sequence[str]) -> Result:
    found = nut.devices()
    return Result(found, _columns([[name, text] for name, text in found.items()]))


def variables(nut: NutClient, words: Sequence[str]) -> Result:
    if len(words) == 2:
        value = nut.variable(*words)
        return Result({words[1]: value}, [printable(value, 4000)])
    found = nut.snapshots(words)[words[0]].variables
    return Result(found, [f"{printable(name)}: {printable(value, 4000)}" for name, value in found.items()])


def outlets(nut: NutClient, words: Sequence[str], whole_load: bool = False) -> Result:
    from . import outlets as reading            # here, because most commands start quicker without it
    seen = nut.snapshots(words, writable=True)[words[0]]
    device = reading.read(*seen, whole_load=whole_load)
    states = {True: "on", False: "off", None: "unknown"}
    data = {"load_a": device.load, "energy_kwh": device.energy, "outlets": [{
        "identity": one.identity, "number": one.number, "name": one.name, "state": states[one.state],
        "current_a": one.current, "realpower_w": one.realpower, "power_va": one.power, "energy_kwh": one.energy,
        "on": one.on and one.on.name, "off": one.off and one.off.name} for one in device.outlets]}
    rows = [["identity", "number", "name", "state", "A", "W", "VA", "kWh", "switched by"]]
    rows += [[one.identity, one.number, one.name or "", states[one.state], _figure(one.current), _figure(one.realpower),
              _figure(one.power), _figure(one.energy), ", ".join(way.name for way in (one.on, one.off) if way is not None)]
             for one in device.outlets]
    return Result(data, [*_columns(rows), f"load {_figure(device.load) or 'not metered'} A, "
                                          f"energy {_figure(device.energy) or 'not metered'} kWh"])


def commands(nut: NutClient, words: Sequence[str]) -> Result:
    found = nut.commands(words[0], describe=True)
    return Result(found, _columns([[name, text] for name, text in found.items()]))


def run(nut: NutClient, words: Sequence[str]) -> Result:
    done = nut.run(*words)
    return Result({"reported": done}, [_DONE if done else _ACCEPTED], PROVEN if done else NOT_PROVEN)


def set_(nut: NutClient, words: Sequence[str]) -> Result:
    device, variable, value = words
    reported = nut.set(device, variable, value)
    seen = nut.variable(device, variable)
    end = time.monotonic() + _SEEN_S
    while seen != value and time.monotonic() < end:
        time.sleep(0.2)
        seen = nut.variable(device, variable)
    same = seen == value
    lines = [f"{variable}: {printable(seen, 4000)}"]
    if not same:
        lines.append("the driver still tells another value than was set")
    return Result({"reported": reported, "value": seen}, lines, PROVEN if same else NOT_PROVEN)


def clients(nut: NutClient, words: Sequence[str]) -> Result:
    found = {device: nut.clients(device) for device in (words or nut.devices())}
    return Result(found, _columns([[device, ", ".join(addresses) or "none"] for device, addresses in found.items()]))


def version(nut: NutClient, _: Sequence[str]) -> Result:
    server, protocol = nut.version(), nut.protocol_version()
    return Result({"server": server, "protocol": protocol}, [printable(server), f"protocol {printable(protocol)}"])


_DONE = "done: the driver reports success"
_ACCEPTED = "accepted, but this server does not track what becomes of it: look at the device"
_SEEN_S = 3.0


class Command(NamedTuple):
    """A command by its arguments: how many there may be, and whether it needs a user."""

    do: Callable[[NutClient, Sequence[str]], Result]
    arguments: str
    least: int
    most: int
    help: str
    user: bool = False


COMMANDS: Mapping[str, Command] = {
    "list": Command(devices, "", 0, 0, "the server's devices"),
    "vars": Command(variables, "DEVICE [VARIABLE]", 1, 2, "all variables of a device, or one"),
    "outlets": Command(outlets, "DEVICE", 1, 1, "outlets with state, figures and how they are switched"),
    "commands": Command(commands, "DEVICE", 1, 1, "commands of a device, with the server's words on them"),
    "run": Command(run, "DEVICE COMMAND [PARAMETER]", 2, 3, "run a command and wait for the driver's report", True),
    "set": Command(set_, "DEVICE VARIABLE VALUE", 3, 3, "set a variable and read it back", True),
    "clients": Command(clients, "[DEVICE]", 0, 1, "who is logged in to a device, or to each"),
    "ver": Command(version, "", 0, 0, "versions of the server and of its protocol"),
}


# ---- arguments -----------------------------------------------------------------------------------------------

def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = _parser()
    options, more = parser.parse_known_args(arguments)
    if any(word.startswith("-") for word in more):
        parser.error(f"unknown option {' '.join(more)}")
    options.arguments = [*options.arguments, *more]     # those that stood behind an option
    command = COMMANDS[options.command]
    if not command.least <= len(options.arguments) <= command.most:
        parser.error(f"{options.command} takes {command.arguments or 'no arguments'}")
    if not 0.1 <= options.timeout <= 600:
        parser.error("--timeout takes 0.1 to 600 seconds")
    if options.whole_load and options.command != "outlets":
        parser.error("--whole-load goes with outlets")
    try:
        with _client(options, command.user) as nut:
            result = outlets(nut, options.arguments, True) if options.whole_load else command.do(nut, options.arguments)
    except KeyboardInterrupt:
        print("interrupted: what was sent may still be done", file=sys.stderr)
        return INTERRUPTED
    except PduHandlerError as error:
        reason = ending.by_options(error)
        if options.json:
            _print_json({"error": {"kind": error.kind, "host": error.host, "operation": error.operation, "reason": reason}})
        else:
            print(": ".join(part for part in (error.kind, error.host, error.operation, reason) if part), file=sys.stderr)
        return error.exit_code
    if options.json:
        _print_json(result.data)
    elif result.lines:
        print("\n".join(result.lines))
    return result.exit_code


def _help(prog: str) -> argparse.HelpFormatter:
    """With a width of its own: asking the terminal for one costs every start the import of half a dozen modules."""
    return argparse.RawDescriptionHelpFormatter(prog, width=110)


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name + ' ' + command.arguments:32}{command.help}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m handlers.nut", description=__doc__, epilog=f"commands:\n{listed}\n\n{EXIT_CODES}",
        formatter_class=_help, allow_abbrev=False)      # --password must not pass for --password-file
    parser.add_argument("host", metavar="HOST", help=f"address of the NUT server, with :PORT if it is not {PORT}")
    parser.add_argument("command", metavar="COMMAND", choices=sorted(COMMANDS), help="see below")
    parser.add_argument("arguments", nargs="*", default=[], metavar="ARGUMENT")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--whole-load", action="store_true", help="outlets: also a UPS's whole load that can be switched")
    parser.add_argument("--user", default=os.environ.get("NUT_USER", ""), help="for run and set (or the variable NUT_USER)")
    parser.add_argument("--password-file", metavar="FILE", help="else the variable NUT_PASSWORD, else you are asked")
    parser.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="for each answer (default: 10)")
    parser.add_argument("--tls", action="store_true", help="STARTTLS first; the certificate is verified")
    parser.add_argument("--ca", metavar="FILE", help="trust these authorities, and no others (implies --tls)")
    parser.add_argument("--fingerprint", metavar="SHA256", help="trust exactly this certificate (implies --tls)")
    parser.add_argument("--no-verify", action="store_true", help="take any certificate (implies --tls)")
    return parser


def _client(options: argparse.Namespace, needs_user: bool) -> NutClient:
    host, port = host_and_port(options.host)
    user = password = ""
    if needs_user:
        user, password = _user(options)
    return NutClient(host, port or PORT, username=user, password=password, tls=_tls(options), timeout=options.timeout)


def _tls(options: argparse.Namespace) -> Optional[Tls]:
    if not (options.tls or options.ca or options.fingerprint or options.no_verify):
        return None
    from .. import settings                     # here, because most commands start quicker without them
    from .starttls import Tls
    ca_pem = settings.CA_PEM.value(_text(options.ca)) if options.ca else ""
    return Tls(not options.no_verify, ca_pem, settings.FINGERPRINT.value(options.fingerprint))


def _user(options: argparse.Namespace) -> Tuple[str, str]:
    if not options.user:
        raise SettingsError("this needs a user of upsd.users: give --user or the variable NUT_USER")
    if options.password_file:
        return options.user, _text(options.password_file).rstrip("\r\n")
    password = os.environ.get("NUT_PASSWORD")
    if password is None:
        if not sys.stdin.isatty():
            raise SettingsError(f"no password for {printable(options.user, 60)}: give --password-file or the variable "
                                f"NUT_PASSWORD")
        import getpass
        try:
            password = getpass.getpass(f"Password of {printable(options.user, 60)}: ")
        except EOFError:
            raise SettingsError(f"no password for {printable(options.user, 60)} was given") from None
    return options.user, password


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        reason = error.strerror or str(error)
    except UnicodeError:                        # its own text shows a byte of the file, which may be of a password
        reason = "not UTF-8 text"
    raise SettingsError(f"{path} cannot be read ({reason})")


# ---- output --------------------------------------------------------------------------------------------------

def _columns(rows: Sequence[Sequence[str]]) -> List[str]:
    shown = [[printable(cell, 80) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in shown]


def _figure(figure: Optional[float]) -> str:
    return "" if figure is None else f"{figure:g}" if figure < 1e6 else f"{figure:.0f}"


def _print_json(data: object) -> None:
    import json
    print(json.dumps(data, indent=1))


if __name__ == "__main__":
    sys.exit(ending.run(main))
