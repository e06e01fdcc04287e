"""StormGraph's engine: one file a step of the paper, pure functions over arrays."""
