"""The report of `pdu plan check`: findings, and a picture of what is drawn. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from ...core.cli.output import counted
from ...core.cli.report import (
    BAD,
    GOOD,
    Headline,
    Part,
    Picture,
    Report,
    Section,
    Table,
    number,
    row_header,
    words,
)
from ...core.files.html import Frame
from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Drawing, HallNode, nodes
from ..diagram.marks import Mark
from ..diagram.svg import STYLE, diagram
from ..walk.arithmetic import Interval
from ..walk.condition import Condition
from .checking import Finding
from .enrichment import meter_of

READING = (
    "Line: that of the drawing's file.",
    "The picture shows what is drawn, with the currents that meters report now. Red: there is a"
    " finding.",
)


def report(drawing: Drawing, readings: HallReadings, findings: Sequence[Finding]) -> Report:
    """What is wrong, or to be looked at, first."""
    frame = Frame("Check of the drawing", "pdu plan check", READING, "docs/hall.md")
    data = partial(_as_json, findings)
    return Report(frame, list(_parts(drawing, readings, findings)), data, STYLE)


def _parts(drawing: Drawing, readings: HallReadings, findings: Sequence[Finding]) -> Iterator[Part]:
    machines, pdus = len(drawing.machines), len(drawing.pdus)
    hall = f"{counted(machines, 'machine')} on {counted(pdus, 'PDU')}"
    yield Headline(f"{hall}: {counted(len(findings), 'finding')}", BAD if findings else GOOD)
    rows = [
        [number(str(finding.line or "")), row_header(finding.where), words(finding.what)]
        for finding in findings
    ]
    if not findings:
        yield "The drawing fits its PDUs. Next: `pdu rehearse --each`."
    yield Section("What is drawn") if not findings else Section("Findings")
    yield Table("", ("line", "where", "what"), rows)
    yield Picture("Picture", partial(_picture, drawing, readings, findings))


def _as_json(findings: Sequence[Finding]) -> object:
    return {"findings": [dataclasses.asdict(finding) for finding in findings]}


def _picture(drawing: Drawing, readings: HallReadings, findings: Sequence[Finding]) -> str:
    marks = dict(_now(drawing, readings))
    places = _places(drawing)
    for finding in findings:
        # an outlet is shown at its PDU
        node = places.get(finding.where) or places.get(finding.where.rpartition("/")[0])
        if node is not None:
            old_mark = marks.get(node, Mark())
            reason = "; ".join(filter(None, (old_mark.reason, finding.what)))
            marks[node] = old_mark._replace(condition=Condition.FINDING, reason=reason)
    return diagram(drawing, marks)


def _now(drawing: Drawing, readings: HallReadings) -> Iterator[tuple[HallNode, Mark]]:
    """What the meters of lines and breakers report."""
    for pdu in drawing.pdus.values():
        pdu_reading = readings.pdus.get(pdu.name)
        for breaker in (*pdu.lines, *pdu.breakers):
            meter = meter_of(pdu, breaker, pdu_reading)
            if meter is not None and meter.current_a is not None:
                load = Interval(meter.current_a, meter.current_a, meter.current_a)
                yield HallNode.breaker(pdu.name, breaker.name), Mark(Condition.PLAIN, load)


def _places(drawing: Drawing) -> Mapping[str, HallNode]:
    """The names that a finding may have."""
    places = {node.full_name: node for node in nodes(drawing) if node.kind != "feed"}
    places.update((name, HallNode("machine", name)) for name in drawing.machines)
    return places
