// The code that the page about the browser module teaches, against the module's declaration.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const LIBRARY = fileURLToPath(new URL("../../template/vendor/roost", import.meta.url));
const TSC = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
const PAGE = readFileSync(join(LIBRARY, "docs", "browser.md"), "utf8");
const MODULE = join(LIBRARY, "src", "roost", "browser");
const SETTINGS = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "es2023",
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
    paths: {
      roost: [join(MODULE, "roost.d.ts")],
      "roost/chart": [join(MODULE, "roost-chart.d.ts")],
    },
  },
};
// What is the reader's own, in the page's words.
const READERS = `
declare function sessionToken(): Promise<string | null>;
interface Window { Clerk?: import("roost").Clerk }
`;

/** @type {string} */
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "roost-taught-"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(SETTINGS));
  writeFileSync(join(folder, "readers.d.ts"), READERS);
});

after(() => rmSync(folder, { recursive: true }));

test("what the page teaches passes the type check", () => {
  const scripts = taught();

  assert.equal(scripts.length, 2);
  assert.equal(checked(scripts), "");
});

test("what the module does not offer does not", () => {
  const scripts = taught().map((script) => script.replace("createRoost({", "createRoosts({"));

  assert.match(checked(scripts), /error TS/);
});

function taught() {
  const written = PAGE.matchAll(/^```(?:html|js page\.js)\n(.*?)^```/gms);
  return [...written].map(([, code = ""]) => {
    const script = /<script type="module">\n(.*?)<\/script>/s.exec(code)?.[1] ?? code;
    return script
      .replaceAll(/"(?:https:\/\/app\.example\.com)?\/roost\.js"/g, '"roost"')
      .replaceAll(/"(?:https:\/\/app\.example\.com)?\/roost-chart\.js"/g, '"roost/chart"');
  });
}

/**
 * @param {string[]} scripts
 * @returns {string} what the compiler has to say
 */
function checked(scripts) {
  for (const [number, script] of scripts.entries()) {
    writeFileSync(join(folder, `script_${number}.ts`), script);
  }
  return spawnSync(process.execPath, [TSC], { cwd: folder }).stdout.toString();
}
