"""The views of a platform with figures, for each kind of class that its view of a port may be:
views.txt.

    load 1.5 & energy 2          a figure is a number, none (not metered), `-REASON` (the same with
                                 its reason) or `?REASON` (not known)
    port 7 A=1.5 kWh=20          an outlet with its figures
    unset                        as with the setting for what the unit never shows
    class Slotted                the platform's view of a port, one of VIEWS

On the right stand the fields of the view and of its ports, then what is said of the others.
`python -m tests.tables tests.handlers.dcimanager.test_views` writes right sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

import pytest

from handlers import dcimanager
from handlers.dcimanager import MeterFigures, views
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import NOT_ASKED, Figure, NotKnown, NotMetered
from pdu_common.helper import EnumPowerStatus
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("views.txt"))


class Slotted:
    __slots__ = ("identity", "energy", "load")


class Plain:
    def __init__(self) -> None:
        self.identity = ""
        self.total_consumption = 0.0


class KeywordOnly:
    def __init__(self, *, identity: str, amperage: float = 0.0, consumption: float = 0.0) -> None:
        self.identity = identity
        self.amperage = amperage
        self.consumption = consumption


class Defaults:
    identity = ""
    consumption = 0.0


class PowerAlone:
    """A view whose only field for a figure may be one for W."""

    identity = ""
    power_consumption = 0.0


class PowerAndEnergy(PowerAlone):
    consumption = 0.0


class Bare:
    """A view without fields."""


class Unset:
    def __init__(self) -> None:
        self.identity, self.consumption = "", 0.0
        self.load: Optional[float] = None


class Closed:
    def __init__(self, number: int) -> None:
        pytest.fail("a view without a field for the identity must not be made")


@dataclass(frozen=True)
class ReadOnly:
    identity: str = field(default="", init=False)
    consumption: float = field(default=0.0, init=False)


class Typed:
    consumption = 0.0

    @property
    def identity(self) -> int:
        return 0

    @identity.setter
    def identity(self, value: object) -> None:
        raise TypeError("identity must be a number")


class Checked:
    """As a model that checks its fields when it is made, and needs another."""

    def __init__(self, **fields: object) -> None:
        if "serial" not in fields:
            raise ValueError("serial: field required")

    identity = ""
    consumption = 0.0


class Refusing:
    identity = ""

    def __setattr__(self, name: str, value: object) -> None:
        raise LookupError(name)


VIEWS = {
    view.__name__: view
    for view in (
        *(Slotted, Plain, KeywordOnly, Defaults, PowerAlone, PowerAndEnergy, Bare, Unset),
        *(Closed, ReadOnly, Typed, Checked, Refusing),
    )
}
_FIELDS = (
    *("identity", "load", "amperage", "energy"),
    *("total_consumption", "consumption", "power_consumption"),
)


def _figure(text: str) -> Figure:
    """The figure that a text is."""
    if text.startswith("?"):
        return NotKnown(text[1:].replace("_", " "))
    if text.startswith("-"):
        return NotMetered(text[1:].replace("_", " "))
    return None if text == "none" else float(text)


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    figures: dict[str, Figure] = {"load": None, "energy": None}
    ports: dict[str, MeterFigures] = {}
    with pytest.MonkeyPatch.context() as patch:
        for change in case.left.split(TABLE.separator):
            word, _, rest = change.partition(" ")
            if word == "port":
                identity, _, texts = rest.partition(" ")
                ports[identity] = _figures_of_port(texts)
            elif word == "class":
                patch.setattr(views, "PduPortStatisticView", VIEWS[rest])
            elif word != "unset":
                assert word in figures, change
                figures[word] = _figure(rest)
        figures_of_pdu = dcimanager.Figures(figures["load"], figures["energy"], ports)
        if "unset" in case.left.split(TABLE.separator):
            figures_of_pdu = figures_of_pdu.unset_unknown()
        return _end(figures_of_pdu)


def _figures_of_port(text: str) -> MeterFigures:
    """The figures of `A=1.5 kWh=20`."""
    figures: dict[str, Figure] = {}
    for part in text.split():
        quantity, _, figure = part.partition("=")
        figures[quantity] = _figure(figure)
    return MeterFigures(current_a=figures.get("A"), energy_kwh=figures.get("kWh"))


def _end(figures: dcimanager.Figures) -> str:
    """The fields of the views, and what is said of the others."""
    try:
        view = figures.view()
    except PduHandlerError as error:
        return f"{error.kind}: {error} {' '.join(error.keys)}".rstrip()
    texts = [
        f"load={view.load} energy={view.total_consumption}",
        *map(_fields, view.ports),
        *figures.outlets_not_known(),
        figures.port_view_fault(),
    ]
    return "; ".join(texts).removesuffix("; ")


def _fields(port: object) -> str:
    """The likely fields of a port that it has."""
    return " ".join(f"{name}={getattr(port, name)}" for name in _FIELDS if hasattr(port, name))


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_views_hold_figures_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


def test_what_was_not_asked_for_is_not_set_unknown() -> None:
    lost = NotKnown("row 3 of bankCurrent is missing")
    figures = dcimanager.Figures(2.0, None, {"2": MeterFigures(1.0, energy_kwh=lost)})
    unset = figures.unset_unknown()
    assert unset.ports["2"].energy_kwh == NotMetered(lost.reason)
    assert unset.power_w == NOT_ASKED  # which is no word about the unit


def test_a_view_of_states_holds_them() -> None:
    states = [("1", EnumPowerStatus.UP), ("2.7", EnumPowerStatus.UNKNOWN)]
    view = dcimanager.pdu_view(states)
    assert [(port.identity, port.power_status) for port in view.ports] == states


def test_a_label_from_a_device_has_no_control_characters() -> None:
    assert dcimanager.label("1", "\x1b[2J1", "db\r\n\u202e\ud800 ключ") == (
        "1",
        "\\x1b[2J1",
        "db\\r\\n\\u202e\\ud800 ключ",
    )
