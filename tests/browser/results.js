// The page of results: what changes in place with a script, and is the same without.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { house, open } from "./house.js";
import { FULL } from "./pages.js";

const ALL = "/recherche?commune=92007";

/** Waits until the page of results at `search` is shown: its title is the last thing to come. */
async function shown(page, search) {
  await page.waitForFunction(
    (search) => location.search.includes(search) && !document.querySelector("main").hasAttribute("aria-busy"),
    search,
  );
}

const title = (page) => page.locator("main h1").innerText();
const facet = (page, name) => page.locator("#affiner").getByRole("link", { name });
const firstName = (page) => page.locator(".hit a").first().innerText();
/** Marks the document, to know it again. */
const mark = (page) => page.evaluate(() => { window.sameDocument = true; });
const isMarked = (page) => page.evaluate(() => window.sameDocument === true);

describe("with a script, results change in place", () => {
  test("a criterion: the same document, the same control, an address, a title, a voice", async () => {
    const { page, errors, close } = await open(ALL);
    await mark(page);
    const [count, name] = [await title(page), await page.title()];
    await facet(page, "Enfants").focus();
    await page.keyboard.press("Enter");
    await shown(page, "audience=enfants");
    assert.ok(await isMarked(page));
    assert.notEqual(await title(page), count);
    assert.equal(await page.locator("p[role=status]").innerText(), await title(page));
    const focused = page.locator(":focus");
    assert.match(await focused.innerText(), /^Enfants/);
    assert.equal(await focused.getAttribute("class"), "chosen");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !location.search.includes("audience"));
    await shown(page, "commune=92007");
    assert.deepEqual([await title(page), await page.title()], [count, name]);
    assert.deepEqual(errors, []);
    await close();
  });

  test("a criterion of the list, an order, and grouping", async () => {
    const { page, close } = await open(ALL);
    await mark(page);
    const [kind] = await page.locator("#critere-type select").selectOption({ index: 1 });
    await page.locator("#critere-type").getByRole("button").click();
    await shown(page, `category=${kind}`);
    assert.equal(await page.locator("#critere-type .chosen").count(), 1);
    await page.getByRole("link", { name: "Effacer tous les critères" }).click();
    await page.waitForFunction(() => !location.search.includes("category"));
    await page.getByText("Trier\u202f: pertinence").click();
    await page.getByRole("link", { name: "Nom", exact: true }).click();
    await shown(page, "sort=name");
    assert.equal(await page.locator(":focus").getAttribute("aria-current"), "true");
    await page.getByRole("link", { name: "Grouper par type" }).click();
    await shown(page, "group=category");
    assert.equal(await page.locator(":focus").innerText(), "Ne plus grouper");
    assert.ok((await page.locator("section.group > h2").count()) > 1);
    assert.ok(await isMarked(page));
    await close();
  });

  test("a new search begins at its title", async () => {
    const { page, close } = await open(ALL);
    await mark(page);
    await page.locator("#q").fill("ssiad");
    await page.keyboard.press("Enter");
    await shown(page, "q=ssiad");
    assert.ok(await isMarked(page));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    assert.equal(await page.locator("#q").inputValue(), "ssiad");
    await close();
  });

  test("nothing moves but what changed", async () => {
    const { page, close } = await open(ALL, { viewport: { width: 1280, height: 900 } });
    // Where things are in the page: the control that was used keeps its height on the screen, for which the page may scroll.
    const boxes = () => page.evaluate(() => ["header.site", "main > .search", "main h1"].map((part) => {
      const { x, y, height } = document.querySelector(part).getBoundingClientRect();
      return { x, y: Math.round(y + scrollY), height };
    }));
    const top = () => facet(page, "Enfants").evaluate((link) => Math.round(link.getBoundingClientRect().top));
    await page.evaluate(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value;
      }).observe({ type: "layout-shift" });
    });
    // Below the map: the click itself must not scroll.
    await facet(page, "Enfants").scrollIntoViewIfNeeded();
    const before = await boxes();
    const height = await top();
    await facet(page, "Enfants").click();
    await shown(page, "audience=enfants");
    const after = await boxes();
    assert.ok(Math.abs((await top()) - height) <= 1);
    for (const [position, box] of after.entries()) {
      assert.deepEqual([box.x, box.y, box.height], [before[position].x, before[position].y, before[position].height]);
    }
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await page.evaluate(() => window.shifts), 0);
    await close();
  });

  test("back and forward bring back the content and the place", async () => {
    const { page, close } = await open(ALL);
    await mark(page);
    const first = await firstName(page);
    const next = page.getByRole("link", { name: "Résultats suivants" });
    await next.scrollIntoViewIfNeeded();
    const left = await page.evaluate(() => scrollY);
    assert.ok(left > 900, `${left}`);
    await next.click();
    await shown(page, "offset=20");
    assert.equal(await page.evaluate(() => scrollY), 0);
    const second = await firstName(page);
    assert.notEqual(second, first);
    await page.goBack();
    await page.waitForFunction((left) => !location.search.includes("offset") && Math.abs(scrollY - left) < 2, left);
    assert.equal(await firstName(page), first);
    await page.goForward();
    await shown(page, "offset=20");
    await page.waitForFunction(() => scrollY === 0);
    assert.equal(await firstName(page), second);
    assert.ok(await isMarked(page));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the focus is not lost");
    await close();
  });

  test("a sheet gone back from leaves the person where they were", async () => {
    const { page, close } = await open(ALL);
    const tenth = page.locator(".hit").nth(10).getByRole("link").first();
    await tenth.scrollIntoViewIfNeeded();
    const left = await page.evaluate(() => scrollY);
    assert.ok(left > 400, `${left}`);
    await tenth.click();
    await page.waitForURL("**/ressources/**");
    await page.goBack();
    await page.waitForFunction((left) => location.pathname === "/recherche" && Math.abs(scrollY - left) < 2, left);
    await close();
  });

  test("by keyboard, a listing is put aside and taken back, and the focus stays", async () => {
    const { page, close } = await open(ALL);
    await mark(page);
    const line = page.locator(".hit").nth(3);
    const name = await line.getByRole("link").first().innerText();
    await line.getByRole("link", { name: `Ajouter à la sélection ${name}` }).focus();
    const top = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
    await page.keyboard.press("Enter");
    await shown(page, "selection=");
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    assert.equal(await focused(), `Retirer de la sélection ${name}`);
    assert.equal(await page.locator("p[role=status]").innerText(), "Ajouté à la sélection\u202f: 1\u00a0ressource");
    assert.ok(Math.abs((await page.evaluate(() => document.activeElement.getBoundingClientRect().top)) - top) < 1);
    assert.match(await page.locator(".site-links").innerText(), /Sélection\s*\(1\)/);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !location.search.includes("selection"));
    await shown(page, "commune=92007");
    assert.equal(await focused(), `Ajouter à la sélection ${name}`);
    assert.equal(await page.locator("p[role=status]").innerText(), "Retiré de la sélection\u202f: 0\u00a0ressource");
    assert.ok(await isMarked(page));
    await close();
  });

  test("the selection of a sheet goes back to the results with the person", async () => {
    const { page, close } = await open("/aide");
    await page.goto(ALL);
    const add = (line) => page.locator(".hit").nth(line).locator(".keep").click();
    await add(0);
    await shown(page, "selection=");
    const line = page.locator(".hit").nth(9);
    const id = await line.getAttribute("id");
    await line.getByRole("link").first().click();
    await page.waitForURL("**/ressources/**");
    await mark(page);
    await page.getByRole("link", { name: "Ajouter à la sélection" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Retirer de la sélection" }).waitFor();
    await page.waitForFunction(() => document.activeElement.textContent === "Retirer de la sélection");
    assert.ok(await isMarked(page));
    assert.equal(await page.locator("p[role=status]").innerText(), "Ajouté à la sélection\u202f: 2\u00a0ressources");
    assert.ok(await page.getByRole("button", { name: "Imprimer" }).isVisible());
    await page.getByRole("link", { name: "Revenir aux résultats" }).click();
    await page.waitForURL(`**/recherche?**#${id}`);
    assert.match(await page.locator(".site-links").innerText(), /Sélection\s*\(2\)/);
    const box = await page.locator(`#${id}`).boundingBox();
    assert.ok(box.y >= 0 && box.y < page.viewportSize().height, `${box.y}`);
    assert.match(await page.locator(`#${id} .keep`).innerText(), /Retirer/);
    await close();
  });

  test("putting aside leaves no step in the history", async () => {
    const { page, close } = await open("/aide");
    await page.goto(ALL);
    for (const line of [1, 2]) {
      await page.locator(".hit").nth(line).locator(".keep").click();
      await page.waitForFunction((count) => location.search.split(".").length === count && location.search.includes("selection"), line);
      await shown(page, "selection=");
    }
    await page.goBack();
    await page.waitForURL("**/aide");
    await close();
  });

  test("a sheet that comes from elsewhere leads where it says", async () => {
    const { page, close } = await open("/selection");
    await page.goto((await page.evaluate(async (all) => {
      const found = new DOMParser().parseFromString(await (await fetch(all)).text(), "text/html");
      return found.querySelector(".hit a").getAttribute("href");
    }, ALL)));
    assert.equal(await page.locator(".backlink").innerText(), "Les ressources du même type pour ce lieu");
    await close();
  });

  test("on a phone, a criterion leads to what it finds", async () => {
    const { page, close } = await open(ALL, { viewport: { width: 375, height: 812 } });
    await facet(page, "Enfants").click();
    await shown(page, "audience=enfants");
    await page.waitForFunction(() => scrollY === 0 && document.activeElement.tagName === "H1");
    await close();
  });

  test("one kind that was read wrongly goes alone", async () => {
    const { page, close } = await open(`/recherche?q=${encodeURIComponent("papy confus à bagneux qui peut venir le voir")}`);
    const kinds = () => page.locator(".chip:not(.ignored) .kind").filter({ hasText: /^Type/ }).count();
    const before = await kinds();
    assert.ok(before > 2, `${before}`);
    await page.locator(".chip").first().click();
    await shown(page, "off=category:");
    assert.equal(await kinds(), before - 1);
    await page.locator(".read summary").first().click();
    await page.locator(".chip.ignored").click();
    await page.waitForFunction(() => !location.search.includes("off="));
    await close();
  });

  test("what fails is said, and the page stays", async () => {
    const { page, close } = await open(ALL);
    const count = await title(page);
    await page.route("**/recherche?**", (route) => route.fulfill({ status: 500, body: "panne" }));
    await facet(page, "Enfants").click();
    const said = page.getByText("La recherche n’a pas abouti");
    await said.waitFor();
    assert.equal(await title(page), count);
    await page.unroute("**/recherche?**");
    await page.context().setOffline(true);
    await facet(page, "Adultes").click();
    await said.waitFor();
    assert.equal(await page.locator("main").getAttribute("aria-busy"), null);
    await page.context().setOffline(false);
    await facet(page, "Enfants").click();
    await shown(page, "audience=enfants");
    assert.ok(await said.isHidden());
    await close();
  });

  test("what is slow is said, and a second choice takes the place of the first", async () => {
    const { page, close } = await open(ALL);
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await page.route("**/recherche?**audience=enfants**", async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await facet(page, "Enfants").click();
    await page.getByText("Recherche en cours…").waitFor();
    assert.equal(await page.locator("main").getAttribute("aria-busy"), "true");
    await facet(page, "Adultes").click();
    await shown(page, "audience=adultes");
    release();
    await page.waitForLoadState("networkidle");
    assert.ok(page.url().endsWith("audience=adultes"), page.url());
    assert.match(await page.locator("#critere-public .chosen").innerText(), /^Adultes/);
    assert.ok(await page.getByText("Recherche en cours…").isHidden());
    await close();
  });

  test("a link that is asked for elsewhere opens elsewhere", async () => {
    const { page, close } = await open(ALL);
    const opened = page.context().waitForEvent("page");
    await facet(page, "Enfants").click({ modifiers: ["Control"] });
    const other = await opened;
    await other.waitForURL("**audience=enfants**");
    assert.ok(!page.url().includes("audience"));
    await close();
  });
});

describe("without a script", () => {
  test("the same criteria are links to the same pages", async () => {
    const links = async (options) => {
      const { page, close } = await open(ALL, options);
      const found = await page.locator("#affiner a, #ordre a, .chips a").evaluateAll((all) => all.map((link) => link.href));
      await facet(page, "Enfants").click();
      await page.waitForURL("**audience=enfants**");
      await page.locator("#affiner .chosen").waitFor();
      const said = await title(page);
      await close();
      return { found, said };
    };
    assert.deepEqual(await links({ javaScriptEnabled: false }), await links({}));
  });

  test("a listing put aside leaves the person at its line", async () => {
    const { page, close } = await open(ALL, { javaScriptEnabled: false });
    const line = page.locator(".hit").nth(12);
    await line.locator(".keep").click();
    await page.waitForURL("**selection=**#fiche-**");
    const target = page.locator(`.hit${new URL(page.url()).hash}`);
    const [box, height] = [await target.boundingBox(), page.viewportSize().height];
    assert.ok(box.y >= 0 && box.y < height, `${box.y}`);
    assert.match(await target.locator(".keep").innerText(), /Retirer de la sélection/);
    await close();
  });
});

describe("results of every size", () => {
  test("400 and more, and one", async () => {
    const many = await open("/recherche");
    assert.match(await many.page.locator(".range").innerText(), /^Résultats 1 à 20 sur/);
    const total = Number((await title(many.page)).replace(/\D/g, ""));
    assert.ok(total >= 400, `${total}`);
    await many.page.getByRole("link", { name: "Résultats suivants" }).click();
    await shown(many.page, "offset=20");
    assert.ok(await many.page.getByRole("link", { name: "Résultats précédents" }).isVisible());
    await many.close();
    const { facets } = await (await fetch(`${house.demo.address}/api/v1/search?commune=92007`)).json();
    const rare = facets.category.find(({ count }) => count === 1);
    const one = await open(`${ALL}&category=${rare.code}`);
    assert.match(await title(one.page), /^1\s*ressource pour/);
    assert.equal(await one.page.locator(".hit").count(), 1);
    assert.equal(await one.page.locator(".paging, .range, a.group").count(), 0);
    await one.close();
  });

  test("on a phone, the first result is in sight with its coverage and its number", async () => {
    const { page, close } = await open("/recherche?q=equipe+mobile+geriatrie&commune=92007", { viewport: { width: 375, height: 812 } });
    for (const part of ["a", ".fact", ".phone"]) {
      const box = await page.locator(".hit").first().locator(part).first().boundingBox();
      assert.ok(box.y + box.height <= 812, `${part} ends at ${box.y + box.height}`);
    }
    await close();
  });

  test("on a desk, three results are in sight, each thing at its place", async () => {
    const { page, close } = await open("/recherche?q=equipe+mobile+geriatrie&commune=92007", { viewport: { width: 1280, height: 900 } });
    const third = await page.locator(".hit").nth(2).locator(".fact").first().boundingBox();
    assert.ok(third.y + third.height <= 900, `${third.y + third.height}`);
    const lefts = await page.locator(".hit .call").evaluateAll((all) => all.map((call) => call.getBoundingClientRect().left));
    assert.deepEqual(new Set(lefts).size, 1);
    const [figure, refine] = [await page.locator("#carte").boundingBox(), await page.locator("#affiner").boundingBox()];
    assert.equal(Math.round(refine.y - figure.y - figure.height), 24);
    await close();
  });

  test("nothing is pushed sideways nor cut, with large text on a small screen and spaced letters", async () => {
    for (const [width, css] of [
      [320, ""],
      [640, "html { font-size: 212.5% }"],
      [1280, "html { font-size: 212.5% }"],
      [375, "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"],
    ]) {
      const { page, close } = await open("/recherche?q=papy+82+ans+confus+%C3%A0+Bagneux&selection=", { viewport: { width, height: 800 } });
      await page.evaluate((css) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [sheet];
      }, css);
      const faults = await page.locator("main :is(div, ul, li, p, nav)").evaluateAll((all) => {
        const hides = (element) => !["visible", "clip"].includes(getComputedStyle(element).overflowY);
        const cut = all.filter((element) => !element.closest(".hidden") && hides(element) && element.scrollHeight > element.clientHeight + 1);
        const wide = all.filter((element) => getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1);
        return [...cut, ...wide].map((element) => element.className);
      });
      assert.deepEqual(faults.filter((name) => name !== "hidden"), [], `${width} px`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
      await close();
    }
  });

  // The worst are those of the whole country, where every criterion has values; and, with one place left in the selection,
  // those whose lines each have a link that carries all the others. The drawing has a budget of its own.
  test("a page of results is light, a full selection included", async () => {
    for (const [selection, most] of [[FULL, 50_000], [FULL.slice(13), 55_000]]) {
      for (const place of ["", "&commune=92007"]) {
        for (const q of ["aide", "aide à domicile", "papy 82 ans confus, qui peut venir le voir ?", ""]) {
          const answer = await fetch(`${house.demo.address}/recherche?q=${encodeURIComponent(q)}${place}&selection=${selection}`);
          const page = await answer.text();
          const weight = new Blob([page.replace(/<svg.*?<\/svg>/gs, "")]).size;
          assert.ok(weight < most, `${weight} bytes for ${q}${place}`);
        }
      }
    }
  });
});
