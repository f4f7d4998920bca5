// A prediction on the page: its question, its options, and the feedback once one of them is committed to.
//
// `card.py` lists what the page and the kernel say to each other.

const PATIENCE = 4000; // milliseconds until the page says that the kernel does not answer
const ALWAYS = "run the cell of this question again to choose.";
const GONE = "The kernel of this question has gone: " + ALWAYS;
const FORGOTTEN = "The kernel has gone, and with it what you said. If the picture below is covered when you run it again, run this cell and commit once more.";
const BUSY = "The kernel is busy, or has gone. The feedback comes when it has time. If it has gone: " + ALWAYS;

// An element with words that the kernel has written as HTML.
function written(tag, attributes, words) {
  const element = make(tag, attributes);
  element.innerHTML = words;
  return element;
}

class Card {
  constructor(model, el) {
    this.model = model;
    const { question, options } = model.get("spec");
    const name = newId();
    const chosen = () => (this.button.disabled = false);
    this.inputs = options.map(() => make("input", { type: "radio", name, onchange: chosen }));
    const labels = options.map((words, k) => make("label", {}, this.inputs[k], written("span", {}, words)));
    this.button = make("button", { type: "button", disabled: true, onclick: () => this.commit() }, "Commit");
    this.fields = make("fieldset", {}, written("legend", {}, question), ...labels, this.button);
    this.says = make("div", { class: "says", role: "status" }); // there from the start: what is new in it is heard
    this.root = make("div", { class: "gdlab-page gdlab-card" }, this.fields, this.says);
    el.append(this.root);
    keepKeysInside(this.root);
    this.listen();
    this.show();
  }

  listen() {
    const { model } = this;
    const show = () => this.show();
    const gone = () => (this.fields.disabled ? this.forgotten() : this.trouble(GONE));
    model.on("change:answer", show);
    model.on("comm_live_update", gone);
    const ended = followTheme(this.root);
    this.destroy = () => {
      clearTimeout(this.impatient);
      model.off("change:answer", show);
      model.off("comm_live_update", gone);
      ended();
      this.root.remove();
    };
  }

  commit() {
    this.asked = true;
    clearTimeout(this.impatient);
    this.impatient = setTimeout(() => this.trouble(BUSY), PATIENCE);
    try {
      this.model.send({ do: "commit", index: this.inputs.findIndex((input) => input.checked) });
    } catch {
      this.trouble(GONE);
    }
  }

  // Show what was committed to, here or on another page; the focus goes with it if it was here and is here still.
  show() {
    const { index, headline, words, ask, outcome } = this.model.get("answer");
    if (index === undefined) return;
    clearTimeout(this.impatient);
    const here = this.asked && this.root.contains(document.activeElement);
    this.inputs[index].checked = true;
    this.fields.disabled = true;
    const title = written("p", { class: "headline", tabindex: -1 }, headline);
    const told = make("details", {}, written("summary", {}, ask), written("p", {}, outcome));
    this.says.replaceChildren(title, ...words.map((one) => written("p", {}, one)), told);
    this.says.classList.remove("trouble");
    if (here) title.focus();
  }

  // Say that the kernel knows nothing of this commitment any more; the feedback stays.
  forgotten() {
    if (!this.says.querySelector(".forgotten")) this.says.append(make("p", { class: "forgotten" }, FORGOTTEN));
  }

  // Say why there is no feedback, in its place.
  trouble(words) {
    clearTimeout(this.impatient);
    if (this.fields.disabled) return;
    this.says.replaceChildren(make("p", {}, words));
    this.says.classList.add("trouble");
  }
}

export default {
  initialize({ model }) {
    hearAlways(model);
  },

  render({ model, el }) {
    const card = new Card(model, el);
    return () => card.destroy();
  },
};
