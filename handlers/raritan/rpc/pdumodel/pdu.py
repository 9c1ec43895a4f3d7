"""The interface pdumodel.Pdu."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import event, hmi, peripheral, portsmodel, sensors
from ..idl import declared, Enumeration, Event, Interface, method, Structure, value_object
from .controller import Controller
from .inlet import Inlet
from .outlet import Outlet
from .over_current_protector import OverCurrentProtector
from .power_shelf_manager import PowerShelfManager
from .structures import CircuitBreakerStatistic, CtrlStatistic, Nameplate, OutletStatistic
from .transfer_switch import TransferSwitch


class Pdu(Interface):
    """The PDU, at `/model/pdu/<p>`: 0 (or 1) the unit itself, from 2 on link units."""

    idlType = "pdumodel.Pdu:6.5.7"

    ERR_INVALID_PARAM = 1

    class InletWiring(Enumeration):
        IW_AUTO_DETECT = 0
        IW_SINGLE_PHASE = 1
        IW_WYE = 2
        IW_DELTA = 3

    class PduOrientation(Enumeration):
        PO_NONE = 0
        PO_BOTTOMFEED = 1
        PO_TOPFEED = 2

    class StartupState(Enumeration):
        SS_ON = 0
        SS_OFF = 1
        SS_LASTKNOWN = 2

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        nameplate: Nameplate = field(default_factory=lambda: Nameplate())
        ctrlBoardSerial: str = ""
        hwRevision: str = ""
        fwRevision: str = ""
        macAddress: str = ""
        hasSwitchableOutlets: bool = False
        hasMeteredOutlets: bool = False
        hasLatchingOutletRelays: bool = False
        isInlineMeter: bool = False
        isEnergyPulseSupported: bool = False
        hasDCInlets: bool = False
        pduOrientation: Pdu.PduOrientation = field(default_factory=lambda: Pdu.PduOrientation(0))
        supportedInletWirings: List[Pdu.InletWiring] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class OutletSequenceState(Structure):
        sequenceRunning: bool = False
        nextOutletToSwitch: int = 0
        timeUntilNextSwitch: int = 0
        outletsRemaining: int = 0
        cancelableOutletsRemaining: int = 0

    @dataclass(eq=False, repr=False)
    class PortWithProperties(Structure):
        id: str = ""
        port: Optional[portsmodel.Port] = None
        properties: portsmodel.Port.Properties = field(default_factory=lambda: portsmodel.Port.Properties())

    @dataclass(eq=False, repr=False)
    class Sensors(Structure):
        powerSupplyStatus: List[sensors.StateSensor] = field(default_factory=list)
        activePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        name: str = ""
        startupState: Pdu.StartupState = field(default_factory=lambda: Pdu.StartupState(0))
        cycleDelay: int = 0
        inRushGuardDelay: int = 0
        outletPowerStateSequence: List[int] = field(default_factory=list)
        powerOnDelay: int = 0
        latchingRelays: bool = False
        energyPulseEnabled: bool = False
        energyPulsesPerKWh: int = 0
        demandUpdateInterval: int = 0
        demandAveragingIntervals: int = 0
        suspendTripCauseOutlets: bool = False
        inhibitRelayControl: bool = False
        inletWiring: Pdu.InletWiring = field(default_factory=lambda: Pdu.InletWiring(0))

    @dataclass(eq=False, repr=False)
    class Statistic(Structure):
        cbStats: List[CircuitBreakerStatistic] = field(default_factory=list)
        ctrlStats: List[CtrlStatistic] = field(default_factory=list)
        outletStats: List[OutletStatistic] = field(default_factory=list)
        peripheralStats: peripheral.DeviceManager.Statistics = field(
            default_factory=lambda: peripheral.DeviceManager.Statistics())

    @value_object
    class LoadSheddingModeChangedEvent(event.UserEvent):
        idlType = "pdumodel.Pdu_6_5_7.LoadSheddingModeChangedEvent:1.0.0"
        enabled: bool = False

    @value_object
    class OutletSequenceStateChangedEvent(Event):
        idlType = "pdumodel.Pdu_6_5_7.OutletSequenceStateChangedEvent:1.0.0"
        newState: Pdu.OutletSequenceState = field(default_factory=lambda: Pdu.OutletSequenceState())

    @value_object
    class PortAppearedEvent(Event):
        idlType = "pdumodel.Pdu_6_5_7.PortAppearedEvent:1.0.0"
        port: Pdu.PortWithProperties = field(default_factory=lambda: Pdu.PortWithProperties())

    @value_object
    class PortDisappearedEvent(Event):
        idlType = "pdumodel.Pdu_6_5_7.PortDisappearedEvent:1.0.0"
        portId: str = ""

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "pdumodel.Pdu_6_5_7.SettingsChangedEvent:1.0.0"
        oldSettings: Pdu.Settings = field(default_factory=lambda: Pdu.Settings())
        newSettings: Pdu.Settings = field(default_factory=lambda: Pdu.Settings())

    @method()
    def getNameplate(self) -> Nameplate: declared()

    @method()
    def getMetaData(self) -> Pdu.MetaData: declared()

    @method()
    def getSensors(self) -> Pdu.Sensors: declared()

    @method()
    def getSensorLogger(self) -> Optional[sensors.Logger]: declared()

    @method()
    def getAlertedSensorManager(self) -> Optional[sensors.AlertedSensorManager]: declared()

    @method()
    def getControllers(self) -> List[Controller]: declared()

    @method()
    def getOutlets(self) -> List[Outlet]: declared()

    @method()
    def getOverCurrentProtectors(self) -> List[OverCurrentProtector]: declared()

    @method()
    def getInlets(self) -> List[Inlet]: declared()

    @method()
    def getTransferSwitches(self) -> List[TransferSwitch]: declared()

    @method()
    def getPeripheralDeviceManager(self) -> Optional[peripheral.DeviceManager]: declared()

    @method()
    def getBeeper(self) -> Optional[hmi.InternalBeeper]: declared()

    @method()
    def getSettings(self) -> Pdu.Settings: declared()

    @method()
    def isLoadSheddingActive(self) -> bool: declared()

    @method()
    def setSettings(self, settings: Pdu.Settings) -> int: declared()

    @method()
    def setLoadSheddingActive(self, active: bool) -> None: declared()

    @method()
    def getFeaturePorts(self) -> List[portsmodel.Port]: declared()

    @method()
    def getSensorPorts(self) -> List[portsmodel.Port]: declared()

    @method()
    def getRemoteHubPorts(self) -> List[portsmodel.Port]: declared()

    @method()
    def getPorts(self, portType: peripheral.PortType,
                 devType: portsmodel.Port.DeviceTypeId) -> List[Pdu.PortWithProperties]: declared()

    @method()
    def getPowerShelfManager(self) -> Optional[PowerShelfManager]: declared()

    @method()
    def enterRS485ConfigModeAndAssignCtrlBoardAddress(self, addr: int) -> int: declared()

    @method()
    def enterRS485ConfigModeAndAssignSCBoardAddress(self, deviceId: int, addr: int) -> int: declared()

    @method()
    def leaveRS485ConfigMode(self) -> int: declared()

    @method()
    def setAllOutletPowerStates(self, pstate: Outlet.PowerState) -> int: declared()

    @method()
    def setMultipleOutletPowerStates(self, outletNumbers: List[int], state: Outlet.PowerState,
                                     respectSequence: bool) -> int: declared()

    @method()
    def cycleAllOutletPowerStates(self) -> int: declared()

    @method()
    def cycleMultipleOutletPowerStates(self, outletNumbers: List[int], respectSequence: bool) -> int: declared()

    @method()
    def getStatistic(self) -> Pdu.Statistic: declared()

    @method()
    def getOutletSequenceState(self) -> Pdu.OutletSequenceState: declared()

    @method()
    def cancelOutletSequence(self) -> None: declared()

    powerCycleAllOutletPowerStates = cycleAllOutletPowerStates         # the name in the vendor's prose
