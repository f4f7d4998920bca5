"""The explorer's place on the page: an anywidget whose page code is `stage.js` and its parts.

What the two say to each other, all of it. The page sends

- ``{"do": "set", "values": {…}, "ask": id}``: a reader has moved these controls; the page waits for this one answer
  before it asks for the next, so there is never a queue, and then asks for the newest only;
- ``{"do": "at", "values": {…}, "moved": bool, "revision": number, "steps": […], "ask": id}``: the page shows these
  values, and if `moved` a hand has put the step there, for which the page had a picture; and pictures of these steps,
  please, in this order, when there is time: a newer list takes the place of an older one, unless it is empty. Where a
  cell has changed other values meanwhile, a step that was moved is answered with a frame. Where a cell has set the step
  meanwhile (the `revision` is an older one), or has changed anything that only a wish for pictures does not know of,
  nothing is done: the page has been told by the cell's own frame;
- ``{"do": "reset" | "stop" | "go_on" | "show" | "lift", "ask": id}``.

With each but "at" it may say the ``width`` that it has for the picture, in pixels of the screen. Pictures
are made in that size from then on; a page whose size changes asks for one by "show".

The kernel sends ``{"say": "frame", "ask": id or null, …}`` with what `Explorer` knows of the picture (values, caption,
description, hands, progress), with the `revision` of the step, which is how often code has set it, and with the picture
itself as a binary buffer, unless it is the one before;
``{"say": "ahead", …}`` in the same form for each picture made ahead; and ``{"say": "at", "ask": id, …}`` hands an
``at`` on to other views of the same explorer, and tells the one it came from that it was heard: a frame that comes
before is older.
"""

from collections.abc import Callable
from typing import Any

import traitlets

from gdlab.page.page_widget import PageWidget


class Stage(PageWidget):
    """A page's view of one explorer."""

    spec = traitlets.Dict().tag(sync=True)
    """What stays: the controls and the size of the picture."""
    shown = traitlets.Dict().tag(sync=True)
    """The last frame, for a page that is opened later; what an open page shows comes by messages."""

    def __init__(
        self, spec: dict[str, Any], frame: Callable[[], dict[str, Any]], hear: Callable[[dict[str, Any]], None]
    ) -> None:
        self._frame = frame
        super().__init__(__file__, spec=spec)
        self.on_msg(lambda _, content, __: hear(content))

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        state = super().get_state(key, drop_defaults)
        if "shown" in state:
            state["shown"] = self._frame()
        return state

    def say(self, content: dict[str, Any], picture: bytes | None = None) -> None:
        """Send a frame to the pages that are open."""
        self.send(content, [] if picture is None else [picture])

    def close(self) -> None:
        self.layout.close()
        self._msg_callbacks.callbacks.clear()
        self._frame = dict
        super().close()
