"""Models: from a model file or equations to checked, generated code."""

from engine.model.generated import Expression, ModelCode, Tangent
from engine.model.loading import list_models, load_model
from engine.model.model import Model
from engine.model.spec import (
    Aux,
    Constant,
    Equation,
    Event,
    Formula,
    Function,
    Meta,
    ModelSpec,
    Param,
    Preset,
    SimDefaults,
    State,
    Stop,
)
from engine.model.to_toml import write_toml

__all__ = [
    "Aux",
    "Constant",
    "Equation",
    "Event",
    "Expression",
    "Formula",
    "Function",
    "Meta",
    "Model",
    "ModelCode",
    "ModelSpec",
    "Param",
    "Preset",
    "SimDefaults",
    "State",
    "Stop",
    "Tangent",
    "list_models",
    "load_model",
    "write_toml",
]
