// The dashboard of one scope: builds its parts, fills them, recovers from outages.

import { saveCsv } from "../../../roost-chart.js";
import { Backoff, RequestFailed, isAbort, mayRecover, queryOf } from "../../../roost.js";
import { element } from "./elements.js";
import { buildNumbers } from "./numbers.js";
import { ChartPanel, FunnelPanel, NumberPanel, TablePanel } from "./panels.js";
import { announce, recovered, waitOut } from "./status.js";

/**
 * @typedef {import("../../../roost.js").Answer} Answer
 * @typedef {import("../../../roost.js").Params} Params
 * @typedef {import("./cards.js").ChartEntry} ChartEntry
 * @typedef {import("./panels.js").Ask} Ask
 * @typedef {import("./filters.js").Selection} Selection
 * @typedef {ChartPanel | TablePanel} CardPanel
 * @typedef {NumberPanel | CardPanel} AnyPanel
 */

const TOP_EVENTS = "top_events";
// So old is what the app kept because the day's queries are few, and not for a moment.
const KEPT_MS = 60_000;

/** Everything on the page that belongs to one (user, tenant). */
export class Dashboard {
  #round = new AbortController();
  #backoff = new Backoff({ firstMs: 2000 });
  /** @type {Map<AnyPanel, RequestFailed>} */
  #lost = new Map();
  #recovering = false;
  #asOf = Infinity;
  /** @type {NumberPanel[]} */
  #numbers = [];
  /** @type {CardPanel[]} */
  #charts = [];
  #canReadTop = false;

  /**
   * @param {import("../../../roost.js").Roost} roost
   * @param {AbortSignal} signal aborted when the tenant's time on the page is over
   * @param {{show: () => void, filters: import("./filters.js").Filters,
   *   eventTypes: Promise<{event: string}[]>, labels: import("./labels.js").Labels, onDownload: (chart: string) => void,
   *   parts: import("./page.js").Parts}} page
   */
  constructor(roost, signal, page) {
    this.roost = roost;
    this.signal = signal;
    this.page = page;
    signal.addEventListener("abort", () => this.#clear());
  }

  /** Show what the token may read; keep trying while there is no token. */
  async open() {
    for (;;) {
      try {
        this.#build(await this.roost.endpoints({ signal: this.signal }));
        this.page.show();
        return this.load();
      } catch (error) {
        if (this.signal.aborted) return;
        if (!(error instanceof RequestFailed)) throw error;
        await waitOut(error.message, this.#backoff.next(error.retryAfterMs), this.signal);
      }
    }
  }

  /**
   * Read and show; what cannot be reached is tried again until it answers.
   * @param {AnyPanel[]} [panels] all of them unless given; all of them gives up what is under way
   */
  async load(panels = [...this.#numbers, ...this.#charts]) {
    if (panels.length > 1) this.#startRound();
    await this.#refresh(panels);
    if (this.signal.aborted) return;
    if (this.#lost.size > 0) await this.#recover();
    else this.#settled();
  }

  /** @param {AnyPanel[]} panels */
  async #refresh(panels) {
    const { signal } = this.#round;
    const { selection } = this.page.filters;
    const ask = this.#asker(signal);
    const errors = await Promise.all(panels.map((panel) => panel.refresh(ask, selection)));
    if (signal.aborted) return;
    for (const [index, panel] of panels.entries()) {
      const error = errors[index];
      if (mayRecover(error)) this.#lost.set(panel, error);
      else if (error !== undefined) this.#lost.delete(panel);
    }
  }

  // One loop for all that is lost, however many loads have lost it.
  async #recover() {
    if (this.#recovering) return;
    this.#recovering = true;
    while (this.#lost.size > 0 && !this.signal.aborted) {
      const errors = [...this.#lost.values()];
      const retryAfterMs = Math.max(...errors.map((error) => error.retryAfterMs ?? 0));
      await waitOut(errors[0].message, this.#backoff.next(retryAfterMs), this.signal);
      if (!this.signal.aborted) await this.#refresh([...this.#lost.keys()]);
    }
    this.#recovering = false;
    if (!this.signal.aborted) this.#settled();
  }

  #startRound() {
    this.#round.abort();
    this.#round = new AbortController();
    this.#asOf = Infinity;
  }

  // Parts that need the same rows share one request.
  /**
   * @param {AbortSignal} signal
   * @returns {Ask}
   */
  #asker(signal) {
    /** @type {Map<string, Promise<Answer>>} */
    const asked = new Map();
    return (endpoint, params) => {
      const key = `${endpoint}?${queryOf(params)}`;
      const answer = asked.get(key) ?? this.#read(endpoint, params, signal);
      asked.set(key, answer);
      return answer;
    };
  }

  /**
   * @param {string} endpoint
   * @param {Params} params
   * @param {AbortSignal} signal
   */
  async #read(endpoint, params, signal) {
    const answer = await this.roost.read(endpoint, params, { signal });
    this.#asOf = Math.min(this.#asOf, Date.now() - answer.ageS * 1000);
    return answer;
  }

  #settled() {
    this.#backoff.reset();
    recovered();
    const states = this.#charts.map(({ card }) => card.state);
    const isEmpty = states.length > 0 && states.every((state) => state === "empty");
    const filtered = this.page.filters.selection.event !== "";
    element("getting-started").hidden = !isEmpty || filtered;
    element("updated").textContent = this.#age();
    if (states.includes("error")) announce("Some charts could not be shown.");
    else announce(isEmpty ? "No events in this range." : "The charts are up to date.");
  }

  // Said of the oldest answer that the page shows.
  #age() {
    if (this.#asOf === Infinity) return "";
    const isKept = Date.now() - this.#asOf >= KEPT_MS;
    const timeZone = this.page.filters.selection.timezone;
    const time = new Date(this.#asOf).toLocaleTimeString("en-GB", { timeZone });
    return isKept ? `Kept from ${time}` : `Updated at ${time}`;
  }

  /** @param {string[]} endpoints */
  #build(endpoints) {
    const { charts, numbers } = this.page.parts;
    const built = buildNumbers(element("numbers"), numbers, endpoints);
    this.#numbers = built.map(({ entry, card }) => new NumberPanel(entry, card));
    this.#charts = charts
      .filter(({ endpoint }) => endpoints.includes(endpoint))
      .map((entry) => this.#panelOf(entry));
    for (const panel of this.#charts) panel.card.onCsv(() => this.#download(panel));
    element("cards").replaceChildren(...this.#charts.map(({ card }) => card.root));
    this.#canReadTop = endpoints.includes(TOP_EVENTS);
  }

  /**
   * @param {ChartEntry} entry
   * @returns {CardPanel}
   */
  #panelOf(entry) {
    const reload = (/** @type {CardPanel} */ panel) => this.load([panel]);
    const { signal } = this;
    const { labels } = this.page;
    if (entry.view === "table") return new TablePanel(entry, labels, reload);
    if (entry.control !== "steps") return new ChartPanel(entry, signal, labels);
    return new FunnelPanel(entry, signal, labels, (...asked) => this.#eventNames(...asked), reload);
  }

  // The known event types first, then what this tenant sends besides: what the chart asks for too.
  /**
   * @param {Ask} ask
   * @param {Selection} selection
   * @returns {Promise<string[]>}
   */
  async #eventNames(ask, { from, to, timezone }) {
    const types = (await this.page.eventTypes).map(({ event }) => event);
    const params = { date_from: from, date_to: to, timezone, limit: 50 };
    const top = this.#canReadTop ? (await ask(TOP_EVENTS, params)).data : [];
    const names = [...new Set([...types, ...top.map(({ event }) => event)])];
    this.signal.throwIfAborted();
    this.page.filters.offerEvents(names, this.page.labels);
    return names;
  }

  /** @param {CardPanel} panel */
  async #download(panel) {
    const { id, endpoint } = panel.entry;
    const { selection } = this.page.filters;
    try {
      const csv = await this.roost.csv(endpoint, panel.params(selection), { signal: this.signal });
      const page = panel instanceof TablePanel ? `_page_${panel.table.number}` : "";
      const name = `${id}_${selection.from}_${selection.to}${page}.csv`;
      await saveCsv(csv, name, this.signal);
      announce(`${panel.entry.title} was downloaded.`);
      this.page.onDownload(id);
      return true;
    } catch (error) {
      if (!isAbort(error) && !(error instanceof RequestFailed)) throw error;
      const sentence = error instanceof RequestFailed ? error.message : "";
      if (!this.signal.aborted) announce(`The download failed. ${sentence}`);
      return false;
    }
  }

  #clear() {
    this.#round.abort();
    this.page.filters.forgetEvents();
    element("numbers").replaceChildren();
    element("cards").replaceChildren();
    element("getting-started").hidden = true;
    element("updated").textContent = "";
    announce("");
    recovered();
  }
}
