// The frame around a chart: heading, states, CSV button.

import { button, copyOf, part } from "./elements.js";

/**
 * One chart, as the app's `charts/index.js` describes it.
 * @typedef {{id: string, endpoint: string, title: string, description: string,
 *   params: import("./params.js").ParamName[], fixed?: import("../../../roost.js").Params,
 *   granularities?: Granularity[], mostDays?: number, wholeWeeks?: boolean,
 *   series?: Granularity | "selected", control?: "steps", view?: "table", size: string,
 *   minWidth?: number}} ChartEntry
 * @typedef {import("./filters.js").Granularity} Granularity
 */

/** A chart's card on the page. */
export class Card {
  /**
   * @param {ChartEntry} entry
   */
  constructor(entry) {
    this.entry = entry;
    this.root = copyOf("card-template");
    this.plot = part(this.root, ".plot");
    this.controls = part(this.root, ".controls");
    this.csv = button(this.root, ".csv");
    this.#label();
  }

  /**
   * Call back when the reader wants the data as CSV.
   * @param {() => Promise<boolean>} download tells whether it worked; the button waits for it
   */
  onCsv(download) {
    const { csv } = this;
    csv.addEventListener("click", async () => {
      csv.disabled = true;
      const worked = await download().finally(() => (csv.disabled = false));
      csv.textContent = worked ? this.#csvText : "CSV: try again";
    });
  }

  // A table downloads what it shows; a chart, all that it is drawn from.
  get #csvText() {
    return this.entry.view === "table" ? "CSV of this page" : "CSV";
  }

  /** Show that rows are on their way; a chart that is there stays, dimmed. */
  loading() {
    this.root.setAttribute("aria-busy", "true");
    if (this.state !== "ready") this.#show("loading", "");
  }

  /**
   * Show the chart.
   * @param {number} rows
   */
  ready(rows) {
    this.root.dataset.rows = String(rows);
    this.#show("ready", "");
    this.root.setAttribute("aria-busy", "false");
  }

  /**
   * Show a sentence in place of the chart.
   * @param {"empty" | "error"} state
   * @param {string} sentence
   */
  explain(state, sentence) {
    this.root.dataset.rows = "0";
    this.#show(state, sentence);
    this.root.setAttribute("aria-busy", "false");
  }

  /** One of `loading`, `ready`, `empty`, `error`. */
  get state() {
    return this.root.dataset.state;
  }

  /**
   * @param {string} state
   * @param {string} sentence
   */
  #show(state, sentence) {
    this.root.dataset.state = state;
    part(this.root, ".note").textContent = sentence;
    this.csv.disabled = state !== "ready";
  }

  #label() {
    const { id, title, description, size, minWidth, view } = this.entry;
    const heading = part(this.root, "h2");
    heading.id = `chart-${id}`;
    heading.textContent = title;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.root.dataset.chart = id;
    this.root.classList.add(size);
    part(this.root, ".description").textContent = description;
    this.csv.textContent = this.#csvText;
    const which = view === "table" ? `CSV of this page of ${title}` : `CSV of ${title}`;
    this.csv.setAttribute("aria-label", `Download ${which}`);
    if (minWidth) this.#scrollBelow(minWidth);
  }

  /** @param {number} minWidth */
  #scrollBelow(minWidth) {
    const body = part(this.root, ".card-body");
    body.classList.add("scrolls");
    body.tabIndex = 0;
    body.setAttribute("role", "group");
    body.setAttribute("aria-label", this.entry.title);
    this.plot.style.minWidth = `${minWidth}px`;
  }
}
