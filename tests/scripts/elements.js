// A page's elements, which happy-dom has; it lays nothing out, so that a test says what is in view.
// What draws stands for Vega's own script, which the app builds: it writes its rows into an SVG.

// Its own declaration does not pass the strict check.
const { Window } = await import(/** @type {string} */ ("happy-dom"));

const NAMES = [
  "document",
  "HTMLElement",
  "customElements",
  "CSSStyleSheet",
  "ResizeObserver",
  "getComputedStyle",
  "requestAnimationFrame",
];
/** @type {Set<Sight>} */
const watching = new Set();

class Sight {
  /** @param {(entries: {isIntersecting: boolean}[]) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  observe() {
    watching.add(this);
  }

  disconnect() {
    watching.delete(this);
  }
}

/** Have elements, before the module of the chart is imported. */
export function openDocument() {
  const window = new Window({ url: "https://owner.test/page" });
  for (const name of NAMES) Object.assign(globalThis, { [name]: window[name] });
  Object.assign(globalThis, { window, IntersectionObserver: Sight });
  // React looks at it when it is imported.
  const { navigator } = window;
  Object.defineProperty(globalThis, "navigator", { value: navigator, writable: true });
}

/** Scroll so that all charts are in view. */
export function scrollToCharts() {
  for (const sight of watching) sight.tell([{ isIntersecting: true }]);
}

/** @type {import("../../template/vendor/roost/src/roost/browser/roost-chart.js").VegaEmbed} */
export async function drawRows(host, spec) {
  const { values } = /** @type {any} */ (spec).data;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.textContent = JSON.stringify(values);
  host.replaceChildren(svg);
  const view = { signal: () => view, runAsync: async () => view, finalize: () => {} };
  return { view, finalize: () => {} };
}
