"""The IDL of devsettings."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event, idl as idl

_IDL = """
// Settings of the device's services. Source: Bluetooth.idl, Crestron.idl, Modbus.idl, Redfish.idl,
// Smtp.idl, Snmp.idl, Zeroconf.idl.

interface Bluetooth 1.0.0 {
  enumeration Antenna { Internal, External }
  structure Settings { boolean enabled; Antenna antenna; }
  valueobject SettingsChangedEvent extends event.UserEvent { Settings oldSettings, newSettings; }
  Settings getSettings();
  int setSettings(Settings settings);
}
interface Crestron 1.0.0 {
  structure Settings { boolean enableXioCloudConnection; }
  Settings getSettings();
  void setSettings(Settings settings);
}
// The Modbus service over TCP and a serial port, at `/modbus`.
interface Modbus 2.0.0 {
  constant ERR_INVALID_PARAM = 1;
  enumeration Parity { NONE, EVEN, ODD }
  structure Capabilities { boolean hasModbusSerial; }
  structure SerialSettings {
    boolean enabled; int baudrate; Parity parity; int stopbits; boolean readonly;
  }
  structure Settings { TcpSettings tcp; SerialSettings serial; int primaryUnitId; }
  structure TcpSettings { boolean readonly; }
  Capabilities getCapabilities();
  Settings getSettings();
  int setSettings(Settings settings);
}
interface Redfish 1.0.0 {
  structure Settings { boolean enabled; }
  Settings getSettings();
  void setSettings(Settings settings);
}
// The mail server for notifications, at `/smtp`.
interface Smtp 2.0.0 {
  constant ERR_INVALID_PARAMS = 1;
  structure Configuration {
    string host; int port; boolean useTls, allowOffTimeRangeCerts; string caCertChain, sender;
    boolean useAuth; string username, password; int retryCount, retryInterval;
  }
  structure TestResult { int status; string message; }
  Configuration getConfiguration();
  int setConfiguration(Configuration cfg);
  TestResult testConfiguration(Configuration cfg, vector<string> recipients);
}
// The SNMP agent, at `/snmp`.
interface Snmp 1.0.2 {
  constant ERR_INVALID_PARAMS = 1;
  structure Configuration {
    boolean v2enable, v3enable; string readComm, writeComm, sysContact, sysName, sysLocation;
  }
  valueobject ConfigurationChangedEvent extends idl.Event {
    string userName, ipAddr; Configuration oldConfig, newConfig;
  }
  Configuration getConfiguration();
  int setConfiguration(Configuration cfg);
  string getV3EngineId();
}
// Announcement of the device by mDNS and LLMNR, at `/zeroconf`.
interface Zeroconf 2.0.0 {
  structure Settings { boolean mdnsEnabled, llmnrEnabled; }
  valueobject SettingsChangedEvent extends idl.Event { Settings oldSettings, newSettings; }
  Settings getSettings();
  void setSettings(Settings settings);
}
"""

__all__ = declare(globals(), _IDL)
