"""The IDL of security."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event

_IDL = """
// Passwords, lockout, access control. Source: Security.idl, ServiceAuthorization.idl.

enumeration IpfwPolicy { ACCEPT, DROP, REJECT }
enumeration RoleAccessPolicy { ALLOW, DENY }
enumeration SSHHostKeyType { SSH_HOST_KEY_TYPE_RSA, SSH_HOST_KEY_TYPE_ECDSA,
    SSH_HOST_KEY_TYPE_ED25519 }
enumeration SSHKeyFingerprintType { SSH_KEY_FPRINT_TYPE_MD5_HEX, SSH_KEY_FPRINT_TYPE_SHA256_BASE64,
    SSH_KEY_FPRINT_TYPE_UNKNOWN }
structure BlockSettings { int maxFailedLogins, blockTimeout, failedLoginTimeout; }
structure FipsSettings { boolean enabled; }
structure IpFw {
  boolean enabled; IpfwPolicy defaultPolicyIn, defaultPolicyOut;
  vector<IpfwRule> ruleSetIn, ruleSetOut;
}
structure IpfwRule { string ipMask; IpfwPolicy policy; }
structure PasswordSettings {
  boolean enableAging; int agingInterval; boolean enableStrongReq; int minPwLength, maxPwLength;
  boolean enforceLower, enforceUpper, enforceNumeric, enforceSpecial; int pwHistoryDepth;
}
structure RestrictedServiceAgreement { boolean enabled; string banner; }
structure RoleAccessControl {
  boolean enabled; RoleAccessPolicy defaultPolicy; vector<RoleAccessRule> rules;
}
structure RoleAccessRule { string startIp, endIp; int roleId; RoleAccessPolicy policy; }
structure SSHHostKey { string key; SSHHostKeyType type; vector<SSHKeyFingerprint> fingerprints; }
structure SSHKeyFingerprint { string fingerprint; SSHKeyFingerprintType type; }
structure SSHSettings { boolean allowPasswordAuth, allowPublicKeyAuth; }
structure TpmInfo { boolean detected; }
valueobject FrontPanelPrivilegesChanged 1.0.0 extends event.UserEvent {
  vector<string> oldPrivileges, newPrivileges;
}
valueobject PasswordSettingsChanged 1.0.0 extends event.UserEvent {
  PasswordSettings oldSettings, newSettings;
}
// Password rules, lockout, access control and banners, at `/security`.
interface Security 5.0.1 {
  constant ERR_INVALID_VALUE = 1;
  structure Settings {
    boolean http2httpsRedir; int userBlockTimeout, userMaxFailedLogins; IpFw ipFw, ipV6Fw;
    RoleAccessControl roleAccessControl, roleAccessControlV6; PasswordSettings pwSettings;
    int idleTimeout; boolean singleLogin; SSHSettings sshSettings;
  }
  boolean getHttpRedirSettings();
  void setHttpRedirSettings(boolean http2httpsRedir);
  boolean isHstsEnabled();
  void setHstsEnabled(boolean enable);
  IpFw getIpFwSettings();
  int setIpFwSettings(IpFw ipFw);
  IpFw getIpV6FwSettings();
  int setIpV6FwSettings(IpFw ipV6Fw);
  RoleAccessControl getRoleAccessControlSettings();
  int setRoleAccessControlSettings(RoleAccessControl settings);
  RoleAccessControl getRoleAccessControlSettingsV6();
  int setRoleAccessControlSettingsV6(RoleAccessControl settings);
  BlockSettings getBlockSettings() older(out int blockTimeout, out int maxFailedLogins);
  int setBlockSettings(BlockSettings settings) older(int blockTimeout, int maxFailedLogins);
  PasswordSettings getPwSettings();
  int setPwSettings(PasswordSettings pwSettings);
  int getIdleTimeoutSettings();
  int setIdleTimeoutSettings(int idleTimeout);
  boolean getSingleLoginLimitation();
  void setSingleLoginLimitation(boolean singleLogin);
  SSHSettings getSSHSettings();
  void setSSHSettings(SSHSettings settings);
  vector<SSHHostKey> getSSHHostKeys();
  RestrictedServiceAgreement getRestrictedServiceAgreement();
  int setRestrictedServiceAgreement(RestrictedServiceAgreement settings);
  vector<string> getSupportedFrontPanelPrivileges();
  vector<string> getFrontPanelPrivileges();
  int setFrontPanelPrivileges(vector<string> privileges);
  int setDefaultAdminAccountPassword(string password, boolean disableStrongPasswordReq);
  int setAdminAccountPasswordHash(string passwordHash);
  boolean isSecureBootActive();
  TpmInfo getTpmInfo();
  FipsSettings getActiveFipsSettings();
  FipsSettings getPersistentFipsSettings();
  void setPersistentFipsSettings(FipsSettings settings);
  Settings getSettings();
  int setSettings(Settings settings);
}
// Passwords of services, at `/security/serviceauthorization` (up to firmware 3.6).
interface ServiceAuthorization 1.0.0 {
  constant ERR_PASSWORD_INVALID = 1;
  int setPassword(string service, string password);
}
"""

__all__ = declare(globals(), _IDL)
