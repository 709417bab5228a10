// Requests to the app itself, in the name of the session and of the tenant the page believes in.

import { address } from "./address.js";
import { sessionToken } from "./clerk.js";
import { RequestFailed, kindOf, retryAfterMs } from "./failures.js";

/**
 * Ask a route of the app; a session token that is refused, or still another tenant's, is renewed
 * and tried once more.
 * @param {object} clerk
 * @param {import("./tenant.js").Scope} scope
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} only successful ones; 409 when the session has another tenant
 */
export async function askApp(clerk, scope, path, init = {}) {
  let response = await send(await sessionToken(clerk), scope, path, init);
  scope.check();
  if (response.status === 401 || response.status === 409) {
    response = await send(await sessionToken(clerk, { skipCache: true }), scope, path, init);
    scope.check();
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

/**
 * Read an endpoint that everybody may read, without a session.
 * @param {string} endpoint
 * @returns {Promise<{meta: {name: string}[], data: object[], ageS: number}>} ageS: how long ago
 *   Tinybird answered it
 */
export async function readPublic(endpoint) {
  const response = await unreachable(() =>
    fetch(address(`/api/analytics/${endpoint}`), { credentials: "omit", cache: "no-store" }),
  );
  if (!response.ok) throw await failureOf(response);
  const { meta, data } = await unreachable(() => response.json());
  return { meta, data, ageS: Number(response.headers.get("Age")) };
}

/**
 * Read the event types that everybody may see.
 * @returns {Promise<{event: string, label: string, description: string}[]>} empty if unavailable
 */
export async function readEventTypes() {
  try {
    return (await readPublic("event_types")).data;
  } catch (error) {
    console.warn("The event types did not load", error);
    return [];
  }
}

async function send(token, scope, path, init) {
  scope.check();
  const headers = {
    ...init.headers,
    Authorization: `Bearer ${token}`,
    "X-Expected-Tenant": scope.tenantId,
  };
  const sent = { signal: scope.signal, cache: "no-store", ...init, headers };
  return unreachable(() => fetch(address(path), sent), sent.signal);
}

/**
 * Await a part of an answer; a connection that fails is the app's being unreachable.
 * @template Part
 * @param {() => Promise<Part>} ask
 * @param {AbortSignal} [signal] what it gave up failed for no other reason
 * @returns {Promise<Part>}
 */
export async function unreachable(ask, signal) {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    throw new RequestFailed("unreachable", "The app cannot be reached.", { cause: error });
  }
}

async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new RequestFailed(
    problem.code === "budget-spent" ? "spent" : kindOf(response.status),
    problem.detail ?? problem.title ?? `The app answered ${response.status}.`,
    { status: response.status, retryAfterMs: retryAfterMs(response) },
  );
}
