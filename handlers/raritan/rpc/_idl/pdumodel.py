"""The IDL of pdumodel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime.classes import declare
from . import event as event, idl as idl, sensors as sensors

if TYPE_CHECKING:
    from . import peripheral as peripheral

_IDL = """
// Controllers and other parts of a unit. Source: Controller.idl, MemoryMapController.idl, Unit.idl,
// Ade.idl, Bcm.idl, Cascade.idl.

// A board inside the PDU that switches or meters.
interface Controller 5.0.1 {
  constant ERR_NOT_SUPPORTED = 1;
  enumeration Status { OK, COMMUNICATION_UNSTABLE, COMMUNICATION_FAILURE, UNKNOWN, INCOMPATIBLE,
      FIRMWARE_UPDATE }
  enumeration Type { OUTLET_CTRL, INLET_CTRL, METER_CTRL }
  structure MetaData {
    Type type; string address; int magic; boolean versionAvailable;
    int fwAppVersion, fwBootVersion, hwVersion; string serial;
    boolean haveResetCnt, haveEmResetCnt, isOptional;
  }
  valueobject MetaDataChangedEvent extends idl.Event { MetaData oldMetaData, newMetaData; }
  valueobject StatusChangedEvent extends idl.Event { Status oldStatus, newStatus; }
  Status getCommunicationStatus();
  CtrlStatistic getStatistics();
  MetaData getMetaData();
  int reset();
}
// Memory of a controller (diagnosis).
interface MemoryMapController 5.0.1 extends Controller {
  int readMemory(int address, int size, out vector<int> memory);
  int writeMemory(int address, vector<int> memory);
}
// Buzzer, display and identification of the unit, at `/model/unit`.
interface Unit 2.0.1 {
  constant ERR_INVALID_PARAM = 1;
  enumeration Orientation { NORMAL, FLIPPED }
  structure MetaData {
    boolean hasOrientationSensor; vector<Orientation> supportedDisplayOrientations;
  }
  structure Settings {
    boolean buzzerMuted, autoDisplayOrientation; Orientation displayOrientation;
  }
  valueobject IdentificationStartedEvent extends event.UserEvent { int duration; }
  MetaData getMetaData();
  Settings getSettings();
  int setSettings(Settings settings);
  void identify(int seconds);
  void muteBuzzer(boolean mute);
  Orientation getDisplayOrientation();
}
// The metering chip (diagnosis).
interface Ade 1.0.0 {
  structure MetaData {
    string adeType; int channels; double currentDivider, voltageDivider, energyDivider;
  }
  structure Sample { int vrms, irms, watt, va, wh, vah; }
  MetaData getMetaData();
  vector<Sample> getLatestSample();
  map<int,int> getCalibrationData();
  int setCalibrationData(map<string,string> regs);
}
// A branch circuit monitor.
interface Bcm 1.0.0 {
  enumeration LineConfig { UNCONNECTED, L1_N, L2_N, L3_N }
  enumeration TransformerType { VOLTAGE, TURNSRATIO }
  structure ChannelConfig {
    int channel; string label; boolean is3Phase; PhaseConfig lineA, lineB, lineC;
  }
  structure PhaseConfig {
    LineConfig lineConfig; TransformerType ctType;
    int fsCurrent, fsVoltage, turnsRatio, burdenResistor;
  }
  int getChannelCount();
  vector<ChannelConfig> getChannelConfigs();
  int setChannelConfig(int channel, ChannelConfig config);
}
interface Cascade 1.0.0 { structure Info { vector<int> pduIds; } Info getInfo(); }

// Groups of outlets. Source: OutletGroup.idl, OutletGroupManager.idl.

// A group of outlets that switch together, at `/model/outletgroup/<id>` (firmware 3.5 and
// later).
interface OutletGroup 1.1.11 {
  constant ERR_INVALID_ARGUMENT = 1;
  structure MetaData { int groupId, uniqueId; }
  structure Sensors {
    sensors.NumericSensor? activePower, apparentPower;
    sensors.AccumulatingNumericSensor? activeEnergy, apparentEnergy;
  }
  structure Settings { string name; vector<Outlet> members; }
  valueobject PowerControlEvent extends event.UserEvent { Outlet.PowerState state; boolean cycle; }
  valueobject SensorsChangedEvent extends idl.Event { Sensors oldSensors, newSensors; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Sensors getSensors();
  MetaData getMetaData();
  Settings getSettings();
  int setSettings(Settings settings);
  int setAllOutletPowerStates(Outlet.PowerState pstate);
  int cycleAllOutletPowerStates();
}
// Makes, finds and deletes groups of outlets, at `/model/outletgroup`.
interface OutletGroupManager 1.1.11 {
  constant ERR_INVALID_ARGUMENT = 1, ERR_NO_SUCH_ID, ERR_MAX_GROUP_COUNT_REACHED;
  valueobject GroupCreatedEvent extends event.UserEvent {
    int id, uniqueId; OutletGroup? group; OutletGroup.Settings settings;
  }
  valueobject GroupDeletedEvent extends event.UserEvent {
    int id, uniqueId; OutletGroup.Settings settings;
  }
  int createGroup(string name, vector<Outlet> members, out OutletGroup? group);
  map<int,OutletGroup> getAllGroups();
  int getGroup(int id, out OutletGroup? group);
  int deleteGroup(int id);
}

// The PDU, its outlets, and the types that the parts of a PDU share. Source: Pdu.idl, Outlet.idl,
// Outlets.idl, Pole.idl, OverCurrentProtector.idl, Controller.idl, Nameplate.idl, Waveform.idl,
// EDevice.idl.

enumeration PowerLine { L1, L2, L3, NEUTRAL, EARTH, PLUS, MINUS }
structure CircuitBreakerStatistic { int tripCnt; }
structure CtrlStatistic {
  int mainCSumErrCnt=masterCSumErrCnt, subCSumErrCnt=slaveCSumErrCnt, timeoutCnt, resetCnt,
      emResetCnt;
}
structure DoublePole {
  string label; PowerLine line; int inNodeId, outNodeId;
  sensors.NumericSensor? voltage, voltageLN, current, peakCurrent, activePower, apparentPower,
      powerFactor, activeEnergy, apparentEnergy;
}
structure MeteredLinePair {
  PowerLine leftLine, rightLine; int leftNodeId, rightNodeId;
  sensors.NumericSensor? voltage, current, peakCurrent, activePower, reactivePower, apparentPower,
      powerFactor, phaseAngle, displacementPowerFactor, activeEnergy, apparentEnergy, crestFactor,
      voltageThd, currentThd;
}
structure Nameplate {
  structure Rating { string voltage, current, frequency, power; }
  string manufacturer, brand, model, partNumber, serialNumber; Rating rating; string imageFileURL;
}
structure OutletStatistic { int relayCycleCnt, relayFailCnt; }
structure Pole {
  string label; PowerLine line; int nodeId;
  sensors.NumericSensor? voltage, voltageLN, current, peakCurrent, activePower, reactivePower,
      apparentPower, powerFactor, phaseAngle, displacementPowerFactor, activeEnergy, apparentEnergy,
      residualCurrent, residualACCurrent, residualDCCurrent, crestFactor, voltageThd, currentThd;
  ResidualCurrentStateSensor? residualCurrentStatus;
}
structure Rating { int current; double decimalCurrent; int minVoltage, maxVoltage; }
structure ThrowPole { string label; PowerLine line; vector<int> inNodeIds; int outNodeId; }
structure Waveform { vector<double> voltage, current; int sampleRate; }
// A part that power flows through.
//
// `getParents` returns the parts that feed it, `getChildren` those that it feeds.
interface EDevice 1.0.1 {
  vector<EDevice> getParents();
  vector<EDevice> getChildren();
  Waveform getWaveform();
  Waveform getPoleWaveform(PowerLine line);
}
// An outlet, at `/model/pdu/<p>/outlet/<i>`.
//
// `<i>` counts from 0; the label is the number printed on the unit.
interface Outlet 3.0.4 extends EDevice {
  constant ERR_OUTLET_NOT_SWITCHABLE = 1, ERR_LOAD_SHEDDING_ACTIVE, ERR_OUTLET_DISABLED,
      ERR_OUTLET_NOT_OFF, ERR_INVALID_PARAM = 1, ERR_RELAY_CONTROL_DISABLED = 5,
      ERR_OPERATION_UNSUPPORTED = 1;
  enumeration PowerState { PS_OFF, PS_ON }
  enumeration StartupState { SS_ON, SS_OFF, SS_LASTKNOWN, SS_PDUDEF }
  structure LedState { boolean red, green, blinking; }
  structure MetaData {
    string label, receptacleType; Nameplate namePlate; Rating rating;
    boolean isSwitchable, isLatching; int maxRelayCycleCnt;
    boolean hasWaveformSupport, hasServiceModeSupport;
  }
  structure Sensors {
    sensors.NumericSensor? voltage, current, peakCurrent, maximumCurrent, unbalancedCurrent,
        unbalancedVoltage, activePower, reactivePower, apparentPower, powerFactor,
        displacementPowerFactor, activeEnergy, apparentEnergy, phaseAngle, lineFrequency,
        crestFactor, voltageThd, currentThd, inrushCurrent;
    sensors.StateSensor? outletState;
  }
  structure Settings {
    string name; StartupState startupState; boolean usePduCycleDelay; int cycleDelay;
    boolean nonCritical; int sequenceDelay;
  }
  structure State {
    boolean? available; PowerState powerState;
    boolean? switchOnInProgress, cycleInProgress, isLoadShed, isSuspended, hasInrushWaveform,
        inServiceMode;
    LedState ledState; time lastPowerStateChange;
  }
  valueobject PowerControlEvent extends event.UserEvent { PowerState state; boolean cycle; }
  valueobject ServiceModeChangedEvent extends event.UserEvent { boolean enabled; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  valueobject StateChangedEvent extends idl.Event { State oldState, newState; }
  MetaData getMetaData();
  Sensors getSensors();
  State getState();
  int setPowerState(PowerState pstate);
  int cyclePowerState();
  Settings getSettings();
  int setSettings(Settings settings);
  void getIOP(out Inlet? i, out OverCurrentProtector? o, out vector<Pole> p);
  Controller? getController();
  Waveform getInrushWaveform();
  int setServiceModeEnabled(boolean enabled);
  int unstick();
}
interface Outlets 1.0.0 { structure Info { int numberOfOutlets; } Info getInfo(); }
// The PDU, at `/model/pdu/<p>`.
//
// `<p>` is 0 (or 1) for the unit itself, and the link id, from 2, for a link unit.
interface Pdu 6.5.7 {
  constant ERR_INVALID_PARAM = 1;
  enumeration InletWiring { IW_AUTO_DETECT, IW_SINGLE_PHASE, IW_WYE, IW_DELTA }
  enumeration PduOrientation { PO_NONE, PO_BOTTOMFEED, PO_TOPFEED }
  enumeration StartupState { SS_ON, SS_OFF, SS_LASTKNOWN }
  structure MetaData {
    Nameplate nameplate; string ctrlBoardSerial, hwRevision, fwRevision, macAddress;
    boolean hasSwitchableOutlets, hasMeteredOutlets, hasLatchingOutletRelays, isInlineMeter,
        isEnergyPulseSupported, hasDCInlets;
    PduOrientation pduOrientation;
    vector<InletWiring> supportedInletWirings;
  }
  structure OutletSequenceState {
    boolean sequenceRunning;
    int nextOutletToSwitch, timeUntilNextSwitch, outletsRemaining, cancelableOutletsRemaining;
  }
  structure PortWithProperties {
    string id; Object? port;
    // the JSON object of portsmodel.Port.Properties (Port.idl), a module that is not here
    any properties;
  }
  structure Sensors {
    vector<sensors.StateSensor> powerSupplyStatus;
    sensors.NumericSensor? activePower, apparentPower, activeEnergy, apparentEnergy;
  }
  structure Settings {
    string name; StartupState startupState; int cycleDelay, inRushGuardDelay;
    vector<int> outletPowerStateSequence; int powerOnDelay;
    boolean latchingRelays, energyPulseEnabled;
    int energyPulsesPerKWh, demandUpdateInterval, demandAveragingIntervals;
    boolean suspendTripCauseOutlets, inhibitRelayControl; InletWiring inletWiring;
  }
  structure Statistic {
    vector<CircuitBreakerStatistic> cbStats; vector<CtrlStatistic> ctrlStats;
    vector<OutletStatistic> outletStats; peripheral.DeviceManager.Statistics peripheralStats;
  }
  valueobject LoadSheddingModeChangedEvent extends event.UserEvent { boolean enabled; }
  valueobject OutletSequenceStateChangedEvent extends idl.Event { OutletSequenceState newState; }
  valueobject PortAppearedEvent extends idl.Event { PortWithProperties port; }
  valueobject PortDisappearedEvent extends idl.Event { string portId; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Nameplate getNameplate();
  MetaData getMetaData();
  Sensors getSensors();
  sensors.Logger? getSensorLogger();
  sensors.AlertedSensorManager? getAlertedSensorManager();
  vector<Controller> getControllers();
  vector<Outlet> getOutlets();
  vector<OverCurrentProtector> getOverCurrentProtectors();
  vector<Inlet> getInlets();
  vector<TransferSwitch> getTransferSwitches();
  peripheral.DeviceManager? getPeripheralDeviceManager();
  Object? getBeeper();
  Settings getSettings();
  boolean isLoadSheddingActive();
  int setSettings(Settings settings);
  void setLoadSheddingActive(boolean active);
  vector<Object> getFeaturePorts();
  vector<Object> getSensorPorts();
  vector<Object> getRemoteHubPorts();
  // devType is an ordinal of portsmodel.Port.DeviceTypeId (Port.idl)
  vector<PortWithProperties> getPorts(peripheral.PortType portType, int devType);
  PowerShelfManager? getPowerShelfManager();
  int enterRS485ConfigModeAndAssignCtrlBoardAddress(int addr);
  int enterRS485ConfigModeAndAssignSCBoardAddress(int deviceId, int addr);
  int leaveRS485ConfigMode();
  int setAllOutletPowerStates(Outlet.PowerState pstate);
  int setMultipleOutletPowerStates(vector<int> outletNumbers, Outlet.PowerState state,
      boolean respectSequence);
  int cycleAllOutletPowerStates();
  int cycleMultipleOutletPowerStates(vector<int> outletNumbers, boolean respectSequence);
  Statistic getStatistic();
  OutletSequenceState getOutletSequenceState();
  void cancelOutletSequence();
  // a name in the vendor's guide; the IDL does not have it
  alias powerCycleAllOutletPowerStates = cycleAllOutletPowerStates;
}

// Power meters, panels and circuits. Source: PowerMeter.idl, PowerMeterController.idl, Panel.idl,
// Circuit.idl.

interface PowerMeter 2.0.4 {
  constant ERR_INVALID_PARAM = 1, ERR_MODBUS_UNIT_IN_USE;
  enumeration Type { ONE_PHASE, SPLIT_PHASE, THREE_PHASE }
  structure Config { int powerMeterId; Type type; }
  structure EnergyPulseSettings { boolean pulseEnabled; vector<int> poles; int pulsesPerKWh; }
  structure Sensors {
    sensors.NumericSensor? voltage, lineFrequency, current, activePower, reactivePower,
        apparentPower, powerFactor, phaseAngle, displacementPowerFactor, activeEnergy,
        unbalancedCurrent, crestFactor, activePowerDemand;
    sensors.StateSensor? powerQuality;
  }
  structure Settings {
    string name;
    int currentRating, phaseCtRating, neutralCtRating, earthCtRating, modbusUnitAddress;
  }
  valueobject EnergyPulseSettingsChangedEvent extends event.UserEvent {
    EnergyPulseSettings oldSettings, newSettings;
  }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Config getConfig();
  Sensors getSensors();
  vector<Pole> getPoles();
  vector<Controller> getControllers();
  Settings getSettings();
  int setSettings(Settings settings);
  EnergyPulseSettings getEnergyPulseSettings();
  int setEnergyPulseSettings(EnergyPulseSettings settings);
}
// Power meters and panels, at `/model/pmc`.
interface PowerMeterController 1.2.12 {
  constant ERR_INVALID_PARAM = 1, ERR_METER_BOARD_BUSY;
  structure ScanResult { boolean present; int meterCount; }
  valueobject PowerMeterCreatedEvent extends event.UserEvent {
    PowerMeter? powerMeter; PowerMeter.Config config; PowerMeter.Settings settings;
  }
  valueobject PanelCreatedEvent extends PowerMeterCreatedEvent {
    Panel.PanelSettings panelSettings;
  }
  valueobject PowerMeterDeletedEvent extends event.UserEvent {
    PowerMeter.Config config; PowerMeter.Settings settings;
  }
  valueobject PanelDeletedEvent extends PowerMeterDeletedEvent {
    Panel.PanelSettings panelSettings;
  }
  int scanMeterBoard(int powerMeterId, out ScanResult result);
  map<int,Object> getPowerMeters();
  int createPowerMeter(PowerMeter.Config config, PowerMeter.Settings settings,
      out PowerMeter? powerMeter);
  int createPanel(PowerMeter.Config config, PowerMeter.Settings powerMeterSettings,
      Panel.PanelSettings panelSettings, out Panel? panel);
  int deletePowerMeter(int powerMeterId);
}
// A power meter that also meters branch circuits.
interface Panel 2.0.4 extends PowerMeter {
  enumeration LabelingScheme { SEQUENTIAL, ODD_EVEN }
  structure PanelSettings { int meterCount, panelSize, columns; LabelingScheme labelingScheme; }
  valueobject CircuitCreatedEvent extends event.UserEvent {
    Circuit? circuit; Circuit.Config config; Circuit.Settings settings;
  }
  valueobject CircuitDeletedEvent extends event.UserEvent {
    Circuit.Config config; Circuit.Settings settings;
  }
  valueobject PanelSettingsChangedEvent extends event.UserEvent {
    PanelSettings oldSettings, newSettings;
  }
  PanelSettings getPanelSettings();
  int setPanelSettings(PanelSettings settings);
  map<int,Object> getCircuits();
  int createCircuit(Circuit.Config config, Circuit.Settings settings, out Circuit? circuit);
  int deleteCircuit(int position);
}
// A branch circuit of a panel.
interface Circuit 2.0.4 {
  constant ERR_INVALID_PARAM = 1, ERR_METER_CHANNEL_BUSY;
  enumeration Type { ONE_PHASE_LN, ONE_PHASE_LL, ONE_PHASE_LLN, THREE_PHASE }
  structure Config { int position; Type type; }
  structure PoleSettings { PowerLine line; int meterChannel; }
  structure Sensors {
    sensors.NumericSensor? current, activePower, reactivePower, apparentPower, powerFactor,
        phaseAngle, displacementPowerFactor, activeEnergy, unbalancedCurrent, crestFactor,
        activePowerDemand;
  }
  structure Settings { string name; int rating, ctRating; vector<PoleSettings> poleSettings; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Config getConfig();
  Sensors getSensors();
  vector<Pole> getPoles();
  Settings getSettings();
  int setSettings(Settings settings);
}

// Power shelves. Source: PowerBus.idl, ShelfPowerSupply.idl, PowerShelfManager.idl.

// The DC bus of a power shelf.
interface PowerBus 1.0.0 extends EDevice {
  structure Sensors {
    sensors.NumericSensor? current, voltage, activePower, activeEnergy, temperature;
  }
  Sensors getSensors();
  vector<Pole> getPoles();
}
interface ShelfPowerSupply 1.0.0 extends EDevice {
  constant ERR_OPERATION_NOT_SUPPORTED = 1, ERR_INVALID_ARGUMENT, FAULT_STATE_NO_FAULT = 0,
      FAULT_STATE_WARNING, FAULT_STATE_CRITICAL;
  enumeration PowerState { PS_OFF, PS_ON }
  structure InputSensors {
    sensors.NumericSensor? voltage, current, peakCurrent, unbalancedCurrent, activePower,
        reactivePower, apparentPower, powerFactor, displacementPowerFactor, activeEnergy,
        apparentEnergy, phaseAngle, lineFrequency, crestFactor, voltageThd, currentThd;
    sensors.StateSensor? overCurrentFault, underVoltageFault, overVoltageFault;
  }
  structure MetaData {
    string slotLabel, manufacturer, model, serialNumber, firmwareVersion, productionDate,
        hardwareRevision;
    int maxOutputPower;
    boolean hotplugSupported, powerControlSupported, fanSpeedControlSupported;
    int ratedLoad, efficiencyPercent;
  }
  structure OutputSensors {
    sensors.NumericSensor? voltage, current, activePower, activeEnergy;
    sensors.StateSensor? overCurrentFault, underVoltageFault, overVoltageFault;
  }
  structure PowerSupplySensors {
    sensors.NumericSensor? fanSpeed, inputTemperature, outputTemperature, hotspotTemperature;
    sensors.StateSensor? underTemperatureFault, overTemperatureFault, fanFault;
  }
  structure State {
    boolean available, isPresent; PowerState powerState; int fanSpeedOverridePercent;
    boolean hasPendingFault;
  }
  valueobject FanSpeedControlEvent extends event.UserEvent {
    boolean overrideEnabled; int targetPercent;
  }
  valueobject FaultsClearedEvent extends event.UserEvent {}
  valueobject MetaDataChangedEvent extends idl.Event { MetaData oldMetaData, newMetaData; }
  valueobject PowerControlEvent extends event.UserEvent { PowerState state; }
  valueobject StateChangedEvent extends idl.Event { State oldState, newState; }
  MetaData getMetaData();
  State getState();
  InputSensors getInputSensors();
  OutputSensors getOutputSensors();
  PowerSupplySensors getPowerSupplySensors();
  int setPowerState(PowerState pstate);
  int setFanSpeedOverride(boolean enableOverride, int fanSpeedPercent);
  void clearFaults();
  vector<Pole> getInputPoles();
  vector<Pole> getOutputPoles();
  Controller? getController();
}
// The power supplies and the DC bus of a power shelf (firmware 4.4 and later).
interface PowerShelfManager 1.0.0 {
  vector<ShelfPowerSupply> getPowerSupplies();
  PowerBus? getPowerBus();
}

// Inlets, transfer switches and overcurrent protectors, and their sensors. Source: Inlet.idl,
// Inlets.idl, TransferSwitch.idl, OverCurrentProtectorTripSensor.idl, OverCurrentProtector.idl,
// OverCurrentProtectors.idl, PowerQualitySensor.idl, ResidualCurrentStateSensor.idl,
// TransferSwitchBypassStateSensor.idl, TypeBResidualCurrentNumericSensor.idl,
// VoltageMonitoringSensor.idl.

// An inlet, at `/model/pdu/<p>/inlet/<i>`. Inlets have no parents.
interface Inlet 3.0.4 extends EDevice {
  structure MetaData {
    string label, plugType; Nameplate namePlate; Rating rating; boolean hasWaveformSupport, isDC;
  }
  structure Sensors {
    sensors.NumericSensor? voltage, current, peakCurrent, residualCurrent, residualACCurrent,
        residualDCCurrent, activePower, reactivePower, apparentPower, powerFactor,
        displacementPowerFactor, activeEnergy, apparentEnergy, unbalancedCurrent,
        unbalancedLineLineCurrent, unbalancedVoltage, unbalancedLineLineVoltage, lineFrequency,
        phaseAngle, crestFactor, voltageThd, currentThd;
    sensors.StateSensor? powerQuality, surgeProtectorStatus;
    ResidualCurrentStateSensor? residualCurrentStatus;
  }
  structure Settings { string name; }
  valueobject EnableStateChangedEvent extends event.UserEvent { boolean enabled; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  MetaData getMetaData();
  Sensors getSensors();
  vector<Pole> getPoles();
  vector<MeteredLinePair> getLinePairs();
  Settings getSettings();
  int setSettings(Settings settings);
  void setEnabled(boolean enabled);
  boolean isEnabled();
}
interface Inlets 1.0.0 { structure Info { int numberOfInlets; } Info getInfo(); }
// Feeds its outlets from one of several inlets.
//
// Protectors and outlets refer to the first inlet, even after a transfer.
interface TransferSwitch 6.0.3 extends EDevice {
  constant ERR_INVALID_PARAM = 1, ERR_SWITCH_PREVENTED, ERR_SWITCH_FAILED,
      OPERATIONAL_STATE_OFF = 0, OPERATIONAL_STATE_NORMAL, OPERATIONAL_STATE_STANDBY,
      OPERATIONAL_STATE_NON_REDUNDANT, SWITCH_FAULT_I1_SHORT = 1, SWITCH_FAULT_I1_OPEN,
      SWITCH_FAULT_I2_SHORT = 4, SWITCH_FAULT_I2_OPEN = 8, OPERATIONAL_STATE_BYPASSED = 4;
  enumeration TransferReason unlisted REASON_UNKNOWN { REASON_UNKNOWN, REASON_STARTUP,
      REASON_MANUAL_TRANSFER, REASON_AUTO_RETRANSFER, REASON_POWER_FAILURE, REASON_POWER_QUALITY,
      REASON_OVERLOAD, REASON_OVERHEAT, REASON_INTERNAL_FAILURE, REASON_BYPASS_ACTIVE }
  enumeration Type { STS, ATS, HTS }
  structure MetaData {
    string label; Nameplate namePlate; Rating rating; Type type; int sourceCount;
  }
  structure Sensors {
    sensors.StateSensor? selectedSource, operationalState;
    sensors.NumericSensor? sourceVoltagePhaseSyncAngle;
    sensors.StateSensor? overloadAlarm, phaseSyncAlarm, switchFault, installFaultAlarm,
        outputStatus;
    TransferSwitchBypassStateSensor? bypassState;
    legacy Object? selectedBypassSource;
  }
  structure Settings {
    string name; int preferredSource; boolean autoRetransfer, noAutoRetransferIfPhaseFault;
    int autoRetransferWaitTime; boolean manualTransferEnabled, phaseSyncSensorEnabled;
  }
  structure Statistics {
    int transferCount, powerFailDetectTime, relayOpenTime, totalTransferTime, overloadCount,
        switchOvercurrentCount;
  }
  structure TransferLogEntry {
    time timestamp; int oldInlet, newInlet; TransferReason reason;
    Waveform|vector<WaveformSample> waveform; Statistics statistics; int switchFault;
  }
  structure WaveformSample { double voltage, current; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  MetaData getMetaData();
  Sensors getSensors();
  vector<ThrowPole> getPoles();
  Settings getSettings();
  int setSettings(Settings settings);
  Statistics getStatistics();
  int transferToSource(int source, boolean faultOverride);
  TransferReason getLastTransferReason();
  Waveform|vector<WaveformSample> getLastTransferWaveform();
  vector<TransferLogEntry> getTransferLog();
  map<string,string> getParameters();
  int setParameters(map<string,any>|map<string,string> parameters);
}
// State of a protector (0 open, 1 closed: StateSensor.idl 4.0.8, TRIP_SENSOR) and the cause of
// its last trip.
interface OverCurrentProtectorTripSensor 1.1.14 extends sensors.StateSensor {
  structure TripEventInformation { Outlet? cause; time timestamp; double current; }
  valueobject TripStateChangedEvent extends sensors.StateSensor.StateChangedEvent {
    Outlet? tripCause; TripEventInformation tripInformation;
  }
  Outlet? getTripCause();
  TripEventInformation getTripEventInformation();
  Waveform getTripWaveform();
}
// A breaker or fuse, at `/model/pdu/<p>/ocp/<i>`.
interface OverCurrentProtector 4.0.4 extends EDevice {
  enumeration Type { BREAKER_1POLE, BREAKER_2POLE, BREAKER_3POLE, FUSE, FUSE_PAIR, RCBO_2POLE,
      RCBO_3POLE, RCBO_4POLE }
  structure MetaData {
    string label; Nameplate namePlate; Rating rating; Type type; int maxTripCnt;
  }
  structure Sensors {
    sensors.StateSensor? trip;
    sensors.NumericSensor? voltage, current, peakCurrent, maximumCurrent, activePower,
        reactivePower, apparentPower, powerFactor, displacementPowerFactor, crestFactor,
        activeEnergy, apparentEnergy, phaseAngle, lineFrequency, residualCurrent, residualACCurrent,
        residualDCCurrent;
    ResidualCurrentStateSensor? residualCurrentStatus;
  }
  structure Settings { string name; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  MetaData getMetaData();
  Sensors getSensors();
  vector<DoublePole> getPoles();
  Inlet? getInlet();
  OverCurrentProtector? getOCP();
  Settings getSettings();
  int setSettings(Settings settings);
}
interface OverCurrentProtectors 1.0.0 { structure Info { int numberOfOCPs; } Info getInfo(); }
interface PowerQualitySensor 2.0.8 extends sensors.StateSensor {
  constant STATE_NORMAL, STATE_WARNING, STATE_CRITICAL;
}
interface ResidualCurrentStateSensor 2.0.8 extends sensors.StateSensor {
  constant STATE_NORMAL, STATE_WARNING, STATE_CRITICAL, STATE_SELFTEST, STATE_FAILURE;
  int startSelfTest();
}
// Bits: active inlet, whether the bypass is selected, fault.
//
// In firmware 4.2: selected inlet, whether it is active, fault.
interface TransferSwitchBypassStateSensor 1.0.2 extends sensors.StateSensor {
  constant STATE_SELECTED_INLET_MASK = 7, STATE_SELECTED_INLET_IS_ACTIVE, STATE_FAULT = 16,
      STATE_ACTIVE_INLET_MASK = 7, STATE_IS_BYPASS_SELECTED;
  void acknowledgeFault();
}
// Residual current including its DC part. `degauss` demagnetises the sensor.
interface TypeBResidualCurrentNumericSensor 1.0.8 extends sensors.NumericSensor { void degauss(); }
interface VoltageMonitoringSensor 1.0.4 extends sensors.NumericSensor {
  enumeration EventType unlisted UNKNOWN { DIP, SWELL, UNKNOWN }
  structure DipSwellThresholds {
    boolean dipActive; double dipThreshold; boolean swellActive;
    double swellThreshold, deassertionHysteresis;
  }
  structure Event {
    EventType type; time timestamp; int duration; double voltage; Waveform waveform;
  }
  valueobject DipSwellThresholdsChangedEvent extends event.UserEvent {
    DipSwellThresholds oldThresholds, newThresholds;
  }
  valueobject EventListClearedEvent extends event.UserEvent {}
  valueobject EventOccurredEvent extends idl.Event { Event event; }
  vector<Event> getRecentEvents();
  void clearRecentEvents();
  DipSwellThresholds getDipSwellThresholds();
  int setDipSwellThresholds(DipSwellThresholds thresholds);
}
"""

__all__ = declare(globals(), _IDL)
