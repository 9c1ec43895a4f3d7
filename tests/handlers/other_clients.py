"""Runs other projects' clients of PDUs, which are not in .venv, against simulated units; and our
handler for the same unit.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.needs import clients
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer
from tests.waiting import PATIENCE_S, run_program


def run_client(script: str, unit: HttpServer, ca: str = "") -> Any:
    """The JSON that the script prints. It has the unit's place as `place` (HOST:PORT) and the
    password as `password`; `ca` is the file with the authority that the client trusts.
    """
    result = run_program(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            f"import sys\nsys.path.append({clients()!r})\nimport json\n"
            f"place, password = sys.argv[1], sys.stdin.read()\n{script}",
            f"{unit.host}:{unit.port}",
        ],
        input=PASSWORD,
        env={"REQUESTS_CA_BUNDLE": ca} if ca else {},
        timeout=2 * PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def unit_data(unit: HttpServer, **settings: str) -> PduData:
    """DCImanager's form for the unit, with user and password unless the settings have a login."""
    has_login = settings.keys() & {"username", "password", "token"}
    login = {} if has_login else {"username": USER, "password": PASSWORD}
    return PduData(unit.host, {"scheme": "http", "port": str(unit.port), **login, **settings})


def switch(pdu: Any, identity: str, on: bool, **waits: float) -> EnumPowerStatus:
    """The state that the handler says after a command."""
    port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
    (pdu.port_up if on else pdu.port_down)(port, **waits)
    state: EnumPowerStatus = port.power_status
    return state
