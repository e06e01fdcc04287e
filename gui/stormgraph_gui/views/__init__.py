"""What the user sees: widgets that show models and send what the user wants as signals."""
