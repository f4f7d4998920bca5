// What a notebook's page says while Python starts, and the two buttons that a learner needs: an extension of JupyterLab
// without a build step. A line between the toolbar and the notebook, not a window that is in the way.

const STARTING =
  "Python is starting in your browser. The first time, this loads about 45 MB.";
const READY = "Python runs in your browser. What you write is kept there, on this device.";
const ASKED = " All cells will run as soon as it has started.";
const GONE = "Python has stopped. Choose Kernel → Restart Kernel; what you wrote is still here.";
const BUSY = "Python is busy. If a cell of yours never ends, choose Kernel → Restart Kernel; what you wrote is still here.";
const LONG = 20_000; // milliseconds after which a cell may be one that never ends: nothing in the browser can stop it

let shared; // what JupyterLab's pages share: here its class of widgets

function button(label, action) {
  const node = document.createElement("button");
  node.className = "jp-mod-styled jp-mod-minimal";
  node.textContent = label;
  node.addEventListener("click", action);
  return node;
}

function line(app, panel) {
  const node = document.createElement("div");
  node.className = "gdlab-line";
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  const progress = document.createElement("progress"); // without a value: it moves, and promises no time
  progress.setAttribute("aria-label", "Python is starting");
  let asked = false; // to run all cells: before there is a kernel, JupyterLab would do nothing
  let long = false;
  let timer;
  const show = () => {
    const status = panel.sessionContext.session?.kernel?.status;
    const ready = status === "idle" || status === "busy";
    const dead = status === "dead";
    progress.hidden = ready || dead;
    const says = ready ? (long ? BUSY : READY) : dead ? GONE : asked ? STARTING + ASKED : STARTING;
    if (words.textContent !== says) words.textContent = says;
    if (ready && asked) {
      asked = false;
      app.commands.execute("notebook:run-all-cells");
    }
  };
  const run = () => {
    asked = true;
    show();
  };
  node.append(
    progress,
    words,
    button("Run all", run),
    button("Download", () => app.commands.execute("docmanager:download")),
  );
  panel.sessionContext.statusChanged.connect((_, status) => {
    clearTimeout(timer);
    long = false;
    if (status === "busy") timer = setTimeout(() => show((long = true)), LONG);
    show();
  });
  panel.sessionContext.kernelChanged.connect(show);
  show();
  return node;
}

// A lesson's links lead straight to the page of another lesson or of the glossary; JupyterLab would look for the file.
function follow(event) {
  const link = event.target.closest?.("a[data-commandlinker-args]");
  if (!link) return;
  const { path, id } = JSON.parse(link.dataset.commandlinkerArgs);
  const page = path.endsWith(".ipynb") ? `index.html?path=${path}` : path === "glossary.md" ? `../glossary.html${id}` : "";
  if (!page) return;
  event.preventDefault();
  event.stopPropagation();
  window.open(page, "_blank");
}

async function activate(app) {
  document.addEventListener("click", follow, true);
  const style = document.createElement("style");
  style.textContent = `
    .gdlab-line {
      box-sizing: border-box; display: flex; align-items: center; gap: 12px; min-height: 44px; padding: 0 12px;
      color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); font-size: 13px; line-height: 1.3;
    }
    @media (max-width: 600px) {
      .gdlab-line { min-height: 108px; flex-wrap: wrap; gap: 4px 12px; }
      .gdlab-line span { flex: 1 0 70%; }
      .gdlab-line progress { width: 3em; }
    }
    .gdlab-line progress { width: 8em; accent-color: #0072b2; }
    .gdlab-line button { flex: none; color: var(--jp-ui-font-color1); border: 1px solid var(--jp-border-color1); }
  `;
  document.head.append(style);
  const [{ get }] = Object.values(shared["@lumino/widgets"]);
  const { Widget } = (await get())();
  const seen = new WeakSet();
  const greet = () => {
    const panel = app.shell.currentWidget;
    if (!panel?.sessionContext || !panel.contentHeader || seen.has(panel)) return;
    seen.add(panel);
    panel.contentHeader.addWidget(new Widget({ node: line(app, panel) }));
    matchMedia("(max-width: 600px)").addEventListener("change", () => panel.contentHeader.fit()); // a phone is turned
  };
  app.shell.currentChanged?.connect(greet);
  app.restored.then(greet);
}

const plugin = { id: "gdlab-site:starting", autoStart: true, activate };

window._JUPYTERLAB = window._JUPYTERLAB ?? {};
window._JUPYTERLAB["gdlab-site"] = {
  init: (scope) => {
    shared = scope;
  },
  get: async () => () => ({ __esModule: true, default: plugin }),
};
