// The reviewer's sheet: saved as the file that belongs in config/, and loaded back from it.
// What a spreadsheet program would take for a formula stands behind an apostrophe, as in scripts/evergreen/spreadsheets.py.
function isFormula(cell) {
  const formula = /^'*(?:[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
  return formula.test(cell) && !/^'*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(cell);
}
function unguarded(cell) {
  return cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;
}
function quoted(text) {
  const cell = isFormula(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}
function sheet() {
  const rows = data.earlier.filter((row) => !memory.has(row.record_id) && !index.has(row.record_id));
  const initials = data.adjudication ? $("initials").value.trim() : null;
  for (const record of records) {
    if (!memory.has(record.id)) continue;
    const row = { record_id: record.id, ...stateOf(record.id) };
    if (initials !== null) row.adjudicator = row.adjudicator || initials;
    rows.push(row);
  }
  const lines = rows.map((row) => data.columns.map((name) => quoted(row[name] ?? "")).join(","));
  return `\ufeff${[data.columns.map(quoted).join(","), ...lines].join("\r\n")}\r\n`;
}
function save() {
  if (data.adjudication && !$("initials").value.trim()) {
    tell("Give your initials first: the sheet names who decided.");
    $("initials").focus();
    return;
  }
  saveNote();
  readBack(); // what another tab has decided
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([sheet()], { type: "text/csv;charset=utf-8" }));
  link.download = data.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  tell(`Saved ${data.file}. Put it at ${data.destination}.`);
}
function cells(text) {
  const clean = text.replace(/^\ufeff/, "");
  const head = clean.slice(0, clean.search(/\r|\n|$/));
  const separator = [",", ";", "\t"].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  const rows = [[]];
  let cell = "";
  let inside = false;
  for (let i = 0; i < clean.length; i += 1) {
    const sign = clean[i];
    if (inside) {
      if (sign === '"' && clean[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else if (sign === '"') inside = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") inside = true;
    else if (sign === separator || sign === "\n") {
      rows.at(-1).push(cell.replace(/\r$/, ""));
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1).push(cell.replace(/\r$/, ""));
  return rows.filter((row) => row.some((one) => one.trim()));
}
async function load(file) {
  const [head, ...rows] = cells(await file.text());
  const names = head?.map((name) => name.trim().toLowerCase().replaceAll(/[\s-]+/g, "_")) ?? [];
  if (!names.includes("record_id") || !names.includes("decision")) {
    tell("This file has no columns record_id and decision; nothing was loaded.");
    return;
  }
  const read = rows.map((row) => Object.fromEntries(names.map((name, position) => [name, unguarded((row[position] ?? "").trim())])));
  const strange = read.find((row) => row.decision && !label.has(row.decision.toLowerCase()));
  if (strange) {
    tell(`The decision "${strange.decision}" of ${strange.record_id} is not one of this stage; nothing was loaded.`);
    return;
  }
  let loaded = 0;
  let others = 0;
  for (const row of read) {
    if (!row.decision) continue; // an empty cell deletes nothing
    if (!index.has(row.record_id)) {
      others += 1;
      if (!data.earlier.some((one) => one.record_id === row.record_id)) data.earlier.push(row);
      continue;
    }
    const state = { ...EMPTY };
    for (const name of [...Object.keys(EMPTY), "adjudicator"]) if (row[name]) state[name] = row[name];
    state.decision = state.decision.toLowerCase();
    undone.push([row.record_id, stateOf(row.record_id)]);
    keep(row.record_id, state);
    loaded += 1;
  }
  select();
  tell(`${loaded} decisions loaded${others ? `; ${others} of records that are not on this page stay in the file you save` : ""}.`);
}
