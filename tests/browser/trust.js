// Whom one deals with: the pages of the footer, and a house that dresses the site in its own colours.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { open, violations } from "./house.js";
import { startDemo } from "./server.js";

test("every link of the footer leads somewhere, and the place follows", async () => {
  const { page, close } = await open("/?commune=92007");
  const links = await page.locator("footer.site .links a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.ok(links.length >= 4, String(links));
  for (const link of links) {
    assert.equal((await page.request.get(link)).status(), 200, link);
    assert.match(link, /commune=92007/);
  }
  await page.goto("/mentions-legales");
  const api = await page.getByRole("link", { name: "interface de programmation" }).getAttribute("href");
  assert.equal((await page.request.get(api)).status(), 200);
  await close();
});

test("the text of long pages has 60 to 75 characters a line", async () => {
  for (const path of ["/aide", "/accessibilite", "/confidentialite", "/classement"]) {
    const { page, close } = await open(path, { viewport: { width: 1280, height: 900 } });
    const lines = await page.locator("article.text p:not(.picture)").evaluateAll((paragraphs) =>
      paragraphs.flatMap((paragraph) => {
        // The lines of a paragraph are the places where its characters change height; the last one is not full.
        const range = document.createRange();
        const tops = [];
        const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          for (let at = 0; at < walker.currentNode.length; at += 1) {
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + 1);
            const { bottom, width } = range.getBoundingClientRect();
            if (width > 0) tops.push(Math.round(bottom / 12));
          }
        }
        const counts = new Map();
        for (const top of tops) counts.set(top, (counts.get(top) ?? 0) + 1);
        return [...counts.values()].slice(0, -1);
      }),
    );
    const mean = lines.reduce((sum, line) => sum + line, 0) / lines.length;
    assert.ok(mean >= 60 && mean <= 75, `${path}: ${mean.toFixed(1)} characters a line`);
    await close();
  }
});

test("what is read keeps one measure", async () => {
  for (const path of ["/aide", "/classement", "/accessibilite"]) {
    const { page, close } = await open(path, { viewport: { width: 1280, height: 900 } });
    const widths = await page.locator("article.text").evaluate((text) => {
      const parts = text.querySelectorAll(":scope > :is(h1, p, .scroll), :scope > section > :is(h2, p:not(.picture), dl, ul)");
      return [...new Set([...parts].map((part) => Math.round(part.getBoundingClientRect().width)))];
    });
    assert.equal(widths.length, 1, `${path}: ${widths}`);
    await close();
  }
});

test("what is printed says when and where it was read, and leaves out what leads elsewhere", async () => {
  const day = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "Europe/Paris" }).format(new Date());
  for (const path of ["/aide?commune=92007", "/recherche?q=ssiad&commune=92007"]) {
    const { page, close } = await open(path);
    const said = page.getByText("Imprimé le");
    assert.equal(await said.isVisible(), false);
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    const words = (await said.innerText()).replaceAll(/\s/g, " ");
    assert.equal(words, `Imprimé le ${day.replaceAll(/\s/g, " ")} – ${page.url()}`);
    for (const part of ["header.site nav", "footer.site .links", "footer.site .emergency"]) {
      assert.equal(await page.locator(part).isVisible(), false, `${part} of ${path}`);
    }
    const left = await page.evaluate(() =>
      [".wordmark", "h1", ".demo", "footer.site > .small"].map((part) => document.querySelector(part).getBoundingClientRect().left),
    );
    assert.deepEqual([...new Set(left)].length, 1, `${path}: ${left}`);
    await close();
  }
});

test("pictures of the help are there, and have their size before they come", async () => {
  const { page, errors, close } = await open("/aide");
  for (const picture of await page.locator("main img").all()) {
    await picture.scrollIntoViewIfNeeded();
    await picture.evaluate((img) => img.decode());
    const [drawn, said] = await picture.evaluate((img) => [img.naturalWidth, Number(img.getAttribute("width"))]);
    assert.equal(drawn, said);
  }
  assert.deepEqual(errors, []);
  await close();
});

describe("a house of its own", () => {
  let folder;
  let demo;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "maille-theme-"));
    await writeFile(
      join(folder, "logo.svg"),
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#5b1a6b"/></svg>',
    );
    await writeFile(
      join(folder, "theme.toml"),
      `nom = "Annuaire du Sud"\ndescription = "Qui aide près de chez vous"\nterritoire = "Sud des Hauts-de-Seine"\nlogo = "logo.svg"
[contact]\nnom = "DAC 92 Sud"\ntelephone = "01 99 00 00 11"\ncourriel = "dac@example.org"\nhoraires = "du lundi au vendredi"
[couleurs]\naccent = "#5b1a6b"\n[mentions]\nediteur = "Association DAC 92 Sud"\n`,
    );
    demo = await startDemo("--theme", join(folder, "theme.toml"));
  });
  after(async () => {
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("has its name, its logo, its colour and its contact", async () => {
    const { page, elsewhere, errors, close } = await open("/", { baseURL: demo.address, colorScheme: "light" });
    assert.match(await page.title(), /Annuaire du Sud/);
    const logo = page.locator("header.site img.logo");
    assert.ok(await logo.evaluate((img) => img.decode().then(() => img.naturalWidth > 0)));
    const colour = await page.getByRole("button", { name: "Chercher" }).evaluate((button) => getComputedStyle(button).backgroundColor);
    assert.equal(colour, "rgb(91, 26, 107)");
    await page.goto("/accessibilite");
    await page.locator("main a[href='tel:+33199000011']").waitFor();
    assert.deepEqual([elsewhere, errors], [[], []]);
    await close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`reads well, ${colorScheme}`, async () => {
      for (const path of ["/", "/recherche?q=equipe+mobile&commune=92007", "/aide", "/accessibilite", "/mentions-legales"]) {
        const { page, close } = await open(path, { baseURL: demo.address, colorScheme });
        assert.deepEqual(await violations(page), [], path);
        await close();
      }
    });
  }

  test("prints in black", async () => {
    const { page, close } = await open("/aide", { baseURL: demo.address });
    await page.emulateMedia({ media: "print" });
    const colour = await page.locator("main a").first().evaluate((link) => getComputedStyle(link).color);
    assert.equal(colour, "rgb(0, 0, 0)");
    await close();
  });
});
