// The controls beside a picture: each has `element`, and `show(value)`; a change by hand calls `changed(value)`.

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
    show: (value) => {
      if (control.value.length && !value.length) control.fromNothing = false; // a cell's doing: the given set
      control.value = value;
    },
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
