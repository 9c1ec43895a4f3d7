"""What six tools say of the outlets of a PDU, each by a reading of its own, in one form.

They read SNMP as the command does, with the quick client.

As a program: `python -m tests.pdu.pdus.six_tools MODULE LIST LOGINS` imports MODULE
first, and prints what they say of each PDU of the list as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:  # MODULE is imported before them
    from pdu.pdus.polling import Target

WORDS = ("on", "off", "unknown")


class Said(NamedTuple):
    """What a tool says of an outlet. `state`: None if the tool does not say it."""

    state: Optional[str]
    current_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]


SaidOfEach = Mapping[str, Said]


def by_each_tool(target: Target) -> dict[str, SaidOfEach]:
    """By tool."""
    from pdu.pdus.fast_snmp import enable_fast_reads
    from pdu.pdus.polling import poll_states

    enable_fast_reads()
    reading = poll_states(target)
    assert reading.failure is None, reading.failure
    identities = [outlet.identity for outlet in reading.outlets]
    return {
        "outlets": _command(target, "outlets"),
        "statistic": _command(target, "statistic"),
        "meter": _meter(target),
        "exporter": _exporter(target, identities),
        # a machine has a cord
        "gateway": _gateway(target, identities) if identities else {},
        "upsd": _upsd(target, identities),
    }


def _command(target: Target, call: str) -> SaidOfEach:
    """`pdu outlets --json` and `pdu statistic --json`. Both get settings and login as values: as
    options and variables they are tested elsewhere."""
    from pdu.core.cli.output import print_json
    from pdu.outlets import read_commands

    read = {"outlets": read_commands.outlets_of, "statistic": read_commands.statistic_of}[call]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_json(read(target.handler, target.data()))
    return {
        one["identity"]: Said(
            one.get("state"),
            one["current_a"],
            one["power_w"],
            one.get("energy_kwh", one.get("consumption_kwh")),
        )
        for one in json.loads(out.getvalue())["outlets"]
    }


def _meter(target: Target) -> SaidOfEach:
    from pdu.energy.meter.journal_writer import PduHeading, PduLines
    from pdu.energy.meter.pdu_reading import take

    unit = PduLines(0, PduHeading("a", "b", "c"))
    declared, poll = json.loads(json.dumps(list(unit.lines(take(target, None)))))
    assert "error" not in poll, poll
    outlets = declared["outlets"]
    nothing = [None] * len(outlets)
    columns: Iterable[Any] = zip(
        outlets,
        (dict(zip("10-", WORDS))[sign] for sign in poll["on"]),
        *(poll.get(key, nothing) for key in ("amps", "watts", "kwh")),
    )
    return {identity: Said(*said) for identity, *said in columns}


def _exporter(target: Target, identities: Sequence[str]) -> SaidOfEach:
    from prometheus_client.parser import text_string_to_metric_families

    from pdu.monitoring.probes import ProbeExtras, probe, request_of

    probe_request = request_of(
        target, 60.0, time.monotonic() + 60.0, "text/plain", "", ProbeExtras(power=True)
    )
    answer = probe(probe_request)
    assert not answer.kind, answer
    found: dict[tuple[str, str], float] = {
        (sample.name, sample.labels["outlet"]): sample.value
        for family in text_string_to_metric_families(answer.page.body.decode())
        for sample in family.samples
        if "outlet" in sample.labels
    }

    def figure(name: str, identity: str) -> Optional[float]:
        return found.get((f"pdu_outlet_{name}", identity))

    said: dict[str, Said] = {}
    for identity in identities:
        joules = figure("energy_joules_total", identity)
        said[identity] = Said(
            {1.0: "on", 0.0: "off", None: "unknown"}[figure("state", identity)],
            figure("current_amperes", identity),
            figure("power_watts", identity),
            None if joules is None else joules / 3.6e6,
        )
    return said


def _gateway(target: Target, identities: Sequence[str]) -> SaidOfEach:
    from pdu.gateway.command_log import CommandLog
    from pdu.gateway.power import cord_document
    from pdu.gateway.power_service import PowerService
    from pdu.site.drawing.drawing import Cord, Machine

    name = target.device.name
    machine = Machine("m", tuple(Cord(name, identity) for identity in identities))

    async def answered() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            with contextlib.closing(CommandLog(f"{folder}/journal")) as log:
                service = PowerService({"m": machine}, [target], log, print)
                return await service.state("m", with_figures=True)

    cords = [
        (cord.cord.outlet, cord_document(cord, True)) for cord in asyncio.run(answered()).cords
    ]
    assert not [one for _, one in cords if "reason" in one], cords
    return {
        identity: Said(one["state"], one["current_a"], one["power_w"], one["energy_kwh"])
        for identity, one in cords
    }


def _upsd(target: Target, identities: Sequence[str]) -> SaidOfEach:
    from pdu.nut_driver.nut_variables import UpsdView
    from pdu.pdus.polling import poll_full

    panel = UpsdView({})
    panel.take(poll_full(target), identities)
    variables = panel.view.variables

    def figure(number: int, name: str) -> Optional[float]:
        text = variables.get(f"outlet.{number}.{name}")
        return None if text is None else float(text)

    said: dict[str, Said] = {}
    for number, identity in enumerate(identities, 1):
        wh = figure(number, "energy")
        said[identity] = Said(
            variables.get(f"outlet.{number}.status", "unknown"),
            figure(number, "current"),
            figure(number, "realpower"),
            None if wh is None else wh / 1000,
        )
    return said


def targets(fleet: Path, logins: Path) -> list[Target]:
    from pdu.site.owner_files import OwnerFiles

    return [*OwnerFiles(str(fleet), str(logins)).pdus()]


def main(module: str, fleet: str, logins: str) -> None:
    importlib.import_module(module)
    found = {
        target.device.name: by_each_tool(target) for target in targets(Path(fleet), Path(logins))
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
