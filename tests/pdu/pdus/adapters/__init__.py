"""Tests of pdu/pdus/adapters."""
