"""Jobs on devices of one protocol."""
