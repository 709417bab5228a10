// The charts' tooltip: text nodes only, because event names are whatever somebody sent.

import { textElement } from "./elements.js";

const DISTANCE_PX = 14;

/**
 * Show or hide the tooltip of a mark; the signature is Vega's.
 * @param {unknown} _handler
 * @param {MouseEvent} event
 * @param {unknown} _item
 * @param {Record<string, string> | null} value title to text
 */
export function showTooltip(_handler, event, _item, value) {
  const box = tooltipBox();
  if (!value || typeof value !== "object") return hideTooltip();
  box.replaceChildren(...Object.entries(value).map(([title, text]) => line(title, String(text))));
  box.hidden = false;
  place(box, event);
}

/** Empty and hide the tooltip, for instance because its chart is gone. */
export function hideTooltip() {
  const box = tooltipBox();
  box.replaceChildren();
  box.hidden = true;
}

function tooltipBox() {
  let box = document.getElementById("tooltip");
  if (!box) {
    box = document.createElement("div");
    box.id = "tooltip";
    box.setAttribute("aria-hidden", "true");
    document.body.append(box);
  }
  return box;
}

/**
 * @param {string} title
 * @param {string} text
 */
function line(title, text) {
  const row = document.createElement("div");
  row.append(textElement("span", title), textElement("strong", text));
  return row;
}

/**
 * @param {HTMLElement} box
 * @param {MouseEvent} event
 */
function place(box, { clientX, clientY }) {
  const { width, height } = box.getBoundingClientRect();
  const right = clientX + DISTANCE_PX + width <= innerWidth - 8;
  const left = right ? clientX + DISTANCE_PX : Math.max(8, clientX - DISTANCE_PX - width);
  const top = Math.min(clientY + DISTANCE_PX, innerHeight - height - 8);
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(8, top))}px)`;
}
