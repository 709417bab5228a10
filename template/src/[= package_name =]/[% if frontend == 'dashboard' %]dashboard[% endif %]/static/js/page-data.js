// What the server wrote into the page: one JSON block, never code.

/**
 * @typedef {{
 *   clerk: {publishable_key: string, proxy_url: string | null, frontend_api: string,
 *     sign_in_url: string, sign_up_url: string,
 *     after_sign_in_url: string, after_sign_up_url: string},
 *   tinybird: {api_url: string, rps: number | null},
 *   tenancy: "organization" | "user",
 *   initial: null | {token: string, expires_at: number, tenant_id: string, user_id: string,
 *     org_slug: string | null, endpoints: string[]},
 * }} PageData
 */

/**
 * Read the JSON block of the page.
 * @returns {PageData}
 */
export function readPageData() {
  return JSON.parse(document.getElementById("page-data").textContent);
}
