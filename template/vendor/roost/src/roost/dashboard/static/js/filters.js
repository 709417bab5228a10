// What the reader wants to see: range, time zone, grouping, event. The form and the address agree.

import { addDays, daysIn, ownTimezone, timezones, today } from "./dates.js";
import { fillSelect } from "./elements.js";

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
const DEFAULTS = { preset: "30", granularity: "auto", event: "" };
const MOST_DAYS_BY_HOUR = 31;
// The event is left out: its name belongs to one tenant, the address does not.
const IN_ADDRESS = ["preset", "from", "to", "granularity", "timezone"];

/**
 * @typedef {{from: string, to: string, timezone: string,
 *   granularity: "hour" | "day" | "week" | "month", event: string}} Selection
 */

/** The filter form. */
export class Filters {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} onChange called with a valid selection in place
   */
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.#fill(Object.fromEntries(new URLSearchParams(location.search)));
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
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
   */
  offerEvents(names) {
    const chosen = this.form.elements.event.value;
    const options = [...new Set([...names, chosen])].filter(Boolean).sort();
    fillSelect(
      this.form.elements.event,
      [{ value: "", label: "All events" }, ...options.map((value) => ({ value, label: value }))],
      chosen,
    );
  }

  /** Forget the events of a tenant. */
  forgetEvents() {
    this.form.elements.event.value = "";
    this.offerEvents([]);
  }

  #values() {
    return Object.fromEntries(new FormData(this.form));
  }

  #fill(address) {
    const own = ownTimezone();
    const { elements } = this.form;
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
    const { preset, from, to } = this.form.elements;
    const backwards = preset.value === "custom" && from.value > to.value;
    to.setCustomValidity(backwards ? "The range ends before it begins." : "");
    return this.form.checkValidity();
  }

  #showCustom() {
    const custom = this.form.elements.preset.value === "custom";
    for (const field of this.form.querySelectorAll("[data-custom]")) {
      field.hidden = !custom;
      field.querySelector("input").disabled = !custom;
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

function usableGranularity(granularity, days) {
  if (granularity === "auto") {
    if (days <= 2) return "hour";
    if (days <= 92) return "day";
    return days <= 400 ? "week" : "month";
  }
  return granularity === "hour" && days > MOST_DAYS_BY_HOUR ? "day" : granularity;
}
