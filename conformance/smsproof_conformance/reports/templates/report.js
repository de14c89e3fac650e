"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);
  name();

  const reveal = () => {
    const meant = location.hash && document.getElementById(location.hash.slice(1));
    if (!meant) return;
    for (let at = meant; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
    meant.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  reveal();

  const show = (card) => {
    for (const listing of card.querySelectorAll(".listing")) {
      const marked = listing.querySelector(".marked");
      if (marked) listing.scrollTop = marked.offsetTop - listing.offsetTop - listing.clientHeight / 3;
    }
  };
  for (const card of document.querySelectorAll(".finding")) {
    card.addEventListener("toggle", () => show(card));
    show(card);
  }

  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  const filters = document.getElementById("filters");
  if (!filters) return;
  const search = document.getElementById("search");
  const section = document.getElementById("section");
  const boxes = [...filters.querySelectorAll("input[type=checkbox]")];
  const findings = [...document.querySelectorAll(".finding")].map((card) => ({ card, words: card.textContent.toLowerCase() }));
  const apply = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = boxes.filter((box) => box.checked).map((box) => box.value);
    let count = 0;
    for (const { card, words } of findings) {
      const fits = kinds.includes(card.dataset.severity)
        && (!section.value || card.dataset.case === section.value)
        && wanted.every((word) => words.includes(word));
      card.hidden = !fits;
      count += fits;
    }
    document.getElementById("shown").value = `${count} of ${findings.length}`;
    document.getElementById("nothing").hidden = count > 0;
  };
  filters.hidden = false;
  filters.addEventListener("input", apply);
  apply();
})();
