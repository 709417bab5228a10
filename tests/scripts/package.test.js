// What somebody installs who builds pages with npm: the tarball, its declaration, its size.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const MODULE = fileURLToPath(
  new URL("../../template/vendor/roost/src/roost/browser", import.meta.url),
);
const TSC = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
const MOST_BYTES = 12_400;
const PAGE = `
import { createRoost } from "roost";

declare module "roost" {
  interface Endpoints {
    top_events: { params: { limit?: number }; row: { event: string; events: number } };
  }
}

const roost = createRoost({ url: "https://app.test", session: () => null });
const rows = await roost.query("ENDPOINT", { PARAMETER: 5 });
export const total: number = rows.reduce((sum, row) => sum + row.COLUMN, 0);
`;

/** @type {string} */
let project;

before(() => {
  project = mkdtempSync(join(tmpdir(), "roost-"));
  const packed = npm(["pack", "--json", "--pack-destination", project], MODULE);
  const [{ filename }] = JSON.parse(packed);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  npm(["install", "--offline", "--no-audit", "--no-fund", join(project, filename)], project);
});

after(() => rmSync(project, { recursive: true }));

test("the package holds the modules and their declaration, and nothing else", () => {
  const installed = readdirSync(join(project, "node_modules", "roost"));

  assert.deepEqual(installed.toSorted(), readdirSync(MODULE).toSorted());
});

test("a program imports it by name", () => {
  const script = 'import { createRoost } from "roost"; console.log(typeof createRoost);';
  writeFileSync(join(project, "use.js"), script);

  assert.equal(
    execFileSync(process.execPath, ["use.js"], { cwd: project }).toString(),
    "function\n",
  );
});

test("the declaration names all that the module offers, and no more", async () => {
  const declared = readFileSync(join(MODULE, "roost.d.ts"), "utf8");
  const names = [...declared.matchAll(/^export (?:function|class) (\w+)/gm)].map(
    ([, name]) => name,
  );

  assert.deepEqual(
    names.toSorted(),
    Object.keys(await import(join(MODULE, "roost.js"))).toSorted(),
  );
});

test("a page that names what its project has passes the type check", () => {
  assert.equal(checked("top_events", "limit", "events"), "");
});

for (const [part, wrong] of [
  ["endpoint", ["top_event", "limit", "events"]],
  ["parameter", ["top_events", "limits", "events"]],
  ["column", ["top_events", "limit", "event_count"]],
]) {
  test(`a page that names a wrong ${part} does not`, () => {
    assert.match(checked(...wrong), /error TS/);
  });
}

test("all of it is no larger than the scripts that it stands for", (context) => {
  const modules = readdirSync(MODULE).filter((name) => name.endsWith(".js"));
  const whole = Buffer.concat(modules.map((name) => readFileSync(join(MODULE, name))));

  const bytes = gzipSync(whole, { level: 9 }).length;

  context.diagnostic(`roost.js: ${bytes} bytes gzipped of ${MOST_BYTES}`);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
});

/**
 * @param {string[]} names an endpoint, a parameter of it, a column of its rows
 * @returns {string} what the compiler has to say
 */
function checked(...[endpoint = "", parameter = "", column = ""]) {
  const page = PAGE.replace("ENDPOINT", endpoint).replace("PARAMETER", parameter);
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "src", "page.ts"), page.replace("COLUMN", column));
  const options = ["--strict", "--noEmit", "--module", "esnext", "--target", "es2023"];
  const command = [TSC, ...options, "--moduleResolution", "bundler", "src/page.ts"];
  return spawnSync(process.execPath, command, { cwd: project }).stdout.toString();
}

/**
 * @param {string[]} command
 * @param {string} cwd
 */
function npm(command, cwd) {
  const script = process.env.npm_execpath;
  return script
    ? execFileSync(process.execPath, [script, ...command], { cwd }).toString()
    : execFileSync("npm", command, { cwd }).toString();
}
