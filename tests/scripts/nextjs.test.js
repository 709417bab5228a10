// The code of the page about Next.js, against the types of Next.js, of Clerk and of the bindings.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const TSC = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
// Where Next.js and Clerk are installed, without what builds and serves: it is most of them.
const INSTALLED = fileURLToPath(new URL("nextjs", import.meta.url));
const LIBRARY = fileURLToPath(new URL("../../template/vendor/roost", import.meta.url));
const PAGE = readFileSync(join(LIBRARY, "docs", "nextjs.md"), "utf8");
const BINDINGS = join(LIBRARY, "src", "roost");
const SETTINGS = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    jsx: "react-jsx",
    types: ["node"],
    paths: {
      roost: [join(BINDINGS, "browser", "roost.d.ts")],
      "roost/chart": [join(BINDINGS, "browser", "roost-chart.d.ts")],
      "roost-react": [join(BINDINGS, "react", "index.d.ts")],
      // For the bindings' own imports, which stand outside of this folder.
      react: [join(INSTALLED, "node_modules", "@types", "react")],
    },
  },
  include: ["**/*.ts", "**/*.tsx"],
};
// As the task `endpoints` writes it for a project.
const ENDPOINTS = `
import "roost";

declare module "roost" {
  interface Endpoints {
    top_events: { params: { limit?: number }; row: { event: string; events: number } };
  }
}
`;

/** @type {string} */
let app;

before(() => {
  // Below that folder, so that both are found as from an app.
  app = mkdtempSync(join(INSTALLED, "node_modules", ".app-"));
  writeFileSync(join(app, "tsconfig.json"), JSON.stringify(SETTINGS));
});

after(() => rmSync(app, { recursive: true }));

test("an app that is written as the page says passes the type check", () => {
  const files = taught();

  assert.deepEqual(Object.keys(files), [
    "app/top-events.tsx",
    "proxy.ts",
    "app/layout.tsx",
    "app/root-layout-content.tsx",
  ]);
  assert.equal(checked(files), "");
});

for (const [what, from, to] of [
  ["names an endpoint that there is not", '("top_events"', '("top_event"'],
  ["takes a parameter that the endpoint has not", "params={{ limit", "params={{ limits"],
  ["hands a token down as a text", "JSON.parse(token) : null", "token : null"],
  ["asks Clerk for what it has not", "getToken, userId, orgSlug", "getToken, userId, orgName"],
]) {
  test(`an app that ${what} does not`, () => {
    const files = Object.entries(taught());
    const changed = files.map(([name, code]) => [name, code.replace(from, to)]);

    assert.notDeepEqual(changed, files);
    assert.match(checked(Object.fromEntries(changed)), /error TS/);
  });
}

/** @returns {Record<string, string>} the code of the page, by its files */
function taught() {
  const blocks = PAGE.matchAll(/^```tsx? (\S+)\n(.*?)^```/gms);
  return Object.fromEntries([...blocks].map(([, name, code]) => [name, code]));
}

/**
 * @param {Record<string, string>} files
 * @returns {string} what the compiler has to say
 */
function checked(files) {
  for (const [name, code] of Object.entries({ ...files, "endpoints.d.ts": ENDPOINTS })) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), code);
  }
  return spawnSync(process.execPath, [TSC], { cwd: app }).stdout.toString();
}
