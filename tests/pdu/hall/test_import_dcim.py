"""`pdu plan import` and `pdu rehearse --url` of what people have in NetBox and Nautobot: strips,
UPSes, other sites, planned cables, chassis on feeds, three-phase feeds, filters.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pdu.site.drawing.drawing import HallNode

from .test_import import Objects, _port, api, drawn, netbox, run, saved

__all__ = ["api"]

SITES = {"north": {"id": 1, "name": "North", "slug": "north"}, "south": {"id": 2, "name": "South"}}


def readings(path: Path, **outlets: int) -> Path:
    """Saved readings of PDUs with so many outlets, each on and with 1 A."""
    pdus = [
        {
            "name": name,
            "outlets": [
                {"identity": str(one), "state": "on", "current_a": 1.0}
                for one in range(1, count + 1)
            ],
        }
        for name, count in outlets.items()
    ]
    path.write_text(json.dumps({"pdus": pdus}))
    return path


def hall() -> Objects:
    """Two PDUs with the library's names, a server on both, two feeds of two panels."""
    objects: Objects = {kind: [] for kind in netbox()}
    for panel in ("A", "B"):
        add(objects, "power-panels", name=f"PP-{panel}", site=SITES["north"])
    for place, name in enumerate(("left", "right")):
        pdu(objects, name, f"PP-{'AB'[place]}", site=SITES["north"])
    machine(objects, "srv", ("left", 1), ("right", 1), site=SITES["north"])
    return objects


def add(objects: Objects, kind: str, **fields: Any) -> dict[str, Any]:
    made = {"id": 1000 * sorted(objects).index(kind) + len(objects[kind]) + 1, **fields}
    objects[kind].append(made)
    return made


def named(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    return next(one for one in objects[kind] if one["name"] == name)


def pdu(
    objects: Objects, name: str, panel: str = "", outlets: int = 4, **fields: Any
) -> dict[str, Any]:
    device = add(objects, "devices", name=name, **fields)
    for number in range(1, outlets + 1):
        add(objects, "power-outlets", device=device, name=f"Power Outlet {number}", label="")
    if panel:
        feed = add(
            objects,
            "power-feeds",
            name=f"to {name}",
            power_panel=named(objects, "power-panels", panel),
            amperage=32,
            max_utilization=75,
            phase={"value": "single-phase"},
        )
        cord(objects, device, "Power Port 1", "dcim.powerfeed", feed)
    return device


def machine(objects: Objects, name: str, *ends: tuple[str, int], **fields: Any) -> dict[str, Any]:
    device = add(objects, "devices", name=name, **fields)
    for number, (of, outlet) in enumerate(ends, 1):
        cord(objects, device, f"PSU{number}", "dcim.poweroutlet", outlet_of(objects, of, outlet))
    return device


def outlet_of(objects: Objects, name: str, number: int, place: int = 0) -> dict[str, Any]:
    device = [one for one in objects["devices"] if one["name"] == name][place]
    return next(
        one
        for one in objects["power-outlets"]
        if one["device"] is device and one["name"] == f"Power Outlet {number}"
    )


def cord(objects: Objects, device: dict[str, Any], name: str, kind: str, end: Any) -> Any:
    made = _port(0, device["id"], name, kind, {"id": end["id"], "name": end["name"]})
    made.update(device=device, cable={"id": len(objects["power-ports"]) + 1})
    del made["id"]
    return add(objects, "power-ports", **made)


def imported(
    tmp_path: Path, objects: Objects, capsys: pytest.CaptureFixture[str], *more: str, **read: int
) -> tuple[int, str, Path]:
    """Exit code, stderr and the drawing's path."""
    folder = tmp_path / "answers"
    if not folder.exists():
        saved(folder, objects)
    target = tmp_path / "hall.toml"
    target.unlink(missing_ok=True)
    source = readings(tmp_path / "readings.json", **(read or {"left": 4, "right": 4}))
    words = ("plan", "import", "--answers", folder, "--readings", source, "-o", target, *more)
    code, _, err = run(capsys, *words)
    return code, err, target


def test_a_strip_behind_a_pdu_is_drawn_without_readings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    strip = pdu(objects, "strip")
    cord(objects, strip, "In", "dcim.poweroutlet", outlet_of(objects, "left", 4))
    machine(objects, "lamp", ("strip", 2))
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "without readings, because the fleet list does not have it: strip" in err
    found = drawn(target)
    assert list(map(str, found.pdus["strip"].inputs)) == ["left/4"]
    assert found.pdus["strip"].unread and found.read_pdus == ["left", "right"]
    assert list(map(str, found.machines["lamp"].cords)) == ["strip/Power Outlet 2"]
    # nothing is read of it, so nothing is promised of what hangs on it; its death is certain
    source = ("--readings", tmp_path / "readings.json", "--json")
    assert run(capsys, "plan", "check", target, *source)[0] in (0, 1)
    words = {}
    for feed in ("PP-A", "PP-B"):
        out = run(capsys, "rehearse", target, *source, "--fail", f"feed:{feed}")[1]
        (one,) = json.loads(out)["rehearsals"]
        words[feed] = {it["machine"]: it["verdict"] for it in one["machines"]}
    assert (words["PP-A"]["lamp"], words["PP-B"]["lamp"]) == ("dark", "cannot say")


def test_machines_on_a_y_cable_are_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    machine(objects, "lamp", ("left", 4), ("right", 4))
    machine(objects, "fan", ("left", 4))
    machine(objects, "alone", ("right", 3))
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0, err
    assert "outlet '4' of 'left' has several cords, and a drawing has one: lamp, fan" in err
    machines = drawn(target).machines
    assert "alone" in machines and not {"lamp", "fan"} & machines.keys()


def test_a_ups_with_outlets_feeds_pdus_and_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    pdu(objects, "ups", "PP-A")
    below = pdu(objects, "below")
    cord(objects, below, "In", "dcim.poweroutlet", outlet_of(objects, "ups", 1))
    machine(objects, "db", ("below", 1), ("right", 2))
    code, err, target = imported(tmp_path, objects, capsys, left=4, right=4, below=4)
    assert code == 0 and "does not have it: ups" in err
    found = drawn(target)
    assert list(map(str, found.pdus["below"].inputs)) == ["ups/Power Outlet 1"]
    assert found.pdus["ups"].inputs == (HallNode("feed", "PP-A"),)
    assert found.pdus["ups"].unread and not found.pdus["below"].unread


def test_another_sites_pdu_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    pdu(objects, "elsewhere", site=SITES["south"])
    machine(objects, "far", ("elsewhere", 1), site=SITES["south"])
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "and nothing hangs on it and on a PDU of the list: elsewhere" in err
    assert list(drawn(target).machines) == ["srv"] and list(drawn(target).pdus) == ["left", "right"]


def test_an_import_without_one_pdu_of_the_list_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err, target = imported(tmp_path, hall(), capsys, other=4)
    assert code == 2 and not target.exists()
    assert "no machine of the import hangs on a PDU of the fleet list" in err
    assert "(in the import: left, right)" in err


def test_equal_names_of_two_sites_stay_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    add(objects, "power-panels", name="PP-A", site=SITES["south"])
    south = pdu(objects, "left", site=SITES["south"])
    feed = add(
        objects, "power-feeds", name="F", power_panel=objects["power-panels"][-1], amperage=16
    )
    cord(objects, south, "In", "dcim.powerfeed", feed)
    other = machine(objects, "srv", site=SITES["south"])
    cord(objects, other, "PSU1", "dcim.poweroutlet", outlet_of(objects, "left", 1, place=1))
    code, err, target = imported(tmp_path, objects, capsys, **{"North/left": 4, "right": 4})
    assert code == 0 and "is drawn as: North/left, South/left, North/srv, South/srv" in err
    found = drawn(target)
    assert list(map(str, found.machines["North/srv"].cords)) == ["North/left/1", "right/1"]
    assert list(found.feeds) == ["North/PP-A", "PP-B"]
    code, err, target = imported(
        tmp_path, objects, capsys, **{"North/left": 4, "South/left": 4, "right": 4}
    )
    found = drawn(target)
    assert list(map(str, found.machines["South/srv"].cords)) == ["South/left/1"]
    assert found.pdus["South/left"].inputs == (HallNode("feed", "South/PP-A"),)


def test_a_chassis_on_a_feed_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    objects = hall()
    chassis = add(objects, "devices", name="chassis")
    feed = add(
        objects,
        "power-feeds",
        name="hard-wired",
        power_panel=named(objects, "power-panels", "PP-A"),
        amperage=63,
        phase={"value": "three-phase"},
        voltage=400,
    )
    cord(objects, chassis, "PSU1", "dcim.powerfeed", feed)
    cord(objects, chassis, "PSU2", "dcim.poweroutlet", outlet_of(objects, "right", 3))
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "because a machine is wired to this feed: hard-wired" in err
    found = drawn(target)
    assert list(map(str, found.machines["chassis"].cords)) == ["hard-wired/1", "right/3"]
    assert found.pdus["hard-wired"].lines[0].rating_a == 63 and found.pdus["hard-wired"].unread


def test_outlets_that_netbox_calls_faulty_or_disabled_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    for outlet, status in zip(objects["power-outlets"], ("faulty", "disabled", "enabled")):
        outlet["status"] = {"value": status, "label": status.title()}
    code, err, _ = imported(tmp_path, objects, capsys)
    assert code == 0
    assert err.count("that the import calls faulty") == err.count("calls disabled") == 1


def test_planned_cables_are_not_drawn_and_those_being_removed_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    machine(objects, "next", ("left", 2), ("right", 2))
    for port in objects["power-ports"][-2:]:
        port["connected_endpoints_reachable"] = False
    left, right = (port["cable"]["id"] for port in objects["power-ports"][-2:])
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "planned or is being removed" in err
    assert "next PSU1, next PSU2" in err and list(drawn(target).machines) == ["srv"]
    status = [{"id": left, "status": {"value": "planned"}}]
    status.append({"id": right, "status": {"value": "decommissioning"}})
    (tmp_path / "answers" / "cables.json").write_text(json.dumps(status))
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "left out, because its cable is planned: next PSU1\n" in err
    assert list(map(str, drawn(target).machines["next"].cords)) == ["right/2"]


@pytest.mark.parametrize(
    "volts, legs, placed",
    [
        (400, "ABCA", True),
        (230, "ABCA", True),
        (208, "ABCA", False),  # outlets between two conductors
        (400, "AAAA", False),  # as many types of the library have it
        (400, "ABC ", False),
    ],
)
def test_a_three_phase_feed_is_three_lines(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    volts: int,
    legs: str,
    placed: bool,
) -> None:
    objects = hall()
    named(objects, "power-feeds", "to left").update(phase={"value": "three-phase"}, voltage=volts)
    for number, leg in enumerate(legs, 1):
        leg_of = {"value": leg, "label": leg} if leg.strip() else None
        outlet_of(objects, "left", number)["feed_leg"] = leg_of
    code, _, target = imported(tmp_path, objects, capsys)
    assert code == 0
    lines = drawn(target).pdus["left"].lines
    assert [(one.name, one.rating_a, one.limit_a) for one in lines] == [
        ("L1", 32, 24),
        ("L2", 32, 24),
        ("L3", 32, 24),
    ]
    on_lines = [("1", "4"), ("2",), ("3",)] if placed else (None, None, None)
    assert [line.outlets for line in lines] == list(on_lines)


def test_a_pdu_whose_inlets_feed_their_own_outlets_is_no_transfer_switch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    left = named(objects, "devices", "left")
    first = next(one for one in objects["power-ports"] if one["device"] is left)
    feed = add(
        objects,
        "power-feeds",
        name="second",
        power_panel=named(objects, "power-panels", "PP-B"),
        amperage=16,
    )
    second = cord(objects, left, "Power Port 2", "dcim.powerfeed", feed)
    for number in range(1, 5):
        outlet_of(objects, "left", number)["power_port"] = first if number < 3 else second
    code, err, target = imported(tmp_path, objects, capsys)
    assert code == 0 and "because each feeds its own outlets: left" in err
    found = drawn(target).pdus
    assert found["left Power Port 1"].inputs == (HallNode("feed", "PP-A"),)
    assert found["left Power Port 1"].unread and "left" not in found
    # all outlets on all inlets: a transfer switch
    for number in range(1, 5):
        outlet_of(objects, "left", number)["power_port"] = first
    saved(tmp_path / "again", objects)
    (tmp_path / "answers").rename(tmp_path / "before")
    (tmp_path / "again").rename(tmp_path / "answers")
    code, err, target = imported(tmp_path, objects, capsys)
    assert [one.name for one in drawn(target).pdus["left"].inputs] == ["PP-A", "PP-B"]  # type: ignore[union-attr]


def test_filters_choose_machines_and_what_they_hang_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects = hall()
    row = {"id": 7, "name": "Row 1", "slug": "row-1", "parent": {"id": 6, "name": "Hall"}}
    north, south = SITES["north"], SITES["south"]
    role, tag = {"id": 1, "name": "Server"}, {"id": 2, "name": "Prod", "slug": "prod"}
    rack = {"id": 4, "name": "r1"}
    machine(
        objects,
        "web",
        ("left", 2),
        ("right", 2),
        site=north,
        location=row,
        role=role,
        tags=[tag],
        rack=rack,
    )
    pdu(objects, "far", site=south)
    machine(objects, "south", ("far", 1), ("left", 3), site=south, role=role)
    expected = {
        ("--site", "north"): {"srv", "web"},
        ("--site", "North", "--site", "South"): {"srv", "web", "south"},
        ("--location", "row-1"): {"web"},
        ("--rack", "R1"): {"web"},
        ("--tag", "prod"): {"web"},
        ("--role", "server"): {"web", "south"},
        ("--role", "server", "--site", "south"): {"south"},
    }
    for words, names in expected.items():
        code, err, target = imported(tmp_path, objects, capsys, *words)
        assert code == 0, err
        assert set(drawn(target).machines) == names
        # the PDUs of a chosen machine are drawn wherever they stand
        assert ("far" in drawn(target).pdus) == ("south" in names)
    code, err, target = imported(tmp_path, objects, capsys, "--role", "switch")
    assert code == 2 and "--role 'switch': no device has it; there are: Server" in err


def test_a_location_of_nautobot_counts_for_what_lies_in_it() -> None:
    from pdu.hall.importing.choosing import Filters, Places, choose

    locations: list[dict[str, Any]] = [
        {"id": "s", "name": "Riga", "parent": None},
        {"id": "r", "name": "Room", "parent": {"id": "s"}},
    ]
    devices: dict[object, Any] = {
        "in": {"id": "in", "location": {"id": "r"}},
        "out": {"id": "out", "location": {"id": "x", "name": "Oslo"}},
    }
    assert choose(devices, Filters(site=["riga"]), Places(locations)) == {"in"}
    assert choose(devices, Filters(location=["room"]), Places(locations)) == {"in"}


def test_one_command_draws_and_rehearses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], api: Any
) -> None:
    api.objects.clear()
    api.objects.update(hall(), cables=[], locations=[])
    machine(api.objects, "strip only", ("right", 4))
    source = readings(tmp_path / "readings.json", left=4, right=4)
    token = tmp_path / "token"
    token.write_text(api.token + "\n")
    token.chmod(0o600)
    words = ["rehearse", "--url", api.url, "--token-file", token, "--ca-pem", api.pem]
    words += ["--readings", source, "--json"]
    code, out, err = run(capsys, *words, "--fail", "feed:PP-A")
    assert not err and code == 0
    (one,) = json.loads(out)["rehearsals"]
    assert [(it["machine"], it["verdict"]) for it in one["machines"]] == [("srv", "stays")]
    code, out, err = run(capsys, *words, "--fail", "feed:PP-B")
    (one,) = json.loads(out)["rehearsals"]
    assert code == 1 and {it["machine"]: it["verdict"] for it in one["machines"]} == {
        "srv": "stays",
        "strip only": "dark",
    }
    # a PDU that did not answer is drawn without readings
    document = json.loads(source.read_text())
    document["pdus"][1] = {"name": "right", "outlets": [], "error": {"reason": "no answer"}}
    source.write_text(json.dumps(document))
    code, out, err = run(capsys, *words, "--fail", "feed:PP-A")
    assert code == 2 and "could not be read now: right" in err
    (one,) = json.loads(out)["rehearsals"]
    assert {it["verdict"] for it in one["machines"]} == {"cannot say"}
    # nothing is left beside it
    assert run(capsys, "rehearse", "--fail", "feed:A")[0] == 2
    assert run(capsys, *words, "hall.toml", "--fail", "feed:A")[0] == 2
