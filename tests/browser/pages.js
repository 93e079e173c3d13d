// Every page of the site in a state worth looking at: a name, and where it is.
import { house } from "./house.js";
import { RESULTS, sheetOfTheFirstHit, shortIds } from "./server.js";

/** As many listings put aside as there can be, none of which exists. */
export const FULL = Array.from({ length: 12 }, (_, number) => String(number).padStart(12, "0")).join(".");

export const PAGES = [
  ["home", () => "/"],
  ["home, of a place", () => "/?commune=92007"],
  ["home, of a place typed that several share", () => "/?commune=Saint-Denis"],
  ["home, of a place typed that nobody knows", () => "/?commune=zzzzzz"],
  ["results", () => RESULTS],
  ["results, kind by kind", () => "/recherche?commune=92007&group=category"],
  ["a criterion chosen", () => "/recherche?commune=92007&audience=enfants"],
  ["a full selection", () => `/recherche?q=ssiad&commune=92007&selection=${FULL}`],
  ["nothing serves the place", () => "/recherche?category=ssiad&commune=78646"],
  ["a danger", () => `/recherche?q=${encodeURIComponent("je veux mourir")}&commune=92007`],
  ["no result", () => "/recherche?q=zzzzzz&commune=92007"],
  ["an ambiguous place", () => "/recherche?q=ccas&commune=Saint-Denis"],
  ["a wrong parameter", () => "/recherche?commune=99999"],
  ["a need in many words", () => `/recherche?q=${encodeURIComponent("papy 82 ans confus à Bagneux, qui peut venir le voir ?")}`],
  ["a sheet", () => sheetOfTheFirstHit(house.demo)],
  ["a sheet and its sources", async () => `${await sheetOfTheFirstHit(house.demo)}?sources=1&commune=92007`],
  ["the form of a report", async () => `${await sheetOfTheFirstHit(house.demo)}/signaler`],
  ["the thanks for a report", async () => `${await sheetOfTheFirstHit(house.demo)}/signaler/merci`],
  ["a selection, empty", () => "/selection"],
  ["a selection", async () => `/selection?commune=92007&titre=Sortie&selection=${(await shortIds(house.demo, 3)).join(".")}.0123456789ab`],
  ["the sheet of a DAC", () => "/ressources/dac-92-sud-exemple-bagneux"],
  ["the order explained", () => "/classement"],
  ["help", () => "/aide?commune=92007"],
  ["accessibility", () => "/accessibilite"],
  ["legal", () => "/mentions-legales"],
  ["privacy", () => "/confidentialite"],
  ["the map, of all", () => "/carte"],
  ["the map, counted", () => "/carte?place=territory:dac-92-sud"],
  ["the map, named", () => "/carte?category=emg&commune=92007"],
  ["the map, of nothing", () => "/carte?category=usld&commune=31133"],
  ["the DACs", () => "/dac"],
  ["a DAC of many communes", () => "/dac?territoire=dac-31"],
  ["whom to call", () => "/dac?commune=92007"],
  ["whom to call, unknown", () => "/dac?commune=29232"],
  ["whom to call, asked again", () => "/dac?commune=Saint-Denis"],
  ["a parcours", () => "/parcours/handicap?commune=92007"],
  ["not found", () => "/nulle-part"],
];
