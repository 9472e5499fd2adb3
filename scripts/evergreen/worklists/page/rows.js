// The rows of a list to fill in, and the drafts that the browser keeps of them.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const columnOf = new Map(data.columns.map((column) => [column.name, column]));
const names = data.columns.map((column) => column.name);
const numbers = data.columns.filter((column) => column.kind === "number" || column.kind === "integer");
const folded = (text) => String(text ?? "").normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase();
const keyOf = (cells) => data.key_columns.map((name) => folded(cells[name])).join("\n");
const silent = (text) => data.not_reported.includes(folded(text));

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
let fading = 0;
function tell(text) {
  $("message").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => $("message").replaceChildren(), 5000);
}

// ---- Rows: those of the list, and drafts made on them or added to them ----
let added = 0;
const rows = data.rows.map((row) => ({ part: "", ...row, id: keyOf(row.cells), study: folded(row.cells.study), base: { ...row.cells } }));
const registerRows = (data.register?.rows ?? []).map((cells) => ({ cells: { ...cells }, base: { ...cells }, id: folded(cells.study) }));
const place = (kind, id) => `evergreen/${data.key}/${kind}/${id}`;
let storage = null;
try {
  storage = window.localStorage;
  storage.setItem(place("", ""), "1");
  storage.removeItem(place("", ""));
} catch {
  storage = null;
  $("saved").hidden = false;
  $("saved").textContent = "This browser keeps nothing: save your sheet before you close the page.";
}
const same = (one, other) => [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? "") === (other[name] ?? ""));
function keep(kind, row) {
  touch(kind);
  if (!storage) return;
  try {
    if (!row.fresh && !row.removed && same(row.cells, row.base)) storage.removeItem(place(kind, row.id));
    else storage.setItem(place(kind, row.id), JSON.stringify({ base: row.base, cells: row.cells, part: row.part, fresh: row.fresh, removed: row.removed, after: row.after }));
  } catch {
    $("saved").hidden = false;
    $("saved").textContent = "The browser's memory is full: save your sheet now.";
  }
}
function drafts(kind) {
  const prefix = place(kind, "");
  return Object.keys(storage ?? {}).filter((key) => key.startsWith(prefix)).sort().flatMap((key) => {
    try {
      return [{ id: key.slice(prefix.length), ...JSON.parse(storage.getItem(key)) }];
    } catch {
      return [];
    }
  });
}
// A draft holds for the cells that it was made on: where the sheet has changed since, the sheet holds.
function apply(draft, row) {
  for (const [name, text] of Object.entries(draft.cells)) {
    if ((row.base[name] ?? "") === (draft.base[name] ?? "")) row.cells[name] = text;
  }
  row.removed = draft.removed;
}
function restore() {
  const there = new Map(rows.map((row) => [row.id, row]));
  for (const draft of drafts("row")) {
    const row = there.get(draft.id) ?? there.get(keyOf(draft.cells));
    if (row) {
      if (row.id === draft.id) apply(draft, row);
      else if (says(draft) && !says(row)) row.cells = { ...row.cells, ...draft.cells };
    } else if (says(draft) || draft.fresh) insert({ ...draft, allowed: {}, hints: {}, fresh: true });
  }
  const registered = new Map(registerRows.map((row) => [row.id, row]));
  for (const draft of drafts("register")) {
    if (registered.has(draft.id)) apply(draft, registered.get(draft.id));
  }
}
function insert(row) {
  row.study = folded(row.cells.study);
  const last = rows.findLastIndex((one) => one.part === row.part && one.study === row.study);
  rows.splice(last < 0 ? rows.length : last + 1, 0, row);
  group();
}
// Rows by study, and what is still to do in each, so that a cell costs the same with ten studies and with a thousand.
const byStudy = new Map();
const counts = new Map();
function group() {
  byStudy.clear();
  for (const row of rows) {
    if (!byStudy.has(row.study)) byStudy.set(row.study, []);
    byStudy.get(row.study).push(row);
  }
}
const says = (row) => names.some((name) => !columnOf.get(name).label && (row.cells[name] ?? "") !== "");
