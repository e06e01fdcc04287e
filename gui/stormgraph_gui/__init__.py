"""Desktop app of stormgraph_py: `stormgraph-gui`."""
