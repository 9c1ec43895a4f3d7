"""One module for each part of the page; its `routes` lists the paths that it answers."""
