// Renews docs/images: the portal on a phone and on a desk.
import { launchBrowser } from "./browser.js";
import { RESULTS, sheetOfTheFirstHit, startDemo } from "./server.js";

const demo = await startDemo();
const browser = await launchBrowser();
try {
  for (const [name, path] of [["accueil", "/"], ["recherche", RESULTS], ["fiche", await sheetOfTheFirstHit(demo)]]) {
    for (const [width, height] of [[375, 812], [1280, 900]]) {
      const page = await browser.newPage({ baseURL: demo.address, viewport: { width, height } });
      await page.goto(path);
      await page.screenshot({ path: `docs/images/${name}-${width}.png` });
      await page.close();
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
