"""Runners: one template rendered into units, compiled, and cached."""
