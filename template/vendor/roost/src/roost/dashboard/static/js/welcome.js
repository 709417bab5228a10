// What a visitor reads before signing in, and what a tenant without events reads first.

import { address } from "./address.js";

/**
 * List the event types on the landing view.
 * @param {Promise<{event: string, label: string, description: string}[]>} eventTypes
 */
export async function showEventTypes(eventTypes) {
  const types = await eventTypes;
  const items = types.flatMap(({ event, label, description }) => [
    textElement("dt", label || event),
    textElement("dd", description),
  ]);
  document.getElementById("event-types-list").replaceChildren(...items);
  document.getElementById("event-types").hidden = types.length === 0;
}

/**
 * Fill in the examples of the getting-started card.
 * @param {() => void} sendFirstEvent
 */
export function wireGettingStarted(sendFirstEvent) {
  document.getElementById("curl-example").textContent = [
    `curl ${location.origin}${address("/api/events")} \\`,
    '  -H "Authorization: Bearer $SESSION_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '{"event": "signed_up", "properties": {"plan": "pro"}}'`,
  ].join("\n");
  document.getElementById("track-example").textContent = [
    `import { track } from "${address("/static/roost/js/events.js")}";`,
    "",
    'track("signed_up", { plan: "pro" });',
  ].join("\n");
  document.getElementById("send-first-event").addEventListener("click", sendFirstEvent);
}

function textElement(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
