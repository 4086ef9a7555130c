"""What is raised where something that was asked for is refused, for the words to be shown."""

import engine

REFUSALS = (engine.PhasescopeError, ValueError)
"""Errors whose words are meant for the reader, at the control that has asked."""
