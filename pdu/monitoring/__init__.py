"""Many PDUs at once: `pdu check`, `pdu find` and `pdu exporter`, and what other commands use of it.

`polling` reads one PDU, in this process. `pool` reads a list for `pdu check` and for the hall
(`hall/readings_source.py`), in processes of `process_pool`. `probes` does it for the exporter, one
PDU for each query. `pdu meter` (`meter/running.py`, `pdu_reading.py`) has a `process_pool` of its
own, which reads again and again. `list_access` is for the gateway, the fence agent and nut-driver:
it reads a list, and reads or switches one of its PDUs.
"""
