"""The PDU data model: PDU, inlets, protectors, outlets, transfer switches, groups."""
from __future__ import annotations

from .ade import Ade
from .bcm import Bcm
from .cascade import Cascade
from .circuit import Circuit
from .controller import Controller
from .edevice import EDevice
from .inlet import Inlet
from .inlets import Inlets
from .memory_map_controller import MemoryMapController
from .outlet import Outlet
from .outlet_group import OutletGroup
from .outlet_group_manager import OutletGroupManager
from .outlets import Outlets
from .over_current_protector import OverCurrentProtector
from .over_current_protector_trip_sensor import OverCurrentProtectorTripSensor
from .over_current_protectors import OverCurrentProtectors
from .panel import Panel
from .pdu import Pdu
from .power_bus import PowerBus
from .power_meter import PowerMeter
from .power_meter_controller import PowerMeterController
from .power_quality_sensor import PowerQualitySensor
from .power_shelf_manager import PowerShelfManager
from .residual_current_state_sensor import ResidualCurrentStateSensor
from .shelf_power_supply import ShelfPowerSupply
from .structures import (
    CircuitBreakerStatistic, CtrlStatistic, DoublePole, MeteredLinePair, Nameplate, OutletStatistic, Pole, PowerLine,
    Rating, ThrowPole, Waveform,
)
from .transfer_switch import TransferSwitch
from .transfer_switch_bypass_state_sensor import TransferSwitchBypassStateSensor
from .type_b_residual_current_numeric_sensor import TypeBResidualCurrentNumericSensor
from .unit import Unit
from .voltage_monitoring_sensor import VoltageMonitoringSensor
from .files import download_eto, download_panel_csv, download_powermeter_csv, upload_pmc_config

__all__ = [
    "Ade", "Bcm", "Cascade", "Circuit", "CircuitBreakerStatistic", "Controller", "CtrlStatistic", "DoublePole",
    "EDevice", "Inlet", "Inlets", "MemoryMapController", "MeteredLinePair", "Nameplate", "Outlet", "OutletGroup",
    "OutletGroupManager", "OutletStatistic", "Outlets", "OverCurrentProtector", "OverCurrentProtectorTripSensor",
    "OverCurrentProtectors", "Panel", "Pdu", "Pole", "PowerBus", "PowerLine", "PowerMeter", "PowerMeterController",
    "PowerQualitySensor", "PowerShelfManager", "Rating", "ResidualCurrentStateSensor", "ShelfPowerSupply",
    "ThrowPole", "TransferSwitch", "TransferSwitchBypassStateSensor", "TypeBResidualCurrentNumericSensor", "Unit",
    "VoltageMonitoringSensor", "Waveform", "download_eto", "download_panel_csv", "download_powermeter_csv",
    "upload_pmc_config",
]
