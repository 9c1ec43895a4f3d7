"""The PDU, its outlets, and the types that the parts of a PDU share.

Source: Pdu.idl, Outlet.idl, Outlets.idl, Pole.idl, OverCurrentProtector.idl, Controller.idl,
Nameplate.idl, Waveform.idl, EDevice.idl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .. import event, idl
from .._runtime import ZERO, Enumeration, Interface, Structure, Time, method

if TYPE_CHECKING:
    from .. import peripheral, sensors
    from .controllers import Controller
    from .power_shelf import PowerShelfManager
    from .supply import Inlet, OverCurrentProtector, ResidualCurrentStateSensor, TransferSwitch


class PowerLine(Enumeration):
    L1, L2, L3, NEUTRAL, EARTH, PLUS, MINUS = range(7)


class CircuitBreakerStatistic(Structure):
    tripCnt: int = 0


class CtrlStatistic(Structure):
    mainCSumErrCnt: int = 0
    subCSumErrCnt: int = 0
    timeoutCnt: int = 0
    resetCnt: int = 0
    emResetCnt: int = 0
    _aliases = {"mainCSumErrCnt": ("masterCSumErrCnt",), "subCSumErrCnt": ("slaveCSumErrCnt",)}


class DoublePole(Structure):
    label: str = ""
    line: PowerLine = ZERO
    inNodeId: int = 0
    outNodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    voltageLN: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None


class MeteredLinePair(Structure):
    leftLine: PowerLine = ZERO
    rightLine: PowerLine = ZERO
    leftNodeId: int = 0
    rightNodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    reactivePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    phaseAngle: Optional[sensors.NumericSensor] = None
    displacementPowerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None
    crestFactor: Optional[sensors.NumericSensor] = None
    voltageThd: Optional[sensors.NumericSensor] = None
    currentThd: Optional[sensors.NumericSensor] = None


class Nameplate(Structure):
    class Rating(Structure):
        voltage: str = ""
        current: str = ""
        frequency: str = ""
        power: str = ""

    manufacturer: str = ""
    brand: str = ""
    model: str = ""
    partNumber: str = ""
    serialNumber: str = ""
    rating: Nameplate.Rating = ZERO
    imageFileURL: str = ""


class OutletStatistic(Structure):
    relayCycleCnt: int = 0
    relayFailCnt: int = 0


class Pole(Structure):
    label: str = ""
    line: PowerLine = ZERO
    nodeId: int = 0
    voltage: Optional[sensors.NumericSensor] = None
    voltageLN: Optional[sensors.NumericSensor] = None
    current: Optional[sensors.NumericSensor] = None
    peakCurrent: Optional[sensors.NumericSensor] = None
    activePower: Optional[sensors.NumericSensor] = None
    reactivePower: Optional[sensors.NumericSensor] = None
    apparentPower: Optional[sensors.NumericSensor] = None
    powerFactor: Optional[sensors.NumericSensor] = None
    phaseAngle: Optional[sensors.NumericSensor] = None
    displacementPowerFactor: Optional[sensors.NumericSensor] = None
    activeEnergy: Optional[sensors.NumericSensor] = None
    apparentEnergy: Optional[sensors.NumericSensor] = None
    residualCurrent: Optional[sensors.NumericSensor] = None
    residualACCurrent: Optional[sensors.NumericSensor] = None
    residualDCCurrent: Optional[sensors.NumericSensor] = None
    crestFactor: Optional[sensors.NumericSensor] = None
    voltageThd: Optional[sensors.NumericSensor] = None
    currentThd: Optional[sensors.NumericSensor] = None
    residualCurrentStatus: Optional[ResidualCurrentStateSensor] = None


class Rating(Structure):
    current: int = 0
    decimalCurrent: float = 0.0
    minVoltage: int = 0
    maxVoltage: int = 0


class ThrowPole(Structure):
    label: str = ""
    line: PowerLine = ZERO
    inNodeIds: list[int] = ZERO
    outNodeId: int = 0


class Waveform(Structure):
    voltage: list[float] = ZERO
    current: list[float] = ZERO
    sampleRate: int = 0


class EDevice(Interface, version="1.0.1"):
    """A part that power flows through.

    `getParents` returns the parts that feed it, `getChildren` those that it feeds.
    """

    def getParents(self) -> list[EDevice]: ...
    def getChildren(self) -> list[EDevice]: ...
    def getWaveform(self) -> Waveform: ...
    def getPoleWaveform(self, line: PowerLine) -> Waveform: ...


class Outlet(EDevice, version="3.0.4"):
    """An outlet, at `/model/pdu/<p>/outlet/<i>`.

    `<i>` counts from 0; the label is the number printed on the unit.
    """

    ERR_OUTLET_NOT_SWITCHABLE, ERR_LOAD_SHEDDING_ACTIVE, ERR_OUTLET_DISABLED, ERR_OUTLET_NOT_OFF = (
        range(1, 5)
    )
    ERR_INVALID_PARAM = 1
    ERR_RELAY_CONTROL_DISABLED = 5
    ERR_OPERATION_UNSUPPORTED = 1

    class PowerState(Enumeration):
        PS_OFF, PS_ON = range(2)

    class StartupState(Enumeration):
        SS_ON, SS_OFF, SS_LASTKNOWN, SS_PDUDEF = range(4)

    class LedState(Structure):
        red: bool = False
        green: bool = False
        blinking: bool = False

    class MetaData(Structure):
        label: str = ""
        receptacleType: str = ""
        namePlate: Nameplate = ZERO
        rating: Rating = ZERO
        isSwitchable: bool = False
        isLatching: bool = False
        maxRelayCycleCnt: int = 0
        hasWaveformSupport: bool = False
        hasServiceModeSupport: bool = False

    class Sensors(Structure):
        voltage: Optional[sensors.NumericSensor] = None
        current: Optional[sensors.NumericSensor] = None
        peakCurrent: Optional[sensors.NumericSensor] = None
        maximumCurrent: Optional[sensors.NumericSensor] = None
        unbalancedCurrent: Optional[sensors.NumericSensor] = None
        unbalancedVoltage: Optional[sensors.NumericSensor] = None
        activePower: Optional[sensors.NumericSensor] = None
        reactivePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        powerFactor: Optional[sensors.NumericSensor] = None
        displacementPowerFactor: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None
        phaseAngle: Optional[sensors.NumericSensor] = None
        lineFrequency: Optional[sensors.NumericSensor] = None
        crestFactor: Optional[sensors.NumericSensor] = None
        voltageThd: Optional[sensors.NumericSensor] = None
        currentThd: Optional[sensors.NumericSensor] = None
        inrushCurrent: Optional[sensors.NumericSensor] = None
        outletState: Optional[sensors.StateSensor] = None

    class Settings(Structure):
        name: str = ""
        startupState: Outlet.StartupState = ZERO
        usePduCycleDelay: bool = False
        cycleDelay: int = 0
        nonCritical: bool = False
        sequenceDelay: int = 0

    class State(Structure):
        available: Optional[bool] = None
        powerState: Outlet.PowerState = ZERO
        switchOnInProgress: Optional[bool] = None
        cycleInProgress: Optional[bool] = None
        isLoadShed: Optional[bool] = None
        isSuspended: Optional[bool] = None
        hasInrushWaveform: Optional[bool] = None
        inServiceMode: Optional[bool] = None
        ledState: Outlet.LedState = ZERO
        lastPowerStateChange: Time = ZERO

    class PowerControlEvent(event.UserEvent):
        state: Outlet.PowerState = ZERO
        cycle: bool = False

    class ServiceModeChangedEvent(event.UserEvent):
        enabled: bool = False

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Outlet.Settings = ZERO
        newSettings: Outlet.Settings = ZERO

    class StateChangedEvent(idl.Event):
        oldState: Outlet.State = ZERO
        newState: Outlet.State = ZERO

    def getMetaData(self) -> Outlet.MetaData: ...
    def getSensors(self) -> Outlet.Sensors: ...
    def getState(self) -> Outlet.State: ...
    def setPowerState(self, pstate: Outlet.PowerState) -> int: ...
    def cyclePowerState(self) -> int: ...
    def getSettings(self) -> Outlet.Settings: ...
    def setSettings(self, settings: Outlet.Settings) -> int: ...
    @method("i", "o", "p")
    def getIOP(self) -> tuple[Optional[Inlet], Optional[OverCurrentProtector], list[Pole]]: ...
    def getController(self) -> Optional[Controller]: ...
    def getInrushWaveform(self) -> Waveform: ...
    def setServiceModeEnabled(self, enabled: bool) -> int: ...
    def unstick(self) -> int: ...


class Outlets(Interface, version="1.0.0"):
    class Info(Structure):
        numberOfOutlets: int = 0

    def getInfo(self) -> Outlets.Info: ...


class Pdu(Interface, version="6.5.7"):
    """The PDU, at `/model/pdu/<p>`.

    `<p>` is 0 (or 1) for the unit itself, and the link id, from 2, for a link unit.
    """

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
        supportedInletWirings: list[Pdu.InletWiring] = ZERO

    class OutletSequenceState(Structure):
        sequenceRunning: bool = False
        nextOutletToSwitch: int = 0
        timeUntilNextSwitch: int = 0
        outletsRemaining: int = 0
        cancelableOutletsRemaining: int = 0

    class PortWithProperties(Structure):
        id: str = ""
        port: Optional[Interface] = None
        # the JSON object of portsmodel.Port.Properties (Port.idl), a module that is not here
        properties: Any = None

    class Sensors(Structure):
        powerSupplyStatus: list[sensors.StateSensor] = ZERO
        activePower: Optional[sensors.NumericSensor] = None
        apparentPower: Optional[sensors.NumericSensor] = None
        activeEnergy: Optional[sensors.NumericSensor] = None
        apparentEnergy: Optional[sensors.NumericSensor] = None

    class Settings(Structure):
        name: str = ""
        startupState: Pdu.StartupState = ZERO
        cycleDelay: int = 0
        inRushGuardDelay: int = 0
        outletPowerStateSequence: list[int] = ZERO
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
        cbStats: list[CircuitBreakerStatistic] = ZERO
        ctrlStats: list[CtrlStatistic] = ZERO
        outletStats: list[OutletStatistic] = ZERO
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

    def getNameplate(self) -> Nameplate: ...
    def getMetaData(self) -> Pdu.MetaData: ...
    def getSensors(self) -> Pdu.Sensors: ...
    def getSensorLogger(self) -> Optional[sensors.Logger]: ...
    def getAlertedSensorManager(self) -> Optional[sensors.AlertedSensorManager]: ...
    def getControllers(self) -> list[Controller]: ...
    def getOutlets(self) -> list[Outlet]: ...
    def getOverCurrentProtectors(self) -> list[OverCurrentProtector]: ...
    def getInlets(self) -> list[Inlet]: ...
    def getTransferSwitches(self) -> list[TransferSwitch]: ...
    def getPeripheralDeviceManager(self) -> Optional[peripheral.DeviceManager]: ...
    def getBeeper(self) -> Optional[Interface]: ...
    def getSettings(self) -> Pdu.Settings: ...
    def isLoadSheddingActive(self) -> bool: ...
    def setSettings(self, settings: Pdu.Settings) -> int: ...
    def setLoadSheddingActive(self, active: bool) -> None: ...
    def getFeaturePorts(self) -> list[Interface]: ...
    def getSensorPorts(self) -> list[Interface]: ...
    def getRemoteHubPorts(self) -> list[Interface]: ...
    # devType is an ordinal of portsmodel.Port.DeviceTypeId (Port.idl)
    def getPorts(
        self, portType: peripheral.PortType, devType: int
    ) -> list[Pdu.PortWithProperties]: ...
    def getPowerShelfManager(self) -> Optional[PowerShelfManager]: ...
    def enterRS485ConfigModeAndAssignCtrlBoardAddress(self, addr: int) -> int: ...
    def enterRS485ConfigModeAndAssignSCBoardAddress(self, deviceId: int, addr: int) -> int: ...
    def leaveRS485ConfigMode(self) -> int: ...
    def setAllOutletPowerStates(self, pstate: Outlet.PowerState) -> int: ...
    def setMultipleOutletPowerStates(
        self, outletNumbers: list[int], state: Outlet.PowerState, respectSequence: bool
    ) -> int: ...
    def cycleAllOutletPowerStates(self) -> int: ...
    def cycleMultipleOutletPowerStates(
        self, outletNumbers: list[int], respectSequence: bool
    ) -> int: ...
    def getStatistic(self) -> Pdu.Statistic: ...
    def getOutletSequenceState(self) -> Pdu.OutletSequenceState: ...
    def cancelOutletSequence(self) -> None: ...

    # a name in the vendor's guide; the IDL does not have it
    powerCycleAllOutletPowerStates = cycleAllOutletPowerStates
