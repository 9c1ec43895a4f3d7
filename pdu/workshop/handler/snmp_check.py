"""Checks a handler over SNMP on simulated units on this machine.

A unit answers from the owner's recording, or from the rows of a family of PDUs that this pack
knows: the one whose objects the handler asks for. `server` gives each unit a port and an agent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Optional

from pdu_common.connection import PduSnmpData

from ...loading.four_methods import BrokenHandler, HandlerRaised, SettingNotGiven
from ...loading.handler_module import AskedSettings
from ...recordings.replay_server import HOST
from ...recordings.simulated_pdu import UnitFault, port_mark
from ...recordings.snmp.agent import SnmpServer
from ...recordings.snmp.unit import SnmpUnit
from .bounded_methods import CheckedHandler
from .calls import EndlessCall, Methods, error_text, finding_of_error
from .case_groups import TABLE
from .checked_call import is_timeout
from .judge import outlet_to_switch
from .made_handler import findings_of_cases
from .rules import Finding, broken, untried
from .snmp_units import COMMUNITY, Device, empty_unit, requested_devices

_NO_STATE = "the recording shows no outlet on or off: give --profile FILE.json"
_OTHER_COMMUNITY = "it asks with another community than the form's, or with another SNMP version"
# how often an outlet is switched until a command arrives in time
_MOST_COMMANDS = 2


def snmp_data(settings: Mapping[str, str], community: str, port: int) -> PduSnmpData:
    """The argument of make_handler for an SNMP device at a port of this machine. `settings`: the
    handler's, besides the fields of SNMP; `community`: what the device's begins with.

    >>> snmp_data({}, "community-1f0c", 8161).snmp_params["community"]
    'community-1f0cp8161x'
    """
    own_community = f"{community}{port_mark(port)}"
    fields = {"community": own_community, "port": str(port), "timeout": "1", "retries": "1"}
    return PduSnmpData(HOST, fields, AskedSettings(settings))


def snmp_findings(handler: CheckedHandler, device: Optional[Device]) -> Iterator[Finding]:
    """Run all cases on units of a device. Yields a finding for each rule. `device`: of the owner's
    recording; None: the handler is called on an empty unit first, and the device is the family that
    has what it asks for:

        > GETNEXT 1.3.6.1.4.1.318.1.1.26.9.2.3.1.5, to the empty unit    < noSuchObject
        the family apc-rpdu2 has this object: all cases run on its units

    If there is no such family, the findings say why nothing could be tried.
    """
    with contextlib.closing(SnmpServer(COMMUNITY, port_mark)) as server:
        unit = empty_unit()
        agent = server.serve(unit, 0)
        errors = _errors(handler.methods(agent.port), unit)
        if any(map(_is_without_answer, errors.values())):  # this machine may be busy
            errors = _errors(handler.methods(agent.port), unit)
        is_recorded = device is not None
        if device is None:
            devices = requested_devices(frozenset(unit.requests))
            device = _commanded_device(devices, server, handler)
        if device is None:
            has_own_community = agent.community.encode() in unit.communities
            is_refused = agent.datagrams > 0 and not has_own_community
            yield from _findings_without_device(unit.requests, errors, is_refused=is_refused)
            return
        if is_recorded and not set(device.unit().outlet_states().values()) - {None}:
            yield untried("status", _NO_STATE)
            return
        yield from findings_of_cases(
            partial(_served_unit, device, server),
            handler._replace(loaded=handler.load_again()),  # it forgets the empty unit
            device.about,
            TABLE,
            is_recorded=is_recorded,
        )


def _commanded_device(
    devices: Iterable[Device], server: SnmpServer, handler: CheckedHandler
) -> Optional[Device]:
    """The first device to which the handler sends a command, or at which it does not end, when an
    outlet is to be switched off: a handler for many families may only read some of them. The first
    device if there is no such one; None without devices.

        devices             commands of the handler       result
        apc-rpdu, netio     to apc-rpdu none, to netio    netio
        apc-rpdu, netio     none                          apc-rpdu
    """
    first_device: Optional[Device] = None
    for device in devices:
        first_device = first_device or device
        unit = device.unit()
        outlet = outlet_to_switch(unit, on=False)
        methods = handler.methods(server.serve(unit, 0).port)
        for _ in range(_MOST_COMMANDS if outlet else 0):
            try:
                methods.switch(outlet, on=False)
            except EndlessCall:
                return device
            except Exception as error:
                if is_timeout(error) and not unit.commands:
                    continue
            break
        if unit.commands:
            return device
    return first_device


def _served_unit(device: Device, server: SnmpServer, fault: UnitFault) -> SnmpUnit:
    """A unit of this device with this fault, which answers at a free port of this machine."""
    unit = device.unit(fault)
    server.serve(unit, 0)
    return unit


def _errors(methods: Methods, unit: SnmpUnit) -> Mapping[str, Exception]:
    """Call status and statistic on a unit that has no object. Returns, by the method, the errors
    that do not come of the missing objects:

        the handler                        result
        sent no request                    {"status": Unreachable, "statistic": Unreachable}
        returned a dict in status          {"status": BrokenHandler}
        raised, as an OID is missing       {}
    """
    errors: dict[str, Exception] = {}
    for name, call in (("status", methods.states), ("statistic", methods.figures)):
        requests_before = len(unit.requests)
        try:
            call()
        except Exception as error:
            is_sent = len(unit.requests) > requests_before
            if not is_sent or _is_handler_defect(error):
                errors[name] = error
    return errors


def _is_without_answer(error: Exception) -> bool:
    """Whether an error is a time-out of the handler's own; not if its call was left after 60 s."""
    return is_timeout(error) and not isinstance(error, EndlessCall)


def _is_handler_defect(error: Exception) -> bool:
    """Whether an error is a mistake of the handler, whatever a device answers: it returned a wrong
    type, or did not end. Not what its code raised, which an absent object may have caused.
    """
    is_of_handler = isinstance(error, (BrokenHandler, EndlessCall))
    return is_of_handler and not isinstance(error, HandlerRaised)


def _findings_without_device(
    requests: Sequence[str], errors: Mapping[str, Exception], *, is_refused: bool
) -> Iterator[Finding]:
    """Yields the findings of a handler for which there is no device: it asks for objects that no
    family of this pack has, or its calls on an empty unit failed. `requests`: the OIDs that it
    asked for; `errors`: of its calls, by the method; `is_refused`: datagrams came, and none of them
    with the community that the handler was given.

        requests            errors                   finding
        1.3.6.1.4.1.99.1    none                     status not tried: no family ... has the ...
        none                status, is_refused       status broken: it asks with another community
        none                status, not refused      status not tried: no request reached the ...
        1.3.6.1.4.1.99.1    status: BrokenHandler    status broken: status returned {} in place ...
    """
    for rule, error in errors.items():
        if _is_handler_defect(error) or isinstance(error, SettingNotGiven):
            yield finding_of_error(rule, error)
        elif is_refused:
            yield broken(rule, f"{_OTHER_COMMUNITY}: {error_text(error)}")
        else:
            yield untried(rule, f"no request reached the simulated device: {error_text(error)}")
    if "status" not in errors:  # what it returned can be compared with no device
        names = ", ".join(sorted(set(requests))[:3]) or "none"
        why = f"no family of this pack has the objects that it asks for ({names})"
        advice = (
            "give a recording: pdu record snmp HOST -o unit.snmprec, then --replay unit.snmprec"
            " with --profile, or with --on and --off"
        )
        yield untried("status", f"{why}: {advice}")
