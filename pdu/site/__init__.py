"""An owner's site: the drawing of his hall, his machines and what proves them, his files."""
