"""Over which protocol a handler asks its device, and over which a recording was made."""

from __future__ import annotations

import re
from pathlib import Path

from handlers.shared.errors import SettingsError, printable

from ...loading.handler_source import HandlerSource
from ...recordings.handler_recordings import handler_of_recording
from ...recordings.web import har

SNMP, HTTP, NUT = "SNMP", "HTTP", "NUT"
_HTTP_CLIENT = re.compile(
    rb"^\s*(?:import|from)\s+(?:urllib\.request|http\.client|urllib import request"
    rb"|http import client|requests|httpx|aiohttp|urllib3|httplib2|pycurl)\b",
    re.MULTILINE,
)
# a request of NUT's protocol (RFC 9271), and its libraries
_NUT_CLIENT = re.compile(rb"\b(?:LIST|GET) VAR\b|\bimport (?:PyNUT|PyNUTClient|nut2|aionut)\b")


def refuse_other_protocol(source: HandlerSource, text: str, file: str) -> None:
    """Raises SettingsError for a recording over another protocol than the handler's. `source`: the
    handler; `text`: of the recording in `file`. Of the recording unit.snmprec:

        handler volt over HTTP          unit.snmprec is a recording over SNMP, and volt is a handler
                                        over HTTP
        one that cannot be told         unit.snmprec is a recording over SNMP, and volt is no
                                        handler over SNMP
        one over SNMP                   no error
    """
    recorded = protocol_of_recording(text, file)
    own = protocol_of_handler(source)
    is_other = recorded != own if own else recorded == SNMP
    if not recorded or not is_other:
        return
    handler = printable(Path(source.path).name, 60)
    kind = f"a handler over {own}" if own else "no handler over SNMP"
    name = printable(Path(file).name, 60)
    raise SettingsError(f"{name} is a recording over {recorded}, and {handler} is {kind}")


def protocol_of_recording(text: str, file: str) -> str:
    """SNMP, HTTP or NUT; "" for a text that is no recording.

    >>> protocol_of_recording("1.3.6.1.2.1.1.1.0|4|Kestrel", "unit.snmprec")
    'SNMP'
    >>> protocol_of_recording("device.mfr: Eaton", "unit.dev")
    'NUT'
    >>> protocol_of_recording("", "unit.snmprec")
    ''
    """
    if har.is_recording(text):
        return HTTP
    try:
        handler, _ = handler_of_recording(text, file)
    except SettingsError:
        return ""
    return {"snmp": SNMP, "nut": NUT}.get(handler, HTTP)


def protocol_of_handler(source: HandlerSource) -> str:
    """SNMP, HTTP or NUT, by its class's base and by the clients that its files use; "" for one that
    cannot be told, such as one that opens sockets.

        class Pdu(BaseSnmpPdu)       SNMP
        import urllib.request        HTTP
        b"LIST VAR ups\\n"           NUT
    """
    if source.protocol == "snmp":
        return SNMP
    contents = [content for path, content in source.archive.files.items() if path.endswith(".py")]
    if any(map(_NUT_CLIENT.search, contents)):
        return NUT
    return HTTP if any(map(_HTTP_CLIENT.search, contents)) else ""
