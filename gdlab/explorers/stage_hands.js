// What of a picture can be taken hold of: handles, strips along a curve, spots to click, a pad for points of one's own.

const NO_POINTS = "There are no points yet. Choose a class, and click on the picture.";

// Axes tell where they are on the picture and what their ends are, so that a pointer can be read in data coordinates.
function toData(axes, x, y) {
  const along = ([low, high, log], share) =>
    log ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low))) : low + share * (high - low);
  const [left, top, width, height] = axes.box;
  return [along(axes.x, (x - left) / width), along(axes.y, 1 - (y - top) / height)];
}

// Which point of a path is meant by a place on the picture; `now` is the one that is set.
function alongPath({ path, graph }, x, y, now, { width, height }) {
  const far = ([px, py], weight = 1) => Math.hypot((px - x) * width, weight * (py - y) * height);
  const last = path.length - 1;
  if (!graph) {
    // Of places where the path comes by twice, the next to `now`; and once around, it ends: the start is not next to it.
    const least = Math.min(...path.map((point) => far(point)));
    const k = nearestOf(path.map((point, k) => (far(point) < least + 1 ? Math.abs(k - now) : Infinity)));
    const closed = Math.hypot((path[0][0] - path[last][0]) * width, (path[0][1] - path[last][1]) * height) < 1;
    return closed && Math.abs(k - now) > last / 2 ? (k > now ? 0 : last) : k;
  }
  const way = Math.sign(path[last][0] - path[0][0]);
  if ((x - path[0][0]) * way <= 0) return 0;
  if ((x - path[last][0]) * way >= 0) return last;
  // In x alone, but for a tenth; and of points that lie on one another, as where a curve is level, the next to `now`.
  const best = path[nearestOf(path.map((point) => far(point, 0.1)))];
  const there = path.map(([px, py]) => Math.hypot((px - best[0]) * width, (py - best[1]) * height) < 2);
  return nearestOf(there.map((close, k) => (close ? Math.abs(k - now) : Infinity)));
}

const nearestOf = (distances) => distances.indexOf(Math.min(...distances));

function toShare(axes, x, y) {
  const along = ([low, high, log], value) =>
    log ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : (value - low) / (high - low);
  const [left, top, width, height] = axes.box;
  return [left + width * along(axes.x, x), top + height * (1 - along(axes.y, y))];
}

class Hands {
  constructor(stage) {
    this.stage = stage;
    this.parts = new Map(); // key -> {element, hand}
    this.dragging = null;
    for (const name in stage.controls) if (stage.specOf[name].kind === "points") stage.controls[name].onTool = () => this.show(stage.displayed);
  }

  show(frame) {
    const seen = new Set();
    const counts = {};
    this.axes = frame.axes ?? [];
    for (const hand of frame.hands ?? []) {
      const id = `${hand.kind} ${hand.name}`;
      const key = `${id} ${(counts[id] = (counts[id] ?? 0) + 1)}`;
      seen.add(key);
      if (!this.parts.has(key)) {
        const part = { element: this[hand.kind](() => part.hand), hand };
        this.parts.set(key, part);
        this.stage.overlay.append(part.element);
      }
      const part = this.parts.get(key);
      part.hand = hand;
      this[`${hand.kind}At`](part);
    }
    for (const [key, part] of this.parts)
      if (!seen.has(key) && part !== this.dragging) {
        if (this.told === part.element) this.untell();
        part.element.remove();
        this.parts.delete(key);
      }
    this.inOrder = [...seen].map((key) => this.parts.get(key).element); // which that of the page need not be
    if (this.stage.overlay.querySelector(".pad.blank")) this.stage.say({ words: NO_POINTS, described: NO_POINTS }); // and not of the given set
    const spots = [...this.parts.values()].filter((part) => part.hand.kind === "spot");
    if (spots.length && !spots.some((part) => part.element.tabIndex === 0)) spots[0].element.tabIndex = 0;
  }

  put(element, [x, y], frame) {
    const [left, top, width, height] = frame?.box ?? [0, 0, 1, 1];
    element.style.left = `${100 * bound(left, x, left + width)}%`;
    element.style.top = `${100 * bound(top, y, top + height)}%`;
  }

  share(event) {
    const box = this.stage.picture.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  // Let an element be dragged: `move` gets the pointer's place as shares of the picture.
  draggable(element, move) {
    let offset = [0, 0];
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      element.focus();
      element.setPointerCapture(event.pointerId);
      element.classList.add("held");
      this.dragging = this.partOf(element);
      const at = this.share(event);
      const { hand } = this.dragging;
      offset = hand.kind === "handle" ? [hand.at[0] - at[0], hand.at[1] - at[1]] : [0, 0];
      if (hand.kind !== "handle") move(...at);
    });
    element.addEventListener("pointermove", (event) => {
      if (!this.dragging || this.dragging.element !== element) return;
      const at = this.share(event);
      move(at[0] + offset[0], at[1] + offset[1]);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      element.addEventListener(end, () => {
        if (!this.dragging || this.dragging.element !== element) return;
        this.dragging = null;
        element.classList.remove("held");
        if (this.stage.displayed) this.show(this.stage.displayed);
        this.stage.readOut();
      });
  }

  partOf(element) {
    return [...this.parts.values()].find((part) => part.element === element);
  }

  // Move controls by whole positions.
  nudge(event, moves) {
    const { stage } = this;
    const far = event.shiftKey || event.key.startsWith("Page") ? 10 : 1;
    const changes = {};
    for (const [name, direction] of moves) {
      if (!name || !direction) continue;
      const { positions } = stage.specOf[name];
      const k = nearest(positions, stage.values[name]);
      changes[name] = positions[bound(0, k + direction * far, positions.length - 1)];
    }
    if (!Object.keys(changes).length) return;
    event.preventDefault();
    stage.set(changes);
  }

  textOf(name) {
    const { positions, texts, label } = this.stage.specOf[name];
    return `${label} ${texts[nearest(positions, this.stage.values[name])]}`;
  }

  handle(hand) {
    const element = make("button", { type: "button", class: "handle" }, make("span", {}));
    this.draggable(element, (x, y) => {
      const one = hand();
      const { stage } = this;
      const axes = this.axes[one.axes];
      if (one.path.length) {
        const { positions } = stage.specOf[one.x];
        const now = nearest(positions, stage.values[one.x]);
        const k = alongPath(one, x, y, now, stage.picture.getBoundingClientRect());
        this.put(element, one.path[k]);
        stage.set({ [one.x]: positions[k] });
        return;
      }
      const [left, top, width, height] = axes.box; // what is dragged stays in sight, also where a control goes farther
      [x, y] = [bound(left, x, left + width), bound(top, y, top + height)];
      const at = toData(axes, x, y);
      const [sx, sy] = [one.x ? x : one.at[0], one.y ? y : one.at[1]];
      this.put(element, [sx, sy], axes);
      const changes = {};
      [one.x, one.y].forEach((name, k) => {
        if (!name) return;
        const { positions } = stage.specOf[name];
        const value = positions[nearest(positions, at[k], axes["xy"[k]][2])];
        if (value !== stage.values[name]) changes[name] = value;
      });
      if (Object.keys(changes).length) stage.set(changes);
    });
    element.addEventListener("keydown", (event) => {
      const one = hand();
      const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
      const only = one.x && one.y ? null : one.x || one.y;
      if (only) this.nudge(event, [[only, dx || dy]]);
      else this.nudge(event, [[one.x, dx], [one.y, dy]]);
    });
    this.tells(element, () => [hand().x, hand().y].filter(Boolean).map((name) => this.textOf(name)).join(", "));
    return element;
  }

  handleAt(part) {
    const { hand, element } = part;
    const words = [hand.x, hand.y].filter(Boolean).map((name) => this.textOf(name)).join(", ");
    element.setAttribute("aria-label", `${hand.name}: ${words}. Drag it, or use the arrow keys.`);
    element.dataset.way = this.way(hand);
    if (this.dragging !== part) this.put(element, hand.at, this.axes[hand.axes]);
    if (this.told === element) element.tell();
  }

  // Whether a handle moves up and down only, or level only.
  way({ x, y, path }) {
    const wide = (k) => Math.max(...path.map((point) => point[k])) - Math.min(...path.map((point) => point[k]));
    if (path.length) return wide(0) < 0.005 ? "upright" : wide(1) < 0.005 ? "level" : "";
    return x && y ? "" : x ? "level" : "upright";
  }

  strip(hand) {
    const element = make("div", { class: "strip", role: "slider", tabindex: 0, "aria-orientation": "horizontal" }, make("span", {}));
    this.draggable(element, (x, y) => {
      const { positions } = this.stage.specOf[hand().x];
      const at = toData(this.axes[hand().axes], x, y)[0] / hand().scale;
      const value = positions[nearest(positions, at)];
      if (value !== this.stage.values[hand().x]) this.stage.set({ [hand().x]: value });
      this.stripAt(this.partOf(element));
    });
    element.addEventListener("keydown", (event) => {
      const direction = { ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1, Home: -1e9, End: 1e9 };
      this.nudge(event, [[hand().x, direction[event.key] ?? 0]]);
    });
    return element;
  }

  stripAt({ element, hand }) {
    const axes = this.axes[hand.axes];
    const { positions, texts } = this.stage.specOf[hand.x];
    const value = this.stage.values[hand.x];
    const k = nearest(positions, value);
    const [left, top, width, height] = axes.box;
    Object.assign(element.style, { left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * width}%`, height: `${100 * height}%` });
    const share = (toShare(axes, value * hand.scale, 0)[0] - left) / width;
    element.firstChild.style.left = `${100 * bound(0, share, 1)}%`;
    const told = { label: hand.name, valuemin: 0, valuemax: positions.length - 1, valuenow: k, valuetext: texts[k] };
    for (const name in told) element.setAttribute(`aria-${name}`, told[name]);
  }

  spot(hand) {
    const element = make("button", { type: "button", class: "spot", tabindex: -1 });
    const choose = (element.choose = () => Object.keys(hand().sets).length && this.stage.set(hand().sets));
    element.addEventListener("click", (event) => (event.detail ? this.meantBy(event, element).choose() : choose())); // 0: a key
    for (const kind of ["pointerenter", "focus"]) element.addEventListener(kind, () => hand().atOnce && choose());
    element.addEventListener("keydown", (event) => {
      const spots = this.inOrder.filter((one) => one.classList.contains("spot")); // one stop for Tab, arrows among them
      const here = spots.indexOf(element), last = spots.length - 1;
      const around = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const to = { Home: 0, End: last, PageUp: Math.max(here - 10, 0), PageDown: Math.min(here + 10, last) }[event.key];
      if (!around && to === undefined) return;
      event.preventDefault();
      const next = spots[to ?? (here + around + spots.length) % spots.length];
      spots.forEach((one) => (one.tabIndex = one === next ? 0 : -1));
      next.focus();
    });
    this.tells(element, () => hand().says);
    element.addEventListener("pointermove", (event) => {
      const meant = this.meantBy(event, element);
      for (const one of this.inOrder) one.classList.toggle("meant", one === meant);
      meant.tell();
    });
    return element;
  }

  // Of dots that lie on one another, the one whose middle is next to the pointer.
  meantBy(event, element) {
    const from = (one) => {
      const box = one.getBoundingClientRect();
      return Math.hypot(box.left + box.width / 2 - event.clientX, box.top + box.height / 2 - event.clientY);
    };
    const dots = document.elementsFromPoint(event.clientX, event.clientY).filter((one) => one.matches(".spot:not(.box)"));
    const here = dots.filter((one) => this.stage.overlay.contains(one));
    return element.classList.contains("box") ? element : here.reduce((best, one) => (from(one) < from(best) ? one : best), element);
  }

  spotAt({ element, hand }) {
    element.setAttribute("aria-label", hand.says ? `${hand.name}: ${hand.says}` : hand.name);
    element.classList.toggle("sets", Object.keys(hand.sets).length > 0);
    element.classList.toggle("box", Boolean(hand.size));
    if (hand.size) {
      element.style.width = `${100 * hand.size[0]}%`;
      element.style.height = `${100 * hand.size[1]}%`;
    }
    this.put(element, hand.at, hand.size ? null : this.axes[hand.axes]);
    if (this.told === element) element.tell();
  }

  pad(hand) {
    const cross = make("span", { class: "cross" });
    const element = make("div", { class: "pad", role: "application" }, cross, make("span", { class: "empty" }, "Click to put a point down"));
    const place = [0.5, 0.5]; // of the cross, as shares of the pad
    const press = (at) => {
      const { control: name, shown } = hand();
      const control = this.stage.controls[name];
      const { extent, most } = this.stage.specOf[name];
      const box = this.stage.picture.getBoundingClientRect();
      const axes = this.axes[hand().axes];
      const base = control.value.length ? control.value : control.fromNothing ? [] : shown;
      const near = base.findIndex(([x, y]) => {
        const [sx, sy] = toShare(axes, x, y);
        return Math.hypot((sx - at[0]) * box.width, (sy - at[1]) * box.height) < 9;
      });
      const point = toData(axes, ...at).map((v) => Math.round(100 * bound(-extent, v, extent)) / 100);
      const next = near >= 0 ? base.filter((_, k) => k !== near) : [...base, [...point, control.tool]];
      if (next.length <= most) control.set(next);
    };
    element.addEventListener("pointerdown", (event) => {
      if (this.stage.controls[hand().control].tool === null || event.button) return;
      event.preventDefault();
      press(this.share(event));
    });
    element.addEventListener("keydown", (event) => {
      const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const [dx, dy] = arrows[event.key] ?? [0, 0];
      const step = event.shiftKey ? 0.1 : 0.02;
      const axes = this.axes[hand().axes], [left, top, width, height] = axes.box;
      [dx, dy].forEach((d, k) => (place[k] = bound(0.02, place[k] + d * step, 0.98)));
      const at = [left + place[0] * width, top + place[1] * height];
      if (event.key === "Enter" || event.key === " ") press(at);
      else if (!dx && !dy) return;
      event.preventDefault();
      Object.assign(cross.style, { left: `${100 * place[0]}%`, top: `${100 * place[1]}%` });
      this.stage.readOut(toData(axes, ...at).map((v) => v.toFixed(1).replace("-", "−")).join(", "));
    });
    return element;
  }

  padAt({ element, hand }) {
    const [left, top, width, height] = this.axes[hand.axes].box;
    Object.assign(element.style, { left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * width}%`, height: `${100 * height}%` });
    const { tool, fromNothing, value } = this.stage.controls[hand.control];
    element.classList.toggle("on", tool !== null);
    element.tabIndex = tool === null ? -1 : 0;
    element.ariaHidden = String(tool === null);
    const how = "Arrow keys move a cross, with Shift farther; Enter puts a point down there, or takes one away.";
    element.setAttribute("aria-label", `${hand.name}. ${how}`);
    element.classList.toggle("blank", fromNothing && !value.length); // the kernel has the given set until there is a point
  }

  // Show words beside an element while the pointer or the focus is on it.
  tells(element, words) {
    const { says } = this.stage;
    element.tell = () => {
      const text = words();
      if (!text) return this.untell();
      this.told = element;
      says.textContent = text;
      says.hidden = false;
      const [box, whole] = [element, this.stage.picture].map((one) => one.getBoundingClientRect());
      const x = box.left + box.width / 2 - whole.left;
      says.style.left = `${bound(says.offsetWidth / 2, x, whole.width - says.offsetWidth / 2)}px`;
      const above = box.top - whole.top - says.offsetHeight - 6;
      says.style.top = `${above < 0 ? box.bottom - whole.top + 6 : above}px`;
    };
    for (const kind of ["pointerenter", "focus", "pointermove"]) element.addEventListener(kind, element.tell);
    for (const kind of ["pointerleave", "blur"]) element.addEventListener(kind, () => this.untell());
  }

  untell() {
    this.stage.says.hidden = true;
    this.told = null;
  }
}
