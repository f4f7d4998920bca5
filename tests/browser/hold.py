"""Taking hold of a picture in the browser, as a person does: each hand with the pointer to both ends, and with keys."""

from playwright.sync_api import Locator

from tests.browser.lab import ExplorerOnPage

_TOLD = """part => {
    const stage = part.closest('.gdlab-stage');
    const picture = stage.querySelector('.picture').getBoundingClientRect();
    const box = part.getBoundingClientRect();
    const [left, top] = [box.left - picture.left, box.top - picture.top];
    return {
        words: part.getAttribute('aria-valuetext') ?? part.getAttribute('aria-label'),
        controls: [...stage.querySelectorAll('input[type=range]')]
            .map(slider => `${slider.labels[0].innerText} ${slider.getAttribute('aria-valuetext')}`),
        at: [left + box.width / 2, top + box.height / 2],
        inside: left + box.width / 2 > -1 && left + box.width / 2 < picture.width + 1
            && top + box.height / 2 > -1 && top + box.height / 2 < picture.height + 1,
        alert: stage.querySelector('.words').getAttribute('role') === 'alert',
    };
}"""

_MIDDLE = """part => {
    const box = part.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
}"""


def takes_hold(explorer: ExplorerOnPage) -> None:
    """Take hold of each hand on the picture, and leave the explorer as it was at first."""
    explorer.box.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for kind, take in (("handle", _handle), ("strip", _strip)):
        for index in range(explorer.box.locator(f".{kind}").count()):
            take(explorer, explorer.box.locator(f".{kind}").nth(index))
            explorer.settle()
    _spots(explorer)
    _pads(explorer)
    for canvas in explorer.box.locator(".drawing canvas").all():
        _draws(explorer, canvas)
    explorer.reset()


def _drag(explorer: ExplorerOnPage, hand: Locator, x: float, y: float) -> dict:
    """Drag a hand to a place on the picture, given as shares of it, which may be beyond its edges."""
    mouse, box = explorer.page.mouse, hand.bounding_box()
    whole = explorer.image.bounding_box()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(whole["x"] + x * whole["width"], whole["y"] + y * whole["height"], steps=3)
    mouse.up()
    explorer.settle()
    told = hand.evaluate(_TOLD)
    assert not told["alert"], explorer.caption
    assert told["inside"], told
    return told


def _handle(explorer: ExplorerOnPage, handle: Locator) -> None:
    """To the corner below on the left and to the one above on the right: other values, which the controls show."""
    below, above = _drag(explorer, handle, -0.05, 1.05), _drag(explorer, handle, 1.05, -0.05)
    assert below["words"] != above["words"]
    assert below["at"] != above["at"]
    for told in (below, above):
        values = told["words"].split(": ", 1)[1].split(". Drag it")[0].split(", ")
        assert set(values) <= set(told["controls"]), told
    handle.focus()
    words = {above["words"]}
    for key in ("ArrowLeft", "ArrowDown"):
        explorer.page.keyboard.press(key)
        explorer.settle()
        words.add(handle.evaluate(_TOLD)["words"])
    if len(words) == 1:  # on a path that ran the other way
        explorer.page.keyboard.press("ArrowRight")
        explorer.settle()
        words.add(handle.evaluate(_TOLD)["words"])
    assert len(words) > 1
    assert handle.evaluate("hand => hand === document.activeElement")


def _strip(explorer: ExplorerOnPage, strip: Locator) -> None:
    """Beyond the right edge to the last position, beyond the left one to the first, with the control; and by keys."""
    now = "strip => [+strip.ariaValueNow, +strip.ariaValueMax]"
    last = _drag(explorer, strip, 1.05, 0.5)
    place, highest = strip.evaluate(now)
    first = _drag(explorer, strip, -0.05, 0.5)
    assert [place, strip.evaluate(now)[0]] in ([highest, 0], [0, highest])  # an axis may run either way
    for told in (last, first):
        assert any(one.endswith(f" {told['words']}") for one in told["controls"]), told
    for key, wanted in (("End", highest), ("ArrowLeft", highest - 1), ("Home", 0)):
        strip.press(key)
        explorer.settle()
        assert strip.evaluate(now)[0] == wanted


def _spots(explorer: ExplorerOnPage) -> None:
    """One stop for Tab, arrows among them; each says its numbers, and sets what it sets when it is pressed."""
    spots = explorer.box.locator(".spot")
    if not spots.count():
        return
    stops = explorer.box.locator('.spot[tabindex="0"]')
    assert stops.count() == 1
    stops.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        explorer.page.keyboard.press(key)
        said = explorer.page.evaluate(
            """() => {
                const spot = document.activeElement;
                const says = spot.closest('.gdlab-stage').querySelector('.says');
                return [spot.className.includes('spot'), spot.ariaLabel, says.hidden ? '' : says.innerText];
            }"""
        )
        assert said[0]
        assert " ".join(said[2].split()) in " ".join(said[1].split())
    assert stops.count() == 1
    setting = explorer.box.locator(".spot.sets")
    if setting.count():
        seen = set()
        for index in sorted({0, setting.count() // 2}):
            setting.nth(index).press("Enter")
            explorer.settle()
            seen.add(explorer.state)
        explorer.page.mouse.click(*setting.last.evaluate(_MIDDLE))  # the last one lies above the others
        explorer.settle()
        seen.add(explorer.state)
        assert explorer.box.locator('.words[role="alert"]').count() == 0
        assert len(seen) > 1, "no spot sets anything"


def _pads(explorer: ExplorerOnPage) -> None:
    """A point more, a point less: put down with a click, taken back by *Undo*."""
    if not explorer.box.locator(".pad").count():
        return
    explorer.box.get_by_role("button", name="first class").click()
    for pad in explorer.box.locator(".pad").all():
        before = explorer.look()[:2]
        box, state = pad.bounding_box(), explorer.state
        explorer.page.mouse.click(box["x"] + 0.52 * box["width"], box["y"] + 0.13 * box["height"])
        explorer.wait_for_change(state)
        assert explorer.look()[:2] != before
        state = explorer.state
        explorer.box.get_by_role("button", name="Undo").click()
        explorer.wait_for_change(state)
        assert explorer.look()[:2] == before
    explorer.box.get_by_role("button", name="first class").click()


def _draws(explorer: ExplorerOnPage, canvas: Locator) -> None:
    mouse = explorer.page.mouse
    canvas.scroll_into_view_if_needed()
    box, before, state = canvas.bounding_box(), explorer.look()[:2], explorer.state
    mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    mouse.up()
    explorer.wait_for_change(state)
    assert explorer.look()[:2] != before
