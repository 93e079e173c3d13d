// What is copied, and the buttons that copy a field: shown only where a script can answer them.

export type Field = HTMLInputElement | HTMLTextAreaElement;

/** Starts those within an element; `fresh` is what a field waits for to be up to date. */
export function startCopying(within: HTMLElement, fresh?: () => Promise<void> | undefined): void {
  for (const button of within.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const field = document.getElementById(button.dataset["copy"] ?? "") as Field | null;
    const said = button.parentElement?.querySelector("[role=status]");
    if (!field || !said) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await fresh?.();
      const done = (await copy(field)) ? button.dataset["copied"] : "Copie impossible : le texte est sélectionné, copiez-le avec Ctrl et C";
      said.textContent = done ?? "";
    });
  }
}

/** The answer of the desk, and its link. */
export function startReply(): void {
  const reply = document.querySelector<HTMLElement>(".reply");
  if (!reply) return;
  for (const hint of reply.querySelectorAll<HTMLElement>("[data-without-script]")) hint.hidden = true;
  startCopying(reply);
  // What is wrong, or was just made, has the focus already.
  if (!reply.querySelector("[autofocus]")) reply.querySelector<HTMLElement>("[data-copy=texte]")?.focus({ preventScroll: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) leave(reply);
  });
}

/** Back to the call; from a field where one has typed, out of the field first. */
function leave(reply: HTMLElement): void {
  const at = document.activeElement;
  const typed = at instanceof HTMLInputElement && !at.readOnly && at.value !== "";
  if (typed) reply.querySelector<HTMLElement>("[data-copy=texte]")?.focus();
  else document.querySelector<HTMLElement>("main .backlink a")?.click();
}

/** Copies a field; where the browser gives no clipboard (a site without HTTPS), by selecting it. */
export async function copy(field: Field): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}

/** Copies a text that is in no field. */
export async function copyText(text: string): Promise<boolean> {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.className = "hidden";
  field.value = text;
  document.body.append(field);
  const done = await copy(field);
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return done;
}
