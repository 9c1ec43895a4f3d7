"""Faults in the handler of the vendor's page, over SNMP."""

from __future__ import annotations

from tests.pdu.loading.page_handler import SOURCE

from .faults import Fault

_MAKE = "    return Rpcm(pdu_data)"
_IMPORT = "from common.logger import get_logger\n"
_VIEW = "        pdu_info = PduView()\n"
_ANSWER = "        return self.__get_port_status(pdu_port_data, power_status)"
_SET = "        self.snmp_set(\n"
_TWICE = """        self.snmp_set(
            OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity, PORT_POWER_DICT[power_status]
        )
"""
_WISH = """        pdu_port_data.power_status = power_status
        return pdu_port_data"""
_STATUS = "    def status(self) -> PduView:\n"
_EMPTY = """    def status(self):
        try:
            return self.read()
        except Exception:
            return PduView()

    def read(self) -> PduView:
"""
_ONE = "[PduPortView(identity='1', power_status=EnumPowerStatus.UP)]"
_FIRST = _EMPTY.replace(
    "return PduView()",
    f"view = PduView()\n            view.ports = {_ONE}\n            return view",
)
_ENERGY = "PduPortStatisticView(identity=port.oid_index, consumption=port.value_float)"
_QUIET_SET = """
    def set_quietly(self, oid, value):
        try:
            self.snmp_set(oid, value)
        except Exception:
            pass

"""
_LATER_BY_A_THREAD = f"""{_QUIET_SET}    def snmp_set(self, oid, value):
        import threading

        try:
            super().snmp_set(oid, value)
        except Exception:
            threading.Timer(1.5, self.set_quietly, (oid, value)).start()
            raise

"""
_BELIEF = """        answer = self.__get_port_status(pdu_port_data, power_status)
        if isinstance(answer.power_status, Exception):
            answer.power_status = power_status
        return answer"""
_LOG_OF_PARAMETERS = f"        logging.info(self.pdu_data.snmp_params)\n{_VIEW}"
_STATISTIC = "        pdu_statistic = PduStatisticView()\n"
_SWALLOWED = f"""{_STATISTIC}        try:
            self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)
        except Exception:
            return pdu_statistic
"""
_IF_OTHER = """        key = (self.pdu_data.snmp_params["port"], pdu_port_data.identity)
        if LAST.get(key) == power_status:
            pdu_port_data.power_status = power_status
            return pdu_port_data
        LAST[key] = power_status
"""
_UP = "        return self.__port_change_status(pdu_port_data, EnumPowerStatus.UP)"
_ALL_UP = f"""        for row in self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE):
            self.snmp_set(OID_RPCM_ADMINISTRATIVE_STATE + row.oid_index, 1)
{_UP}"""
_ONE_OBJECT = """    Rpcm.only = getattr(Rpcm, "only", None) or Rpcm(pdu_data)
    return Rpcm.only"""
_OPPOSITE = "=1 - self.snmp_get(OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity).value_int"
_UNTIL_SEEN = """        for _ in range(2):
            if self.__get_port_status(pdu_port_data).power_status is power_status:
                break
            self.snmp_set(
                OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity,
                PORT_POWER_DICT[power_status],
            )
"""
_CACHED = """    kept = {}

    def status(self) -> PduView:
        port = self.pdu_data.snmp_params["port"]
        if port not in Rpcm.kept:
            Rpcm.kept[port] = self.read()
        return Rpcm.kept[port]

    def read(self) -> PduView:
"""
_OWN_OBJECT = "oid=OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity"
_FIRST_OBJECT = 'oid=OID_RPCM_ADMINISTRATIVE_STATE + "1"'
_BY_PLACE = """        rows = self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE)
        place = [row.oid_index for row in rows].index(pdu_port_data.identity)
        self.snmp_set(
"""
_OBJECT_OF_PLACE = "oid=OID_RPCM_ADMINISTRATIVE_STATE + str(place + 1)"
_SEVEN = """        self.snmp_set(OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity, 7)
        return pdu_port_data"""
_STATE_AS_A_WORD = """        if pdu_port_data.power_status is EnumPowerStatus.DOWN:
            pdu_port_data.power_status = "down"
        return pdu_port_data
"""
_STATES = "for port in self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE):"
_STATES_THAT_ARE_READ = """for port in self.rows_that_are_read():"""
_ROWS_THAT_ARE_READ = """    def rows_that_are_read(self):
        for row in self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE):
            try:
                self.snmp_get(OID_RPCM_ADMINISTRATIVE_STATE + row.oid_index)
                yield row
            except Exception:
                continue

"""
_LAST_OF_OBJECT = """    def status(self):
        try:
            self.last = self.read()
        except Exception:
            if not hasattr(self, "last"):
                raise
        return self.last

    def read(self) -> PduView:
"""
_PULSE_IF_ON = """        own_object = OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity
        if self.snmp_get(own_object).value_int == PORT_POWER_DICT[power_status] == 1:
            self.snmp_set(own_object, 3)
            return self.__get_port_status(pdu_port_data, power_status)
"""
_COMMUNITY_OF_CLASS = """    fields = pdu_data.snmp_params
    Rpcm.community = getattr(Rpcm, "community", fields["community"])
    fields["community"] = Rpcm.community
    return Rpcm(pdu_data)"""
_OTHER_COMMUNITY = """    def status(self):
        try:
            return self.read()
        except Exception:
            self.pdu_data.snmp_params["community"] = "public"
            return self.read()

    def read(self) -> PduView:
"""

#: the page waits 10 s for a state; without a wait, only what comes late is not seen
PAGE = SOURCE.replace("timeout=10", "timeout=4")
_WELL = "a PDU that is well"
_AT_COMMAND = "a fault at a command"
FAULTS = {
    "the place in the list as the number of the object": Fault(
        "others",
        "an absent row",
        "port_down commanded outlet 11: outlet 12 was to be switched",
        {_SET: _BY_PLACE, _OWN_OBJECT: _OBJECT_OF_PLACE},
    ),
    "the last reading of the object, where no request is answered": Fault(
        "silent",
        "no answer",
        "status returned 12 outlets, and raised nothing",
        {"    def status(self) -> PduView:\n": _LAST_OF_OBJECT},
    ),
    "the last reading of the object, where half of it is read": Fault(
        "short",
        "half of each answer",
        "status returned outlet 1 off, and it is on",
        {"    def status(self) -> PduView:\n": _LAST_OF_OBJECT},
    ),
    "two commands": Fault("once", _WELL, "port_down wrote 2 times", {_SET: _TWICE + _SET}),
    "a refused command is sent again by a thread": Fault(
        "once",
        _AT_COMMAND,
        "it wrote 1.3.6.1.4.1.46235.2.4.2.1.4.",
        {_STATUS: _LATER_BY_A_THREAD + _STATUS},
    ),
    "a number as the identity": Fault(
        "status",
        _WELL,
        "status: port 1 has the identity 1 of the type int; the page wants text",
        {"identity=port.oid_index,\n": "identity=int(port.oid_index),\n"},
    ),
    "a word as the state": Fault(
        "port_down",
        _WELL,
        "port_down: the power_status of outlet '1' is 'down' of the type str; the page wants an",
        {"        return pdu_port_data\n": _STATE_AS_A_WORD},
    ),
    "a dict": Fault(
        "statistic",
        _WELL,
        "statistic returned an object of the type dict; the page wants a Pdu",
        {"        return pdu_statistic\n": "        return {}\n"},
    ),
    "no unknown state": Fault(
        "states",
        _WELL,
        "status returned outlet 4 off, and it is unknown",
        {"port.value_int, EnumPowerStatus.UNKNOWN": "port.value_int, EnumPowerStatus.DOWN"},
    ),
    "the wish as the state": Fault(
        "stuck",
        _AT_COMMAND,
        "port_down returned off, and the PDU has outlet 12 on",
        {_ANSWER: _WISH},
    ),
    "milliamperes": Fault(
        "figures",
        _WELL,
        "statistic returned load 3272 A; the PDU measures 3.272 A",
        {") / 1000": ")"},
    ),
    "whole amperes": Fault(
        "figures",
        _WELL,
        "statistic returned load 3 A; the PDU measures 3.272 A",
        {") / 1000": ") // 1000"},
    ),
    "Wh of an outlet": Fault(
        "figures",
        _WELL,
        "statistic returned consumption of outlet 1 12345000 kWh; the PDU measures 12345 kWh",
        {_ENERGY: _ENERGY.replace("value_float", "value_float * 1000")},
    ),
    "no figure": Fault(
        "figures",
        _WELL,
        "statistic returned no figure, and the PDU has meters",
        {"return pdu_statistic\n": "return PduStatisticView()\n"},
    ),
    "no wait": Fault(
        "late",
        _AT_COMMAND,
        "port_down returned on, and outlet 12 was off soon after",
        {_ANSWER: "        return self.__get_port_status(pdu_port_data)"},
    ),
    "a refusal is swallowed": Fault(
        "refused",
        _AT_COMMAND,
        "port_down returned on, and raised nothing",
        {_STATUS: f"{_QUIET_SET}{_STATUS}", _SET: "        self.set_quietly(\n"},
    ),
    "the wish where the state cannot be read": Fault(
        "unread",
        _AT_COMMAND,
        "port_down returned off, and no state could be read after the command",
        {_ANSWER: _BELIEF},
    ),
    "the login is logged": Fault(
        "secret", "", "it logs a secret (my_handler.py line ", {_VIEW: _LOG_OF_PARAMETERS}
    ),
    "no statistic of a device that is silent": Fault(
        "silent",
        "no answer",
        "statistic returned no load, no energy, and raised nothing",
        {_STATISTIC: _SWALLOWED},
    ),
    "all outlets are switched on": Fault(
        "others",
        _WELL,
        "port_up commanded outlet 2: outlet 1 was to be switched; for port_up of outlet 1",
        {_UP: _ALL_UP},
    ),
    "states are kept": Fault(
        "asked",
        "changed by hand",
        "status returned without a request to this PDU",
        {_STATUS: _CACHED},
    ),
    "outlet 1 in place of each": Fault(
        "others",
        _WELL,
        "port_down commanded outlet 1: outlet 2 was to be switched; for port_down of outlet 2 such"
        " a PDU takes 1.3.6.1.4.1.46235.2.4.2.1.4.2 = 0",
        {_OWN_OBJECT: _FIRST_OBJECT},
    ),
    "a value that the PDU does not know": Fault(
        "others",
        _WELL,
        "port_up sent 1.3.6.1.4.1.46235.2.4.2.1.4.1 = 7: the object is right, the value is not: 7"
        " is not the value of on, 1",
        {_UP: _SEVEN},
    ),
    "port_up switches off": Fault(
        "port_up",
        _WELL,
        "port_up sent 1.3.6.1.4.1.46235.2.4.2.1.4.1 = 0, which switches it off; for port_up of"
        " outlet 1 such a PDU takes 1.3.6.1.4.1.46235.2.4.2.1.4.1 = 1",
        {_UP: _UP.replace("UP", "DOWN")},
    ),
    "a toggle": Fault(
        "port_down",
        _WELL,
        "port_down sent 1.3.6.1.4.1.46235.2.4.2.1.4.1 = 1, which switches it on",
        {"=PORT_POWER_DICT[power_status]": _OPPOSITE},
    ),
    "a command until the state is seen": Fault(
        "once", _AT_COMMAND, "port_down wrote 3 times", {_ANSWER: _UNTIL_SEEN + _ANSWER}
    ),
    "a command is sent if the last was another": Fault(
        "asked",
        "changed by hand",
        "port_down returned without a request to this PDU",
        {_IMPORT: f"{_IMPORT}LAST: dict = {{}}\n", _SET: _IF_OTHER + _SET},
    ),
    "one object for all PDUs": Fault(
        "pdus", _WELL, "status asked another PDU than its own", {_MAKE: _ONE_OBJECT}
    ),
    "one outlet in place of an error": Fault(
        "short",
        "half of each answer",
        "status returned 1 outlets, without 2, 3, 4, 5, 6",
        {_STATUS: _FIRST},
    ),
    "no outlet in place of an error": Fault(
        "community",
        "a refused login",
        "status returned 0 outlets, and raised nothing",
        {_STATUS: _EMPTY},
    ),
    "an error of its own": Fault(
        "status",
        _WELL,
        "status raised NameError: x (my_handler.py line ",
        {_VIEW: f"        raise NameError('x')\n{_VIEW}"},
    ),
    "an outlet that cannot be read is left out": Fault(
        "lost state",
        "a state that cannot be read",
        "status returned 11 outlets, without 8",
        {_STATUS: _ROWS_THAT_ARE_READ + _STATUS, _STATES: _STATES_THAT_ARE_READ},
    ),
    "a relay that moves is on": Fault(
        "lost state",
        "a state that is not documented",
        "status returned outlet 12 on, and it is unknown",
        {"port.value_int, Enum": "{3: 1}.get(port.value_int, port.value_int), Enum"},
    ),
    "-1 is off": Fault(
        "lost state",
        "a state that is not documented",
        "status returned outlet 12 off, and it is unknown",
        {"port.value_int, Enum": "max(port.value_int, 0), Enum"},
    ),
    "a pulse for an outlet that is on": Fault(
        "others",
        _WELL,
        "port_up sent 1.3.6.1.4.1.46235.2.4.2.1.4.1 = 3: the object is right, the value is not: 3",
        {_SET: _PULSE_IF_ON + _SET},
    ),
    "a community of the class": Fault(
        "pdus",
        "",
        "status sent a login or a token of another PDU",
        {"    return Rpcm(pdu_data)": _COMMUNITY_OF_CLASS},
    ),
    "a community that nobody gave": Fault(
        "login",
        "no answer",
        "status sent a community that nobody gave it",
        {_STATUS: _OTHER_COMMUNITY},
    ),
}
