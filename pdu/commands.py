"""The commands of `pdu`, and the groups in which its help shows them.

Each command is imported by a function of its own when it is called: no command needs the modules of
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from .core.cli.groups import CommandGroup, LazyCommand


def _import_status() -> click.Command:
    from .outlets.read_commands import status

    return status


def _import_statistic() -> click.Command:
    from .outlets.read_commands import statistic

    return statistic


def _import_labels() -> click.Command:
    from .outlets.read_commands import labels

    return labels


def _import_outlets() -> click.Command:
    from .outlets.read_commands import outlets

    return outlets


def _import_on() -> click.Command:
    from .outlets.switch_commands import on

    return on


def _import_off() -> click.Command:
    from .outlets.switch_commands import off

    return off


def _import_cycle() -> click.Command:
    from .outlets.cycle_command import cycle

    return cycle


def _import_supports() -> click.Command:
    from .supports.command import supports

    return supports


def _import_check() -> click.Command:
    from .monitoring.check import check

    return check


def _import_find() -> click.Command:
    from .monitoring.find import find

    return find


def _import_exporter() -> click.Command:
    from .monitoring.exporter import exporter

    return exporter


def _import_meter() -> click.Command:
    from .energy.meter import meter

    return meter


def _import_energy() -> click.Command:
    from .energy.command import energy

    return energy


def _import_snmp() -> click.Command:
    from .workshop.snmp import snmp

    return snmp


def _import_handler() -> click.Command:
    from .workshop.handler.command import handler

    return handler


def _import_new() -> click.Command:
    from .workshop.new import new

    return new


def _import_identify() -> click.Command:
    from .evidence.identify import identify

    return identify


def _import_record() -> click.Command:
    from .evidence.record import record

    return record


def _import_replay() -> click.Command:
    from .evidence.replay import replay

    return replay


def _import_prove() -> click.Command:
    from .evidence.prove.command import prove_command

    return prove_command


def _import_draft() -> click.Command:
    from .workshop.drafting import draft

    return draft


def _import_completion() -> click.Command:
    from .completion import completion

    return completion


def _import_help() -> click.Command:
    from .about import help_

    return help_


def _import_version() -> click.Command:
    from .about import version

    return version


# A new command needs a line here, and its name in a group below.
LAZY_COMMANDS: Mapping[str, LazyCommand] = {
    "status": LazyCommand(_import_status, "list every outlet with its state, number and name"),
    "statistic": LazyCommand(
        _import_statistic, "show the load and energy of the PDU, and energy by outlet"
    ),
    "labels": LazyCommand(
        _import_labels, "list the number on the unit and the name of every outlet"
    ),
    "outlets": LazyCommand(
        _import_outlets, "list every outlet with its state, current, power and energy"
    ),
    "on": LazyCommand(_import_on, "switch outlets on; asks first", ("up",)),
    "off": LazyCommand(_import_off, "switch outlets off; asks first", ("down",)),
    "cycle": LazyCommand(_import_cycle, "switch an outlet off, and on again; asks first"),
    "supports": LazyCommand(
        _import_supports, "say whether a model, vendor or sysObjectID is supported"
    ),
    "check": LazyCommand(
        _import_check, "read all PDUs of a list; table, CSV, JSON, HTML, monitoring"
    ),
    "find": LazyCommand(_import_find, "search a network for PDUs and print them as a list"),
    "exporter": LazyCommand(_import_exporter, "serve the figures of many PDUs to Prometheus"),
    "meter": LazyCommand(_import_meter, "keep the energy registers of many PDUs in an SQLite file"),
    "energy": LazyCommand(
        _import_energy, "kWh of a month by outlet and customer, with their bounds"
    ),
    "snmp": LazyCommand(_import_snmp, "show SNMP families, and check profiles of your own"),
    "handler": LazyCommand(
        _import_handler, "check any handler against DCImanager's page, and try it"
    ),
    "new": LazyCommand(_import_new, "start a handler or an SNMP family of your own, in a clone"),
    "identify": LazyCommand(
        _import_identify, "say what a device is, and what can be read and switched"
    ),
    "record": LazyCommand(_import_record, "write a device's answers into a file, names replaced"),
    "replay": LazyCommand(
        _import_replay, "serve a recording as a device, on a port of this machine"
    ),
    "prove": LazyCommand(_import_prove, "try DCImanager's four calls on a real unit, for a proof"),
    "draft": LazyCommand(_import_draft, "start a profile from a recording that no family fits"),
    "completion": LazyCommand(
        _import_completion, "print the script that completes this command in a shell"
    ),
    "help": LazyCommand(_import_help, "show the help of a command"),
    "version": LazyCommand(_import_version, "show the versions of the pack and of Python"),
}
# Each command is in one group; `help` and `version` are in none, because `--help` and `--version`
# are. Those of groups without a word have a line each in `pdu --help`, for a beginner.
GROUPS: Sequence[CommandGroup] = (
    CommandGroup(
        "One PDU",
        (
            *("supports", "identify", "status", "outlets", "statistic", "labels"),
            *("on", "off", "cycle"),
        ),
    ),
    CommandGroup("Many PDUs", ("find", "check", "exporter", "meter", "energy")),
    CommandGroup("Your own handler", ("new", "handler", "snmp")),
    CommandGroup(
        "Recordings and proofs",
        ("record", "replay", "draft", "prove"),
        "recordings",
        "a unit's answers in a file, a profile from it, a proof of a unit",
    ),
    CommandGroup("Shell", ("completion",), "shell", "completion of commands and names"),
)
