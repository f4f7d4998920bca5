"""Choose statements: which of them hold."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlab.exercises.comparing import described
from gdlab.exercises.exercise import Exercise
from gdlab.exercises.feedback import Feedback


@dataclass(frozen=True, kw_only=True, eq=False)
class ChoiceExercise(Exercise):
    """Say which of some statements hold: a set of letters.

    Attributes
    ----------
    statements
        The statements by letter.
    true
        The letters of those that hold.
    taken
        For each letter that does not hold, what to say to whoever chose it.

    What is missing is counted and not named, and of several wrong letters one is spoken to: otherwise a first try with
    any letter, or with all of them, would give the rest away.
    """

    statements: Mapping[str, str]
    true: frozenset[str]
    taken: Mapping[str, str]

    @property
    def reference(self) -> set[str]:
        return set(self.true)

    @property
    def solution_text(self) -> str:
        chosen = "{" + ", ".join(f'"{letter}"' for letter in sorted(self.true)) + "}"
        left = ", ".join(sorted(set(self.statements) - self.true))
        return f"{f'{self.name} = ' if self.name else ''}{chosen}\n\n# Leave {left}."

    def _judge(self, attempt: Any, seed: int) -> Feedback:
        letters = ", ".join(self.statements)
        if isinstance(attempt, np.ndarray):
            attempt = attempt.ravel().tolist()
        if isinstance(attempt, str):
            attempt = [attempt]
        several = isinstance(attempt, set | frozenset | list | tuple)
        if not several or not all(isinstance(a, str) for a in attempt):
            return self.wrong_feedback(
                "Not letters", f"It came as {described(attempt)}; wanted some of {letters}, in quotes."
            )
        chosen = set()
        for word in itertools.chain.from_iterable(re.findall(r"[^\s,;]+", text.upper()) for text in attempt):
            word = word.strip(".'\"()")
            chosen |= set(word) if set(word) <= set(self.statements) else {word}  # "ACF" is A, C and F
        chosen -= {"AND"}
        if unknown := sorted(chosen - set(self.statements)):
            return self.wrong_feedback("Not letters", f"There is no {', '.join(unknown)}; wanted some of {letters}.")
        if not chosen:
            return self.check(...)
        if chosen == self.true:
            return self.right_feedback()
        wrong, missing = sorted(chosen - self.true), len(self.true - chosen)
        words = [self.taken[wrong[0]]] if wrong else []
        if len(wrong) > 1:
            words.append(f"{len(wrong)} of your letters do not belong here; look at this one first.")
        if missing:
            words.append(f"{missing} that {'belongs here is' if missing == 1 else 'belong here are'} missing.")
        count, misjudged = len(self.statements), len(chosen ^ self.true)
        share = max(0.0, (count - 2 * misjudged) / count)  # guessing earns nothing on average
        headline = ("Not these" if wrong else "Not all of them") if missing else "Too many"
        return self.wrong_feedback(headline, *words, share=share)
