"""Builds, registers, polls and switches without a device: `make demo`, or `python -m tests.demo`."""
