"""What is raised where something that was asked for is refused, and words that help further."""

import engine
from engine.errors import suggest as nearest

__all__ = ["REFUSALS", "nearest"]

REFUSALS = (engine.PhasescopeError, ValueError)
"""Errors whose words are meant for the reader, at the control that has asked."""
