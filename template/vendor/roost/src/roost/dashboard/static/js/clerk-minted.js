// Tokens that Clerk mints by a JWT template: what they say of themselves.

import { templateToken } from "./clerk.js";
import { RequestFailed } from "./failures.js";

/**
 * Have Clerk mint a Tinybird token, and read from it what the app says of one that it mints.
 * @param {object} clerk
 * @param {string} template
 * @returns {Promise<{answer: {token: string, expires_at: number, tenant_id: string,
 *   endpoints: string[]}, now: number}>} `now` by Clerk's clock, in ms
 */
export async function mintedByClerk(clerk, template) {
  const token = await templateToken(clerk, template);
  const { exp, iat, scopes = [] } = claimsOf(token);
  const tenants = new Set(scopes.map(({ fixed_params }) => fixed_params?.tenant_id));
  if (tenants.size !== 1) {
    throw new RequestFailed("refused", `Clerk's JWT template ${template} is not this project's.`);
  }
  const [tenant_id] = tenants;
  const endpoints = scopes.map(({ resource }) => resource).sort();
  return { answer: { token, expires_at: exp, tenant_id, endpoints }, now: iat * 1000 };
}

// Nothing is verified here: Tinybird does that, and reads the same tenant from it.
function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))));
}
