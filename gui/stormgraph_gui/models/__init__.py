"""What the app knows: the project, loaded data, results, what is selected. No widgets."""
