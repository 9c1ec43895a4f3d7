"""What is said of a port that cannot be used."""

from __future__ import annotations

import errno

from pdu.recordings.replay import port_advice


def test_a_port_that_is_used_or_forbidden_is_told_with_the_next_step() -> None:
    assert "another program uses this port; give another" in port_advice(errno.EADDRINUSE)
    assert "ports below 1024 need rights" in port_advice(errno.EACCES)
