"""Sensors of Modbus and SNMP devices. Source: GatewaySensorManager.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Optional, Union

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, ValueObject

if TYPE_CHECKING:
    from .. import sensors
    from .devices import ModbusCfg


class _Renumbered:
    """A constant that had another number up to release 4.2.20 (versions 1 and 2 of the interface).

    The class and a proxy made without an IDL type have the newest number. A proxy from a unit's
    answer has the number of that unit's firmware.
    """

    def __init__(self, newest: int, older: int) -> None:
        self.newest = newest
        self.older = older

    def __get__(self, proxy: Optional[Interface], owner: type) -> int:
        version = proxy.wire_type.partition(":")[2] if proxy is not None else ""
        return self.older if version.startswith(("1.", "2.")) else self.newest


class GatewaySensorManager(Interface, version="3.0.1"):
    """Sensors of Modbus devices (firmware later than 4.0.0) and of SNMP devices (firmware later
    than 4.0.41).
    """

    MODBUS_VENDOR_NAME = 0
    MODBUS_PRODUCT_CODE = 1
    MODBUS_REVISION = 2
    MODBUS_VENDOR_URL = 3
    MODBUS_PRODUCT_NAME: ClassVar[_Renumbered] = _Renumbered(4, 5)
    MODBUS_MODEL_NAME: ClassVar[_Renumbered] = _Renumbered(5, 6)
    MODBUS_APP_NAME: ClassVar[_Renumbered] = _Renumbered(6, 7)
    ERR_CONFIG_INCONSISTENT, ERR_CONFIG_STORAGE_FAILED = range(1, 3)

    class AccessType(Enumeration):
        ACCESS_READ_WRITE, ACCESS_READ, ACCESS_WRITE = range(3)

    class EncodingType(Enumeration):
        (
            BOOL,
            INT,
            UINT,
            IEEE754,
            INT_ONES_COMPLEMENT,
            INT_SIGN_MAGNITUDE,
            INT_10K,
            UINT_10K,
            INT_BCD,
            INT_SIGN_MAGNITUDE_BCD,
            UINT_BCD,
            INT_PACKED_BCD,
            INT_SIGN_MAGNITUDE_PACKED_BCD,
            UINT_PACKED_BCD,
        ) = range(14)

    class Interpretation(Enumeration):
        (
            DEFAULT,
            REJECT_DEVICE,
            REJECT_SENSOR,
            IGNORE,
            UNAVAILABLE,
            NUMERIC_INVALID,
            STATE_ON,
            STATE_OFF,
        ) = range(8)

    class ModbusEndianness(Enumeration):
        MODBUS_BIG_ENDIAN, MODBUS_LITTLE_ENDIAN = range(2)

    class SnmpAuthProtocol(Enumeration):
        MD5, SHA1, SHA224, SHA256, SHA384, SHA512 = range(6)

    class SnmpPrivProtocol(Enumeration):
        DES, AES128, AES192, AES256, AES192_3DES, AES256_3DES = range(6)

    class SnmpSecurityLevel(Enumeration):
        NO_AUTH_NO_PRIV, AUTH_NO_PRIV, AUTH_PRIV = range(3)

    class ConfigurationPackage(Structure):
        disabled: bool = False
        name: str = ""
        classes: list[GatewaySensorManager.SensorClass] = ZERO
        devices: list[GatewaySensorManager.RemoteDevice] = ZERO
        encodings: list[GatewaySensorManager.ValueEncoding] = ZERO
        sensors: list[GatewaySensorManager.Sensor] = ZERO

    class FeedbackObject(Structure):
        class FeedbackState(Enumeration):
            UNSPECIFIED, INTENTIONALLY_UNUSED, FAILED_PRECONDITIONS_UNUSED, FAILED, GOOD = range(5)

        key: str = ""
        value: str = ""
        stateTansitionTo: GatewaySensorManager.FeedbackObject.FeedbackState = ZERO

    class ConfigurationChangedEvent(idl.Event):
        configuration: Union[
            dict[str, GatewaySensorManager.ConfigurationPackage],
            dict[int, GatewaySensorManager.ConfigurationPackage],
        ] = ZERO

    class Feedback(ValueObject):
        currentState: GatewaySensorManager.FeedbackObject.FeedbackState = ZERO
        infos: list[GatewaySensorManager.FeedbackObject] = ZERO

    class DeviceFeedback(Feedback):
        packageId: str = ""
        deviceId: str = ""

    class FeedbackChangedEvent(idl.Event):
        feedback: list[GatewaySensorManager.Feedback] = ZERO

    class InterpretationRule(ValueObject):
        interpretation: GatewaySensorManager.Interpretation = ZERO
        ignoreTimeout: int = 0
        accessType: GatewaySensorManager.AccessType = ZERO

    class InterpretationRuleCatchAll(InterpretationRule):
        pass

    class InterpretationRuleInvertable(InterpretationRule):
        invertCondition: bool = False

    class InterpretationRuleEnum(InterpretationRuleInvertable):
        enumValues: Union[list[str], list[int]] = ZERO

    class InterpretationRuleIEEE754INF(InterpretationRuleInvertable):
        pass

    class InterpretationRuleIEEE754NAN(InterpretationRuleInvertable):
        pass

    class InterpretationRuleModbusException(InterpretationRuleInvertable):
        exceptions: list[int] = ZERO

    class InterpretationRuleModbusSpecificError(InterpretationRuleInvertable):
        errors: list[ModbusCfg.SpecificModbusErrors] = ZERO

    class InterpretationRuleModbusSystemError(InterpretationRuleInvertable):
        errnos: list[int] = ZERO

    class InterpretationRuleRAW(InterpretationRuleInvertable):
        value: Union[str, int] = ""
        mask: Union[str, int] = ""

    class InterpretationRuleRangeRAW(InterpretationRuleInvertable):
        min: Union[str, int] = ""
        max: Union[str, int] = ""
        mask: Union[str, int] = ""

    class Sensor(ValueObject):
        sensorId: str = ""
        disabled: bool = False
        deviceId: str = ""
        classId: str = ""
        encodingId: str = ""
        defaultName: str = ""
        defaultDescription: str = ""
        defaultLocationX: str = ""
        defaultLocationY: str = ""
        defaultLocationZ: str = ""

    class ModbusSensor(Sensor):
        function: ModbusCfg.ModbusFunction = ZERO
        regAddr: int = 0

    class ValueEncoding(ValueObject):
        encodingId: str = ""
        type: GatewaySensorManager.EncodingType = ZERO
        invertState: bool = False
        interpretationRules: list[GatewaySensorManager.InterpretationRule] = ZERO
        minAccessInterval: int = 0

    class NumericValueEncoding(ValueEncoding):
        scalingFactor: float = 0.0
        offset: float = 0.0

    class ModbusValueEncoding8(NumericValueEncoding):
        byteSwap: bool = False
        mask: Union[str, int] = ""
        start: int = 0
        width: int = 0

    class ModbusValueEncoding16(ModbusValueEncoding8):
        pass

    class ModbusValueEncoding32(ModbusValueEncoding16):
        endianness: GatewaySensorManager.ModbusEndianness = ZERO

    class ModbusValueEncoding48(ModbusValueEncoding32):
        pass

    class ModbusValueEncoding64(ModbusValueEncoding32):
        pass

    class ModbusValueEncodingBit(ValueEncoding):
        pass

    class SensorClass(ValueObject):
        classId: str = ""

    class NumericSensorClass(SensorClass):
        metadata: sensors.NumericSensor.MetaData = ZERO
        defaultThresholds: sensors.NumericSensor.Thresholds = ZERO
        preferCommonThresholds: bool = False

    class RemoteDevice(ValueObject):
        deviceId: str = ""
        disabled: bool = False
        name: str = ""
        timeoutMs: int = 0
        retry: int = 0

    class RemoteModbusDevice(RemoteDevice):
        detectionIdentifiers: Union[dict[int, str], dict[str, str]] = ZERO
        unitId: int = 0
        unsupportedFunctionCodes: list[int] = ZERO

    class RemoteModbusRTUDevice(RemoteModbusDevice):
        busInterface: str = ""
        busSettings: ModbusCfg.SerialSettings = ZERO
        interframeDelayDeciChars: int = 0

    class RemoteModbusTCPDevice(RemoteModbusDevice):
        ipAddress: str = ""
        tcpPort: int = 0

    class RemoteSnmpDevice(RemoteDevice):
        host: str = ""

    class RemoteSnmpV1V2Device(RemoteSnmpDevice):
        community: str = ""

    class RemoteSnmpV3Device(RemoteSnmpDevice):
        user: str = ""
        level: GatewaySensorManager.SnmpSecurityLevel = ZERO
        authProtocol: GatewaySensorManager.SnmpAuthProtocol = ZERO
        authPassphrase: str = ""
        privacyProtocol: GatewaySensorManager.SnmpPrivProtocol = ZERO
        privacyPassphrase: str = ""

    class SensorFeedback(Feedback):
        packageId: str = ""
        deviceId: str = ""
        sensorId: str = ""

    class SnmpSensor(Sensor):
        oid: str = ""

    class StateSensorClass(SensorClass):
        type: sensors.Sensor.TypeSpec = ZERO

    class SwitchSensorClass(StateSensorClass):
        pass

    def getConfiguration(self) -> dict[int, GatewaySensorManager.ConfigurationPackage]: ...
    def setConfiguration(
        self,
        cfg: Union[
            dict[str, GatewaySensorManager.ConfigurationPackage],
            dict[int, GatewaySensorManager.ConfigurationPackage],
        ],
    ) -> int: ...
    def getFeedback(self) -> list[GatewaySensorManager.Feedback]: ...
