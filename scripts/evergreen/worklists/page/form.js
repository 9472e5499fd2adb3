// The form of extractors and assessors: one study at a time, checked while one types, kept in the browser, saved as the person's sheet.
// ---- Studies ----
let at = 0;
let matching = [];
const rowsOfStudy = (study) => byStudy.get(study.key) ?? [];
for (const study of data.studies) study.key = folded(study.id);
function count(study) {
  const there = rowsOfStudy(study).filter((row) => !row.removed);
  counts.set(study.key, { all: there.length, open: awaited(there).length, problems: problemsOf(there).length });
}
// A judgement that answers lead to need not be made; whether they do, the next run says.
function follows(row, list) {
  return row.follows && list.some((one) => one.part === row.part && one.cells.question && one.cells.answer);
}
const awaited = (list) => list.filter((row) => !row.removed && !says(row) && !follows(row, list));
function select() {
  data.studies.forEach(count);
  const words = folded($("search").value).split(" ").filter(Boolean);
  matching = [];
  data.studies.forEach((study, position) => {
    const text = folded([study.id, ...study.reports].join(" "));
    if (!words.every((word) => text.includes(word))) return;
    if ($("filter").value === "open" && !counts.get(study.key).open) return;
    if ($("filter").value === "problem" && !counts.get(study.key).problems) return;
    matching.push(position);
  });
  if (matching.length && !matching.includes(at)) at = matching[0];
  $("matches").textContent = `${matching.length} of ${data.studies.length} studies`;
  show();
}
function remainder({ all, open, problems }) {
  return `${all - open} of ${all} rows${problems ? `, ${problems} to mend` : ""}`;
}
function list() {
  $("list").replaceChildren(...matching.map((position) => {
    const study = data.studies[position];
    const button = make("button", { type: "button" }, study.id, make("small", { textContent: remainder(counts.get(study.key)) }));
    if (position === at) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => go(position));
    return make("li", {}, button);
  }));
}
function tally() {
  const study = data.studies[at];
  if (study) {
    count(study);
    const shown = $("list").querySelector("[aria-current] small");
    if (shown) shown.textContent = remainder(counts.get(study.key));
  }
  let all = 0;
  let open = 0;
  for (const one of counts.values()) {
    all += one.all;
    open += one.open;
  }
  $("bar").max = Math.max(1, all);
  $("bar").value = all - open;
  $("tally").textContent = `${all - open} of ${all} rows filled`;
}
function go(position) {
  at = position;
  show();
  window.scrollTo(0, 0);
  $("study").focus({ preventScroll: true });
}
function step(by) {
  const next = matching[matching.indexOf(at) + by];
  if (next === undefined) tell(by > 0 ? "This is the last study." : "This is the first study.");
  else go(next);
}

// ---- One study ----
function show() {
  tally();
  list();
  const study = data.studies[at];
  $("parts").replaceChildren();
  if (!study) {
    $("study-name").textContent = "No study is here yet";
    return;
  }
  $("place").textContent = `Study ${matching.indexOf(at) + 1} of ${matching.length}`;
  $("study-name").textContent = study.id;
  $("reports").replaceChildren(...study.reports.map((text) => make("li", { textContent: text })));
  const own = rowsOfStudy(study);
  for (const part of [...new Set(own.map((row) => row.part))]) $("parts").append(partOf(part, own.filter((row) => row.part === part)));
  register(study);
}
const WIDE = ["note", "source", "support"];
function columnsOf(list) {
  const filled = (name) => list.some((row) => (row.cells[name] ?? "") !== "");
  const every = $("every").checked;
  return data.columns.filter((column) => {
    if (data.headed.includes(column.name)) return false;
    if (data.answered && ["question", "answer"].includes(column.name)) return filled("question");
    return column.shown || every || list.some((row) => row.first?.includes(column.name)) || filled(column.name);
  });
}
function partOf(part, list) {
  const columns = columnsOf(list);
  const field = make("fieldset", { className: "part" }, make("legend", { textContent: part || "Whole study" }));
  const hints = [...new Set(list.flatMap((row) => [row.hints.outcome, row.hints.unit, row.hints.judgement]).filter(Boolean))];
  for (const hint of hints) field.append(make("p", { className: "about", textContent: hint }));
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col", textContent: column.name.replaceAll("_", " "), title: [column.description, column.holds].filter(Boolean).join(" ") })), make("td"));
  const body = make("tbody");
  const problems = make("ul", { className: "problems" });
  problems.setAttribute("aria-live", "polite");
  const check = () => {
    const found = problemsOf(list);
    body.querySelectorAll("[data-column]").forEach((cell) => cell.removeAttribute("aria-invalid"));
    problems.replaceChildren(...found.map(({ row, name, problem }) => {
      const cell = body.querySelector(`[data-row="${list.indexOf(row)}"][data-column="${name}"]`);
      cell?.setAttribute("aria-invalid", "true");
      const label = [row.cells.timepoint, row.cells.arm, row.cells.question].filter(Boolean).join(", ");
      const button = make("button", { type: "button", textContent: `${label ? `${label}: ` : ""}${problem}` });
      button.addEventListener("click", () => cell?.focus());
      return make("li", {}, button);
    }));
    [...body.rows].forEach((line, number) => {
      line.className = list[number].removed ? "removed" : awaited(list).includes(list[number]) ? "awaited" : "";
    });
  };
  list.forEach((row, number) => body.append(lineOf(row, number, columns, check)));
  field.append(make("div", { className: "scroll" }, make("table", {}, make("thead", {}, head), body)), problems);
  const moves = make("div", { className: "moves" });
  if (!data.answered) {
    const more = make("button", { type: "button", textContent: "Add a row" });
    more.addEventListener("click", () => addRow(list.at(-1)));
    moves.append(more);
  }
  const none = make("button", { type: "button", textContent: data.answered ? "No information" : "Not reported", hidden: data.answered && !list.some((row) => row.allowed.answer?.includes("NI")) });
  none.addEventListener("click", () => {
    for (const row of awaited(list)) nothing(row);
    show();
    tell("Said of the rows that were empty.");
  });
  moves.append(none);
  field.append(moves);
  check();
  return field;
}
function nothing(row) {
  if (!data.answered) row.cells.note = "not reported";
  else if (row.allowed.answer?.includes("NI")) row.cells.answer = "NI";
  keep("row", row);
}
function lineOf(row, number, columns, check) {
  const line = make("tr");
  for (const column of columns) {
    if (data.answered && column.name === "question") {
      line.append(make("td", { className: "hint", textContent: row.cells.question ? row.hints.question || row.cells.question : "Judgement" }));
      continue;
    }
    const cell = cellOf(row, column);
    if (!cell) {
      line.append(make("td"));
      continue;
    }
    cell.dataset.row = number;
    cell.dataset.column = column.name;
    cell.disabled = Boolean(row.removed);
    cell.setAttribute("aria-label", [column.name, row.cells.arm, row.cells.timepoint, row.cells.domain, row.cells.question].filter(Boolean).join(", "));
    cell.title = [row.hints[column.name], column.description, column.holds].filter(Boolean).join(" ");
    // Choices tell of a change by this name in every browser.
    cell.addEventListener(cell.tagName === "SELECT" ? "change" : "input", () => {
      row.cells[column.name] = cell.value.trim();
      keep("row", row);
      check();
      tally();
    });
    const box = make("td", {}, cell);
    box.dataset.name = column.name.replaceAll("_", " ");
    line.append(box);
  }
  if (!data.answered) {
    const gone = make("button", { type: "button", textContent: row.removed ? "Restore" : "Leave out", title: "Whether this row is in the file that you save" });
    gone.addEventListener("click", () => {
      row.removed = !row.removed;
      keep("row", row);
      show();
    });
    line.append(make("td", {}, gone));
  }
  return line;
}
function cellOf(row, column) {
  const value = row.cells[column.name] ?? "";
  const allowed = row.allowed?.[column.name] ?? column.choices;
  if (data.answered && ["answer", "judgement"].includes(column.name) && !row.allowed[column.name] && !value) return null;
  if (allowed?.length) {
    const choice = make("select", {}, new Option("", ""), ...allowed.map((one) => new Option(one, one)));
    const match = allowed.find((one) => folded(one) === folded(value));
    if (value && match === undefined) choice.append(new Option(value, value));
    choice.value = match ?? value;
    return choice;
  }
  const kind = numbers.includes(column) || column.kind === "p_value" ? "number" : WIDE.includes(column.name) ? "wide" : column.name === "timepoint" ? "short" : "text";
  const field = make("input", { type: "text", className: kind, value, autocomplete: "off", spellcheck: kind === "wide" });
  if (kind === "number") field.inputMode = "decimal";
  if (column.name === "unit" && row.hints.unit) field.placeholder = row.hints.unit.replace(/^Protocol: /, "").replace(/\. Write.*$/, "");
  return field;
}
function addRow(like) {
  const cells = {};
  for (const name of [...data.headed, "timepoint", "group"]) cells[name] = like.cells[name] ?? "";
  added += 1;
  const row = { id: `new ${Date.now()} ${added}`, part: like.part, cells, base: {}, allowed: like.allowed, hints: like.hints, first: like.first, fresh: true };
  insert(row);
  keep("row", row);
  show();
  const tables = [...$("parts").querySelectorAll("fieldset")];
  tables.find((one) => one.querySelector("legend").textContent === row.part)?.querySelector("tr:last-child [data-column=arm]")?.focus();
}
function register(study) {
  const section = $("register");
  section.hidden = !data.register;
  if (!data.register) return;
  const row = registerRows.find((one) => one.id === folded(study.id));
  if (!row) return;
  const fields = make("div", { className: "fields" });
  for (const column of data.register.columns) {
    if (column.name === "study") continue;
    const field = make("input", { type: "text", value: row.cells[column.name] ?? "", autocomplete: "off" });
    field.dataset.register = column.name;
    field.addEventListener("input", () => {
      row.cells[column.name] = field.value.trim();
      keep("register", row);
    });
    fields.append(make("label", {}, column.name.replaceAll("_", " "), field, make("small", { textContent: column.description })));
  }
  section.replaceChildren(make("fieldset", { className: "part" }, make("legend", { textContent: "The study" }), fields));
}

// ---- Keys ----
function within(event, by) {
  const { row, column } = event.target.dataset;
  const next = event.target.closest("table")?.querySelector(`[data-row="${Number(row) + by}"][data-column="${column}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select?.();
}
const actions = {
  j: () => step(1), k: () => step(-1), "/": () => $("search").focus(), "?": () => $("help-text").showModal(),
  f: () => [...$("parts").querySelectorAll("tr.awaited [data-column]")].find((cell) => !cell.value && !columnOf.get(cell.dataset.column).label)?.focus(),
  s: () => save(),
};
document.addEventListener("keydown", (event) => {
  if ($("help-text").open) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && typing) {
    $("study").focus();
    return;
  }
  if (typing) {
    if (event.key === "Enter") within(event, event.shiftKey ? -1 : 1);
    else if (event.target.matches("input") && event.key === "ArrowDown") within(event, 1);
    else if (event.target.matches("input") && event.key === "ArrowUp") within(event, -1);
    return;
  }
  const action = $("keys").checked ? actions[event.key] : null;
  if (!action) return;
  event.preventDefault();
  action();
});
// Paper has no field that one can move in: what is written stands beside its name (form.css).
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("td[data-name]")) box.dataset.written = box.firstChild.value;
});
$("search").addEventListener("input", select);
$("filter").addEventListener("change", select);
$("every").addEventListener("change", show);
$("previous").addEventListener("click", () => step(-1));
$("next").addEventListener("click", () => step(1));
$("export").addEventListener("click", save);
$("export-register").addEventListener("click", saveRegister);
$("help").addEventListener("click", actions["?"]);
$("load").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) await load(file);
  event.target.value = "";
});
// Another tab of this page: what was entered last holds in both.
window.addEventListener("storage", (event) => {
  const id = event.key?.startsWith(place("row", "")) ? event.key.slice(place("row", "").length) : null;
  const row = rows.find((one) => one.id === id);
  if (!row || !event.newValue) return;
  apply(JSON.parse(event.newValue), row);
  if (!document.activeElement.matches("[data-column]")) show();
  tell(`A row of ${row.cells.study} was changed in another tab.`);
});

// ---- Start ----
$("heading").textContent = data.title;
$("subtitle").textContent = `${data.task} · ${data.person}`;
$("file-name").textContent = data.file;
$("destination").textContent = [data.destination, data.register?.destination].filter(Boolean).join(", ");
if (data.register) {
  $("export-register").hidden = false;
  $("register-name").textContent = data.register.file;
}
const keyList = [
  ["Tab", "next cell"], ["Enter ↓", "the same column, next row"], ["Shift Enter ↑", "the same column, row before"], ["Ctrl Enter", "next study"],
  ["Esc", "leave a cell; then:"], ["j k", "next, previous study"], ["f", "first cell to fill"], ["s", "save"], ["/", "search"],
];
for (const [key, text] of keyList) $("key-list").append(make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: text }));
group();
restore();
data.studies.forEach(count);
at = Math.max(0, data.studies.findIndex((study) => counts.get(study.key).open));
select();
