// Events of the member who is signed in, from any script of the dashboard's page.
//
//   import { track } from "/static/roost/js/events.js";
//   track("report_exported", { format: "pdf" });

/** @type {import("../../../roost.js").Roost | null} */
let pages = null;

/**
 * Let events go the way of the page's session.
 * @param {import("../../../roost.js").Roost} roost
 */
export function trackBy(roost) {
  pages = roost;
}

/**
 * Report an event of the signed-in user in the active organization.
 * @param {string} event
 * @param {Record<string, unknown>} [properties]
 * @returns {boolean} false when nobody is signed in
 */
export function track(event, properties) {
  return pages?.track(event, properties) ?? false;
}
