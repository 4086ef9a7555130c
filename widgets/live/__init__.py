"""The run that lives: what computes, paces and remembers, without a page."""
