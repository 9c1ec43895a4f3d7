"""Readings of PDUs as a file keeps them: the only module that writes and reads that file."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable
from handlers.shared.meter_figures import MeterFigures
from pdu_common.helper import EnumPowerStatus

from ..core.files.whole_files import write_whole
from .adapters.power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy
from .adapters.topology import MeteredPart
from .listed_pdu import ListedPdu
from .reading import PolledOutlet, Reading
from .states import STATE_WORDS, UNKNOWN, state_of_word, word


class MeasuredPdu(NamedTuple):
    """The reading of one PDU."""

    #: by identity, in the PDU's order
    outlets: Mapping[str, PolledOutlet]
    #: the sum over its lines in A; None if it is not metered, or not known
    load_a: Optional[float] = None
    #: the fleet list says that it only meters: its outlets have no relay, and no state
    metered: bool = False
    #: why the reading failed, in part or as a whole; "" if it did not
    error: str = ""
    #: its lines and breakers
    meters: Sequence[MeteredPart] = ()
    #: what the inlet's own meter shows; None if there is none, only a sum, or in saved readings
    inlet_a: Optional[float] = None
    inlet_w: Optional[float] = None

    @property
    def outlet_step_a(self) -> float:
        """The resolution of its outlets' currents, in A."""
        return step_a(outlet.figures.current_a for outlet in self.outlets.values())

    @property
    def meter_step_a(self) -> float:
        """The resolution of the currents of its lines and breakers, in A."""
        return step_a([self.load_a, *(meter.current_a for meter in self.meters)])


# so many different figures are whole by chance once in a thousand times
_DIFFERENT = 3


def step_a(currents: Iterable[Optional[float]]) -> float:
    """The resolution of figures, from themselves: 1, 0.1, 0.01 or 0.001 A; 0.1 if all are 0. Whole
    figures tell of 1 A only if several differ: equal ones may be whole by chance.
    """
    values = {round(value, 6) for value in currents if value}
    if not values:
        return 0.1
    for step in (1.0, 0.1, 0.01) if len(values) >= _DIFFERENT else (0.1, 0.01):
        if all(abs(value / step - round(value / step)) < 1e-6 for value in values):
            return step
    return 0.001


class HallReadings(NamedTuple):
    """The readings of a hall."""

    #: by the name of the fleet list
    pdus: Mapping[str, MeasuredPdu]
    #: when the last of them was made, in seconds since 1970; None if nobody wrote it down
    taken: Optional[float] = None

    def outlet(self, pdu: str, outlet: str) -> Optional[PolledOutlet]:
        """One outlet, None if it was not read."""
        measured_pdu = self.pdus.get(pdu)
        return None if measured_pdu is None else measured_pdu.outlets.get(outlet)

    def state(self, pdu: str, outlet: str) -> EnumPowerStatus:
        """The state of one outlet, UNKNOWN if it was not read."""
        polled_outlet = self.outlet(pdu, outlet)
        return UNKNOWN if polled_outlet is None else polled_outlet.state


def hall_readings(
    devices: Sequence[ListedPdu], readings: Sequence[Reading], read_at_s: Optional[float]
) -> HallReadings:
    """The readings of the fleet's PDUs as the hall needs them."""
    pdu_by_name: dict[str, MeasuredPdu] = {}
    for device, reading in zip(devices, readings):
        pdu_by_name[device.name] = MeasuredPdu(
            {outlet.identity: outlet for outlet in reading.outlets},
            reading.load_a,
            device.metered,
            reading.failure.reason if reading.failure is not None else "",
            reading.meters,
            reading.inlet_a,
            reading.inlet_w,
        )
    return HallReadings(pdu_by_name, read_at_s)


def check_new(path: str) -> None:
    """Raises SettingsError if there is a file already: before the reading, which takes time."""
    if os.path.lexists(path):
        raise _exists(path)


def _exists(path: str) -> SettingsError:
    return SettingsError(f"{path} exists, and is not replaced: give another name, or remove it")


def save(path: str, readings: HallReadings) -> None:
    """Write a new file. Raises SettingsError if there is one already, or it cannot be written."""
    text = json.dumps(readings_document(readings), indent=1)
    try:
        write_whole(path, text.encode("utf-8"), replaces=False)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


def readings_document(readings: HallReadings) -> dict[str, Any]:
    """The readings in the form of `pdu check --json`, with time, labels and topology."""
    pdus = []
    for name, pdu in readings.pdus.items():
        document: dict[str, Any] = {
            "name": name,
            "load_a": pdu.load_a,
            "metered": pdu.metered,
            "outlets": [
                {
                    "identity": row.identity,
                    "state": word(row.state),
                    "current_a": row.figures.current_a,
                }
                for row in pdu.outlets.values()
            ],
            "labels": [
                {"identity": row.identity, "number": row.number, "name": row.name}
                for row in pdu.outlets.values()
            ],
            "topology": {
                "meters": [
                    {
                        "kind": row.kind,
                        "label": row.label,
                        "current_a": row.current_a,
                        "rating_a": row.rating_a,
                    }
                    for row in pdu.meters
                ],
                "outlets": {
                    row.identity: {
                        "power_w": row.figures.power_w,
                        "rating_a": row.rating_a,
                        "lines": row.lines,
                        "breaker": row.breaker,
                    }
                    for row in pdu.outlets.values()
                },
            },
            "power_on": {
                row.identity: dataclasses.asdict(row.power_on)
                for row in pdu.outlets.values()
                if row.power_on is not None
            },
        }
        if pdu.error:
            document["error"] = {"reason": pdu.error}
        pdus.append(document)
    return {"taken": readings.taken, "pdus": pdus}


def parse_readings(document: Any, path: str) -> HallReadings:
    """The readings in a document of `pdu check --json` or of `readings_document`.

    Raises SettingsError if it is neither.
    """
    pdu_by_name: dict[str, MeasuredPdu] = {}
    try:
        for row in document["pdus"]:
            name = _text(row["name"])
            if name in pdu_by_name:
                raise SettingsError(f"{path}: the PDU {printable(name, 60)!r} occurs twice")
            pdu_by_name[name] = _pdu(row, f"{path}: PDU {printable(name, 60)!r}")
        read_at_s = _figure(document.get("taken"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{path} does not hold readings ({type(error).__name__}: {printable(str(error), 80)});"
            " make it with `pdu check LIST --json`, or with --save"
        ) from None
    return HallReadings(pdu_by_name, read_at_s)


def _pdu(row: Mapping[str, Any], where: str) -> MeasuredPdu:
    outlets: dict[str, PolledOutlet] = {}
    for outlet in row["outlets"]:
        identity = _text(outlet["identity"])
        if identity in outlets:
            raise ValueError(f"outlet {identity!r}")
        state = _text(outlet["state"])
        if state not in STATE_WORDS:
            raise SettingsError(
                f"{where}, outlet {printable(identity, 60)!r}: the state {printable(state, 60)!r}"
                f" is none of {', '.join(STATE_WORDS)}"
            )
        outlets[identity] = PolledOutlet(
            identity,
            state_of_word(state),
            figures=MeterFigures(current_a=_figure(outlet.get("current_a"))),
        )
    for label in row.get("labels", []):
        identity, number, name = (_text(label[key]) for key in ("identity", "number", "name"))
        if identity in outlets:
            outlets[identity] = outlets[identity]._replace(number=number, name=name)
    topology = row.get("topology") or {}
    for key, facts in topology.get("outlets", {}).items():
        if _text(key) in outlets:
            current_a = outlets[_text(key)].figures.current_a
            outlets[_text(key)] = outlets[_text(key)]._replace(
                figures=MeterFigures(current_a, _figure(facts.get("power_w"))),
                rating_a=_figure(facts.get("rating_a")),
                lines=tuple(map(_text, facts.get("lines") or ())),
                breaker=_text(facts.get("breaker") or ""),
            )
    for key, policy in (row.get("power_on") or {}).items():
        if _text(key) in outlets:
            outlets[_text(key)] = outlets[_text(key)]._replace(power_on=_power_on(policy))
    return MeasuredPdu(
        outlets,
        _figure(row.get("load_a")),
        row.get("metered") is True,
        _text((row.get("error") or {}).get("reason", "")),
        [
            MeteredPart(
                _text(meter["kind"]),
                _text(meter["label"]),
                _figure(meter.get("current_a")),
                _figure(meter.get("rating_a")),
            )
            for meter in topology.get("meters", [])
        ],
    )


def _power_on(policy: Mapping[str, Any]) -> OutletRestorePolicy:
    state = _text(policy["state"])
    if state not in (ON, OFF, LAST, NOT_KNOWN):
        raise ValueError(f"power_on {state!r}")
    earliest, latest = _figure(policy["earliest_s"]), _figure(policy["latest_s"])
    if earliest is None or (latest is not None and latest < earliest):
        raise ValueError("the times of power_on")
    has_delay = policy.get("has_delay")
    if has_delay not in (None, True, False):
        raise ValueError(f"power_on {has_delay!r}")
    return OutletRestorePolicy(
        state, earliest, latest, policy.get("is_sequence") is True, has_delay
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return printable(value)


def _figure(value: Any) -> Optional[float]:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{number} is no figure")
    return number
