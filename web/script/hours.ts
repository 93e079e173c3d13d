// The field of hours says back what it understands, as one types.

/** What `/animation/horaires` understands. */
interface Heard {
  lines: { days: string; hours: string }[];
  note: string | null;
}

/** How long a pause is the end of a thought. */
const PAUSE = 300;

export function startHours(): void {
  const field = document.querySelector<HTMLTextAreaElement>("textarea[data-hours]");
  const place = document.getElementById("hours-compris");
  if (!field || !place) return;
  let waiting: number | undefined;
  let asking: AbortController | undefined;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    asking?.abort();
    waiting = window.setTimeout(() => {
      asking = new AbortController();
      void hear(field, place, asking.signal);
    }, PAUSE);
  });
}

async function hear(field: HTMLTextAreaElement, place: HTMLElement, signal: AbortSignal): Promise<void> {
  const parameters = new URLSearchParams({ texte: field.value });
  try {
    // A session that ended leads to another page: what was said stays.
    const response = await fetch(`${field.dataset.hours}?${parameters}`, { signal, redirect: "error" });
    if (response.ok) show(place, (await response.json()) as Heard);
  } catch {
    // Typed again meanwhile, or nobody answers: the button reads it.
  }
}

function show(place: HTMLElement, { lines, note }: Heard): void {
  place.querySelectorAll(":scope > :not(:first-child)").forEach((element) => element.remove());
  if (note !== null) place.append(element("p", note));
  if (lines.length === 0) return;
  const table = document.createElement("table");
  table.className = "hours";
  const body = table.createTBody();
  for (const { days, hours } of lines) {
    const row = body.insertRow();
    const head = element("th", days);
    head.setAttribute("scope", "row");
    row.append(head);
    row.insertCell().append(element("bdi", hours));
  }
  place.append(table);
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
