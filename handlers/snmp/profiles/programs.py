"""Programs that switch PDUs of two vendors, as links to their source."""

from __future__ import annotations

from .links import public

# the testbed's power module for Enlogic's Edge series
EMULAB_ENLOGIC = public("chuckcranor/emulab-devel", "tbsetup/power_enlogic.pm")
SONIC_MGMT = public(
    "sonic-net/sonic-mgmt", "tests/common/plugins/pdu_controller/snmp_pdu_controllers.py"
)
