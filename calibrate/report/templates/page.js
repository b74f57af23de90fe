"use strict";
// What all of the page uses: its data, numbers as the language writes them, packed bytes, and folds filled when opened.
const at = (id) => document.getElementById(id);
const data = JSON.parse(at("data").textContent);
const number = (value, digits) => new Intl.NumberFormat(data.language, {minimumFractionDigits: digits, maximumFractionDigits: digits}).format(value).replace("-", "\u2212");
const percent = (share) => new Intl.NumberFormat(data.language, {style: "percent", minimumFractionDigits: share === 0 || share === 1 ? 0 : Math.abs(share) < 0.01 ? 2 : 1, maximumFractionDigits: Math.abs(share) < 0.01 ? 2 : 1}).format(share).replace("\u00a0%", "\u202f%");
const signed = (value, digits = 0) => (Number(value.toFixed(digits)) > 0 ? "+" : "") + number(Number(value.toFixed(digits)) || 0, digits);
const fill = (key, values) => data.texts[key].replace(/\{(\w+)(?::([^}|]*)\|([^}]*))?\}/g, (_, name, one, many) =>
  one === undefined ? values[name] : (data.singular_zero ? Math.abs(values[name + "_value"]) < 2 : Math.abs(values[name + "_value"]) === 1) ? one : many);

const inflated = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// Folds hold their part of the appendix packed until somebody opens them.
const packed = JSON.parse(at("packed").textContent);
const filled = new Map();
const fillFold = (fold) => {
  const name = fold.dataset.fold;
  if (!filled.has(name)) {
    filled.set(name, inflated(packed.parts[name]).then((bytes) => {
      fold.insertAdjacentHTML("beforeend", new TextDecoder().decode(bytes));
      enliven(fold);
    }));
  }
  return filled.get(name);
};
for (const fold of document.querySelectorAll("details.fold")) {
  fold.addEventListener("toggle", () => { if (fold.open) fillFold(fold); });
}
// A link to a place within a fold opens the fold first.
const visit = async (place) => {
  const fold = at("fold-" + packed.places[place]);
  if (!fold) return;
  await fillFold(fold);
  fold.open = true;
  const target = at(place);
  if (target) { target.scrollIntoView(); target.setAttribute("tabindex", "-1"); target.focus({preventScroll: true}); }
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const place = link && link.getAttribute("href").slice(1);
  if (place && packed.places[place]) { event.preventDefault(); visit(place); }
});
if (new URLSearchParams(location.search).has("appendix")) {
  for (const fold of document.querySelectorAll("details.fold")) fillFold(fold).then(() => { fold.open = true; });
}
