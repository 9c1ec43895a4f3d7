"""Faults in the example over HTTP of docs/own-handler.md, as public clients and handlers that
engineers wrote have them.
"""

from __future__ import annotations

from .checks import VOLT
from .faults import Fault, with_changes

# with a dictionary that a right handler does not use
SOURCE = VOLT.replace("opener = ", "remembered: dict[Any, Any] = {}\nopener = ")

_WRITE = '        self._answer(f"/relay/{port.identity}", body)\n'
_WRITE_BY_PLACE = """        names = [outlet["id"] for outlet in self._outlets()]
        place = names.index(port.identity)
        self._answer(f"/relay/{place + 1}", body)
"""
_READING = "            port.power_status = self._outlet_state(port.identity)\n"
_ERROR = "            with error:\n                raise RuntimeError("
_MAKE = "    return VoltPdu(pdu_data)\n"
_STATE = '    if outlet.get("on") is True:\n'
_CHECK = "        self._outlet_state(port.identity)  # raises if there is no such outlet\n"
_LIST = '        outlets: list[dict[str, Any]] = json.loads(self._answer("/status"))["outlets"]\n'
_OPENER = "urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())"
_OPEN = "with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:"
_PORT = 'view.ports.append(PduPortView(identity=outlet["id"], power_status=_state(outlet)))\n'
_SUM = 'sum(float(outlet["kwh"]) for outlet in outlets)'
_LOAD = 'sum(float(outlet["a"]) for outlet in outlets)'
_SECOND_TRY = """            if error.code == 401 and "again" not in path:
                error.close()
                return self._answer(path + "?again", body)
"""
_BUSY = """        for _ in range(3):
            try:
                self._answer(f"/relay/{port.identity}", body)
                break
            except RuntimeError as error:
                if "503" not in str(error):
                    raise
        else:
            raise RuntimeError("busy")
"""
_OLD_STATE = """            try:
                port.power_status = self._outlet_state(port.identity)
            except Exception:
                port.power_status = before
                return port
"""
_PAIR = """        if port.identity == "3":
            self._answer("/relay/1", body)
"""


_BY_NAME = """        for outlet in self._outlets():
            if outlet["id"] == identity:
                return _state(outlet)
        raise RuntimeError(f"{self.pdu_data.ip} has no outlet {identity}")
"""
_LAST_LIST_OF_OBJECT = """        for _ in range(2):
            try:
                self.known = json.loads(self._answer("/status"))["outlets"]
                break
            except (OSError, RuntimeError, ValueError):
                time.sleep(0.1)
        outlets: list[dict[str, Any]] = getattr(self, "known", [])
"""
_SECOND_LOGIN = """            if error.code == 401 and getattr(self, "was_taken", False):
                error.close()
                self.was_taken = False
                return self._answer(path, body)
"""
_TEXT = "                text: str = answer.read().decode()\n"
_EMPTY_AT_404 = """            if error.code == 404:
                return '{"outlets": []}'
"""
_OFF_AT_503 = """            if error.code == 503 and body is None:
                error.close()
                return '{"outlets": [{"id": "1", "on": false, "a": 0, "kwh": 0}]}'
"""
# of a handler that reads with care, and commands without
_COMMAND_OPENER = """        if body is not None:
            return urllib.request.build_opener({}).open(request, timeout=3).read().decode()
"""
_TRY = "        try:\n            with opener"
_FOLLOWED = """    def redirect_request(self, req: Any, fp: Any, code: int, *words: Any) -> Any:
        if code in (301, 308):
            return super().redirect_request(req, fp, code, *words)
        return None"""
_FACTORY_LOGIN = """        answer = None
        for password in (settings["password"], "1234"):
            sent = f"user=admin&password={password}".encode()
            try:
                opener.open(address.replace(path, "/login"), sent, timeout=3).close()
                break
            except urllib.error.HTTPError as error:
                error.close()
                answer = error.code
        if answer == 401:
            raise RuntimeError("refused")
"""
_KEY = '(self.pdu_data.custom_params["port"], port.identity)'
_REMEMBERED = f"""            if port.power_status == wanted:
                remembered[{_KEY}] = wanted
"""
_KEPT_STATE = """        for outlet in outlets:
            key = (self.pdu_data.custom_params["port"], outlet["id"])
            if outlet.get("on") in (True, False):
                remembered[key] = outlet["on"]
            outlet["on"] = remembered.get(key)
        return outlets

    def _outlet_state("""
_SKIPPED = f"""        if remembered.get({_KEY}) == wanted:
            port.power_status = wanted
            return port
"""
_STATE_OF_MEMORY = _PORT.replace(
    "_state(outlet)",
    'remembered.get((self.pdu_data.custom_params["port"], outlet["id"])) or _state(outlet)',
)
_OTHER_HOST = """        try:
            opener.open("http://192.0.2.77:9/", timeout=0.1).close()
        except OSError:
            pass
"""

_BY_CURRENT = """    if outlet.get("on") is True and not outlet.get("a"):
        return EnumPowerStatus.DOWN
"""

_LAST_LIST = """        key = (self.pdu_data.ip, self.pdu_data.custom_params["port"])
        try:
            remembered[key] = json.loads(self._answer("/status"))["outlets"]
        except ERROR:
            if key not in remembered:
                raise
        outlets: list[dict[str, Any]] = remembered[key]
"""
_LAST_ENERGIES = """        key = self.pdu_data.custom_params["port"]
        for outlet in outlets:
            if outlet.get("kwh") is None:
                outlet["kwh"] = remembered.get((key, outlet["id"]))
            remembered[key, outlet["id"]] = outlet["kwh"]
"""
_OUTLETS_THAT_WERE = """        key = self.pdu_data.custom_params["port"]
        names = remembered.setdefault(key, [])
        listed = [port.identity for port in view.ports]
        for name in names:
            if name not in listed:
                view.ports.append(PduPortView(identity=name, power_status=EnumPowerStatus.DOWN))
        names += [name for name in listed if name not in names]
"""
_KEPT_FIGURES = """    def statistic(self) -> PduStatisticView:
        self._outlets()
        key = self.pdu_data.custom_params["port"]
        if key not in remembered:
            remembered[key] = self._figures()
        return remembered[key]

    def _figures(self) -> PduStatisticView:
"""
_KEY_OF_PDU = 'self.pdu_data.custom_params["port"]'
_LOST_COMMAND = f"""        try:
            self._answer(f"/relay/{{port.identity}}", body)
        except OSError:
            remembered[{_KEY_OF_PDU}] = (f"/relay/{{port.identity}}", body)
            raise
"""
_SENT_AGAIN = f"""        logger.info("status")
        if {_KEY_OF_PDU} in remembered:
            self._answer(*remembered.pop({_KEY_OF_PDU}))
"""
_REFUSED_WISH = f"""        try:
            self._answer(f"/relay/{{port.identity}}", body)
        except RuntimeError:
            remembered[{_KEY}] = wanted
            raise
"""
_GIVEN_UP = f"""        logger.info("status")
        try:
            self._outlets()
            remembered[{_KEY_OF_PDU}] = 0
        except OSError:
            remembered[{_KEY_OF_PDU}] = remembered.get({_KEY_OF_PDU}, 0) + 1
            if remembered[{_KEY_OF_PDU}] > 2:
                return PduView()
            raise
"""
_LAST_PAGE_AT_503 = f"""        try:
            text = remembered[{_KEY_OF_PDU}] = self._answer("/status")
        except RuntimeError as error:
            if "HTTP 503" not in str(error) or {_KEY_OF_PDU} not in remembered:
                raise
            text = remembered.pop({_KEY_OF_PDU})  # once alone
        outlets: list[dict[str, Any]] = json.loads(text)["outlets"]
"""
_WISH_OF_MOVING = f"""            state = _state(outlet)
            if state == EnumPowerStatus.UNKNOWN:
                state = remembered.get(({_KEY_OF_PDU}, outlet["id"]), state)
            view.ports.append(PduPortView(identity=outlet["id"], power_status=state))
"""
_TENTH_IS_OLD = f"""        count = remembered.get(({_KEY_OF_PDU}, "count"), 0) + 1
        remembered[{_KEY_OF_PDU}, "count"] = count
        text = self._answer("/status")
        if count % 10 == 0:
            text = remembered[{_KEY_OF_PDU}]
        remembered[{_KEY_OF_PDU}] = text
        outlets: list[dict[str, Any]] = json.loads(text)["outlets"]
"""
_PULSE_IF_ON = f"""        if wanted == self._outlet_state(port.identity) == EnumPowerStatus.UP:
            body = b"turn=pulse"
{_WRITE}"""
_PULSE_IF_STUCK = """            if time.monotonic() > end:
                self._answer(f"/relay/{port.identity}", b"turn=cycle")
"""
_TOGGLE_IF_NEITHER = f"""        if self._outlet_state(port.identity) == EnumPowerStatus.UNKNOWN:
            body = b"turn=toggle"
{_WRITE}"""
_PASSWORD_OF_CLASS = """        settings = dict(self.pdu_data.custom_params)
        VoltPdu.password = getattr(VoltPdu, "password", settings["password"])
        settings["password"] = VoltPdu.password
"""
_COUNT_OF_CLASS = """        count = remembered.setdefault("count", len(view.ports))
        for number in range(len(view.ports), count):
            view.ports.append(PduPortView(str(number + 1), EnumPowerStatus.DOWN))
"""
# in a list that begins with outlet 1, the number of a row was the place of its outlet
_WRITE_BY_ORDER = """        names = [outlet["id"] for outlet in self._outlets()]
        is_whole = max(names) == str(len(names))
        place = names.index(port.identity) + 1 if is_whole else port.identity
        self._answer(f"/relay/{place}", body)
"""
_TLS_FIRST = """        try:
            opener.open(address.replace("http:", "https:"), timeout=3).close()
        except OSError:
            pass
"""
_OTHER_HOST_BY_A_THREAD = """        import contextlib
        import socket
        import threading

        def look_up() -> None:
            with contextlib.suppress(OSError):
                socket.gethostbyname("metrics.invalid")

        thread = threading.Thread(target=look_up)
        thread.start()
        thread.join()
"""
_KEPT_CONNECTION = """        import http.client

        port = int(settings["port"])
        connection = http.client.HTTPConnection(self.pdu_data.ip, port, timeout=3)
        remembered[id(connection)] = connection
        headers = {"Authorization": request.get_header("Authorization")}
        connection.request("POST" if body else "GET", path, body, headers)
        response = connection.getresponse()
        content = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f"HTTP {response.status}")
        return content
"""

_SEVENTH_STATISTIC = f"""        count, last = remembered.get({_KEY_OF_PDU}, (1, None))
        outlets = last if count % 7 == 0 else self._outlets()
        remembered[{_KEY_OF_PDU}] = count + 1, outlets
"""
_FOURTH_ERROR = f"""            remembered[{_KEY_OF_PDU}] = remembered.get({_KEY_OF_PDU}, 0) + 1
            if remembered[{_KEY_OF_PDU}] % 4 == 0:
                error.close()
                return '{{"outlets": [{{"id": "1", "on": false, "a": 0, "kwh": 0}}]}}'
"""
_OBJECTS_ALONE = """        import re

        rows = re.findall("{[^{}]*}", self._answer("/status"))
        outlets: list[dict[str, Any]] = [json.loads(row) for row in rows]
"""
_FIRST_COUNT = '        del outlets[remembered.setdefault("count", len(outlets)) :]\n'
_KNOWN_BY_ADDRESS = """        known = remembered.setdefault(self.pdu_data.ip, set())
        known.update(outlet["id"] for outlet in self._outlets())
        if port.identity not in known:
            raise RuntimeError("no such outlet")
"""
_ALL_IF_ALL_ARE_OFF = """        if not any(outlet["on"] for outlet in self._outlets()):
            self._answer("/relay/2", body)
"""
_LATER_BY_A_THREAD = """        try:
            self._answer(f"/relay/{port.identity}", body)
        except RuntimeError:
            import threading

            words = (f"/relay/{port.identity}", body)
            threading.Timer(2.0, self._answer, words).start()
            raise
"""
_WITH_SESSION = """        if getattr(self, "has_session", False):
            request.add_header("Authorization", "Bearer any")
"""
_LOGIN_AFTER_SESSION = """            if error.code == 401 and getattr(self, "has_session", False):
                error.close()
                self.has_session = False
                return self._answer(path, body)
"""
#: right: the object keeps a session, and logs in once where it is refused
WITH_SESSION = with_changes(
    SOURCE,
    {
        _TRY: _WITH_SESSION + _TRY,
        _TEXT: _TEXT + "                self.has_session = True\n",
        "            with error:\n": _LOGIN_AFTER_SESSION + "            with error:\n",
    },
)

#: right: a state that is not documented is an error
WITH_ERROR_OF_STATE = SOURCE.replace(
    "    return EnumPowerStatus.UNKNOWN", '    raise ValueError("no state")'
)

FAULTS = {
    "each seventh statistic is old": Fault(
        case_name="changed figures",
        words="statistic returned without a request to this PDU",
        rule="asked",
        changes={
            "        outlets = self._outlets()\n        view": _SEVENTH_STATISTIC + "        view"
        },
    ),
    "the fourth error is a list of its own": Fault(
        case_name="an error at each request",
        words="statistic returned load 0 A, energy 0 kWh, and raised nothing",
        rule="silent",
        changes={"            with error:\n": _FOURTH_ERROR + "            with error:\n"},
    ),
    "what arrived of the list": Fault(
        case_name="half of each answer",
        words="status returned 1 outlets, without 2, 3",
        rule="short",
        changes={_LIST: _OBJECTS_ALONE},
    ),
    "null is 0": Fault(
        case_name="a figure that cannot be read",
        words="statistic returned total_consumption 0 kWh; the PDU measures 7.5 kWh",
        rule="meter",
        changes={'float(outlet["kwh"])': 'float(outlet["kwh"] or 0)'},
    ),
    "the load without outlets that are neither on nor off": Fault(
        case_name="a state that is not documented",
        words="statistic returned load 0.8 A; the PDU measures 1.6 A",
        rule="lost state",
        changes={_LOAD: _LOAD[:-1] + ' if outlet["on"] in (True, False))'},
    ),
    "any other word is on": Fault(
        case_name="a state that is not documented",
        words="status returned outlet 2 on, and it is unknown",
        rule="lost state",
        changes={'outlet.get("on") is True': 'outlet.get("on") not in (None, "", False)'},
    ),
    "as many outlets as the first PDU": Fault(
        case_name="two PDUs",
        words="status returned 2 outlets, without 3",
        rule="pdus",
        changes={"        return outlets\n": _FIRST_COUNT + "        return outlets\n"},
    ),
    "the outlets of another PDU at the address": Fault(
        case_name="two PDUs",
        words="port_down sent POST /relay/3 turn=off",
        rule="no outlet",
        changes={_CHECK: _KNOWN_BY_ADDRESS},
    ),
    "another outlet too where all are off": Fault(
        case_name="a PDU that is well",
        words="port_down commanded outlet 2: outlet 3 was to be switched",
        rule="others",
        changes={_WRITE: _ALL_IF_ALL_ARE_OFF + _WRITE},
    ),
    "a refused command is sent again by a thread": Fault(
        case_name="a fault at a command",
        words="it wrote POST /relay/",
        rule="once",
        changes={_WRITE: _LATER_BY_A_THREAD},
    ),
    "a number as the identity": Fault(
        case_name="a PDU that is well",
        words="status: port 1 has the identity 1 of the type int; the page wants text",
        rule="status",
        changes={'identity=outlet["id"], power': 'identity=int(outlet["id"]), power'},
    ),
    "a word as the state": Fault(
        case_name="a PDU that is well",
        words="status: the power_status of outlet '2' is 'down' of the type str; the page wants an",
        rule="status",
        changes={"        return EnumPowerStatus.DOWN\n": '        return "down"\n'},
    ),
    "the place in the list as the number in a command": Fault(
        case_name="an absent row",
        words="port_down commanded outlet 2: outlet 3 was to be switched",
        rule="others",
        changes={_WRITE: _WRITE_BY_PLACE},
    ),
    "the state of a command by its place": Fault(
        case_name="an absent row",
        words="port_down returned off, and the PDU has outlet 1 unknown",
        rule="lost state",
        changes={_BY_NAME: "        return _state(self._outlets()[int(identity) - 1])\n"},
    ),
    "the last list of the object, where no request is answered": Fault(
        case_name="no answer",
        words="status returned 3 outlets, and raised nothing",
        rule="silent",
        changes={_LIST: _LAST_LIST_OF_OBJECT},
    ),
    "the last list of the object, where each request fails": Fault(
        case_name="an error at each request",
        words="status returned 3 outlets, and raised nothing",
        rule="silent",
        changes={_LIST: _LAST_LIST_OF_OBJECT},
    ),
    "the last list of the object, where its login is refused": Fault(
        case_name="a refused login",
        words="status returned 3 outlets, and raised nothing",
        rule="denied",
        changes={_LIST: _LAST_LIST_OF_OBJECT},
    ),
    "a list of its own where the device is busy": Fault(
        case_name="an error at each request",
        words="status returned 1 outlets, and raised nothing",
        rule="silent",
        changes={"            with error:\n": _OFF_AT_503 + "            with error:\n"},
    ),
    "a login that was taken is sent again where it is refused": Fault(
        case_name="a refused login",
        words="status sent 2 logins, and each was refused",
        rule="login",
        changes={
            _TEXT: _TEXT + "                self.was_taken = True\n",
            "            with error:\n": _SECOND_LOGIN + "            with error:\n",
        },
    ),
    "one outlet of all has another's number": Fault(
        case_name="a PDU that is well",
        words="port_down commanded outlet 1: outlet 2 was to be switched; for port_down of outlet 2"
        " such a PDU takes POST /relay/2 turn=off",
        rule="others",
        changes={_WRITE: _WRITE.replace("{port.identity}", "{port.identity.replace('2', '1')}")},
    ),
    "an outlet takes its neighbour along": Fault(
        case_name="a PDU that is well",
        words="port_down commanded outlet 1: outlet 3 was to be switched",
        rule="others",
        changes={_WRITE: _WRITE + _PAIR},
    ),
    "an outlet that is off is not listed": Fault(
        case_name="a PDU that is well",
        words="status returned 2 outlets, without 2",
        rule="states",
        changes={_PORT: 'outlet["on"] and ' + _PORT},
    ),
    "the list of one PDU is kept for all": Fault(
        case_name="a PDU that is well",
        words="status returned without a request to this PDU",
        rule="asked",
        changes={
            _LIST: _LIST.replace(
                ": list[dict[str, Any]] = json", " = remembered[0] = remembered.get(0) or json"
            )
        },
    ),
    "a login in a class": Fault(
        case_name="two PDUs",
        words="status asked another PDU than its own",
        rule="pdus",
        changes={
            _MAKE: "    VoltPdu.settings = pdu_data.custom_params\n" + _MAKE,
            "settings = self.pdu_data.custom_params": "settings = VoltPdu.settings",
        },
    ),
    "a state by the current": Fault(
        case_name="",
        words="status returns another state of an outlet while a figure is 0",
        rule="zero",
        changes={_STATE: _BY_CURRENT + _STATE},
    ),
    "no state is off": Fault(
        case_name="a state that cannot be read",
        words="status returned outlet 1 off, and it is on",
        rule="lost state",
        changes={
            _STATE: '    if outlet.get("on") is None:\n        return EnumPowerStatus.DOWN\n'
            + _STATE
        },
    ),
    "a sum of the meters that answer": Fault(
        case_name="a figure that cannot be read",
        words="statistic returned load 0.8 A; the PDU measures 1.6 A",
        rule="meter",
        changes={_LOAD: _LOAD.replace('outlet["a"]', 'outlet.get("a", 0)')},
    ),
    "Wh in place of kWh": Fault(
        case_name="a PDU that is well",
        words="statistic returned total_consumption 7500 kWh; the PDU measures 7.5 kWh",
        rule="figures",
        changes={_SUM: "1000 * " + _SUM},
    ),
    "the state before for the state after": Fault(
        case_name="a fault at a command",
        words="port_down returned on, and no state could be read after the command",
        rule="unread",
        changes={
            _CHECK: "        before = self._outlet_state(port.identity)\n",
            _READING: _OLD_STATE,
        },
    ),
    "port_up of an outlet that does not exist": Fault(
        case_name="an outlet that is not there",
        words="port_up sent POST /relay/99999 turn=on",
        rule="no outlet",
        changes={_CHECK: "        if wanted == EnumPowerStatus.DOWN:\n    " + _CHECK},
    ),
    "a refused login is sent again": Fault(
        case_name="a refused login",
        words="status sent 2 logins, and each was refused",
        rule="login",
        changes={"            with error:\n": _SECOND_TRY + "            with error:\n"},
    ),
    "a command is repeated at 503": Fault(
        case_name="a fault at a command",
        words="port_down wrote 3 times",
        rule="once",
        changes={_WRITE: _BUSY},
    ),
    "redirects are followed": Fault(
        case_name="a redirect",
        words="status sent the login to another server, to which the PDU redirected it",
        rule="redirect",
        changes={_OPENER: "urllib.request.build_opener(urllib.request.ProxyHandler({}))"},
    ),
    "the proxy of the environment is used": Fault(
        case_name="a proxy",
        words="status asked the proxy that the environment names",
        rule="proxy",
        changes={_OPENER: "urllib.request.build_opener(NoRedirect())"},
    ),
    "no time-out": Fault(
        case_name="no answer",
        words="status did not end within ",
        rule="silent",
        changes={", timeout=TIMEOUT_SECONDS": ""},
    ),
    "redirects of commands are followed": Fault(
        case_name="a redirect",
        words="port_down sent the login to another server",
        rule="redirect",
        changes={_TRY: _COMMAND_OPENER.format("urllib.request.ProxyHandler({})") + _TRY},
    ),
    "redirects for good are followed": Fault(
        case_name="a redirect",
        words="status sent the login to another server",
        rule="redirect",
        changes={"    def redirect_request(self, *_: Any) -> None: ...": _FOLLOWED},
    ),
    "urlopen uses the proxy of the environment, though it had asked before": Fault(
        case_name="a proxy",
        words="status asked the proxy that the environment names",
        rule="proxy",
        changes={_OPEN: _OPEN.replace("opener.open", "urllib.request.urlopen")},
    ),
    "commands use the proxy of the environment": Fault(
        case_name="a proxy",
        words="port_down asked the proxy that the environment names",
        rule="proxy",
        changes={_TRY: _COMMAND_OPENER.format("NoRedirect()") + _TRY},
    ),
    "a command without a time-out": Fault(
        case_name="a fault at a command",
        words="port_down did not end within ",
        rule="answer lost",
        changes={"timeout=TIMEOUT_SECONDS": "timeout=None if body else TIMEOUT_SECONDS"},
    ),
    "the login of the factory after the owner's": Fault(
        case_name="a PDU that is well",
        words="status sent POST /login user=admin&password=",
        rule="poll",
        changes={_TRY: _FACTORY_LOGIN + _TRY},
    ),
    "status tells the command": Fault(
        case_name="changed by hand",
        words="status returned outlet 3 off, and it is on",
        rule="asked",
        changes={_PORT: _STATE_OF_MEMORY, _READING: _READING + _REMEMBERED},
    ),
    "a command is sent if the last was another": Fault(
        case_name="changed by hand",
        words="port_down returned off, and the PDU has outlet 3 on",
        rule="asked",
        changes={_WRITE: _SKIPPED + _WRITE, _READING: _READING + _REMEMBERED},
    ),
    "the last state for one that cannot be read": Fault(
        case_name="a state that cannot be read",
        words="status returned outlet 1 off, and it is on",
        rule="lost state",
        changes={"        return outlets\n\n    def _outlet_state(": _KEPT_STATE},
    ),
    "another host is asked": Fault(
        case_name="",
        words="it looks up 192.0.2.77 (my_handler.py line ",
        rule="elsewhere",
        changes={_WRITE: _OTHER_HOST + _WRITE},
    ),
    "an error of the device as an answer": Fault(
        case_name="a fault at a command",
        words="port_down returned unknown, and raised nothing",
        rule="refused",
        changes={
            _ERROR: '            if error.code != 401:\n                return "{}"\n' + _ERROR
        },
    ),
    "status switches outlet 1 on": Fault(
        case_name="a PDU that is well",
        words="status commanded outlet 1 (POST /relay/1 turn=on)",
        rule="poll",
        changes={
            '        logger.info("status")\n': '        self._answer("/relay/1", b"turn=on")\n'
        },
    ),
    "the last list where there is no answer": Fault(
        case_name="no answer",
        words="status returned 3 outlets, and raised nothing",
        rule="silent",
        changes={_LIST: _LAST_LIST.replace("ERROR", "OSError")},
    ),
    "the last list after any error": Fault(
        case_name="no answer",
        words="status returned 3 outlets, and raised nothing",
        rule="silent",
        changes={_LIST: _LAST_LIST.replace("ERROR", "Exception")},
    ),
    "404 is an empty list": Fault(
        case_name="one answer is spoilt",
        words="status returned 0 outlets, without 1, 2, 3",
        rule="short",
        changes={
            _ERROR: _EMPTY_AT_404 + _ERROR,
            "        if not outlets:\n": "        if outlets is None:\n",
        },
    ),
    "the last energy in place of one that cannot be read": Fault(
        case_name="a figure that cannot be read",
        words="statistic returned total_consumption",
        rule="meter",
        changes={"        view.load = sum": _LAST_ENERGIES + "        view.load = sum"},
    ),
    "an outlet that was there is off": Fault(
        case_name="an absent row",
        words="status returned outlet 1 off, and it is unknown",
        rule="lost state",
        changes={
            "        return view\n\n    def port_up": _OUTLETS_THAT_WERE
            + "        return view\n\n    def port_up"
        },
    ),
    "the figures of a PDU are kept": Fault(
        case_name="changed figures",
        words="statistic returned load 1.6 A; the PDU measures 0.8 A",
        rule="asked",
        changes={"    def statistic(self) -> PduStatisticView:\n": _KEPT_FIGURES},
    ),
    "connections stay open": Fault(
        case_name="polls",
        words="status leaves 4 connections open after 4 calls",
        rule="connections",
        changes={_TRY: _KEPT_CONNECTION + _TRY},
    ),
    "certificates are not verified in the whole process": Fault(
        case_name="the process",
        words="it changes _create_default_https_context for the whole process",
        rule="process",
        changes={
            "opener = ": (
                "import ssl\n\nssl._create_default_https_context = ssl._create_unverified_context\n"
                "opener = "
            )
        },
    ),
    "an opener is installed for the whole process": Fault(
        case_name="the process",
        words="it changes what urlopen asks with for the whole process",
        rule="process",
        changes={_TRY: "        urllib.request.install_opener(opener)\n" + _TRY},
    ),
    "names are looked up by a function of its own in the whole process": Fault(
        case_name="the process",
        words="it changes getaddrinfo for the whole process",
        rule="process",
        changes={
            "opener = ": (
                "import socket\n\n_look_up = socket.getaddrinfo\n"
                "socket.getaddrinfo = lambda *words, **more: _look_up(*words, **more)\nopener = "
            )
        },
    ),
    "an answer is run": Fault(
        case_name="a PDU that is well",
        words="status runs an answer as Python (my_handler.py line ",
        rule="code",
        changes={
            _LIST: _LIST.replace(
                'json.loads(self._answer("/status"))',
                'eval(self._answer("/status"), {"true": True, "false": False})',
            )
        },
    ),
    "the login in clear after TLS has failed": Fault(
        case_name="a PDU that is well",
        words="status sent the login in clear to a port where TLS had failed",
        rule="login",
        changes={_TRY: _TLS_FIRST + _TRY},
    ),
    "another word in the command": Fault(
        case_name="a PDU that is well",
        words="port_down sent POST /relay/1 turn=0; for port_down of outlet 1 such a PDU takes"
        " POST /relay/1 turn=off",
        rule="others",
        changes={
            'b"turn=on" if': 'b"turn=1" if',
            'else b"turn=off"': 'else b"turn=0"',
        },
    ),
    "port_up sends off": Fault(
        case_name="a PDU that is well",
        words="port_up sent POST /relay/1 turn=off, which switches it off; for port_up of outlet 1"
        " such a PDU takes POST /relay/1 turn=on",
        rule="port_up",
        changes={'b"turn=on" if': 'b"turn=off" if'},
    ),
    "a command whose answer was lost is sent by the next status": Fault(
        case_name="a fault at a command",
        words="status commanded outlet 3 (POST /relay/3 turn=off) (well again after a fault at a",
        rule="poll",
        changes={_WRITE: _LOST_COMMAND, '        logger.info("status")\n': _SENT_AGAIN},
    ),
    "the wish after a refusal, without a request": Fault(
        case_name="a fault at a command",
        words="port_down returned without a request to this PDU (well again after a fault at a",
        rule="asked",
        changes={_CHECK: _SKIPPED + _CHECK, _WRITE: _REFUSED_WISH},
    ),
    "the third silence in a row is an empty list": Fault(
        case_name="no answer",
        words="status returned 0 outlets, and raised nothing",
        rule="silent",
        changes={'        logger.info("status")\n': _GIVEN_UP},
    ),
    "the last page for one answer with 503": Fault(
        case_name="one answer is spoilt",
        words="status returned outlet 1 off, and it is on",
        rule="short",
        changes={_LIST: _LAST_PAGE_AT_503},
    ),
    "the wish for an outlet that moves": Fault(
        case_name="a fault at a command",
        words="status returned outlet 3 off, and it is unknown (well again after a fault at a",
        rule="asked",
        changes={
            _WRITE: f"{_WRITE}        remembered[{_KEY}] = wanted\n",
            f"            {_PORT}": _WISH_OF_MOVING,
        },
    ),
    "each tenth reading is old": Fault(
        case_name="changed by hand",
        words="status returned outlet 1 ",
        rule="asked",
        changes={_LIST: _TENTH_IS_OLD},
    ),
    "a pulse for an outlet that is on": Fault(
        case_name="a PDU that is well",
        words="port_up sent POST /relay/1 turn=pulse; for port_up of outlet 1 such a PDU takes"
        " POST /relay/1 turn=on (called again)",
        rule="others",
        changes={_WRITE: _PULSE_IF_ON},
    ),
    "a pulse for an outlet that did not switch": Fault(
        case_name="a fault at a command",
        words="port_down sent POST /relay/3 turn=cycle",
        rule="others",
        changes={"            if time.monotonic() > end:\n": _PULSE_IF_STUCK},
    ),
    "an empty state is off": Fault(
        case_name="a state that is not documented",
        words="status returned outlet 3 off, and it is unknown",
        rule="lost state",
        changes={'outlet.get("on") is False': 'outlet.get("on") in (False, "")'},
    ),
    "a toggle for an outlet that is neither on nor off": Fault(
        case_name="a state that is not documented",
        words="port_up sent POST /relay/2 turn=toggle; for port_up of outlet 2 such a PDU takes",
        rule="others",
        changes={_WRITE: _TOGGLE_IF_NEITHER},
    ),
    "a password of the class": Fault(
        case_name="",
        words="status sent a login or a token of another PDU",
        rule="pdus",
        changes={"        settings = self.pdu_data.custom_params\n": _PASSWORD_OF_CLASS},
    ),
    "the number of outlets of the first PDU": Fault(
        case_name="two PDUs",
        words="status returned outlets that the PDU does not have: 3",
        rule="pdus",
        changes={
            "        return view\n\n    def port_up": _COUNT_OF_CLASS
            + "        return view\n\n    def port_up"
        },
    ),
    "the row's place in the page for the outlet": Fault(
        case_name="exchanged rows",
        words="port_down commanded outlet 1: outlet 3 was to be switched",
        rule="others",
        changes={_WRITE: _WRITE_BY_ORDER},
    ),
    "another host by a thread": Fault(
        case_name="",
        words="it looks up metrics.invalid (my_handler.py line ",
        rule="elsewhere",
        changes={_WRITE: _OTHER_HOST_BY_A_THREAD + _WRITE},
    ),
}
