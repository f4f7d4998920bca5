"""What `check` returns: a score for whoever grades, words for whoever learns."""

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gdlab.exercises.exercise import Exercise

_LOOKS = {
    "right": ("✓", "#007A5A"),
    "wrong": ("✗", "#C44E00"),
    "untouched": ("…", "#5B636B"),
    "hint": ("?", "#0072B2"),
    "solution": ("=", "#0072B2"),
}
"""Sign and colour of each kind of panel."""


@dataclass(frozen=True)
class Feedback:
    """The verdict on an attempt.

    Its ``repr`` is the score as a plain number, which is what nbgrader reads; its words are in the HTML and in ``str``.
    """

    exercise: "Exercise"
    score: float
    verdict: Literal["right", "wrong", "untouched"]
    headline: str
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return repr(round(float(self.score), 2))

    def __str__(self) -> str:
        return "\n".join([f"{self.exercise.title}: {self.headline} ({self._score})", *self.words])

    @property
    def _score(self) -> str:
        return f"{round(self.score, 2):g} of {self.exercise.points:g} point{'s' * (self.exercise.points != 1)}"

    def _repr_html_(self) -> str:
        return panel(self.verdict, f"{self.exercise.title}: {self.headline}", self.words, self._score)


@dataclass(frozen=True)
class Note:
    """Words for a learner that carry no score: a hint, or a solution as code."""

    kind: Literal["hint", "solution"]
    headline: str
    words: tuple[str, ...]
    code: str = ""

    def __repr__(self) -> str:
        return "\n".join([self.headline, *self.words, self.code]).rstrip()

    def _repr_html_(self) -> str:
        return panel(self.kind, self.headline, self.words, code=self.code)


def panel(kind: str, headline: str, words: tuple[str, ...], aside: str = "", code: str = "") -> str:
    """Return the HTML of a panel: a sign, a headline, paragraphs in which `backticks` mark code."""
    sign, colour = _LOOKS[kind]
    paragraphs = "".join(f'<p style="margin:6px 0 0">{marked(text)}</p>' for text in words)
    block = (
        f'<pre style="margin:8px 0 0; font-size:13px; white-space:pre-wrap">{html.escape(code)}</pre>' if code else ""
    )
    aside = f'<span style="float:right; opacity:0.85; margin-left:1em">{html.escape(aside)}</span>' if aside else ""
    return (
        f'<div role="status" style="border-left:5px solid {colour}; padding:8px 14px 10px; max-width:860px; '
        f'font-size:15px; line-height:1.5; background:rgba(128,128,128,0.09)">{aside}'
        f'<strong><span aria-hidden="true" style="color:{colour}; font-size:17px">{sign}</span>&ensp;'
        f"{marked(headline)}</strong>{paragraphs}{block}</div>"
    )


def marked(text: str) -> str:
    """Return text as HTML in which `backticks` mark code and f′(z) stays in one piece."""
    whole = html.escape(text).replace("f′(z)", '<span style="white-space:nowrap">f′(z)</span>')
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", whole)
