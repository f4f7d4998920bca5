"""What a prediction is: a question to commit to before an explorer shows the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """An answer to choose, what to say to whoever chose it before the explorer shows, and whether it will turn out right."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Prediction:
    """A question with its options."""

    slug: str
    question: str
    options: tuple[Option, ...]


def prediction(slug: str, facts: Mapping[str, Any]) -> Prediction:
    """Return the prediction that a table of a lesson's ``predictions.toml`` tells."""
    return Prediction(slug, facts["question"], tuple(Option(**option) for option in facts["options"]))
