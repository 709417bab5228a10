// An app with two tenants, as its pages see it: sessions, tokens, rows.

import { createRoost } from "../../template/vendor/roost/src/roost/browser/roost.js";
import { APP, TINYBIRD, json, jwt } from "./page.js";

export const ADA_AT_ACME = { sub: "user_ada", sid: "sess_1", o: { id: "org_acme" } };
export const ADA_AT_GLOBEX = { sub: "user_ada", sid: "sess_1", o: { id: "org_globex" } };
export const LINUS_AT_ACME = { sub: "user_linus", sid: "sess_2", o: { id: "org_acme" } };
export const ROWS = "/v0/pipes/top_events.json";
export const TOKEN = "/api/tinybird/token";

/** What the page's function says of who is signed in; null is nobody. */
export class Login {
  /** @type {Record<string, any> | null} */
  who = ADA_AT_ACME;
  renewals = 0;
  /** @type {import("../../template/vendor/roost/src/roost/browser/roost.js").SessionFunction} */
  give = ({ skipCache }) => {
    if (skipCache) this.renewals++;
    return this.who && jwt({ ...this.who, renewals: this.renewals });
  };
}

/** Answers as the app and Tinybird do while nothing is wrong. */
export class Service {
  minted = 0;
  lifeS = 300;
  endpoints = ["top_events"];
  rps = 10;

  /** @param {import("./page.js").Network} network */
  constructor(network) {
    network.on(TOKEN, (_, headers) => this.token(headers));
    network.on(ROWS, (_, headers) => this.rows(headers));
    network.on("/api/events", () => this.taken());
  }

  /** @param {Headers} headers */
  token(headers) {
    const tenant_id = headers.get("X-Expected-Tenant");
    const expires_at = Date.now() / 1000 + this.lifeS;
    const token = jwt({ tenant_id, n: ++this.minted, limits: { rps: this.rps } });
    const answer = { token, expires_at, tenant_id, endpoints: this.endpoints, api_url: TINYBIRD };
    return json(answer, 200, { Date: new Date().toUTCString() });
  }

  taken() {
    return json({ accepted: 1, quarantined: 0 }, 202);
  }

  /** @param {Headers} headers */
  rows(headers) {
    return json({ meta: [], data: [{ event: `of ${tenantIn(headers)}` }] });
  }
}

/**
 * Read from a bearer token whose rows it reads.
 * @param {Headers} headers
 * @returns {string}
 */
export function tenantIn(headers) {
  return claims(headers).tenant_id;
}

/** @param {Headers} headers */
export function claims(headers) {
  const [, payload = ""] = (headers.get("Authorization") ?? "").split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

/** @type {{close(): void}[]} */
const opened = [];

/**
 * Begin as a page does.
 * @param {Login} login
 * @param {Partial<import("../../template/vendor/roost/src/roost/browser/roost.js").Options>} [options]
 */
export function begin(login, options = {}) {
  const roost = createRoost({ url: APP, session: login.give, onEnd: () => {}, ...options });
  opened.push(roost);
  return roost;
}

export function closeAll() {
  for (const roost of opened.splice(0)) roost.close();
}
