"""Pictures of a live run, and the screen that shows them in a browser."""
