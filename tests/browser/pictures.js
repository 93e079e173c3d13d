// Renews docs/images, the portal on a phone and on a desk, and web/assets/help, what the page of help shows.
import { writeFile } from "node:fs/promises";

import { launchBrowser } from "./browser.js";
import { small } from "./png.js";
import { RESULTS, sheetOfTheFirstHit, shortIds, startDemo } from "./server.js";

const demo = await startDemo();
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
try {
  for (const [name, path, sight] of PICTURES) {
    for (const [width, height] of [[375, 812], [1280, 900]]) {
      const page = await browser.newPage({ baseURL: demo.address, viewport: { width, height } });
      await page.goto(path);
      // What the page is about is below its questions.
      if (sight) await page.locator(sight).first().evaluate((part) => scrollTo(0, part.getBoundingClientRect().top + scrollY - 80));
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
} finally {
  await browser.close();
  await demo.stop();
}
