"""StormGraph."""
