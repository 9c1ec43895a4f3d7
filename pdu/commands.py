"""The commands of `pdu`, and the groups in which its help shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .cli.groups import CommandGroup, LazyCommand

# Each is imported when it is called: no command needs the modules of another. A new command needs
# a line here, and its name in a group below.
LAZY_COMMANDS: Mapping[str, LazyCommand] = {
    "status": LazyCommand(
        "pdu.outlets.read_commands:status", "list every outlet with its state, number and name"
    ),
    "statistic": LazyCommand(
        "pdu.outlets.read_commands:statistic",
        "show the load and energy of the PDU, and energy by outlet",
    ),
    "outlets": LazyCommand(
        "pdu.outlets.read_commands:outlets",
        "list every outlet with its state, current, power and energy",
    ),
    "on": LazyCommand("pdu.outlets.switch_commands:on", "switch outlets on; asks first"),
    "off": LazyCommand("pdu.outlets.switch_commands:off", "switch outlets off; asks first"),
    "cycle": LazyCommand(
        "pdu.outlets.cycle_command:cycle", "switch an outlet off, and on again; asks first"
    ),
    "supports": LazyCommand(
        "pdu.supports.command:supports",
        "say whether a model, vendor or sysObjectID is supported",
        page="devices.md",
    ),
    "check": LazyCommand(
        "pdu.monitoring.check:check",
        "read all PDUs of a list; table, CSV, JSON, monitoring",
        page="many-pdus.md",
    ),
    "where": LazyCommand(
        "pdu.outlets.where:where",
        "find the outlets with a name, such as a server's, in all PDUs",
        page="command.md",
    ),
    "find": LazyCommand(
        "pdu.monitoring.find:find",
        "search a network for PDUs, and put them into the list",
        page="many-pdus.md",
    ),
    "register": LazyCommand(
        "pdu.registration.command:register",
        "register handlers with DCImanager, upload their archives",
        page="../packaging/README.md",
    ),
    "snmp": LazyCommand(
        "pdu.workshop.snmp:snmp",
        "show SNMP families, and check profiles of your own",
        page="own-pdu.md",
    ),
    "handler": LazyCommand(
        "pdu.workshop.handler.command:handler",
        "check any handler against DCImanager's page, and try it",
        page="own-handler.md",
    ),
    "new": LazyCommand(
        "pdu.workshop.new:new",
        "start a handler or an SNMP family of your own, in a clone",
        page="dev/new-handler.md",
    ),
    "identify": LazyCommand(
        "pdu.outlets.identify:identify",
        "say what a device is, and what can be read and switched",
        page="field.md",
    ),
    "record": LazyCommand(
        "pdu.recordings.record:record",
        "write a device's answers into a file, names replaced",
        page="field.md",
    ),
    "replay": LazyCommand(
        "pdu.recordings.replay:replay",
        "serve a recording as a device, on a port of this machine",
        page="field.md",
    ),
    "completion": LazyCommand(
        "pdu.completion:completion", "print the script that completes this command in a shell"
    ),
    "help": LazyCommand("pdu.about:help_", "show the help of a command"),
    "version": LazyCommand("pdu.about:version", "show the versions of the pack and of Python"),
}
# Each command is in one group; `help` and `version` are in none, because `--help` and `--version`
# are. Those of groups without a word have a line each in `pdu --help`, for a beginner.
GROUPS: Sequence[CommandGroup] = (
    CommandGroup("First steps", ("supports", "identify", "status", "on", "off", "check")),
    CommandGroup("One PDU", ("outlets", "statistic", "cycle")),
    CommandGroup("Many PDUs", ("find", "where")),
    CommandGroup("Your own handler", ("new", "handler", "snmp")),
    CommandGroup(
        "DCImanager",
        ("register",),
        "dcimanager",
        "handlers uploaded",
    ),
    CommandGroup(
        "Recordings",
        ("record", "replay"),
        "recordings",
        "a unit's answers in a file, and served",
    ),
    CommandGroup("Shell", ("completion",), "shell", "completion of commands and names"),
)
