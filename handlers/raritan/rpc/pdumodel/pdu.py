"""The PDU. Source: Pdu.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, declared

if TYPE_CHECKING:
    from .. import hmi, peripheral, portsmodel, sensors
    from .controllers import Controller
    from .inlet import Inlet
    from .outlet import Outlet
    from .power_shelf import PowerShelfManager
    from .protectors import OverCurrentProtector
    from .structures import CircuitBreakerStatistic, CtrlStatistic, Nameplate, OutletStatistic
    from .transfer_switch import TransferSwitch


class Pdu(Interface, version="6.5.7"):
    """The PDU, at `/model/pdu/<p>`. 0 (or 1) is the unit itself, numbers from 2 on are link units."""

    ERR_INVALID_PARAM = 1

    class InletWiring(Enumeration):
        IW_AUTO_DETECT, IW_SINGLE_PHASE, IW_WYE, IW_DELTA = range(4)

    class PduOrientation(Enumeration):
        PO_NONE, PO_BOTTOMFEED, PO_TOPFEED = range(3)

    class StartupState(Enumeration):
        SS_ON, SS_OFF, SS_LASTKNOWN = range(3)

    class MetaData(Structure):
        nameplate: Nameplate = ZERO
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
        pduOrientation: Pdu.PduOrientation = ZERO
        supportedInletWirings: List[Pdu.InletWiring] = ZERO

    class OutletSequenceState(Structure):
        sequenceRunning: bool = False
        nextOutletToSwitch: int = 0
        timeUntilNextSwitch: int = 0
        outletsRemaining: int = 0
        cancelableOutletsRemaining: int = 0

    class PortWithProperties(Structure):
        id: str = ""
        port: Optional[portsmodel.Port] = None
        properties: portsmodel.Port.Properties = ZERO

    class Sensors(Structure):
        powerSupplyStatus: List[sensors.StateSensor] = ZERO
        activePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None

    class Settings(Structure):
        name: str = ""
        startupState: Pdu.StartupState = ZERO
        cycleDelay: int = 0
        inRushGuardDelay: int = 0
        outletPowerStateSequence: List[int] = ZERO
        powerOnDelay: int = 0
        latchingRelays: bool = False
        energyPulseEnabled: bool = False
        energyPulsesPerKWh: int = 0
        demandUpdateInterval: int = 0
        demandAveragingIntervals: int = 0
        suspendTripCauseOutlets: bool = False
        inhibitRelayControl: bool = False
        inletWiring: Pdu.InletWiring = ZERO

    class Statistic(Structure):
        cbStats: List[CircuitBreakerStatistic] = ZERO
        ctrlStats: List[CtrlStatistic] = ZERO
        outletStats: List[OutletStatistic] = ZERO
        peripheralStats: peripheral.DeviceManager.Statistics = ZERO

    class LoadSheddingModeChangedEvent(event.UserEvent):
        enabled: bool = False

    class OutletSequenceStateChangedEvent(idl.Event):
        newState: Pdu.OutletSequenceState = ZERO

    class PortAppearedEvent(idl.Event):
        port: Pdu.PortWithProperties = ZERO

    class PortDisappearedEvent(idl.Event):
        portId: str = ""

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Pdu.Settings = ZERO
        newSettings: Pdu.Settings = ZERO

    def getNameplate(self) -> Nameplate: declared()
    def getMetaData(self) -> Pdu.MetaData: declared()
    def getSensors(self) -> Pdu.Sensors: declared()
    def getSensorLogger(self) -> Optional[sensors.Logger]: declared()
    def getAlertedSensorManager(self) -> Optional[sensors.AlertedSensorManager]: declared()
    def getControllers(self) -> List[Controller]: declared()
    def getOutlets(self) -> List[Outlet]: declared()
    def getOverCurrentProtectors(self) -> List[OverCurrentProtector]: declared()
    def getInlets(self) -> List[Inlet]: declared()
    def getTransferSwitches(self) -> List[TransferSwitch]: declared()
    def getPeripheralDeviceManager(self) -> Optional[peripheral.DeviceManager]: declared()
    def getBeeper(self) -> Optional[hmi.InternalBeeper]: declared()
    def getSettings(self) -> Pdu.Settings: declared()
    def isLoadSheddingActive(self) -> bool: declared()
    def setSettings(self, settings: Pdu.Settings) -> int: declared()
    def setLoadSheddingActive(self, active: bool) -> None: declared()
    def getFeaturePorts(self) -> List[portsmodel.Port]: declared()
    def getSensorPorts(self) -> List[portsmodel.Port]: declared()
    def getRemoteHubPorts(self) -> List[portsmodel.Port]: declared()
    def getPorts(self, portType: peripheral.PortType,
                 devType: portsmodel.Port.DeviceTypeId) -> List[Pdu.PortWithProperties]: declared()
    def getPowerShelfManager(self) -> Optional[PowerShelfManager]: declared()
    def enterRS485ConfigModeAndAssignCtrlBoardAddress(self, addr: int) -> int: declared()
    def enterRS485ConfigModeAndAssignSCBoardAddress(self, deviceId: int, addr: int) -> int: declared()
    def leaveRS485ConfigMode(self) -> int: declared()
    def setAllOutletPowerStates(self, pstate: Outlet.PowerState) -> int: declared()
    def setMultipleOutletPowerStates(self, outletNumbers: List[int], state: Outlet.PowerState,
                                     respectSequence: bool) -> int: declared()
    def cycleAllOutletPowerStates(self) -> int: declared()
    def cycleMultipleOutletPowerStates(self, outletNumbers: List[int], respectSequence: bool) -> int: declared()
    def getStatistic(self) -> Pdu.Statistic: declared()
    def getOutletSequenceState(self) -> Pdu.OutletSequenceState: declared()
    def cancelOutletSequence(self) -> None: declared()

    powerCycleAllOutletPowerStates = cycleAllOutletPowerStates         # the name in the vendor's documentation
