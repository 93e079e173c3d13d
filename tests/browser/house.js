// What every browser test shares: one server, one browser, pages opened in it.
import { readFile } from "node:fs/promises";

import { launchBrowser } from "./browser.js";
import { startDemo } from "./server.js";

export const house = {};

/** Starts what is looked at, the demonstration unless told otherwise, and a browser. */
export async function enter(begin = startDemo) {
  house.demo = await begin();
  house.browser = await launchBrowser();
  house.axe = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
}

export async function leave() {
  await house.browser?.close();
  await house.demo?.stop();
}

/**
 * Opens a page in a context of its own. `elsewhere` gathers the requests to other hosts, `errors` what the script complains of.
 */
export async function open(path, options = {}) {
  const baseURL = options.baseURL ?? house.demo.address;
  const context = await house.browser.newContext({ baseURL, locale: "fr-FR", ...options });
  const page = await context.newPage();
  const elsewhere = [];
  const errors = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  const response = await page.goto(path);
  return { page, response, elsewhere, errors, close: () => context.close() };
}

/** Presses Tab until this is focused; what was met on the way. */
export async function tabTo(page, selector) {
  const met = [];
  for (let pressed = 0; pressed < 120; pressed += 1) {
    await page.keyboard.press("Tab");
    const [id, there] = await page.evaluate(focused, selector);
    met.push(id);
    if (there) return met;
  }
  throw new Error(`${selector} cannot be reached by keyboard: ${met}`);
}

/** In the page: the id of what is focused, if it has one, and whether it is what is looked for. */
function focused(wanted) {
  const { activeElement } = document;
  return [activeElement.getAttribute("id"), activeElement.matches(wanted)];
}

/** How many pixels the page is wider than the screen. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What axe-core complains of, in words. */
export async function violations(page) {
  await page.evaluate(house.axe);
  const found = await page.evaluate(async () => (await window.axe.run()).violations);
  return found.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
}

/** What is wrong with a page as it stands, light and dark, and at 320 px; nothing, when it is as every page must be. */
export async function faults(page) {
  const wrong = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    wrong.push(...(await violations(page)).map((violation) => `${colorScheme}: ${violation}`));
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await overflow(page);
  if (wide > 0) wrong.push(`${wide} px too wide at 320 px`);
  return wrong;
}

/** How many sheets of A4 a page takes. */
export async function sheets(page) {
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}
