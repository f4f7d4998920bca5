"""A prediction's place on the page: a widget whose page code is `card.js`.

What the two say to each other, all of it. The page sends ``{"do": "commit", "index": 2}`` when the reader presses
*Commit*. The kernel sets `answer`, and so every page that shows the card, also one that is opened later, has the same.
"""

from collections.abc import Callable
from typing import Any

import traitlets

from gdlab.page.page_widget import PageWidget


class Card(PageWidget):
    """A page's view of one prediction. All words that it is given are HTML."""

    spec = traitlets.Dict().tag(sync=True)
    """What stays: the ``question`` and the ``options``."""
    answer = traitlets.Dict().tag(sync=True)
    """Nothing until one is committed to; then its ``index``, ``headline`` and ``words``, and ``outcome`` behind ``ask``."""

    def __init__(self, spec: dict[str, Any], commit: Callable[[int], None]) -> None:
        super().__init__(__file__, spec=spec)
        self.on_msg(lambda _, content, __: commit(content["index"]))
