"""Random halls whose truth is known, against what the rehearsal says of them."""
