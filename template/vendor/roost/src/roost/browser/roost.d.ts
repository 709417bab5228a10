// What roost.js offers. A project's own endpoints are added to `Endpoints`:
//
//   declare module "roost" {
//     interface Endpoints {
//       top_events: { params: { limit?: number }; row: { event: string; events: number } };
//     }
//   }

/** The endpoints of a project by name; while it is empty, any name and any row is allowed. */
export interface Endpoints {}

export type EndpointName = keyof Endpoints extends never ? string : keyof Endpoints & string;
type Of<Name, Part extends "params" | "row", Otherwise> = Name extends keyof Endpoints
  ? Endpoints[Name] extends Record<Part, infer Type>
    ? Type
    : Otherwise
  : Otherwise;

export type Param = string | number | boolean | readonly (string | number)[] | null | undefined;
/** Parameters of an endpoint; empty ones are left out, arrays are joined by commas. */
export type Params = Record<string, Param>;
export type ParamsOf<Name> = Of<Name, "params", Params>;
/** A row as Tinybird writes it in JSON: times are strings. */
export type Row = Record<string, any>;
export type RowOf<Name> = Of<Name, "row", Row>;

export interface Answer<OneRow = Row> {
  /** The columns, with ClickHouse's types. */
  meta: { name: string; type: string }[];
  data: OneRow[];
  /** How many seconds ago Tinybird answered it; more than 0 where the app has kept it. */
  ageS: number;
}

/**
 * unreachable: nobody's fault here, try again later. refused: the token was not accepted.
 * invalid: the same request will fail again. spent: it will fail until the day is over. stale: it
 * was made for another tenant. lost: the user may no longer read what they could. no-tenant: an
 * organization has to be chosen first.
 */
export type Kind =
  "unreachable" | "refused" | "invalid" | "spent" | "stale" | "lost" | "signed-out" | "no-tenant";

/**
 * A request without an answer; `message` is a sentence for the reader of the page. What Tinybird
 * says of an endpoint that failed is in `cause`: it may quote SQL, and is for its developer.
 */
export class RequestFailed extends Error {
  constructor(
    kind: Kind,
    message: string,
    facts?: {
      status?: number;
      retryAfterMs?: number | null;
      requestId?: string | null;
      cause?: unknown;
    },
  );
  readonly kind: Kind;
  /** The HTTP status, 0 without one. */
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** By which the service's own log names the request. */
  readonly requestId: string | null;
}

/**
 * Who is signed in, for which tenant.
 *
 * switching: not known, or changing. pending: Clerk wants something of the user first.
 */
export type Standing =
  | {
      state: "switching" | "signed-out";
      userId?: undefined;
      tenantId?: undefined;
    }
  | { state: "pending" | "no-tenant"; userId: string; tenantId?: undefined }
  | { state: "ready"; userId: string; tenantId: string };

/** `signal` is aborted when the tenant's time on the page is over; null while there is none. */
export type TenantListener = (standing: Standing, signal: AbortSignal | null) => void;

/** A session token, as Clerk's own `getToken` gives it; null if nobody is signed in. */
export type SessionFunction = (options: {
  skipCache?: boolean;
  template?: string;
}) => Promise<string | null | undefined> | string | null | undefined;

/** What is used of ClerkJS: https://clerk.com/docs/reference/javascript/clerk */
export interface Clerk {
  readonly session?: {
    readonly id: string;
    getToken(options: { skipCache?: boolean; template?: string }): Promise<string | null>;
  } | null;
  addListener(listener: (resources: ClerkResources) => void): () => void;
}

export interface ClerkResources {
  session?: {
    id: string;
    status: string;
    lastActiveOrganizationId: string | null;
  } | null;
  user?: { id: string } | null;
}

/** What the app says of its reads; `/roost.js` and a page's data have it. */
export interface Tinybird {
  /** Null where pages read through the app (`DASHBOARD_READS=backend`). */
  api_url?: string | null;
  /** Requests a second; without it the token's own limit. */
  rps?: number | null;
  /** Clerk's JWT template, if Clerk mints the tokens. */
  template?: string | null;
}

export interface TokenAnswer {
  token: string;
  /** Unix seconds. */
  expires_at: number;
  tenant_id: string;
  endpoints: string[];
  api_url?: string;
}

/** A page's first token, which the server wrote into it for a valid session. */
export interface InitialToken extends TokenAnswer {
  user_id: string;
}

export interface Options {
  /** Where the app is; by default where this module came from. A bundle has to name it. */
  url?: string;
  /** ClerkJS, loaded or not yet; by default the one of the page. */
  clerk?: Clerk;
  /** In the place of ClerkJS: asked before each read, so that it keeps its token for a while. */
  session?: SessionFunction;
  /** Whose data it is; `/roost.js` knows it. */
  tenancy?: "organization" | "user";
  tinybird?: Tinybird;
  initial?: InitialToken | null;
  /**
   * Called when the page has to start anew: another tab has switched, rights were lost, or the page
   * came back from the back/forward cache. All that was the tenant's is gone by then; unless
   * something else is given, the page is loaded again.
   */
  onEnd?: () => void;
}

export interface Reading {
  signal?: AbortSignal;
}

/**
 * One page's access to its tenant's data.
 *
 * A read waits while the organization changes, is aborted with the tenant that it was made for, and
 * throws RequestFailed without an answer.
 */
export interface Roost {
  /** Where the app is, without a slash at its end. */
  readonly url: string;
  /** Read an endpoint's rows. */
  query<Name extends EndpointName>(
    endpoint: Name,
    params?: ParamsOf<Name>,
    options?: Reading,
  ): Promise<RowOf<Name>[]>;
  /** Read an endpoint's rows with their columns and their age. */
  read<Name extends EndpointName>(
    endpoint: Name,
    params?: ParamsOf<Name>,
    options?: Reading,
  ): Promise<Answer<RowOf<Name>>>;
  /** Read an endpoint as CSV, as Tinybird writes it. */
  csv<Name extends EndpointName>(
    endpoint: Name,
    params?: ParamsOf<Name>,
    options?: Reading,
  ): Promise<string>;
  /** List the endpoints that may be read. */
  endpoints(options?: Reading): Promise<string[]>;
  /** Return a Tinybird token that lives for a while yet; `invalid` where pages read through the app. */
  token(options?: Reading): Promise<string>;
  /** Report an event of the signed-in user; false when nobody is, the event is then not kept. */
  track(event: string, properties?: Record<string, unknown>): boolean;
  /** Call back with who is signed in, at once and whenever it changes; returns what ends it. */
  onTenantChange(listener: TenantListener): () => void;
  /** Send what waits, then forget the token and all else. */
  close(): void;
}

/** Begin; once in a page. */
export function createRoost(options?: Options): Roost;

/** Read an endpoint that everybody may read, without a session. */
export function readPublic(url: string, endpoint: string): Promise<Answer>;

/** Tell whether the same request may succeed later without anybody's doing. */
export function mayRecover(error: unknown): error is RequestFailed;
/** Tell whether the page itself gave a request up. */
export function isAbort(error: unknown): boolean;
/** Write parameters as a query string, the same one for the same parameters. */
export function queryOf(params: Params): string;

/** Delays that double, with some chance in them so that pages do not return in step. */
export class Backoff {
  constructor(limits?: { firstMs?: number; mostMs?: number });
  /** Return how long to wait now, in ms; never less than the server asked for. */
  next(retryAfterMs?: number | null): number;
  reset(): void;
}

/** Wait some milliseconds; rejects with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void>;
