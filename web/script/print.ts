// What prints the page: shown only where a script can answer it. What is printed says where it was read.
export function startPrinting(): void {
  showButtons();
  document.addEventListener("maille:swapped", showButtons);
}

function showButtons(): void {
  for (const shown of document.querySelectorAll<HTMLElement>("[data-print]")) {
    if (!shown.hidden) continue;
    shown.hidden = false;
    shown.addEventListener("click", () => window.print());
  }
  window.addEventListener("beforeprint", () => {
    for (const address of document.querySelectorAll("[data-address]")) address.textContent = ` – ${location.href}`;
  });
}
