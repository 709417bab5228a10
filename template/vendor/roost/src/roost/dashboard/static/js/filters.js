// What the reader wants to see: range, time zone, grouping, event. The form and the address agree.

import { addDays, daysIn, ownTimezone, timezones, today } from "./dates.js";
import { fillSelect } from "./elements.js";
import { Labels } from "./labels.js";

const PRESETS = [
  { value: "1", label: "Today" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
  { value: "365", label: "Last 12 months" },
  { value: "custom", label: "Custom range" },
];
const GRANULARITIES = [
  { value: "auto", label: "Automatic" },
  { value: "hour", label: "Hour" },
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
];
const NO_LABELS = new Labels(Promise.resolve([]));
const DEFAULTS = { preset: "30", granularity: "auto", event: "" };
const MOST_DAYS_BY_HOUR = 31;
// The event is left out: its name belongs to one tenant, the address does not.
const IN_ADDRESS = ["preset", "from", "to", "granularity", "timezone"];

/**
 * @typedef {"hour" | "day" | "week" | "month"} Granularity
 * @typedef {{from: string, to: string, timezone: string, granularity: Granularity,
 *   event: string}} Selection
 * @typedef {{preset: HTMLSelectElement, granularity: HTMLSelectElement,
 *   timezone: HTMLSelectElement, event: HTMLSelectElement, from: HTMLInputElement,
 *   to: HTMLInputElement}} Fields
 */

/** The filter form. */
export class Filters {
  /**
   * @param {HTMLElement} form
   * @param {() => void} onChange called with a valid selection in place
   */
  constructor(form, onChange) {
    if (!(form instanceof HTMLFormElement)) throw new Error("The filters are no form");
    this.form = form;
    this.onChange = onChange;
    this.#fill(Object.fromEntries(new URLSearchParams(location.search)));
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
  }

  /** @returns {Fields} */
  get #fields() {
    return /** @type {any} */ (this.form.elements);
  }

  /**
   * Return what is selected.
   * @returns {Selection}
   */
  get selection() {
    const { preset, from, to, timezone, granularity, event } = this.#values();
    const last = today(timezone);
    const range =
      preset === "custom" ? { from, to } : { from: addDays(last, 1 - Number(preset)), to: last };
    return {
      ...range,
      timezone,
      event,
      granularity: usableGranularity(granularity, daysIn(range)),
    };
  }

  /**
   * Offer these events; a selected one stays.
   * @param {string[]} names
   * @param {import("./labels.js").Labels} [labels]
   */
  offerEvents(names, labels = NO_LABELS) {
    const chosen = this.#fields.event.value;
    const options = labels.options([...new Set([...names, chosen])].filter(Boolean));
    fillSelect(this.#fields.event, [{ value: "", label: "All events" }, ...options], chosen);
  }

  /** Forget the events of a tenant. */
  forgetEvents() {
    this.#fields.event.value = "";
    this.offerEvents([]);
  }

  /** @returns {Record<string, string>} */
  #values() {
    const values = [...new FormData(this.form)].map(([name, value]) => [name, String(value)]);
    return Object.fromEntries(values);
  }

  /** @param {Record<string, string>} address */
  #fill(address) {
    const own = ownTimezone();
    const elements = this.#fields;
    /** @type {Record<string, string>} */
    const wanted = { ...DEFAULTS, timezone: own, ...address };
    fillSelect(elements.preset, PRESETS, wanted.preset);
    fillSelect(elements.granularity, GRANULARITIES, wanted.granularity);
    const zones = timezones(own).map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
    fillSelect(elements.timezone, zones, wanted.timezone);
    if (!elements.timezone.value) elements.timezone.value = own;
    if (!elements.preset.value) elements.preset.value = DEFAULTS.preset;
    if (!elements.granularity.value) elements.granularity.value = DEFAULTS.granularity;
    this.offerEvents([]);
    const last = today(elements.timezone.value);
    elements.from.value = wanted.from ?? addDays(last, -29);
    elements.to.value = wanted.to ?? last;
    this.#showCustom();
    if (!this.#isValid()) elements.preset.value = DEFAULTS.preset;
    this.#showCustom();
  }

  #changed() {
    this.#showCustom();
    if (!this.#isValid()) return void this.form.reportValidity();
    this.#remember();
    this.onChange();
  }

  #isValid() {
    const { preset, from, to } = this.#fields;
    const backwards = preset.value === "custom" && from.value > to.value;
    to.setCustomValidity(backwards ? "The range ends before it begins." : "");
    return this.form.checkValidity();
  }

  #showCustom() {
    const custom = this.#fields.preset.value === "custom";
    const { from, to } = this.#fields;
    for (const input of [from, to]) {
      input.disabled = !custom;
      const field = input.closest("[data-custom]");
      if (field instanceof HTMLElement) field.hidden = !custom;
    }
  }

  #remember() {
    const address = new URL(location.href);
    const values = this.#values();
    for (const name of IN_ADDRESS) {
      if (values[name]) address.searchParams.set(name, values[name]);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
  }
}

/**
 * @param {string} granularity
 * @param {number} days
 * @returns {Granularity}
 */
function usableGranularity(granularity, days) {
  if (granularity === "hour") return days > MOST_DAYS_BY_HOUR ? "day" : "hour";
  if (granularity === "day" || granularity === "week" || granularity === "month") {
    return granularity;
  }
  if (days <= 2) return "hour";
  if (days <= 92) return "day";
  return days <= 400 ? "week" : "month";
}
