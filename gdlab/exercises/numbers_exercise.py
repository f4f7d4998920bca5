"""Work out numbers by hand: each is right or wrong by itself, and a wrong one may tell a thought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.comparing import decimal_comma, misfit, near, number
from gdlab.exercises.exercise import Exercise
from gdlab.exercises.feedback import Feedback


@dataclass(frozen=True, kw_only=True, eq=False)
class NumbersExercise(Exercise):
    """Work out some numbers by hand. Each that is right, to half a percent, earns its share of the points.

    Attributes
    ----------
    answer
        The numbers, or a function that returns them from what is given.
    explanation
        How one comes to them; shown when all are right.
    """

    answer: Any
    explanation: str

    @property
    def reference(self) -> list[float]:
        return [float(value) for value in self._numbers(self.answer)]

    @property
    def solution_text(self) -> str:
        comment = "\n".join(f"# {line}".rstrip() for line in self.explanation.splitlines())
        return f"{f'{self.name} = ' if self.name else ''}{self.reference}\n\n{comment}"

    def _numbers(self, values: Any) -> tuple[Any, ...]:
        return tuple(self.bound(values)() if callable(values) else values)

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        answer = self.reference
        several = isinstance(attempt, tuple | list) or (isinstance(attempt, np.ndarray) and attempt.ndim > 0)
        values = (
            list(np.asarray(attempt).flat if isinstance(attempt, np.ndarray) else attempt) if several else [attempt]
        )
        if comma := decimal_comma(values):
            return self.wrong_feedback("Not numbers", comma)
        if len(values) != len(answer):
            doubled = len(values) == 2 * len(answer) and all(isinstance(value, int) for value in values)
            meant = ("If these are decimal commas: in Python a decimal point is a point, 0.4.",) if doubled else ()
            return self.wrong_feedback(
                "Not as many numbers as asked for",
                f"It has {len(values)}; wanted {len(answer)} numbers in a list.",
                *meant,
            )
        values = [number(value) for value in values]
        for value in values:
            if value is not ... and (complaint := misfit(value, 0.0, verb="there is")):
                return self.wrong_feedback("Not numbers", f"{complaint[0].upper()}{complaint[1:]} in its place.")
        right = [value is not ... and near(value, want) for value, want in zip(values, answer, strict=True)]
        if all(right):
            return self.right_feedback(self.explanation)
        share = sum(right) / len(right)
        wrong = [place for place, ok in enumerate(right) if not ok and values[place] is not ...]
        behind: list[tuple[str, list[int]]] = []  # each thought, and the wrong numbers that it gives
        for misconception in self.misconceptions:
            triples = zip(values, self._numbers(misconception.wrong), answer, strict=True)
            met = [value is not ... and near(value, want if one is None else one) for value, one, want in triples]
            if all(met):
                return self.wrong_feedback(misconception.name, misconception.thought, share=share)
            behind.append((misconception.thought, [place for place in wrong if met[place]]))
        headline, words = "Not right yet", []
        if open_ones := [place for place, value in enumerate(values) if value is ...]:
            headline = "Not complete yet"
            words.append(f"Still open: {_places(open_ones)}.")
        alike = len(values) > 1 and len(set(values)) == 1  # one number everywhere is a guess, and no thought
        thoughts = {
            place: "" if alike else _thought_behind(place, values[place], answer[place], behind) for place in wrong
        }
        if unexplained := [place for place in wrong if not thoughts[place]]:
            words.append(f"Not right: {_places(unexplained)}.")
        for one in dict.fromkeys(filter(None, thoughts.values())):
            places = _places([place for place in wrong if thoughts[place] == one])
            words.append(f"{places.capitalize()}: {one}")
        return self.wrong_feedback(headline, *words, share=share)


def _thought_behind(place: int, value: float, want: float, behind: Sequence[tuple[str, list[int]]]) -> str:
    """Return the thought that gives this number, if there is one alone; of several, that which gives most."""
    found: dict[str, int] = {}
    for thought, places in behind:
        if place in places and (len(places) > 1 or value not in (0.0, 1.0, -1.0)):
            found[thought] = max(found.get(thought, 0), len(places))
    most = [thought for thought, count in found.items() if count == max(found.values())]
    if len(most) == 1:
        return most[0]
    return "The size is right, the sign is not." if not most and want and near(value, -want) else ""


def _places(places: Sequence[int]) -> str:
    """Return places in words, counted from 1: ``numbers 2, 5``."""
    return f"number{'s' * (len(places) > 1)} {', '.join(str(place + 1) for place in places)}"
