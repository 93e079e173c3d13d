// What the search box and the field of the place propose, and where choosing it leads.
import { Combobox, type Group } from "./combobox";

/** One suggestion of `/api/v1/suggest`: what choosing it does is in the parameters it carries. */
interface Item {
  label: string;
  detail: string | null;
  q: string | null;
  category: string | null;
  commune: string | null;
  slug: string | null;
}

type Kind = "category" | "need" | "listing" | "place";

interface Suggestions {
  groups: { kind: Kind; items: Item[] }[];
}

const LABELS: Record<Kind, string> = {
  category: "Types de ressource",
  need: "Besoins",
  listing: "Ressources",
  place: "Lieux",
};

/** Most options of a group, when there are several. */
const MOST = 4;

/** The fields that follow the person: place and selection; on results, the criteria too. */
function followed(form: HTMLFormElement): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const { name, value } of form.querySelectorAll<HTMLInputElement>("input[type=hidden]")) {
    parameters.append(name, value);
  }
  return parameters;
}

function communeOf(parameters: URLSearchParams): string {
  const known = parameters.get("place")?.match(/^(?:commune|arrondissement):(.*)$/);
  return known?.[1] ?? parameters.get("commune") ?? "";
}

/** Where choosing an item of the search box leads. */
function address(form: HTMLFormElement, item: Item): string {
  const parameters = followed(form);
  if (item.slug !== null) return `/ressources/${encodeURIComponent(item.slug)}?${parameters}`;
  if (item.commune !== null) about(parameters, item.commune);
  if (item.q !== null) parameters.set("q", item.q);
  if (item.category !== null) parameters.set("category", item.category);
  // A place alone is that of the visit: the first page says who coordinates there.
  const searches = item.q !== null || item.category !== null;
  return `${searches ? form.action : "/"}?${parameters}`;
}

/** Where choosing a place in its own field leads: to the same page. */
function addressHere(form: HTMLFormElement, item: Item): string {
  const parameters = followed(form);
  if (item.commune !== null) about(parameters, item.commune);
  else parameters.set("commune", item.q ?? item.label);
  return `${location.pathname}?${parameters}`;
}

/** Digits given as `commune` would be read as a postal code first. */
function about(parameters: URLSearchParams, commune: string): void {
  parameters.delete("commune");
  parameters.set("place", `commune:${commune}`);
}

async function ask(form: HTMLFormElement, text: string, signal: AbortSignal): Promise<Group[]> {
  const parameters = new URLSearchParams({ q: text });
  const commune = communeOf(followed(form));
  if (commune !== "") parameters.set("commune", commune);
  const response = await fetch(`/api/v1/suggest?${parameters}`, { signal });
  if (!response.ok) return [];
  const { groups } = (await response.json()) as Suggestions;
  const places = form.dataset.suggest === "place";
  const shown = places ? groups.filter(({ kind }) => kind === "place") : groups;
  return shown.map(({ kind, items }) => ({
    label: LABELS[kind],
    options: items.slice(0, shown.length > 1 ? MOST : undefined).map((item) => ({
      ...(places ? { label: item.label, detail: item.detail } : words(kind, item)),
      choose: () => location.assign(places ? addressHere(form, item) : address(form, item)),
    })),
  }));
}

/** `SSIAD – Service de soins infirmiers à domicile`; what comes before a place is shown with it. */
function words(kind: Kind, { label, detail, q, commune }: Item): { label: string; detail: string | null } {
  if (kind === "category") {
    // As the pages write it: the vocabulary has straight apostrophes.
    const shown = label.replaceAll("'", "’");
    return { label: detail === null ? shown : `${detail} – ${shown}`, detail: null };
  }
  if (kind === "place" && q !== null) return { label: commune === null ? q : `${q} ${label}`, detail };
  return { label, detail };
}

const known = new WeakSet<HTMLInputElement>();

function enhance(input: Element | null): void {
  const form = input?.closest<HTMLFormElement>("form[data-suggest]");
  if (!form || !(input instanceof HTMLInputElement) || input.type !== "text" || known.has(input)) return;
  known.add(input);
  new Combobox(input, (text, signal) => ask(form, text, signal));
}

/** The fields of the page, and those that come later. */
export function startSuggestions(): void {
  document.querySelectorAll("form[data-suggest] input[type=text]").forEach(enhance);
  document.addEventListener("focusin", (event) => enhance(event.target instanceof Element ? event.target : null));
}
