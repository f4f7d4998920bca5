"""What an exercise is: a question with points, hints in order, and the wrong answers that a thought leads to.

A wrong answer is a function in the student's notation; its docstring is the thought, which never gives the right answer
away. It is written below its exercise:

    @LINE_GRADIENT.wrong("the input is missing")
    def _(w, b, x, y):
        \"\"\"How much does a prediction move when `w` moves?\"\"\"
        e = w * x + b - y
        return np.mean(e), np.mean(e)

A variant says only what differs: `LINE_GRADIENT.but(title=…, given={"loss": huber})`. What is `given`, an activation or
some numbers, reaches every function of the exercise (solution, inputs, wrong answers, …) that names it as a keyword-only
parameter; so one solution does for all variants.
"""

import dataclasses
import functools
import inspect
import re
import textwrap
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np

from gdlab.activations import Activation
from gdlab.exercises.attempt import is_untouched
from gdlab.exercises.feedback import Feedback
from gdlab.losses import Loss


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong answer with a reason.

    Attributes
    ----------
    name
        What is wrong, in a few words: the headline of the feedback.
    wrong
        The wrong answer: a function of the exercise's arguments, and of numbers to work out, of none. Parts that this
        thought does not touch are None, or right.
    thought
        Which thought leads there, and where to look; never the answer.
    up_to
        ``"a constant"`` if the same number may be added to the wrong answer of a function everywhere, ``"a factor"`` if
        it may be multiplied by one.
    plain
        Whether the words are true of whoever gives this value, so that they may be said of zeros, of a constant or of an
        argument that comes back, too; these are otherwise laid at nobody's door.
    """

    name: str
    wrong: Callable[..., Any]
    thought: str
    up_to: Literal["", "a constant", "a factor"] = ""
    plain: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise(ABC):
    """What all exercises have; `check` turns an attempt into feedback with a score.

    Attributes
    ----------
    slug, title, points, hints
        How it is asked for, what it is called, what it is worth, and what helps, in order.
    name
        What the notebook calls the attempt.
    consequence
        One sentence on what follows from the right answer; shown with it.
    given
        What a variant may give otherwise, by name: numbers, activations, losses.
    why_one
        Why there are no variants of it, if there are none.
    misconceptions
        The known wrong answers; `wrong` adds to them.
    """

    slug: str
    title: str
    points: float
    hints: tuple[str, ...]
    name: str = ""
    consequence: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    why_one: str = ""
    misconceptions: list[Misconception] = field(default_factory=list)

    def wrong(
        self, name: str, *, thought: str = "", up_to: Literal["", "a constant", "a factor"] = "", plain: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate a wrong answer, whose docstring is the thought unless one is given; the rest is as in `Misconception`."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            words = thought or inspect.getdoc(function) or ""
            self.misconceptions.append(Misconception(name, function, " ".join(words.split()), up_to, plain))
            return function

        return add

    def but(self, *, without: Iterable[str] = (), **differences: Any) -> Self:
        """Return a variant: this exercise with other fields, and without some of its wrong answers, by name.

        Raises
        ------
        ValueError
            If there is no wrong answer of a name.
        """
        names = [misconception.name for misconception in self.misconceptions]
        if unknown := sorted(set(without) - set(names)):
            raise ValueError(f"{self.slug} knows no wrong answer {unknown[0]!r}; wanted some of {', '.join(names)}")
        kept = [each for each in self.misconceptions if each.name not in set(without)]
        return dataclasses.replace(self, **{"name": self.called, "misconceptions": kept, **differences})

    @property
    def called(self) -> str:
        """What the notebook calls the attempt."""
        return self.name

    def check(self, attempt: Any, seed: int = 0) -> Feedback:
        """Judge an attempt. Never raises, whatever the attempt is or does; one seed draws the same inputs each time."""
        if untouched(attempt):
            return self.feedback(
                "untouched", "Not attempted yet", f'Stuck? `gdlab.hint("{self.slug}")` helps a little.'
            )
        return self._judge(attempt, seed)

    @abstractmethod
    def _judge(self, attempt: Any, seed: int) -> Feedback:
        """Judge an attempt that was begun."""

    @property
    @abstractmethod
    def reference(self) -> Any:
        """An attempt that is right."""

    @property
    @abstractmethod
    def solution_text(self) -> str:
        """The reference solution for a reader: code that fits into the notebook's cell as it is."""

    def feedback(self, verdict: str, headline: str, *words: str, share: float = 0.0) -> Feedback:
        """Return feedback on an attempt at this exercise that earns a share of the points."""
        return Feedback(
            self.title,
            self.points,
            self.points * share,
            verdict,
            headline,
            words,
            self.hints if verdict != "right" else (),
        )

    def wrong_feedback(self, headline: str, *words: str, share: float = 0.0) -> Feedback:
        return self.feedback("wrong", headline, *words, share=share)

    def right_feedback(self, *words: str) -> Feedback:
        return self.feedback("right", "Right", *filter(None, (*words, self.consequence)), share=1.0)

    def bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of the exercise with what is given in its keyword-only parameters."""
        names = keyword_only(function)
        return functools.partial(function, **{name: self.given[name] for name in names}) if names else function

    def random(self, seed: int) -> np.random.Generator:
        """Return where inputs are drawn from: the same for the same exercise and seed."""
        return np.random.default_rng([zlib.crc32(self.slug.encode()), seed])

    def source(self, function: Callable[..., Any]) -> str:
        """Return the source of a function for a reader, with what is given written out instead of taken."""
        text = textwrap.dedent(inspect.getsource(function))
        if not (names := keyword_only(function)):
            return text
        head, body = re.match(r"(def .*?\):\n)(.*)", text, re.DOTALL).groups()
        head = re.sub(r"(, )?\*, [^)]*\)", ")", head)
        return head + "".join(f"    {name} = {_written(self.given[name])}\n" for name in names) + body


@functools.cache
def keyword_only(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]


def untouched(attempt: Any) -> bool:
    """Tell whether an attempt is still as the notebook has it: nothing, three dots, or a stub."""
    if attempt is None or attempt is ... or (isinstance(attempt, str | set | frozenset) and not attempt):
        return True
    if isinstance(attempt, list | tuple | set | frozenset):
        return bool(attempt) and all(one is ... for one in attempt)
    if isinstance(attempt, Mapping):
        return any(map(_has_gap, attempt.values()))
    return callable(attempt) and is_untouched(attempt)


def _has_gap(value: Any) -> bool:
    """Tell whether a value, or something in it if it is a list, is still ``...``."""
    return value is ... or (isinstance(value, list | tuple) and any(map(_has_gap, value)))


def _written(value: Any) -> str:
    """Return the code that gives a value of the package, or some numbers."""
    if isinstance(value, Activation):
        return f'gdlab.ACTIVATIONS["{value.name}"]'
    if isinstance(value, Loss):
        return f'gdlab.LOSSES["{value.name}"]'
    return repr(value)
