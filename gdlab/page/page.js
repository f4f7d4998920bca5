// What explorers and cards have in common on the page. `page_widget.py` puts this before the code of each.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  element.dataset.lmSuppressShortcuts = "true"; // on each: Jupyter looks at what has the focus before what it is in
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

let made = 0;
const newId = () => `gdlab-${Date.now().toString(36)}-${++made}`;

// What `make` marks is left alone by Jupyter's shortcuts; other pages are left alone by keys that do not reach them.
// Two are meant for the notebook wherever one is: save it, and run the cell.
function keepKeysInside(root) {
  for (const kind of ["keydown", "keyup", "keypress"]) root.addEventListener(kind, (event) => event.stopPropagation());
  root.addEventListener("keydown", (event) => {
    const { key, keyCode, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    const saves = key.toLowerCase() === "s" && (ctrlKey || metaKey) && !shiftKey && !altKey;
    const runs = key === "Enter" && shiftKey && !ctrlKey && !metaKey && !altKey;
    if (event.defaultPrevented || !(saves || runs)) return;
    const same = { key, keyCode, code, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true };
    if (!root.parentElement.dispatchEvent(new KeyboardEvent("keydown", same))) event.preventDefault();
  });
}

function isDark() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight !== undefined) return jpThemeLight === "false";
  if (vscodeThemeKind !== undefined) return /dark|contrast$/.test(vscodeThemeKind);
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// Have the class `dark` where the page is; returns what ends it.
function followTheme(root) {
  const theme = () => root.classList.toggle("dark", isDark());
  const watch = new MutationObserver(theme);
  watch.observe(document.body, { attributes: true });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", theme);
  theme();
  return () => {
    watch.disconnect();
    scheme.removeEventListener("change", theme);
  };
}

// Hear the kernel however long this module took to load. Where that is more than two seconds (many cells, a slow
// machine) anywidget, 0.9.18 and later, gives up on a model and drops all that the kernel says to it, though it shows it.
function hearAlways(model) {
  const found = (whole) => {
    const { _handle_comm_msg: heard } = Object.getPrototypeOf(Object.getPrototypeOf(whole));
    whole.comm?.on_msg(heard.bind(whole));
  };
  model.on("change:loaded", found); // the only way to the model itself from what a module is given of it
  model.set("loaded", true);
  model.off("change:loaded", found);
}
