"""The simulated hall on the page: started by a button, its feeds failed by others, and restarted
with the stand-in.
"""

from __future__ import annotations

from pathlib import Path

from tests.waiting import until

from .manager import DciManager
from .records import Pdu
from .visiting import Visitor
from .web import fleet
from .web.shown import where


def of(manager: DciManager) -> dict[str, Pdu]:
    return {pdu.name: pdu for pdu in manager.pdus()}


def test_the_hall_starts_fails_and_comes_back_with_the_stand_in(tmp_path: Path) -> None:
    with DciManager(data=tmp_path, page_port=0) as manager:
        visitor = Visitor(manager)
        visitor.log_in()
        assert visitor.post("/pdus/hall", {"order": "off"}).status == 400
        assert visitor.post("/pdus/hall", {"order": "fail feed:A"}).status == 303  # no hall yet
        assert "Hall of 4 racks" in visitor.get("/").body
        assert visitor.post("/pdus/hall", {"order": "start"}).status == 303
        page, pdus = visitor.get("/").body, of(manager)
        assert len(pdus) == 8 and "Hall of 4 racks" not in page
        hall = manager.simulations.hall
        assert f"cd {hall.folder}" in page and (hall.folder / "hall.power.toml").is_file()
        # a second one would have the same files
        assert visitor.post("/pdus/hall", {"order": "start"}).status == 500
        # over NUT, which says at once that its PDU is gone
        two = [pdus["r4-left"], pdus["r4-right"]]
        manager.poll(two)
        assert {len(one.ports) for one in two} == {8}
        assert manager.call(two[0], "port_down", "3", "UP").ok
        visitor.post("/pdus/hall", {"order": "fail feed:A"})
        assert until(lambda: not manager.call(two[0], "status").ok, every=0.2)
        assert manager.call(two[1], "status").ok
        # a dead PDU carries nothing
        both, living = (fleet.totals(one) for one in (two, two[1:]))
        assert both.load == living.load and both.loads == 1
        assert "of 1 PDU<" in visitor.get("/?q=r4").body
        # several PDUs behind one address are told apart by their ports
        asked = visitor.get("/?q=r4").body
        assert {where(one) for one in two} == {
            f"127.0.0.1:{one.settings['port']}" for one in two
        } and all(f"<bdi>{where(one)}</bdi>" in asked for one in two)
        # the page keeps what it last knew
        assert two[0].ports["3"] == "DOWN"
        for name, pdu in pdus.items():
            if not name.startswith("r4"):
                manager.remove_pdu(pdu)
        assert hall.runs
    with DciManager(data=tmp_path) as manager:
        manager.simulations.restore()
        pdus = of(manager)
        manager.poll()
        assert {name: pdu.ports["3"] for name, pdu in pdus.items()} == {
            "r4-left": "DOWN",
            "r4-right": "UP",
        }
        for pdu in pdus.values():
            manager.remove_pdu(pdu)
        assert not manager.simulations.hall.runs
