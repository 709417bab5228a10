// The frame around a chart: heading, states, CSV button.

/**
 * One chart, as the app's `charts/index.js` describes it.
 * @typedef {{id: string, endpoint: string, title: string, description: string, params: string[],
 *   fixed?: object, granularities?: string[], mostDays?: number, wholeWeeks?: boolean,
 *   series?: string, control?: "steps", view?: "table", size: string, minWidth?: number}} ChartEntry
 */

/** A chart's card on the page. */
export class Card {
  /**
   * @param {ChartEntry} entry
   */
  constructor(entry) {
    this.entry = entry;
    this.root = document.getElementById("card-template").content.cloneNode(true).firstElementChild;
    this.plot = this.#part(".plot");
    this.controls = this.#part(".controls");
    this.#label();
  }

  /**
   * Call back when the reader wants the data as CSV.
   * @param {() => Promise<boolean>} download tells whether it worked; the button waits for it
   */
  onCsv(download) {
    const button = this.#part(".csv");
    button.addEventListener("click", async () => {
      button.disabled = true;
      const worked = await download().finally(() => (button.disabled = false));
      button.textContent = worked ? "CSV" : "CSV: try again";
    });
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

  /** @returns {"loading" | "ready" | "empty" | "error"} */
  get state() {
    return this.root.dataset.state;
  }

  #show(state, sentence) {
    this.root.dataset.state = state;
    this.#part(".note").textContent = sentence;
    this.#part(".csv").disabled = state !== "ready";
  }

  #label() {
    const { id, title, description, size, minWidth } = this.entry;
    const heading = this.#part("h2");
    heading.id = `chart-${id}`;
    heading.textContent = title;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.root.dataset.chart = id;
    this.root.classList.add(size);
    this.#part(".description").textContent = description;
    this.#part(".csv").setAttribute("aria-label", `Download ${title} as CSV`);
    if (minWidth) this.#scrollBelow(minWidth);
  }

  #scrollBelow(minWidth) {
    const body = this.#part(".card-body");
    body.classList.add("scrolls");
    body.tabIndex = 0;
    body.setAttribute("role", "group");
    body.setAttribute("aria-label", this.entry.title);
    this.plot.style.minWidth = `${minWidth}px`;
  }

  #part(selector) {
    return this.root.querySelector(selector);
  }
}
