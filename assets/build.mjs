// Builds src/kanwerk/static from this folder and the npm packages: `node assets/build.mjs`.
// Every file carries a hash of its content; manifest.json says which name it got.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import sharp from "sharp";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "src/kanwerk/static");
const lucide = join(root, "node_modules/lucide-static/icons");

// The icons that templates name. A template that names another one shows nothing, so add it here first.
const ICONS = [
  "activity",
  "archive",
  "archive-restore",
  "arrow-down",
  "arrow-left",
  "arrow-right",
  "arrow-up",
  "at-sign",
  "ban",
  "bell",
  "bold",
  "book-open",
  "bookmark",
  "building-2",
  "calendar-clock",
  "calendar-days",
  "chart-gantt",
  "check",
  "check-circle-2",
  "chevron-down",
  "chevron-left",
  "chevron-right",
  "chevrons-up-down",
  "circle-alert",
  "circle-check",
  "circle-dashed",
  "circle-pause",
  "clock",
  "code",
  "columns-3",
  "copy",
  "corner-down-right",
  "download",
  "ellipsis",
  "ellipsis-vertical",
  "external-link",
  "eye",
  "file-spreadsheet",
  "flag",
  "folder-kanban",
  "gauge",
  "grip-vertical",
  "hash",
  "history",
  "hourglass",
  "house",
  "image",
  "info",
  "italic",
  "key-round",
  "keyboard",
  "layers",
  "link",
  "list",
  "list-filter",
  "list-plus",
  "list-todo",
  "loader",
  "lock",
  "log-out",
  "mail",
  "menu",
  "message-square",
  "monitor",
  "moon",
  "panel-right-close",
  "paperclip",
  "pencil",
  "plug",
  "plus",
  "receipt-text",
  "repeat",
  "rotate-ccw",
  "rows-3",
  "rows-4",
  "search",
  "search-x",
  "send",
  "settings",
  "share-2",
  "sliders-horizontal",
  "smile-plus",
  "square-check",
  "square-kanban",
  "star",
  "sun",
  "tag",
  "tags",
  "trash-2",
  "triangle-alert",
  "upload",
  "user",
  "user-check",
  "user-plus",
  "user-x",
  "users",
  "wifi-off",
  "x",
];

// Whose work is served; their licences go along.
const PACKAGES = ["htmx.org", "@fontsource-variable/inter", "lucide-static", "sortablejs", "@scalar/api-reference"];

// What the scripts of every page together may take, compressed by gzip.
const MOST_BYTES = 90_000;

const manifest = {};

/** Write one file under a name with the hash of its content. */
async function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const extension = extname(name);
  const hashed = `${basename(name, extension)}-${hash}${extension}`;
  await writeFile(join(out, hashed), content);
  manifest[name] = hashed;
}

/** Collect the icons into one sprite: `<use href="…/icons-hash.svg#search">`. */
async function sprite() {
  const symbols = await Promise.all(
    ICONS.map(async (name) => {
      const svg = await readFile(join(lucide, `${name}.svg`), "utf8");
      const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** Put the licences of the packages into one text. */
async function licences() {
  const texts = PACKAGES.map(async (name) => {
    const folder = join(root, "node_modules", name);
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const { license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return `${name} (${license})\n\n${file ? await readFile(join(folder, file), "utf8") : ""}`;
  });
  return `${(await Promise.all(texts)).join("\n\n---\n\n")}\n`;
}

/** Lay a brotli and a gzip twin beside each text, so that the server only picks one. */
async function compress() {
  for (const name of await readdir(out)) {
    if (!/\.(?:css|js|svg|txt)$/.test(name)) continue;
    const content = await readFile(join(out, name));
    if (content.length < 1024) continue;
    await writeFile(join(out, `${name}.br`), brotliCompressSync(content));
    await writeFile(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

/** Draw the icons of the installed app: as it is, and filled to the edges where the system cuts a shape out. */
async function icons() {
  const logo = await readFile(join(here, "images/logo.svg"));
  const draw = (size) => sharp(logo, { density: (72 * size) / 32 }).resize(size, size).png({ compressionLevel: 9 });
  for (const size of [192, 512]) await emit(`icon-${size}.png`, await draw(size).toBuffer());
  const [, ground] = /fill="(#[0-9a-f]{6})"/.exec(logo.toString());
  const inner = await draw(384).toBuffer();
  const filled = sharp(inner).extend({ top: 64, bottom: 64, left: 64, right: 64, background: ground }).flatten({ background: ground });
  await emit("icon-maskable.png", await filled.png({ compressionLevel: 9 }).toBuffer());
}

/** Build the service worker, which knows the names of what a page cannot be shown without. */
async function worker() {
  const files = ["app.css", "app.js", "icons.svg", "logo.svg", "favicon.svg", "inter-latin-wght-normal.woff2"].map(
    (name) => `/static/${manifest[name]}`,
  );
  const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 8);
  const { outputFiles } = await build({
    entryPoints: [join(here, "worker/sw.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2023",
    define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version) },
  });
  await emit("sw.js", outputFiles[0].contents);
}

/** Refuse to build a script that has grown over what a page may cost. */
async function weigh() {
  const size = gzipSync(await readFile(join(out, manifest["app.js"])), { level: 9 }).length;
  if (size > MOST_BYTES) throw new Error(`app.js takes ${size} bytes compressed; ${MOST_BYTES} are the most`);
}

/** Note in the manifest what esbuild made: entries by their own name, fonts by theirs. */
function note(metafile) {
  for (const [file, made] of Object.entries(metafile.outputs)) {
    const hashed = relative(out, join(root, file));
    const source = made.entryPoint ?? (hashed.endsWith(".woff2") ? Object.keys(made.inputs)[0] : undefined);
    if (source === undefined) continue;
    manifest[basename(source).replace(/\.ts$/, ".js")] = hashed;
    if (made.cssBundle) manifest[basename(source).replace(/\.ts$/, ".css")] = basename(made.cssBundle);
  }
}

await mkdir(out, { recursive: true });
for (const old of await readdir(out)) await rm(join(out, old), { recursive: true });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["app.ts", "reference.ts"].map((name) => join(here, "ts", name)).concat(join(here, "css/app.css")),
  outdir: out,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  format: "esm",
  target: "es2023",
  supported: { nesting: true },
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
  define: {
    "process.env.NODE_ENV": '"production"',
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
});
note(metafile);
await emit("icons.svg", await sprite());
await emit("logo.svg", await readFile(join(here, "images/logo.svg")));
await emit("favicon.svg", await readFile(join(here, "images/favicon.svg")));
await emit("licences.txt", await licences());
await icons();
await worker();
await weigh();
await compress();
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
