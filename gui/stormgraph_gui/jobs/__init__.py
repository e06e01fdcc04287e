"""Work that takes longer than a blink, in processes of its own. No Qt widgets."""
