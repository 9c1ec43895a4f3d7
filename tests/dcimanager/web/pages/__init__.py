"""One module for each room of the page; `routes` lists what it answers."""
