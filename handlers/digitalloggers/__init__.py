"""Digital Loggers power switches over their REST API."""
