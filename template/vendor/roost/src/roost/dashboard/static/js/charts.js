// Vega-Lite specs drawn as SVG in the colours of the page.

import { RequestFailed } from "../../../roost.js";
import { address, loadScript } from "./served.js";
import { onThemeChange, themeColor } from "./theme.js";
import { hideTooltip, showTooltip } from "./tooltip.js";

/**
 * @typedef {import("../../../roost.js").Row} Row
 * @typedef {{height: number | {step: number}, encoding: {y: {field: string}}}} Spec what is read here
 */

const BUNDLE = address("/static/vendor/vega.js");
/** @type {Promise<void> | null} */
let bundle = null;

/** One chart on the page: drawn again with new rows, in a new theme, at a new width. */
export class Chart {
  /** @type {import("./types.js").View | null} */
  #view = null;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Promise<void>} */
  #drawing = Promise.resolve();

  /**
   * @param {HTMLElement} host
   * @param {string} specUrl a Vega-Lite spec that reads the named data `rows`
   * @param {AbortSignal} signal the chart goes when it aborts
   */
  constructor(host, specUrl, signal) {
    this.host = host;
    this.signal = signal;
    this.specUrl = specUrl;
    this.resizing = new ResizeObserver(() => this.#fit());
    this.resizing.observe(host);
    onThemeChange(() => this.#view && this.draw(this.#rows), signal);
    signal.addEventListener("abort", () => this.#remove());
  }

  /**
   * Draw the chart with these rows; later calls wait for earlier ones.
   * @param {Row[]} rows
   * @returns {Promise<void>}
   */
  draw(rows) {
    this.#rows = rows;
    this.#drawing = this.#drawing.catch(() => {}).then(() => this.#embed(rows));
    return this.#drawing;
  }

  /** @param {Row[]} rows */
  async #embed(rows) {
    const [spec, embed] = await Promise.all([readSpec(this.specUrl), vegaEmbed()]);
    if (this.signal.aborted) return;
    const { view, finalize } = await embed(
      this.host,
      {
        ...spec,
        ...heightOf(spec, rows),
        data: { name: "rows", values: rows },
        config: themeConfig(),
      },
      { ast: true, actions: false, renderer: "svg", tooltip: showTooltip, defaultStyle: false },
    );
    if (this.signal.aborted) return finalize();
    this.#view?.finalize();
    this.#view = view;
    hideTooltip();
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
    hideTooltip();
  }
}

async function vegaEmbed() {
  if (window.vegaEmbed) return window.vegaEmbed;
  bundle ??= loadScript(BUNDLE).finally(() => (bundle = null));
  await bundle.catch(unreachable);
  return window.vegaEmbed ?? unreachable(new Error(`${BUNDLE} is no Vega`));
}

/**
 * @param {string} url
 * @returns {Promise<Spec>}
 */
async function readSpec(url) {
  const response = await fetch(url).catch(unreachable);
  if (response.status === 404) {
    const requestId = response.headers.get("X-Request-Id");
    const facts = { status: 404, requestId, cause: new Error(`There is no ${url}`) };
    throw new RequestFailed("invalid", "The file that draws this chart is missing.", facts);
  }
  if (!response.ok) unreachable(new Error(`${url} answered ${response.status}`));
  return response.json();
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
function unreachable(cause) {
  throw new RequestFailed("unreachable", "The app cannot be reached.", { cause });
}

// A height of so much a row becomes a number here: Vega-Lite cannot give a chart as wide as its
// container such a height without a warning. A field that the spec computes differs in every row.
/**
 * @param {Spec} spec
 * @param {Row[]} rows
 */
function heightOf({ height, encoding }, rows) {
  if (typeof height === "number") return { height };
  const places = new Set(rows.map((row) => row[encoding.y.field] ?? row));
  return { height: height.step * places.size };
}

function themeConfig() {
  const [text, muted, line] = ["--text", "--muted", "--line"].map(themeColor);
  const [first, second] = ["--chart-1", "--chart-2"].map(themeColor);
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent",
    font,
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
    range: { category: [first, second], heatmap: [themeColor("--heat-0"), themeColor("--heat-1")] },
  };
}
