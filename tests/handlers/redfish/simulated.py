"""Redfish handlers that connect to the simulated service over TLS."""

from __future__ import annotations

from typing import Any

from handlers.redfish.handler import RedfishPdu, make_handler
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus
from tests.servers.peers import https_settings
from tests.simulators.redfish import RedfishService

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


def handler(unit: RedfishService, **settings: Any) -> RedfishPdu:
    usual_settings = {**https_settings(unit), "timeout": "30"}
    return make_handler(PduData(unit.host, {**usual_settings, **settings}))
