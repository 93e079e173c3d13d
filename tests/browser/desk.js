// A desk of the South of the Hauts-de-Seine: a directory that nobody else has, and whoever answers there.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { dataDirectory, run, start } from "./server.js";
import { PASSWORD, SOUTH, importCsv } from "./team.js";

export const NOA = { email: "noa@dac.example", name: "Noa Lambert" };

const TERRITORIES = [
  "code,kind,name,commune",
  ...SOUTH.map((commune) => `dac-92-sud,dac,DAC 92 Sud,${commune}`),
  ...["78646", "78158", "78686"].map((commune) => `dac-78-sud,dac,DAC Yvelines Sud,${commune}`),
];

const COLUMNS = "id,name,category,phone,commune,coverage,audiences,age_min,age_max,modes,hours,referral,inclusion,verified_on";
const DAY = "Mo-Fr 09:00-17:00";
const ALWAYS = "24/7";
const communes = (...codes) => codes.map((code) => `commune:${code}`).join(" | ");
const SOME = communes("92007", "92002", "92014", "92019", "92020", "92023", "92032", "92049", "92060", "92071");
const DEPARTMENT = "departement:92";

let count = 0;
/** A listing of the file; a phone that nobody has. */
function listing(name, category, commune, coverage, { audiences = "", from = "", to = "", modes = "sur-place", hours = DAY, how = "", who = "" } = {}) {
  count += 1;
  const phone = `01 99 00 02 ${String(count).padStart(2, "0")}`;
  return [`a-${count}`, name, category, phone, commune, coverage, audiences, from, to, modes, hours, how, who, "2026-11-02"].map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",");
}

const LISTINGS = [
  COLUMNS,
  listing("DAC 92 Sud", "dac", "92007", "territory:dac-92-sud", { modes: "telephone", hours: "Mo-Fr 09:00-19:00" }),
  listing("DAC Yvelines Sud", "dac", "78646", "territory:dac-78-sud", { modes: "telephone", hours: "Mo-Fr 09:00-18:00" }),
  listing("MDPH des Yvelines", "mdph", "78646", "departement:78"),
  listing("MDPH des Hauts-de-Seine", "mdph", "92050", DEPARTMENT),
  listing("Équipe mobile de gériatrie des Coteaux", "emg", "92007", SOME, { audiences: "personnes-agees", from: "75", modes: "domicile", how: "Appel du médecin traitant, puis visite sous huit jours.", who: "75 ans et plus, à domicile." }),
  listing("Équipe mobile de gériatrie de la Bièvre", "emg", "92002", SOME, { audiences: "personnes-agees", from: "70", modes: "domicile | etablissement" }),
  listing("Équipe mobile de gériatrie du Parc", "emg", "92071", SOME, { audiences: "personnes-agees", from: "75", modes: "domicile" }),
  listing("SSIAD de la Bièvre", "ssiad", "92002", SOME, { modes: "domicile" }),
  listing("CLIC de l’Orme", "clic", "92049", SOME, { audiences: "personnes-agees", from: "60" }),
  listing("Aide au désencombrement Les Clairières", "desencombrement", "92049", DEPARTMENT, { modes: "domicile", how: "Par un travailleur social." }),
  listing("Nettoyage et désencombrement Les Ateliers", "desencombrement", "92023", DEPARTMENT, { modes: "domicile" }),
  listing("Service social départemental de Montrouge", "service-social", "92049", communes("92049", "92046")),
  listing("Plateforme de répit Les Tilleuls", "pfr", "92020", SOME, { audiences: "aidants" }),
  listing("Plateforme de répit du Val", "pfr", "92014", SOME, { audiences: "aidants", modes: "domicile" }),
  listing("Aidants du Sud 92", "aide-aidants", "92071", SOME, { audiences: "aidants" }),
  listing("Relayage à domicile des Acacias", "repit-domicile", "92007", SOME, { audiences: "aidants", modes: "domicile" }),
  listing("Centre de ressources autisme francilien", "cra", "92032", "region:11", { audiences: "enfants | adultes" }),
  listing("PCO du Sud des Hauts-de-Seine", "pco-tnd", "92023", DEPARTMENT, { audiences: "enfants", to: "12" }),
  listing("CMP enfants de Clamart", "cmp-enfant", "92023", SOME, { audiences: "enfants" }),
  listing("CMPP de Châtillon", "cmpp", "92020", SOME, { audiences: "enfants" }),
  listing("Centre de santé municipal de Malakoff", "centre-sante", "92046", communes("92046", "92049", "92075", "92020")),
  listing("Cabinet médical du Théâtre", "medecin", "92046", communes("92046", "92075")),
  listing("Cabinet médical des Sources", "medecin", "92075", communes("92046", "92075")),
  listing("CPAM des Hauts-de-Seine", "cpam", "92050", DEPARTMENT),
  listing("PASS de l’hôpital du Plateau", "pass", "92023", DEPARTMENT, { audiences: "sans-couverture-maladie" }),
  listing("PASS dentaire des Coteaux", "pass", "92007", DEPARTMENT, { audiences: "sans-couverture-maladie" }),
  listing("SIAO 92 – 115", "siao", "92050", DEPARTMENT, { audiences: "sans-domicile", hours: ALWAYS, modes: "telephone" }),
  listing("CHRS La Halte", "chrs", "92002", DEPARTMENT, { audiences: "sans-domicile", hours: ALWAYS }),
  listing("Accueil de jour La Passerelle", "accueil-jour-precarite", "92049", DEPARTMENT, { audiences: "sans-domicile" }),
  listing("Prévention du suicide 92", "prevention-suicide", "92049", DEPARTMENT, { modes: "telephone" }),
  listing("Équipe mobile de crise du Sud", "equipe-mobile-crise", "92002", DEPARTMENT, { modes: "domicile", hours: ALWAYS }),
  listing("CMP adultes de Bagneux", "cmp", "92007", SOME, { audiences: "adultes" }),
  listing("HAD du Sud parisien", "had", "92007", DEPARTMENT, { modes: "domicile", hours: ALWAYS }),
  listing("Équipe mobile de soins palliatifs des Coteaux", "emsp", "92007", SOME, { modes: "domicile | etablissement" }),
  listing("Bénévoles d’accompagnement Les Veilleurs", "benevoles-fin-vie", "92014", SOME, { modes: "domicile" }),
  listing("Portage de repas du Marché", "portage-repas", "92023", SOME, { modes: "domicile" }),
];

/** A port that nobody listens at: a server that is killed comes back there. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The directory, served; `options` are those that it comes back with. */
export async function startDesk() {
  const data = await dataDirectory();
  const territories = join(data, "territories.csv");
  await writeFile(territories, `${TERRITORIES.join("\n")}\n`);
  await run(data, "", "import", "territories", territories, "--source", "territoires");
  await importCsv(data, "annuaire", LISTINGS.join("\n"));
  await run(data, `${PASSWORD}\n`, "account", "add", NOA.email, "--name", NOA.name, "--role", "accueil", "--territory", "dac-92-sud", "--password-stdin");
  // Nothing answers at that mail server: what is mailed from here is not.
  const options = ["--listen", `127.0.0.1:${await freePort()}`, "--smtp-url", "smtp://127.0.0.1:1"];
  return { data, options, ...(await start(data, "serve", ...options)) };
}

/** The rows of a query, as objects: what the store has, whatever pages say. */
export async function rows(desk, query) {
  return JSON.parse(await psql(desk, `select coalesce(json_agg(row), '[]') from (${query}) as row`));
}

async function psql(desk, text) {
  const own = join(desk.data, "postgres");
  // Where Postgres cannot reach the data directory, it is beside, and this file says where.
  const host = await readFile(join(own, "emplacement"), "utf8").catch(() => own);
  const { stdout } = await promisify(execFile)("psql", ["-h", host, "-U", "maille", "-d", "maille", "-XAtc", text]);
  return stdout;
}

/** Logs in, and comes to the desk. */
export async function logInAtDesk(context, person = NOA) {
  const page = await context.newPage();
  await page.goto("/connexion?vers=/accueil");
  await page.getByLabel("Adresse de courriel").fill(person.email);
  await page.getByLabel("Mot de passe").fill(PASSWORD);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.waitForURL("**/accueil");
  return page;
}

/** Searches from the search box, by keyboard. */
export async function searchAtDesk(page, query) {
  await page.locator("#q").fill(query);
  await page.locator("#q").press("Enter");
  await page.locator("#reponses[data-ready]").waitFor();
}

/** Searches, and presses these keys in the list of answers; the address of the call. */
export async function answerAtDesk(page, query, ...keys) {
  await searchAtDesk(page, query);
  const call = new URL(page.url()).searchParams.get("appel");
  for (const key of keys) {
    const sent = page.waitForResponse((response) => response.request().method() === "POST");
    await page.keyboard.press(key);
    await sent;
    await page.waitForLoadState();
    await page.locator("#reponses [role=row]:focus, #q:focus").first().waitFor();
  }
  return `/accueil/appels/${call}`;
}

/** Makes a link to the answer of a call; what follows the address of the server in it. */
export async function linkAtDesk(page, query) {
  await page.goto(`${await answerAtDesk(page, query, "d", "d")}/reponse`);
  await page.getByRole("button", { name: "Faire un lien pour sept jours" }).click();
  const link = new URL(await page.locator("#lien").inputValue());
  return link.pathname + link.search;
}

/** Calls of the year before this month: enough to fill the lists, and to publish something of. */
async function pastCalls(desk) {
  const sheets = await readFile(new URL("../support/calls.sql", import.meta.url), "utf8");
  const [{ id }] = await rows(desk, `select id from account where email = '${NOA.email}'`);
  const month = "date_trunc('month', now() at time zone 'Europe/Paris') - interval '1 day'";
  const territories = "'{dac-92-sud,dac-92-sud,dac-92-sud,dac-92-sud}'";
  await psql(desk, `select setseed(0.28); prepare generate as ${sheets}; execute generate ('${id}', 1000, ${month}, ${territories})`);
}

const searched = (query) => (page) => searchAtDesk(page, query);

/** The screens of the desk, each in a state worth looking at: a name, and how one comes there from a blank page. */
export const DESK_SCREENS = [
  ["nothing yet", async () => {}],
  ["a call and its answers", async (page) => {
    await searchAtDesk(page, "équipe mobile de gériatrie bagneux 82 ans");
    await page.keyboard.press("Enter");
    await page.keyboard.press("d");
    await page.locator("#reponses .given").waitFor();
  }],
  ["the help of the keys", async (page) => {
    await searchAtDesk(page, "ssiad antony");
    await page.keyboard.press("?");
  }],
  ["nothing found", searched("zzzzzz")],
  ["a place that several share", searched("ssiad saint-denis")],
  ["outside the territory", searched("dossier mdph versailles")],
  ["a danger, while one types", async (page) => {
    await page.locator("#q").fill("veut mourir");
    await page.getByRole("alert").getByText("3114", { exact: true }).waitFor();
  }],
  ["a name refused", async (page) => {
    await searchAtDesk(page, "had antony");
    await page.locator("#note").fill("voir avec Mme Martin");
    await page.getByRole("button", { name: /^Terminer l’appel/ }).click();
    await page.getByRole("button", { name: "Retirer et enregistrer" }).waitFor();
  }],
  ["nobody said who asks", async (page) => {
    await searchAtDesk(page, "had antony");
    await page.keyboard.press("f");
    await page.getByText("Dites qui demande").first().waitFor();
  }],
  ["two calls", async (page) => {
    await searchAtDesk(page, "clic montrouge");
    await page.keyboard.press("d");
    await page.keyboard.press("x");
    await page.getByText("Appel mis en attente").first().waitFor();
    await searchAtDesk(page, "cmp bagneux");
  }],
  ["ended", async (page) => {
    await searchAtDesk(page, "portage de repas sceaux");
    for (const key of "d1f") await page.keyboard.press(key);
    await page.getByText(/^Appel enregistré/).first().waitFor();
  }],
  ["calls, none", async (page) => page.goto("/accueil/appels?liste=tous&jour=2001-01-01")],
  ["calls to be called back", async (page) => {
    await answerAtDesk(page, "had chatillon", "d", "r", "1", "f");
    await page.goto("/accueil/appels");
    await page.getByRole("button", { name: /^Rappelé/ }).first().waitFor();
  }],
  ["a call that is open", async (page) => page.goto(await answerAtDesk(page, "ssiad chatillon", "d", "a"))],
  ["a call that ended", async (page) => page.goto(await answerAtDesk(page, "ssiad bagneux", "d", "1", "f"))],
  ["a call that a coordinator goes on with", async (page) => {
    await page.goto(await answerAtDesk(page, "emsp bagneux", "d", "1", "f"));
    await page.getByRole("button", { name: /^Confier au niveau/ }).click();
    await page.locator(".handed").waitFor();
  }],
  ["a call of nobody", async (page) => page.goto("/accueil/appels/00000000-0000-4000-8000-000000000000")],
  ["the answer, nothing to give", async (page) => page.goto(`${await answerAtDesk(page, "clic sceaux")}/reponse`)],
  ["the answer", async (page) => page.goto(`${await answerAtDesk(page, "clic malakoff", "a")}/reponse`)],
  ["the answer, its link", async (page) => linkAtDesk(page, "repit chatillon")],
  ["the answer, no address", async (page) => {
    await page.goto(`${await answerAtDesk(page, "emg antony", "d")}/reponse`);
    await page.getByLabel("Par courriel, à l’adresse").fill("cabinet");
    await page.getByRole("button", { name: "Envoyer", exact: true }).click();
    await page.locator(".trouble").waitFor();
  }],
  ["the answer, for whoever has its link", async (page) => page.goto(await linkAtDesk(page, "aidants chatillon"))],
  ["a link that is over", async (page, desk) => {
    const link = await linkAtDesk(page, "pass antony");
    await psql(desk, "update call_link set expires_at = now()");
    await page.goto(link);
    await page.getByRole("heading", { name: "Ce lien ne sert plus" }).waitFor();
  }],
  ["a link that leads nowhere", async (page) => page.goto(`/reponse?lien=${"0f".repeat(32)}`)],
  ["the activity of a month", async (page) => page.goto("/accueil/activite")],
  ["the activity, to publish", async (page, desk) => {
    await pastCalls(desk);
    await page.goto("/accueil/activite?diffusion=1");
    await page.getByText("masqué", { exact: true }).first().waitFor();
  }],
  ["pages of calls", async (page) => page.goto("/accueil/appels?page=2")],
];
