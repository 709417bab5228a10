// What a visitor reads before signing in, and what a tenant without events reads first.

import { element, textElement } from "./elements.js";
import { address } from "./served.js";

/** @typedef {{event: string, label: string, description: string}} EventType */

/**
 * List the event types on the landing view.
 * @param {Promise<EventType[]>} eventTypes
 */
export async function showEventTypes(eventTypes) {
  const types = await eventTypes;
  const items = types.flatMap(({ event, label, description }) => [
    textElement("dt", label || event),
    textElement("dd", description),
  ]);
  element("event-types-list").replaceChildren(...items);
  element("event-types").hidden = types.length === 0;
}

/**
 * Fill in the examples of the getting-started card.
 * @param {() => void} sendFirstEvent
 */
export function wireGettingStarted(sendFirstEvent) {
  element("curl-example").textContent = [
    `curl ${location.origin}${address("/api/events")} \\`,
    '  -H "Authorization: Bearer $SESSION_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '{"event": "signed_up", "properties": {"plan": "pro"}}'`,
  ].join("\n");
  element("track-example").textContent = [
    `import { track } from "${address("/static/roost/js/events.js")}";`,
    "",
    'track("signed_up", { plan: "pro" });',
  ].join("\n");
  element("send-first-event").addEventListener("click", sendFirstEvent);
}
