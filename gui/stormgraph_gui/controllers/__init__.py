"""What the app does when the user asks for something. No widgets."""
