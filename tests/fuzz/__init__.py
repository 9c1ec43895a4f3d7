"""Random and hostile bytes for parsers of untrusted input. A parser may only return values or raise
its documented errors.

    python -m tests.fuzz                every target for half a minute, guided by coverage where
                                        atheris is installed
    python -m tests.fuzz nut --seconds 600

A target (`targets`) runs a parser on any bytes, `mutation` changes inputs, `guided` runs a target
under atheris. An input that makes a parser fail is kept in `found/`; from then on, `make test` runs
it too.
"""
