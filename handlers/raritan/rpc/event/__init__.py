"""Events, rules, timers, alarms and data push."""

from __future__ import annotations

from .services import *
from .structures import *
