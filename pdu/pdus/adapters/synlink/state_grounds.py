"""What the states of a SynLink rest on: `voltageDetection`, `relayHealth` and `rebootStatus`."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.http.dialogue import HttpSession, run_dialogue
from handlers.synlink import decoding

from ..state_ground import StateGround


def read_state_grounds(session: HttpSession) -> Mapping[str, StateGround]:
    """By identity: nothing besides what `status` reads."""
    unit = run_dialogue(decoding.read_unit(False), session.exchange_once)
    return {
        outlet.identity: StateGround(outlet.is_measured, session.login.quoted(outlet.doubt))
        for outlet in unit.outlets
    }
