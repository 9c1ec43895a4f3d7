"""How long an answer may take, in seconds."""
from __future__ import annotations

from typing import Mapping

DEFAULT_TIMEOUT = 10.0                      # for one wait; the vendor's binding would wait for ever
LONGEST_TIMEOUT = 86400.0                   # a system's timers hold some weeks, and an upload waits for a multiple of it
SECONDS_PER_CALL = 0.05                     # a real unit took 1 to 2 s for 300 calls in a bulk
# At least that many seconds for methods that wait: pollEvents returns after 30 s at the latest (EventService.idl 1.0.1). Keys are
# computed, and link units asked over the network; how long that takes is not documented.
MINIMUM_WAITS: Mapping[str, float] = {
    "pollEvents": 45.0,
    **dict.fromkeys(("generateUnsignedKeyPair", "generateSelfSignedKeyPair", "generateScepKey"), 120.0),
    **dict.fromkeys(("addLinkUnit", "addLinkUnit2", "addCascadeLinkUnit", "addLinkPortLinkUnit", "addSecureSerialLinkUnit",
                     "addZigbeeLinkUnit"), 60.0)}
