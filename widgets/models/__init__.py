"""The models to choose from, as cards and pictures."""
