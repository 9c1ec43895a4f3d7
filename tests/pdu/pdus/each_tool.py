"""What three tools say of the outlets of a PDU, each by a reading of its own, in one form.

They read SNMP as the command does, with the quick client.

As a program: `python -m tests.pdu.pdus.each_tool COMMAND LIST LOGINS` imports COMMAND
first, and prints what they say of each PDU of the list as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Optional

from pdu.commands import LAZY_COMMANDS

if TYPE_CHECKING:  # COMMAND is imported before them
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
    from pdu.pdus.polling import poll

    reading = poll(target)
    assert reading.failure is None, reading.failure
    identities = [outlet.identity for outlet in reading.outlets]
    return {
        "outlets": _command(target, "outlets"),
        "statistic": _command(target, "statistic"),
        "exporter": _exporter(target, identities),
    }


def _command(target: Target, call: str) -> SaidOfEach:
    """`pdu outlets --json` and `pdu statistic --json`. Both get settings and login as values: as
    options and variables they are tested elsewhere."""
    from pdu.core.cli.output import print_json
    from pdu.outlets import read_commands
    from pdu.pdus.reading import read_pdu

    command = {"outlets": read_commands.OUTLETS, "statistic": read_commands.STATISTIC}[call]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_json(command.document(read_pdu(target.handler, target.data(), command.parts)))
    return {
        one["identity"]: Said(
            one.get("state"),
            one["current_a"],
            one["power_w"],
            one.get("energy_kwh", one.get("consumption_kwh")),
        )
        for one in json.loads(out.getvalue())["outlets"]
    }


def _exporter(target: Target, identities: Sequence[str]) -> SaidOfEach:
    from prometheus_client.parser import text_string_to_metric_families

    from pdu.monitoring import metrics
    from pdu.monitoring.probes import ProbeExtras, probe

    reading = probe(target, 60.0, ProbeExtras(power=True))
    assert reading.failure is None, reading.failure
    page = metrics.page(reading, "text/plain").body.decode()
    found: dict[tuple[str, str], float] = {
        (sample.name, sample.labels["outlet"]): sample.value
        for family in text_string_to_metric_families(page)
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


def targets(fleet: Path, logins: Path) -> list[Target]:
    from pdu.pdus.owner_files import OwnerFiles

    files = OwnerFiles(str(fleet), str(logins))
    return [*files.targets(files.files())]


def main(command: str, fleet: str, logins: str) -> None:
    LAZY_COMMANDS[command].load()
    found = {
        target.device.name: by_each_tool(target) for target in targets(Path(fleet), Path(logins))
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
