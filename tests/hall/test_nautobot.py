"""`pdu plan import` from a real Nautobot, filled by its own ORM with the hall of the twin, whose
living PDUs name the outlets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing, HallNode
from tests.hall.plant import Plant
from tests.hall.twin import Files, Twin, four_racks, over, written
from tests.pdu.monitoring.halls import run
from tests.servers import nautobot

_PATIENT = {"timeout": "60"}
# Runs inside Nautobot 3.2. HALL: JSON of `described`.
_FILL = """
import json, os
from django.contrib.contenttypes.models import ContentType
from nautobot.dcim.models import (
    Cable, Device, DeviceType, Location, LocationType, Manufacturer,
    PowerFeed, PowerOutlet, PowerPanel, PowerPort, Rack,
)
from nautobot.extras.models import Role, Status

hall = json.loads(os.environ["HALL"])
active, connected = Status.objects.get(name="Active"), Status.objects.get(name="Connected")
kind = LocationType.objects.create(name="Room")
kind.content_types.set(ContentType.objects.get_for_models(Device, Rack, PowerPanel).values())
room = Location.objects.create(name="Hall", location_type=kind, status=active)
role = Role.objects.create(name="PDU or server")
role.content_types.add(ContentType.objects.get_for_model(Device))
maker = Manufacturer.objects.create(name="ACME")
model = DeviceType.objects.create(manufacturer=maker, model="Box")
racks, outlets = {}, {}

def device(name, rack):
    if rack not in racks:
        racks[rack] = Rack.objects.create(name=rack, location=room, status=active)
    return Device.objects.create(
        name=name, device_type=model, role=role, status=active, location=room, rack=racks[rack]
    )

def cable(a, b, status=connected):
    Cable(termination_a=a, termination_b=b, status=status).validated_save()

for panel, pdus in hall["panels"].items():
    made = PowerPanel.objects.create(name=panel, location=room)
    for pdu in pdus:
        unit = device(pdu["name"], pdu["rack"])
        feed = PowerFeed(
            name="to " + pdu["name"], power_panel=made, status=active, power_path=pdu["path"],
            amperage=pdu["amperage"], max_utilization=pdu["percent"],
        )
        feed.validated_save()
        inlet = PowerPort.objects.create(device=unit, name="Inlet")
        cable(inlet, feed)
        for name, shown in pdu["outlets"].items():
            outlets[pdu["name"], name] = PowerOutlet.objects.create(
                device=unit, name=shown, power_port=inlet
            )
for name, box in hall["machines"].items():
    unit = device(name, box["rack"])
    for number, (pdu, outlet) in enumerate(box["cords"], 1):
        cable(PowerPort.objects.create(device=unit, name=f"PSU{number}"), outlets[pdu, outlet])
print("filled", PowerPort.objects.count())
# what is not drawn as it stands there: a planned cable, a strip behind a PDU, another site
free = [one for one in PowerOutlet.objects.filter(device__name="r1-left") if one.cable is None]
planned = Status.objects.get(name="Planned")
cable(PowerPort.objects.create(device=device("next", "r1"), name="PSU1"), free[0], planned)
strip = device("strip", "r1")
cable(PowerPort.objects.create(device=strip, name="In"), free[1])
socket = PowerOutlet.objects.create(device=strip, name="Power Outlet 1")
cable(PowerPort.objects.create(device=device("lamp", "r1"), name="PSU1"), socket)
far = PowerOutlet.objects.create(device=device("far", "r9"), name="1")
cable(PowerPort.objects.create(device=device("lonely", "r9"), name="PSU1"), far)
"""


def described(plant: Plant) -> str:
    """The plant as JSON. Rack r1 has the outlets' names, r2 and r3 the printed numbers as the
    community's device types have them, r4 as they are.
    """
    forms = {"r1": "Outlet {}", "r2": "Power Outlet {}", "r3": "Outlet{}", "r4": "{}"}
    panels: dict[str, list[dict[str, object]]] = {}
    for bar in plant.bars.values():
        outlets = {name: forms[bar.rack].format(name) for name in bar.outlets}
        panels.setdefault(bar.inputs[0], []).append(
            {
                "name": bar.name,
                "rack": bar.rack,
                "path": plant.panels[bar.inputs[0]][0].lower(),
                "amperage": round(bar.lines["L1"]),
                "percent": 75,
                "outlets": outlets,
            }
        )
    machines = {
        box.name: {
            "rack": box.name.partition("/")[0],
            "cords": [(one.pdu, one.outlet) for one in box.supplies],
        }
        for box in plant.boxes
    }
    return json.dumps({"panels": panels, "machines": machines})


@pytest.fixture(scope="module")
def living() -> Iterator[nautobot.Nautobot]:
    missing = nautobot.absent()
    if missing:
        pytest.skip(f"missing: {', '.join(missing)}: sh .ci/setup nautobot")
    with nautobot.running() as made:
        yield made


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(four_racks(), over("mixed"), tick=False) as made:
        yield made


def imported(living: nautobot.Nautobot, files: Files, target: Path) -> tuple[int, str, str]:
    where = ["--url", living.url, "--token-file", living.token_file]
    reads = ["--list", files.fleet, "--auth", files.logins]
    done = run("plan", "import", *where, *reads, "-o", target)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.timeout(1800)  # on a busy machine, Nautobot alone takes minutes to start
def test_a_hall_in_nautobot_becomes_the_drawing_of_its_plant(
    living: nautobot.Nautobot, twin: Twin, tmp_path: Path
) -> None:
    plant = twin.plant
    ports = len(plant.bars) + sum(len(box.supplies) for box in plant.boxes)
    assert f"filled {ports}" in living.run(_FILL, HALL=described(plant))
    files, target = written(twin, tmp_path, _PATIENT), tmp_path / "nautobot.power.toml"
    code, out, err = imported(living, files, target)
    assert code == 0 and f"{len(plant.boxes) + 1} machines on 9 PDUs" in out
    assert set(err.splitlines()) == {
        "left out, because its cable is planned: next PSU1",
        "drawn without readings, because the fleet list does not have it: strip",
        "left out, because the fleet list does not have it and nothing hangs on it and on a PDU of"
        " the list: far",
    }
    drawing = drawing_file.read_drawing(str(target))
    assert list(map(str, drawing.machines["lamp"].cords)) == ["strip/Power Outlet 1"]
    (source,) = drawing.pdus["strip"].inputs
    assert isinstance(source, Cord) and source.pdu == "r1-left"
    compare(plant, drawing)
    # a second import changes nothing
    before = target.read_text()
    assert imported(living, files, target)[0] == 0 and target.read_text() == before
    # it rehearses, as a file and at once: what its cords are, not which supplies work
    reads = ["--list", files.fleet, "--auth", files.logins, "--json"]
    where = ["--url", living.url, "--token-file", living.token_file]
    for drawn in ([target], where):
        done = run("rehearse", *drawn, "--fail", "feed:A", *reads)
        (one,) = json.loads(done.stdout)["rehearsals"]
        words = {machine["machine"]: machine["verdict"] for machine in one["machines"]}
        assert words["r2/switch"] == words["r4/app-3"] == words["lamp"] == "dark"
        assert words["r2/db-1"] == words["r2/db-2"] == "cannot say"
    # the rack of one machine, and what it hangs on
    few = tmp_path / "few.toml"
    done = run("plan", "import", *where, *reads[:-1], "--rack", "r2", "-o", few)
    assert done.returncode == 0, done.stderr
    assert {name.partition("/")[0] for name in drawing_file.read_drawing(str(few)).machines} == {
        "r2"
    }
    # an outlet that the PDU does not have stops the import
    living.run(
        "from nautobot.dcim.models import PowerOutlet\n"
        "PowerOutlet.objects.filter(device__name='r4-right', name='6').update(name='9')\n"
    )
    code, out, err = imported(living, files, tmp_path / "other.toml")
    assert code == 2 and "r4-right: outlet '9' of the import" in err and "in the import" in out


def compare(plant: Plant, drawn: Drawing) -> None:
    machines = {name: one for name, one in drawn.machines.items() if name != "lamp"}
    pdus = {name: one for name, one in drawn.pdus.items() if name != "strip"}
    assert {name: tuple(map(str, one.cords)) for name, one in machines.items()} == {
        box.name: tuple(f"{one.pdu}/{one.outlet}" for one in box.supplies) for box in plant.boxes
    }
    nodes = {name: HallNode("panel", name) for name in plant.panels}
    nodes.update((name, HallNode("feed", name)) for name in plant.feeds)
    assert {name: one.inputs for name, one in drawn.panels.items()} == {
        name: tuple(nodes[one] for one in inputs) for name, inputs in plant.panels.items()
    }
    assert {name: (one.inputs, one.rack) for name, one in pdus.items()} == {
        name: (tuple(nodes[one] for one in bar.inputs), bar.rack)
        for name, bar in plant.bars.items()
    }
    for one in pdus.values():
        assert [(line.rating_a, line.limit_a) for line in one.lines] == [(32.0, 24.0)]
