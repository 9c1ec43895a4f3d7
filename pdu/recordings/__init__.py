"""What tools read of a device beyond DCImanager's calls: nameplate, meters, identity, recording."""
