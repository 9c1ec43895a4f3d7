"""Random and hostile bytes for parsers of untrusted input. A parser may only return values or raise
its documented errors.

A target (`targets`) runs a parser on any bytes, `mutation` changes inputs. `make trials` tries more
of them than `make test`. An input that made a parser fail becomes a seed of its target.
"""
