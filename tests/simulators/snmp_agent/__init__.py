"""A simulated SNMP PDU, and the agent that serves it over v1 and v2c.

with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
    ... agent.host, agent.port, agent.truth(), agent.writes(), agent.faults
"""

from .agent import Agent
from .device import Device, Effect, Row, Rule, When, Write, read_snmprec, write_snmprec
from .devices import BUILT_IN
from .faults import Faults
from .model import Model, Relay

__all__ = [
    "Agent",
    "BUILT_IN",
    "Device",
    "Effect",
    "Faults",
    "Model",
    "Relay",
    "Row",
    "Rule",
    "When",
    "Write",
    "read_snmprec",
    "write_snmprec",
]
