"""Reading .ode texts in tests, with or without their one warning."""

import warnings

import pytest

from engine.errors import ModelWarning
from engine.model import load_model


@pytest.fixture
def loaded():
    """Return what loads a text and gives the model and the remarks of its warning."""

    def load(text):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = load_model(text)
        assert all(each.category is ModelWarning for each in caught)
        assert len(caught) <= 1
        lines = str(caught[0].message).splitlines()[1:] if caught else []
        return model, [line.strip() for line in lines]

    return load
