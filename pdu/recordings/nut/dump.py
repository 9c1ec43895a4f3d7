"""Dumps of NUT devices: `variable: value` in each line, the format of NUT's driver dummy-ups and of
`upsc`.

A device's name, commands, descriptions and writable variables are in comments, which dummy-ups
skips:

    # device pdu "PDU in rack 7"
    outlet.1.status: on
    # command outlet.1.load.off "Turn off the load"
    # describe outlet.1.status "State of outlet 1"
    # writable outlet.1.switch
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional

from handlers.nut.quoting import escaped
from handlers.shared.errors import SettingsError

from ...inspection.nut.reading import ServerDevice

# NUT's names have a dot; a few older ones (`serial`, `uptime`) do not
_VARIABLE = re.compile(r"([A-Za-z][\w-]*(?:\.[\w-]+)*):(.*)", re.DOTALL)
_NAMED_WITH_DOT = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)+:.*", re.DOTALL)
_COMMENT = re.compile(r"#\s*(device|command|describe|writable)\s+(\S+)(?:\s+(.*))?")
_PLAIN = re.compile(r"[^\s\"'#=\\]+(?: [^\s\"'#=\\]+)*")
_UNNAMED = "pdu"


class _Statement(NamedTuple):
    """What one line of a dump says: `_Statement("variable", "outlet.1.status", "on")`."""

    #: a word of _COMMENT, "variable" or "timer"
    kind: str
    name: str = ""
    value: str = ""


def is_dump(text: str) -> bool:
    r"""Whether the first line that is neither blank nor a comment nor a timer of dummy-ups is a
    variable.

    >>> is_dump("# a PDU\noutlet.1.status: on\n"), is_dump("1.3.6.1|2|5\n")
    (True, False)
    """
    for line in text.split("\n"):
        if line.strip() and not line.startswith(("#", "TIMER ")):
            return _NAMED_WITH_DOT.fullmatch(line) is not None
    return False


def dump_text(devices: Sequence[ServerDevice]) -> str:
    """The text of the dump of these devices.

    >>> print(dump_text([ServerDevice("pdu", variables={"outlet.1.desc": "a=b"}, writable=["x"])]))
    # device pdu ""
    outlet.1.desc: "a=b"
    # writable x
    <BLANKLINE>
    """
    lines: list[str] = []
    for device in devices:
        lines.append(f"# device {device.name} {_word(device.description)}".rstrip())
        for name, value in device.variables.items():
            lines.append(f"{name}: {_word(value)}")
        for name in device.writable:
            lines.append(f"# writable {name}")
        for name, about in device.commands.items():
            lines.append(f"# command {name} {_word(about)}".rstrip())
        for name, about in device.descriptions.items():
            if about:
                lines.append(f"# describe {name} {_word(about)}")
    return "\n".join(lines) + "\n"


def parse(text: str) -> list[ServerDevice]:
    r"""The devices in the text of a dump. Behind a line `TIMER 5` of dummy-ups a variable may have
    another value, and the last one counts. Raises SettingsError if a line is malformed, if two
    devices have the same name, if a variable has two values without a timer between them, or if
    there are no variables.

    >>> device, = parse("# device web\noutlet.1.status: off\nTIMER 5\noutlet.1.status: on\n")
    >>> device.name, device.variables
    ('web', {'outlet.1.status': 'on'})
    """
    devices: list[ServerDevice] = []
    # the first line of each variable of the last device, since the last timer
    line_by_variable: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        statement = _statement(line, number)
        if statement is None:
            continue
        if statement.kind in ("timer", "device"):
            line_by_variable.clear()
        if statement.kind == "device":
            _check_new_name(statement.name, devices, number)
            devices.append(ServerDevice(statement.name, statement.value))
        elif statement.kind != "timer":
            if not devices:
                devices.append(ServerDevice(_UNNAMED))
            if statement.kind == "variable":
                first_line = line_by_variable.setdefault(statement.name, number)
                if first_line < number:
                    _check_same_value(statement, devices[-1], first_line, number)
            _add(statement, devices[-1])
    if not any(device.variables for device in devices):
        raise SettingsError("the recording has no variables")
    return devices


def _add(statement: _Statement, device: ServerDevice) -> None:
    """Add to a device what one line of its dump says.

    >>> device = ServerDevice("pdu")
    >>> _add(_Statement("variable", "outlet.1.status", "on"), device)
    >>> device.variables
    {'outlet.1.status': 'on'}
    """
    if statement.kind == "writable":
        device.writable.append(statement.name)
    elif statement.kind == "variable":
        device.variables[statement.name] = statement.value
    elif statement.kind == "command":
        device.commands[statement.name] = statement.value
    elif statement.kind == "describe":
        device.descriptions[statement.name] = statement.value


def _check_new_name(name: str, devices: Sequence[ServerDevice], number: int) -> None:
    """Raises SettingsError if one of these devices, which are before line `number`, has this name.

    >>> _check_new_name("web", [ServerDevice("db")], 7)
    >>> _check_new_name("web", [ServerDevice("web")], 7)
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: line 7 of the recording repeats the name of a device: \
give this one another name. Lines before the first '# device NAME' belong to a device named pdu
    """
    if name in [device.name for device in devices]:
        raise SettingsError(
            f"line {number} of the recording repeats the name of a device: give this one another"
            " name. Lines before the first '# device NAME' belong to a device named"
            f" {_UNNAMED}"
        )


def _check_same_value(
    statement: _Statement, device: ServerDevice, first_line: int, number: int
) -> None:
    """Raises SettingsError if `statement`, in line `number`, gives a variable another value than
    the device has, which is the one of line `first_line`.

    >>> device = ServerDevice("pdu", variables={"outlet.1.status": "on"})
    >>> _check_same_value(_Statement("variable", "outlet.1.status", "on"), device, 1, 7)
    """
    if device.variables[statement.name] != statement.value:
        raise SettingsError(
            f"lines {first_line} and {number} of the recording have two values of"
            f" {statement.name}: keep the one that the device has"
        )


def _statement(line: str, number: int) -> Optional[_Statement]:
    """What one line of a dump says; None for a blank line and for a comment that says nothing.
    `number`: of the line, for the error. Raises SettingsError for a malformed line.

    >>> _statement('outlet.1.desc: "db 1"', 7)
    _Statement(kind='variable', name='outlet.1.desc', value='db 1')
    >>> _statement("# command load.off Turn off", 8)
    _Statement(kind='command', name='load.off', value='Turn off')
    """
    comment = _COMMENT.fullmatch(line.rstrip())
    if comment is not None:
        word, name, value = comment.groups()
        return _Statement(word, name, _unquoted(value or ""))
    variable = _VARIABLE.fullmatch(line)
    if variable is not None:
        return _Statement("variable", variable[1], _unquoted(variable[2]))
    if line.startswith("TIMER "):
        return _Statement("timer")
    if not line.strip() or line.startswith("#"):
        return None
    raise SettingsError(f"line {number} of the recording is not a line 'variable: value'")


def _word(value: str) -> str:
    """The value as a dump has it: between quotes if it has =, #, quotes or the like, which
    dummy-ups would not read.

    >>> _word("db 1"), _word("a=b")
    ('db 1', '"a=b"')
    """
    return value if _PLAIN.fullmatch(value) else f'"{escaped(value)}"'


def _unquoted(value: str) -> str:
    r"""The value without blanks around it and, if it has quotes, what is between them.

    >>> _unquoted(' "db \\"1\\""'), _unquoted(" on ")
    ('db "1"', 'on')
    """
    value = value.strip()
    quotation: Optional[re.Match[str]] = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value, re.DOTALL)
    if quotation is None:
        return value
    return re.sub(r"\\(.)", r"\1", quotation[1])
