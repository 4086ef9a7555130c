"""The page that `panel serve app` shows."""
