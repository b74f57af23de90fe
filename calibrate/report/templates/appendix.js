"use strict";
// What moves in the appendix: tabs, sorting, filters and the slider of a fold that has just been opened.
const enliven = (root) => {
  // Tabs: one panel at a time; without script all of them stand one below the other.
  for (const tabs of root.querySelectorAll("[data-tabs]")) {
    const buttons = [...tabs.querySelectorAll("[data-panel]")];
    const list = tabs.querySelector(".tablist");
    if (buttons.length < 2) continue;
    list.hidden = false;
    list.setAttribute("role", "tablist");
    const show = (chosen) => {
      for (const button of buttons) {
        const on = button === chosen;
        button.setAttribute("aria-selected", on);
        button.tabIndex = on ? 0 : -1;
        at(button.dataset.panel).hidden = !on;
      }
    };
    buttons.forEach((button, i) => {
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", button.dataset.panel);
      at(button.dataset.panel).setAttribute("role", "tabpanel");
      button.addEventListener("click", () => show(button));
      button.addEventListener("keydown", (event) => {
        const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!step) return;
        const next = buttons[(i + step + buttons.length) % buttons.length];
        show(next);
        next.focus();
      });
    });
    show(buttons[0]);
  }

  // Sorting by a column's head: numbers by their exact value, largest first; texts by the language's order.
  for (const table of root.querySelectorAll("[data-sort]")) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const rows = [...body.rows];
    heads.forEach((head, place) => {
      if (!head.dataset.key) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const numbers = head.dataset.key === "number";
        const before = head.getAttribute("aria-sort");
        const rising = before ? before === "descending" : !numbers;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        const key = (row) => numbers ? Number(row.cells[place].dataset.v) : row.cells[place].textContent.trim();
        const compare = numbers ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b), data.language);
        body.append(...[...rows].sort((a, b) => (rising ? 1 : -1) * compare(a, b)));
      });
    });
  }

  // Filtering the rates.
  const filters = root.querySelector("[data-filter]");
  if (filters) {
    const rows = [...at(filters.dataset.filter).tBodies[0].rows];
    filters.hidden = false;
    filters.addEventListener("submit", (event) => event.preventDefault());
    const filter = () => {
      const find = at("rates-find").value.toLocaleLowerCase(), axis = at("rates-axis").value, thin = at("rates-thin").checked;
      let shown = 0;
      for (const row of rows) {
        const words = (row.cells[0].textContent + " " + row.cells[1].textContent).toLocaleLowerCase();
        row.hidden = !words.includes(find) || (axis && row.dataset.axis !== axis) || (thin && "thin" in row.dataset);
        shown += row.hidden ? 0 : 1;
      }
      at("rates-shown").textContent = fill("count", {shown: number(shown, 0), all: number(rows.length, 0)});
    };
    filters.addEventListener("input", filter);
    filter();
  }

  // The threshold slider.
  const try_ = root.querySelector("[data-slider]");
  const candidates = try_ ? JSON.parse(at("slider-data").textContent) : [];
  if (candidates.some((one) => one.t.length)) {
    const slider = at("slider"), grid = at("slider-grid");
    const steps = [...root.querySelectorAll("[data-steps]")];
    const one = () => candidates[Number(grid.value)];
    let sales = false; // whether the leads counted are those that sales-qualified ones must be
    const counted = () => (sales && one().sales && one().sales.t.length ? one().sales : one());
    const place = (threshold) => { const t = counted().t, i = t.findIndex((each) => each >= threshold); return i < 0 ? t.length - 1 : i; };
    const draw = () => {
      const c = counted(), i = Number(slider.value), total = one().total, missed = total - c.k[i];
      slider.disabled = try_.querySelector(".tiles").hidden = !c.t.length; // nobody meets the minimums
      for (const panel of steps) panel.hidden = panel.dataset.steps !== grid.value;
      if (!c.t.length) { at("slider-at").textContent = ""; return; }
      const counts = {leads: number(c.n[i], 0), customers: number(c.k[i], 0), total: number(total, 0), low: percent(c.lo[i]), high: percent(c.hi[i])};
      at("slider-at").textContent = number(c.t[i], 0);
      slider.setAttribute("aria-valuetext", fill("slider_points", {points: number(c.t[i], 0)}));
      at("slider-leads").textContent = number(c.m[i], data.months && c.m[i] < 20 ? 1 : 0);
      at("slider-leads-note").textContent = data.months ? fill("slider_leads", counts) : "";
      at("slider-caught").textContent = percent(c.c[i]);
      at("slider-caught-note").textContent = fill("slider_caught", counts);
      at("slider-rate").textContent = percent(c.r[i]);
      at("slider-rate-note").textContent = fill("slider_rate_from", counts) + " · " + fill("slider_rate", counts);
      at("slider-missed").textContent = number(missed, 0);
      at("slider-missed-note").textContent = fill("slider_missed", counts);
      for (const panel of steps) {
        const mine = panel.dataset.steps === grid.value;
        panel.hidden = !mine;
        const picture = panel.querySelector("svg[data-first]");
        if (!mine || !picture) continue;
        const {left, right, first, last} = Object.fromEntries(Object.entries(picture.dataset).map(([k, v]) => [k, Number(v)]));
        const x = last > first ? left + (right - left) * (c.t[i] - first) / (last - first) : left;
        const hand = picture.querySelector(".hand");
        hand.setAttribute("x1", x);
        hand.setAttribute("x2", x);
        picture.classList.add("live");
      }
    };
    const jump = (threshold, ofSales) => {
      sales = ofSales;
      slider.max = counted().t.length - 1;
      for (const [id, on] of [["slider-mql", !sales], ["slider-sql", sales]]) {
        if (one().sales) at(id).setAttribute("aria-pressed", on); else at(id).removeAttribute("aria-pressed");
      }
      slider.value = place(threshold);
      draw();
    };
    const open = () => {
      at("slider-mql").hidden = at("slider-sql").hidden = one().mql === null;
      jump(one().mql === null ? one().t[Math.floor(one().t.length / 2)] : one().mql, false);
    };
    slider.addEventListener("input", draw);
    grid.addEventListener("change", open);
    at("slider-mql").addEventListener("click", () => jump(one().mql, false));
    at("slider-sql").addEventListener("click", () => jump(one().sql, true));
    try_.hidden = false;
    open();
  }
};
