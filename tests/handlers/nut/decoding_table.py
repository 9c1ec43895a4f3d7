"""What the variables of a NUT device are decoded to: decoding.txt (tests/tables.py).

    o1.status: on | ON; ! o1.load.off -> 1 on off=outlet.1.load.off

On the left, `o1.`, `in.`, `out.` and `dev2.` stand for `outlet.1.`, `input.`, `output.` and
`device.2.`; `! NAME` is a command, `= NAME: VALUE` a writable variable, `whole_load` the setting.
Without `device.type` the device is a pdu.

On the right stand the outlets in their order, each with `NAME on`, `off` or `?(reason)`, `locked`,
`#number`, `"name"`, `on=` and `off=` by which it is switched, and its figures; then the figures of
the device. A figure is a number, `?(reason)` if it is not known, `-(reason)` if it is not metered
for a reason. Below a title that ends with `: A, W`, these figures of the device stand alone.
`python -m tests.tables tests.handlers.nut.decoding_table` writes right sides.
"""

from __future__ import annotations

import re
from pathlib import Path

from handlers.nut.outlets import NutDevice, NutOutlet, SwitchCommand, decode_outlets
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotMetered, reason_without
from tests.handlers.nut.clients import DEFAULTS, WITH_WHOLE_LOAD
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("decoding.txt"), separator="; ", operator=": ")
_LONG_NAMES = {"o": "outlet", "in": "input", "out": "output", "dev": "device"}
_SHORT_NAME = re.compile(r"(?:^|(?<=\.))(o|in|out|dev)(\d*)(?=\.)")
_STATES = {True: "on", False: "off", None: "?"}
_QUANTITIES = ("A", "W", "kWh")


def decoded(left: str) -> NutDevice:
    """The device that the left side of a line describes. Raises PduHandlerError."""
    writable: dict[str, str] = {}
    settings = DEFAULTS
    variables = variables_of(left)
    for part in left.split("; "):
        if part == "whole_load":
            settings = WITH_WHOLE_LOAD
        elif part.startswith("= "):
            name, text = _variable(part[2:])
            writable[name] = text
    return decode_outlets(variables, commands_of(left), writable, settings)


def commands_of(left: str) -> list[str]:
    """The commands of the left side of a line."""
    return [_name(part[2:]) for part in left.split("; ") if part.startswith("! ")]


def variables_of(left: str) -> dict[str, str]:
    """The variables of the left side of a line."""
    variables = {"device.type": "pdu"}
    for part in left.split("; "):
        if part != "whole_load" and not part.startswith(("! ", "= ")):
            name, text = _variable(part)
            variables[name] = text
    return variables


def _variable(part: str) -> tuple[str, str]:
    """The name and the text of `o1.status: on`."""
    name, colon, text = part.partition(":")
    assert colon, part
    return _name(name), text.removeprefix(" ")


def _name(name: str) -> str:
    """NUT's name for one with short names."""
    return _SHORT_NAME.sub(_long_name, name)


def _long_name(match: re.Match[str]) -> str:
    """NUT's own name of a part: `outlet.1` for `o1`."""
    number = f".{match[2]}" if match[2] else ""
    return _LONG_NAMES[match[1]] + number


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    quantities = _quantities_of(case.title)
    try:
        device = decoded(case.left)
        figures = (device.load_a, device.power_w, device.energy_kwh)
    except PduHandlerError as error:
        return f"error {type(error).__name__} {error}"
    texts = [] if quantities else [_outlet(outlet) for outlet in device.outlets]
    for quantity, figure in zip(_QUANTITIES, figures):
        if figure is not None and quantity in (quantities or _QUANTITIES):
            texts.append(f"{quantity} {_figure(figure)}")
    return "; ".join(texts) or "nothing"


def _quantities_of(title: str) -> str:
    """The quantities with which a title ends, "" for none."""
    match = re.search(r": ((?:A|W|kWh)(?:, (?:A|W|kWh))*)$", title)
    return match[1] if match else ""


def _outlet(outlet: NutOutlet) -> str:
    reason = f"({outlet.reason})" if outlet.reason else ""
    words = [outlet.identity, _STATES[outlet.state] + reason]
    if outlet.is_locked:
        words.append("locked")
    if outlet.number:
        words.append(f"#{outlet.number}")
    if outlet.name is not None:
        words.append(f'"{outlet.name}"')
    for word, command in (("on", outlet.on), ("off", outlet.off)):
        if command is not None:
            words.append(f"{word}={_command(command)}")
    for quantity, figure in zip(_QUANTITIES, outlet.figures):
        if figure is not None:
            words.append(f"{quantity}={_figure(figure)}")
    return " ".join(words)


def _command(command: SwitchCommand) -> str:
    return command.name if command.value is None else f"{command.name}:{command.value}"


def _figure(figure: Figure) -> str:
    if isinstance(figure, (int, float)):
        return f"{round(figure, 9):.12g}"
    sign = "-" if isinstance(figure, NotMetered) else "?"
    return f"{sign}({reason_without(figure)})"
