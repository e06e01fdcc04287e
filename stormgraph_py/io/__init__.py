"""Files of localizations in, results out; lengths become nm on the way."""
