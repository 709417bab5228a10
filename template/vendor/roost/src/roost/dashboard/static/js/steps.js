// The funnel's steps: one select a step, and one more to add a step.

import { fillSelect } from "./elements.js";

const MOST_STEPS = 5;

/** The choice of a funnel's steps. */
export class Steps {
  /** @type {string[]} */
  #names = [];
  /** @type {string[]} */
  #shown = [];
  /** @type {string[]} */
  #chosen = [];

  /**
   * @param {HTMLElement} container
   * @param {import("./labels.js").Labels} labels
   * @param {() => void} onChange
   */
  constructor(container, labels, onChange) {
    this.labels = labels;
    this.container = container;
    this.onChange = onChange;
    container.hidden = false;
  }

  /** @returns {string[]} event names in order; none means the endpoint's own */
  get chosen() {
    return this.#chosen;
  }

  /**
   * Show the steps of the chart and offer these events for others.
   * @param {string[]} names a name with a comma cannot be a step: Tinybird's arrays split there
   * @param {string[]} shown
   */
  offer(names, shown) {
    this.#names = names.filter((name) => !name.includes(","));
    this.#shown = shown;
    this.#render();
  }

  // The select that had the focus has it again, so that the keyboard goes on from there.
  #render() {
    const selects = [...this.container.children];
    const focused = selects.findIndex((select) => select === document.activeElement);
    const count = Math.min(MOST_STEPS, this.#shown.length + 1);
    const steps = Array.from({ length: count }, (_, at) => this.#step(at));
    this.container.replaceChildren(...steps);
    if (focused >= 0) steps[Math.min(focused, count - 1)].focus();
  }

  /** @param {number} index */
  #step(index) {
    const select = document.createElement("select");
    const isNew = index >= this.#shown.length;
    select.setAttribute("aria-label", isNew ? "Add a step" : `Step ${index + 1}`);
    const none = { value: "", label: isNew ? "Add a step" : "Remove this step" };
    const own = this.#shown[index];
    const others = this.#names.filter((name) => !this.#shown.includes(name));
    const names = this.labels.options(own ? [own, ...others] : others);
    fillSelect(select, [none, ...names], own ?? "");
    select.addEventListener("change", () => this.#change(index, select.value));
    return select;
  }

  /**
   * @param {number} index
   * @param {string} name
   */
  #change(index, name) {
    const steps = [...this.#shown];
    steps[index] = name;
    this.#shown = this.#chosen = steps.filter(Boolean);
    this.#render();
    this.onChange();
  }
}
