"""The IDL of cascading."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event, idl as idl

_IDL = """
// Linking and cascading of units. Source: CascadeManager.idl, Cascading.idl.

// Links units to a primary unit, which then answers for them too.
//
// At `/cascade`, in firmware 3.6 and later.
interface CascadeManager 3.0.0 {
  constant NO_ERROR, ERR_INVALID_PARAM, ERR_UNSUPPORTED_ON_MASTER, ERR_UNSUPPORTED_ON_LINK_UNIT,
      ERR_LINK_ID_IN_USE, ERR_HOST_IN_USE, ERR_LINK_UNIT_UNREACHABLE, ERR_LINK_UNIT_ACCESS_DENIED,
      ERR_LINK_UNIT_REFUSED, ERR_UNIT_BUSY, ERR_NOT_SUPPORTED, ERR_PASSWORD_CHANGE_REQUIRED,
      ERR_PASSWORD_POLICY, ERR_LINK_UNIT_COMM_FAILED, ERR_LINK_UNIT_NOT_SUPPORTED,
      ERR_FIRMWARE_VERSION_MISMATCH, ERR_UNSUPPORTED_ON_PRIMARY_UNIT = 2;
  enumeration LinkUnitStatus unlisted UNKNOWN { UNKNOWN, OK, UNREACHABLE, ACCESS_DENIED,
      FIRMWARE_UPDATE, FIRMWARE_MISMATCH, PENDING, WAITING, PAIRING_TIMEOUT, PAIRING }
  enumeration LinkUnitType { NETWORK, SECURE_SERIAL, ZIGBEE }
  enumeration Role { STANDALONE, PRIMARY_UNIT, LINK_UNIT, MASTER = 1 }
  structure LinkPortStatus {
    boolean isSupported, isLinkDetected, isLinkingConfirmationNeeded; string connectedNeighborAddr;
  }
  structure LinkUnit { LinkUnitType type; string host; LinkUnitStatus status; string fwVersion; }
  structure PrimaryUnitSettings { string caCertChain; boolean allowOffTimeRangeCerts; }
  structure Status {
    Role role; string primaryUnit=master; int primaryLinkId; map<int,LinkUnit> linkUnits;
  }
  valueobject LinkPortStatusChangedEvent extends idl.Event { LinkPortStatus oldStatus, newStatus; }
  valueobject LinkUnitAddedEvent extends event.UserEvent {
    int linkId; LinkUnitType type; string host;
  }
  valueobject LinkUnitReleasedEvent extends event.UserEvent {
    int linkId; LinkUnitType type; string host;
  }
  valueobject LinkUnitStatusChangedEvent extends idl.Event {
    int linkId; LinkUnitType type; string host; LinkUnitStatus oldStatus, newStatus;
  }
  valueobject RoleChangedEvent extends idl.Event {
    Role oldRole, newRole; string primaryUnit=master;
  }
  PrimaryUnitSettings getPrimaryUnitSettings();
  int setPrimaryUnitSettings(PrimaryUnitSettings primaryUnitSettings);
  Status getStatus();
  LinkPortStatus getLinkPortStatus();
  int addLinkUnit(int linkId, string host, string login, string password, string newPassword);
  int addLinkUnit2(int linkId, string host, string login, string password, string newPassword,
      boolean disableStrongPasswordReq);
  int releaseLinkUnit(int linkId);
  int requestLink(string token);
  void finalizeLink(string token);
  void unlink();
  vector<Role> getSupportedRoles();
  vector<LinkUnitType> getSupportedLinkUnitTypes();
  int addCascadeLinkUnit(int linkId, int nodeIndex, string login, string password,
      boolean positionDependent);
  int addLinkPortLinkUnit();
  int addSecureSerialLinkUnit(int linkId, string installKey);
  int addZigbeeLinkUnit(int linkId, string address, string installKey);
}
// USB cascading of firmware 3.3, at `/cascading`.
interface Cascading 1.0.1 {
  constant ERR_NOT_AVAILABLE = 1, ERR_NOT_SUPPORTED_ON_SLAVE;
  enumeration Type { USB_MULTI_IP, USB_SINGLE_IP_NAT }
  structure ProtocolMapping { int appProtoId; string appProtoName, transportProtoName; }
  int setType(Type type);
  int getType(out Type type);
  void getIndex(out int idx);
  void getMasterIpAddress(out string masterIpAddress);
  void getMasterIpV6Address(out string masterIpV6Address);
  void getProtocolMappings(out vector<ProtocolMapping> mappings);
}
"""

__all__ = declare(globals(), _IDL)
