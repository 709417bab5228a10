// What the server wrote into the page: one JSON block, never code.

/**
 * @typedef {{
 *   clerk: {publishable_key: string, proxy_url: string | null, frontend_api: string,
 *     sign_in_url: string, sign_up_url: string,
 *     after_sign_in_url: string, after_sign_up_url: string},
 *   tinybird: {api_url: string | null, rps: number | null, template: string | null},
 *   tenancy: "organization" | "user",
 *   initial: null | {token: string, expires_at: number, tenant_id: string, user_id: string,
 *     org_slug: string | null, endpoints: string[]},
 * }} PageData
 * tinybird.api_url: null where the page reads through the app.
 */

/**
 * Take the JSON block out of the page: its token shall not outlive its tenant there.
 * @returns {PageData}
 */
export function takePageData() {
  const block = document.getElementById("page-data");
  block.remove();
  return JSON.parse(block.textContent);
}
