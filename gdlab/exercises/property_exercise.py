"""Find numbers that have a property: it is judged, and nothing is compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.comparing import as_numbers, described, misfit, without_thin_axes
from gdlab.exercises.exercise import Exercise
from gdlab.exercises.feedback import Feedback


@dataclass(frozen=True, kw_only=True, eq=False)
class PropertyExercise(Exercise):
    """Find numbers that have a property. Many answers are right, so the property is judged and nothing is compared.

    Attributes
    ----------
    shapes
        What is to be found, by name, with the shape of each; None is any length. The attempt is a dict of these.
    judge
        Takes the numbers by name as arrays of these shapes; returns the share of the points that they earn and what to
        say about them. It must not raise for any finite numbers.
    solution
        Returns one right answer. Called without arguments.
    """

    shapes: Mapping[str, tuple[int | None, ...]]
    judge: Callable[..., tuple[float, tuple[str, ...]]]
    solution: Callable[[], Mapping[str, Any]]

    @property
    def reference(self) -> Mapping[str, Any]:
        return self.bound(self.solution)()

    @property
    def solution_text(self) -> str:
        text = self.source(self.solution).rstrip()
        return f"{text}\n\n\n{self.name} = {self.solution.__name__}()" if self.name else text

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        names = ", ".join(map(repr, self.shapes))
        if not isinstance(attempt, Mapping):
            return self.wrong_feedback(f"This is {described(attempt)}", f"Wanted a dict with {names}.")
        if set(attempt) != set(self.shapes):
            return self.wrong_feedback("Other names", f"There are {', '.join(map(repr, attempt))}; wanted {names}.")
        numbers = {}
        for name, shape in self.shapes.items():
            given = without_thin_axes(attempt[name], shape)
            came = np.shape(as_numbers(given))
            fits = len(came) == len(shape) and all(want in (None, have) for have, want in zip(came, shape, strict=True))
            wanted = np.zeros(came if fits else tuple(want or 1 for want in shape))
            kind = "a flat list of numbers" if shape == (None,) else ""
            if complaint := misfit(given, wanted, kind, verb="there is"):
                return self.wrong_feedback("Not what was asked for", f"{name}: {complaint}.")
            numbers[name] = np.array(given, float)
        share, words = self.bound(self.judge)(**numbers)
        return self.right_feedback(*words) if share >= 1 else self.wrong_feedback("Not right yet", *words, share=share)
