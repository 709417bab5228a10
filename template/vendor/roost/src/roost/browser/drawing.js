// Vega-Lite specs drawn as SVG in the colours of the page.

import { RequestFailed, factsOf, kindOf } from "./failures.js";
import { hideTooltip, tooltipIn } from "./tooltip.js";
import { within } from "./waiting.js";

/**
 * @typedef {import("./roost.js").Row} Row
 * @typedef {{height: number | {step: number}, encoding: {y: {field: string}}}} Spec what is read here
 */

const PATIENCE_MS = 20_000;
// For a page without colours of these names.
const COLORS = {
  "--text": "currentcolor",
  "--muted": "light-dark(#5b6661, #9aa7a1)",
  "--line": "light-dark(#e3e6e2, #2a312f)",
  "--chart-1": "light-dark(#0f8573, #3fc6ae)",
  "--chart-2": "light-dark(#c4790a, #f0b44c)",
  "--heat-0": "light-dark(#edf4f1, #1d2725)",
  "--heat-1": "light-dark(#52bba6, #12806e)",
};

/** @type {Promise<void> | null} */
let bundle = null;

export class Drawing {
  /** @type {import("./roost-chart.js").View | null} */
  #view = null;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Promise<void>} */
  #last = Promise.resolve();

  /**
   * @param {HTMLElement} host
   * @param {string} specUrl
   * @param {import("./roost-chart.js").DrawingOptions} options
   */
  constructor(host, specUrl, { vegaUrl, tooltip, signal }) {
    this.host = host;
    this.specUrl = specUrl;
    this.vegaUrl = vegaUrl;
    this.tooltip = tooltip;
    this.signal = signal;
    this.resizing = new ResizeObserver(() => this.#fit());
    this.resizing.observe(host);
    signal.addEventListener("abort", () => this.#remove());
  }

  /** @param {Row[]} rows */
  draw(rows) {
    this.#rows = rows;
    this.#last = this.#last.catch(() => {}).then(() => this.#embed(rows));
    return this.#last;
  }

  async recolor() {
    if (this.#view) await this.draw(this.#rows);
  }

  /** @param {Row[]} rows */
  async #embed(rows) {
    const [spec, embed] = await Promise.all([readSpec(this.specUrl), loadVega(this.vegaUrl)]);
    if (this.signal.aborted) return;
    const { view, finalize } = await embed(
      this.host,
      {
        ...spec,
        ...heightOf(spec, rows),
        data: { name: "rows", values: rows },
        config: configOf(this.host),
      },
      {
        ast: true,
        actions: false,
        renderer: "svg",
        tooltip: tooltipIn(this.tooltip),
        defaultStyle: false,
      },
    );
    if (this.signal.aborted) {
      finalize();
      return this.host.replaceChildren();
    }
    this.#view?.finalize();
    this.#view = view;
    hideTooltip(this.tooltip);
  }

  #fit() {
    const width = this.host.clientWidth;
    if (this.#view && width > 0) this.#view.signal("width", width).runAsync();
  }

  #remove() {
    this.resizing.disconnect();
    this.#view?.finalize();
    this.#rows = [];
    this.host.replaceChildren();
    hideTooltip(this.tooltip);
  }
}

/** @param {string} url of the script that brings Vega, which runs once in a page */
export async function loadVega(url) {
  if (window.vegaEmbed) return window.vegaEmbed;
  bundle ??= runScript(url).finally(() => (bundle = null));
  await bundle.catch(unreachable);
  return window.vegaEmbed ?? unreachable(new Error(`${url} is no Vega`));
}

/**
 * @param {string} url
 * @returns {Promise<void>}
 */
function runScript(url) {
  const script = document.createElement("script");
  /** @type {Promise<void>} */
  const run = new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${url} did not load`)));
  });
  script.src = url;
  document.head.append(script);
  return within(PATIENCE_MS, run).finally(() => script.remove());
}

/**
 * @param {string} url
 * @returns {Promise<Spec>}
 */
async function readSpec(url) {
  const response = await fetch(url).catch(unreachable);
  if (response.ok) return response.json();
  const { status } = response;
  const what = status === 404 ? "is missing" : "cannot be read";
  throw new RequestFailed(kindOf(status), `The file of this chart ${what}.`, factsOf(response));
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
export function unreachable(cause) {
  throw new RequestFailed("unreachable", "The app cannot be reached.", { cause });
}

// A height of so much a row becomes a number here: Vega-Lite cannot give a chart as wide as its
// container such a height without a warning. A field that the spec computes differs in every row.
/**
 * @param {Spec} spec
 * @param {Row[]} rows
 */
function heightOf({ height, encoding }, rows) {
  if (typeof height !== "object") return { height };
  const places = new Set(rows.map((row) => row[encoding.y.field] ?? row));
  return { height: height.step * places.size };
}

/** @param {HTMLElement} host */
function configOf(host) {
  const [text, muted, line, first, second, cold, hot] = colorsAt(host);
  return {
    background: "transparent",
    font: getComputedStyle(host).fontFamily,
    padding: { left: 0, right: 4, top: 6, bottom: 4 },
    view: { stroke: null },
    axis: {
      labelColor: muted,
      labelFontSize: 12,
      labelPadding: 8,
      titleColor: muted,
      titleFontSize: 12,
      titleFontWeight: "normal",
      gridColor: line,
      domain: false,
      ticks: false,
    },
    axisX: { grid: false, labelOverlap: true, labelSeparation: 10, labelFlush: true },
    axisY: { tickCount: 4 },
    area: { color: first, opacity: 0.16 },
    line: { color: first, strokeWidth: 2 },
    point: { color: first, filled: true, size: 60 },
    rule: { color: muted },
    bar: { color: first },
    rect: { color: first },
    text: { color: text, fontSize: 12 },
    range: { category: [first, second], heatmap: [cold, hot] },
  };
}

// As `rgb(...)`; a property alone would still read `light-dark(...)`.
/** @param {HTMLElement} host */
function colorsAt(host) {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colors = Object.entries(COLORS).map(([name, otherwise]) => {
    probe.style.color = `var(${name}, ${otherwise})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colors;
}
