"""gdlab: notebooks and a small package for one question.

*The rule* ``weight += learning_rate * (actual - predicted) * input`` *already works, so why does everyone compute the
derivative of the activation function?* Every update in here is *error × slope × input*; the question is what goes in
the middle.

Read in this order: `activations`, `losses`, `rules`, `layers`, `network`, `gradients`, `updates`, `training`,
`datasets`. None of these knows matplotlib or ipywidgets. The explorers, which do, are loaded when first asked for.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from gdlab import datasets
from gdlab.activations import ACTIVATIONS, Activation
from gdlab.gradients import (
    Gradient,
    agreement,
    asymmetry,
    backward,
    gradient_vector,
    input_slopes,
    mean_loss,
    numerical_gradient,
    relative_error,
    update_field,
)
from gdlab.layers import Layer, Trace
from gdlab.lessons import LESSONS
from gdlab.losses import LOSSES, Loss, matching_loss
from gdlab.network import forward, from_vector, initialise, one_run, product, to_vector
from gdlab.rules import RULES, Rule, feedback_alignment
from gdlab.training import History, train
from gdlab.updates import delta_rule_update, gradient_descent_update, momentum_update
from gdlab.validation import near_miss

__version__ = "0.2.0"

_ON_DEMAND = {
    name: f"{lesson.package}.{module}" for lesson in LESSONS.values() for name, module in lesson.explorers.items()
} | {
    "check": "gdlab.lessons.catalogue",
    "hint": "gdlab.lessons.catalogue",
    "solution": "gdlab.lessons.catalogue",
    "predict": "gdlab.lessons.predict",
}
"""Where to find what is loaded when first asked for."""

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "RULES",
    "Activation",
    "Gradient",
    "History",
    "Layer",
    "Loss",
    "Rule",
    "Trace",
    "agreement",
    "asymmetry",
    "backward",
    "datasets",
    "delta_rule_update",
    "feedback_alignment",
    "forward",
    "from_vector",
    "gradient_descent_update",
    "gradient_vector",
    "initialise",
    "input_slopes",
    "matching_loss",
    "mean_loss",
    "momentum_update",
    "numerical_gradient",
    "one_run",
    "product",
    "relative_error",
    "to_vector",
    "train",
    "update_field",
    *_ON_DEMAND,
]

_MODULES = ("activations", "losses", "rules", "layers", "network", "gradients", "updates", "training", "datasets")
"""The mathematics, in the order of reading."""
_PACKAGES = ("exercises", "explorers", "lessons")


def __getattr__(name: str) -> Any:
    if name in _ON_DEMAND:
        try:
            value = globals()[name] = getattr(import_module(_ON_DEMAND[name]), name)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("gdlab"):  # a record names a module that is not there
                raise
            raise ModuleNotFoundError(
                f"gdlab.{name} needs {error.name}, which is not installed in this Python ({sys.executable}); "
                "the mathematics works without it",
                name=error.name,
            ) from error
        return value
    if name in _PACKAGES:
        return import_module(f"gdlab.{name}")
    raise AttributeError(f"module 'gdlab' has no attribute {name!r}{near_miss(name, __all__)}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, *_PACKAGES, "__version__"})


def _offer_what_is_its_own() -> None:
    """Let ``dir`` and completion show what a module of the mathematics defines, and not what it imports."""
    seen: set[int] = set()
    for name in _MODULES:
        module = sys.modules[f"gdlab.{name}"]
        own = {
            one: value
            for one, value in vars(module).items()
            if not one.startswith("_")
            and not isinstance(value, ModuleType)
            and getattr(value, "__module__", module.__name__) == module.__name__
            and id(value) not in seen
        }
        seen |= set(map(id, own.values()))
        module.__dir__ = own.keys


_offer_what_is_its_own()
