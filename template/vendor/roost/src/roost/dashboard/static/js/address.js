// Where the app is: at the top of its origin, or mounted under a path of somebody else's app.

// This file is at <root>/static/roost/js/address.js.
const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Return the address of a path of the app.
 * @param {string} path  with a slash at its beginning
 * @returns {string}
 */
export function address(path) {
  return `${ROOT}${path}`;
}
