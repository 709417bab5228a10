// What the app serves to its page: its address, its data block, and classic scripts.

/** @typedef {import("../../../roost.js").InitialToken} InitialToken */

/**
 * @typedef {{
 *   clerk: {publishable_key: string, proxy_url: string | null, frontend_api: string,
 *     sign_in_url: string, sign_up_url: string,
 *     after_sign_in_url: string, after_sign_up_url: string},
 *   tinybird: {api_url: string | null, rps: number | null, template: string | null},
 *   tenancy: "organization" | "user",
 *   initial: (InitialToken & {org_slug: string | null}) | null,
 * }} PageData
 * tinybird.api_url: null where the page reads through the app.
 */

const PATIENCE_MS = 20_000;
// This file is at <root>/static/roost/js/served.js: the app may be mounted under a path.
const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Return the address of a path of the app.
 * @param {string} path with a slash at its beginning; without one it is the app's own
 * @returns {string}
 */
export function address(path) {
  return `${ROOT}${path}`;
}

/**
 * Take the JSON block out of the page: its token shall not outlive its tenant there.
 * @returns {PageData}
 */
export function takePageData() {
  const block = document.getElementById("page-data");
  block?.remove();
  return JSON.parse(block?.textContent ?? "");
}

/**
 * Run a classic script once.
 * @param {string} src
 * @param {Record<string, string>} [attributes]
 * @returns {Promise<void>} rejects when it does not arrive; calling again tries again
 */
export function loadScript(src, attributes = {}) {
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(fail, PATIENCE_MS);
    script.addEventListener("load", () => {
      clearTimeout(timer);
      resolve();
    });
    script.addEventListener("error", fail);
    script.src = src;
    document.head.append(script);

    function fail() {
      clearTimeout(timer);
      script.remove();
      reject(new Error(`${src} did not load`));
    }
  });
}
