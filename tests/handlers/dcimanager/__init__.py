"""Tests of handlers/dcimanager."""
