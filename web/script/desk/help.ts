// The help of the keys: what the page unfolds without a script lies over it with one.

/** Shows what these details unfold, until Escape or the button; the focus then goes back. */
export function showHelp(details: HTMLElement): void {
  const back = document.activeElement;
  const dialog = document.createElement("dialog");
  dialog.className = "keys-help";
  const title = document.createElement("h2");
  title.id = "touches-titre";
  title.textContent = "Touches";
  dialog.setAttribute("aria-labelledby", title.id);
  const head = document.createElement("div");
  head.className = "head";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "plain-button";
  close.textContent = "Fermer";
  close.addEventListener("click", () => dialog.close());
  head.append(title, close);
  const told = document.createElement("div");
  told.className = "told";
  told.append(...[...details.children].filter((child) => child.tagName !== "SUMMARY").map((child) => child.cloneNode(true)));
  dialog.append(head, told);
  for (const twin of dialog.querySelectorAll("[id]:not(#touches-titre)")) twin.removeAttribute("id");
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
}
