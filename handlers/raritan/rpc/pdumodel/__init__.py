"""The PDU data model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .controllers import *
    from .files import *
    from .outlet_groups import *
    from .pdu import *
    from .power_meter import *
    from .power_shelf import *
    from .supply import *

__getattr__, __all__ = lazily(
    __name__,
    {
        "controllers": "Ade Bcm Cascade Controller MemoryMapController Unit",
        "files": "download_eto download_panel_csv download_powermeter_csv upload_pmc_config",
        "outlet_groups": "OutletGroup OutletGroupManager",
        "pdu": (
            "CircuitBreakerStatistic CtrlStatistic DoublePole EDevice MeteredLinePair Nameplate"
            " Outlet OutletStatistic Outlets Pdu Pole PowerLine Rating ThrowPole Waveform"
        ),
        "power_meter": "Circuit Panel PowerMeter PowerMeterController",
        "power_shelf": "PowerBus PowerShelfManager ShelfPowerSupply",
        "supply": (
            "Inlet Inlets OverCurrentProtector OverCurrentProtectorTripSensor OverCurrentProtectors"
            " PowerQualitySensor ResidualCurrentStateSensor TransferSwitch"
            " TransferSwitchBypassStateSensor TypeBResidualCurrentNumericSensor"
            " VoltageMonitoringSensor"
        ),
    },
)
