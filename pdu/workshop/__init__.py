"""The workshop: a handler or a family of your own, begun, checked and tried."""
