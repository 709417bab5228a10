import { ClerkProvider, useClerk } from "@clerk/react";
import type { ReactNode } from "react";
import { TinybirdProvider } from "roost-react";

import { clerkOptions } from "./clerk.ts";
import { Header } from "./Header.tsx";
import { Outage } from "./Outage.tsx";
import { APP, page } from "./page.ts";
import { View } from "./View.tsx";

export function App() {
  return (
    <ClerkProvider {...clerkOptions}>
      <Tinybird>
        <a className="skip-link" href="#main">
          Skip to content
        </a>
        <Header />
        <Outage />
        <main id="main" tabIndex={-1}>
          <View />
        </main>
      </Tinybird>
    </ClerkProvider>
  );
}

// Everything inside reads for the organization that is active in Clerk. The page's first token
// spares the first read a round trip.
function Tinybird({ children }: { children: ReactNode }) {
  const { tinybird, tenancy, initial } = page;
  return (
    <TinybirdProvider
      clerk={useClerk()}
      url={APP}
      tinybird={tinybird}
      tenancy={tenancy}
      initialToken={initial}
      initialOrgName={initial?.org_slug ?? ""}
    >
      {children}
    </TinybirdProvider>
  );
}
