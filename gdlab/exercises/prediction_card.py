"""A prediction on the page: to commit to an answer, and to see later what it turned out to be.

A guess that was put down is compared with what is seen; one that was only thought is adapted to it. So the feedback
appears after *Commit* only, and speaks to the thought behind the option that was chosen. What it turned out to be is
one press away, for when one has looked: the card stays where it was, and with it what one had said.
"""

import html
from collections.abc import Callable
from typing import Any

from gdlab.exercises.card import Card
from gdlab.exercises.feedback import marked
from gdlab.exercises.prediction import Option, Prediction
from gdlab.validation import whole

_VIEW = "application/vnd.jupyter.widget-view+json"


def _beside(model_id: str, still: dict[str, Any], called: str) -> dict[str, Any]:
    return {_VIEW: {"version_major": 2, "version_minor": 0, "model_id": model_id}} | still


class PredictionCard:
    """A prediction on the page: options, a button to commit, and the feedback after it.

    `on_commit` is told the slug when an option is put down; `show` returns a cell's output from the widget's id, what
    stands for it where it cannot be shown, and what to call that.
    """

    def __init__(
        self,
        prediction: Prediction,
        on_commit: Callable[[str], None] = lambda slug: None,
        show: Callable[[str, dict[str, Any], str], dict[str, Any]] = _beside,
    ) -> None:
        self.prediction = prediction
        self._on_commit, self._show = on_commit, show
        self.committed: Option | None = None
        options = [marked(option.text) for option in prediction.options]
        self.widget = Card({"question": _asked(prediction.question), "options": options}, self.commit)

    def commit(self, index: int) -> None:
        """Put down the option with this number, counted from 0. The first one put down stays.

        Raises
        ------
        ValueError, TypeError
            If there is no such option.
        """
        if self.committed is not None:
            return
        last = len(self.prediction.options) - 1
        if whole(index, "option", 0) > last:
            raise ValueError(f"option is {index}; wanted a whole number from 0 to {last}")
        option = self.prediction.options[index]
        self.committed = option
        truth = next(one for one in self.prediction.options if one.right)
        outcome = "It was as you said." if option.right else f"It was: “{truth.text}”"
        self.widget.answer = {
            "index": index,
            "headline": "Keep that thought" if option.right else "Now look closely",
            "words": [marked(words) for words in (f"You said: “{option.text}”", option.feedback)],
            "ask": "When you have looked: how did it turn out?",
            "outcome": marked(outcome),
        }
        self._on_commit(self.prediction.slug)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        items = "".join(f"<li>{html.escape(option.text)}</li>" for option in self.prediction.options)
        question = f'<p style="font-size:15px; line-height:1.5">{_asked(self.prediction.question)}</p>'
        still = f"{question}<ul>{items}</ul><p>(Run this cell to choose.)</p>"
        called = "A question without its buttons"
        return self._show(self.widget.model_id, {"text/html": still, "text/plain": repr(self)}, called)

    def __repr__(self) -> str:
        lines = [self.prediction.question, *(f"- {option.text}" for option in self.prediction.options)]
        return "\n".join(lines)


def _asked(question: str) -> str:
    return f"<strong>Predict.</strong> {marked(question)}"
