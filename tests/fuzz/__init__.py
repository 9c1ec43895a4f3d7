"""Bytes from a hostile world, for everything that reads some: nothing but values and errors of the tree may come out.

    make fuzz                           every target for half a minute, guided by coverage where atheris is installed
    python -m tests.fuzz nut --seconds 600

`targets` has one function for each reader, `mutation` changes good input, `guided` is the run under atheris. What a run finds
goes into `found/`, where `make test` runs it from then on.
"""
