// Who is signed in, and for which tenant: as ClerkJS on the page says, or a function of the page's.

import { RequestFailed } from "./failures.js";
import { within } from "./waiting.js";

/**
 * @typedef {import("./roost.js").Standing} Standing
 * @typedef {import("./roost.js").SessionFunction} SessionFunction
 * @typedef {"organization" | "user"} Tenancy
 */

const PATIENCE_MS = 10_000;
const LOOK_MS = 5000;
const UNREACHABLE = "The sign-in service (Clerk) cannot be reached.";

class Session {
  /** @type {SessionFunction} */
  #give;

  /** @param {SessionFunction} give */
  constructor(give) {
    this.#give = give;
  }

  /**
   * @param {{skipCache?: boolean}} [options] `skipCache` after a token was refused
   */
  token({ skipCache = false } = {}) {
    return this.ask({ skipCache }, "lost", "You no longer belong to this organization.");
  }

  /**
   * Have Clerk mint a token by a JWT template, for the organization that is active in the session.
   * @param {string} template
   */
  templateToken(template) {
    // Kept by whoever asks: ClerkJS would return one that has half of its life behind it.
    const refusal = `Clerk mints nothing by its JWT template ${template}.`;
    return this.ask({ template, skipCache: true }, "refused", refusal);
  }

  /**
   * @param {Parameters<SessionFunction>[0]} options
   * @param {import("./roost.js").Kind} kind
   * @param {string} refusal
   */
  async ask(options, kind, refusal) {
    let token = null;
    try {
      // ClerkJS itself asks again for minutes before it gives up, and says nothing meanwhile.
      token = await within(PATIENCE_MS, Promise.resolve(this.#give(options)));
    } catch (error) {
      throw isRefusal(error)
        ? new RequestFailed(kind, refusal, { cause: error })
        : new RequestFailed("unreachable", UNREACHABLE, { cause: error });
    }
    if (!token) throw new RequestFailed("signed-out", "You are signed out.");
    return token;
  }
}

export class ClerkSession extends Session {
  // Tabs share the session, so that what one shows is what all have to show.
  isShared = true;
  // The browser's cookie speaks for a request that nobody waits for.
  held = "";

  /**
   * @param {import("./roost.js").Clerk} clerk loaded, or not yet
   * @param {Tenancy} tenancy
   */
  constructor(clerk, tenancy) {
    super((options) => clerk.session?.getToken(options));
    this.clerk = clerk;
    this.tenancy = tenancy;
  }

  get id() {
    return this.clerk.session?.id ?? "";
  }

  /** @param {(standing: Standing) => void} onStanding called now and at each change */
  follow(onStanding) {
    return this.clerk.addListener((resources) => onStanding(standingOf(resources, this.tenancy)));
  }

  /** ClerkJS tells of each change by itself. */
  async look() {}
}

export class GivenSession extends Session {
  isShared = false;
  id = "";
  held = "";
  /** @type {(standing: Standing) => void} */
  #onStanding = () => {};

  /**
   * @param {SessionFunction} give asked before each read, so that it keeps its token for a while
   * @param {Tenancy} tenancy
   */
  constructor(give, tenancy) {
    super(give);
    this.tenancy = tenancy;
  }

  /** @param {(standing: Standing) => void} onStanding called now and at each change */
  follow(onStanding) {
    this.#onStanding = onStanding;
    const look = () => this.look().catch(() => {});
    const timer = setInterval(look, LOOK_MS);
    look();
    return () => clearInterval(timer);
  }

  /** Notice a change; throw if the function gives no answer. */
  async look() {
    try {
      await this.token();
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.kind !== "signed-out") throw error;
    }
  }

  /** @param {{skipCache?: boolean}} [options] */
  async token(options) {
    try {
      this.#note(await super.token(options));
    } catch (error) {
      if (error instanceof RequestFailed && error.kind !== "unreachable") this.#note("");
      throw error;
    }
    return this.held;
  }

  /** @param {string} token */
  #note(token) {
    if (token === this.held && token) return;
    this.held = token;
    const claims = token ? claimsOf(token) : {};
    this.id = claims.sid ?? "";
    this.#onStanding(standingOf(resourcesOf(claims), this.tenancy));
  }
}

/**
 * @param {SessionFunction | undefined} give
 * @param {import("./roost.js").Clerk | undefined} clerk
 * @param {Tenancy} tenancy
 */
export function sessionOf(give, clerk, tenancy) {
  if (give) return new GivenSession(give, tenancy);
  const found = clerk ?? /** @type {any} */ (globalThis).Clerk;
  if (!found) throw new TypeError("createRoost needs `clerk`, or `session` where Clerk is not.");
  return new ClerkSession(found, tenancy);
}

/**
 * @param {import("./roost.js").ClerkResources} resources
 * @param {Tenancy} tenancy
 * @returns {Standing}
 */
export function standingOf({ session, user }, tenancy) {
  // While ClerkJS changes session or organization.
  if (session === undefined) return { state: "switching" };
  if (session === null || !user) return { state: "signed-out" };
  const userId = user.id;
  if (session.status === "pending") return { state: "pending", userId };
  const tenantId = tenancy === "user" ? userId : session.lastActiveOrganizationId;
  return tenantId ? { state: "ready", userId, tenantId } : { state: "no-tenant", userId };
}

/**
 * @param {Standing} one
 * @param {Standing} other
 */
export function sameStanding(one, other) {
  return (
    one.state === other.state && one.userId === other.userId && one.tenantId === other.tenantId
  );
}

/**
 * Read what a token says of itself. Nothing is verified here: who takes the token does that.
 * @param {string} token
 */
export function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))));
}

// Both versions of Clerk's session tokens; the organization is `o` in the second one.
// Source: https://clerk.com/docs/guides/sessions/session-tokens
/** @param {Record<string, any>} claims */
function resourcesOf({ sub, sid = "", sts, o, org_id }) {
  if (!sub) return { session: null, user: null };
  const lastActiveOrganizationId = o?.id ?? org_id ?? null;
  return {
    session: { id: sid, status: sts ?? "active", lastActiveOrganizationId },
    user: { id: sub },
  };
}

// Clerk answers 404 for an organization that the user is not in (any more). ClerkJS itself goes on
// with it until the page is loaded anew.
/** @param {any} error */
function isRefusal(error) {
  const status = error?.status;
  return status >= 400 && status < 500 && status !== 429;
}
