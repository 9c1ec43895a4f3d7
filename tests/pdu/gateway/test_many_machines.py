"""Clients that switch all their machines at once, as MAAS and Ironic do, and what limits them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.pdu.monitoring.halls import HASTY, private

from .running import CLIENTS, DRAWING, Site, gateway, site

MACHINES = [f"m{number}" for number in range(96)]


@pytest.fixture
def rack(tmp_path: Path) -> Iterator[Site]:
    """96 machines, each with one outlet."""
    with site(tmp_path, outlets=48) as made:
        text = DRAWING.partition("[[machine]]")[0]
        for number, name in enumerate(MACHINES):
            cord = f"{('left', 'right')[number % 2]}/{number // 2 + 1}"
            text += f'[[machine]]\nname = "{name}"\ncords = ["{cord}"]\n'
        (tmp_path / "hall.power.toml").write_text(text)
        private(tmp_path / "clients.toml", CLIENTS.partition("[client.reader]")[0])
        yield made


@pytest.mark.trial
def test_all_machines_of_maas_are_switched_at_once(rack: Site) -> None:
    """With the usual limits: of 96 commands, 66 were refused."""
    with gateway(rack.folder, program=HASTY) as running:

        def off(name: str) -> int:
            return running.ask("POST", f"/maas/{name}/off").status

        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(off, MACHINES)) == [200] * 96
    assert len(rack.writes()) == 96


def test_an_owner_limits_a_client_and_a_known_key_is_not_counted(rack: Site) -> None:
    limited = CLIENTS.partition("[client.reader]")[0] + "commands_per_minute = 2\n"
    private(rack.folder / "clients.toml", limited)
    with gateway(rack.folder, program=HASTY) as running:
        for _ in range(10):
            assert running.switch("m0", "off", "one").status == 200
        assert running.switch("m0", "on", "two").status == 200
        # the third command within a minute; a key that is known is answered all the same
        refused = running.switch("m1", "off", "three")
        assert refused.status == 429 and "nothing was sent" in refused.text
        assert int(refused.headers["retry-after"]) >= 1
        assert running.switch("m0", "off", "one").json["repeated"]
    assert rack.writes() == ["left/1=off", "left/1=on"]
