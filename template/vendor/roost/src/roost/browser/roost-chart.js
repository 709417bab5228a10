// A chart in any page; roost-chart.d.ts says what each part does.

import { ChartAttributes, preparedRows, specAddress } from "./chart-attributes.js";
import { Frame } from "./chart-frame.js";
import { tableOf } from "./chart-table.js";
import { Drawing, loadVega, unreachable } from "./drawing.js";
import { RequestFailed, isAbort, mayRecover } from "./failures.js";
import { isEmpty } from "./rows.js";
import { Backoff, sleep } from "./waiting.js";

export { preparedRows } from "./chart-attributes.js";
export { Drawing } from "./drawing.js";
export { isEmpty, labelBuckets, rowsOf, wallClock } from "./rows.js";
export { tooltipBox } from "./tooltip.js";

/**
 * @typedef {import("./roost-chart.js").ChartSource} ChartSource
 * @typedef {import("./roost-chart.js").ChartState} ChartState
 */

const LOADING = "Loading …";
const EMPTY = "There is nothing to show yet.";
const LIMITED = "This chart is asked for too often at the moment: it will try again by itself.";
const UNREADABLE = "The parameters of this chart are no JSON.";
const FAILED = "This chart could not be shown.";

/** @type {Set<RoostChart>} */
const charts = new Set();
/** @type {ChartSource | null} */
let shared = null;

/** @type {typeof import("./roost-chart.js").connectCharts} */
export function connectCharts(source) {
  shared = source;
  for (const chart of charts) chart.connect();
}

// Few take a file, and what makes it safe is large.
/** @type {typeof import("./roost-chart.js").saveCsv} */
export async function saveCsv(csv, name, signal) {
  const { saveFile, withoutFormulas } = await import("./csv.js").catch(unreachable);
  signal.throwIfAborted();
  saveFile(withoutFormulas(csv), name);
}

export class RoostChart extends ChartAttributes {
  /** @type {ChartSource | null} */
  #own = null;
  /** @type {ChartState} */
  #state = "loading";
  /** @type {Drawing | null} */
  #drawing = null;
  #isSeen = false;
  #isAskedFor = false;
  #isRecoloring = false;
  #backoff = new Backoff({ firstMs: 2000 });
  // Each ends before the next one of its kind: a stay in the page, a drawing, a read.
  #stay = new AbortController();
  #drawn = new AbortController();
  #reading = new AbortController();
  #frame = new Frame(this.attachShadow({ mode: "open" }));

  constructor() {
    super();
    this.#frame.csv.addEventListener("click", () => this.#download());
    this.#frame.colors.addEventListener("transitionend", () => this.#recolor());
  }

  connectedCallback() {
    this.takeProperties();
    this.#stay = new AbortController();
    charts.add(this);
    this.#frame.name(this.label);
    this.#say("loading", LOADING);
    const seeing = new IntersectionObserver((entries) => {
      this.#isSeen = entries.some(({ isIntersecting }) => isIntersecting);
      this.connect();
    });
    this.#isSeen = this.getAttribute("loading") === "eager";
    if (this.#isSeen) this.connect();
    else seeing.observe(this);
    this.#stay.signal.addEventListener("abort", () => seeing.disconnect());
  }

  disconnectedCallback() {
    charts.delete(this);
    this.#isSeen = false;
    this.#stay.abort();
    this.#forget();
  }

  attributeChangedCallback() {
    this.#frame.name(this.label);
    this.refresh();
  }

  get state() {
    return this.#state;
  }

  get roost() {
    return this.#own ?? shared;
  }

  set roost(source) {
    this.#own = source;
    this.connect();
  }

  // Attributes that change together are asked for once.
  refresh() {
    if (!this.#isSeen || !this.roost || this.#isAskedFor) return;
    this.#isAskedFor = true;
    queueMicrotask(() => {
      this.#isAskedFor = false;
      if (this.#isSeen) this.#read();
    });
  }

  /** Follow the source that there is now. */
  connect() {
    if (!this.#isSeen) return;
    this.#stay.abort();
    this.#stay = new AbortController();
    this.#forget();
    const leave = this.roost?.onTenantChange(({ state }) => {
      this.#forget();
      if (state !== "switching") this.refresh();
    });
    if (leave) this.#stay.signal.addEventListener("abort", leave);
  }

  // Nothing of a tenant outlives its time on the page.
  #forget() {
    this.#reading.abort();
    this.#drawn.abort();
    this.#drawing = null;
    this.#backoff.reset();
    this.#say("loading", LOADING);
  }

  async #read() {
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    this.#frame.wait();
    try {
      await this.#show(signal);
      this.#backoff.reset();
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#fail(error, signal);
    }
  }

  /** @param {AbortSignal} signal */
  async #show(signal) {
    const { endpoint, params, roost: source } = this;
    if (!source) return;
    if (!params) throw new RequestFailed("invalid", UNREADABLE);
    const vegaUrl = `${source.url}/static/vendor/vega.js`;
    // Beside the rows; whether it has come is asked when it draws.
    loadVega(vegaUrl).catch(() => {});
    const answer = await source.read(endpoint, params, { signal });
    signal.throwIfAborted();
    const rows = preparedRows(answer, params);
    if (isEmpty(rows)) return this.#say("empty", EMPTY);
    await this.#drawingOf(specAddress(this.spec, source.url), vegaUrl).draw(rows);
    signal.throwIfAborted();
    this.#frame.table.replaceChildren(tableOf(this.label, answer.meta, rows));
    this.#say("ready", "");
  }

  /**
   * @param {string} specUrl
   * @param {string} vegaUrl
   */
  #drawingOf(specUrl, vegaUrl) {
    if (this.#drawing?.specUrl === specUrl) return this.#drawing;
    this.#drawn.abort();
    const { signal } = (this.#drawn = new AbortController());
    const options = { vegaUrl, tooltip: this.#frame.tooltip, signal };
    return (this.#drawing = new Drawing(this.#frame.newPlot(), specUrl, options));
  }

  /**
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  #fail(error, signal) {
    const known = error instanceof RequestFailed ? error : null;
    if (!known) console.error(error);
    const isLimited = known?.status === 429;
    const sentence = isLimited && known?.kind !== "spent" ? LIMITED : known?.message;
    this.#say(isLimited ? "limited" : "error", sentence ?? FAILED);
    if (known && mayRecover(known)) this.#tryAgain(known, signal);
  }

  /**
   * @param {RequestFailed} failed
   * @param {AbortSignal} signal
   */
  async #tryAgain({ retryAfterMs }, signal) {
    await sleep(this.#backoff.next(retryAfterMs), signal).catch(() => {});
    if (!signal.aborted) this.refresh();
  }

  /**
   * @param {ChartState} state
   * @param {string} sentence
   */
  #say(state, sentence) {
    this.#state = state;
    this.dataset.state = state;
    this.#frame.show(state, sentence);
  }

  #recolor() {
    if (this.#isRecoloring) return;
    this.#isRecoloring = true;
    requestAnimationFrame(() => {
      this.#isRecoloring = false;
      this.#drawing?.recolor().catch(console.error);
    });
  }

  async #download() {
    const { signal } = this.#drawn;
    this.#frame.csv.disabled = true;
    try {
      const csv = await this.roost?.csv(this.endpoint, this.params ?? {}, { signal });
      await saveCsv(csv ?? "", `${this.endpoint}.csv`, signal);
      this.#frame.name(this.label);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RequestFailed) && !isAbort(error)) console.error(error);
      this.#frame.name(this.label, "try again");
    }
    this.#frame.csv.disabled = this.#state !== "ready";
  }
}

globalThis.customElements?.define("roost-chart", RoostChart);
