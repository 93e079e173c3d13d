// The list of answers, as a grid: one stop of the keyboard, where arrows move from a line to the next. A screen reader that
// enters it hands all keys over, which is what lets one key do one thing.

const LIST = "reponses";
/** The line that says that nothing was searched yet. */
const UNSEARCHED = "r-rien-cherche";
/** How much of a line tells that it is there, in pixels. */
const LEAST_SEEN = 96;
const CONTROLS = "a[href], button, summary, input";
/** What tells a line from another, in the order that it is read: its name, its kind, its first number. */
const TELLS_APART = ["h3", ".what", ".phone"];

export const list = (): HTMLElement | null => document.getElementById(LIST);

export const lines = (): HTMLElement[] => [...(list()?.querySelectorAll<HTMLElement>("[role=row]") ?? [])];

/** The line that the keyboard comes back to. */
export const current = (): HTMLElement | undefined => lines().find((line) => line.tabIndex === 0);

/** The line that this is in. */
export const lineOf = (element: Element | null): HTMLElement | null =>
  element?.closest<HTMLElement>(`#${LIST} [role=row]`) ?? null;

/** Makes a grid of the list of the page, if it has one. */
export function startList(): void {
  const grid = list();
  if (!grid) return;
  grid.setAttribute("role", "grid");
  for (const line of grid.children) {
    line.setAttribute("role", "row");
    for (const cell of line.children) cell.setAttribute("role", "gridcell");
    name(line);
    for (const copy of line.querySelectorAll<HTMLElement>("[data-text]")) copy.hidden = false;
  }
  stopAt(lines()[0]);
}

/** A line is called by what tells it from another, and not by the words of its buttons. */
function name(line: Element): void {
  const parts = TELLS_APART.map((part) => line.querySelector(part)).filter((part) => part !== null);
  if (parts.length === 0) return;
  parts.forEach((part, at) => (part.id = `${line.id}-${at}`));
  line.setAttribute("aria-labelledby", parts.map((part) => part.id).join(" "));
}

/** The keyboard stops at this line, and at the controls of no other. */
export function stopAt(stop: HTMLElement | undefined): void {
  for (const line of lines()) {
    line.tabIndex = line === stop ? 0 : -1;
    for (const control of line.querySelectorAll<HTMLElement>(CONTROLS)) {
      if (line === stop) control.removeAttribute("tabindex");
      else control.tabIndex = -1;
    }
  }
}

export function goTo(line: HTMLElement | undefined): boolean {
  if (!line) return false;
  stopAt(line);
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
  return true;
}

/** To the first line that a search brought, with what comes before it in sight: a number to call, the right DAC. */
export function goToFirstAnswer(): boolean {
  const line = lines().find((line) => line.id !== UNSEARCHED);
  if (!line) return false;
  stopAt(line);
  scrollTo(0, 0);
  line.focus({ preventScroll: true });
  if (line.getBoundingClientRect().top > innerHeight - LEAST_SEEN) line.scrollIntoView({ block: "nearest" });
  return true;
}

/** The communes to choose from, when the search did not tell which. */
export const choices = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("main .replies .which[open] button")];

/** To the first of them, if something is asked. */
export function goToChoice(): boolean {
  const first = choices()[0];
  if (!first) return false;
  scrollTo(0, 0);
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "nearest" });
  return true;
}

/** Where a key that moves leads from one of these. */
export function towards(key: string, from: HTMLElement, all: HTMLElement[]): HTMLElement | undefined {
  const at = all.indexOf(from);
  switch (key) {
    case "ArrowUp":
      return all[Math.max(at - 1, 0)];
    case "ArrowDown":
      return all[Math.min(at + 1, all.length - 1)];
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    default:
      return undefined;
  }
}
