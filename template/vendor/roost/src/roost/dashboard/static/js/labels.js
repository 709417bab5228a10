// What people call the events: the labels of the catalogue, where an event has one.

/**
 * @typedef {import("../../../roost.js").Row} Row
 * @typedef {{event: string, label: string, description: string}} EventType
 */

// A catalogue that is late holds up no chart: until it is there, events go by their names.
const PATIENCE_MS = 1500;

/** The labels of events. */
export class Labels {
  /** @type {Map<string, string>} */
  #known = new Map();
  /** @type {Promise<unknown>} */
  #ready;

  /** @param {Promise<EventType[]>} eventTypes */
  constructor(eventTypes) {
    const taken = eventTypes.then((types) => this.#take(types));
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    this.#ready = Promise.race([taken, late]);
  }

  /** Wait for the catalogue, a moment from the page's start at most. */
  ready() {
    return this.#ready;
  }

  /**
   * Return what people call an event.
   * @param {string} event
   * @returns {string} its label, or the name itself
   */
  of(event) {
    return this.#known.get(event) ?? event;
  }

  /**
   * Name the events of a chart's rows by their labels.
   * @param {Row[]} rows
   * @returns {Row[]} as they were where two events would have the same name
   */
  name(rows) {
    const events = new Set(rows.map(({ event }) => event));
    const names = new Set([...events].map((event) => this.of(event)));
    if (names.size < events.size) return rows;
    return rows.map((row) =>
      row.event === undefined ? row : { ...row, event: this.of(row.event) },
    );
  }

  /**
   * List events for a select, by label.
   * @param {string[]} events
   * @returns {{value: string, label: string}[]}
   */
  options(events) {
    const options = events.map((event) => ({ value: event, label: this.of(event) }));
    return options.toSorted((one, other) => one.label.localeCompare(other.label, "en"));
  }

  /** @param {EventType[]} types */
  #take(types) {
    for (const { event, label } of types) if (label) this.#known.set(event, label);
  }
}
