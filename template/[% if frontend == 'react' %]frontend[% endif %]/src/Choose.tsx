import { OrganizationList, TaskChooseOrganization, useClerk } from "@clerk/react";
import { useEffect } from "react";

import { APP, page } from "./page.ts";

/** The charts belong to an organization: one has to be chosen, or created. */
export function Choose({ isPending }: { isPending: boolean }) {
  const task = useClerk().session?.currentTask?.key;
  // Whatever else Clerk wants of the user first is asked on its own page.
  const isElsewhere = isPending && task !== "choose-organization";
  useEffect(() => {
    if (isElsewhere) location.assign(page.clerk.sign_in_url);
  }, [isElsewhere]);

  return (
    <section data-view="choose" className="choose">
      <h1>Choose an organization</h1>
      <p>The charts belong to an organization. Choose one, or create your own.</p>
      <div className="clerk-form">
        {isPending ? (
          !isElsewhere && <TaskChooseOrganization redirectUrlComplete={`${APP}/`} />
        ) : (
          <OrganizationList hidePersonal />
        )}
      </div>
    </section>
  );
}
