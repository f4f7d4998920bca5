"""Names for sliders, which ipywidgets leaves without one, for those who hear the page.

A slider's handle has no accessible name, what is read as its value may be an index, and from Python neither can be set.
So each explorer brings an invisible picture along, and when the page has loaded it, the page does what is missing.
"""

import html

import ipywidgets as widgets

_PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_SCRIPT = """
(function name(picture, tries) {
    const sliders = picture.closest('.widget-vbox')?.querySelectorAll('.widget-slider') ?? [];
    if (sliders.length < COUNT) {  // the page puts widgets in their places one by one
        if (tries) setTimeout(name, 100, picture, tries - 1);
        return;
    }
    for (const slider of sliders) {
        const [handle, readout] = ['[role=slider]', '.widget-readout'].map(part => slider.querySelector(part));
        const say = () => {
            if (handle.ariaValueText !== readout.textContent) handle.ariaValueText = readout.textContent;
        };
        const observer = new MutationObserver(say);
        observer.observe(handle, {attributeFilter: ['aria-valuetext']});
        observer.observe(readout, {childList: true, characterData: true, subtree: true});
        handle.ariaLabel = slider.querySelector('label').textContent;
        say();
    }
})(this, 100)
"""


def namer(count: int) -> widgets.HTML:
    """Return what names the `count` sliders of the box that it is in; it takes no room."""
    script = html.escape(_SCRIPT.replace("COUNT", str(count)))
    return widgets.HTML(f'<img alt="" src="{_PICTURE}" onload="{script}">', layout={"display": "none"})
