"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter`.

`probes` reads for the exporter, one PDU for each query. What other commands use too is in
`pdus`: `reader_pool` reads a list in processes, `polling` a PDU of a list.
"""
