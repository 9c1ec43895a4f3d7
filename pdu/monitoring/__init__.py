"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter`.

`probes` reads for the exporter, one PDU for each query. What other commands use too is in
`pdus`: `reader_pool` reads many PDUs at a time, `polling` a PDU of a list.
"""
