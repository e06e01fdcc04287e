"""Desktop app of stormgraph_py. Its windows come with a later release."""
