// What a visitor reads before signing in, and what a tenant without events reads first.

import { element, textElement } from "./elements.js";

/** @typedef {import("./labels.js").EventType} EventType */

/**
 * List the event types wherever the page says what is counted.
 * @param {Promise<EventType[]>} eventTypes
 */
export async function showEventTypes(eventTypes) {
  const types = await eventTypes;
  for (const name of ["event-types", "expected-events"]) {
    const box = document.getElementById(name);
    if (!box) continue;
    const items = types.flatMap(({ event, label, description }) => [
      textElement("dt", label || event),
      textElement("dd", description),
    ]);
    element(`${name}-list`).replaceChildren(...items);
    box.hidden = types.length === 0;
  }
}
