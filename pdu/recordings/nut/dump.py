"""Dumps of NUT devices: `variable: value` in each line, the format of NUT's driver dummy-ups and of
`upsc`.

A device's name, commands, descriptions and writable variables are in comments, which dummy-ups
skips.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional

from handlers.nut import outlets
from handlers.nut.model import NutDevice
from handlers.nut.quoting import escaped
from handlers.shared.errors import SettingsError
from handlers.shared.settings import Settings

# NUT's names have a dot; a few older ones (`serial`, `uptime`) do not
_VARIABLE = re.compile(r"([A-Za-z][\w-]*(?:\.[\w-]+)*):(.*)", re.DOTALL)
_NAMED_WITH_DOT = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)+:.*", re.DOTALL)
_COMMENT = re.compile(r"#\s*(device|command|describe|writable)\s+(\S+)(?:\s+(.*))?")
_PLAIN = re.compile(r"[^\s\"'#=\\]+(?: [^\s\"'#=\\]+)*")
_UNNAMED = "pdu"


@dataclass
class RecordedDevice:
    """One device of a NUT server, as a dump has it."""

    name: str
    description: str = ""
    #: variable -> value
    variables: dict[str, str] = field(default_factory=dict)
    #: instant command -> description
    commands: dict[str, str] = field(default_factory=dict)
    #: variables that can be set
    writable: list[str] = field(default_factory=list)
    #: variable -> description
    descriptions: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, name: str, value: str) -> None:
        """Add what one line of a dump says."""
        if part == "writable":
            self.writable.append(name)
        elif part == "variable":
            self.variables[name] = value
        elif part == "command":
            self.commands[name] = value
        elif part == "describe":
            self.descriptions[name] = value

    def decode(self, settings: Settings) -> NutDevice:
        """The device as the handler reads it with these settings.

        Raises ProtocolError and Unsupported.
        """
        writable = {name: self.variables.get(name, "") for name in self.writable}
        return outlets.decode_outlets(self.variables, list(self.commands), writable, settings)


def is_dump(text: str) -> bool:
    """Whether the first line that is neither blank nor a comment nor a timer of dummy-ups is a
    variable.
    """
    for line in text.split("\n"):
        says_nothing = not line.strip() or line.startswith(("#", "TIMER "))
        if not says_nothing:
            return _NAMED_WITH_DOT.fullmatch(line) is not None
    return False


def dump_text(devices: Sequence[RecordedDevice]) -> str:
    """The devices as a dump."""
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


def parse(text: str) -> list[RecordedDevice]:
    """The devices of a dump. Raises SettingsError if a line is malformed, if two devices have the
    same name, if a variable has two values, or if there are no variables. In a sequence of
    dummy-ups, a timer stands between these, and the last value counts."""
    devices: list[RecordedDevice] = []
    line_by_variable: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        part, name, value = _statement(line, number)
        if part == "":
            continue
        if part == "timer":
            line_by_variable.clear()
            continue
        if part == "device":
            if name in [device.name for device in devices]:
                raise SettingsError(
                    f"line {number} of the recording repeats the name of a device: give this one"
                    " another name. Lines before the first '# device NAME' belong to a device"
                    f" named {_UNNAMED}"
                )
            line_by_variable.clear()
            devices.append(RecordedDevice(name, value))
            continue
        if not devices:
            devices.append(RecordedDevice(_UNNAMED))
        if part == "variable":
            first_line = line_by_variable.setdefault(name, number)
            if first_line != number and devices[-1].variables[name] != value:
                raise SettingsError(
                    f"lines {first_line} and {number} of the recording have two values of {name}:"
                    " keep the one that the device has"
                )
        devices[-1].add(part, name, value)
    if not any(device.variables for device in devices):
        raise SettingsError("the recording has no variables")
    return devices


def _statement(line: str, number: int) -> tuple[str, str, str]:
    """What a line is, the name in it and its value: a word of _COMMENT, "variable", "timer", or ""
    for what says nothing. Raises SettingsError.
    """
    comment = _COMMENT.fullmatch(line.rstrip())
    if comment is not None:
        word, name, value = comment.groups()
        return word, name, _unquoted(value or "")
    variable = _VARIABLE.fullmatch(line)
    if variable is not None:
        return "variable", variable[1], _unquoted(variable[2])
    if line.startswith("TIMER "):
        return "timer", "", ""
    if not line.strip() or line.startswith("#"):
        return "", "", ""
    raise SettingsError(f"line {number} of the recording is not a line 'variable: value'")


def _word(value: str) -> str:
    """The value as text of a dump. dummy-ups needs quotes around some values."""
    return value if _PLAIN.fullmatch(value) else f'"{escaped(value)}"'


def _unquoted(value: str) -> str:
    """The text that a value says: what is between quotes, if it has them."""
    value = value.strip()
    quotation: Optional[re.Match[str]] = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value, re.DOTALL)
    if quotation is None:
        return value
    return re.sub(r"\\(.)", r"\1", quotation[1])
