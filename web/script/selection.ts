// The selection: what is typed goes to the address at once, and the text and the link that are copied have it.

import { type Field, startCopying } from "./copy";

export function startSelection(): void {
  const list = document.querySelector<HTMLElement>(".shortlist");
  const form = list?.querySelector("form");
  if (!list || !form) return;
  for (const hint of list.querySelectorAll<HTMLElement>("[data-without-script]")) hint.hidden = true;

  // What is being brought up to date; nothing is copied or followed before it is.
  let fresh: Promise<void> | undefined;
  form.addEventListener("change", () => {
    const address = addressOf(form);
    history.replaceState(history.state, "", address);
    const bringing: Promise<void> = bringUpToDate(list, address).finally(() => {
      if (fresh === bringing) fresh = undefined;
    });
    fresh = bringing;
  });
  list.addEventListener("click", async (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-fresh]");
    if (!link || !fresh) return;
    event.preventDefault();
    await fresh;
    location.href = link.href;
  });

  startCopying(list, () => fresh);

  // Paper has what is on the screen, even what is still being typed.
  window.addEventListener("beforeprint", () => {
    for (const written of list.querySelectorAll<HTMLElement>("[data-note]")) {
      const field = document.getElementById(written.dataset["note"] ?? "") as Field | null;
      if (field) written.textContent = field.value;
    }
  });
}

/** The address of the page with what is typed. */
function addressOf(form: HTMLFormElement): string {
  const words = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) words.append(name, String(value));
  return `/selection?${words}`;
}

/** Asks for the page of this address, and takes from it what sends the selection, in place: a button being pressed stays. */
async function bringUpToDate(list: HTMLElement, address: string): Promise<void> {
  const behind = list.querySelector<HTMLElement>("[data-behind]");
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of list.querySelectorAll<HTMLElement>("[data-fresh]")) {
      const now = page.getElementById(old.id);
      if (!now) continue;
      if (old instanceof HTMLInputElement || old instanceof HTMLTextAreaElement) {
        old.value = (now as Field).value;
      } else if (old instanceof HTMLAnchorElement) {
        old.setAttribute("href", now.getAttribute("href") ?? "");
        old.hidden = now.hidden;
      } else {
        old.replaceWith(now);
      }
    }
    if (behind) behind.hidden = true;
  } catch {
    if (behind) behind.hidden = false;
  }
}
