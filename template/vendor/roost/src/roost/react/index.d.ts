// What roost-react offers. Endpoints, their parameters and their rows are those of `Endpoints` in
// `roost`, to which a project adds its own.

import type { HTMLAttributes, JSX, ReactNode } from "react";
import type {
  Answer,
  EndpointName,
  InitialToken,
  Options,
  ParamsOf,
  Roost,
  RowOf,
  Standing,
} from "roost";
import type { RoostChart } from "roost/chart";

export interface TinybirdProviderProps extends Omit<Options, "initial"> {
  /** A first token, which the server gave the page for a valid session; without it one is asked for. */
  initialToken?: InitialToken | null;
  /** What the organization of the first token is called. */
  initialOrgName?: string;
  children?: ReactNode;
}

/** Give the components inside it a tenant's token and data. Another session begins anew. */
export function TinybirdProvider(props: TinybirdProviderProps): JSX.Element;

/**
 * signed-out: nobody is signed in. no-tenant: an organization has to be chosen first. loading: the
 * answer is on its way. error: there is none; what may recover is asked for again.
 */
export type Status = "signed-out" | "no-tenant" | "loading" | "ready" | "error";

export interface Outcome {
  /** A `RequestFailed`, whose message is a sentence for the reader, or a fault of the page's. */
  error: Error | null;
  status: Status;
}

export interface HeldToken extends Outcome {
  /** It lives for a while yet; another one takes its place before it expires. */
  token: string | null;
}

/** The Tinybird token for requests of the page's own; an error where pages read through the app. */
export function useTinybirdToken(): HeldToken;

export interface Query<OneRow> extends Outcome {
  /** The rows; the last ones while others of this endpoint are on their way. */
  data: OneRow[] | null;
  /** The columns, with ClickHouse's types. */
  meta: Answer["meta"] | null;
  /** How many seconds before its arrival Tinybird gave the answer. */
  ageS: number;
  /** Read again. */
  refresh(): void;
}

/** Read an endpoint; again whenever parameters or tenant change. */
export function useTinybirdQuery<Name extends EndpointName>(
  endpoint: Name,
  params?: ParamsOf<Name>,
): Query<RowOf<Name>>;

/** The endpoints that may be read; null until they are known. */
export function useTinybirdEndpoints(): Outcome & { endpoints: string[] | null; refresh(): void };

/** Who is signed in, for which tenant; `orgName` while that is the first token's. */
export function useTenant(): Standing & { orgName: string };

/** What all of it stands on, to track events for instance; null until the page has begun. */
export function useRoost(): Roost | null;

export interface ChartProps<Name extends EndpointName> extends Omit<
  HTMLAttributes<RoostChart>,
  "children"
> {
  endpoint: Name;
  params?: ParamsOf<Name>;
  /** The name of one of the project's specs, or an address; by default as the endpoint. */
  spec?: string;
  /** What it is called for who cannot see it; by default the words of the endpoint. */
  label?: string;
  /** eager: drawn before it comes into view. */
  loading?: "eager" | "lazy";
}

/** A chart element that reads for the provider's tenant. */
export function Chart<Name extends EndpointName>(props: ChartProps<Name>): JSX.Element;
