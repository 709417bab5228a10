// The React front end of each starter as its owner has it: installed, type-checked, built.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { layOut } from "./frontend.js";
import { npm } from "./npm.js";

const STARTERS = ["product_analytics", "empty"];
const LIBRARY = new URL("../../template/vendor/roost/", import.meta.url);
const MOST_BYTES = 90_000;
const INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

/** @type {string} */
let projects;
/** @type {Map<string, string>} */
const frontends = new Map();

before(() => {
  projects = mkdtempSync(join(tmpdir(), "roost-react-"));
  for (const starter of STARTERS) frontends.set(starter, layOut(join(projects, starter), starter));
  for (const frontend of frontends.values()) npm([...INSTALL, "--silent"], frontend);
});

after(() => rmSync(projects, { recursive: true }));

for (const starter of STARTERS) {
  test(`the page of ${starter} passes the type check`, () => {
    assert.equal(checked(folder(starter)), "");
  });
}

for (const [part, right, wrong] of [
  ["endpoint", 'endpoint="top_events"', 'endpoint="top_event"'],
  ["parameter", "limit: 50", "limits: 50"],
  ["parameter's type", "limit: 50", 'limit: "50"'],
  ["column", "({ event }) => event", "({ name }) => name"],
]) {
  test(`a page that names a wrong ${part} does not`, () => {
    const file = join(folder("product_analytics"), "src", "Dashboard.tsx");
    const page = readFileSync(file, "utf8");
    assert.ok(page.includes(right));
    writeFileSync(file, page.replace(right, wrong));

    const said = checked(folder("product_analytics"));

    writeFileSync(file, page);
    assert.match(said, /^src\/Dashboard\.tsx\(\d+,\d+\): error TS/);
  });
}

test("each snippet of docs/react.md passes it too", () => {
  const snippets = join(folder("empty"), "src", "docs");
  mkdirSync(snippets);
  const document = readFileSync(new URL("docs/react.md", LIBRARY), "utf8");
  const found = [...document.matchAll(/^```tsx? (\S+)\n(.*?)^```$/gms)];
  for (const [, name = "", text = ""] of found) writeFileSync(join(snippets, name), text);

  const said = checked(folder("empty"));

  rmSync(snippets, { recursive: true });
  assert.equal(said, "");
  assert.equal(found.length, 6);
});

test("what the page brings beside React and Clerk is small", (context) => {
  const frontend = folder("product_analytics");
  npm(["run", "--silent", "build"], frontend);
  const built = join(frontend, "..", "src", "acme", "dashboard", "static", "app");
  const manifest = JSON.parse(readFileSync(join(built, ".vite", "manifest.json"), "utf8"));

  const names = readdirSync(join(built, "assets"));
  const own = names.filter((name) => !name.startsWith("vendor-"));
  const bytes = sizeOf(built, own);

  context.diagnostic(`the page's own code: ${bytes} bytes gzipped of ${MOST_BYTES}`);
  context.diagnostic(`React and Clerk: ${sizeOf(built, names) - bytes} bytes gzipped`);
  assert.match(manifest["src/main.tsx"].file, /^assets\/main-[\w-]+\.js$/);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
});

test("the lock file names no registry", () => {
  const lock = readFileSync(join(folder("empty"), "package-lock.json"), "utf8");

  const resolved = [...lock.matchAll(/"resolved": "(.*)"/g)].map(([, where = ""]) => where);

  assert.deepEqual(
    resolved.filter((where) => !where.startsWith("../vendor/roost/src/roost/")),
    [],
  );
});

/** @param {string} starter */
function folder(starter) {
  return frontends.get(starter) ?? "";
}

/** @param {string} frontend */
function checked(frontend) {
  return spawnSync(process.execPath, [join("node_modules", "typescript", "bin", "tsc")], {
    cwd: frontend,
  }).stdout.toString();
}

/**
 * @param {string} built
 * @param {string[]} names
 */
function sizeOf(built, names) {
  const sizes = names.map((name) => gzipSync(readFileSync(join(built, "assets", name))).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}
