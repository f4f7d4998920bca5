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
const GONE = "The kernel of this picture has gone: " + ALWAYS;

// What scrolls the page in which an element is; none where the page is as high as what is in it, in a frame.
function windowOf(element) {
  let found = window.parent === window ? document.documentElement : null;
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.querySelector(".jp-Cell")) found = one;
  return found;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

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
    this.revision = first.revision; // of the step: how often the kernel's own code has set it
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
      const moved = Object.keys(this.changes);
      if (this.waiting === null && moved.some((name) => name !== this.step.name)) this.ask({ do: "set", values: this.changes });
      else if (this.waiting === null && moved.length) this.tellSoon();
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
    const ask = `${this.id}:${++this.asked}`;
    const moved = this.values[name] !== this.known;
    this.known = this.values[name];
    if (moved) this.telling = { ask, step: this.known }; // until the kernel has heard it
    this.send({ do: "at", values: this.values, moved, revision: this.revision, steps, ask });
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
      const step = content.values[this.step.name];
      if (content.ask === this.telling?.ask) {
        this.telling = null;
        this.known = step; // and not what it was in a picture that came meanwhile
      }
      if (content.ask.startsWith(`${this.id}:`)) return;
      this.expected.clear(); // the kernel makes ahead what the other view wants
      if (this.telling) return; // it hears of this view's step later
      this.known = step;
      const untouched = this.waiting === null && !(this.step.name in this.changes);
      if (untouched && step !== this.values[this.step.name]) this.move(content.values);
      return;
    }
    const mine = content.ask === this.waiting;
    if (this.waiting !== null && !mine) return; // what it says of older work, or of a cell's, is in the answer, too
    delete this.image.dataset.fitting;
    this.expected.clear(); // another picture ends those that were made ahead
    if (mine) {
      this.waiting = null;
      clearTimeout(this.impatient);
    }
    const elsewhere = !mine && content.revision !== this.revision; // a cell has set the step
    this.revision = content.revision;
    if (mine || elsewhere || content.ask === this.telling?.ask) this.telling = null;
    else if (this.telling) this.changes = { [this.step.name]: this.telling.step, ...this.changes }; // made before it heard
    if (elsewhere) {
      this.changes = {}; // else a reader who has moved something meanwhile stays there
      if (this.playing) this.togglePlay();
    }
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
    this.tellKept();
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
    this.tellKept();
  }

  // Say in the page which steps are at hand, for whoever looks at it: its tests do.
  tellKept() {
    this.root.dataset.kept = [...this.cache.keys()].join(" ");
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

export default {
  initialize({ model }) {
    hearAlways(model);
  },

  render({ model, el }) {
    const stage = new Stage(model, el);
    return () => stage.destroy();
  },
};
