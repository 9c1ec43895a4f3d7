"""The PDU data model: PDU, inlets, protectors, outlets, transfer switches, groups."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .controllers import *
    from .files import *
    from .inlet import *
    from .outlet import *
    from .outlet_groups import *
    from .pdu import *
    from .power_meter import *
    from .power_shelf import *
    from .protectors import *
    from .state_sensors import *
    from .structures import *
    from .transfer_switch import *

__getattr__, __all__ = lazily(__name__, {
    "controllers": "Ade Bcm Cascade Controller MemoryMapController Unit",
    "files": "download_eto download_panel_csv download_powermeter_csv upload_pmc_config",
    "inlet": "Inlet Inlets",
    "outlet": "Outlet Outlets",
    "outlet_groups": "OutletGroup OutletGroupManager",
    "pdu": "Pdu",
    "power_meter": "Circuit Panel PowerMeter PowerMeterController",
    "power_shelf": "PowerBus PowerShelfManager ShelfPowerSupply",
    "protectors": "OverCurrentProtector OverCurrentProtectorTripSensor OverCurrentProtectors",
    "state_sensors": "PowerQualitySensor ResidualCurrentStateSensor TransferSwitchBypassStateSensor "
        "TypeBResidualCurrentNumericSensor VoltageMonitoringSensor",
    "structures": "CircuitBreakerStatistic CtrlStatistic DoublePole EDevice MeteredLinePair Nameplate OutletStatistic Pole "
        "PowerLine Rating ThrowPole Waveform",
    "transfer_switch": "TransferSwitch",
})
