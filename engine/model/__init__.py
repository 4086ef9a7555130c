"""Models: from a model file or equations to checked, generated code."""

from engine.model.generated import Expression, ModelCode, Tangent
from engine.model.loading import Reading, list_models, load_model, model_text, read_model
from engine.model.mod import Mod
from engine.model.model import Model
from engine.model.observable import Observable
from engine.model.places import Remark
from engine.model.presets import Presets
from engine.model.spec import (
    Aux,
    Constant,
    Equation,
    Event,
    Formula,
    Function,
    Meta,
    ModelSpec,
    Noise,
    Param,
    Preset,
    SimDefaults,
    State,
    Stop,
    SuggestedObserver,
)
from engine.model.terms import EquationRow, Term
from engine.model.to_text import write_equations_text
from engine.model.to_toml import write_toml
from engine.model.views import VIEWS

__all__ = [
    "Aux",
    "Constant",
    "Equation",
    "EquationRow",
    "Event",
    "Expression",
    "Formula",
    "Function",
    "Meta",
    "Mod",
    "Model",
    "ModelCode",
    "ModelSpec",
    "Noise",
    "Observable",
    "Param",
    "Preset",
    "Presets",
    "Reading",
    "Remark",
    "SimDefaults",
    "State",
    "Stop",
    "SuggestedObserver",
    "Tangent",
    "Term",
    "VIEWS",
    "list_models",
    "load_model",
    "model_text",
    "read_model",
    "write_equations_text",
    "write_toml",
]
