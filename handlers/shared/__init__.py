"""What handlers share. An archive contains the modules that it needs."""
