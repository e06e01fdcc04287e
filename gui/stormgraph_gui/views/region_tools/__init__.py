"""Tools that draw and change regions in the canvas, one file each."""
