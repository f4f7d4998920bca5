// An explorer on the page: its controls, its picture, what of the picture can be taken hold of, its caption.
//
// The kernel paints; the page keeps the pictures of the steps around the one shown, so that playing and stepping need
// no answer from the kernel. At most one request is under way, and after it the newest wish is asked for, never a
// queue. `stage.py` lists all that the two say to each other.

const KEPT_PICTURES = 160;
const KEPT_BYTES = 16e6;
const NEAR = 6; // steps ahead of a reader who goes step by step that are worth having, and half as many behind
const FAST = 24; // of one who holds a key or drags,
const AHEAD = 48; // and of a run that plays
const HELD = 200; // milliseconds between two steps of a key that is held, at most
const BATCH = 12; // of them, asked for at a time
const FEW = 3; // too few to be worth a message, unless one of them is
const NEXT = 2; // steps away or less
const TELL_AFTER = 2000; // milliseconds for which the kernel need not know which step is shown, while one is at it
const PATIENCE = 4000; // milliseconds until the page says that the kernel does not answer
const LONGEST = 250; // characters of a caption, and about how wide one is: the room that captions keep, whatever they say
const LETTER = 7;
const LETTERS = 14; // pixels of a letter's height at which an explorer has its own size: text that is larger enlarges it
const SMALLEST = 0.8; // of that size, where the window is low
const REST = 700; // milliseconds for which nothing has to change until a caption is read out
const ALWAYS = "run the cell of this picture again to move it.";
const NO_POINTS = "There are no points yet. Choose a class, and click on the picture.";
const GONE = "The kernel of this picture has gone: " + ALWAYS;

// What scrolls the page in which an element is; none where the page is as high as what is in it, in a frame.
function windowOf(element) {
  let found = window.parent === window ? document.documentElement : null;
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.querySelector(".jp-Cell")) found = one;
  return found;
}

const bound = (low, value, high) => Math.min(Math.max(value, low), high);

function nearest(positions, value, logarithmic) {
  const scale = logarithmic && value > 0 ? Math.log : Number;
  let best = 0;
  for (let k = 1; k < positions.length; k++) {
    const [here, there] = [positions[k], positions[best]].map((p) => Math.abs(scale(p) - scale(value)));
    if (here < there) best = k;
  }
  return best;
}

// --- controls: each has `element`, and `show(value)`; a change by hand calls `changed(value)` ---

function slider(spec, changed) {
  const id = newId();
  const input = make("input", { type: "range", id, min: 0, max: spec.positions.length - 1, step: 1 });
  const output = make("output", { for: id, "aria-hidden": "true" });
  const longest = Math.max(...spec.texts.map((text) => text.length));
  output.style.minWidth = `${longest}ch`;
  const write = (text) => {
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => {
    write(spec.texts[input.value]);
    changed(spec.positions[input.value]);
  });
  return {
    element: make("div", { class: "control slider" }, make("label", { for: id }, spec.label), input, output),
    show(value) {
      const k = nearest(spec.positions, value);
      input.value = k;
      write(spec.positions[k] === value ? spec.texts[k] : String(+value.toPrecision(4)).replace("-", "−"));
    },
  };
}

function choice(spec, changed) {
  const id = newId();
  const options = spec.positions.map((name, k) => make("option", { value: name }, spec.texts[k]));
  const input = make("select", { id, onchange: () => changed(input.value) }, ...options);
  return {
    unfold: (beside) => void (input.size = spec.listed && beside ? options.length : 1),
    element: make("div", { class: "control choice" }, make("label", { for: id }, spec.label), input),
    show: (value) => void (input.value = value),
  };
}

// Points of two classes: what is pressed here says what a click on the picture does; see `pad` below.
function points(spec, changed) {
  const classes = ["○ first class", "△ second class"];
  const tools = classes.map((words, k) =>
    make("button", { type: "button", "aria-pressed": "false", onclick: () => choose(control.tool === k ? null : k) }, words)
  );
  const choose = (tool) => {
    control.tool = tool;
    tools.forEach((button, k) => button.setAttribute("aria-pressed", String(k === tool)));
    control.onTool?.();
  };
  const history = [];
  const set = (value, fromNothing = control.fromNothing) => {
    history.push({ value: control.value, fromNothing: control.fromNothing });
    Object.assign(control, { value, fromNothing });
    changed(value);
  };
  const undo = () => {
    if (history.length) changed(Object.assign(control, history.pop()).value);
  };
  const forget = () => {
    control.fromNothing = false;
    choose(null);
  };
  const control = {
    tool: null,
    value: [],
    fromNothing: false,
    set,
    forget,
    show: (value) => void (control.value = value),
    element: make(
      "fieldset",
      { class: "control points" },
      make("legend", {}, spec.label),
      ...tools,
      make("button", { type: "button", onclick: undo }, "Undo"),
      make("button", { type: "button", onclick: () => { set([], true); choose(0); } }, "Start empty"),
      make("button", { type: "button", onclick: () => { set([], false); choose(null); } }, "Given set")
    ),
  };
  return control;
}

// A drawing on a grid, as strings in which # is ink. By keys, arrows move a pen that Enter puts down and lifts.
function drawing(spec, changed) {
  const n = spec.size;
  const how = "Arrow keys move a pen, with Shift farther; Enter puts it down to draw, or lifts it.";
  const canvas = make("canvas", {
    width: 8 * n,
    height: 8 * n,
    tabIndex: 0,
    role: "application",
    "aria-label": `${spec.label}: draw here. ${how}`,
  });
  const pen = { x: n / 2, y: n / 2, down: false };
  let ink = new Uint8Array(n * n);
  let last = null;
  let own = false; // a drawing that the page was given makes room for the first stroke of the reader's own
  const history = [];
  const rows = () =>
    ink.some(Boolean)
      ? Array.from({ length: n }, (_, r) => Array.from(ink.subarray(r * n, r * n + n), (on) => (on ? "#" : ".")).join(""))
      : [];
  const paint = () => {
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "#20252B";
    ink.forEach((on, k) => on && context.fillRect(8 * (k % n), 8 * Math.floor(k / n), 8, 8));
    if (!canvas.matches(":focus-visible")) return;
    context.beginPath();
    context.arc(8 * pen.x, 8 * pen.y, 8, 0, 2 * Math.PI);
    Object.assign(context, { lineWidth: 3, strokeStyle: "#D55E00", fillStyle: pen.down ? "#D55E00" : "#fff" });
    context.fill();
    context.stroke();
  };
  const dab = (x, y) => {
    const radius = n / 20;
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++) if (Math.hypot(c + 0.5 - x, r + 0.5 - y) <= radius) ink[r * n + c] = 1;
  };
  const begin = () => {
    history.push({ ink, own });
    ink = own ? ink.slice() : new Uint8Array(n * n);
    own = true;
  };
  const undo = () => {
    if (history.length) ({ ink, own } = history.pop());
  };
  const clear = () => {
    history.push({ ink, own });
    ink = new Uint8Array(n * n);
  };
  const draw = (x, y) => {
    const [x0, y0] = last ?? [x, y];
    const parts = Math.ceil(Math.hypot(x - x0, y - y0) * 2) + 1;
    for (let k = 0; k <= parts; k++) dab(x0 + ((x - x0) * k) / parts, y0 + ((y - y0) * k) / parts);
    last = [x, y];
    paint();
  };
  const drawAt = (event) => {
    const box = canvas.getBoundingClientRect();
    draw(((event.clientX - box.left) / box.width) * n, ((event.clientY - box.top) / box.height) * n);
  };
  const lift = () => {
    if (last) changed(rows());
    last = null;
    pen.down = false;
    paint();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    lift();
    begin();
    drawAt(event);
  });
  canvas.addEventListener("keydown", (event) => {
    const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const [dx, dy] = arrows[event.key] ?? [0, 0];
    const toggles = event.key === "Enter" || event.key === " ";
    if (!dx && !dy && !toggles) return;
    event.preventDefault();
    const step = event.shiftKey ? 4 : 1;
    [pen.x, pen.y] = [pen.x + dx * step, pen.y + dy * step].map((v) => bound(1, v, n - 1));
    if (toggles && pen.down) return lift();
    if (toggles) {
      begin();
      pen.down = true;
    }
    if (pen.down) draw(pen.x, pen.y);
    else paint();
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", lift);
  canvas.addEventListener("pointermove", (event) => last && !pen.down && drawAt(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => pen.down || lift());
  const button = (words, act) => make("button", { type: "button", onclick: () => (act(), paint(), changed(rows())) }, words);
  return {
    element: make(
      "fieldset",
      { class: "control drawing" },
      make("legend", {}, spec.label),
      canvas,
      button("Undo", undo),
      button("Clear", clear)
    ),
    show(value) {
      if (last || value.join() === rows().join()) return;
      own = false;
      ink = new Uint8Array(n * n);
      value.forEach((row, r) => [...row].forEach((letter, c) => (ink[r * n + c] = +(letter === "#"))));
      paint();
    },
  };
}

const KINDS = { slider, steps: slider, choice, points, drawing };

// --- the stage ---

class Stage {
  constructor(model, el) {
    this.model = model;
    this.spec = model.get("spec");
    this.specOf = Object.fromEntries(this.spec.controls.map((spec) => [spec.name, spec]));
    this.step = this.spec.controls.find((spec) => spec.kind === "steps");
    this.cache = new Map(); // step -> {picture, frame}
    this.pictures = this.turns = this.drawn = 0;
    this.key = "";
    this.direction = 1;
    this.stepped = -Infinity; // when the step was last moved, and whether soon after the time before
    this.fast = false;
    this.asked = 0;
    this.id = newId();
    this.waiting = null; // the id of the request under way
    this.changes = {}; // what was moved here and the kernel has not been told
    this.known = undefined; // which step it knows to be shown
    this.wished = false; // whether a control was moved to where there is no picture at hand, so that one is wanted next
    this.expected = new Set(); // steps that were asked for ahead
    this.width = 0; // of the pictures that come, in pixels of the screen
    this.engaged = this.visible = false;
    this.cleanup = [];
    this.build(el);
    this.hands = new Hands(this);
    this.listen();
    const first = model.get("shown");
    this.frame = first;
    this.adopt(first);
    this.tellWork(first);
    if (first.picture) this.show(first, this.pictureOf(first.picture));
    this.ask({ do: "show" });
  }

  build(el) {
    const { spec } = this;
    this.controls = {};
    const settings = [], folded = [], last = [], walk = [];
    for (const one of spec.controls) {
      const control = KINDS[one.kind](one, (value) => this.set({ [one.name]: value }));
      this.controls[one.name] = control;
      (one.kind === "steps" ? walk : one.folded ? folded : one.kind === "points" ? last : settings).push(control.element);
    }
    this.play = make("button", { type: "button", class: "play", onclick: () => this.togglePlay() });
    this.reset = make("button", { type: "button", class: "reset", onclick: () => this.resetAll() }, "Reset");
    this.reset.title = "Put every control back to its start";
    this.image = make("canvas", { class: "shown", role: "img" });
    this.light = make("canvas", { class: "light", "aria-hidden": "true", hidden: true });
    this.overlay = make("div", { class: "hands" });
    this.says = make("div", { class: "says", hidden: true, role: "tooltip" });
    this.veil = make("button", { type: "button", class: "veil", hidden: true, onclick: () => this.ask({ do: "lift" }) });
    this.veil.append(make("span", {}, "First commit to your prediction above."), make("span", { class: "small" }, "Show the picture all the same"));
    this.picture = make("div", { class: "picture" }, this.image, this.light, this.overlay, this.says, this.veil);
    this.picture.style.aspectRatio = `${spec.width} / ${spec.height}`;
    this.bar = make("progress", { max: 1, "aria-label": spec.long_work });
    this.left = make("span", { class: "left" });
    this.halt = make("button", { type: "button", onclick: () => this.ask({ do: this.frame.stopped ? "go_on" : "stop" }) });
    const work = make("div", { class: "work" }, make("span", {}, spec.long_work), this.bar, this.left);
    if (spec.stoppable) work.append(this.halt);
    this.work = work;
    if (this.step) walk.unshift(this.play);
    if (spec.long_work) last.push(work);
    this.words = make("p", { class: "words" });
    this.heard = make("div", { class: "heard", role: "status" }); // what a screen reader says, and when
    if (folded.length) settings.push(make("details", { class: "folded" }, make("summary", {}, "More settings"), make("div", { class: "more" }, ...folded)));
    this.side = make("div", { class: "side" }, ...settings, this.reset, ...last);
    this.walk = make("div", { class: "walk" }, ...walk);
    if (!walk.length) this.walk.hidden = true;
    this.root = make(
      "div",
      { class: "gdlab-page gdlab-stage", role: "group", "aria-label": spec.title },
      this.side,
      make("div", { class: "main" }, this.picture, this.walk, this.words),
      this.heard
    );
    this.root.style.setProperty("--wide", `${spec.width}px`);
    this.root.style.setProperty("--high", `${spec.height}px`);
    el.append(this.root);
    keepKeysInside(this.root);
    this.showPlay();
  }

  listen() {
    const { model } = this;
    const hear = (content, buffers) => this.hear(content, buffers);
    const gone = () => this.gone();
    model.on("msg:custom", hear);
    model.on("comm_live_update", gone);
    this.cleanup.push(() => (model.off("msg:custom", hear), model.off("comm_live_update", gone)));
    const engage = () => {
      this.engaged = true;
      this.plan();
    };
    for (const kind of ["pointerenter", "focusin"]) this.root.addEventListener(kind, engage);
    const tell = () => this.tell();
    for (const kind of ["pointerleave", "focusout"]) this.root.addEventListener(kind, tell);
    document.addEventListener("visibilitychange", tell);
    this.cleanup.push(() => document.removeEventListener("visibilitychange", tell));
    this.root.addEventListener("focusin", ({ target }) => {
      const seen = () => this.root.scrollIntoView({ block: "nearest" }); // all of it, for what a key moves
      if (target.matches(":focus-visible")) requestAnimationFrame(() => requestAnimationFrame(seen)); // Jupyter scrolls first
    });
    const seen = new IntersectionObserver((entries) => {
      this.visible = entries.at(-1).isIntersecting;
      this.fit();
      if (!this.visible && this.playing) this.togglePlay();
      if (!this.visible) this.tell(); // JupyterLab may take the view away, and make another one later
      this.plan();
    });
    seen.observe(this.picture);
    const sized = (this.sized = new ResizeObserver(() => this.layOut()));
    sized.observe(this.root);
    const counted = new ResizeObserver((entries) => {
      const { inlineSize: wide, blockSize: high } = entries.at(-1).devicePixelContentBoxSize[0];
      const about = this.picture.clientWidth * devicePixelRatio;
      this.exact = Math.abs(wide - about) < 2 ? [wide, high] : null; // under emulation it is another screen's
      this.resized();
    });
    try {
      counted.observe(this.image, { box: "device-pixel-content-box" });
    } catch {} // Safari does not tell
    const zoomed = () => this.layOut();
    addEventListener("resize", zoomed);
    this.cleanup.push(followTheme(this.root), () => {
      seen.disconnect();
      sized.disconnect();
      counted.disconnect();
      removeEventListener("resize", zoomed);
    });
  }

  layOut() {
    const wide = this.root.clientWidth;
    if (wide && this.window === undefined) {
      this.window = windowOf(this.root); // which is there once this is on the page
      if (this.window) this.sized.observe(this.window);
    }
    const high = this.window?.clientHeight ?? Infinity;
    const letters = parseFloat(getComputedStyle(this.root).fontSize);
    const size = `${wide} ${high} ${letters} ${devicePixelRatio}`;
    if (!wide || size === this.size) return;
    this.size = size;
    const beside = this.side.childElementCount > 1 && wide >= 0.76 * this.spec.width + (212 * letters) / LETTERS;
    this.root.classList.toggle("beside", beside);
    for (const name in this.controls) this.controls[name].unfold?.(beside);
    this.scaled(letters / LETTERS);
    for (let round = 0; round < 3; round++) {
      const over = this.root.offsetHeight + 8 - high; // what does not stand in the window together
      if (over > 0) this.scaled(Math.max(SMALLEST, (this.picture.clientHeight - over) / this.spec.height)); // more lines?
    }
    if (!this.exact) this.resized();
  }

  // Give picture and caption their size, as multiple of the explorer's own.
  scaled(scale) {
    this.root.style.setProperty("--scale", scale);
    const letter = (LETTER * parseFloat(getComputedStyle(this.words).fontSize)) / LETTERS;
    this.words.style.setProperty("--lines", Math.ceil((LONGEST * letter) / this.words.clientWidth));
  }

  resized() {
    if (this.shown) this.draw(this.shown);
    this.fit();
  }

  // Width and height of the picture in pixels of the screen: as a browser counts them, or else as near as can be told.
  room() {
    const { clientWidth, clientHeight } = this.picture;
    return this.exact ?? [clientWidth, clientHeight].map((size) => Math.round(size * devicePixelRatio));
  }

  // Have the pictures made in the size in which they are shown: crisp, and no larger than need be.
  fit() {
    const idle = this.visible && this.waiting === null && !this.wished && this.frame.share >= 1;
    const [width] = this.room();
    if (!idle || !width || width === this.width) return;
    this.image.dataset.fitting = width; // until a picture has come that is made so
    this.ask({ do: "show" });
  }

  destroy() {
    this.playing = false;
    clearTimeout(this.impatient);
    clearTimeout(this.teller);
    clearTimeout(this.reader);
    this.cleanup.forEach((act) => act());
    this.root.remove();
  }

  // --- values ---

  // Take what a hand has changed.
  set(changes) {
    this.changes = { ...this.changes, ...changes };
    this.move(changes);
  }

  move(changes) {
    const step = this.step?.name;
    if (step in changes && changes[step] !== this.values[step]) {
      this.direction = Math.sign(changes[step] - this.values[step]);
      const now = performance.now();
      this.fast = now - this.stepped < HELD;
      this.stepped = now;
    }
    if (Object.keys(changes).some((name) => name !== step) && this.playing) this.togglePlay();
    this.values = { ...this.values, ...changes };
    for (const name in changes) this.controls[name].show(changes[name]);
    this.want();
  }

  // Show the picture for the values: from the pictures at hand, or by the one request that may be under way.
  want() {
    const at = this.keyOf(this.values) === this.key && this.step ? this.cache.get(this.values[this.step.name]) : undefined;
    if (at) {
      this.wished = false;
      this.show(at.frame, at.picture);
      if (this.waiting === null && this.step.name in this.changes) this.tellSoon();
    } else if (this.waiting === null) this.ask({ do: "set", values: this.changes });
    else this.wished = true;
    this.mark();
    this.plan();
  }

  ask(content) {
    const ask = `${this.id}:${++this.asked}`;
    const [width] = this.room();
    if (width && width !== this.width) {
      this.width = width;
      this.dropPictures();
    }
    if (content.do === "set" || content.do === "reset") {
      this.changes = {};
      this.wished = false;
    }
    if (content.do !== "show") {
      this.waiting = ask;
      clearTimeout(this.impatient);
      this.impatient = setTimeout(() => this.waiting === ask && this.lost("The kernel is busy, or has gone. If it has gone: " + ALWAYS), PATIENCE);
      this.expected.clear();
    }
    this.send({ ...content, ...(width && { width }), ask });
    this.mark();
  }

  // A kernel that has gone takes nothing. The pictures at hand can still be leafed through, and the words say so.
  send(content) {
    try {
      this.model.send(content);
    } catch {
      this.gone();
    }
  }

  gone() {
    clearTimeout(this.impatient);
    this.lost(GONE);
  }

  // The step that is shown is told with the pictures that are wanted ahead, when hand or focus leave, or after a while:
  // thirty learners on one server pay for each message and for the three that answer it.
  tellSoon() {
    const lost = this.root.classList.contains("lost"); // then the words are to say so at once
    this.teller ??= setTimeout(() => this.tell(), lost ? 0 : TELL_AFTER);
  }

  tell(steps = []) {
    clearTimeout(this.teller);
    this.teller = null;
    const name = this.step?.name;
    if (this.waiting !== null) return; // the step goes with the next request
    if (!steps.length && !(name in this.changes)) return; // there is nothing new
    delete this.changes[name];
    this.known = this.values[name];
    this.send({ do: "at", values: this.values, steps, ask: `${this.id}:${this.asked}` });
  }

  resetAll() {
    if (this.playing) this.togglePlay();
    for (const name in this.controls) this.controls[name].forget?.();
    this.ask({ do: "reset" });
  }

  // --- what the kernel says ---

  hear(content, buffers) {
    this.root.classList.remove("lost");
    if (content.say === "ahead") {
      this.keep(content, buffers[0]);
      this.expected.delete(content.values[this.step.name]);
      this.plan();
      this.onPicture?.();
      return;
    }
    if (content.say === "at") {
      if (content.ask.startsWith(`${this.id}:`)) return;
      this.known = content.values[this.step.name];
      if (this.waiting === null && !(this.step.name in this.changes)) this.move(content.values);
      return;
    }
    const mine = content.ask === this.waiting;
    if (this.waiting !== null && !mine) return; // what it says of older work, or of a cell's, is in the answer, too
    delete this.image.dataset.fitting;
    if (mine) {
      this.waiting = null;
      clearTimeout(this.impatient);
    }
    // A reader who has moved something meanwhile stays there, unless a cell has moved the step.
    const stays = mine || content.values[this.step?.name] === this.known;
    if (!stays) this.changes = {};
    const outrun = Object.keys(this.changes).length > 0;
    this.adopt(content);
    const picture = buffers?.[0];
    this.frame = content;
    this.tellWork(content);
    if (picture) {
      const kept = content.share >= 1 && this.step && !content.alert ? this.keep(content, picture) : null;
      const ours = same(content.values, this.values) || this.wished || this.hands.dragging;
      if (ours) this.show(content, kept?.picture ?? this.pictureOf(picture));
    } else this.say(content);
    this.model.set("shown", { ...content, picture: picture ?? this.model.get("shown").picture });
    if (outrun) this.want();
    this.mark();
    this.fit();
    this.plan();
    this.onPicture?.();
  }

  // Take the values of a frame, but for what was moved here since the kernel was told.
  adopt(frame) {
    this.values = { ...frame.values, ...this.changes };
    this.known = frame.values[this.step?.name];
    for (const name in this.controls) if (!(name in this.changes)) this.controls[name].show(frame.values[name]);
  }

  tellWork(frame) {
    this.work.style.visibility = frame.share < 1 ? "visible" : "hidden";
    this.bar.value = frame.share;
    this.left.textContent = frame.left;
    this.halt.textContent = frame.stopped ? "Continue" : "Stop";
    const veiled = Boolean(frame.veiled);
    this.overlay.inert = this.walk.inert = veiled; // nothing under it can be moved, nor heard
    if (!veiled && document.activeElement === this.veil) (this.step ? this.play : this.reset).focus();
    this.veil.hidden = !veiled;
    if (veiled && this.playing) this.togglePlay();
    this.root.classList.toggle("veiled", veiled);
  }

  say(frame) {
    const words = frame.alert || frame.words;
    if (frame.alert) this.words.setAttribute("role", "alert");
    else this.words.removeAttribute("role");
    if (frame.veiled) this.image.setAttribute("aria-label", "A picture that is covered until you commit to your prediction");
    else if (!frame.alert) this.image.setAttribute("aria-label", frame.described);
    if (this.words.textContent === words) return;
    this.words.textContent = words;
    if (!frame.alert) this.readOut();
  }

  // Have the caption, or other words, read out once nothing changes any more.
  readOut(words) {
    clearTimeout(this.reader);
    this.reader = setTimeout(() => {
      if (this.engaged && !this.playing && !this.hands.dragging && !this.frame.veiled) this.heard.textContent = words ?? this.words.textContent;
    }, REST);
  }

  lost(words) {
    if (this.playing) this.togglePlay();
    this.root.classList.add("lost");
    this.words.setAttribute("role", "alert");
    this.words.textContent = words;
  }

  // --- pictures ---

  pictureOf(bytes) {
    return Object.assign(new Blob([bytes], { type: "image/png" }), { number: ++this.pictures });
  }

  show(frame, picture) {
    this.displayed = frame;
    this.drawing = this.draw(picture);
    const boxes = frame.as_they_are ?? [];
    this.light.hidden = !boxes.length;
    const corners = boxes.map(([l, t, w, h]) => `M${l} ${t}h${w}v${h}h${-w}z`).join("");
    if (corners !== this.corners) {
      this.corners = corners;
      this.clip(boxes);
    }
    this.say(frame);
    this.hands.show(frame);
    this.mark();
  }

  // On a canvas: of what an <img> has shown a browser keeps every picture decoded, 5 MB each.
  async draw(picture) {
    this.shown = picture;
    this.image.dataset.wanted = picture.number;
    const turn = ++this.turns;
    const bitmap = await createImageBitmap(picture);
    if (turn > this.drawn) {
      this.drawn = turn; // and not one that was wanted before, and took longer
      const [wide, high] = this.room();
      const [width, height] = wide ? [wide, high] : [bitmap.width, bitmap.height];
      const size = bitmap.width === width ? [] : [width, height]; // a pixel for a pixel, if it was made for here
      this.image.dataset.sent = bitmap.width;
      for (const canvas of this.light.hidden ? [this.image] : [this.image, this.light]) {
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
        const context = canvas.getContext("2d", { alpha: false });
        context.imageSmoothingQuality = "high";
        context.drawImage(bitmap, 0, 0, ...size);
      }
      this.image.dataset.picture = picture.number;
    }
    bitmap.close();
  }

  // Where the picture says something by dark and light, a dark page shows it as it is: a second image, cut to there.
  clip(boxes) {
    const points = boxes.map(([l, t, w, h]) => {
      const [x0, y0, x1, y1] = [l, t, l + w, t + h].map((share) => `${100 * share}%`);
      return `0 0, ${x0} ${y0}, ${x1} ${y0}, ${x1} ${y1}, ${x0} ${y1}, ${x0} ${y0}, 0 0`;
    });
    this.light.style.clipPath = boxes.length ? `polygon(nonzero, ${points.join(", ")})` : "";
  }

  mark() {
    const old = this.waiting !== null || this.wished;
    this.root.classList.toggle("old", old);
    this.picture.setAttribute("aria-busy", String(old));
  }

  keyOf(values) {
    const rest = { ...values };
    if (this.step) delete rest[this.step.name];
    return JSON.stringify(rest);
  }

  keep(frame, bytes) {
    const key = this.keyOf(frame.values);
    if (key !== this.key) {
      if (frame.say === "ahead") return null; // of a setting that has changed meanwhile
      this.dropPictures();
      this.key = key;
    }
    const step = frame.values[this.step.name];
    const kept = { picture: this.pictureOf(bytes), frame };
    this.cache.set(step, kept);
    this.makeRoom();
    this.root.dataset.kept = this.cache.size;
    return kept;
  }

  // Let go of the pictures that are farthest from the step shown.
  makeRoom() {
    const here = this.values[this.step.name];
    const sum = () => [...this.cache.values()].reduce((all, one) => all + one.picture.size, 0);
    while (this.cache.size > KEPT_PICTURES || sum() > KEPT_BYTES) {
      const far = [...this.cache.keys()].reduce((a, b) => (Math.abs(b - here) > Math.abs(a - here) ? b : a));
      if (far === here) break;
      this.cache.delete(far);
    }
  }

  dropPictures() {
    this.cache.clear();
    this.expected.clear();
  }

  // Ask for the pictures that are likely to be wanted next, a few at a time, only while somebody is at it.
  plan() {
    if (!this.step || !this.engaged || !this.visible || document.hidden) return;
    if (this.waiting !== null || this.wished || this.frame.share < 1 || this.expected.size > BATCH / 3) return;
    if (this.keyOf(this.values) !== this.key || this.frame.veiled) return;
    const { positions, name } = this.step;
    const here = nearest(positions, this.values[name]);
    const wanted = [];
    let soonest = Infinity;
    const far = this.playing ? AHEAD : this.fast ? FAST : NEAR;
    for (let k = 1; k <= far && wanted.length < BATCH; k++)
      for (const side of this.playing ? [1] : [1, -1]) {
        const at = here + side * k * this.direction;
        if (side === -1 && k > far / 2) continue;
        if (at < 0 || at >= positions.length || this.cache.has(positions[at])) continue;
        wanted.push(positions[at]);
        soonest = Math.min(soonest, k);
      }
    if (!wanted.length || (wanted.length < FEW && soonest > NEXT)) return;
    if (wanted.every((step) => this.expected.has(step))) return;
    this.expected = new Set(wanted);
    this.tell(wanted);
  }

  // --- playing ---

  togglePlay() {
    this.playing = !this.playing;
    this.showPlay();
    if (this.playing) return void this.run();
    this.tell();
    this.readOut();
  }

  showPlay() {
    this.play.textContent = this.playing ? "❚❚ Pause" : "▶ Play";
    this.play.setAttribute("aria-label", `${this.playing ? "Pause" : "Play"} ${this.step?.label ?? ""}`);
  }

  async run() {
    const { positions, name, interval } = this.step;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? 250 : 0;
    this.engaged = true;
    this.direction = 1;
    if (this.values[name] >= positions.at(-1)) this.set({ [name]: positions[0] });
    const round = (this.round = {});
    let due = performance.now();
    while (this.playing && this.round === round) {
      await this.ready();
      await this.drawing;
      due = Math.max(due + Math.max(interval, calm), performance.now() - interval);
      const pause = due - performance.now();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      if (!this.playing || this.round !== round) return;
      const next = positions[nearest(positions, this.values[name]) + 1];
      if (next === undefined) return void this.togglePlay();
      if (!this.cache.has(next) && this.expected.has(next)) await this.picked(next, 400);
      if (this.playing && this.round === round) this.set({ [name]: next });
    }
  }

  // Wait until the picture that is wanted is the one that is shown.
  async ready() {
    while (this.playing && (this.waiting !== null || this.wished)) await this.news(1000);
  }

  async picked(step, patience) {
    const end = performance.now() + patience;
    while (this.playing && !this.cache.has(step) && performance.now() < end) await this.news(end - performance.now());
  }

  news(patience) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.onPicture = () => (clearTimeout(timer), (this.onPicture = null), resolve());
    });
  }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// --- hands on the picture ---

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

export default {
  initialize({ model }) {
    hearAlways(model);
  },

  render({ model, el }) {
    const stage = new Stage(model, el);
    return () => stage.destroy();
  },
};
