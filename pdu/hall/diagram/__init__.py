"""The single-line diagram of a hall, as SVG on a page."""
