"""What a lesson is: a notebook and the room with all that only it uses.

A room is a folder ``gdlab/lessons/NAME/`` for the notebook ``notebooks/NN_NAME.ipynb``. Its ``__init__.py`` holds the
`Lesson` record; its other modules the explorers and their parts; ``exercises`` (a module or a folder) the exercises
with their solutions, as ``EXERCISES``, and their ``FAMILIES`` (``()`` if there are none), and ``variants`` the words of
these, all of which strict grading hides; ``predictions.toml`` the predictions. Only ``variants`` may be missing. What
the rest of gdlab knows of a lesson, it derives from the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdlab.exercises.exercise import Exercise
    from gdlab.exercises.family import Family
    from gdlab.exercises.prediction import Prediction


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The facts of a lesson. Exercises, variants and predictions, with what reads them, are loaded when asked for.

    Attributes
    ----------
    name
        The room's name; the notebook's is this after its number.
    question
        What the lesson answers, in one sentence.
    minutes
        How long it takes, as its opening cell says.
    students_know
        What students have to know before, for the instructor.
    explorers
        The name of each explorer, as it is offered by `gdlab`, with the module of the room that holds it.
    """

    name: str
    question: str
    minutes: int
    students_know: str
    explorers: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")

    @property
    def package(self) -> str:
        return f"gdlab.lessons.{self.name}"

    @cached_property
    def exercises(self) -> "tuple[Exercise, ...]":
        """The published exercises, in the notebook's order."""
        return import_module(f"{self.package}.exercises").EXERCISES

    @cached_property
    def families(self) -> "tuple[Family, ...]":
        """Those of the exercises that have variants, with these."""
        folder = Path(import_module(self.package).__file__).parent / "variants"
        return tuple(replace(one, folder=folder) for one in import_module(f"{self.package}.exercises").FAMILIES)

    @cached_property
    def predictions(self) -> "tuple[Prediction, ...]":
        """The predictions, in the notebook's order."""
        import tomllib
        from importlib.resources import files

        from gdlab.exercises.prediction import prediction

        words = files(self.package).joinpath("predictions.toml").read_text(encoding="utf-8")
        return tuple(prediction(slug, facts) for slug, facts in tomllib.loads(words).items())
