// A directory of the South of the Hauts-de-Seine that nobody else has, and who works there: what the team's pages are looked at with.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dataDirectory, run, start } from "./server.js";

export const PASSWORD = "quatre girafes boivent dehors";
export const CAMILLE = { email: "camille@dac.example", name: "Camille Durand" };
export const DOMINIQUE = { email: "dominique@dac.example", name: "Dominique Petit" };
/** Who may do everything, in every territory. */
export const SACHA = { email: "sacha@dac.example", name: "Sacha Roux" };
/** Who forgot their password. */
const ALIX = { email: "alix@dac.example", name: "Alix Morel" };

/** Today, and that many days before, as files write it. */
function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

export const EMG = ["Équipe mobile de gériatrie des Coteaux", "92007"];

export const SOUTH = "92002 92007 92014 92019 92020 92023 92032 92040 92046 92049 92060 92071 92075".split(" ");
const TERRITORIES = ["code,kind,name,commune", ...SOUTH.map((commune) => `dac-92-sud,dac,DAC 92 Sud,${commune}`)].join("\n");

const COLUMNS = "id,name,category,phone,commune,address,coverage,modes,cost,hours,verified_on";
const recent = daysAgo(20);
const old = daysAgo(1500);

/** What `annuaire` came to say of the SSIAD, which somebody had corrected. */
const SSIAD = "01 99 00 00 08";

/** What the source `annuaire` says; `emg`, `ssiad` and `repas` are phones that it says otherwise later. */
function annuaire({ emg = "01 99 00 00 01", ssiad = "01 99 00 00 02", repas = "01 99 00 00 05" } = {}) {
  return [
    COLUMNS,
    `emg-1,Équipe mobile de gériatrie des Coteaux,emg,${emg},92007,12 rue des Coteaux,commune:92007 | commune:92002,domicile,,Mo-Fr 09:00-17:00,${recent}`,
    `ssiad-1,SSIAD de la Bièvre,ssiad,${ssiad},92002,,commune:92002 | commune:92014,domicile,,,${recent}`,
    `clic-1,CLIC de l’Orme,clic,01 99 00 00 03,92049,,commune:92049,sur-place,,,${recent}`,
    `jour-1,Accueil de jour des Acacias,accueil-jour,01 99 00 00 04,92020,,commune:92020,sur-place,,,${recent}`,
    `repas-1,Portage de repas du Marché,portage-repas,${repas},92023,,commune:92023,domicile,,,${recent}`,
    `emg-31,Équipe mobile de gériatrie de la Garonne,emg,05 99 00 00 01,31555,,commune:31555,domicile,,,${recent}`,
    ...SOUTH.slice(0, 12).map(
      (commune, place) => `ccas-${place},CCAS no ${place + 1},ccas,01 99 00 01 ${String(place).padStart(2, "0")},${commune},,commune:${commune},sur-place,,,${old}`,
    ),
  ].join("\n");
}

const NEIGHBOURS = [
  COLUMNS,
  `v-1,Équipe mobile de gériatrie des Coteaux et du Val,emg,01 99 00 00 11,92007,,commune:92007,,,,${recent}`,
  `v-2,CLIC de l’Orme et du Pin,clic,01 99 00 00 12,92049,,commune:92049,,,,${recent}`,
  `v-3,Accueil de jour des Lilas,accueil-jour,,92046,,,,,,${recent}`,
];
const GONE = `v-4,Portage de repas du Moulin,portage-repas,01 99 00 00 13,92032,,commune:92032,,,,${recent}`;

/** Imports what a source says now. */
export async function importCsv(data, source, content) {
  const file = join(data, `${source}.csv`);
  await writeFile(file, `${content}\n`);
  return run(data, "", "import", "csv", file, "--source", source, "--force");
}

/** What `annuaire` says another time: other phones. */
export function importAgain(team, phones) {
  return importCsv(team.data, "annuaire", annuaire({ ssiad: SSIAD, ...phones }));
}

/** A directory with one line of each kind in the inbox but the report, which the public sends. */
export async function startTeam() {
  const data = await dataDirectory();
  const territories = join(data, "territories.csv");
  await writeFile(territories, `${TERRITORIES}\n`);
  await run(data, "", "import", "territories", territories, "--source", "territoires");
  await importCsv(data, "annuaire", annuaire());
  await run(data, "", "set", "annuaire:ssiad-1", "phone", "01 99 00 00 09", "--reason", "appelé au secrétariat", "--author", "Zoé");
  await importCsv(data, "annuaire", annuaire({ ssiad: SSIAD }));
  await importCsv(data, "voisins", [...NEIGHBOURS, GONE].join("\n"));
  await importCsv(data, "voisins", NEIGHBOURS.join("\n"));
  const south = ["--territory", "dac-92-sud"];
  for (const [person, role, ...where] of [[CAMILLE, "animation", ...south], [DOMINIQUE, "animation", ...south], [ALIX, "accueil", ...south], [SACHA, "administration"]]) {
    await run(data, `${PASSWORD}\n`, "account", "add", person.email, "--name", person.name, "--role", role, ...where, "--password-stdin");
  }
  const team = { data, ...(await start(data, "serve")) };
  const post = (path, fields) => fetch(`${team.address}${path}`, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
  const [emg, far] = [await listingNamed(team, ...EMG), await listingNamed(team, "Équipe mobile de gériatrie de la Garonne", "31555")];
  await post(`/ressources/${emg.slug}/signaler`, { motif: "horaires", texte: "Le secrétariat est fermé le midi." });
  await post("/connexion/oubli", { courriel: ALIX.email });
  return { ...team, emg: emg.id, far: far.id, link: await mailedLink(data) };
}

/** The link of the first letter that is sent. */
async function mailedLink(data) {
  const folder = join(data, "courriels");
  for (;;) {
    const letters = await readdir(folder).catch(() => []);
    for (const letter of letters) {
      const link = (await readFile(join(folder, letter), "utf8")).match(/\/connexion\/lien\?secret=\S+/);
      if (link) return link[0];
    }
  }
}

/** What the API finds. */
export async function searched(house, q, commune) {
  const answer = await (await fetch(`${house.address}/api/v1/search?${new URLSearchParams({ q, commune, limit: 20 })}`)).json();
  return answer.hits;
}

/** A listing by its name. */
export async function listingNamed(house, name, commune) {
  const hits = await searched(house, name, commune);
  const found = hits.find((hit) => hit.name === name);
  if (!found) throw new Error(`no listing is named ${name}: ${hits.map((hit) => hit.name)}`);
  return found;
}

/** Logs in, by its cookie. */
export async function logIn(context, person = CAMILLE) {
  const page = await context.newPage();
  await page.goto("/connexion");
  await page.getByLabel("Adresse de courriel").fill(person.email);
  await page.getByLabel("Mot de passe").fill(PASSWORD);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.waitForURL(/\/(animation|accueil)$/);
  return page;
}
