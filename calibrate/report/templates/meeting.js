"use strict";
// The meeting: points and threshold can be moved, counted on later leads; a lead can be tried; the result carried away.
(() => {
  if (!data.grids.length) return;
  for (const one of data.grids) { // criteria are written once: a level is [shown, name, points, leads, customers]
    one.criteria = one.criteria.map(([place, ...worth]) => {
      const {name, title, levels} = data.criteria[place];
      return {name, title, levels: levels.map(([shown, own, n, k], l) => [shown, own || shown, worth[l], n, k])};
    });
  }
  const minus = "\u2212";
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const sheet = document.createElement("template");
  sheet.innerHTML = "<svg></svg>";
  const pictures = sheet.content.firstChild.namespaceURI;
  const drawn = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(pictures, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const label = (c, l) => c < 0 ? data.texts.start : grid.criteria[c].title + data.texts.colon + grid.criteria[c].levels[l][0];

  const FIRST_LINES = 14; // shown at once; a click shows the rest
  let grid, rows = null, points, threshold, counts, past = [], every = false;
  const first = (c, l) => grid.criteria[c].levels[l][2];

  // --- counting -------------------------------------------------------------------------------------------
  // Rows stand for combinations that enough leads share. Groups stand for rarer ones: known are leads per answer.
  const unpack = async (one) => {
    if (!one.data || one.unpacked) return one.unpacked || null;
    const bytes = await inflated(one.data), n = one.rows, many = one.groups;
    let place = n * one.criteria.length;
    const next = (kind, length) => new kind(bytes.slice(place, place += kind.BYTES_PER_ELEMENT * length).buffer);
    const leads = next(Float32Array, n), customers = next(Float32Array, n), sizes = next(Float32Array, many), won = next(Float32Array, many), scores = next(Int16Array, many);
    const answers = one.apart.map((levels) => levels.map(() => next(Uint16Array, many)));
    const groups = Array.from(sizes, (size, g) => ({leads: size, customers: won[g], scores: one.mixed[g] || [[scores[g], size]],
      answers: answers.map((levels, c) => levels.map((counts, i) => [one.apart[c][i], counts[g]]).filter(([, count]) => count))}));
    one.unpacked = {n, groups, leads, customers, codes: one.criteria.map((_, c) => bytes.subarray(c * n, (c + 1) * n))};
    one.unpacked.made = scored(one.unpacked, one.criteria.map((criterion) => Int32Array.from(criterion.levels, (level) => level[2])), one.start);
    return one.unpacked;
  };
  const scored = (table, worth, start) => {
    const total = new Int32Array(table.n).fill(start);
    for (let c = 0; c < worth.length; c++) {
      const codes = table.codes[c], mine = worth[c];
      for (let i = 0; i < table.n; i++) total[i] += mine[codes[i]];
    }
    return total;
  };
  const changes = () => grid.criteria.flatMap((criterion, c) => criterion.levels.map((_, l) => [c, l])).filter(([c, l]) => points[c][l] !== first(c, l));
  const joined = (parts, kind) => { const whole = new kind(rows.n + parts[1].length); whole.set(parts[0]); whole.set(parts[1], rows.n); return whole; };
  // By how many points a group's leads move: answers of several criteria are taken to meet by chance.
  const shifts = (group, moved) => {
    let spread = new Map([[0, 1]]), open = group.scores.length > 1 ? 1 : 0;
    for (const c of new Set(moved.map(([c]) => c))) {
      const part = new Map(), next = new Map();
      for (const [l, leads] of group.answers[c]) { const by = points[c][l] - first(c, l); part.set(by, (part.get(by) || 0) + leads / group.leads); }
      for (const [x, p] of spread) for (const [y, q] of part) next.set(x + y, (next.get(x + y) || 0) + p * q);
      spread = next; open += part.size > 1 ? 1 : 0;
    }
    return [spread, open];
  };
  // All leads with the score they had and have: rows first, then the parts of groups; and how far the count may be off.
  const counted = (moved) => {
    const base = [], now = [], leads = [], customers = [];
    let offLeads = 0, offCustomers = 0;
    for (const group of rows.groups) {
      const [spread, open] = shifts(group, moved);
      let above = 0;
      for (const [score, n] of group.scores) for (const [by, share] of spread) {
        base.push(score); now.push(score + by); leads.push(n * share); customers.push(group.customers * n / group.leads * share);
        if (score + by >= threshold) above += n / group.leads * share;
      }
      if (spread.size === 1 && spread.has(0)) continue;
      const chance = Math.max(0, above * (1 - above));
      if (open > 1) offLeads += group.leads * chance;
      offCustomers += group.customers * chance * (open > 1 ? 1 : (group.leads - group.customers) / Math.max(1, group.leads - 1));
    }
    return {base: joined([rows.made, base], Int32Array), now: joined([scored(rows, points, grid.start), now], Int32Array), leads: joined([rows.leads, leads], Float64Array),
      customers: joined([rows.customers, customers], Float64Array), off: [offLeads, offCustomers].map((spread) => Math.round(2 * Math.sqrt(spread)))};
  };
  const byScore = (scores, all) => { // [score, leads, customers], the best score first
    let low = Infinity, high = -Infinity;
    for (const score of scores) { if (score < low) low = score; if (score > high) high = score; }
    if (low > high) return [];
    const leads = new Float64Array(high - low + 1), customers = new Float64Array(high - low + 1), table = [];
    for (let i = 0; i < scores.length; i++) { leads[scores[i] - low] += all.leads[i]; customers[scores[i] - low] += all.customers[i]; }
    for (let place = high - low; place >= 0; place--) if (leads[place]) table.push([low + place, leads[place], customers[place]]);
    return table;
  };
  const above = (table, from) => table.reduce((sum, [score, n, k]) => (score >= from ? [sum[0] + n, sum[1] + k] : sum), [0, 0]);
  const bestOf = (table, calls) => { // customers among the best so many leads; within one score in proportion
    let called = 0, caught = 0;
    for (const [, n, k] of table) {
      const share = Math.min(1, (calls - called) / n);
      if (share <= 0) break;
      called += share * n; caught += share * k;
    }
    return caught;
  };
  const taken = (scores, table, calls) => { // the share of each profile that is called
    const shares = new Float64Array(scores.length);
    if (!table.length) return shares;
    const low = table[table.length - 1][0], full = new Float64Array(table[0][0] - low + 1);
    let called = 0;
    for (const [score, n] of table) { const share = Math.max(0, Math.min(1, (calls - called) / n)); full[score - low] = share; called += share * n; }
    for (let i = 0; i < scores.length; i++) shares[i] = full[scores[i] - low];
    return shares;
  };
  const today = (calls) => (data.today ? bestOf(data.today, calls) : calls * data.customers / data.leads);

  // --- drawing --------------------------------------------------------------------------------------------
  const lines = () => grid.criteria.flatMap((criterion, c) => criterion.levels.map((_, l) => [c, l]))
    .filter(([c, l]) => first(c, l) || points[c][l]).sort((a, b) => Math.abs(first(...b)) - Math.abs(first(...a)) || a[0] - b[0] || a[1] - b[1]);
  const average = data.average;
  const todays = (c, l) => data.now && data.now[grid.criteria[c].name] ? data.now[grid.criteria[c].name][grid.criteria[c].levels[l][1]] : undefined;
  const list = () => {
    const most = Math.max(average, ...lines().map(([c, l]) => { const [, , , n, k] = grid.criteria[c].levels[l]; return n >= 5 ? k / n : 0; })) || 1;
    const all = lines(), few = every || all.length <= FIRST_LINES + 2 ? all : all.slice(0, FIRST_LINES);
    at("all").hidden = few.length === all.length;
    at("all").textContent = fill("show_all", {lines: number(all.length, 0)});
    at("list").replaceChildren(...few.map(([c, l]) => {
      const [, , , n, k] = grid.criteria[c].levels[l], known = n >= 5;
      const row = make("div", {class: "line", "data-c": c, "data-l": l});
      const less = make("button", {type: "button", "data-step": -1, "aria-label": fill("fewer", {line: label(c, l)})}, minus);
      const more = make("button", {type: "button", "data-step": 1, "aria-label": fill("more", {line: label(c, l)})}, "+");
      if (!rows) less.disabled = more.disabled = true;
      const bar = drawn("svg", {viewBox: "0 0 160 8", preserveAspectRatio: "none", "aria-hidden": "true"},
        drawn("rect", {class: "track", width: 160, height: 8}),
        drawn("rect", {class: k / n >= average ? "up" : "down", width: known ? 160 * k / n / most : 0, height: 8}),
        drawn("rect", {class: "mark", x: 160 * average / most - .75, width: 1.5, height: 8}));
      const note = known ? fill("line_rate", {rate: percent(k / n), customers: number(k, 0), leads: number(n, 0)}) : data.texts.line_few;
      row.append(make("span", {class: "what"}, label(c, l) + " ", make("small", {class: "was"}, "")),
        make("span", {class: "step"}, less, make("b", {}, ""), more),
        make("span", {class: "rate"}, bar, make("small", {}, note)));
      return row;
    }));
    at("lines-note").textContent = (grid.start ? fill("starts", {start: signed(grid.start), start_value: grid.start}) + " " : "") + (rows ? "" : data.texts.fixed);
  };
  const histogram = (table) => {
    let low = Math.min(threshold, ...table.map((row) => row[0])), high = Math.max(threshold, ...table.map((row) => row[0]));
    const width = Math.max(1, Math.ceil((high - low + 1) / 60)), bars = new Map();
    for (const [score, n, k] of table) {
      const place = Math.floor((score - low) / width), cell = bars.get(place) || [0, 0];
      cell[0] += k; cell[1] += n - k;
      bars.set(place, cell);
    }
    const top = Math.max(...[...bars.values()].map((cell) => cell[0])) || 1, bottom = Math.max(...[...bars.values()].map((cell) => cell[1])) || 1;
    const count = Math.floor((high - low) / width) + 1, step = 400 / count;
    const svg = drawn("svg", {viewBox: "0 0 400 132", role: "img", "aria-label": data.texts.histogram});
    for (const [place, [k, other]] of bars) {
      svg.append(drawn("rect", {class: "up", x: place * step, y: 60 - 52 * k / top, width: Math.max(.5, step - .6), height: 52 * k / top}),
        drawn("rect", {class: "others", x: place * step, y: 62, width: Math.max(.5, step - .6), height: 52 * other / bottom}));
    }
    const x = Math.max(1, (threshold - low) / width * step);
    svg.append(drawn("line", {class: "cut", x1: x, x2: x, y1: 0, y2: 122}));
    const words = (y, text) => { const node = drawn("text", {x: 2, y, class: "small"}); node.textContent = text; return node; };
    svg.append(words(11, data.texts.customers), words(130, data.texts.others));
    at("histogram").replaceChildren(svg);
  };
  const draw = () => {
    const moved = changes(), all = moved.length ? counted(moved) : null;
    const table = all ? byScore(all.now, all) : grid.scores, made = all ? byScore(all.base, all) : grid.scores;
    const slider = at("threshold"), [best, worst] = [table[0][0], table[table.length - 1][0]];
    slider.min = Math.min(worst, threshold); slider.max = Math.max(best + 1, threshold); slider.value = threshold;
    slider.setAttribute("aria-valuetext", fill("points", {points: number(threshold, 0), points_value: threshold}));
    at("from").textContent = fill("points", {points: number(threshold, 0), points_value: threshold});
    let [n, k] = above(table, threshold);
    if (all) k = Math.max(0, Math.min(n, k + above(grid.scores, threshold)[1] - above(made, threshold)[1])); // what is exact as it was made stays so
    const before = today(n), gain = k - before;
    counts = {leads: n, customers: k, off: all ? all.off : [0, 0]};
    const pointed = lines().filter(([c, l]) => points[c][l]).length;
    at("lines-title").textContent = grid.sized && pointed === grid.lines ? grid.title : fill("lines", {lines: number(pointed, 0), lines_value: pointed, name: grid.title});
    at("calls").textContent = number(n, 0);
    at("to-call").textContent = data.months ? fill("to_call_month", {leads: number(n / data.months, n / data.months < 20 ? 1 : 0)}) : data.texts.to_call;
    at("caught").textContent = number(k, 0); at("rate").textContent = n ? percent(k / n) : "\u2013";
    const same = Math.round(gain) ? "" : "_same", itself = grid.name === "current" && !moved.length;
    at("against").textContent = itself ? "" : fill((data.today ? "against_today" : "against_arrival") + same, {calls: number(n, 0), before: number(before, 0), after: number(k, 0), gain: signed(gain), gain_value: Math.round(gain)});
    at("against").className = gain >= .5 ? "gain" : gain <= -.5 ? "loss" : "";
    if (moved.length) {
      const then = taken(all.base, made, n), now = taken(all.now, table, n);
      let difference = 0, spread = 0;
      for (let i = 0; i < then.length; i++) { const d = now[i] - then[i]; difference += d * all.customers[i]; spread += d * d * all.customers[i]; }
      const clear = Math.abs(difference) > 1.96 * Math.sqrt(spread) && Math.abs(difference) >= 1;
      const kind = clear ? "beyond_noise" : Math.round(difference) ? "noise" : "noise_none";
      at("noise").textContent = fill(kind, {lines: number(moved.length, 0), lines_value: moved.length, gain: signed(difference), gain_value: Math.round(difference)});
    } else at("noise").textContent = "";
    const off = (all ? all.off : []).flatMap((size, i) => (size ? [fill(["off_leads", "off_customers"][i], {leads: number(size, 0), leads_value: size, customers: number(size, 0), customers_value: size})] : []));
    at("off").textContent = off.length ? fill("off", {off: off.join(data.texts.and)}) : "";
    at("basis").textContent = data.basis + (rows && grid.grouped ? " " + fill("grouped", {grouped: number(grid.grouped, 0), fewest: number(grid.fewest, 0)}) : "");
    for (const row of at("list").children) {
      const c = Number(row.dataset.c), l = Number(row.dataset.l), value = row.querySelector("b");
      value.textContent = signed(points[c][l]);
      const was = todays(c, l);
      row.querySelector(".was").textContent = was === undefined || was === null || was === points[c][l] ? "" : fill("was", {before: signed(was)});
      value.className = (points[c][l] > 0 ? "more" : points[c][l] < 0 ? "less" : "") + (points[c][l] !== first(c, l) ? " moved" : "");
    }
    at("undo").disabled = !past.length; at("reset").disabled = !moved.length && threshold === grid.marketing;
    at("changed").textContent = moved.length ? fill("changed", {lines: number(moved.length, 0), lines_value: moved.length}) : "";
    histogram(table); lead(table); keep(moved); remember(moved);
  };

  // --- a lead ---------------------------------------------------------------------------------------------
  const answered = () => [...at("answers").querySelectorAll("select")].map((select) => Number(select.value));
  const form = () => {
    at("answers").replaceChildren(...grid.criteria.map((criterion, c) => {
      const select = make("select", {"data-c": c}, ...criterion.levels.flatMap((level, l) => (level[0] ? [make("option", {value: l}, level[0])] : [])));
      return make("label", {}, criterion.title, select);
    }));
    const named = rows ? presets() : [], fields = [...at("answers").querySelectorAll("select")];
    at("presets").replaceChildren(...named.map(([key, codes]) => {
      const button = make("button", {type: "button"}, data.texts[key]);
      button.addEventListener("click", () => { codes.forEach((l, c) => choose(fields[c], c, l)); draw(); });
      return button;
    }));
    fields.forEach((select, c) => choose(select, c, named.length ? named[0][1][c] : -1));
  };
  const choose = (select, c, l) => { // an answer that is too rare to be named is chosen as another one without points
    select.value = l;
    if (select.selectedIndex < 0) select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => l >= 0 && !first(c, Number(option.value))));
  };
  const usual = () => { // the commonest answers of each group, for grids whose combinations are all rare
    const codes = grid.criteria.map((_, c) => Uint8Array.from(rows.groups, (group) => group.answers[c].reduce((best, answer) => (answer[1] > best[1] ? answer : best))[0]));
    const table = {n: rows.groups.length, codes, leads: rows.groups.map((group) => group.leads), customers: rows.groups.map((group) => group.customers)};
    return {...table, made: scored(table, grid.criteria.map((criterion) => criterion.levels.map((level) => level[2])), grid.start)};
  };
  const presets = () => { // from counts of enough leads, never from a lead
    const best = (table, worth) => { let place = -1, most = 0; for (let i = 0; i < table.n; i++) { const value = worth(table, i); if (value > most) { most = value; place = i; } } return place < 0 ? null : table.codes.map((codes) => codes[place]); };
    const groups = usual(), pick = (worth) => best(rows, worth) || best(groups, worth);
    const called = (table, i) => table.made[i] >= grid.marketing;
    const reach = 1 + Math.abs(grid.marketing);
    return [["typical", pick((table, i) => (called(table, i) ? table.customers[i] : 0))],
      ["borderline", pick((table, i) => (called(table, i) ? 0 : 1 / (1 + grid.marketing - table.made[i]) + table.leads[i] / (1e6 * reach)))],
      ["missed", pick((table, i) => (called(table, i) ? 0 : table.customers[i]))],
      ["alarm", pick((table, i) => (called(table, i) ? table.leads[i] - table.customers[i] : 0))]].filter(([, codes]) => codes);
  };
  const lead = (table) => {
    const answers = answered();
    const steps = answers.map((l, c) => [c, l, points[c][l]]).filter(([, , worth]) => worth).sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]));
    if (grid.start) steps.push([-1, -1, grid.start]); // what every lead has
    const total = steps.reduce((sum, [, , worth]) => sum + worth, 0);
    const near = table.find(([score]) => score === total);
    const rate = near && near[1] >= 5 ? fill("at_score", {rate: percent(near[2] / near[1]), customers: number(near[2], 0), leads: number(near[1], 0)}) : data.texts.at_score_few;
    const reasons = steps.map(([c, l, worth]) => `${label(c, l)} ${signed(worth)}`).join(", ");
    const band = total >= threshold ? (grid.sales !== null && total >= grid.sales && grid.sales > threshold ? "band_sales" : "band_call") : "band_wait";
    at("result").replaceChildren(make("b", {}, fill("points", {points: number(total, 0), points_value: total})), data.texts.colon + data.texts[band] + ". " + rate + (reasons ? " " + fill("because", {reasons}) : ""));
    let low = Math.min(0, threshold), high = Math.max(0, threshold), sum = 0;
    for (const [, , worth] of steps) { sum += worth; low = Math.min(low, sum); high = Math.max(high, sum); }
    const narrow = at("try").clientWidth < 620, [left, width, wide] = narrow ? [6, 290, 340] : [400, 320, 780], step = narrow ? 40 : 24; // names stand above their bars where there is no room beside
    const scale = width / (high - low || 1), x = (value) => left + (value - low) * scale, svg = drawn("svg", {class: narrow ? "narrow" : "wide", viewBox: `0 0 ${wide} ${step * steps.length + 26}`, role: "img", "aria-label": data.texts.waterfall});
    sum = 0;
    svg.append(drawn("line", {class: "cut", x1: x(threshold), x2: x(threshold), y1: 0, y2: step * steps.length + 12}));
    steps.forEach(([c, l, worth], i) => {
      const from = x(sum), to = x(sum + worth), y = step * i + (narrow ? 20 : 8), most = narrow ? 44 : 52;
      const name = drawn("text", narrow ? {x: 6, y: y - 5} : {x: 390, y: y + 12, "text-anchor": "end"}), value = drawn("text", {x: Math.max(from, to) + 5, y: y + 12});
      const text = label(c, l);
      name.textContent = text.length > most ? text.slice(0, most - 1) + "\u2026" : text; value.textContent = signed(worth);
      svg.append(name, drawn("rect", {class: worth > 0 ? "up" : "down", x: Math.min(from, to), y, width: Math.max(1, Math.abs(to - from)), height: 15}), value);
      sum += worth;
    });
    at("waterfall").replaceChildren(svg);
  };

  // --- carrying it away -----------------------------------------------------------------------------------
  const quoted = (text) => "'" + text.replace(/'/g, "'\\''") + "'";
  const place = decodeURIComponent(location.pathname).split("/").slice(0, -1);
  const folder = location.protocol === "file:" ? place.join("/").replace(/^\/(?=[A-Za-z]:)/, "") : place.slice(-2).join("/"); // right wherever the terminal stands
  const keep = (moved) => {
    const by = at("by").value.trim() || data.texts.by_example, why = at("why").value.trim() || data.texts.why_example;
    const sales = grid.sales === null ? threshold : Math.max(threshold, grid.sales);
    const parts = ["calibrate adopt " + quoted(folder) + " " + quoted(grid.name) + " --by " + quoted(by) + " --why " + quoted(why)];
    for (const [c, l] of moved) parts.push("  --points " + quoted(`${grid.criteria[c].name}=${grid.criteria[c].levels[l][1]}=${points[c][l]}`));
    if (threshold !== grid.marketing || grid.marketing === null) parts.push("  --thresholds=" + threshold + "," + sales);
    at("command").textContent = parts.join(" \\\n");
    const file = {schema: 1, candidate: grid.name, by: at("by").value.trim(), why: at("why").value.trim(),
      points: moved.map(([c, l]) => ({criterion: grid.criteria[c].name, level: grid.criteria[c].levels[l][1], points: points[c][l]})),
      thresholds: threshold !== grid.marketing ? [threshold, sales] : null};
    at("download").href = "data:application/json;charset=utf-8," + encodeURIComponent(JSON.stringify(file, null, 1));
  };
  const remember = (moved) => {
    const parts = [`g=${encodeURIComponent(grid.name)}`, `t=${threshold}`];
    if (moved.length) parts.push("p=" + moved.map(([c, l]) => `${c}.${l}.${points[c][l]}`).join("_"));
    const untouched = !moved.length && threshold === grid.marketing && grid === data.grids[0];
    const mark = untouched ? "" : "#" + parts.join("&");
    if (location.hash !== mark && (mark || /^#g=/.test(location.hash))) history.replaceState(null, "", mark || location.pathname + location.search);
    for (const link of document.querySelectorAll("a.other")) link.href = link.getAttribute("href").split("#")[0] + mark;
  };
  const recalled = () => {
    const saved = /^#g=/.test(location.hash) ? new URLSearchParams(location.hash.slice(1)) : null;
    return saved && data.grids.find((one) => one.name === saved.get("g")) ? saved : null;
  };

  const take = async (one, saved = null) => {
    const profiles = await unpack(one);
    grid = one; rows = profiles; past = []; every = false;
    points = grid.criteria.map((criterion) => Int32Array.from(criterion.levels, (level) => level[2]));
    threshold = grid.marketing === null ? grid.scores[Math.floor(grid.scores.length / 3)][0] : grid.marketing;
    if (saved) {
      threshold = Number.parseInt(saved.get("t"), 10) || 0;
      for (const part of (saved.get("p") || "").split("_")) {
        const [c, l, worth] = part.split(".").map(Number);
        if (rows && points[c] && l < points[c].length && first(c, l) && Number.isInteger(worth)) points[c][l] = Math.max(-999, Math.min(999, worth));
      }
    }
    for (const dot of document.querySelectorAll("#sizes [data-grid]")) dot.setAttribute("aria-pressed", dot.dataset.grid === grid.name);
    list(); form(); draw();
  };
  const change = (act) => { past.push([points.map((part) => part.slice()), threshold]); act(); draw(); };

  at("list").addEventListener("click", (event) => {
    const button = event.target.closest("button"), row = button && button.closest(".line");
    if (row) change(() => { points[row.dataset.c][row.dataset.l] += Number(button.dataset.step); });
  });
  at("threshold").addEventListener("input", (event) => change(() => { threshold = Number(event.target.value); }));
  at("all").addEventListener("click", () => { every = true; list(); draw(); at("list").children[FIRST_LINES].querySelector("button").focus(); });
  at("undo").addEventListener("click", () => { if (past.length) [points, threshold] = past.pop(); draw(); });
  at("reset").addEventListener("click", () => change(() => { grid.criteria.forEach((criterion, c) => criterion.levels.forEach((level, l) => { points[c][l] = level[2]; })); threshold = grid.marketing; }));
  at("answers").addEventListener("input", draw);
  for (const field of ["by", "why"]) at(field).addEventListener("input", draw);
  at("copy").addEventListener("click", async () => {
    const text = at("command").textContent;
    try { await navigator.clipboard.writeText(text); at("copied").textContent = data.texts.copied; } catch { getSelection().selectAllChildren(at("command")); at("copied").textContent = data.texts.selected; }
  });
  document.addEventListener("click", (event) => {
    const dot = event.target.closest("[data-grid]"), one = dot && data.grids.find((other) => other.name === dot.dataset.grid);
    if (one) take(one);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches && event.target.matches("[data-grid]")) { event.preventDefault(); event.target.dispatchEvent(new MouseEvent("click", {bubbles: true})); }
  });
  addEventListener("hashchange", () => { const saved = recalled(); if (saved) take(data.grids.find((one) => one.name === saved.get("g")), saved); });

  for (const id of ["meeting", "try", "keep"]) at(id).hidden = false;
  const saved = recalled();
  const ready = take(saved ? data.grids.find((one) => one.name === saved.get("g")) : data.grids[0], saved);
  window.calibrate = {ready, state: () => ({grid: grid.name, threshold, counts, points: Object.fromEntries(changes().map(([c, l]) => [`${c}.${l}`, points[c][l]])), total: answered().reduce((sum, l, c) => sum + points[c][l], grid.start)})};
})();
