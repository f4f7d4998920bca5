"""What `check` returns: a score for whoever grades, words for whoever learns."""

import html
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

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
    The hints are one press away, each in the one before.
    """

    title: str
    points: float
    score: float
    verdict: Literal["right", "wrong", "untouched"]
    headline: str
    words: tuple[str, ...]
    hints: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return repr(round(float(self.score), 2))

    def __str__(self) -> str:
        return "\n".join([f"{self.title}: {self.headline} ({self._score})", *self.words])

    @property
    def _score(self) -> str:
        return f"{round(self.score, 2):g} of {self.points:g} point{'s' * (self.points != 1)}"

    def _repr_html_(self) -> str:
        return panel(
            self.verdict, f"{self.title}: {self.headline}", self.words, self._score, disclosed=_disclosed(self.hints)
        )


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


class Shown(str):
    """Words that have more to show in a page: the HTML `below` them."""

    below: str

    def __new__(cls, text: str, below: str) -> "Shown":
        shown = super().__new__(cls, text)
        shown.below = below
        return shown


def tables(given: Any, want: Any, tolerance: float) -> str:
    """Return the HTML of two arrays as tables in which the first place that differs is marked; nothing if they are long."""
    given, want = np.asarray(given), np.asarray(want)
    if given.shape != want.shape or given.ndim not in (1, 2) or not 2 <= given.size <= 48:
        return ""
    off = ~(np.abs(np.atleast_2d(given - want)) <= tolerance)
    first = tuple(np.argwhere(off)[0]) if off.any() else ()
    both = (_table("yours", given, first), _table("right", want, first))
    return f'<div style="display:flex; gap:28px; flex-wrap:wrap">{"".join(both)}</div>'


def _table(caption: str, array: Any, first: tuple[Any, ...]) -> str:
    rows = "".join(
        "<tr>" + "".join(_cell(value, (i, j) == first) for j, value in enumerate(row)) + "</tr>"
        for i, row in enumerate(np.atleast_2d(array))
    )
    style = "margin:6px 0 0; border-collapse:collapse; font-size:13px"
    return f'<table style="{style}"><caption style="text-align:left">{caption}</caption>{rows}</table>'


def _cell(value: Any, is_first: bool) -> str:
    mark = "; outline:2px solid #C44E00; font-weight:bold" if is_first else ""
    return f'<td style="padding:1px 8px; text-align:right{mark}">{value:.4g}</td>'


def _disclosed(hints: tuple[str, ...]) -> str:
    """Return the HTML of hints, each of which opens the next."""
    inner = ""
    for place, text in reversed(list(enumerate(hints, 1))):
        inner = disclosure(f"Hint {place} of {len(hints)}", text, inner)
    return inner


def disclosure(summary: str, text: str, inner: str = "") -> str:
    """Return the HTML of a text that one press on its `summary` shows, and the HTML `inner` below it."""
    return (
        f'<details style="margin:6px 0 0"><summary style="cursor:pointer">{marked(summary)}</summary>'
        f'<p style="margin:4px 0 0">{marked(text)}</p>{inner}</details>'
    )


def panel(
    kind: str, headline: str, words: tuple[str, ...], aside: str = "", code: str = "", disclosed: str = ""
) -> str:
    """Return the HTML of a panel: a sign, a headline, paragraphs in which `backticks` mark code."""
    sign, colour = _LOOKS[kind]
    paragraphs = "".join(f'<p style="margin:6px 0 0">{marked(text)}</p>{getattr(text, "below", "")}' for text in words)
    block = (
        f'<pre style="margin:8px 0 0; font-size:13px; white-space:pre-wrap">{html.escape(code)}</pre>' if code else ""
    )
    aside = f'<span style="float:right; opacity:0.85; margin-left:1em">{html.escape(aside)}</span>' if aside else ""
    return (
        f'<div role="status" style="border-left:5px solid {colour}; padding:8px 14px 10px; max-width:860px; '
        f'font-size:15px; line-height:1.5; background:rgba(128,128,128,0.09)">{aside}'
        f'<strong><span aria-hidden="true" style="color:{colour}; font-size:17px">{sign}</span>&ensp;'
        f"{marked(headline)}</strong>{paragraphs}{block}{disclosed}</div>"
    )


def marked(text: str) -> str:
    """Return text as HTML in which `backticks` mark code, *stars* stress, and f′(z) stays in one piece."""
    whole = html.escape(text).replace("f′(z)", '<span style="white-space:nowrap">f′(z)</span>')
    pieces = re.split(r"`([^`]+)`", whole)  # every second one is code, where a star is a product
    pieces[::2] = [_STRESS.sub(_stressed, words) for words in pieces[::2]]
    pieces[1::2] = [f"<code>{code}</code>" for code in pieces[1::2]]
    return "".join(pieces)


_STRESS = re.compile(r"(?<![\w*])(\*\*?)(?=\w)([^*]+)(?<=\w)\1(?![\w*])")


def _stressed(found: re.Match[str]) -> str:
    tag = "strong" if found[1] == "**" else "em"
    return f"<{tag}>{found[2]}</{tag}>"
