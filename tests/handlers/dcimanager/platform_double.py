"""The calls of a platform's BaseSnmpPdu that handlers use, without a device."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Callable, cast

from handlers.dcimanager.snmp import Snmp


class Platform:
    """Each call returns the given answer, or raises it if it is an error."""

    def __init__(self, answer: object, params: object = None) -> None:
        self.pdu_data = SimpleNamespace(ip="192.0.2.7", snmp_params=params)
        self._answer = answer

    def _call(self, *_: object) -> Any:
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer

    snmp_get: Callable[..., Any] = _call
    snmp_walk: Callable[..., Any] = _call
    snmp_set: Callable[..., Any] = _call


def snmp_over(platform: object, *arguments: Any, **options: Any) -> Snmp:
    """Our calls over those of a platform."""
    return Snmp(cast(Any, platform), *arguments, **options)
