"""Many PDUs at once: `pdu check` and `pdu find`.

What other commands use too is in `pdu/reading`: `reader_pool` reads many PDUs at a time, `polling`
a PDU of a list.

The result of a PDU is one of three levels: WELL, DOUBTFUL (something is not known, or a load is
beyond --warning) and BAD (it was not read, or a load is beyond --critical). They are Nagios's OK,
WARNING and CRITICAL.
"""
