"""One file a feature: it makes controller and views, and joins their signals."""
