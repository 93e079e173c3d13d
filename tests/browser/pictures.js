// Renews docs/images, the portal and the pages of the team on a phone and on a desk, and web/assets/help, what the page of help shows.
import { writeFile } from "node:fs/promises";

import { launchBrowser } from "./browser.js";
import { small } from "./png.js";
import { SCREENS } from "./screens.js";
import { RESULTS, sheetOfTheFirstHit, shortIds, startDemo } from "./server.js";
import { SACHA, logIn, startTeam } from "./team.js";

const demo = await startDemo();
const team = await startTeam();
const browser = await launchBrowser();
const PICTURES = [
  ["accueil", "/"],
  ["recherche", RESULTS],
  ["fiche", `${await sheetOfTheFirstHit(demo)}?commune=92007`],
  ["carte", "/carte?place=territory:dac-92-sud", "figure.map"],
  ["dac", "/dac", "figure.map"],
  ["selection", `/selection?commune=92007&titre=Retour+au+domicile&selection=${(await shortIds(demo, 4)).join(".")}`],
];
// A part of a page, as a phone shows it, so that it can be read at its own size.
const PARTS = [
  ["recherche", "/", "form.search", async (page) => page.getByLabel("Que cherchez-vous").fill("équipe mobile gériatrie bagneux")],
  ["resultat", RESULTS, "ol.hits > li"],
  ["fiche", `${await sheetOfTheFirstHit(demo)}?commune=92007`, "article > header"],
];
// The pages of the team, by the name of their screen, and what of them is looked at.
const SCREENS_SHOWN = [
  ["boite", "inbox, conflit"],
  ["champs", "fields", "section:has(> .row #phone)"],
  ["a-deux", "two people at once", ".row:has(.rival)"],
  ["zone", "zone, a draft"],
  ["paire", "a pair", "#champs-tous"],
  ["histoire", "history"],
  ["qualite", "quality", "nav.tabs"],
  ["territoire", "a territory, a draft", "h1"],
];
const SIZES = [[375, 812], [1280, 900]];
/** What the page is about is below its questions. */
const look = (page, sight) => page.locator(sight).first().evaluate((part) => scrollTo(0, part.getBoundingClientRect().top + scrollY - 80));
try {
  for (const [name, path, sight] of PICTURES) {
    for (const [width, height] of SIZES) {
      const page = await browser.newPage({ baseURL: demo.address, viewport: { width, height } });
      await page.goto(path);
      if (sight) await look(page, sight);
      await page.screenshot({ path: `docs/images/${name}-${width}.png` });
      await page.close();
    }
  }
  for (const [name, path, part, act] of PARTS) {
    for (const [colorScheme, suffix] of [["light", ""], ["dark", "-sombre"]]) {
      // Without a script: nothing floats over the part.
      const context = await browser.newContext({ baseURL: demo.address, viewport: { width: 375, height: 900 }, colorScheme, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(path);
      await act?.(page);
      await page.locator("body").click({ position: { x: 1, y: 1 } });
      const { x, y, width, height } = await page.locator(part).first().boundingBox();
      const margin = 12;
      const clip = { x: Math.max(x - margin, 0), y: Math.max(y - margin, 0), width: Math.min(width + 2 * margin, 375), height: height + 2 * margin };
      await writeFile(`web/assets/help/${name}${suffix}.png`, await small(page, await page.screenshot({ clip, fullPage: true })));
      await context.close();
    }
  }
  const context = await browser.newContext({ baseURL: team.address });
  await (await logIn(context, SACHA)).close();
  for (const [name, screen, sight] of SCREENS_SHOWN) {
    const [, come] = SCREENS.find(([called]) => called === screen);
    const page = await context.newPage();
    await come(page, team);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      if (sight) await look(page, sight);
      await writeFile(`docs/images/animation-${name}-${width}.png`, await small(page, await page.screenshot()));
    }
    await page.close();
  }
} finally {
  await browser.close();
  await team.stop();
  await demo.stop();
}
