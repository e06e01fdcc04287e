"""Valid files of every format, damage done to them, and what must hold when they are read."""
