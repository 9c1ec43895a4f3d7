"""One handler: by its name, as a file, a folder or an archive; its four methods."""
