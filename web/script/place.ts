// The form that changes the place, in the header, folds as a panel does: with Escape.
export function startPlace(): void {
  document.addEventListener("keydown", (event) => {
    const panel = document.querySelector<HTMLDetailsElement>(".visit:not([data-unsettled]) details[open]");
    if (event.key !== "Escape" || event.defaultPrevented || !panel?.contains(document.activeElement)) return;
    panel.open = false;
    panel.querySelector("summary")?.focus();
  });
}
