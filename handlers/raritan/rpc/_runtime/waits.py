"""How long an answer may take, in seconds."""
from __future__ import annotations

from typing import Mapping

DEFAULT_TIMEOUT = 10.0                      # for each wait on the network; the vendor's binding has no limit by default
LONGEST_TIMEOUT = 86400.0                   # an upload waits 6 times this; poll(), which sockets use, waits at most 24 days
SECONDS_PER_CALL = 0.05                     # a real unit took 1 to 2 s for 300 calls in a bulk
# The shortest waits for methods that take long on the device. pollEvents returns after 30 s at the latest
# (EventService.idl 1.0.1). The other waits are estimates.
MINIMUM_WAITS: Mapping[str, float] = {
    "pollEvents": 45.0,
    **dict.fromkeys(("generateUnsignedKeyPair", "generateSelfSignedKeyPair", "generateScepKey"), 120.0),
    **dict.fromkeys(("addLinkUnit", "addLinkUnit2", "addCascadeLinkUnit", "addLinkPortLinkUnit", "addSecureSerialLinkUnit",
                     "addZigbeeLinkUnit"), 60.0)}
