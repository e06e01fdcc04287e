"""Panels that explain a result."""
