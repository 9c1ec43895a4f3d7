"""The simulator's table of types, and the methods of the simulated objects."""

from __future__ import annotations

import json

from .xerus import GENERATIONS, CircuitModel, MeterModel, Model, XerusPdu
from .xerus.make_types import SCHEMA, TARGET, build, text


def test_the_table_is_the_output_of_make_types() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert text(build(schema)) == TARGET.read_text(encoding="utf-8")


def test_each_object_serves_every_method_of_its_interface() -> None:
    meters = (MeterModel(1), MeterModel(2, circuits=(CircuitModel(20, (0, 1, 2)),)))
    model = Model(outlets=16, phases=3, inlets=2, transfer_switch=True, meters=meters)
    for generation in GENERATIONS:
        with XerusPdu(model, generation) as pdu:
            pdu.groups.createGroup("web", [*pdu.units[0].outlets])
            pdu.events[0].createChannel()
            for served in pdu.units[0].objects():
                # The dispatcher itself carries out the calls of the bulk interface.
                if (
                    pdu.site.firmware.version(served.interface)
                    and served.interface != "bulkrpc.BulkRequest"
                ):
                    missing = {
                        name
                        for name in pdu.site.firmware.methods(served.interface)
                        if not hasattr(served, name)
                    }
                    assert not missing, (generation, served.interface)
